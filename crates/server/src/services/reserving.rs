//! Who reserves a stock: the order lines and carts behind its reserved and its reported quantity, the oldest first.
//!
//! Promises: a page is one reading, however many lines there are: of the newest movements of the stock, if those name all
//! open lines, and else of the index of open lines (docs/decisions/0016). A requester that asks for a channel is
//! told the quantities of all lines, and of its own orders alone which they are. Must not know how a line is shown.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{
    CartReservation, Cause, Movement, Order, OrderItem, OrderItemId, Reservation, ReservationState, Stock, Timestamp,
};
use onhand_store::tables::order_items::{self, ReservedState};
use onhand_store::tables::{cart_reservations, mappings, movements, orders, product_stocks};
use onhand_store::{Error, Tx};

use super::{Requester, ServiceError, Services};

/// The most lines of a page.
pub const LINES_MAX: usize = 100;
/// Movements among which the open lines are looked for first.
pub(super) const MOVEMENTS_MAX: usize = 200;

/// A line that takes units of a stock.
#[derive(Clone, Debug)]
pub struct ReservingLine {
    /// Its reservation.
    pub reservation: Reservation,
    /// The line itself.
    pub line: OrderItem,
    /// Its order; none where that is another channel's.
    pub order: Option<Order>,
    /// The code that the ERP has given it; empty while it has none.
    pub code: String,
}

impl ReservingLine {
    /// Since when it takes them: when the ERP registered it, or it was made.
    pub fn since(&self) -> Timestamp {
        self.reservation.registered_at.unwrap_or(self.line.created_at)
    }
}

/// A cart that takes units of a stock.
#[derive(Clone, Debug)]
pub struct ReservingCart {
    /// Its reservation; none where that is another channel's.
    pub cart: Option<CartReservation>,
    /// How many units of the stock it takes.
    pub units: i64,
    /// Since when.
    pub since: Timestamp,
}

/// A part of the lines that take units of a stock.
#[derive(Clone, Debug, Default)]
pub struct ReservingLines {
    /// Carts, the first [`LINES_MAX`]: with the first open lines.
    pub carts: Vec<ReservingCart>,
    /// How many lines of carts there are, and how many units they are, where open lines are told.
    pub of_carts: (i64, i64),
    /// The lines.
    pub lines: Vec<ReservingLine>,
    /// The line after which they go on, if they do.
    pub next_after: Option<OrderItemId>,
}

impl ReservingLines {
    /// How many units they take together.
    pub fn units(&self) -> i64 {
        self.lines.iter().map(|one| one.reservation.quantity.units()).sum()
    }
}

/// The lines that take units of a stock which the requester may see, after one of them if `after` says so.
pub async fn of_stock(
    services: &Services,
    requester: &Requester,
    stock: &Stock,
    (state, after): (ReservedState, Option<OrderItemId>),
) -> Result<ReservingLines, ServiceError> {
    let (requester, stock) = (requester.clone(), stock.id);
    let body = async move |tx: &mut Tx<'_>| {
        let Some(stock) = product_stocks::by_id(tx, stock).await? else { return Ok(ReservingLines::default()) };
        let newest = match (state, after) {
            (ReservedState::Open, None) => movements::history(tx, &stock, None, MOVEMENTS_MAX).await?,
            _ => Vec::new(),
        };
        read(tx, &requester, (&stock, &newest), (state, after)).await
    };
    Ok(services.store.read("reservations.of_stock", body).await?)
}

/// The same within a reading that is under way, of which the stock and its newest movements are.
pub(super) async fn read(
    tx: &mut Tx<'_>,
    requester: &Requester,
    (stock, newest): (&Stock, &[Movement]),
    (state, after): (ReservedState, Option<OrderItemId>),
) -> Result<ReservingLines, Error> {
    let of_carts = match state {
        ReservedState::Open => cart_reservations::sum_of_stock(tx, stock.id).await?,
        ReservedState::Reported => (0, 0),
    };
    let (carts, all) = match (state, after) {
        (ReservedState::Open, None) => {
            let carts = if of_carts.0 > 0 { carts_of(tx, stock, requester).await? } else { Vec::new() };
            (carts, open_among(tx, stock, (newest, of_carts.1)).await?)
        }
        _ => (Vec::new(), None),
    };
    let found = match all {
        Some(all) => all,
        None => order_items::reservations_after(tx, (stock.id, state), after, LINES_MAX as i64 + 1).await?,
    };
    let has_more = found.len() > LINES_MAX;
    let found: Vec<Reservation> = found.into_iter().take(LINES_MAX).collect();
    let next_after = if has_more { found.last().map(|last| last.item) } else { None };
    let lines = with_orders(tx, requester, found, state == ReservedState::Reported).await?;
    Ok(ReservingLines { carts, of_carts, lines, next_after })
}

