//! The API description and its page.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use onhand::http::route::Mount;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::client::TestServer;
use crate::samples::all_paths;

#[tokio::test]
async fn every_route_and_every_field_is_described() {
    let server = TestServer::start().await;
    let schema = server.anonymous().get("/api/schema/").await.ok();
    assert_eq!(schema["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    for (path, operations) in schema["paths"].as_object().expect("paths") {
        described.extend(operations.as_object().expect("operations").keys().map(|method| format!("{method} {path}")));
    }
    for (route, path) in all_paths() {
        let slash = if route.under == Mount::Root { "" } else { "/" };
        let method = route.method.as_str().to_lowercase();
        assert!(described.remove(&format!("{method} {path}{slash}")), "{method} {path} is not described");
        let operation = &schema["paths"][format!("{path}{slash}")][&method];
        for field in route.body.unwrap_or_default() {
            let body = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
            let body = followed(&schema, body);
            assert!(body["properties"][field.name].is_object(), "{method} {path}: {}", field.name);
        }
        for (status, _) in &route.answers {
            assert!(operation["responses"][status.to_string()].is_object(), "{method} {path}: {status}");
        }
    }
    assert!(described.is_empty(), "described, but not served: {described:?}");
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_operation_has_its_own_name() {
    let server = TestServer::start().await;
    let schema = server.anonymous().get("/api/schema/").await.ok();
    let (mut references, mut names) = (Vec::new(), Vec::new());
    walk(&schema, &mut |key, value| {
        if let ("$ref", Some(text)) = (key, value.as_str()) {
            references.push(text.to_owned());
        }
    });
    // Links name operations too; only the operations themselves must differ.
    for operation in
        schema["paths"].as_object().expect("paths").values().flat_map(|path| path.as_object().expect("one"))
    {
        names.push(operation.1["operationId"].as_str().expect("a name").to_owned());
    }
    assert!(references.len() > 50, "{}", references.len());
    for reference in &references {
        let found = schema.pointer(reference.trim_start_matches('#'));
        assert!(found.is_some(), "{reference} leads nowhere");
    }
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "operation ids are unique");
}

/// A schema, or what its reference leads to.
fn followed<'s>(document: &'s Value, schema: &'s Value) -> &'s Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere"),
        None => schema,
    }
}

fn walk(value: &Value, see: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            see(key, value);
            walk(value, see);
        }),
        Value::Array(items) => items.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

#[tokio::test]
async fn the_page_needs_no_other_host_and_shows_every_path() {
    let server = TestServer::start().await;
    let answer = server.anonymous().get("/api/docs/").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for outside in ["http://", "https://", "//cdn", "<script", "@import", "src="] {
        assert!(!answer.text.contains(outside), "the page asks for {outside}");
    }
    for (_, path) in all_paths() {
        assert!(answer.text.contains(&path), "{path} is not on the page");
    }
}

/// A browser runs nothing in the page but its own style, which is known by its hash, and shows it within no other page.
#[tokio::test]
async fn the_page_may_do_no_more_than_it_does() {
    let server = TestServer::start().await;
    for (path, status) in [("/api/docs/", 200), ("/api/docs", 200)] {
        let answer = server.anonymous().get(path).await;
        assert_eq!(answer.status, status);
        let header = |name| answer.header(name).unwrap_or_else(|| panic!("{path} has no {name}"));
        let policy = header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"] {
            assert!(policy.split("; ").any(|one| one == part), "{part} is missing: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!((header("x-content-type-options"), header("referrer-policy")), ("nosniff", "no-referrer"));
        assert_eq!(header("x-frame-options"), "DENY");
        let text = &answer.text;
        let style = text.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).expect("a style").0;
        let hash = STANDARD.encode(Sha256::digest(style));
        assert!(policy.contains(&format!("style-src 'sha256-{hash}'")), "{policy}");
        for inline in ["<script", " style=", " onclick=", "javascript:", "<link", "<img"] {
            assert!(!text.contains(inline), "{inline}");
        }
    }
    assert_eq!(server.anonymous().get("/healthz").await.header("x-content-type-options"), Some("nosniff"));
}
