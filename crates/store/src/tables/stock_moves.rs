//! Moves that the ERP has to hear of, and what they keep off sale: reading. Only the unit of work writes them. Must not
//! know when a move is made.

use onhand_core::fulfilment::{KeptUnits, MoveKind, MoveState, StockMove};
use onhand_core::{OrderId, OrderItemId, StockId, StockListId, StockMoveId, Timestamp, TrackedChanges, TransferId};

use super::order_items::quantity;
use crate::counters::CounterDeltas;
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx};

pub(crate) const TABLE: ListTable = ListTable {
    name: "stock_move",
    columns: "id, order_id, item_id, kind, transfer_id, sku, quantity, from_stock_id, from_list_id, to_stock_id, \
              to_list_id, state, code, registered_at, created_at, modified_at",
    counted_by: &["state"],
    log: None,
};

/// The number of a move's order. Both share a bucket.
pub const ORDER_NUMBER: &str = "(SELECT o.number FROM sales_order o \
                                WHERE o.id = stock_move.order_id AND o.bucket = stock_move.bucket)";

statements! {
    BY_ID = "stock_moves.by_id",
        "SELECT id, order_id, item_id, kind, transfer_id, sku, quantity, from_stock_id, from_list_id, to_stock_id,
         to_list_id, state, code, registered_at, created_at, modified_at FROM stock_move WHERE id = ?1 AND bucket = ?2";
    OF_ORDER = "stock_moves.of_order",
        "SELECT id, order_id, item_id, kind, transfer_id, sku, quantity, from_stock_id, from_list_id, to_stock_id,
         to_list_id, state, code, registered_at, created_at, modified_at
         FROM stock_move WHERE order_id = ?1 AND bucket = ?2 ORDER BY id";
    OF_ITEM = "stock_moves.of_item",
        "SELECT id, order_id, item_id, kind, transfer_id, sku, quantity, from_stock_id, from_list_id, to_stock_id,
         to_list_id, state, code, registered_at, created_at, modified_at
         FROM stock_move WHERE item_id = ?1 AND bucket = ?2 ORDER BY id";
    INSERT = "stock_moves.insert",
        "INSERT INTO stock_move (bucket, id, order_id, item_id, kind, transfer_id, sku, quantity, from_stock_id,
         from_list_id, to_stock_id, to_list_id, state, code, registered_at, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    UPDATE = "stock_moves.update",
        "UPDATE stock_move SET state = ?3, code = ?4, registered_at = ?5, modified_at = ?6 WHERE id = ?1 AND bucket = ?2";
    KEPT = "kept_units.of_stock",
        "SELECT stock_id, move_id, quantity, registered_at FROM kept_units
         WHERE stock_id = ?1 AND bucket = ?2 ORDER BY move_id";
    INSERT_KEPT = "kept_units.insert",
        "INSERT INTO kept_units (bucket, stock_id, move_id, quantity, registered_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    UPDATE_KEPT = "kept_units.update",
        "UPDATE kept_units SET registered_at = ?4 WHERE stock_id = ?1 AND move_id = ?2 AND bucket = ?3";
    DELETE_KEPT = "kept_units.delete", "DELETE FROM kept_units WHERE stock_id = ?1 AND move_id = ?2 AND bucket = ?3";
}

fn read(row: &Row<'_>) -> Result<StockMove, Error> {
    let (kind, state) = (row.str(3)?, row.get::<i64>(11)?);
    let unreadable = || Error::Internal(format!("there is no move {kind:?} in the state {state}"));
    Ok(StockMove {
        id: StockMoveId::new(row.get(0)?),
        order: OrderId::new(row.get(1)?),
        item: OrderItemId::new(row.get(2)?),
        kind: MoveKind::from_word(kind).ok_or_else(unreadable)?,
        transfer: row.get::<Option<i64>>(4)?.map(TransferId::new),
        sku: row.get(5)?,
        quantity: quantity(row.get(6)?)?,
        from: StockId::new(row.get(7)?),
        from_list: StockListId::new(row.get(8)?),
        to: StockId::new(row.get(9)?),
        to_list: StockListId::new(row.get(10)?),
        state: MoveState::from_code(state).ok_or_else(unreadable)?,
        code: row.get(12)?,
        registered_at: row.get::<Option<i64>>(13)?.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(row.get(14)?),
        modified_at: Timestamp::from_micros(row.get(15)?),
    })
}

