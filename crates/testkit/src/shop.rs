//! What a shop is made of by HTTP: requests for a list, for stock and for an order.
//!
//! Promises: each is the plain form that clients send; a suite that tests other fields adds them. Must not send
//! anything.

use serde::Serialize;
use serde_json::{Value, json};

use crate::http::Request;

/// A new stock list.
pub fn new_list(name: &str) -> Request {
    Request::post("stock_list/", json!({"name": name, "is_auto_sync": false}))
}

/// The row of a stock.
pub fn stock(list: impl Serialize, sku: &str, level: i64) -> Value {
    json!({"product_sku": sku, "stock_list": list, "stock": level})
}

/// Writes stock: one row, or an array of them.
pub fn write(rows: Value) -> Request {
    Request::post("product_stock/", rows)
}

/// A line of an order.
pub fn line(list: impl Serialize, sku: &str, quantity: i64) -> Value {
    json!({"product_sku": sku, "stock_list": list, "quantity": quantity})
}

/// Places an order.
pub fn place(number: &str, lines: &[Value]) -> Request {
    Request::post("orders/", json!({"number": number, "order_items": lines}))
}
