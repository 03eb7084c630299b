//! The history of a product stock: why its numbers are what they are.

use serde_json::{Value, json};

use crate::shop::{Shop, column, id, int, item, new_order};

#[tokio::test]
async fn the_history_adds_up_to_the_figures() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 200).await;
    let mut expected = vec!["write"];
    for round in 0..40_i64 {
        let order = shop.order("SHIRT", 1 + round % 3).await;
        expected.push("order");
        match round % 4 {
            0 => {
                shop.release(item(&order)).await;
                expected.push("release");
            }
            1 => {
                shop.cancel(&order).await;
                expected.push("cancel");
            }
            2 => {
                shop.server.advance(10);
                shop.stock("SHIRT", 150 + round).await;
                expected.push("write");
            }
            _ => {}
        }
    }
    let mut rows: Vec<Value> = Vec::new();
    let mut page = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/")).await.ok();
    loop {
        rows.extend(page["results"].as_array().expect("rows").clone());
        let Some(before) = page["next_before"].as_i64() else { break };
        page = shop.erp.get(&format!("/api/v1/product_stock/{shirt}/movements/?before={before}")).await.ok();
    }
    rows.reverse();
    let reasons: Vec<_> = rows.iter().map(|row| row["reason"].as_str().expect("a reason")).collect();
    assert_eq!(reasons, expected);
    let mut sums = [0; 3];
    let names = ["stock", "sold_quantity_unreported", "reported_quantity"];
    for row in &rows {
        for (sum, name) in sums.iter_mut().zip(names) {
            *sum += int(&row[format!("{name}_change")]);
            assert_eq!(int(&row[name]), *sum, "{row}");
        }
        assert_eq!(row["order_item"].is_null(), row["reason"] == "write", "{row}");
    }
    assert_eq!(sums, shop.figures(shirt).await[..3]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_history_names_who_did_it_and_takes_no_foreign_place() {
    let shop = Shop::open().await;
    let (shirt, belt) = (shop.stock("SHIRT", 10).await, shop.stock("BELT", 10).await);
    let user = shop.erp.get("/api/v1/active_user/").await.ok()["pk"].clone();
    let page = shop.erp.get(&format!("/api/i1/product_stocks/{shirt}/movements/")).await.ok();
    assert_eq!(column(&page, "user"), [user]);
    let foreign =
        int(&shop.erp.get(&format!("/api/v1/product_stock/{belt}/movements/")).await.ok()["results"][0]["pk"]);
    let page = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/?before={foreign}")).await.ok();
    assert_eq!(page["results"], json!([]));
    let wrong = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/?before=x")).await;
    wrong.faults(&["before"]);
    let gone = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/?before=77")).await;
    gone.faults(&["before"]);
    shop.erp.get("/api/v1/product_stocks/1/movements/").await.expect(404);
}

/// The newest movement of a stock.
async fn newest(shop: &Shop, stock: i64) -> i64 {
    int(&shop.erp.get(&format!("/api/v1/product_stocks/{stock}/movements/")).await.ok()["results"][0]["pk"])
}

#[tokio::test]
async fn a_write_is_undone_once_and_only_while_nothing_came_after_it() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let before = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/")).await.ok();
    shop.server.advance(10);
    shop.write(json!({"product_sku": "SHIRT", "stock": 25, "unit_type": "kg", "sold_quantity_unreported": 3})).await;
    let written = newest(&shop, shirt).await;
    let undo = async |movement: i64| {
        shop.erp.post(&format!("/api/v1/product_stocks/{shirt}/movements/{movement}/undo/"), json!({})).await
    };
    let done = undo(written).await.ok();
    let after = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/")).await.ok();
    for field in ["stock", "sold_quantity_unreported", "unit_type", "snapshot_at"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!((int(&done["product_stock"]), int(&done["stock"])), (shirt, 10));
    assert_eq!(done["snapshot_at"], before["snapshot_at"]);
    let undone = int(&done["pk"]);
    assert_eq!(undone, newest(&shop, shirt).await);
    undo(written).await.refused("touched_since");
    undo(undone).await.ok();
    assert_eq!(shop.figures(shirt).await, [25, 3, 0, 22]);
    let redone = newest(&shop, shirt).await;
    shop.order("SHIRT", 1).await;
    undo(redone).await.refused("touched_since");
    undo(newest(&shop, shirt).await).await.refused("not_a_write");
    undo(newest(&shop, shirt).await + 256).await.expect(404);
    shop.server.verify().await;
}

#[tokio::test]
async fn an_undo_that_is_sent_again_is_done_once() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    shop.stock("SHIRT", 20).await;
    let path = format!("/api/v1/product_stocks/{shirt}/movements/{}/undo/", newest(&shop, shirt).await);
    let keyed = shop.erp.clone().with("Idempotency-Key", "undo-1");
    let first = keyed.post(&path, json!({})).await.ok();
    let second = keyed.post(&path, json!({})).await;
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    assert_eq!(second.ok(), first);
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10]);
}

