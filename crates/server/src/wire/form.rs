//! Forms: a body read by its table of fields.
//!
//! Promises: all faults of all fields are found in one pass, with the texts that Django REST Framework clients know;
//! what a form gives out is within the table's bounds. Must not know what a field is for.

use std::borrow::Cow;

use onhand_core::{OrderStatus, Timestamp};
use serde_json::{Map, Value};

use super::error::{Error, FieldErrors};
use super::field::{Field, Kind};
use super::scalar;

/// The most bytes a free JSON field may have.
const OBJECT_BYTES_MAX: usize = 65_536;
/// How deep a free JSON field may nest: deep enough for data, not for breaking somebody's parser.
const OBJECT_DEPTH_MAX: usize = 32;

/// What is said of a text with a null character in it.
pub const NO_NULLS: &str = "Null characters are not allowed.";

/// Whether a missing required field is a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// It is: a new object.
    Whole,
    /// It is not: a patch.
    Partial,
}

/// The fields that a body had, checked.
#[derive(Clone, Debug, Default)]
pub struct Form {
    values: Vec<(&'static str, Parsed)>,
}

#[derive(Clone, Debug)]
enum Parsed {
    Null,
    Text(String),
    Int(i64),
    Bool(bool),
    Status(OrderStatus),
    Time(Timestamp),
    Pks(Vec<i64>),
    Rows(Vec<Form>),
}

impl Form {
    /// Reads a body. Fields that the table does not have are left alone, as the vendor's servers do.
    pub fn read(fields: &'static [Field], mode: Mode, body: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut form = Self::default();
        let mut errors = FieldErrors::default();
        for field in fields {
            match body.get(field.name) {
                None if field.required && mode == Mode::Whole => errors.add(field.name, "This field is required."),
                None => {}
                Some(Value::Null) if field.nullable => form.values.push((field.name, Parsed::Null)),
                Some(Value::Null) => errors.add(field.name, "This field may not be null."),
                Some(value) => match parse(field, mode, value) {
                    Ok(parsed) => form.values.push((field.name, parsed)),
                    Err(Fault::Message(message)) => errors.add(field.name, message),
                    Err(Fault::Rows(rows)) => errors.nest(field.name, rows),
                },
            }
        }
        if errors.is_empty() { Ok(form) } else { Err(errors) }
    }

    fn get(&self, name: &str) -> Option<&Parsed> {
        self.values.iter().find(|(field, _)| *field == name).map(|(_, parsed)| parsed)
    }

