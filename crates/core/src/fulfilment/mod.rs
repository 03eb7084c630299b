//! Fulfilment: the locations where stock is, and the work of people there.
//!
//! Promises: the states of locations, packages, transfers, discrepancies and counts, and which state follows which. Must
//! not know stock numbers.

mod command;
mod discrepancy;
mod goods_movement;
mod location;
mod package;
mod stock_move;
mod transfer;
mod unplanned;

pub use command::{
    FulfilmentCommand, FulfilmentReadSet, PlanOrder, RecordCount, RegisterMove, RegisterMoves, RemoveDiscrepancies,
    RunPackage, RunTransfer, SomeUnits,
};
pub use discrepancy::{CountLine, CountResult, Discrepancy, DiscrepancyEnds, EndedBy, Reason, StockCount};
pub use goods_movement::GoodsMovement;
pub use location::{Coordinates, CountMode, StockLocation};
pub use package::{Package, PackageCommand, PackageItem, PackageState};
pub use stock_move::{Kept, MoveKind, MoveState, StockMove};
pub use transfer::{Transfer, TransferCommand, TransferItem, TransferState};
pub use unplanned::{UnplannedItem, UnplannedReason};
