//! Events: a module for each resource, named like that of its handlers. What is delivered is tested with a real receiver, in
//! `tests/webhooks/`.

mod event_stream;
mod webhook_deliveries;
mod webhooks;

use onhand_testkit::json::id;
use serde_json::{Value, json};

use crate::client::{TestServer, unique};
use crate::shop::{Shop, merge};

const PATH: &str = "/api/v1/webhooks/";
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

async fn keyed() -> Shop {
    Shop::on(TestServer::with(|config| config.secret_key = Some(KEY.parse().expect("a key"))).await).await
}

fn webhook(fields: Value) -> Value {
    let mut body = json!({"name": format!("Webhook {}", unique()), "url": "https://example.com/hook"});
    merge(&mut body, fields);
    body
}

fn path(webhook: &Value) -> String {
    format!("{PATH}{}/", id(webhook))
}
