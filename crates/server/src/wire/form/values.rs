//! Single values of a body: one function per kind of field, with the texts that Django REST Framework clients know.
//!
//! Promises: what comes out is within the bounds given. Must not know which field a value belongs to.

use std::borrow::Cow;

use onhand_core::OrderStatus;
use serde_json::Value;

use crate::wire::error::FieldErrors;
use crate::wire::scalar::{self, Written};
use crate::zone::{self, Zone};

/// The most bytes a free JSON field may have.
const OBJECT_BYTES_MAX: usize = 65_536;
/// How deep a free JSON field may nest: deep enough for data, not for breaking a client's parser.
const OBJECT_DEPTH_MAX: usize = 32;

/// What is said of a text with a null character in it.
pub const NO_NULLS: &str = "Null characters are not allowed.";

/// Why a value was rejected.
pub(super) enum ValueError {
    Message(String),
    Rows(Vec<FieldErrors>),
    One(FieldErrors),
}

impl From<&str> for ValueError {
    fn from(message: &str) -> Self {
        Self::Message(message.to_owned())
    }
}

impl From<String> for ValueError {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

/// A form can only carry text, so a list or an object arrives as JSON text.
pub(super) fn opened(value: &Value) -> Cow<'_, Value> {
    let text = value.as_str().map(str::trim).filter(|text| text.starts_with(['[', '{']));
    text.and_then(|text| serde_json::from_str(text).ok()).map_or(Cow::Borrowed(value), Cow::Owned)
}

pub(super) fn raw_text(value: &Value) -> Result<String, ValueError> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Err("Not a valid string.".into()),
    };
    if text.contains('\0') { Err(NO_NULLS.into()) } else { Ok(text) }
}

/// The most digits of a number that every program keeps.
const EXACT_DIGITS_MAX: usize = 15;

/// What is said of a number that may have been another one.
pub(super) const INEXACT: &str =
    "A number is taken for a text only if it is whole and has at most 15 digits. Send a text.";

