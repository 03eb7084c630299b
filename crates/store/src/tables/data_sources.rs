//! Data sources: other installations whose stock is sold from a list here, and what is known of each of them.
//!
//! Promises: what workers learn is written beside what people set, and neither overwrites the other; what was learnt of a
//! source that has been changed since is not written; all of them have one offset of its clock. Must not know how another
//! installation is asked, nor what a sealed token says.

use onhand_core::{DataSourceId, PriceListId, ProductMatch, StockListId, Timestamp};

use super::{prices, stock_lists};
use crate::engine::Row;
use crate::resource::{Column, Table};
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// How many sources there may be.
pub const SOURCES_MAX: i64 = 256;
/// How often a new source is asked, in seconds.
pub const POLL_INTERVAL_SECONDS: i64 = 30;

/// A data source. `token` is sealed, `remote_channel`, `remote_stock_list` and `remote_price_list` are ids over there;
/// what follows `remote_price_list` is what workers have learnt, and is written by [`learn`] and [`ask_again`], but for
/// `mappings_version`, which counts changes of its product mappings.
pub static DATA_SOURCES: Table = Table::new(
    "data_source",
    &[
        Column::text("name"),
        Column::text("base_url"),
        Column::maybe("token"),
        Column::maybe("remote_channel"),
        Column::maybe("remote_stock_list"),
        Column::id("stock_list_id", &stock_lists::STOCK_LISTS),
        Column::int("is_active", 1),
        Column::int("poll_interval_seconds", POLL_INTERVAL_SECONDS),
        Column::int("safety_stock", 0),
        Column::word("product_match", "sku"),
        Column::id("price_list_id", &prices::PRICE_LISTS),
        Column::maybe("remote_price_list"),
        Column::int("mappings_version", 0),
        Column::maybe("refresh_at"),
        Column::maybe("full_at"),
        Column::maybe("cursor"),
        Column::int("clock_offset", 0),
        Column::maybe("last_polled_at"),
        Column::maybe("last_success_at"),
        Column::maybe("last_full_at"),
        Column::maybe("last_error"),
        Column::int("failures", 0),
        Column::maybe("next_try_at"),
        Column::text("origins"),
        Column::int("skipped", 0),
        Column::int("has_levels", 0),
        Column::int("compared_version", 0),
        Column::int("unmapped", 0),
        Column::maybe("last_prices_at"),
    ],
)
// A source stays as long as something is to be done about lines that are placed with it.
.referenced_by(&[("data_source_line", "data_source_id = ?1 AND next_try_at IS NOT NULL")]);

/// The columns that a worker has learnt from another installation, which say nothing of one that is asked in its place.
pub const LEARNT: [&str; 14] = [
    "cursor",
    "clock_offset",
    "last_polled_at",
    "last_success_at",
    "last_full_at",
    "last_error",
    "failures",
    "next_try_at",
    "origins",
    "skipped",
    "refresh_at",
    "full_at",
    "unmapped",
    "last_prices_at",
];

statements! {
    ALL = "data_sources.all",
        "SELECT id, name, base_url, token, remote_channel, remote_stock_list, stock_list_id, is_active,
         poll_interval_seconds, safety_stock, modified_at, refresh_at, full_at, cursor, clock_offset, last_polled_at,
         last_success_at, last_full_at, last_error, failures, next_try_at, origins, skipped, has_levels, product_match,
         price_list_id, remote_price_list, mappings_version, compared_version, unmapped, last_prices_at
         FROM data_source";
    BY_ID = "data_sources.by_id",
        "SELECT id, name, base_url, token, remote_channel, remote_stock_list, stock_list_id, is_active,
         poll_interval_seconds, safety_stock, modified_at, refresh_at, full_at, cursor, clock_offset, last_polled_at,
         last_success_at, last_full_at, last_error, failures, next_try_at, origins, skipped, has_levels, product_match,
         price_list_id, remote_price_list, mappings_version, compared_version, unmapped, last_prices_at
         FROM data_source WHERE id = ?1";
    OF_LIST = "data_sources.of_list",
        "SELECT id, name, base_url, token, remote_channel, remote_stock_list, stock_list_id, is_active,
         poll_interval_seconds, safety_stock, modified_at, refresh_at, full_at, cursor, clock_offset, last_polled_at,
         last_success_at, last_full_at, last_error, failures, next_try_at, origins, skipped, has_levels, product_match,
         price_list_id, remote_price_list, mappings_version, compared_version, unmapped, last_prices_at
         FROM data_source WHERE stock_list_id = ?1";
    KEEP = "data_sources.keep", "SELECT modified_at FROM data_source WHERE id = ?1", for_update;
    COUNT = "data_sources.count", "SELECT COUNT(*) FROM data_source";
    LEARN = "data_sources.learn",
        "UPDATE data_source SET cursor = ?3, last_polled_at = ?4, last_success_at = ?5, last_full_at = ?6,
         last_error = ?7, failures = ?8, next_try_at = ?9, origins = ?10, skipped = ?11, has_levels = ?12,
         compared_version = ?13, unmapped = ?14, last_prices_at = ?15
         WHERE id = ?1 AND modified_at = ?2";
    CLOCK = "data_sources.clock", "SELECT clock_offset FROM data_source WHERE id = ?1 AND modified_at = ?2", for_update;
    SET_CLOCK = "data_sources.set_clock", "UPDATE data_source SET clock_offset = ?2 WHERE id = ?1";
    BEGIN_LEVELS = "data_sources.begin_levels",
        "UPDATE data_source SET has_levels = 1 WHERE id = ?1 AND modified_at = ?2";
    ASK_AGAIN = "data_sources.ask_again",
        "UPDATE data_source SET refresh_at = ?2, full_at = COALESCE(?3, full_at), next_try_at = NULL WHERE id = ?1";
    NAME = "installation.name", "SELECT name FROM installation WHERE id = 1";
    SET_NAME = "installation.set_name",
        "INSERT INTO installation (id, name) VALUES (1, ?1) ON CONFLICT (id) DO NOTHING";
}