#[tokio::test]
async fn what_settled_or_is_of_another_stock_is_not_undone() {
    let shop = Shop::open().await;
    let (shirt, belt) = (shop.stock("SHIRT", 10).await, shop.stock("BELT", 5).await);
    let order = shop.order("SHIRT", 4).await;
    shop.release(item(&order)).await;
    shop.server.advance(10);
    shop.stock("SHIRT", 6).await;
    let path = |stock: i64, movement: i64| format!("/api/v1/product_stocks/{stock}/movements/{movement}/undo/");
    let settled = newest(&shop, shirt).await;
    shop.erp.post(&path(shirt, settled), json!({})).await.refused("settled");
    shop.erp.post(&path(belt, settled), json!({})).await.expect(404);
    assert_eq!(shop.figures(shirt).await, [6, 0, 0, 6]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_history_names_orders_people_and_files() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let channel = shop.channel("refuse").await;
    shop.sells(channel).await;
    let own = new_order(json!({"channel": channel, "order_items": [shop.line("SHIRT", 2)]}));
    let own = shop.admin.post("/api/v1/orders/", own).await.created();
    let order = shop.order("SHIRT", 1).await;
    let path = format!("/api/v1/product_stocks/{shirt}/movements/");
    let page = shop.erp.get(&path).await.ok();
    let numbers = [order["number"].clone(), own["number"].clone(), Value::Null];
    assert_eq!(column(&page, "order_number"), numbers);
    assert_eq!(column(&page, "order"), [order["pk"].clone(), own["pk"].clone(), Value::Null]);
    let name = shop.erp.get("/api/v1/active_user/").await.ok()["username"].clone();
    let admin = shop.admin.get("/api/v1/active_user/").await.ok()["username"].clone();
    assert_eq!(column(&page, "user_name"), [name.clone(), admin, name]);
    assert_eq!(column(&page, "import_file"), [Value::Null, Value::Null, Value::Null]);
    let caller = shop.server.channel_client(channel).await;
    let page = caller.get(&path).await.ok();
    assert_eq!(column(&page, "order_number"), [Value::Null, own["number"].clone(), Value::Null]);
    assert_eq!(column(&page, "user_name"), [Value::Null, Value::Null, Value::Null]);
}

#[tokio::test]
async fn a_history_is_filtered_by_what_stands_behind_it() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 100).await;
    shop.server.advance(60);
    let (one, other) = (shop.order("SHIRT", 1).await, shop.order("SHIRT", 2).await);
    shop.release(item(&one)).await;
    let middle = shop.server.time(1);
    shop.server.advance(60);
    shop.cancel(&other).await;
    let adjust = format!("/api/v1/product_stocks/{shirt}/adjust/");
    shop.admin.post(&adjust, json!({"difference": 5})).await.ok();
    let asked = async |query: &str| {
        let page = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/?{query}")).await.ok();
        let rows = page["results"].as_array().expect("rows").clone();
        let reasons: Vec<String> =
            rows.iter().map(|row| row["reason"].as_str().expect("a reason").to_owned()).collect();
        (reasons, page["next_before"].clone(), rows)
    };
    let reasons = async |query: &str| asked(query).await.0;
    assert_eq!(reasons("").await, ["write", "cancel", "release", "order", "order", "write"]);
    assert_eq!(reasons("reason=order").await, ["order", "order"]);
    assert_eq!(reasons(&format!("order={}", id(&one))).await, ["release", "order"]);
    assert_eq!(reasons(&format!("order={}&reason=cancel", id(&other))).await, ["cancel"]);
    assert_eq!(reasons("order=1").await, [""; 0]);
    let admin = asked("").await.2[0]["user"].clone();
    assert_eq!(reasons(&format!("user={admin}")).await, ["write"]);
    assert_eq!(reasons("import=7").await, [""; 0]);
    let before = asked(&format!("created_date__lte={middle}")).await;
    assert_eq!(before.0.len(), 4);
    let newest = before.2[0]["date"].as_str().expect("a time").to_owned();
    assert_eq!(reasons(&format!("created_date__lt={newest}")).await.len(), 3);
    assert_eq!(reasons(&format!("created_date__gt={newest}")).await, ["write", "cancel"]);
    assert_eq!(reasons(&format!("created_date__gte={newest}&limit=2")).await, ["write", "cancel"]);
    let (found, next, _) = asked("reason=order&limit=1").await;
    assert_eq!(found, ["order"]);
    let (found, next, _) = asked(&format!("reason=order&limit=1&before={next}")).await;
    assert_eq!(found, ["order"]);
    assert_eq!(asked(&format!("reason=order&before={next}")).await.0, [""; 0]);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("reason=sold", "reason"),
        ("user=x", "user"),
        ("created_date__gt=now", "created_date__gt"),
        ("created_date=2026-03-01", "created_date"),
    ] {
        shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/?{query}")).await.faults(&[field]);
    }
}

/// What was written over the reserved quantity of our orders is external: the row says how much, and the history since when.
#[tokio::test]
async fn an_external_reservation_is_told_in_the_row_and_in_the_history() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    shop.order("SHIRT", 2).await;
    let path = format!("/api/v1/product_stocks/{shirt}/");
    assert_eq!(shop.erp.get(&path).await.ok()["external_quantity"], json!(0));
    let written = shop.erp.patch(&path, json!({"sold_quantity_unreported": 5})).await.ok();
    assert_eq!((&written["sold_quantity_unreported"], &written["external_quantity"]), (&json!(5), &json!(3)));
    let taken_back = json!({"sold_quantity_unreported": 2, "expected": {"external_quantity": 3}});
    assert_eq!(shop.erp.patch(&path, taken_back).await.ok()["external_quantity"], json!(0));
    let page = shop.erp.get(&format!("{path}movements/")).await.ok();
    assert_eq!(column(&page, "external_quantity_change"), [json!(-3), json!(3), json!(0), json!(0)]);
    assert_eq!(column(&page, "sold_quantity_unreported_change"), [json!(-3), json!(3), json!(2), json!(0)]);
    shop.server.verify().await;
}
