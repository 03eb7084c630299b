//! `onhand-bench`: how fast the server is, as ratios to baselines taken in the same run, minute by minute.
//!
//! Promises: figures only from runs in which every answer was good and the books were right afterwards. How they are
//! taken, and what they were, is in docs/performance.md.

mod adopt;
mod bare;
mod carts;
mod cases;
mod channels;
mod child;
mod compare;
mod growth;
mod history;
mod import;
mod load;
mod machine;
mod overload;
mod postgres;
mod random;
mod raw;
mod report;
mod screens;
mod shop;
mod sources;
mod sourcing;
mod template;
mod webhooks;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::ensure;
use clap::{Parser, Subcommand};

use crate::import::raw::RawUpsert;
use crate::load::Load;
use crate::postgres::Part;
use crate::report::Report;
use crate::shop::Database;

/// Measures Onhand against baselines taken in the same run.
#[derive(Parser)]
#[command(name = "onhand-bench", version, about)]
struct Cli {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum What {
    /// Everything: quick's table with full time, overload, growth, memory, postgres, channels, imports, screens and
    /// sourcing on both, data sources, carts, history, webhooks, an adoption (the default).
    All,
    /// The table against the baselines only, in short rounds.
    Quick,
    /// 10,000 against 1,000,000 product stocks, and the memory of the large server.
    Growth,
    /// The table against the baselines on PostgreSQL.
    Postgres,
    /// 10,000 against 1,000,000 product stocks on PostgreSQL.
    PostgresGrowth,
    /// The memory of a server with 1,000,000 product stocks.
    Memory,
    /// More than the server can do: 64 to 8,000 connections, twice its rate, and orders beside floods.
    Overload,
    /// A channel's feed: its rounds, its pages, and what it costs those who write.
    Channels,
    /// Imports against their baselines, their memory, and orders meanwhile.
    Import,
    /// The same on PostgreSQL.
    PostgresImport,
    /// The screens on both, with orders at half of what the server can do, and with pages that follow changes.
    Screens,
    /// Sourcing on both: availability over many stores, orders whose list a rule chooses.
    Sourcing,
    /// Data sources: when a change at another server is visible here, and what idle ones cost orders.
    Sources,
    /// Carts that expire all at one instant, while orders come.
    Carts,
    /// Stock as of an instant among 10,000,000 movements, as a ratio to showing it.
    History,
    /// Webhooks: what ten cost orders, and what a thousand events cost.
    Webhooks,
    /// An adoption of another server, as a ratio to reading its pages.
    Adopt,
    /// The bare server (started by the run itself).
    #[command(hide = true)]
    Bare(bare::BareArgs),
    /// The plain server (started by the run itself).
    #[command(hide = true)]
    Plain(postgres::plain::PlainArgs),
}

/// How it is measured.
#[derive(clap::Args)]
struct Settings {
    /// Seconds of each measurement. 3, or 1 for quick.
    #[arg(long, global = true)]
    seconds: Option<f64>,
    /// Keep-alive connections.
    #[arg(long, global = true, default_value_t = 64)]
    connections: usize,
    /// Rounds; ratios are medians over them.
    #[arg(long, global = true, default_value_t = 3)]
    rounds: usize,
    /// Product stocks of the table against the baselines and of data sources (100,000), and of screens, sourcing and
    /// adoption (1,000,000).
    #[arg(long, global = true)]
    stocks: Option<u64>,
    /// Product stocks of the large server of growth and memory.
    #[arg(long, global = true, default_value_t = 1_000_000)]
    large: u64,
    /// Retail stores of sourcing.
    #[arg(long, global = true, default_value_t = 10_000)]
    stores: u64,
    /// Movements of history.
    #[arg(long, global = true, default_value_t = 10_000_000)]
    movements: u64,
    /// Rows of an imported file.
    #[arg(long, global = true, default_value_t = 1_000_000)]
    rows: u64,
    /// Measure these cases only (part of their names), without ratios.
    #[arg(long, global = true)]
    only: Option<String>,
    /// Where the figures are written as JSON.
    #[arg(long, global = true)]
    json: Option<PathBuf>,
    /// A server binary other than the one built from this tree.
    #[arg(long, global = true)]
    server: Option<PathBuf>,
}

impl Settings {
    fn load(&self, seconds: f64) -> Load {
        let measured = Duration::from_secs_f64(self.seconds.unwrap_or(seconds));
        Load { connections: self.connections, measured, seed: 0 }
    }

