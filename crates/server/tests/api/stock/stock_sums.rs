//! Sums of a stock list and the states of its stocks: what they are after orders, levels and a changed threshold.

use onhand::auth::Role;
use onhand_testkit::wait::until_async;
use serde_json::{Value, json};

use crate::shop::{Shop, column, item};

/// The sums of a list as it is now. What ends first may have begun before that; what ends next has not.
async fn counted(shop: &Shop, list: i64) -> Value {
    counted_once(shop, list).await;
    counted_once(shop, list).await
}

/// Has the sums counted anew, and waits for them.
async fn counted_once(shop: &Shop, list: i64) -> Value {
    shop.server.advance(1);
    let now = shop.server.time(0);
    let path = format!("/api/v1/stock_list/{list}/sums/");
    let asked = shop.erp.post(&path, json!({})).await.expect(202);
    assert_eq!(asked["stock_list"], json!(list));
    until_async(async || {
        let sums = shop.erp.get(&path).await.ok();
        if sums["counted_date"] == json!(now) { Ok(sums) } else { Err(sums) }
    })
    .await
}

async fn skus_in(shop: &Shop, query: &str) -> Vec<Value> {
    let list = shop.list;
    column(&shop.erp.get(&format!("/api/v1/product_stocks/?stock_list={list}&{query}")).await.ok(), "product_sku")
}

#[tokio::test]
async fn sums_are_what_the_list_has() {
    let shop = Shop::open().await;
    for (sku, level) in [("A", 10), ("B", 7), ("C", 0), ("D", 4)] {
        shop.stock(sku, level).await;
    }
    let order = shop.order("A", 4).await;
    shop.order("B", 7).await;
    shop.release(item(&order)).await;
    shop.server.advance(2);
    shop.stock("B", 5).await;
    let sums = counted(&shop, shop.list).await;
    let expected = json!({
        "stock_list": shop.list, "counted_date": shop.server.time(0), "product_stocks": 4, "stock": 19,
        "sold_quantity_unreported": 7, "reported_quantity": 4, "adjusted_stock": 10, "sold_out": 2, "low": 1,
        "oversold": 1, "off_sale": 0, "newest_snapshot_at": shop.server.time(-2),
    });
    assert_eq!(sums, expected);
    shop.server.verify().await;
}

#[tokio::test]
async fn sums_are_of_lists_that_somebody_may_see() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    shop.sells(channel).await;
    let other = shop.list_with(json!({})).await;
    let of_channel = shop.server.channel_client(channel).await;
    of_channel.get(&format!("/api/v1/stock_list/{}/sums/", shop.list)).await.ok();
    of_channel.get(&format!("/api/v1/stock_list/{other}/sums/")).await.expect(404);
    of_channel.post(&format!("/api/v1/stock_list/{other}/sums/"), json!({})).await.expect(404);
    shop.erp.get("/api/v1/stock_list/987654/sums/").await.expect(404);
    let viewer = shop.server.client(Role::Viewer).await;
    viewer.post(&format!("/api/v1/stock_list/{other}/sums/"), json!({})).await.expect(202);
}

