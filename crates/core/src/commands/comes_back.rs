//! Which commands may put units back on sale that lines have waited for: those lines are loaded with them, and served
//! first.
//!
//! Must not know how lines are served.

use super::{Command, FulfilmentCommand};
use crate::OrderStatus;
use crate::fulfilment::PackageCommand;

/// The most short lines that are served by what comes back in one batch of commands; the others wait for sourcing.
pub const SHORT_LINES_MAX: usize = 200;

impl Command {
    /// Whether it may put units back on sale that lines have waited for: by a level, a count, a removal, a
    /// cancellation, the end of a reported line.
    pub fn comes_back(&self) -> bool {
        match self {
            Self::CancelItems(_) | Self::ImportStocks(_) | Self::TransferStock(_) | Self::SettleReported(_) => true,
            Self::WriteStocks(write) => write.rows.iter().any(|row| row.on_hand.is_some() || row.reserved.is_some()),
            Self::AdjustStocks(adjust) => adjust.adds(),
            Self::EditItem(edit) => edit.edit.status == Some(OrderStatus::Cancelled),
            Self::TellOutgoing(told) => told.comes_back(),
            Self::Fulfilment(command) => command.comes_back(),
            Self::Cart(command) => command.comes_back(),
            Self::PlaceOrder(_)
            | Self::AdoptOrder(_)
            | Self::FollowOrder(_)
            | Self::ReleaseItem(_)
            | Self::RemoveStock(_)
            | Self::EditOrder(_) => false,
        }
    }
}

impl FulfilmentCommand {
    /// The same for commands of fulfilment.
    pub fn comes_back(&self) -> bool {
        match self {
            Self::Count(_) | Self::Remove(_) => true,
            Self::Package(run) => run.command == PackageCommand::Return,
            _ => false,
        }
    }
}
