//! What is old: movements that were rolled up, and what an instant of long ago is answered with.

use onhand::services::retention::{self, Kept};
use onhand_testkit::wait::until_async;
use serde_json::{Value, json};

use crate::files::rows;
use crate::shop::{Shop, id, int, item};

const DAY: i64 = 24 * 3_600;

/// Does for one kind of rows what is to be done.
async fn go_over(shop: &Shop, kept: Kept) {
    let done = until_async(async || match retention::step(&shop.server.app, kept, "test").await {
        Ok(false) => Ok(()),
        other => Err(other.is_ok()),
    });
    done.await;
}

async fn history(shop: &Shop, stock: i64) -> Vec<Value> {
    let found = shop.erp.get(&format!("/api/v1/product_stocks/{stock}/movements/")).await.ok();
    found["results"].as_array().expect("movements").clone()
}

/// The level and the reserved units at a time.
async fn at(shop: &Shop, stock: i64, time: &str) -> [i64; 2] {
    let shown = shop.erp.get(&format!("/api/v1/product_stocks/{stock}/at/?time={time}")).await.ok();
    ["stock", "sold_quantity_unreported"].map(|name| int(&shown[name]))
}

/// A stock of a list in Istanbul with two days of changes; the ends of the days there, and what was true then.
async fn two_days(shop: &Shop) -> (i64, Vec<(String, [i64; 2])>) {
    let list = shop.list_with(json!({"time_zone": "Europe/Istanbul"})).await;
    let shirt = id(&shop.write(json!({"product_sku": "SHIRT", "stock": 10, "stock_list": list})).await);
    let path = format!("/api/v1/product_stocks/{shirt}/");
    let mut ends = Vec::new();
    for day in 0..2 {
        for hour in 0..24 {
            let now = shop.server.time(0);
            let local = (now[11..13].parse::<i64>().expect("an hour") + 3) % 24;
            if local == 23 {
                let figures = shop.figures(shirt).await;
                ends.push((format!("{}:59:59.999999Z", &now[..13]), [figures[0], figures[1]]));
            }
            shop.server.advance(3_600);
            shop.erp.patch(&path, json!({"stock": 100 * (day + 1) + hour})).await.ok();
        }
    }
    (shirt, ends)
}

#[tokio::test]
async fn the_movements_of_an_old_day_of_the_list_become_one() {
    let shop = Shop::open().await;
    let (shirt, ends) = two_days(&shop).await;
    assert_eq!(ends.len(), 2);
    go_over(&shop, Kept::Movements).await;
    assert_eq!(history(&shop, shirt).await.len(), 49, "nothing is old");
    shop.server.advance(730 * DAY + 3_600);
    let newest = history(&shop, shirt).await[0].clone();
    go_over(&shop, Kept::Movements).await;
    let rolled_up = history(&shop, shirt).await;
    assert!((2..=3).contains(&rolled_up.len()), "{rolled_up:?}");
    assert_eq!((&rolled_up[0]["pk"], &rolled_up[0]["stock"]), (&newest["pk"], &newest["stock"]));
    assert_eq!(rolled_up.iter().map(|one| one["rolled_up"].as_i64().unwrap_or(1)).sum::<i64>(), 49);
    let full = rolled_up.iter().find(|one| one["rolled_up"] == json!(24)).expect("a whole day");
    assert_eq!((&full["reason"], &full["order"], &full["note"]), (&json!("rolled_up"), &Value::Null, &Value::Null));
    let only = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/?reason=rolled_up&limit=1")).await.ok();
    assert_eq!(only["results"].as_array().map(Vec::len), Some(1));
    for (end, then) in &ends {
        assert_eq!(at(&shop, shirt, end).await, *then, "{end}");
    }
    // A client that pages through it is not told that it ends here.
    let path = format!("/api/v1/product_stocks/{shirt}/movements/?before={}", int(&newest["pk"]) - 256);
    shop.erp.get(&path).await.faults(&["before"]);
    // What was rolled up cannot be undone; what comes now is as ever.
    let undo = format!("/api/v1/product_stocks/{shirt}/movements/{}/undo/", int(&newest["pk"]));
    shop.erp.post(&undo, json!({})).await.refused("not_a_write");
    shop.erp.patch(&format!("/api/v1/product_stocks/{shirt}/"), json!({"stock": 5})).await.ok();
    assert_eq!(history(&shop, shirt).await[0]["rolled_up"], Value::Null);
    shop.server.verify().await;
}

#[tokio::test]
async fn of_a_time_before_all_days_nothing_is_told() {
    let shop = Shop::open().await;
    let (shirt, ends) = two_days(&shop).await;
    let today = shop.server.time(0);
    shop.server.advance(3_650 * DAY - 3_600);
    shop.erp.patch(&format!("/api/v1/product_stocks/{shirt}/"), json!({"stock": 7})).await.ok();
    go_over(&shop, Kept::Movements).await;
    go_over(&shop, Kept::Days).await;
    assert_eq!(at(&shop, shirt, &ends[1].0).await, ends[1].1, "the days of ten years are told");
    shop.server.advance(2 * 3_600);
    go_over(&shop, Kept::Days).await;
    let left = history(&shop, shirt).await;
    assert_eq!((left.len(), &left[1]["rolled_up"], &left[1]["stock"]), (2, &json!(49), &json!(223)));
    let path = format!("/api/v1/product_stocks/{shirt}/at/");
    let refused = shop.erp.get(&format!("{path}?time={}", ends[0].0)).await.expect(400);
    assert!(refused["time"][0].as_str().is_some_and(|text| text.contains("not known any more")), "{refused}");
    shop.erp.get(&format!("/api/v1/product_stocks/export/?as_of={}", ends[0].0)).await.faults(&["as_of"]);
    assert_eq!(at(&shop, shirt, &today).await[0], 223);
    let file = rows(&shop.erp.get(&format!("/api/v1/product_stocks/export/?as_of={today}")).await);
    assert_eq!(file[1][4], "223");
    shop.server.verify().await;
}

#[tokio::test]
async fn carts_are_removed_when_they_have_been_over_for_long() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let lines = json!([{"product_sku": "SHIRT", "stock_list": shop.list, "quantity": 2}]);
    let body = json!({"reference": "cart", "expires_in": 60, "lines": lines});
    let cart = id(&shop.erp.post("/api/v1/reservations/", body.clone()).await.expect(201));
    let path = format!("/api/v1/reservations/{cart}/");
    shop.erp.post(&format!("{path}release/"), json!({})).await.ok();
    shop.server.advance(89 * DAY);
    go_over(&shop, Kept::Carts).await;
    shop.erp.get(&path).await.ok();
    shop.server.advance(2 * DAY);
    go_over(&shop, Kept::Carts).await;
    shop.erp.get(&path).await.expect(404);
    let list = shop.erp.get("/api/v1/reservations/?kind=cart").await.ok();
    assert_eq!((&list["count"], list["results"].as_array().map(Vec::len)), (&json!(0), Some(0)));
    shop.erp.post("/api/v1/reservations/", body).await.expect(201);
    let order = shop.order("SHIRT", 1).await;
    shop.release(item(&order)).await;
    shop.server.verify().await;
}
