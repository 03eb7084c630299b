//! What the numbers of a stock are made of.
//!
//! Promises: one reading, in which the parts of each number add up to it; lines are counted up to
//! [`reserving::LINES_MAX`]. A requester that asks for a channel is told sums of all lines, as it is of reservations. Must
//! not know how it is written out.

use onhand_core::{Stock, StockId, Timestamp};
use onhand_store::Tx;
use onhand_store::tables::order_items::ReservedState;
use onhand_store::tables::{movements, product_stocks, stock_moves};

use super::reserving::{self, ReservingLines};
use super::{Requester, ServiceError, Services};

/// The order lines that make up a part of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinesPart {
    /// How many units they take together.
    pub units: i64,
    /// How many lines there are; none where there are more than [`reserving::LINES_MAX`].
    pub count: Option<i64>,
    /// When the oldest of them became so: an open line when it was ordered, a reported one when it was registered.
    pub oldest_at: Option<Timestamp>,
}

/// The numbers of a stock with what they are made of.
#[derive(Clone, Debug)]
pub struct NumberParts {
    /// The stock, read with all the rest.
    pub stock: Stock,
    /// The part of `reserved` that order lines make up; the rest is of carts, and the external reservation.
    pub open: LinesPart,
    /// The part of `reserved` that carts make up.
    pub carts: LinesPart,
    /// The part of `reported` that order lines make up.
    pub reported: LinesPart,
    /// The rest of `reported`: units that moves keep off sale.
    pub kept: i64,
}

/// The numbers of a stock with what they are made of. A stock that the requester may not see does not exist.
pub async fn of_stock(services: &Services, requester: &Requester, id: StockId) -> Result<NumberParts, ServiceError> {
    super::stock::by_id(services, requester, id).await?;
    let asks = requester.clone();
    let body = async move |tx: &mut Tx<'_>| {
        let Some(stock) = product_stocks::by_id(tx, id).await? else { return Ok(None) };
        let newest = movements::history(tx, &stock, None, reserving::MOVEMENTS_MAX).await?;
        let open = reserving::read(tx, &asks, (&stock, &newest), (ReservedState::Open, None)).await?;
        let reported = reserving::read(tx, &asks, (&stock, &newest), (ReservedState::Reported, None)).await?;
        let kept: i64 = stock_moves::kept_on(tx, [id]).await?.iter().map(|kept| kept.quantity.units()).sum();
        let (count, units) = open.of_carts;
        let oldest_at = open.carts.iter().map(|cart| cart.since).min();
        let count = (count <= reserving::LINES_MAX as i64).then_some(count);
        let carts = LinesPart { units, count, oldest_at };
        let open = lines(&open, stock.open_reservations() - units);
        let reported = lines(&reported, stock.reported - kept);
        Ok(Some(NumberParts { stock, open, carts, reported, kept }))
    };
    services.store.read("stocks.number_parts", body).await?.ok_or(ServiceError::NotFound)
}

fn lines(found: &ReservingLines, units: i64) -> LinesPart {
    let since = found.lines.iter().map(|one| one.reservation.registered_at.unwrap_or(one.line.created_at));
    LinesPart { units, count: found.next_after.is_none().then_some(found.lines.len() as i64), oldest_at: since.min() }
}
