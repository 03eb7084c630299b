//! Who reserves stock: carts and order lines of all stocks in one list.

use serde_json::{Value, json};

use crate::client::Client;
use crate::shop::{Shop, column, id, item};

async fn cart(client: &Client, shop: &Shop, reference: &str, sku: &str) -> Value {
    let body = json!({"reference": reference, "expires_in": 3_600, "lines": [shop.line(sku, 2)]});
    client.post("/api/v1/reservations/", body).await.created()
}

/// Every row that a query finds, page by page.
async fn all(client: &Client, query: &str) -> Vec<Value> {
    let (mut rows, mut next) = (Vec::new(), Some(format!("/api/v1/reservations/?{query}")));
    while let Some(path) = next {
        let page = client.get(&path).await.ok();
        assert_eq!(page["count"], Value::Null);
        rows.extend(page["results"].as_array().expect("rows").clone());
        next = page["next"].as_str().and_then(|link| Some(format!("/api/v1/{}", link.split_once("/api/v1/")?.1)));
    }
    rows
}

/// What stands behind each row: the reference of a cart, or the number of an order.
fn names(rows: &[Value]) -> Vec<&str> {
    let name = |row: &Value| if row["reference"].is_string() { "reference" } else { "order_number" };
    rows.iter().map(|row| row[name(row)].as_str().expect("a name")).collect()
}

#[tokio::test]
async fn carts_and_lines_are_listed_with_their_states() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 50).await;
    shop.stock("HAT", 50).await;
    cart(&shop.erp, &shop, "C-1", "SHIRT").await;
    let released = cart(&shop.erp, &shop, "C-2", "HAT").await;
    shop.erp.post(&format!("/api/v1/reservations/{}/release/", id(&released)), json!({})).await.ok();
    let [open, reported, settled, cancelled] = [
        shop.order("SHIRT", 1).await,
        shop.order("SHIRT", 2).await,
        shop.order("HAT", 3).await,
        shop.order("HAT", 4).await,
    ];
    shop.release(item(&reported)).await;
    shop.release(item(&settled)).await;
    shop.server.advance(10);
    shop.stock("HAT", 47).await;
    shop.cancel(&cancelled).await;
    let number = |order: &Value| order["number"].as_str().expect("a number").to_owned();
    let [open_number, reported_number] = [number(&open), number(&reported)];
    let everything = all(&shop.erp, "").await;
    assert_eq!(names(&everything), ["C-1", "C-2", &open_number, &reported_number]);
    for limit in 1..4 {
        assert_eq!(all(&shop.erp, &format!("limit={limit}")).await, everything, "{limit} at a time");
    }
    assert_eq!(names(&all(&shop.erp, "kind=order_line").await), [&open_number, &reported_number]);
    assert_eq!(names(&all(&shop.erp, "product_sku=SHIRT&limit=1").await), ["C-1", &open_number, &reported_number]);
    assert_eq!(names(&all(&shop.erp, "product_sku=SHIRT&state=open").await), ["C-1", &open_number]);
    assert_eq!(names(&all(&shop.erp, "state=reported").await), [&reported_number]);
    assert_eq!(names(&all(&shop.erp, "state=open&state=released").await), ["C-1", "C-2", &open_number]);
    for none in ["product_sku=SOCK", "state=short", "state=expired", "product_sku=HAT&state=open", "channel=1"] {
        assert_eq!(all(&shop.erp, none).await, Vec::<Value>::new(), "{none}");
    }
    for (order, state) in [(&open, "open"), (&reported, "reported"), (&settled, "settled"), (&cancelled, "cancelled")] {
        let rows = all(&shop.erp, &format!("order={}", id(order))).await;
        assert_eq!(column(&json!({"results": rows}), "state"), [json!(state)]);
        assert_eq!(all(&shop.erp, &format!("order={}&state={state}", id(order))).await, rows);
    }
    let row = everything.last().expect("rows");
    let line = json!({"line": 1, "product": row["lines"][0]["product"], "product_sku": "SHIRT",
        "stock_list": shop.list, "product_stock": shirt, "quantity": 2, "sourcing": null});
    let expected = json!({
        "kind": "order_line", "pk": null, "id": null, "reference": null, "channel": null, "state": "reported",
        "expires_at": null, "order": id(&reported), "order_number": reported_number, "order_item": item(&reported),
        "code": format!("ERP-{}", item(&reported)), "registered_at": row["registered_at"], "is_oversold": false,
        "created_date": row["created_date"], "modified_date": null, "lines": [line],
    });
    assert_eq!(*row, expected);
}

#[tokio::test]
async fn an_age_is_that_of_the_cart_or_of_the_line_in_its_state() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 50).await;
    cart(&shop.erp, &shop, "C-1", "SHIRT").await;
    let (old, late) = (shop.order("SHIRT", 1).await, shop.order("SHIRT", 1).await);
    shop.server.advance(100);
    shop.release(item(&late)).await;
    cart(&shop.erp, &shop, "C-2", "SHIRT").await;
    shop.order("SHIRT", 1).await;
    assert_eq!(names(&all(&shop.erp, "age__gt=50").await), ["C-1", old["number"].as_str().expect("a number")]);
    shop.server.advance(51);
    assert_eq!(all(&shop.erp, "age__gt=50&state=reported").await.len(), 1);
    assert_eq!(all(&shop.erp, "age__gt=50").await.len(), 5);
    assert_eq!(
        column(&shop.erp.get("/api/v1/reservations/?kind=cart&age__gt=120").await.ok(), "reference"),
        [json!("C-1")]
    );
}

#[tokio::test]
async fn a_channel_sees_its_own() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 50).await;
    let (channel, other) = (shop.channel("refuse").await, shop.channel("refuse").await);
    shop.sells(channel).await;
    let (seller, stranger) = (shop.server.channel_client(channel).await, shop.server.channel_client(other).await);
    cart(&shop.erp, &shop, "C-0", "SHIRT").await;
    shop.order("SHIRT", 1).await;
    for reference in ["C-1", "C-2"] {
        let made = cart(&seller, &shop, reference, "SHIRT").await;
        if reference == "C-2" {
            let confirm = format!("/api/v1/reservations/{}/confirm/", id(&made));
            seller.post(&confirm, json!({"number": "M-1"})).await.created();
        }
    }
    assert_eq!(names(&all(&seller, "").await), ["C-1", "C-2", "M-1"]);
    assert_eq!(all(&stranger, "").await, Vec::<Value>::new());
    assert_eq!(names(&all(&shop.erp, &format!("channel={channel}")).await), ["C-1", "C-2", "M-1"]);
    let below = seller.get(&format!("/api/v1/channel/{channel}/reservations/?state=open")).await.ok();
    assert_eq!(below["results"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn what_cannot_be_asked_is_named() {
    let shop = Shop::open().await;
    for (query, field) in [
        ("kind=basket", "kind"),
        ("age__gt=-1", "age__gt"),
        ("age__gt=0", "age__gt"),
        ("age__gt=x", "age__gt"),
        ("state=settled", "state"),
        ("state=cancelled&product_sku=A", "state"),
        ("state=gone", "state"),
        ("kind=cart&state=reported", "state"),
        ("kind=order_line&page=2", "page"),
        ("kind=order_line&reference=C", "reference"),
        ("product_sku=A&product_sku=B", "product_sku"),
        ("order=x", "order"),
        ("cursor=00", "cursor"),
        ("cursor=373a737878", "cursor"),
        ("color=red", "color"),
    ] {
        shop.erp.get(&format!("/api/v1/reservations/?{query}")).await.faults(&[field]);
    }
}
