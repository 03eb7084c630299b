//! Rejections: every reason for which the rules reject a command.
//!
//! Promises: a rejected command has changed nothing. Rejections are found in the order of the variants here, so which
//! of two faults is reported is part of the contract. Must not know status codes or texts (that is the wire's).

use crate::stock::ProductRef;
use crate::{
    CartState, ChannelId, OrderId, OrderItemId, Stock, StockListId, StockLocationId, StockMoveId, StockTransferId,
    Timestamp, UserId,
};

/// Why a command was rejected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rejection {
    /// The object the command names by id does not exist.
    NotFound,
    /// The data source whose levels these are was changed, paused or removed since it was asked.
    SourceChanged,
    /// The channel of an order does not exist.
    UnknownChannel(ChannelId),
    /// An order of that channel has this number already.
    OrderNumberTaken,
    /// Rows of the command have faults of their own: (row, fault), rows counted from 0.
    Rows(Vec<(usize, RowRejection)>),
    /// The lists that were looked at do not have the order, and others may: who submitted it looks at all of them. No
    /// client is told of it.
    MoreListsNeeded,
    /// No list that the sourcing rule of the catalog allows has these lines. Every such line is named.
    NoListHasIt(Vec<Unsourced>),
    /// The order does not fit, and its channel does not accept overselling. Every short SKU is named once.
    InsufficientStock(Vec<Shortage>),
    /// The channel accepts overselling, and not this much of it in one line. Every such line is named.
    OversoldTooLarge {
        /// How many units more than there are a line may take.
        max: i64,
        /// The lines, with what is left for each.
        lines: Vec<Shortage>,
    },
    /// A reserved quantity would pass the documented maximum.
    ReservedTooLarge,
    /// The line carries another code of the same integration type.
    MappedToAnotherCode {
        /// The code it carries.
        code: String,
    },
    /// Another line carries this code of the ERP, and the line's list wants each once.
    ItemCodeTaken,
    /// These lines belong to another order, or to none.
    NotInOrder(Vec<OrderItemId>),
    /// These lines have been shipped; they can be refunded, not cancelled.
    AlreadyShipped(Vec<OrderItemId>),
    /// A cancelled line cannot come back to life, since its reservation is gone.
    Cancelled,
    /// A package or transfer cannot be given this command.
    IllegalCommand {
        /// The command.
        command: &'static str,
        /// Its state.
        state: &'static str,
        /// The commands it can be given.
        allowed: Vec<&'static str>,
    },
    /// These lines do not belong to the package or transfer.
    ForeignLines(Vec<i64>),
    /// A line of a package has fewer units than that.
    TooManyUnits {
        /// The line.
        line: i64,
        /// The units that it has.
        units: i64,
    },
    /// The order would have more lines than an order can have.
    TooManyLines,
    /// This picker has the package.
    PackageTaken(UserId),
    /// A cart reservation of that channel has this reference already.
    CartReferenceTaken,
    /// The cart reservation is not open any more.
    CartEnded {
        /// How it stands.
        state: CartState,
        /// The order that it became.
        order: Option<OrderId>,
    },
    /// The cart reservation has no lines of these numbers.
    NotInCart(Vec<i64>),
    /// The cart reservation would have no units.
    CartEmpty,
    /// There is no such stock location.
    UnknownLocation(StockLocationId),
    /// Another transfer between lists has the reference.
    TransferReferenceTaken(StockTransferId),
    /// A stock is in use, so it cannot be removed. Everything that stands against it is named.
    StockInUse(Vec<StockUse>),
    /// Moves that the command names cannot be registered so: (row, fault), rows counted from 0.
    Moves(Vec<(usize, MoveRejection)>),
}

/// What keeps a stock from being removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StockUse {
    /// Its level is not 0.
    Level(i64),
    /// Its reserved quantity is not 0.
    Reserved(i64),
    /// Its reported quantity is not 0.
    Reported(i64),
    /// Order lines are on it, or have been.
    OrderLines,
    /// A discrepancy is active.
    Discrepancy,
}

/// Why a move cannot be registered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MoveRejection {
    /// There is no such move.
    Unknown(StockMoveId),
    /// It is registered with another code.
    AnotherCode {
        /// The code that it has.
        code: String,
    },
}

/// What is wrong with one row of a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowRejection {
    /// The list does not exist.
    UnknownList(StockListId),
    /// The product does not exist and may not be made here.
    UnknownProduct(ProductRef),
    /// There is no such stock, and it may not be made here.
    UnknownStock,
    /// The stored level is not the one that the row expects.
    UnexpectedLevel {
        /// The stored one.
        stored: i64,
    },
    /// The level is older than the one already stored.
    StaleSnapshot {
        /// When the stored level was taken.
        stored: Timestamp,
    },
    /// The stock is not what the row expects: it has been written since the row was looked at.
    StaleRow,
    /// The stock is not as its writer has seen it: something has happened to it since.
    Changed {
        /// What it is now; `None` where there is no such stock.
        stored: Option<Box<Stock>>,
    },
    /// Something has happened to the stock since the import whose row is to be taken back.
    TouchedSince,
    /// The row to be taken back settled reported lines; its level alone cannot be taken back.
    Settled,
    /// A difference would make a count negative.
    BelowZero,
    /// A difference would pass the largest amount that can be stored.
    TooLarge,
}

/// One SKU of which too little is available.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shortage {
    /// The SKU.
    pub sku: String,
    /// The list it was asked from.
    pub list: StockListId,
    /// The sum over all lines of the order.
    pub asked: i64,
    /// What there is.
    pub available: i64,
}

/// A line that no list has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsourced {
    /// The SKU.
    pub sku: String,
    /// How many units the line is of.
    pub asked: i64,
    /// What every list that the rule allows has of it beyond its safety stock, best ranked first.
    pub lists: Vec<(StockListId, i64)>,
}
