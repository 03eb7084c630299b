//! Imports (contract 5): how far each is, the parts of its file and the results of its rows.
//!
//! Promises: an import of a list begins when the one before it is over, and what is dropped cannot be found while it is
//! taken away part by part. Must not know what is in a file or in a result.

mod listing;
mod parts;
mod reading;
mod results;
mod row;

use onhand_core::events::EventType;
use onhand_core::{ImportId, PriceListId, StockListId, Timestamp, UserId};

pub use self::listing::page;
pub use self::parts::{add_part, bytes, part};
pub use self::reading::{FileReading, MappedList, REMEMBERED_MAX, read_as, reading, remember, remembered, understood};
use self::results::counts;
pub use self::results::{add_chunks, chunk, has_chunk, next_chunk, stored_chunks, sums};
pub use self::row::{Chunk, Counts, Description, ImportRow, Kind, State, Task};
use crate::engine::Row;
use crate::outbox::{self, OutboxEvent, Said};
use crate::sql::{statements, values};
use crate::{Error, Tx, ids};

/// How long a file may take to arrive, in seconds: a day. What is not whole by then is dropped.
const ARRIVAL_SECONDS: i64 = 24 * 3_600;
// The state 'forgotten' is that of an import which is being dropped: no client finds it any more.
/// Parts of files, or chunks, that one transaction drops: some 16 MB.
const DROPPED_TOGETHER: i64 = 64;

