//! The guard: forms of other sites, headers, files, and paths that lead nowhere.

use onhand::auth::Role;

use crate::browser::Browser;
use crate::client::TestServer;

#[tokio::test]
async fn only_forms_of_this_site_change_something() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    let own = format!("http://{}", server.address);
    let sites = [Some("same-origin"), Some("same-site"), Some("cross-site"), None];
    let origins = [Some(own.as_str()), Some("http://evil.example"), Some("null"), None];
    for site in sites {
        for origin in origins {
            let mut request = browser.form("/me/settings", &[("theme", "dark"), ("keys", "1")]);
            for (name, value) in [("Sec-Fetch-Site", site), ("Origin", origin)] {
                if let Some(value) = value {
                    request = request.header(name, value);
                }
            }
            let is_own = site == Some("same-origin") || site.is_none() && origin == Some(&own);
            let page = browser.send(request).await;
            assert_eq!(page.status, if is_own { 303 } else { 403 }, "{site:?} {origin:?}");
            if !is_own {
                page.has("ONHAND_PUBLIC_URL");
            }
            let is_dark = browser.get("/me").await.ok().text.contains("data-theme=\"dark\"");
            assert_eq!(is_dark, is_own, "{site:?} {origin:?}");
            browser.post("/me/settings", &[("theme", "light"), ("keys", "1")]).await.expect(303);
        }
    }
}

#[tokio::test]
async fn a_form_is_compared_with_the_public_address() {
    let server = TestServer::with(|config| config.public_url = Some("http://stock.example/onhand/".to_owned())).await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    let local = format!("http://{}", server.address);
    for (origin, status) in [("http://stock.example", 303), ("https://stock.example", 403), (&local, 403)] {
        let request = browser.form("/me/theme", &[("theme", "dark")]).header("Origin", origin);
        browser.send(request).await.expect(status);
    }
}

#[tokio::test]
async fn a_form_of_another_site_signs_nobody_in() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    let request = browser.form("/sign-in", &[("name", "elif"), ("password", "x")]).header("Sec-Fetch-Site", "none");
    browser.send(request).await.expect(403);
}

#[tokio::test]
async fn files_are_kept_for_ever_and_compressed() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    let page = browser.get("/sign-in").await.ok();
    let files: Vec<String> = page
        .text
        .split('"')
        .filter(|part| part.starts_with("/assets/"))
        .map(|part| part.split('#').next().unwrap_or_default().to_owned())
        .collect();
    assert!(files.len() > 3, "{files:?}");
    for file in &files {
        let page = browser.get(file).await.ok();
        assert_eq!(page.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        let wrong = file.replace("/assets/", "/assets/0");
        browser.get(&wrong).await.expect(404);
    }
    let style = files.iter().find(|file| file.ends_with("app.css")).expect("a style sheet");
    let mut packing = Browser::new(&server).header("Accept-Encoding", "gzip");
    let page = packing.get(style).await.ok();
    assert_eq!((page.header("content-encoding"), page.header("content-type")), ("gzip", "text/css; charset=utf-8"));
    let page = packing.get("/sign-in").await.ok();
    assert_eq!((page.header("content-encoding"), page.header("vary")), ("gzip", "HX-Request, Accept-Encoding"));
    browser.get("/assets/0123456789/%2e%2e/%2e%2e/etc/passwd").await.expect(404);
}

#[tokio::test]
async fn what_leads_nowhere_is_a_page_for_a_browser_and_json_for_a_program() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    for path in ["/nothing", "/stock/0", "/stock/x", "/stock/999", "/products/1", "/orders/7", "/imports/7", "/stock/"]
    {
        browser.get(path).await.expect(404).has("<h1>").has(&browser.name.clone());
    }
    Browser::new(&server).get("/nothing").await.expect(404).has("<h1>").has_no("/sign-out");
    for path in ["/api/v1/nothing/", "/api/nothing"] {
        let page = browser.get(path).await.expect(404);
        assert_eq!(page.header("content-type"), "application/json");
    }
    server.anonymous().get("/nothing").await.expect(404);
    server.anonymous().get("/healthz").await.ok();
    let page = browser.post("/nothing", &[]).await.expect(404);
    assert_eq!(page.header("content-type"), "application/json");
    server.anonymous().send("DELETE", "/stock", crate::client::Body::None).await.expect(405);
}

#[tokio::test]
async fn odd_requests_are_rejected_with_a_page() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Admin).await;
    browser.get("/search?q=%00").await.expect(400);
    browser.post("/me/theme", &[("theme", "da\0rk")]).await.expect(400);
    let json = browser.raw("/me/theme", "application/json", "{}".to_owned()).header("Sec-Fetch-Site", "same-origin");
    browser.send(json).await.expect(415);
    let large = "x".repeat(2_000_000);
    browser.post("/me/theme", &[("theme", &large)]).await.expect(413);
    for path in
        ["/search?q=%FF%FE", "/stock?list=x", "/orders?view=%3Cscript%3E&after=-1&channel=x", "/imports?after=x"]
    {
        browser.get(path).await.ok().has_no("<script>");
    }
}
