//! Stock locations and their addresses: shown, with a list of their own, with secrets.

use onhand::auth::Role;
use serde_json::json;

use super::Two;
use crate::shop::{Shop, column, id};

#[tokio::test]
async fn locations_are_shown_and_keep_their_list() {
    let two = Two::open().await;
    let erp = &two.shop.erp;
    let list = erp.get("/api/v1/oms/stocklocations/list-simple/").await.ok();
    assert_eq!(column(&list, "erp_code"), [json!("WH001"), json!("STORE01")]);
    let shown = &list["results"][0];
    assert_eq!(
        (&shown["tags"], &shown["priority"], &shown["is_active"]),
        (&json!(["big", "cold"]), &json!(1), &json!(true))
    );
    let path = format!("/api/v1/oms/stocklocations/{}/", two.first.0);
    erp.patch(&path, json!({"stock_list": two.shop.list})).await.faults(&["stock_list"]);
    for wrong in [json!("big"), json!([[]]), json!([""]), json!({"a": 1})] {
        erp.patch(&path, json!({"tags": wrong})).await.faults(&["tags"]);
    }
    let taken = json!({"name": "Twice", "erp_code": "WH001", "stock_list": two.shop.list});
    erp.post("/api/v1/oms/stocklocations/", taken).await.faults(&["erp_code"]);
    let taken = json!({"name": "Twice", "erp_code": "WH002", "stock_list": two.first.1});
    erp.post("/api/v1/oms/stocklocations/", taken).await.refused("stock_list_has_location");
    let address = json!({"title": "Depot", "latitude": "41.0082"});
    erp.post("/api/v1/oms/stocklocation-addresses/", address).await.faults(&["longitude"]);
    let address = json!({"title": "Depot", "latitude": "91", "longitude": "x"});
    erp.post("/api/v1/oms/stocklocation-addresses/", address).await.faults(&["latitude", "longitude"]);
    let address = json!({"title": "Depot", "latitude": "41.0082", "longitude": "-28.9784"});
    let address = erp.post("/api/v1/oms/stocklocation-addresses/", address).await.created();
    erp.patch(&path, json!({"address": id(&address)})).await.ok();
    erp.delete(&format!("/api/v1/oms/stocklocation-addresses/{}/", id(&address))).await.refused("still_referred_to");
    // A location that has had packages stays.
    two.not_found().await;
    erp.delete(&path).await.refused("still_referred_to");
    erp.delete(&format!("/api/v1/oms/stocklocations/{}/", two.second.0)).await.expect(204);
}

/// The ERP's side sets locations up.
#[tokio::test]
async fn secrets_of_locations_are_shown_to_those_who_may_change_them() {
    let shop = Shop::open().await;
    let body = json!({"name": "Depot", "erp_code": "D-1", "stock_list": shop.list, "conf": {"wms_password": "p-1"},
        "engine": {"url": "https://me:word@wms.example/"}});
    let path = format!(
        "/api/v1/oms/stocklocations/{}/",
        id(&shop.erp.post("/api/v1/oms/stocklocations/", body).await.created())
    );
    let seen = shop.server.client(Role::Viewer).await.get(&path).await.ok();
    assert_eq!((&seen["conf"]["wms_password"], &seen["engine"]["url"]), (&json!("********"), &json!("********")));
    let kept = shop.erp.patch(&path, json!({"conf": seen["conf"], "engine": seen["engine"]})).await.ok();
    assert_eq!(
        (&kept["conf"]["wms_password"], &kept["engine"]["url"]),
        (&json!("p-1"), &json!("https://me:word@wms.example/"))
    );
}
