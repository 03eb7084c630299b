//! What a person sets for themselves.

use onhand::auth::Role;

use crate::browser::{Browser, filled};
use crate::client::PASSWORD;
use crate::client::TestServer;

#[tokio::test]
async fn language_and_theme_are_the_persons_own() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    browser.get("/me").await.ok().has("<html lang=\"en\"").has_no("data-theme=");
    let chosen = [("language", "tr"), ("theme", "dark"), ("density", "compact")];
    browser.post("/me/settings", &chosen).await.leads_to("/me?saved=1");
    let page = browser.get("/me?saved=1").await.ok().has("<html lang=\"tr\"").has("data-theme=\"dark\"");
    page.has("data-density=\"compact\"").has("data-keys=\"off\"");
    let elsewhere = &mut Browser::new(&server);
    elsewhere.sign_in(&browser.name.clone(), PASSWORD).await.leads_to("/");
    elsewhere.get("/stock").await.ok().has("<html lang=\"tr\"").has("data-theme=\"dark\"");
    elsewhere.post("/me/theme", &[("theme", "light"), ("back", "/stock")]).await.leads_to("/stock");
    browser.get("/stock").await.ok().has("<html lang=\"tr\"").has("data-theme=\"light\"");
    browser.post("/me/settings", &[("language", "xx"), ("theme", "pink"), ("keys", "1")]).await.expect(303);
    browser.get("/me").await.ok().has("<html lang=\"en\"").has_no("data-theme=").has_no("data-keys");
    let mut turkish = Browser::new(&server).header("Accept-Language", "tr-TR,tr;q=0.9,en;q=0.8");
    turkish.get("/sign-in").await.ok().has("<html lang=\"tr\"");
}

#[tokio::test]
async fn a_password_is_changed_with_the_old_one() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    let change = async |browser: &mut Browser, old: &str, new: &str| {
        let hidden = browser.get("/me").await.ok().hidden("/me/password", "");
        browser.post("/me/password", &filled(&hidden, &[("old", old), ("new", new)])).await
    };
    change(&mut browser, "wrong", "another Kestrel of 7").await.expect(400).has("old-error");
    change(&mut browser, PASSWORD, "short").await.expect(400).has("new-error");
    change(&mut browser, PASSWORD, "password").await.expect(400).has("new-error");
    change(&mut browser, PASSWORD, "another Kestrel of 7").await.leads_to("/me?saved=1");
    let name = browser.name.clone();
    Browser::new(&server).sign_in(&name, PASSWORD).await.expect(400);
    Browser::new(&server).sign_in(&name, "another Kestrel of 7").await.leads_to("/");
}

#[tokio::test]
async fn a_token_is_shown_once_and_opens_the_api_until_it_is_revoked() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Viewer).await;
    browser.post("/me/tokens", &[("name", "")]).await.expect(400).has("token-name-error");
    browser.post("/me/tokens", &[("name", &"x".repeat(61))]).await.expect(400);
    let page = browser.post("/me/tokens", &[("name", "nightly <b>")]).await.expect(201).has("nightly &#60;b&#62;");
    let token = page.text.split("id=\"token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let token = token.expect("it is shown").to_owned();
    assert_eq!(token.len(), 40);
    server.bearer(&token).get("/api/v1/active_user/").await.ok();
    let page = browser.get("/me").await.ok().has_no(&token).has(&token[..8]);
    let id = page.text.split("/me/tokens/").nth(1).and_then(|rest| rest.split('/').next()).expect("a form");
    let mut other = Browser::of(&server, Role::Admin).await;
    other.post(&format!("/me/tokens/{id}/revoke"), &[]).await.expect(404);
    server.bearer(&token).get("/api/v1/active_user/").await.ok();
    browser.post(&format!("/me/tokens/{id}/revoke"), &[("back", "/me")]).await.leads_to("/me");
    server.bearer(&token).get("/api/v1/active_user/").await.expect(401);
}
