//! What keeps units off sale for long, and how it ends: by hand, by age, by a list that keeps no external reservation.

use onhand_testkit::wait::until_async;
use serde_json::{Value, json};

use crate::market::Market;
use crate::shop::{Shop, column, id, item};
use crate::warehouse::{figure, go, location, order, packages};

const WEEK: i64 = 7 * 24 * 3_600;

async fn health(shop: &Shop, query: &str) -> Value {
    shop.erp.get(&format!("/api/v1/stock_health/{query}")).await.ok()
}

#[tokio::test]
async fn old_lines_and_oversold_stocks_are_listed_with_their_evidence() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 50).await;
    let (open, reported) = (shop.order("SHIRT", 2).await, shop.order("SHIRT", 3).await);
    shop.release(item(&reported)).await;
    let none = health(&shop, "").await;
    assert_eq!(none["older_than_seconds"], json!(WEEK));
    for kind in ["reported_lines", "open_lines", "oversold_stocks"] {
        assert_eq!(none[kind], json!({"has_more": false, "results": []}), "{kind}");
    }
    shop.server.advance(WEEK + 60);
    shop.order("SHIRT", 1).await;
    shop.erp.patch(&format!("/api/v1/product_stocks/{shirt}/"), json!({"stock": 4})).await.ok();
    let told = health(&shop, "").await;
    assert_eq!(told["reported_lines"], json!({"has_more": false, "results": []}), "the level has settled it");
    assert_eq!(column(&told["open_lines"], "order_item"), [json!(item(&open))], "the new one is not old");
    shop.erp.patch(&format!("/api/v1/product_stocks/{shirt}/"), json!({"stock": 2})).await.ok();
    let told = health(&shop, "").await;
    assert_eq!(column(&told["oversold_stocks"], "pk"), [json!(shirt)]);

    let line = told["open_lines"]["results"][0].clone();
    let expected = json!({
        "order_item": item(&open), "order": id(&open), "order_number": open["number"], "channel": null,
        "product_stock": shirt, "product_sku": "SHIRT", "stock_list": shop.list, "quantity": 2,
        "since": open["created_date"], "code": null, "is_oversold": false,
    });
    assert_eq!(line, expected);
    let all = health(&shop, "?older_than_seconds=1&limit=1").await;
    assert_eq!(
        (all["open_lines"]["has_more"].clone(), column(&all["open_lines"], "quantity")),
        (json!(false), vec![json!(2)])
    );
    shop.server.advance(5);
    assert_eq!(health(&shop, "?older_than_seconds=1&limit=1").await["open_lines"]["has_more"], json!(true));
    for wrong in ["older_than_seconds=0", "older_than_seconds=x", "limit=0", "limit=101"] {
        let name = wrong.split('=').next().expect("a name");
        assert!(shop.erp.get(&format!("/api/v1/stock_health/?{wrong}")).await.expect(400)[name].is_array(), "{wrong}");
    }
}

#[tokio::test]
async fn a_person_settles_what_no_level_will() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let (open, reported) = (shop.order("SHIRT", 2).await, shop.order("SHIRT", 3).await);
    shop.release(item(&reported)).await;
    let told = health(&shop, "?older_than_seconds=1").await;
    assert_eq!(column(&told["reported_lines"], "quantity"), Vec::<Value>::new(), "it is a moment old");
    shop.server.advance(2);
    let told = health(&shop, "?older_than_seconds=1").await;
    assert_eq!(column(&told["reported_lines"], "code"), [json!(format!("ERP-{}", item(&reported)))]);

    for wrong in [json!({}), json!({"order_items": []}), json!({"order_items": (1..=1_001).collect::<Vec<i64>>()})] {
        shop.erp.post("/api/v1/stock_health/settle/", wrong).await.expect(400);
    }
    let body = json!({"order_items": [item(&open), item(&reported), 999], "adjustment_reason": "corrected", "note": "the ERP was closed"});
    let done = shop.erp.post("/api/v1/stock_health/settle/", body.clone()).await.ok();
    let settled = &done["results"][0];
    assert_eq!(done["results"].as_array().map(Vec::len), Some(1), "only what was reported: {done}");
    assert_eq!((&settled["order_item"], &settled["quantity"]), (&json!(item(&reported)), &json!(3)));
    assert_eq!(shop.figures(shirt).await, [10, 2, 0, 8]);
    let history = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/?reason=settled")).await.ok();
    let newest = &history["results"][0];
    assert_eq!(
        [&newest["pk"], &newest["adjustment_reason"], &newest["note"], &newest["reported_quantity_change"]],
        [&settled["movement"], &json!("corrected"), &json!("the ERP was closed"), &json!(-3)]
    );
    assert_eq!(
        shop.erp.post("/api/v1/stock_health/settle/", body).await.ok(),
        json!({"results": []}),
        "again, nothing is left to do"
    );
    // A level that comes after all finds it done.
    shop.erp.patch(&format!("/api/v1/product_stocks/{shirt}/"), json!({"stock": 7})).await.ok();
    assert_eq!(shop.figures(shirt).await, [7, 2, 0, 5]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_list_may_settle_by_age() {
    let shop = Shop::open().await;
    let list = format!("/api/v1/stock_list/{}/", shop.list);
    let shirt = shop.stock("SHIRT", 10).await;
    shop.release(item(&shop.order("SHIRT", 3).await)).await;
    shop.server.advance(7_200);
    assert_eq!(shop.figures(shirt).await, [10, 0, 3, 7], "no list does so by itself");
    shop.erp.patch(&list, json!({"reported_settles_after_seconds": 3_600})).await.ok();
    let settled = until_async(async || {
        let figures = shop.figures(shirt).await;
        if figures[2] == 0 { Ok(figures) } else { Err(figures) }
    });
    assert_eq!(settled.await, [10, 0, 0, 10]);
    shop.release(item(&shop.order("SHIRT", 1).await)).await;
    shop.server.advance(3_590);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 1, 9], "it is not old enough");
    shop.server.verify().await;
}

