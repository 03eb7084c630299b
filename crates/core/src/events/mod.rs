//! Events: what other programs are told of, and what follows when one of them does not take it.
//!
//! Promises: an event type has one line, with its number and its word; what follows an attempt is a function of what was
//! before. Must not know how events are found, stored or sent.

mod attempt;
mod event_type;

pub use attempt::{Attempted, NextStep, REJECTED_TRIES, Standing, TRIED_SECONDS};
pub use event_type::EventType;