/// A data source, as its worker reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataSource {
    /// Its id.
    pub id: DataSourceId,
    /// Its name.
    pub name: String,
    /// Where it is, without a slash at its end.
    pub base_url: String,
    /// Its sealed token.
    pub token: Option<String>,
    /// The channel there that this installation is.
    pub remote_channel: Option<i64>,
    /// The stock list there; with a channel, the main list of its catalog if there is none.
    pub remote_stock_list: Option<i64>,
    /// The list here that takes its levels.
    pub stock_list: StockListId,
    /// Whether it is used.
    pub is_active: bool,
    /// How often it is asked, in seconds.
    pub poll_interval_seconds: i64,
    /// How many units of each stock are not offered here.
    pub safety_stock: i64,
    /// How its products are matched with ours.
    pub product_match: ProductMatch,
    /// The price list here that takes its prices.
    pub price_list: Option<PriceListId>,
    /// The price list there; with a channel, the main one of its catalog if there is none.
    pub remote_price_list: Option<i64>,
    /// How often its product mappings have changed.
    pub mappings_version: i64,
    /// When people or programs last changed it.
    pub modified_at: Timestamp,
    /// Since when it is to be asked again.
    pub refresh_at: Option<Timestamp>,
    /// Since when all of it is to be compared.
    pub full_at: Option<Timestamp>,
    /// What is known of it.
    pub learnt: Learnt,
}

/// What a worker has learnt of a source.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Learnt {
    /// How far its changes have been read; `None` where everything is to be compared.
    pub cursor: Option<String>,
    /// How many microseconds its clock is ahead of ours; [`learn_clock`] writes it.
    pub clock_offset: i64,
    /// When it was last asked.
    pub last_polled_at: Option<Timestamp>,
    /// When the last good answer was asked for.
    pub last_success_at: Option<Timestamp>,
    /// When the last complete comparison began.
    pub last_full_at: Option<Timestamp>,
    /// Why it does not work.
    pub last_error: Option<String>,
    /// How often in a row it has not worked.
    pub failures: i64,
    /// Before this it is not asked.
    pub next_try_at: Option<Timestamp>,
    /// The installations that its stock is from, by name.
    pub origins: Vec<String>,
    /// Rows that were left out since everything was last compared.
    pub skipped: i64,
    /// Whether the list here may have levels of it.
    pub has_levels: bool,
    /// How often its product mappings had changed when everything was last compared.
    pub compared_version: i64,
    /// Rows of SKUs without a product mapping that were left out since everything was last compared.
    pub unmapped: i64,
    /// When its prices were last asked for and answered well.
    pub last_prices_at: Option<Timestamp>,
}

impl DataSource {
    /// Whether its product mappings are others than those with which everything was compared last.
    pub fn is_remapped(&self, compared_version: i64) -> bool {
        self.product_match == ProductMatch::Mapping && self.mappings_version != compared_version
    }
}

fn read(row: &Row<'_>) -> Result<DataSource, Error> {
    let time = |at| Ok::<_, Error>(row.get::<Option<i64>>(at)?.map(Timestamp::from_micros));
    let (origins, product_match): (String, String) = (row.get(21)?, row.get(24)?);
    Ok(DataSource {
        id: DataSourceId::new(row.get(0)?),
        name: row.get(1)?,
        base_url: row.get(2)?,
        token: row.get(3)?,
        remote_channel: row.get(4)?,
        remote_stock_list: row.get(5)?,
        stock_list: StockListId::new(row.get(6)?),
        is_active: row.get(7)?,
        poll_interval_seconds: row.get(8)?,
        safety_stock: row.get(9)?,
        product_match: ProductMatch::from_word(&product_match)
            .ok_or_else(|| Error::Internal(format!("a data source matches by {product_match:?}")))?,
        price_list: row.get::<Option<i64>>(25)?.map(PriceListId::new),
        remote_price_list: row.get(26)?,
        mappings_version: row.get(27)?,
        modified_at: Timestamp::from_micros(row.get(10)?),
        refresh_at: time(11)?,
        full_at: time(12)?,
        learnt: Learnt {
            cursor: row.get(13)?,
            clock_offset: row.get(14)?,
            last_polled_at: time(15)?,
            last_success_at: time(16)?,
            last_full_at: time(17)?,
            last_error: row.get(18)?,
            failures: row.get(19)?,
            next_try_at: time(20)?,
            origins: origins.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            skipped: row.get(22)?,
            has_levels: row.get(23)?,
            compared_version: row.get(28)?,
            unmapped: row.get(29)?,
            last_prices_at: time(30)?,
        },
    })
}

