//! Events: from the outbox, where the transaction of a change has written them, to the event log that webhooks and
//! streams read ([decision 21](../../../docs/decisions/0021-events.md)).
//!
//! Promises: while nobody reads events, nothing is written for them; an event is in the log at least once, and events of
//! one object are in the order in which they happened. Must not know how an object is shown, nor who is told.

pub mod log;
pub mod pending;
