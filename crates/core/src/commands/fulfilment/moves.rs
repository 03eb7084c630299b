//! Moves that the ERP has to hear of: making them, and what they keep off sale.
//!
//! An ERP that was not told of a move sends levels that know nothing of it, at both lists. So a registered line that
//! goes to another list is reserved there until the ERP has registered that, and units that have left with a transfer
//! stay in `reported` at their source until the ERP has registered that and a level taken after it has come. Units on
//! their way that no line waits for any more are in `reported` at their destination until they arrive.

use super::Context;
use crate::fulfilment::{KeptUnits, MoveKind, MoveState, StockMove, Transfer, TransferItem, TransferState};
use crate::{
    Cause, Delta, IdKind, MoveRegistration, OrderItemId, PackageItemId, ReleaseMode, Reservation, ReservationState,
    StockId, StockListId, StockMoveId, Timestamp, TransferId, WorkingSet,
};

/// Whether moves that a list decides on are registered when they are made.
fn at_once(working_set: &WorkingSet, stock: StockId) -> bool {
    let list = working_set.stock(stock).and_then(|stock| working_set.list(stock.list));
    list.is_some_and(|list| list.move_registration == MoveRegistration::NextLevel)
}

/// A stock and its list.
type Place = (StockId, StockListId);

fn place(working_set: &WorkingSet, stock: StockId) -> Option<Place> {
    working_set.stock(stock).map(|row| (stock, row.list))
}

fn make(
    working_set: &mut WorkingSet,
    item: OrderItemId,
    (kind, transfer): (MoveKind, Option<TransferId>),
    ((from, from_list), (to, to_list)): (Place, Place),
    registered: bool,
    context: Context,
) -> Option<StockMoveId> {
    let line = working_set.item(item)?;
    let (order, sku, quantity) = (line.order, line.sku.clone(), line.quantity);
    let id = StockMoveId::new(working_set.ids.next_in_bucket(IdKind::StockMove, order.bucket()));
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
    working_set.fulfilment.moves.make(id, row);
    Some(id)
}

/// Allocates a registered line to a stock. Returns the state of its reservation there: open as long as the ERP has a
/// move of it to register.
pub(super) fn arrive_registered(
    working_set: &mut WorkingSet,
    item: OrderItemId,
    to: StockId,
    context: Context,
) -> ReservationState {
    let from = working_set.reservation(item).map_or(to, |reservation| reservation.stock);
    if from != to {
        let transfer = working_set
            .fulfilment
            .transfer_items
            .all()
            .find(|one| one.item == item && one.state == TransferState::Waiting);
        let kind = (MoveKind::OrderItem, transfer.map(|one| one.transfer));
        if let Some(places) = place(working_set, from).zip(place(working_set, to)) {
            make(working_set, item, kind, places, at_once(working_set, to), context);
        }
    }
    let list = working_set.stock(to).and_then(|stock| working_set.list(stock.list));
    let is_literal = list.is_some_and(|list| list.release_mode == ReleaseMode::Immediate);
    match (working_set.fulfilment.waiting_moves_of(item).next().is_some(), is_literal) {
        (true, _) => ReservationState::Open,
        (false, false) => ReservationState::Reported,
        (false, true) => ReservationState::Settled,
    }
}

/// A line's units leave its stock with a transfer. How many of them the transfer keeps off sale there: all, whatever
/// the ERP's level says of the line's sale; none where the line is settled and the next level is taken to know of the
/// transfer.
pub(super) fn leave(
    working_set: &mut WorkingSet,
    transfer: &Transfer,
    line: &TransferItem,
    to: StockId,
    context: Context,
) -> i64 {
    let Some((from, state)) =
        working_set.reservation(line.item).map(|reservation| (reservation.stock, reservation.state))
    else {
        return 0;
    };
    let registered = at_once(working_set, from);
    let kind = (MoveKind::Transfer, Some(transfer.id));
    let places = place(working_set, from).zip(place(working_set, to));
    let Some(by) = places.and_then(|places| make(working_set, line.item, kind, places, registered, context)) else {
        return 0;
    };
    if registered && state == ReservationState::Settled {
        return 0;
    }
    let (quantity, registered_at) = (line.quantity, registered.then_some(context.now));
    keep(working_set, KeptUnits { stock: from, by, quantity, registered_at });
    quantity.units()
}

fn keep(working_set: &mut WorkingSet, kept: KeptUnits) {
    working_set.fulfilment.kept.make((kept.stock, kept.by), kept);
}

/// The line of a package does not wait any more for what is on its way to it: its transfer keeps that off sale where it
/// will arrive. The stock and the units that its caller has to add to `reported`.
pub(super) fn keep_on_its_way(working_set: &mut WorkingSet, line: PackageItemId) -> Option<(StockId, i64)> {
    let on_its_way = |one: &&TransferItem| one.package_item == line && one.state == TransferState::InTransit;
    let (transfer, item) =
        working_set.fulfilment.transfer_items.all().find(on_its_way).map(|one| (one.transfer, one.item))?;
    let one = transfer_move(working_set, transfer, item)?;
    let (stock, by, quantity) = (one.to, one.id, one.quantity);
    keep(working_set, KeptUnits { stock, by, quantity, registered_at: None });
    Some((stock, quantity.units()))
}

