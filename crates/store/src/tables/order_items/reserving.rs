//! Lines by what has become of their reservations, over all stocks: the oldest first.
//!
//! Promises: a page reads as many entries of an index as it has rows; of one SKU, those of its stocks or, of open lines, of
//! all open ones. Must not know orders.

use onhand_core::OrderItemId;

use super::ReservedState;
use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    OPEN = "reservations.open_after",
        "SELECT item_id FROM reservation WHERE state = 1 AND item_id > ?1 ORDER BY item_id LIMIT ?2";
    /// The index of open lines has their stocks.
    OPEN_OF_SKU = "reservations.open_of_sku",
        "SELECT item_id FROM reservation WHERE state = 1 AND item_id > ?1
         AND stock_id IN (SELECT id FROM stock WHERE sku = ?3) ORDER BY item_id LIMIT ?2";
    REPORTED_OF_SKU = "reservations.reported_of_sku",
        "SELECT item_id FROM reservation WHERE state = 2 AND item_id > ?1
         AND stock_id IN (SELECT id FROM stock WHERE sku = ?3) ORDER BY item_id LIMIT ?2";
    SHORT = "reservations.short_after",
        "SELECT item_id FROM reservation WHERE state = 5 AND item_id > ?1 ORDER BY item_id LIMIT ?2";
}

/// Lines that the ERP has not registered, after one of them; so many at the most.
pub async fn open_after(tx: &mut Tx<'_>, after: OrderItemId, limit: i64) -> Result<Vec<OrderItemId>, Error> {
    tx.all(&OPEN, &values![after.get(), limit], |row| row.get(0).map(OrderItemId::new)).await
}

/// Lines of an SKU that take units of its stocks, after one of them; so many at the most.
pub async fn of_sku_after(
    tx: &mut Tx<'_>,
    (sku, state): (&str, ReservedState),
    after: OrderItemId,
    limit: i64,
) -> Result<Vec<OrderItemId>, Error> {
    let statement = match state {
        ReservedState::Open => &OPEN_OF_SKU,
        ReservedState::Reported => &REPORTED_OF_SKU,
    };
    tx.all(statement, &values![after.get(), limit, sku], |row| row.get(0).map(OrderItemId::new)).await
}

/// Lines whose units no stock has, after one of them; so many at the most.
pub async fn short_after(tx: &mut Tx<'_>, after: OrderItemId, limit: i64) -> Result<Vec<OrderItemId>, Error> {
    tx.all(&SHORT, &values![after.get(), limit], |row| row.get(0).map(OrderItemId::new)).await
}
