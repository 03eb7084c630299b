//! Loading: the rows that a batch of commands looks at, locked where they may change.
//!
//! Promises: rows are loaded in the order of their ids, each once. Must not know what a command decides.

use std::collections::{BTreeSet, HashSet};

use onhand_core::commands::ReadSet;
use onhand_core::{
    ChannelId, DataSourceId, OrderId, OrderItem, OrderItemId, Product, Stock, StockId, StockKey, StockList,
    StockListId, WorkingSet,
};

use super::fulfilment;
use crate::tables::{
    cart_reservations, channels, data_sources, mappings, order_items, orders, product_stocks, products, stock_lists,
    stock_transfers,
};
use crate::{Error, Tx};

/// Loads everything a batch of commands looks at. What never changes is read first and says what has to be locked; then
/// orders are locked, then stocks, each in the order of their ids, so that no two processes wait for each other; what
/// may change is read under those locks.
pub async fn load(tx: &mut Tx<'_>, read_set: &ReadSet, working_set: &mut WorkingSet) -> Result<(), Error> {
    mappings::lock_codes(tx, &read_set.codes).await?;
    load_sources(tx, &read_set.sources, working_set).await?;
    for transfer in stock_transfers::by_references(tx, read_set.transfer_references.iter()).await? {
        working_set.put_stock_transfer(transfer);
    }
    // Nothing else depends on the numbers, so nothing waits for them.
    let numbers = orders::ask_numbers_taken(tx, &read_set.numbers).await?;
    let mut wanted = read_set.stocks.clone();
    let mut reach = fulfilment::resolve(tx, &read_set.fulfilment).await?;
    let waiting = fulfilment::waiting(tx, read_set, &mut reach, working_set).await?;
    let items = lock_orders(tx, read_set, &mut reach, working_set, &mut wanted).await?;
    wanted.extend(lock_carts(tx, read_set, working_set).await?);
    wanted.extend(fulfilment::load(tx, &read_set.fulfilment, &mut reach, working_set).await?);
    let keys = load_product_keys(tx, read_set, &reach, working_set).await?;
    let (found, known) = lock_stocks(tx, wanted, &keys).await?;
    for (channel, number) in tx.fetch(numbers).await? {
        working_set.put_number(channel, number);
    }
    fulfilment::still_waiting(tx, &waiting).await?;
    fulfilment::load_discrepancies(tx, &read_set.fulfilment, &found, working_set).await?;
    fulfilment::load_goods(tx, &read_set.fulfilment, &found, working_set).await?;
    fulfilment::load_claims(tx, &mut reach, &found, working_set).await?;
    known.iter().for_each(|list| working_set.put_list(*list));
    load_items(tx, read_set, &items, &found, working_set).await?;
    load_counted(tx, &reach.counted.difference(&items).copied().collect(), working_set).await?;
    let reported = found.iter().filter(|stock| settles(read_set, stock)).map(|stock| stock.id).collect::<Vec<_>>();
    for reservation in order_items::reported_reservations_of(tx, &reported).await? {
        working_set.put_reservation(reservation);
    }
    fulfilment::load_kept(tx, &read_set.fulfilment, (&found, &reported), working_set).await?;
    let mut lists = read_set.lists.clone();
    lists.extend(keys.iter().map(|key| key.list));
    lists.extend(fulfilment::destinations(working_set));
    known.iter().for_each(|list| _ = lists.remove(&list.id));
    load_products(tx, &keys, &found, working_set).await?;
    found.into_iter().for_each(|stock| working_set.put_stock(stock));
    load_lists(tx, &lists, working_set).await?;
    load_channels(tx, &read_set.channels, working_set).await
}

/// Whether a level may be written that settles reported lines of this stock.
fn settles(read_set: &ReadSet, stock: &Stock) -> bool {
    let key = || StockKey { list: stock.list, sku: stock.sku.clone() };
    stock.reported > 0 && (read_set.reported_of_ids.contains(&stock.id) || read_set.reported_of_keys.contains(&key()))
}