fn transfer_move(working_set: &WorkingSet, transfer: TransferId, item: OrderItemId) -> Option<&StockMove> {
    let carried =
        |one: &&StockMove| one.kind == MoveKind::Transfer && one.transfer == Some(transfer) && one.item == item;
    working_set.fulfilment.moves.all().find(carried)
}

/// What a transfer has carried is there: units that no line waits for are the destination's from now on.
pub(super) fn arrive(working_set: &mut WorkingSet, lines: &[TransferItem], context: Context) {
    for line in lines {
        let one = transfer_move(working_set, line.transfer, line.item).map(|one| (one.to, one.id));
        if let Some(stock) =
            one.map(|(to, _)| to).or_else(|| working_set.reservation(line.item).map(|reservation| reservation.stock))
        {
            working_set.fulfilment.goods_movements.add(stock, line.quantity.units(), context.now);
        }
        let Some((stock, by)) = one else { continue };
        if let Some(kept) = working_set.fulfilment.kept.get((stock, by)).copied() {
            let delta = Delta { reported: -kept.quantity.units(), ..Delta::default() };
            working_set.move_stock(stock, delta, Cause::Transfer(line.item), context.actor, context.now);
            working_set.fulfilment.kept.remove((stock, by));
        }
    }
}

/// A level of a stock was taken: units whose move was registered at or before that are not in it. How many are not kept
/// any more; the caller takes them out of `reported`.
pub(in crate::commands) fn end_kept_by_level(working_set: &mut WorkingSet, stock: StockId, snapshot: Timestamp) -> i64 {
    let is_in = |kept: &&KeptUnits| kept.registered_at.is_some_and(|registered| registered <= snapshot);
    let ended: Vec<KeptUnits> = working_set.fulfilment.kept_on(stock).filter(is_in).copied().collect();
    ended.iter().for_each(|kept| working_set.fulfilment.kept.remove((stock, kept.by)));
    ended.iter().map(|kept| kept.quantity.units()).sum()
}

/// A line is cancelled: the ERP need not register where its sale belongs.
pub(in crate::commands) fn drop_waiting(working_set: &mut WorkingSet, item: OrderItemId, context: Context) {
    let waiting: Vec<StockMoveId> = working_set.fulfilment.waiting_moves_of(item).map(|one| one.id).collect();
    for id in waiting {
        let row = working_set.fulfilment.moves.change(id);
        (row.state, row.modified_at) = (MoveState::Cancelled, context.now.later_than(row.modified_at));
    }
}

/// The ERP has registered a line as it is reserved now, and with it all its moves. `false` where it speaks of a time
/// before the newest of them: then it repeats what it had registered then.
pub(in crate::commands) fn register_line(
    working_set: &mut WorkingSet,
    item: OrderItemId,
    registered_at: Option<Timestamp>,
    context: Context,
) -> bool {
    let newest = working_set.fulfilment.waiting_moves_of(item).map(|one| one.created_at).max();
    let Some(newest) = newest else { return true };
    if registered_at.is_some_and(|registered| registered <= newest) {
        return false;
    }
    let waiting: Vec<StockMoveId> = working_set.fulfilment.waiting_moves_of(item).map(|one| one.id).collect();
    for id in waiting {
        let row = working_set.fulfilment.moves.change(id);
        (row.state, row.modified_at) = (MoveState::Registered, context.now.later_than(row.modified_at));
        row.registered_at = Some(registered_at.unwrap_or(context.now));
    }
    true
}

/// The ERP registers a line only now, and had registered it before the line was moved: where it was then. So that is a
/// move that it has to hear of, and the line stays reserved. `false` where it has registered the line where it is, or
/// is taken to know of moves at once.
pub(in crate::commands) fn registered_before_it_moved(
    working_set: &mut WorkingSet,
    item: OrderItemId,
    registered_at: Option<Timestamp>,
    context: Context,
) -> bool {
    let is_new = |reservation: &&Reservation| {
        reservation.registered_at.is_none()
            && matches!(reservation.state, ReservationState::Open | ReservationState::Short)
    };
    let Some(reservation) = working_set.reservation(item).filter(is_new) else { return false };
    let to = reservation.stock;
    let moved = reservation.moved.filter(|moved| registered_at.is_some_and(|registered| registered <= moved.at));
    let Some((moved, to)) = moved.zip(place(working_set, to)).filter(|(moved, to)| moved.list != to.1) else {
        return false;
    };
    let registered = at_once(working_set, to.0);
    make(working_set, item, (MoveKind::OrderItem, None), ((moved.stock, moved.list), to), registered, context);
    if !registered {
        working_set.register_reservation(item, registered_at);
    }
    !registered
}

/// Whether what was registered at a moment is in the level that a stock has, or is to be taken for that. What was
/// counted since that level is what stands there, with the units of every line that has not left: then nothing is in it
/// before the next level.
pub(in crate::commands) fn is_in_level(working_set: &WorkingSet, stock: StockId, registered_at: Timestamp) -> bool {
    let Some(stock) = working_set.stock(stock) else { return true };
    let immediate = working_set.list(stock.list).is_some_and(|list| list.release_mode == ReleaseMode::Immediate);
    let level = stock.snapshot_at.filter(|_| stock.counted_at.is_none());
    immediate || level.is_some_and(|level| registered_at <= level)
}
