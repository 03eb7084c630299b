//! Lists: conditions, order and position, put together from closed sets of columns.
//!
//! Promises: nothing a client sends becomes SQL text, only values; a page deep in a big table costs what the first one
//! costs wherever there is a counter (see [`crate::counters`]). Must not know wire names of parameters.

mod composed;

use self::composed::Query;
use crate::counters::{self, CounterKey};
use crate::engine::{FromColumn, Row};
use crate::{Error, Tx, Value};

/// How a column is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// Equal to the one value.
    Eq,
    /// Equal to one of the values; no value matches nothing.
    In,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// A text that begins with the value. Such a list is counted up to [`COUNTED_MAX`] rows, and has no more pages.
    Prefix,
    /// The column is a whole condition, and there is no value.
    Holds,
    /// The column is the beginning of a condition, up to a bracket that is open: the value ends it.
    RawPredicate,
}

/// The most rows that are counted of a list by the beginning of a text.
pub const COUNTED_MAX: i64 = 10_000;

/// One condition; a list has all of them fulfilled.
#[derive(Clone, Debug)]
pub struct Condition {
    /// A column of the resource's table.
    pub column: &'static str,
    /// How it is compared.
    pub op: Op,
    /// With what.
    pub values: Vec<Value<'static>>,
}

/// What comes first. The id decides among equals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sort {
    /// A column of the resource's table that is never NULL, or an expression that is not.
    pub column: &'static str,
    /// Largest first.
    pub descending: bool,
}

impl Sort {
    /// Oldest first, the order of every list that asks for no other.
    pub const BY_ID: Self = Self { column: "id", descending: false };
}

/// Which part of the list.
#[derive(Clone, Debug)]
pub enum Window {
    /// A numbered page, from 1.
    Page {
        /// From 1.
        number: i64,
        /// Rows a page.
        limit: i64,
    },
    /// What follows a row, or the beginning.
    After {
        /// The last row seen.
        key: Option<CursorKey>,
        /// Rows at the most.
        limit: i64,
    },
}

/// Where a row stands in a sorted list.
#[derive(Clone, Debug, PartialEq)]
pub struct CursorKey {
    /// Its value in the sort column.
    pub value: Value<'static>,
    /// Its id.
    pub id: i64,
}

/// A list to be read.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// What the rows fulfil.
    pub conditions: Vec<Condition>,
    /// Their order.
    pub sort: Sort,
    /// Which of them.
    pub window: Window,
}

impl ListQuery {
    /// Whether reading it takes a number of rows that does not grow with the table: by id, with a counter.
    pub(crate) fn is_bounded(&self, table: &ListTable) -> bool {
        self.sort.column == Sort::BY_ID.column && scope(table, &self.conditions).is_some()
    }
}

/// A part of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// How many rows the whole list has; `None` where only a scan could tell and a cursor was used.
    pub count: Option<i64>,
    /// The rows.
    pub rows: Vec<T>,
    /// The last row's place, if others may follow.
    pub next: Option<CursorKey>,
}

impl<T> Page<T> {
    /// The same part of the list, with other rows.
    pub fn with<U>(&self, rows: Vec<U>) -> Page<U> {
        Page { count: self.count, rows, next: self.next.clone() }
    }
}

/// The table of a resource, as lists see it.
pub(crate) struct ListTable {
    pub(crate) name: &'static str,
    /// The columns to read, in the order the resource's reader wants them.
    pub(crate) columns: &'static str,
    /// Columns that have a counter per value.
    pub(crate) counted_by: &'static [&'static str],
    /// Where the rows changed since a time can be found without looking at all of them.
    pub(crate) log: Option<Log>,
}

/// A table that gets a row for each change of another.
pub(crate) struct Log {
    /// The column of the other that has the time of its last change.
    pub(crate) column: &'static str,
    /// The beginning of a statement that counts changes since a time, up to [`Log::ROWS_MAX`] and one.
    pub(crate) count: &'static str,
    /// The beginning of a condition on the other: its id is among those changed since a time.
    pub(crate) among: &'static str,
}

impl Log {
    /// With more changes than this, looking at all rows is no worse.
    const ROWS_MAX: i64 = 20_000;

    /// The time since which rows are wanted, if the log is short enough to be of use.
    async fn since(&self, tx: &mut Tx<'_>, conditions: &[Condition]) -> Result<Option<i64>, Error> {
        let lower = |one: &&Condition| one.column == self.column && matches!(one.op, Op::Gt | Op::Gte);
        let Some([Value::Int(since)]) = conditions.iter().find(lower).map(|one| one.values.as_slice()) else {
            return Ok(None);
        };
        let mut query = Query { sql: self.count.to_owned(), ..Query::default() };
        query.bind(Value::Int(*since));
        query.sql.push_str(" LIMIT ");
        query.bind(Value::Int(Self::ROWS_MAX + 1));
        query.sql.push_str(") AS changes");
        let counts = tx.all_composed(&query.sql, &query.values, |row| row.get::<i64>(0)).await?;
        Ok(counts.first().filter(|count| **count <= Self::ROWS_MAX).map(|_| *since))
    }
}

