//! Moves that the ERP has to hear of: making them, registering them, and what they keep off sale.
//!
//! An ERP that was not told of a move sends levels that know nothing of it, at both lists. So a registered line that goes to
//! another list is reserved there until the ERP has registered that, and units that have left with a transfer stay in
//! `reported` at their source until the ERP has registered that and a level taken after it has come. Units on their way
//! that no line waits for any more are in `reported` at their destination until they arrive.

use std::collections::HashMap;

use super::outcome::FloorOutcome;
use crate::floor::{
    Kept, MoveKind, MoveState, RegisterMove, RegisterMoves, StockMove, Transfer, TransferItem, TransferState,
};
use crate::refusal::MoveFault;
use crate::{
    Cause, Context, Delta, Hold, HoldState, IdKind, MovesSettle, OrderItemId, PackageItemId, Refusal, ReleaseMode,
    Shelf, StockId, StockListId, StockMoveId, Timestamp, TransferId,
};

/// Whether moves that a list decides on are registered when they are made.
fn at_once(shelf: &Shelf, stock: StockId) -> bool {
    let list = shelf.stock(stock).and_then(|stock| shelf.list(stock.list));
    list.is_some_and(|list| list.moves_settle == MovesSettle::NextLevel)
}

/// A stock and its list.
type Place = (StockId, StockListId);

fn place(shelf: &Shelf, stock: StockId) -> Option<Place> {
    shelf.stock(stock).map(|row| (stock, row.list))
}

fn make(
    shelf: &mut Shelf,
    item: OrderItemId,
    (kind, transfer): (MoveKind, Option<TransferId>),
    ((from, from_list), (to, to_list)): (Place, Place),
    registered: bool,
    context: Context,
) -> Option<StockMoveId> {
    let line = shelf.item(item)?;
    let (order, sku, quantity) = (line.order, line.sku.clone(), line.quantity);
    let id = StockMoveId::new(shelf.ids.take_in(IdKind::StockMove, order.bucket()));
    let (state, registered_at) =
        if registered { (MoveState::Registered, Some(context.now)) } else { (MoveState::Waiting, None) };
    let (created_at, modified_at, code) = (context.now, context.now, None);
    let row = StockMove {
        id,
        order,
        item,
        kind,
        transfer,
        sku,
        quantity,
        from,
        from_list,
        to,
        to_list,
        state,
        code,
        registered_at,
        created_at,
        modified_at,
    };
    shelf.floor.moves.make(id, row);
    Some(id)
}

/// A registered line is put on a stock. The state of its hold there: open as long as the ERP has a move of it to register.
pub(super) fn arrive_registered(shelf: &mut Shelf, item: OrderItemId, to: StockId, context: Context) -> HoldState {
    let from = shelf.hold(item).map_or(to, |hold| hold.stock);
    if from != to {
        let transfer =
            shelf.floor.transfer_items.all().find(|one| one.item == item && one.state == TransferState::Waiting);
        let kind = (MoveKind::OrderItem, transfer.map(|one| one.transfer));
        if let Some(places) = place(shelf, from).zip(place(shelf, to)) {
            make(shelf, item, kind, places, at_once(shelf, to), context);
        }
    }
    let list = shelf.stock(to).and_then(|stock| shelf.list(stock.list));
    let is_literal = list.is_some_and(|list| list.release_mode == ReleaseMode::Immediate);
    match (shelf.floor.waiting_moves_of(item).next().is_some(), is_literal) {
        (true, _) => HoldState::Open,
        (false, false) => HoldState::Reported,
        (false, true) => HoldState::Settled,
    }
}

/// A line's units leave its stock with a transfer. How many of them the transfer keeps off sale there: all, whatever the
/// ERP's level says of the line's sale; none where the level lacks them already and the next one is taken to know.
pub(super) fn leave(shelf: &mut Shelf, transfer: &Transfer, line: &TransferItem, to: StockId, context: Context) -> i64 {
    let Some((from, state)) = shelf.hold(line.item).map(|hold| (hold.stock, hold.state)) else { return 0 };
    let registered = at_once(shelf, from);
    let kind = (MoveKind::Transfer, Some(transfer.id));
    let places = place(shelf, from).zip(place(shelf, to));
    let Some(by) = places.and_then(|places| make(shelf, line.item, kind, places, registered, context)) else {
        return 0;
    };
    if registered && state == HoldState::Settled {
        return 0;
    }
    let (quantity, registered_at) = (line.quantity, registered.then_some(context.now));
    keep(shelf, Kept { stock: from, by, quantity, registered_at });
    quantity.units()
}

fn keep(shelf: &mut Shelf, kept: Kept) {
    shelf.floor.kept.make((kept.stock, kept.by), kept);
}

