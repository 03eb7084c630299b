//! The end of reads that take too long, or whose callers wait no more.
//!
//! Promises: a statement that only reads ends soon after its time, or its caller's stay, is over. Must not know what is
//! read.

use std::ffi::c_int;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::error;
use super::thread::Caller;
use crate::Error;

/// Steps of SQLite's machine between two looks at the clock: some tens of microseconds.
const STEPS: c_int = 1_000;

/// Does some work on a connection whose statements are given up when it takes longer than `limit`, or when `caller` has
/// gone.
pub(super) fn within(
    connection: &mut Connection,
    limit: Duration,
    caller: Option<Caller>,
    work: &mut dyn FnMut(&mut Connection) -> Result<(), Error>,
) -> Result<(), Error> {
    let until = Instant::now() + limit;
    let is_over = move || caller.as_ref().is_some_and(Caller::has_gone) || Instant::now() >= until;
    connection.progress_handler(STEPS, Some(is_over)).map_err(error)?;
    let result = work(connection);
    connection.progress_handler(STEPS, None::<fn() -> bool>).map_err(error)?;
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts for hours.
    const LONG: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";

    #[test]
    fn a_statement_ends_with_its_time_and_the_connection_goes_on() {
        let mut connection = Connection::open_in_memory().expect("opens");
        let count = |connection: &mut Connection, sql: &str| {
            connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(error)
        };
        let ended = within(&mut connection, Duration::from_millis(20), None, &mut |connection| {
            count(connection, LONG).map(|_| ())
        });
        assert!(matches!(ended, Err(Error::Unavailable(_))), "{ended:?}");
        assert_eq!(count(&mut connection, "SELECT 7").expect("it goes on"), 7);
        let mut short = None;
        let ended = within(&mut connection, Duration::from_mins(1), None, &mut |connection| {
            short = Some(count(connection, "SELECT 8")?);
            Ok(())
        });
        ended.expect("in time");
        assert_eq!(short, Some(8));
    }
}
