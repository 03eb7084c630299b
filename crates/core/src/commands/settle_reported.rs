//! Settling reported lines without a level: by their age, where their list says so, or because a person says so.
//!
//! What the ERP has registered stays off sale, as `reported`, until a level that was taken after it arrives (contract 6.2).
//! An ERP that sends a level only when it changes has no such level to send if its last one knew the line already: then
//! the units would stay off sale for ever. A line that is not reported any more, or not for long enough, stays as it is.

use super::{Context, Outcome, ReadSet};
use crate::{
    Cause, Delta, Explanation, IdKind, MovementId, OrderItemId, Reservation, ReservationState, StockId, WorkingSet,
};

/// Reported lines that are to be settled.
#[derive(Debug)]
pub struct SettleReported {
    /// The lines. What is not reported is left alone.
    pub items: Vec<OrderItemId>,
    /// Why.
    pub reason: SettleReason,
}

/// Why reported lines are settled without a level.
#[derive(Debug)]
pub enum SettleReason {
    /// They are older than their list says.
    Age,
    /// A person has looked, and may say something of it.
    Person(Option<Explanation>),
}

/// A line that was settled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SettledLine {
    /// The line.
    pub item: OrderItemId,
    /// The stock that it was reported on.
    pub stock: StockId,
    /// How many units are on sale again.
    pub units: i64,
    /// The movement that says so.
    pub movement: Option<MovementId>,
}

impl SettleReported {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.items.extend(&self.items);
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        if kind == IdKind::Movement { self.items.len() } else { 0 }
    }

    fn settles(&self, working_set: &WorkingSet, reservation: &Reservation, context: Context) -> bool {
        if reservation.state != ReservationState::Reported {
            return false;
        }
        match self.reason {
            SettleReason::Person(_) => true,
            SettleReason::Age => {
                let list = working_set.stock(reservation.stock).and_then(|stock| working_set.list(stock.list));
                let seconds = list.map_or(0, |list| list.reported_settles_after_seconds);
                seconds > 0 && reservation.registered_at.is_some_and(|at| at <= context.now.minus_seconds(seconds))
            }
        }
    }
}

pub(super) fn settle_reported(working_set: &mut WorkingSet, command: &SettleReported, context: Context) -> Outcome {
    let mut settled = Vec::new();
    for item in &command.items {
        let Some(reservation) = working_set.reservation(*item) else { continue };
        if !command.settles(working_set, reservation, context) {
            continue;
        }
        let (stock, units) = (reservation.stock, reservation.quantity.units());
        let delta = Delta { reported: -units, ..Delta::default() };
        working_set.move_stock(stock, delta, Cause::Settled(*item), context.actor, context.now);
        if let SettleReason::Person(said) = &command.reason {
            working_set.explain(stock, said.as_ref());
        }
        working_set.advance_reservation(*item, ReservationState::Settled, None);
        let movement = working_set.stock(stock).and_then(|stock| stock.movement);
        settled.push(SettledLine { item: *item, stock, units, movement });
    }
    Outcome::ReportedSettled(settled)
}
