//! Answers in the description: what comes back when all is well, where its ids lead, and every rejection.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::{Described, Shared, operation_id};
use crate::auth::Permission;
use crate::http::download::Format;
use crate::http::route::{Answer, Mount, Reading, RefusedBy, Route};
use crate::wire::Family;
use crate::wire::view::{Shape, View};

/// Every answer of a route.
pub(super) fn responses(described: &Described<'_>, shared: &mut Shared) -> Value {
    let route = described.route;
    let mut all = Map::new();
    for (status, answer) in &route.answers {
        let mut good = match schema_of(*answer, described.family(), route.many, &mut shared.schemas) {
            Some(schema) => json!({"description": "Done.", "content": {"application/json": {"schema": schema}}}),
            None if route.path == "metrics" => json!({"description": "Numbers.", "content": {"text/plain": {}}}),
            None if route.path == "api/docs" => json!({"description": "A page.", "content": {"text/html": {}}}),
            None if !route.formats.is_empty() => json!({"description": "A file.", "content": files(route)}),
            None if *status == 204 => json!({"description": "Done."}),
            None => json!({"description": "Done.", "content": {"application/json": {}}}),
        };
        if route.body.is_some() || route.reading == Reading::InPieces {
            let ignored = json!({"schema": {"type": "string"}, "description":
                "The fields of the body that were not read, parted by commas; absent if all were."});
            good["headers"] = json!({"Onhand-Ignored-Fields": shared.header("ignored_fields", ignored)});
        }
        let links = links(described, *answer);
        if !links.is_empty() {
            good["links"] = Value::Object(links);
        }
        all.insert(status.to_string(), good);
    }
    for (status, name, text) in refusals(described) {
        shared.schemas.entry("Error").or_insert_with(error_schema);
        let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}});
        shared.responses.entry(name).or_insert_with(|| json!({"description": text, "content": content}));
        all.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{name}")}));
    }
    Value::Object(all)
}

fn files(route: &Route) -> Map<String, Value> {
    let schema = |format: &Format| match format {
        Format::Json => json!({"schema": {"type": "array", "items": {"type": "object"}}}),
        Format::Csv | Format::Xlsx => json!({"schema": {"type": "string", "format": "binary"}}),
    };
    route.formats.iter().map(|format| (format.content_type().to_owned(), schema(format))).collect()
}

fn error_schema() -> Value {
    json!({
        "description": "Messages by field; or detail; or non_field_errors with error_code; for arrays, one per row.",
        "type": ["object", "array"],
    })
}

/// Where the ids in an answer to a POST lead: to the paths below the same collection, and to those of its rows.
fn links(described: &Described<'_>, answer: Answer) -> Map<String, Value> {
    let (Answer::One(v1, i1), Method::POST) = (answer, described.route.method.clone()) else { return Map::new() };
    let view = if described.family() == Family::I1 { i1 } else { v1 };
    let base = described.path.strip_suffix(described.route.path).unwrap_or_default();
    let mut links = Map::new();
    for target in described.all.iter().filter(|target| target.paths().contains(&format!("{base}{}", target.path))) {
        let Some((collection, _)) = target.path.split_once("/{id}") else { continue };
        let place = view.properties.iter().find_map(|property| match property.kind {
            Shape::Int if matches!(property.name, "pk" | "id") && collection == described.route.path => {
                Some(property.name.to_owned())
            }
            Shape::List(_) if property.name == collection => Some(format!("{collection}/0/pk")),
            _ => None,
        });
        if let Some(place) = place {
            let name = operation_id(&target.method, &format!("{base}{}", target.path));
            let parameters = json!({"id": format!("$response.body#/{place}")});
            links.insert(name.clone(), json!({"operationId": name, "parameters": parameters}));
        }
    }
    links
}

