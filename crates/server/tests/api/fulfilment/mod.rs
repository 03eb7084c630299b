//! Fulfilment: a module for each resource, and two on how orders are worked on.
//!
//! Promises: [`Two`] and the functions below it are what several of them begin with.

mod cargo_company_conditions;
mod discrepancies;
mod lifecycle;
mod packages;
mod picking;
mod short_items;
mod stock_availability;
mod stock_counts;
mod stock_locations;
mod stock_moves;
mod transfers;
mod unplanned_items;

use onhand_testkit::wait;
use serde_json::{Value, json};

use crate::shop::{Shop, id, int};
use crate::warehouse::{figure, location, order, packages, plan, run};

/// A shop with two locations, of which the first comes first.
struct Two {
    shop: Shop,
    first: (i64, i64),
    second: (i64, i64),
}

impl Two {
    async fn open() -> Self {
        Self::of(Shop::open().await).await
    }

    async fn of(shop: Shop) -> Self {
        let first = location(&shop, json!({"erp_code": "WH001", "priority": 1, "tags": ["big", "cold"]})).await;
        let second = location(&shop, json!({"erp_code": "STORE01", "priority": 2})).await;
        Self { shop, first, second }
    }

    /// An order of one unit of X, not found at the first location; its discrepancy.
    async fn not_found(&self) -> Value {
        figure(&self.shop, "X", self.first.1, 5).await;
        self.lose("X").await
    }

    /// An order of one unit of a SKU, not found at the first location; its discrepancy.
    async fn lose(&self, sku: &str) -> Value {
        let order = order(&self.shop, &[(sku, self.first.1, 1)]).await;
        let planned = plan(&self.shop, &order, json!({})).await;
        let package = run(&self.shop, id(&planned["packages"][0]), json!({"slug": "not-found"})).await.ok();
        package["package_items"][0]["discrepancies"][0].clone()
    }

    async fn remove(&self, body: Value) -> crate::client::Answer {
        self.shop.erp.post("/api/v1/oms/inventory-discrepancies/remove/", body).await
    }
}

/// Waits until the planner has put an order into packages.
async fn planned(shop: &Shop, order: &Value) -> Vec<(i64, i64, String, Vec<String>)> {
    wait::until_async(async || match packages(shop, order).await {
        found if found.is_empty() => Err(order),
        found => Ok(found),
    })
    .await
}

async fn status(shop: &Shop, order: &Value) -> String {
    let order = shop.erp.get(&format!("/api/v1/orders/{}/", id(order))).await.ok();
    order["status"].as_str().expect("a status").to_owned()
}

/// Waits until every line is in a package.
async fn all_planned(shop: &Shop) {
    wait::until_async(async || match unplanned(shop).await {
        found if found.is_empty() => Ok(()),
        found => Err(found),
    })
    .await;
}

/// The lines that are in no package, as (order, reason).
async fn unplanned(shop: &Shop) -> Vec<(i64, String)> {
    let page = shop.erp.get("/api/v1/oms/unplanned-items/").await.ok();
    let rows = page["results"].as_array().expect("rows").iter();
    rows.map(|row| (int(&row["order"]), row["reason"].as_str().expect("a word").to_owned())).collect()
}
