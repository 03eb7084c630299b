//! The server on PostgreSQL against baselines on the same PostgreSQL: each round measures every baseline and every case
//! once, one after the other.
//!
//! Promises: one durable PostgreSQL server for all; what is compared runs within the same minute. Must not know how
//! load is made.

mod backend;
mod copy;
mod pgbench;
pub(crate) mod plain;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context as _;
use onhand_testkit::program::Server;

use self::backend::Backend;
use self::copy::CopyUpsert;
use self::pgbench::{Form, Pgbench, Task};
use crate::bare::Bare;
use crate::cases::{Ask, Request};
use crate::child;
use crate::load::{self, Asked, Figure, Load};
use crate::report::{Report, Target};
use crate::shop::Shop;
use crate::{Settings, growth, import, note, say, screens, sourcing};

const TITLE: &str = "PostgreSQL";
const IMPORTS: &str = "Imports, PostgreSQL";
const SCREENS: &str = "Screens, PostgreSQL";
const SOURCING: &str = "Sourcing, PostgreSQL";
/// The database that files are imported into.
const IMPORTED: &str = "imported";
/// The database whose screens are looked at.
const LOOKED_AT: &str = "screens";
/// The database of a chain of stores.
const CHAIN: &str = "chain";
/// The clients of pgbench that the targets speak of.
const CLIENTS: usize = 16;
/// Shoppers who order at the same time on a busy day. What a transaction costs beside its orders is shared by those who
/// wait together, so that group commit is judged where many wait; a transaction for each gains nothing from more
/// clients.
const CROWD: usize = 256;
/// Server processes on one database.
const PROCESSES: usize = 2;
/// Orders before anything is measured.
const OPENING: Load = Load { connections: 16, measured: Duration::from_secs(1), seed: 0 };
/// How much of the small server's rate the large one should reach, for orders and for lists.
const GROWTH_LEAST: [f64; 2] = [0.8, 0.8];

const PGBENCH_HOT: &str = "pgbench hot";
const PGBENCH_SPREAD: &str = "pgbench spread";
const STATEMENT_HOT: &str = "pgbench hot, one statement";
const STATEMENT_SPREAD: &str = "pgbench spread, one statement";
const PGBENCH_ONE: &str = "pgbench spread, 1 client";
const PLAIN_ONE: &str = "plain server, 1 connection";
const ONE: &str = "order, 1 connection";
const HOT: &str = "order, hot SKU";
const HOT_CROWD: &str = "order, hot SKU, 256 connections";
const SPREAD_CROWD: &str = "order, spread, 256 connections";
const HOT_TWO: &str = "order, hot SKU, 2 processes";
const SPREAD: &str = "order, spread";
const UPSERT: &str = "upsert";
const RELEASE: &str = "release";
const BARE_PAGE: &str = "bare page";
const LIST: &str = "list of 100";
const FIRST: &str = "page 1";
const DEEP: &str = "page 900";
const SHOW: &str = "one stock";

/// Above, below, and what it should be.
const RATIOS: [(&str, &str, Target); 12] = [
    (HOT_CROWD, PGBENCH_HOT, Target::AtLeast(8.0)),
    (HOT, PGBENCH_HOT, Target::Open),
    (HOT, STATEMENT_HOT, Target::Open),
    (SPREAD_CROWD, PGBENCH_SPREAD, Target::AtLeast(1.5)),
    (SPREAD, PGBENCH_SPREAD, Target::Open),
    (SPREAD, STATEMENT_SPREAD, Target::Open),
    (ONE, PLAIN_ONE, Target::AtLeast(0.7)),
    (ONE, PGBENCH_ONE, Target::Open),
    (HOT_TWO, HOT, Target::AtLeast(0.8)),
    (HOT, SPREAD, Target::Open),
    (LIST, BARE_PAGE, Target::AtLeast(0.35)),
    (DEEP, FIRST, Target::Open),
];

/// Who answers a case.
#[derive(Clone, Copy)]
enum By {
    /// So many processes of the server, on all connections.
    Server(usize, Ask),
    /// One process of the server, on so many connections.
    Of(usize, Ask),
    Bare(Ask),
    Plain,
    Pgbench(Task),
}

/// What takes part.
struct Field<'b> {
    shop: Arc<Shop>,
    bare: Bare,
    plain: Server,
    pgbench: Pgbench<'b>,
}

/// What is measured.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// The table against the baselines.
    Comparison,
    /// A small server and a large one.
    Growth,
    /// Files.
    Import,
    /// The screens.
    Screens,
    /// Sourcing.
    Sourcing,
}

/// Measures a part on a PostgreSQL of its own.
pub(crate) async fn run(
    part: Part,
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
) -> anyhow::Result<Report> {
    let backend = Backend::start()?;
    let title = match part {
        Part::Comparison | Part::Growth => TITLE,
        Part::Import => IMPORTS,
        Part::Screens => SCREENS,
        Part::Sourcing => SOURCING,
    };
    let mut report = Report::start(title, &backend.folder()?);
    say(report.heading());
    report.note(backend.settings()?);
    match part {
        Part::Comparison => {
            let field = Field::open(&backend, settings, binary, folder).await?;
            compare(settings, load, field, &mut report).await?;
        }
        Part::Growth => grow(settings, load, &backend, binary, &mut report).await?,
        Part::Import => {
            let database = backend.database(IMPORTED)?;
            let baseline = CopyUpsert::open(&backend, IMPORTED)?;
            import::run(settings, (binary, database), folder, baseline, &mut report).await?;
        }
        Part::Screens => {
            let database = backend.database(LOOKED_AT)?;
            screens::run(settings, load, (binary, database), &mut report).await?;
        }
        Part::Sourcing => {
            let chain = sourcing::open(settings, (binary, backend.database(CHAIN)?)).await?;
            backend.settle(CHAIN)?;
            sourcing::measure(settings, load, chain, folder, &mut report).await?;
        }
    }
    drop(backend);
    report.end();
    Ok(report)
}

