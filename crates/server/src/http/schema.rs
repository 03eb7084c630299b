//! The API description, made from the route table and the field, filter and view tables beside the handlers.
//!
//! Promises: OpenAPI 3.1; every route, every field and every status is there, because the same tables serve the
//! requests. Must not know nouns.

use std::sync::LazyLock;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::docs;
use super::routes::{Answer, Route, Under, routes};
use crate::auth::Permission;
use crate::wire::Family;
use crate::wire::error::Error;
use crate::wire::field::{Field, Kind};
use crate::wire::filter::{self, Filter};
use crate::wire::json::Reply;
use crate::wire::view::{Shape, View};
use onhand_core::OrderStatus;

/// `GET /api/schema/`.
pub async fn show(_: Call) -> Result<Reply, Error> {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    Ok(Reply::ok(TEXT.as_str()))
}

/// `GET /api/docs/`.
pub async fn page(_: Call) -> Result<Reply, Error> {
    Ok(Reply::other("text/html; charset=utf-8", docs::page(&document())))
}

/// The whole description.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas: Map<String, Value> = Map::new();
    schemas.insert("Error".to_owned(), error_schema());
    for route in routes() {
        for path in route.paths() {
            let family = if path.starts_with("/api/i1/") { Family::I1 } else { Family::V1 };
            let slash = if route.under == Under::Root { "" } else { "/" };
            let operations = paths.entry(format!("{path}{slash}")).or_insert_with(|| json!({}));
            operations[route.method.as_str().to_lowercase()] = operation(&route, family, &path, &mut schemas);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Onhand",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Stock and reservations. Wire-compatible with Akinon's Omnitron on these subjects. \
                            Paths answer with and without the slash at their end.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "apiKey", "in": "header", "name": "Authorization",
                    "description": "The word Token, a blank, and the key that auth/login gave.",
                },
            },
        },
    })
}

fn error_schema() -> Value {
    json!({
        "description": "Messages by field; or detail; or non_field_errors with error_code; for arrays, one per row.",
        "type": ["object", "array"],
    })
}

fn operation(route: &Route, family: Family, path: &str, schemas: &mut Map<String, Value>) -> Value {
    let tag = route.path.split('/').next().unwrap_or_default();
    let mut operation = json!({
        "tags": [tag],
        "operationId": format!("{}_{}", route.method.as_str().to_lowercase(), path.trim_matches('/').replace('/', "_")),
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": responses(route, family, schemas),
    });
    if let Some(fields) = route.body {
        operation["requestBody"] = body(fields, route);
    }
    if route.permission != Permission::Public {
        operation["security"] = json!([{"token": []}]);
    }
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut all = Vec::new();
    if route.path.contains("{id}") {
        all.push(json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1}}));
    }
    if route.path.contains("{number}") {
        all.push(json!({"name": "number", "in": "path", "required": true, "schema": {"type": "string"}}));
    }
    if route.path.ends_with("/movements") {
        all.push(json!({"name": "before", "in": "query", "schema": {"type": "integer"}}));
    }
    if route.ledger && route.method == Method::POST {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "description": "The first answer to this key is given again for seven days.",
        }));
    }
    if let Some(filters) = route.filters {
        all.extend(paging(filters));
        all.extend(filters.iter().flat_map(|filter| filter.lookups().iter().map(|one| look_up(filter, one))));
    }
    all
}

fn paging(filters: &[Filter]) -> Vec<Value> {
    let sorts: Vec<String> = ["id", "pk"]
        .into_iter()
        .chain(filters.iter().filter(|filter| filter.sortable).map(|filter| filter.name))
        .flat_map(|name| [name.to_owned(), format!("-{name}")])
        .fold(Vec::new(), |mut all, name| {
            if !all.contains(&name) {
                all.push(name);
            }
            all
        });
    vec![
        json!({"name": "limit", "in": "query",
            "schema": {"type": "integer", "minimum": 1, "default": filter::LIMIT_DEFAULT},
            "description": format!("Rows a page; cut to {}.", filter::LIMIT_MAX)}),
        json!({"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}}),
        json!({"name": "cursor", "in": "query", "schema": {"type": "string"},
            "description": "Empty to begin; then as next gives it. Costs the same at any depth."}),
        json!({"name": "sort", "in": "query", "schema": {"type": "string", "enum": sorts}}),
    ]
}

fn look_up(filter: &Filter, suffix: &str) -> Value {
    let name = format!("{}{suffix}", filter.name);
    let schema = match (filter.kind, suffix) {
        (_, "__in") => json!({"type": "string", "description": "Separated by commas."}),
        (_, date) if date.starts_with("__date") => json!({"type": "string", "format": "date"}),
        (filter::Kind::Int, _) => json!({"type": "integer"}),
        (filter::Kind::Bool, _) => json!({"type": "boolean"}),
        (filter::Kind::Time, _) => json!({"type": "string", "format": "date-time"}),
        (filter::Kind::Choice(words), _) => json!({"type": "string", "enum": words}),
        (filter::Kind::Status, _) => json!({"type": "string", "enum": status_codes()}),
        (filter::Kind::Text, _) => json!({"type": "string"}),
    };
    json!({"name": name, "in": "query", "schema": schema})
}

fn status_codes() -> Vec<String> {
    OrderStatus::ALL.iter().map(|status| status.code().to_string()).collect()
}

fn body(fields: &[Field], route: &Route) -> Value {
    let one = object(fields, route.whole);
    let schema = if route.many {
        json!({"oneOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": 1000}]})
    } else {
        one.clone()
    };
    let required = route.whole && fields.iter().any(|field| field.required);
    json!({
        "required": required,
        "content": {
            "application/json": {"schema": schema},
            "application/x-www-form-urlencoded": {"schema": one},
            "multipart/form-data": {"schema": one},
        },
    })
}

