//! The short form of the description: a line for each operation, each query parameter and each field.
//!
//! Promises: what changes for a client changes a line; texts and the order of paths do not count. It is made of the
//! description alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use onhand::wire::filter::LOOKUPS;
use serde_json::Value;

use super::{list, object, operations, resolved, text};

const HEAD: &str = "\
# The API in short, made of its description (/api/schema/): a line for each operation, parameter and field.
# ONHAND_UPDATE=1 cargo test -p onhand --test openapi renews it; a difference is a change for clients.
#
# METHOD mount path operation [area] ?parameters body= -> answers | errors of its own
#   keyed: honours Idempotency-Key; via: honours Onhand-Via and Prefer: wait; public: without a token.
#   name*: with look-ups; name!: required.
# parameter name: type, the types of its look-ups
# Schema.field: type; field?: may be missing. A page has count, next, previous and results.
";

/// The mounts, and where each begins.
const MOUNTS: [(&str, &str); 3] = [("/api/i1/", "i1"), ("/api/v1/channel/{channel}/", "channel"), ("/api/v1/", "v1")];

/// The short form of a description.
pub(crate) fn of(document: &Value) -> String {
    let mut out = HEAD.to_owned();
    let mut lines: Vec<_> = operations(document)
        .into_iter()
        .map(|(method, path, operation)| {
            let (mount, below) = place(path);
            ((text(&operation["tags"][0]), below, mount, method), line(document, method, (mount, below), operation))
        })
        .collect();
    lines.sort();
    let mut area = "";
    for ((here, ..), line) in &lines {
        if area != *here {
            out.push('\n');
            area = here;
        }
        out.push_str(line);
    }
    out.push('\n');
    for (name, types) in parameters(document) {
        writeln!(out, "parameter {name}: {types}").expect("a string takes any text");
    }
    let schemas: BTreeMap<_, _> = object(&document["components"]["schemas"]).iter().collect();
    out.push('\n');
    for (name, schema) in &schemas {
        let whole = name.strip_suffix("Patch").map(|resource| format!("{resource}Write"));
        let is_part =
            |whole: &&String| schemas.get(*whole).is_some_and(|one| one["properties"] == schema["properties"]);
        match whole.as_ref().filter(is_part) {
            Some(whole) if list(&schema["required"]).is_empty() => {
                writeln!(out, "{name}: any fields of {whole}").expect("a string takes any text");
            }
            _ if is_page(schema) => {
                let rows = kind(&schema["properties"]["results"]);
                writeln!(out, "{name}: a page of {rows}").expect("a string takes any text");
            }
            _ => write_schema(&mut out, name, schema),
        }
    }
    out
}

/// Whether a schema is the page of a list, as all of them are.
fn is_page(schema: &Value) -> bool {
    let Some(properties) = schema["properties"].as_object() else { return false };
    let kinds: Vec<_> = properties.iter().map(|(name, property)| (name.as_str(), kind(property))).collect();
    let head = [("count", "integer | null"), ("next", "string | null"), ("previous", "string | null")];
    kinds.len() == 4
        && kinds[3].0 == "results"
        && list(&schema["required"]).len() == 4
        && kinds.iter().zip(head).all(|((name, is), (other, kind))| *name == other && is == kind)
}

/// The mount of a path, and what is below it.
fn place(path: &str) -> (&'static str, &str) {
    let found = MOUNTS.iter().find_map(|(prefix, mount)| Some((*mount, path.strip_prefix(prefix)?)));
    found.unwrap_or(("root", path))
}

fn line(document: &Value, method: &str, (mount, below): (&str, &str), operation: &Value) -> String {
    let all = list(&operation["parameters"]).iter().map(|one| resolved(document, one));
    let (queries, others): (Vec<_>, Vec<_>) = all.partition(|one| one["in"] == "query");
    let mut line = format!("{} {mount} {below} {}", method.to_uppercase(), text(&operation["operationId"]));
    write!(line, " [{}]", text(&operation["tags"][0])).expect("a string takes any text");
    if !queries.is_empty() {
        line.push_str(" ?");
        line.push_str(&families(&queries).join(","));
    }
    if let Some(body) = operation.get("requestBody") {
        let contents = object(&body["content"]).iter();
        let types = contents.map(|(media_type, content)| typed(media_type, &content["schema"]));
        let missing = if body["required"] == true { "" } else { "?" };
        write!(line, " body{missing}={}", types.collect::<Vec<_>>().join(",")).expect("a string takes any text");
    }
    let (good, bad): (Vec<_>, Vec<_>) =
        object(&operation["responses"]).iter().partition(|(status, _)| status.starts_with(['2', '3']));
    let good = good.into_iter().map(|(status, answer)| {
        let contents = resolved(document, answer)["content"].as_object().into_iter().flatten();
        let types = contents.map(|(media_type, content)| format!(" {}", typed(media_type, &content["schema"])));
        format!("{status}{}", types.collect::<String>())
    });
    write!(line, " -> {}", good.collect::<Vec<_>>().join(", ")).expect("a string takes any text");
    let bad: Vec<&str> =
        bad.into_iter().map(|(status, _)| status.as_str()).filter(|status| *status != "default").collect();
    if !bad.is_empty() {
        write!(line, " | {}", bad.join(" ")).expect("a string takes any text");
    }
    if others.iter().any(|one| one["name"] == "Idempotency-Key") {
        line.push_str(" keyed");
    }
    if others.iter().any(|one| one["name"] == "Onhand-Via") {
        line.push_str(" via");
    }
    if list(&operation["security"]).is_empty() && operation["security"].is_array() {
        line.push_str(" public");
    }
    line.push('\n');
    line
}

