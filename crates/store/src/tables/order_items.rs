//! Order lines and their reservations: reading. Only the unit of work writes them. Must not know stock numbers.

pub(crate) mod reservations;
pub mod reserving;

use onhand_core::fulfilment::list_sourcing::SourcedFrom;
use onhand_core::{
    OrderId, OrderItem, OrderItemId, ProductId, Quantity, StockId, StockListId, StockLocationId, Timestamp,
};

pub use self::reservations::{ReservedState, reported_reservations_of, reservations_after, reservations_of};
pub(crate) use self::reservations::{insert_reservations, short_of, update_reservations};
use super::{orders, outgoing_lines};
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx, resource};

pub(crate) const TABLE: ListTable = ListTable {
    name: "order_item",
    columns: "id, order_id, product_id, stock_list_id, stock_id, sku, quantity, status, oversold, price, extra_field, \
              attributes, details, created_at, modified_at, reserved_list_id, \
              (SELECT l.location_id FROM stock_list l WHERE l.id = \
              CASE WHEN reserved_list_id IS NULL THEN stock_list_id ELSE reserved_list_id END), split_from, sourcing, \
              CASE WHEN data_source_id IS NULL THEN NULL ELSE \
              (SELECT g.data_source_id || ' ' || g.state || ' ' || g.attempts || ' ' || \
              CASE WHEN g.next_try_at IS NULL THEN 0 ELSE g.next_try_at END || ' ' || g.pending_since || ' ' || \
              CASE WHEN g.level_at IS NULL THEN 0 ELSE g.level_at END || ' ' || \
              CASE WHEN g.remote_order IS NULL THEN 0 ELSE g.remote_order END || ' ' || \
              CASE WHEN g.remote_item IS NULL THEN 0 ELSE g.remote_item END || ' ' || \
              CASE WHEN g.error_code IS NULL THEN '-' ELSE g.error_code END || ' ' || g.via || ' ' || \
              CASE WHEN g.sku IS NULL THEN 0 ELSE LENGTH(g.sku) END || ' ' || \
              CASE WHEN g.sku IS NULL THEN '' ELSE g.sku END || ' ' || \
              CASE WHEN g.error IS NULL THEN '' ELSE g.error END FROM data_source_line g \
              WHERE g.item_id = order_item.id AND g.bucket = order_item.bucket) END",
    counted_by: &[],
    log: None,
};

/// A line's channel, 0 for none: not a column of its own, but lists can be narrowed by it. Line and order share a
/// bucket, so the look-up never leaves it.
pub const CHANNEL: &str = "(SELECT o.channel_id FROM sales_order o \
                           WHERE o.id = order_item.order_id AND o.bucket = order_item.bucket)";

/// The list a line is reserved in.
pub const RESERVED_LIST: &str = "CASE WHEN reserved_list_id IS NULL THEN stock_list_id ELSE reserved_list_id END";

/// The location of that list, 0 where it has none.
pub const LOCATION: &str = "COALESCE((SELECT l.location_id FROM stock_list l WHERE l.id = \
                            CASE WHEN reserved_list_id IS NULL THEN stock_list_id ELSE reserved_list_id END), 0)";

/// The lines that are short, from a line on which ends it. The state is written out, since the index has only such
/// reservations.
pub const SHORT: &str = "id IN (SELECT item_id FROM reservation WHERE state = 5 AND item_id >= ";
/// Order lines as other tables' rows point at them.
pub static KNOWN: resource::Table =
    resource::Table::new(TABLE.name, &[]).distributed(resource::Colocation::With("order_id"));

