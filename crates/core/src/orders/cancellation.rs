//! Cancellation requests: a channel or a person asks for a line to be cancelled, or for its money back (contract 7.3).
//!
//! Promises: which states follow which, and when a request takes the line with it. The vendor prints the words and not
//! their order; what is here is the reading under which no answer is given twice. Must not know who asks.

crate::words! {
    /// What is asked for.
    pub enum CancellationType {
        /// The line has not left: it is cancelled, and its reservation is given back.
        Cancel => "cancel",
        /// The line has left: money goes back, and the stock is not changed.
        Refund => "refund",
    }
    word word, of;
}

crate::words! {
    /// How far a request is.
    pub enum CancellationStatus {
        /// The request has no answer yet.
        WaitingApproval => "waiting_approval",
        /// A person has confirmed that the cancellation was asked for.
        Confirmed => "confirmed",
        /// Granted.
        Approved => "approved",
        /// The request is rejected; an end.
        Rejected => "rejected",
        /// Granted, and all has been done; an end.
        Completed => "completed",
    }
    word word, of;
}

impl CancellationType {
    /// Whether reaching a state cancels the line. Once it is cancelled, doing so again changes nothing.
    pub const fn cancels_line(self, status: CancellationStatus) -> bool {
        matches!(self, Self::Cancel) && matches!(status, CancellationStatus::Approved | CancellationStatus::Completed)
    }
}

impl CancellationStatus {
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
