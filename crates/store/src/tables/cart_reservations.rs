//! Cart reservations and their lines: reading. Only the unit of work writes them.
//!
//! Promises: what is due is found in an index that has open ones only. Must not know what ends a cart reservation.

use std::collections::{BTreeSet, HashMap};

use onhand_core::fulfilment::list_sourcing::SourcedFrom;
use onhand_core::{
    CartLine, CartReservation, CartReservationId, CartState, ChannelId, OrderId, ProductId, StockId, StockListId,
    Timestamp, TrackedChanges, bucket_of_text,
};

use crate::counters::{self, CounterDeltas, CounterKey};
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx};

pub(crate) const TABLE: ListTable = ListTable {
    name: "cart_reservation",
    columns: "id, channel_id, reference, state, expires_at, order_id, created_at, modified_at",
    counted_by: &["channel_id", "state", "open_channel_id"],
    log: None,
};

/// The order that a cart reservation became. It is NULL of one that became none, so lists are not sorted by it.
pub const ORDER: &str = "order_id";

/// The cart reservations with a line of an SKU, which the SKU ends.
pub const WITH_SKU: &str = "id IN (SELECT cart_reservation_id FROM cart_reservation_line WHERE sku = ";

statements! {
    BY_ID = "cart_reservations.by_id",
        "SELECT id, channel_id, reference, state, expires_at, order_id, created_at, modified_at
         FROM cart_reservation WHERE id = ?1 AND bucket = ?2";
    LOCK = "cart_reservations.lock",
        "SELECT id, channel_id, reference, state, expires_at, order_id, created_at, modified_at
         FROM cart_reservation WHERE id = ?1 AND bucket = ?2", for_update;
    LINES = "cart_reservation_lines.of",
        "SELECT cart_reservation_id, number, product_id, sku, stock_list_id, stock_id, quantity, sourced
         FROM cart_reservation_line WHERE cart_reservation_id = ?1 AND bucket = ?2 ORDER BY number";
    REFERENCE_TAKEN = "cart_reservations.reference_taken",
        "SELECT channel_id, reference FROM cart_reservation WHERE reference = ?1 AND channel_id = ?2 AND bucket = ?3";
    /// In whichever bucket: the next to end is one of all.
    DUE = "cart_reservations.due",
        "SELECT id, line_count FROM cart_reservation WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2";
    /// The same.
    NEXT_DUE = "cart_reservations.next_due",
        "SELECT due_at FROM cart_reservation WHERE due_at > ?1 ORDER BY due_at LIMIT 1";
    /// In whichever bucket: carts are not where their stocks are.
    OF_STOCK = "cart_reservation_lines.of_stock",
        "SELECT cart_reservation_id, reserved FROM cart_reservation_line
         WHERE stock_id = ?1 AND reserved > 0 ORDER BY cart_reservation_id, reserved LIMIT ?2";
    /// The same.
    SUM_OF_STOCK = "cart_reservation_lines.sum_of_stock",
        "SELECT COUNT(*), COALESCE(CAST(SUM(reserved) AS BIGINT), 0) FROM cart_reservation_line
         WHERE stock_id = ?1 AND reserved > 0";
    /// In whichever bucket.
    ENDED = "cart_reservations.ended",
        "SELECT id, channel_id, reference, state, expires_at, order_id, created_at, modified_at
         FROM cart_reservation WHERE state <> 1 AND modified_at < ?1 ORDER BY modified_at, id LIMIT ?2";
    INSERT = "cart_reservations.insert",
        "INSERT INTO cart_reservation (bucket, id, channel_id, reference, state, expires_at, due_at, order_id,
         line_count, open_channel_id, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    UPDATE = "cart_reservations.update",
        "UPDATE cart_reservation SET state = ?3, expires_at = ?4, due_at = ?5, order_id = ?6, open_channel_id = ?7,
         modified_at = ?8 WHERE id = ?1 AND bucket = ?2";
    INSERT_LINE = "cart_reservation_lines.insert",
        "INSERT INTO cart_reservation_line (bucket, cart_reservation_id, number, product_id, sku, stock_list_id, stock_id,
         quantity, reserved, sourced) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    UPDATE_LINE = "cart_reservation_lines.update",
        "UPDATE cart_reservation_line SET quantity = ?4, reserved = ?5
         WHERE cart_reservation_id = ?1 AND number = ?2 AND bucket = ?3";
    REMOVE = "cart_reservations.remove", "DELETE FROM cart_reservation WHERE id = ?1 AND bucket = ?2";
    REMOVE_LINES = "cart_reservation_lines.remove",
        "DELETE FROM cart_reservation_line WHERE cart_reservation_id = ?1 AND bucket = ?2";
}

