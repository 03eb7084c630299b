//! Reservations of all stocks: the carts and then the order lines that take units, or took them, each the oldest first.
//!
//! Promises: a page is one reading that looks at a bounded number of rows, and says where it goes on. A requester that asks
//! for a channel sees its own. Must not know how a reservation is shown.

use std::collections::HashMap;

use onhand_core::{
    CartReservation, CartState, ChannelId, OrderId, OrderItemId, ReservationState, StockListId, Timestamp,
};
use onhand_store::query::{Condition, CursorKey, ListQuery, Op, Sort, Window};
use onhand_store::stock_health::{self, ReportedLine};
use onhand_store::tables::cart_reservations;
use onhand_store::tables::order_items::reserving as lines;
use onhand_store::tables::order_items::{self, ReservedState};
use onhand_store::{Error, Tx};

use super::reserving::{self, ReservingLine};
use super::{Requester, ServiceError, Services};

/// Rows that one request looks at, however few of them it shows.
const LOOKED_AT_MAX: i64 = 5_000;
/// Rows that are read at once where some may be left out.
const STEP: i64 = 500;

/// What a reservation is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    /// A cart.
    Cart,
    /// An order line.
    Line,
}

/// Which reservations are wanted: what is `None` is not asked for.
#[derive(Clone, Debug, Default)]
pub struct ReservationQuery {
    /// Of carts or of order lines only.
    pub holder: Option<Holder>,
    /// With a line of this SKU.
    pub sku: Option<String>,
    /// Carts that stand so.
    pub cart_states: Option<Vec<CartState>>,
    /// Lines that stand so. Without an order, these are open, reported and short ones.
    pub line_states: Option<Vec<ReservationState>>,
    /// Of this order, or of the cart that became it.
    pub order: Option<OrderId>,
    /// Of this channel.
    pub channel: Option<ChannelId>,
    /// Made, or registered by the ERP, before this.
    pub before: Option<Timestamp>,
    /// Rows at the most.
    pub limit: i64,
    /// Where to go on.
    pub after: Option<ReservationPlace>,
}

impl ReservationQuery {
    /// Whether rows that were read may be left out.
    fn leaves_out(&self) -> bool {
        self.sku.is_some() || self.line_states.is_some() || self.channel.is_some() || self.before.is_some()
    }
}

onhand_core::words! {
    /// Which rows come next: the carts, and then the lines of a state, or of an order.
    #[derive(PartialOrd, Ord)]
    pub enum Phase {
        /// Carts.
        Carts => "c",
        /// The lines of the order that is asked for.
        OfOrder => "l",
        /// Lines that the ERP has not registered.
        Open => "o",
        /// Lines that no level settles yet.
        Reported => "r",
        /// Lines whose units no stock has.
        Short => "s",
    }
    word word, from_word;
}

/// After which row a list goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReservationPlace {
    phase: Phase,
    /// A time where rows are in the order of one, else 0.
    at: i64,
    id: i64,
}

impl ReservationPlace {
    /// Before the first row of a phase.
    const fn begin(phase: Phase) -> Self {
        Self { phase, at: i64::MIN, id: 0 }
    }

    /// The place that a cursor names.
    pub fn of_cursor(cursor: &CursorKey) -> Option<Self> {
        let onhand_store::Value::Text(text) = &cursor.value else { return None };
        let (phase, at) = text.split_at_checked(1)?;
        Some(Self { phase: Phase::from_word(phase)?, at: at.parse().ok()?, id: cursor.id })
    }

    /// As a cursor.
    pub fn cursor(self) -> CursorKey {
        CursorKey { value: format!("{}{}", self.phase.word(), self.at).into(), id: self.id }
    }
}

/// Whatever takes units.
#[derive(Clone, Debug)]
pub enum Reserving {
    /// A cart.
    Cart(CartReservation),
    /// An order line.
    Line(Box<ReservingLine>),
}

/// A part of the reservations that are wanted, and where they go on.
pub type ReservationPage = (Vec<Reserving>, Option<ReservationPlace>);

