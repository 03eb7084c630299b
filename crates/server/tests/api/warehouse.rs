//! A shop with stock locations, and the steps that tests of fulfilment are made of.
//!
//! Promises: everything comes about through the API. Must not know rules: it says what was answered.

use serde_json::{Value, json};

use crate::client::{Answer, unique};
use crate::shop::{Shop, id, int, items, merge};

/// What the sweeps over all routes need of fulfilment.
pub(crate) struct Warehouse {
    /// A location, with a list of its own.
    pub(crate) location: i64,
    list: i64,
    /// Where a line goes that is not found at the location.
    other: i64,
}

/// Makes a location with a list of its own; both ids.
pub(crate) async fn location(shop: &Shop, fields: Value) -> (i64, i64) {
    let list = shop.list_with(json!({})).await;
    let mut body = json!({"name": "A place", "erp_code": format!("L{}", unique()), "stock_list": list});
    merge(&mut body, fields);
    (id(&shop.erp.post("/api/v1/oms/stocklocations/", body).await.created()), list)
}

/// Writes a level of a list.
pub(crate) async fn figure(shop: &Shop, sku: &str, list: i64, figure: i64) {
    shop.write(json!({"product_sku": sku, "stock_list": list, "stock": figure})).await;
}

/// `[stock, sold_quantity_unreported, reported_quantity, adjusted_stock]` of an SKU in a list.
pub(crate) async fn figures(shop: &Shop, sku: &str, list: i64) -> [i64; 4] {
    let page = shop.erp.get(&format!("/api/v1/product_stock/?product_sku={sku}&stock_list={list}")).await.ok();
    shop.figures(id(&page["results"][0])).await
}

/// An order of (SKU, list, units); its id and those of its lines.
pub(crate) async fn order(shop: &Shop, lines: &[(&str, i64, i64)]) -> Value {
    let line =
        |(sku, list, units): &(&str, i64, i64)| json!({"product_sku": sku, "stock_list": list, "quantity": units});
    let lines: Vec<Value> = lines.iter().map(line).collect();
    shop.try_order(json!({"order_items": lines})).await.created()
}

/// Sources an order, if no worker has yet; the result.
pub(crate) async fn plan(shop: &Shop, order: &Value, body: Value) -> Value {
    shop.erp.post(&format!("/api/v1/oms/orders/{}/plan/", id(order)), body).await.ok()
}

/// Plans an order anew, all of it at one location.
pub(crate) async fn gather(shop: &Shop, order: &Value, at: i64) -> Value {
    // Whether the worker or the test sourced it, now it is sourced.
    plan(shop, order, json!({})).await;
    for (package, ..) in packages(shop, order).await {
        go(shop, package, &["cancel"]).await;
    }
    plan(shop, order, json!({"stock_location": at})).await
}

/// Tries to give a package a command.
pub(crate) async fn run(shop: &Shop, package: i64, body: Value) -> Answer {
    shop.erp.post(&format!("/api/v1/oms/packages/{package}/command/"), body).await
}

/// Gives a package some commands by their words; the package after the last one.
pub(crate) async fn go(shop: &Shop, package: i64, slugs: &[&str]) -> Value {
    let mut last = Value::Null;
    for slug in slugs {
        last = run(shop, package, json!({"slug": slug})).await.ok();
    }
    last
}

/// The open packages of an order, as (id, location, state, SKUs).
pub(crate) async fn packages(shop: &Shop, order: &Value) -> Vec<(i64, i64, String, Vec<String>)> {
    let page = shop.erp.get(&format!("/api/v1/oms/packages/?order={}&limit=100", id(order))).await.ok();
    let rows = page["results"].as_array().expect("rows").iter();
    rows.map(|row| {
        let state = row["state"]["name"].as_str().expect("a name").to_owned();
        let lines = row["package_items"].as_array().expect("lines").iter();
        let lines = lines
            .filter(|line| !["Out of Stock", "Cancelled"].contains(&line["state"]["name"].as_str().expect("a name")));
        let skus = lines.map(|line| line["order_item"]["product_sku"].as_str().expect("a SKU").to_owned()).collect();
        (int(&row["id"]), int(&row["stock_location"]), state, skus)
    })
    .collect()
}

impl Warehouse {
    pub(crate) async fn open(shop: &Shop) -> Self {
        let (location, list) = location(shop, json!({"priority": 1, "discrepancy_ends": "any_level"})).await;
        figure(shop, "SAMPLE", list, 1_000_000).await;
        let (_, other) = self::location(shop, json!({"priority": 2})).await;
        Self { location, list, other }
    }

    /// A move of a registered line.
    async fn moved(&self, shop: &Shop) -> Value {
        for list in [self.list, self.other] {
            // A level that the ERP has not sent before ends what was not found.
            figure(shop, "MOVED", list, 1_000_000 + unique() as i64).await;
        }
        let order = order(shop, &[("MOVED", self.list, 1)]).await;
        let line = items(&order)[0];
        plan(shop, &order, json!({})).await;
        let package = packages(shop, &order).await[0].0;
        shop.release(line).await;
        go(shop, package, &["not-found"]).await;
        shop.erp.get(&format!("/api/v1/oms/moves/?order_item={line}")).await.ok()["results"][0].clone()
    }

    /// A body that makes a location, or a store, names a list that is no other one's.
    pub(crate) async fn unlisted(&self, shop: &Shop, path: &str, mut body: Value) -> Value {
        if matches!(path, "oms/stocklocations" | "retail_stores") {
            body["stock_list"] = json!(shop.list_with(json!({})).await);
        }
        if path == "data_sources" {
            let place = json!({"base_url": "https://stock.example.com", "remote_stock_list": 1, "is_active": false});
            body["stock_list"] = json!(shop.list_with(json!({})).await);
            merge(&mut body, place);
        }
        body
    }

    /// An object of a resource that has no table of records, by its path.
    pub(crate) async fn some(&self, shop: &Shop, resource: &str) -> i64 {
        if resource == "oms/stock-counts" {
            let body = json!({"location": self.location, "lines": [{"sku": "SAMPLE", "counted": 1_000_000}]});
            return id(&shop.erp.post("/api/v1/oms/stock-counts/", body).await.created());
        }
        if resource == "oms/moves" {
            return id(&self.moved(shop).await);
        }
        // Whatever was counted or not found before.
        figure(shop, "SAMPLE", self.list, 1_000_000).await;
        let order = order(shop, &[("SAMPLE", self.list, 1)]).await;
        if resource == "oms/transfer_orders" {
            let (elsewhere, _) = location(shop, json!({"is_fulfillment_center": false})).await;
            gather(shop, &order, elsewhere).await;
            let page = shop.erp.get(&format!("/api/v1/oms/transfer_orders/?order={}", id(&order))).await.ok();
            return id(&page["results"][0]);
        }
        let planned = plan(shop, &order, json!({})).await;
        let package = &planned["packages"][0];
        match resource {
            "oms/packages" => id(package),
            "oms/packages/package-items" => id(&package["package_items"][0]),
            "oms/inventory-discrepancies" => {
                run(shop, id(package), json!({"slug": "not-found"})).await.ok();
                let path = format!("/api/v1/oms/inventory-discrepancies/?stock_location={}", self.location);
                id(shop.erp.get(&path).await.ok()["results"].as_array().expect("rows").last().expect("one"))
            }
            other => panic!("teach warehouse.rs to make one of {other}"),
        }
    }
}
