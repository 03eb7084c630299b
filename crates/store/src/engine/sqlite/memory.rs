//! A database in memory, which is asked one question and dropped. Must not know files or threads.

use rusqlite::Connection;

use super::statements::{all, error, execute_script};
use crate::Error;
use crate::engine::Row;

/// The rows of a statement, on a database that was empty and has run these scripts.
pub(crate) fn rows_after<T>(
    scripts: impl IntoIterator<Item = &'static str>,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let connection = Connection::open_in_memory().map_err(error)?;
    scripts.into_iter().try_for_each(|script| execute_script(&connection, script))?;
    all(&connection, sql, &[], read)
}
