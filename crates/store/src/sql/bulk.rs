//! Bulk statements: the form of a statement that handles many rows of parameters at once.
//!
//! Promises: the form says for each row what the statement says for one: parameters become columns of `unnest`, and
//! nothing else of the text changes, so that no statement has to be written twice. Rows are worked through in the order
//! given, which is what keeps locks in the order of ids.

use std::fmt::Write as _;

use crate::Error;

/// The bulk form of a translated statement whose parameters have these types, in PostgreSQL's words for them.
pub(crate) fn text(text: &str, types: &[&str]) -> Result<String, Error> {
    let rows = rows(types);
    let inner = columns(text, types.len());
    if text.starts_with("SELECT ") {
        // The planner can break up neither form: it looks up one row after the other.
        let fence = if inner.ends_with(" FOR UPDATE") || inner.ends_with(" FOR KEY SHARE") { "" } else { " OFFSET 0" };
        return Ok(format!("SELECT answer.* FROM {rows} CROSS JOIN LATERAL ({inner}{fence}) AS answer"));
    }
    let unknown = || Error::Internal(format!("there is no form for many rows of: {text}"));
    let more = [("UPDATE ", "FROM"), ("DELETE ", "USING")].into_iter().find(|(verb, _)| text.starts_with(verb));
    if let Some((_, with)) = more {
        let at = inner.find(" WHERE ").or_else(|| inner.find("\n         WHERE ")).ok_or_else(unknown)?;
        let (head, tail) = inner.split_at(at);
        return Ok(format!("{head} {with} {rows}{tail}"));
    }
    if text.starts_with("DELETE ") {
        let (head, tail) = inner.split_once(" WHERE ").ok_or_else(unknown)?;
        return Ok(format!("{head} USING {rows} WHERE {tail}"));
    }
    if text.starts_with("INSERT ") {
        let (head, tail) = inner.split_once("VALUES (").ok_or_else(unknown)?;
        let (list, tail) = tail.split_once(')').ok_or_else(unknown)?;
        if tail.contains("given.") {
            return Err(unknown());
        }
        return Ok(format!("{head}SELECT {list} FROM {rows}{tail}"));
    }
    Err(unknown())
}

/// `unnest($1::bigint[], …) AS given (p1, …)`.
fn rows(types: &[&str]) -> String {
    let mut text = "unnest(".to_owned();
    for (index, kind) in types.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(text, "{comma}${}::{kind}[]", index + 1).expect("a string takes any text");
    }
    text.push_str(") AS given (");
    for index in 1..=types.len() {
        let comma = if index == 1 { "" } else { ", " };
        write!(text, "{comma}p{index}").expect("a string takes any text");
    }
    text.push(')');
    text
}

/// `$n` turned into the n-th column of the row. From the last to the first, since `$1` begins `$10`.
fn columns(text: &str, parameters: usize) -> String {
    (1..=parameters)
        .rev()
        .fold(text.to_owned(), |text, number| text.replace(&format!("${number}"), &format!("given.p{number}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_statement_has_its_form_for_many_rows() {
        let types = ["int8", "text"];
        let given = "unnest($1::int8[], $2::text[]) AS given (p1, p2)";
        for (one, many) in [
            (
                "SELECT a FROM t WHERE id = $1 AND b = $2 FOR UPDATE",
                format!(
                    "SELECT answer.* FROM {given} CROSS JOIN LATERAL \
                     (SELECT a FROM t WHERE id = given.p1 AND b = given.p2 FOR UPDATE) AS answer"
                ),
            ),
            (
                "UPDATE t SET b = $2 WHERE id = $1",
                format!("UPDATE t SET b = given.p2 FROM {given} WHERE id = given.p1"),
            ),
            ("DELETE FROM t WHERE id = $1", format!("DELETE FROM t USING {given} WHERE id = given.p1")),
            (
                "DELETE FROM t WHERE id = $1 AND b = $2",
                format!("DELETE FROM t USING {given} WHERE id = given.p1 AND b = given.p2"),
            ),
            (
                "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO NOTHING",
                format!("INSERT INTO t (a, b) SELECT given.p1, given.p2 FROM {given} ON CONFLICT (a) DO NOTHING"),
            ),
        ] {
            assert_eq!(text(one, &types).expect("a form"), many);
        }
        assert!(text("DELETE FROM t", &types).is_err());
        assert!(text("INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = $2", &types).is_err());
    }

    #[test]
    fn the_tenth_parameter_is_not_the_first_with_a_nought() {
        assert_eq!(columns("$1, $10, $11", 11), "given.p1, given.p10, given.p11");
    }
}
