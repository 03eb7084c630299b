//! Product stocks (contract 4): reading. Only the unit of work and speculative batches write them. Must not know why a
//! row changed.

pub mod available;
mod narrowing;

use std::collections::BTreeSet;

use onhand_core::{
    DataSourceId, MoveRegistration, MovementId, ProductId, ReleaseMode, Stock, StockId, StockKey, StockList,
    StockListId, StockLocationId, StockStates, Timestamp, UnitType, bucket_of_key,
};

use self::narrowing::narrowed;
use crate::counters::{self, CounterKey};
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Log, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx, Value};

/// Every change of a stock is a movement, so what has changed since a time is found there.
const MOVEMENTS: Log = Log {
    column: "modified_at",
    count: "SELECT COUNT(*) FROM (SELECT 1 FROM movement WHERE at >= ",
    among: "id IN (SELECT stock_id FROM movement WHERE at >= ",
};

/// What the ERP's side shows; the first columns of [`TABLE`], in the same order.
const BRIEF: ListTable = ListTable {
    name: "stock",
    columns: "id, sku, on_hand, stock_list_id, unit, reserved, extra_field",
    counted_by: &["stock_list_id"],
    log: Some(MOVEMENTS),
};

pub(crate) const TABLE: ListTable = ListTable {
    name: "stock",
    columns: "id, sku, on_hand, stock_list_id, unit, reserved, extra_field, product_id, external_reservation, reported, snapshot_at, \
              discrepancy_at, movement_id, created_at, modified_at, is_snapshot_sent, counted_at, adjusted_at, states, is_ordered",
    counted_by: &["stock_list_id"],
    log: Some(MOVEMENTS),
};

statements! {
    BY_ID = "stocks.by_id",
        "SELECT id, sku, on_hand, stock_list_id, unit, reserved, extra_field, product_id, external_reservation, reported,
         snapshot_at, discrepancy_at, movement_id, created_at, modified_at, is_snapshot_sent,
         counted_at, adjusted_at, states, is_ordered FROM stock WHERE id = ?1 AND bucket = ?2";
    /// With what the rules know of the list, which would be a question of its own otherwise.
    LOCK = "stocks.lock",
        "SELECT id, sku, on_hand, stock_list_id, unit, reserved, extra_field, product_id, external_reservation, reported,
         snapshot_at, discrepancy_at, movement_id, created_at, modified_at, is_snapshot_sent,
         counted_at, adjusted_at, states, is_ordered, (SELECT l.release_mode || ' ' || l.snapshot_delay_seconds || ' ' || COALESCE(l.location_id, 0) || ' ' || l.moves_settle
         || ' ' || l.is_item_code_unique || ' ' || l.low_stock || ' '
         || l.ignore_sold_quantity_unreported || ' ' || l.reported_settles_after_seconds || ' '
         || COALESCE((SELECT d.id FROM data_source d WHERE d.stock_list_id = l.id AND d.is_active + d.has_levels > 0), 0)
         FROM stock_list l WHERE l.id = stock.stock_list_id)
         FROM stock WHERE id = ?1 AND bucket = ?2", for_update;
    LOCK_BY_KEY = "stocks.lock_by_key",
        "SELECT id, sku, on_hand, stock_list_id, unit, reserved, extra_field, product_id, external_reservation, reported,
         snapshot_at, discrepancy_at, movement_id, created_at, modified_at, is_snapshot_sent,
         counted_at, adjusted_at, states, is_ordered, (SELECT l.release_mode || ' ' || l.snapshot_delay_seconds || ' ' || COALESCE(l.location_id, 0) || ' ' || l.moves_settle
         || ' ' || l.is_item_code_unique || ' ' || l.low_stock || ' '
         || l.ignore_sold_quantity_unreported || ' ' || l.reported_settles_after_seconds || ' '
         || COALESCE((SELECT d.id FROM data_source d WHERE d.stock_list_id = l.id AND d.is_active + d.has_levels > 0), 0)
         FROM stock_list l WHERE l.id = stock.stock_list_id)
         FROM stock WHERE sku = ?1 AND stock_list_id = ?2 AND bucket = ?3", for_update;
    /// One look instead of two, where there are no row locks whose order would matter.
    BY_KEY = "stocks.by_key",
        "SELECT id, sku, on_hand, stock_list_id, unit, reserved, extra_field, product_id, external_reservation, reported,
         snapshot_at, discrepancy_at, movement_id, created_at, modified_at, is_snapshot_sent,
         counted_at, adjusted_at, states, is_ordered FROM stock
         WHERE sku = ?1 AND stock_list_id = ?2 AND bucket = ?3";
    ID_BY_KEY = "stocks.id_by_key", "SELECT id FROM stock WHERE sku = ?1 AND stock_list_id = ?2 AND bucket = ?3";
    OF_LIST = "stocks.of_list",
        "SELECT id, sku, on_hand, stock_list_id, unit, reserved, extra_field, product_id, external_reservation, reported,
         snapshot_at, discrepancy_at, movement_id, created_at, modified_at, is_snapshot_sent,
         counted_at, adjusted_at, states, is_ordered FROM stock
         WHERE stock_list_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    INSERT = "stocks.insert",
        "INSERT INTO stock (bucket, id, stock_list_id, product_id, sku, unit, on_hand, reserved, external_reservation, reported,
         snapshot_at, discrepancy_at, movement_id, extra_field, created_at, modified_at, is_snapshot_sent,
         counted_at, adjusted_at, states, is_ordered)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)";
    /// Without the states: they are written by [`SET_STATES`] where they change, so that no other change of a stock
    /// touches the indexes of the states.
    UPDATE = "stocks.update",
        "UPDATE stock SET unit = ?3, on_hand = ?4, reserved = ?5, external_reservation = ?6, reported = ?7, snapshot_at = ?8,
         movement_id = ?9, extra_field = ?10, modified_at = ?11, discrepancy_at = ?12,
         is_snapshot_sent = ?13, counted_at = ?14, adjusted_at = ?15, is_ordered = ?16 WHERE id = ?1 AND bucket = ?2";
    /// What an import can change, unless something has moved the stock meanwhile.
    UPDATE_UNMOVED = "stocks.update_unmoved",
        "UPDATE stock SET unit = ?3, on_hand = ?4, reserved = ?5, external_reservation = ?6, snapshot_at = ?7, movement_id = ?8,
         modified_at = ?9, is_snapshot_sent = ?12, adjusted_at = ?14 WHERE id = ?1 AND bucket = ?2
         AND discrepancy_at IS NULL AND counted_at IS NULL
         AND movement_id IS NOT DISTINCT FROM ?10 AND snapshot_at IS NOT DISTINCT FROM ?11
         AND is_snapshot_sent = ?13 AND states = ?15";
    REMOVE = "stocks.remove", "DELETE FROM stock WHERE id = ?1 AND bucket = ?2";
    SET_STATES = "stocks.set_states", "UPDATE stock SET states = ?3 WHERE id = ?1 AND bucket = ?2";
}

