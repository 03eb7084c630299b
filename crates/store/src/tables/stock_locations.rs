//! Stock locations, their addresses and their numbers as senders (contract 13.3). Must not know stock.

use onhand_core::fulfilment::{Coordinates, CountMode, DiscrepancyEnds, StockLocation};
use onhand_core::{StockListId, StockLocationId};

use super::{stock_lists, stores, unplanned_items};
use crate::engine::Row;
use crate::resource::{Column, RecordChange, Table};
use crate::sql::{statements, values};
use crate::{BoxFuture, Error, Tx};

/// Where a location is.
pub static ADDRESSES: Table = Table::new(
    "stock_location_address",
    &[
        Column::text("title"),
        Column::text("country"),
        Column::text("city"),
        Column::text("township"),
        Column::text("district"),
        Column::text("line"),
        Column::text("postcode"),
        Column::text("notes"),
        Column::text("mapping"),
        Column::maybe("latitude"),
        Column::maybe("longitude"),
        Column::int("is_active", 1),
    ],
)
.versioned_by(stock_lists::SOURCING_VERSION);

/// A stock location. Its list is its own, and stays.
pub static LOCATIONS: Table = Table::new(
    "stock_location",
    &[
        Column::text("name"),
        Column::text("erp_code"),
        Column::id("stock_list_id", &stock_lists::STOCK_LISTS),
        Column::id("retail_store_id", &stores::STORES),
        Column::id("address_id", &ADDRESSES),
        Column::word("stock_location_type", "warehouse"),
        Column::maybe("omnitron_id"),
        Column::int("priority", 100),
        Column::int("is_active", 1),
        Column::int("is_fulfillment_center", 1),
        Column::int("is_pickup_location", 0),
        Column::int("is_delivery_location", 0),
        Column::int("is_return_available", 0),
        Column::int("is_fast_delivery_available", 0),
        Column::word("count_mode", "adjust"),
        Column::word("discrepancy_ends", "changed_level"),
        Column::int("short_lines_first", 1),
        Column::word("tags", "[]"),
        Column::object("engine"),
        Column::object("conf"),
        Column::text("fax_number"),
        Column::text("daytime_phone"),
    ],
)
.tells(relocate)
.versioned_by(stock_lists::SOURCING_VERSION)
.referenced_by(&[
    ("package", "stock_location_id = ?1"),
    ("transfer_order", "source_id = ?1"),
    ("discrepancy", "stock_location_id = ?1"),
    ("stock_count", "stock_location_id = ?1"),
]);

/// The number under which a cargo company knows a location as a sender.
pub static SENDERS: Table = Table::new(
    "stock_location_sender",
    &[Column::id("stock_location_id", &LOCATIONS), Column::text("cargo_company"), Column::text("origin_id")],
);

/// A list knows its location, so that an order learns of it without another question. What was ordered from the list
/// before there was a location is to be sourced, and so are lines that wait for stock: there may be other locations to
/// take them from.
fn relocate<'t>(tx: &'t mut Tx<'_>, changes: &'t [RecordChange]) -> BoxFuture<'t, ()> {
    Box::pin(async move {
        for change in changes {
            let list = change.after.as_ref().or(change.before.as_ref()).and_then(|record| record.int("stock_list_id"));
            let location = change.after.as_ref().map(|record| record.id);
            tx.execute(&RELOCATE, &values![list, location]).await?;
            if change.before.is_none() {
                tx.execute(&DUE, &values![list]).await?;
            }
        }
        unplanned_items::retry(tx).await?;
        Ok(())
    })
}

statements! {
    /// What the rules know of every location: a few hundred rows at the most.
    ALL = "stock_locations.all",
        "SELECT l.id, l.stock_list_id, l.priority, l.is_active, l.is_fulfillment_center, l.count_mode, a.latitude, a.longitude,
         l.discrepancy_ends, l.short_lines_first
         FROM stock_location l LEFT JOIN stock_location_address a ON a.id = l.address_id ORDER BY l.id";
    RELOCATE = "stock_locations.relocate", "UPDATE stock_list SET location_id = ?2 WHERE id = ?1";
    /// Once in the life of a location: the lines of its list that are open.
    DUE = "stock_locations.due",
        "INSERT INTO sourcing_queue (bucket, order_id) SELECT bucket, order_id FROM order_item
         WHERE stock_list_id = ?1 AND status = 400 ON CONFLICT (order_id, bucket) DO NOTHING";
    LISTS = "stock_locations.lists", "SELECT id, stock_list_id FROM stock_location ORDER BY id";
    NAMES = "stock_locations.names", "SELECT id, name, erp_code FROM stock_location ORDER BY id";
    ACTIVE = "stock_locations.active",
        "SELECT erp_code, stock_list_id, tags FROM stock_location WHERE is_active = 1 ORDER BY erp_code";
}

fn read(row: &Row<'_>) -> Result<StockLocation, Error> {
    let (latitude, longitude) = (row.get::<Option<String>>(6)?, row.get::<Option<String>>(7)?);
    let is_open = row.get::<bool>(3)? && row.get::<bool>(4)?;
    Ok(StockLocation {
        id: StockLocationId::new(row.get(0)?),
        list: StockListId::new(row.get(1)?),
        priority: row.get(2)?,
        at: latitude.zip(longitude).and_then(|(latitude, longitude)| Coordinates::parse(&latitude, &longitude)),
        is_open,
        count_mode: CountMode::from_word(row.str(5)?).unwrap_or_default(),
        discrepancy_ends: DiscrepancyEnds::from_word(row.str(8)?).unwrap_or_default(),
        short_lines_first: row.get(9)?,
    })
}

/// What the rules know of every location.
pub async fn all(tx: &mut Tx<'_>) -> Result<Vec<StockLocation>, Error> {
    tx.all(&ALL, &[], read).await
}

/// The list of every location.
pub async fn lists(tx: &mut Tx<'_>) -> Result<Vec<(StockLocationId, StockListId)>, Error> {
    tx.all(&LISTS, &[], |row| Ok((StockLocationId::new(row.get(0)?), StockListId::new(row.get(1)?)))).await
}

/// Name and code of every location.
pub async fn names(tx: &mut Tx<'_>) -> Result<Vec<(StockLocationId, (String, String))>, Error> {
    tx.all(&NAMES, &[], |row| Ok((StockLocationId::new(row.get(0)?), (row.get(1)?, row.get(2)?)))).await
}

/// An active location, as far as questions about availability go.
#[derive(Clone, Debug)]
pub struct Active {
    /// Its code.
    pub code: String,
    /// The list that counts its stock.
    pub list: StockListId,
    /// Its tags, as JSON.
    pub tags: String,
}

/// Every active location.
pub async fn active(tx: &mut Tx<'_>) -> Result<Vec<Active>, Error> {
    let read = |row: &Row<'_>| Ok(Active { code: row.get(0)?, list: StockListId::new(row.get(1)?), tags: row.get(2)? });
    tx.all(&ACTIVE, &[], read).await
}
