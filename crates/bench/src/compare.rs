//! The table against the baselines: each round measures every baseline and every case once, one after the other.
//!
//! Promises: baselines answer the bytes that the server really answers, and the bare server's figure is the better one
//! of a single thread (faster on a quiet machine) and of a thread a core (faster beside other work), so that no choice
//! of ours makes it slow. Must not know how load is made.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::Context as _;

use crate::cases::{Ask, Request};
use crate::child::Process;
use crate::load::{self, Figure, Load};
use crate::raw::Raw;
use crate::report::{Report, Target};
use crate::shop::Shop;
use crate::{Settings, machine, note};

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
    let bare = start_bare(&shop, folder).await?;
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
                By::Server => load::run(load, shop.process(), case).await,
                By::Bare => better(load, &bare, case).await,
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

/// Starts the bare servers with what the server answers to the same requests.
async fn start_bare(shop: &Arc<Shop>, folder: &Path) -> anyhow::Result<Vec<Process>> {
    let mut answers = Vec::new();
    for (flag, ask) in [("--order-answer", Ask::OrderSpread), ("--page-answer", Ask::Page(1))] {
        let path = folder.join(&flag[2..]);
        std::fs::write(&path, Request::new(shop, ask).sample().await?)?;
        answers.extend([OsString::from(flag), path.into_os_string()]);
    }
    let mut threads = vec![1, machine::cores()];
    threads.dedup();
    let program = std::env::current_exe()?;
    let start = |threads: &usize| {
        let threads = threads.to_string();
        Process::start(Command::new(&program).args(["bare", "--threads", &threads]).args(&answers))
    };
    threads.iter().map(start).collect()
}

/// The better figure of the bare servers.
async fn better(load: Load, bare: &[Process], case: Arc<Request>) -> anyhow::Result<Figure> {
    let mut best: Option<Figure> = None;
    for process in bare {
        let figure = load::run(load, process, case.clone()).await?;
        if best.as_ref().is_none_or(|best| best.per_second < figure.per_second) {
            best = Some(figure);
        }
    }
    best.context("there is at least one bare server")
}
