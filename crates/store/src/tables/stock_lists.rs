//! Stock lists (contract 3). Must not know stock.

use onhand_core::{MoveRegistration, ReleaseMode, StockList, StockListId, StockLocationId, Timestamp};

use crate::counters::{CounterDeltas, CounterKey};
use crate::engine::Row;
use crate::ids;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx, resource};

/// A stock list, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StockListRow {
    /// Its id.
    pub id: StockListId,
    /// Unique, 1..=64 characters.
    pub name: String,
    /// The list's id in the ERP; unique, 1..=64 characters.
    pub code: Option<String>,
    /// Whether the list follows the ERP by itself.
    pub is_auto_sync: bool,
    /// What a release does.
    pub release_mode: ReleaseMode,
    /// When moves to the list, and transfers from it, are taken to be registered.
    pub moves_settle: MoveRegistration,
    /// Whether the ERP's code of a line that is reserved here is no other line's.
    pub is_item_code_unique: bool,
    /// How old levels without a time of their own are taken to be, in seconds, 0..=86400.
    pub snapshot_delay_seconds: i64,
    /// The time zone of its times without an offset: a name of the IANA database.
    pub time_zone: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

const COLUMNS: &str = "id, name, code, is_auto_sync, release_mode, snapshot_delay_seconds, time_zone, created_at, \
                       modified_at, moves_settle, is_item_code_unique";
pub(crate) const TABLE: ListTable = ListTable { name: "stock_list", columns: COLUMNS, counted_by: &[], log: None };

/// Stock lists as other tables' rows point at them. What is ordered from one has a stock in it.
pub static KNOWN: resource::Table = resource::Table::new("stock_list", &[])
    .referenced_by(&[("stock", "stock_list_id = ?1"), ("import", "stock_list_id = ?1 AND finished_at IS NULL")]);

statements! {
    BY_ID = "stock_lists.by_id",
        "SELECT id, name, code, is_auto_sync, release_mode, snapshot_delay_seconds, time_zone, created_at, modified_at,
         moves_settle, is_item_code_unique FROM stock_list WHERE id = ?1";
    LOCKED = "stock_lists.locked",
        "SELECT id, name, code, is_auto_sync, release_mode, snapshot_delay_seconds, time_zone, created_at, modified_at,
         moves_settle, is_item_code_unique FROM stock_list WHERE id = ?1", for_update;
    /// What the rules know of a list.
    RULES = "stock_lists.rules",
        "SELECT id, release_mode, snapshot_delay_seconds, location_id, moves_settle, is_item_code_unique
         FROM stock_list WHERE id = ?1";
    CLASHES = "stock_lists.clashes",
        "SELECT name, code FROM stock_list WHERE id <> ?1 AND (name = ?2 OR code = ?3)";
    NAMED = "stock_lists.named",
        "SELECT id, name, code, is_auto_sync, release_mode, snapshot_delay_seconds, time_zone, created_at, modified_at,
         moves_settle, is_item_code_unique FROM stock_list WHERE name = ?1 OR code = ?2 ORDER BY id";
    INSERT = "stock_lists.insert",
        "INSERT INTO stock_list
         (id, name, code, is_auto_sync, release_mode, snapshot_delay_seconds, time_zone, created_at, modified_at,
         moves_settle, is_item_code_unique) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    ZONE = "stock_lists.zone", "SELECT id, time_zone FROM stock_list WHERE id = ?1";
    UPDATE = "stock_lists.update",
        "UPDATE stock_list SET name = ?2, code = ?3, is_auto_sync = ?4, release_mode = ?5,
         snapshot_delay_seconds = ?6, time_zone = ?7, modified_at = ?8, moves_settle = ?9,
         is_item_code_unique = ?10 WHERE id = ?1";
}

fn read(row: &Row<'_>) -> Result<StockListRow, Error> {
    Ok(StockListRow {
        id: StockListId::new(row.get(0)?),
        name: row.get(1)?,
        code: row.get(2)?,
        is_auto_sync: row.get(3)?,
        release_mode: ReleaseMode::from_word(row.str(4)?).unwrap_or_default(),
        snapshot_delay_seconds: row.get(5)?,
        time_zone: row.get(6)?,
        created_at: Timestamp::from_micros(row.get(7)?),
        modified_at: Timestamp::from_micros(row.get(8)?),
        moves_settle: MoveRegistration::from_word(row.str(9)?).unwrap_or_default(),
        is_item_code_unique: row.get(10)?,
    })
}

