//! Values that are wrong for most fields, and a second opinion on which field must reject which.
//!
//! Promises: written from the tables of the vendor's documents, not from the form reader; where only an object's
//! existence decides, it gives no opinion. Must not know routes.

use onhand::wire::field::{Field, FieldKind};
use serde_json::{Value, json};

use crate::shop::long;

/// What a field must do with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// 400 that names the field.
    Refused,
    /// Whatever follows, not a fault of the value's form.
    Taken,
    /// It depends on what there is in the shop.
    Unclear,
}

/// Every JSON type, the edges of every bound, and what has broken servers before.
pub(crate) fn values() -> Vec<Value> {
    let deep = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    let deep_object = (0..60).fold(json!(1), |inner, _| json!({"a": inner}));
    let mut all = vec![
        json!(null),
        json!(true),
        json!(false),
        json!([]),
        json!({}),
        json!([1]),
        json!([null]),
        json!([[]]),
        json!({"a": 1}),
        json!({"": {"": null}}),
        deep(40),
        deep(100),
        deep_object,
        json!([long(70_000)]),
        json!({"a": long(70_000)}),
    ];
    all.extend([0, 1, -1, 7, 86_401, 2_147_483_647, 2_147_483_648, i64::MAX, i64::MIN].map(|number| json!(number)));
    all.extend([u64::MAX].map(|number| json!(number)));
    all.extend([1.5, -0.5, 12.0, 1e300, -1e300, 5e-324].map(|number| json!(number)));
    let texts = [
        "",
        " ",
        "\t\n",
        "x",
        "-",
        "-1",
        "+1",
        "2147483648",
        "99999999999999999999",
        "1.5",
        "1e5",
        "1e400",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x10",
        "null",
        "True",
        "maybe",
        "100",
        "zzz",
        "kg",
        "{}",
        "{\"a\": 1}",
        "[1]",
        "{",
        "2026-01-02",
        "2026-13-01",
        "2026-02-30T00:00:00Z",
        "a\u{0}b",
        "\u{0}",
        "\u{1f}",
        "\u{fffd}\u{202e}",
        "١٢",
        "'; DROP TABLE stock; --",
        "\u{feff}x",
        "-0",
        "00",
    ];
    all.extend(texts.map(|text| json!(text)));
    all.extend([65, 129, 151, 256, 257, 100_000].map(|characters| json!(long(characters))));
    all
}