/// Every source, in the order of their ids.
pub async fn all(tx: &mut Tx<'_>) -> Result<Vec<DataSource>, Error> {
    let mut all = tx.all(&ALL, &[], read).await?;
    all.sort_unstable_by_key(|source| source.id);
    Ok(all)
}

/// One source.
pub async fn by_id(tx: &mut Tx<'_>, id: DataSourceId) -> Result<Option<DataSource>, Error> {
    tx.first(&BY_ID, &values![id.get()], read).await
}

/// The source whose stock a list sells.
pub async fn of_list(tx: &mut Tx<'_>, list: StockListId) -> Result<Option<DataSource>, Error> {
    tx.first(&OF_LIST, &values![list.get()], read).await
}

/// When people or programs last changed a source; `None` if it was removed. It stays so until the transaction ends, so that
/// levels which are written with it are there before a pause is.
pub(crate) async fn keep(tx: &mut Tx<'_>, id: DataSourceId) -> Result<Option<Timestamp>, Error> {
    tx.first(&KEEP, &values![id.get()], |row| Ok(Timestamp::from_micros(row.get(0)?))).await
}

/// How many sources there are.
pub async fn count(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(&COUNT, &[], |row| row.get(0)).await?.unwrap_or(0))
}

/// Writes what was learnt of a source, but for its clock: see [`learn_clock`]. `false`, and nothing is written, if the
/// source has been changed or removed since it was read.
pub async fn learn(tx: &mut Tx<'_>, source: &DataSource) -> Result<bool, Error> {
    let Learnt { cursor, last_error, .. } = &source.learnt;
    let learnt = &source.learnt;
    let micros = |at: Option<Timestamp>| at.map(Timestamp::micros);
    let row = values![
        source.id.get(),
        source.modified_at.micros(),
        cursor.as_deref(),
        micros(learnt.last_polled_at),
        micros(learnt.last_success_at),
        micros(learnt.last_full_at),
        last_error.as_deref(),
        learnt.failures,
        micros(learnt.next_try_at),
        learnt.origins.join(","),
        learnt.skipped,
        learnt.has_levels,
        learnt.compared_version,
        learnt.unmapped,
        micros(learnt.last_prices_at),
    ];
    Ok(tx.execute(&LEARN, &row).await? > 0)
}

/// By how many microseconds the clock of a source is ahead, after `learn` has said so of the stored offset. `None`, and
/// nothing is written, if the source has been changed or removed since it was read.
pub async fn learn_clock(
    tx: &mut Tx<'_>,
    source: &DataSource,
    learn: impl FnOnce(i64) -> i64 + Send,
) -> Result<Option<i64>, Error> {
    let key = values![source.id.get(), source.modified_at.micros()];
    let Some(stored) = tx.first(&CLOCK, &key, |row| row.get::<i64>(0)).await? else { return Ok(None) };
    let offset = learn(stored);
    if offset != stored {
        tx.execute(&SET_CLOCK, &values![source.id.get(), offset]).await?;
    }
    Ok(Some(offset))
}

/// Notes that the list of a source has levels of it from now on. `false` if the source has been changed or removed since
/// it was read: then nothing of it is to be written.
pub async fn begin_levels(tx: &mut Tx<'_>, source: &DataSource) -> Result<bool, Error> {
    Ok(tx.execute(&BEGIN_LEVELS, &values![source.id.get(), source.modified_at.micros()]).await? > 0)
}

/// Whether a source is as it was read; then it stays so until this transaction ends.
pub async fn hold(tx: &mut Tx<'_>, source: &DataSource) -> Result<bool, Error> {
    Ok(keep(tx, source.id).await? == Some(source.modified_at))
}

/// Has a source asked again, from now on, and perhaps all of it compared. Whether there is such a source.
pub async fn ask_again(tx: &mut Tx<'_>, id: DataSourceId, now: Timestamp, is_full: bool) -> Result<bool, Error> {
    let full_at = is_full.then_some(now.micros());
    Ok(tx.execute(&ASK_AGAIN, &values![id.get(), now.micros(), full_at]).await? > 0)
}

/// The name of this installation, if it has one.
pub async fn installation(tx: &mut Tx<'_>) -> Result<Option<String>, Error> {
    tx.first(&NAME, &[], |row| row.get(0)).await
}

/// Gives this installation a name, unless it has one.
pub async fn name_installation(tx: &mut Tx<'_>, name: &str) -> Result<(), Error> {
    tx.execute(&SET_NAME, &values![name]).await.map(drop)
}
