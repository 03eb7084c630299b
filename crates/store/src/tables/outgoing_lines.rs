//! Outgoing lines: how far order lines are with the data sources that they are placed with. Reading; only the unit of work
//! writes them.
//!
//! Promises: what is due is found in an index that has only lines about which something is to be done. Must not know what
//! is done.

use onhand_core::{
    DataSourceId, OrderId, OrderItem, OrderItemId, OutgoingError, OutgoingLine, OutgoingState, Timestamp,
};

use crate::sql::{Statement, statements, values};
use crate::{Error, Tx};

/// The order lines in a state, which a word ends.
pub const IN_STATE: &str = "id IN (SELECT item_id FROM data_source_line WHERE state = ";

statements! {
    INSERT = "outgoing_lines.insert",
        "INSERT INTO data_source_line (bucket, item_id, order_id, data_source_id, state, attempts, next_try_at,
         pending_since, level_at, via, remote_order, remote_item, error_code, error, sku)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    UPDATE = "outgoing_lines.update",
        "UPDATE data_source_line SET state = ?3, attempts = ?4, next_try_at = ?5, pending_since = ?6, level_at = ?7,
         remote_order = ?8, remote_item = ?9, error_code = ?10, error = ?11, sku = ?12 WHERE item_id = ?1 AND bucket = ?2";
    /// In whichever bucket: those of a source are of many orders.
    ANY = "outgoing_lines.any",
        "SELECT 1 FROM data_source_line WHERE data_source_id = ?1 AND next_try_at IS NOT NULL LIMIT 1";
    /// The same.
    DUE = "outgoing_lines.due",
        "SELECT item_id, order_id, data_source_id FROM data_source_line
         WHERE data_source_id = ?1 AND next_try_at <= ?2 ORDER BY next_try_at, item_id LIMIT ?3";
    /// The same.
    WAITING = "outgoing_lines.waiting",
        "SELECT item_id, order_id, data_source_id FROM data_source_line
         WHERE data_source_id = ?1 AND next_try_at <= ?2 AND state IN ('pending', 'cancelling')
         ORDER BY next_try_at, item_id LIMIT ?3";
}

/// A line about which something is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DueLine {
    /// The line.
    pub item: OrderItemId,
    /// Its order.
    pub order: OrderId,
    /// The data source that it is placed with.
    pub source: DataSourceId,
}

/// Whether something is to be done about any line of a source, now or later.
pub async fn any(tx: &mut Tx<'_>, source: DataSourceId) -> Result<bool, Error> {
    Ok(tx.first(&ANY, &values![source.get()], |row| row.get::<i64>(0)).await?.is_some())
}

/// The lines of some sources about which something is to be done by now, whatever it is: of each source at the most so many,
/// those that wait longest first.
pub async fn due(
    tx: &mut Tx<'_>,
    sources: impl IntoIterator<Item = (DataSourceId, i64)>,
    now: Timestamp,
) -> Result<Vec<DueLine>, Error> {
    of_sources(tx, &DUE, sources, now).await
}

/// The same of the lines that are to be placed or cancelled: somebody waits for these, and there may be far more that are
/// to be looked at.
pub async fn waiting(
    tx: &mut Tx<'_>,
    sources: impl IntoIterator<Item = (DataSourceId, i64)>,
    now: Timestamp,
) -> Result<Vec<DueLine>, Error> {
    of_sources(tx, &WAITING, sources, now).await
}

async fn of_sources(
    tx: &mut Tx<'_>,
    statement: &'static Statement,
    sources: impl IntoIterator<Item = (DataSourceId, i64)>,
    now: Timestamp,
) -> Result<Vec<DueLine>, Error> {
    let keys = sources.into_iter().map(|(source, limit)| values![source.get(), now.micros(), limit]);
    let read = |row: &crate::engine::Row<'_>| {
        Ok(DueLine {
            item: OrderItemId::new(row.get(0)?),
            order: OrderId::new(row.get(1)?),
            source: DataSourceId::new(row.get(2)?),
        })
    };
    tx.all_bulk(statement, keys, read).await
}

/// An outgoing line as the statements of order lines read it: its columns in the order of the struct, with a blank between
/// two of them, and 0 or `-` for nothing. Before its SKU, which may have blanks, is the number of its characters.
pub(super) fn read_words(text: Option<String>) -> Result<Option<OutgoingLine>, Error> {
    let Some(text) = text else { return Ok(None) };
    let unreadable = || Error::Internal(format!("an outgoing line says {text:?}"));
    let parts: Vec<&str> = text.splitn(12, ' ').collect();
    let [source, state, attempts, next, since, level, order, item, code, via, chars, rest] = parts[..] else {
        return Err(unreadable());
    };
    let chars = chars.parse().map_err(|_| unreadable())?;
    let (sku, error) = rest.split_at(rest.char_indices().nth(chars).map_or(rest.len(), |(at, _)| at));
    let error = error.strip_prefix(' ').ok_or_else(unreadable)?;
    let number = |text: &str| text.parse::<i64>().map_err(|_| unreadable());
    let some = |text: &str| number(text).map(|number| (number != 0).then_some(number));
    Ok(Some(OutgoingLine {
        source: DataSourceId::new(number(source)?),
        state: OutgoingState::from_word(state).ok_or_else(unreadable)?,
        attempts: number(attempts)?,
        next_try_at: some(next)?.map(Timestamp::from_micros),
        pending_since: Timestamp::from_micros(number(since)?),
        level_at: some(level)?.map(Timestamp::from_micros),
        via: via.to_owned(),
        sku: Some(sku).filter(|sku| !sku.is_empty()).map(str::to_owned),
        remote_order: some(order)?,
        remote_item: some(item)?,
        error: (code != "-").then(|| OutgoingError { code: code.to_owned(), text: error.to_owned() }),
    }))
}

/// Writes the outgoing lines of new order lines.
pub(crate) async fn insert_all(tx: &mut Tx<'_>, items: &[&OrderItem]) -> Result<(), Error> {
    let rows = items.iter().filter_map(|item| {
        let line = item.outgoing.as_ref()?;
        let error = line.error.as_ref();
        Some(values![
            item.id.bucket(),
            item.id.get(),
            item.order.get(),
            line.source.get(),
            line.state.word(),
            line.attempts,
            line.next_try_at.map(Timestamp::micros),
            line.pending_since.micros(),
            line.level_at.map(Timestamp::micros),
            &line.via,
            line.remote_order,
            line.remote_item,
            error.map(|error| error.code.as_str()),
            error.map(|error| error.text.as_str()),
            line.sku.as_deref(),
        ])
    });
    tx.execute_bulk(&INSERT, rows).await
}

/// Writes the outgoing lines back of those order lines that are farther with their source than before.
pub(crate) async fn update_all(tx: &mut Tx<'_>, items: &[(OrderItem, OrderItem)]) -> Result<(), Error> {
    let changed = items.iter().filter(|(before, after)| before.outgoing != after.outgoing);
    let rows = changed.filter_map(|(_, item)| {
        let line = item.outgoing.as_ref()?;
        let error = line.error.as_ref();
        Some(values![
            item.id.get(),
            item.id.bucket(),
            line.state.word(),
            line.attempts,
            line.next_try_at.map(Timestamp::micros),
            line.pending_since.micros(),
            line.level_at.map(Timestamp::micros),
            line.remote_order,
            line.remote_item,
            error.map(|error| error.code.as_str()),
            error.map(|error| error.text.as_str()),
            line.sku.as_deref(),
        ])
    });
    tx.execute_bulk(&UPDATE, rows).await
}
