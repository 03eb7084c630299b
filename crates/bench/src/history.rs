//! Stock as of an instant, among many movements: as a ratio to showing the stock.
//!
//! Promises: every stock has as many movements as any other; the instant is in the middle of them, so half of a history is
//! between it and now. Must not know how an instant is found.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};

use crate::cases::{Ask, Request};
use crate::load::{self, Case, Load};
use crate::random::Random;
use crate::report::{Report, Target};
use crate::shop::{Database, Shop};
use crate::template::Template;
use crate::{Settings, note};

/// An answer takes so many times as long as one that shows the stock, at the most.
const TIMES_MOST: f64 = 3.0;
/// What the levels begin with.
const FIRST_LEVEL: u64 = 1_000_000;

const SHOW: &str = "one stock";
const AT: &str = "one stock as of an instant";

/// Any stock at one instant.
struct AsOf {
    shop: Arc<Shop>,
    template: Template,
}

impl Case for AsOf {
    fn ask(&self, random: &mut Random, out: &mut Vec<u8>) -> bool {
        let stock = self.shop.ids[random.below(self.shop.ids.len() as u64) as usize];
        self.template.fill(&[stock], out);
        true
    }
}

/// Measures and compares.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let shop = Arc::new(Shop::open(binary, Database::file(folder, "history"), settings.stocks()).await?);
    let instant = fill(&shop, settings.movements).await.context("cannot fill the history")?;
    shop.rest().await?;
    let path = format!("/api/v1/product_stocks/#/at/?time={instant}");
    let as_of = Arc::new(AsOf { shop: shop.clone(), template: Template::get(&path, &shop.headers) });
    for round in 1..=settings.rounds {
        note(format!("history, round {round} of {}", settings.rounds));
        let load = Load { seed: round as u64, ..load };
        report.add(SHOW, load::run(load, shop.asked(1), Request::new(&shop, Ask::Show)).await?);
        report.add(AT, load::run(load, shop.asked(1), as_of.clone()).await?);
    }
    report.ratio(AT, SHOW, Target::AtLeast(1.0 / TIMES_MOST));
    drop(as_of);
    report.note(shop.close().await?);
    Ok(())
}

/// Writes a new level of every stock, again and again until there are so many movements; a time in the middle.
async fn fill(shop: &Arc<Shop>, movements: u64) -> anyhow::Result<String> {
    let turns = (movements / shop.stocks).saturating_sub(1);
    note(format!("filling the history with {turns} levels of each stock"));
    let first = shop.ids.first().context("there is a stock")?;
    let mut talk = shop.connect().await?;
    let mut instant = None;
    for turn in 0..turns {
        if turn > 0 && turn == turns / 2 {
            let shown = talk.get(&format!("/api/v1/product_stocks/{first}/")).await?;
            instant = shown["modified_date"].as_str().map(str::to_owned);
        }
        talk.write_levels((0..shop.stocks).map(|sku| (shop.list, sku)), FIRST_LEVEL + turn).await?;
    }
    let instant = instant.context("there are too few movements for a middle")?;
    let then = talk.get(&format!("/api/v1/product_stocks/{first}/at/?time={instant}")).await?;
    ensure!(then["stock"] == FIRST_LEVEL + turns / 2 - 1, "the middle of the history is elsewhere: {then}");
    Ok(instant)
}