statements! {
    INSERT = "imports.insert",
        "INSERT INTO import (id, cache_key, kind, task, mode, is_forced, stock_list_id, source_id, account_id, state,
         file_name, file_bytes, format, encoding, ignored_columns, total, processed, created, updated, unchanged,
         failed, created_at, time_zone, selection, price_list_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '', '', '[]', ?13, 0, 0, 0, 0, 0, ?14, ?15, ?16, ?17)";
    BY_KEY = "imports.by_key",
        "SELECT id, cache_key, kind, task, mode, is_forced, stock_list_id, source_id, account_id, state, file_name,
         file_bytes, format, encoding, ignored_columns, error, total, created, updated, unchanged, failed, created_at,
         started_at, finished_at, time_zone, selection, price_list_id FROM import WHERE cache_key = ?1 AND state <> 'forgotten'";
    BY_ID = "imports.by_id",
        "SELECT id, cache_key, kind, task, mode, is_forced, stock_list_id, source_id, account_id, state, file_name,
         file_bytes, format, encoding, ignored_columns, error, total, created, updated, unchanged, failed, created_at,
         started_at, finished_at, time_zone, selection, price_list_id FROM import WHERE id = ?1 AND state <> 'forgotten'";
    BY_SOURCE = "imports.by_source",
        "SELECT id, cache_key, kind, task, mode, is_forced, stock_list_id, source_id, account_id, state, file_name,
         file_bytes, format, encoding, ignored_columns, error, total, created, updated, unchanged, failed, created_at,
         started_at, finished_at, time_zone, selection, price_list_id FROM import WHERE source_id = ?1 AND task = ?2
         AND source_id IS NOT NULL AND state <> 'forgotten'";
    NEWEST = "imports.newest",
        "SELECT id, cache_key, kind, task, mode, is_forced, stock_list_id, source_id, account_id, state, file_name,
         file_bytes, format, encoding, ignored_columns, error, total, created, updated, unchanged, failed, created_at,
         started_at, finished_at, time_zone, selection, price_list_id FROM import
         WHERE id < ?1 AND state NOT IN ('receiving', 'forgotten') ORDER BY id DESC LIMIT ?2";
    OPEN = "imports.open",
        "SELECT id, cache_key, kind, task, mode, is_forced, stock_list_id, source_id, account_id, state, file_name,
         file_bytes, format, encoding, ignored_columns, error, total, created, updated, unchanged, failed, created_at,
         started_at, finished_at, time_zone, selection, price_list_id FROM import WHERE id IN (SELECT MIN(id) FROM import
         WHERE finished_at IS NULL AND state NOT IN ('receiving', 'forgotten') GROUP BY stock_list_id, price_list_id)
         ORDER BY id LIMIT 100";
    ARRIVED = "imports.arrived",
        "UPDATE import SET state = 'waiting', task = ?2, mode = ?3, file_name = ?4, file_bytes = ?5
         WHERE id = ?1 AND state = 'receiving'";
    BEGIN = "imports.begin",
        "UPDATE import SET state = 'processing', started_at = COALESCE(started_at, ?2) WHERE id = ?1";
    DESCRIBE = "imports.describe",
        "UPDATE import SET format = ?2, encoding = ?3, ignored_columns = ?4, error = NULL,
         total = CASE WHEN processed > ?5 THEN processed ELSE ?5 END WHERE id = ?1";
    DELAY = "imports.delay", "UPDATE import SET error = ?2 WHERE id = ?1 AND finished_at IS NULL";
    FINISH = "imports.finish",
        "UPDATE import SET state = ?2, error = ?3, finished_at = ?4 WHERE id = ?1 AND finished_at IS NULL";
    COUNT = "imports.count",
        "UPDATE import SET processed = processed + ?2,
         total = CASE WHEN processed + ?2 > total THEN processed + ?2 ELSE total END, created = created + ?3, updated = updated + ?4,
         unchanged = unchanged + ?5, failed = failed + ?6 WHERE id = ?1";
    GROW = "imports.grow", "UPDATE import SET file_bytes = file_bytes + ?2 WHERE id = ?1";
    BYTES = "imports.bytes",
        "SELECT CAST(COALESCE(SUM(file_bytes), 0) AS BIGINT) FROM import WHERE file_bytes > ?1";
    ADD_PART = "imports.add_part", "INSERT INTO import_part (import_id, number, bytes) VALUES (?1, ?2, ?3)";
    PART = "imports.part", "SELECT bytes FROM import_part WHERE import_id = ?1 AND number = ?2";
    ADD_CHUNK = "imports.add_chunk",
        "INSERT INTO import_chunk (import_id, number, created, updated, unchanged, failed, results)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    CHUNK = "imports.chunk",
        "SELECT import_id, number, created, updated, unchanged, failed, results FROM import_chunk
         WHERE import_id = ?1 AND number = ?2";
    STORED_CHUNK = "imports.stored_chunk",
        "SELECT import_id, number FROM import_chunk WHERE import_id = ?1 AND number = ?2";
    NEXT_CHUNK = "imports.next_chunk",
        "SELECT number + 1 FROM import_chunk WHERE import_id = ?1 ORDER BY number DESC LIMIT 1";
    SUMS = "imports.sums",
        "SELECT number, created, updated, unchanged, failed FROM import_chunk WHERE import_id = ?1 ORDER BY number";
    READING = "imports.reading", "SELECT mapping, layout, file_import_id FROM import WHERE id = ?1";
    READ_AS = "imports.read_as", "UPDATE import SET mapping = ?2, file_import_id = ?3 WHERE id = ?1";
    UNDERSTOOD = "imports.understood", "UPDATE import SET layout = ?2 WHERE id = ?1";
    REMEMBERED = "column_mappings.of_list",
        "SELECT headings, mapping FROM column_mapping WHERE stock_list_id = ?1 ORDER BY headings LIMIT 200";
    REMEMBER = "column_mappings.remember",
        "INSERT INTO column_mapping (stock_list_id, headings, mapping, modified_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (stock_list_id, headings) DO UPDATE SET mapping = ?3, modified_at = ?4";
    FORGET_MAPPING = "column_mappings.forget",
        "DELETE FROM column_mapping WHERE stock_list_id = ?1 AND headings = ?2";
    FORGET_MAPPINGS = "column_mappings.forget_old",
        "DELETE FROM column_mapping WHERE stock_list_id = ?1 AND headings NOT IN
         (SELECT headings FROM column_mapping WHERE stock_list_id = ?1 ORDER BY modified_at DESC, headings LIMIT ?2)";
    PRICES_REMEMBERED = "price_column_mappings.of_list",
        "SELECT headings, mapping FROM price_column_mapping WHERE price_list_id = ?1 ORDER BY headings LIMIT 200";
    REMEMBER_PRICES = "price_column_mappings.remember",
        "INSERT INTO price_column_mapping (price_list_id, headings, mapping, modified_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (price_list_id, headings) DO UPDATE SET mapping = ?3, modified_at = ?4";
    FORGET_PRICE_MAPPING = "price_column_mappings.forget",
        "DELETE FROM price_column_mapping WHERE price_list_id = ?1 AND headings = ?2";
    FORGET_PRICE_MAPPINGS = "price_column_mappings.forget_old",
        "DELETE FROM price_column_mapping WHERE price_list_id = ?1 AND headings NOT IN
         (SELECT headings FROM price_column_mapping WHERE price_list_id = ?1 ORDER BY modified_at DESC, headings LIMIT ?2)";
    HIDE = "imports.hide", "UPDATE import SET state = 'forgotten' WHERE id = ?1";
    HIDE_HALF = "imports.hide_half", "UPDATE import SET state = 'forgotten' WHERE id = ?1 AND state = 'receiving'";
    DROP_PARTS = "imports.drop_parts",
        "DELETE FROM import_part WHERE import_id = ?1 AND number IN
         (SELECT number FROM import_part WHERE import_id = ?1 ORDER BY number LIMIT ?2)";
    DROP_CHUNKS = "imports.drop_chunks",
        "DELETE FROM import_chunk WHERE import_id = ?1 AND number IN
         (SELECT number FROM import_chunk WHERE import_id = ?1 ORDER BY number LIMIT ?2)";
    DROP = "imports.drop", "DELETE FROM import WHERE id = ?1";
    OLDEST = "imports.oldest", "SELECT id FROM import WHERE created_at < ?1 ORDER BY created_at LIMIT 1";
    LOST = "imports.lost",
        "SELECT id FROM import WHERE finished_at IS NULL AND state IN ('receiving', 'forgotten') AND created_at < ?1
         ORDER BY id LIMIT 1";
}

