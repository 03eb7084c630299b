//! The states of a batch and the steps between them (contract C4.2).

/// The state of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BatchStatus {
    /// It was made.
    Initialized,
    /// It has objects.
    Commit,
    /// The channel has them and will say later what came of them.
    SentToRemote,
    /// The channel is at it.
    Ongoing,
    /// It has come to its end.
    Done,
    /// It was given up.
    Fail,
}

/// What becomes of a wish for another state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// It is taken.
    Taken,
    /// The batch is in that state; nothing changes.
    Again,
    /// There is no such step.
    Refused,
}

impl BatchStatus {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Initialized, Self::Commit, Self::SentToRemote, Self::Ongoing, Self::Done, Self::Fail];

    /// Its word, as stored and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Initialized => "initialized",
            Self::Commit => "commit",
            Self::SentToRemote => "sent_to_remote",
            Self::Ongoing => "ongoing",
            Self::Done => "done",
            Self::Fail => "fail",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

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
            _ => Step::Refused,
        }
    }
}
