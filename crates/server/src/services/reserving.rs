//! Who reserves a stock: the order lines behind its reserved and its reported quantity, the oldest first.
//!
//! Promises: a page is one reading of one index, however many lines there are. A requester that asks for a channel is
//! told the quantities of all lines, and of its own orders alone which they are. Must not know how a line is shown.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{Order, OrderItem, OrderItemId, Reservation, Stock};
use onhand_store::tables::order_items::{self, ReservedState};
use onhand_store::tables::{mappings, orders};
use onhand_store::{Error, Tx};

use super::{Requester, ServiceError, Services};

/// The most lines of a page.
pub const LINES_MAX: usize = 100;

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

/// A part of the lines that take units of a stock.
#[derive(Clone, Debug, Default)]
pub struct ReservingLines {
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
    let (requester, stock) = (requester.clone(), stock.clone());
    let body = async move |tx: &mut Tx<'_>| read(tx, &requester, &stock, (state, after)).await;
    Ok(services.store.read("reservations.of_stock", body).await?)
}

/// The same within a reading that is under way.
pub(super) async fn read(
    tx: &mut Tx<'_>,
    requester: &Requester,
    stock: &Stock,
    (state, after): (ReservedState, Option<OrderItemId>),
) -> Result<ReservingLines, Error> {
    let found = order_items::reservations_after(tx, (stock.id, state), after, LINES_MAX as i64 + 1).await?;
    let has_more = found.len() > LINES_MAX;
    let found: Vec<Reservation> = found.into_iter().take(LINES_MAX).collect();
    let ids: Vec<OrderItemId> = found.iter().map(|reservation| reservation.item).collect();
    let mut items: HashMap<OrderItemId, OrderItem> =
        order_items::by_ids(tx, &ids).await?.into_iter().map(|item| (item.id, item)).collect();
    let wanted: BTreeSet<_> = items.values().map(|item| item.order).collect();
    let orders: HashMap<_, Order> =
        orders::by_ids(tx, &wanted).await?.into_iter().map(|order| (order.id, order)).collect();
    let codes = match state {
        ReservedState::Open => Vec::new(),
        ReservedState::Reported => mappings::of_items(tx, &ids).await?,
    };
    let next_after = if has_more { ids.last().copied() } else { None };
    let line = |reservation: Reservation| {
        let line = items.remove(&reservation.item)?;
        let order = orders.get(&line.order).filter(|order| requester.owns(order)).cloned();
        let code = codes.iter().find(|code| code.item == line.id && code.integration_type == onhand_core::ERP);
        let code = code.filter(|_| order.is_some()).map_or_else(String::new, |code| code.code.clone());
        Some(ReservingLine { reservation, line, order, code })
    };
    Ok(ReservingLines { lines: found.into_iter().filter_map(line).collect(), next_after })
}
