//! Signing in and out, one's own tokens and password, how long tokens live, the throttle.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use onhand::auth::{Role, password};
use serde_json::json;

use crate::client::{Client, PASSWORD, TestServer, parsed, password_hash};
use crate::shop::{column, id, long};

const LOGIN: &str = "/api/i1/auth/login/";

async fn server_with_erp() -> TestServer {
    let server = TestServer::start().await;
    server.add_account("erp", password::hash("correct horse"), Role::Integration, None).await;
    server
}

#[tokio::test]
async fn a_name_and_its_password_give_a_token_that_works() {
    let server = server_with_erp().await;
    let credentials = json!({"username": "erp", "password": "correct horse"});
    let anonymous = server.anonymous();
    let i1 = anonymous.post("/api/i1/auth/login/", credentials.clone()).await.ok();
    let v1 = anonymous.post("/api/v1/auth/login/", credentials).await.ok();
    assert_ne!(i1, v1, "each log-in has its own token");
    for answer in [i1, v1] {
        let key = answer["key"].as_str().expect("a key");
        assert!(key.len() == 40 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
        let user = server.bearer(key).get("/api/v1/active_user/").await.ok();
        assert_eq!(
            (&user["username"], &user["role"], &user["channel"]),
            (&json!("erp"), &json!("integration"), &json!(null))
        );
    }
}

/// Contract 2.1: the official client takes only a 400 for wrong credentials.
#[tokio::test]
async fn wrong_credentials_are_400_and_say_nothing_about_which_part_was_wrong() {
    let server = server_with_erp().await;
    let anonymous = server.anonymous();
    let mut answers = Vec::new();
    for (name, secret) in
        [("erp", "wrong"), ("nobody", "correct horse"), ("ERP", "correct horse"), ("erp", "correct horse ")]
    {
        answers.push(anonymous.post(LOGIN, json!({"username": name, "password": secret})).await.expect(400));
    }
    let refusal = json!({"non_field_errors": ["Unable to log in with provided credentials."]});
    assert_eq!(answers, vec![refusal; 4]);
    anonymous.post(LOGIN, json!({})).await.faults(&["username", "password"]);
    anonymous.post(LOGIN, json!({"username": "", "password": ""})).await.faults(&["username", "password"]);
    anonymous.post(LOGIN, json!({"username": "erp"})).await.faults(&["password"]);
}

#[tokio::test]
async fn an_unknown_name_costs_as_much_time_as_a_known_one() {
    let server = server_with_erp().await;
    let anonymous = server.anonymous();
    let mut times = [Duration::MAX; 2];
    // The shortest of each, as a busy machine only makes times longer; asked until they are alike, which they never
    // become where the unknown name costs less.
    for round in 0..40 {
        if round >= 5 && times[1] * 3 > times[0] {
            break;
        }
        for (name, best) in ["erp", "nobody"].into_iter().zip(&mut times) {
            let start = Instant::now();
            anonymous.post(LOGIN, json!({"username": name, "password": "wrong"})).await.expect(400);
            *best = start.elapsed().min(*best);
        }
    }
    assert!(times[1] * 3 > times[0], "an unknown name is told apart by its speed: {times:?}");
}

#[tokio::test]
async fn an_inactive_account_gets_no_token() {
    let server = TestServer::start().await;
    let account = onhand_store::tables::accounts::Account {
        id: onhand_core::UserId::new(0),
        username: "gone".to_owned(),
        password_hash: password::hash("correct horse"),
        role: "viewer".to_owned(),
        channel: None,
        is_active: false,
        created_at: server.app.clock.now(),
    };
    let insert = async move |tx: &mut onhand_store::Tx<'_>| onhand_store::tables::accounts::insert(tx, &account).await;
    server.app.store.write("accounts.insert", insert).await.expect("a new account");
    let answer = server.anonymous().post(LOGIN, json!({"username": "gone", "password": "correct horse"})).await;
    answer.faults(&["non_field_errors"]);
}

#[tokio::test]
async fn log_ins_are_throttled_per_name() {
    let server = TestServer::with(|config| config.login_attempts = NonZeroU32::new(3).expect("not zero")).await;
    server.add_account("erp", password::hash("correct horse"), Role::Integration, None).await;
    let anonymous = server.anonymous();
    for _ in 0..3 {
        anonymous.post(LOGIN, json!({"username": "erp", "password": "wrong"})).await.expect(400);
    }
    let answer = anonymous.post(LOGIN, json!({"username": "erp", "password": "correct horse"})).await;
    let wait: u64 = answer.header("retry-after").and_then(|text| text.parse().ok()).expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(answer.expect(429)["detail"].as_str().expect("a text").contains("throttled"));
    anonymous.post(LOGIN, json!({"username": "someone else", "password": "wrong"})).await.expect(400);
}

/// One address cannot try one password on many names.
#[tokio::test]
async fn log_ins_are_throttled_per_address() {
    let server = TestServer::with(|config| config.login_attempts = NonZeroU32::MIN).await;
    let anonymous = server.anonymous();
    let attempt = async |number: i32| {
        let credentials = json!({"username": format!("user{number}"), "password": "123456"});
        anonymous.post(LOGIN, credentials).await
    };
    for number in 0..10 {
        attempt(number).await.expect(400);
    }
    // One more is permitted every six seconds, and on a busy machine ten attempts may take longer.
    for number in 10..100 {
        let answer = attempt(number).await;
        if answer.status == 429 {
            return;
        }
        answer.expect(400);
    }
    panic!("nobody was refused");
}

#[tokio::test]
async fn signing_out_ends_this_token_and_no_other() {
    let server = server_with_erp().await;
    let credentials = json!({"username": "erp", "password": "correct horse"});
    let mut clients = Vec::new();
    for _ in 0..2 {
        let answer = server.anonymous().post(LOGIN, credentials.clone()).await.ok();
        clients.push(server.bearer(answer["key"].as_str().expect("a key")));
    }
    clients[0].get("/api/v1/active_user/").await.ok();
    assert_eq!(
        clients[0].post("/api/v1/auth/logout/", json!({})).await.ok(),
        json!({"detail": "Successfully logged out."})
    );
    let refused = clients[0].get("/api/v1/active_user/").await;
    assert_eq!(refused.header("www-authenticate"), Some("Token"));
    assert_eq!(refused.expect(401), json!({"detail": "Invalid token."}));
    clients[1].get("/api/v1/active_user/").await.ok();
}

#[tokio::test]
async fn tokens_are_named_shown_once_and_revoked() {
    let server = TestServer::start().await;
    let viewer = server.client(Role::Viewer).await;
    let made = viewer.post("/api/v1/auth/tokens/", json!({"name": "dashboard"})).await.created();
    let key = made["key"].as_str().expect("a key").to_owned();
    let listed = viewer.get("/api/v1/auth/tokens/").await;
    assert!(!listed.text.contains(&key), "a token is shown once");
    let listed = listed.ok();
    assert_eq!(column(&listed, "name"), [json!("test"), json!("dashboard")]);
    assert_eq!(listed["results"][1]["prefix"], json!(key[..8]));
    assert_eq!(listed["results"][1]["last_used_date"], json!(null));

    let dashboard = server.bearer(&key);
    dashboard.get("/api/v1/products/").await.ok();
    let listed = viewer.get("/api/v1/auth/tokens/").await.ok();
    assert_eq!(parsed(&listed["results"][1]["last_used_date"]), server.app.clock.now());

    let token = id(&made);
    let answer = viewer.delete(&format!("/api/v1/auth/tokens/{token}/")).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    dashboard.get("/api/v1/products/").await.expect(401);
    viewer.delete(&format!("/api/v1/auth/tokens/{token}/")).await.expect(404);
    let listed = viewer.get("/api/v1/auth/tokens/").await.ok();
    assert!(listed["results"][1]["revoked_date"].is_string(), "{listed}");
}

#[tokio::test]
async fn nobody_sees_or_revokes_the_tokens_of_another() {
    let server = TestServer::start().await;
    let (viewer, admin) = (server.client(Role::Viewer).await, server.client(Role::Admin).await);
    let made = viewer.post("/api/v1/auth/tokens/", json!({"name": "mine"})).await.created();
    assert_eq!(column(&admin.get("/api/v1/auth/tokens/").await.ok(), "name"), [json!("test")]);
    admin.delete(&format!("/api/v1/auth/tokens/{}/", id(&made))).await.expect(404);
    server.bearer(made["key"].as_str().expect("a key")).get("/api/v1/active_user/").await.ok();
}

/// A server that has just seen a token, which is then revoked behind its back; and the token's client.
async fn revoked_elsewhere() -> (TestServer, Client) {
    let server = TestServer::start().await;
    let viewer = server.client(Role::Viewer).await;
    viewer.get("/api/v1/active_user/").await.ok();
    let tokens = viewer.get("/api/v1/auth/tokens/").await.ok();
    let (token, now) = (id(&tokens["results"][0]), server.app.clock.now());
    let revoke =
        async move |tx: &mut onhand_store::Tx<'_>| onhand_store::tables::accounts::revoke(tx, token, now).await;
    assert!(server.app.store.write("tokens.revoke", revoke).await.expect("a writable database"));
    (server, viewer)
}

/// A token revoked by another process stops working within five seconds.
#[tokio::test]
async fn a_revocation_elsewhere_is_noticed_within_five_seconds() {
    let (server, viewer) = revoked_elsewhere().await;
    server.advance(5);
    viewer.get("/api/v1/active_user/").await.expect(401);
}

#[tokio::test]
async fn the_word_before_a_token_may_be_in_any_case() {
    let server = server_with_erp().await;
    let answer = server.anonymous().post(LOGIN, json!({"username": "erp", "password": "correct horse"})).await.ok();
    let key = answer["key"].as_str().expect("a key");
    for scheme in ["Token", "token", "TOKEN"] {
        let client = server.anonymous().with("Authorization", format!("{scheme} {key}"));
        client.get("/api/i1/active_user/").await.ok();
    }
    server.bearer(&long(40)).get("/api/i1/active_user/").await.expect(401);
    server.bearer(&key.to_uppercase()).get("/api/i1/active_user/").await.expect(401);
}

/// Log-ins that succeed cost nothing: a client that signs in before every call is not shut out.
#[tokio::test]
async fn only_failed_log_ins_are_throttled() {
    let server = TestServer::with(|config| config.login_attempts = NonZeroU32::new(2).expect("not zero")).await;
    server.add_account("erp", password_hash(), Role::Integration, None).await;
    let anonymous = server.anonymous();
    for _ in 0..30 {
        anonymous.post(LOGIN, json!({"username": "erp", "password": PASSWORD})).await.ok();
    }
    for _ in 0..2 {
        anonymous.post(LOGIN, json!({"username": "erp", "password": "wrong"})).await.expect(400);
    }
    anonymous.post(LOGIN, json!({"username": "erp", "password": PASSWORD})).await.expect(429);
}

/// Behind a proxy every client has the proxy's address, so the throttle asks the proxy; but no other peer.
#[tokio::test]
async fn the_throttle_counts_the_client_behind_a_trusted_proxy() {
    let throttled = async |trusted: &'static str| {
        let server = TestServer::with(|config| {
            config.login_attempts = NonZeroU32::MIN;
            config.trusted_proxies = trusted.parse().expect("networks");
        })
        .await;
        let attempt = async |address: &str| {
            let client = server.anonymous().with("X-Forwarded-For", address);
            client.post(LOGIN, json!({"username": "erp", "password": "wrong"})).await.status
        };
        [attempt("203.0.113.1").await, attempt("203.0.113.2").await, attempt("203.0.113.1").await]
    };
    assert_eq!(throttled("127.0.0.1").await, [400, 400, 429]);
    assert_eq!(throttled("").await, [400, 429, 429], "a client cannot choose its address");
}

