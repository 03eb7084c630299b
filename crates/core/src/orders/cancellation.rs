//! Cancellation requests: a channel or a person asks for a line to be cancelled, or for its money back (contract 7.3).
//!
//! Promises: which states follow which, and when a request takes the line with it. The vendor prints the words and not
//! their order; what is here is the reading under which no answer is given twice. Must not know who asks.

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CancellationType {
    /// The line has not left: it is cancelled, and its reservation is given back.
    Cancel,
    /// The line has left: money goes back, and the stock is not changed.
    Refund,
}

/// How far a request is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CancellationStatus {
    /// The request has no answer yet.
    WaitingApproval,
    /// A person has confirmed that the cancellation was asked for.
    Confirmed,
    /// Granted.
    Approved,
    /// The request is rejected; an end.
    Rejected,
    /// Granted, and all has been done; an end.
    Completed,
}

impl CancellationType {
    /// Every type.
    pub const ALL: [Self; 2] = [Self::Cancel, Self::Refund];

    /// The vendor's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Refund => "refund",
        }
    }

    /// The type of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether reaching a state cancels the line. Once it is cancelled, doing so again changes nothing.
    pub const fn cancels_line(self, status: CancellationStatus) -> bool {
        matches!(self, Self::Cancel) && matches!(status, CancellationStatus::Approved | CancellationStatus::Completed)
    }
}

impl CancellationStatus {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::WaitingApproval, Self::Confirmed, Self::Approved, Self::Rejected, Self::Completed];

    /// The vendor's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::WaitingApproval => "waiting_approval",
            Self::Confirmed => "confirmed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Completed => "completed",
        }
    }

    /// The state of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Whether a request can begin in this state: nothing has been granted or rejected before it was made.
    pub const fn may_begin(self) -> bool {
        matches!(self, Self::WaitingApproval | Self::Confirmed)
    }

    /// Whether this state may be followed by another. It may always be said again.
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::WaitingApproval, _) | (Self::Rejected, Self::Rejected) | (Self::Completed, Self::Completed) => true,
            (Self::Confirmed, next) => !matches!(next, Self::WaitingApproval),
            (Self::Approved, next) => matches!(next, Self::Approved | Self::Completed),
            (Self::Rejected | Self::Completed, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_what() {
        // One row per state, one column per next state, in the order of `ALL`.
        let table = ["xxxxx", ".xxxx", "..x.x", "...x.", "....x"];
        for (from, row) in CancellationStatus::ALL.into_iter().zip(table) {
            for (to, mark) in CancellationStatus::ALL.into_iter().zip(row.chars()) {
                assert_eq!(from.may_become(to), mark == 'x', "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn only_a_granted_cancellation_takes_the_line_with_it() {
        for kind in CancellationType::ALL {
            for status in CancellationStatus::ALL {
                let granted = ["approved", "completed"].contains(&status.word());
                assert_eq!(kind.cancels_line(status), granted && kind == CancellationType::Cancel);
                assert!(!(status.may_begin() && granted));
                assert_eq!(CancellationStatus::of(status.word()), Some(status));
            }
            assert_eq!(CancellationType::of(kind.word()), Some(kind));
        }
        assert_eq!((CancellationStatus::of("x"), CancellationType::of("")), (None, None));
    }
}
