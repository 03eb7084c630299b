//! The end of cart reservations whose time is over.

use super::{CartOutcome, Context, end};
use crate::{CartReservationId, CartState, Cause, IdKind, WorkingSet};

/// Cart reservations whose time seems to be over. One that is open for longer by now, or that has ended, stays as it is.
#[derive(Debug)]
pub struct ExpireCarts {
    /// Each with how many lines it has.
    pub carts: Vec<(CartReservationId, usize)>,
}

impl ExpireCarts {
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        if kind == IdKind::Movement { self.carts.iter().map(|(_, lines)| lines).sum() } else { 0 }
    }
}

pub(super) fn expire_carts(working_set: &mut WorkingSet, command: &ExpireCarts, context: Context) -> CartOutcome {
    let is_over = |id: &CartReservationId| {
        working_set.cart(*id).is_some_and(|cart| cart.state == CartState::Open && !cart.is_open_at(context.now))
    };
    let over: Vec<_> = command.carts.iter().map(|(id, _)| *id).filter(is_over).collect();
    for id in &over {
        end(working_set, *id, (CartState::Expired, Cause::CartExpired(*id)), context);
    }
    CartOutcome::Expired(over)
}
