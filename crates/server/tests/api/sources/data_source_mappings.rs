//! Product mappings as integration developers keep them. What is done with them is tested between real servers, in
//! `tests/sources/`.

use onhand::auth::Role;
use onhand_testkit::json::text;
use serde_json::{Value, json};

use crate::client::{Answer, unique};
use crate::shop::{Shop, id, merge};

const PATH: &str = "/api/v1/data_source_mappings/";

/// A source that no worker asks.
async fn source(shop: &Shop, fields: Value) -> i64 {
    let list = shop.list_with(json!({})).await;
    let mut body = json!({"name": format!("Source {}", unique()), "base_url": "https://stock.example.com",
        "remote_stock_list": 7, "stock_list": list, "is_active": false, "product_match": "mapping"});
    merge(&mut body, fields);
    id(&shop.admin.post("/api/v1/data_sources/", body).await.created())
}

/// A shop with a source and some products.
async fn mapped(skus: &[&str]) -> (Shop, i64) {
    let shop = Shop::open().await;
    for sku in skus {
        shop.erp.post("/api/v1/products/", json!({"sku": sku})).await.created();
    }
    let source = source(&shop, json!({})).await;
    (shop, source)
}

fn row(source: i64, ours: &str, theirs: &str) -> Value {
    json!({"data_source": source, "product_sku": ours, "remote_sku": theirs})
}

async fn map(shop: &Shop, source: i64, pairs: &[(&str, &str)]) -> Answer {
    let rows: Vec<Value> = pairs.iter().map(|(ours, theirs)| row(source, ours, theirs)).collect();
    shop.erp.post(PATH, json!(rows)).await
}

/// Every pair of a source.
async fn pairs(shop: &Shop, source: i64) -> Vec<(String, String)> {
    let page = shop.erp.get(&format!("{PATH}?data_source={source}")).await.ok();
    let pair = |row: &Value| (text(&row["product_sku"]).to_owned(), text(&row["remote_sku"]).to_owned());
    page["results"].as_array().expect("rows").iter().map(pair).collect()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned())).collect()
}

