//! The table against the baselines: each round measures every baseline and every case once, one after the other.
//!
//! Promises: baselines answer the bytes that the server really answers. Must not know how load is made.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::Context as _;

use crate::cases::{Ask, Request};
use crate::child::Process;
use crate::load::{self, Load};
use crate::raw::Raw;
use crate::report::{Report, Target};
use crate::shop::Shop;
use crate::{Settings, note};

const BARE_POST: &str = "bare POST";
const BARE_PAGE: &str = "bare page";
const RAW: &str = "raw SQLite";
const HOT: &str = "order, hot SKU";
const SPREAD: &str = "order, spread";
const UPSERT: &str = "upsert";
const RELEASE: &str = "release";
const LIST: &str = "list of 100";
const FIRST: &str = "page 1";
const DEEP: &str = "page 900";
const SHOW: &str = "one stock";

/// Above, below, and what it should be.
const RATIOS: [(&str, &str, f64); 7] = [
    (HOT, BARE_POST, 0.25),
    (HOT, RAW, 4.0),
    (HOT, SPREAD, 0.9),
    (UPSERT, BARE_POST, 0.2),
    (RELEASE, BARE_POST, 0.2),
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
    note(format!("filling a server with {} stocks", settings.stocks));
    let shop = Arc::new(Shop::open(binary, folder, "compared", settings.stocks).await?);
    let bare = start_bare(&shop, folder, settings.bare_threads).await?;
    let mut raw = Raw::open(&folder.join("raw.db"), settings.stocks)?;
    // Page 900 of 1,000; with fewer stocks, as deep in proportion.
    let deep = (settings.stocks / 100 * 9 / 10).clamp(1, 900);
    let cases = [
        (BARE_POST, By::Bare, Ask::BareOrder),
        (RAW, By::Raw, Ask::BareOrder),
        (HOT, By::Server, Ask::OrderHot),
        (SPREAD, By::Server, Ask::OrderSpread),
        (UPSERT, By::Server, Ask::Upsert),
        (RELEASE, By::Server, Ask::Release),
        (BARE_PAGE, By::Bare, Ask::AnyPage),
        (LIST, By::Server, Ask::AnyPage),
        (FIRST, By::Server, Ask::Page(1)),
        (DEEP, By::Server, Ask::Page(deep)),
        (SHOW, By::Server, Ask::Show),
    ];
    let wanted = |name: &str| settings.only.as_deref().is_none_or(|part| name.contains(part));
    let mut seed = 0;
    for round in 1..=settings.rounds {
        note(format!("round {round} of {}", settings.rounds));
        for (name, by, ask) in cases.iter().filter(|(name, ..)| wanted(name)) {
            seed += 1;
            let load = Load { seed, ..load };
            let case = Request::new(&shop, *ask);
            let measured = match by {
                By::Server => load::run(load, shop.process().address, case).await,
                By::Bare => load::run(load, bare.address, case).await,
                By::Raw => raw.run(load.measured),
            };
            report.add(name, measured.with_context(|| (*name).to_owned())?);
        }
    }
    RATIOS.iter().for_each(|(above, below, least)| report.ratio(above, below, Target::AtLeast(*least)));
    let shop = Arc::into_inner(shop).context("nothing else holds the server any more")?;
    report.note(format!("books of {} stocks: {}", settings.stocks, shop.close().await?));
    Ok(())
}

/// Starts the bare server with what the server answers to the same requests.
async fn start_bare(shop: &Arc<Shop>, folder: &Path, threads: usize) -> anyhow::Result<Process> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bare", "--threads", &threads.to_string()]);
    for (flag, ask) in [("--order-answer", Ask::OrderSpread), ("--page-answer", Ask::Page(1))] {
        let path = folder.join(&flag[2..]);
        std::fs::write(&path, Request::new(shop, ask).sample().await?)?;
        command.arg(flag).arg(path);
    }
    Process::start(&mut command)
}
