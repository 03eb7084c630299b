//! Golden pairs: requests and answers as the vendor's documents print them, in the files of `tests/wire`.
//!
//! Promises: an answer is compared whole, field by field in the printed order. In an answer `<int>`, `<text>` and
//! `<time>` stand for any such value; `<name>` is what an earlier exchange kept under that name, in requests too, and
//! `<host>` is the server. A changed pair is a changed contract: say so in the change log.

use std::collections::BTreeMap;
use std::path::Path;

use onhand::auth::{Role, password};
use serde_json::Value;

use crate::client::{Answer, Body, Client, TestServer, parsed};

type Kept = BTreeMap<String, Value>;

#[tokio::test]
async fn answers_are_as_the_documents_print_them() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let mut exchanges = 0;
    for entry in std::fs::read_dir(&directory).expect("the golden pairs") {
        let path = entry.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let story: Value = serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        exchanges += tell(&story, &path.display().to_string()).await;
    }
    assert!(exchanges >= 25, "{exchanges}");
}

/// Plays one file against a server of its own.
async fn tell(story: &Value, file: &str) -> usize {
    let server = TestServer::start().await;
    server.add_account("erp", password::hash("correct horse"), Role::Integration, None).await;
    let admin = server.client(Role::Admin).await;
    let mut kept = Kept::from([("host".to_owned(), Value::from(server.address.to_string()))]);
    for request in rows(story, "given") {
        let answer = send(&admin, request, &kept).await;
        assert!(answer.status < 300, "{file}: {answer:?}");
        keep(&mut kept, request, &answer.body);
    }
    for exchange in rows(story, "exchanges") {
        server.advance(1);
        let request = &exchange["request"];
        let client = if request["anonymous"] == true { server.anonymous() } else { admin.clone() };
        let answer = send(&client, request, &kept).await;
        assert_eq!(answer.status, exchange["status"], "{file}: {answer:?}");
        compare(&exchange["response"], &answer.body, &kept, &format!("{file}: {request}"));
        keep(&mut kept, exchange, &answer.body);
    }
    server.verify().await;
    rows(story, "exchanges").len()
}

fn rows<'v>(story: &'v Value, name: &str) -> &'v [Value] {
    story[name].as_array().unwrap_or_else(|| panic!("a story has {name}"))
}

async fn send(client: &Client, request: &Value, kept: &Kept) -> Answer {
    let text = |name: &str| request[name].as_str();
    let method = text("method").expect("a method");
    let path = filled_text(text("path").expect("a path"), kept);
    let body = match (text("text"), request.get("json")) {
        (Some(raw), _) => {
            assert_eq!(text("type"), Some("application/json"), "the one wrong label that the vendor's examples use");
            Body::Raw("application/json", raw.as_bytes().to_vec())
        }
        (None, Some(json)) => Body::Json(filled(json, kept)),
        (None, None) => Body::None,
    };
    client.send(method, &path, body).await
}

/// Remembers parts of an answer: name to the path of the part, such as `order_items.0.pk`.
fn keep(kept: &mut Kept, exchange: &Value, answer: &Value) {
    for (name, path) in exchange["keep"].as_object().into_iter().flatten() {
        let pointer = format!("/{}", path.as_str().expect("a path").replace('.', "/"));
        let part = answer.pointer(&pointer).unwrap_or_else(|| panic!("{answer} has no {pointer}"));
        kept.insert(name.clone(), part.clone());
    }
}

/// The name that a text stands for, if it is nothing but that.
fn placeholder(text: &str) -> Option<&str> {
    text.strip_prefix('<')?.strip_suffix('>')
}

fn filled(value: &Value, kept: &Kept) -> Value {
    match value {
        Value::String(text) => match placeholder(text).and_then(|name| kept.get(name)) {
            Some(known) => known.clone(),
            None => Value::from(filled_text(text, kept)),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, kept)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), filled(value, kept))).collect(),
        other => other.clone(),
    }
}

fn filled_text(text: &str, kept: &Kept) -> String {
    kept.iter().fold(text.to_owned(), |text, (name, value)| {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.replace(&format!("<{name}>"), &shown)
    })
}

fn compare(expected: &Value, found: &Value, kept: &Kept, what: &str) {
    match (expected, found) {
        (Value::Object(wanted), Value::Object(fields)) => {
            let names: Vec<_> = fields.keys().collect();
            assert_eq!(names, wanted.keys().collect::<Vec<_>>(), "{what}: {found}");
            wanted.iter().zip(fields).for_each(|((_, one), (_, other))| compare(one, other, kept, what));
        }
        (Value::Array(wanted), Value::Array(items)) => {
            assert_eq!(items.len(), wanted.len(), "{what}: {found}");
            wanted.iter().zip(items).for_each(|(one, other)| compare(one, other, kept, what));
        }
        (Value::String(text), found) => match placeholder(text) {
            Some("int") => assert!(found.is_i64(), "{what}: {found}"),
            Some("text") => assert!(found.as_str().is_some_and(|text| !text.is_empty()), "{what}: {found}"),
            Some("time") => assert!(parsed(found).micros() > 0, "{what}: {found}"),
            _ => assert_eq!(found, &filled(expected, kept), "{what}"),
        },
        (expected, found) => assert_eq!(found, expected, "{what}"),
    }
}
