//! Answers in the description: what comes back when all is well, and the errors that a client tells apart.
//!
//! Promises: an error that depends on the operation stands under its own status; all others are `default`. Must not
//! know resources.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::shared::schema_of;
use super::{Described, Shared};
use crate::http::download::Format;
use crate::http::route::{Answer, Holds, Route};
use crate::wire::Family;
use crate::wire::response_schema::{PropertyType, ResponseSchema};

/// What every request may be answered, in the words of the description.
const ANY_ERROR: &str = "Any other error. 400: the request has errors. 401: there is no token, or none that is valid. \
    403: the role may not. 408: the body took too long to arrive. 413: it is too large. 415: its Content-Encoding is \
    neither gzip nor identity. 429: too many requests without a valid token. 431: address and headers are too large. \
    503: not just now. 429 and 503 have Retry-After.";

/// Every answer of a route.
pub(super) fn responses(described: &Described<'_>, shared: &mut Shared) -> Value {
    let mut all = Map::new();
    for (status, answer) in &described.route.answers {
        all.insert(status.to_string(), good(described, *status, *answer, shared));
    }
    shared.schemas.entry("Error").or_insert_with(error_schema);
    let content = json!({"application/json": {"schema": schema_of("Error")}});
    for (status, name, text) in errors(described) {
        let response = json!({"description": text, "content": content});
        all.insert(status.to_owned(), shared.response(&[name.to_owned()], response));
    }
    let retry_after = shared.header(
        "Retry-After",
        json!({"schema": {"type": "integer"}, "description": "After how many seconds it is worth asking again."}),
    );
    let any = json!({"description": ANY_ERROR, "headers": {"Retry-After": retry_after}, "content": content});
    all.insert("default".to_owned(), shared.response(&["Error".to_owned()], any));
    Value::Object(all)
}

fn good(described: &Described<'_>, status: u16, answer: Answer, shared: &mut Shared) -> Value {
    let route = described.route;
    let text = match status {
        204 => "Done; there is no body.",
        304 => "It is what the client has already.",
        _ => "Done.",
    };
    let mut good = json!({"description": text});
    if let Some(content) = content(answer, described.family(), route, &mut shared.schemas) {
        good["content"] = content;
    }
    let mut name = match answer {
        Answer::One(v1, i1) => view(described.family(), v1, i1).name.to_owned(),
        Answer::Page(v1, i1) => page_name(view(described.family(), v1, i1)),
        Answer::File => format!("{}File", described.resource),
        Answer::Media(_) => format!("{}Body", described.resource),
        Answer::Nothing => format!("Nothing{status}"),
    };
    let mut headers = Map::new();
    if described.takes_fields() {
        let ignored = json!({"schema": {"type": "string"}, "description":
            "The fields of the body that were not read, parted by commas; absent if all were."});
        headers.insert("Onhand-Ignored-Fields".to_owned(), shared.header("Onhand-Ignored-Fields", ignored));
        name.push_str("Written");
    }
    if route.is_keyed() {
        let replayed = json!({"schema": {"type": "string", "enum": ["true"]}, "description":
            "The answer is that of an earlier request with the same key; absent if it is not."});
        headers.insert("Idempotent-Replayed".to_owned(), shared.header("Idempotent-Replayed", replayed));
        name.push_str("Once");
    }
    if route.versioned && !matches!(answer, Answer::Nothing) {
        let tag = json!({"schema": {"type": "string"}, "description":
            "The version of the row, for If-Match; absent if the answer is that of an earlier request or of many rows."});
        headers.insert("ETag".to_owned(), shared.header("ETag", tag));
        name.push_str("Tagged");
    }
    if !headers.is_empty() {
        good["headers"] = Value::Object(headers);
    }
    let own = format!("{name}.{}", described.operation);
    shared.response(&[name, own], good)
}

/// The view that a family shows.
fn view(family: Family, v1: &'static ResponseSchema, i1: &'static ResponseSchema) -> &'static ResponseSchema {
    if family == Family::I1 { i1 } else { v1 }
}