#[tokio::test]
async fn a_list_may_keep_no_external_reservation() {
    let shop = Shop::open().await;
    let list = format!("/api/v1/stock_list/{}/", shop.list);
    let shirt = shop.stock("SHIRT", 10).await;
    let path = format!("/api/v1/product_stocks/{shirt}/");
    shop.erp.patch(&path, json!({"sold_quantity_unreported": 4})).await.ok();
    let made = shop.erp.patch(&list, json!({"ignore_sold_quantity_unreported": true})).await.ok();
    assert_eq!(made["ignore_sold_quantity_unreported"], json!(true));
    assert_eq!(shop.figures(shirt).await, [10, 4, 0, 6], "nothing changes by the setting alone");
    let row = shop.erp.patch(&path, json!({"stock": 9, "sold_quantity_unreported": 5})).await.ok();
    assert_eq!((&row["sold_quantity_unreported"], &row["external_quantity"]), (&json!(0), &json!(0)));
    assert_eq!(shop.figures(shirt).await, [9, 0, 0, 9]);
}

#[tokio::test]
async fn lines_that_no_package_has_are_listed_unless_they_are_short() {
    let shop = Shop::open().await;
    let (_, list) = location(&shop, json!({})).await;
    figure(&shop, "X", list, 5).await;
    let [waits, short] = [order(&shop, &[("X", list, 1)]).await, order(&shop, &[("X", list, 1)]).await];
    for (order, slug) in [(&waits, "cancel"), (&short, "not-found")] {
        let package = until_async(async || packages(&shop, order).await.first().map(|one| one.0).ok_or(())).await;
        go(&shop, package, &[slug]).await;
    }
    let unpackaged = async |query: &str| column(&health(&shop, query).await["unpackaged_lines"], "order_item");
    assert_eq!(unpackaged("").await, Vec::<Value>::new(), "they have waited for moments");
    shop.server.advance(WEEK + 60);
    assert_eq!(unpackaged("").await, [json!(item(&waits))]);
    shop.server.verify().await;
}

#[tokio::test]
async fn batches_whose_lease_is_over_are_listed_until_their_channel_comes_back() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    let batch = market.committed(&[&row]).await;
    let leases = async || health(&market.shop, "?older_than_seconds=60").await["expired_leases"].clone();
    assert_eq!(leases().await, json!({"has_more": false, "results": []}));
    market.shop.server.advance(900 + 61);
    let told = leases().await["results"][0].clone();
    assert_eq!((&told["batch_request"], &told["channel"]), (&json!(batch), &json!(market.channel)));
    assert_eq!((&told["status"], told["lease_until"].is_string()), (&json!("commit"), true));
    assert_eq!(market.ids("product_stocks/inserts/").await, [id(&row)], "it is offered again");
    assert_eq!(leases().await["results"], json!([]));
}

#[tokio::test]
async fn stocks_are_found_by_what_is_external_and_reported_and_by_the_age_of_their_level() {
    let shop = Shop::open().await;
    for sku in ["A", "B", "C", "D"] {
        shop.stock(sku, 20).await;
    }
    shop.write(json!({"product_sku": "B", "sold_quantity_unreported": 3, "stock_list": shop.list})).await;
    shop.write(json!({"product_sku": "D", "sold_quantity_unreported": 9, "stock_list": shop.list})).await;
    for (sku, units) in [("A", 2), ("B", 5)] {
        shop.release(item(&shop.order(sku, units).await)).await;
    }
    let between = shop.server.time(10);
    shop.server.advance(20);
    shop.stock("C", 21).await;
    for family in ["product_stocks", "product_stock"] {
        let skus = async |query: &str| {
            let page = shop.erp.get(&format!("/api/v1/{family}/?{query}")).await.ok();
            let paged = column(&page, "product_sku");
            let walked = shop.erp.get(&format!("/api/v1/{family}/?{query}&cursor=")).await.ok();
            assert_eq!(
                (column(&walked, "product_sku"), &page["count"]),
                (paged.clone(), &json!(paged.len())),
                "{query}"
            );
            paged
        };
        assert_eq!(skus("external_quantity__gt=0").await, ["B", "D"]);
        assert_eq!(skus("external_quantity__gte=4").await, ["D"]);
        assert_eq!(skus("external_quantity=3").await, ["B"]);
        assert_eq!(skus("external_quantity=0").await, ["A", "C"]);
        assert_eq!(skus("external_quantity__gt=0&sort=-external_quantity").await, ["D", "B"]);
        assert_eq!(skus("reported_quantity__gt=0").await, ["A", "B"]);
        assert_eq!(skus(&format!("reported_quantity__gt=2&stock_list={}", shop.list)).await, ["B"]);
        assert_eq!(skus("reported_quantity=0").await, ["C", "D"]);
        assert_eq!(skus(&format!("snapshot_at__gt={between}")).await, ["C"]);
        assert_eq!(skus(&format!("snapshot_at__lt={between}&sort=-product_sku")).await, ["D", "B", "A"]);
        assert_eq!(skus("sort=-snapshot_at").await[0], "C");
    }
}