/// The line of a package does not wait any more for what is on its way to it: its transfer keeps that off sale where it will
/// arrive. The stock and the units that its caller has to add to `reported`.
pub(super) fn keep_on_its_way(shelf: &mut Shelf, line: PackageItemId) -> Option<(StockId, i64)> {
    let on_its_way = |one: &&TransferItem| one.package_item == line && one.state == TransferState::InTransit;
    let (transfer, item) = shelf.floor.transfer_items.all().find(on_its_way).map(|one| (one.transfer, one.item))?;
    let one = transfer_move(shelf, transfer, item)?;
    let (stock, by, quantity) = (one.to, one.id, one.quantity);
    keep(shelf, Kept { stock, by, quantity, registered_at: None });
    Some((stock, quantity.units()))
}

fn transfer_move(shelf: &Shelf, transfer: TransferId, item: OrderItemId) -> Option<&StockMove> {
    let carried =
        |one: &&StockMove| one.kind == MoveKind::Transfer && one.transfer == Some(transfer) && one.item == item;
    shelf.floor.moves.all().find(carried)
}

/// What a transfer has carried is there: units that no line waits for are the destination's from now on.
pub(super) fn arrive(shelf: &mut Shelf, lines: &[TransferItem], context: Context) {
    for line in lines {
        let one = transfer_move(shelf, line.transfer, line.item).map(|one| (one.to, one.id));
        if let Some(stock) = one.map(|(to, _)| to).or_else(|| shelf.hold(line.item).map(|hold| hold.stock)) {
            shelf.floor.goods.add(stock, line.quantity.units(), context.now);
        }
        let Some((stock, by)) = one else { continue };
        if let Some(kept) = shelf.floor.kept.get((stock, by)).copied() {
            let delta = Delta { reported: -kept.quantity.units(), ..Delta::default() };
            shelf.move_stock(stock, delta, Cause::Transfer(line.item), context.actor, context.now);
            shelf.floor.kept.remove((stock, by));
        }
    }
}

/// A level of a stock was taken: units whose move was registered at or before that are not in it. How many are not kept any
/// more; the caller takes them out of `reported`.
pub(in crate::decide) fn settle_kept(shelf: &mut Shelf, stock: StockId, snapshot: Timestamp) -> i64 {
    let is_in = |kept: &&Kept| kept.registered_at.is_some_and(|registered| registered <= snapshot);
    let settled: Vec<Kept> = shelf.floor.kept_on(stock).filter(is_in).copied().collect();
    settled.iter().for_each(|kept| shelf.floor.kept.remove((stock, kept.by)));
    settled.iter().map(|kept| kept.quantity.units()).sum()
}

/// A line is cancelled: the ERP need not register where its sale belongs.
pub(in crate::decide) fn drop_waiting(shelf: &mut Shelf, item: OrderItemId, context: Context) {
    let waiting: Vec<StockMoveId> = shelf.floor.waiting_moves_of(item).map(|one| one.id).collect();
    for id in waiting {
        let row = shelf.floor.moves.change(id);
        (row.state, row.modified_at) = (MoveState::Cancelled, context.now.later_than(row.modified_at));
    }
}

/// The ERP has registered a line as it is reserved now, and with it all its moves. `false` where it speaks of a time before
/// the newest of them: then it repeats what it had registered then.
pub(in crate::decide) fn register_line(
    shelf: &mut Shelf,
    item: OrderItemId,
    registered_at: Option<Timestamp>,
    context: Context,
) -> bool {
    let newest = shelf.floor.waiting_moves_of(item).map(|one| one.created_at).max();
    let Some(newest) = newest else { return true };
    if registered_at.is_some_and(|registered| registered <= newest) {
        return false;
    }
    let waiting: Vec<StockMoveId> = shelf.floor.waiting_moves_of(item).map(|one| one.id).collect();
    for id in waiting {
        let row = shelf.floor.moves.change(id);
        (row.state, row.modified_at) = (MoveState::Registered, context.now.later_than(row.modified_at));
        row.registered_at = Some(registered_at.unwrap_or(context.now));
    }
    true
}

/// The ERP registers a line only now, and had registered it before the line was moved: where it was then. So that is a move
/// that it has to hear of, and the line stays reserved. `false` where it has registered the line where it is, or is taken to
/// know of moves at once.
pub(in crate::decide) fn registered_before_it_moved(
    shelf: &mut Shelf,
    item: OrderItemId,
    registered_at: Option<Timestamp>,
    context: Context,
) -> bool {
    let is_new =
        |hold: &&Hold| hold.registered_at.is_none() && matches!(hold.state, HoldState::Open | HoldState::Short);
    let Some(hold) = shelf.hold(item).filter(is_new) else { return false };
    let to = hold.stock;
    let moved = hold.moved.filter(|moved| registered_at.is_some_and(|registered| registered <= moved.at));
    let Some((moved, to)) = moved.zip(place(shelf, to)).filter(|(moved, to)| moved.list != to.1) else { return false };
    let registered = at_once(shelf, to.0);
    make(shelf, item, (MoveKind::OrderItem, None), ((moved.stock, moved.list), to), registered, context);
    if !registered {
        shelf.register_hold(item, registered_at);
    }
    !registered
}

