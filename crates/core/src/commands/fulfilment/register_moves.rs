//! Registering moves: the ERP says that it knows of them (`moves.rs`). Must not know how a move came to be.

use std::collections::HashMap;

use super::outcome::FulfilmentOutcome;
use super::{Context, FulfilmentReadSet, moves};
use crate::fulfilment::{MoveKind, MoveState, StockMove};
use crate::rejection::MoveRejection;
use crate::{Cause, Delta, IdKind, OrderItemId, Rejection, ReservationState, StockMoveId, Timestamp, WorkingSet};

/// The ERP has registered moves: all of these, or none.
#[derive(Debug)]
pub struct RegisterMoves {
    /// In order.
    pub rows: Vec<RegisterMove>,
}

/// The ERP has registered a move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegisterMove {
    /// Which.
    pub id: StockMoveId,
    /// The ERP's code for it.
    pub code: String,
    /// When the ERP registered it; arrival when absent.
    pub registered_at: Option<Timestamp>,
}

impl RegisterMoves {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut FulfilmentReadSet) {
        read_set.moves.extend(self.rows.iter().map(|row| row.id));
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        if kind == IdKind::Movement { self.rows.len() } else { 0 }
    }
}

/// The ERP has registered moves: all of those it names, or none.
pub(super) fn register(
    working_set: &mut WorkingSet,
    command: &RegisterMoves,
    context: Context,
) -> Result<FulfilmentOutcome, Rejection> {
    let mut faults = Vec::new();
    let mut codes: HashMap<StockMoveId, &str> = HashMap::new();
    for (row, register) in command.rows.iter().enumerate() {
        let Some(one) = working_set.fulfilment.moves.get(register.id) else {
            faults.push((row, MoveRejection::Unknown(register.id)));
            continue;
        };
        let code = one.code.as_deref().or_else(|| codes.get(&register.id).copied());
        match code.filter(|code| *code != register.code) {
            Some(code) => faults.push((row, MoveRejection::AnotherCode { code: code.to_owned() })),
            None => _ = codes.insert(register.id, &register.code),
        }
    }
    if !faults.is_empty() {
        return Err(Rejection::Moves(faults));
    }
    command.rows.iter().for_each(|row| register_move(working_set, row, context));
    let rows = command.rows.iter().filter_map(|row| working_set.fulfilment.moves.get(row.id).cloned()).collect();
    Ok(FulfilmentOutcome::MovesRegistered(rows))
}

fn register_move(working_set: &mut WorkingSet, register: &RegisterMove, context: Context) {
    let Some(before) = working_set.fulfilment.moves.get(register.id).cloned() else { return };
    let waits = before.state == MoveState::Waiting;
    if !waits && before.code.is_some() {
        return;
    }
    let counted_at = if before.kind == MoveKind::Transfer {
        Some(before.from)
    } else {
        working_set.reservation(before.item).map(|reservation| reservation.stock)
    };
    // The ERP cannot register what has not happened: an earlier time comes from a clock that is slow.
    let earliest = before.created_at.plus_micros(1);
    let snapshot = counted_at.and_then(|stock| working_set.stock(stock)).and_then(|stock| stock.snapshot_at);
    let arrived = || snapshot.map_or(context.now, |snapshot| context.now.max(snapshot.plus_micros(1)));
    let registered_at = register.registered_at.unwrap_or_else(arrived).max(earliest);
    let row = working_set.fulfilment.moves.change(register.id);
    row.code = Some(register.code.clone());
    row.modified_at = context.now.later_than(row.modified_at);
    if !waits {
        return;
    }
    (row.state, row.registered_at) = (MoveState::Registered, Some(registered_at));
    match before.kind {
        MoveKind::Transfer => release_kept(working_set, &before, registered_at, context),
        MoveKind::OrderItem => release_line(working_set, before.item, registered_at, context),
    }
}

/// What the transfer keeps at its source ends with a level that was taken after it was registered.
fn release_kept(working_set: &mut WorkingSet, one: &StockMove, registered_at: Timestamp, context: Context) {
    let key = (one.from, one.id);
    if working_set.fulfilment.kept.get(key).is_none() {
        return;
    }
    if moves::is_in_level(working_set, one.from, registered_at) {
        let delta = Delta { reported: -one.quantity.units(), ..Delta::default() };
        working_set.move_stock(one.from, delta, Cause::Release(one.item), context.actor, context.now);
        working_set.fulfilment.kept.remove(key);
    } else {
        working_set.fulfilment.kept.change(key).registered_at = Some(registered_at);
    }
}

/// The line is registered where it is reserved, once all its moves are.
fn release_line(working_set: &mut WorkingSet, item: OrderItemId, registered_at: Timestamp, context: Context) {
    if working_set.fulfilment.waiting_moves_of(item).next().is_some() {
        return;
    }
    let open = working_set.reservation(item).filter(|reservation| reservation.state == ReservationState::Open);
    let Some((stock, units)) = open.map(|reservation| (reservation.stock, reservation.quantity.units())) else {
        return;
    };
    // Moves may be registered in any order: the latest time is the one from which levels know of all of them.
    let of_line = working_set.fulfilment.moves.all().filter(|one| one.item == item && one.kind == MoveKind::OrderItem);
    let registered_at =
        of_line.filter_map(|one| one.registered_at).max().map_or(registered_at, |at| at.max(registered_at));
    let settled = moves::is_in_level(working_set, stock, registered_at);
    let (state, reported) = if settled { (ReservationState::Settled, 0) } else { (ReservationState::Reported, units) };
    let delta = Delta { reserved: -units, reported, ..Delta::default() };
    working_set.move_stock(stock, delta, Cause::Release(item), context.actor, context.now);
    working_set.advance_reservation(item, state, Some(registered_at));
}