fn object(fields: &[Field], whole: bool) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut schema = kind(&field.kind, whole);
            if field.nullable && schema.get("type").is_some() {
                schema["type"] = json!([schema["type"], "null"]);
            }
            schema["description"] = json!(field.help);
            (field.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<_> = fields.iter().filter(|field| whole && field.required).map(|field| field.name).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn kind(kind: &Kind, whole: bool) -> Value {
    match kind {
        Kind::Text(max) => json!({"type": "string", "minLength": 1, "maxLength": max}),
        Kind::Blank(max) => json!({"type": "string", "maxLength": max}),
        Kind::Secret(max) => json!({"type": "string", "minLength": 1, "maxLength": max, "format": "password"}),
        Kind::Int(min, max) => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Choice(words) => json!({"type": "string", "enum": words}),
        Kind::Status => json!({"type": "string", "enum": status_codes()}),
        Kind::Object => json!({"type": "object"}),
        Kind::Any => json!({}),
        Kind::Time => json!({"type": "string", "format": "date-time"}),
        Kind::Decimal => json!({"type": "string", "pattern": "^[0-9]{1,16}(\\.[0-9]{1,4})?$"}),
        Kind::Pk => json!({"type": "integer"}),
        Kind::Pks => json!({"type": "array", "items": {"type": "integer"}}),
        Kind::Rows(fields, max) => {
            json!({"type": "array", "items": object(fields, whole), "minItems": 1, "maxItems": max})
        }
    }
}

fn responses(route: &Route, family: Family, schemas: &mut Map<String, Value>) -> Value {
    let mut all = Map::new();
    for (status, answer) in &route.answers {
        let good = match schema_of(*answer, family, route.many, schemas) {
            Some(schema) => json!({"description": "Done.", "content": {"application/json": {"schema": schema}}}),
            None if route.path == "metrics" => json!({"description": "Numbers.", "content": {"text/plain": {}}}),
            None if route.path == "api/docs" => json!({"description": "A page.", "content": {"text/html": {}}}),
            None if *status == 204 => json!({"description": "Done."}),
            None => json!({"description": "Done.", "content": {"application/json": {}}}),
        };
        all.insert(status.to_string(), good);
    }
    for (status, text) in refusals(route) {
        let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}});
        all.insert(status.to_string(), json!({"description": text, "content": content}));
    }
    Value::Object(all)
}

/// The bad answers that a route can give, by what it is.
fn refusals(route: &Route) -> Vec<(u16, &'static str)> {
    let writes = route.method != Method::GET;
    let table = [
        (400, writes || route.filters.is_some() || route.path.ends_with("/movements"), "The request has faults."),
        (401, route.permission != Permission::Public, "No token, or none that is valid."),
        (403, !matches!(route.permission, Permission::Public | Permission::SignedIn), "The role may not."),
        (404, route.path.contains('{') || route.filters.is_some(), "There is no such object or page."),
        (406, route.ledger || route.path.starts_with("stock_list"), "A rule refuses."),
        (408, writes, "The body took too long to arrive."),
        (413, writes, "The body is too large."),
        (422, route.ledger, "The idempotency key was used for another request."),
        (429, route.path == "auth/login", "Too many attempts; see Retry-After."),
        (503, route.under != Under::Root || route.path == "readyz", "Not just now; see Retry-After."),
    ];
    table.into_iter().filter(|(_, may, _)| *may).map(|(status, _, text)| (status, text)).collect()
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
        Shape::Int => json!({"type": "integer"}),
        Shape::IntOrNull => json!({"type": ["integer", "null"]}),
        Shape::Text => json!({"type": "string"}),
        Shape::TextOrNull => json!({"type": ["string", "null"]}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Object => json!({"type": "object"}),
        Shape::Time => json!({"type": "string", "format": "date-time"}),
        Shape::TimeOrNull => json!({"type": ["string", "null"], "format": "date-time"}),
        Shape::List(view) => json!({"type": "array", "items": reference(view, schemas)}),
    }
}
