//! Bodies of requests in the description, by the field tables that read them.

use onhand_core::QUANTITY_MAX;
use serde_json::{Map, Value, json};

use super::{Described, Shared, id, names, status_codes};
use crate::http::route::FILE_TYPES;
use crate::wire::body::ROWS_MAX;
use crate::wire::field::{Field, FieldKind};
use crate::zone;

/// The body of a route. That it may also be a form is said once for all of them.
pub(super) fn body(fields: &[Field], described: &Described<'_>, shared: &mut Shared) -> Value {
    let route = described.route;
    let one = shared.schema(&names::bodies(described.operation, described.resource), object(fields, route.whole));
    let schema = if route.many {
        json!({"oneOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": ROWS_MAX}]})
    } else {
        one
    };
    let required = route.whole && fields.iter().any(|field| field.required);
    json!({"required": required, "content": {"application/json": {"schema": schema}}})
}

/// A file: as a part of a form, or the body itself.
pub(super) fn file(options: &[Field]) -> Value {
    let bytes = json!({"type": "string", "format": "binary"});
    let mut form = object(options, false);
    form["properties"]["file"] = bytes.clone();
    form["required"] = json!(["file"]);
    let form = json!({"schema": form, "encoding": {"file": {"contentType": FILE_TYPES.join(", ")}}});
    let whole = FILE_TYPES.map(|media_type| (media_type.to_owned(), json!({"schema": bytes})));
    let content: Map<_, _> = std::iter::once(("multipart/form-data".to_owned(), form)).chain(whole).collect();
    json!({"required": true, "content": content})
}

fn object(fields: &[Field], whole: bool) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut schema = kind(&field.kind, whole);
            if field.nullable && schema.get("type").is_some() {
                schema["type"] = json!([schema["type"], "null"]);
                // A list that may be missing may be empty.
                schema.as_object_mut().and_then(|schema| schema.remove("minItems"));
            }
            if let (true, Some(words)) = (field.nullable, schema.get_mut("enum").and_then(Value::as_array_mut)) {
                words.push(Value::Null);
                words.extend(matches!(field.kind, FieldKind::Status).then(|| json!("")));
            }
            schema["description"] = json!(field.help);
            (field.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<_> = fields.iter().filter(|field| whole && field.required).map(|field| field.name).collect();
    let mut schema = json!({"type": "object", "properties": properties, "required": required});
    let alternatives = fields.iter().filter(|field| whole && field.alternative);
    let alternatives: Vec<_> = alternatives.map(|field| json!({"required": [field.name]})).collect();
    if !alternatives.is_empty() {
        schema["oneOf"] = json!(alternatives);
    }
    schema
}

pub(super) fn kind(kind: &FieldKind, whole: bool) -> Value {
    match kind {
        FieldKind::Text(max) => json!({"type": "string", "minLength": 1, "maxLength": max, "pattern": "\\S"}),
        FieldKind::Blank(max) => json!({"type": "string", "maxLength": max}),
        FieldKind::Secret(max) => json!({"type": "string", "minLength": 1, "maxLength": max, "format": "password"}),
        FieldKind::Int(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        FieldKind::Bool => json!({"type": "boolean"}),
        FieldKind::Choice(words) => json!({"type": "string", "enum": words}),
        FieldKind::Status => json!({"type": "string", "enum": status_codes()}),
        FieldKind::Object => json!({"type": "object"}),
        FieldKind::List => json!({"type": "array"}),
        FieldKind::Number(max) => json!({"type": "number", "minimum": -i64::from(*max), "maximum": max}),
        FieldKind::Any => json!({}),
        FieldKind::Time => json!({"type": "string", "format": "date-time"}),
        FieldKind::TimeZone => json!({"type": "string", "maxLength": zone::NAME_CHARS_MAX}),
        FieldKind::Decimal => json!({"type": "string", "pattern": "^[0-9]{1,16}(\\.[0-9]{1,4})?$"}),
        FieldKind::Pk => id(),
        FieldKind::Pks => json!({"type": "array", "items": id()}),
        FieldKind::Units => {
            let quantity = json!({"type": ["integer", "null"], "minimum": 1, "maximum": QUANTITY_MAX});
            let line = json!({"type": "object", "properties": {"id": id(), "quantity": quantity}, "required": ["id"]});
            json!({"type": "array", "items": {"anyOf": [id(), line]}})
        }
        FieldKind::Texts(max, chars) => {
            let text = json!({"type": "string", "minLength": 1, "maxLength": chars, "pattern": "\\S"});
            json!({"type": "array", "items": text, "maxItems": max})
        }
        FieldKind::Rows(fields, max) => {
            json!({"type": "array", "items": object(fields, whole), "minItems": 1, "maxItems": max})
        }
        FieldKind::One(fields) => object(fields, whole),
    }
}
