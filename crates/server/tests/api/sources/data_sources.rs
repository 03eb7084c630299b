//! Data sources as people set them up: what is taken, what is shown, and what becomes of a token. What is done with them
//! is tested between real servers, in `tests/sources/`.

use onhand::auth::Role;
use onhand_testkit::json::text;
use serde_json::{Value, json};

use crate::client::{TestServer, unique};
use crate::shop::{Shop, id, merge};

const PATH: &str = "/api/v1/data_sources/";
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const TOKEN: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567";

async fn keyed() -> Shop {
    Shop::on(TestServer::with(|config| config.secret_key = Some(KEY.parse().expect("a key"))).await).await
}

/// A source that no worker asks.
async fn source(shop: &Shop, fields: Value) -> Value {
    let list = shop.list_with(json!({})).await;
    let mut body = json!({"name": format!("Source {}", unique()), "base_url": "https://stock.example.com",
        "remote_stock_list": 7, "stock_list": list, "is_active": false});
    merge(&mut body, fields);
    body
}

fn path(source: &Value) -> String {
    format!("{PATH}{}/", id(source))
}

#[tokio::test]
async fn a_source_is_made_shown_changed_and_removed() {
    let shop = keyed().await;
    let body = source(&shop, json!({"name": "Partner", "token": TOKEN, "safety_stock": 2})).await;
    let made = shop.admin.post(PATH, body.clone()).await.created();
    for (name, value) in [
        ("name", json!("Partner")),
        ("base_url", json!("https://stock.example.com")),
        ("has_token", json!(true)),
        ("remote_channel", json!(null)),
        ("remote_stock_list", json!(7)),
        ("poll_interval_seconds", json!(30)),
        ("safety_stock", json!(2)),
        ("last_error", json!(null)),
        ("lag_seconds", json!(null)),
        ("origins", json!([])),
        ("has_levels", json!(false)),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    assert_eq!(shop.erp.get(&path(&made)).await.ok(), made);
    assert_eq!(shop.erp.get(&format!("{PATH}?name=Partner")).await.ok()["count"], json!(1));
    let changed = shop.admin.patch(&path(&made), json!({"poll_interval_seconds": 5})).await.ok();
    assert_eq!((&changed["poll_interval_seconds"], &changed["has_token"]), (&json!(5), &json!(true)));
    let whole = json!({"name": "Partner", "base_url": "https://stock.example.com/", "stock_list": body["stock_list"]});
    let put = shop.admin.put(&path(&made), whole).await.ok();
    assert_eq!(put["base_url"], json!("https://stock.example.com"), "in its plain form");

    shop.admin.post(PATH, source(&shop, json!({"name": "Partner"})).await).await.faults(&["name"]);
    let same_list = source(&shop, json!({"stock_list": body["stock_list"]})).await;
    shop.admin.post(PATH, same_list).await.faults(&["stock_list"]);
    let other = shop.list_with(json!({})).await;
    shop.admin.patch(&path(&made), json!({"stock_list": other})).await.faults(&["stock_list"]);
    let list = format!("/api/v1/stock_list/{}/", body["stock_list"]);
    shop.erp.delete(&list).await.refused("still_referred_to");
    shop.admin.delete(&path(&made)).await.expect(204);
    shop.erp.delete(&list).await.expect(204);
}

#[tokio::test]
async fn a_token_is_sealed_and_never_shown() {
    let shop = keyed().await;
    let made = shop.admin.post(PATH, source(&shop, json!({"token": TOKEN})).await).await;
    assert!(!made.text.contains(TOKEN) && !made.text.contains("s1."), "{}", made.text);
    let made = made.created();
    let dump = shop.server.dump().await;
    assert!(dump.contains("s1.") && !dump.contains(TOKEN), "it is stored, and not as it is");
    for list in [PATH.to_owned(), format!("{PATH}?cursor="), path(&made)] {
        let shown = shop.admin.get(&list).await;
        assert!(!shown.text.contains(TOKEN) && !shown.text.contains("s1."), "{}", shown.text);
    }
    // A stored token is for the address that it was given for.
    let elsewhere = json!({"base_url": "https://other.example.com"});
    shop.admin.patch(&path(&made), elsewhere.clone()).await.faults(&["token"]);
    assert_eq!(shop.admin.get(&path(&made)).await.ok(), made, "nothing was changed");
    let mut with_token = elsewhere;
    merge(&mut with_token, json!({"token": TOKEN}));
    let changed = shop.admin.patch(&path(&made), with_token).await.ok();
    assert_eq!(changed["base_url"], json!("https://other.example.com"));
    let without = shop.admin.patch(&path(&made), json!({"token": null})).await.ok();
    assert_eq!(without["has_token"], json!(false));
    shop.admin.patch(&path(&made), json!({"base_url": "https://third.example.com"})).await.ok();
}

#[tokio::test]
async fn without_a_key_no_token_is_taken() {
    let shop = Shop::open().await;
    let body = source(&shop, json!({"token": TOKEN})).await;
    let before = shop.server.dump().await;
    let faults = shop.admin.post(PATH, body).await.faults(&["token"]);
    assert!(text(&faults["token"][0]).contains("ONHAND_SECRET_KEY"), "{faults}");
    assert_eq!(shop.server.dump().await, before);
    shop.admin.post(PATH, source(&shop, json!({})).await).await.created();
}

#[tokio::test]
async fn a_place_is_an_address_and_a_list() {
    let shop = keyed().await;
    for url in [
        "stock.example.com",
        "ftp://stock.example.com",
        "http://",
        "https://user@stock.example.com",
        "https://:secret@stock.example.com",
        "https://stock.example.com/?a=1",
        "https://stock.example.com/#a",
        "file:///etc/passwd",
    ] {
        shop.admin.post(PATH, source(&shop, json!({"base_url": url})).await).await.faults(&["base_url"]);
    }
    let nowhere = json!({"remote_stock_list": null});
    shop.admin.post(PATH, source(&shop, nowhere).await).await.faults(&["remote_stock_list"]);
    for (name, wrong) in [
        ("poll_interval_seconds", json!(0)),
        ("poll_interval_seconds", json!(3_601)),
        ("safety_stock", json!(-1)),
        ("remote_channel", json!(0)),
        ("token", json!("two words")),
        ("token", json!("a\nb")),
        ("stock_list", json!(999_999)),
    ] {
        shop.admin.post(PATH, source(&shop, json!({ name: wrong })).await).await.faults(&[name]);
    }
    let channel = json!({"remote_channel": 3, "remote_stock_list": null});
    let made = shop.admin.post(PATH, source(&shop, channel).await).await.created();
    assert_eq!((&made["remote_channel"], &made["remote_stock_list"]), (&json!(3), &json!(null)));
}

#[tokio::test]
async fn a_place_is_at_an_address_that_is_allowed() {
    let shop = keyed().await;
    let of = |url: &str| json!({ "base_url": url });
    for url in ["http://169.254.169.254", "http://[fe80::1]", "http://0", "http://[::ffff:169.254.1.1]:80"] {
        let faults = shop.admin.post(PATH, source(&shop, of(url)).await).await.faults(&["base_url"]);
        assert!(text(&faults["base_url"][0]).contains("ONHAND_OUTGOING_NETWORKS"), "{faults}");
    }
    // As long as nothing is configured, the own networks are allowed.
    let kept = shop.admin.post(PATH, source(&shop, of("http://10.0.0.1:8080")).await).await.created();
    let strict = TestServer::with(|config| config.outgoing_networks = "10.0.0.0/8".parse().expect("a network")).await;
    let strict = Shop::on(strict).await;
    for url in ["http://127.0.0.1", "http://0x7f.1", "http://192.168.0.1"] {
        strict.admin.post(PATH, source(&strict, of(url)).await).await.faults(&["base_url"]);
    }
    for url in ["http://10.0.0.1", "http://1.1.1.1", "http://localhost"] {
        strict.admin.post(PATH, source(&strict, of(url)).await).await.created();
    }
    shop.admin.patch(&path(&kept), of("http://0.0.0.0")).await.faults(&["base_url"]);
}

/// Setting one up is the administrator's; asking again is for everyone who writes stock.
#[tokio::test]
async fn a_source_is_set_up_by_administrators() {
    let shop = keyed().await;
    let made = shop.admin.post(PATH, source(&shop, json!({})).await).await.created();
    let body = source(&shop, json!({})).await;
    shop.erp.post(PATH, body.clone()).await.expect(403);
    shop.erp.patch(&path(&made), json!({"safety_stock": 1})).await.expect(403);
    shop.erp.delete(&path(&made)).await.expect(403);
    let refresh = format!("/api/v1/data_sources/{}/refresh/", id(&made));
    assert_eq!(id(&shop.erp.post(&refresh, json!({"full": true})).await.expect(202)), id(&made));
    shop.erp.post(&refresh, json!({"full": "maybe"})).await.faults(&["full"]);
    shop.erp.post("/api/v1/data_sources/999999/refresh/", json!({})).await.expect(404);
    let channel = shop.channel("accept").await;
    let account = shop.server.channel_client(channel).await;
    account.get(PATH).await.expect(403);
    shop.server.client(Role::Viewer).await.get(&path(&made)).await.ok();
}

/// Answers with levels say which installations they are from, this one first.
#[tokio::test]
async fn levels_name_where_they_are_from() {
    let shop = keyed().await;
    shop.stock("A", 5).await;
    let channel = shop.channel("accept").await;
    shop.sells(channel).await;
    let list = shop.list;
    let name = onhand_testkit::wait::until_async(async || {
        let page = shop.erp.get(&format!("/api/v1/product_stock/?stock_list={list}")).await;
        page.header("onhand-origins").map(str::to_owned).ok_or("the worker has not named the installation yet")
    });
    let name = name.await;
    assert!(name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    for path in [
        format!("/api/i1/product_stock/?stock_list={list}"),
        "/api/i1/product_stock/".to_owned(),
        format!("/api/v1/channel/{channel}/changes/?after=0&stock_list={list}"),
    ] {
        let answer = shop.admin.get(&path).await;
        assert_eq!(answer.header("onhand-origins"), Some(name.as_str()), "{path}");
    }
}
