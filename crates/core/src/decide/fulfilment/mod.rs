//! Deciding what happens on the floor: planning, packages, transfers, counts, discrepancies.
//!
//! Promises: holds follow what people find, each change of a number with its movement; a command that was given before
//! changes nothing; an order, its holds and its packages tell one story. Must not know who works where.

mod allocate;
pub(super) mod flag_discrepancy;
pub(super) mod moves;
mod order_status;
mod outcome;
mod package_transition;
mod plan_order;
mod record_count;
mod returns;
mod split;
mod transfer_transition;
mod unplanned;

pub(super) use order_status::{keep_on_its_way, leave_order};
pub(super) use unplanned::{note, serve_short};

pub use outcome::{FulfilmentOutcome, OrderPlan, PackedLines};

use crate::fulfilment::FulfilmentCommand;
use crate::{Context, Rejection, WorkingSet};

/// Decides one command of the floor.
pub(super) fn decide(
    working_set: &mut WorkingSet,
    command: &FulfilmentCommand,
    context: Context,
) -> Result<FulfilmentOutcome, Rejection> {
    match command {
        FulfilmentCommand::Plan(command) => plan_order::plan_order(working_set, command, context),
        FulfilmentCommand::Package(command) => package_transition::run_package(working_set, command, context),
        FulfilmentCommand::Transfer(command) => transfer_transition::run_transfer(working_set, command, context),
        FulfilmentCommand::Count(command) => record_count::record_count(working_set, command, context),
        FulfilmentCommand::Remove(command) => Ok(flag_discrepancy::remove_discrepancies(working_set, command, context)),
        FulfilmentCommand::Register(command) => moves::register(working_set, command, context),
    }
}
