//! The API description, made from the route table and the field, filter and view tables beside the handlers.
//!
//! Promises: OpenAPI 3.1; every route, every field and every status is there, because the same tables serve the
//! requests. Must not know resources.

mod answers;
mod bodies;
pub mod page;
mod parameters;

use axum::http::Method;
use onhand_core::OrderStatus;
use serde_json::{Map, Value, json};

use self::answers::responses;
use self::bodies::{body, file};
use self::parameters::parameters;
use crate::auth::Permission;
use crate::http::route::{Mount, Reading, Route};
use crate::wire::Family;

/// The whole description of these routes.
pub fn document(routes: &[Route]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut shared = Shared::default();
    for route in routes {
        for path in route.paths() {
            let described = Described { route, all: routes, path: &path };
            let slash = if route.under == Mount::Root { "" } else { "/" };
            let operations = paths.entry(format!("{path}{slash}")).or_insert_with(|| json!({}));
            operations[route.method.as_str().to_lowercase()] = operation(&described, &mut shared);
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
            "schemas": shared.schemas,
            "responses": shared.responses,
            "parameters": shared.parameters,
            "headers": shared.headers,
            "securitySchemes": {
                "token": {
                    "type": "apiKey", "in": "header", "name": "Authorization",
                    "description": "The word Token, a blank, and the key that auth/login gave.",
                },
            },
        },
    })
}

/// What several operations have in common: written once, referred to by name.
#[derive(Default)]
struct Shared {
    schemas: Map<String, Value>,
    responses: Map<String, Value>,
    parameters: Map<String, Value>,
    headers: Map<String, Value>,
}

impl Shared {
    fn header(&mut self, name: &str, header: Value) -> Value {
        self.headers.entry(name).or_insert(header);
        json!({"$ref": format!("#/components/headers/{name}")})
    }

    fn parameter(&mut self, name: &str, parameter: Value) -> Value {
        self.parameters.entry(name).or_insert(parameter);
        json!({"$ref": format!("#/components/parameters/{name}")})
    }
}

/// One route at one of its paths, among all routes.
struct Described<'r> {
    route: &'r Route,
    all: &'r [Route],
    path: &'r str,
}

impl Described<'_> {
    fn family(&self) -> Family {
        if self.path.starts_with("/api/i1/") { Family::I1 } else { Family::V1 }
    }
}

fn operation(described: &Described<'_>, shared: &mut Shared) -> Value {
    let route = described.route;
    let tag = route.path.split('/').next().unwrap_or_default();
    let mut operation = json!({
        "tags": [tag],
        "operationId": operation_id(&route.method, described.path),
        "summary": route.summary,
        "parameters": parameters(route, described.path, shared),
        "responses": responses(described, shared),
    });
    if let Some(fields) = route.body {
        operation["requestBody"] = body(fields, route, shared);
    }
    if route.reading == Reading::InPieces {
        operation["requestBody"] = file(route.options);
    }
    if route.permission != Permission::Public {
        operation["security"] = json!([{"token": []}]);
    }
    operation
}

/// A name that every client generator can make a function of.
fn operation_id(method: &Method, path: &str) -> String {
    let words = path.trim_matches('/').replace('/', "_").replace(['{', '}'], "");
    format!("{}_{words}", method.as_str().to_lowercase())
}

/// An id: positive, and too large for a 32-bit number.
fn id() -> Value {
    json!({"type": "integer", "format": "int64", "minimum": 1})
}

fn status_codes() -> Vec<String> {
    OrderStatus::ALL.iter().map(|status| status.code().to_string()).collect()
}
