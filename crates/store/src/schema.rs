//! The tables of the schema, with their columns.
//!
//! Promises: they are read from the catalogue of a database in memory that has run all migrations, so a table or a
//! column that a migration makes is here without being listed. PostgreSQL has the same tables, as the test of the
//! statement registry says; other tables that an operator has beside them are not here. Must not know what the tables
//! are for.

use std::sync::LazyLock;

use crate::Error;
use crate::engine::sqlite::memory;
use crate::migrate;

/// A table of the schema.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SchemaTable {
    /// Its name.
    pub name: String,
    /// The columns of its primary key, in the order of the key.
    pub key: Vec<String>,
    /// All other columns, in the order of the table.
    pub rest: Vec<String>,
}

/// Table by table, in the order in which they were made: each column, and its place in the primary key or 0.
const COLUMNS: &str = "SELECT m.name, c.name, c.pk FROM sqlite_schema m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' ORDER BY m.rowid, c.pk, c.cid";

static TABLES: LazyLock<Vec<SchemaTable>> = LazyLock::new(|| read().expect("the migrations run on an empty database"));

/// Every table that the migrations make, in the order in which they are made.
pub fn tables() -> &'static [SchemaTable] {
    &TABLES
}

fn read() -> Result<Vec<SchemaTable>, Error> {
    let read = |row: &crate::Row<'_>| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?));
    let columns = memory::rows_after(migrate::scripts(), COLUMNS, read)?;
    let tables = columns.chunk_by(|(one, ..), (other, ..)| one == other).map(|columns| {
        let names = |is_key: bool| {
            let of_kind = columns.iter().filter(|(_, _, place)| (*place > 0) == is_key);
            of_kind.map(|(_, column, _)| column.clone()).collect()
        };
        SchemaTable { name: columns[0].0.clone(), key: names(true), rest: names(false) }
    });
    Ok(tables.collect())
}

impl SchemaTable {
    /// Whether it has this column.
    pub fn has(&self, column: &str) -> bool {
        self.key.iter().chain(&self.rest).any(|own| own == column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_listed_with_their_keys_and_columns() {
        let table = |name: &str| tables().iter().find(|table| table.name == name).expect("it is there");
        assert_eq!(
            (&table("kept_units").key, &table("kept_units").rest),
            (
                &["stock_id", "move_id", "bucket"].map(str::to_owned).to_vec(),
                &["quantity", "registered_at"].map(str::to_owned).to_vec(),
            )
        );
        assert!(
            table("catalog_price_list").rest.is_empty()
                && table("stock").has("bucket")
                && !table("lease").has("bucket")
        );
        assert_eq!(tables()[0].name, "schema_migration");
        assert!(tables().len() > 60 && tables().iter().all(|table| !table.key.is_empty()), "every table has a key");
    }
}
