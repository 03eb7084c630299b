//! Sessions: when they end, and that they are no tokens of programs.

use onhand::auth::Role;
use serde_json::json;

use crate::browser::Browser;
use crate::client::{PASSWORD, TestServer};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const LOST: &str = "/sign-in?next=%2Fme";

#[tokio::test]
async fn a_cookie_is_no_token_and_a_token_is_no_cookie() {
    let server = TestServer::start().await;
    let browser = Browser::of(&server, Role::Admin).await;
    let session = browser.cookies["onhand"].clone();
    server.bearer(&session).get("/api/v1/active_user/").await.expect(401);
    // Asked for once as what it is, it is remembered; that opens nothing either.
    let mut again = Browser::new(&server);
    again.cookies.insert("onhand".to_owned(), session.clone());
    again.get("/me").await.ok();
    server.bearer(&session).get("/api/v1/active_user/").await.expect(401);
    let cookie = format!("onhand={session}");
    server.anonymous().with("Cookie", cookie).get("/api/v1/active_user/").await.expect(401);

    let body = json!({"username": browser.name, "password": PASSWORD});
    let token = server.anonymous().post("/api/v1/auth/login/", body).await.ok();
    let token = token["key"].as_str().expect("a token");
    let mut forged = Browser::new(&server);
    forged.cookies.insert("onhand".to_owned(), token.to_owned());
    forged.get("/me").await.leads_to(LOST);
    server.bearer(token).get("/api/v1/active_user/").await.ok();
    forged.get("/me").await.leads_to(LOST);
    forged.header("Authorization", &format!("Token {token}")).get("/me").await.leads_to(LOST);

    let tokens = server.bearer(token).get("/api/v1/auth/tokens/").await.ok();
    assert_eq!(tokens["count"], 1, "the API does not list sessions: {tokens}");
}

#[tokio::test]
async fn a_session_ends_when_nothing_is_done() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    for _ in 0..3 {
        server.advance(8 * HOUR - MINUTE);
        browser.get("/me").await.ok();
    }
    server.app.sessions.note_use().await.expect("it is written down");
    server.advance(8 * HOUR - MINUTE);
    browser.get("/me").await.ok();
    server.advance(8 * HOUR + MINUTE);
    browser.get("/me").await.leads_to(LOST);

    let server = TestServer::with(|config| config.session_idle_minutes = 5).await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    server.advance(6 * MINUTE);
    browser.get("/me").await.leads_to(LOST);
}

#[tokio::test]
async fn a_session_ends_after_seven_days_in_any_case() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    for _ in 0..23 {
        server.advance(7 * HOUR);
        browser.get("/me").await.ok();
    }
    server.advance(8 * HOUR - MINUTE);
    browser.get("/me").await.leads_to(LOST);
}

#[tokio::test]
async fn sessions_end_with_a_new_password_and_with_the_account() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    let name = browser.name.clone();
    let mut elsewhere = Browser::new(&server);
    elsewhere.sign_in(&name, PASSWORD).await.leads_to("/");
    let fields = [("old", PASSWORD), ("new", "another Kestrel of 7")];
    browser.post("/me/password", &fields).await.leads_to("/me?saved=1");
    elsewhere.get("/me").await.leads_to(LOST);
    browser.get("/me").await.ok();

    let (store, clock) = (&server.app.store, &server.app.clock);
    let ended = onhand::services::accounts::users::set_active(store, clock, &name, false).await;
    ended.expect("it is disabled");
    server.app.sessions.forget();
    browser.get("/me").await.leads_to(LOST);
}

#[tokio::test]
async fn a_person_sees_and_ends_their_sessions() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    let mut phone = Browser::new(&server).header("User-Agent", "Phone of elif");
    phone.sign_in(&browser.name.clone(), PASSWORD).await.leads_to("/");
    let page = browser.get("/me").await.ok().has("Phone").has("this one");
    let action = page.text.split("/me/tokens/").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    let path = format!("/me/tokens/{action}");
    browser.post(&path, &[("back", "/me")]).await.leads_to("/me");
    phone.get("/me").await.leads_to(LOST);
    browser.get("/me").await.ok().has_no("Phone");
    browser.post("/me/tokens/999999/revoke", &[]).await.expect(404);
}
