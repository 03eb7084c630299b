//! Channel synchronisation: which deliveries a channel is due, what a batch does with them, and what a delivery failure
//! means.
//!
//! Promises: an object is offered until the channel has acknowledged its newest version, and never while an open batch
//! has it; no state of a batch is reached but over the steps of contract C4.2. Must not know how facts are found,
//! stored or shown.

mod action;
mod batch;
mod delivery;
mod failure;
mod object_kind;

pub use action::{Action, ActionStatus, Entry};
pub use batch::{BatchStatus, Step};
pub use delivery::{AckState, DeliveryFacts, DueAs};
pub use failure::{Failure, Reason, Retries, StandingFailure};
pub use object_kind::ObjectKind;
