//! Fulfilment: the locations where stock is, and the work of people there.
//!
//! Promises: the states of locations, packages, transfers, discrepancies and counts, and which state follows which.
//! Must not know stock numbers.

mod discrepancy;
pub mod distance;
mod goods_movement;
pub mod grid;
pub mod list_sourcing;
mod location;
pub mod nearest;
mod package;
pub mod sourcing;
mod stock_move;
mod transfer;
mod unplanned;

pub use discrepancy::{CountLine, CountResult, Discrepancy, DiscrepancyEnds, EndedBy, Reason, StockCount};
pub use goods_movement::GoodsMovement;
pub use location::{Coordinates, CountMode, StockLocation};
pub use package::{Package, PackageCommand, PackageItem, PackageState};
pub use stock_move::{KeptUnits, MoveKind, MoveState, StockMove};
pub use transfer::{Transfer, TransferCommand, TransferItem, TransferState};
pub use unplanned::{UnplannedItem, UnplannedReason};
