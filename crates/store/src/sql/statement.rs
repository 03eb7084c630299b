//! Statements: one text each, named, for every engine.
//!
//! Promises: an engine that wants `$n` gets the text translated once. A name says resource and verb and is what logs
//! and metrics show. What an engine needs besides (locks, a form for many rows at once) is derived from the one text; a
//! dialect override is the exception, and a test counts them.

use std::sync::OnceLock;

use super::bulk;

/// A statement of the registry.
#[derive(Debug)]
pub struct Statement {
    /// `resource.verb`.
    pub name: &'static str,
    text: &'static str,
    /// The server engine's own text, where the shared one would not do.
    on_postgres: Option<&'static str>,
    /// How the rows read stay locked until the transaction ends, where rows are locked one by one.
    locks: &'static str,
    translated: OnceLock<String>,
    /// The embedded engine's form for some rows.
    multi_row: OnceLock<Option<String>>,
}

impl Statement {
    /// A statement whose text is the same on every engine.
    pub const fn shared(name: &'static str, text: &'static str) -> Self {
        Self { name, text, on_postgres: None, locks: "", translated: OnceLock::new(), multi_row: OnceLock::new() }
    }

    /// The same, with the rows locked as they are read, in the order in which they are asked for. The embedded engine
    /// has one writer and needs no locks.
    #[must_use]
    pub const fn for_update(mut self) -> Self {
        self.locks = " FOR UPDATE";
        self
    }

    /// The same, with the rows kept from being removed, or locked, by others until the transaction ends.
    #[must_use]
    pub const fn for_key_share(mut self) -> Self {
        self.locks = " FOR KEY SHARE";
        self
    }

    /// The same, with another text for the server engine.
    #[must_use]
    pub const fn on_postgres(mut self, text: &'static str) -> Self {
        self.on_postgres = Some(text);
        self
    }

    /// Whether the engines have a text each.
    pub const fn has_override(&self) -> bool {
        self.on_postgres.is_some()
    }

    /// The text for the embedded engine.
    pub fn sqlite(&self) -> &'static str {
        self.text
    }

    /// The text that inserts [`INSERT_ROWS`] rows on the embedded engine, if this inserts.
    pub(crate) fn multi_row(&self) -> Option<&str> {
        self.multi_row.get_or_init(|| multi_row(self.text)).as_deref()
    }

    /// The text for PostgreSQL.
    pub fn postgres(&self) -> &str {
        self.translated.get_or_init(|| dollars(self.on_postgres.unwrap_or(self.text)) + self.locks)
    }

    /// The bulk statement, whose parameters have these types, in PostgreSQL's words for them.
    pub fn bulk(&self, types: &[&str]) -> Result<String, crate::Error> {
        bulk::text(self.postgres(), types)
    }
}

/// Rows of one `INSERT` on the embedded engine. Within a statement it goes on where the last row went, so that rows
/// that follow one another are not each looked up from the top of every index.
pub(crate) const INSERT_ROWS: usize = 16;

/// An `INSERT` of one row as one of many; none for anything else, and where a parameter stands behind the row.
fn multi_row(text: &str) -> Option<String> {
    let Insert { head, columns, tail } = Insert::of(text, '?').filter(|insert| !insert.tail.contains('?'))?;
    let rows = vec![format!("({})", vec!["?"; columns].join(", ")); INSERT_ROWS];
    Some(format!("{head}VALUES {}{tail}", rows.join(", ")))
}

/// The parts of an `INSERT` whose row is its parameters, each once and in its turn.
pub(crate) struct Insert<'t> {
    /// What stands before `VALUES`.
    pub(crate) head: &'t str,
    /// How many parameters there are in the row.
    pub(crate) columns: usize,
    /// What stands behind the row.
    pub(crate) tail: &'t str,
}

impl<'t> Insert<'t> {
    /// The parts of a text whose parameters begin with this sign, if it is one.
    pub(crate) fn of(text: &'t str, sign: char) -> Option<Self> {
        let (head, rest) = text.split_once("VALUES (")?;
        let (row, tail) = rest.split_once(')')?;
        let mut given = row.split(',').map(str::trim).zip(1..);
        let in_turn = given.all(|(parameter, number)| parameter == format!("{sign}{number}"));
        let columns = row.split(',').count();
        (text.starts_with("INSERT ") && in_turn).then_some(Self { head, columns, tail })
    }
}

/// Turns `?n` into `$n`. No text of ours has a question mark for another reason.
pub(crate) fn dollars(text: &str) -> String {
    text.replace('?', "$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_of_parameters_in_their_turn_go_several_at_a_time() {
        let insert = multi_row("INSERT INTO t (a, b) VALUES (?1, ?2) ON CONFLICT (a) DO NOTHING").expect("a form");
        assert!(insert.starts_with("INSERT INTO t (a, b) VALUES (?, ?), (?, ?), "), "{insert}");
        assert!(insert.ends_with("(?, ?) ON CONFLICT (a) DO NOTHING"), "{insert}");
        assert_eq!(insert.matches('?').count(), 2 * INSERT_ROWS);
        for text in [
            "INSERT INTO t (a, b) VALUES (?2, ?1)",
            "INSERT INTO t (a, b) VALUES (?1, 0)",
            "INSERT INTO t (a) VALUES (?1) ON CONFLICT (a) DO UPDATE SET b = ?2",
            "UPDATE t SET a = ?1",
        ] {
            assert_eq!(multi_row(text), None, "{text}");
        }
    }
}
