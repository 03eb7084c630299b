//! Cart reservations: units that are reserved for a while before there is an order (docs/reservations.md).
//!
//! Promises: units are reserved if they are there, whatever a channel accepts as oversold; what ends gives them back in the
//! same step. A cart reservation whose time is over is not open, whether that was written or not: nothing but its expiry
//! can happen to it. Must not know clocks: the time of a decision comes with its context.

mod change;
mod confirm;
mod expire;
mod reserve;

pub use change::{CartChange, ChangeCart};
pub use confirm::{ConfirmCart, ConfirmedLine};
pub use expire::ExpireCarts;
pub use reserve::ReserveCart;

use super::{Context, Outcome, ReadSet};
use crate::{
    CartReservation, CartReservationId, CartState, Cause, Delta, IdKind, Order, OrderItem, Rejection, WorkingSet,
};

/// A command about cart reservations.
#[derive(Debug)]
pub enum CartCommand {
    /// Units are reserved, all or none.
    Reserve(ReserveCart),
    /// How long, or how many.
    Change(ChangeCart),
    /// It becomes an order.
    Confirm(Box<ConfirmCart>),
    /// The time of some is over.
    Expire(ExpireCarts),
}

/// What a command about cart reservations did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CartOutcome {
    /// A cart reservation as it is now.
    Cart(CartReservation),
    /// It became an order, whose lines come in the order of its own.
    Confirmed(CartReservation, Order, Vec<OrderItem>),
    /// These have expired.
    Expired(Vec<CartReservationId>),
}

impl CartCommand {
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        match self {
            Self::Reserve(reserve) => reserve.read_set(read_set),
            Self::Change(change) => _ = read_set.carts.insert(change.cart),
            Self::Confirm(confirm) => confirm.read_set(read_set),
            Self::Expire(expire) => read_set.carts.extend(expire.carts.iter().map(|(cart, _)| *cart)),
        }
    }

    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match self {
            Self::Reserve(reserve) => reserve.ids_needed(kind),
            Self::Change(_) => ChangeCart::ids_needed(kind),
            Self::Confirm(_) => ConfirmCart::ids_needed(kind),
            Self::Expire(expire) => expire.ids_needed(kind),
        }
    }

    /// Whether it may put units back on sale.
    pub fn comes_back(&self) -> bool {
        matches!(self, Self::Change(_) | Self::Expire(_))
    }
}

pub(super) fn decide(
    working_set: &mut WorkingSet,
    command: &CartCommand,
    context: Context,
) -> Result<Outcome, Rejection> {
    let outcome = match command {
        CartCommand::Reserve(command) => reserve::reserve_cart(working_set, command, context),
        CartCommand::Change(command) => change::change_cart(working_set, command, context),
        CartCommand::Confirm(command) => confirm::confirm_cart(working_set, command, context),
        CartCommand::Expire(command) => Ok(expire::expire_carts(working_set, command, context)),
    }?;
    Ok(Outcome::Cart(Box::new(outcome)))
}

/// A cart reservation that is open now.
fn open(working_set: &WorkingSet, id: CartReservationId, context: Context) -> Result<CartReservation, Rejection> {
    let cart = working_set.cart(id).ok_or(Rejection::NotFound)?;
    if cart.is_open_at(context.now) {
        return Ok(cart.clone());
    }
    Err(Rejection::CartEnded { state: cart.state_at(context.now), order: cart.order })
}

/// Gives all units of an open cart reservation back.
fn end(working_set: &mut WorkingSet, id: CartReservationId, (state, cause): (CartState, Cause), context: Context) {
    let cart = working_set.cart_mut(id);
    let lines: Vec<_> = cart.lines.iter().map(|line| (line.stock, cart.reserved(line))).collect();
    (cart.state, cart.modified_at) = (state, context.now.later_than(cart.modified_at));
    for (stock, units) in lines.into_iter().filter(|(_, units)| *units > 0) {
        let delta = Delta { reserved: -units, ..Delta::default() };
        working_set.move_stock(stock, delta, cause, context.actor, context.now);
    }
}
