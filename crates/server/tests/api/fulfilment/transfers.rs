//! Transfers: what is brought to the location that an order is gathered at.

use serde_json::{Value, json};

use super::Two;
use crate::shop::id;
use crate::warehouse::{figure, figures, gather, go, location, plan};

#[tokio::test]
async fn an_order_is_gathered_by_transfers() {
    let two = Two::open().await;
    figure(&two.shop, "X", two.first.1, 5).await;
    figure(&two.shop, "Y", two.second.1, 5).await;
    let erp = &two.shop.erp;
    // An order that waits for its payment is not sourced.
    let lines = json!([
        {"product_sku": "X", "stock_list": two.first.1, "status": "300"},
        {"product_sku": "Y", "stock_list": two.second.1, "status": "300"},
    ]);
    let order = two.shop.try_order(json!({"status": "300", "order_items": lines})).await.created();
    assert_eq!(plan(&two.shop, &order, json!({})).await["packages"], json!([]));
    let unknown = json!({"stock_location": 987});
    erp.post(&format!("/api/v1/oms/orders/{}/plan/", id(&order)), unknown).await.faults(&["stock_location"]);
    erp.post("/api/v1/oms/orders/987/plan/", json!({})).await.expect(404);
    let (elsewhere, _) = location(&two.shop, json!({"is_fulfillment_center": false})).await;
    let order = crate::warehouse::order(&two.shop, &[("X", two.first.1, 1), ("Y", two.second.1, 1)]).await;
    let planned = gather(&two.shop, &order, elsewhere).await;
    let package = planned["packages"].as_array().expect("packages").last().expect("one");
    assert_eq!(package["state"]["name"], "Waiting for Transfer");
    let page = erp.get(&format!("/api/v1/oms/transfer_orders/?package={}", id(package))).await.ok();
    assert_eq!(page["count"], 2);
    let transfer = &page["results"][0];
    assert_eq!(transfer["source"]["erp_code"], "WH001");
    assert_eq!(transfer["package"]["number"], package["number"]);
    for query in ["source__erp_code=WH001", "product_sku=X", "state=3200&source__erp_code=WH001"] {
        assert_eq!(
            erp.get(&format!("/api/v1/oms/transfer_orders/?{query}")).await.ok()["results"],
            json!([transfer]),
            "{query}"
        );
    }
    assert_eq!(erp.get(&format!("/api/v1/oms/transfer_orders/{}/", id(transfer))).await.ok(), *transfer);
    let run = async |transfer: &Value, slug: &str| {
        erp.post(&format!("/api/v1/oms/transfer_orders/{}/command/", id(transfer)), json!({"slug": slug})).await
    };
    let refused = run(transfer, "deliver").await.expect(400);
    assert!(refused["non_field_errors"][0].as_str().expect("a text").ends_with("Allowed: ship, not-found, cancel."));
    for transfer in page["results"].as_array().expect("rows") {
        assert_eq!(run(transfer, "ship").await.ok()["state"]["name"], "In Transit");
        assert_eq!(run(transfer, "deliver").await.ok()["state"]["name"], "Delivered");
        assert_eq!(run(transfer, "deliver").await.ok()["state"]["name"], "Delivered", "the same again");
    }
    assert_eq!(
        figures(&two.shop, "X", two.first.1).await,
        [5, 1, 1, 3],
        "one is held by the order that waits, one has left"
    );
    go(&two.shop, id(package), &["prepare", "pack", "ship"]).await;
    two.shop.server.verify().await;
}