#[tokio::test]
async fn the_token_of_a_log_in_ends() {
    let server = TestServer::with(|config| {
        config.login_token_idle_days = 2;
        config.login_token_days = 5;
    })
    .await;
    server.add_account("erp", password_hash(), Role::Integration, None).await;
    let login = async || {
        let answer = server.anonymous().post(LOGIN, json!({"username": "erp", "password": PASSWORD})).await.ok();
        server.bearer(answer["key"].as_str().expect("a key"))
    };
    let (used, idle) = (login().await, login().await);
    for _ in 0..4 {
        server.advance(24 * 3_600);
        used.get("/api/v1/auth/tokens/").await.ok();
    }
    idle.get("/api/v1/active_user/").await.expect(401);
    server.advance(24 * 3_600);
    used.get("/api/v1/active_user/").await.expect(401);
}

#[tokio::test]
async fn a_named_token_lives_as_long_as_its_owner_says() {
    let server = TestServer::with(|config| config.login_token_days = 0).await;
    let owner = server.client(Role::Integration).await;
    let make = async |body: serde_json::Value| {
        let made = owner.post("/api/v1/auth/tokens/", body).await.created();
        (server.bearer(made["key"].as_str().expect("a key")), made)
    };
    let (lasting, made) = make(json!({"name": "for good"})).await;
    assert_eq!(made["expires_date"], json!(null));
    let (short, made) = make(json!({"name": "for a week", "expires_in_days": 7})).await;
    assert_eq!(made["expires_date"], json!(server.time(7 * 24 * 3_600)));
    owner.post("/api/v1/auth/tokens/", json!({"name": "x", "expires_in_days": 0})).await.faults(&["expires_in_days"]);
    server.advance(7 * 24 * 3_600 - 1);
    short.get("/api/v1/active_user/").await.ok();
    server.advance(400 * 24 * 3_600);
    short.get("/api/v1/active_user/").await.expect(401);
    lasting.get("/api/v1/active_user/").await.ok();
}