statements! {
    BY_ID = "order_items.by_id",
        "SELECT id, order_id, product_id, stock_list_id, stock_id, sku, quantity, status, oversold, price,
         extra_field, attributes, details, created_at, modified_at, reserved_list_id,
         (SELECT l.location_id FROM stock_list l
         WHERE l.id = CASE WHEN reserved_list_id IS NULL THEN stock_list_id ELSE reserved_list_id END), split_from, sourcing,
         CASE WHEN data_source_id IS NULL THEN NULL ELSE
         (SELECT g.data_source_id || ' ' || g.state || ' ' || g.attempts || ' ' || COALESCE(g.next_try_at, 0) || ' '
         || g.pending_since || ' ' || COALESCE(g.level_at, 0) || ' ' || COALESCE(g.remote_order, 0) || ' ' ||
         COALESCE(g.remote_item, 0) || ' ' || COALESCE(g.error_code, '-') || ' ' || g.via || ' ' ||
         COALESCE(LENGTH(g.sku), 0) || ' ' || COALESCE(g.sku, '') || ' ' || COALESCE(g.error, '') FROM data_source_line g
         WHERE g.item_id = order_item.id AND g.bucket = order_item.bucket) END
         FROM order_item WHERE id = ?1 AND bucket = ?2";
    PLACE = "order_items.place",
        "SELECT id, order_id, stock_id FROM order_item WHERE id = ?1 AND bucket = ?2";
    PLACES_OF_ORDER = "order_items.places_of_order",
        "SELECT id, order_id, stock_id FROM order_item WHERE order_id = ?1 AND bucket = ?2";
    OF_ORDER = "order_items.of_order",
        "SELECT id, order_id, product_id, stock_list_id, stock_id, sku, quantity, status, oversold, price,
         extra_field, attributes, details, created_at, modified_at, reserved_list_id,
         (SELECT l.location_id FROM stock_list l
         WHERE l.id = CASE WHEN reserved_list_id IS NULL THEN stock_list_id ELSE reserved_list_id END), split_from, sourcing,
         CASE WHEN data_source_id IS NULL THEN NULL ELSE
         (SELECT g.data_source_id || ' ' || g.state || ' ' || g.attempts || ' ' || COALESCE(g.next_try_at, 0) || ' '
         || g.pending_since || ' ' || COALESCE(g.level_at, 0) || ' ' || COALESCE(g.remote_order, 0) || ' ' ||
         COALESCE(g.remote_item, 0) || ' ' || COALESCE(g.error_code, '-') || ' ' || g.via || ' ' ||
         COALESCE(LENGTH(g.sku), 0) || ' ' || COALESCE(g.sku, '') || ' ' || COALESCE(g.error, '') FROM data_source_line g
         WHERE g.item_id = order_item.id AND g.bucket = order_item.bucket) END
         FROM order_item WHERE order_id = ?1 AND bucket = ?2 ORDER BY id";
    INSERT = "order_items.insert",
        "INSERT INTO order_item (bucket, id, order_id, product_id, stock_list_id, stock_id, sku, quantity, status,
         oversold, price, extra_field, attributes, details, created_at, modified_at, reserved_list_id,
         split_from, sourcing, data_source_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";
    UPDATE = "order_items.update",
        "UPDATE order_item SET status = ?3, extra_field = ?4, attributes = ?5, details = ?6, modified_at = ?7,
         stock_id = ?8, reserved_list_id = ?9, quantity = ?10 WHERE id = ?1 AND bucket = ?2";
    /// The states are those of the index: neither cancelled nor shipped.
    OVERSOLD_BEFORE = "order_items.oversold_before",
        "SELECT id, order_id FROM order_item WHERE oversold = 1 AND status < 500 AND status <> 100
         AND id < ?1 ORDER BY id DESC LIMIT ?2";
    OVERSOLD_COUNT = "order_items.oversold_count",
        "SELECT COUNT(*) FROM (SELECT id FROM order_item WHERE oversold = 1 AND status < 500
         AND status <> 100 AND id > ?1 LIMIT ?2) AS few";
    SHORT_BEFORE = "reservations.short_before",
        "SELECT item_id FROM reservation WHERE state = 5 AND item_id < ?1 ORDER BY item_id DESC LIMIT ?2";
    SHORT_COUNT = "reservations.short_count",
        "SELECT COUNT(*) FROM (SELECT item_id FROM reservation WHERE state = 5 AND item_id > ?1 LIMIT ?2) AS few";
}

fn read(row: &Row<'_>) -> Result<OrderItem, Error> {
    let list = StockListId::new(row.get(3)?);
    Ok(OrderItem {
        id: OrderItemId::new(row.get(0)?),
        order: OrderId::new(row.get(1)?),
        product: ProductId::new(row.get(2)?),
        list,
        stock: StockId::new(row.get(4)?),
        reserved_list: row.get::<Option<i64>>(15)?.map_or(list, StockListId::new),
        location: row.get::<Option<i64>>(16)?.map(StockLocationId::new),
        sku: row.get(5)?,
        quantity: quantity(row.get(6)?)?,
        status: orders::status(row.get(7)?)?,
        oversold: row.get(8)?,
        price: row.get(9)?,
        extra_field: row.get(10)?,
        attributes: row.get(11)?,
        details: row.get(12)?,
        created_at: Timestamp::from_micros(row.get(13)?),
        modified_at: Timestamp::from_micros(row.get(14)?),
        split_from: row.get::<Option<i64>>(17)?.map(OrderItemId::new),
        sourced: row.get::<Option<String>>(18)?.as_deref().and_then(SourcedFrom::from_words),
        outgoing: outgoing_lines::read_words(row.get::<Option<String>>(19)?)?.map(Box::new),
    })
}

pub(crate) fn quantity(units: i64) -> Result<Quantity, Error> {
    Quantity::new(units).ok_or_else(|| Error::Internal(format!("a stored quantity is {units}")))
}

/// A part of all order lines.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<OrderItem>, Error> {
    query::page(tx, &TABLE, listing, |row: &OrderItem| row.id.get(), read).await
}

/// One line.
pub async fn by_id(tx: &mut Tx<'_>, id: OrderItemId) -> Result<Option<OrderItem>, Error> {
    tx.first(&BY_ID, &values![id.get(), id.bucket()], read).await
}

