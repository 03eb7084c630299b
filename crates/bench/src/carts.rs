//! Carts that expire all at one instant while orders come.
//!
//! Promises: the carts are open when the orders begin and over when they end; both kinds of orders are the same. Must not
//! know how load is made.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::cases::{Ask, Request};
use crate::load::{self, Load};
use crate::report::Report;
use crate::shop::{Database, Shop};
use crate::{Settings, note};

/// Carts that expire together.
const CARTS: u64 = 10_000;
/// Connections over which they are made.
const MAKERS: u64 = 32;
/// Seconds in which they are made.
const MAKING_SECONDS: u64 = 40;
/// Orders begin so long before they expire.
const BEFORE: Duration = Duration::from_secs(1);
/// The p99 of orders meanwhile is so many times that of others at the most.
const DELAY_MOST: f64 = 5.0;

const IDLE: &str = "order, spread";
const EXPIRING: &str = "order, spread, 10,000 carts expire";

/// Measures and compares.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let shop = Arc::new(Shop::open(binary, Database::file(folder, "carts"), settings.stocks()).await?);
    for round in 1..=settings.rounds {
        note(format!("carts that expire, round {round} of {}", settings.rounds));
        let orders = |seed| load::run(Load { seed, ..load }, shop.asked(1), Request::new(&shop, Ask::OrderSpread));
        let seed = 2 * round as u64;
        report.add(IDLE, orders(seed).await?);
        let until = reserve(&shop, round).await.context("cannot reserve units of carts")?;
        tokio::time::sleep(until.saturating_duration_since(Instant::now() + BEFORE)).await;
        report.add(EXPIRING, orders(seed + 1).await?);
        ensure!(Instant::now() > until, "measure for longer: the carts were open when the orders ended");
        let open = shop.connect().await?.get("/api/v1/reservations/?kind=cart&state=open&limit=1").await?;
        ensure!(open["count"] == 0, "carts are open after their time: {open}");
    }
    report.delay(EXPIRING, IDLE, DELAY_MOST);
    report.note(shop.close().await?);
    Ok(())
}

/// Makes carts that all expire at one instant, which is told.
async fn reserve(shop: &Arc<Shop>, round: usize) -> anyhow::Result<Instant> {
    let until = Instant::now() + Duration::from_secs(MAKING_SECONDS);
    let first = json!({
        "reference": format!("{round}"),
        "expires_in": MAKING_SECONDS,
        "lines": [{"product_sku": "SKU-0000000", "stock_list": shop.list, "quantity": 1}],
    });
    let first = shop.connect().await?.post("/api/v1/reservations/", &first).await?;
    let expires_at = Arc::new(first["expires_at"].clone());
    let mut makers = JoinSet::new();
    for maker in 0..MAKERS {
        makers.spawn(make(Arc::clone(shop), Arc::clone(&expires_at), round, maker));
    }
    while let Some(made) = makers.join_next().await {
        made??;
    }
    ensure!(Instant::now() + BEFORE < until, "the carts were not made in time");
    Ok(until)
}

/// Makes the carts of one maker, one after the other.
async fn make(shop: Arc<Shop>, expires_at: Arc<Value>, round: usize, maker: u64) -> anyhow::Result<()> {
    let mut talk = shop.connect().await?;
    // The first cart of all is there.
    for number in (0..CARTS).filter(|number| number % MAKERS == maker && *number > 0) {
        let body = json!({
            "reference": format!("{round}-{number}"),
            "expires_at": *expires_at,
            "lines": [{"product_sku": format!("SKU-{:07}", number % shop.stocks), "stock_list": shop.list, "quantity": 1}],
        });
        let made = talk.post("/api/v1/reservations/", &body).await?;
        ensure!(made["state"] == "open", "a cart is not open: {made}");
    }
    Ok(())
}
