//! What a copy takes: every table of the schema, but for a few that are private to a database.
//!
//! Promises: a table that a migration makes is copied, unless it is listed here as private. Must not know how rows travel.

use crate::schema::{self, SchemaTable};

/// Tables that are not copied, each with the reason.
const PRIVATE: &[(&str, &str)] = &[
    ("schema_migration", "it says which migrations the database itself has run"),
    ("commit_marker", "it is about connections of the source's processes"),
    ("lease", "it is about work of the source's processes"),
];

/// Tables whose rows are as large as a part of a file.
const LARGE: &[&str] = &["import_part", "import_chunk"];

/// Rows read, sent and written together: enough to make up for the round trip, few enough to be in memory whatever
/// their texts are.
const TOGETHER: usize = 2_000;
/// The same, of large rows.
const LARGE_TOGETHER: usize = 32;

/// Every table that is copied, in the order of the schema. No table needs another one before it, since the schema has no
/// foreign keys and the rows are verified when all of them are there.
pub fn tables() -> impl Iterator<Item = &'static SchemaTable> {
    schema::tables().iter().filter(|table| PRIVATE.iter().all(|(private, _)| *private != table.name))
}

/// How many rows of a table travel together.
pub(super) fn together(table: &SchemaTable) -> usize {
    if LARGE.contains(&table.name.as_str()) { LARGE_TOGETHER } else { TOGETHER }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_in_the_schema() {
        let private = PRIVATE.iter().map(|(table, _)| table);
        let unknown = |listed: &&&str| schema::tables().iter().all(|table| table.name != **listed);
        assert_eq!(private.chain(LARGE).filter(unknown).collect::<Vec<_>>(), Vec::<&&str>::new());
    }
}
