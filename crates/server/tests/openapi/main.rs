//! The API description, without a server: it is sound, it says what the tables say, and `openapi.txt` at the root of
//! the repository is its short form, so that a change of the API shows in review. After a change that is meant:
//! `ONHAND_UPDATE=1 cargo test -p onhand --test openapi`.

mod snapshot;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use onhand::api::routes;
use onhand::http::route::Answer;
use onhand::wire::field::Field;
use onhand::wire::response_schema::ResponseSchema;
use serde_json::Value;

/// Lines shown at the most.
const SHOWN_MAX: usize = 20;
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// Fewer of them mean that they are not found any more.
const OPERATIONS_MIN: usize = 300;
const REFERENCES_MIN: usize = 1_000;
/// The most bytes of the description. It is sent compressed; this is what a client has to read.
const BYTES_MAX: usize = 900_000;

fn document() -> Value {
    onhand::openapi::document(&routes())
}

/// A part of the description that must be there.
fn object(value: &Value) -> &serde_json::Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{value} is no object"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What a reference leads to; anything else stands for itself.
fn resolved<'v>(document: &'v Value, value: &'v Value) -> &'v Value {
    let Some(reference) = value["$ref"].as_str() else { return value };
    document.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} leads nowhere"))
}

/// Every operation: its method, its path and what is said of it.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = object(&document["paths"]).iter();
    let found: Vec<_> = paths
        .flat_map(|(path, operations)| {
            object(operations).iter().map(|(method, one)| (method.as_str(), path.as_str(), one))
        })
        .collect();
    assert!(found.len() >= OPERATIONS_MIN, "only {} operations were found", found.len());
    found
}