    /// Product stocks of the table against the baselines.
    fn stocks(&self) -> u64 {
        self.stocks.unwrap_or(100_000)
    }

    /// Product stocks where a million is meant.
    fn many_stocks(&self) -> u64 {
        self.stocks.unwrap_or(1_000_000)
    }

    /// Whether a case of this name is to be measured.
    fn wants(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|part| name.contains(part))
    }
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let what = cli.what.unwrap_or(What::All);
    match &what {
        What::Bare(args) => return bare::run(args),
        What::Plain(args) => return postgres::plain::run(args),
        _ => {}
    }
    ensure!(cli.settings.stocks() >= 1_000, "a page deep in the list needs at least 1,000 stocks");
    let binary = child::server_binary(cli.settings.server.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&what, &cli.settings, &binary))
}

async fn measure(what: &What, settings: &Settings, binary: &Path) -> anyhow::Result<()> {
    let folder = machine::folder()?;
    let folder = folder.path();
    let load = settings.load(3.0);
    let mut figures = serde_json::Map::new();
    let mut add = |report: Report| {
        say(report.text());
        figures.insert(report.title().to_owned(), report.json());
    };
    if matches!(what, What::All | What::Quick | What::Growth | What::Memory | What::Overload) {
        add(embedded(what, settings, binary, folder).await?);
    }
    if matches!(what, What::All | What::Postgres) {
        add(postgres::run(Part::Comparison, settings, load, binary, folder).await?);
    }
    if matches!(what, What::PostgresGrowth) {
        add(postgres::run(Part::Growth, settings, load, binary, folder).await?);
    }
    if matches!(what, What::All | What::Channels) {
        add(feeds(settings, load, binary, folder).await?);
    }
    if matches!(what, What::All | What::Import) {
        add(imports(settings, binary, folder).await?);
    }
    if matches!(what, What::All | What::PostgresImport) {
        add(postgres::run(Part::Import, settings, load, binary, folder).await?);
    }
    if matches!(what, What::All | What::Screens) {
        add(screens(settings, load, binary, folder).await?);
        add(postgres::run(Part::Screens, settings, load, binary, folder).await?);
    }
    if matches!(what, What::All | What::Sourcing) {
        add(sourcing(settings, load, binary, folder).await?);
        add(postgres::run(Part::Sourcing, settings, load, binary, folder).await?);
    }
    if matches!(what, What::All | What::Sources) {
        add(sources(settings, load, binary, folder).await?);
    }
    if matches!(what, What::All | What::Carts) {
        add(expiring(settings, load, binary, folder).await?);
    }
    if matches!(what, What::All | What::History) {
        add(past(settings, load, binary, folder).await?);
    }
    if matches!(what, What::All | What::Webhooks) {
        add(told(settings, load, binary, folder).await?);
    }
    if matches!(what, What::All | What::Adopt) {
        add(adoption(settings, binary, folder).await?);
    }
    if let Some(path) = &settings.json {
        std::fs::write(path, format!("{:#}\n", serde_json::Value::from(figures)))?;
    }
    Ok(())
}

/// A report with a title, of what is measured into it.
async fn reported(
    title: &'static str,
    folder: &Path,
    measure: impl AsyncFnOnce(&mut Report) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    let mut report = Report::start(title, folder);
    say(report.heading());
    measure(&mut report).await?;
    report.end();
    Ok(report)
}

