//! Lines that are promised and reserved nowhere: shown, and served before all others.

use serde_json::{Value, json};

use super::{Two, all_planned, planned, unplanned};
use crate::shop::{Shop, column, id, items};
use crate::warehouse::{figure, figures, go, location, order, packages, plan};

#[tokio::test]
async fn what_is_short_is_shown() {
    let two = Two::open().await;
    two.not_found().await;
    let page = two.shop.erp.get("/api/v1/oms/short-items/").await.ok();
    assert_eq!((column(&page, "product_sku"), &page["count"]), (vec![json!("X")], &json!(1)));
    assert_eq!(two.shop.erp.get("/api/v1/oms/short-items/?product_sku=Y").await.ok()["count"], 0);
}

#[tokio::test]
async fn a_short_line_is_served_before_any_other_order() {
    let shop = Shop::open().await;
    let (_, list) = location(&shop, json!({})).await;
    figure(&shop, "X", list, 1).await;
    let order = order(&shop, &[("X", list, 1)]).await;
    let package = planned(&shop, &order).await[0].0;
    go(&shop, package, &["not-found"]).await;
    assert_eq!(figures(&shop, "X", list).await, [1, 0, 0, 0]);
    assert_eq!(shop.erp.get("/api/v1/oms/short-items/").await.ok()["count"], 1);
    assert_eq!(unplanned(&shop).await, [(id(&order), "short".to_owned())]);
    let line = shop.erp.get(&format!("/api/v1/oms/unplanned-items/?reason=short&order={}", id(&order))).await.ok();
    let line = &line["results"][0];
    assert_eq!(
        [&line["order_item"], &line["product_sku"], &line["quantity"], &line["stock_list"]],
        [&json!(items(&order)[0]), &json!("X"), &json!(1), &Value::Null]
    );
    shop.erp.get("/api/v1/oms/unplanned-items/?reason=lost").await.faults(&["reason"]);
    shop.server.app.watch.look().await.expect("it looks");
    let metrics = shop.server.anonymous().get("/metrics").await.text;
    for line in ["onhand_short_lines ", "onhand_unplanned_lines{reason=\"short\"} "] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    assert_eq!(plan(&shop, &order, json!({})).await["unplanned_items"], json!(items(&order)));
    shop.server.advance(60);
    figure(&shop, "X", list, 1).await;
    assert_eq!(figures(&shop, "X", list).await, [1, 0, 0, 0], "an ERP that repeats its level has learnt nothing");
    shop.server.advance(60);
    figure(&shop, "X", list, 2).await;
    assert_eq!(figures(&shop, "X", list).await, [2, 1, 0, 1], "in the same moment, without a gap");
    all_planned(&shop).await;
    let again = packages(&shop, &order).await;
    assert!(again.iter().any(|(_, _, state, _)| state == "Waiting"), "{again:?}");
    shop.cancel(&order).await;
    assert_eq!(figures(&shop, "X", list).await, [2, 0, 0, 2]);
    assert!(packages(&shop, &order).await.iter().all(|(_, _, state, _)| state != "Waiting"));
    shop.server.verify().await;
}

/// By every way in which units come back, through every entry point that writes levels.
#[tokio::test]
async fn whatever_comes_back_is_first_for_short_lines() {
    for by in ["level", "import", "count", "removal", "cancellation"] {
        let shop = Shop::open().await;
        let (place, list) = location(&shop, json!({})).await;
        figure(&shop, "X", list, 2).await;
        let other = order(&shop, &[("X", list, 1)]).await;
        let short = order(&shop, &[("X", list, 1)]).await;
        planned(&shop, &other).await;
        let package = planned(&shop, &short).await[0].0;
        go(&shop, package, &["not-found"]).await;
        shop.server.advance(60);
        match by {
            "level" => figure(&shop, "X", list, 3).await,
            "import" => {
                let file = crate::client::Body::Raw("text/csv", b"sku,stock\nX,3\n".to_vec());
                let started = shop.erp.send("POST", &format!("/api/v1/stock_list/{list}/excel_import/"), file).await;
                assert!(started.status < 300, "{started:?}");
            }
            "count" => {
                let count = json!({"location": place, "lines": [{"sku": "X", "counted": 2}]});
                shop.erp.post("/api/v1/oms/stock-counts/", count).await.created();
            }
            "removal" => {
                let body = json!({"expired_date": "01-03-2026"});
                shop.erp.post("/api/v1/oms/inventory-discrepancies/remove/", body).await.expect(204);
            }
            _ => {
                // One unit is there after all, and the other order has it.
                figure(&shop, "X", list, 1).await;
                assert_eq!(figures(&shop, "X", list).await, [1, 1, 0, 0]);
                shop.cancel(&other).await;
            }
        }
        all_planned(&shop).await;
        let found = packages(&shop, &short).await;
        assert!(found.iter().any(|(_, _, state, _)| state == "Waiting"), "by {by}: {found:?}");
        shop.server.verify().await;
    }
}
