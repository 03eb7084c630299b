//! Signing in and out: one answer for every failure, the cookie, where one is led afterwards.

use std::num::NonZeroU32;

use onhand::auth::Role;
use reqwest::header::SET_COOKIE;

use crate::browser::Browser;
use crate::client::{PASSWORD, TestServer, password_hash};

#[tokio::test]
async fn who_has_not_signed_in_is_led_to_the_sign_in_and_back() {
    let server = TestServer::start().await;
    server.add_account("elif", password_hash(), Role::Integration, None).await;
    let mut browser = Browser::new(&server);
    let to = browser.get("/orders?view=all&q=TR%201").await.led();
    assert_eq!(to, "/sign-in?next=%2Forders%3Fview%3Dall%26q%3DTR%25201");
    let page = browser.get(&to).await.ok().has("name=\"next\" value=\"/orders?view=all&#38;q=TR%201\"");
    let next = page.hidden("/sign-in", "")[0].1.clone();
    let fields = [("name", "elif"), ("password", PASSWORD), ("next", &*next)];
    browser.post("/sign-in", &fields).await.leads_to("/orders?view=all&q=TR%201");
    browser.get("/").await.ok().has("elif");

    let mut part = Browser::new(&server);
    let page = part.part("/stock").await.expect(401);
    assert_eq!(page.header("hx-redirect"), "/sign-in?next=%2Fstock", "htmx leads the whole page");
    part.post("/me/theme", &[("theme", "dark")]).await.leads_to("/sign-in");
}

#[tokio::test]
async fn nobody_is_led_to_another_site() {
    let server = TestServer::start().await;
    server.add_account("elif", password_hash(), Role::Viewer, None).await;
    let foreign = [
        "//evil.example/stock",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/nothing",
        "/api/v1/auth/logout/",
        "stock",
        "/stock\r\nSet-Cookie: a=b",
    ];
    for next in foreign {
        let mut browser = Browser::new(&server);
        let fields = [("name", "elif"), ("password", PASSWORD), ("next", next)];
        browser.post("/sign-in", &fields).await.leads_to("/");
        browser.post("/me/theme", &[("theme", "dark"), ("back", next)]).await.leads_to("/me");
    }
    let mut browser = Browser::new(&server);
    browser.sign_in("elif", PASSWORD).await.leads_to("/");
    browser.post("/me/theme", &[("theme", "dark"), ("back", "/stock?q=a")]).await.leads_to("/stock?q=a");
}

#[tokio::test]
async fn a_form_is_no_larger_than_a_page_sends_it() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let server = TestServer::start().await;
    server.add_account("elif", password_hash(), Role::Integration, None).await;
    let mut browser = Browser::new(&server);
    for padded in ["x=".to_owned() + &"x".repeat(16 * 1_024), "a&".repeat(2_048)] {
        let request = browser.raw("/sign-in", FORM, format!("name=elif&password={PASSWORD}&{padded}"));
        browser.send(request.header("Sec-Fetch-Site", "same-origin")).await.expect(413);
    }
    browser.sign_in("elif", PASSWORD).await.leads_to("/");
    let request = browser.raw("/me/theme", FORM, format!("theme=dark&x={}", "x".repeat(16 * 1_024)));
    browser.send(request.header("Sec-Fetch-Site", "same-origin")).await.leads_to("/me");
    let request = browser.raw("/me/theme", FORM, format!("theme=dark&{}", "a&".repeat(2_048)));
    browser.send(request.header("Sec-Fetch-Site", "same-origin")).await.expect(413);
}

#[tokio::test]
async fn every_failure_has_one_answer() {
    let server = TestServer::start().await;
    server.add_account("elif", password_hash(), Role::Integration, None).await;
    let (mut pages, long) = (Vec::new(), "x".repeat(2_000));
    for (name, password) in [("elif", "wrong"), ("nobody", PASSWORD), ("", ""), ("elif", ""), ("elif", &long)] {
        let page = Browser::new(&server).sign_in(name, password).await.expect(400);
        assert!(page.headers.get(SET_COOKIE).is_none(), "{name}");
        pages.push(page.text.replace(&format!("value=\"{name}\""), "value=\"\"").replace(" autofocus", ""));
    }
    assert!(pages[0].contains("id=\"failed\""));
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
    let quoted = Browser::new(&server).sign_in("\"><script>", "x").await.expect(400);
    quoted.has_no("<script>").has("&#34;&#62;&#60;script&#62;");
}

#[tokio::test]
async fn too_many_failures_wait_and_other_names_do_not() {
    let server = TestServer::with(|config| config.login_attempts = NonZeroU32::new(2).expect("not zero")).await;
    server.add_account("elif", password_hash(), Role::Viewer, None).await;
    server.add_account("mert", password_hash(), Role::Viewer, None).await;
    let mut browser = Browser::new(&server);
    for _ in 0..2 {
        browser.sign_in("elif", "wrong").await.expect(400);
    }
    let page = browser.sign_in("elif", PASSWORD).await.expect(429).has("data-seconds=");
    assert!(page.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    browser.sign_in("mert", PASSWORD).await.leads_to("/");
}

#[tokio::test]
async fn the_cookie_is_for_this_site_alone() {
    let server = TestServer::start().await;
    server.add_account("elif", password_hash(), Role::Viewer, None).await;
    let page = Browser::new(&server).sign_in("elif", PASSWORD).await;
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("onhand=") && cookie.ends_with("; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"));

    let server = TestServer::with(|config| config.public_url = Some("https://stock.example".to_owned())).await;
    server.add_account("elif", password_hash(), Role::Viewer, None).await;
    let page = Browser::new(&server).sign_in("elif", PASSWORD).await;
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("__Host-onhand=") && cookie.ends_with("; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_signing_in_again_the_one_before() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    let first = browser.cookies["onhand"].clone();
    let name = browser.name.clone();
    browser.sign_in(&name, PASSWORD).await.leads_to("/");
    assert_ne!(browser.cookies["onhand"], first, "each session has a value of its own");
    let mut old = Browser::new(&server);
    old.cookies.insert("onhand".to_owned(), first);
    old.get("/").await.leads_to("/sign-in?next=%2F");

    let kept = browser.cookies["onhand"].clone();
    let page = browser.post("/sign-out", &[]).await.leads_to("/sign-in");
    assert!(page.header("clear-site-data").contains("storage") && browser.cookies.is_empty());
    old.cookies.insert("onhand".to_owned(), kept);
    old.get("/").await.leads_to("/sign-in?next=%2F");
    browser.post("/sign-out", &[]).await.leads_to("/sign-in");
}
