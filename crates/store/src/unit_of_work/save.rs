//! Saving: the rows that a batch has changed, with their counters and their outbox events.
//!
//! Promises: what [`apply`] writes is exactly what the working set recorded. Must not know why anything changed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use onhand_core::channel_sync::ObjectKind;
use onhand_core::events::EventType;
use onhand_core::{Changes, ChannelId, Order, OrderStatus, Product, ProductId, Stock, StockId, Timestamp};

use super::{fulfilment, happened};
use crate::counters::{CounterDeltas, CounterKey};
use crate::outbox::{self, OutboxEvent, Said};
use crate::resource::{self, Record};
use crate::tables::{
    cart_reservations, mappings, movements, order_items, orders, outgoing_lines, product_stocks, products,
    removed_stocks, stock_lists, stock_transfers,
};
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
    cart_reservations::apply(tx, &changes.carts, &mut counters).await?;
    stock_transfers::apply(tx, &changes.stock_transfers, &mut counters).await?;
    fulfilment::apply(tx, changes, &mut counters).await?;
    counters.write(tx).await
}

/// What channels will want to know of: stocks that have moved, and orders of channels, made or changed. Products say so
/// themselves, but for one that has a stock in one list more or less, which may be all that puts it into a catalog.
fn touched(changes: &Changes) -> Vec<OutboxEvent> {
    let written: BTreeMap<StockId, &Stock> =
        changes.stocks.made.iter().chain(changes.stocks.changed_rows()).map(|stock| (stock.id, stock)).collect();
    let moved: BTreeSet<StockId> = changes.movements.iter().map(|movement| movement.stock).collect();
    let event = |stock: &Stock, at| OutboxEvent {
        said: Said::Changed(ObjectKind::Stock),
        object: stock.id.get(),
        scope: stock.list.get(),
        at,
    };
    let stocks = moved.iter().filter_map(|id| written.get(id)).map(|stock| event(stock, stock.modified_at));
    let removed = changes.removed_stocks.iter().map(|removed| event(&removed.stock, removed.at));
    let made = changes.orders.made.iter().map(|order| of_order(Said::Happened(EventType::OrderCreated), order));
    let orders = made.chain(changes.orders.changed.iter().filter_map(|(before, after)| changed_order(before, after)));
    let mut listed: BTreeMap<ProductId, Timestamp> =
        changes.stocks.made.iter().map(|new| (new.product, new.created_at)).collect();
    listed.extend(changes.removed_stocks.iter().map(|removed| (removed.stock.product, removed.at)));
    let made = made_products(changes);
    let products = listed.into_iter().filter(|(product, _)| !made.contains(product));
    let said = Said::Changed(ObjectKind::Product);
    let products = products.map(|(id, at)| OutboxEvent { said, object: id.get(), scope: 0, at });
    stocks.chain(removed).chain(orders).chain(products).chain(happened::events(changes)).collect()
}

fn of_order(said: Said, order: &Order) -> OutboxEvent {
    let scope = order.channel.map_or(0, ChannelId::get);
    OutboxEvent { said, object: order.id.get(), scope, at: order.modified_at }
}

/// What is said of an order that was there: that it was cancelled, or what its channel will want to know.
fn changed_order(before: &Order, after: &Order) -> Option<OutboxEvent> {
    let is_cancelled = after.status == OrderStatus::Cancelled && before.status != OrderStatus::Cancelled;
    match is_cancelled {
        true => Some(of_order(Said::Happened(EventType::OrderCancelled), after)),
        false => after.channel.map(|_| of_order(Said::Changed(ObjectKind::Order), after)),
    }
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
    new.iter().for_each(|stock| count(counters, stock, 1));
    remove_stocks(tx, changes, counters).await?;
    product_stocks::update_all(tx, &changes.stocks.changed_rows().collect::<Vec<_>>()).await?;
    let crossed = changes.stocks.changed.iter().filter(|(before, after)| before.states != after.states);
    product_stocks::set_states(tx, crossed.map(|(_, after)| (after.id, after.states))).await
}

async fn remove_stocks(tx: &mut Tx<'_>, changes: &Changes, counters: &mut CounterDeltas) -> Result<(), Error> {
    let removed = || changes.removed_stocks.iter().map(|removed| &removed.stock);
    product_stocks::remove_all(tx, removed().map(|stock| stock.id)).await?;
    removed_stocks::insert_all(tx, &changes.removed_stocks).await?;
    removed().for_each(|stock| count(counters, stock, -1));
    Ok(())
}

fn count(counters: &mut CounterDeltas, stock: &Stock, by: i64) {
    counters.add(CounterKey::all(product_stocks::TABLE.name), stock.id.get(), by);
    counters.add(CounterKey::of(product_stocks::TABLE.name, "stock_list_id", stock.list.get()), stock.id.get(), by);
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
    outgoing_lines::insert_all(tx, &new).await?;
    new.iter().for_each(|item| counters.add(CounterKey::all(order_items::TABLE.name), item.id.get(), 1));
    order_items::update_all(tx, &changes.items.changed_rows().collect::<Vec<_>>()).await?;
    outgoing_lines::update_all(tx, &changes.items.changed).await?;
    order_items::insert_reservations(tx, &changes.reservations.made.iter().collect::<Vec<_>>()).await?;
    let changed: Vec<_> = changes.reservations.changed.iter().map(|(before, after)| (before.stock, after)).collect();
    order_items::update_reservations(tx, &changed).await
}
