//! Retail stores and cargo companies.

use serde_json::{Value, json};

use crate::samples::Samples;
use crate::shop::{column, id, merge};

async fn store(samples: &Samples, fields: Value) -> Value {
    let township = samples.record("townships").await;
    let mut body = json!({"name": "Kadikoy", "address": "Moda Cd. 1", "phone_number": "0216", "fax_phone_number": "",
        "township": township["pk"], "channels": [], "store_type": null, "click_and_collect": true, "is_active": true,
        "store_hours": [["10:00", "22:00"]]});
    merge(&mut body, fields);
    samples.shop.erp.post("/api/v1/retail_stores/", body).await.created()
}

#[tokio::test]
async fn a_store_is_found_by_its_code_and_shown_with_its_township() {
    let samples = Samples::open().await;
    let shop = &samples.shop;
    let made = store(&samples, json!({"erp_code": "ST-1", "latitude": "40.987654", "longitude": 29.5})).await;
    assert_eq!((&made["latitude"], &made["longitude"]), (&json!(40.987_654), &json!(29.5)));
    assert_eq!((&made["district"], &made["store_hours"]), (&json!(null), &json!([["10:00", "22:00"]])));
    let page = shop.erp.get("/api/v1/retail_stores/?erp_code=ST-1").await.ok();
    assert_eq!(page["results"], json!([made]));
    let page = shop.erp.get("/api/v1/retail_stores/detailed/?erp_code=ST-1").await.ok();
    let township = shop.erp.get(&format!("/api/v1/townships/{}/", made["township"])).await.ok();
    let city = shop.erp.get(&format!("/api/v1/cities/{}/", township["city"])).await.ok();
    let shown = &page["results"][0]["township"];
    assert_eq!((&shown["pk"], &shown["name"], &shown["city"]), (&township["pk"], &township["name"], &city));
    let one = shop.erp.get(&format!("/api/v1/retail_stores/{}/detailed/", id(&made))).await.ok();
    assert_eq!(one, page["results"][0]);
    let path = format!("/api/v1/retail_stores/{}/", id(&made));
    for wrong in [json!("north"), json!(90.1), json!(-91), json!("1e1"), json!("--1"), json!(true)] {
        shop.erp.patch(&path, json!({"latitude": wrong})).await.faults(&["latitude"]);
    }
    shop.erp.patch(&path, json!({"store_hours": {}})).await.faults(&["store_hours"]);
    shop.erp.delete(&format!("/api/v1/townships/{}/", made["township"])).await.refused("still_referred_to");
}

#[tokio::test]
async fn a_channel_sees_the_stores_that_serve_it() {
    let samples = Samples::open().await;
    let shop = &samples.shop;
    let (own, other) = (shop.channel("accept").await, shop.channel("accept").await);
    let serving = store(&samples, json!({"erp_code": "ST-1", "channels": [own, other]})).await;
    store(&samples, json!({"erp_code": "ST-2", "channels": [other]})).await;
    store(&samples, json!({"erp_code": "ST-3"})).await;
    let account = shop.server.channel_client(own).await;
    for path in [format!("/api/v1/channel/{own}/retail_stores/"), "/api/v1/retail_stores/".to_owned()] {
        assert_eq!(column(&account.get(&path).await.ok(), "pk"), [serving["pk"].clone()], "{path}");
    }
    assert_eq!(shop.erp.get("/api/v1/retail_stores/").await.ok()["count"], json!(3));
    shop.admin.delete(&format!("/api/v1/channels/{other}/")).await.refused("still_referred_to");
}

/// Clients read all pages and look for their code.
#[tokio::test]
async fn cargo_companies_have_a_code() {
    let samples = Samples::open().await;
    let erp = &samples.shop.erp;
    let body = json!({"name": "Aras Kargo", "erp_code": "aras", "shipping_company": "aras"});
    let made = erp.post("/api/v1/cargos/", body).await.created();
    erp.post("/api/v1/cargos/", json!({"name": "Other", "erp_code": "aras"})).await.faults(&["erp_code"]);
    for name in ["A", "B"] {
        erp.post("/api/v1/cargos/", json!({"name": name, "erp_code": ""})).await.created();
    }
    let page = erp.get(&format!("/api/v1/channel/{}/cargos/?page=1", samples.channel)).await.ok();
    // The samples have one already.
    assert_eq!((&page["results"][1], &page["next"]), (&made, &json!(null)));
    assert_eq!(erp.get("/api/v1/cargos/?erp_code=aras").await.ok()["results"], json!([made]));
}
