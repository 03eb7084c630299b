//! Kept pages: answers of lists of stock, kept until something that they show changes.
//!
//! Promises: nobody is shown an older figure than anybody was shown before. A page is kept with a stamp, the sum of the
//! versions of the blocks of rows it shows; the ledger raises the versions of what it changes before the commit, when
//! nobody can have seen it, and again afterwards, so an old stamp no longer fits. Holds while one process writes the
//! database. Must not know what a page says.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use bytes::Bytes;
use onhand_core::Changes;

/// Bytes of all kept pages and their names; more, and all are dropped.
const KEPT_BYTES_MAX: usize = 16 * 1_024 * 1_024;
/// Versions. Blocks that share one make each other's pages old too early, never too late.
const VERSIONS: usize = 4_096;
/// The version that every page has in its stamp: of which rows there are at all.
const ROWS: usize = VERSIONS;
/// A page that shows rows of more blocks than this is not kept: its stamp would cost too much to add up.
const BLOCKS_MAX: i64 = 64;
/// How far an id is shifted to give its block: up to 256 rows that were made one after the other.
const BLOCK_SHIFT: u32 = 16;

/// What has been changed, and the pages that still hold.
pub struct Pages {
    commits: AtomicU64,
    /// Odd while a commit that changes the block is under way.
    versions: Vec<AtomicU64>,
    changing: Mutex<BTreeSet<usize>>,
    kept: RwLock<Kept>,
}

#[derive(Default)]
struct Kept {
    pages: HashMap<String, Page>,
    bytes: usize,
}

struct Page {
    blocks: RangeInclusive<i64>,
    stamp: u64,
    body: Bytes,
}

/// Taken before a page is read: whether anything was committed while it was.
#[derive(Clone, Copy, Debug)]
pub struct Before(u64);

impl Default for Pages {
    fn default() -> Self {
        Self {
            commits: AtomicU64::new(0),
            versions: (0..=VERSIONS).map(|_| AtomicU64::new(0)).collect(),
            changing: Mutex::default(),
            kept: RwLock::default(),
        }
    }
}

impl Pages {
    /// Says what the coming commit changes. No page that shows it is given or kept until [`Self::changed`].
    pub fn changing(&self, changes: &Changes) {
        let stocks = changes.stocks.iter().map(|stock| version(block(stock.get())));
        let rows = (!changes.new_stocks.is_empty()).then_some(ROWS);
        let mut changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        for version in stocks.chain(rows) {
            if changing.insert(version) {
                self.raise(version);
            }
        }
    }

    /// Says that the commit is over, however it ended. Called before anybody is answered.
    pub fn changed(&self) {
        // Commits first: a reader that sees a raised version sees the raised number of commits too.
        self.commits.fetch_add(1, Ordering::SeqCst);
        let changed = std::mem::take(&mut *self.changing.lock().unwrap_or_else(PoisonError::into_inner));
        changed.into_iter().for_each(|version| self.raise(version));
    }

    /// To be taken before a page is read from the database.
    pub fn before(&self) -> Before {
        Before(self.commits.load(Ordering::SeqCst))
    }

    /// The page kept under a name, if it still holds.
    pub fn find(&self, name: &str) -> Option<Bytes> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let page = kept.pages.get(name)?;
        (self.stamp(&page.blocks) == page.stamp).then(|| page.body.clone())
    }

    /// Keeps a page that shows rows with these first and last ids, unless something was committed since `before`.
    pub fn keep(&self, name: String, body: &Bytes, rows: Option<(i64, i64)>, before: Before) {
        let Some((first, last)) = rows else { return };
        let blocks = block(first.min(last))..=block(first.max(last));
        if blocks.end() - blocks.start() >= BLOCKS_MAX {
            return;
        }
        let stamp = self.stamp(&blocks);
        if self.is_changing(&blocks) || self.commits.load(Ordering::SeqCst) != before.0 {
            return;
        }
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        // A client chooses the name, so it counts too.
        let bytes = name.len() + body.len();
        if kept.bytes + bytes > KEPT_BYTES_MAX {
            *kept = Kept::default();
        }
        let size = name.len();
        let old = kept.pages.insert(name, Page { blocks, stamp, body: body.clone() });
        kept.bytes += bytes;
        kept.bytes -= old.map_or(0, |page| size + page.body.len());
    }

    /// Versions only grow, so equal sums mean equal versions.
    fn stamp(&self, blocks: &RangeInclusive<i64>) -> u64 {
        self.versions(blocks).sum()
    }

    fn is_changing(&self, blocks: &RangeInclusive<i64>) -> bool {
        self.versions(blocks).any(|version| version % 2 == 1)
    }

    fn versions(&self, blocks: &RangeInclusive<i64>) -> impl Iterator<Item = u64> {
        let versions = blocks.clone().map(version).chain([ROWS]);
        versions.map(|version| self.versions[version].load(Ordering::SeqCst))
    }

    fn raise(&self, version: usize) {
        self.versions[version].fetch_add(1, Ordering::SeqCst);
    }
}

