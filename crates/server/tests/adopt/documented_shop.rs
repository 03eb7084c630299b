//! The shop of the documented server: two lists, a catalog, a channel and two open orders.
//!
//! Promises: its rows have the documented fields only. Must not know how they are served.

use serde_json::{Value, json};

use crate::documented_server::Content;

fn stock(id: i64, sku: &str, list: i64, stock: i64, reserved: i64) -> Value {
    json!({"id": id, "product_sku": sku, "stock": stock, "stock_list": list, "unit_type": "qty",
        "sold_quantity_unreported": reserved, "extra_field": {}})
}

fn order(pk: i64, number: &str, status: &str, channel: Option<i64>) -> Value {
    json!({"pk": pk, "number": number, "status": status, "channel": channel, "is_send": false, "currency": "try",
        "amount": "120.00", "date_placed": "2026-01-22T12:12:24.317000Z", "extra_field": {"id": number},
        "customer": {"pk": 4, "email": "a@example.com"}, "shipping_address": 9,
        "created_date": "2026-01-22T12:12:24.317000Z", "modified_date": "2026-01-22T12:12:24.317000Z"})
}

fn line(pk: i64, order: i64, product: i64, list: Option<i64>, attributes: &Value) -> Value {
    json!({"pk": pk, "order": order, "product": product, "stock_list": list, "status": "400", "price": "60.00",
        "price_currency": "try", "attributes": attributes, "extra_field": {"id": format!("L-{pk}")}})
}

fn product(pk: i64, sku: &str) -> Value {
    let attributes = json!({"barcode": format!("869{pk}")});
    json!({"pk": pk, "sku": sku, "name": format!("Name of {sku}"), "is_active": true, "attributes": attributes})
}

/// A shop.
pub(crate) fn shop() -> Content {
    let lists = directory().into_iter().chain(catalog()).chain(sales()).collect();
    Content { lists, registered: vec![(404, "ERP-404")], ..Content::default() }
}

fn directory() -> Vec<(&'static str, Vec<Value>)> {
    let lists = [
        json!({"pk": 71, "name": "Warehouse", "code": "WH-01", "is_auto_sync": true}),
        json!({"pk": 72, "name": "Store", "code": null, "is_auto_sync": false}),
    ];
    let catalog = json!({"pk": 91, "name": "Web", "stock_list": 71, "price_list": 81, "extra_stock_lists": [72],
        "extra_price_lists": []});
    let conf = json!({"WAREHOUSE_CODES": {"71": "A"}, "quantity_attribute": "adet"});
    let channel = json!({"pk": 5, "name": "Market", "catalog": 91, "channel_type": "n11", "conf": conf,
        "is_active": true, "category_tree": null, "schema": {}});
    vec![
        ("/api/v1/stock_list/", lists.to_vec()),
        ("/api/v1/price_list/", vec![json!({"pk": 81, "name": "Web", "code": "P-1", "is_auto_sync": false})]),
        ("/api/v1/catalogs/", vec![catalog]),
        ("/api/v1/channels/", vec![channel]),
    ]
}

fn catalog() -> Vec<(&'static str, Vec<Value>)> {
    let prices = [
        json!({"pk": 1, "product": 501, "price_list": 81, "price": "60.00", "currency_type": "try",
            "tax_rate": "20.00", "retail_price": null}),
        json!({"pk": 2, "product": 502, "price_list": 81, "price": 59.9, "currency_type": "try"}),
    ];
    let items = [501, 502].map(|product| json!({"pk": product - 500, "product": product, "catalog": 91}));
    vec![
        ("/api/i1/products/", vec![product(501, "A"), product(502, "B"), product(503, "C,Ğ"), product(504, "D")]),
        ("/api/i1/product_prices/", prices.to_vec()),
        ("/api/v1/catalog_items/", items.to_vec()),
    ]
}

fn sales() -> Vec<(&'static str, Vec<Value>)> {
    let orders = [
        order(301, "10001", "400", Some(5)),
        order(302, "10002", "450", None),
        order(303, "10003", "550", Some(5)),
        order(304, "10004", "100", Some(5)),
    ];
    let lines = [
        line(401, 301, 501, Some(71), &json!({"adet": "3"})),
        line(402, 301, 502, None, &json!({})),
        line(403, 302, 501, Some(72), &json!({"quantity": 2})),
        line(404, 302, 503, Some(71), &json!({})),
        line(405, 303, 501, Some(71), &json!({})),
    ];
    let stocks = [
        // Three of a line, and one that no open order explains.
        stock(1, "A", 71, 10, 4),
        stock(2, "B", 71, 5, 1),
        stock(3, "C,Ğ", 71, 7, 0),
        stock(4, "A", 72, 1, 2),
        stock(5, "D", 72, 0, 0),
    ];
    vec![
        ("/api/i1/orders/", orders.to_vec()),
        ("/api/i1/order_items/", lines.to_vec()),
        ("/api/i1/product_stock/", stocks.to_vec()),
    ]
}
