//! Headers and cells of files, as tables: what is understood, and what is rejected and why.
//!
//! Promises: each kind of cell that a stock file is known to come with has a line here, and no input panics.

mod anything;
mod cells;
mod headers;
mod mappings;
mod prices;

use onhand_core::commands::ImportStock;
use onhand_core::import::{
    Cell, CellError, CellKind, Columns, ImportMode, ListNames, Problem, Reading, Subject, Times,
};
use onhand_core::{Timestamp, commands::LevelChange};

/// The present in these tests, in seconds.
const NOW: i64 = 1_000_000;

/// Reads times as numbers of seconds: which forms of time there are is not this crate's business.
#[derive(Debug)]
struct Seconds;

impl Times for Seconds {
    fn moment(&self, text: &str) -> Result<Timestamp, Problem> {
        match text {
            "local" => Err(Problem::NoTimeZone),
            _ => Ok(Timestamp::from_micros(text.parse::<i64>().map_err(|_| Problem::NotATime)? * 1_000_000)),
        }
    }
}

fn reading(mode: ImportMode) -> Reading<'static> {
    let list = ListNames { name: "İzmir Depo", code: Some("IZM-1") };
    Reading { list, mode, now: Timestamp::from_micros(NOW * 1_000_000), times: &Seconds }
}

fn text(text: &str) -> Cell<'_> {
    Cell { kind: if text.is_empty() { CellKind::Empty } else { CellKind::Text }, text }
}

fn number(text: &str) -> Cell<'_> {
    Cell { kind: CellKind::Number, text }
}

fn columns(header: &str) -> Columns {
    Columns::read(&header.split('|').map(text).collect::<Vec<_>>(), Subject::Stocks)
        .expect("a header that is understood")
}

/// Reads one row of text cells.
fn row(header: &str, cells: &str, mode: ImportMode) -> Result<ImportStock, CellError> {
    columns(header).row(&cells.split('|').map(text).collect::<Vec<_>>(), &reading(mode))
}

fn level(units: i64) -> LevelChange {
    LevelChange::Level(onhand_core::Quantity::new(units).expect("within the limits"))
}