/// What a body is: the name of its schema where it is JSON, else its media type.
fn typed(media_type: &str, schema: &Value) -> String {
    if media_type == "application/json" && schema.is_object() { kind(schema) } else { media_type.to_owned() }
}

/// Names of parameters, the look-ups of one in one.
fn families(queries: &[&Value]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for query in queries {
        let name = text(&query["name"]);
        let of =
            |last: &String| name.strip_prefix(last.trim_end_matches('*')).is_some_and(|rest| LOOKUPS.contains(&rest));
        match found.last_mut().filter(|last| of(last)) {
            Some(last) if last.ends_with('*') => {}
            Some(last) => last.push('*'),
            None => found.push(format!("{name}{}", if query["required"] == true { "!" } else { "" })),
        }
    }
    found
}

/// The parameters of queries by name, each with the types of its look-ups behind its own.
fn parameters(document: &Value) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (key, parameter) in object(&document["components"]["parameters"]) {
        let kind = kind(&parameter["schema"]);
        let of = |look_up: &'static str| {
            Some((key.strip_suffix(look_up).filter(|base| found.contains_key(*base))?, look_up))
        };
        let base = LOOKUPS.into_iter().find_map(of);
        match base.and_then(|(base, look_up)| Some((found.get_mut(base)?, look_up))) {
            Some((own, look_up)) => {
                let rest = match kind.strip_prefix(own.split(' ').next().unwrap_or_default()) {
                    Some(rest) if rest.is_empty() || rest == "[]" => rest.to_owned(),
                    _ => format!(":{kind}"),
                };
                write!(own, " {look_up}{rest}").expect("a string takes any text");
            }
            None => _ = found.insert(key.clone(), kind),
        }
    }
    found
}

/// A schema's lines: one for itself where it is more than its fields, and one for each field, those of inner objects
/// with their path.
fn write_schema(out: &mut String, name: &str, schema: &Value) {
    let mut own = Vec::new();
    if !schema["properties"].is_object() {
        own.push(kind(schema));
    }
    own.extend((schema["additionalProperties"] == true).then(|| "and further fields".to_owned()));
    let alternatives: Vec<&str> = list(&schema["oneOf"]).iter().map(|one| text(&one["required"][0])).collect();
    own.extend((!alternatives.is_empty()).then(|| format!("exactly one of {}", alternatives.join(", "))));
    if !own.is_empty() {
        writeln!(out, "{name}: {}", own.join(", ")).expect("a string takes any text");
    }
    for (field, inner) in schema["properties"].as_object().into_iter().flatten() {
        let missing = if list(&schema["required"]).contains(&Value::from(field.as_str())) { "" } else { "?" };
        writeln!(out, "{name}.{field}{missing}: {}", kind(inner)).expect("a string takes any text");
        let (rows, suffix) = if inner["items"].is_object() { (&inner["items"], "[]") } else { (inner, "") };
        if rows["properties"].is_object() {
            write_schema(out, &format!("{name}.{field}{suffix}"), rows);
        }
    }
}

/// A type in one word where that will do, with its bounds.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for several in ["oneOf", "anyOf"] {
        let all = list(&schema[several]);
        if !all.is_empty() && !schema["properties"].is_object() {
            return all.iter().map(kind).collect::<Vec<_>>().join(" | ");
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(all) => all.iter().map(text).collect(),
        _ => return "any".to_owned(),
    };
    let (null, types): (Vec<_>, Vec<_>) = types.into_iter().partition(|one| *one == "null");
    let mut out = match (types[..].join(" | ").as_str(), schema["format"].as_str()) {
        ("array", _) if schema["items"].is_object() => format!("{}[]", kind(&schema["items"])),
        (_, Some(format)) => format.to_owned(),
        (types, None) => types.to_owned(),
    };
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned));
        out = format!("({})", words.collect::<Vec<_>>().join("|"));
    }
    out.push_str(&bounds(schema));
    if !null.is_empty() {
        out.push_str(" | null");
    }
    out
}

fn bounds(schema: &Value) -> String {
    let mut out = String::new();
    for (least, most) in [("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")] {
        let end = |name: &str| schema.get(name).map(Value::to_string).unwrap_or_default();
        if schema.get(least).is_some() || schema.get(most).is_some() {
            write!(out, " {}..{}", end(least), end(most)).expect("a string takes any text");
        }
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        write!(out, " /{pattern}/").expect("a string takes any text");
    }
    if let Some(default) = schema.get("default") {
        write!(out, " = {default}").expect("a string takes any text");
    }
    out
}