async fn compare(settings: &Settings, load: Load, mut field: Field<'_>, report: &mut Report) -> anyhow::Result<()> {
    let cases = cases(settings.stocks());
    let mut seed = 0;
    for round in 1..=settings.rounds {
        note(format!("round {round} of {}", settings.rounds));
        for (name, by) in cases.iter().filter(|(name, _)| settings.wants(name)) {
            seed += 1;
            let measured = field.measure(*by, Load { seed, ..load }).await;
            report.add(name, measured.with_context(|| (*name).to_owned())?);
        }
    }
    RATIOS.iter().for_each(|(above, below, target)| report.ratio(above, below, *target));
    report.note(field.pgbench.close()?);
    report.note(field.shop.close().await?);
    Ok(())
}

async fn grow(
    settings: &Settings,
    load: Load,
    backend: &Backend,
    binary: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let open = async |stocks| open_shop(backend, binary, stocks, 1).await;
    let shops = [open(growth::SMALL).await?, open(settings.large).await?];
    growth::measure(settings, load, &shops, GROWTH_LEAST, report).await?;
    for shop in shops {
        report.note(shop.close().await?);
    }
    Ok(())
}

/// A server of so many processes on a new database that has seen some orders: no table is empty when PostgreSQL takes
/// its statistics, as in a shop that has been open for a few minutes.
async fn open_shop(backend: &Backend, binary: &Path, stocks: u64, processes: usize) -> anyhow::Result<Arc<Shop>> {
    let name = format!("stocks_{stocks}");
    let mut shop = Shop::open(binary, backend.database(&name)?, stocks).await?;
    (1..processes).try_for_each(|_| shop.add_process())?;
    let shop = Arc::new(shop);
    load::run(OPENING, shop.asked(processes), Request::new(&shop, Ask::OrderSpread)).await?;
    backend.settle(&name)?;
    Ok(shop)
}

/// What is compared stands together.
fn cases(stocks: u64) -> Vec<(&'static str, By)> {
    let pgbench = |form, stocks, clients| By::Pgbench(Task { form, stocks, clients });
    vec![
        (PGBENCH_HOT, pgbench(Form::Transaction, 1, CLIENTS)),
        (STATEMENT_HOT, pgbench(Form::Statement, 1, CLIENTS)),
        (HOT_CROWD, By::Of(CROWD, Ask::OrderHot)),
        (HOT, By::Server(1, Ask::OrderHot)),
        (HOT_TWO, By::Server(PROCESSES, Ask::OrderHot)),
        (SPREAD, By::Server(1, Ask::OrderSpread)),
        (SPREAD_CROWD, By::Of(CROWD, Ask::OrderSpread)),
        (PGBENCH_SPREAD, pgbench(Form::Transaction, stocks, CLIENTS)),
        (STATEMENT_SPREAD, pgbench(Form::Statement, stocks, CLIENTS)),
        (PGBENCH_ONE, pgbench(Form::Transaction, stocks, 1)),
        (PLAIN_ONE, By::Plain),
        (ONE, By::Of(1, Ask::OrderSpread)),
        (UPSERT, By::Server(1, Ask::Upsert)),
        (RELEASE, By::Server(1, Ask::Release)),
        (BARE_PAGE, By::Bare(Ask::AnyPage)),
        (LIST, By::Server(1, Ask::AnyPage)),
        (FIRST, By::Server(1, Ask::Page(1))),
        (DEEP, By::Server(1, Ask::deep_page(stocks))),
        (SHOW, By::Server(1, Ask::Show)),
    ]
}

impl<'b> Field<'b> {
    async fn open(backend: &'b Backend, settings: &Settings, binary: &Path, folder: &Path) -> anyhow::Result<Self> {
        let shop = open_shop(backend, binary, settings.stocks(), PROCESSES).await?;
        let bare = Bare::start(&shop, folder, &Request::new(&shop, Ask::Page(1)).sample().await?).await?;
        let pgbench = Pgbench::open(backend, folder, settings.stocks())?;
        let mut plain = Command::new(std::env::current_exe()?);
        plain.args(["plain", "--database", pgbench.url(), "--order-answer"]).arg(bare.order_answer());
        Ok(Self { shop, bare, plain: child::start(&mut plain)?, pgbench })
    }

    async fn measure(&mut self, by: By, load: Load) -> anyhow::Result<Figure> {
        let Self { shop, bare, plain, pgbench } = self;
        match by {
            By::Server(processes, ask) => load::run(load, shop.asked(processes), Request::new(shop, ask)).await,
            By::Of(connections, ask) => {
                let load = Load { connections, ..load };
                load::run(load, shop.asked(1), Request::new(shop, ask)).await
            }
            By::Bare(ask) => bare.run(load, Request::new(shop, ask)).await,
            By::Plain => {
                let (load, asked) = (
                    Load { connections: 1, ..load },
                    Asked { database: shop.asked(1).database, ..Asked::alone(plain) },
                );
                let before = shop.book.numbers.load(Ordering::Relaxed);
                let figure = load::run(load, asked, Request::new(shop, Ask::BareOrder)).await?;
                pgbench.note(shop.book.numbers.load(Ordering::Relaxed) - before);
                Ok(figure)
            }
            By::Pgbench(task) => pgbench.run(task, load.measured),
        }
    }
}
