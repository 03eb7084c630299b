//! Transfers of stock between lists: one step, two movements, nothing that is reserved.

use serde_json::{Value, json};

use crate::shop::{Shop, column, id, int};

async fn history(shop: &Shop, stock: i64) -> Vec<Value> {
    let page = shop.erp.get(&format!("/api/v1/product_stocks/{stock}/movements/")).await.ok();
    page["results"].as_array().expect("rows").clone()
}

fn transfer(from: i64, to: i64, lines: &[(&str, i64)]) -> Value {
    let lines: Vec<Value> = lines.iter().map(|(sku, units)| json!({"product_sku": sku, "quantity": units})).collect();
    json!({"from": from, "to": to, "lines": lines})
}

#[tokio::test]
async fn units_go_from_one_list_to_another_in_one_step() {
    let shop = Shop::open().await;
    let store = shop.list_with(json!({})).await;
    let shirt = int(&shop.write(json!({"product_sku": "SHIRT", "stock": 10, "unit_type": "kg"})).await["pk"]);
    let hat = shop.stock("HAT", 5).await;
    let hat_there = id(&shop.write(json!({"product_sku": "HAT", "stock": 1, "stock_list": store})).await);
    let mut body = transfer(shop.list, store, &[("SHIRT", 4), ("HAT", 2), ("SHIRT", 1)]);
    body["reason"] = json!("other");
    body["note"] = json!("for the week-end");
    let made = shop.erp.post("/api/v1/stock_transfers/", body).await.created();
    let lines = made["lines"].as_array().expect("lines");
    assert_eq!(
        (lines.len(), &lines[0]["from_product_stock"], &lines[1]["to_product_stock"]),
        (3, &json!(shirt), &json!(hat_there))
    );
    assert_eq!((&made["from"], &made["to"], &made["reference"]), (&json!(shop.list), &json!(store), &Value::Null));
    let shirt_there = int(&lines[0]["to_product_stock"]);
    assert_eq!((shop.figures(shirt).await, shop.figures(shirt_there).await), ([5, 0, 0, 5], [5, 0, 0, 5]));
    assert_eq!((shop.figures(hat).await, shop.figures(hat_there).await), ([3, 0, 0, 3], [3, 0, 0, 3]));
    let shown = shop.erp.get(&format!("/api/v1/product_stocks/{shirt_there}/")).await.ok();
    assert_eq!(shown["unit_type"], json!("kg"), "a stock that is made counts in the same unit");
    for (stock, changes) in [(shirt, vec![-1, -4]), (shirt_there, vec![1, 4])] {
        let rows = history(&shop, stock).await;
        let told: Vec<&Value> = rows.iter().filter(|row| row["stock_transfer"] == made["pk"]).collect();
        assert_eq!(told.iter().map(|row| int(&row["stock_change"])).collect::<Vec<_>>(), changes);
        assert!(
            told.iter().all(|row| row["reason"] == json!("stock_transfer") && row["note"] == json!("for the week-end"))
        );
        assert!(lines.iter().any(|line| [&line["from_movement"], &line["to_movement"]].contains(&&told[0]["pk"])));
    }
    assert_eq!(shop.erp.get(&format!("/api/v1/stock_transfers/{}/", made["pk"])).await.ok(), made);
    for (query, count) in
        [("", 1), (&format!("from={}", shop.list), 1), (&format!("from={store}"), 0), (&format!("to={store}"), 1)]
    {
        let page = shop.erp.get(&format!("/api/v1/stock_transfers/?{query}")).await.ok();
        assert_eq!(page["count"], json!(count), "{query}");
    }
    shop.server.verify().await;
}

#[tokio::test]
async fn what_is_reserved_stays_and_a_transfer_is_whole_or_nothing() {
    let shop = Shop::open().await;
    let store = shop.list_with(json!({})).await;
    let (shirt, hat) = (shop.stock("SHIRT", 10).await, shop.stock("HAT", 5).await);
    shop.order("SHIRT", 4).await;
    let before = shop.server.dump().await;
    let path = "/api/v1/stock_transfers/";
    let asked = transfer(shop.list, store, &[("HAT", 5), ("SHIRT", 5), ("SHIRT", 2), ("NEW", 1)]);
    let short = shop.erp.post(path, asked).await.expect(406);
    assert_eq!(short["error_code"], json!("insufficient_stock"));
    let named = json!([
        {"product_sku": "NEW", "stock_list": shop.list, "asked": 1, "available": 0},
        {"product_sku": "SHIRT", "stock_list": shop.list, "asked": 7, "available": 6},
    ]);
    assert_eq!(short["items"], named);
    for (body, field) in [
        (transfer(shop.list, shop.list, &[("HAT", 1)]), "to"),
        (transfer(999, store, &[("HAT", 1)]), "from"),
        (transfer(shop.list, 999, &[("HAT", 1)]), "to"),
        (transfer(shop.list, store, &[]), "lines"),
        (transfer(shop.list, store, &[("HAT", 0)]), "lines"),
        (
            json!({"from": shop.list, "to": store, "lines": [{"product_sku": "HAT", "quantity": 1}], "reason": "x"}),
            "reason",
        ),
    ] {
        shop.erp.post(path, body).await.faults(&[field]);
    }
    assert_eq!(shop.server.dump().await, before);
    shop.write(json!({"product_sku": "HAT", "stock": 2_147_483_646, "stock_list": store})).await;
    shop.erp.post(path, transfer(shop.list, store, &[("HAT", 2)])).await.faults(&["lines"]);
    shop.erp.post(path, transfer(shop.list, store, &[("SHIRT", 6)])).await.created();
    assert_eq!((shop.figures(shirt).await, shop.figures(hat).await), ([4, 4, 0, 0], [5, 0, 0, 5]));
    shop.server.verify().await;
}

#[tokio::test]
async fn a_reference_is_one_transfer() {
    let shop = Shop::open().await;
    let store = shop.list_with(json!({})).await;
    let shirt = shop.stock("SHIRT", 10).await;
    let path = "/api/v1/stock_transfers/";
    let body = |units: i64| {
        let mut body = transfer(shop.list, store, &[("SHIRT", units)]);
        body["reference"] = json!("T-1");
        body
    };
    let made = shop.erp.post(path, body(4)).await.created();
    assert_eq!(shop.erp.post(path, body(4)).await.ok(), made, "sent again, it is the same");
    let taken = shop.erp.post(path, body(5)).await.expect(406);
    assert_eq!((&taken["error_code"], &taken["stock_transfer"]), (&json!("reference_taken"), &made["pk"]));
    assert_eq!(shop.figures(shirt).await, [6, 0, 0, 6]);
    let found = shop.erp.get(&format!("{path}?reference=T-1")).await.ok();
    assert_eq!(column(&found, "pk"), [made["pk"].clone()]);
    shop.server.verify().await;
}