/// The reservations that are wanted, as far as the requester may see them.
pub async fn page(
    services: &Services,
    requester: &Requester,
    mut wanted: ReservationQuery,
) -> Result<ReservationPage, ServiceError> {
    wanted.channel = requester.channel.or(wanted.channel);
    let requester = requester.clone();
    let body = async move |tx: &mut Tx<'_>| read(tx, &requester, &wanted).await;
    Ok(services.store.read("reservations.page", body).await?)
}

/// The phases that a query goes through.
fn phases(wanted: &ReservationQuery) -> Vec<Phase> {
    let mut phases = Vec::new();
    let wants_line = |state| wanted.line_states.as_ref().is_none_or(|states| states.contains(&state));
    if wanted.holder != Some(Holder::Line) && wanted.cart_states.as_ref().is_none_or(|states| !states.is_empty()) {
        phases.push(Phase::Carts);
    }
    if wanted.holder != Some(Holder::Cart) {
        match wanted.order {
            Some(_) => phases.push(Phase::OfOrder),
            None => phases.extend(
                [
                    (Phase::Open, ReservationState::Open),
                    (Phase::Reported, ReservationState::Reported),
                    (Phase::Short, ReservationState::Short),
                ]
                .into_iter()
                .filter(|(_, state)| wants_line(*state))
                .map(|(phase, _)| phase),
            ),
        }
    }
    phases
}

async fn read(tx: &mut Tx<'_>, requester: &Requester, wanted: &ReservationQuery) -> Result<ReservationPage, Error> {
    let (mut rows, mut looked_at) = (Vec::new(), 0);
    let from = wanted.after;
    for phase in phases(wanted).into_iter().filter(|phase| from.is_none_or(|from| *phase >= from.phase)) {
        let mut place = from.filter(|from| from.phase == phase).unwrap_or(ReservationPlace::begin(phase));
        loop {
            let room = (wanted.limit as usize).saturating_sub(rows.len());
            if room == 0 || looked_at >= LOOKED_AT_MAX {
                return Ok((rows, Some(place)));
            }
            let step = if wanted.leaves_out() { STEP } else { room as i64 };
            let (mut found, last) = match phase {
                Phase::Carts => carts(tx, wanted, (place, step)).await?,
                _ => order_lines(tx, requester, wanted, (place, step)).await?,
            };
            looked_at += step;
            let is_cut = found.len() > room;
            found.truncate(room);
            let shown = found.last().map(|(place, _)| *place);
            rows.extend(found.into_iter().map(|(_, row)| row));
            match if is_cut { shown } else { last } {
                Some(last) => place = last,
                None => break,
            }
        }
    }
    Ok((rows, None))
}

/// Some rows after a place, each with its own, and the last of those that were looked at, if others may follow.
type Found = (Vec<(ReservationPlace, Reserving)>, Option<ReservationPlace>);

async fn carts(
    tx: &mut Tx<'_>,
    wanted: &ReservationQuery,
    (place, step): (ReservationPlace, i64),
) -> Result<Found, Error> {
    let is = |column, op, value: i64| Condition { column, op, values: vec![value.into()] };
    let mut conditions = Vec::new();
    conditions.extend(wanted.channel.map(|channel| is("channel_id", Op::Eq, channel.get())));
    conditions.extend(wanted.order.map(|order| is(cart_reservations::ORDER, Op::Eq, order.get())));
    conditions.extend(wanted.sku.as_ref().map(|sku| Condition {
        column: cart_reservations::WITH_SKU,
        op: Op::RawPredicate,
        values: vec![sku.clone().into()],
    }));
    conditions.extend(wanted.cart_states.as_ref().map(|states| Condition {
        column: "state",
        op: Op::In,
        values: states.iter().map(|state| state.number().into()).collect(),
    }));
    let key = (place.id > 0).then(|| CursorKey { value: place.id.into(), id: place.id });
    let listing = ListQuery { conditions, sort: Sort::BY_ID, window: Window::After { key, limit: step } };
    let page = cart_reservations::page(tx, &listing).await?;
    let at = |id: i64| ReservationPlace { id, ..place };
    let is_wanted = |cart: &CartReservation| wanted.before.is_none_or(|before| cart.created_at < before);
    let rows = page.rows.into_iter().filter(is_wanted).map(|cart| (at(cart.id.get()), Reserving::Cart(cart)));
    Ok((rows.collect(), page.next.map(|key| at(key.id))))
}