#[tokio::test]
async fn a_mapping_is_made_shown_found_changed_and_removed() {
    let (shop, source) = mapped(&["A", "B 1"]).await;
    let made = shop.erp.post(PATH, row(source, "A", "X 1")).await.created();
    let product = id(&shop.erp.get("/api/v1/products/?sku=A").await.ok()["results"][0]);
    for (name, value) in [
        ("data_source", json!(source)),
        ("product", json!(product)),
        ("product_sku", json!("A")),
        ("remote_sku", json!("X 1")),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    let one = format!("{PATH}{}/", id(&made));
    for found in ["product_sku=A", "remote_sku=X%201", &format!("product={product}"), &format!("data_source={source}")]
    {
        assert_eq!(shop.erp.get(&format!("{PATH}?{found}")).await.ok()["results"], json!([made]), "{found}");
    }
    let changed = shop.erp.patch(&one, json!({"remote_sku": "X 2"})).await.ok();
    assert_eq!((&changed["remote_sku"], id(&changed)), (&json!("X 2"), id(&made)));
    // The same product again is the same mapping.
    let again = shop.erp.post(PATH, row(source, "A", "X 3")).await.expect(200);
    assert_eq!((&again["remote_sku"], id(&again)), (&json!("X 3"), id(&made)));
    let other = json!({"product_sku": "B 1"});
    shop.erp.patch(&one, other).await.faults(&["product_sku"]);
    shop.erp.delete(&one).await.expect(204);
    assert_eq!(pairs(&shop, source).await, []);
}

#[tokio::test]
async fn many_are_made_changed_and_removed_together_or_not_at_all() {
    let (shop, source) = mapped(&["A", "B", "C", "D"]).await;
    map(&shop, source, &[("A", "X"), ("B", "Y"), ("C", "Z")]).await.created();
    assert_eq!(pairs(&shop, source).await, owned(&[("A", "X"), ("B", "Y"), ("C", "Z")]));
    map(&shop, source, &[("A", "X2"), ("B", "Y2")]).await.expect(200);
    let before = pairs(&shop, source).await;
    let faults = map(&shop, source, &[("D", "W"), ("A", "Y2"), ("NOWHERE", "V")]).await.expect(400);
    assert_eq!(faults[0], json!({}));
    assert!(faults[1]["remote_sku"].is_array() && faults[2]["product_sku"].is_array(), "{faults}");
    assert_eq!(pairs(&shop, source).await, before, "nothing of it is kept");

    let remove = |body: Value| {
        let mut whole = json!({"data_source": source});
        merge(&mut whole, body);
        shop.erp.post("/api/v1/data_source_mappings/remove/", whole)
    };
    let removed = remove(json!({"product_skus": ["A", "A", "D", "NOWHERE"]})).await.ok();
    assert_eq!(removed, json!({"removed": 1, "remaining": 2}));
    assert_eq!(pairs(&shop, source).await, owned(&[("B", "Y2"), ("C", "Z")]));
    remove(json!({})).await.faults(&["product_skus"]);
    remove(json!({"product_skus": []})).await.faults(&["product_skus"]);
    remove(json!({"data_source": 999_999, "is_all": true})).await.faults(&["data_source"]);
    assert_eq!(remove(json!({"is_all": true})).await.ok(), json!({"removed": 2, "remaining": 0}));
}

/// A SKU over there is of one product here, and a product here has one over there: in each source.
#[tokio::test]
async fn a_mapping_is_one_both_ways_in_each_source() {
    let (shop, source) = mapped(&["A", "B"]).await;
    let other = self::source(&shop, json!({})).await;
    let made = shop.erp.post(PATH, row(source, "A", "X")).await.created();
    shop.erp.post(PATH, row(other, "B", "X")).await.created();
    shop.erp.post(PATH, row(source, "B", "X")).await.faults(&["remote_sku"]);
    let second = shop.erp.post(PATH, row(source, "B", "x")).await.created();
    assert_ne!(id(&made), id(&second), "to the letter");
    shop.erp.patch(&format!("{PATH}{}/", id(&second)), json!({"remote_sku": "X"})).await.faults(&["remote_sku"]);
    let twice = map(&shop, other, &[("A", "Z"), ("B", "Z")]).await.expect(400);
    assert!(twice[1]["remote_sku"].is_array(), "{twice}");
    // What is mapped stays, and so does the source.
    let product = id(&shop.erp.get("/api/v1/products/?sku=A").await.ok()["results"][0]);
    shop.erp.delete(&format!("/api/v1/products/{product}/")).await.refused("still_referred_to");
    shop.admin.delete(&format!("/api/v1/data_sources/{source}/")).await.refused("still_referred_to");
    shop.erp.post("/api/v1/data_source_mappings/remove/", json!({"data_source": source, "is_all": true})).await.ok();
    shop.admin.delete(&format!("/api/v1/data_sources/{source}/")).await.expect(204);
}

#[tokio::test]
async fn what_is_no_mapping_is_told() {
    let (shop, source) = mapped(&["A"]).await;
    for (wrong, fault) in [
        (json!({"remote_sku": ""}), "remote_sku"),
        (json!({"remote_sku": null}), "remote_sku"),
        (json!({"remote_sku": "x".repeat(1_000)}), "remote_sku"),
        (json!({"product_sku": "NOWHERE"}), "product_sku"),
        (json!({"product": 999_999}), "product"),
        (json!({"data_source": 999_999}), "data_source"),
    ] {
        let mut body = row(source, "A", "X");
        merge(&mut body, wrong.clone());
        let faults = shop.erp.post(PATH, body).await.expect(400);
        assert!(faults.get(fault).is_some(), "{wrong}: {faults}");
    }
    shop.erp.post(PATH, json!({"data_source": source, "remote_sku": "X"})).await.faults(&["product"]);
    shop.erp.post(PATH, json!({"data_source": source, "product_sku": "A"})).await.faults(&["remote_sku"]);
    assert_eq!(pairs(&shop, source).await, []);
}

/// Whoever keeps products keeps mappings; channels do not see them.
#[tokio::test]
async fn mappings_are_kept_by_those_who_keep_products() {
    let (shop, source) = mapped(&["A"]).await;
    shop.erp.post(PATH, row(source, "A", "X")).await.created();
    let viewer = shop.server.client(Role::Viewer).await;
    assert_eq!(viewer.get(PATH).await.ok()["count"], json!(1));
    viewer.post(PATH, row(source, "A", "Y")).await.expect(403);
    viewer
        .post("/api/v1/data_source_mappings/remove/", json!({"data_source": source, "is_all": true}))
        .await
        .expect(403);
    let channel = shop.channel("accept").await;
    let channel = shop.server.channel_client(channel).await;
    channel.get(PATH).await.expect(403);
}

/// How products are matched, and which price list takes the prices.
#[tokio::test]
async fn a_source_says_how_products_are_matched_and_where_its_prices_go() {
    let shop = Shop::open().await;
    let made = source(&shop, json!({})).await;
    let path = format!("/api/v1/data_sources/{made}/");
    let shown = shop.erp.get(&path).await.ok();
    for (name, value) in [
        ("product_match", json!("mapping")),
        ("unmapped", json!(0)),
        ("price_list", json!(null)),
        ("remote_price_list", json!(null)),
        ("last_prices_at", json!(null)),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    shop.admin.patch(&path, json!({"product_match": "name"})).await.faults(&["product_match"]);
    let list = id(&shop.erp.post("/api/v1/price_list/", json!({"name": "Bought"})).await.created());
    // The list over there is named, unless a channel has a main one.
    shop.admin.patch(&path, json!({"price_list": list})).await.faults(&["remote_price_list"]);
    shop.admin.patch(&path, json!({"price_list": 999_999, "remote_price_list": 3})).await.faults(&["price_list"]);
    let changed = shop.admin.patch(&path, json!({"price_list": list, "remote_price_list": 3})).await.ok();
    assert_eq!((&changed["price_list"], &changed["remote_price_list"]), (&json!(list), &json!(3)));
    let other = source(&shop, json!({"remote_channel": 4})).await;
    let other = format!("/api/v1/data_sources/{other}/");
    shop.admin.patch(&other, json!({"price_list": list})).await.faults(&["price_list"]);
    shop.erp.delete(&format!("/api/v1/price_list/{list}/")).await.refused("still_referred_to");
    let found = shop.erp.get(&format!("/api/v1/data_sources/?price_list={list}")).await.ok();
    assert_eq!(found["results"][0]["pk"], json!(made));
    shop.admin.patch(&path, json!({"price_list": null, "remote_price_list": null})).await.ok();
    let by_channel = shop.admin.patch(&other, json!({"price_list": list, "product_match": "sku"})).await.ok();
    assert_eq!((&by_channel["price_list"], &by_channel["product_match"]), (&json!(list), &json!("sku")));
}
