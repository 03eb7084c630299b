//! Parameters in the description: ids in paths, filters and paging of lists, the idempotency key.
//!
//! Promises: each is written once and referred to; those of a filter are made of its row, for each look-up it has. Must
//! not know resources.

use axum::http::Method;
use onhand_core::StockState;
use onhand_store::query::COUNTED_MAX;
use serde_json::{Value, json};

use super::bodies::kind;
use super::{Described, Shared, id, status_codes};
use crate::http::route::{Holds, Parameter, Rows};
use crate::services::outgoing::via::{NAME_CHARS_MAX, VIA_MAX};
use crate::services::outgoing::waiting::WAIT_SECONDS_MAX;
use crate::wire::filter::{self, Filter, Kind};

/// The parameters of a route.
pub(super) fn parameters(described: &Described<'_>, shared: &mut Shared) -> Vec<Value> {
    let route = described.route;
    let mut all = Vec::new();
    all.extend(shared.parameters(&["path.".to_owned()], &in_path(described.path)));
    let mut alone: Vec<Value> = Vec::new();
    if !route.formats.is_empty() {
        let words: Vec<&str> = route.formats.iter().map(|format| format.word()).collect();
        let schema = json!({"type": "string", "enum": words, "default": words[0]});
        alone.push(json!({"name": "format", "in": "query", "schema": schema}));
    }
    alone.extend(route.parameters.iter().map(asked));
    alone.extend(route.options.iter().map(|field| {
        json!({"name": field.name, "in": "query", "schema": kind(&field.kind, false), "description": field.help})
    }));
    alone.extend(route.is_keyed().then(idempotency_key));
    alone.extend((route.versioned && route.method != Method::GET).then(if_match));
    alone.extend(described.takes_fields().then(|| prefer(route.places)));
    alone.extend(route.places.then(onhand_via));
    let filters = route.filters.unwrap_or_default();
    match route.filters {
        // What changes all that the filters leave has no pages.
        Some(_) if route.method != Method::GET => {}
        Some(_) if !route.formats.is_empty() => {
            alone.push(sort(&["id", "-id", "product_sku", "-product_sku"].map(ToOwned::to_owned)));
        }
        Some(_) if route.rows == Rows::Leave => alone.extend(numbered_pages()),
        Some(filters) => alone.extend(paging(filters)),
        None => {}
    }
    let families = filters.iter().map(|filter| filter.lookups().iter().map(|one| look_up(filter, one)).collect());
    for family in alone.into_iter().map(|one| vec![one]).chain(families) {
        all.extend(shared.parameters(&prefixes(&family, described), &family));
    }
    all
}

/// What may stand before the names of parameters among all: nothing, or what they are asked of. What a list can be
/// sorted by, or which words there are, depends on what is asked.
fn prefixes(family: &[Value], described: &Described<'_>) -> Vec<String> {
    let is_closed = |one: &Value| one["in"] == "query" && one["schema"]["enum"].is_array();
    let is_general = !family.iter().any(is_closed) || family[0]["schema"]["enum"] == json!(status_codes());
    let owners = [described.resource, described.operation].map(|owner| format!("{owner}."));
    is_general.then(String::new).into_iter().chain(owners).collect()
}

fn in_path(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let described = names.map(|name| {
        let schema = if matches!(name, "id" | "channel" | "movement") { id() } else { json!({"type": "string"}) };
        json!({"name": name, "in": "path", "required": true, "schema": schema})
    });
    described.collect()
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": "The first answer to this key is given again for seven days.",
    })
}

fn if_match() -> Value {
    json!({
        "name": "If-Match", "in": "header", "schema": {"type": "string", "minLength": 1},
        "description": "The ETag of the row as it was seen, or *: if it has another one by now, 412. Not with an array.",
    })
}

/// `places`: whether what it makes are orders, whose lines a client may wait for.
fn prefer(places: bool) -> Value {
    let handling = "Whether a field that is not known is refused (400), or named in Onhand-Ignored-Fields. \
                    Lenient where the vendor documents the path, else strict.";
    let (schema, text) = if places {
        let one = "(handling=(strict|lenient)|wait=[0-9]{1,2})";
        let wait = format!(
            "wait=N: the answer comes when no line is pending with a data source any more, after N seconds at the latest, \
             and {WAIT_SECONDS_MAX} at the most."
        );
        (json!({"type": "string", "pattern": format!("^{one}(, {one})*$")}), format!("{handling} {wait}"))
    } else {
        (json!({"type": "string", "enum": ["handling=strict", "handling=lenient"]}), handling.to_owned())
    };
    json!({"name": "Prefer", "in": "header", "schema": schema, "description": text})
}

