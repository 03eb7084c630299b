//! The text of a list's statement, put together piece by piece.
//!
//! Promises: what a client sends is bound as a value. Must not know counters, nor which rows are wanted.

use std::fmt::Write as _;

use super::{Condition, CursorKey, Op, Sort, prefix_end};
use crate::Value;

/// A statement being put together.
#[derive(Default)]
pub(super) struct Query {
    pub(super) sql: String,
    pub(super) values: Vec<Value<'static>>,
    /// Columns before the sort key.
    pub(super) width: usize,
    pub(super) has_where: bool,
}

impl Query {
    pub(super) fn bind(&mut self, value: Value<'static>) {
        self.values.push(value);
        write!(self.sql, "?{}", self.values.len()).expect("a string takes any text");
    }

    fn and(&mut self) {
        self.sql.push_str(if self.has_where { " AND " } else { " WHERE " });
        self.has_where = true;
    }

    pub(super) fn condition(&mut self, left: &str, value: Value<'static>) {
        self.and();
        self.sql.push_str(left);
        self.bind(value);
    }

    pub(super) fn conditions(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            let operator = match condition.op {
                Op::Eq => " = ",
                Op::Gt => " > ",
                Op::Gte => " >= ",
                Op::Lt => " < ",
                Op::Lte => " <= ",
                Op::In => {
                    self.one_of(condition);
                    continue;
                }
                Op::Holds => {
                    self.and();
                    self.sql.push_str(condition.column);
                    continue;
                }
                Op::Prefix => {
                    self.prefix(condition);
                    continue;
                }
                Op::RawPredicate => {
                    for value in &condition.values {
                        self.condition(condition.column, value.clone());
                        self.sql.push(')');
                    }
                    continue;
                }
            };
            for value in &condition.values {
                self.condition(&format!("{}{operator}", condition.column), value.clone());
            }
        }
    }

    /// A range, since texts compare byte by byte. What it begins with is said twice, the second time as a place in the
    /// order of the column: PostgreSQL, which plans without the values, then takes an index in that order.
    fn prefix(&mut self, condition: &Condition) {
        for value in &condition.values {
            let Value::Text(prefix) = value else { continue };
            let end = prefix_end(prefix);
            self.condition(&format!("{} >= ", condition.column), value.clone());
            self.condition(&format!("{} < ", condition.column), Value::from(end));
            let first = CursorKey { value: value.clone(), id: i64::MIN };
            self.after(Sort { column: condition.column, descending: false }, Some(&first));
        }
    }

    fn one_of(&mut self, condition: &Condition) {
        self.and();
        if condition.values.is_empty() {
            self.sql.push_str("1 = 0");
            return;
        }
        self.sql.push_str(condition.column);
        self.sql.push_str(" IN (");
        // The last one again and again up to a power of two, so that lists of many lengths share few statements.
        let last = condition.values.len() - 1;
        for index in 0..condition.values.len().next_power_of_two() {
            if index > 0 {
                self.sql.push_str(", ");
            }
            self.bind(condition.values[index.min(last)].clone());
        }
        self.sql.push(')');
    }

    pub(super) fn after(&mut self, sort: Sort, key: Option<&CursorKey>) {
        let Some(key) = key else { return };
        let operator = if sort.descending { '<' } else { '>' };
        self.and();
        write!(self.sql, "({}, id) {operator} (", sort.column).expect("a string takes any text");
        self.bind(key.value.clone());
        self.sql.push_str(", ");
        self.bind(Value::Int(key.id));
        self.sql.push(')');
    }

    pub(super) fn tail(&mut self, sort: Sort, limit: i64, skip: i64) {
        let direction = if sort.descending { "DESC" } else { "ASC" };
        self.sql.push_str(" ORDER BY ");
        if sort.column != Sort::BY_ID.column {
            write!(self.sql, "{} {direction}, ", sort.column).expect("a string takes any text");
        }
        write!(self.sql, "id {direction} LIMIT ").expect("a string takes any text");
        self.bind(Value::Int(limit));
        self.sql.push_str(" OFFSET ");
        self.bind(Value::Int(skip));
    }
}
