//! Stock lists (contract 3). Must not know stock.

use onhand_core::fulfilment::Coordinates;
use onhand_core::{
    DataSourceId, LOW_STOCK_DEFAULT, MoveRegistration, ReleaseMode, StockList, StockListId, StockLocationId,
};

use crate::engine::Row;
use crate::resource::{self, Column, Record, Table};
use crate::sql::{statements, values};
use crate::{Error, Tx, ids};

/// The stock lists of a channel's catalog, which the channel's id ends.
pub const OF_CHANNEL: &str = "EXISTS (SELECT 1 FROM channel c JOIN catalog k ON k.id = c.catalog_id WHERE (k.stock_list_id = stock_list.id OR \
     EXISTS (SELECT 1 FROM catalog_stock_list x WHERE x.catalog_id = k.id AND x.stock_list_id = stock_list.id)) \
     AND c.id = ";

/// The version of all that [`sources`] and the further lists of catalogs say: it grows with each change of lists,
/// stores, locations, their addresses or catalogs, in the transaction of the change.
pub const SOURCING_VERSION: &str = "sourcing_version";

/// A stock list. `code` is its id in the ERP, `time_zone` is that of its times without an offset; the location behind
/// it is written by [`super::stock_locations`]. What is ordered from a list has a stock in it.
pub static STOCK_LISTS: Table = Table::new(
    "stock_list",
    &[
        Column::text("name"),
        Column::maybe("code"),
        Column::int("is_auto_sync", 1),
        Column::word("release_mode", ReleaseMode::UntilNextWrite.word()),
        Column::word("moves_settle", MoveRegistration::Acknowledged.word()),
        Column::int("is_item_code_unique", 1),
        Column::int("snapshot_delay_seconds", 0),
        Column::maybe("time_zone"),
        Column::int("low_stock", LOW_STOCK_DEFAULT),
        Column::int("sourcing_priority", 100),
        Column::int("safety_stock", 0),
        Column::int("ignore_sold_quantity_unreported", 0),
        Column::int("reported_settles_after_seconds", 0),
    ],
)
.versioned_by(SOURCING_VERSION)
.referenced_by(&[("stock", "stock_list_id = ?1"), ("import", "stock_list_id = ?1 AND finished_at IS NULL")]);

statements! {
    /// What the rules know of a list.
    RULES = "stock_lists.rules",
        "SELECT id, release_mode, snapshot_delay_seconds, location_id, moves_settle, is_item_code_unique,
         low_stock, (SELECT d.id FROM data_source d WHERE d.stock_list_id = stock_list.id AND d.is_active + d.has_levels > 0),
         ignore_sold_quantity_unreported, reported_settles_after_seconds
         FROM stock_list WHERE id = ?1";
    /// What sourcing knows of a list: its own settings, its store and its location.
    SOURCE = "stock_lists.source",
        "SELECT l.id, COALESCE(p.priority, l.sourcing_priority), l.safety_stock, l.time_zone, l.name,
         CASE WHEN p.id IS NULL OR p.is_active + p.is_fulfillment_center = 2 THEN 1 ELSE 0 END,
         COALESCE(s.latitude, a.latitude), COALESCE(s.longitude, a.longitude),
         s.id, s.name, s.is_active, s.click_and_collect, s.store_hours, s.geo_cell
         FROM stock_list l LEFT JOIN retail_store s ON s.stock_list_id = l.id
         LEFT JOIN stock_location p ON p.stock_list_id = l.id
         LEFT JOIN stock_location_address a ON a.id = p.address_id WHERE l.id = ?1";
    NAMED = "stock_lists.named", "SELECT id FROM stock_list WHERE name = ?1 OR code = ?2";
    ZONE = "stock_lists.zone", "SELECT id, time_zone FROM stock_list WHERE id = ?1";
}

/// The time zones of those of some lists that have one.
pub async fn time_zones(
    tx: &mut Tx<'_>,
    lists: impl IntoIterator<Item = StockListId>,
) -> Result<Vec<(StockListId, String)>, Error> {
    let keys = lists.into_iter().map(|list| values![list.get()]);
    let read = |row: &Row<'_>| Ok((StockListId::new(row.get(0)?), row.get::<Option<String>>(1)?));
    let found = tx.all_bulk(&ZONE, keys, read).await?;
    Ok(found.into_iter().filter_map(|(list, zone)| Some((list, zone?))).collect())
}

