//! The sourcing context: what sourcing needs to know of an order. Must not know HTTP.

use onhand_core::OrderId;
use onhand_core::fulfilment::Coordinates;
use onhand_store::tables::{order_items, orders};
use onhand_store::{Error, Store};

use crate::services::order_place;

/// What sourcing needs to know of an order.
#[derive(Clone, Debug)]
pub struct SourcingContext {
    /// Its number.
    pub number: String,
    /// Where its customer is.
    pub near: Option<Coordinates>,
    /// How many lines it has.
    pub lines: usize,
}

/// Looks an order up.
pub async fn about(store: &Store, order: OrderId) -> Result<Option<SourcingContext>, Error> {
    store
        .read_inline("orders.about", async move |tx| {
            let Some(found) = orders::by_id(tx, order).await? else { return Ok(None) };
            let lines = order_items::of_orders(tx, &[order]).await?.len();
            let near = order_place::of_order(tx, &found.details, found.channel).await?;
            Ok(Some(SourcingContext { near, number: found.number, lines }))
        })
        .await
}
