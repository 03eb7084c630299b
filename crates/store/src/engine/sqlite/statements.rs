//! Statements of the embedded engine: run, bound and read on one connection. Must not know transactions.

use rusqlite::types::ToSqlOutput;
use rusqlite::{CachedStatement, Connection, ToSql};

use crate::Error;
use crate::engine::Row;
use crate::sql::{INSERT_ROWS, Statement, Value};

/// Runs several statements of a migration.
pub(crate) fn execute_script(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection.execute_batch(sql).map_err(error)
}

pub(in crate::engine) fn execute(connection: &Connection, sql: &str, values: &[Value<'_>]) -> Result<u64, Error> {
    let mut statement = connection.prepare_cached(sql).map_err(error)?;
    bind(&mut statement, values)?;
    statement.raw_execute().map(|rows| rows as u64).map_err(error)
}

pub(in crate::engine) fn execute_rows<'v>(
    connection: &Connection,
    sql: &str,
    rows: impl IntoIterator<Item: AsRef<[Value<'v>]>>,
) -> Result<u64, Error> {
    let mut statement = connection.prepare_cached(sql).map_err(error)?;
    let mut touched = 0;
    for values in rows {
        bind(&mut statement, values.as_ref())?;
        touched += statement.raw_execute().map_err(error)? as u64;
    }
    Ok(touched)
}

/// The same for a statement of the registry: rows that are inserted go some at a time.
pub(in crate::engine) fn execute_bulk<'v, const N: usize>(
    connection: &Connection,
    statement: &Statement,
    rows: impl IntoIterator<Item = [Value<'v>; N]>,
) -> Result<u64, Error> {
    let Some(multi_row) = statement.multi_row() else { return execute_rows(connection, statement.sqlite(), rows) };
    let rows: Vec<[Value<'v>; N]> = rows.into_iter().collect();
    let (groups, rest) = rows.as_chunks::<INSERT_ROWS>();
    // Few rows are the usual case, and the text of many is not even prepared for them.
    let mut inserted = 0;
    if !groups.is_empty() {
        inserted = execute_rows(connection, multi_row, groups.iter().map(|rows| rows.as_flattened()))?;
    }
    Ok(inserted + execute_rows(connection, statement.sqlite(), rest)?)
}

pub(in crate::engine) fn all<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut found = Vec::new();
    let mut statement = connection.prepare_cached(sql).map_err(error)?;
    for_each_row(&mut statement, values, &mut |row| {
        found.push(read(row)?);
        Ok(())
    })?;
    Ok(found)
}

pub(in crate::engine) fn all_bulk<'v, T, const N: usize>(
    connection: &Connection,
    sql: &str,
    keys: impl IntoIterator<Item = [Value<'v>; N]>,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut found = Vec::new();
    let mut statement = connection.prepare_cached(sql).map_err(error)?;
    for values in keys {
        for_each_row(&mut statement, &values, &mut |row| {
            found.push(read(row)?);
            Ok(())
        })?;
    }
    Ok(found)
}

/// Without type parameters, so that it is compiled once and not for every statement that is read.
fn for_each_row(
    statement: &mut CachedStatement<'_>,
    values: &[Value<'_>],
    read: &mut dyn FnMut(&Row<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    bind(statement, values)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(error)? {
        read(&Row::Sqlite(row))?;
    }
    Ok(())
}

fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value<'_>]) -> Result<(), Error> {
    for (index, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value).map_err(error)?;
    }
    Ok(())
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::from(rusqlite::types::Null),
            Value::Int(number) => ToSqlOutput::from(*number),
            Value::Text(text) => ToSqlOutput::from(text.as_ref()),
            Value::Bytes(bytes) => ToSqlOutput::from(bytes.as_ref()),
        })
    }
}

/// Translates a driver error.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
pub(in crate::engine) fn error(fault: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let Some(code) = fault.sqlite_error_code() else { return Error::Internal(fault.to_string()) };
    match code {
        ErrorCode::ConstraintViolation => taken(&fault),
        // By the clock, by a caller that has gone, or by a close.
        ErrorCode::OperationInterrupted => Error::Unavailable("a statement was cancelled: it took too long".to_owned()),
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::DiskFull
        | ErrorCode::OutOfMemory
        | ErrorCode::ReadOnly
        | ErrorCode::CannotOpen
        | ErrorCode::SystemIoFailure => Error::Unavailable(fault.to_string()),
        _ => Error::Internal(fault.to_string()),
    }
}

/// SQLite names the columns (`UNIQUE constraint failed: stock_list.name`); our indexes are called after table and first
/// column, so that both engines give the same name.
fn taken(fault: &rusqlite::Error) -> Error {
    let text = fault.to_string();
    match text.split_once("UNIQUE constraint failed: ") {
        Some((_, columns)) => {
            let first = columns.split(',').next().unwrap_or(columns);
            Error::UniqueViolation { constraint: first.trim().replace('.', "_") }
        }
        None => Error::Internal(text),
    }
}

/// A column of whatever type it has.
pub(in crate::engine) fn value(row: &rusqlite::Row<'_>, index: usize) -> Result<Value<'static>, Error> {
    use rusqlite::types::Value as Stored;
    Ok(match row.get(index).map_err(error)? {
        Stored::Integer(number) => Value::Int(number),
        Stored::Text(text) => Value::from(text),
        Stored::Blob(bytes) => Value::Bytes(bytes.into()),
        Stored::Null | Stored::Real(_) => Value::Null,
    })
}

/// A text column, where it lies.
pub(in crate::engine) fn text<'r>(row: &'r rusqlite::Row<'_>, index: usize) -> Result<&'r str, Error> {
    row.get_ref(index).map_err(error)?.as_str().map_err(|fault| Error::Internal(fault.to_string()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rusqlite::OpenFlags;

    use super::super::open;
    use super::*;

    #[test]
    fn another_page_is_not_planned_anew() {
        let connection = open(Path::new(":memory:"), OpenFlags::default()).unwrap();
        connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT").unwrap();
        let mut statement = connection.prepare("SELECT id FROM t WHERE id >= ?1 LIMIT ?2 OFFSET ?3").unwrap();
        for page in 0..5 {
            bind(&mut statement, &[Value::Int(page), Value::Int(100), Value::Int(page)]).unwrap();
            assert!(statement.raw_query().next().unwrap().is_none());
        }
        assert_eq!(statement.get_status(rusqlite::StatementStatus::RePrepare), 0);
    }
}
