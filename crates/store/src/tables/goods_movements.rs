//! Goods movements: storing what has come and gone, and adding up what did so after a moment. Must not know counts.

use onhand_core::fulfilment::GoodsMovement;
use onhand_core::{StockId, Timestamp};

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    SUM_SINCE = "goods_movements.sum_since",
        "SELECT stock_id, CAST(SUM(quantity) AS BIGINT) FROM goods_movement
         WHERE stock_id = ?1 AND bucket = ?2 AND at > ?3 GROUP BY stock_id";
    /// Several of one stock in the same moment are one.
    ADD = "goods_movements.add",
        "INSERT INTO goods_movement (bucket, stock_id, at, quantity) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (stock_id, at, bucket) DO UPDATE SET quantity = goods_movement.quantity + EXCLUDED.quantity";
}

/// What has come to the places of stocks after a moment, less what has left them; stocks of which nothing did are left
/// out.
pub(crate) async fn sums_since(
    tx: &mut Tx<'_>,
    moment: Timestamp,
    stocks: &[StockId],
) -> Result<Vec<(StockId, i64)>, Error> {
    let read = |row: &Row<'_>| Ok((StockId::new(row.get(0)?), row.get(1)?));
    let keys = stocks.iter().map(|stock| values![stock.get(), stock.bucket(), moment.micros()]);
    tx.all_bulk(&SUM_SINCE, keys, read).await
}

pub(crate) async fn add_all(tx: &mut Tx<'_>, goods_movements: &[GoodsMovement]) -> Result<(), Error> {
    let rows =
        goods_movements.iter().map(|one| values![one.stock.bucket(), one.stock.get(), one.at.micros(), one.quantity]);
    tx.execute_bulk(&ADD, rows).await
}
