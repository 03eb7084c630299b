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

#[tokio::test]
async fn the_stores_near_a_point_come_nearest_first() {
    let samples = Samples::open().await;
    let shop = &samples.shop;
    let channel = shop.channel("accept").await;
    let list = shop.list_with(json!({})).await;
    let fields = [
        ("Date line", json!({"latitude": 0, "longitude": 179.9, "stock_list": list})),
        ("Istanbul", json!({"latitude": "41.0082", "longitude": "28.9784", "channels": [channel]})),
        ("Ankara", json!({"latitude": 39.9334, "longitude": 32.8597, "click_and_collect": false})),
        ("Pole", json!({"latitude": 90, "longitude": 12, "is_active": false})),
        ("Nowhere", json!({})),
    ];
    for (name, mut fields) in fields {
        merge(&mut fields, json!({"name": name}));
        store(&samples, fields).await;
    }
    let near = async |query: &str| shop.erp.get(&format!("/api/v1/retail_stores/?near={query}")).await.ok();
    let names = |found: &Value| {
        let names = column(found, "name").into_iter();
        names.map(|name| name.as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    let found = near("41,29").await;
    assert_eq!(names(&found), ["Istanbul", "Ankara", "Pole", "Date line"]);
    assert_eq!((&found["count"], &found["next"], &found["previous"]), (&json!(4), &json!(null), &json!(null)));
    assert_eq!(found["results"][0]["distance"], json!(2.029));
    assert_eq!(names(&near("0,-179.9").await)[0], "Date line");
    assert_eq!(near("0,-179.9&limit=1").await["results"][0]["distance"], json!(22.239));
    assert_eq!(names(&near("89.99,-170&limit=1").await), ["Pole"]);
    assert_eq!(names(&near("41,29&is_active=true&click_and_collect=1").await), ["Istanbul", "Date line"]);
    assert_eq!(names(&near(&format!("41,29&stock_list={list}")).await), ["Date line"]);
    let below = shop.erp.get(&format!("/api/v1/channel/{channel}/retail_stores/?near=41,29")).await.ok();
    assert_eq!(names(&below), ["Istanbul"]);
    // Without a point there is no distance, and what is moved is found where it is.
    let all = shop.erp.get(&format!("/api/v1/retail_stores/?stock_list={list}")).await.ok();
    let moved = &all["results"][0];
    assert_eq!((names(&all), &moved["distance"]), (vec!["Date line".to_owned()], &json!(null)));
    shop.erp
        .patch(&format!("/api/v1/retail_stores/{}/", id(moved)), json!({"longitude": 29, "latitude": 41}))
        .await
        .ok();
    assert_eq!(names(&near("41,29&limit=1").await), ["Date line"]);
    for wrong in ["", "41", "91,0", "a,b", "41,29,3"] {
        shop.erp.get(&format!("/api/v1/retail_stores/?near={wrong}")).await.faults(&["near"]);
    }
    let wrong = "near=41,29&limit=0&is_active=x&click_and_collect=x&stock_list=x&name=A&sort=name&page=2";
    let faults = ["limit", "is_active", "click_and_collect", "stock_list", "name", "sort", "page"];
    shop.erp.get(&format!("/api/v1/retail_stores/?{wrong}")).await.faults(&faults);
}

#[tokio::test]
async fn a_list_is_one_stores() {
    let samples = Samples::open().await;
    let shop = &samples.shop;
    let list = shop.list_with(json!({})).await;
    let made = store(&samples, json!({"stock_list": list})).await;
    assert_eq!(made["stock_list"], json!(list));
    let mut other = made.clone();
    merge(&mut other, json!({"name": "Other"}));
    shop.erp.post("/api/v1/retail_stores/", other).await.refused("stock_list_has_store");
    shop.erp
        .patch(&format!("/api/v1/retail_stores/{}/", id(&made)), json!({"stock_list": 999}))
        .await
        .faults(&["stock_list"]);
    shop.erp.delete(&format!("/api/v1/stock_list/{list}/")).await.refused("still_referred_to");
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
