//! The API description, made from the route table and the field, filter and view tables beside the handlers.
//!
//! Promises: OpenAPI 3.1; every route, every field and every status is there, because the same tables serve the
//! requests. Every path is written out under each of its mounts (docs/decisions/0003). Must not know resources.

mod answers;
mod bodies;
mod names;
pub mod page;
mod parameters;
mod shared;

use onhand_core::OrderStatus;
use serde_json::{Map, Value, json};

use self::answers::responses;
use self::bodies::{body, file};
use self::parameters::parameters;
use self::shared::Shared;
use crate::auth::Permission;
use crate::http::route::{Mount, Reading, Route};
use crate::wire::Family;

/// The whole description of these routes.
pub fn document(routes: &[Route]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut shared = Shared::default();
    for route in routes {
        let (operation, resource) = (names::operation(route, routes), names::resource(route, routes));
        for path in route.paths() {
            let described = Described { route, operation: &operation, resource: &resource, path: &path };
            let slash = if route.under == Mount::Root { "" } else { "/" };
            let operations = paths.entry(format!("{path}{slash}")).or_insert_with(|| json!({}));
            operations[route.method.as_str().to_lowercase()] = describe(&described, &mut shared);
        }
    }
    let mut areas: Vec<&str> = routes.iter().map(|route| route.area).collect();
    areas.dedup();
    let tags: Vec<Value> = areas.into_iter().map(|area| json!({"name": area})).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Onhand",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Stock and reservations. Wire-compatible with Akinon's Omnitron on these subjects. \
                            Paths answer with and without the slash at their end. A body may also be a form, \
                            URL-encoded or multipart, with the same fields; its lists and objects are JSON text.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "tags": tags,
        "security": [{"token": []}],
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

/// One route at one of its paths.
struct Described<'r> {
    route: &'r Route,
    /// What its operation is called, whatever the mount.
    operation: &'r str,
    /// What it is about.
    resource: &'r str,
    path: &'r str,
}

impl Described<'_> {
    fn family(&self) -> Family {
        if self.path.starts_with("/api/i1/") { Family::I1 } else { Family::V1 }
    }

    /// Whether it has a body of which fields may be unknown.
    fn takes_fields(&self) -> bool {
        self.route.body.is_some() || self.route.reading == Reading::InPieces
    }
}

fn describe(described: &Described<'_>, shared: &mut Shared) -> Value {
    let route = described.route;
    let mut operation = json!({
        "tags": [route.area],
        "operationId": names::at(described.operation, described.path),
        "summary": route.summary,
        "parameters": parameters(described, shared),
        "responses": responses(described, shared),
    });
    if let Some(fields) = route.body {
        operation["requestBody"] = body(fields, described, shared);
    }
    if route.reading == Reading::InPieces {
        operation["requestBody"] = file(route.options);
    }
    if route.permission == Permission::Public {
        operation["security"] = json!([]);
    }
    operation
}

/// An id: positive, and too large for a 32-bit number.
fn id() -> Value {
    json!({"type": "integer", "format": "int64", "minimum": 1})
}

fn status_codes() -> Vec<String> {
    OrderStatus::ALL.iter().map(|status| status.code().to_string()).collect()
}
