//! One record: its id, its times, its values by the names of their columns.
//!
//! Promises: a name that the table does not have is a mistake of the program and ends it. Must not know statements.

use onhand_core::Timestamp;

use super::Table;
use super::table::DefaultValue;
use crate::engine::{FromColumn as _, Row};
use crate::{Error, Value};

/// A row of a resource table.
#[derive(Clone)]
pub struct Record {
    /// Its table.
    pub table: &'static Table,
    /// Its id; 0 until it is made.
    pub id: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed; later with every change.
    pub modified_at: Timestamp,
    pub(super) values: Vec<Value<'static>>,
    pub(super) links: Vec<Vec<i64>>,
}

impl Record {
    /// A new record, not made yet.
    pub fn new(table: &'static Table, now: Timestamp) -> Self {
        let fresh = |column: &super::Column| match column.fresh {
            DefaultValue::Null => Value::Null,
            DefaultValue::Int(number) => Value::Int(number),
            DefaultValue::Text(text) => Value::from(text),
        };
        let values = table.columns.iter().map(fresh).collect();
        Self { table, id: 0, created_at: now, modified_at: now, values, links: vec![Vec::new(); table.links.len()] }
    }

    pub(super) fn read(table: &'static Table, row: &Row<'_>) -> Result<Self, Error> {
        let mut values = Vec::with_capacity(table.columns.len());
        for index in 0..table.columns.len() {
            values.push(Value::read(row, index + 3)?);
        }
        Ok(Self {
            table,
            id: row.get(0)?,
            created_at: Timestamp::from_micros(row.get(1)?),
            modified_at: Timestamp::from_micros(row.get(2)?),
            values,
            links: vec![Vec::new(); table.links.len()],
        })
    }

    fn place(&self, column: &str) -> usize {
        self.table.place(column).expect("a column is named as its table has it")
    }

    /// What a column has.
    pub fn value(&self, column: &str) -> &Value<'static> {
        &self.values[self.place(column)]
    }

    /// A number; `None` for NULL.
    pub fn int(&self, column: &str) -> Option<i64> {
        match self.value(column) {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// A text; `None` for NULL.
    pub fn text(&self, column: &str) -> Option<&str> {
        match self.value(column) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Yes or no; NULL is no.
    pub fn flag(&self, column: &str) -> bool {
        self.int(column) == Some(1)
    }

    /// Puts a value into a column.
    pub fn set(&mut self, column: &str, value: impl Into<Value<'static>>) {
        let place = self.place(column);
        self.values[place] = value.into();
    }

    /// The ids of a link, in their order.
    pub fn linked(&self, link: &str) -> &[i64] {
        let place = self.table.links.iter().position(|one| one.name == link);
        &self.links[place.expect("a link is named as its table has it")]
    }

    /// Puts ids into a link; each counts once.
    pub fn link(&mut self, link: &str, mut ids: Vec<i64>) {
        ids.sort_unstable();
        ids.dedup();
        let place = self.table.links.iter().position(|one| one.name == link);
        self.links[place.expect("a link is named as its table has it")] = ids;
    }

    /// Whether two have the same natural key.
    pub fn has_key_of(&self, other: &Self) -> bool {
        self.table.natural.iter().all(|column| self.value(column) == other.value(column))
    }

    /// Whether two say the same, whenever they were written.
    pub fn same_content_as(&self, other: &Self) -> bool {
        self.values == other.values && self.links == other.links
    }

    /// Takes the time for that of its last change. It grows with every change, also where the clock does not.
    pub fn touch(&mut self, now: Timestamp) {
        self.modified_at = now.later_than(self.modified_at);
    }
}
