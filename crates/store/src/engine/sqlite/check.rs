//! Whether the file of a database is sound, as SQLite sees it. Must not know what is in it.

use rusqlite::Connection;

use super::error;
use crate::Error;

/// How closely a file is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    /// Every page is read.
    Quick,
    /// Every index is compared with its table, too.
    Whole,
}

/// Faults reported at the most.
const FAULTS_MAX: usize = 100;

/// What is wrong with the file; empty if it is sound.
pub(super) fn run(connection: &Connection, check: Check) -> Result<Vec<String>, Error> {
    let sql = match check {
        Check::Quick => format!("PRAGMA quick_check({FAULTS_MAX})"),
        Check::Whole => format!("PRAGMA integrity_check({FAULTS_MAX})"),
    };
    let asked = || -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare(&sql)?;
        statement.query_map([], |row| row.get(0))?.collect()
    };
    match asked() {
        Ok(mut lines) => {
            lines.retain(|line| line != "ok");
            // One answer may have several lines, each about a fault.
            Ok(lines.iter().flat_map(|text| text.lines()).take(FAULTS_MAX).map(ToOwned::to_owned).collect())
        }
        // Damage that keeps the check itself from going on.
        Err(fault) if is_damage(&fault) => Ok(vec![fault.to_string()]),
        Err(fault) => Err(error(fault)),
    }
}

fn is_damage(fault: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(fault.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}