/// What is measured on SQLite.
async fn embedded(what: &What, settings: &Settings, binary: &Path, folder: &Path) -> anyhow::Result<Report> {
    let load = settings.load(if matches!(what, What::Quick) { 1.0 } else { 3.0 });
    let measure = async |report: &mut Report| {
        if matches!(what, What::All | What::Quick) {
            compare::run(settings, load, binary, folder, report).await?;
        }
        if matches!(what, What::All | What::Overload) {
            overload::run(settings, settings.load(overload::SECONDS), binary, folder, report).await?;
        }
        if matches!(what, What::All | What::Growth) {
            growth::run(settings, load, binary, folder, report).await?;
        }
        if matches!(what, What::Memory) {
            growth::memory(settings, load, binary, folder, report).await?;
        }
        Ok(())
    };
    reported("SQLite", folder, measure).await
}

/// Channels on SQLite.
async fn feeds(settings: &Settings, load: Load, binary: &Path, folder: &Path) -> anyhow::Result<Report> {
    let measure = async |report: &mut Report| channels::run(settings, load, binary, folder, report).await;
    reported("Channels, SQLite", folder, measure).await
}

/// Imports on SQLite.
async fn imports(settings: &Settings, binary: &Path, folder: &Path) -> anyhow::Result<Report> {
    let measure = async |report: &mut Report| {
        let baseline = RawUpsert::open(&folder.join("raw-import.db"))?;
        let database = Database::file(folder, "imports");
        import::run(settings, (binary, database), folder, baseline, report).await
    };
    reported("Imports, SQLite", folder, measure).await
}

/// The screens on SQLite.
async fn screens(settings: &Settings, load: Load, binary: &Path, folder: &Path) -> anyhow::Result<Report> {
    let database = Database::file(folder, "screens");
    let measure = async |report: &mut Report| screens::run(settings, load, (binary, database), report).await;
    reported("Screens, SQLite", folder, measure).await
}

/// Sourcing on SQLite.
async fn sourcing(settings: &Settings, load: Load, binary: &Path, folder: &Path) -> anyhow::Result<Report> {
    let measure = async |report: &mut Report| {
        let chain = sourcing::open(settings, (binary, Database::file(folder, "sourcing"))).await?;
        sourcing::measure(settings, load, chain, folder, report).await
    };
    reported("Sourcing, SQLite", folder, measure).await
}

/// Data sources on SQLite.
async fn sources(settings: &Settings, load: Load, binary: &Path, folder: &Path) -> anyhow::Result<Report> {
    let measure = async |report: &mut Report| sources::run(settings, load, binary, folder, report).await;
    reported("Data sources, SQLite", folder, measure).await
}

/// Carts on SQLite.
async fn expiring(settings: &Settings, load: Load, binary: &Path, folder: &Path) -> anyhow::Result<Report> {
    let measure = async |report: &mut Report| carts::run(settings, load, binary, folder, report).await;
    reported("Carts, SQLite", folder, measure).await
}

/// History on SQLite.
async fn past(settings: &Settings, load: Load, binary: &Path, folder: &Path) -> anyhow::Result<Report> {
    let measure = async |report: &mut Report| history::run(settings, load, binary, folder, report).await;
    reported("History, SQLite", folder, measure).await
}

/// Webhooks on SQLite.
async fn told(settings: &Settings, load: Load, binary: &Path, folder: &Path) -> anyhow::Result<Report> {
    let measure = async |report: &mut Report| webhooks::run(settings, load, binary, folder, report).await;
    reported("Webhooks, SQLite", folder, measure).await
}

/// An adoption into SQLite.
async fn adoption(settings: &Settings, binary: &Path, folder: &Path) -> anyhow::Result<Report> {
    let measure = async |report: &mut Report| adopt::run(settings, binary, folder, report).await;
    reported("Adoption, SQLite", folder, measure).await
}

/// Prints for a person. A reader that has gone away is no error.
fn say(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout(), "{}", text.as_ref());
}

/// Says what is being done, beside the figures.
fn note(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr(), "{}", text.as_ref());
}