fn read(row: &Row<'_>) -> Result<ImportRow, Error> {
    let time = |index| Ok::<_, Error>(row.get::<Option<i64>>(index)?.map(Timestamp::from_micros));
    Ok(ImportRow {
        id: ImportId::new(row.get(0)?),
        cache_key: row.get(1)?,
        kind: Kind::read(row.str(2)?),
        task: Task::read(row.str(3)?),
        mode: row.get(4)?,
        is_forced: row.get(5)?,
        list: row.get::<Option<i64>>(6)?.map(StockListId::new),
        source: row.get::<Option<i64>>(7)?.map(ImportId::new),
        actor: UserId::new(row.get(8)?),
        state: State::read(row.str(9)?),
        file_name: row.get(10)?,
        file_bytes: row.get(11)?,
        format: row.get(12)?,
        encoding: row.get(13)?,
        ignored_columns: row.get(14)?,
        error: row.get(15)?,
        total: row.get(16)?,
        counts: counts(row, 17)?,
        created_at: Timestamp::from_micros(row.get(21)?),
        started_at: time(22)?,
        finished_at: time(23)?,
        time_zone: row.get(24)?,
        selection: row.get(25)?,
        price_list: row.get::<Option<i64>>(26)?.map(PriceListId::new),
    })
}

/// Some imports; unknown ones are left out.
pub async fn by_ids(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = ImportId>) -> Result<Vec<ImportRow>, Error> {
    tx.all_bulk(&BY_ID, ids.into_iter().map(|id| values![id.get()]), read).await
}

/// Makes an import; its id is given by the store. Another one of the same task for the same source is
/// [`Error::UniqueViolation`].
pub async fn insert(tx: &mut Tx<'_>, import: &ImportRow) -> Result<ImportRow, Error> {
    let id = ids::take(tx, "import", 1).await?;
    let values = values![
        id,
        &import.cache_key,
        import.kind.word(),
        import.task.word(),
        &import.mode,
        import.is_forced,
        import.list.map(StockListId::get),
        import.source.map(ImportId::get),
        import.actor.get(),
        import.state.word(),
        &import.file_name,
        import.file_bytes,
        import.total,
        import.created_at.micros(),
        import.time_zone.as_deref(),
        import.selection.as_deref(),
        import.price_list.map(PriceListId::get),
    ];
    tx.execute(&INSERT, &values).await?;
    Ok(ImportRow { id: ImportId::new(id), ..import.clone() })
}

/// The import that a client asks for.
pub async fn by_key(tx: &mut Tx<'_>, cache_key: &str) -> Result<Option<ImportRow>, Error> {
    tx.first(&BY_KEY, &values![cache_key], read).await
}

/// One import.
pub async fn by_id(tx: &mut Tx<'_>, id: ImportId) -> Result<Option<ImportRow>, Error> {
    tx.first(&BY_ID, &values![id.get()], read).await
}

/// What applies, or undoes, an import.
pub async fn by_source(tx: &mut Tx<'_>, source: ImportId, task: Task) -> Result<Option<ImportRow>, Error> {
    tx.first(&BY_SOURCE, &values![source.get(), task.word()], read).await
}

