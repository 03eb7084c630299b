//! A shop to test with: a server, people of every role, a stock list; and the few moves most tests are made of.
//!
//! Promises: every number comes about through the API. Must not know rules: it says what was answered, not what should
//! have been.

use onhand::auth::Role;
use onhand_testkit::json::rows;
pub(crate) use onhand_testkit::json::{id, int};
use serde_json::{Value, json};

use crate::client::{Answer, Client, TestServer, unique};

/// A server with one stock list.
pub(crate) struct Shop {
    pub(crate) server: TestServer,
    pub(crate) admin: Client,
    /// The ERP.
    pub(crate) erp: Client,
    pub(crate) list: i64,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::on(TestServer::start().await).await
    }

    pub(crate) async fn on(server: TestServer) -> Self {
        let (admin, erp) = (server.client(Role::Admin).await, server.client(Role::Integration).await);
        let list = id(&erp.post("/api/v1/stock_list/", json!({"name": "Retail", "code": "retail"})).await.created());
        Self { server, admin, erp, list }
    }

    /// A further list.
    pub(crate) async fn list_with(&self, fields: Value) -> i64 {
        let mut body = json!({"name": format!("List {}", unique())});
        merge(&mut body, fields);
        id(&self.erp.post("/api/v1/stock_list/", body).await.created())
    }

    /// A channel with this policy.
    pub(crate) async fn channel(&self, oversell: &str) -> i64 {
        let body = json!({"name": format!("Channel {}", unique()), "oversell": oversell});
        id(&self.admin.post("/api/v1/channels/", body).await.created())
    }

    /// Gives a channel a catalog of its own with the shop's list; the catalog's id.
    pub(crate) async fn sells(&self, channel: i64) -> i64 {
        let catalog = json!({"name": format!("Catalog {}", unique()), "stock_list": self.list});
        let catalog = id(&self.erp.post("/api/v1/catalogs/", catalog).await.created());
        self.admin.patch(&format!("/api/v1/channels/{channel}/"), json!({"catalog": catalog})).await.ok();
        catalog
    }

    /// Writes a level into the shop's list; the stock's id.
    pub(crate) async fn stock(&self, sku: &str, figure: i64) -> i64 {
        id(&self.write(json!({"product_sku": sku, "stock": figure})).await)
    }

    /// Writes a stock of the shop's list, unless the fields name another.
    pub(crate) async fn write(&self, fields: Value) -> Value {
        let answer = self.try_write(fields).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        answer.body
    }

    pub(crate) async fn try_write(&self, fields: Value) -> Answer {
        let mut body = json!({"stock_list": self.list});
        merge(&mut body, fields);
        self.erp.post("/api/v1/product_stock/", body).await
    }

    /// `[stock, sold_quantity_unreported, reported_quantity, adjusted_stock]` of a stock.
    pub(crate) async fn figures(&self, stock: i64) -> [i64; 4] {
        let row = self.erp.get(&format!("/api/v1/product_stock/{stock}/")).await.ok();
        ["stock", "sold_quantity_unreported", "reported_quantity", "adjusted_stock"].map(|name| int(&row[name]))
    }

    /// `[stock, sold_quantity_unreported, reported_quantity, adjusted_stock]` of a SKU of the shop's list.
    pub(crate) async fn of_sku(&self, sku: &str) -> Option<[i64; 4]> {
        let path = format!("/api/v1/product_stock/?product_sku={sku}&stock_list={}", self.list);
        let page = self.erp.get(&path).await.ok();
        let row = page["results"].as_array().expect("rows").first()?.clone();
        let names = ["stock", "sold_quantity_unreported", "reported_quantity", "adjusted_stock"];
        Some(names.map(|name| int(&row[name])))
    }

    /// An order without a channel for one line; the whole answer.
    pub(crate) async fn order(&self, sku: &str, quantity: i64) -> Value {
        self.try_order(json!({"order_items": [self.line(sku, quantity)]})).await.created()
    }

    /// Tries to place an order with these fields.
    pub(crate) async fn try_order(&self, fields: Value) -> Answer {
        self.erp.post("/api/v1/orders/", new_order(fields)).await
    }

    /// A line of the shop's list.
    pub(crate) fn line(&self, sku: &str, quantity: i64) -> Value {
        json!({"product_sku": sku, "stock_list": self.list, "quantity": quantity})
    }

    /// The ERP registers a line.
    pub(crate) async fn release(&self, item: i64) -> Value {
        self.try_release(item, json!({})).await.created()
    }

    /// Tries to release a line, with these fields besides a code.
    pub(crate) async fn try_release(&self, item: i64, fields: Value) -> Answer {
        let mut body = json!({"code": format!("ERP-{item}")});
        merge(&mut body, fields);
        self.erp.post(&format!("/api/i1/order_items/{item}/create_mapping/"), body).await
    }

    /// Cancels a whole order.
    pub(crate) async fn cancel(&self, order: &Value) -> Value {
        self.erp.post(&format!("/api/i1/orders/{}/cancel/", id(order)), json!({"is_all": true})).await.ok()
    }
}

/// An order with a number of its own, unless the fields have one.
pub(crate) fn new_order(fields: Value) -> Value {
    let mut body = json!({"number": format!("N{}", unique())});
    merge(&mut body, fields);
    body
}

/// Sets the fields of one object in another.
pub(crate) fn merge(body: &mut Value, fields: Value) {
    let (Value::Object(body), Value::Object(fields)) = (body, fields) else { panic!("both are objects") };
    body.extend(fields);
}

/// The ids of an order's lines, in their order.
pub(crate) fn items(order: &Value) -> Vec<i64> {
    rows(&order["order_items"]).iter().map(id).collect()
}

/// The only line of an order.
pub(crate) fn item(order: &Value) -> i64 {
    let all = items(order);
    assert_eq!(all.len(), 1, "{order}");
    all[0]
}

/// One field of every row of a page.
pub(crate) fn column(page: &Value, field: &str) -> Vec<Value> {
    rows(&page["results"]).iter().map(|row| row[field].clone()).collect()
}

/// A body with this many bytes of text in one field.
pub(crate) fn long(characters: usize) -> String {
    "x".repeat(characters)
}
