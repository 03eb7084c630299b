//! Orders from sourcing to shipped: with something missing in the middle, and by many at once.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{planned, status};
use crate::shop::{Shop, id, int, items};
use crate::warehouse::{figure, figures, go, location, order, packages, plan, run};

#[tokio::test]
async fn an_order_is_planned_picked_missed_found_elsewhere_and_shipped() {
    let shop = Shop::open().await;
    let (near, near_list) = location(&shop, json!({"priority": 1})).await;
    let (far, far_list) = location(&shop, json!({"priority": 2})).await;
    for (sku, list) in [("X", near_list), ("Y", near_list), ("X", far_list)] {
        figure(&shop, sku, list, 5).await;
    }
    let order = order(&shop, &[("X", near_list, 2), ("Y", near_list, 1)]).await;
    let first = planned(&shop, &order).await;
    let [(package, place, state, skus)] = &first[..] else { panic!("{first:?}") };
    assert_eq!((*place, state.as_str(), &skus[..]), (near, "Waiting", &["X".to_owned(), "Y".to_owned()][..]));
    go(&shop, *package, &["prepare"]).await;
    assert_eq!(status(&shop, &order).await, "450");

    // The picker finds Y and not X.
    let shown = shop.erp.get(&format!("/api/v1/oms/packages/{package}/")).await.ok();
    let missing = shown["package_items"].as_array().expect("lines").iter();
    let missing = missing.clone().find(|line| line["order_item"]["product_sku"] == "X").expect("X is in it");
    let body = json!({"slug": "not-found", "items": [id(missing)], "reason": "damaged"});
    let once = run(&shop, *package, body.clone()).await.ok();
    assert_eq!(run(&shop, *package, body).await.ok()["package_items"], once["package_items"], "the same again");
    assert_eq!(figures(&shop, "X", near_list).await, [5, 0, 0, 0], "its hold has gone, and it offers nothing");
    assert_eq!(figures(&shop, "X", far_list).await, [5, 2, 0, 3]);
    let second = packages(&shop, &order).await;
    assert_eq!((second[1].1, second[1].2.as_str()), (far, "Waiting"), "{second:?}");

    // Units that are not found are not sold, and the same line stays where it was allocated.
    shop.try_order(json!({"order_items": [{"product_sku": "X", "stock_list": near_list}]}))
        .await
        .refused("insufficient_stock");
    go(&shop, *package, &["pack", "ship"]).await;
    assert_eq!(status(&shop, &order).await, "450", "one of two has left");
    go(&shop, second[1].0, &["prepare", "pack", "ship"]).await;
    assert_eq!(status(&shop, &order).await, "500");
    shop.erp
        .post(&format!("/api/v1/orders/{}/cancel/", id(&order)), json!({"is_all": true}))
        .await
        .refused("order_item_shipped");

    // The ERP registers the line, and its next levels have it.
    shop.release(items(&order)[0]).await;
    assert_eq!(figures(&shop, "X", far_list).await, [5, 0, 2, 3]);
    shop.server.advance(60);
    figure(&shop, "X", far_list, 3).await;
    figure(&shop, "X", near_list, 1).await;
    assert_eq!(figures(&shop, "X", far_list).await, [3, 0, 0, 3]);
    assert_eq!(figures(&shop, "X", near_list).await, [1, 0, 0, 1], "a newer figure clears what was reported");
    let page = shop.erp.get("/api/v1/oms/inventory-discrepancies/?reason=damaged").await.ok();
    assert_eq!((&page["count"], &page["results"][0]["is_active"]), (&json!(1), &json!(false)));
    let history = shop.erp.get("/api/v1/product_stocks/?product_sku=X").await.ok();
    let stock = id(&history["results"][0]);
    let history = shop.erp.get(&format!("/api/v1/product_stocks/{stock}/movements/")).await.ok();
    let reasons = crate::shop::column(&history, "reason");
    assert_eq!(reasons, ["write", "not_found", "order", "write"]);
    shop.server.verify().await;
}

