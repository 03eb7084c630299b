//! What another installation says of its stocks, row by row.
//!
//! Promises: a row that says something odd is left out and counted, and spoils none of the others; nothing that is read
//! is outside the limits of a level. Must not know where the rows go.

use onhand_core::{QUANTITY_MAX, SKU_CHARS_MAX, Timestamp, UnitType};
use serde_json::Value;

use crate::wire::scalar;

/// A level of another installation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct RemoteLevel {
    /// The product.
    pub(super) sku: String,
    /// What can be sold over there, `0..=QUANTITY_MAX`.
    pub(super) available: i64,
    /// Its unit, if it says one that there is.
    pub(super) unit: Option<UnitType>,
    /// When it last changed, by their clock.
    pub(super) modified_at: Option<Timestamp>,
}

/// What one row says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Read {
    /// A level.
    Level(RemoteLevel),
    /// A SKU without a level that can be read.
    Odd(String),
    /// Nothing that can be read.
    Nothing,
    /// A stock of another list than the one that was asked for.
    OtherList,
}

/// Reads a row of the stock list `list` over there.
pub(super) fn read(row: &Value, list: i64) -> Read {
    let Some(sku) = sku(&row["product_sku"]) else { return Read::Nothing };
    match number(&row["stock_list"]) {
        Some(other) if other != list => return Read::OtherList,
        _ => {}
    }
    let Some(available) = available(row) else { return Read::Odd(sku) };
    Read::Level(RemoteLevel {
        sku,
        available,
        unit: row["unit_type"].as_str().and_then(UnitType::from_word),
        modified_at: row["modified_date"].as_str().and_then(scalar::parse_time),
    })
}

/// A SKU, also as a number.
pub(super) fn sku(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() => number.to_string(),
        _ => return None,
    };
    (!text.trim().is_empty() && text.chars().count() <= SKU_CHARS_MAX).then_some(text)
}

/// What can be sold: the figure that says so, or else the level less what is sold and not reported. Less than nothing is
/// nothing; more than there can be is odd.
fn available(row: &Value) -> Option<i64> {
    let available = match &row["adjusted_stock"] {
        Value::Null => {
            let sold = match &row["sold_quantity_unreported"] {
                Value::Null => 0,
                told => number(told)?.max(0),
            };
            number(&row["stock"])?.checked_sub(sold)?
        }
        told => number(told)?,
    };
    (available <= QUANTITY_MAX).then_some(available.max(0))
}

/// A whole number, also as text or with a fraction of nothing.
pub(super) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok().or_else(|| whole(text.trim().parse().ok()?)),
        _ => None,
    }
}

fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(figures: &Value) -> Value {
        let mut row = json!({"product_sku": "A", "stock_list": 7, "unit_type": "qty"});
        figures.as_object().into_iter().flatten().for_each(|(name, value)| row[name] = value.clone());
        row
    }

    #[test]
    fn what_can_be_sold_is_read_from_what_is_told() {
        for (figures, available) in [
            (json!({"stock": 5}), Some(5)),
            (json!({"stock": 5, "sold_quantity_unreported": 2}), Some(3)),
            (json!({"stock": 5, "sold_quantity_unreported": 9}), Some(0)),
            (json!({"stock": 5, "sold_quantity_unreported": -9}), Some(5)),
            (json!({"stock": 5, "sold_quantity_unreported": 2, "adjusted_stock": 1}), Some(1)),
            (json!({"stock": "5", "adjusted_stock": null}), Some(5)),
            (json!({"stock": 5.0}), Some(5)),
            (json!({"stock": -1}), Some(0)),
            (json!({"stock": QUANTITY_MAX}), Some(QUANTITY_MAX)),
            (json!({"stock": QUANTITY_MAX + 1}), None),
            (json!({"stock": i64::MIN, "sold_quantity_unreported": i64::MAX}), None),
            (json!({"stock": 1e300}), None),
            (json!({"stock": 0.5}), None),
            (json!({"stock": "NaN"}), None),
            (json!({"stock": "many"}), None),
            (json!({"stock": 5, "sold_quantity_unreported": "many"}), None),
            (json!({"stock": null}), None),
            (json!({"stock": {"a": 1}}), None),
            (json!({}), None),
            (json!({"adjusted_stock": "x", "stock": 5}), None),
        ] {
            match (read(&row(&figures), 7), available) {
                (Read::Level(level), Some(expected)) => assert_eq!(level.available, expected, "{figures}"),
                (Read::Odd(sku), None) => assert_eq!(sku, "A"),
                (other, _) => panic!("{figures}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_row_without_a_sku_or_of_another_list_says_nothing() {
        for wrong in [json!(null), json!([]), json!("A"), json!({"stock": 1}), json!({"product_sku": " ", "stock": 1})]
        {
            assert_eq!(read(&wrong, 7), Read::Nothing, "{wrong}");
        }
        let long = json!({"product_sku": "A".repeat(SKU_CHARS_MAX + 1), "stock": 1});
        assert_eq!(read(&long, 7), Read::Nothing);
        assert_eq!(read(&row(&json!({"stock": 1, "stock_list": 8})), 7), Read::OtherList);
        assert!(matches!(read(&json!({"product_sku": 123, "stock": 1}), 7), Read::Level(level) if level.sku == "123"));
    }

    #[test]
    fn times_and_units_are_read_where_they_can_be() {
        let Read::Level(level) = read(&row(&json!({"stock": 1, "modified_date": "2026-01-02T03:04:05.000006Z"})), 7)
        else {
            panic!("it is a level");
        };
        assert_eq!(level.modified_at.map(|at| at.micros() % 1_000_000), Some(6));
        let Read::Level(level) = read(&row(&json!({"stock": 1, "modified_date": "soon", "unit_type": "box"})), 7)
        else {
            panic!("it is a level");
        };
        assert_eq!((level.modified_at, level.unit), (None, None));
    }
}