/// Whether a value, if it is a number, is surely the text that was meant: `1116131001.0` and `1.1e+9` are what a
/// program makes of one.
pub(super) fn has_all_digits(value: &Value) -> bool {
    let Value::Number(number) = value else { return true };
    let text = number.to_string();
    text.len() <= EXACT_DIGITS_MAX && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn text(value: &Value, max: usize, blank: bool) -> Result<String, ValueError> {
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

pub(super) fn secret(value: &Value, max: usize) -> Result<String, ValueError> {
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
pub(super) fn whole(value: &Value) -> Option<Result<i64, ()>> {
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

pub(super) fn int(value: &Value, min: i64, max: i64) -> Result<i64, ValueError> {
    let negative = value.as_str().is_some_and(|text| text.trim().starts_with('-'));
    match whole(value) {
        None => Err("A valid integer is required.".into()),
        Some(Ok(number)) if number < min => Err(at_least(min)),
        Some(Ok(number)) if number <= max => Ok(number),
        Some(Err(())) if negative => Err(at_least(min)),
        Some(_) => Err(format!("Ensure this value is less than or equal to {max}.").into()),
    }
}

/// The same, where it does not matter why there is none.
pub fn whole_number(value: &Value, min: i64, max: i64) -> Option<i64> {
    int(value, min, max).ok()
}

pub(super) fn at_least(min: i64) -> ValueError {
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

pub(super) fn choice(value: &Value, words: &[&str]) -> Result<String, ValueError> {
    match value.as_str() {
        Some(text) if words.contains(&text) => Ok(text.to_owned()),
        _ => Err(not_a_choice(value)),
    }
}

pub(super) fn not_a_choice(value: &Value) -> ValueError {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let shown: String = shown.chars().take(100).collect();
    format!("\"{shown}\" is not a valid choice.").into()
}

/// Whether a value is a text with nothing in it.
pub(super) fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
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

pub(super) fn any(value: &Value) -> Result<String, ValueError> {
    if depth(value) > OBJECT_DEPTH_MAX {
        return Err(format!("Ensure this value is nested no more than {OBJECT_DEPTH_MAX} levels.").into());
    }
    let text = value.to_string();
    if text.len() > OBJECT_BYTES_MAX {
        return Err(format!("Ensure this value has no more than {OBJECT_BYTES_MAX} bytes.").into());
    }
    Ok(text)
}

pub(super) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

pub(super) fn object(value: &Value) -> Result<String, ValueError> {
    match value {
        Value::Object(_) => any(value),
        other => Err(format!("Expected a dictionary of items but got type \"{}\".", type_name(other)).into()),
    }
}

pub(super) fn list(value: &Value) -> Result<String, ValueError> {
    match value {
        Value::Array(_) => any(value),
        other => Err(format!("Expected a list of items but got type \"{}\".", type_name(other)).into()),
    }
}

/// A number without an exponent, printed as JSON prints it.
pub(super) fn number(value: &Value, max: u32) -> Result<String, ValueError> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return Err("A valid number is required.".into()),
    };
    let (whole, fraction) = text.strip_prefix('-').unwrap_or(&text).split_once('.').unwrap_or((&text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole.strip_prefix('-').unwrap_or(whole)) || !digits(fraction) {
        return Err("A valid number is required.".into());
    }
    match text.parse::<f64>() {
        Ok(number) if number.abs() <= f64::from(max) => Ok(number.to_string()),
        _ => Err(format!("Ensure this value is between -{max} and {max}.").into()),
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

pub(super) fn time(value: &Value) -> Result<Written, ValueError> {
    value.as_str().and_then(scalar::written_time).ok_or_else(|| {
        "Datetime has wrong format. Use one of these formats instead: \
         YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."
            .into()
    })
}

/// The name of a zone, as the database of zones writes it.
pub(super) fn time_zone(value: &Value) -> Result<String, ValueError> {
    let zone = value.as_str().ok_or(zone::UNKNOWN)?.parse::<Zone>()?;
    Ok(zone.name().to_owned())
}

pub(super) fn decimal(value: &Value) -> Result<String, ValueError> {
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

pub(super) fn pk(value: &Value) -> Result<i64, ValueError> {
    let wrong = || format!("Incorrect type. Expected pk value, received {}.", type_name(value));
    match whole(value) {
        Some(Ok(number)) if number > 0 => Ok(number),
        // No id is zero, or negative, or that large.
        Some(_) => Err(unknown_pk(value.as_str().map_or_else(|| value.to_string(), str::to_owned)).into()),
        None => Err(wrong().into()),
    }
}

/// The text for an id that leads nowhere.
pub fn unknown_pk(id: impl std::fmt::Display) -> String {
    format!("Invalid pk \"{id}\" - object does not exist.")
}

/// A list of texts, as JSON.
pub(super) fn texts(value: &Value, max: usize, chars: usize) -> Result<String, ValueError> {
    let Value::Array(items) = value else {
        return Err(format!("Expected a list of items but got type \"{}\".", type_name(value)).into());
    };
    if items.len() > max {
        return Err(format!("Ensure this field has no more than {max} elements.").into());
    }
    let texts: Vec<Value> =
        items.iter().map(|item| text(item, chars, false).map(Value::from)).collect::<Result<_, _>>()?;
    Ok(Value::Array(texts).to_string())
}

pub(super) fn pks(value: &Value) -> Result<Vec<i64>, ValueError> {
    match value {
        Value::Array(items) => items.iter().map(pk).collect(),
        // The table of contract 7.4 calls it a dictionary: then the keys are the ids.
        Value::Object(items) => items.keys().map(|key| pk(&Value::from(key.as_str()))).collect(),
        other => Err(format!("Expected a list of items but got type \"{}\".", type_name(other)).into()),
    }
}

/// Ids, or objects with an id and a quantity; each line once, so that it is clear which number counts.
pub(super) fn units(value: &Value) -> Result<Vec<(i64, Option<i64>)>, ValueError> {
    let Value::Array(items) = value else {
        return pks(value).map(|ids| ids.into_iter().map(|id| (id, None)).collect());
    };
    let lines: Vec<(i64, Option<i64>)> = items.iter().map(line).collect::<Result<_, _>>()?;
    let mut ids: Vec<i64> = lines.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(twice) if lines.iter().any(|(_, quantity)| quantity.is_some()) => {
            Err(format!("{} is named twice.", twice[0]).into())
        }
        _ => Ok(lines),
    }
}

fn line(value: &Value) -> Result<(i64, Option<i64>), ValueError> {
    let Value::Object(fields) = value else { return pk(value).map(|id| (id, None)) };
    if let Some(unknown) = fields.keys().find(|name| !["id", "pk", "quantity"].contains(&name.as_str())) {
        return Err(format!("\"{unknown}\" is not a field of a line. Send id and quantity.").into());
    }
    let id = fields.get("id").or_else(|| fields.get("pk")).ok_or("A line has an id.")?;
    let quantity = fields.get("quantity").filter(|quantity| !quantity.is_null());
    Ok((pk(id)?, quantity.map(|quantity| int(quantity, 1, onhand_core::QUANTITY_MAX)).transpose()?))
}
