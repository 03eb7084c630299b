//! Transfers: lines of a package that are brought to its location from another one (contract 13.4).
//!
//! Promises: [`TransferCommand::leads_to`] is the whole state machine. Must not know what a command does to stock.

use crate::{
    OrderId, OrderItemId, PackageId, PackageItemId, Quantity, StockLocationId, Timestamp, TransferId, TransferItemId,
};

/// Where a transfer, or a line of one, is in its life. The number is what is stored and shown as `enum_value`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransferState {
    /// Nothing of it will be brought.
    Cancelled = 100,
    /// It was not found where it was to be fetched.
    OutOfStock = 150,
    /// A picker can begin with it.
    Waiting = 200,
    /// It has left and not arrived.
    InTransit = 500,
    /// It has arrived.
    Delivered = 550,
}

impl TransferState {
    /// Every state, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Cancelled, Self::OutOfStock, Self::Waiting, Self::InTransit, Self::Delivered];

    /// Its number.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// The state with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Its name, for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "Cancelled",
            Self::OutOfStock => "Out of Stock",
            Self::Waiting => "Waiting",
            Self::InTransit => "In Transit",
            Self::Delivered => "Delivered",
        }
    }

    /// Whether a package still waits for it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::InTransit)
    }
}

/// What people do with a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransferCommand {
    /// It leaves.
    Ship,
    /// It has arrived.
    Deliver,
    /// Some or all of it is not there.
    NotFound,
    /// It will not be brought.
    Cancel,
}

impl TransferCommand {
    /// Every command, in the order of their transitions' numbers.
    pub const ALL: [Self; 4] = [Self::Ship, Self::Deliver, Self::NotFound, Self::Cancel];

    /// The state it leads to, or `None` where it cannot be given.
    pub const fn leads_to(self, from: TransferState) -> Option<TransferState> {
        match (self, from) {
            (Self::Deliver, TransferState::InTransit) => Some(TransferState::Delivered),
            (Self::Ship | Self::NotFound | Self::Cancel, TransferState::Waiting) => Some(self.target()),
            _ => None,
        }
    }

    /// The state a transfer is in after it, whether it was given now or before.
    pub const fn target(self) -> TransferState {
        match self {
            Self::Ship => TransferState::InTransit,
            Self::Deliver => TransferState::Delivered,
            Self::NotFound => TransferState::OutOfStock,
            Self::Cancel => TransferState::Cancelled,
        }
    }

    /// The commands that can be given in a state.
    pub fn allowed(from: TransferState) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |command| command.leads_to(from).is_some())
    }

    /// The word for it.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Ship => "ship",
            Self::Deliver => "deliver",
            Self::NotFound => "not-found",
            Self::Cancel => "cancel",
        }
    }
}

/// A transfer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// Whose lines it has.
    pub order: OrderId,
    /// The package that waits for it.
    pub package: PackageId,
    /// The package's number and which of its transfers it is.
    pub number: String,
    /// Where it is fetched.
    pub source: StockLocationId,
    /// Where it is brought: the package's location.
    pub destination: StockLocationId,
    /// Where it is in its life.
    pub state: TransferState,
    /// When sourcing made it.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

/// An order line in a transfer, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TransferItem {
    /// Its id.
    pub id: TransferItemId,
    /// The transfer.
    pub transfer: TransferId,
    /// The transfer's order.
    pub order: OrderId,
    /// The line of the package that waits for it.
    pub package_item: PackageItemId,
    /// The order line.
    pub item: OrderItemId,
    /// The line's SKU.
    pub sku: String,
    /// The line's units.
    pub quantity: Quantity,
    /// Where it is in its life.
    pub state: TransferState,
    /// When sourcing made it.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_commands() {
        let table: Vec<String> = TransferState::ALL
            .into_iter()
            .map(|from| {
                let allowed: Vec<_> = TransferCommand::allowed(from).map(TransferCommand::slug).collect();
                format!("{}: {}", from.name(), allowed.join(" "))
            })
            .collect();
        // Contract 13.4: delivered only from in transit, not found only from waiting.
        let wanted =
            ["Cancelled: ", "Out of Stock: ", "Waiting: ship not-found cancel", "In Transit: deliver", "Delivered: "];
        assert_eq!(table, wanted);
    }
}