/// Lines with what stands behind them, in the order of their ids here, whatever has become of their reservations.
pub(super) async fn of_lines(
    tx: &mut Tx<'_>,
    requester: &Requester,
    ids: &[OrderItemId],
) -> Result<Vec<ReservingLine>, Error> {
    let items = order_items::by_ids(tx, ids).await?;
    let mut found = order_items::reservations_of(tx, &items).await?;
    let places: HashMap<OrderItemId, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    found.sort_by_key(|reservation| places.get(&reservation.item));
    with_orders(tx, requester, found, true).await
}

/// Reservations with the lines and orders behind them, in their order, and with the ERP's codes if those are wanted.
async fn with_orders(
    tx: &mut Tx<'_>,
    requester: &Requester,
    found: Vec<Reservation>,
    has_codes: bool,
) -> Result<Vec<ReservingLine>, Error> {
    let ids: Vec<OrderItemId> = found.iter().map(|reservation| reservation.item).collect();
    let mut items: HashMap<OrderItemId, OrderItem> =
        order_items::by_ids(tx, &ids).await?.into_iter().map(|item| (item.id, item)).collect();
    let wanted: BTreeSet<_> = items.values().map(|item| item.order).collect();
    let orders: HashMap<_, Order> =
        orders::by_ids(tx, &wanted).await?.into_iter().map(|order| (order.id, order)).collect();
    let codes = if has_codes { mappings::of_items(tx, &ids).await? } else { Vec::new() };
    let line = |reservation: Reservation| {
        let line = items.remove(&reservation.item)?;
        let order = orders.get(&line.order).filter(|order| requester.owns(order)).cloned();
        let code = codes.iter().find(|code| code.item == line.id && code.integration_type == onhand_core::ERP);
        let code = code.filter(|_| order.is_some()).map_or_else(String::new, |code| code.code.clone());
        Some(ReservingLine { reservation, line, order, code })
    };
    Ok(found.into_iter().filter_map(line).collect())
}

/// The carts that take units of a stock, the oldest first.
async fn carts_of(tx: &mut Tx<'_>, stock: &Stock, requester: &Requester) -> Result<Vec<ReservingCart>, Error> {
    let lines = cart_reservations::of_stock(tx, stock.id, LINES_MAX as i64).await?;
    let ids: BTreeSet<_> = lines.iter().map(|(cart, _)| *cart).collect();
    let found = cart_reservations::by_ids(tx, ids).await?;
    let found: HashMap<_, CartReservation> = found.into_iter().map(|cart| (cart.id, cart)).collect();
    let own = |cart: &&CartReservation| requester.channel.is_none() || cart.channel == requester.channel;
    let told = |(id, units): (_, i64)| {
        let cart = found.get(&id)?;
        Some(ReservingCart { cart: Some(cart).filter(own).cloned(), units, since: cart.created_at })
    };
    Ok(lines.into_iter().filter_map(told).collect())
}

/// The open reservations of a stock, the oldest lines first, if its newest movements name them all: if they add up to
/// what is reserved, with the units of carts.
async fn open_among(
    tx: &mut Tx<'_>,
    stock: &Stock,
    (newest, of_carts): (&[Movement], i64),
) -> Result<Option<Vec<Reservation>>, Error> {
    let reserved_by = |movement: &Movement| match movement.cause {
        Cause::CartConfirmed(line) => Some(line),
        Cause::Order(line) | Cause::Sourcing(line) | Cause::Transfer(line) | Cause::Return(line) => {
            (movement.delta.reserved > 0).then_some(line)
        }
        _ => None,
    };
    let lines = newest.iter().filter_map(reserved_by);
    let lines: BTreeSet<OrderItemId> = lines.collect();
    let mut items = order_items::by_ids(tx, &lines).await?;
    items.retain(|item| item.stock == stock.id);
    let mut open = order_items::reservations_of(tx, &items).await?;
    open.retain(|reservation| reservation.state == ReservationState::Open && reservation.stock == stock.id);
    open.sort_by_key(|reservation| reservation.item);
    let units: i64 = open.iter().map(|reservation| reservation.quantity.units()).sum();
    Ok((units + of_carts == stock.open_reservations()).then_some(open))
}