/// A part of all lists.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<StockListRow>, Error> {
    query::page(tx, &TABLE, listing, |row: &StockListRow| row.id.get(), read).await
}

/// One list.
pub async fn by_id(tx: &mut Tx<'_>, id: StockListId) -> Result<Option<StockListRow>, Error> {
    tx.first(&BY_ID, &values![id.get()], read).await
}

/// The time zones of those of some lists that have one.
pub async fn time_zones(
    tx: &mut Tx<'_>,
    lists: impl IntoIterator<Item = StockListId>,
) -> Result<Vec<(StockListId, String)>, Error> {
    let keys = lists.into_iter().map(|list| values![list.get()]);
    let read = |row: &Row<'_>| Ok((StockListId::new(row.get(0)?), row.get::<Option<String>>(1)?));
    let found = tx.all_each(&ZONE, keys, read).await?;
    Ok(found.into_iter().filter_map(|(list, zone)| Some((list, zone?))).collect())
}

/// One list that no other transaction changes until this one ends. What is written back is read so.
pub async fn locked(tx: &mut Tx<'_>, id: StockListId) -> Result<Option<StockListRow>, Error> {
    tx.first(&LOCKED, &values![id.get()], read).await
}

/// What the rules know of a list.
pub(crate) async fn rules(tx: &mut Tx<'_>, id: StockListId) -> Result<Option<StockList>, Error> {
    let read = |row: &Row<'_>| {
        Ok(StockList {
            id: StockListId::new(row.get(0)?),
            release_mode: ReleaseMode::from_word(row.str(1)?).unwrap_or_default(),
            snapshot_delay_seconds: row.get(2)?,
            location: row.get::<Option<i64>>(3)?.map(StockLocationId::new),
            move_registration: MoveRegistration::from_word(row.str(4)?).unwrap_or_default(),
            is_item_code_unique: row.get(5)?,
        })
    };
    tx.first(&RULES, &values![id.get()], read).await
}

/// The lists that have this name or this code: two at the most.
pub async fn named(tx: &mut Tx<'_>, name: &str, code: Option<&str>) -> Result<Vec<StockListRow>, Error> {
    tx.all(&NAMED, &values![name, code], read).await
}

/// Makes a list; its id is given by the store. Names and codes that exist already are [`Error::UniqueViolation`].
pub async fn insert(tx: &mut Tx<'_>, list: &StockListRow) -> Result<StockListRow, Error> {
    let id = ids::take(tx, "stock_list", 1).await?;
    let list = StockListRow { id: StockListId::new(id), ..list.clone() };
    let mode = list.release_mode.word();
    let (created, modified) = (list.created_at.micros(), list.modified_at.micros());
    let (delay, code, zone) = (list.snapshot_delay_seconds, list.code.as_deref(), list.time_zone.as_deref());
    let (sync, moves) = (list.is_auto_sync, list.moves_settle.word());
    let unique = list.is_item_code_unique;
    let row = values![id, &list.name, code, sync, mode, delay, zone, created, modified, moves, unique];
    tx.execute(&INSERT, &row).await?;
    let mut counters = CounterDeltas::default();
    counters.add(CounterKey::all(TABLE.name), id, 1);
    counters.write(tx).await?;
    Ok(list)
}

/// Writes a list back.
pub async fn update(tx: &mut Tx<'_>, list: &StockListRow) -> Result<(), Error> {
    let mode = list.release_mode.word();
    let (delay, modified) = (list.snapshot_delay_seconds, list.modified_at.micros());
    let (id, code, zone) = (list.id.get(), list.code.as_deref(), list.time_zone.as_deref());
    let (sync, moves) = (list.is_auto_sync, list.moves_settle.word());
    let unique = list.is_item_code_unique;
    tx.execute(&UPDATE, &values![id, &list.name, code, sync, mode, delay, zone, modified, moves, unique]).await?;
    Ok(())
}

/// Which unique fields of a list another list has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Taken {
    /// The name.
    pub name: bool,
    /// The code.
    pub code: bool,
}

/// Whether other lists have the name and the code of a list.
pub async fn taken(tx: &mut Tx<'_>, list: &StockListRow) -> Result<Taken, Error> {
    let code = list.code.as_deref();
    let others = tx
        .all(&CLASHES, &values![list.id.get(), &list.name, code], |row| {
            Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?))
        })
        .await?;
    Ok(Taken {
        name: others.iter().any(|(name, _)| *name == list.name),
        code: list.code.is_some() && others.iter().any(|(_, code)| *code == list.code),
    })
}