/// What the rules know of some lists; unknown ones are left out.
pub async fn rules<'l>(
    tx: &mut Tx<'_>,
    lists: impl IntoIterator<Item = &'l StockListId>,
) -> Result<Vec<StockList>, Error> {
    let read = |row: &Row<'_>| {
        Ok(StockList {
            id: StockListId::new(row.get(0)?),
            release_mode: ReleaseMode::from_word(row.str(1)?).unwrap_or_default(),
            snapshot_delay_seconds: row.get(2)?,
            location: row.get::<Option<i64>>(3)?.map(StockLocationId::new),
            move_registration: MoveRegistration::from_word(row.str(4)?).unwrap_or_default(),
            is_item_code_unique: row.get(5)?,
            low_stock: row.get(6)?,
            source: row.get::<Option<i64>>(7)?.map(DataSourceId::new),
            ignores_written_reserved: row.get(8)?,
            reported_settles_after_seconds: row.get(9)?,
        })
    };
    tx.all_bulk(&RULES, lists.into_iter().map(|id| values![id.get()]), read).await
}

/// A stock list, as far as sourcing reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceList {
    /// Its id.
    pub list: StockListId,
    /// Its name.
    pub name: String,
    /// Its priority, or that of its location.
    pub priority: i64,
    /// Units of each stock that are left in it.
    pub safety_stock: i64,
    /// The zone of its local times, as the IANA database names it.
    pub time_zone: Option<String>,
    /// Whether its location, if it has one, sends orders.
    pub is_open: bool,
    /// Where it is: where its store is, or else its location.
    pub at: Option<Coordinates>,
    /// The store that has it.
    pub store: Option<SourceStore>,
}

/// The retail store of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceStore {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether it is in use.
    pub is_active: bool,
    /// Whether orders can be fetched there.
    pub click_and_collect: bool,
    /// When it is open, as a JSON list.
    pub hours: String,
    /// The number of its cell on the grid, if it says where it is.
    pub cell: Option<i64>,
}

/// The version that this transaction sees. `None` where the rows are on several machines, of which one may show a change
/// before another does.
pub async fn sourcing_version(tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
    if tx.is_distributed() {
        return Ok(None);
    }
    ids::next(tx, SOURCING_VERSION).await.map(Some)
}

/// What sourcing knows of some lists; unknown ones are left out.
pub async fn sources<'l>(
    tx: &mut Tx<'_>,
    lists: impl IntoIterator<Item = &'l StockListId>,
) -> Result<Vec<SourceList>, Error> {
    tx.all_bulk(&SOURCE, lists.into_iter().map(|id| values![id.get()]), read_source).await
}

fn read_source(row: &Row<'_>) -> Result<SourceList, Error> {
    let point = row.get::<Option<String>>(6)?.zip(row.get::<Option<String>>(7)?);
    let store = match row.get::<Option<i64>>(8)? {
        None => None,
        Some(id) => Some(SourceStore {
            id,
            name: row.get(9)?,
            is_active: row.get(10)?,
            click_and_collect: row.get(11)?,
            hours: row.get(12)?,
            cell: row.get(13)?,
        }),
    };
    Ok(SourceList {
        list: StockListId::new(row.get(0)?),
        priority: row.get(1)?,
        safety_stock: row.get(2)?,
        time_zone: row.get(3)?,
        name: row.get(4)?,
        is_open: row.get(5)?,
        at: point.and_then(|(latitude, longitude)| Coordinates::parse(&latitude, &longitude)),
        store,
    })
}

/// The lists that have this name or this code: two at the most.
pub async fn named(tx: &mut Tx<'_>, name: &str, code: Option<&str>) -> Result<Vec<Record>, Error> {
    let ids = tx.all(&NAMED, &values![name, code], |row| row.get::<i64>(0)).await?;
    let mut found = resource::by_ids(tx, &STOCK_LISTS, &ids).await?;
    found.sort_unstable_by_key(|list| list.id);
    Ok(found)
}
