//! What changes with size: a small and a large server side by side, the same load on one and then the other; and the
//! memory of the large one after it has worked.
//!
//! Promises: the one that is not measured is idle. Must not know how load is made.

use std::path::Path;
use std::sync::Arc;

use crate::cases::{Ask, Request};
use crate::load::{self, Figure, Load};
use crate::report::{Report, Target};
use crate::shop::{Database, Shop};
use crate::{Settings, machine, note};

/// Product stocks of the small server.
pub(crate) const SMALL: u64 = 10_000;
/// What a server may need, in MiB. The target is 150 MB; the smaller reading of it.
const MEMORY_MOST: f64 = 143.0;
/// What is measured on both.
const CASES: [(&str, Ask); 2] = [("order, spread", Ask::OrderSpread), ("list of 100", Ask::AnyPage)];
/// How much of the small server's rate the large one should reach with an embedded database.
const LEAST: [f64; 2] = [0.7, 0.9];

/// Measures both sizes with embedded databases.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let open = async |stocks| anyhow::Ok(Arc::new(Shop::open(binary, file(folder, stocks), stocks).await?));
    let shops = [open(SMALL).await?, open(settings.large).await?];
    measure(settings, load, &shops, LEAST, report).await?;
    remember(&shops[1], report)?;
    for shop in shops {
        report.note(shop.close().await?);
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
    let shop = Arc::new(Shop::open(binary, file(folder, settings.large), settings.large).await?);
    for (name, ask) in CASES {
        let figure = run_one(&shop, ask, load).await?;
        report.add(&label(name, shop.stocks), figure);
    }
    remember(&shop, report)?;
    report.note(shop.close().await?);
    Ok(())
}

/// Measures a small server and a large one in rounds.
pub(crate) async fn measure(
    settings: &Settings,
    load: Load,
    shops: &[Arc<Shop>; 2],
    least: [f64; 2],
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut seed = 0;
    for round in 1..=settings.rounds {
        note(format!("growth, round {round} of {}", settings.rounds));
        for (name, ask) in CASES {
            for shop in shops {
                seed += 1;
                for shop in shops {
                    shop.rest().await?;
                }
                let figure = run_one(shop, ask, Load { seed, ..load }).await?;
                report.add(&label(name, shop.stocks), figure);
            }
        }
    }
    let [small, large] = shops.each_ref().map(|shop| shop.stocks);
    for ((name, _), least) in CASES.into_iter().zip(least) {
        report.ratio(&label(name, large), &label(name, small), Target::AtLeast(least));
    }
    Ok(())
}

/// Notes how much memory a server needs.
fn remember(shop: &Shop, report: &mut Report) -> anyhow::Result<()> {
    report.memory(shop.stocks, machine::memory(shop.process().id())?, MEMORY_MOST);
    Ok(())
}

async fn run_one(shop: &Arc<Shop>, ask: Ask, load: Load) -> anyhow::Result<Figure> {
    load::run(load, shop.asked(1), Request::new(shop, ask)).await
}

fn file(folder: &Path, stocks: u64) -> Database {
    Database::file(folder, &format!("stocks-{stocks}"))
}

fn label(name: &str, stocks: u64) -> String {
    format!("{name}, {stocks} stocks")
}
