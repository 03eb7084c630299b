//! Stock transfers: reading. Only the unit of work writes them. Must not know what they do to stocks.

use onhand_core::{
    Explanation, MovementId, Quantity, Reason, StockId, StockListId, StockTransfer, StockTransferId, StockTransferLine,
    Timestamp, TrackedChanges, UserId,
};

use crate::counters::CounterDeltas;
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx};

pub(crate) const TABLE: ListTable = ListTable {
    name: "stock_transfer",
    columns: "id, from_list_id, to_list_id, reference, reason, note, actor_id, created_at",
    counted_by: &["from_list_id", "to_list_id"],
    log: None,
};

statements! {
    BY_ID = "stock_transfers.by_id",
        "SELECT id, from_list_id, to_list_id, reference, reason, note, actor_id, created_at FROM stock_transfer
         WHERE id = ?1";
    BY_REFERENCE = "stock_transfers.by_reference",
        "SELECT id, from_list_id, to_list_id, reference, reason, note, actor_id, created_at FROM stock_transfer
         WHERE reference = ?1";
    LINES = "stock_transfers.lines",
        "SELECT transfer_id, sku, quantity, from_stock_id, to_stock_id, from_movement_id, to_movement_id
         FROM stock_transfer_line WHERE transfer_id = ?1 ORDER BY position";
    INSERT = "stock_transfers.insert",
        "INSERT INTO stock_transfer (id, from_list_id, to_list_id, reference, reason, note, actor_id, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    INSERT_LINE = "stock_transfers.insert_line",
        "INSERT INTO stock_transfer_line (transfer_id, position, sku, quantity, from_stock_id, to_stock_id,
         from_movement_id, to_movement_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
}

fn read(row: &Row<'_>) -> Result<StockTransfer, Error> {
    let reason = row.get::<Option<String>>(4)?.map(|word| Reason::of_word(&word));
    Ok(StockTransfer {
        id: StockTransferId::new(row.get(0)?),
        from: StockListId::new(row.get(1)?),
        to: StockListId::new(row.get(2)?),
        reference: row.get(3)?,
        explanation: Explanation::of(reason, row.get::<Option<String>>(5)?.unwrap_or_default()),
        actor: UserId::new(row.get(6)?),
        created_at: Timestamp::from_micros(row.get(7)?),
        lines: Vec::new(),
    })
}

fn read_line(row: &Row<'_>) -> Result<(StockTransferId, StockTransferLine), Error> {
    let units: i64 = row.get(2)?;
    let unreadable = || Error::Internal(format!("a line of a stock transfer has {units} units"));
    let line = StockTransferLine {
        sku: row.get(1)?,
        quantity: Quantity::new(units).ok_or_else(unreadable)?,
        from_stock: StockId::new(row.get(3)?),
        to_stock: StockId::new(row.get(4)?),
        from_movement: MovementId::new(row.get(5)?),
        to_movement: MovementId::new(row.get(6)?),
    };
    Ok((StockTransferId::new(row.get(0)?), line))
}

/// A part of all transfers, with their lines.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<StockTransfer>, Error> {
    let mut page = query::page(tx, &TABLE, listing, |row: &StockTransfer| row.id.get(), read).await?;
    load_lines(tx, &mut page.rows).await?;
    Ok(page)
}

/// One transfer, with its lines.
pub async fn by_id(tx: &mut Tx<'_>, id: StockTransferId) -> Result<Option<StockTransfer>, Error> {
    let mut found = tx.all(&BY_ID, &values![id.get()], read).await?;
    load_lines(tx, &mut found).await?;
    Ok(found.pop())
}

/// The transfers with some references, with their lines; unknown ones are left out.
pub(crate) async fn by_references<'r>(
    tx: &mut Tx<'_>,
    references: impl ExactSizeIterator<Item = &'r String>,
) -> Result<Vec<StockTransfer>, Error> {
    if references.len() == 0 {
        return Ok(Vec::new());
    }
    let mut found = tx.all_bulk(&BY_REFERENCE, references.map(|reference| values![reference]), read).await?;
    load_lines(tx, &mut found).await?;
    Ok(found)
}

async fn load_lines(tx: &mut Tx<'_>, transfers: &mut [StockTransfer]) -> Result<(), Error> {
    let ids: Vec<i64> = transfers.iter().map(|transfer| transfer.id.get()).collect();
    for (id, line) in tx.all_bulk(&LINES, ids.into_iter().map(|id| values![id]), read_line).await? {
        if let Some(transfer) = transfers.iter_mut().find(|transfer| transfer.id == id) {
            transfer.lines.push(line);
        }
    }
    Ok(())
}

pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    changes: &TrackedChanges<StockTransfer>,
    counters: &mut CounterDeltas,
) -> Result<(), Error> {
    if changes.made.is_empty() {
        return Ok(());
    }
    counters.track((TABLE.name, TABLE.counted_by), changes, |row| (row.id.get(), [row.from.get(), row.to.get()]));
    let rows = changes.made.iter().map(|row| {
        let (reason, note) = Explanation::words(row.explanation.as_ref());
        values![
            row.id.get(),
            row.from.get(),
            row.to.get(),
            row.reference.as_deref(),
            reason,
            note,
            row.actor.get(),
            row.created_at.micros(),
        ]
    });
    tx.execute_bulk(&INSERT, rows).await?;
    let lines = changes.made.iter().flat_map(|row| row.lines.iter().enumerate().map(move |line| (row.id, line)));
    let rows = lines.map(|(id, (position, line))| {
        values![
            id.get(),
            position as i64,
            &line.sku,
            line.quantity.units(),
            line.from_stock.get(),
            line.to_stock.get(),
            line.from_movement.get(),
            line.to_movement.get(),
        ]
    });
    tx.execute_bulk(&INSERT_LINE, rows).await
}
