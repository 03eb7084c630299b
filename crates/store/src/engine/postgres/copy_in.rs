//! Very many rows of one insert: loaded, as a file would be.
//!
//! Promises: the rows are those that the insert would write, one after the other, and fail as they would. Must not know
//! tables.

use bytes::{BufMut, Bytes, BytesMut};
use tokio_postgres::types::Type;

use super::bulk_statement::put;
use crate::sql::Insert;
use crate::{Error, Value};

/// From so many rows on. The server has to say that it is ready for them, which fewer rows do not make up for.
pub(super) const ROWS_MIN: usize = 512;

/// PostgreSQL's binary format for `COPY`: its signature, no flags, no extension.
const BEGIN: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Stands for the number of fields where there is no other row.
const END: i16 = -1;

/// What loads rows, if a translated statement inserts them as they are given and does nothing else.
pub(super) fn text(statement: &str) -> Option<String> {
    let Insert { head, tail, .. } = Insert::of(statement, '$')?;
    let table = head.strip_prefix("INSERT INTO ")?.trim_end();
    tail.is_empty().then(|| format!("COPY {table} FROM STDIN (FORMAT binary)"))
}

/// Rows whose columns have these types, as they are loaded.
pub(super) fn rows<'v>(kinds: &[Type], rows: &[impl AsRef<[Value<'v>]>]) -> Result<Bytes, Error> {
    let mut out = BytesMut::with_capacity(BEGIN.len() + rows.len() * kinds.len() * 12);
    out.put_slice(BEGIN);
    for row in rows {
        out.put_i16(kinds.len() as i16);
        for (kind, value) in kinds.iter().zip(row.as_ref()) {
            put(value, kind, &mut out)?;
        }
    }
    out.put_i16(END);
    Ok(out.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_that_are_taken_as_they_are_can_be_loaded() {
        let load = text("INSERT INTO t (a, b)\n         VALUES ($1, $2)");
        assert_eq!(load.as_deref(), Some("COPY t (a, b) FROM STDIN (FORMAT binary)"));
        for other in [
            "INSERT INTO t (a, b) VALUES ($1, 0)",
            "INSERT INTO t (a, b) VALUES ($2, $1)",
            "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO NOTHING",
            "INSERT INTO t (a) SELECT b FROM u",
            "UPDATE t SET a = $1",
        ] {
            assert_eq!(text(other), None, "{other}");
        }
    }

    #[test]
    fn a_row_is_its_fields_behind_their_lengths() {
        let loaded = rows(&[Type::INT4, Type::TEXT], &[[Value::Int(7), Value::Null]]).expect("they fit");
        assert_eq!(loaded[BEGIN.len()..], [0, 2, 0, 0, 0, 4, 0, 0, 0, 7, 255, 255, 255, 255, 255, 255]);
        assert!(rows(&[Type::INT8], &[[Value::Text("seven".into())]]).is_err());
    }
}