/// What a field must do with a value, by what its table says.
pub(crate) fn verdict(field: &Field, value: &Value) -> Verdict {
    // What else may be null has a blank form; a state has none.
    let is_blank = matches!(field.kind, FieldKind::Status | FieldKind::TimeZone)
        && value.as_str().is_some_and(|text| text.trim().is_empty());
    if value.is_null() || is_blank {
        return taken(field.nullable);
    }
    // What names something is no number that may have been another one.
    let is_inexact = |number: &serde_json::Number| {
        let text = number.to_string();
        text.len() > 15 || !text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if field.exact && value.as_number().is_some_and(is_inexact) {
        return Verdict::Refused;
    }
    match field.kind {
        FieldKind::Text(max) => taken(text(value).is_some_and(|text| (1..=max).contains(&text.trim().chars().count()))),
        FieldKind::Blank(max) => taken(text(value).is_some_and(|text| text.trim().chars().count() <= max)),
        FieldKind::Secret(max) => taken(text(value).is_some_and(|text| (1..=max).contains(&text.chars().count()))),
        FieldKind::Int(min, max) => {
            taken(whole(value).is_some_and(|number| (min.into()..=max.into()).contains(&number)))
        }
        FieldKind::Bool => taken(match value {
            Value::Bool(_) => true,
            Value::Number(number) => matches!(number.as_i64(), Some(0 | 1)),
            Value::String(text) => text == "True",
            _ => false,
        }),
        FieldKind::Choice(words) => taken(value.as_str().is_some_and(|text| words.contains(&text))),
        FieldKind::Status => taken(value == "100"),
        FieldKind::Object => taken(match value {
            Value::Object(_) => small(value),
            Value::String(text) => matches!(text.as_str(), "{}" | "{\"a\": 1}"),
            _ => false,
        }),
        FieldKind::List => taken(match value {
            Value::Array(_) => small(value),
            Value::String(text) => text == "[1]",
            _ => false,
        }),
        FieldKind::Number(max) => taken(fraction(value).is_some_and(|number| number.abs() <= f64::from(max))),
        FieldKind::Any => taken(small(value)),
        FieldKind::Time => taken(value == "2026-01-02"),
        FieldKind::Decimal => taken(decimal(value)),
        FieldKind::Pk => match whole(value) {
            Some(1..=i128::MAX) if field.name != "order" => Verdict::Unclear,
            _ => Verdict::Refused,
        },
        FieldKind::Pks | FieldKind::Units => taken(match value {
            Value::Array(items) => items.iter().all(|item| whole(item).is_some_and(|id| i64::try_from(id).is_ok())),
            Value::Object(items) => items.is_empty(),
            // A form can only carry text, so a list or an object may come as its JSON text.
            Value::String(text) => matches!(text.as_str(), "{}" | "[1]"),
            _ => false,
        }),
        FieldKind::Texts(max, chars) => taken(match value {
            Value::Array(items) => {
                let fits = |item| text(item).is_some_and(|text| (1..=chars).contains(&text.trim().chars().count()));
                items.len() <= max && items.iter().all(fits)
            }
            Value::String(text) => text == "[1]",
            _ => false,
        }),
        // A list that may be missing may be empty.
        FieldKind::Rows(..) => taken(field.nullable && matches!(value, Value::Array(rows) if rows.is_empty())),
        // None of the values is the name of a zone.
        FieldKind::TimeZone => Verdict::Refused,
        // An object may come as its JSON text. One without required fields may be empty.
        FieldKind::One(fields) => match value == &json!({}) || value == "{}" {
            true if fields.iter().all(|field| !field.required) => Verdict::Unclear,
            _ => Verdict::Refused,
        },
    }
}

/// A value that a field of this kind rejects, to spoil all fields of a body at once.
pub(crate) fn refused(field: &Field) -> Value {
    match field.kind {
        FieldKind::Text(_) | FieldKind::Blank(_) | FieldKind::Secret(_) => json!(["no text"]),
        FieldKind::Any => (0..40).fold(json!(1), |inner, _| json!([inner])),
        FieldKind::Bool => json!("maybe"),
        FieldKind::Object | FieldKind::List => json!("no object"),
        _ => json!("zzz"),
    }
}

fn taken(yes: bool) -> Verdict {
    if yes { Verdict::Taken } else { Verdict::Refused }
}

/// Numbers are read as texts, as the vendor's servers do; a NUL is in no text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.contains('\0')),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The whole number that a value is, however it is written; `12.0` counts as whole.
fn whole(value: &Value) -> Option<i128> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let text = text.strip_suffix(".0").unwrap_or(&text);
    let digits = text.strip_prefix('-').unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Up to 16 digits, up to 4 after the point, not negative.
fn decimal(value: &Value) -> bool {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return false,
    };
    let (before, after) = text.split_once('.').unwrap_or((&text, "0"));
    let digits = |part: &str, max| (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(before, 16) && digits(after, 4)
}

/// Digits, perhaps with a minus before and a fraction behind; no exponent.
fn fraction(value: &Value) -> Option<f64> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
    if plain { text.parse().ok() } else { None }
}

/// Free data may have 32 levels and 64 KiB.
fn small(value: &Value) -> bool {
    fn levels(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(levels).max().unwrap_or(0),
            Value::Object(fields) => 1 + fields.values().map(levels).max().unwrap_or(0),
            _ => 0,
        }
    }
    levels(value) <= 32 && value.to_string().len() <= 65_536
}
