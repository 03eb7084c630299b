//! Parameters in the description: ids in paths, filters and paging of lists, the idempotency key.

use axum::http::Method;
use serde_json::{Value, json};

use super::bodies::kind;
use super::{Shared, id, status_codes};
use crate::http::route::{CHANNEL, Holds, Parameter, Reading, Route};
use crate::wire::filter::{self, Filter, Kind};

/// The parameters of a route.
pub(super) fn parameters(route: &Route, path: &str, shared: &mut Shared) -> Vec<Value> {
    let mut all = Vec::new();
    if path.starts_with(CHANNEL) {
        let channel = json!({"name": "channel", "in": "path", "required": true, "schema": id()});
        all.push(shared.parameter("channel", channel));
    }
    if route.path.contains("{id}") {
        let id = json!({"name": "id", "in": "path", "required": true, "schema": id()});
        all.push(shared.parameter("id", id));
    }
    if route.path.contains("{number}") {
        all.push(json!({"name": "number", "in": "path", "required": true, "schema": {"type": "string"}}));
    }
    if route.path.contains("{cache_key}") {
        all.push(json!({"name": "cache_key", "in": "path", "required": true, "schema": {"type": "string"}}));
    }
    if !route.formats.is_empty() {
        let words: Vec<&str> = route.formats.iter().map(|format| format.word()).collect();
        let schema = json!({"type": "string", "enum": words, "default": words[0]});
        all.push(json!({"name": "format", "in": "query", "schema": schema}));
    }
    all.extend(route.parameters.iter().map(asked));
    all.extend(route.options.iter().map(|field| {
        json!({"name": field.name, "in": "query", "schema": kind(&field.kind, false), "description": field.help})
    }));
    if route.is_keyed() {
        let key = json!({
            "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "description": "The first answer to this key is given again for seven days.",
        });
        all.push(shared.parameter("idempotency_key", key));
    }
    if route.body.is_some() || route.reading == Reading::InPieces {
        let prefer = json!({
            "name": "Prefer", "in": "header", "schema": {"type": "string", "enum": ["handling=strict", "handling=lenient"]},
            "description": "Whether a field that is not known is refused (400), or named in Onhand-Ignored-Fields. \
                            Lenient where the vendor documents the path, else strict.",
        });
        all.push(shared.parameter("prefer", prefer));
    }
    if let Some(filters) = route.filters {
        match route.formats.is_empty() {
            // What changes all that the filters leave has no pages.
            true if route.method != Method::GET => {}
            true => all.extend(paging(filters, shared)),
            false => {
                all.push(json!({"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["id", "-id"]}}));
            }
        }
        all.extend(filters.iter().flat_map(|filter| filter.lookups().iter().map(|one| look_up(filter, one))));
    }
    all
}

fn asked(parameter: &Parameter) -> Value {
    let text = json!({"type": "string", "minLength": 1});
    let schema = match parameter.holds {
        Holds::Id => json!({"type": "integer", "format": "int64"}),
        Holds::Number(None) => json!({"type": "integer", "minimum": 1}),
        Holds::Number(Some(max)) => json!({"type": "integer", "minimum": 1, "maximum": max}),
        Holds::Text => text,
        Holds::Texts => json!({"type": "array", "items": text}),
    };
    let mut described = json!({"name": parameter.name, "in": "query", "schema": schema});
    if parameter.required {
        described["required"] = json!(true);
    }
    if parameter.holds == Holds::Texts {
        described["explode"] = json!(true);
    }
    described
}

fn paging(filters: &[Filter], shared: &mut Shared) -> Vec<Value> {
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
    let limit = json!({"name": "limit", "in": "query",
        "schema": {"type": "integer", "minimum": 1, "default": filter::LIMIT_DEFAULT},
        "description": format!("Rows a page; cut to {}.", filter::LIMIT_MAX)});
    let page = json!({"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}});
    let cursor = json!({"name": "cursor", "in": "query", "schema": {"type": "string"},
        "description": "Empty to begin; then as next gives it. Costs the same at any depth."});
    vec![
        shared.parameter("limit", limit),
        shared.parameter("page", page),
        shared.parameter("cursor", cursor),
        json!({"name": "sort", "in": "query", "schema": {"type": "string", "enum": sorts}}),
    ]
}

fn look_up(filter: &Filter, suffix: &str) -> Value {
    let name = format!("{}{suffix}", filter.name);
    let one = match filter.kind {
        _ if suffix.starts_with("__date") => json!({"type": "string", "format": "date"}),
        Kind::Int => json!({"type": "integer", "format": "int64"}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Time => json!({"type": "string", "format": "date-time"}),
        Kind::Choice(words) => json!({"type": "string", "enum": words}),
        Kind::Status => json!({"type": "string", "enum": status_codes()}),
        Kind::Text | Kind::Folded | Kind::Linked => json!({"type": "string"}),
    };
    if suffix == "__in" {
        // The bound stands in the words: stated as maxItems, tools fill it, and the address grows past any server's
        // limit.
        let text = format!("Any of these, at most {}.", filter::IN_VALUES_MAX);
        let many = json!({"type": "array", "items": one});
        return json!({
            "name": name, "in": "query", "style": "form", "explode": false, "schema": many, "description": text,
        });
    }
    json!({"name": name, "in": "query", "schema": one})
}
