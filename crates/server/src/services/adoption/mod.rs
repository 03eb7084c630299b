//! Adoption: what another server has, as it is kept here.
//!
//! Promises: everything is found again by its natural key (a code or a name, a SKU, an order's number in its channel,
//! the other server's id of a line), so that the same is taken once, however often it is said and wherever that was
//! interrupted; stock changes through the writer. Must not know how the other server is asked.

pub mod orders;
pub mod resources;
pub mod stocks;

/// What was done with something that the other server has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Adopted {
    /// It was not here.
    Made,
    /// It was here, and was different.
    Changed,
    /// It was here like this.
    Same,
}

/// Something that was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotTaken {
    /// What, as people name it.
    pub what: String,
    /// Why.
    pub why: String,
}

impl NotTaken {
    /// Something, and why it was not taken.
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into() }
    }
}
