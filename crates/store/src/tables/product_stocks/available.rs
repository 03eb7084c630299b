//! What of product stocks can be sold, without the rest of their rows. Must not know who asks.

use onhand_core::{Stock, StockListId, bucket_of_key};

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    /// What of a stock can be sold.
    AVAILABLE = "stocks.available",
        "SELECT stock_list_id, sku, on_hand, reserved, reported, discrepancy_at FROM stock
         WHERE sku = ?1 AND stock_list_id = ?2 AND bucket = ?3";
}

/// What lists have of SKUs that can be sold, asked for in pairs of a list and the index of a SKU, and answered with such
/// pairs in any order. A stock that there is not is left out.
pub async fn of_lists(
    tx: &mut Tx<'_>,
    skus: &[String],
    wanted: &[(StockListId, usize)],
) -> Result<Vec<((StockListId, usize), i64)>, Error> {
    let keys = wanted.iter().map(|(list, index)| {
        let sku = skus[*index].as_str();
        values![sku, list.get(), bucket_of_key(*list, sku)]
    });
    let read = |row: &Row<'_>| {
        let sku = row.str(1)?;
        let index = skus.iter().position(|one| one == sku);
        let index = index.ok_or_else(|| Error::Internal(format!("{sku} was not asked for")))?;
        let taken = row.get::<i64>(3)? + row.get::<i64>(4)?;
        let room = Stock::room(row.get(2)?, taken, row.get::<Option<i64>>(5)?.is_some());
        Ok(((StockListId::new(row.get(0)?), index), room.max(0)))
    };
    tx.all_bulk(&AVAILABLE, keys, read).await
}
