//! Statements: one text each, named, for every engine.
//!
//! Promises: placeholders are written `?1 … ?n`; an engine that wants `$n` gets the text translated once. A name says
//! noun and verb and is what logs and metrics show. Must not know any table.

/// A statement of the catalogue.
#[derive(Debug)]
pub struct Statement {
    /// `noun.verb`.
    pub name: &'static str,
    text: &'static str,
}

impl Statement {
    /// A statement whose text is the same on every engine.
    pub const fn shared(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }

    /// The text for the embedded engine.
    pub fn sqlite(&self) -> &'static str {
        self.text
    }
}

/// Declares the statements of a file and their list, `STATEMENTS`, for the catalogue.
macro_rules! shared {
    ($($(#[$doc:meta])* $name:ident = $label:literal, $text:expr;)+) => {
        $($(#[$doc])* const $name: crate::sql::Statement = crate::sql::Statement::shared($label, $text);)+

        /// Every statement of this file.
        pub(crate) const STATEMENTS: &[crate::sql::Statement] = &[$($name,)+];
    };
}
pub(crate) use shared;

/// Turns values into an array of statement parameters.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$(crate::Value::from($value),)*] };
}
pub(crate) use values;