fn read(row: &Row<'_>) -> Result<Stock, Error> {
    Ok(Stock {
        id: StockId::new(row.get(0)?),
        sku: row.get(1)?,
        on_hand: row.get(2)?,
        list: StockListId::new(row.get(3)?),
        unit: UnitType::from_word(row.str(4)?).unwrap_or_default(),
        reserved: row.get(5)?,
        extra_field: row.get(6)?,
        product: ProductId::new(row.get(7)?),
        external: row.get(8)?,
        reported: row.get(9)?,
        snapshot_at: row.get::<Option<i64>>(10)?.map(Timestamp::from_micros),
        discrepancy_at: row.get::<Option<i64>>(11)?.map(Timestamp::from_micros),
        movement: row.get::<Option<i64>>(12)?.map(MovementId::new),
        created_at: Timestamp::from_micros(row.get(13)?),
        modified_at: Timestamp::from_micros(row.get(14)?),
        is_snapshot_sent: row.get(15)?,
        counted_at: row.get::<Option<i64>>(16)?.map(Timestamp::from_micros),
        adjusted_at: row.get::<Option<i64>>(17)?.map(Timestamp::from_micros),
        states: StockStates::from_bits(row.get(18)?),
        is_ordered: row.get(19)?,
    })
}

/// A product stock being listed: text is borrowed from the engine, so that a page copies nothing.
pub struct StockRow<'r>(&'r Row<'r>);

impl StockRow<'_> {
    /// Its id.
    pub fn id(&self) -> Result<i64, Error> {
        self.0.get(0)
    }

    /// Its SKU.
    pub fn sku(&self) -> Result<&str, Error> {
        self.0.str(1)
    }

    /// The level last written.
    pub fn on_hand(&self) -> Result<i64, Error> {
        self.0.get(2)
    }

    /// Its list.
    pub fn list(&self) -> Result<i64, Error> {
        self.0.get(3)
    }

    /// The stored word for its unit.
    pub fn unit(&self) -> Result<&str, Error> {
        self.0.str(4)
    }

    /// Sold and not registered by the ERP.
    pub fn reserved(&self) -> Result<i64, Error> {
        self.0.get(5)
    }

    /// JSON object text.
    pub fn extra_field(&self) -> Result<&str, Error> {
        self.0.str(6)
    }
}

