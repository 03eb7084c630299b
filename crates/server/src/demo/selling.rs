//! The customers of the demonstration: an order every two seconds, so that numbers move.
//!
//! Promises: sells in the shop of the demonstration only, through the writer like any client, a bounded number of times;
//! an order that is rejected or fails is left out. Must not know how the shop was filled.

use std::time::Duration;

use onhand_core::commands::PlaceOrder;
use onhand_core::{ChannelId, Command, StockListId};
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::resource::{self, Record, Table};
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::{Error, Tx};

use super::{ARTICLES, LISTS, MARKET, SIZES, sku};
use crate::services::{Requester, Services};

/// Between two orders.
const PAUSE: Duration = Duration::from_secs(2);
/// Orders of one process.
const ORDERS_MAX: usize = 2_000;

/// Where customers buy.
#[derive(Clone, Copy)]
struct Shop {
    warehouse: StockListId,
    market: ChannelId,
}

/// Sells something every two seconds, if the database has the shop of the demonstration.
pub async fn run(services: &Services) {
    let shop = match shop(services).await {
        Ok(Some(shop)) => shop,
        Ok(None) => return,
        Err(fault) => return tracing::warn!(%fault, "the demonstration cannot sell"),
    };
    for _ in 0..ORDERS_MAX {
        tokio::time::sleep(PAUSE).await;
        let order = Command::PlaceOrder(order(shop, services.clock.now().micros() / 1_000_000));
        if let Err(fault) = services.submit(&Requester::itself(), order).await {
            tracing::debug!(?fault, "an order of the demonstration was not placed");
        }
    }
}

/// The shop, where all its lists and its channel are there: nothing is sold in another one.
async fn shop(services: &Services) -> Result<Option<Shop>, Error> {
    let first = |table: &'static Table, limit| {
        let first = ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window: Window::Page { number: 1, limit } };
        let body = async move |tx: &mut Tx<'_>| resource::page(tx, table, &first).await;
        services.store.read("records.page", body)
    };
    let lists = first(&STOCK_LISTS, LISTS.len() as i64).await?.rows;
    let channels = first(&CHANNELS, 1).await?.rows;
    let name = |record: &Record| record.text("name").unwrap_or_default().to_owned();
    let code = |record: &Record| record.text("code").unwrap_or_default().to_owned();
    let is_demonstration = lists.len() == LISTS.len()
        && lists.iter().zip(LISTS).all(|(list, known)| (&*name(list), &*code(list)) == known)
        && channels.first().is_some_and(|channel| name(channel) == MARKET);
    let found = lists.first().zip(channels.first()).filter(|_| is_demonstration);
    Ok(found.map(|(list, channel)| Shop { warehouse: StockListId::new(list.id), market: ChannelId::new(channel.id) }))
}

/// The order of a second. Every third is the channel's, and every fourth has a line more.
fn order(shop: Shop, second: i64) -> PlaceOrder {
    let place = second / 2;
    let skus = (0..=i64::from(place % 4 == 0)).map(|line| {
        let (article, size) = ((place * 7 + line * 3) % ARTICLES.len() as i64, (place * 3 + line) % SIZES.len() as i64);
        sku(article as usize, size as usize)
    });
    super::order(format!("D-{second}"), (place % 3 == 0).then_some(shop.market), (shop.warehouse, skus))
}
