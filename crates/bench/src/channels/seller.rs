//! A channel client: what the vendor's does in a round of stock, without a marketplace behind it.
//!
//! Promises: it is told of nothing it has not committed. Must not know what is measured.

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::note;
use crate::shop::Shop;
use crate::template::Template;

/// Objects of a batch while the channel is made to know everything.
const KNOWN_ROWS: usize = 1_000;
/// Rows of a feed page, as the vendor's client asks for.
const FEED_ROWS: usize = 100;

/// A channel that knows every stock of the shop.
pub(super) struct Seller {
    channel: u64,
}

#[derive(Deserialize)]
struct Made {
    pk: u64,
}

#[derive(Deserialize)]
struct FeedRow {
    pk: u64,
    product: u64,
    modified_date: String,
}

#[derive(Deserialize)]
struct FeedPage {
    next: Option<String>,
    results: Vec<FeedRow>,
}

#[derive(Deserialize)]
struct Lag {
    results: Vec<Behind>,
}

#[derive(Deserialize)]
struct Behind {
    content_type: String,
    changes_behind: u64,
}

impl Seller {
    /// Makes a catalog of the shop's list, so many channels on it, and lets the first know everything.
    pub(super) async fn open(shop: &Shop, channels: usize) -> anyhow::Result<Self> {
        let catalog = made(shop, "catalogs/", json!({"name": "benchmark", "stock_list": shop.list})).await?;
        let mut all = Vec::new();
        for number in 0..channels {
            all.push(made(shop, "channels/", json!({"name": format!("channel {number}"), "catalog": catalog})).await?);
        }
        let seller = Self { channel: *all.first().context("at least one channel")? };
        note(format!("a channel gets to know {} stocks", shop.stocks));
        seller.know(shop).await?;
        seller.settle(shop).await?;
        Ok(seller)
    }

    /// The channel that knows everything.
    pub(super) fn channel(&self) -> u64 {
        self.channel
    }

    /// One batch after the other says that products and stocks are known in the state they are in.
    async fn know(&self, shop: &Shop) -> anyhow::Result<()> {
        let mut next = Some(format!("/api/v1/product_stocks/?limit={KNOWN_ROWS}&cursor="));
        while let Some(path) = next {
            let page: FeedPage = serde_json::from_slice(&shop.ask(&Template::get(&path, &shop.headers), &[]).await?)?;
            for kind in ["product", "productstock"] {
                let entry = |row: &FeedRow| {
                    let pk = if kind == "product" { row.product } else { row.pk };
                    entry(pk, kind, &row.modified_date)
                };
                self.batch(shop, kind, &page.results.iter().map(entry).collect::<Vec<_>>()).await?;
            }
            next = page.next.map(|link| link[link.find("/api/").unwrap_or_default()..].to_owned());
        }
        Ok(())
    }

    /// Asks until everything that ever changed has been looked at for the channel, which takes a request so far at a
    /// time.
    async fn settle(&self, shop: &Shop) -> anyhow::Result<()> {
        let path = |below: &str| format!("/api/v1/channel/{}/{below}", self.channel);
        let (feed, lag) = (path("product_stocks/updates/?limit=1"), path("lag/"));
        loop {
            shop.ask(&Template::get(&feed, &shop.headers), &[]).await?;
            let lag: Lag = serde_json::from_slice(&shop.ask(&Template::get(&lag, &shop.headers), &[]).await?)?;
            let behind = |kind: &Behind| ["product", "productstock"].contains(&kind.content_type.as_str());
            if lag.results.iter().filter(|kind| behind(kind)).all(|kind| kind.changes_behind == 0) {
                return Ok(());
            }
        }
    }

    /// Changes the figures of some stocks, other ones in each round.
    pub(super) async fn change(&self, shop: &Shop, round: u64, count: u64) -> anyhow::Result<()> {
        let step = shop.stocks / count;
        let row = |index: u64| {
            let sku = format!("SKU-{:07}", index * step + round % step);
            json!({"product_sku": sku, "stock_list": shop.list, "stock": 1_900_000_000 + round})
        };
        let rows: Vec<Value> = (0..count).map(row).collect();
        post(shop, "product_stock/", &Value::Array(rows)).await?;
        Ok(())
    }

    /// Rounds until the feed is empty; gives how many stocks were told of.
    pub(super) async fn tell(&self, shop: &Shop) -> anyhow::Result<u64> {
        let path = format!("/api/v1/channel/{}/product_stocks/updates/?limit={FEED_ROWS}", self.channel);
        let feed = Template::get(&path, &shop.headers);
        let mut told = 0;
        loop {
            let page: FeedPage = serde_json::from_slice(&shop.ask(&feed, &[]).await?)?;
            if page.results.is_empty() {
                return Ok(told);
            }
            told += page.results.len() as u64;
            let entries = page.results.iter().map(|row| entry(row.pk, "productstock", &row.modified_date));
            self.batch(shop, "productstock", &entries.collect::<Vec<_>>()).await?;
        }
    }

    async fn batch(&self, shop: &Shop, kind: &str, objects: &[Value]) -> anyhow::Result<()> {
        let path = format!("channel/{}/batch_requests/", self.channel);
        let batch = made(shop, &path, json!({"channel": self.channel})).await?;
        for status in ["commit", "done"] {
            let body = json!({"status": status, "content_type": kind, "objects": objects});
            let patch = Template::patch(&format!("/api/v1/{path}{batch}/"), &shop.headers, &body.to_string());
            let answer: Value = serde_json::from_slice(&shop.ask(&patch, &[]).await?)?;
            ensure!(answer["status"] == status, "a batch is {} where it was to be {status}", answer["status"]);
        }
        Ok(())
    }
}

fn entry(pk: u64, kind: &str, version: &str) -> Value {
    json!({"pk": pk, "content_type": kind, "version_date": version, "remote_id": pk.to_string(), "failed_reason_type": null})
}

async fn made(shop: &Shop, path: &str, body: Value) -> anyhow::Result<u64> {
    let made: Made = serde_json::from_slice(&post(shop, path, &body).await?)?;
    Ok(made.pk)
}

async fn post(shop: &Shop, path: &str, body: &Value) -> anyhow::Result<Vec<u8>> {
    shop.ask(&Template::post(&format!("/api/v1/{path}"), &shop.headers, &body.to_string()), &[]).await
}
