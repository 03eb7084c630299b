//! The states of a batch and the steps between them (contract C4.2).

crate::words! {
    /// The state of a batch.
    pub enum BatchStatus {
        /// It was made.
        Initialized => "initialized",
        /// It has objects.
        Commit => "commit",
        /// The channel has them and will report the result of each later.
        SentToRemote => "sent_to_remote",
        /// The channel is at it.
        Ongoing => "ongoing",
        /// It has come to its end.
        Done => "done",
        /// It was given up.
        Fail => "fail",
    }
    word word, from_word;
}

/// What becomes of a wish for another state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// It is taken.
    Taken,
    /// The batch is in that state; nothing changes.
    Again,
    /// There is no such step.
    Rejected,
}

impl BatchStatus {
    /// Whether nothing comes after it.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Done | Self::Fail)
    }

    /// Whether a batch in this state may have objects that no other batch is offered.
    pub const fn holds_objects(self) -> bool {
        matches!(self, Self::Commit | Self::SentToRemote | Self::Ongoing)
    }

    /// What becomes of the wish for a state. A client whose answer was lost asks again, so the state that the batch is
    /// in is no fault; committing and going on may be said as often as there is something to add.
    pub fn step(self, to: Self) -> Step {
        use BatchStatus as S;
        match (self, to) {
            (S::Initialized | S::Commit, S::Commit)
            | (S::Commit, S::SentToRemote)
            | (S::SentToRemote | S::Ongoing, S::Ongoing) => Step::Taken,
            (from, S::Done | S::Fail) if !from.is_end() => Step::Taken,
            (from, to) if from == to => Step::Again,
            _ => Step::Rejected,
        }
    }
}
