//! Changing an open cart reservation: when it ends, how many units its lines are of, or that it ends now.

use std::collections::BTreeSet;

use super::{CartOutcome, Context, end, open};
use crate::rejection::Shortage;
use crate::{
    CART_LINES_MAX, CartReservationId, CartState, Cause, Delta, IdKind, QUANTITY_MAX, Quantity, Rejection, Stock,
    StockId, Timestamp, WorkingSet,
};

/// A change of one cart reservation.
#[derive(Debug)]
pub struct ChangeCart {
    /// Which.
    pub cart: CartReservationId,
    /// What changes.
    pub change: CartChange,
}

/// What changes of a cart reservation.
#[derive(Debug)]
pub enum CartChange {
    /// It ends now, and its units are free.
    Release,
    /// Whatever is said; the rest stays.
    Edit {
        /// When it ends by itself.
        expires_at: Option<Timestamp>,
        /// Lines by their numbers, each with its units from now on; 0 takes a line out.
        lines: Vec<(i64, Quantity)>,
    },
}

impl ChangeCart {
    pub(super) fn ids_needed(kind: IdKind) -> usize {
        if kind == IdKind::Movement { CART_LINES_MAX } else { 0 }
    }
}

pub(super) fn change_cart(
    working_set: &mut WorkingSet,
    command: &ChangeCart,
    context: Context,
) -> Result<CartOutcome, Rejection> {
    let id = command.cart;
    match &command.change {
        CartChange::Release => {
            // Whoever releases it again is told that it is.
            let is_released = working_set.cart(id).is_some_and(|cart| cart.state == CartState::Released);
            if !is_released {
                open(working_set, id, context)?;
                end(working_set, id, (CartState::Released, Cause::CartReleased(id)), context);
            }
        }
        CartChange::Edit { expires_at, lines } => {
            edit(working_set, (id, *expires_at), lines, context)?;
        }
    }
    Ok(CartOutcome::Cart(working_set.cart(id).expect("it was found").clone()))
}

fn edit(
    working_set: &mut WorkingSet,
    (id, expires_at): (CartReservationId, Option<Timestamp>),
    changes: &[(i64, Quantity)],
    context: Context,
) -> Result<(), Rejection> {
    let before = open(working_set, id, context)?;
    let is_known = |number: i64| before.lines.iter().any(|line| line.number == number);
    let unknown: Vec<i64> = changes.iter().map(|(number, _)| *number).filter(|number| !is_known(*number)).collect();
    if !unknown.is_empty() {
        return Err(Rejection::NotInCart(unknown));
    }
    let mut after = before.clone();
    after.expires_at = expires_at.unwrap_or(before.expires_at);
    for line in &mut after.lines {
        // The last one counts, as it does in an object whose name comes twice.
        if let Some((_, units)) = changes.iter().rev().find(|(number, _)| *number == line.number) {
            line.units = units.units();
        }
    }
    if after.lines.iter().all(|line| line.units == 0) {
        return Err(Rejection::CartEmpty);
    }
    if after == before {
        return Ok(());
    }
    let deltas: Vec<_> = (before.lines.iter().zip(&after.lines))
        .map(|(old, new)| (old.stock, new.units - old.units))
        .filter(|(_, delta)| *delta != 0)
        .collect();
    check_more(working_set, &deltas)?;
    for (stock, units) in deltas {
        let delta = Delta { reserved: units, ..Delta::default() };
        working_set.move_stock(stock, delta, Cause::CartChanged(id), context.actor, context.now);
    }
    after.modified_at = context.now.later_than(before.modified_at);
    *working_set.cart_mut(id) = after;
    Ok(())
}

/// Whether what is wanted besides is there, all lines of a stock together.
fn check_more(working_set: &WorkingSet, deltas: &[(StockId, i64)]) -> Result<(), Rejection> {
    let stocks: BTreeSet<_> = deltas.iter().map(|(stock, _)| *stock).collect();
    let more = |id| deltas.iter().filter(|(stock, _)| *stock == id).map(|(_, units)| units).sum::<i64>();
    let wanted: Vec<(&Stock, i64)> = (stocks.into_iter())
        .filter_map(|id| Some((working_set.stock(id)?, more(id))))
        .filter(|(_, more)| *more > 0)
        .collect();
    let short = |(stock, more): &(&Stock, i64)| {
        let (sku, list, available) = (stock.sku.clone(), stock.list, stock.available());
        (*more > available).then_some(Shortage { sku, list, asked: *more, available })
    };
    let short: Vec<Shortage> = wanted.iter().filter_map(short).collect();
    if !short.is_empty() {
        return Err(Rejection::InsufficientStock(short));
    }
    let has_room = wanted.iter().all(|(stock, more)| stock.reserved + more <= QUANTITY_MAX);
    if has_room { Ok(()) } else { Err(Rejection::ReservedTooLarge) }
}
