//! Packages: lines of an order that leave one location together (contract 13.4).
//!
//! Promises: [`PackageCommand::leads_to`] is the whole state machine. Must not know what a command does to stock.

use crate::{
    OrderId, OrderItemId, OrderStatus, PackageId, PackageItemId, Quantity, StockLocationId, Timestamp, UserId,
};

crate::words! {
    /// Where a package, or a line of one, is in its life. The number is what is stored and shown as `enum_value`.
    #[derive(PartialOrd, Ord)]
    pub enum PackageState {
        /// Nothing of it will leave.
        Cancelled = 100 => "Cancelled",
        /// It was not found at its location.
        OutOfStock = 150 => "Out of Stock",
        /// A picker can begin with it.
        Waiting = 200 => "Waiting",
        /// Something of it is to be brought from another location first.
        WaitingForTransfer = 250 => "Waiting for Transfer",
        /// A picker is collecting it.
        Preparing = 450 => "Preparing",
        /// It is closed.
        Packed = 475 => "Packed",
        /// It has left.
        Shipped = 500 => "Shipped",
    }
    number code, from_code;
    word name;
}

impl PackageState {
    /// Whether it still has a way to go.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::WaitingForTransfer | Self::Preparing | Self::Packed)
    }

    /// Whether its line is, or was, the business of this package and no other.
    pub const fn has_line(self) -> bool {
        self.is_open() || matches!(self, Self::Shipped)
    }

    /// What an order line in such a package is.
    pub const fn line_status(self) -> OrderStatus {
        match self {
            Self::Preparing | Self::Packed => OrderStatus::Preparing,
            Self::Shipped => OrderStatus::Shipped,
            Self::Cancelled | Self::OutOfStock | Self::Waiting | Self::WaitingForTransfer => OrderStatus::Approved,
        }
    }
}

crate::words! {
    /// What people do with a package, in the order of their transitions' numbers.
    pub enum PackageCommand {
        /// A picker begins to collect it.
        Prepare => "prepare",
        /// It is closed.
        Pack => "pack",
        /// It leaves.
        Ship => "ship",
        /// Some or all of it is not there.
        NotFound => "not-found",
        /// It will not leave from here.
        Cancel => "cancel",
        /// Another picker has it from now on.
        TakeOver => "take-over",
        /// It is opened again.
        Unpack => "unpack",
        /// Some or all of it has come back, and is for sale again.
        Return => "return",
    }
    word slug;
}

impl PackageCommand {
    /// The state it leads to, or `None` where it cannot be given.
    pub const fn leads_to(self, from: PackageState) -> Option<PackageState> {
        use PackageState as State;
        match (self, from) {
            (Self::Prepare, State::Waiting) | (Self::TakeOver, State::Preparing) | (Self::Unpack, State::Packed) => {
                Some(State::Preparing)
            }
            (Self::Pack, State::Preparing) => Some(State::Packed),
            (Self::Ship, State::Packed) | (Self::Return, State::Shipped) => Some(State::Shipped),
            (Self::NotFound, State::Waiting | State::Preparing) => Some(State::OutOfStock),
            (Self::Cancel, _) if from.is_open() => Some(State::Cancelled),
            _ => None,
        }
    }

    /// The state a package is in after it, whether it was given now or before.
    pub const fn target(self) -> PackageState {
        match self {
            Self::Prepare | Self::TakeOver | Self::Unpack => PackageState::Preparing,
            Self::Pack => PackageState::Packed,
            Self::Ship | Self::Return => PackageState::Shipped,
            Self::NotFound => PackageState::OutOfStock,
            Self::Cancel => PackageState::Cancelled,
        }
    }

    /// The commands that can be given in a state.
    pub fn allowed(from: PackageState) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |command| command.leads_to(from).is_some())
    }
}

/// A package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Package {
    /// Its id.
    pub id: PackageId,
    /// Whose lines it has.
    pub order: OrderId,
    /// The order's number and which of its packages it is.
    pub number: String,
    /// From where it leaves.
    pub location: StockLocationId,
    /// Where it is in its life.
    pub state: PackageState,
    /// Who prepares it.
    pub assigned_to: Option<UserId>,
    /// When sourcing made it.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

/// An order line in a package, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackageItem {
    /// Its id.
    pub id: PackageItemId,
    /// The package.
    pub package: PackageId,
    /// The package's order.
    pub order: OrderId,
    /// The package's location.
    pub location: StockLocationId,
    /// The order line.
    pub item: OrderItemId,
    /// The line's SKU.
    pub sku: String,
    /// The line's units.
    pub quantity: Quantity,
    /// Where it is in its life.
    pub state: PackageState,
    /// Whether it matters to no count any more: it will not leave, or has left and is in the level.
    pub is_done: bool,
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
        let table: Vec<String> = PackageState::ALL
            .into_iter()
            .map(|from| {
                let allowed: Vec<_> = PackageCommand::allowed(from).map(PackageCommand::slug).collect();
                format!("{}: {}", from.name(), allowed.join(" "))
            })
            .collect();
        let wanted = [
            "Cancelled: ",
            "Out of Stock: ",
            "Waiting: prepare not-found cancel",
            "Waiting for Transfer: cancel",
            "Preparing: pack not-found cancel take-over",
            "Packed: ship cancel unpack",
            "Shipped: return",
        ];
        assert_eq!(table, wanted);
    }

    #[test]
    fn a_command_leads_where_it_says() {
        for (command, from) in PackageCommand::ALL.iter().flat_map(|c| PackageState::ALL.map(|state| (*c, state))) {
            let stays = matches!(command, PackageCommand::TakeOver | PackageCommand::Return);
            assert!(command.leads_to(from).is_none_or(|to| to == command.target() && (to != from || stays)));
        }
    }
}