/// The bad answers that a route can give, by what it is.
fn refusals(described: &Described<'_>) -> Vec<(u16, &'static str, &'static str)> {
    let route = described.route;
    let writes = route.method != Method::GET;
    let may_be_refused = route.writer || route.refused_by == RefusedBy::Rules || route.path.starts_with("stock_list");
    let table = [
        (400, "bad_request", route.under != Mount::Root, "The request has faults."),
        (401, "unauthorized", route.permission != Permission::Public, "No token, or none that is valid."),
        (403, "forbidden", !matches!(route.permission, Permission::Public | Permission::SignedIn), "The role may not."),
        (
            404,
            "not_found",
            described.path.contains('{') || route.filters.is_some() || route.path.ends_with("_status"),
            "There is no such object or page.",
        ),
        (406, "refused", may_be_refused, "A rule refuses."),
        (408, "too_slow", writes, "The body took too long to arrive."),
        (413, "too_large", writes, "The body is too large."),
        (415, "encoding_unknown", writes, "The body's Content-Encoding is neither gzip nor identity."),
        (422, "key_reused", route.writer || route.is_keyed(), "The idempotency key was used for another request."),
        (429, "throttled", route.path == "auth/login", "Too many attempts; see Retry-After."),
        (431, "headers_too_large", true, "Address and headers are too large."),
        (503, "busy", route.under != Mount::Root || route.path == "readyz", "Not just now; see Retry-After."),
    ];
    table.into_iter().filter(|(_, _, may, _)| *may).map(|(status, name, _, text)| (status, name, text)).collect()
}

fn schema_of(answer: Answer, family: Family, many: bool, schemas: &mut Map<String, Value>) -> Option<Value> {
    let pick = |v1: &'static View, i1: &'static View| if family == Family::I1 { i1 } else { v1 };
    match answer {
        Answer::One(v1, i1) => {
            let one = reference(pick(v1, i1), schemas);
            Some(if many { json!({"oneOf": [one, {"type": "array", "items": one}]}) } else { one })
        }
        Answer::Page(v1, i1) => {
            let row = reference(pick(v1, i1), schemas);
            let link = json!({"type": ["string", "null"]});
            Some(json!({
                "type": "object",
                "required": ["count", "next", "previous", "results"],
                "properties": {
                    "count": {"type": ["integer", "null"]}, "next": link, "previous": link,
                    "results": {"type": "array", "items": row},
                },
            }))
        }
        Answer::Nothing | Answer::Free => None,
    }
}

fn reference(view: &'static View, schemas: &mut Map<String, Value>) -> Value {
    if !schemas.contains_key(view.name) {
        let properties: Map<String, Value> =
            view.properties.iter().map(|property| (property.name.to_owned(), shape(property.kind, schemas))).collect();
        let required: Vec<_> = view.properties.iter().map(|property| property.name).collect();
        let schema = json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": view.open,
        });
        schemas.insert(view.name.to_owned(), schema);
    }
    json!({"$ref": format!("#/components/schemas/{}", view.name)})
}

fn shape(shape: Shape, schemas: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Int => json!({"type": "integer", "format": "int64"}),
        Shape::IntOrNull => json!({"type": ["integer", "null"], "format": "int64"}),
        Shape::Text => json!({"type": "string"}),
        Shape::TextOrNull => json!({"type": ["string", "null"]}),
        Shape::Ints => json!({"type": "array", "items": {"type": "integer", "format": "int64"}}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::BoolOrNull => json!({"type": ["boolean", "null"]}),
        Shape::Number => json!({"type": ["number", "null"]}),
        Shape::ObjectOrNull => json!({"type": ["object", "null"]}),
        Shape::One(view) => reference(view, schemas),
        Shape::Any => json!({}),
        Shape::Object => json!({"type": "object"}),
        Shape::Time => json!({"type": "string", "format": "date-time"}),
        Shape::TimeOrNull => json!({"type": ["string", "null"], "format": "date-time"}),
        Shape::Texts => json!({"type": "array", "items": {"type": "string"}}),
        Shape::List(view) => json!({"type": "array", "items": reference(view, schemas)}),
    }
}
