//! Commands: everything that can happen to stock, and what must be loaded to decide it.
//!
//! Promises: a command says all that a decision needs besides stored rows; which rows those are is in `read_set.rs`.
//! Must not know where a command came from (API, import, screen, job).

mod read_set;

use std::fmt;

pub use read_set::ReadSet;

pub use crate::stock::ProductRef;

use crate::fulfilment::FulfilmentCommand;
use crate::{
    ChannelId, ImportId, MovementId, OrderId, OrderItemId, OrderStatus, Quantity, StockId, StockKey, StockListId,
    Timestamp, UnitType, Written,
};

/// The most lines one order can have.
pub const ORDER_LINES_MAX: usize = 1_000;

/// One change that a caller wants.
#[derive(Debug)]
pub enum Command {
    /// An order with all its lines, or nothing.
    PlaceOrder(PlaceOrder),
    /// The ERP has registered an order line (contract 6.3).
    ReleaseItem(ReleaseItem),
    /// Lines of one order are cancelled (contract 7.4).
    CancelItems(CancelItems),
    /// Stock levels or other fields of product stocks are written, all or none (contract 4.2).
    WriteStocks(WriteStocks),
    /// Rows of a file are written into one list, each row for itself (contract 5).
    ImportStocks(ImportStocks),
    /// An order is edited.
    EditOrder(EditOrder),
    /// An order line is edited.
    EditItem(EditItem),
    /// A command of fulfilment.
    Fulfilment(FulfilmentCommand),
}

/// A new order.
#[derive(Debug)]
pub struct PlaceOrder {
    /// Unique per channel.
    pub number: String,
    /// The channel, or `None` for an order that comes through Onhand's own API.
    pub channel: Option<ChannelId>,
    /// ISO code, may be empty.
    pub currency: String,
    /// Its first state.
    pub status: OrderStatus,
    /// Whether the ERP knows it already.
    pub is_send: bool,
    /// When the customer ordered; arrival when absent.
    pub date_placed: Option<Timestamp>,
    /// JSON object text.
    pub extra_field: String,
    /// JSON object text.
    pub details: String,
    /// At least one.
    pub lines: Vec<NewLine>,
}

/// A line of a new order.
#[derive(Debug)]
pub struct NewLine {
    /// What is ordered.
    pub product: ProductRef,
    /// From which list.
    pub list: StockListId,
    /// How many; at least 1.
    pub quantity: Quantity,
    /// Its first state; a line that starts [`OrderStatus::Cancelled`] is rejected before it becomes a command.
    pub status: OrderStatus,
    /// Decimal text.
    pub price: Option<String>,
    /// JSON object text.
    pub extra_field: String,
    /// JSON object text.
    pub attributes: String,
    /// JSON object text.
    pub details: String,
}

/// A release of one line.
#[derive(Debug)]
pub struct ReleaseItem {
    /// The line.
    pub item: OrderItemId,
    /// The ERP's code for it.
    pub code: String,
    /// The kind of remote system the code belongs to.
    pub integration_type: String,
    /// `false` stores the code and leaves the reservation alone; so does the code of any system but the ERP.
    pub update_stock: bool,
    /// When the ERP registered the line; arrival when absent.
    pub registered_at: Option<Timestamp>,
}

/// A cancellation within one order.
#[derive(Debug)]
pub struct CancelItems {
    /// The order.
    pub order: OrderId,
    /// Whether all of its lines are cancelled, whichever are named.
    pub all: bool,
    /// The lines that are named; each is the order's.
    pub items: Vec<OrderItemId>,
    /// How the `details` of lines change that this cancels: why, for instance. Each line is the order's.
    pub details: Vec<(OrderItemId, TextEdit)>,
}

/// Writes of product stocks.
#[derive(Debug)]
pub struct WriteStocks {
    /// In order; a later row for the same stock sees the earlier one.
    pub rows: Vec<WriteStock>,
    /// Whether an unknown SKU becomes a product.
    pub create_unknown_products: bool,
}

