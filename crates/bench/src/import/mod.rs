//! Imports: files of stock through HTTP against what the database's own means take for the same file, what they need of
//! memory, and what becomes of orders meanwhile.
//!
//! Promises: an import and its baseline take the same file one after the other; a figure only if every row ended as it
//! had to and the list holds what the files say. Must not know which database it is.

pub(crate) mod client;
pub(crate) mod file;
pub(crate) mod raw;
mod workbook;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;

use self::client::{Counts, Importing};
use self::file::Files;
use crate::cases::{Ask, Request};
use crate::load::{self, Case, Figure, Load};
use crate::random::Random;
use crate::report::{Report, Target};
use crate::shop::{Database, Shop};
use crate::{Settings, note};

/// Product stocks of the list that nothing is imported into.
const OTHERS: u64 = 10_000;
/// Rows of a workbook.
const WORKBOOK_ROWS: u64 = 100_000;
/// Who orders while an import runs: a shop at a busy hour, not all that the server can do.
const CUSTOMERS: usize = 8;
/// An import ends long before; it is its end that ends the orders.
const LONG: Duration = Duration::from_hours(1);
/// What an import may need above the idle server, in MiB. The target is 200 MB; the smaller reading of it.
const MEMORY_MOST: f64 = 190.0;
/// How many times the idle p99 that of orders may be while an import runs.
const DELAY_MOST: f64 = 5.0;

const CREATE: &str = "import, new";
const CHANGE: &str = "import, changed";
const SAME: &str = "import, unchanged";
const WORKBOOK: &str = "import of a workbook";
const CELLS: &str = "calamine, cell by cell";
const RANGE: &str = "calamine, whole sheet";

/// What an import is compared with: the same file into a table like ours by the database's own means.
pub(crate) trait Baseline {
    /// What it is called.
    const NAME: &'static str;
    /// How much of its rate an import should reach.
    const LEAST: f64;
    /// What a workbook should reach of the bare reader's rate.
    const WORKBOOK: Target;
    /// Takes a file.
    fn upsert(&mut self, file: &Path, rows: u64) -> anyhow::Result<Figure>;
    /// Does at once what the database would do within minutes, in the middle of what is measured next.
    fn settle(&self) -> anyhow::Result<()>;
}

/// Orders of other SKUs than those that are imported, and of the same.
#[derive(Clone, Copy)]
enum Orders {
    OtherList,
    SameList,
}

/// What takes part.
struct Field<B> {
    shop: Arc<Shop>,
    importing: Importing,
    files: Files,
    baseline: B,
    /// The measured time of orders without an import.
    idle: Load,
}

/// Measures and compares.
pub(crate) async fn run<B: Baseline>(
    settings: &Settings,
    (binary, database): (&Path, Database),
    folder: &Path,
    baseline: B,
    report: &mut Report,
) -> anyhow::Result<()> {
    let shop = Arc::new(Shop::open(binary, database, OTHERS).await?);
    let importing = Importing::start(&shop).await?;
    let idle = Load { connections: CUSTOMERS, ..settings.load(3.0) };
    let mut field = Field { shop, importing, files: Files::new(folder, settings.rows), baseline, idle };
    note(format!("imports of {} rows", settings.rows));
    field.fill(report).await?;
    for round in 1..=settings.rounds as u64 {
        note(format!("imports, round {round} of {}", settings.rounds));
        field.round(round, report).await?;
    }
    let change = format!("{}, changed", B::NAME);
    report.ratio(CREATE, &format!("{}, new", B::NAME), Target::Open);
    report.ratio(CHANGE, &change, Target::AtLeast(B::LEAST));
    report.ratio(SAME, &change, Target::Open);
    report.ratio(WORKBOOK, CELLS, B::WORKBOOK);
    report.ratio(WORKBOOK, RANGE, Target::Open);
    for orders in [Orders::OtherList, Orders::SameList] {
        report.delay(&orders.name(true), &orders.name(false), DELAY_MOST);
    }
    report.above_idle(field.importing.above_idle(), MEMORY_MOST);
    field.close(report).await
}

