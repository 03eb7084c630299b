//! The response cache: answers of lists of stock, cached until something that they show changes.
//!
//! Promises: no client is shown an older level than any client was shown before. Where this process alone writes the
//! database, a page is cached with the sum of the versions of the blocks of rows it shows; the writer raises the
//! versions of what it changes before the commit, when no reader can have seen it, and again afterwards, so an old
//! validator no longer fits. Where several processes write, and for pages of anything else, a page is cached with a
//! snapshot token, which changes with every commit of any process. Must not know what a page says.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use onhand_core::Timestamp;
use onhand_store::{Error, SnapshotToken, Store};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use crate::writer::{ChangedStocks, CommitObserver};

/// Bytes of all cached pages and their names; more, and the pages go that are asked for least.
const CACHED_BYTES_MAX: u64 = 16 * 1_024 * 1_024;
/// Pages that are expected in so many bytes.
const CACHED_PAGES: usize = 1_024;
/// Parts of the cache, each with a lock of its own. A page must fit into one, so their number does not grow with the
/// processors.
const SHARDS: usize = 8;
/// Versions. Blocks that share one make each other's pages old too early, never too late.
const VERSIONS: usize = 4_096;
/// The version that every page has in its validator: of which rows there are at all.
const ROWS: usize = VERSIONS;
/// A page that shows rows of more blocks than this is not cached: its validator would cost too much to add up.
const BLOCKS_MAX: i64 = 64;
/// How far an id is shifted to give its block: up to 256 rows that were made one after the other.
const BLOCK_SHIFT: u32 = 16;

/// What has been changed, and the pages that are still valid.
pub struct ResponseCache {
    commits: AtomicU64,
    /// Odd while a commit that changes the block is under way.
    versions: Vec<AtomicU64>,
    changing: Mutex<BTreeSet<usize>>,
    pages: Cache<String, CachedPage, PageWeighter>,
}

#[derive(Clone)]
struct CachedPage {
    validator: Validator,
    body: Bytes,
}

/// A page weighs its bytes. A client chooses its name, so that counts too.
#[derive(Clone)]
struct PageWeighter;

impl Weighter<String, CachedPage> for PageWeighter {
    fn weight(&self, name: &String, page: &CachedPage) -> u64 {
        (name.len() + page.body.len()) as u64
    }
}

/// When a cached page is valid.
#[derive(Clone)]
enum Validator {
    /// These blocks have versions of this sum.
    Versions { blocks: RangeInclusive<i64>, sum: u64 },
    /// The database gives this token.
    SnapshotToken(SnapshotToken),
}

/// Taken before a page is looked for or read: what its validator is compared with.
#[derive(Clone, Debug)]
pub enum ReadPoint {
    /// How much this process, which alone writes, had committed.
    Commits(u64),
    /// The database's snapshot token.
    SnapshotToken(SnapshotToken),
    /// Nothing: pages cannot be cached.
    Nothing,
}

impl ReadPoint {
    /// The same, and until the clock shows another second: what a page shows may change by itself, with time.
    #[must_use]
    pub fn within(self, now: Timestamp) -> Self {
        match self {
            Self::SnapshotToken(token) => Self::SnapshotToken(format!("{token} {}", now.micros() / 1_000_000).into()),
            Self::Commits(_) | Self::Nothing => Self::Nothing,
        }
    }
}

impl Default for ResponseCache {
    fn default() -> Self {
        let mut options = OptionsBuilder::new();
        options.shards(SHARDS).estimated_items_capacity(CACHED_PAGES).weight_capacity(CACHED_BYTES_MAX);
        let options = options.build().expect("both capacities are given");
        let (hash_builder, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self {
            commits: AtomicU64::new(0),
            versions: (0..=VERSIONS).map(|_| AtomicU64::new(0)).collect(),
            changing: Mutex::default(),
            pages: Cache::with_options(options, PageWeighter, hash_builder, lifecycle),
        }
    }
}

impl CommitObserver for ResponseCache {
    /// Raises the versions of what the coming commit changes. No page that shows it is given or cached until
    /// [`Self::after_commit`].
    fn before_commit(&self, stocks: &ChangedStocks) {
        let rows = stocks.any_come_or_gone.then_some(ROWS);
        let stocks = stocks.changed.iter().map(|stock| version(block(stock.get())));
        let mut changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        for version in stocks.chain(rows) {
            if changing.insert(version) {
                self.raise(version);
            }
        }
    }

    /// Raises them again.
    fn after_commit(&self) {
        // Commits first: a reader that sees a raised version sees the raised number of commits too.
        self.commits.fetch_add(1, Ordering::SeqCst);
        let changed = std::mem::take(&mut *self.changing.lock().unwrap_or_else(PoisonError::into_inner));
        changed.into_iter().for_each(|version| self.raise(version));
    }
}

impl ResponseCache {
    /// To be taken before a page is looked for.
    pub async fn before(&self, store: &Store) -> Result<ReadPoint, Error> {
        if !store.is_shared() {
            return Ok(self.commits());
        }
        self.before_all(store).await
    }

    /// The same for a page that shows more than stocks: it is compared with the state of the whole database.
    pub async fn before_all(&self, store: &Store) -> Result<ReadPoint, Error> {
        Ok(store.snapshot_token().await?.map_or(ReadPoint::Nothing, ReadPoint::SnapshotToken))
    }

    fn commits(&self) -> ReadPoint {
        ReadPoint::Commits(self.commits.load(Ordering::SeqCst))
    }