#[test]
fn the_committed_short_form_is_the_one_of_the_description() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.txt");
    let made = snapshot::of(&document());
    if std::env::var_os("ONHAND_UPDATE").is_some() {
        std::fs::write(&path, &made).expect("the repository can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (committed.lines().collect(), made.lines().collect());
    let gone = old.difference(&new).map(|line| format!("- {line}"));
    let come = new.difference(&old).map(|line| format!("+ {line}"));
    let different: Vec<String> = gone.chain(come).collect();
    assert!(
        committed == made,
        "openapi.txt is not the short form of what the code describes. If the change is meant: \
         ONHAND_UPDATE=1 cargo test -p onhand --test openapi\n{} lines differ:\n{}",
        different.len(),
        different[..different.len().min(SHOWN_MAX)].join("\n"),
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_and_an_area() {
    let document = document();
    let tags: Vec<&str> = list(&document["tags"]).iter().map(|tag| text(&tag["name"])).collect();
    assert_eq!(tags.iter().collect::<BTreeSet<_>>().len(), tags.len(), "{tags:?}");
    let (mut names, mut used) = (BTreeSet::new(), BTreeSet::new());
    for (method, path, operation) in operations(&document) {
        let name = text(&operation["operationId"]);
        assert!(names.insert(name), "{name} is the name of two operations, one of them {method} {path}");
        let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(char::is_alphanumeric);
        assert!(is_plain, "{name} is no name for a function");
        assert!(!text(&operation["summary"]).is_empty(), "{name} has a summary");
        let [tag] = list(&operation["tags"]) else { panic!("{name} has one tag") };
        assert!(tags.contains(&text(tag)), "{name} is in the unknown area {tag}");
        used.insert(text(tag));
    }
    assert_eq!(used.len(), tags.len(), "every area has operations");
}

/// OpenAPI 3.1 as far as this description uses it; tests/clients looks at it with a validator besides.
#[test]
fn every_operation_is_sound() {
    let document = document();
    assert!(text(&document["openapi"]).starts_with("3.1."));
    for (method, path, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(METHODS.contains(&method) && path.starts_with('/'), "{what}");
        let mut in_path: BTreeSet<&str> =
            path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect();
        let mut seen = BTreeSet::new();
        for parameter in list(&operation["parameters"]) {
            let parameter = resolved(&document, parameter);
            let (name, place) = (text(&parameter["name"]), text(&parameter["in"]));
            assert!(["path", "query", "header"].contains(&place), "{what}: {name} is in {place}");
            assert!(seen.insert((name, place)), "{what}: {name} is there twice");
            assert!(parameter["schema"].is_object(), "{what}: {name} has no schema");
            if place == "path" {
                assert!(in_path.remove(name) && parameter["required"] == true, "{what}: {name}");
            }
        }
        assert!(in_path.is_empty(), "{what}: {in_path:?} are not described");
        let responses = object(&operation["responses"]);
        assert!(responses.keys().any(|status| status.starts_with(['2', '3'])), "{what} can end well");
        assert!(responses.contains_key("default"), "{what} can fail");
        for (status, response) in responses {
            let is_status =
                status == "default" || status.parse::<u16>().is_ok_and(|status| (200..600).contains(&status));
            let is_described = !text(&resolved(&document, response)["description"]).is_empty();
            assert!(is_status && is_described, "{what}: {status}");
        }
        if let Some(body) = operation.get("requestBody") {
            assert!(method != "get" && !object(&body["content"]).is_empty(), "{what}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut references: BTreeMap<String, usize> = BTreeMap::new();
    walk(&document, &mut |value| {
        if let Some(reference) = value["$ref"].as_str() {
            assert!(resolved(&document, value).is_object(), "{reference}");
            *references.entry(reference.to_owned()).or_default() += 1;
        }
        if let (Some(required), Some(properties)) = (value["required"].as_array(), value["properties"].as_object()) {
            let missing = required.iter().find(|name| !properties.contains_key(text(name)));
            assert_eq!(missing, None, "{value}");
        }
    });
    assert!(references.values().sum::<usize>() >= REFERENCES_MIN, "{} references", references.len());
    for (kind, all) in object(&document["components"]).iter().filter(|(kind, _)| *kind != "securitySchemes") {
        for name in object(all).keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(references.contains_key(&reference), "nothing refers to {reference}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)), "{reference} is a name");
        }
    }
    let in_words =
        |name: &String| name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains(['_', '-', '.']);
    let odd: Vec<_> = object(&document["components"]["schemas"]).keys().filter(|name| !in_words(name)).collect();
    assert!(odd.is_empty(), "a schema is named like a type: {odd:?}");
}

fn walk<'v>(value: &'v Value, see: &mut impl FnMut(&'v Value)) {
    see(value);
    match value {
        Value::Object(fields) => fields.values().for_each(|value| walk(value, see)),
        Value::Array(items) => items.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

/// One name stands for one content: no body and no answer got the schema of another.
#[test]
fn every_schema_is_that_of_its_table() {
    let document = document();
    let schema = |value: &Value| resolved(&document, value.get("oneOf").map_or(value, |all| &all[0])).clone();
    for route in routes() {
        for path in route.paths() {
            let slash = if path.starts_with("/api/i1/") || path.starts_with("/api/v1/") { "/" } else { "" };
            let what = format!("{} {path}", route.method);
            let operation = &document["paths"][format!("{path}{slash}")][route.method.as_str().to_lowercase()];
            if let Some(fields) = route.body {
                let body = schema(&operation["requestBody"]["content"]["application/json"]["schema"]);
                assert_eq!(
                    names(&body["properties"]),
                    fields.iter().map(|field| field.name).collect::<Vec<_>>(),
                    "{what}"
                );
                let needed = |field: &&Field| route.whole && field.required;
                let needed: Vec<_> = fields.iter().filter(needed).map(|field| field.name).collect();
                assert_eq!(body["required"], Value::from(needed), "{what}");
            }
            let shown = |v1: &'static ResponseSchema, i1: &'static ResponseSchema| {
                if path.starts_with("/api/i1/") { i1 } else { v1 }
            };
            for (status, answer) in &route.answers {
                let good = resolved(&document, &operation["responses"][status.to_string()]);
                let found = schema(&good["content"]["application/json"]["schema"]);
                let (view, row) = match answer {
                    Answer::One(v1, i1) => (shown(v1, i1), found),
                    Answer::Page(v1, i1) => (shown(v1, i1), schema(&found["properties"]["results"]["items"])),
                    Answer::Nothing | Answer::File | Answer::Media(_) => continue,
                };
                let properties: Vec<_> = view.properties.iter().map(|property| property.name).collect();
                assert_eq!(names(&row["properties"]), properties, "{what}: {status}");
            }
        }
    }
}

fn names(properties: &Value) -> Vec<&str> {
    object(properties).keys().map(String::as_str).collect()
}

/// A client that repeats a request must see for each whether it may.
#[test]
fn a_key_is_described_where_it_is_honoured() {
    let document = document();
    let mut keyed = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let takes = list(&operation["parameters"])
            .iter()
            .any(|parameter| resolved(&document, parameter)["name"] == "Idempotency-Key");
        assert_eq!(takes, operation["responses"]["422"].is_object(), "{method} {path}");
        keyed.extend(takes.then_some(method));
    }
    assert_eq!(keyed, BTreeSet::from(["delete", "patch", "post"]));
}

/// Where a client may say that it waits for data sources, and an installation where an order came through.
#[test]
fn headers_of_outgoing_orders_are_described_where_they_are_read() {
    let document = document();
    let mut found = BTreeSet::new();
    for (_, path, operation) in operations(&document) {
        let parameters = || list(&operation["parameters"]).iter().map(|parameter| resolved(&document, parameter));
        let takes_via = parameters().any(|parameter| parameter["name"] == "Onhand-Via");
        let prefer = parameters().find(|parameter| parameter["name"] == "Prefer");
        let may_wait = prefer.is_some_and(|parameter| parameter["description"].to_string().contains("wait=N"));
        assert_eq!(takes_via, may_wait, "{path}");
        found.extend(takes_via.then(|| path.rsplit("/api/").next().unwrap_or(path).to_owned()));
    }
    let expected = [
        "i1/orders/",
        "v1/channel/{channel}/create_orders/",
        "v1/channel/{channel}/reservations/{id}/confirm/",
        "v1/orders/",
        "v1/reservations/{id}/confirm/",
    ];
    assert_eq!(found, expected.map(str::to_owned).into());
}

#[test]
fn the_description_is_small() {
    let bytes = document().to_string().len();
    assert!(bytes <= BYTES_MAX, "it has {bytes} bytes");
}
