//! Decides the commands of fulfilment: sourcing, packages, transfers, counts, discrepancies.
//!
//! Promises: reservations follow what people find, and each change of a number has its movement; a command that is
//! repeated changes nothing; an order, its reservations and its packages agree. Must not know which person works at
//! which location.

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

/// Decides one command of fulfilment.
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