/// A person who finds a program's token cannot make another one, nor lock its owner out.
#[tokio::test]
async fn a_named_token_makes_no_tokens_and_changes_no_password() {
    let server = TestServer::start().await;
    let owner = server.client(Role::Viewer).await;
    let made = owner.post("/api/v1/auth/tokens/", json!({"name": "dashboard"})).await.created();
    let named = server.bearer(made["key"].as_str().expect("a key"));
    named.post("/api/v1/auth/tokens/", json!({"name": "another"})).await.expect(403);
    let passwords = json!({"current_password": PASSWORD, "new_password": "gnu7-Kestrel"});
    named.post("/api/v1/auth/password/", passwords).await.expect(403);
    assert_eq!(owner.get("/api/v1/auth/tokens/").await.ok()["count"], json!(2));
}

#[tokio::test]
async fn one_changes_ones_own_password() {
    let server = TestServer::start().await;
    server.add_account("erp", password_hash(), Role::Integration, None).await;
    let login =
        async |password: &str| server.anonymous().post(LOGIN, json!({"username": "erp", "password": password})).await;
    let of = |answer: serde_json::Value| server.bearer(answer["key"].as_str().expect("a key"));
    let (here, elsewhere) = (of(login(PASSWORD).await.ok()), of(login(PASSWORD).await.ok()));
    elsewhere.get("/api/v1/active_user/").await.ok();

    let path = "/api/v1/auth/password/";
    let body = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
    here.post(path, json!({})).await.faults(&["current_password", "new_password"]);
    here.post(path, body("wrong", "gnu7-Kestrel")).await.faults(&["current_password"]);
    for weak in ["short", "password1", "12345678"] {
        here.post(path, body(PASSWORD, weak)).await.faults(&["new_password"]);
    }
    login(PASSWORD).await.ok();

    assert_eq!(here.post(path, body(PASSWORD, "gnu7-Kestrel")).await.status, 204);
    login(PASSWORD).await.expect(400);
    login("gnu7-Kestrel").await.ok();
    here.get("/api/v1/active_user/").await.ok();
    elsewhere.get("/api/v1/active_user/").await.expect(401);
}

