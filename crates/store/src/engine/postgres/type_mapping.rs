//! Parameters and columns: our few types in PostgreSQL's.
//!
//! Promises: a value whose type is not the column's is an error, never a guess. Must not know statements.

use bytes::BytesMut;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::{Error, Value};

type BoxError = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        match (self, kind) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(number), &Type::INT8) => number.to_sql(kind, out),
            (Value::Int(number), &Type::INT4) => i32::try_from(*number)?.to_sql(kind, out),
            (Value::Text(text), &Type::TEXT) => text.to_sql(kind, out),
            (Value::Bytes(bytes), &Type::BYTEA) => bytes.as_ref().to_sql(kind, out),
            (value, kind) => Err(format!("{value:?} is given where {kind} is wanted").into()),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

fn fault(fault: &tokio_postgres::Error) -> Error {
    Error::Internal(fault.to_string())
}

/// A column of any of the types we have, or NULL.
struct Any(Value<'static>);

impl<'a> FromSql<'a> for Any {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        Ok(Self(match *kind {
            Type::INT8 => Value::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Value::Int(i64::from(i32::from_sql(kind, raw)?)),
            Type::BYTEA => Value::Bytes(Vec::from_sql(kind, raw)?.into()),
            _ => Value::Text(String::from_sql(kind, raw)?.into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, BoxError> {
        Ok(Self(Value::Null))
    }

    fn accepts(kind: &Type) -> bool {
        Value::accepts(kind)
    }
}

/// A column of whatever type it has.
pub(crate) fn value(row: &Row, index: usize) -> Result<Value<'static>, Error> {
    row.try_get::<_, Any>(index).map(|any| any.0).map_err(|found| fault(&found))
}

/// A whole number, or NULL. Literals and counts of the statement's own are narrower than our columns.
pub(crate) fn int(row: &Row, index: usize) -> Result<Option<i64>, Error> {
    let narrow = row.columns().get(index).is_some_and(|column| *column.type_() == Type::INT4);
    let read = if narrow {
        row.try_get::<_, Option<i32>>(index).map(|number| number.map(i64::from))
    } else {
        row.try_get(index)
    };
    read.map_err(|found| fault(&found))
}

/// A text column, where it lies; or NULL.
pub(crate) fn text(row: &Row, index: usize) -> Result<Option<&str>, Error> {
    row.try_get(index).map_err(|found| fault(&found))
}

/// A column of bytes.
pub(crate) fn bytes(row: &Row, index: usize) -> Result<&[u8], Error> {
    row.try_get(index).map_err(|found| fault(&found))
}
