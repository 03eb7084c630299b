//! Commands of fulfilment: sourcing, packages, transfers, counts, discrepancies, moves.
//!
//! Promises: as for every command, whatever the decision looks at is named here; reservations follow what people find,
//! and each change of a number has its movement; a command that is repeated changes nothing; an order, its reservations
//! and its packages agree. Must not know which person works at which location.

mod allocate;
pub(super) mod flag_discrepancy;
mod leave_order;
pub(super) mod moves;
mod order_status;
mod outcome;
mod package_transition;
mod read_set;
mod record_count;
mod register_moves;
mod remove_discrepancies;
mod returns;
mod source_order;
mod split;
mod transfer_transition;
mod unplanned;

pub(super) use leave_order::{keep_on_its_way, leave_order};
pub(super) use unplanned::{note, serve_short};

pub use outcome::{FulfilmentOutcome, OrderSourcing, PackedLines};
pub use package_transition::RunPackage;
pub use read_set::FulfilmentReadSet;
pub use record_count::RecordCount;
pub use register_moves::{RegisterMove, RegisterMoves};
pub use remove_discrepancies::RemoveDiscrepancies;
pub use source_order::SourceOrder;
pub use split::SomeUnits;
pub use transfer_transition::RunTransfer;

use super::Context;
use crate::{IdKind, Rejection, WorkingSet};

/// A command of fulfilment.
#[derive(Debug)]
pub enum FulfilmentCommand {
    /// The lines of an order that are in no package are sourced.
    Source(SourceOrder),
    /// A person works on a package.
    Package(RunPackage),
    /// A person works on a transfer.
    Transfer(RunTransfer),
    /// A person has counted.
    Count(RecordCount),
    /// Discrepancies are removed.
    Remove(RemoveDiscrepancies),
    /// The ERP has registered moves.
    Register(RegisterMoves),
}

impl FulfilmentCommand {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut FulfilmentReadSet) {
        match self {
            Self::Source(source) => source.read_set(read_set),
            Self::Package(run) => run.read_set(read_set),
            Self::Transfer(run) => run.read_set(read_set),
            Self::Count(count) => count.read_set(read_set),
            Self::Remove(remove) => remove.read_set(read_set),
            Self::Register(register) => register.read_set(read_set),
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match self {
            Self::Source(source) => source.ids_needed(kind),
            Self::Package(run) => run.ids_needed(kind),
            Self::Transfer(run) => run.ids_needed(kind),
            Self::Count(count) => count.ids_needed(kind),
            Self::Remove(remove) => remove.ids_needed(kind),
            Self::Register(register) => register.ids_needed(kind),
        }
    }
}

/// Decides one command of fulfilment.
pub(super) fn decide(
    working_set: &mut WorkingSet,
    command: &FulfilmentCommand,
    context: Context,
) -> Result<FulfilmentOutcome, Rejection> {
    match command {
        FulfilmentCommand::Source(command) => source_order::source_order(working_set, command, context),
        FulfilmentCommand::Package(command) => package_transition::apply(working_set, command, context),
        FulfilmentCommand::Transfer(command) => transfer_transition::apply(working_set, command, context),
        FulfilmentCommand::Count(command) => record_count::record_count(working_set, command, context),
        FulfilmentCommand::Remove(command) => {
            Ok(remove_discrepancies::remove_discrepancies(working_set, command, context))
        }
        FulfilmentCommand::Register(command) => register_moves::register(working_set, command, context),
    }
}
