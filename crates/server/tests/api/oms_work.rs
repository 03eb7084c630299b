//! Fulfilment, from order to shipped: with something missing in the middle, by many, and by two at once.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::oms_floor::{figure, figures, gather, go, location, order, packages, plan, run};
use crate::shop::{Shop, id, int, items};

/// Waits until the planner has put an order into packages.
async fn planned(shop: &Shop, order: &Value) -> Vec<(i64, i64, String, Vec<String>)> {
    for _ in 0..6_000 {
        let found = packages(shop, order).await;
        if !found.is_empty() {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nobody has planned {order}");
}

async fn status(shop: &Shop, order: &Value) -> String {
    let order = shop.erp.get(&format!("/api/v1/orders/{}/", id(order))).await.ok();
    order["status"].as_str().expect("a status").to_owned()
}

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

/// The lines that are in no package, as (order, reason).
async fn unplanned(shop: &Shop) -> Vec<(i64, String)> {
    let page = shop.erp.get("/api/v1/oms/unplanned-items/").await.ok();
    let rows = page["results"].as_array().expect("rows").iter();
    rows.map(|row| (int(&row["order"]), row["reason"].as_str().expect("a word").to_owned())).collect()
}

/// A line that is not to leave any more waits for nothing; when it is to leave again, it is seen again.
#[tokio::test]
async fn a_short_line_is_listed_while_it_is_to_leave() {
    let shop = Shop::open().await;
    let (_, list) = location(&shop, json!({})).await;
    figure(&shop, "X", list, 1).await;
    let order = order(&shop, &[("X", list, 1)]).await;
    let package = planned(&shop, &order).await[0].0;
    go(&shop, package, &["not-found"]).await;
    let (line, noted) = (items(&order)[0], vec![(id(&order), "short".to_owned())]);
    for (status, wanted) in [("300", vec![]), ("450", noted.clone()), ("200", vec![]), ("400", noted), ("500", vec![])]
    {
        shop.erp.patch(&format!("/api/v1/order_items/{line}/"), json!({"status": status})).await.ok();
        assert_eq!(unplanned(&shop).await, wanted, "{status}");
        shop.server.verify().await;
    }
}

#[tokio::test]
async fn a_short_line_is_served_before_anybody_else() {
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
    onhand::watch::look(&shop.server.app).await.expect("it looks");
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
    for _ in 0..1_000 {
        if unplanned(&shop).await.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
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
        for _ in 0..500 {
            if unplanned(&shop).await.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(unplanned(&shop).await, [], "by {by}");
        let found = packages(&shop, &short).await;
        assert!(found.iter().any(|(_, _, state, _)| state == "Waiting"), "by {by}: {found:?}");
        shop.server.verify().await;
    }
}

#[tokio::test]
async fn lines_of_a_list_whose_location_came_later_or_changes_are_planned() {
    let shop = Shop::open().await;
    let list = shop.list_with(json!({})).await;
    figure(&shop, "X", list, 2).await;
    let early = order(&shop, &[("X", list, 1)]).await;
    let place = json!({"name": "A place", "erp_code": "LATER", "stock_list": list, "is_active": false});
    let place = id(&shop.erp.post("/api/v1/oms/stocklocations/", place).await.created());
    let noted = async |wanted: &[(i64, String)]| {
        for _ in 0..1_000 {
            if unplanned(&shop).await == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{:?} instead of {wanted:?}", unplanned(&shop).await);
    };
    noted(&[(id(&early), "location_inactive".to_owned())]).await;
    shop.erp.patch(&format!("/api/v1/oms/stocklocations/{place}/"), json!({"is_active": true})).await.ok();
    noted(&[]).await;
    let package = planned(&shop, &early).await[0].0;
    // A person decides that it does not leave, and a person decides again.
    go(&shop, package, &["cancel"]).await;
    noted(&[(id(&early), "package_cancelled".to_owned())]).await;
    shop.erp.patch(&format!("/api/v1/oms/stocklocations/{place}/"), json!({"priority": 7})).await.ok();
    assert_eq!(unplanned(&shop).await.len(), 1);
    plan(&shop, &early, json!({})).await;
    noted(&[]).await;
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

#[tokio::test]
async fn of_two_pickers_one_wins_and_the_other_is_told() {
    let shop = Shop::open().await;
    let (_, list) = location(&shop, json!({})).await;
    figure(&shop, "X", list, 100).await;
    for round in 0..10 {
        let order = order(&shop, &[("X", list, 1)]).await;
        let package = planned(&shop, &order).await[0].0;
        let path = format!("/api/v1/oms/packages/{package}/command/");
        let (one, other) = (shop.erp.clone().apart(), shop.admin.clone().apart());
        let (first, second) = if round % 2 == 0 { ("prepare", "prepare") } else { ("prepare", "cancel") };
        let (one, other) =
            tokio::join!(one.post(&path, json!({"slug": first})), other.post(&path, json!({"slug": second})));
        let shown = shop.erp.get(&format!("/api/v1/oms/packages/{package}/")).await.ok();
        if first == second {
            // The first picker has it; the other is told who that is.
            let (winner, loser) = if one.status == 200 { (one, other) } else { (other, one) };
            assert_eq!(winner.ok(), shown);
            assert_eq!(loser.refused("package_taken")["assigned_to"], shown["assigned_to"]);
        } else {
            assert_eq!(other.ok()["state"]["name"], "Cancelled");
            assert!(one.status == 200 || one.body["non_field_errors"][0].is_string(), "{one:?}");
            assert_eq!(shown["state"]["name"], "Cancelled");
        }
    }
    shop.server.verify().await;
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