/// Shows a part of all product stocks to `visit`, row by row; the page says the rest, its rows are ids.
pub async fn visit(
    tx: &mut Tx<'_>,
    listing: &ListQuery,
    mut visit: impl FnMut(&StockRow<'_>) -> Result<(), Error>,
) -> Result<Page<i64>, Error> {
    query::page(
        tx,
        &BRIEF,
        &narrowed(listing),
        |id: &i64| *id,
        |row| {
            visit(&StockRow(row))?;
            row.get(0)
        },
    )
    .await
}

/// Whether a part of the list can be read with [`crate::Store::read_inline`].
pub fn is_bounded(listing: &ListQuery) -> bool {
    listing.is_bounded(&TABLE)
}

/// A part of all product stocks.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<Stock>, Error> {
    query::page(tx, &TABLE, &narrowed(listing), |row: &Stock| row.id.get(), read).await
}

/// How many stocks a list has.
pub async fn count_of_list(tx: &mut Tx<'_>, list: StockListId) -> Result<i64, Error> {
    counters::count(tx, &CounterKey::of(TABLE.name, "stock_list_id", list.get()).name()).await
}

/// One product stock.
pub async fn by_id(tx: &mut Tx<'_>, id: StockId) -> Result<Option<Stock>, Error> {
    tx.first(&BY_ID, &values![id.get(), id.bucket()], read).await
}

/// The product stocks with these ids, in any order; unknown ones are left out.
pub async fn by_ids(tx: &mut Tx<'_>, ids: &[StockId]) -> Result<Vec<Stock>, Error> {
    tx.all_bulk(&BY_ID, ids.iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// Stocks of a list with ids above `after`, in the order of their ids, at most so many.
pub async fn of_list(tx: &mut Tx<'_>, list: StockListId, after: i64, limit: i64) -> Result<Vec<Stock>, Error> {
    tx.all(&OF_LIST, &values![list.get(), after, limit], read).await
}

/// What says that a stock is still what it was: every change of a number is a movement, and only times of its level
/// change without one.
#[derive(Clone, Copy, Debug)]
pub struct State {
    movement: Option<MovementId>,
    snapshot_at: Option<Timestamp>,
    is_snapshot_sent: bool,
    states: StockStates,
}

impl State {
    pub(crate) const fn of(stock: &Stock) -> Self {
        let Stock { movement, snapshot_at, is_snapshot_sent, states, .. } = *stock;
        Self { movement, snapshot_at, is_snapshot_sent, states }
    }

    /// The states that it was in.
    pub(crate) const fn states(self) -> StockStates {
        self.states
    }

    /// Whether a stock has come into other states since.
    pub(crate) fn has_crossed(self, stock: &Stock) -> bool {
        stock.states != self.states
    }

    /// Whether a stock has had a movement since.
    pub(crate) fn has_moved(self, stock: &Stock) -> bool {
        stock.movement != self.movement
    }
}

/// A stock, and what the rules know of its list.
pub(crate) type Locked = (Stock, StockList);

fn read_locked(row: &Row<'_>) -> Result<Locked, Error> {
    let (stock, list) = (read(row)?, row.str(20)?);
    let unreadable = || Error::Internal(format!("a stock list says {list:?}"));
    let parts: Vec<&str> = list.split(' ').collect();
    let [mode, delay, location, moves_settle, code_unique, low, ignores, settles, source] = parts[..] else {
        return Err(unreadable());
    };
    let list = StockList {
        id: stock.list,
        release_mode: ReleaseMode::from_word(mode).unwrap_or_default(),
        snapshot_delay_seconds: delay.parse().map_err(|_| unreadable())?,
        location: location.parse().ok().filter(|id| *id != 0).map(StockLocationId::new),
        move_registration: MoveRegistration::from_word(moves_settle).unwrap_or_default(),
        is_item_code_unique: code_unique != "0",
        low_stock: low.parse().map_err(|_| unreadable())?,
        ignores_written_reserved: ignores != "0",
        reported_settles_after_seconds: settles.parse().map_err(|_| unreadable())?,
        source: source.parse().ok().filter(|id| *id != 0).map(DataSourceId::new),
    };
    Ok((stock, list))
}

/// Some product stocks, which no other transaction changes until this one ends. Asked for in the order of their ids.
pub(crate) async fn lock(tx: &mut Tx<'_>, ids: &BTreeSet<StockId>) -> Result<Vec<Locked>, Error> {
    tx.all_bulk(&LOCK, ids.iter().map(|id| values![id.get(), id.bucket()]), read_locked).await
}

/// The same, of one stock by its natural key: a single lock is always in order.
pub(crate) async fn lock_by_key(tx: &mut Tx<'_>, key: &StockKey) -> Result<Vec<Locked>, Error> {
    tx.all(&LOCK_BY_KEY, &place(key), read_locked).await
}

/// Stocks by natural key; unknown ones are left out.
pub async fn by_keys(tx: &mut Tx<'_>, keys: &BTreeSet<StockKey>) -> Result<Vec<Stock>, Error> {
    tx.all_bulk(&BY_KEY, keys.iter().map(place), read).await
}

/// Stocks of a list by SKU; unknown ones are left out.
pub(crate) async fn by_skus<'s>(
    tx: &mut Tx<'_>,
    list: StockListId,
    skus: impl Iterator<Item = &'s str>,
) -> Result<Vec<Stock>, Error> {
    tx.all_bulk(&BY_KEY, skus.map(|sku| values![sku, list.get(), bucket_of_key(list, sku)]), read).await
}

fn place(key: &StockKey) -> [Value<'_>; 3] {
    values![&key.sku, key.list.get(), bucket_of_key(key.list, &key.sku)]
}

/// The ids of stocks by natural key; unknown ones are left out.
pub(crate) async fn ids_by_key<'k>(
    tx: &mut Tx<'_>,
    keys: impl IntoIterator<Item = &'k StockKey>,
) -> Result<Vec<StockId>, Error> {
    tx.all_bulk(&ID_BY_KEY, keys.into_iter().map(place), |row| row.get(0).map(StockId::new)).await
}

