//! The parts of a resource table: columns, links, where its rows are stored, what it publishes, the hook that learns of
//! changes.
//!
//! Promises: a table is a constant; what is made from it is made once. Must not run statements.

use std::sync::OnceLock;

use onhand_core::bucket_of_text;

use super::statements::{GeneratedStatements, Referrer};
use super::{Publish, Record, bucket};
use crate::{BoxFuture, Tx, Value};

/// The table of a resource. Every one has `id`, `created_at` and `modified_at`, and `bucket` where its rows are
/// distributed.
pub struct Table {
    /// Its name, and the name of its ids and counts.
    pub name: &'static str,
    pub(crate) columns: &'static [Column],
    pub(crate) links: &'static [Link],
    pub(crate) colocation: Colocation,
    pub(crate) counted_by: &'static [&'static str],
    /// The columns of its natural key, which a unique index begins with.
    pub(crate) natural: &'static [&'static str],
    /// What a change of its rows puts into the outbox.
    pub(crate) publishes: &'static [Publish],
    pub(crate) changed: Option<Hook>,
    /// The version that changes with its rows.
    pub(crate) version: Option<&'static str>,
    /// What of a new record depends on its id.
    pub(crate) completed: Option<fn(&mut Record)>,
    /// What points at its rows without being a column or link of a table in the list: table and condition on `?1`.
    pub(crate) pointed: &'static [(&'static str, &'static str)],
    pub(crate) made: OnceLock<GeneratedStatements>,
    pub(crate) referrers: OnceLock<Vec<Referrer>>,
}

/// A column besides those that every table has.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What a new record has in it.
    pub(crate) fresh: DefaultValue,
    /// The table whose ids it has.
    pub(crate) target: Option<&'static Table>,
}

/// What a new record has in a column.
#[derive(Clone, Copy)]
pub(crate) enum DefaultValue {
    Null,
    Int(i64),
    Text(&'static str),
}

/// Ids of another table's rows, in a table of their own with two columns.
#[derive(Clone, Copy)]
pub struct Link {
    /// What the ids are called.
    pub name: &'static str,
    /// The table that has the pairs.
    pub table: &'static str,
    /// Its column with the record's id.
    pub owner: &'static str,
    /// Its column with the other's id.
    pub other: &'static str,
    /// Whose ids they are.
    pub target: &'static Table,
}

/// How rows are distributed over the machines of a distributed database.
#[derive(Clone, Copy)]
pub enum Colocation {
    /// They are not: a table of a few thousand rows.
    No,
    /// By the bucket of the id in a column, which never changes.
    With(&'static str),
    /// By a hash of the text in a column.
    By(&'static str),
    /// In turn.
    Evenly,
}

/// A record that was made (no `before`), changed, or removed (no `after`).
pub struct RecordChange {
    /// What it was.
    pub before: Option<Record>,
    /// What it is.
    pub after: Option<Record>,
}

impl RecordChange {
    /// Whether the record was not there before, or is not there any more.
    pub(super) const fn is_made_or_removed(&self) -> bool {
        self.before.is_none() || self.after.is_none()
    }
}

/// Hears of changes in the transaction that makes them, after they are written. Changes of one call are of one kind.
pub type Hook = for<'t, 'c> fn(&'t mut Tx<'c>, &'t [RecordChange]) -> BoxFuture<'t, ()>;

impl Table {
    /// A table whose rows are not distributed.
    pub const fn new(name: &'static str, columns: &'static [Column]) -> Self {
        Self {
            name,
            columns,
            links: &[],
            colocation: Colocation::No,
            counted_by: &[],
            natural: &[],
            publishes: &[],
            changed: None,
            version: None,
            completed: None,
            pointed: &[],
            made: OnceLock::new(),
            referrers: OnceLock::new(),
        }
    }

    /// The same with links.
    #[must_use]
    pub const fn links(mut self, links: &'static [Link]) -> Self {
        self.links = links;
        self
    }

    /// The same with rows that are distributed.
    #[must_use]
    pub const fn distributed(mut self, colocation: Colocation) -> Self {
        self.colocation = colocation;
        self
    }

    /// The same with a counter for each value of these columns, which have ids.
    #[must_use]
    pub const fn counted_by(mut self, columns: &'static [&'static str]) -> Self {
        self.counted_by = columns;
        self
    }

    /// The same with a natural key of up to three columns, by which rows are found to be written again. Each column of
    /// it is of the bucket's row.
    #[must_use]
    pub const fn natural(mut self, columns: &'static [&'static str]) -> Self {
        self.natural = columns;
        self
    }

    /// The same with what a change of its rows puts into the outbox.
    #[must_use]
    pub const fn publishes(mut self, publishes: &'static [Publish]) -> Self {
        self.publishes = publishes;
        self
    }

    /// The same with a hook that learns of changes.
    #[must_use]
    pub const fn tells(mut self, hook: Hook) -> Self {
        self.changed = Some(hook);
        self
    }

    /// The same with a version of this name, which may be one of several tables: a number that grows with each change of
    /// their rows, in its transaction.
    #[must_use]
    pub const fn versioned_by(mut self, version: &'static str) -> Self {
        self.version = Some(version);
        self
    }

    /// The same with what is filled in once a new record has its id.
    #[must_use]
    pub const fn completed(mut self, complete: fn(&mut Record)) -> Self {
        self.completed = Some(complete);
        self
    }

    /// The same with what points at its rows from elsewhere: a table, and a condition in which `?1` is the row's id.
    #[must_use]
    pub const fn referenced_by(mut self, pointed: &'static [(&'static str, &'static str)]) -> Self {
        self.pointed = pointed;
        self
    }

    /// Where a column stands among the columns.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The column with this name, or, for what points elsewhere, with this name and `_id`.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name || column.name.strip_suffix("_id") == Some(name))
    }