#[tokio::test]
async fn a_state_has_its_stocks_in_the_order_of_skus() {
    let shop = Shop::open().await;
    for (sku, level) in [("B-2", 0), ("A-1", 3), ("B-1", 0), ("A-2", 9), ("A-3", 5)] {
        shop.stock(sku, level).await;
    }
    shop.order("A-2", 9).await;
    assert_eq!(skus_in(&shop, "state=sold_out").await, ["A-2", "B-1", "B-2"]);
    assert_eq!(skus_in(&shop, "state=low").await, ["A-1", "A-3"]);
    assert_eq!(skus_in(&shop, "state=oversold").await, [""; 0]);
    shop.stock("A-2", 8).await;
    assert_eq!(skus_in(&shop, "state=oversold").await, ["A-2"]);
    assert_eq!(skus_in(&shop, "state=sold_out&product_sku__startswith=B").await, ["B-1", "B-2"]);
    assert_eq!(skus_in(&shop, "state=sold_out&sort=-product_sku").await, ["B-2", "B-1", "A-2"]);
    assert_eq!(skus_in(&shop, "state=sold_out&sort=id&limit=1").await, ["B-2"]);
    assert_eq!(skus_in(&shop, "product_sku__startswith=A-&unit_type=qty").await, ["A-1", "A-2", "A-3"]);
    assert_eq!(skus_in(&shop, "product_sku__startswith=").await.len(), 5);
    let first = format!("/api/v1/product_stocks/?stock_list={}&state=sold_out&limit=2&cursor=", shop.list);
    let page = shop.erp.get(&first).await.ok();
    assert_eq!((column(&page, "product_sku"), &page["count"]), (vec![json!("A-2"), json!("B-1")], &Value::Null));
    let next = page["next"].as_str().expect("a link").split_once("/api/").expect("of the API").1.to_owned();
    assert_eq!(column(&shop.erp.get(&format!("/api/{next}")).await.ok(), "product_sku"), ["B-2"]);

    let stocks = "/api/v1/product_stocks/";
    shop.erp.get(&format!("{stocks}?state=low")).await.faults(&["state"]);
    shop.erp.get(&format!("{stocks}?stock_list__in=1,2&state=low")).await.faults(&["state"]);
    shop.erp.get(&format!("{stocks}?stock_list={}&state=low&state=sold_out", shop.list)).await.faults(&["state"]);
    shop.erp.get(&format!("{stocks}?stock_list={}&state=gone", shop.list)).await.faults(&["state"]);
    shop.erp.get(&format!("{stocks}?stock_list={}&sort=state", shop.list)).await.faults(&["sort"]);
    shop.erp.get(&format!("{stocks}?product_sku__startswith=%00")).await.faults(&["product_sku__startswith"]);
    shop.server.verify().await;
}

#[tokio::test]
async fn an_export_has_what_a_state_has() {
    let shop = Shop::open().await;
    for (sku, level) in [("B", 0), ("A", 0), ("C", 30)] {
        shop.stock(sku, level).await;
    }
    let export = |query: String| {
        let (erp, path) = (shop.erp.clone(), format!("/api/v1/product_stocks/export/?{query}"));
        async move { crate::files::cells(&crate::files::rows(&erp.get(&path).await), "product_sku") }
    };
    let list = shop.list;
    assert_eq!(export(format!("stock_list={list}&state=sold_out")).await, ["A", "B"]);
    assert_eq!(export(format!("stock_list={list}&sort=-product_sku")).await, ["C", "B", "A"]);
    assert_eq!(export("product_sku__startswith=B".to_owned()).await, ["B"]);
    shop.erp.get("/api/v1/product_stocks/export/?sort=product_sku").await.faults(&["sort"]);
}

#[tokio::test]
async fn a_changed_threshold_moves_the_stocks_of_its_list() {
    let shop = Shop::open().await;
    for (sku, level) in [("A", 4), ("B", 8)] {
        shop.stock(sku, level).await;
    }
    assert_eq!(skus_in(&shop, "state=low").await, ["A"]);
    let path = format!("/api/v1/stock_list/{}/", shop.list);
    assert_eq!(shop.erp.get(&path).await.ok()["low_stock"], json!(5));
    shop.erp.patch(&path, json!({"low_stock": -1})).await.faults(&["low_stock"]);
    shop.server.advance(1);
    shop.erp.patch(&path, json!({"low_stock": 8})).await.ok();
    until_async(async || {
        let low = skus_in(&shop, "state=low").await;
        if low == ["A", "B"] { Ok(()) } else { Err(low) }
    })
    .await;
    shop.erp.patch(&path, json!({"low_stock": 0})).await.ok();
    until_async(async || {
        let low = skus_in(&shop, "state=low").await;
        if low.is_empty() { Ok(()) } else { Err(low) }
    })
    .await;
    shop.server.advance(10);
    counted(&shop, shop.list).await;
    shop.server.verify().await;
}
