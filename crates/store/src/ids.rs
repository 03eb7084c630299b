//! Ids: blocks of numbers that a process takes for itself.
//!
//! Promises: no two processes get the same number; numbers of one process grow with time. Gaps are left where a process
//! stops with a block half used. Must not know what the ids are for.

use onhand_core::{IdAllocator, IdKind};

use crate::sql::{statements, values};
use crate::{Error, Store, Tx};

statements! {
    TAKE = "id_ranges.take",
        "INSERT INTO id_range (kind, next) VALUES (?1, 1 + ?2)
         ON CONFLICT (kind) DO UPDATE SET next = id_range.next + ?2
         RETURNING next - ?2";
    NEXT = "id_ranges.next", "SELECT next FROM id_range WHERE kind = ?1";
}

/// Numbers taken at once. Movements are many and no client sees their ids, so gaps in them cost nothing.
const BLOCK: i64 = 1_024;
const MOVEMENT_BLOCK: i64 = 65_536;

/// Takes `count` numbers of a kind; returns the first.
pub async fn take(tx: &mut Tx<'_>, kind: &str, count: i64) -> Result<i64, Error> {
    let first = tx.first(&TAKE, &values![kind, count], |row| row.get(0)).await?;
    first.ok_or_else(|| Error::Internal("the database gave no id".to_owned()))
}

/// The number of a kind that would be taken next; 0 if none has been.
pub async fn next(tx: &mut Tx<'_>, kind: &str) -> Result<i64, Error> {
    Ok(tx.first(&NEXT, &values![kind], |row| row.get(0)).await?.unwrap_or(0))
}

/// Makes sure that the allocator has at least `needed` numbers of each kind: what it lacks is reserved in a transaction
/// of its own.
pub async fn reserve_ranges(store: &Store, ids: &mut IdAllocator, needed: impl Fn(IdKind) -> i64) -> Result<(), Error> {
    for kind in IdKind::ALL {
        let needed = needed(kind);
        if ids.left(kind) < needed {
            let block = if kind == IdKind::Movement { MOVEMENT_BLOCK } else { BLOCK };
            let count = needed.max(block);
            let first = store.write("ids.take", async move |tx| take(tx, name(kind), count).await).await?;
            ids.add_range(kind, first, count);
        }
    }
    Ok(())
}

const fn name(kind: IdKind) -> &'static str {
    match kind {
        IdKind::Product => "product",
        IdKind::Stock => "stock",
        IdKind::Order => "sales_order",
        IdKind::OrderItem => "order_item",
        IdKind::Movement => "movement",
        IdKind::Mapping => "mapping",
        IdKind::Import => "import",
        IdKind::Package => "package",
        IdKind::PackageItem => "package_item",
        IdKind::Transfer => "transfer_order",
        IdKind::TransferItem => "transfer_item",
        IdKind::Discrepancy => "discrepancy",
        IdKind::StockCount => "stock_count",
        IdKind::StockMove => "stock_move",
        IdKind::CartReservation => "cart_reservation",
        IdKind::StockTransfer => "stock_transfer",
    }
}