#[tokio::test]
async fn log_ins_replace_the_tokens_that_were_not_used_for_the_longest_time() {
    let server = TestServer::with(|config| config.login_tokens_max = NonZeroU32::new(2).expect("not zero")).await;
    server.add_account("erp", password_hash(), Role::Integration, None).await;
    let login = async || {
        server.advance(60);
        let answer = server.anonymous().post(LOGIN, json!({"username": "erp", "password": PASSWORD})).await.ok();
        server.bearer(answer["key"].as_str().expect("a key"))
    };
    let (first, second) = (login().await, login().await);
    let named = first.post("/api/v1/auth/tokens/", json!({"name": "stays"})).await.created();
    server.advance(60);
    first.get("/api/v1/active_user/").await.ok();
    let third = login().await;
    server.advance(5);
    second.get("/api/v1/active_user/").await.expect(401);
    for client in [first, third, server.bearer(named["key"].as_str().expect("a key"))] {
        client.get("/api/v1/active_user/").await.ok();
    }
}

#[tokio::test]
async fn ones_tokens_are_listed_in_pages() {
    let server = TestServer::start().await;
    let viewer = server.client(Role::Viewer).await;
    for number in 0..4 {
        viewer.post("/api/v1/auth/tokens/", json!({"name": format!("token {number}")})).await.created();
    }
    let first = viewer.get("/api/v1/auth/tokens/?limit=3").await.ok();
    assert_eq!((&first["count"], column(&first, "name").len()), (&json!(5), 3));
    let second = viewer.get(first["next"].as_str().expect("a link")).await.ok();
    assert_eq!(column(&second, "name"), [json!("token 2"), json!("token 3")]);
    viewer.get("/api/v1/auth/tokens/?page=3&limit=3").await.expect(404);
    viewer.get("/api/v1/auth/tokens/?colour=blue").await.expect(400);
}

/// Five seconds are five seconds, also when the machine's clock is set back meanwhile.
#[tokio::test]
async fn a_revoked_token_does_not_live_on_through_a_jump_of_the_clock() {
    let (server, viewer) = revoked_elsewhere().await;
    server.advance(-3_600);
    viewer.get("/api/v1/active_user/").await.expect(401);
}
