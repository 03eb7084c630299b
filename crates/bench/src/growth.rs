//! What changes with size: a small and a large server side by side, the same load on one and then the other; and the
//! memory of the large one after it has worked.
//!
//! Promises: the one that is not measured is idle. Must not know how load is made.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use crate::cases::{Ask, Request};
use crate::load::{self, Load};
use crate::report::{Report, Target};
use crate::shop::Shop;
use crate::{Settings, machine, note};

/// Product stocks of the small server.
const SMALL: u64 = 10_000;
/// What a server may need, in MiB. The target is 150 MB; the smaller reading of it.
const MEMORY_MOST: f64 = 143.0;
/// What is measured on both, and how much of the small server's rate the large one should reach.
const CASES: [(&str, Ask, f64); 2] = [("order, spread", Ask::OrderSpread, 0.7), ("list of 100", Ask::AnyPage, 0.9)];

/// Measures both sizes.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let shops = [open(binary, folder, SMALL).await?, open(binary, folder, settings.large).await?];
    let mut seed = 0;
    for round in 1..=settings.rounds {
        note(format!("growth, round {round} of {}", settings.rounds));
        for (name, ask, _) in CASES {
            for shop in &shops {
                seed += 1;
                let figure = run_one(shop, ask, Load { seed, ..load }).await?;
                report.add(&label(name, shop.stocks), figure);
            }
        }
    }
    for (name, _, least) in CASES {
        report.ratio(&label(name, settings.large), &label(name, SMALL), Target::AtLeast(least));
    }
    for shop in shops {
        close(shop, report).await?;
    }
    Ok(())
}

/// Measures the memory of the large server only.
pub(crate) async fn memory(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let shop = open(binary, folder, settings.large).await?;
    for (name, ask, _) in CASES {
        let figure = run_one(&shop, ask, load).await?;
        report.add(&label(name, shop.stocks), figure);
    }
    close(shop, report).await
}

async fn open(binary: &Path, folder: &Path, stocks: u64) -> anyhow::Result<Arc<Shop>> {
    note(format!("filling a server with {stocks} stocks"));
    Ok(Arc::new(Shop::open(binary, folder, &format!("stocks-{stocks}"), stocks).await?))
}

async fn run_one(shop: &Arc<Shop>, ask: Ask, load: Load) -> anyhow::Result<load::Figure> {
    load::run(load, shop.process(), Request::new(shop, ask)).await
}

async fn close(shop: Arc<Shop>, report: &mut Report) -> anyhow::Result<()> {
    let stocks = shop.stocks;
    if stocks != SMALL {
        report.memory(stocks, machine::memory(shop.process().id())?, MEMORY_MOST);
    }
    let shop = Arc::into_inner(shop).context("nothing else holds the server any more")?;
    report.note(format!("books of {stocks} stocks: {}", shop.close().await?));
    Ok(())
}

fn label(name: &str, stocks: u64) -> String {
    format!("{name}, {stocks} stocks")
}
