//! What is made from a table, once: its statements, and the table as lists see it.
//!
//! Promises: statements have names and are in the registry like those that are written by hand; they are put together
//! from constants only. Must not run them.

use super::{Colocation, Table};
use crate::query;
use crate::sql::Statement;

/// Statements of a table.
pub(crate) struct GeneratedStatements {
    pub(super) listed: query::ListTable,
    pub(super) by_id: Statement,
    pub(super) locked: Statement,
    /// Whether a row is there, which then stays until the transaction ends.
    pub(super) exists: Statement,
    /// The row with the natural key of another, locked.
    pub(super) same: Option<Statement>,
    pub(super) insert: Statement,
    pub(super) update: Statement,
    pub(super) delete: Statement,
    pub(super) links: Vec<MadeLink>,
}

/// Statements of a link.
pub(crate) struct MadeLink {
    pub(super) of_owner: Statement,
    pub(super) insert: Statement,
    pub(super) delete: Statement,
}

/// What may point at a row.
pub(crate) struct Referrer {
    pub(super) table: &'static str,
    pub(super) any: Statement,
}

/// A text that is made once and kept for ever.
fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// `?from, …`, as many as asked for.
fn places(from: usize, count: usize) -> String {
    (from..from + count).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ")
}

impl Table {
    pub(crate) fn made(&'static self) -> &'static GeneratedStatements {
        self.made.get_or_init(|| self.make())
    }

    /// What may point at its rows, where these are all tables.
    pub(super) fn referrers(&'static self, tables: &[&'static Table]) -> &'static [Referrer] {
        self.referrers.get_or_init(|| self.make_referrers(tables))
    }

    fn statement(&self, verb: &str, text: String) -> Statement {
        Statement::shared(leaked(format!("{}.{verb}", self.name)), leaked(text))
    }

    fn make(&'static self) -> GeneratedStatements {
        let name = self.name;
        let own: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        let all = [&["id", "created_at", "modified_at"][..], &own].concat().join(", ");
        let (key, by_key) = match self.colocation {
            Colocation::No => (vec!["id"], "WHERE id = ?1"),
            _ => (vec!["id", "bucket"], "WHERE id = ?1 AND bucket = ?2"),
        };
        let by_id = format!("SELECT {all} FROM {name} {by_key}");
        let given = [&key[..], &["created_at", "modified_at"], &own].concat();
        let insert = format!("INSERT INTO {name} ({}) VALUES ({})", given.join(", "), places(1, given.len()));
        let changed = [&["modified_at"][..], &own].concat();
        let sets = changed.iter().enumerate().map(|(at, column)| format!("{column} = ?{}", key.len() + 1 + at));
        let update = format!("UPDATE {name} SET {} {by_key}", sets.collect::<Vec<_>>().join(", "));
        GeneratedStatements {
            locked: self.statement("locked", by_id.clone()).for_update(),
            by_id: self.statement("by_id", by_id),
            same: self.make_same(&all),
            listed: query::ListTable { name, columns: leaked(all), counted_by: self.counted_by, log: None },
            exists: self.statement("exists", format!("SELECT id FROM {name} {by_key}")).for_key_share(),
            insert: self.statement("insert", insert),
            update: self.statement("update", update),
            delete: self.statement("delete", format!("DELETE FROM {name} {by_key}")),
            links: self.make_links(),
        }
    }

    fn make_same(&self, all: &str) -> Option<Statement> {
        let bucket = (!matches!(self.colocation, Colocation::No)).then_some("bucket");
        let key = self.natural.iter().copied().chain(bucket).enumerate();
        let key: Vec<String> = key.map(|(at, column)| format!("{column} = ?{}", at + 1)).collect();
        let text = || format!("SELECT {all} FROM {} WHERE {}", self.name, key.join(" AND "));
        (!self.natural.is_empty()).then(|| self.statement("same", text()).for_update())
    }

    fn make_links(&self) -> Vec<MadeLink> {
        let make = |link: &super::Link| {
            let (name, table, owner, other) = (link.name, link.table, link.owner, link.other);
            MadeLink {
                of_owner: self.statement(
                    &format!("{name}_of"),
                    format!("SELECT {owner}, {other} FROM {table} WHERE {owner} = ?1 ORDER BY {other}"),
                ),
                insert: self.statement(
                    &format!("{name}_insert"),
                    format!("INSERT INTO {table} ({owner}, {other}) VALUES (?1, ?2)"),
                ),
                delete: self.statement(&format!("{name}_delete"), format!("DELETE FROM {table} WHERE {owner} = ?1")),
            }
        };
        self.links.iter().map(make).collect()
    }

    /// Whatever has a column or link with this table's ids, and what the table itself says of others.
    fn make_referrers(&'static self, tables: &[&'static Table]) -> Vec<Referrer> {
        let is_this = |target: Option<&'static Table>| target.is_some_and(|target| std::ptr::eq(target, self));
        let mut found: Vec<(&'static str, String, String)> = Vec::new();
        for table in tables {
            for column in table.columns.iter().filter(|column| is_this(column.target)) {
                let verb = format!("in_{}_{}", table.name, column.name);
                found.push((table.name, verb, format!("FROM {} WHERE {} = ?1", table.name, column.name)));
            }
            for link in table.links.iter().filter(|link| is_this(Some(link.target))) {
                found.push((
                    table.name,
                    format!("in_{}", link.table),
                    format!("FROM {} WHERE {} = ?1", link.table, link.other),
                ));
            }
        }
        for (table, condition) in self.pointed {
            found.push((table, format!("in_{table}"), format!("FROM {table} WHERE {condition}")));
        }
        let make = |(table, verb, from): (&'static str, String, String)| Referrer {
            table,
            any: self.statement(&verb, format!("SELECT 1 {from} LIMIT 1")),
        };
        found.into_iter().map(make).collect()
    }
}

/// Those of some tables that are written here, each with the columns of which every value has a counter, for verifying.
pub(crate) fn counted(
    tables: &'static [&'static Table],
) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    tables.iter().filter(|table| !table.columns.is_empty()).map(|table| (table.name, table.counted_by))
}

/// Every statement of these tables, which are all, for the registry.
pub(crate) fn statements(tables: &[&'static Table]) -> Vec<&'static Statement> {
    let of = |table: &&'static Table| {
        let made = table.made();
        // A table that has no columns here is written elsewhere: it is only pointed at, and removed from.
        let mut own = vec![&made.by_id, &made.locked, &made.exists, &made.delete];
        if !table.columns.is_empty() {
            own.extend([&made.insert, &made.update]);
        }
        let own = own.into_iter().chain(&made.same);
        let links = made.links.iter().flat_map(|link| [&link.of_owner, &link.insert, &link.delete]);
        let referrers = table.referrers(tables).iter().map(|referrer| &referrer.any);
        own.chain(links).chain(referrers).collect::<Vec<_>>()
    };
    tables.iter().flat_map(of).collect()
}
