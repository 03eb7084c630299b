//! What another server sells, and the data sources that take it from there.
//!
//! Promises: a source that is handed over works: it has compared everything. Must not know what is measured.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::shop::{Shop, Talk};

/// How often it is asked whether something has happened.
const LOOK: Duration = Duration::from_millis(50);
/// What takes longer does not happen.
const LOOK_MAX: Duration = Duration::from_mins(5);

/// How levels come in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Follow {
    /// By the change feed of a channel, which is waited on.
    Feed,
    /// By the pages of a stock list.
    Pages,
}

/// A data source, and the list that it feeds.
pub(super) struct Source {
    id: u64,
    pub(super) list: u64,
}

/// The other server.
pub(super) struct Partner {
    there: Arc<Shop>,
    channel: u64,
}

impl Partner {
    /// Sells everything that the shop has to a channel.
    pub(super) async fn open(there: &Arc<Shop>) -> anyhow::Result<Self> {
        let mut talk = there.connect().await?;
        let catalog = json!({"name": "partner", "stock_list": there.list});
        let catalog = talk.make("/api/v1/catalogs/", &catalog).await?;
        let channel = json!({"name": "partner", "catalog": catalog});
        let channel = talk.make("/api/v1/channels/", &channel).await?;
        let products = talk.get(&format!("/api/v1/products/?limit={}", there.stocks)).await?;
        let products = products["results"].as_array().context("a page of products")?;
        let item = |product: &Value| json!({"product": product["pk"], "catalog": catalog});
        talk.post("/api/v1/catalog_items/", &products.iter().map(item).collect()).await?;
        Ok(Self { there: there.clone(), channel })
    }

    /// Makes a list here that has what is sold there.
    pub(super) async fn source(&self, here: &Shop, follow: Follow, poll_seconds: u64) -> anyhow::Result<Source> {
        self.sources(here, follow, (poll_seconds, 1)).await?.pop().context("a data source")
    }

    /// Makes so many lists here that have what is sold there, and waits until all have it.
    pub(super) async fn sources(
        &self,
        here: &Shop,
        follow: Follow,
        (poll_seconds, count): (u64, usize),
    ) -> anyhow::Result<Vec<Source>> {
        let mut talk = here.connect().await?;
        let mut sources = Vec::with_capacity(count);
        for _ in 0..count {
            let name = format!("partner {}", here.book.imported.fetch_add(self.there.stocks, Ordering::Relaxed));
            let list = talk.make("/api/v1/stock_list/", &json!({"name": name})).await?;
            let mut body = json!({"name": name, "base_url": format!("http://{}", self.there.process().address),
                "token": self.there.token(), "stock_list": list, "poll_interval_seconds": poll_seconds});
            match follow {
                Follow::Feed => body["remote_channel"] = self.channel.into(),
                Follow::Pages => body["remote_stock_list"] = self.there.list.into(),
            }
            sources.push(Source { id: talk.make("/api/v1/data_sources/", &body).await?, list });
        }
        for source in &sources {
            until(&mut talk, source, |shown| shown["has_levels"] == true && !shown["last_full_at"].is_null()).await?;
        }
        Ok(sources)
    }

    /// Uses sources, or leaves them alone, and waits until that is so.
    pub(super) async fn set_active(&self, here: &Shop, sources: &[Source], is_active: bool) -> anyhow::Result<()> {
        let mut talk = here.connect().await?;
        for source in sources {
            talk.patch(&path(source), &json!({"is_active": is_active})).await?;
        }
        for source in sources {
            until(&mut talk, source, |shown| shown["has_levels"] == is_active).await?;
        }
        Ok(())
    }

    /// Waits until both servers have nothing left to do.
    pub(super) async fn rest(&self, here: &Shop) -> anyhow::Result<()> {
        here.rest().await?;
        self.there.rest().await
    }
}

fn path(source: &Source) -> String {
    format!("/api/v1/data_sources/{}/", source.id)
}

async fn until(talk: &mut Talk<'_>, source: &Source, is_so: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let shown = talk.get(&path(source)).await?;
        if is_so(&shown) {
            return Ok(());
        }
        if begun.elapsed() > LOOK_MAX {
            bail!("a data source is not as it should be: {shown}");
        }
        tokio::time::sleep(LOOK).await;
    }
}