impl<B: Baseline> Field<B> {
    /// The list as it is before anything is changed.
    async fn fill(&mut self, report: &mut Report) -> anyhow::Result<()> {
        let file = self.files.csv()?;
        report.add(&format!("{}, new", B::NAME), self.baseline.upsert(&file, self.files.rows())?);
        let counts = Counts { created: self.files.rows(), ..Counts::default() };
        report.add(CREATE, self.import(&file, counts).await.context(CREATE)?);
        self.shop.book.imported.fetch_add(self.files.rows(), Ordering::Relaxed);
        self.baseline.settle()
    }

    async fn round(&mut self, round: u64, report: &mut Report) -> anyhow::Result<()> {
        let rows = self.files.rows();
        let changed = Counts { updated: rows, ..Counts::default() };
        let file = self.files.csv()?;
        report.add(&format!("{}, changed", B::NAME), self.baseline.upsert(&file, rows)?);
        report.add(CHANGE, self.import(&file, changed).await.context(CHANGE)?);
        self.baseline.settle()?;
        let unchanged = Counts { unchanged: rows, ..Counts::default() };
        report.add(SAME, self.import(&file, unchanged).await.context(SAME)?);

        let rows = rows.min(WORKBOOK_ROWS);
        let book = self.files.workbook(rows)?;
        report.add(CELLS, workbook::cells(&book, rows)?);
        report.add(RANGE, workbook::range(&book, rows)?);
        let few = Counts { updated: rows, ..Counts::default() };
        report.add(WORKBOOK, self.import(&book, few).await.context(WORKBOOK)?);
        self.baseline.settle()?;

        for orders in [Orders::OtherList, Orders::SameList] {
            let file = self.files.csv()?;
            let load = Load { seed: 2 * round + orders as u64, ..self.idle };
            let idle = load::run(load, self.shop.asked(1), self.orders(orders)).await?;
            report.add(&orders.name(false), idle);
            let meanwhile = self.orders_during(orders, &file, changed).await;
            report.add(&orders.name(true), meanwhile.with_context(|| orders.name(true))?);
            self.baseline.settle()?;
        }
        Ok(())
    }

    async fn import(&mut self, file: &Path, expected: Counts) -> anyhow::Result<Figure> {
        self.importing.run(&self.shop, file, expected).await
    }

    fn orders(&self, orders: Orders) -> Arc<Request> {
        match orders {
            Orders::OtherList => Request::new(&self.shop, Ask::OrderSpread),
            Orders::SameList => Request::of_list(&self.shop, self.importing.list(), self.files.rows()),
        }
    }

    /// Orders from the first byte of a file to the end of its import.
    async fn orders_during(&mut self, orders: Orders, file: &Path, expected: Counts) -> anyhow::Result<Figure> {
        let case = Arc::new(Until { case: self.orders(orders), is_over: AtomicBool::new(false) });
        let load = Load { measured: LONG, ..self.idle };
        let (asked, until) = (self.shop.asked(1), case.clone());
        let import = async {
            let imported = self.importing.run(&self.shop, file, expected).await;
            until.is_over.store(true, Ordering::Relaxed);
            imported
        };
        let (imported, ordered) = tokio::join!(import, load::run(load, asked, case));
        imported?;
        ordered
    }

    /// Compares the books.
    async fn close(self, report: &mut Report) -> anyhow::Result<()> {
        report.note(self.importing.compare(&self.shop, self.files.figures()).await?);
        report.note(self.shop.close().await?);
        Ok(())
    }
}

impl Orders {
    fn name(self, is_during: bool) -> String {
        let list = match self {
            Self::OtherList => "another list",
            Self::SameList => "the same list",
        };
        format!("orders of {list}, {}", if is_during { "during an import" } else { "idle" })
    }
}

/// A case that goes on until it is over.
struct Until {
    case: Arc<Request>,
    is_over: AtomicBool,
}

impl Case for Until {
    fn ask(&self, random: &mut Random, out: &mut Vec<u8>) -> bool {
        !self.is_over.load(Ordering::Relaxed) && self.case.ask(random, out)
    }

    fn answered(&self, body: &[u8]) {
        self.case.answered(body);
    }
}
