//! The description as a page that needs nothing else: no script, no font, no other host.
//!
//! Promises: what the page may do is said in [`policy`], and is no more than it does. Must not know routes.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use serde_json::Value;

use crate::wire::filter::LOOKUPS;

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Onhand API</title>\
<meta name=\"viewport\" content=\"width=device-width\"><style>";
const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1d2733}\
h2{margin:2.5rem 0 .5rem;border-bottom:2px solid #d8dee6}details{border:1px solid #d8dee6;border-radius:6px;margin:.4rem 0}\
summary{padding:.45rem .7rem;cursor:pointer}details>div{padding:0 1rem 1rem}b{display:inline-block;min-width:4rem}\
code{font:13px ui-monospace,monospace}.GET{color:#0b6bcb}.POST{color:#18794e}.PATCH{color:#ad5700}.DELETE{color:#c62a2f}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem .2rem 0;vertical-align:top;\
border-bottom:1px solid #eef1f4}pre{background:#f5f7f9;padding:.6rem;overflow:auto;border-radius:6px}\
";
const BODY: &str = "</style></head><body>";

/// What a browser lets the page do: use its own style, which is known by its hash, and nothing else.
pub fn policy() -> HeaderValue {
    static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
        let hash = STANDARD.encode(Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        HeaderValue::try_from(policy).expect("it is plain text")
    });
    POLICY.clone()
}

/// The page.
pub fn page(document: &Value) -> String {
    let mut out = [HEAD, STYLE, BODY].concat();
    let version = document["info"]["version"].as_str().unwrap_or_default();
    write!(out, "<h1>Onhand API <small>{}</small></h1>", escaped(version)).expect("a string takes any text");
    push(&mut out, "<p>", document["info"]["description"].as_str().unwrap_or_default(), "</p>");
    out.push_str("<p>Machine-readable: <a href=\"/api/schema/\"><code>/api/schema/</code></a> (OpenAPI 3.1).</p>");
    let mut heading = String::new();
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            if tag != heading {
                push(&mut out, "<h2>", tag, "</h2>");
                tag.clone_into(&mut heading);
            }
            write_operation(&mut out, document, &method.to_uppercase(), path, operation);
        }
    }
    out.push_str("</body></html>");
    out
}

fn write_operation(out: &mut String, document: &Value, method: &str, path: &str, operation: &Value) {
    write!(out, "<details><summary><b class=\"{method}\">{method}</b> <code>").expect("a string takes any text");
    push(out, "", path, "</code> ");
    push(out, "", operation["summary"].as_str().unwrap_or_default(), "</summary><div>");
    push(out, "<p><code>", operation["operationId"].as_str().unwrap_or_default(), "</code></p>");
    write_table(out, "Parameters", &parameters(document, operation));
    let contents = operation["requestBody"]["content"].as_object().into_iter().flatten();
    let mut schemas = contents.map(|(_, content)| resolved(document, one_of(&content["schema"])));
    let fields = schemas.find_map(|schema| schema["properties"].as_object()).into_iter().flatten();
    let fields = fields.map(|(name, one)| Row { name: name.clone(), schema: one, help: &one["description"] });
    write_table(out, "Body", &fields.collect::<Vec<_>>());
    out.push_str("<h4>Answers</h4><table>");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        push(out, "<tr><td><code>", status, "</code></td><td>");
        push(out, "", resolved(document, answer)["description"].as_str().unwrap_or_default(), "</td></tr>");
    }
    out.push_str("</table>");
    let is_public = operation["security"].as_array().is_some_and(Vec::is_empty);
    let token = if is_public { "" } else { " -H \"Authorization: Token $TOKEN\"" };
    push(out, "<pre>", &format!("curl -X {method}{token} \"$ONHAND{path}\""), "</pre></div></details>");
}

/// A parameter or a field in a table.
struct Row<'v> {
    name: String,
    schema: &'v Value,
    help: &'v Value,
}

/// The parameters of an operation, the look-ups of a filter in one row.
fn parameters<'v>(document: &'v Value, operation: &'v Value) -> Vec<Row<'v>> {
    let mut rows: Vec<Row<'v>> = Vec::new();
    for one in operation["parameters"].as_array().into_iter().flatten() {
        let one = resolved(document, one);
        let name = one["name"].as_str().unwrap_or_default();
        let is_of = |row: &&mut Row<'_>| {
            let filter = row.name.split_whitespace().next().unwrap_or_default();
            name.strip_prefix(filter).is_some_and(|look_up| LOOKUPS.contains(&look_up))
        };
        match rows.last_mut().filter(is_of) {
            Some(row) => {
                let filter = row.name.split_whitespace().next().unwrap_or_default().len();
                row.name = format!("{} {}", row.name, &name[filter..]);
            }
            None => rows.push(Row { name: name.to_owned(), schema: &one["schema"], help: &one["description"] }),
        }
    }
    rows
}

/// The first of several schemas: one object where one or many may be sent.
fn one_of(schema: &Value) -> &Value {
    schema["oneOf"].get(0).unwrap_or(schema)
}

/// What a reference of the description stands for; anything else stands for itself.
fn resolved<'v>(document: &'v Value, value: &'v Value) -> &'v Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

fn write_table(out: &mut String, title: &str, rows: &[Row<'_>]) {
    if rows.is_empty() {
        return;
    }
    push(out, "<h4>", title, "</h4><table>");
    for row in rows {
        push(out, "<tr><td><code>", &row.name, "</code></td><td>");
        let kind = &row.schema["type"];
        push(out, "", kind.as_str().unwrap_or(if kind.is_null() { "any" } else { "or null" }), "</td><td>");
        push(out, "", row.help.as_str().unwrap_or_default(), "</td></tr>");
    }
    out.push_str("</table>");
}

fn push(out: &mut String, before: &str, text: &str, after: &str) {
    out.push_str(before);
    out.push_str(&escaped(text));
    out.push_str(after);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
