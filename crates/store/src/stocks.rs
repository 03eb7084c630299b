//! Product stocks (seed 002, contract 4): reading. Writing is the ledger's. Must not know why a row changed.

use onhand_core::{MovementId, ProductId, Stock, StockId, StockKey, StockListId, Timestamp, UnitType, bucket_of_key};

use crate::engine::Row;
use crate::filter::{self, Listing, Page, Table};
use crate::sql::{shared, values};
use crate::{Error, Tx};

pub(crate) const TABLE: Table = Table {
    name: "stock",
    columns: "id, stock_list_id, product_id, sku, unit, on_hand, held, external, reported, snapshot_at, movement_id, \
              extra_field, created_at, modified_at",
    tallied: &["stock_list_id"],
};

shared! {
    BY_ID = "stocks.by_id",
        "SELECT id, stock_list_id, product_id, sku, unit, on_hand, held, external, reported, snapshot_at,
         movement_id, extra_field, created_at, modified_at FROM stock WHERE id = ?1 AND bucket = ?2";
    BY_KEY = "stocks.by_key",
        "SELECT id, stock_list_id, product_id, sku, unit, on_hand, held, external, reported, snapshot_at,
         movement_id, extra_field, created_at, modified_at
         FROM stock WHERE sku = ?1 AND stock_list_id = ?2 AND bucket = ?3";
    INSERT = "stocks.insert",
        "INSERT INTO stock (bucket, id, stock_list_id, product_id, sku, unit, on_hand, held, external, reported,
         snapshot_at, movement_id, extra_field, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    UPDATE = "stocks.update",
        "UPDATE stock SET unit = ?3, on_hand = ?4, held = ?5, external = ?6, reported = ?7, snapshot_at = ?8,
         movement_id = ?9, extra_field = ?10, modified_at = ?11 WHERE id = ?1 AND bucket = ?2";
}

fn read(row: &Row<'_>) -> Result<Stock, Error> {
    Ok(Stock {
        id: StockId::new(row.get(0)?),
        list: StockListId::new(row.get(1)?),
        product: ProductId::new(row.get(2)?),
        sku: row.get(3)?,
        unit: unit(&row.get::<String>(4)?),
        on_hand: row.get(5)?,
        held: row.get(6)?,
        external: row.get(7)?,
        reported: row.get(8)?,
        snapshot_at: row.get::<Option<i64>>(9)?.map(Timestamp::from_micros),
        movement: row.get::<Option<i64>>(10)?.map(MovementId::new),
        extra_field: row.get(11)?,
        created_at: Timestamp::from_micros(row.get(12)?),
        modified_at: Timestamp::from_micros(row.get(13)?),
    })
}

fn unit(name: &str) -> UnitType {
    match name {
        "kg" => UnitType::Kilogram,
        _ => UnitType::Piece,
    }
}

/// The stored word for a unit.
pub const fn unit_name(unit: UnitType) -> &'static str {
    match unit {
        UnitType::Piece => "qty",
        UnitType::Kilogram => "kg",
    }
}

/// A part of all product stocks.
pub async fn page(tx: &mut Tx<'_>, listing: &Listing) -> Result<Page<Stock>, Error> {
    filter::page(tx, &TABLE, listing, |row: &Stock| row.id.get(), read).await
}

/// One product stock.
pub async fn by_id(tx: &mut Tx<'_>, id: StockId) -> Result<Option<Stock>, Error> {
    tx.first(&BY_ID, &values![id.get(), id.bucket()], read).await
}

pub(crate) async fn by_ids(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = StockId>) -> Result<Vec<Stock>, Error> {
    tx.all_each(&BY_ID, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

pub(crate) async fn by_keys<'k>(
    tx: &mut Tx<'_>,
    keys: impl IntoIterator<Item = &'k StockKey>,
) -> Result<Vec<Stock>, Error> {
    let keys = keys.into_iter().map(|key| values![&key.sku, key.list.get(), bucket_of_key(key.list, &key.sku)]);
    tx.all_each(&BY_KEY, keys, read).await
}

pub(crate) async fn insert_all(tx: &mut Tx<'_>, stocks: &[&Stock]) -> Result<(), Error> {
    let rows = stocks.iter().map(|stock| {
        values![
            stock.id.bucket(),
            stock.id.get(),
            stock.list.get(),
            stock.product.get(),
            &stock.sku,
            unit_name(stock.unit),
            stock.on_hand,
            stock.held,
            stock.external,
            stock.reported,
            stock.snapshot_at.map(Timestamp::micros),
            stock.movement.map(MovementId::get),
            &stock.extra_field,
            stock.created_at.micros(),
            stock.modified_at.micros(),
        ]
    });
    tx.execute_each(&INSERT, rows).await
}

pub(crate) async fn update_all(tx: &mut Tx<'_>, stocks: &[&Stock]) -> Result<(), Error> {
    let rows = stocks.iter().map(|stock| {
        values![
            stock.id.get(),
            stock.id.bucket(),
            unit_name(stock.unit),
            stock.on_hand,
            stock.held,
            stock.external,
            stock.reported,
            stock.snapshot_at.map(Timestamp::micros),
            stock.movement.map(MovementId::get),
            &stock.extra_field,
            stock.modified_at.micros(),
        ]
    });
    tx.execute_each(&UPDATE, rows).await
}
