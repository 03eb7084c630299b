//! Stock as of an instant: of one stock, and of a list as a file.

use serde_json::{Value, json};

use crate::files::rows;
use crate::shop::{Shop, id, int, item};

fn numbers(shown: &Value) -> [i64; 4] {
    ["stock", "sold_quantity_unreported", "reported_quantity", "adjusted_stock"].map(|name| int(&shown[name]))
}

#[tokio::test]
async fn the_numbers_of_any_instant_are_those_of_then() {
    let shop = Shop::open().await;
    let before = shop.server.time(-10);
    let shirt = shop.stock("SHIRT", 10).await;
    let mut then = vec![(shop.server.time(0), shop.figures(shirt).await)];
    let mut orders = Vec::new();
    for round in 0..12 {
        shop.server.advance(60);
        match round % 4 {
            0 => orders.push(shop.order("SHIRT", 2).await),
            1 => _ = shop.release(item(orders.last().expect("an order"))).await,
            2 => {
                let path = format!("/api/v1/product_stocks/{shirt}/adjust/");
                shop.erp.post(&path, json!({"difference": 3})).await.ok();
            }
            _ => _ = shop.stock("SHIRT", 10 + round).await,
        }
        then.push((shop.server.time(0), shop.figures(shirt).await));
        // In between, nothing has changed.
        then.push((shop.server.time(30), shop.figures(shirt).await));
    }
    shop.server.advance(60);
    let at = async |time: &str| shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/at/?time={time}")).await.ok();
    for (time, figures) in &then {
        let shown = at(time).await;
        assert_eq!((numbers(&shown), &shown["time"]), (*figures, &json!(time)), "{time}");
    }
    let none = at(&before).await;
    assert_eq!((numbers(&none), &none["movement"], &none["movement_date"]), ([0; 4], &Value::Null, &Value::Null));
    let history = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/?limit=1")).await.ok();
    assert_eq!(at(&shop.server.time(0)).await["movement"], history["results"][0]["pk"]);
}

#[tokio::test]
async fn an_instant_has_an_offset_or_a_zone_and_has_come() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    shop.server.advance(86_400);
    let path = format!("/api/v1/product_stocks/{shirt}/at/");
    for (query, field) in [
        ("", "time"),
        ("?time=yesterday", "time"),
        ("?time=2026-03-01T12:00", "time"),
        ("?time=2126-03-01T12:00Z", "time"),
        ("?time=2026-03-01T12:00&tz=Istanbul", "tz"),
        ("?time=2025-10-26T02:30&tz=Europe/Berlin", "time"),
        ("?time=2025-03-30T02:30&tz=Europe/Berlin", "time"),
        ("?time=2026-03-01T12:00Z&at=1", "at"),
    ] {
        shop.erp.get(&format!("{path}{query}")).await.faults(&[field]);
    }
    let shown = shop.erp.get(&format!("{path}?time=2026-03-01T12:00&tz=Europe/Istanbul")).await.ok();
    assert_eq!((&shown["time"], &shown["stock"]), (&json!("2026-03-01T09:00:00.000000Z"), &json!(10)));
    let shown = shop.erp.get(&format!("{path}?time=2026-03-01T12:00%2B04:00")).await.ok();
    assert_eq!((&shown["time"], &shown["stock"]), (&json!("2026-03-01T08:00:00.000000Z"), &json!(10)));
    let zoned = shop.list_with(json!({"time_zone": "Europe/Istanbul"})).await;
    let hat = id(&shop.write(json!({"product_sku": "HAT", "stock": 1, "stock_list": zoned})).await);
    let shown = shop.erp.get(&format!("/api/v1/product_stocks/{hat}/at/?time=2026-03-01T12:00")).await.ok();
    assert_eq!((&shown["time"], &shown["stock"]), (&json!("2026-03-01T09:00:00.000000Z"), &json!(0)));
    shop.erp.get("/api/v1/product_stocks/1/at/?time=2026-03-01T12:00Z").await.expect(404);
}

#[tokio::test]
async fn an_export_may_be_of_an_instant() {
    let shop = Shop::open().await;
    let other = shop.list_with(json!({})).await;
    for number in 0..5 {
        shop.stock(&format!("S{number}"), number).await;
    }
    shop.write(json!({"product_sku": "O", "stock": 3, "stock_list": other})).await;
    shop.order("S4", 1).await;
    let then = shop.server.time(1);
    shop.server.advance(60);
    shop.stock("S1", 100).await;
    shop.order("S4", 2).await;
    shop.stock("LATER", 1).await;
    shop.server.advance(60);
    let path = format!("/api/v1/product_stocks/export/?stock_list={}&as_of={then}", shop.list);
    let file = rows(&shop.erp.get(&path).await);
    let header = ["product_sku", "product_name", "stock_list", "as_of", "stock_as_of", "held_quantity_as_of"];
    assert_eq!((&file[0][..6], file.len()), (header.map(str::to_owned).as_slice(), 6));
    assert_eq!(file[2], ["S1", "S1", "Retail", then.as_str(), "1", "0", "0", "1"]);
    assert_eq!(file[5], ["S4", "S4", "Retail", then.as_str(), "4", "1", "0", "3"]);
    let json = shop.erp.get(&format!("{path}&format=json")).await.ok();
    let skus: Vec<&Value> = json.as_array().expect("rows").iter().map(|row| &row["product_sku"]).collect();
    assert_eq!(skus, ["S0", "S1", "S2", "S3", "S4"]);
    assert_eq!((&json[1]["stock"], &json[4]["sold_quantity_unreported"]), (&json!(1), &json!(1)));
    let all = rows(&shop.erp.get(&format!("/api/v1/product_stock/export/?as_of={then}")).await);
    assert_eq!(all.len(), 7);
    for (query, field) in [("as_of=2026-03-01T12:00", "as_of"), ("as_of=2126-01-01T00:00Z", "as_of"), ("tz=Mars", "tz")]
    {
        shop.erp.get(&format!("/api/v1/product_stocks/export/?{query}")).await.faults(&[field]);
    }
    shop.server.advance(7_200);
    let local = format!("/api/v1/product_stocks/export/?as_of=2026-03-01T12:00&tz=Europe/Istanbul&stock_list={other}");
    assert_eq!(rows(&shop.erp.get(&local).await).len(), 2);
}
