//! One schema in two dialects: the engines' own catalogues say the same.

use std::collections::BTreeSet;

use onhand_store::{Options, Store};
use rusqlite::Connection;

use crate::postgres;

/// A line per column (`table.column kind null key`) and per index (`index on table unique (columns) where …`).
type Lines = BTreeSet<String>;

fn sqlite() -> Lines {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("onhand.db");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let url = format!("sqlite:{}", path.display());
    runtime.block_on(Store::open(&url, &Options::default())).expect("the database opens");
    let connection = Connection::open(path).expect("the file opens");
    let mut lines = Lines::new();
    for sql in [
        "SELECT m.name || '.' || c.name || ' ' || lower(c.type) ||
           CASE WHEN c.\"notnull\" OR c.pk > 0 THEN '' ELSE ' null' END ||
           CASE c.pk WHEN 0 THEN '' ELSE ' key ' || c.pk END
         FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
        "SELECT i.name || ' on ' || m.name || CASE i.\"unique\" WHEN 1 THEN ' unique' ELSE '' END || ' (' ||
           (SELECT group_concat(k.name, ', ') FROM pragma_index_info(i.name) k) || ')' ||
           CASE i.partial WHEN 1 THEN substr(s.sql, instr(s.sql, ' WHERE ')) ELSE '' END
         FROM sqlite_schema m JOIN pragma_index_list(m.name) i JOIN sqlite_schema s ON s.name = i.name
         WHERE m.type = 'table' AND i.origin = 'c'",
    ] {
        let mut statement = connection.prepare(sql).expect("the engine's own catalogue");
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        lines.extend(rows.map(|row| plain(&row.expect("a row").replace(" bigint", " integer"))));
    }
    lines
}

fn server() -> Lines {
    let lines = postgres::migrated().psql(
        "SELECT c.relname || '.' || a.attname || ' ' ||
           CASE format_type(a.atttypid, NULL) WHEN 'bigint' THEN 'integer' WHEN 'bytea' THEN 'blob'
             ELSE format_type(a.atttypid, NULL) END ||
           CASE WHEN a.attnotnull THEN '' ELSE ' null' END ||
           coalesce(' key ' || array_position(k.conkey, a.attnum), '')
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
         LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
         UNION ALL
         SELECT x.relname || ' on ' || t.relname || CASE WHEN i.indisunique THEN ' unique' ELSE '' END || ' (' ||
           (SELECT string_agg(a.attname, ', ' ORDER BY p.place) FROM unnest(i.indkey) WITH ORDINALITY p (number, place)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.number) || ')' ||
           coalesce(' WHERE ' || replace(trim(both '()' from pg_get_expr(i.indpred, i.indrelid)), ') AND (', ' AND '), '')
         FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
         WHERE NOT i.indisprimary AND t.relnamespace = 'public'::regnamespace",
    );
    lines.expect("a catalogue").lines().map(plain).collect()
}

/// A line whose condition is written without what one engine adds when it prints it: brackets and types, and an array in
/// place of some values.
fn plain(line: &str) -> String {
    let Some((index, condition)) = line.split_once(" WHERE ") else { return line.to_owned() };
    let condition = condition.replace(['(', ')', ']'], "").replace("= ANY ARRAY[", "IN ");
    format!("{index} WHERE {}", condition.replace("::bigint", "").replace("::text", ""))
}

#[test]
fn both_engines_have_the_same_tables_and_indexes() {
    let (sqlite, server) = (sqlite(), server());
    let only = |one: &Lines, other: &Lines| one.difference(other).cloned().collect::<Vec<_>>();
    assert_eq!(
        (only(&sqlite, &server), only(&server, &sqlite)),
        (vec![], vec![]),
        "only in SQLite, only in PostgreSQL"
    );
    assert!(sqlite.len() > 100, "there is a schema: {sqlite:?}");
}

#[test]
fn text_compares_byte_by_byte() {
    let found = postgres::migrated().psql(
        "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.atttypid = 'text'::regtype
         AND c.relname <> 'schema_migration' AND a.attcollation <> '\"C\"'::regcollation",
    );
    assert_eq!(found.expect("a catalogue"), "");
}
