//! Reports of channels' clients: taken as they come, read by people, forgotten after their time.

use onhand_store::tables::reports;
use serde_json::{Value, json};

use crate::shop::{Shop, column, id, int, long};

/// A report as the vendor's client sends it.
fn report() -> Value {
    json!({
        "action_content_type": 5, "action_object_id": 340, "target_content_type": 10, "target_object_id": "2",
        "obj_modified_date": "2026-01-02 03:04:05", "error_code": "0a1b-Omnitron-UpdateStocks", "error_desc": "",
        "raw_request": null, "raw_response": "Traceback…", "is_ok": false,
    })
}

#[tokio::test]
async fn error_reports_are_taken_as_they_come_and_read_by_people() {
    let shop = Shop::open().await;
    let (own, other) = (shop.channel("accept").await, shop.channel("accept").await);
    let client = shop.server.channel_client(own).await;
    let path = format!("/api/v1/channel/{own}/error_reports/");
    let made = client.post(&format!("/api/v1/channel/{own}/error_reports/"), report()).await.created();
    let expected = [
        ("channel", json!(own)),
        ("target_object_id", json!(2)),
        ("obj_modified_date", json!("2026-01-02T03:04:05.000000Z")),
        ("raw_request", json!("")),
        ("raw_response", json!("Traceback…")),
        ("is_ok", json!(false)),
        ("id", made["pk"].clone()),
    ];
    for (name, value) in expected {
        assert_eq!(made[name], value, "{name}");
    }
    assert_ne!(client.post(&path, report()).await.created()["pk"], made["pk"], "codes repeat");
    let mut large = report();
    (large["raw_response"], large["is_ok"]) = (json!(format!("ü{}", long(900_000))), json!(true));
    let kept = client.post(&path, large).await.created();
    assert_eq!(kept["raw_response"].as_str().map(|text| text.chars().count()), Some(32_768), "kept up to a bound");
    client.get(&format!("{path}{}/", id(&made))).await.ok();

    let found = shop.erp.get("/api/v1/error_reports/?is_ok=False&error_code=0a1b-Omnitron-UpdateStocks").await.ok();
    assert_eq!(found["count"], json!(2));
    assert_eq!(
        shop.erp.get("/api/v1/error_reports/?action_object_id=340&limit=1&sort=-id").await.ok()["results"][0],
        kept
    );
    assert_eq!(shop.erp.get(&format!("/api/v1/channel/{other}/error_reports/")).await.ok()["count"], json!(0));
    shop.erp.get(&format!("/api/v1/channel/{other}/error_reports/{}/", id(&made))).await.expect(404);
    client.delete(&format!("{path}{}/", id(&made))).await.expect(405);
}

#[tokio::test]
async fn places_that_nobody_has_mapped_are_told_by_kind() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    let client = shop.server.channel_client(channel).await;
    let body = json!({
        "type": "city", "remote_code": "34", "country_id": 1, "name": "İstanbul", "integration_type": "sales_channel",
        "err_code": "CityNotFound", "err_desc": "no city",
    });
    let made = client.post(&format!("/api/v1/channel/{channel}/error_reports/city/"), body.clone()).await.created();
    assert_eq!((&made["kind"], &made["name"], &made["country_id"]), (&json!("city"), &json!("İstanbul"), &json!(1)));
    client.post(&format!("/api/v1/channel/{channel}/error_reports/township/"), body.clone()).await.created();
    client.post(&format!("/api/v1/channel/{channel}/error_reports/district/"), body.clone()).await.created();
    let spelt =
        client.post(&format!("/api/v1/channel/{channel}/error_reports/distinct/"), body.clone()).await.created();
    assert_eq!(spelt["kind"], json!("district"));
    client.post(&format!("/api/v1/channel/{channel}/error_reports/country/"), body).await.expect(405);
    let all = shop.erp.get("/api/v1/place_reports/").await.ok();
    assert_eq!(column(&all, "kind"), [json!("city"), json!("township"), json!("district"), json!("district")]);
    assert_eq!(shop.erp.get("/api/v1/place_reports/?kind=district&name=İstanbul").await.ok()["count"], json!(2));
    assert_eq!(shop.erp.get(&format!("/api/v1/place_reports/{}/", id(&made))).await.ok(), made);
}

#[tokio::test]
async fn events_are_taken_as_they_come() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    let client = shop.server.channel_client(channel).await;
    let path = format!("/api/v1/channel/{channel}/operational_events/");
    let event = json!({
        "event_type": "batch", "level": "INFO", "source": "stock", "message": "done", "context": {"n": 1},
        "tags": ["a", "b"], "action_content_type": "productstock", "action_object_id": 7, "trace_id": "t1",
        "span_id": "s1", "parent_span_id": null, "raw_data": "text",
    });
    let made = client.post(&format!("/api/v1/channel/{channel}/operational_events/"), event).await.created();
    let expected = [
        ("context", json!({"n": 1})),
        ("tags", json!(["a", "b"])),
        ("raw_data", json!("text")),
        ("action_object_id", json!("7")),
        ("parent_span_id", json!("")),
    ];
    for (name, value) in expected {
        assert_eq!(made[name], value, "{name}");
    }
    let bare = client.post(&path, json!({})).await.created();
    assert_eq!((&bare["tags"], &bare["context"], &bare["message"]), (&json!(null), &json!(null), &json!("")));
    assert_eq!(shop.erp.get("/api/v1/operational_events/?trace_id=t1").await.ok()["results"], json!([made]));
    assert_eq!(shop.erp.get(&format!("/api/v1/operational_events/{}/", id(&bare))).await.ok(), bare);
}

#[tokio::test]
async fn reports_are_forgotten_by_age_and_by_number_the_oldest_first() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    let path = format!("/api/v1/channel/{channel}/error_reports/");
    let count = async || int(&shop.erp.get(&path).await.ok()["count"]);
    for number in 0..6 {
        shop.erp.post(&path, json!({"error_code": format!("C{number}")})).await.created();
        shop.server.advance(86_400);
    }
    let forget = async |days: i64, most: i64| {
        let before = shop.server.app.clock.now().minus_seconds(days * 86_400);
        let body = async move |tx: &mut onhand_store::Tx<'_>| reports::forget(tx, before, most).await;
        shop.server.app.store.write("t", body).await.expect("written")
    };
    assert!(!forget(30, 6).await);
    assert!(forget(4, 100).await && !forget(4, 100).await);
    assert_eq!(count().await, 4);
    assert!(forget(30, 3).await && !forget(30, 3).await);
    assert_eq!(column(&shop.erp.get(&path).await.ok(), "error_code"), [json!("C3"), json!("C4"), json!("C5")]);
    assert_eq!((count().await, int(&shop.erp.get("/api/v1/error_reports/").await.ok()["count"])), (3, 3));
    shop.server.verify().await;
}
