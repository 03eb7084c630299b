//! Transfers: lines of a package that are brought to its location from another one (contract 13.4).
//!
//! Promises: [`TransferCommand::leads_to`] is the whole state machine. Must not know what a command does to stock.

use crate::{
    OrderId, OrderItemId, PackageId, PackageItemId, Quantity, StockLocationId, Timestamp, TransferId, TransferItemId,
};

crate::words! {
    /// Where a transfer, or a line of one, is in its life. The number is what is stored and shown as `enum_value`.
    pub enum TransferState {
        /// Nothing of it will be brought.
        Cancelled = 100 => "Cancelled",
        /// It was not found where it was to be fetched.
        OutOfStock = 150 => "Out of Stock",
        /// A picker can begin with it.
        Waiting = 200 => "Waiting",
        /// It has left and not arrived.
        InTransit = 500 => "In Transit",
        /// It has arrived.
        Delivered = 550 => "Delivered",
    }
    number code, from_code;
    word name;
}

impl TransferState {
    /// Whether a package still waits for it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::InTransit)
    }
}

crate::words! {
    /// What people do with a transfer, in the order of their transitions' numbers.
    pub enum TransferCommand {
        /// It leaves.
        Ship => "ship",
        /// It has arrived.
        Deliver => "deliver",
        /// Some or all of it is not there.
        NotFound => "not-found",
        /// It will not be brought.
        Cancel => "cancel",
    }
    word slug;
}

impl TransferCommand {
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