/// The stocks that are wanted by id or by key, and what came with them of their lists.
async fn lock_stocks(
    tx: &mut Tx<'_>,
    mut wanted: BTreeSet<StockId>,
    keys: &BTreeSet<StockKey>,
) -> Result<(Vec<Stock>, Vec<StockList>), Error> {
    if let (true, 1, Some(key)) = (wanted.is_empty(), keys.len(), keys.first()) {
        return Ok(product_stocks::lock_by_key(tx, key).await?.into_iter().unzip());
    }
    if wanted.is_empty() && !tx.locks_rows() {
        return Ok((product_stocks::by_keys(tx, keys).await?, Vec::new()));
    }
    wanted.extend(product_stocks::ids_by_key(tx, keys).await?);
    Ok(product_stocks::lock(tx, &wanted).await?.into_iter().unzip())
}

/// Orders that are needed whole; names all lines that are needed, and the stocks they reserve.
async fn lock_orders(
    tx: &mut Tx<'_>,
    read_set: &ReadSet,
    reach: &mut fulfilment::ResolvedReadSet,
    working_set: &mut WorkingSet,
    wanted: &mut BTreeSet<StockId>,
) -> Result<BTreeSet<OrderItemId>, Error> {
    let with_orders: BTreeSet<OrderItemId> =
        read_set.items_with_orders.union(&read_set.fulfilment.items).copied().collect();
    let mut places = order_items::places(tx, read_set.items.union(&with_orders)).await?;
    let of_fulfilment = places.iter().filter(|place| read_set.fulfilment.items.contains(&place.item));
    reach.orders.extend(of_fulfilment.map(|place| place.order));
    let mut whole: BTreeSet<OrderId> = read_set.orders.union(&reach.orders).copied().collect();
    let with_order = places.iter().filter(|place| with_orders.contains(&place.item));
    whole.extend(with_order.map(|place| place.order));
    for order in orders::lock(tx, &whole).await? {
        working_set.put_order(order);
    }
    places.extend(order_items::places_of_orders(tx, &whole).await?);
    wanted.extend(places.iter().map(|place| place.stock));
    Ok(places.into_iter().map(|place| place.item).collect())
}

/// Cart reservations with their lines, and the stocks of these; which references are taken.
async fn lock_carts(
    tx: &mut Tx<'_>,
    read_set: &ReadSet,
    working_set: &mut WorkingSet,
) -> Result<BTreeSet<StockId>, Error> {
    for (channel, reference) in cart_reservations::references_taken(tx, &read_set.cart_references).await? {
        working_set.put_cart_reference(channel, reference);
    }
    let mut stocks = BTreeSet::new();
    for cart in cart_reservations::lock(tx, &read_set.carts).await? {
        stocks.extend(cart.lines.iter().map(|line| line.stock));
        working_set.put_cart(cart);
    }
    Ok(stocks)
}

/// Lines, their reservations and their mappings. A line may have moved to another stock before this one was locked
/// here.
async fn load_items(
    tx: &mut Tx<'_>,
    read_set: &ReadSet,
    items: &BTreeSet<OrderItemId>,
    found: &[Stock],
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    let items = order_items::by_ids(tx, items).await?;
    let locked: HashSet<StockId> = found.iter().map(|stock| stock.id).collect();
    if items.iter().any(|item| !locked.contains(&item.stock)) {
        return Err(Error::StaleRead("the stock of an order line"));
    }
    for reservation in order_items::reservations_of(tx, &items).await? {
        working_set.put_reservation(reservation);
    }
    for mapping in mappings::of_items(tx, &read_set.items.iter().copied().collect::<Vec<_>>()).await? {
        working_set.mappings.put(mapping);
    }
    load_codes(tx, read_set, &items, working_set).await?;
    items.into_iter().for_each(|item| working_set.put_item(item));
    fulfilment::load_moves(tx, read_set.items.iter().copied(), working_set).await
}