    /// Whether it has a link of this name.
    pub fn has_link(&self, name: &str) -> bool {
        self.links.iter().any(|link| link.name == name)
    }

    pub(super) fn key(&self, id: i64) -> Vec<Value<'static>> {
        match self.colocation {
            Colocation::No => vec![Value::Int(id)],
            _ => vec![Value::Int(id), Value::Int(bucket(id))],
        }
    }

    /// The values of a row, in the order of the statement that makes it.
    pub(super) fn row(&self, record: &Record) -> Vec<Value<'static>> {
        let mut row = self.key(record.id);
        row.push(Value::Int(record.created_at.micros()));
        row.push(Value::Int(record.modified_at.micros()));
        row.extend(record.values.iter().cloned());
        row
    }
}

impl Colocation {
    /// The bucket of a new record.
    pub(super) fn bucket(self, record: &Record, number: i64) -> Option<i64> {
        match self {
            Self::Evenly => Some(bucket(number)),
            Self::No => None,
            Self::With(column) => Some(bucket(record.int(column).unwrap_or_default())),
            Self::By(column) => Some(bucket_of_text(record.text(column).unwrap_or_default())),
        }
    }
}

impl Column {
    /// The table whose ids it has.
    pub const fn target(&self) -> Option<&'static Table> {
        self.target
    }

    /// Whether it has ids of another table's rows.
    pub const fn points(&self) -> bool {
        self.target.is_some()
    }

    const fn of(name: &'static str, fresh: DefaultValue) -> Self {
        Self { name, fresh, target: None }
    }

    /// A text; blank in a new record.
    pub const fn text(name: &'static str) -> Self {
        Self::of(name, DefaultValue::Text(""))
    }

    /// A text with this in a new record.
    pub const fn word(name: &'static str, fresh: &'static str) -> Self {
        Self::of(name, DefaultValue::Text(fresh))
    }

    /// A JSON object; empty in a new record.
    pub const fn object(name: &'static str) -> Self {
        Self::of(name, DefaultValue::Text("{}"))
    }

    /// A number or time, or yes or no as 1 and 0.
    pub const fn int(name: &'static str, fresh: i64) -> Self {
        Self::of(name, DefaultValue::Int(fresh))
    }

    /// Anything that may be NULL, and is in a new record.
    pub const fn maybe(name: &'static str) -> Self {
        Self::of(name, DefaultValue::Null)
    }

    /// The id of another table's row, or NULL.
    pub const fn id(name: &'static str, target: &'static Table) -> Self {
        Self { name, fresh: DefaultValue::Null, target: Some(target) }
    }
}
