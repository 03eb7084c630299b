//! The API description and its page.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use onhand::api::routes;
use onhand::http::route::Mount;
use sha2::{Digest as _, Sha256};

use crate::client::TestServer;
use crate::samples::all_paths;

#[tokio::test]
async fn the_description_that_is_served_has_every_route_and_no_other() {
    let server = TestServer::start().await;
    let schema = server.anonymous().get("/api/schema/").await.ok();
    assert_eq!(schema, onhand::openapi::document(&routes()));
    let mut described = BTreeSet::new();
    for (path, operations) in schema["paths"].as_object().expect("paths") {
        described.extend(operations.as_object().expect("operations").keys().map(|method| format!("{method} {path}")));
    }
    for (route, path) in all_paths() {
        let slash = if route.under == Mount::Root { "" } else { "/" };
        let method = route.method.as_str().to_lowercase();
        assert!(described.remove(&format!("{method} {path}{slash}")), "{method} {path} is not described");
        let operation = &schema["paths"][format!("{path}{slash}")][&method];
        for (status, _) in &route.answers {
            assert!(operation["responses"][status.to_string()].is_object(), "{method} {path}: {status}");
        }
    }
    assert!(described.is_empty(), "described, but not served: {described:?}");
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