/// The newest imports whose file has arrived, before one of them if it is given, the newest first.
pub async fn newest(tx: &mut Tx<'_>, before: Option<ImportId>, limit: i64) -> Result<Vec<ImportRow>, Error> {
    tx.all(&NEWEST, &values![before.map_or(i64::MAX, ImportId::get), limit], read).await
}

/// What is left to do: of each list the oldest, the oldest first; no more than a hundred.
pub async fn open(tx: &mut Tx<'_>) -> Result<Vec<ImportRow>, Error> {
    tx.all(&OPEN, &[], read).await
}

/// The file is whole, and it is known what is to be done with it: the work may begin. False if it was forgotten, since
/// it took too long.
pub async fn arrived(tx: &mut Tx<'_>, import: &ImportRow) -> Result<bool, Error> {
    let ImportRow { id, task, mode, file_name, file_bytes, .. } = import;
    Ok(tx.execute(&ARRIVED, &values![id.get(), task.word(), mode, file_name, *file_bytes]).await? > 0)
}

/// A worker begins, or begins again.
pub async fn begin(tx: &mut Tx<'_>, id: ImportId, now: Timestamp) -> Result<(), Error> {
    tx.execute(&BEGIN, &values![id.get(), now.micros()]).await?;
    Ok(())
}

/// Stores what a file turned out to be. Looked at again, it has no fewer rows than were done.
pub async fn describe(tx: &mut Tx<'_>, id: ImportId, found: &Description) -> Result<(), Error> {
    let Description { format, encoding, ignored_columns, total } = found;
    tx.execute(&DESCRIBE, &values![id.get(), format, encoding, ignored_columns, *total]).await?;
    Ok(())
}

/// It cannot be gone on with just now, and this is why. Forgotten as soon as it goes on.
pub async fn delay(tx: &mut Tx<'_>, id: ImportId, told: &str) -> Result<(), Error> {
    tx.execute(&DELAY, &values![id.get(), told]).await?;
    Ok(())
}

/// All is done, perhaps with a remark, or nothing can be, and this is why.
pub async fn finish(
    tx: &mut Tx<'_>,
    id: ImportId,
    ended: &Result<Option<String>, String>,
    now: Timestamp,
) -> Result<(), Error> {
    let (state, text) = match ended {
        Ok(remark) => (State::Completed, remark.as_deref()),
        Err(why) => (State::Failed, Some(why.as_str())),
    };
    if tx.execute(&FINISH, &values![id.get(), state.word(), text, now.micros()]).await? > 0 {
        let said = Said::Happened(EventType::ImportCompleted);
        outbox::add_all(tx, [OutboxEvent { said, object: id.get(), scope: 0, at: now }]).await?;
    }
    Ok(())
}

/// Drops an import and all that belongs to it, a part of it at a time, because a file may be large and others want to
/// write; whether something is left. From the first part on the import cannot be found.
pub async fn discard(tx: &mut Tx<'_>, id: ImportId) -> Result<bool, Error> {
    tx.execute(&HIDE, &values![id.get()]).await?;
    for statement in [&DROP_PARTS, &DROP_CHUNKS] {
        if tx.execute(statement, &values![id.get(), DROPPED_TOGETHER]).await? > 0 {
            return Ok(true);
        }
    }
    tx.execute(&DROP, &values![id.get()]).await?;
    Ok(false)
}

/// Drops what is there of a file that will not arrive, as [`discard`] does; whether something is left. One that has
/// arrived stays.
pub async fn abandon(tx: &mut Tx<'_>, id: ImportId) -> Result<bool, Error> {
    tx.execute(&HIDE_HALF, &values![id.get()]).await?;
    // It may have been forgotten, and parts may have come after that.
    if by_id(tx, id).await?.is_some() { Ok(false) } else { discard(tx, id).await }
}

/// Drops a part of an import that was made longer ago than imports are kept, or whose file never arrived; whether there
/// was one.
pub async fn forget(tx: &mut Tx<'_>, now: Timestamp, kept_seconds: i64) -> Result<bool, Error> {
    for (statement, seconds) in [(&OLDEST, kept_seconds), (&LOST, ARRIVAL_SECONDS)] {
        let before = now.minus_seconds(seconds).micros();
        if let Some(id) = tx.first(statement, &values![before], |row| row.get(0)).await? {
            discard(tx, ImportId::new(id)).await?;
            return Ok(true);
        }
    }
    Ok(false)
}