async fn order_lines(
    tx: &mut Tx<'_>,
    requester: &Requester,
    wanted: &ReservationQuery,
    (place, step): (ReservationPlace, i64),
) -> Result<Found, Error> {
    let found = ids(tx, wanted, (place, step)).await?;
    let last = found.last().filter(|_| found.len() as i64 == step);
    let last = last.map(|(at, item)| ReservationPlace { at: *at, id: item.get(), ..place });
    let ids: Vec<OrderItemId> = found.iter().map(|(_, item)| *item).collect();
    let times: HashMap<OrderItemId, i64> = found.into_iter().map(|(at, item)| (item, at)).collect();
    let is_wanted = |one: &ReservingLine| {
        let channel = one.order.as_ref().and_then(|order| order.channel);
        wanted.sku.as_ref().is_none_or(|sku| *sku == one.line.sku)
            && wanted.channel.is_none_or(|wanted| channel == Some(wanted))
            && wanted.before.is_none_or(|before| one.since() < before)
            && wanted.line_states.as_ref().is_none_or(|states| states.contains(&one.reservation.state))
    };
    let row = |one: ReservingLine| {
        let at = times.get(&one.line.id).copied().unwrap_or(place.at);
        (ReservationPlace { at, id: one.line.id.get(), ..place }, Reserving::Line(Box::new(one)))
    };
    let of_them = reserving::of_lines(tx, requester, &ids).await?;
    Ok((of_them.into_iter().filter(is_wanted).map(row).collect(), last))
}

/// The next lines of a phase, each with its time if they are in the order of one.
async fn ids(
    tx: &mut Tx<'_>,
    wanted: &ReservationQuery,
    (place, limit): (ReservationPlace, i64),
) -> Result<Vec<(i64, OrderItemId)>, Error> {
    let after = OrderItemId::new(place.id);
    let found = match (place.phase, &wanted.sku) {
        (Phase::OfOrder, _) => of_order(tx, wanted.order, after).await?,
        (Phase::Open, None) => lines::open_after(tx, after, limit).await?,
        (Phase::Open, Some(sku)) => lines::of_sku_after(tx, (sku, ReservedState::Open), after, limit).await?,
        (Phase::Reported, Some(sku)) => lines::of_sku_after(tx, (sku, ReservedState::Reported), after, limit).await?,
        (Phase::Reported, None) => {
            let at = Timestamp::from_micros(place.at);
            let last = ReportedLine { item: after, list: StockListId::new(0), registered_at: at };
            let until = wanted.before.unwrap_or(Timestamp::from_micros(i64::MAX));
            let found = stock_health::reported(tx, until, Some(&last), limit).await?;
            return Ok(found.into_iter().map(|line| (line.registered_at.micros(), line.item)).collect());
        }
        (Phase::Short | Phase::Carts, _) => lines::short_after(tx, after, limit).await?,
    };
    Ok(found.into_iter().take(limit as usize).map(|item| (0, item)).collect())
}

/// The lines of an order after one of them.
async fn of_order(tx: &mut Tx<'_>, order: Option<OrderId>, after: OrderItemId) -> Result<Vec<OrderItemId>, Error> {
    let Some(order) = order else { return Ok(Vec::new()) };
    let items = order_items::of_orders(tx, &[order]).await?;
    let mut ids: Vec<OrderItemId> = items.into_iter().map(|item| item.id).filter(|item| *item > after).collect();
    ids.sort();
    Ok(ids)
}