/// Where a line belongs: what never changes about it, and is known before anything is locked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) item: OrderItemId,
    pub(crate) order: OrderId,
    pub(crate) stock: StockId,
}

fn read_place(row: &Row<'_>) -> Result<Place, Error> {
    Ok(Place {
        item: OrderItemId::new(row.get(0)?),
        order: OrderId::new(row.get(1)?),
        stock: StockId::new(row.get(2)?),
    })
}

/// Where some lines belong; unknown ones are left out.
pub(crate) async fn places<'i>(
    tx: &mut Tx<'_>,
    items: impl IntoIterator<Item = &'i OrderItemId>,
) -> Result<Vec<Place>, Error> {
    tx.all_bulk(&PLACE, items.into_iter().map(|id| values![id.get(), id.bucket()]), read_place).await
}

/// Where the lines of some orders belong.
pub(crate) async fn places_of_orders<'o>(
    tx: &mut Tx<'_>,
    orders: impl IntoIterator<Item = &'o OrderId>,
) -> Result<Vec<Place>, Error> {
    tx.all_bulk(&PLACES_OF_ORDER, orders.into_iter().map(|id| values![id.get(), id.bucket()]), read_place).await
}

/// Some lines.
pub async fn by_ids<'i>(
    tx: &mut Tx<'_>,
    items: impl IntoIterator<Item = &'i OrderItemId>,
) -> Result<Vec<OrderItem>, Error> {
    tx.all_bulk(&BY_ID, items.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The lines of some orders.
pub async fn of_orders(tx: &mut Tx<'_>, orders: &[OrderId]) -> Result<Vec<OrderItem>, Error> {
    tx.all_bulk(&OF_ORDER, orders.iter().map(|order| values![order.get(), order.bucket()]), read).await
}

/// What may be wrong with a line, for those who look for such lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// It was accepted although its units were not there, and has not left.
    Oversold,
    /// No stock has its units.
    Short,
}

/// The newest lines with a trouble among those that were made before a line, so many at the most, each with its order.
pub async fn in_trouble(
    tx: &mut Tx<'_>,
    trouble: Trouble,
    before: OrderItemId,
    limit: i64,
) -> Result<Vec<(OrderItemId, OrderId)>, Error> {
    let read = |row: &Row<'_>| Ok((OrderItemId::new(row.get(0)?), OrderId::new(row.get(1)?)));
    if trouble == Trouble::Oversold {
        return tx.all(&OVERSOLD_BEFORE, &values![before.get(), limit], read).await;
    }
    let read = |row: &Row<'_>| row.get(0).map(OrderItemId::new);
    let items = tx.all(&SHORT_BEFORE, &values![before.get(), limit], read).await?;
    let mut found: Vec<_> = places(tx, &items).await?.into_iter().map(|place| (place.item, place.order)).collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    Ok(found)
}

/// How many lines have a trouble, counted up to so many.
pub async fn count_in_trouble(tx: &mut Tx<'_>, trouble: Trouble, most: i64) -> Result<i64, Error> {
    let count = if trouble == Trouble::Oversold { &OVERSOLD_COUNT } else { &SHORT_COUNT };
    Ok(tx.first(count, &values![0, most], |row| row.get(0)).await?.unwrap_or(0))
}

pub(crate) async fn insert_all(tx: &mut Tx<'_>, items: &[&OrderItem]) -> Result<(), Error> {
    let rows = items.iter().map(|item| {
        values![
            item.id.bucket(),
            item.id.get(),
            item.order.get(),
            item.product.get(),
            item.list.get(),
            item.stock.get(),
            &item.sku,
            item.quantity.units(),
            item.status.code(),
            item.oversold,
            item.price.as_deref(),
            &item.extra_field,
            &item.attributes,
            &item.details,
            item.created_at.micros(),
            item.modified_at.micros(),
            reserved(item),
            item.split_from.map(OrderItemId::get),
            item.sourced.map(SourcedFrom::words),
            item.outgoing.as_ref().map(|line| line.source.get()),
        ]
    });
    tx.execute_bulk(&INSERT, rows).await
}

/// The list a line is reserved in, as it is stored.
fn reserved(item: &OrderItem) -> Option<i64> {
    (item.reserved_list != item.list).then_some(item.reserved_list.get())
}

pub(crate) async fn update_all(tx: &mut Tx<'_>, items: &[&OrderItem]) -> Result<(), Error> {
    let rows = items.iter().map(|item| {
        let texts = (&item.extra_field, &item.attributes, &item.details);
        let (id, status, modified) = (item.id, item.status.code(), item.modified_at.micros());
        let (stock, quantity) = (item.stock.get(), item.quantity.units());
        values![id.get(), id.bucket(), status, texts.0, texts.1, texts.2, modified, stock, reserved(item), quantity]
    });
    tx.execute_bulk(&UPDATE, rows).await
}