/// A cart reservation without its lines.
fn read(row: &Row<'_>) -> Result<CartReservation, Error> {
    let state: i64 = row.get(3)?;
    let unknown = || Error::Internal(format!("there is no cart reservation state {state}"));
    Ok(CartReservation {
        id: CartReservationId::new(row.get(0)?),
        channel: Some(row.get(1)?).filter(|id| *id != 0).map(ChannelId::new),
        reference: row.get(2)?,
        state: CartState::from_number(state).ok_or_else(unknown)?,
        expires_at: Timestamp::from_micros(row.get(4)?),
        order: row.get::<Option<i64>>(5)?.map(OrderId::new),
        lines: Vec::new(),
        created_at: Timestamp::from_micros(row.get(6)?),
        modified_at: Timestamp::from_micros(row.get(7)?),
    })
}

fn read_line(row: &Row<'_>) -> Result<(CartReservationId, CartLine), Error> {
    let line = CartLine {
        number: row.get(1)?,
        product: ProductId::new(row.get(2)?),
        sku: row.get(3)?,
        list: StockListId::new(row.get(4)?),
        stock: StockId::new(row.get(5)?),
        units: row.get(6)?,
        sourced: row.get::<Option<String>>(7)?.as_deref().and_then(SourcedFrom::from_words),
    };
    Ok((CartReservationId::new(row.get(0)?), line))
}

/// Gives cart reservations their lines.
async fn with_lines(tx: &mut Tx<'_>, mut carts: Vec<CartReservation>) -> Result<Vec<CartReservation>, Error> {
    let keys: Vec<_> = carts.iter().map(|cart| values![cart.id.get(), cart.id.bucket()]).collect();
    let mut lines: HashMap<CartReservationId, Vec<CartLine>> = HashMap::new();
    for (cart, line) in tx.all_bulk(&LINES, keys, read_line).await? {
        lines.entry(cart).or_default().push(line);
    }
    for cart in &mut carts {
        cart.lines = lines.remove(&cart.id).unwrap_or_default();
    }
    Ok(carts)
}

/// A part of all cart reservations.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<CartReservation>, Error> {
    let page = query::page(tx, &TABLE, listing, |row: &CartReservation| row.id.get(), read).await?;
    Ok(Page { rows: with_lines(tx, page.rows).await?, ..page })
}

/// Some cart reservations; unknown ones are left out.
pub async fn by_ids(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = CartReservationId>,
) -> Result<Vec<CartReservation>, Error> {
    let keys: Vec<_> = ids.into_iter().map(|id| values![id.get(), id.bucket()]).collect();
    let carts = tx.all_bulk(&BY_ID, keys, read).await?;
    with_lines(tx, carts).await
}

/// Some cart reservations, which no other transaction changes until this one ends. Asked for in the order of their ids.
pub(crate) async fn lock(tx: &mut Tx<'_>, ids: &BTreeSet<CartReservationId>) -> Result<Vec<CartReservation>, Error> {
    let carts = tx.all_bulk(&LOCK, ids.iter().map(|id| values![id.get(), id.bucket()]), read).await?;
    with_lines(tx, carts).await
}

/// Which of the references exist already, as (channel or 0, reference).
pub(crate) async fn references_taken(
    tx: &mut Tx<'_>,
    references: &BTreeSet<(i64, String)>,
) -> Result<Vec<(i64, String)>, Error> {
    let keys = references.iter().map(|(channel, reference)| values![reference, *channel, bucket_of_text(reference)]);
    tx.all_bulk(&REFERENCE_TAKEN, keys, |row| Ok((row.get(0)?, row.get(1)?))).await
}

/// Open ones whose time is over, the oldest first, each with how many lines it has; so many at the most.
pub async fn due(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<(CartReservationId, usize)>, Error> {
    let read = |row: &Row<'_>| {
        let lines: i64 = row.get(1)?;
        Ok((CartReservationId::new(row.get(0)?), usize::try_from(lines).unwrap_or(0)))
    };
    tx.all(&DUE, &values![now.micros(), limit], read).await
}

/// When the next open one ends by itself, however long ago.
pub async fn next_due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    tx.first(&NEXT_DUE, &values![i64::MIN], |row| row.get(0).map(Timestamp::from_micros)).await
}

/// How many open ones a channel has.
pub async fn open_of_channel(tx: &mut Tx<'_>, channel: ChannelId) -> Result<i64, Error> {
    counters::count(tx, &CounterKey::of(TABLE.name, "open_channel_id", channel.get()).name()).await
}

/// The open lines that reserve units of a stock, the oldest first, each with its cart reservation and its units; so many
/// at the most.
pub async fn of_stock(tx: &mut Tx<'_>, stock: StockId, limit: i64) -> Result<Vec<(CartReservationId, i64)>, Error> {
    tx.all(&OF_STOCK, &values![stock.get(), limit], |row| Ok((CartReservationId::new(row.get(0)?), row.get(1)?))).await
}

/// How many open lines reserve units of a stock, and how many units they are.
pub async fn sum_of_stock(tx: &mut Tx<'_>, stock: StockId) -> Result<(i64, i64), Error> {
    let sum = tx.first(&SUM_OF_STOCK, &values![stock.get()], |row| Ok((row.get(0)?, row.get(1)?))).await?;
    Ok(sum.unwrap_or_default())
}

pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    changes: &TrackedChanges<CartReservation>,
    counters: &mut CounterDeltas,
) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    count(changes, counters);
    let rows = changes.made.iter().map(|cart| {
        values![
            cart.id.bucket(),
            cart.id.get(),
            channel(cart),
            &cart.reference,
            cart.state.number(),
            cart.expires_at.micros(),
            due_at(cart),
            cart.order.map(OrderId::get),
            cart.lines.len() as i64,
            open_channel(cart),
            cart.created_at.micros(),
            cart.modified_at.micros(),
        ]
    });
    tx.execute_bulk(&INSERT, rows).await?;
    let rows: Vec<_> = changes.made.iter().flat_map(|cart| cart.lines.iter().map(move |line| (cart, line))).collect();
    tx.execute_bulk(&INSERT_LINE, rows.into_iter().map(|(cart, line)| line_values(cart, line))).await?;
    let rows = changes.changed_rows().map(|cart| {
        let (order, modified_at) = (cart.order.map(OrderId::get), cart.modified_at.micros());
        let (state, expires_at) = (cart.state.number(), cart.expires_at.micros());
        values![
            cart.id.get(),
            cart.id.bucket(),
            state,
            expires_at,
            due_at(cart),
            order,
            open_channel(cart),
            modified_at
        ]
    });
    tx.execute_bulk(&UPDATE, rows).await?;
    let rows: Vec<_> = changes.changed.iter().flat_map(changed_lines).collect();
    tx.execute_bulk(&UPDATE_LINE, rows).await
}

/// Some that ended before a time, without their lines, those of the longest ago first; so many at the most.
async fn ended(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<Vec<CartReservation>, Error> {
    tx.all(&ENDED, &values![before.micros(), limit], read).await
}

/// Whether there is one that ended before a time.
pub async fn has_ended(tx: &mut Tx<'_>, before: Timestamp) -> Result<bool, Error> {
    Ok(!ended(tx, before, 1).await?.is_empty())
}

/// Removes some that ended before a time; whether it removed any. Nobody else may do so at the same time.
pub async fn forget(tx: &mut Tx<'_>, before: Timestamp, together: i64) -> Result<bool, Error> {
    let changes = TrackedChanges { removed: ended(tx, before, together).await?, ..TrackedChanges::default() };
    let key = |cart: &CartReservation| values![cart.id.get(), cart.id.bucket()];
    tx.execute_bulk(&REMOVE_LINES, changes.removed.iter().map(key)).await?;
    tx.execute_bulk(&REMOVE, changes.removed.iter().map(key)).await?;
    let mut counters = CounterDeltas::default();
    count(&changes, &mut counters);
    counters.write(tx).await?;
    Ok(!changes.removed.is_empty())
}

fn line_values<'l>(cart: &CartReservation, line: &'l CartLine) -> [crate::Value<'l>; 10] {
    values![
        cart.id.bucket(),
        cart.id.get(),
        line.number,
        line.product.get(),
        &line.sku,
        line.list.get(),
        line.stock.get(),
        line.units,
        cart.reserved(line),
        line.sourced.map(SourcedFrom::words),
    ]
}

/// The rows of lines that are of another number of units now, or reserve another one.
fn changed_lines(
    (before, after): &(CartReservation, CartReservation),
) -> impl Iterator<Item = [crate::Value<'static>; 5]> {
    let units = |cart: &CartReservation, line: &CartLine| (line.units, cart.reserved(line));
    (before.lines.iter().zip(&after.lines))
        .filter(move |(old, new)| units(before, old) != units(after, new))
        .map(move |(_, line)| values![after.id.get(), line.number, after.id.bucket(), line.units, after.reserved(line)])
}

fn channel(cart: &CartReservation) -> i64 {
    cart.channel.map_or(0, ChannelId::get)
}

fn open_channel(cart: &CartReservation) -> Option<i64> {
    (cart.state == CartState::Open).then(|| channel(cart))
}

fn due_at(cart: &CartReservation) -> Option<i64> {
    (cart.state == CartState::Open).then(|| cart.expires_at.micros())
}

fn count(changes: &TrackedChanges<CartReservation>, counters: &mut CounterDeltas) {
    let before = changes.changed.iter().map(|(before, _)| before).chain(&changes.removed).map(|cart| (cart, -1));
    let rows = changes.made.iter().chain(changes.changed_rows()).map(|cart| (cart, 1)).chain(before);
    for (cart, by) in rows {
        let id = cart.id.get();
        counters.add(CounterKey::all(TABLE.name), id, by);
        counters.add(CounterKey::of(TABLE.name, "channel_id", channel(cart)), id, by);
        counters.add(CounterKey::of(TABLE.name, "state", cart.state.number()), id, by);
        if let Some(channel) = open_channel(cart) {
            counters.add(CounterKey::of(TABLE.name, "open_channel_id", channel), id, by);
        }
    }
}
