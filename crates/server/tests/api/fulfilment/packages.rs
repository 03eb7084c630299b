//! Packages: shown, filtered, worked on, and by whom.

use onhand::auth::Role;
use serde_json::json;

use super::Two;
use crate::client::Client;
use crate::shop::{column, id, int};
use crate::warehouse::{figure, go, order, plan, run};

#[tokio::test]
async fn packages_are_shown_filtered_and_worked_on() {
    let two = Two::open().await;
    figure(&two.shop, "X", two.first.1, 5).await;
    let order = order(&two.shop, &[("X", two.first.1, 2)]).await;
    let planned = plan(&two.shop, &order, json!({})).await;
    assert_eq!((int(&planned["order"]), &planned["unplanned_items"]), (id(&order), &json!([])));
    let package = planned["packages"][0].clone();
    assert_eq!(package["number"], format!("{}-1", order["number"].as_str().expect("a number")));
    let state = &package["state"];
    assert_eq!((&state["id"], &state["name"], &state["enum_value"]), (&json!(1_200), &json!("Waiting"), &json!("200")));
    assert_eq!(state["translations"]["tr-tr"]["name"], "Bekliyor");
    assert_eq!(column(&json!({"results": package["commands"]}), "slug"), ["prepare", "not-found", "cancel"]);
    let erp = &two.shop.erp;
    assert_eq!(erp.get(&format!("/api/v1/oms/packages/{}/", id(&package))).await.ok(), package);
    let number = package["number"].as_str().expect("a number");
    for query in [
        format!("number={number}"),
        format!("order={}", id(&order)),
        format!("order__number={}", order["number"].as_str().expect("a number")),
        "state=1200".to_owned(),
        "state__enum_value=200".to_owned(),
        format!("stock_location={}", two.first.0),
    ] {
        assert_eq!(
            erp.get(&format!("/api/v1/oms/packages/?{query}")).await.ok()["results"],
            json!([package]),
            "{query}"
        );
    }
    for query in [format!("package__number={number}"), format!("package={}", id(&package)), "state=2200".to_owned()] {
        let page = erp.get(&format!("/api/v1/oms/packages/package-items/?{query}")).await.ok();
        assert_eq!(page["results"], package["package_items"], "{query}");
    }
    assert_eq!(erp.get("/api/v1/oms/packages/?state__enum_value=500").await.ok()["count"], 0);

    // By transition, by slug, again, and wrongly.
    let body = |transition: i64| json!({"transition": transition});
    let preparing = run(&two.shop, id(&package), body(1)).await.ok();
    assert_eq!(preparing["state"]["name"], "Preparing");
    assert_eq!(run(&two.shop, id(&package), json!({"slug": "prepare"})).await.ok(), preparing, "the same again");
    let refused = run(&two.shop, id(&package), json!({"slug": "ship"})).await.expect(400);
    let text =
        "This is in the state \"Preparing\" and cannot take \"ship\". Allowed: pack, not-found, cancel, take-over.";
    assert_eq!(refused, json!({"non_field_errors": [text]}));
    run(&two.shop, id(&package), json!({})).await.faults(&["slug"]);
    run(&two.shop, id(&package), json!({"slug": "fly"})).await.faults(&["slug"]);
    run(&two.shop, id(&package), json!({"transition": 9})).await.faults(&["transition"]);
    run(&two.shop, id(&package), json!({"transition": 2, "slug": "ship"})).await.faults(&["transition"]);
    let foreign = json!({"slug": "not-found", "items": [987], "reason": "lost"});
    run(&two.shop, id(&package), foreign).await.faults(&["reason"]);
    run(&two.shop, id(&package), json!({"slug": "not-found", "items": [987]})).await.faults(&["items"]);
    run(&two.shop, 987, json!({"slug": "pack"})).await.expect(404);
    let shipped = go(&two.shop, id(&package), &["pack", "ship"]).await;
    assert_eq!(
        (&shipped["state"]["name"], &shipped["commands"]),
        (&json!("Shipped"), &json!([{"transition": 8, "slug": "return"}]))
    );
    for slug in ["prepare", "pack", "not-found", "cancel"] {
        let refused = run(&two.shop, id(&package), json!({"slug": slug})).await.expect(400);
        assert!(refused["non_field_errors"][0].as_str().expect("a text").ends_with("Allowed: return."), "{refused}");
    }
    assert_eq!(erp.get(&format!("/api/v1/oms/packages/{}/", id(&package))).await.ok(), shipped, "nothing has changed");
    assert_eq!(erp.get(&format!("/api/v1/orders/{}/", id(&order))).await.ok()["status"], "500");
    two.shop.server.verify().await;
}

#[tokio::test]
async fn packages_and_counts_are_nothing_for_channels() {
    let two = Two::open().await;
    let channel = two.shop.channel("accept").await;
    let client: Client = two.shop.server.channel_client(channel).await;
    client.get("/api/v1/oms/packages/").await.expect(403);
    let viewer = two.shop.server.client(Role::Viewer).await;
    viewer.get("/api/v1/oms/packages/").await.ok();
    viewer.post("/api/v1/oms/stock-counts/", json!({})).await.expect(403);
}
