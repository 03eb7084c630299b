//! SQL: named statements, their parameters, and what is derived from a statement's text.
//!
//! Promises: placeholders are written `?1 … ?n`. Must not know any table, nor an engine: it is below both.

pub(crate) mod bulk;
mod statement;
mod value;

pub use self::statement::Statement;
pub(crate) use self::statement::{INSERT_ROWS, Insert, dollars};
pub use self::value::Value;

/// Declares the statements of a file and their list, `STATEMENTS`, for the registry.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $label:literal, $text:expr $(, $how:ident $(($on_postgres:expr))?)?;)+) => {
        $($(#[$doc])* static $name: crate::sql::Statement =
            crate::sql::Statement::shared($label, $text)$(.$how($($on_postgres)?))?;)+

        /// Every statement of this file.
        pub(crate) static STATEMENTS: &[&crate::sql::Statement] = &[$(&$name,)+];
    };
}
pub(crate) use statements;

/// Turns values into an array of statement parameters.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$(crate::Value::from($value),)*] };
}
pub(crate) use values;
