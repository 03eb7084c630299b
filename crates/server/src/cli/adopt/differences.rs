//! Stocks of which another quantity is available here than at the other server.
//!
//! Promises: a difference is kept, with what the other server said, until it is gone; it is told once when it has lasted
//! for the time of grace, and once when it is gone. Must not know where numbers come from.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use onhand_core::StockListId;
use onhand_sheet::Out;

use super::report::DifferenceRow;
use crate::services::adoption::stocks::StockContent;
use crate::services::table_file::{Format, Sink, TableFile};

/// Differences that are kept; more are counted.
const KEPT_MAX: usize = 200_000;

type Key = (StockListId, String);

/// A difference.
#[derive(Clone, Debug)]
struct Difference {
    there: StockContent,
    here: i64,
    since: Instant,
    was_told: bool,
}

/// Those that there are.
#[derive(Default)]
pub(super) struct Differences {
    kept: BTreeMap<Key, Difference>,
    /// Differences that there was no room for, since the last whole comparison.
    beyond: u64,
    gone: Vec<(Key, i64)>,
}

/// What has come and gone since it was asked for last.
#[derive(Default, Debug)]
pub(super) struct News {
    /// Differences that have lasted.
    pub(super) lasting: Vec<(StockListId, String, i64, i64)>,
    /// Differences that were told and are gone: what is available on both sides.
    pub(super) gone: Vec<(StockListId, String, i64)>,
    /// Differences that are younger than the time of grace.
    pub(super) unsettled: u64,
}

impl Differences {
    /// Notes what is available of a stock here.
    pub(super) fn note(&mut self, there: &StockContent, here: i64) {
        let key = (there.list, there.sku.clone());
        let available = there.figures.available();
        if available == here {
            if let Some(gone) = self.kept.remove(&key).filter(|one| one.was_told) {
                debug_assert!(gone.here != gone.there.figures.available(), "only differences are kept");
                self.gone.push((key, available));
            }
            return;
        }
        if let Some(known) = self.kept.get_mut(&key) {
            (known.there, known.here) = (there.clone(), here);
        } else if self.kept.len() < KEPT_MAX {
            let (there, since, was_told) = (there.clone(), Instant::now(), false);
            self.kept.insert(key, Difference { there, here, since, was_told });
        } else {
            self.beyond += 1;
        }
    }

    /// A comparison of all stocks begins.
    pub(super) fn begin(&mut self) {
        self.beyond = 0;
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.kept.len() as u64 + self.beyond
    }

    /// What the other server said last of the stocks that differ.
    pub(super) fn rows(&self) -> Vec<StockContent> {
        self.kept.values().map(|one| one.there.clone()).collect()
    }

    /// What has come and gone.
    pub(super) fn news(&mut self, grace: Duration) -> News {
        let mut news = News::default();
        for ((list, sku), one) in &mut self.kept {
            if one.since.elapsed() < grace {
                news.unsettled += 1;
            } else if !one.was_told {
                one.was_told = true;
                news.lasting.push((*list, sku.clone(), one.there.figures.available(), one.here));
            }
        }
        news.gone = self.gone.drain(..).map(|((list, sku), available)| (list, sku, available)).collect();
        news
    }

    /// The first of them, by list and SKU.
    pub(super) fn first(&self, limit: usize, name: impl Fn(StockListId) -> String) -> Vec<DifferenceRow> {
        self.kept.iter().take(limit).map(|((list, sku), one)| row(name(*list), sku, one)).collect()
    }

    /// Writes all of them to a CSV file.
    pub(super) fn write(&self, path: &Path, name: impl Fn(StockListId) -> String) -> anyhow::Result<()> {
        let cannot = || format!("cannot write {}", path.display());
        let mut sink = ToFile(BufWriter::new(File::create(path).with_context(cannot)?));
        let mut table = TableFile::begin(&mut sink, Format::Csv).with_context(cannot)?;
        let header = ["stock_list", "product_sku", "there", "here", "difference"];
        table.row(header.map(Out::Text)).with_context(cannot)?;
        for ((list, sku), one) in &self.kept {
            let row = row(name(*list), sku, one);
            let cells = [Out::Text(&row.stock_list), Out::Text(&row.product_sku)];
            let numbers = [row.there, row.here, row.here - row.there].map(Out::Int);
            table.row(cells.into_iter().chain(numbers)).with_context(cannot)?;
        }
        table.finish().with_context(cannot)?;
        sink.0.flush().with_context(cannot)
    }
}

fn row(stock_list: String, sku: &str, one: &Difference) -> DifferenceRow {
    DifferenceRow { stock_list, product_sku: sku.to_owned(), there: one.there.figures.available(), here: one.here }
}

/// A file on disk.
struct ToFile(BufWriter<File>);

impl std::io::Write for ToFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl Sink for ToFile {}

#[cfg(test)]
mod tests {
    use onhand_core::{RemoteFigures, UnitType};

    use super::*;

    fn stock(sku: &str, level: i64) -> StockContent {
        let figures = RemoteFigures { level, ..RemoteFigures::default() };
        let (list, sku) = (StockListId::new(1), sku.to_owned());
        StockContent { list, sku, figures, unit: UnitType::Piece, extra_field: None }
    }

    #[test]
    fn a_difference_is_told_once_and_once_when_it_is_gone() {
        let mut differences = Differences::default();
        differences.note(&stock("A", 5), 5);
        differences.note(&stock("B", 5), 4);
        assert_eq!(differences.count(), 1);
        let young = differences.news(Duration::from_hours(1));
        assert_eq!((young.lasting.len(), young.unsettled), (0, 1));
        let lasting = differences.news(Duration::ZERO).lasting;
        assert_eq!(lasting, [(StockListId::new(1), "B".to_owned(), 5, 4)]);
        differences.note(&stock("B", 6), 4);
        assert!(differences.news(Duration::ZERO).lasting.is_empty(), "it was told");
        differences.note(&stock("B", 6), 6);
        let news = differences.news(Duration::ZERO);
        assert_eq!((news.gone.len(), news.unsettled, differences.count()), (1, 0, 0));
        assert!(differences.news(Duration::ZERO).gone.is_empty(), "it was told");
    }

    #[test]
    fn one_that_goes_before_it_was_told_is_no_news() {
        let mut differences = Differences::default();
        differences.note(&stock("B", 5), 4);
        differences.note(&stock("B", 5), 5);
        let news = differences.news(Duration::ZERO);
        assert!(news.lasting.is_empty() && news.gone.is_empty(), "{news:?}");
    }

    #[test]
    fn they_are_written_as_a_table() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut differences) = (folder.path().join("differences.csv"), Differences::default());
        differences.note(&stock("=B,1", 5), 4);
        differences.write(&path, |list| format!("WH-{}", list.get())).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines, ["stock_list,product_sku,there,here,difference", "WH-1,\"'=B,1\",5,4,-1"]);
    }
}