/// A write of one product stock. `None` leaves a field as it is.
#[derive(Debug)]
pub struct WriteStock {
    /// Which one.
    pub target: StockTarget,
    /// The new stock level.
    pub on_hand: Option<Quantity>,
    /// The whole reserved quantity as the writer sees it; what exceeds the open reservations becomes `external`.
    pub reserved: Option<Quantity>,
    /// The unit.
    pub unit: Option<UnitType>,
    /// JSON object text.
    pub extra_field: Option<String>,
    /// When the level was taken; arrival (less the list's delay) when absent.
    pub snapshot_at: Option<Timestamp>,
}

/// Names a product stock.
#[derive(Debug)]
pub enum StockTarget {
    /// By natural key; made when it does not exist.
    Key(StockKey),
    /// By id; the command is rejected when it does not exist.
    Id(StockId),
}

/// Rows of a file for one list. No row keeps another from being written.
#[derive(Debug)]
pub struct ImportStocks {
    /// On whose account; the movements name it.
    pub import: ImportId,
    /// The list. The command is rejected when it does not exist.
    pub list: StockListId,
    /// In order; a later row for the same SKU sees the earlier one.
    pub rows: Vec<ImportStock>,
    /// Whether an unknown SKU becomes a product.
    pub create_unknown_products: bool,
}

/// A row of an import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportStock {
    /// The product; its stock is made when the list has none.
    pub sku: String,
    /// The change of the stock level.
    pub level: LevelChange,
    /// The change of the reserved quantity.
    pub reserved: ReservedChange,
    /// The unit; `None` leaves it as it is.
    pub unit: Option<UnitType>,
    /// When a [`LevelChange::Level`] was taken; arrival (less the list's delay) when absent.
    pub snapshot_at: Option<Timestamp>,
    /// What must still be so; `None` writes in any case.
    pub expected: Option<Expected>,
}

/// A change of a stock level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LevelChange {
    /// It stays.
    Keep,
    /// A new level: it settles reported lines and sets the time of the stored level, as every written level does.
    Level(Quantity),
    /// More or less than what is stored. This is no level, so it settles no line and leaves the stored time as it is.
    Difference(i64),
    /// A level is taken back: more or less by this, and the stored time is again that of the level before.
    Back {
        /// By how much.
        difference: i64,
        /// When the level was taken that is valid again.
        snapshot_at: Option<Timestamp>,
    },
}

/// A change of a reserved quantity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReservedChange {
    /// It stays.
    Keep,
    /// The whole as the writer sees it; what exceeds the open reservations becomes `external`.
    Whole(Quantity),
    /// More or less of the `external` part. Only orders change open reservations.
    Difference(i64),
}

/// What a row of an import expects of its stock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// The stock has not been written since: this is stored, or `None`, there is no such stock. Orders do not matter.
    Written(Option<Written>),
    /// Nothing has happened to it: this is its newest movement, and no newer level has confirmed what is stored.
    Movement {
        /// The movement that the import made.
        id: MovementId,
        /// When the level was taken that the import left.
        snapshot_at: Option<Timestamp>,
    },
}

/// An edit of an order. `None` leaves a field as it is.
#[derive(Debug)]
pub struct EditOrder {
    /// The order.
    pub order: OrderId,
    /// Whether the ERP has taken it.
    pub is_send: Option<bool>,
}

/// An edit of an order line. `None` leaves a field as it is.
#[derive(Debug, Default)]
pub struct ItemEdit {
    /// Its new state; [`OrderStatus::Cancelled`] gives the reservation back.
    pub status: Option<OrderStatus>,
    /// How its `extra_field` changes.
    pub extra_field: Option<TextEdit>,
    /// Its new attributes.
    pub attributes: Option<String>,
    /// How its `details` change.
    pub details: Option<TextEdit>,
}

/// An edit of one order line.
#[derive(Debug)]
pub struct EditItem {
    /// The line.
    pub item: OrderItemId,
    /// What changes.
    pub edit: ItemEdit,
}

/// How an opaque text changes. The function runs on the stored text inside the decision, so that two
/// edits at once both take effect.
pub struct TextEdit(Box<dyn Fn(&str) -> String + Send + Sync>);

impl TextEdit {
    /// An edit by this function from the old text to the new one.
    pub fn new(edit: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Box::new(edit))
    }

    /// The new text.
    pub fn apply(&self, old: &str) -> String {
        (self.0)(old)
    }
}

impl fmt::Debug for TextEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextEdit")
    }
}