/// A text that is greater than all that begin with another one, where texts compare byte by byte.
pub(crate) fn prefix_end(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

/// Reads a part of a list.
pub(crate) async fn page<T>(
    tx: &mut Tx<'_>,
    table: &ListTable,
    listing: &ListQuery,
    id: impl Fn(&T) -> i64,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Page<T>, Error> {
    let scope = scope(table, &listing.conditions);
    let since = match &table.log {
        Some(log) => log.since(tx, &listing.conditions).await?,
        None => None,
    };
    let narrow = ListScope { table, listing, since };
    match &listing.window {
        Window::Page { .. } => {
            let count = match &scope {
                Some(scope) => counters::count(tx, scope).await?,
                None => narrow.count(tx).await?,
            };
            let rows = numbered(tx, &narrow, (scope.as_deref(), count), read).await?;
            Ok(Page { count: Some(count), rows, next: None })
        }
        Window::After { key, limit } => {
            let count = match &scope {
                Some(scope) => Some(counters::count(tx, scope).await?),
                None => None,
            };
            let mut query = narrow.select_with_key();
            query.after(listing.sort, key.as_ref());
            query.tail(listing.sort, *limit, 0);
            let keyed = |row: &Row<'_>| Ok((read(row)?, Value::read(row, query.width)?));
            let mut rows = tx.all_composed(&query.sql, &query.values, keyed).await?;
            let next = match rows.last() {
                Some((row, value)) if rows.len() as i64 == *limit => {
                    Some(CursorKey { value: value.clone(), id: id(row) })
                }
                _ => None,
            };
            Ok(Page { count, rows: rows.drain(..).map(|(row, _)| row).collect(), next })
        }
    }
}

/// The counter that has exactly these conditions, if there is one.
fn scope(table: &ListTable, conditions: &[Condition]) -> Option<String> {
    match conditions {
        [] => Some(table.name.to_owned()),
        [only] if only.op == Op::Eq && table.counted_by.contains(&only.column) => match only.values.as_slice() {
            [Value::Int(value)] => Some(CounterKey::of(table.name, only.column, *value).name()),
            _ => None,
        },
        _ => None,
    }
}

/// A list, and what is known of where its rows are.
struct ListScope<'l> {
    table: &'l ListTable,
    listing: &'l ListQuery,
    since: Option<i64>,
}

impl ListScope<'_> {
    fn select(&self) -> Query {
        let sql = format!("SELECT {} FROM {}", self.table.columns, self.table.name);
        self.filtered(Query { sql, ..Query::default() })
    }

    /// The same with each row's place in the order as a last column, for a cursor.
    fn select_with_key(&self) -> Query {
        let (columns, key) = (self.table.columns, self.listing.sort.column);
        let sql = format!("SELECT {columns}, {key} FROM {}", self.table.name);
        self.filtered(Query { sql, width: columns.split(',').count(), ..Query::default() })
    }

    async fn count(&self, tx: &mut Tx<'_>) -> Result<i64, Error> {
        let table = self.table.name;
        let is_prefix = self.listing.conditions.iter().any(|condition| condition.op == Op::Prefix);
        let query = if is_prefix {
            let sql = format!("SELECT COUNT(*) FROM (SELECT id FROM {table}");
            let mut query = self.filtered(Query { sql, ..Query::default() });
            query.sql.push_str(" LIMIT ");
            query.bind(Value::Int(COUNTED_MAX));
            query.sql.push_str(") AS counted");
            query
        } else {
            self.filtered(Query { sql: format!("SELECT COUNT(*) FROM {table}"), ..Query::default() })
        };
        let counts = tx.all_composed(&query.sql, &query.values, |row| row.get::<i64>(0)).await?;
        Ok(counts.first().copied().unwrap_or(0))
    }

    fn filtered(&self, mut query: Query) -> Query {
        query.conditions(&self.listing.conditions);
        if let (Some(log), Some(since)) = (&self.table.log, self.since) {
            query.condition(log.among, Value::Int(since));
            query.sql.push(')');
        }
        query
    }
}

/// A page by its number. With a counter and the order of ids, the block that has the first row is found by adding up;
/// otherwise the rows before it are skipped one by one.
async fn numbered<T>(
    tx: &mut Tx<'_>,
    narrow: &ListScope<'_>,
    (scope, count): (Option<&str>, i64),
    read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let listing = narrow.listing;
    let Window::Page { number, limit } = listing.window else { return Ok(Vec::new()) };
    let skip = (number - 1).saturating_mul(limit);
    let take = limit.min(count.saturating_sub(skip));
    if take <= 0 {
        return Ok(Vec::new());
    }
    let mut query = narrow.select();
    let by_id = listing.sort.column == Sort::BY_ID.column;
    let Some(scope) = scope.filter(|_| by_id && skip >= counters::BLOCK_ROWS) else {
        query.tail(listing.sort, take, skip);
        return tx.all_composed(&query.sql, &query.values, read).await;
    };
    let first = if listing.sort.descending { count - skip - take } else { skip };
    let (from_id, rest) = counters::seek(tx, scope, first).await?;
    query.condition("id >= ", Value::Int(from_id));
    query.tail(Sort::BY_ID, take, rest);
    if listing.sort.descending {
        query.sql = format!("SELECT * FROM ({}) AS page ORDER BY id DESC", query.sql);
    }
    tx.all_composed(&query.sql, &query.values, read).await
}