fn onhand_via() -> Value {
    let name = format!("[A-Za-z0-9._-]{{1,{NAME_CHARS_MAX}}}");
    let pattern = format!("^{name}(,{name}){{0,{}}}$", VIA_MAX - 1);
    json!({
        "name": "Onhand-Via", "in": "header", "schema": {"type": "string", "pattern": pattern},
        "description": "The installations that the order came through, by name, oldest first. If this one is among them, \
                        the order is refused (406 order_loop).",
    })
}

fn asked(parameter: &Parameter) -> Value {
    let text = json!({"type": "string", "minLength": 1});
    let schema = match parameter.holds {
        Holds::Id => json!({"type": "integer", "format": "int64"}),
        Holds::Number(None) => json!({"type": "integer", "minimum": 1}),
        Holds::Number(Some(max)) => json!({"type": "integer", "minimum": 1, "maximum": max}),
        Holds::Key => text,
        Holds::Text(max) => json!({"type": "string", "minLength": 1, "maxLength": max}),
        Holds::Words(words) => json!({"type": "string", "enum": words}),
        Holds::Texts => json!({"type": "array", "items": text}),
        Holds::Time => json!({"type": "string", "format": "date-time"}),
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

fn paging(filters: &[Filter]) -> [Value; 4] {
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
    let [limit, page] = numbered_pages();
    let cursor = json!({"name": "cursor", "in": "query", "schema": {"type": "string"},
        "description": "Empty to begin; then as next gives it. Costs the same at any depth."});
    [limit, page, cursor, sort(&sorts)]
}

fn numbered_pages() -> [Value; 2] {
    let limit = json!({"name": "limit", "in": "query",
        "schema": {"type": "integer", "minimum": 1, "default": filter::LIMIT_DEFAULT},
        "description": format!("Rows a page; cut to {}.", filter::LIMIT_MAX)});
    let page = json!({"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}});
    [limit, page]
}

fn sort(words: &[String]) -> Value {
    json!({"name": "sort", "in": "query", "schema": {"type": "string", "enum": words}})
}

fn look_up(filter: &Filter, suffix: &str) -> Value {
    let name = format!("{}{suffix}", filter.name);
    let one = match filter.kind {
        _ if suffix.starts_with("__date") => json!({"type": "string", "format": "date"}),
        Kind::Int => json!({"type": "integer", "format": "int64"}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Time => json!({"type": "string", "format": "date-time"}),
        Kind::Choice(words) | Kind::Numbered(words) | Kind::LinkedWord(words) => {
            json!({"type": "string", "enum": words})
        }
        Kind::Status => json!({"type": "string", "enum": status_codes()}),
        Kind::StockState => json!({"type": "string", "enum": StockState::WORDS}),
        Kind::Text | Kind::OrderedText | Kind::Folded | Kind::Linked => json!({"type": "string"}),
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
    match look_up_help(filter, suffix) {
        Some(help) => json!({"name": name, "in": "query", "schema": one, "description": help}),
        None => json!({"name": name, "in": "query", "schema": one}),
    }
}

/// What a look-up costs or needs, where that is special about it.
fn look_up_help(filter: &Filter, suffix: &str) -> Option<String> {
    match filter.kind {
        Kind::OrderedText if suffix == "__startswith" => Some(format!(
            "Texts that begin with this, in their order unless sort says otherwise, counted and paged up to {COUNTED_MAX} \
             rows; a cursor goes on, and a page costs what its rows cost (of product stocks: with one stock_list)."
        )),
        Kind::StockState => Some(
            "Stocks in this state: nothing available; no more available than the list's low_stock; more sold than there \
             is; off sale because of a discrepancy. Needs one stock_list. In the order of SKUs unless sort says otherwise; \
             with a cursor, a page costs what its rows cost."
                .to_owned(),
        ),
        _ => None,
    }
}
