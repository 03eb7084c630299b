//! Stock locations, their addresses and their numbers as senders (contract 13.3). Must not know stock.

use onhand_core::floor::{Coordinates, CountMode, StockLocation};
use onhand_core::{StockListId, StockLocationId};

use crate::engine::Row;
use crate::sql::shared;
use crate::{Error, Tx};

shared! {
    /// What the rules know of every location: a few hundred rows at the most.
    ALL = "stock_locations.all",
        "SELECT l.id, l.stock_list_id, l.priority, l.is_active, l.is_fulfillment_center, l.count_mode, a.latitude, a.longitude
         FROM stock_location l LEFT JOIN stock_location_address a ON a.id = l.address_id ORDER BY l.id";
}

/// The stored words for what a count does, the first one for a new location.
pub const COUNT_MODES: &[&str] = &["adjust", "discrepancy"];

fn read(row: &Row<'_>) -> Result<StockLocation, Error> {
    let (latitude, longitude) = (row.get::<Option<String>>(6)?, row.get::<Option<String>>(7)?);
    let is_open = row.get::<bool>(3)? && row.get::<bool>(4)?;
    Ok(StockLocation {
        id: StockLocationId::new(row.get(0)?),
        list: StockListId::new(row.get(1)?),
        priority: row.get(2)?,
        at: latitude.zip(longitude).and_then(|(latitude, longitude)| Coordinates::parse(&latitude, &longitude)),
        is_open,
        count_mode: if row.str(5)? == COUNT_MODES[1] { CountMode::Mark } else { CountMode::Adjust },
    })
}

/// What the rules know of every location.
pub(crate) async fn all(tx: &mut Tx<'_>) -> Result<Vec<StockLocation>, Error> {
    tx.all(&ALL, &[], read).await
}
