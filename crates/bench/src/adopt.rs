//! An adoption: `onhand adopt` from a running server, against one client that only reads the same pages.
//!
//! Promises: the pages are those that the command asks for, read whole by one client, one after the other, right before the
//! command runs; a figure only if every stock was taken, none differs and the new database is sound. Must not know how
//! pages are taken.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use crate::import::client::Clock;
use crate::load::{Connection, Figure};
use crate::report::{Report, Target};
use crate::shop::{Database, PASSWORD, Shop};
use crate::template::Template;
use crate::{Settings, note};

/// Rows of a page, as the command asks for them.
const PAGE_ROWS: u64 = 1_000;
const ADOPT_LEAST: f64 = 0.5;
/// What the report of the command calls product stocks.
const STOCKS: &str = "product stocks";

const PAGES: &str = "pages of product stocks, only read";
const FIRST: &str = "adopted product stocks, all new";
const AGAIN: &str = "adopted product stocks, all the same";

/// What the command reports.
#[derive(Deserialize)]
struct AdoptionReport {
    kinds: Vec<AdoptedKind>,
    differences: u64,
}

#[derive(Deserialize)]
struct AdoptedKind {
    kind: String,
    taken: u64,
    already_here: u64,
    seconds: f64,
}

#[derive(Deserialize)]
struct ReadPage {
    next: Option<String>,
}

/// Measures and compares.
pub(crate) async fn run(settings: &Settings, binary: &Path, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let there = Shop::open(binary, Database::file(folder, "adopted-from"), settings.many_stocks()).await?;
    for round in 1..=settings.rounds {
        note(format!("adoption, round {round} of {}", settings.rounds));
        there.rest().await?;
        report.add(PAGES, read(&there).await.context(PAGES)?);
        let adopter = Adopter::new(binary, folder, round)?;
        for (name, is_new) in [(FIRST, true), (AGAIN, false)] {
            let (figure, whole) = adopter.adopt(&there, is_new).context(name)?;
            report.add(name, figure);
            report.note(format!("{name}, round {round}: the whole command took {whole:.1} s"));
        }
        adopter.close()?;
    }
    report.ratio(FIRST, PAGES, Target::AtLeast(ADOPT_LEAST));
    report.ratio(AGAIN, PAGES, Target::Open);
    report.note(Arc::new(there).close().await?);
    Ok(())
}

/// Reads every page once.
async fn read(there: &Shop) -> anyhow::Result<Figure> {
    let page = Template::get(&format!("/api/v1/product_stock/?sort=id&limit={PAGE_ROWS}&page=#"), &there.headers);
    let mut connection = Connection::open(there.process().address).await?;
    let clock = Clock::start(there.process().id());
    let mut request = Vec::new();
    for number in 1.. {
        request.clear();
        page.fill(&[number], &mut request);
        let answer = connection.call(&request).await?;
        ensure!(answer.status == 200, "page {number} was answered {}", answer.status);
        // Only whether there is another one is looked at, and it is the same for every page but the last.
        if number * PAGE_ROWS >= there.stocks {
            let ReadPage { next } = serde_json::from_slice(answer.body)?;
            ensure!(next.is_none(), "there are more pages than {} stocks have", there.stocks);
            break;
        }
    }
    Ok(clock.stop(there.stocks))
}

/// The database that is adopted into.
struct Adopter<'b> {
    binary: &'b Path,
    database: Database,
}

impl<'b> Adopter<'b> {
    /// A new file with an administrator.
    fn new(binary: &'b Path, folder: &Path, round: usize) -> anyhow::Result<Self> {
        let adopter = Self { binary, database: Database::file(folder, &format!("adopted-{round}")) };
        adopter.done(&["user", "add", "admin", "--role", "admin"], ("ONHAND_PASSWORD", PASSWORD))?;
        Ok(adopter)
    }

    /// Runs the command: the rate of product stocks, and the seconds of the whole.
    fn adopt(&self, there: &Shop, is_new: bool) -> anyhow::Result<(Figure, f64)> {
        let from = format!("http://{}", there.process().address);
        let told = self.done(&["adopt", "--from", &from, "--json"], ("ONHAND_ADOPT_TOKEN", there.token()))?;
        let told: AdoptionReport = serde_json::from_str(&told).context("the report of the command")?;
        let whole = told.kinds.iter().map(|kind| kind.seconds).sum();
        let stocks = told.kinds.into_iter().find(|kind| kind.kind == STOCKS).context("the report names no stocks")?;
        let expected = if is_new { (there.stocks, 0) } else { (0, there.stocks) };
        let found = (stocks.taken, stocks.already_here);
        ensure!(found == expected, "{found:?} stocks were taken and there before, not {expected:?}");
        ensure!(told.differences == 0, "{} stocks differ", told.differences);
        let micros = (stocks.seconds * 1e6) as u64;
        let figure = Figure {
            answers: there.stocks,
            per_second: there.stocks as f64 / stocks.seconds,
            p50_micros: micros,
            p99_micros: micros,
            cpu_micros: None,
            database_micros: None,
        };
        Ok((figure, whole))
    }

    /// Verifies the database.
    fn close(self) -> anyhow::Result<()> {
        let found = self.done(&["verify"], ("ONHAND_LOG", "warn"))?;
        ensure!(found.trim_end().ends_with("0 differences"), "verify: {found}");
        Ok(())
    }

    /// Runs a command that must succeed; what it printed.
    fn done(&self, arguments: &[&str], (name, value): (&str, &str)) -> anyhow::Result<String> {
        let mut command = Command::new(self.binary);
        let ended = command.args(["--database", &self.database.url]).args(arguments).env(name, value).output()?;
        ensure!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
        Ok(String::from_utf8(ended.stdout)?)
    }
}