/// However the line is cancelled: by a cancellation of the order's lines, or by a PATCH of the line.
#[tokio::test]
async fn an_order_follows_when_its_short_line_is_cancelled() {
    for by_patch in [false, true] {
        let shop = Shop::open().await;
        let (_, list) = location(&shop, json!({"priority": 1})).await;
        let (_, other) = location(&shop, json!({"priority": 2})).await;
        figure(&shop, "X", list, 1).await;
        figure(&shop, "Y", other, 1).await;
        let order = order(&shop, &[("X", list, 1), ("Y", other, 1)]).await;
        let packages = planned(&shop, &order).await;
        go(&shop, packages[0].0, &["not-found"]).await;
        go(&shop, packages[1].0, &["prepare", "pack", "ship"]).await;
        assert_eq!(status(&shop, &order).await, "450", "X is short");
        let line = items(&order)[0];
        if by_patch {
            shop.erp.patch(&format!("/api/v1/order_items/{line}/"), json!({"status": "100"})).await.ok();
        } else {
            let body = json!({"cancel_items": [line]});
            shop.erp.post(&format!("/api/v1/orders/{}/cancel/", id(&order)), body).await.ok();
        }
        assert_eq!(status(&shop, &order).await, "500", "what was left of it has left (by PATCH: {by_patch})");
        shop.server.verify().await;
    }
}

/// 500 orders over 20 locations, of which some lose things: at the end every count finds what it expects.
#[tokio::test]
async fn five_hundred_orders_add_up() {
    const LOCATIONS: usize = 20;
    const ORDERS: usize = 500;
    const SKUS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];
    let shop = std::sync::Arc::new(Shop::open().await);
    let mut places = Vec::new();
    for number in 0..LOCATIONS {
        let place = location(&shop, json!({"priority": number % 4, "name": format!("Place {number}")})).await;
        for sku in SKUS {
            figure(&shop, sku, place.1, 200).await;
        }
        places.push(place);
    }
    let mut people = JoinSet::new();
    for person in 0..8 {
        let (shop, places) = (shop.clone(), places.clone());
        people.spawn(async move {
            for number in (person..ORDERS).step_by(8) {
                one_order(&shop, number, &places, &SKUS).await;
            }
        });
    }
    while let Some(done) = people.join_next().await {
        done.expect("nobody has failed");
    }
    shop.server.verify().await;
    // A count finds 200 of each, less what has left from there.
    let mut left = std::collections::HashMap::new();
    let mut path = "/api/v1/oms/packages/package-items/?state__enum_value=500&limit=1000".to_owned();
    loop {
        let page = shop.erp.get(&path).await.ok();
        for line in page["results"].as_array().expect("rows") {
            let sku = line["order_item"]["product_sku"].as_str().expect("a SKU").to_owned();
            *left.entry((int(&line["package"]["stock_location"]), sku)).or_insert(0) += int(&line["quantity"]);
        }
        match page["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert!(left.values().sum::<i64>() > 500, "much has left");
    for (place, _) in &places {
        let line = |sku: &&str| {
            let gone = left.get(&(*place, (*sku).to_owned())).copied().unwrap_or(0);
            json!({"sku": sku, "counted": 200 - gone})
        };
        let lines: Vec<Value> = SKUS.iter().map(line).collect();
        let count =
            shop.erp.post("/api/v1/oms/stock-counts/", json!({"location": place, "lines": lines})).await.created();
        let results = count["lines"].as_array().expect("lines").iter();
        assert!(results.clone().all(|line| line["result"] == "confirmed"), "at {place}: {count}");
    }
    let page = shop.erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok();
    assert_eq!(page["count"], 0, "a count clears what was reported before it");
    shop.server.verify().await;
}

/// One order's life: most are shipped, some lose a line on the way, some are cancelled, some wait.
async fn one_order(shop: &Shop, number: usize, places: &[(i64, i64)], skus: &[&str]) {
    let (_, list) = places[number % places.len()];
    let lines = [(skus[number % 6], list, 1), (skus[(number + 1 + number % 3) % 6], list, 2)];
    let body: Vec<Value> = lines
        .iter()
        .map(|(sku, list, units)| json!({"product_sku": sku, "stock_list": list, "quantity": units}))
        .collect();
    let placed = shop.try_order(json!({"order_items": body})).await;
    if placed.status == 406 {
        // It has just not been found there.
        return;
    }
    let order = placed.created();
    plan(shop, &order, json!({})).await;
    if number.is_multiple_of(25) {
        for (package, ..) in packages(shop, &order).await {
            go(shop, package, &["prepare", "not-found"]).await;
        }
    }
    if number % 10 == 3 {
        shop.cancel(&order).await;
    } else if number % 10 != 7 {
        for (package, _, state, _) in packages(shop, &order).await {
            if state == "Waiting" {
                go(shop, package, &["prepare", "pack", "ship"]).await;
            }
        }
    }
}
