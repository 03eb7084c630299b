//! What the naive model is asked, and what it answers. Must not know how it comes to an answer.

use crate::naive::Key;

/// A row of a write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) by_id: bool,
    pub(crate) level: Option<i64>,
    pub(crate) reserved: Option<i64>,
    pub(crate) snapshot: Option<i64>,
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    Open,
    Reported,
    Settled,
    Cancelled,
}

/// A stock's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    pub(crate) external: i64,
    pub(crate) reported: i64,
}

impl Numbers {
    pub(crate) fn available_unclamped(self) -> i64 {
        self.on_hand - self.reserved - self.reported
    }
}

/// What becomes of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    Keep,
    Set(i64),
    By(i64),
}

impl Change {
    pub(crate) fn set(self) -> Option<i64> {
        if let Self::Set(value) = self { Some(value) } else { None }
    }

    pub(crate) fn by(self) -> i64 {
        if let Self::By(difference) = self { difference } else { 0 }
    }
}

/// A row of an import. One that `expects` wants everything as it was when the stocks were last looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ImportRow {
    pub(crate) sku: usize,
    pub(crate) level: Change,
    pub(crate) reserved: Change,
    pub(crate) snapshot: Option<i64>,
    pub(crate) expects: bool,
}

/// What writers have written: on hand, external, and when the level was taken.
pub(crate) type Written = (i64, i64, Option<i64>);

/// The result of a row of an import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Imported {
    pub(crate) became: Became,
    pub(crate) before: Option<Written>,
    pub(crate) after: Option<Written>,
    pub(crate) settled: i64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Became {
    Created,
    Updated,
    Unchanged,
    Refused(Fault),
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    List,
    Product,
    Older(i64),
    Stale,
    Touched,
    Below,
    TooLarge,
}

/// The result of a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// For each line: whether it is oversold.
    Placed(Vec<bool>),
    Released {
        line: usize,
        code: u8,
    },
    /// The state of each line of the order, and whether the whole order is cancelled.
    Cancelled(Vec<bool>, bool),
    /// For each row: whether it made the stock, and the numbers after it.
    Written(Vec<(bool, Numbers)>),
    Imported(Vec<Imported>),
    Marked,
    Settled(Vec<usize>),
    NotFound,
    UnknownChannel,
    NumberTaken,
    Rows(Vec<(usize, Fault)>),
    Short(Vec<(Key, i64, i64)>),
    TooLarge,
    OtherCode(u8),
    ItemCodeTaken,
    NotInOrder(Vec<usize>),
    Shipped(Vec<usize>),
    Dead,
}