    /// The page cached under a name, if it is still valid.
    pub fn find(&self, name: &str, before: &ReadPoint) -> Option<Bytes> {
        let page = self.pages.get(name)?;
        let is_valid = match (&page.validator, before) {
            (Validator::Versions { blocks, sum }, ReadPoint::Commits(_)) => self.versions(blocks).sum::<u64>() == *sum,
            (Validator::SnapshotToken(then), ReadPoint::SnapshotToken(now)) => then == now,
            _ => false,
        };
        is_valid.then_some(page.body)
    }

    /// Caches a page that shows rows with these first and last ids, unless something was committed since `before`.
    pub fn insert(&self, name: String, body: &Bytes, rows: Option<(i64, i64)>, before: ReadPoint) {
        let validator = match before {
            ReadPoint::Commits(before) => self.validator(rows, before),
            ReadPoint::SnapshotToken(token) => Some(Validator::SnapshotToken(token)),
            ReadPoint::Nothing => None,
        };
        if let Some(validator) = validator {
            self.pages.insert(name, CachedPage { validator, body: body.clone() });
        }
    }

    /// The validator of a page that was read after so many commits, if there have been no more and none is under way.
    /// Versions only grow, so equal sums mean equal versions.
    fn validator(&self, rows: Option<(i64, i64)>, before: u64) -> Option<Validator> {
        let (first, last) = rows?;
        let blocks = block(first.min(last))..=block(first.max(last));
        if blocks.end() - blocks.start() >= BLOCKS_MAX {
            return None;
        }
        let sum = self.versions(&blocks).sum();
        let is_changing = self.versions(&blocks).any(|version| version % 2 == 1);
        let is_current = !is_changing && self.commits.load(Ordering::SeqCst) == before;
        is_current.then_some(Validator::Versions { blocks, sum })
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

    fn cache(pages: &ResponseCache, rows: (i64, i64)) {
        pages.insert("page".to_owned(), &BODY, Some(rows), pages.commits());
    }

    fn found(pages: &ResponseCache) -> bool {
        pages.find("page", &pages.commits()).is_some()
    }

    fn changes(stocks: &[i64]) -> ChangedStocks {
        ChangedStocks { changed: stocks.iter().copied().map(StockId::new).collect(), any_come_or_gone: false }
    }

    fn commit(pages: &ResponseCache, stocks: &[i64]) {
        pages.before_commit(&changes(stocks));
        pages.after_commit();
    }

    #[test]
    fn a_page_is_valid_until_one_of_its_blocks_changes() {
        let pages = ResponseCache::default();
        cache(&pages, (1 << 16, 3 << 16));
        commit(&pages, &[4 << 16, 7]);
        assert!(found(&pages), "other blocks changed");
        commit(&pages, &[(2 << 16) + 9]);
        assert!(!found(&pages), "a block between first and last changed");
    }

    #[test]
    fn a_new_stock_ends_every_page() {
        let pages = ResponseCache::default();
        cache(&pages, (1 << 16, 1 << 16));
        pages.before_commit(&ChangedStocks { changed: Vec::new(), any_come_or_gone: true });
        assert!(!found(&pages));
    }

    /// Others may see the change from the commit on, so the page must not be shown any more from then.
    #[test]
    fn a_page_does_not_outlive_the_commit_that_makes_it_old() {
        let pages = ResponseCache::default();
        cache(&pages, (1 << 16, 1 << 16));
        pages.before_commit(&changes(&[1 << 16, (1 << 16) + 1]));
        assert!(!found(&pages), "it may be old by now");
        cache(&pages, (1 << 16, 1 << 16));
        assert!(!found(&pages), "it may have been read before the commit");
        pages.after_commit();
        assert!(!found(&pages));
        cache(&pages, (1 << 16, 1 << 16));
        assert!(found(&pages));
    }

    #[test]
    fn a_page_read_while_something_was_committed_is_not_cached() {
        let pages = ResponseCache::default();
        let before = pages.commits();
        commit(&pages, &[9 << 16]);
        pages.insert("page".to_owned(), &BODY, Some((1, 1)), before);
        assert!(!found(&pages));
    }

    #[test]
    fn a_page_of_a_shared_database_is_valid_as_long_as_its_token() {
        let pages = ResponseCache::default();
        let token = |text: &str| ReadPoint::SnapshotToken(text.into());
        pages.insert("page".to_owned(), &BODY, Some((1, 1)), token("a"));
        assert!(pages.find("page", &token("a")).is_some());
        assert!(pages.find("page", &token("b")).is_none());
        assert!(pages.find("page", &ReadPoint::Nothing).is_none());
        pages.insert("other".to_owned(), &BODY, Some((1, 1)), ReadPoint::Nothing);
        assert!(pages.find("other", &ReadPoint::Nothing).is_none());
    }

    #[test]
    fn memory_is_bounded() {
        let pages = ResponseCache::default();
        let body = Bytes::from(vec![b' '; CACHED_BYTES_MAX as usize / 40]);
        for number in 0..50 {
            pages.insert(number.to_string(), &body, Some((1, 1)), pages.commits());
        }
        assert!(pages.pages.weight() <= CACHED_BYTES_MAX);
        assert!(!pages.pages.is_empty(), "pages of this size are cached");
    }

    #[test]
    fn long_names_do_not_escape_the_bound() {
        let pages = ResponseCache::default();
        let name = |number: usize| number.to_string() + &" ".repeat(CACHED_BYTES_MAX as usize / 4);
        (0..9).for_each(|number| pages.insert(name(number), &BODY, Some((1, 1)), pages.commits()));
        assert!(pages.pages.weight() <= CACHED_BYTES_MAX);
    }
}
