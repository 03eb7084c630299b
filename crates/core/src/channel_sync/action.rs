//! Actions: what a channel knows of one object, and what the states of a batch do to it (contract C4.4, C5.3).

use super::Reason;
use crate::Timestamp;

crate::words! {
    /// The state of an action.
    pub enum ActionStatus {
        /// An open batch has the object.
        Processing => "processing",
        /// The channel has the version that the action names.
        Success => "success",
        /// The last try failed.
        Error => "error",
    }
    word word, from_word;
}

/// What a channel knows of one object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// The channel's name for the object.
    pub remote_id: Option<String>,
    /// The version last tried.
    pub version_at: Timestamp,
    /// The newest version that the channel has acknowledged. Once there is one, the object counts as known for good.
    pub acknowledged_at: Option<Timestamp>,
    /// Its state.
    pub status: ActionStatus,
    /// The batch that tried last.
    pub batch: Option<String>,
    /// Why the last try failed.
    pub reason: Option<Reason>,
}

/// What a batch says of one object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The channel's name for the object; none given keeps the one that is known.
    pub remote_id: Option<String>,
    /// The version it is about.
    pub version_at: Timestamp,
    /// Why it failed, if it did.
    pub reason: Option<Reason>,
}

impl Action {
    /// Whether another batch has the object.
    pub fn is_locked_for(&self, batch: &str) -> bool {
        self.status == ActionStatus::Processing && self.batch.as_deref() != Some(batch)
    }

    /// The action after a batch has committed to the object: the batch has it, unless it says at once that it failed.
    #[must_use]
    pub fn committed(before: Option<&Self>, entry: &Entry, batch: &str) -> Self {
        let status = if entry.reason.is_some() { ActionStatus::Error } else { ActionStatus::Processing };
        Self::tried(before, entry, batch, status, entry.version_at)
    }

    /// The action after a batch is done with the object. The version is the earlier one of that committed to and that
    /// reported: clients read the object again when they finish, and a change made meanwhile was not sent.
    #[must_use]
    pub fn finished(before: Option<&Self>, entry: &Entry, batch: &str) -> Self {
        let ours = before.filter(|action| action.batch.as_deref() == Some(batch));
        let version = ours.map_or(entry.version_at, |action| action.version_at.min(entry.version_at));
        if entry.reason.is_some() {
            return Self::tried(before, entry, batch, ActionStatus::Error, version);
        }
        let tried = Self::tried(before, entry, batch, ActionStatus::Success, version);
        Self { acknowledged_at: Some(tried.acknowledged_at.map_or(version, |known| known.max(version))), ..tried }
    }

    /// The action after its batch was given up without a word on the object: as if it had not been tried.
    #[must_use]
    pub fn released(&self) -> Self {
        let status = if self.acknowledged_at.is_some() { ActionStatus::Success } else { ActionStatus::Error };
        Self { status, version_at: self.acknowledged_at.unwrap_or(self.version_at), reason: None, ..self.clone() }
    }

    fn tried(before: Option<&Self>, entry: &Entry, batch: &str, status: ActionStatus, version_at: Timestamp) -> Self {
        Self {
            remote_id: entry.remote_id.clone().or_else(|| before.and_then(|action| action.remote_id.clone())),
            version_at,
            acknowledged_at: before.and_then(|action| action.acknowledged_at),
            status,
            batch: Some(batch.to_owned()),
            reason: entry.reason,
        }
    }
}
