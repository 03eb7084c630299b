//! Adopting an order: one that another server has taken, whose units that server has reserved already.
//!
//! Rules: it is never rejected for want of units, because they are sold. The units of a line are taken out of the
//! `external` of its stock first, where the quantity that the other server reserves is kept as long as its lines are not
//! here; what is more than that is reserved besides. A line that the ERP has registered there, or that has left, reserves
//! nothing. Each line has the other server's id as a mapping [`ADOPTED`], by which it is found again. No location is asked
//! for an order that the other server fulfils: it is not sourced before somebody asks for that.

use super::choose_lists::{self, ListedLine};
use super::{Context, Outcome, PlaceOrder, ReadSet, place_order};
use crate::{
    ADOPTED, Cause, ChannelId, Delta, IdKind, Mapping, MappingId, Order, OrderItem, QUANTITY_MAX, Rejection,
    ReservationState, WorkingSet,
};

/// An order that another server has taken.
#[derive(Debug)]
pub struct AdoptOrder {
    /// As it is there; every line names its list, and none is cancelled.
    pub order: PlaceOrder,
    /// What is known of each line there, in the same order.
    pub lines: Vec<AdoptedLine>,
}

/// What is known of a line at the server that has taken it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdoptedLine {
    /// Its id there, 1..=255 characters.
    pub code: String,
    /// Whether the ERP has registered it, so that nothing is reserved for it there.
    pub is_registered: bool,
}

impl AdoptOrder {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        self.order.read_set(read_set);
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match kind {
            IdKind::Mapping => self.lines.len(),
            // One where the line reserves, another where that was external.
            IdKind::Movement => 2 * self.order.ids_needed(kind),
            _ => self.order.ids_needed(kind),
        }
    }
}

pub(super) fn adopt_order(
    working_set: &mut WorkingSet,
    command: &AdoptOrder,
    context: Context,
) -> Result<Outcome, Rejection> {
    let order = &command.order;
    if let Some(unknown) = order.channel.filter(|channel| working_set.channel(*channel).is_none()) {
        return Err(Rejection::UnknownChannel(unknown));
    }
    if working_set.number_taken(order.channel.map_or(0, ChannelId::get), &order.number) {
        return Err(Rejection::OrderNumberTaken);
    }
    let products = place_order::products(working_set, &order.lines)?;
    let lines = choose_lists::choose(working_set, (&order.lines, None), products, true)?;
    check_room(working_set, &lines)?;

    let placed = place_order::add_order(working_set, order, context);
    let adopted = lines.iter().zip(&command.lines);
    let items = adopted.map(|(line, known)| adopt_line(working_set, &placed, (line, known), context)).collect();
    Ok(Outcome::OrderPlaced(placed, items))
}

/// Whether the reserved quantities stay within what can be stored, wherever the units come from.
fn check_room(working_set: &WorkingSet, lines: &[ListedLine<'_>]) -> Result<(), Rejection> {
    let asked = |of: &ListedLine<'_>| -> i64 {
        let same = lines.iter().filter(|line| line.list == of.list && line.product.sku == of.product.sku);
        same.map(|line| line.quantity.units()).sum()
    };
    let reserved = |line: &ListedLine<'_>| {
        working_set.stock_by_key(line.list, &line.product.sku).map_or(0, |stock| stock.reserved)
    };
    let has_room = lines.iter().all(|line| asked(line) + reserved(line) <= QUANTITY_MAX);
    if has_room { Ok(()) } else { Err(Rejection::ReservedTooLarge) }
}

fn adopt_line(
    working_set: &mut WorkingSet,
    order: &Order,
    (line, known): (&ListedLine<'_>, &AdoptedLine),
    context: Context,
) -> OrderItem {
    // The other server has the line already, whatever its list sells.
    let mut item = place_order::hold_line(working_set, (order, None), (line, None), context);
    let state = working_set.reservation(item.id).map(|reservation| reservation.state);
    let counted = |state| state == ReservationState::Open || state == ReservationState::Reported;
    if let Some(state) = state.filter(|state| counted(*state)) {
        let units = item.quantity.units();
        let external = working_set.stock(item.stock).map_or(0, |stock| stock.external);
        let delta = match (known.is_registered, state) {
            // The other server counts it in its level, or in what it says is held.
            (true, ReservationState::Open) => Delta { reserved: -units, ..Delta::default() },
            (true, _) | (false, ReservationState::Reported) => Delta { reported: -units, ..Delta::default() },
            (false, _) => {
                let kept = external.min(units);
                Delta { reserved: -kept, external: -kept, ..Delta::default() }
            }
        };
        if delta != Delta::default() {
            working_set.move_stock(item.stock, delta, Cause::Order(item.id), context.actor, context.now);
        }
        if known.is_registered || state == ReservationState::Reported {
            working_set.advance_reservation(item.id, ReservationState::Settled, Some(context.now));
        }
    }
    // Whether the units were there is known to the server that took the order.
    item.oversold = false;
    working_set.item_mut(item.id).oversold = false;
    let mapping = Mapping {
        id: MappingId::new(working_set.ids.next_in_bucket(IdKind::Mapping, item.id.bucket())),
        item: item.id,
        integration_type: ADOPTED.to_owned(),
        code: known.code.clone(),
        created_at: context.now,
    };
    working_set.add_mapping(mapping);
    item
}
