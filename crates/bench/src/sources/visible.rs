//! Changes at another server, and when they are visible here.
//!
//! Promises: the time is from the moment at which the change is sent to the other server until a client here has read it;
//! changes come at any moment of the time between two questions. Must not know how levels come in.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::partner::Source;
use crate::load::{Figure, histogram};
use crate::random::Random;
use crate::shop::Shop;

/// Products whose levels change, each after the change before it was seen.
const CHANGED: u64 = 4;
/// The longest pause between two changes of a product.
const PAUSE_MILLIS: u64 = 1_500;
/// How often it is read here.
const LOOK: Duration = Duration::from_millis(2);
/// A change that is not visible by then never is.
const LOOK_MAX: Duration = Duration::from_secs(30);
/// What the first change writes.
const LEVEL: u64 = 1_000_000;

/// One product: its stocks on both sides.
struct Probe {
    there: (Arc<Shop>, u64),
    here: (Arc<Shop>, u64),
    random: Random,
}

/// Changes levels for so long; its figure is about the time until each was visible.
pub(super) async fn measure(
    there: &Arc<Shop>,
    here: &Arc<Shop>,
    source: &Source,
    measured: Duration,
) -> anyhow::Result<Figure> {
    let page = format!("/api/v1/product_stocks/?stock_list={}&limit={}", source.list, there.stocks);
    let page = here.connect().await?.get(&page).await?;
    let rows = page["results"].as_array().context("a page of stocks")?;
    let ids: HashMap<&str, u64> =
        rows.iter().filter_map(|row| Some((row["product_sku"].as_str()?, row["pk"].as_u64()?))).collect();
    let start = Instant::now();
    let mut probes = JoinSet::new();
    for sku in 0..CHANGED.min(there.stocks) {
        let id = ids.get(format!("SKU-{sku:07}").as_str()).context("a product that is not sold here")?;
        let there = (there.clone(), there.ids[sku as usize]);
        let probe = Probe { there, here: (here.clone(), *id), random: Random::new(sku) };
        probes.spawn(probe.run(start + measured));
    }
    let mut all = histogram();
    while let Some(seen) = probes.join_next().await {
        all.add(seen??)?;
    }
    ensure!(!all.is_empty(), "no change was made in the measured time");
    Ok(Figure::new(&all, start.elapsed().as_secs_f64()))
}

impl Probe {
    async fn run(mut self, until: Instant) -> anyhow::Result<Histogram<u64>> {
        let (mut changing, mut looking) = (self.there.0.connect().await?, self.here.0.connect().await?);
        let [there, here] = [self.there.1, self.here.1].map(|stock| format!("/api/i1/product_stock/{stock}/"));
        let mut level = looking.get(&here).await?["stock"].as_u64().unwrap_or_default().max(LEVEL);
        let mut seen = histogram();
        loop {
            tokio::time::sleep(Duration::from_millis(self.random.below(PAUSE_MILLIS))).await;
            let sent = Instant::now();
            if sent >= until {
                return Ok(seen);
            }
            level += 1;
            let written: Value = changing.patch(&there, &json!({"stock": level})).await?;
            ensure!(written["stock"] == level, "a level was written otherwise: {written}");
            while looking.get(&here).await?["stock"] != level {
                ensure!(sent.elapsed() < LOOK_MAX, "a change is not visible after {} s", LOOK_MAX.as_secs());
                tokio::time::sleep(LOOK).await;
            }
            seen.saturating_record(sent.elapsed().as_micros() as u64);
        }
    }
}
