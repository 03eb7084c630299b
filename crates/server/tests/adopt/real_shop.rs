//! A shop on a real Onhand, in which much has happened to stock.
//!
//! Promises: every way in which units are kept off sale is in it. Must not know who adopts it.

use onhand_testkit::blocking::Client;
use onhand_testkit::json::{id, rows};
use onhand_testkit::program::{Server, file};
use onhand_testkit::shop;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::ONHAND;

/// Stocks of the large list: several pages.
pub(crate) const LARGE: usize = 2_500;

/// A server with its shop.
pub(crate) struct RealShop {
    pub(crate) server: Server,
    pub(crate) client: Client,
    _folder: TempDir,
}

impl RealShop {
    pub(crate) fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = ONHAND.start(&file(folder.path()), &["--demo", "--demo-still"]);
        let client = Client::sign_in(server.address);
        let shop = Self { server, client, _folder: folder };
        shop.fill();
        shop
    }

    fn fill(&self) {
        let client = &self.client;
        let list = id(&client.send(&shop::new_list("Large")).created());
        let row = |number: usize| {
            json!({"product_sku": format!("L-{number}"), "stock_list": list,
            "stock": 10 + number % 50, "sold_quantity_unreported": number % 3, "unit_type": "qty"})
        };
        for begin in (0..LARGE).step_by(500) {
            let rows: Vec<Value> = (begin..begin + 500).map(row).collect();
            client.send(&shop::write(json!(rows))).created();
        }
        let kilograms = json!({"product_sku": "PEYNİR, kg", "stock_list": list, "stock": 12, "unit_type": "kg"});
        client.send(&shop::write(kilograms)).created();
        for number in 0..60_usize {
            let sku = |offset: usize| format!("L-{}", 20 + number * 3 + offset);
            let lines = [shop::line(list, &sku(0), 2), shop::line(list, &sku(1), 1)];
            let order = client.send(&shop::place(&format!("R-{number}"), &lines)).created();
            self.live_on(number, list, &order);
        }
    }

    /// What becomes of an order.
    fn live_on(&self, number: usize, list: i64, order: &Value) {
        let client = &self.client;
        let line = id(&rows(&order["order_items"])[0]);
        let code = json!({"code": format!("R-ERP-{number}")});
        match number % 6 {
            // Registered, and in no level yet.
            0 => _ = client.made(&format!("/api/i1/order_items/{line}/create_mapping/"), &code),
            // Registered, and in the level.
            1 => {
                client.made(&format!("/api/i1/order_items/{line}/create_mapping/"), &code);
                let sku = order["order_items"][0]["product_sku"].as_str().expect("a SKU");
                assert_eq!(client.send(&shop::write(shop::stock(list, sku, 7))).status, 200);
            }
            // One line is cancelled.
            2 => {
                let cancel = json!({"cancel_items": [line]});
                client.post(&format!("/api/v1/orders/{}/cancel/", id(order)), &cancel).ok();
            }
            // Sold elsewhere besides.
            3 => {
                let sku = order["order_items"][0]["product_sku"].as_str().expect("a SKU");
                let row = json!({"product_sku": sku, "stock_list": list, "sold_quantity_unreported": 4});
                assert_eq!(client.send(&shop::write(row)).status, 200);
            }
            _ => {}
        }
    }
}
