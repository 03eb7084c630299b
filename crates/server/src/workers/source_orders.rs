//! Sourcing orders that are due, after their answers, and again those with lines that wait for stock.
//!
//! Promises: an order that was marked is sourced, also by the next process if this one dies in between; sourcing twice
//! does no harm, so processes need not agree which of them does it. Must not know HTTP.

use std::collections::BTreeSet;
use std::sync::Arc;

use onhand_core::fulfilment::UnplannedItem;
use onhand_core::{OrderId, Stock, StockKey};
use onhand_store::Tx;
use onhand_store::tables::{product_stocks, stock_locations, unplanned_items};
use onhand_store::unit_of_work::fulfilment::due;
use tokio::task::JoinSet;

use super::PAUSE;
use crate::services::{Requester, ServiceError, Services, fulfilment};
use crate::supervise::caught;

/// Orders looked up at once.
const TOGETHER: i64 = 64;

/// Lines in no package that are looked at in one round.
const WAITING_TOGETHER: i64 = 32;
/// How long after a change of a stock those who wait for it are tried again: two lines may have wanted the same units.
const AGAIN_SECONDS: i64 = 10;

/// Sources orders for ever: those of which this process's writer tells, and, now and then, those that others have left.
pub(super) async fn run(services: Arc<Services>) {
    let mut after = 0;
    loop {
        match round(&services).await {
            // There may be more.
            Ok(planned) if planned as i64 == TOGETHER => continue,
            Ok(_) => {}
            Err(ServiceError::Stopping) => return,
            Err(fault) => tracing::warn!(%fault, "cannot source orders"),
        }
        if tokio::time::timeout(PAUSE, services.writer.due().notified()).await.is_err() {
            // Nothing else is to be done just now.
            match again(&services, after).await {
                Ok(last) => after = last,
                Err(ServiceError::Stopping) => return,
                Err(fault) => tracing::warn!(%fault, "cannot source waiting orders"),
            }
        }
    }
}

/// Sources lines again that wait for stock, if any location's stock of their SKU has changed since they were last
/// tried. Returns where the next round goes on: after the last one that was looked at, or at the beginning.
async fn again(services: &Arc<Services>, after: i64) -> Result<i64, ServiceError> {
    let look = async move |tx: &mut Tx<'_>| {
        let waiting = unplanned_items::after(tx, after, WAITING_TOGETHER).await?;
        if waiting.is_empty() {
            return Ok((waiting, Vec::new()));
        }
        let lists: Vec<_> = stock_locations::lists(tx).await?.into_iter().map(|(_, list)| list).collect();
        let key =
            |row: &UnplannedItem| lists.iter().map(|list| StockKey { list: *list, sku: row.sku.clone() }).collect();
        let keys = waiting.iter().flat_map(|row| -> Vec<StockKey> { key(row) }).collect();
        let found = product_stocks::by_keys(tx, &keys).await?;
        Ok((waiting, found))
    };
    let (waiting, found) = services.store.read("unplanned_items.after", look).await?;
    let orders: BTreeSet<OrderId> = waiting
        .iter()
        .filter(|row| row.reason.waits_for_stock() && has_changed(row, &found))
        .map(|row| row.order)
        .collect();
    for order in orders {
        match source(services.clone(), order).await {
            Err(ServiceError::Stopping) => return Err(ServiceError::Stopping),
            // The lines behind it are looked at all the same.
            Err(fault) => tracing::warn!(order = order.get(), %fault, "cannot source a waiting order"),
            Ok(()) => {}
        }
    }
    let is_full = waiting.len() as i64 == WAITING_TOGETHER;
    Ok(waiting.last().filter(|_| is_full).map_or(0, |row| row.item.get()))
}

/// Whether a stock that might serve a line has changed since it was tried, or so shortly before that others may have
/// tried too.
fn has_changed(row: &UnplannedItem, found: &[Stock]) -> bool {
    let since = row.modified_at.minus_seconds(AGAIN_SECONDS);
    found.iter().any(|stock| stock.sku == row.sku && stock.on_hand > 0 && stock.modified_at > since)
}

async fn round(services: &Arc<Services>) -> Result<usize, ServiceError> {
    let orders = services.store.read("sourcing_queue.all", async |tx| due(tx, TOGETHER).await).await?;
    let count = orders.len();
    // All at once, so that they share a flush.
    let mut planning = JoinSet::new();
    for order in orders {
        planning.spawn(source(services.clone(), order));
    }
    let mut ended = Ok(count);
    while let Some(done) = planning.join_next().await {
        let broken = |_| Err(ServiceError::internal("sourcing an order was broken off"));
        if let Err(fault) = done.unwrap_or_else(broken) {
            ended = Err(fault);
        }
    }
    ended
}

/// Sources an order. One that panics keeps none of the others from being sourced.
async fn source(services: Arc<Services>, order: OrderId) -> Result<(), ServiceError> {
    let sourced = caught(fulfilment::source(&services, &Requester::itself(), (order, None), None)).await;
    let broken = |panic| Err(ServiceError::internal(format!("sourcing order {} has panicked: {panic}", order.get())));
    match sourced.unwrap_or_else(broken) {
        // It was removed meanwhile.
        Err(ServiceError::NotFound) => Ok(()),
        Err(ServiceError::Rejection(rejection)) => {
            tracing::warn!(order = order.get(), ?rejection, "cannot source an order");
            Ok(())
        }
        sourced => sourced.map(|_| ()),
    }
}
