//! Forms: a body read by its table of fields.
//!
//! Promises: all faults of all fields are found in one pass, with the texts that Django REST Framework clients know;
//! what a form gives out is within the table's bounds. Must not know what a field is for.

mod unread;
mod values;

use std::borrow::Cow;

use onhand_core::{FUTURE_SECONDS_MAX, OrderStatus, Timestamp};
use serde_json::{Map, Value};

pub use self::unread::{Agrees, NAME_CHARS_MAX, NAMES_MAX, NONE_AGREES, Unread, faults};
use self::values::ValueError;
pub use self::values::{NO_NULLS, boolean, boolean_text, status, status_text, type_name, unknown_pk, whole_number};
use super::error::{Error, FieldErrors};
use super::field::{Field, FieldKind};
use super::scalar::{self, Written};
use crate::zone::{Twice, Zone};

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
    Time(Written),
    Pks(Vec<i64>),
    Units(Vec<(i64, Option<i64>)>),
    Rows(Vec<Form>),
    One(Form),
    /// JSON that was checked as such.
    Json(String),
}

impl Form {
    /// Reads a body. Fields that the table does not have are left alone; [`Unread`] and [`faults`] find them.
    pub fn read(fields: &'static [Field], mode: Mode, body: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut form = Self::default();
        let mut errors = FieldErrors::default();
        for field in fields {
            match body.get(field.name) {
                None if field.required && mode == Mode::Whole => errors.add(field.name, "This field is required."),
                None => {}
                Some(Value::Null) if field.nullable => form.values.push((field.name, Parsed::Null)),
                Some(Value::Null) => errors.add(field.name, "This field may not be null."),
                Some(value) => match parse(field, value) {
                    Ok(parsed) => form.values.push((field.name, parsed)),
                    Err(ValueError::Message(message)) => errors.add(field.name, message),
                    Err(ValueError::Rows(rows)) => errors.nest(field.name, rows),
                    Err(ValueError::One(inner)) => errors.nest_one(field.name, inner),
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
            Parsed::Text(text) | Parsed::Json(text) => Some(text),
            _ => None,
        }
    }

    /// The same, owned.
    pub fn string(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A field as it is carried through and shown again: JSON text. What the body has not, and what has fields of its
    /// own, is null.
    pub fn json(&self, name: &str) -> Cow<'_, str> {
        match self.get(name) {
            Some(Parsed::Json(text)) => Cow::Borrowed(text),
            Some(Parsed::Text(text)) => Value::from(text.as_str()).to_string().into(),
            Some(Parsed::Int(number)) => number.to_string().into(),
            Some(Parsed::Bool(flag)) => flag.to_string().into(),
            Some(Parsed::Status(status)) => Value::from(status.code().to_string()).to_string().into(),
            Some(Parsed::Time(time)) => Value::from(scalar::time_text(time.descriptive(None))).to_string().into(),
            Some(Parsed::Pks(ids)) => Value::from(ids.as_slice()).to_string().into(),
            Some(Parsed::Null | Parsed::Rows(_) | Parsed::One(_) | Parsed::Units(_)) | None => Cow::Borrowed("null"),
        }
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

    fn written_time(&self, name: &str) -> Option<Written> {
        match self.get(name)? {
            Parsed::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// A time that only describes. Without an offset it is of the zone (the installation's), or else of UTC.
    pub fn time(&self, name: &str, zone: Option<&Zone>) -> Option<Timestamp> {
        self.written_time(name).map(|time| time.descriptive(zone))
    }

    /// Whether there is a time without an offset: what it means depends on a zone.
    pub fn has_local_time(&self, name: &str) -> bool {
        matches!(self.written_time(name), Some(Written::Local(_)))
    }

    /// A time that stock depends on. Without an offset it is of the zone, and rejected where there is none; one in the
    /// future is rejected too: such a time is a mistake that would do harm for long, since every later level would be
    /// older.
    pub fn past_time(
        &self,
        name: &str,
        (zone, twice): (Option<&Zone>, Twice),
        now: Timestamp,
    ) -> Result<Option<Timestamp>, FieldErrors> {
        let Some(time) = self.written_time(name) else { return Ok(None) };
        let time = time.decisive(zone, twice).map_err(|why| FieldErrors::one(name, why.to_string()))?;
        match time > now.minus_seconds(-FUTURE_SECONDS_MAX) {
            true => Err(FieldErrors::one(name, "This time is in the future.")),
            false => Ok(Some(time)),
        }
    }

    /// Ids.
    pub fn ids(&self, name: &str) -> Option<&[i64]> {
        match self.get(name)? {
            Parsed::Pks(ids) => Some(ids),
            _ => None,
        }
    }

    /// Ids of lines, each with how many units of it are meant, if that is said.
    pub fn units(&self, name: &str) -> Option<&[(i64, Option<i64>)]> {
        match self.get(name)? {
            Parsed::Units(lines) => Some(lines),
            _ => None,
        }
    }

    /// Rows; none where they are missing.
    pub fn rows(&self, name: &str) -> &[Form] {
        self.list(name).unwrap_or_default()
    }

    /// Rows, if there is a list of them.
    pub fn list(&self, name: &str) -> Option<&[Form]> {
        match self.get(name)? {
            Parsed::Rows(rows) => Some(rows),
            _ => None,
        }
    }

    /// An object with fields of its own.
    pub fn one(&self, name: &str) -> Option<&Form> {
        match self.get(name)? {
            Parsed::One(form) => Some(form),
            _ => None,
        }
    }
}

fn parse(field: &Field, value: &Value) -> Result<Parsed, ValueError> {
    if field.exact && !values::has_all_digits(value) {
        return Err(values::INEXACT.into());
    }
    match field.kind {
        FieldKind::Text(max) => values::text(value, max, false).map(Parsed::Text),
        FieldKind::Blank(max) => values::text(value, max, true).map(Parsed::Text),
        FieldKind::Secret(max) => values::secret(value, max).map(Parsed::Text),
        FieldKind::Int(min, max) => values::int(value, min, max).map(Parsed::Int),
        FieldKind::Bool => values::boolean(value).map(Parsed::Bool).ok_or_else(|| "Must be a valid boolean.".into()),
        FieldKind::Choice(words) => values::choice(value, words).map(Parsed::Text),
        FieldKind::Status | FieldKind::TimeZone if field.nullable && values::is_blank(value) => Ok(Parsed::Null),
        FieldKind::Status => values::status(value).map(Parsed::Status).ok_or_else(|| values::not_a_choice(value)),
        FieldKind::Object => values::object(&values::opened(value)).map(Parsed::Json),
        FieldKind::List => values::list(&values::opened(value)).map(Parsed::Json),
        FieldKind::Number(max) => values::number(value, max).map(Parsed::Text),
        FieldKind::Any => values::any(value).map(Parsed::Json),
        FieldKind::Time => values::time(value).map(Parsed::Time),
        FieldKind::TimeZone => values::time_zone(value).map(Parsed::Text),
        FieldKind::Decimal => values::decimal(value).map(Parsed::Text),
        FieldKind::Pk => values::pk(value).map(Parsed::Int),
        FieldKind::Pks => values::pks(&values::opened(value)).map(Parsed::Pks),
        FieldKind::Units => values::units(&values::opened(value)).map(Parsed::Units),
        FieldKind::Texts(max, chars) => values::texts(&values::opened(value), max, chars).map(Parsed::Json),
        FieldKind::Rows(fields, max) => {
            let min = usize::from(!field.nullable);
            rows(fields, min..=max, &values::opened(value)).map(Parsed::Rows)
        }
        FieldKind::One(fields) => {
            one(fields, Mode::Whole, &values::opened(value)).map(Parsed::One).map_err(ValueError::One)
        }
    }
}

fn one(fields: &'static [Field], mode: Mode, value: &Value) -> Result<Form, FieldErrors> {
    match value {
        Value::Object(body) => Form::read(fields, mode, body),
        other => Err(not_an_object(other)),
    }
}

fn rows(
    fields: &'static [Field],
    count: std::ops::RangeInclusive<usize>,
    value: &Value,
) -> Result<Vec<Form>, ValueError> {
    let Value::Array(items) = value else {
        return Err(format!("Expected a list of items but got type \"{}\".", type_name(value)).into());
    };
    if items.len() < *count.start() {
        return Err("This list may not be empty.".into());
    }
    if items.len() > *count.end() {
        return Err(format!("Ensure this field has no more than {} elements.", count.end()).into());
    }
    read_rows(fields, Mode::Whole, items).map_err(ValueError::Rows)
}

/// Reads an array of objects; on a fault, one entry per row, empty where the row is fine.
fn read_rows(fields: &'static [Field], mode: Mode, items: &[Value]) -> Result<Vec<Form>, Vec<FieldErrors>> {
    let results: Vec<_> = items.iter().map(|item| one(fields, mode, item)).collect();
    if results.iter().all(Result::is_ok) {
        return Ok(results.into_iter().flatten().collect());
    }
    Err(results.into_iter().map(|result| result.err().unwrap_or_default()).collect())
}

/// The fault of not being an object.
pub fn not_an_object(value: &Value) -> FieldErrors {
    let text = format!("Invalid data. Expected a dictionary, but got {}.", type_name(value));
    FieldErrors::one("non_field_errors", text)
}

/// The body's object, or the fault of not being one.
pub fn expect_object(value: &Value) -> Result<&Map<String, Value>, Error> {
    value.as_object().ok_or_else(|| Error::Fields(not_an_object(value)))
}
