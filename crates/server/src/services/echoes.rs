//! Echoes: rows that a client has read and writes back, with the sold units that it was shown.
//!
//! Promises: what was only shown is no statement. A row that was read names its own id. If it has the time of its last
//! change, too, the sold units that were shown are those of that time; if not, those of any time within the last day.
//! What differs from that, or comes in a row without its id, is a statement. Must not know what a statement changes.

use std::collections::{BTreeSet, HashMap};

use onhand_core::commands::{StockTarget, WriteStock};
use onhand_core::{Stock, StockId, Timestamp};
use onhand_store::tables::movements::as_of;
use onhand_store::tables::{movements, product_stocks};
use onhand_store::{Error, Tx};

use super::{DAY_SECONDS, ServiceError, Services};

/// The newest changes of a stock among which a figure without a time is looked for.
const MOVEMENTS_MAX: usize = 200;

/// The part of a row that says that it was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadRow {
    /// The id that was read.
    pub stock: StockId,
    /// When the row had changed last as it was read, if it says so.
    pub modified_at: Option<Timestamp>,
}

/// A row that may be an echo: its place, what was read, the sold units in it.
type Suspect = (usize, ReadRow, i64);

/// Takes the sold units out of those rows that say no more of them than what was shown. `read` is of each row what says
/// that it was read.
pub async fn drop_echoes(
    services: &Services,
    rows: &mut [WriteStock],
    read: &[Option<ReadRow>],
) -> Result<(), ServiceError> {
    let suspect = |(at, (row, read)): (usize, (&WriteStock, &Option<ReadRow>))| {
        let read = (*read)?;
        let is_another = matches!(row.target, StockTarget::Id(id) if id != read.stock);
        Some((at, read, row.reserved?.units())).filter(|_| !is_another)
    };
    let suspects: Vec<Suspect> = rows.iter().zip(read).enumerate().filter_map(suspect).collect();
    if suspects.is_empty() {
        return Ok(());
    }
    let since = services.clock.now().minus_seconds(DAY_SECONDS);
    let body = async move |tx: &mut Tx<'_>| echoes(tx, &suspects, since).await;
    for (at, stock) in services.store.read("stocks.echoes", body).await? {
        let row = &mut rows[at];
        let is_it = match &row.target {
            StockTarget::Id(_) => true,
            StockTarget::Key(key) => key.list == stock.list && key.sku == stock.sku,
        };
        if is_it {
            row.reserved = None;
        }
    }
    Ok(())
}

/// Those of the suspects that are echoes, with their stocks.
async fn echoes(tx: &mut Tx<'_>, suspects: &[Suspect], since: Timestamp) -> Result<Vec<(usize, Stock)>, Error> {
    let ids: BTreeSet<StockId> = suspects.iter().map(|(_, read, _)| read.stock).collect();
    let ids: Vec<StockId> = ids.into_iter().collect();
    let stocks = product_stocks::by_ids(tx, &ids).await?;
    let stocks: HashMap<StockId, Stock> = stocks.into_iter().map(|stock| (stock.id, stock)).collect();
    let mut found = Vec::new();
    for (at, read, units) in suspects {
        let Some(stock) = stocks.get(&read.stock) else { continue };
        if was_shown(tx, stock, (*units, read.modified_at), since).await? {
            found.push((*at, stock.clone()));
        }
    }
    Ok(found)
}

/// Whether a stock had so many reserved units: at the time that is named, or else at any time since `since`.
async fn was_shown(
    tx: &mut Tx<'_>,
    stock: &Stock,
    (units, at): (i64, Option<Timestamp>),
    since: Timestamp,
) -> Result<bool, Error> {
    if at.is_none() && stock.reserved == units {
        // What most clients write back is what the stock has still: its history has nothing to add.
        return Ok(true);
    }
    if let Some(at) = at {
        return Ok(as_of::as_of(tx, stock, at).await?.is_some_and(|movement| movement.reserved == units));
    }
    for movement in movements::history(tx, stock, None, MOVEMENTS_MAX).await? {
        if movement.reserved == units {
            return Ok(true);
        }
        if movement.at < since {
            break;
        }
    }
    Ok(false)
}
