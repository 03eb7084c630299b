//! Writes that leave as one statement.
//!
//! A server's work for a statement is to a good part the exchange itself: reading it, answering it, waking the task
//! that waits. So the writes that a transaction makes one after the other, without asking, become a single statement
//! with a part for each.
//!
//! Promises: a part says what the statement says by itself; either all parts are sent or none. The parts see the rows
//! as they were before all of them, so no two may be about the same row. Must not know tables.

use std::fmt::Write as _;

use bytes::{Bytes, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::bulk_statement::{BulkStatement, ParameterArray};
use super::{bulk_statement, copy_in};
use crate::sql::Statement;
use crate::{Error, Value};

/// A statement and its parameters.
pub(super) struct BufferedWrite {
    pub(super) statement: &'static Statement,
    /// The form for many rows, if there are many. One row costs less without.
    form: Option<&'static BulkStatement>,
    parameters: Vec<Parameter>,
    rows: usize,
    /// What loads the rows, and they themselves, where they are very many.
    load: Option<(&'static str, Bytes)>,
}

/// Up to so many rows, the exchange costs the server more than the rows: as many as the counts of one order.
const ROWS_FEW: usize = 16;

impl BufferedWrite {
    pub(super) fn of_one(statement: &'static Statement, row: impl IntoIterator<Item = Value<'static>>) -> Self {
        Self { statement, form: None, parameters: row.into_iter().map(Parameter::Value).collect(), rows: 1, load: None }
    }

    /// Rows as the form takes them, or to be loaded if there are very many and they may be.
    pub(super) fn of_rows<'v>(
        statement: &'static Statement,
        form: &'static BulkStatement,
        rows: &[impl AsRef<[Value<'v>]>],
    ) -> Result<Self, Error> {
        let Some(text) = form.load.as_deref().filter(|_| rows.len() >= copy_in::ROWS_MIN) else {
            return Ok(Self::of_many(statement, form, bulk_statement::transpose(&form.kinds, rows)?, rows.len()));
        };
        let load = Some((text, copy_in::rows(&form.kinds, rows)?));
        Ok(Self { statement, form: None, parameters: Vec::new(), rows: rows.len(), load })
    }

    fn of_many(
        statement: &'static Statement,
        form: &'static BulkStatement,
        columns: Vec<ParameterArray>,
        rows: usize,
    ) -> Self {
        let parameters = columns.into_iter().map(Parameter::Column).collect();
        Self { statement, form: Some(form), parameters, rows, load: None }
    }

    /// The rows, if they are to be loaded.
    pub(super) fn take_copy_in(&mut self) -> Option<(&'static str, Bytes)> {
        self.load.take()
    }

    fn text(&self) -> &str {
        self.form.map_or_else(|| self.statement.postgres(), |form| &form.text)
    }
}

/// A parameter of a part: a value, or a column of values.
#[derive(Debug)]
pub(super) enum Parameter {
    Value(Value<'static>),
    Column(ParameterArray),
}

impl ToSql for Parameter {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Value(value) => value.to_sql(kind, out),
            Self::Column(column) => column.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        Value::accepts(kind) || ParameterArray::accepts(kind)
    }

    to_sql_checked!();
}

/// What leaves as one statement: everything, if each write is about few rows. Of many rows the rows are the work, and
/// as a part of a larger statement they cost the server more than as a statement of their own.
pub(super) fn grouped(writes: Vec<BufferedWrite>) -> Vec<Vec<BufferedWrite>> {
    match writes.iter().any(|write| write.rows > ROWS_FEW) {
        true => writes.into_iter().map(|write| vec![write]).collect(),
        false => vec![writes],
    }
}

/// What the whole is called: equal names, equal texts.
pub(super) fn name(writes: &[BufferedWrite]) -> String {
    let mut name = String::with_capacity(writes.len() * 24);
    for write in writes {
        name.push_str(write.statement.name);
        name.push(if write.form.is_some() { '*' } else { ';' });
    }
    name
}

/// The whole statement. The server works through the last part first, then through the others from the last named to
/// the first; named in reverse, they take their locks in the order in which they were written.
pub(super) fn text(writes: &[BufferedWrite]) -> String {
    let mut parameters = 0;
    let mut parts = Vec::with_capacity(writes.len());
    for write in writes {
        parts.push(shifted(write.text(), parameters));
        parameters += write.parameters.len();
    }
    let last = parts.pop().unwrap_or_default();
    let mut text = String::new();
    for (index, part) in parts.iter().rev().enumerate() {
        let before = if index == 0 { "WITH" } else { "," };
        write!(text, "{before} part{index} AS ({part})").expect("a string takes any text");
    }
    if !text.is_empty() {
        text.push(' ');
    }
    text + &last
}

/// The parameters of the whole, in the order of their numbers.
pub(super) fn parameters(writes: Vec<BufferedWrite>) -> Vec<Parameter> {
    writes.into_iter().flat_map(|write| write.parameters).collect()
}

/// A text whose parameters have numbers higher by `by`.
fn shifted(text: &str, by: usize) -> String {
    let mut pieces = text.split('$');
    let mut shifted = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(piece.len());
        let number: usize = piece[..end].parse().expect("no text of ours has a `$` but before a number");
        write!(shifted, "${}{}", number + by, &piece[end..]).expect("a string takes any text");
    }
    shifted
}

#[cfg(test)]
mod tests {
    use super::*;

    static ADD: Statement = Statement::shared("t.add", "INSERT INTO t (a, b) VALUES (?1, ?2)");
    static SET: Statement = Statement::shared("u.set", "UPDATE u SET a = ?2 WHERE id = ?1");

    fn write(statement: &'static Statement) -> BufferedWrite {
        BufferedWrite::of_one(statement, [Value::Int(1), Value::Int(2)])
    }

    #[test]
    fn one_write_is_itself_and_several_are_parts_of_one_statement() {
        assert_eq!(text(&[write(&ADD)]), ADD.postgres());
        assert_eq!(
            text(&[write(&ADD), write(&SET), write(&SET)]),
            "WITH part0 AS (UPDATE u SET a = $4 WHERE id = $3), part1 AS (INSERT INTO t (a, b) VALUES ($1, $2)) \
             UPDATE u SET a = $6 WHERE id = $5"
        );
    }

    #[test]
    fn writes_of_many_rows_leave_by_themselves() {
        static FORM: BulkStatement = BulkStatement { text: String::new(), load: None, kinds: Vec::new() };
        let many = |rows| BufferedWrite::of_many(&SET, &FORM, Vec::new(), rows);
        assert_eq!(grouped(vec![write(&ADD), many(ROWS_FEW)]).len(), 1);
        assert_eq!(grouped(vec![write(&ADD), many(ROWS_FEW + 1)]).len(), 2);
    }

    #[test]
    fn the_form_for_many_rows_has_a_name_of_its_own() {
        static FORM: BulkStatement = BulkStatement { text: String::new(), load: None, kinds: Vec::new() };
        assert_ne!(name(&[write(&ADD)]), name(&[BufferedWrite::of_many(&ADD, &FORM, Vec::new(), 2)]));
    }
}
