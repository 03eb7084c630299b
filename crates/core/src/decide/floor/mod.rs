//! Deciding what happens on the floor: planning, packages, transfers, counts, discrepancies.
//!
//! Promises: holds follow what people find, each change of a number with its movement; a command that was given before
//! changes nothing; an order, its holds and its packages tell one story. Must not know who works where.

mod allot;
mod follow;
pub(super) mod mark;
pub(super) mod moves;
mod outcome;
mod plan_order;
mod record_count;
mod returns;
mod run_package;
mod run_transfer;
mod split;
mod unplanned;

pub(super) use follow::{keep_on_its_way, leave_order};
pub(super) use unplanned::{note, serve_short};

pub use outcome::{FloorOutcome, OrderPlan, PackedLines};

use crate::floor::FloorCommand;
use crate::{Context, Refusal, Shelf};

/// Decides one command of the floor.
pub(super) fn decide(shelf: &mut Shelf, command: &FloorCommand, context: Context) -> Result<FloorOutcome, Refusal> {
    match command {
        FloorCommand::Plan(command) => plan_order::plan_order(shelf, command, context),
        FloorCommand::Package(command) => run_package::run_package(shelf, command, context),
        FloorCommand::Transfer(command) => run_transfer::run_transfer(shelf, command, context),
        FloorCommand::Count(command) => record_count::record_count(shelf, command, context),
        FloorCommand::Remove(command) => Ok(mark::remove_discrepancies(shelf, command, context)),
        FloorCommand::Register(command) => moves::register(shelf, command, context),
    }
}