/// Other lines that the ERP has given codes to which it is about to give, where the line's list minds. A line that does
/// not exist is given none.
async fn load_codes(
    tx: &mut Tx<'_>,
    read_set: &ReadSet,
    items: &[OrderItem],
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    let minds = |item: &&OrderItem| working_set.list(item.reserved_list).is_none_or(|list| list.is_item_code_unique);
    let whole = |id| items.iter().find(|item| item.id == id).filter(minds).map(OrderItem::whole);
    let wanted: Vec<_> = read_set.codes.iter().filter_map(|(id, code)| Some((code.as_str(), whole(*id)?))).collect();
    for (code, line) in mappings::others_with_codes(tx, wanted.into_iter()).await? {
        working_set.mappings.put_code(code, line);
    }
    Ok(())
}

/// Lines that a count only looks at: nothing happens to them, so their stocks need not be ours.
async fn load_counted(
    tx: &mut Tx<'_>,
    items: &BTreeSet<OrderItemId>,
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    let items = order_items::by_ids(tx, items).await?;
    for reservation in order_items::reservations_of(tx, &items).await? {
        working_set.put_reservation(reservation);
    }
    items.into_iter().for_each(|item| working_set.put_item(item));
    Ok(())
}

/// Products named by id, and the stock keys of all products that were asked for.
async fn load_product_keys(
    tx: &mut Tx<'_>,
    read_set: &ReadSet,
    reach: &fulfilment::ResolvedReadSet,
    working_set: &mut WorkingSet,
) -> Result<BTreeSet<StockKey>, Error> {
    let mut keys: BTreeSet<StockKey> = read_set.keys.union(&reach.keys).cloned().collect();
    let ids: BTreeSet<_> = read_set.product_keys.iter().map(|(_, product)| *product).collect();
    for product in products::keys_by_id(tx, &ids.into_iter().collect::<Vec<_>>()).await? {
        for (list, _) in read_set.product_keys.iter().filter(|(_, id)| *id == product.id) {
            keys.insert(StockKey { list: *list, sku: product.sku.clone() });
        }
        working_set.put_product(product);
    }
    Ok(keys)
}

/// The products of stocks. A stock knows its product, so only products without a stock are asked for.
async fn load_products(
    tx: &mut Tx<'_>,
    keys: &BTreeSet<StockKey>,
    found: &[Stock],
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    for stock in found {
        working_set.put_product(Product { id: stock.product, sku: stock.sku.clone() });
    }
    let known: BTreeSet<&str> = found.iter().map(|stock| stock.sku.as_str()).collect();
    let missing: BTreeSet<&str> = keys.iter().map(|key| key.sku.as_str()).filter(|sku| !known.contains(sku)).collect();
    for product in products::keys_by_sku(tx, &missing.into_iter().collect::<Vec<_>>()).await? {
        working_set.put_product(product);
    }
    Ok(())
}

async fn load_lists(tx: &mut Tx<'_>, lists: &BTreeSet<StockListId>, working_set: &mut WorkingSet) -> Result<(), Error> {
    for list in stock_lists::rules(tx, lists).await? {
        working_set.put_list(list);
    }
    Ok(())
}

/// Data sources, which nobody changes until the levels are written that are of them.
async fn load_sources(
    tx: &mut Tx<'_>,
    sources: &BTreeSet<DataSourceId>,
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    for id in sources {
        if let Some(modified_at) = data_sources::keep(tx, *id).await? {
            working_set.put_source(*id, modified_at);
        }
    }
    Ok(())
}

async fn load_channels(
    tx: &mut Tx<'_>,
    channels: &BTreeSet<ChannelId>,
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    for id in channels {
        if let Some(channel) = channels::keep(tx, *id).await? {
            working_set.put_channel(channel);
        }
    }
    Ok(())
}
