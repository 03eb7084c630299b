//! A channel at work: a catalog with the shop's list and a further one, an account of its own, rounds of batches.
//!
//! Promises: speaks below the channel's own path, as its program does. Must not know rules.

use serde_json::{Value, json};

use crate::client::{Answer, Client, unique};
use crate::shop::{Shop, id, int, merge};

/// No ids.
pub(crate) const NONE: [i64; 0] = [];

/// A shop with a channel.
pub(crate) struct Market {
    pub(crate) shop: Shop,
    pub(crate) channel: i64,
    pub(crate) catalog: i64,
    pub(crate) outlet: i64,
    pub(crate) prices: i64,
    /// The channel's own account.
    pub(crate) account: Client,
}

impl Market {
    pub(crate) async fn open() -> Self {
        Self::on(Shop::open().await).await
    }

    pub(crate) async fn on(shop: Shop) -> Self {
        let outlet = shop.list_with(json!({})).await;
        let list = json!({"name": format!("Prices {}", unique())});
        let prices = id(&shop.erp.post("/api/v1/price_list/", list).await.created());
        let catalog = json!({"name": format!("Catalog {}", unique()), "stock_list": shop.list, "price_list": prices,
            "extra_stock_lists": [outlet]});
        let catalog = id(&shop.erp.post("/api/v1/catalogs/", catalog).await.created());
        let channel = shop.channel("accept").await;
        let sells = json!({"catalog": catalog});
        shop.admin.patch(&format!("/api/v1/channels/{channel}/"), sells).await.ok();
        let account = shop.server.channel_client(channel).await;
        Self { shop, channel, catalog, outlet, prices, account }
    }

    fn path(&self, below: &str) -> String {
        format!("/api/v1/channel/{}/{below}", self.channel)
    }

    pub(crate) async fn get(&self, below: &str) -> Answer {
        self.account.get(&self.path(below)).await
    }

    pub(crate) async fn post(&self, below: &str, body: Value) -> Answer {
        self.account.post(&self.path(below), body).await
    }

    pub(crate) async fn patch(&self, below: &str, body: Value) -> Answer {
        self.account.patch(&self.path(below), body).await
    }

    pub(crate) async fn put(&self, below: &str, body: Value) -> Answer {
        self.account.put(&self.path(below), body).await
    }

    pub(crate) async fn delete(&self, below: &str) -> Answer {
        self.account.delete(&self.path(below)).await
    }

    /// The rows of a list or feed.
    pub(crate) async fn rows(&self, below: &str) -> Vec<Value> {
        let page = self.get(below).await.ok();
        let rows = page["results"].as_array().expect("rows").clone();
        assert!(page["next"].is_null() && page["count"] == json!(rows.len()), "{page}");
        rows
    }

    /// The ids of the rows of a list or feed.
    pub(crate) async fn ids(&self, below: &str) -> Vec<i64> {
        self.rows(below).await.iter().map(id).collect()
    }

    /// The channel knows an object, by its content type's name.
    pub(crate) async fn know(&self, model: &str, object: i64) -> Value {
        let body = json!({"channel_id": self.channel.to_string(), "content_type_model": model, "object_id": object,
            "remote_id": format!("R{object}")});
        self.post("integration_actions/", body).await.created()
    }

    /// A stock of the shop's list whose product the channel knows; its row in the feed of inserts.
    pub(crate) async fn stock(&self, sku: &str, figure: i64) -> Value {
        let stock = self.shop.stock(sku, figure).await;
        let row = self.shop.erp.get(&format!("/api/v1/product_stocks/{stock}/")).await.ok();
        self.know("product", int(&row["product"])).await;
        let rows = self.rows("product_stocks/inserts/?limit=100").await;
        rows.into_iter().find(|row| id(row) == stock).expect("it is offered")
    }

    /// A new batch.
    pub(crate) async fn batch(&self) -> i64 {
        id(&self.post("batch_requests/", json!({"channel": self.channel.to_string()})).await.created())
    }

    /// Asks for a state of a batch, with these objects of the feed of stocks.
    pub(crate) async fn step(&self, batch: i64, status: &str, objects: Value) -> Answer {
        let body = json!({"channel": self.channel.to_string(), "status": status, "content_type": "productstock",
            "objects": objects});
        self.patch(&format!("batch_requests/{batch}/"), body).await
    }

    /// A batch in commit with these rows.
    pub(crate) async fn committed(&self, rows: &[&Value]) -> i64 {
        let batch = self.batch().await;
        self.step(batch, "commit", objects(rows)).await.ok();
        batch
    }

    /// A whole round with these rows, each of which the channel takes.
    pub(crate) async fn send(&self, rows: &[&Value]) {
        let batch = self.committed(rows).await;
        self.step(batch, "done", objects(rows)).await.ok();
    }
}

/// Rows of a feed as a batch names them.
pub(crate) fn objects(rows: &[&Value]) -> Value {
    rows.iter().map(|row| object(row, json!({}))).collect()
}

/// A row of a feed as a batch names it, with these fields besides.
pub(crate) fn object(row: &Value, fields: Value) -> Value {
    let mut object = json!({"pk": row["pk"], "version_date": row["modified_date"], "remote_id": null,
        "failed_reason_type": null, "content_type": "productstock"});
    merge(&mut object, fields);
    object
}
