//! Stock: what a product stock counts, and what "available" means.
//!
//! Promises: [`Stock::available`] and [`Stock::available_unclamped`] are the only places that say what can still be
//! sold. Must not know who asks or why a number changed (that is [`Movement`]).

mod movement;
mod product;
mod remote_figures;
mod reservation;
mod roll_up;
mod states;
mod stock_list;
mod transfer;

pub use movement::{
    AdjustmentReason, Cause, Delta, Explanation, LevelWrite, Movement, NOTE_CHARS_MAX, REASON_CHARS_MAX, Reason,
};
pub use product::{Product, ProductRef, SKU_CHARS_MAX};
pub use remote_figures::RemoteFigures;
pub use reservation::{MovedFrom, Reservation, ReservationState};
pub use roll_up::{RolledUp, roll_up};
pub use states::{LOW_STOCK_DEFAULT, StockState, StockStates};
pub use stock_list::{MoveRegistration, ReleaseMode, StockList};
pub use transfer::{STOCK_TRANSFER_LINES_MAX, STOCK_TRANSFER_REFERENCE_CHARS_MAX, StockTransfer, StockTransferLine};

use crate::{MovementId, ProductId, StockId, StockListId, Timestamp, UserId};

/// The natural key of a product stock.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StockKey {
    /// The list.
    pub list: StockListId,
    /// The product's SKU.
    pub sku: String,
}

crate::words! {
    /// What one unit of the amount is (contract 4.1).
    #[derive(Default)]
    pub enum UnitType {
        /// Pieces.
        #[default]
        Piece => "qty",
        /// Kilograms.
        Kilogram => "kg",
    }
    word word, from_word;
}

/// How many of one product there are in one list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stock {
    /// Its id.
    pub id: StockId,
    /// The list it belongs to.
    pub list: StockListId,
    /// The product it counts.
    pub product: ProductId,
    /// The product's SKU, kept here because every answer shows it.
    pub sku: String,
    /// What one unit is.
    pub unit: UnitType,
    /// The stock level that the ERP, or a person, last wrote.
    pub on_hand: i64,
    /// Sold and not yet registered by the ERP: open reservations plus `external`.
    pub reserved: i64,
    /// The part of `reserved` that no order of ours stands behind: the ERP or another system wrote it.
    pub external: i64,
    /// Registered by the ERP, but no level newer than that has arrived; and what moves keep off sale.
    pub reported: i64,
    /// When the ERP took the level in `on_hand`.
    pub snapshot_at: Option<Timestamp>,
    /// Whether that time came with the level. One that is only inferred from an arrival is not compared with another
    /// such one: a clock that goes back, or a delay that becomes longer, would turn them round.
    pub is_snapshot_sent: bool,
    /// When the newest count was taken of those that came after the level: the level is right at that moment, if it was
    /// not taken off sale, whatever lines the ERP's level settled.
    pub counted_at: Option<Timestamp>,
    /// When an import's difference last changed the level since it was written.
    pub adjusted_at: Option<Timestamp>,
    /// When the newest active discrepancy was reported. While there is one, nothing is offered.
    pub discrepancy_at: Option<Timestamp>,
    /// Whether an order line has ever been on it, whatever became of the line.
    pub is_ordered: bool,
    /// The newest movement of this stock; each movement names the one before it.
    pub movement: Option<MovementId>,
    /// A JSON object that no rule reads.
    pub extra_field: String,
    /// The states that follow from all this, by the threshold of its list when it last changed.
    pub states: StockStates,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When a number or a visible field last changed.
    pub modified_at: Timestamp,
}

/// What a writer can write on a product stock. An order that comes meanwhile changes `reserved` and none of this; any
/// write that changes a level, and any newer level, changes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// The stock level.
    pub on_hand: i64,
    /// The part of `reserved` that a client wrote.
    pub external: i64,
    /// What one unit is.
    pub unit: UnitType,
    /// When the level was taken.
    pub snapshot_at: Option<Timestamp>,
}

/// A stock that was removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RemovedStock {
    /// As it was.
    pub stock: Stock,
    /// When it was removed; later than its last change.
    pub at: Timestamp,
    /// Who removed it.
    pub actor: UserId,
}

/// The version of a stock. Every change of a number or a visible field is a movement; a level that changes nothing
/// changes only when the level was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StockVersion {
    /// The newest movement.
    pub movement: Option<MovementId>,
    /// When the level was taken.
    pub snapshot_at: Option<Timestamp>,
}

impl Stock {
    /// The version that this row is.
    pub const fn version(&self) -> StockVersion {
        StockVersion { movement: self.movement, snapshot_at: self.snapshot_at }
    }

    /// A row that counts nothing yet.
    pub fn empty(id: StockId, list: StockListId, product: ProductId, sku: String, now: Timestamp) -> Self {
        Self {
            id,
            list,
            product,
            sku,
            unit: UnitType::default(),
            on_hand: 0,
            reserved: 0,
            external: 0,
            reported: 0,
            snapshot_at: None,
            is_snapshot_sent: false,
            counted_at: None,
            adjusted_at: None,
            discrepancy_at: None,
            is_ordered: false,
            movement: None,
            extra_field: "{}".to_owned(),
            states: StockStates::default(),
            created_at: now,
            modified_at: now,
        }
    }

    /// What can still be sold, never below zero.
    pub fn available(&self) -> i64 {
        self.available_unclamped().max(0)
    }

    /// `on_hand − reserved − reported`; negative when more was sold elsewhere than there is. What is not found is not
    /// there to be sold, so an active discrepancy leaves no room.
    pub fn available_unclamped(&self) -> i64 {
        Self::room(self.on_hand, self.reserved + self.reported, self.discrepancy_at.is_some())
    }

    /// The same of numbers: `taken` is what is reserved or reported; `is_missing` says that a discrepancy is active.
    pub fn room(on_hand: i64, taken: i64, is_missing: bool) -> i64 {
        let room = on_hand - taken;
        if is_missing { room.min(0) } else { room }
    }

    /// The part of `reserved` that open reservations of this server's orders make up.
    pub fn open_reservations(&self) -> i64 {
        self.reserved - self.external
    }

    /// What writers have written so far.
    pub fn written(&self) -> Written {
        Written { on_hand: self.on_hand, external: self.external, unit: self.unit, snapshot_at: self.snapshot_at }
    }
}