pub(crate) async fn insert_all(tx: &mut Tx<'_>, stocks: &[&Stock]) -> Result<(), Error> {
    let rows = stocks.iter().map(|stock| {
        values![
            stock.id.bucket(),
            stock.id.get(),
            stock.list.get(),
            stock.product.get(),
            &stock.sku,
            stock.unit.word(),
            stock.on_hand,
            stock.reserved,
            stock.external,
            stock.reported,
            stock.snapshot_at.map(Timestamp::micros),
            stock.discrepancy_at.map(Timestamp::micros),
            stock.movement.map(MovementId::get),
            &stock.extra_field,
            stock.created_at.micros(),
            stock.modified_at.micros(),
            stock.is_snapshot_sent,
            stock.counted_at.map(Timestamp::micros),
            stock.adjusted_at.map(Timestamp::micros),
            stock.states.bits(),
            stock.is_ordered,
        ]
    });
    tx.execute_bulk(&INSERT, rows).await
}

pub(crate) async fn remove_all(tx: &mut Tx<'_>, ids: impl Iterator<Item = StockId>) -> Result<(), Error> {
    tx.execute_bulk(&REMOVE, ids.map(|id| values![id.get(), id.bucket()])).await
}

/// Writes the states of stocks that have come into others.
pub(crate) async fn set_states(
    tx: &mut Tx<'_>,
    stocks: impl Iterator<Item = (StockId, StockStates)>,
) -> Result<(), Error> {
    tx.execute_bulk(&SET_STATES, stocks.map(|(id, states)| values![id.get(), id.bucket(), states.bits()])).await
}

pub(crate) async fn update_all(tx: &mut Tx<'_>, stocks: &[&Stock]) -> Result<(), Error> {
    let rows = stocks.iter().map(|stock| {
        values![
            stock.id.get(),
            stock.id.bucket(),
            stock.unit.word(),
            stock.on_hand,
            stock.reserved,
            stock.external,
            stock.reported,
            stock.snapshot_at.map(Timestamp::micros),
            stock.movement.map(MovementId::get),
            &stock.extra_field,
            stock.modified_at.micros(),
            stock.discrepancy_at.map(Timestamp::micros),
            stock.is_snapshot_sent,
            stock.counted_at.map(Timestamp::micros),
            stock.adjusted_at.map(Timestamp::micros),
            stock.is_ordered,
        ]
    });
    tx.execute_bulk(&UPDATE, rows).await
}

/// Writes stocks, each at a time, that are still in this state; how many those were.
pub(crate) async fn update_if_unchanged(
    tx: &mut Tx<'_>,
    stocks: impl Iterator<Item = (&Stock, State, Timestamp)>,
) -> Result<u64, Error> {
    let rows = stocks.map(|(stock, state, at)| {
        values![
            stock.id.get(),
            stock.id.bucket(),
            stock.unit.word(),
            stock.on_hand,
            stock.reserved,
            stock.external,
            stock.snapshot_at.map(Timestamp::micros),
            stock.movement.map(MovementId::get),
            at.micros(),
            state.movement.map(MovementId::get),
            state.snapshot_at.map(Timestamp::micros),
            stock.is_snapshot_sent,
            state.is_snapshot_sent,
            stock.adjusted_at.map(Timestamp::micros),
            state.states.bits(),
        ]
    });
    tx.execute_bulk_counted(&UPDATE_UNMOVED, rows).await
}