/// The ERP has registered moves: all of those it names, or none.
pub(super) fn register(shelf: &mut Shelf, command: &RegisterMoves, context: Context) -> Result<FloorOutcome, Refusal> {
    let mut faults = Vec::new();
    let mut codes: HashMap<StockMoveId, &str> = HashMap::new();
    for (row, register) in command.rows.iter().enumerate() {
        let Some(one) = shelf.floor.moves.get(register.id) else {
            faults.push((row, MoveFault::Unknown(register.id)));
            continue;
        };
        let code = one.code.as_deref().or_else(|| codes.get(&register.id).copied());
        match code.filter(|code| *code != register.code) {
            Some(code) => faults.push((row, MoveFault::AnotherCode { code: code.to_owned() })),
            None => _ = codes.insert(register.id, &register.code),
        }
    }
    if !faults.is_empty() {
        return Err(Refusal::Moves(faults));
    }
    command.rows.iter().for_each(|row| register_move(shelf, row, context));
    let rows = command.rows.iter().filter_map(|row| shelf.floor.moves.get(row.id).cloned()).collect();
    Ok(FloorOutcome::MovesRegistered(rows))
}

fn register_move(shelf: &mut Shelf, register: &RegisterMove, context: Context) {
    let Some(before) = shelf.floor.moves.get(register.id).cloned() else { return };
    let waits = before.state == MoveState::Waiting;
    if !waits && before.code.is_some() {
        return;
    }
    let counted_at = if before.kind == MoveKind::Transfer {
        Some(before.from)
    } else {
        shelf.hold(before.item).map(|hold| hold.stock)
    };
    // Nobody registers what has not happened: an earlier time is that of a clock that is slow.
    let earliest = before.created_at.plus_micros(1);
    let snapshot = counted_at.and_then(|stock| shelf.stock(stock)).and_then(|stock| stock.snapshot_at);
    let arrived = || snapshot.map_or(context.now, |snapshot| context.now.max(snapshot.plus_micros(1)));
    let registered_at = register.registered_at.unwrap_or_else(arrived).max(earliest);
    let row = shelf.floor.moves.change(register.id);
    row.code = Some(register.code.clone());
    row.modified_at = context.now.later_than(row.modified_at);
    if !waits {
        return;
    }
    (row.state, row.registered_at) = (MoveState::Registered, Some(registered_at));
    match before.kind {
        MoveKind::Transfer => release_kept(shelf, &before, registered_at, context),
        MoveKind::OrderItem => release_line(shelf, before.item, registered_at, context),
    }
}

/// What the transfer keeps at its source ends with a level that was taken after it was registered.
fn release_kept(shelf: &mut Shelf, one: &StockMove, registered_at: Timestamp, context: Context) {
    let key = (one.from, one.id);
    if shelf.floor.kept.get(key).is_none() {
        return;
    }
    if settles_at_once(shelf, one.from, registered_at) {
        let delta = Delta { reported: -one.quantity.units(), ..Delta::default() };
        shelf.move_stock(one.from, delta, Cause::Release(one.item), context.actor, context.now);
        shelf.floor.kept.remove(key);
    } else {
        shelf.floor.kept.change(key).registered_at = Some(registered_at);
    }
}

/// The line is registered where it is reserved, once all its moves are.
fn release_line(shelf: &mut Shelf, item: OrderItemId, registered_at: Timestamp, context: Context) {
    if shelf.floor.waiting_moves_of(item).next().is_some() {
        return;
    }
    let open = shelf.hold(item).filter(|hold| hold.state == HoldState::Open);
    let Some((stock, units)) = open.map(|hold| (hold.stock, hold.quantity.units())) else { return };
    // Moves may be registered in any order: the latest time is the one from which levels know of all of them.
    let of_line = shelf.floor.moves.all().filter(|one| one.item == item && one.kind == MoveKind::OrderItem);
    let registered_at =
        of_line.filter_map(|one| one.registered_at).max().map_or(registered_at, |at| at.max(registered_at));
    let settled = settles_at_once(shelf, stock, registered_at);
    let (state, reported) = if settled { (HoldState::Settled, 0) } else { (HoldState::Reported, units) };
    let delta = Delta { held: -units, reported, ..Delta::default() };
    shelf.move_stock(stock, delta, Cause::Release(item), context.actor, context.now);
    shelf.advance_hold(item, state, Some(registered_at));
}

/// Whether what was registered at a moment is in the level that a stock has, or is to be taken for that. What was counted since
/// that level is what stands there, with the units of every line that has not left: then nothing is in it before the next level.
pub(in crate::decide) fn settles_at_once(shelf: &Shelf, stock: StockId, registered_at: Timestamp) -> bool {
    let Some(stock) = shelf.stock(stock) else { return true };
    let immediate = shelf.list(stock.list).is_some_and(|list| list.release_mode == ReleaseMode::Immediate);
    let level = stock.snapshot_at.filter(|_| stock.counted_at.is_none());
    immediate || level.is_some_and(|level| registered_at <= level)
}
