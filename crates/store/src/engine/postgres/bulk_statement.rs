//! Bulk statements on PostgreSQL: the forms of the statements that are used, and their rows as arrays.
//!
//! Promises: a form is made once per process, by the name of its statement, since the server has to say what types the
//! parameters have. Must not know tables.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::copy_in;
use crate::sql::{Statement, bulk};
use crate::{Error, Value};

/// The forms that have been made, by the names of their statements. There are no more than there are statements.
static FORMS: LazyLock<RwLock<HashMap<&'static str, &'static BulkStatement>>> = LazyLock::new(RwLock::default);

/// A statement's form for many rows, and what its columns are made of.
#[derive(Debug)]
pub(crate) struct BulkStatement {
    pub(super) text: String,
    /// What loads very many rows, if it does nothing but insert them.
    pub(super) load: Option<String>,
    pub(super) kinds: Vec<Type>,
}

impl BulkStatement {
    /// The form of a translated statement whose parameters have these types.
    pub(super) fn of(text: &str, kinds: &[Type]) -> Result<Self, Error> {
        let names: Vec<&str> = kinds.iter().map(Type::name).collect();
        Ok(Self { text: bulk::text(text, &names)?, load: copy_in::text(text), kinds: kinds.to_vec() })
    }

    /// The form of a statement, if it has been made.
    pub(super) fn known(statement: &Statement) -> Option<&'static Self> {
        FORMS.read().unwrap_or_else(PoisonError::into_inner).get(statement.name).copied()
    }

    /// Makes the form of a statement whose parameters have these types, for every later use.
    pub(super) fn make(statement: &Statement, kinds: &[Type]) -> Result<&'static Self, Error> {
        let form = Self::of(statement.postgres(), kinds)?;
        let mut forms = FORMS.write().unwrap_or_else(PoisonError::into_inner);
        Ok(*forms.entry(statement.name).or_insert_with(|| Box::leak(Box::new(form))))
    }
}

/// One parameter of all rows: an array, written as it goes over the wire.
#[derive(Debug)]
pub(super) struct ParameterArray {
    kind: Type,
    elements: BytesMut,
    count: i32,
    has_nulls: bool,
}

impl ParameterArray {
    fn push(&mut self, value: &Value<'_>) -> Result<(), Error> {
        self.has_nulls |= matches!(put(value, &self.kind, &mut self.elements)?, IsNull::Yes);
        self.count += 1;
        Ok(())
    }
}

/// Writes a value behind its length, or the length that says that there is none.
pub(super) fn put(value: &Value<'_>, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Error> {
    let start = out.len();
    out.put_i32(-1);
    let written = value.to_sql(kind, out).map_err(|fault| Error::Internal(fault.to_string()))?;
    if matches!(written, IsNull::No) {
        let length = (out.len() - start - 4) as i32;
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
    Ok(written)
}

impl ToSql for ParameterArray {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.reserve(20 + self.elements.len());
        let dimensions = i32::from(self.count > 0);
        out.put_i32(dimensions);
        out.put_i32(i32::from(self.has_nulls));
        out.put_u32(self.kind.oid());
        if dimensions > 0 {
            out.put_i32(self.count);
            out.put_i32(1);
        }
        out.extend_from_slice(&self.elements);
        Ok(IsNull::No)
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8_ARRAY, Type::INT4_ARRAY, Type::TEXT_ARRAY, Type::BYTEA_ARRAY].contains(kind)
    }

    to_sql_checked!();
}

/// Turns rows into columns of these types.
pub(super) fn transpose<'v>(types: &[Type], rows: &[impl AsRef<[Value<'v>]>]) -> Result<Vec<ParameterArray>, Error> {
    let column =
        |kind: &Type| ParameterArray { kind: kind.clone(), elements: BytesMut::new(), count: 0, has_nulls: false };
    let mut columns: Vec<ParameterArray> = types.iter().map(column).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row.as_ref()) {
            column.push(value)?;
        }
    }
    Ok(columns)
}
