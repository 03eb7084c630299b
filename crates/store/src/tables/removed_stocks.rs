//! Removed stocks: what is kept of a product stock that was removed, so that channels can be told. Must not know why.

use onhand_core::{ProductId, RemovedStock, Stock, StockId, StockListId, Timestamp, UnitType};

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    BY_ID = "removed_stocks.by_id",
        "SELECT id, stock_list_id, product_id, sku, unit, created_at, modified_at FROM removed_stock
         WHERE id = ?1 AND bucket = ?2";
    INSERT = "removed_stocks.insert",
        "INSERT INTO removed_stock (bucket, id, stock_list_id, product_id, sku, unit, created_at, modified_at, actor_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
}

fn read(row: &Row<'_>) -> Result<Stock, Error> {
    let (id, list) = (StockId::new(row.get(0)?), StockListId::new(row.get(1)?));
    let created_at = Timestamp::from_micros(row.get(5)?);
    Ok(Stock {
        unit: UnitType::from_word(row.str(4)?).unwrap_or_default(),
        modified_at: Timestamp::from_micros(row.get(6)?),
        ..Stock::empty(id, list, ProductId::new(row.get(2)?), row.get(3)?, created_at)
    })
}

/// Those of some stocks that were removed, with nothing in them, in any order.
pub async fn by_ids(tx: &mut Tx<'_>, ids: &[StockId]) -> Result<Vec<Stock>, Error> {
    tx.all_bulk(&BY_ID, ids.iter().map(|id| values![id.get(), id.bucket()]), read).await
}

pub(crate) async fn insert_all(tx: &mut Tx<'_>, removed: &[RemovedStock]) -> Result<(), Error> {
    let rows = removed.iter().map(|removed| {
        let stock = &removed.stock;
        values![
            stock.id.bucket(),
            stock.id.get(),
            stock.list.get(),
            stock.product.get(),
            &stock.sku,
            stock.unit.word(),
            stock.created_at.micros(),
            removed.at.micros(),
            removed.actor.get(),
        ]
    });
    tx.execute_bulk(&INSERT, rows).await
}