fn read_kept(row: &Row<'_>) -> Result<KeptUnits, Error> {
    Ok(KeptUnits {
        stock: StockId::new(row.get(0)?),
        by: StockMoveId::new(row.get(1)?),
        quantity: quantity(row.get(2)?)?,
        registered_at: row.get::<Option<i64>>(3)?.map(Timestamp::from_micros),
    })
}

/// A part of all moves.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<StockMove>, Error> {
    query::page(tx, &TABLE, listing, |row: &StockMove| row.id.get(), read).await
}

/// Some moves; unknown ones are left out.
pub async fn by_ids<'i>(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = &'i StockMoveId>,
) -> Result<Vec<StockMove>, Error> {
    tx.all_bulk(&BY_ID, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The moves of some orders.
pub(crate) async fn of_orders(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<StockMove>, Error> {
    tx.all_bulk(&OF_ORDER, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The moves of some lines.
pub(crate) async fn of_items(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = OrderItemId>,
) -> Result<Vec<StockMove>, Error> {
    tx.all_bulk(&OF_ITEM, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// What moves keep on some stocks.
pub async fn kept_on(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = StockId>) -> Result<Vec<KeptUnits>, Error> {
    tx.all_bulk(&KEPT, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read_kept).await
}

pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    changes: &TrackedChanges<StockMove>,
    counters: &mut CounterDeltas,
) -> Result<(), Error> {
    counters.track((TABLE.name, TABLE.counted_by), changes, |row| (row.id.get(), [row.state.code()]));
    let rows = changes.made.iter().map(|row| {
        values![
            row.id.bucket(),
            row.id.get(),
            row.order.get(),
            row.item.get(),
            row.kind.word(),
            row.transfer.map(TransferId::get),
            &row.sku,
            row.quantity.units(),
            row.from.get(),
            row.from_list.get(),
            row.to.get(),
            row.to_list.get(),
            row.state.code(),
            row.code.as_deref(),
            row.registered_at.map(Timestamp::micros),
            row.created_at.micros(),
            row.modified_at.micros(),
        ]
    });
    tx.execute_bulk(&INSERT, rows).await?;
    let rows = changes.changed.iter().map(|(_, row)| {
        let (code, registered_at) = (row.code.as_deref(), row.registered_at.map(Timestamp::micros));
        values![row.id.get(), row.id.bucket(), row.state.code(), code, registered_at, row.modified_at.micros()]
    });
    tx.execute_bulk(&UPDATE, rows).await
}

pub(crate) async fn apply_kept(tx: &mut Tx<'_>, changes: &TrackedChanges<KeptUnits>) -> Result<(), Error> {
    let rows = changes.removed.iter().map(|row| values![row.stock.get(), row.by.get(), row.stock.bucket()]);
    tx.execute_bulk(&DELETE_KEPT, rows).await?;
    let rows = changes.made.iter().map(|row| {
        let registered_at = row.registered_at.map(Timestamp::micros);
        values![row.stock.bucket(), row.stock.get(), row.by.get(), row.quantity.units(), registered_at]
    });
    tx.execute_bulk(&INSERT_KEPT, rows).await?;
    let rows = changes.changed.iter().map(|(_, row)| {
        let registered_at = row.registered_at.map(Timestamp::micros);
        values![row.stock.get(), row.by.get(), row.stock.bucket(), registered_at]
    });
    tx.execute_bulk(&UPDATE_KEPT, rows).await
}
