//! Saving: the rows that a batch has changed, with their counters and their outbox events.
//!
//! Promises: what [`apply`] writes is exactly what the working set recorded. Must not know why anything changed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use onhand_core::channel_sync::ObjectKind;
use onhand_core::{Changes, Product, ProductId, Stock, StockId, Timestamp};

use super::fulfilment;
use crate::counters::{CounterDeltas, CounterKey};
use crate::outbox::{self, OutboxEvent};
use crate::resource::{self, Record};
use crate::tables::{mappings, movements, order_items, orders, product_stocks, products, stock_lists};
use crate::{Error, Tx};

/// Writes what a working set recorded.
pub async fn apply(tx: &mut Tx<'_>, changes: &Changes) -> Result<(), Error> {
    let mut counters = CounterDeltas::default();
    apply_stocks(tx, changes, &mut counters).await?;
    apply_orders(tx, changes, &mut counters).await?;
    let mappings = &changes.mappings.made;
    mappings::insert_all(tx, mappings).await?;
    mappings.iter().for_each(|mapping| counters.add(CounterKey::all(mappings::TABLE.name), mapping.id.get(), 1));
    movements::insert_all(tx, changes.movements.iter().map(|movement| (movement, movement.at))).await?;
    outbox::add_all(tx, touched(changes)).await?;
    fulfilment::apply(tx, changes, &mut counters).await?;
    counters.write(tx).await
}

/// What channels will want to know of: stocks that have moved, and orders of channels, made or changed. Products say so
/// themselves, but for one that has a stock in one more list, which may be all that puts it into a catalog.
fn touched(changes: &Changes) -> Vec<OutboxEvent> {
    let written: BTreeMap<StockId, &Stock> =
        changes.stocks.made.iter().chain(changes.stocks.changed_rows()).map(|stock| (stock.id, stock)).collect();
    let moved: BTreeSet<StockId> = changes.movements.iter().map(|movement| movement.stock).collect();
    let stocks = moved.iter().filter_map(|id| written.get(id)).map(|stock| OutboxEvent {
        kind: ObjectKind::Stock,
        object: stock.id.get(),
        scope: stock.list.get(),
        at: stock.modified_at,
    });
    let orders = changes.orders.made.iter().chain(changes.orders.changed_rows()).filter_map(|order| {
        Some(OutboxEvent {
            kind: ObjectKind::Order,
            object: order.id.get(),
            scope: order.channel?.get(),
            at: order.modified_at,
        })
    });
    let listed: BTreeMap<ProductId, Timestamp> =
        changes.stocks.made.iter().map(|new| (new.product, new.created_at)).collect();
    let made = made_products(changes);
    let products = listed.into_iter().filter(|(product, _)| !made.contains(product));
    let products = products.map(|(id, at)| OutboxEvent { kind: ObjectKind::Product, object: id.get(), scope: 0, at });
    stocks.chain(orders).chain(products).collect()
}

fn made_products(changes: &Changes) -> HashSet<ProductId> {
    changes.products.made.iter().map(|product| product.id).collect()
}

async fn apply_stocks(tx: &mut Tx<'_>, changes: &Changes, counters: &mut CounterDeltas) -> Result<(), Error> {
    let new: Vec<&Stock> = changes.stocks.made.iter().collect();
    lock_references_of(tx, &new, changes).await?;
    let of_product: HashMap<ProductId, &Stock> = new.iter().map(|stock| (stock.product, *stock)).collect();
    let product = |product: &Product| {
        let stock = of_product.get(&product.id)?;
        Some(products::unnamed(product.id, &stock.sku, stock.created_at))
    };
    let new_products: Vec<Record> = changes.products.made.iter().filter_map(product).collect();
    new_products.iter().for_each(|product| counters.add(CounterKey::all(product.table.name), product.id, 1));
    products::insert_all(tx, new_products).await?;
    product_stocks::insert_all(tx, &new).await?;
    for stock in &new {
        counters.add(CounterKey::all(product_stocks::TABLE.name), stock.id.get(), 1);
        counters.add(CounterKey::of(product_stocks::TABLE.name, "stock_list_id", stock.list.get()), stock.id.get(), 1);
    }
    product_stocks::update_all(tx, &changes.stocks.changed_rows().collect::<Vec<_>>()).await?;
    let crossed = changes.stocks.changed.iter().filter(|(before, after)| before.states != after.states);
    product_stocks::set_states(tx, crossed.map(|(_, after)| (after.id, after.states))).await
}

/// What new stocks point at stays until they are there.
async fn lock_references_of(tx: &mut Tx<'_>, new: &[&Stock], changes: &Changes) -> Result<(), Error> {
    let made = made_products(changes);
    let known = new.iter().map(|stock| stock.product).filter(|product| !made.contains(product));
    resource::lock_references(tx, &products::PRODUCTS, &known.map(ProductId::get).collect()).await?;
    resource::lock_references(tx, &stock_lists::STOCK_LISTS, &new.iter().map(|stock| stock.list.get()).collect()).await
}

async fn apply_orders(tx: &mut Tx<'_>, changes: &Changes, counters: &mut CounterDeltas) -> Result<(), Error> {
    let new: Vec<_> = changes.orders.made.iter().collect();
    orders::insert_all(tx, &new, counters).await?;
    let changed: Vec<_> = changes.orders.changed.iter().map(|(before, after)| (before, after)).collect();
    orders::update_all(tx, &changed, counters).await?;
    let new: Vec<_> = changes.items.made.iter().collect();
    order_items::insert_all(tx, &new).await?;
    new.iter().for_each(|item| counters.add(CounterKey::all(order_items::TABLE.name), item.id.get(), 1));
    order_items::update_all(tx, &changes.items.changed_rows().collect::<Vec<_>>()).await?;
    order_items::insert_reservations(tx, &changes.reservations.made.iter().collect::<Vec<_>>()).await?;
    let changed: Vec<_> = changes.reservations.changed.iter().map(|(before, after)| (before.stock, after)).collect();
    order_items::update_reservations(tx, &changed).await
}
