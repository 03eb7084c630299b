//! Stock lists (contract 3). Must not know stock.

use onhand_core::{LOW_STOCK_DEFAULT, MoveRegistration, ReleaseMode, StockList, StockListId, StockLocationId};

use crate::engine::Row;
use crate::resource::{self, Column, Record, Table};
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// The stock lists of a channel's catalog, which the channel's id ends.
pub const OF_CHANNEL: &str = "EXISTS (SELECT 1 FROM channel c JOIN catalog k ON k.id = c.catalog_id WHERE (k.stock_list_id = stock_list.id OR \
     EXISTS (SELECT 1 FROM catalog_stock_list x WHERE x.catalog_id = k.id AND x.stock_list_id = stock_list.id)) \
     AND c.id = ";

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
    ],
)
.referenced_by(&[("stock", "stock_list_id = ?1"), ("import", "stock_list_id = ?1 AND finished_at IS NULL")]);

statements! {
    /// What the rules know of a list.
    RULES = "stock_lists.rules",
        "SELECT id, release_mode, snapshot_delay_seconds, location_id, moves_settle, is_item_code_unique,
         low_stock FROM stock_list WHERE id = ?1";
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

/// What the rules know of a list.
pub async fn rules(tx: &mut Tx<'_>, id: StockListId) -> Result<Option<StockList>, Error> {
    let read = |row: &Row<'_>| {
        Ok(StockList {
            id: StockListId::new(row.get(0)?),
            release_mode: ReleaseMode::from_word(row.str(1)?).unwrap_or_default(),
            snapshot_delay_seconds: row.get(2)?,
            location: row.get::<Option<i64>>(3)?.map(StockLocationId::new),
            move_registration: MoveRegistration::from_word(row.str(4)?).unwrap_or_default(),
            is_item_code_unique: row.get(5)?,
            low_stock: row.get(6)?,
        })
    };
    tx.first(&RULES, &values![id.get()], read).await
}

/// The lists that have this name or this code: two at the most.
pub async fn named(tx: &mut Tx<'_>, name: &str, code: Option<&str>) -> Result<Vec<Record>, Error> {
    let ids = tx.all(&NAMED, &values![name, code], |row| row.get::<i64>(0)).await?;
    let mut found = resource::by_ids(tx, &STOCK_LISTS, &ids).await?;
    found.sort_unstable_by_key(|list| list.id);
    Ok(found)
}
