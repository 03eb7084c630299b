//! The wire: what the vendor's clients see (contract 1). The only room that knows the shape of Django REST Framework.
//!
//! Promises: every field fault of a request is reported at once; every answer is JSON; what is printed reads back
//! equal. Must not know stock, orders or SQL.

pub mod body;
pub mod error;
pub mod field;
pub mod filter;
pub mod form;
pub mod json;
pub mod page;
pub mod response_schema;
pub mod scalar;

pub use error::Error;
pub use field::Field;
pub use form::Form;

/// The header of answers with stock levels that names the installations that the levels are from, the one that answers
/// first (docs/data-sources.md).
pub const ORIGINS: &str = "onhand-origins";

/// Parts of tables of fields, properties or filters as one table of `N` rows.
pub const fn joined<T: Copy, const N: usize>(parts: &[&[T]]) -> [T; N] {
    let mut all = [parts[0][0]; N];
    let (mut part, mut row, mut filled) = (0, 0, 0);
    while part < parts.len() {
        if row < parts[part].len() {
            all[filled] = parts[part][row];
            (row, filled) = (row + 1, filled + 1);
        } else {
            (part, row) = (part + 1, 0);
        }
    }
    assert!(filled == N, "the parts have as many rows as the whole");
    all
}

/// The two families of paths. They lead to the same handlers and differ in what they show (contract 1.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    /// `/api/i1/`: the ERP's side.
    I1,
    /// `/api/v1/`: panel, SDK and channel apps.
    V1,
}
