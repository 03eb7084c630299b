//! What is due: whether an object is to be sent to a channel, and as what (contract C5.1).

use super::action::ActionStatus;
use super::{ObjectKind, StandingFailure};
use crate::Timestamp;

/// What an object's action says of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AckState {
    /// Its state.
    pub status: ActionStatus,
    /// The newest version that the channel has acknowledged; `None` if it never has.
    pub acknowledged_at: Option<Timestamp>,
}

/// All that decides whether one object is due on one channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeliveryFacts {
    /// What it is.
    pub kind: ObjectKind,
    /// Whether it is the channel's to have: in its catalog and active, or its own.
    pub is_offered: bool,
    /// Whether the channel knows the product of a stock or price; true for what follows no product.
    pub is_product_known: bool,
    /// The object's version.
    pub modified_at: Timestamp,
    /// The channel's action on it.
    pub known: Option<AckState>,
    /// The delivery failure that stands against it.
    pub failure: Option<StandingFailure>,
}

/// What an object is due as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DueAs {
    /// Not at all.
    Nothing,
    /// Not in this version: the channel could not take it, and no try is left.
    Failed,
    /// The channel does not know it; not before this time, if there is one.
    Insert(Option<Timestamp>),
    /// The channel knows an older version; not before this time, if there is one.
    Update(Option<Timestamp>),
    /// The channel knows it and should not any more.
    Removal,
}

impl DeliveryFacts {
    /// What the object is due as.
    pub fn due(&self) -> DueAs {
        if self.known.is_some_and(|known| known.status == ActionStatus::Processing) {
            return DueAs::Nothing;
        }
        let acknowledged = self.known.and_then(|known| known.acknowledged_at);
        match acknowledged {
            Some(_) if !self.is_offered => DueAs::Removal,
            None if !self.is_offered || !self.is_product_known || !self.kind.is_offered_new() => DueAs::Nothing,
            Some(version) if version >= self.modified_at => DueAs::Nothing,
            Some(_) => self.unless_failed(DueAs::Update),
            None => self.unless_failed(DueAs::Insert),
        }
    }

    /// A delivery failure stands against the version that failed, and against no later one.
    fn unless_failed(&self, due: fn(Option<Timestamp>) -> DueAs) -> DueAs {
        match self.failure {
            Some(failure) if failure.version_at >= self.modified_at => match failure.again_at {
                Some(again_at) => due(Some(again_at)),
                None => DueAs::Failed,
            },
            _ => due(None),
        }
    }
}