/// What the body of an answer is, by media type; nothing where there is none.
fn content(answer: Answer, family: Family, route: &Route, schemas: &mut Map<String, Value>) -> Option<Value> {
    let schema = match answer {
        Answer::Nothing => return None,
        Answer::Media(media_type) => return Some(json!({media_type: {}})),
        Answer::File => {
            let files = route.formats.iter().map(|format| (format.content_type().to_owned(), file(*format)));
            return Some(Value::Object(files.collect()));
        }
        Answer::One(v1, i1) => {
            let one = reference(view(family, v1, i1), schemas);
            if route.many { json!({"oneOf": [one, {"type": "array", "items": one}]}) } else { one }
        }
        Answer::Page(v1, i1) => page(view(family, v1, i1), schemas),
    };
    Some(json!({"application/json": {"schema": schema}}))
}

fn file(format: Format) -> Value {
    match format {
        Format::Json => json!({"schema": {"type": "array", "items": {"type": "object"}}}),
        Format::Csv | Format::Xlsx => json!({"schema": {"type": "string", "format": "binary"}}),
    }
}

fn error_schema() -> Value {
    json!({
        "description": "Messages by field; or detail; or non_field_errors with error_code; for arrays, one per row.",
        "type": ["object", "array"],
    })
}

/// The errors that depend on the operation.
fn errors(described: &Described<'_>) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let route = described.route;
    let by_key = route.parameters.iter().any(|parameter| parameter.holds == Holds::Key);
    let is_sought = described.path.contains('{') || route.filters.is_some() || by_key;
    let table = [
        ("404", "NotFound", is_sought, "There is no such object or page."),
        ("406", "Rejected", route.may_be_rejected(), "A rule rejects it; error_code says which."),
        (
            "412",
            "Stale",
            route.versioned && route.method != Method::GET,
            "The row is not as expected or If-Match says; current has it as it is.",
        ),
        ("422", "KeyReused", route.is_keyed(), "The idempotency key was used for another request."),
        ("429", "Throttled", route.throttled, "There were too many attempts; see Retry-After."),
    ];
    table.into_iter().filter(|(_, _, may, _)| *may).map(|(status, name, _, text)| (status, name, text))
}

fn page_name(view: &ResponseSchema) -> String {
    format!("{}Page", view.name)
}

fn page(view: &'static ResponseSchema, schemas: &mut Map<String, Value>) -> Value {
    let name = page_name(view);
    if !schemas.contains_key(&name) {
        let row = reference(view, schemas);
        let link = json!({"type": ["string", "null"]});
        let page = json!({
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {"type": ["integer", "null"]}, "next": link, "previous": link,
                "results": {"type": "array", "items": row},
            },
        });
        schemas.insert(name.clone(), page);
    }
    schema_of(&name)
}

fn reference(view: &'static ResponseSchema, schemas: &mut Map<String, Value>) -> Value {
    if !schemas.contains_key(view.name) {
        let properties: Map<String, Value> =
            view.properties.iter().map(|property| (property.name.to_owned(), shape(property.kind, schemas))).collect();
        let required: Vec<_> = view.properties.iter().map(|property| property.name).collect();
        let schema = json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": view.open,
        });
        schemas.insert(view.name.to_owned(), schema);
    }
    schema_of(view.name)
}

fn shape(shape: PropertyType, schemas: &mut Map<String, Value>) -> Value {
    match shape {
        PropertyType::Int => json!({"type": "integer", "format": "int64"}),
        PropertyType::IntOrNull => json!({"type": ["integer", "null"], "format": "int64"}),
        PropertyType::Text => json!({"type": "string"}),
        PropertyType::TextOrNull => json!({"type": ["string", "null"]}),
        PropertyType::Ints => json!({"type": "array", "items": {"type": "integer", "format": "int64"}}),
        PropertyType::Bool => json!({"type": "boolean"}),
        PropertyType::BoolOrNull => json!({"type": ["boolean", "null"]}),
        PropertyType::Number => json!({"type": ["number", "null"]}),
        PropertyType::ObjectOrNull => json!({"type": ["object", "null"]}),
        PropertyType::One(view) => reference(view, schemas),
        PropertyType::Any => json!({}),
        PropertyType::Object => json!({"type": "object"}),
        PropertyType::Time => json!({"type": "string", "format": "date-time"}),
        PropertyType::TimeOrNull => json!({"type": ["string", "null"], "format": "date-time"}),
        PropertyType::Texts => json!({"type": "array", "items": {"type": "string"}}),
        PropertyType::List(view) => json!({"type": "array", "items": reference(view, schemas)}),
    }
}
