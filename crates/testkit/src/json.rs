//! Reading what an answer must have.
//!
//! Promises: a value of another kind than the expected one is named in the panic.

use serde_json::Value;

/// The number that a value is.
pub fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

/// The text that a value is.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// The rows of a page, the lines of an order, or any other array.
pub fn rows(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// An object's `pk`, or its `id` where it has no `pk`.
pub fn id(object: &Value) -> i64 {
    object["pk"].as_i64().or(object["id"].as_i64()).unwrap_or_else(|| panic!("{object} has no id"))
}
