//! The table against the baselines: each round measures every baseline and every case once, one after the other.
//!
//! Promises: baselines answer the bytes that the server really answers. Must not know how load is made.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use crate::bare::Bare;
use crate::cases::{Ask, Request};
use crate::load::{self, Load};
use crate::raw::Raw;
use crate::report::{Report, Target};
use crate::shop::{Database, Shop};
use crate::{Settings, note};

const BARE_POST: &str = "bare POST";
const BARE_PAGE: &str = "bare page";
const RAW: &str = "raw SQLite";
const HOT: &str = "order, hot SKU";
const SPREAD: &str = "order, spread";
const UPSERT: &str = "upsert";
const RELEASE: &str = "release";
const RESERVE: &str = "cart reserved";
const CONFIRM: &str = "cart confirmed";
const LIST: &str = "list of 100";
const FIRST: &str = "page 1";
const DEEP: &str = "page 900";
const SHOW: &str = "one stock";

/// Above, below, and what it should be.
const RATIOS: [(&str, &str, f64); 9] = [
    (HOT, BARE_POST, 0.25),
    (HOT, RAW, 4.0),
    (HOT, SPREAD, 0.9),
    (UPSERT, BARE_POST, 0.2),
    (RELEASE, BARE_POST, 0.2),
    (RESERVE, SPREAD, 0.8),
    (CONFIRM, SPREAD, 0.8),
    (LIST, BARE_PAGE, 0.5),
    (DEEP, FIRST, 0.9),
];

/// Who answers a case.
enum By {
    Server,
    Bare,
    Raw,
}

/// Measures and compares.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let shop = Arc::new(Shop::open(binary, Database::file(folder, "compared"), settings.stocks()).await?);
    let bare = Bare::start(&shop, folder, &Request::new(&shop, Ask::Page(1)).sample().await?).await?;
    let mut raw = Raw::open(&folder.join("raw.db"), settings.stocks())?;
    let cases = [
        (BARE_POST, By::Bare, Ask::BareOrder),
        (RAW, By::Raw, Ask::BareOrder),
        (HOT, By::Server, Ask::OrderHot),
        (SPREAD, By::Server, Ask::OrderSpread),
        (UPSERT, By::Server, Ask::Upsert),
        (RELEASE, By::Server, Ask::Release),
        (RESERVE, By::Server, Ask::Reserve),
        (CONFIRM, By::Server, Ask::Confirm),
        (BARE_PAGE, By::Bare, Ask::AnyPage),
        (LIST, By::Server, Ask::AnyPage),
        (FIRST, By::Server, Ask::Page(1)),
        (DEEP, By::Server, Ask::deep_page(settings.stocks())),
        (SHOW, By::Server, Ask::Show),
    ];
    let mut seed = 0;
    for round in 1..=settings.rounds {
        note(format!("round {round} of {}", settings.rounds));
        for (name, by, ask) in cases.iter().filter(|(name, ..)| settings.wants(name)) {
            seed += 1;
            let load = Load { seed, ..load };
            let case = Request::new(&shop, *ask);
            let measured = match by {
                By::Server => load::run(load, shop.asked(1), case).await,
                By::Bare => bare.run(load, case).await,
                By::Raw => raw.run(load.measured),
            };
            report.add(name, measured.with_context(|| (*name).to_owned())?);
        }
    }
    RATIOS.iter().for_each(|(above, below, least)| report.ratio(above, below, Target::AtLeast(*least)));
    report.note(shop.close().await?);
    Ok(())
}
