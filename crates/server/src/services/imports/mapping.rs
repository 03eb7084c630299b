//! Column mappings as JSON: what the wire, the command line and the database have of them.
//!
//! Promises: what is not a mapping is told in a sentence, and every text of one has a limit. Must not know files.

use std::fmt::Write as _;

use onhand_core::import::{Cell, Column, ColumnMapping, Pick, Subject, heading_set};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::hex;

/// The most characters of a name: of a sheet, a column, a warehouse.
const NAME_CHARS_MAX: usize = 255;
/// The highest numbers of a row and of a column.
const ROW_MAX: u64 = 1 << 20;
const COLUMN_MAX: u64 = 256;

/// Reads a mapping for a file of a subject. What is wrong with it is said in a sentence.
pub fn read(text: &str, subject: Subject) -> Result<ColumnMapping, String> {
    let value: Value = serde_json::from_str(text).map_err(|_| "A mapping is a JSON object.".to_owned())?;
    let fields = value.as_object().ok_or("A mapping is a JSON object.")?;
    let mut mapping = ColumnMapping::default();
    for (name, value) in fields {
        match name.as_str() {
            "sheet" => mapping.sheet = named("sheet", value)?,
            "warehouse" if subject.has(Column::Warehouse) => mapping.warehouse = named("warehouse", value)?,
            "header_row" => mapping.header_row = row(value)?,
            "columns" => mapping.columns = columns(value, subject)?,
            other => {
                let text = format!(
                    "A mapping has no field {}; it has {}.",
                    shown(other),
                    if subject.has(Column::Warehouse) {
                        "sheet, header_row, columns and warehouse"
                    } else {
                        "sheet, header_row and columns"
                    }
                );
                return Err(text);
            }
        }
    }
    Ok(mapping)
}

fn named(field: &str, value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(name) if is_name(name) => Ok(Some(name.clone())),
        _ => Err(format!("{field} of a mapping is a text of 1 to {NAME_CHARS_MAX} characters.")),
    }
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains('\0') && text.chars().count() <= NAME_CHARS_MAX
}

fn row(value: &Value) -> Result<Option<u64>, String> {
    match value {
        Value::Null => Ok(None),
        value => match value.as_u64() {
            Some(row @ 1..=ROW_MAX) => Ok(Some(row)),
            _ => Err(format!("header_row of a mapping is a number from 1 to {ROW_MAX}.")),
        },
    }
}

fn columns(value: &Value, subject: Subject) -> Result<Vec<(Column, Option<Pick>)>, String> {
    let fields = value.as_object().ok_or("columns of a mapping is a JSON object.")?;
    let mut columns: Vec<(Column, Option<Pick>)> = Vec::new();
    for (name, value) in fields {
        let known = Column::named(name).filter(|column| subject.has(*column));
        let known = known.ok_or_else(|| format!("There is no column {}; there are {}.", shown(name), all(subject)))?;
        let pick = match value {
            Value::Null => None,
            Value::String(heading) if is_name(heading) => Some(Pick::Heading(heading.clone())),
            Value::Number(number) => match number.as_u64() {
                Some(number @ 1..=COLUMN_MAX) => Some(Pick::Number(number as usize)),
                _ => return Err(format!("The number of a column is one from 1 to {COLUMN_MAX}.")),
            },
            _ => {
                return Err(format!(
                    "The column {} is a heading, a number, or null if it is not to be read.",
                    known.name()
                ));
            }
        };
        if columns.iter().any(|(column, _)| *column == known) {
            return Err(format!("The column {} is named twice.", known.name()));
        }
        columns.push((known, pick));
    }
    Ok(columns)
}

fn all(subject: Subject) -> String {
    subject.columns().iter().copied().map(Column::name).collect::<Vec<_>>().join(", ")
}

fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(40).collect()
}

/// A mapping in the form that [`read`] reads.
pub fn write(mapping: &ColumnMapping) -> String {
    let mut fields = Map::new();
    let mut add = |name: &str, value: Option<Value>| fields.extend(value.map(|value| (name.to_owned(), value)));
    add("sheet", mapping.sheet.clone().map(Value::from));
    add("header_row", mapping.header_row.map(Value::from));
    add("warehouse", mapping.warehouse.clone().map(Value::from));
    let pick = |pick: &Option<Pick>| match pick {
        None => Value::Null,
        Some(Pick::Heading(heading)) => json!(heading),
        Some(Pick::Number(number)) => json!(number),
    };
    let columns: Map<String, Value> =
        mapping.columns.iter().map(|(column, said)| (column.name().to_owned(), pick(said))).collect();
    add("columns", (!columns.is_empty()).then_some(Value::Object(columns)));
    Value::Object(fields).to_string()
}

/// What a list keeps of a mapping for the next file: its header may be in another row.
pub fn to_remember(mapping: &ColumnMapping) -> Option<String> {
    let kept = ColumnMapping { header_row: None, ..mapping.clone() };
    (!kept.columns.is_empty() || kept.warehouse.is_some() || kept.sheet.is_some()).then(|| write(&kept))
}

/// What the headings of a file are known by.
pub fn headings_key(header: &[Cell<'_>]) -> String {
    hex::encode(&Sha256::digest(heading_set(header).join("\n")))
}

/// A sentence with the choices that a mapping has.
pub fn choices(of: &[String]) -> String {
    let mut text = String::new();
    for (place, choice) in of.iter().take(20).enumerate() {
        let between = if place == 0 { "" } else { ", " };
        let _ = write!(text, "{between}\"{choice}\"");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ColumnMapping, String> {
        super::read(text, Subject::Stocks)
    }

    #[test]
    fn a_mapping_comes_back_as_it_was() {
        let text = r#"{"sheet":"Stok","header_row":4,"columns":{"sku":"Malzeme Kodu","stock":7,"unit_type":null},"warehouse":"Merkez"}"#;
        let mapping = read(text).unwrap();
        assert_eq!(mapping.columns[2], (Column::Unit, None));
        assert_eq!(read(&write(&mapping)).unwrap(), mapping);
        assert_eq!(read(&to_remember(&mapping).unwrap()).unwrap().header_row, None);
        assert_eq!(to_remember(&read(r#"{"header_row":4}"#).unwrap()), None);
    }

    #[test]
    fn what_is_no_mapping_says_why() {
        for (text, told) in [
            ("[]", "JSON object"),
            ("{", "JSON object"),
            (r#"{"colums":{}}"#, "no field colums"),
            (r#"{"header_row":0}"#, "header_row"),
            (r#"{"header_row":"4"}"#, "header_row"),
            (r#"{"columns":[]}"#, "columns"),
            (r#"{"columns":{"colour":"Renk"}}"#, "no column colour"),
            (r#"{"columns":{"price":"Fiyat"}}"#, "no column price"),
            (r#"{"columns":{"sku":0}}"#, "from 1 to"),
            (r#"{"columns":{"sku":257}}"#, "from 1 to"),
            (r#"{"columns":{"sku":true}}"#, "a heading"),
            (r#"{"columns":{"sku":""}}"#, "a heading"),
            (r#"{"columns":{"sku":"A","product_sku":"B"}}"#, "twice"),
            (r#"{"warehouse":" "}"#, "warehouse"),
        ] {
            let said = read(text).expect_err(text);
            assert!(said.contains(told), "{text}: {said}");
        }
    }
}
