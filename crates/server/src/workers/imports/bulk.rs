//! The rows of a bulk edit: the stocks that its selection has, chunk by chunk.
//!
//! Promises: goes on behind the last stock that is stored; a step looks at a bounded number of stocks. Must not know
//! what a row may do.

use std::sync::Arc;

use onhand_core::StockId;
use onhand_store::Tx;
use onhand_store::imports::{self, Description, ImportRow};

use super::chunks::{ChunkRows, Slot, gone};
use super::stocks::chunk_rows;
use super::{ImportWorkers, JobError, broken};
use crate::services::imports::CHUNK_ROWS;
use crate::services::imports::bulk::BulkEdit;

/// Stocks that are looked at together: some chunks.
const LOOKED_AT: i64 = 8 * CHUNK_ROWS as i64;

/// Says what a bulk edit would do, or what is left of that.
pub(super) async fn run(workers: &Arc<ImportWorkers>, import: &ImportRow, selection: &str) -> Result<(), JobError> {
    let (id, list) = (import.id, import.list.ok_or_else(gone)?);
    let bulk = BulkEdit::read(selection).ok_or_else(|| broken("a bulk edit that is not understood"))?;
    let (store, now) = (&workers.services.store, workers.services.clock.now());
    let described = bulk.clone();
    let body = async move |tx: &mut Tx<'_>| {
        imports::begin(tx, id, now).await?;
        let total = described.size(tx, list).await?;
        let found = Description { ignored_columns: "[]".to_owned(), total, ..Description::default() };
        imports::describe(tx, id, &found).await?;
        imports::next_chunk(tx, id).await
    };
    let mut number = store.write("imports.describe", body).await?;
    let mut place = match number {
        0 => None,
        next => {
            let last = chunk_rows(workers, id, next - 1).await?.pop();
            last.and_then(|row| Some(bulk.place(&row.sku, StockId::new(row.stock?))))
        }
    };
    loop {
        let (looked_for, from) = (bulk.clone(), place.clone());
        let body = async move |tx: &mut Tx<'_>| looked_for.part(tx, list, from.clone(), LOOKED_AT).await;
        let part = store.read("stocks.page", body).await?;
        for stocks in part.stocks.chunks(CHUNK_ROWS) {
            // Chunks are full but for the last one, so a stock has its place in the selection as its number.
            let first = number.unsigned_abs() * CHUNK_ROWS as u64 + 1;
            let slots = (first..).zip(stocks).map(|(at, stock)| Slot::Row(Some(at), bulk.row(stock))).collect();
            ChunkRows::new(number, slots).run(workers, import, None).await?;
            number += 1;
        }
        place = part.next;
        if place.is_none() {
            return Ok(());
        }
    }
}
