//! Counts: what they change, and what a count of an earlier moment says.

use serde_json::{Value, json};

use super::Two;
use crate::shop::{Shop, id, items};
use crate::warehouse::{figure, figures, gather, go, location, order, packages, plan};

#[tokio::test]
async fn counts_become_figures_or_discrepancies() {
    let two = Two::open().await;
    let erp = &two.shop.erp;
    let mode = json!({"count_mode": "discrepancy"});
    erp.patch(&format!("/api/v1/oms/stocklocations/{}/", two.second.0), mode).await.ok();
    for list in [two.first.1, two.second.1] {
        figure(&two.shop, "X", list, 5).await;
    }
    let count = async |location: i64, lines: Value| {
        erp.post("/api/v1/oms/stock-counts/", json!({"location": location, "lines": lines})).await
    };
    let made = count(two.first.0, json!([{"sku": "X", "counted": 4}])).await.created();
    let line =
        json!({"sku": "X", "expected": 5, "counted": 4, "difference": -1, "result": "adjusted", "discrepancy": null});
    assert_eq!(made["lines"], json!([line]));
    assert_eq!(erp.get(&format!("/api/v1/oms/stock-counts/{}/", id(&made))).await.ok(), made);
    assert_eq!(figures(&two.shop, "X", two.first.1).await, [4, 0, 0, 4]);
    let marked = count(two.second.0, json!([{"sku": "X", "counted": 4}])).await.created();
    assert_eq!(marked["lines"][0]["result"], "discrepancy");
    let one =
        erp.get(&format!("/api/v1/oms/inventory-discrepancies/{}/", marked["lines"][0]["discrepancy"])).await.ok();
    assert_eq!((&one["reason"], &one["package_item"]), (&json!("count_difference"), &Value::Null));
    assert_eq!(figures(&two.shop, "X", two.second.1).await, [5, 0, 0, 0]);
    let page = erp.get(&format!("/api/v1/oms/stock-counts/?location={}", two.second.0)).await.ok();
    assert_eq!(page["results"], json!([marked]));

    let before = two.shop.server.dump().await;
    count(987, json!([{"sku": "X", "counted": 4}])).await.faults(&["location"]);
    let lines = json!([{"sku": "X", "counted": 4}, {"sku": "NOBODY'S", "counted": 4}]);
    assert_eq!(
        count(two.first.0, lines).await.expect(400)["lines"][1]["sku"][0],
        "Object with sku=NOBODY'S does not exist."
    );
    let lines = json!([{"sku": "X", "counted": 4}, {"sku": "X", "counted": 5}]);
    assert_eq!(count(two.first.0, lines).await.expect(400)["lines"][1]["sku"][0], "This SKU was counted twice.");
    count(two.first.0, json!([{"sku": "X", "counted": -1}])).await.faults(&["lines"]);
    count(two.first.0, json!([])).await.faults(&["lines"]);
    let later = json!({"location": two.first.0, "lines": [{"sku": "X", "counted": 4}], "counted_at": two.shop.server.time(3_600)});
    erp.post("/api/v1/oms/stock-counts/", later).await.faults(&["counted_at"]);
    assert_eq!(two.shop.server.dump().await, before, "what was refused changed nothing");
    two.shop.server.verify().await;
}

/// A count that arrives late is compared with what stood there at its moment; what is newer stands.
#[tokio::test]
async fn a_count_of_an_earlier_moment_knows_what_has_left_since() {
    let shop = Shop::open().await;
    let (place, list) = location(&shop, json!({})).await;
    let (other, _) = location(&shop, json!({})).await;
    let counted = async |counted: i64, ago: i64| {
        let line = json!({"sku": "X", "counted": counted});
        let body = json!({"location": place, "lines": [line], "counted_at": shop.server.time(-ago)});
        let count = shop.erp.post("/api/v1/oms/stock-counts/", body).await.created();
        (count["lines"][0]["expected"].clone(), count["lines"][0]["result"].clone())
    };
    figure(&shop, "X", list, 10).await;
    shop.server.advance(60);
    let order = order(&shop, &[("X", list, 2)]).await;
    plan(&shop, &order, json!({})).await;
    let (package, ..) = packages(&shop, &order).await.remove(0);
    go(&shop, package, &["prepare", "pack", "ship"]).await;
    shop.server.advance(60);

    // Ten stood there before the two left.
    assert_eq!(counted(10, 90).await, (json!(10), json!("confirmed")));
    assert_eq!(figures(&shop, "X", list).await, [10, 2, 0, 8]);
    assert_eq!(counted(9, 80).await, (json!(10), json!("adjusted")));
    assert_eq!(figures(&shop, "X", list).await, [9, 2, 0, 7], "its difference is today's");
    // A count of a moment before the last one's says nothing new, nor does one from before the ERP's level.
    assert_eq!(counted(3, 100).await.1, json!("superseded"));
    figure(&shop, "X", list, 10).await;
    assert_eq!(counted(3, 1).await.1, json!("superseded"));
    assert_eq!(figures(&shop, "X", list).await, [10, 2, 0, 8]);

    // An order that is not sourced yet, registered and out of the level: its units are found, and promised.
    let second = self::order(&shop, &[("X", list, 3)]).await;
    shop.release(items(&second)[0]).await;
    figure(&shop, "X", list, 7).await;
    shop.server.advance(5);
    assert_eq!(counted(8, 1).await, (json!(8), json!("confirmed")));
    // And one that waits to be brought elsewhere.
    gather(&shop, &second, other).await;
    shop.server.advance(5);
    assert_eq!(counted(8, 1).await, (json!(8), json!("confirmed")));
    shop.server.verify().await;
}
