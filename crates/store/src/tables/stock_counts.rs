//! Counts at locations: reading. Only the unit of work writes them. Must not know what a difference became of stock.

use onhand_core::fulfilment::{CountLine, CountResult, StockCount};
use onhand_core::{DiscrepancyId, StockCountId, StockLocationId, Timestamp, TrackedChanges};

use crate::counters::CounterDeltas;
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx};

pub(crate) const TABLE: ListTable = ListTable {
    name: "stock_count",
    columns: "id, stock_location_id, counted_at, created_at",
    counted_by: &["stock_location_id"],
    log: None,
};

statements! {
    BY_ID = "stock_counts.by_id", "SELECT id, stock_location_id, counted_at, created_at FROM stock_count WHERE id = ?1";
    LINES = "stock_counts.lines",
        "SELECT count_id, sku, expected, counted, result, discrepancy_id FROM stock_count_line WHERE count_id = ?1
         ORDER BY position";
    INSERT = "stock_counts.insert",
        "INSERT INTO stock_count (id, stock_location_id, counted_at, created_at) VALUES (?1, ?2, ?3, ?4)";
    INSERT_LINE = "stock_counts.insert_line",
        "INSERT INTO stock_count_line (count_id, position, sku, expected, counted, result, discrepancy_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
}

fn read(row: &Row<'_>) -> Result<StockCount, Error> {
    Ok(StockCount {
        id: StockCountId::new(row.get(0)?),
        location: StockLocationId::new(row.get(1)?),
        counted_at: Timestamp::from_micros(row.get(2)?),
        created_at: Timestamp::from_micros(row.get(3)?),
        lines: Vec::new(),
    })
}

fn read_line(row: &Row<'_>) -> Result<(StockCountId, CountLine), Error> {
    let result = row.str(4)?;
    let unknown = || Error::Internal(format!("there is no result {result:?}"));
    let line = CountLine {
        sku: row.get(1)?,
        expected: row.get(2)?,
        counted: row.get(3)?,
        result: CountResult::from_word(result).ok_or_else(unknown)?,
        discrepancy: row.get::<Option<i64>>(5)?.map(DiscrepancyId::new),
    };
    Ok((StockCountId::new(row.get(0)?), line))
}

/// A part of all counts, with their lines.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<StockCount>, Error> {
    let mut page = query::page(tx, &TABLE, listing, |row: &StockCount| row.id.get(), read).await?;
    load_lines(tx, &mut page.rows).await?;
    Ok(page)
}

/// One count, with its lines.
pub async fn by_id(tx: &mut Tx<'_>, id: StockCountId) -> Result<Option<StockCount>, Error> {
    let mut found = tx.all(&BY_ID, &values![id.get()], read).await?;
    load_lines(tx, &mut found).await?;
    Ok(found.pop())
}

async fn load_lines(tx: &mut Tx<'_>, counts: &mut [StockCount]) -> Result<(), Error> {
    let ids: Vec<i64> = counts.iter().map(|count| count.id.get()).collect();
    for (id, line) in tx.all_bulk(&LINES, ids.into_iter().map(|id| values![id]), read_line).await? {
        if let Some(count) = counts.iter_mut().find(|count| count.id == id) {
            count.lines.push(line);
        }
    }
    Ok(())
}

pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    changes: &TrackedChanges<StockCount>,
    counters: &mut CounterDeltas,
) -> Result<(), Error> {
    counters.track((TABLE.name, TABLE.counted_by), changes, |row| (row.id.get(), [row.location.get()]));
    let rows = changes
        .made
        .iter()
        .map(|row| values![row.id.get(), row.location.get(), row.counted_at.micros(), row.created_at.micros()]);
    tx.execute_bulk(&INSERT, rows).await?;
    let lines = changes.made.iter().flat_map(|row| row.lines.iter().enumerate().map(move |line| (row.id, line)));
    let rows = lines.map(|(id, (position, line))| {
        let (result, discrepancy) = (line.result.word(), line.discrepancy.map(DiscrepancyId::get));
        values![id.get(), position as i64, &line.sku, line.expected, line.counted, result, discrepancy]
    });
    tx.execute_bulk(&INSERT_LINE, rows).await
}