const fn version(block: i64) -> usize {
    block as usize % VERSIONS
}

const fn block(id: i64) -> i64 {
    id >> BLOCK_SHIFT
}

#[cfg(test)]
mod tests {
    use onhand_core::StockId;

    use super::*;

    const BODY: Bytes = Bytes::from_static(b"[]");

    fn kept(pages: &Pages, rows: (i64, i64)) {
        pages.keep("page".to_owned(), &BODY, Some(rows), pages.before());
    }

    fn found(pages: &Pages) -> bool {
        pages.find("page").is_some()
    }

    fn changes(stocks: &[i64]) -> Changes {
        Changes { stocks: stocks.iter().copied().map(StockId::new).collect(), ..Changes::default() }
    }

    fn commit(pages: &Pages, stocks: &[i64]) {
        pages.changing(&changes(stocks));
        pages.changed();
    }

    #[test]
    fn a_page_holds_until_one_of_its_blocks_changes() {
        let pages = Pages::default();
        kept(&pages, (1 << 16, 3 << 16));
        commit(&pages, &[4 << 16, 7]);
        assert!(found(&pages), "other blocks changed");
        commit(&pages, &[(2 << 16) + 9]);
        assert!(!found(&pages), "a block between first and last changed");
    }

    #[test]
    fn a_new_stock_ends_every_page() {
        let pages = Pages::default();
        kept(&pages, (1 << 16, 1 << 16));
        pages.changing(&Changes { new_stocks: [StockId::new(9 << 16)].into(), ..Changes::default() });
        assert!(!found(&pages));
    }

    /// Others may see the change from the commit on, so the page must not be shown any more from then.
    #[test]
    fn a_page_does_not_outlive_the_commit_that_makes_it_old() {
        let pages = Pages::default();
        kept(&pages, (1 << 16, 1 << 16));
        pages.changing(&changes(&[1 << 16, (1 << 16) + 1]));
        assert!(!found(&pages), "it may be old by now");
        kept(&pages, (1 << 16, 1 << 16));
        assert!(!found(&pages), "it may have been read before the commit");
        pages.changed();
        assert!(!found(&pages));
        kept(&pages, (1 << 16, 1 << 16));
        assert!(found(&pages));
    }

    #[test]
    fn a_page_read_while_something_was_committed_is_not_kept() {
        let pages = Pages::default();
        let before = pages.before();
        commit(&pages, &[9 << 16]);
        pages.keep("page".to_owned(), &BODY, Some((1, 1)), before);
        assert!(!found(&pages));
    }

    #[test]
    fn memory_is_bounded() {
        let pages = Pages::default();
        let body = Bytes::from(vec![b' '; KEPT_BYTES_MAX / 4]);
        for number in 0..50 {
            pages.keep(number.to_string(), &body, Some((1, 1)), pages.before());
        }
        assert!(pages.kept.read().expect("not poisoned").bytes <= KEPT_BYTES_MAX);
    }

    #[test]
    fn long_names_do_not_escape_the_bound() {
        let pages = Pages::default();
        let name = |number: usize| number.to_string() + &" ".repeat(KEPT_BYTES_MAX / 4);
        (0..9).for_each(|number| pages.keep(name(number), &BODY, Some((1, 1)), pages.before()));
        pages.keep(name(8), &BODY, Some((1, 1)), pages.before());
        let kept = pages.kept.read().expect("not poisoned");
        let bytes: usize = kept.pages.iter().map(|(name, page)| name.len() + page.body.len()).sum();
        assert!(bytes <= KEPT_BYTES_MAX, "{bytes}");
        assert_eq!(bytes, kept.bytes, "what is counted is what is there");
    }
}