    /// Whether the body had the field, null included.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A text, word, decimal or JSON text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Parsed::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The same, owned.
    pub fn string(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A number or id.
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Parsed::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// Yes or no.
    pub fn bool(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Parsed::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// An order status.
    pub fn status(&self, name: &str) -> Option<OrderStatus> {
        match self.get(name)? {
            Parsed::Status(status) => Some(*status),
            _ => None,
        }
    }

    /// A time.
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        match self.get(name)? {
            Parsed::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// Ids.
    pub fn ids(&self, name: &str) -> Option<&[i64]> {
        match self.get(name)? {
            Parsed::Pks(ids) => Some(ids),
            _ => None,
        }
    }

    /// Rows.
    pub fn rows(&self, name: &str) -> &[Form] {
        match self.get(name) {
            Some(Parsed::Rows(rows)) => rows,
            _ => &[],
        }
    }
}

enum Fault {
    Message(String),
    Rows(Vec<FieldErrors>),
}

impl From<&str> for Fault {
    fn from(message: &str) -> Self {
        Self::Message(message.to_owned())
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

fn parse(field: &Field, mode: Mode, value: &Value) -> Result<Parsed, Fault> {
    match field.kind {
        Kind::Text(max) => text(value, max, false).map(Parsed::Text),
        Kind::Blank(max) => text(value, max, true).map(Parsed::Text),
        Kind::Secret(max) => secret(value, max).map(Parsed::Text),
        Kind::Int(min, max) => int(value, min, max).map(Parsed::Int),
        Kind::Bool => boolean(value).map(Parsed::Bool).ok_or_else(|| "Must be a valid boolean.".into()),
        Kind::Choice(words) => choice(value, words).map(Parsed::Text),
        Kind::Status => status(value).map(Parsed::Status).ok_or_else(|| not_a_choice(value)),
        Kind::Object => object(&opened(value)).map(Parsed::Text),
        Kind::Any => any(value).map(Parsed::Text),
        Kind::Time => time(value).map(Parsed::Time),
        Kind::Decimal => decimal(value).map(Parsed::Text),
        Kind::Pk => pk(value).map(Parsed::Int),
        Kind::Pks => pks(&opened(value)).map(Parsed::Pks),
        Kind::Rows(fields, max) => rows(fields, mode, max, &opened(value)).map(Parsed::Rows),
    }
}

/// A form can only carry text, so a list or an object arrives as JSON text.
fn opened(value: &Value) -> Cow<'_, Value> {
    let text = value.as_str().map(str::trim).filter(|text| text.starts_with(['[', '{']));
    text.and_then(|text| serde_json::from_str(text).ok()).map_or(Cow::Borrowed(value), Cow::Owned)
}

fn raw_text(value: &Value) -> Result<String, Fault> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Err("Not a valid string.".into()),
    };
    if text.contains('\0') { Err(NO_NULLS.into()) } else { Ok(text) }
}

fn text(value: &Value, max: usize, blank: bool) -> Result<String, Fault> {
    let text = raw_text(value)?;
    let text = text.trim();
    if text.is_empty() && !blank {
        return Err("This field may not be blank.".into());
    }
    if text.chars().count() > max {
        return Err(format!("Ensure this field has no more than {max} characters.").into());
    }
    Ok(text.to_owned())
}

fn secret(value: &Value, max: usize) -> Result<String, Fault> {
    let text = raw_text(value)?;
    if text.is_empty() {
        return Err("This field may not be blank.".into());
    }
    if text.chars().count() > max {
        return Err(format!("Ensure this field has no more than {max} characters.").into());
    }
    Ok(text)
}

/// A whole number from a number or a text; `12.0` counts as whole, as it does for the vendor's servers.
fn whole(value: &Value) -> Option<Result<i64, ()>> {
    let text = match value {
        Value::Number(number) => match number.as_i64() {
            Some(number) => return Some(Ok(number)),
            None => number.to_string(),
        },
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let text = text
        .split_once('.')
        .map_or(text.as_str(), |(whole, fraction)| if fraction.bytes().all(|byte| byte == b'0') { whole } else { "" });
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Only digits are left, so a failure means that the number is too large.
    Some(text.parse().map_err(|_| ()))
}

fn int(value: &Value, min: i64, max: i64) -> Result<i64, Fault> {
    let negative = value.as_str().is_some_and(|text| text.trim().starts_with('-'));
    match whole(value) {
        None => Err("A valid integer is required.".into()),
        Some(Ok(number)) if number < min => Err(at_least(min)),
        Some(Ok(number)) if number <= max => Ok(number),
        Some(Err(())) if negative => Err(at_least(min)),
        Some(_) => Err(format!("Ensure this value is less than or equal to {max}.").into()),
    }
}

fn at_least(min: i64) -> Fault {
    format!("Ensure this value is greater than or equal to {min}.").into()
}

/// Yes or no in any of the forms clients write it.
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => boolean_text(text),
        _ => None,
    }
}

/// Yes or no from a text.
pub fn boolean_text(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "t" | "yes" | "y" | "on" => Some(true),
        "false" | "0" | "f" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

fn choice(value: &Value, words: &[&str]) -> Result<String, Fault> {
    match value.as_str() {
        Some(text) if words.contains(&text) => Ok(text.to_owned()),
        _ => Err(not_a_choice(value)),
    }
}

fn not_a_choice(value: &Value) -> Fault {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let shown: String = shown.chars().take(100).collect();
    format!("\"{shown}\" is not a valid choice.").into()
}

/// An order status from code or name.
pub fn status(value: &Value) -> Option<OrderStatus> {
    match value {
        Value::Number(number) => OrderStatus::from_code(number.as_i64()?),
        Value::String(text) => status_text(text),
        _ => None,
    }
}

/// An order status from a text.
pub fn status_text(text: &str) -> Option<OrderStatus> {
    let text = text.trim();
    match text.parse() {
        Ok(code) => OrderStatus::from_code(code),
        Err(_) => OrderStatus::from_name(text),
    }
}

fn any(value: &Value) -> Result<String, Fault> {
    if depth(value) > OBJECT_DEPTH_MAX {
        return Err(format!("Ensure this value is nested no more than {OBJECT_DEPTH_MAX} levels.").into());
    }
    let text = value.to_string();
    if text.len() > OBJECT_BYTES_MAX {
        return Err(format!("Ensure this value has no more than {OBJECT_BYTES_MAX} bytes.").into());
    }
    Ok(text)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn object(value: &Value) -> Result<String, Fault> {
    match value {
        Value::Object(_) => any(value),
        other => Err(format!("Expected a dictionary of items but got type \"{}\".", type_name(other)).into()),
    }
}

/// What the vendor's servers call a JSON type.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

fn time(value: &Value) -> Result<Timestamp, Fault> {
    value.as_str().and_then(scalar::parse_time).ok_or_else(|| {
        "Datetime has wrong format. Use one of these formats instead: \
         YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
            .into()
    })
}

fn decimal(value: &Value) -> Result<String, Fault> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return Err("A valid number is required.".into()),
    };
    if scalar::is_decimal(&text) {
        Ok(text)
    } else if text.strip_prefix('-').is_some_and(scalar::is_decimal) {
        Err(at_least(0))
    } else {
        Err("A valid number is required.".into())
    }
}

fn pk(value: &Value) -> Result<i64, Fault> {
    let wrong = || format!("Incorrect type. Expected pk value, received {}.", type_name(value));
    match whole(value) {
        Some(Ok(number)) => Ok(number),
        Some(Err(())) => Err(unknown_pk(value.as_str().map_or_else(|| value.to_string(), str::to_owned)).into()),
        None => Err(wrong().into()),
    }
}

/// The text for an id that leads nowhere.
pub fn unknown_pk(id: impl std::fmt::Display) -> String {
    format!("Invalid pk \"{id}\" - object does not exist.")
}

fn pks(value: &Value) -> Result<Vec<i64>, Fault> {
    match value {
        Value::Array(items) => items.iter().map(pk).collect(),
        // The table of contract 7.4 calls it a dictionary: then the keys are the ids.
        Value::Object(items) => items.keys().map(|key| pk(&Value::from(key.as_str()))).collect(),
        other => Err(format!("Expected a list of items but got type \"{}\".", type_name(other)).into()),
    }
}

fn rows(fields: &'static [Field], mode: Mode, max: usize, value: &Value) -> Result<Vec<Form>, Fault> {
    let Value::Array(items) = value else {
        return Err(format!("Expected a list of items but got type \"{}\".", type_name(value)).into());
    };
    if items.is_empty() {
        return Err("This list may not be empty.".into());
    }
    if items.len() > max {
        return Err(format!("Ensure this field has no more than {max} elements.").into());
    }
    read_rows(fields, mode, items).map_err(Fault::Rows)
}

/// Reads an array of objects; on a fault, one entry per row, empty where the row is fine.
pub fn read_rows(fields: &'static [Field], mode: Mode, items: &[Value]) -> Result<Vec<Form>, Vec<FieldErrors>> {
    let results: Vec<_> = items
        .iter()
        .map(|item| match item {
            Value::Object(body) => Form::read(fields, mode, body),
            other => Err(not_an_object(other)),
        })
        .collect();
    if results.iter().all(Result::is_ok) {
        return Ok(results.into_iter().flatten().collect());
    }
    Err(results.into_iter().map(|result| result.err().unwrap_or_default()).collect())
}

fn not_an_object(value: &Value) -> FieldErrors {
    let text = format!("Invalid data. Expected a dictionary, but got {}.", type_name(value));
    FieldErrors::one("non_field_errors", text)
}

/// The body's object, or the fault of not being one.
pub fn expect_object(value: &Value) -> Result<&Map<String, Value>, Error> {
    value.as_object().ok_or_else(|| Error::Fields(not_an_object(value)))
}
