//! Removing discrepancies: a person says that they are no more. Must not know why they were reported.

use super::outcome::FulfilmentOutcome;
use super::{Context, FulfilmentReadSet, flag_discrepancy};
use crate::fulfilment::EndedBy;
use crate::{Cause, Delta, DiscrepancyId, IdKind, WorkingSet};

/// Discrepancies are removed; what is not there any more is left out.
#[derive(Debug)]
pub struct RemoveDiscrepancies {
    /// Which.
    pub ids: Vec<DiscrepancyId>,
}

impl RemoveDiscrepancies {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut FulfilmentReadSet) {
        read_set.discrepancies.extend(&self.ids);
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        if kind == IdKind::Movement { self.ids.len() } else { 0 }
    }
}

/// Ends discrepancies; their stocks are on sale again. One that has ended stays as it ended.
pub(super) fn remove_discrepancies(
    working_set: &mut WorkingSet,
    command: &RemoveDiscrepancies,
    context: Context,
) -> FulfilmentOutcome {
    let mut removed = 0;
    for id in &command.ids {
        let Some(stock) =
            working_set.fulfilment.discrepancies.get(*id).filter(|one| one.is_active).map(|one| one.stock)
        else {
            continue;
        };
        flag_discrepancy::set_ended(working_set, *id, EndedBy::Removal, context);
        flag_discrepancy::remember(working_set, stock);
        working_set.move_stock(stock, Delta::default(), Cause::Found, context.actor, context.now);
        removed += 1;
    }
    FulfilmentOutcome::Removed(removed)
}
