//! Channels: what a round of a channel's feed costs with few and with many stocks, what a page of it costs, and whether
//! a write knows how many channels there are.
//!
//! Promises: a round is what a channel client does (the feed, a batch, its commit, its end) until nothing is left, and
//! it has a figure only if every changed stock was offered exactly once. Must not know how load is made.

mod seller;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};

use self::seller::Seller;
use crate::bare::Bare;
use crate::cases::{Ask, Request};
use crate::growth::SMALL;
use crate::import::client::Clock;
use crate::load::{self, Load};
use crate::report::{Report, Target};
use crate::shop::{Database, Shop};
use crate::{Settings, note};

/// Channels of a server that has many.
const CHANNELS: usize = 20;
/// Stocks that change before a round.
const CHANGED: u64 = 1_000;
/// A round with many stocks may take twice as long: at least half the rate.
const GROWTH_LEAST: f64 = 0.5;
const PAGE_LEAST: f64 = 0.4;
const WRITE_LEAST: f64 = 0.9;

const PAGE: &str = "feed page of 100";
const BARE_PAGE: &str = "bare page";
const WRITE_MANY: &str = "upsert, 20 channels";
const WRITE_ONE: &str = "upsert, 1 channel";

/// Measures and compares.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let open = async |name, stocks, channels| {
        let shop = Arc::new(Shop::open(binary, Database::file(folder, name), stocks).await?);
        let seller = Seller::open(&shop, channels).await.context("cannot set up the channels")?;
        anyhow::Ok((shop, seller))
    };
    let small = open("channels-small", SMALL, CHANNELS).await?;
    let large = open("channels-large", settings.large, CHANNELS).await?;
    let single = open("channels-single", SMALL, 1).await?;
    let mut seed = 0;
    for number in 1..=settings.rounds as u64 {
        note(format!("channels, round {number} of {}", settings.rounds));
        for (shop, seller) in [&small, &large] {
            round(shop, seller, number, report).await.with_context(|| label(shop))?;
        }
        for (name, shop) in [(WRITE_MANY, &small.0), (WRITE_ONE, &single.0)] {
            seed += 1;
            let upserts = load::run(Load { seed, ..load }, shop.asked(1), Request::new(shop, Ask::Upsert)).await;
            report.add(name, upserts.context(name)?);
        }
        pages(&small, load, folder, report).await.context(PAGE)?;
    }
    report.ratio(&label(&large.0), &label(&small.0), Target::AtLeast(GROWTH_LEAST));
    report.ratio(PAGE, BARE_PAGE, Target::AtLeast(PAGE_LEAST));
    report.ratio(WRITE_MANY, WRITE_ONE, Target::AtLeast(WRITE_LEAST));
    for (shop, _) in [small, large, single] {
        report.note(shop.close().await?);
    }
    Ok(())
}

fn label(shop: &Shop) -> String {
    format!("round of {CHANGED} changes, {} stocks", shop.stocks)
}

/// Some stocks change, then a channel is told of all of them.
async fn round(shop: &Shop, seller: &Seller, number: u64, report: &mut Report) -> anyhow::Result<()> {
    // What the upserts of the round before have changed is told first, outside of what is measured.
    seller.tell(shop).await?;
    seller.change(shop, number, CHANGED).await?;
    let (clock, start) = (Clock::start(shop.process().id()), Instant::now());
    let told = seller.tell(shop).await?;
    let figure = clock.stop(CHANGED);
    ensure!(told == CHANGED, "{told} stocks were told of where {CHANGED} had changed");
    note(format!("{}: {:.0} ms", label(shop), start.elapsed().as_secs_f64() * 1e3));
    report.add(&label(shop), figure);
    Ok(())
}

/// One page of the feed, again and again, beside the same bytes from the bare server.
async fn pages(
    (shop, seller): &(Arc<Shop>, Seller),
    load: Load,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let page = Request::new(shop, Ask::Feed(seller.channel()));
    let bare = Bare::start(shop, folder, &page.sample().await?).await?;
    report.add(BARE_PAGE, bare.run(load, Request::new(shop, Ask::Page(1))).await?);
    report.add(PAGE, load::run(load, shop.asked(1), page).await?);
    Ok(())
}
