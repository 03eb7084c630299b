//! The lists of catalogs in memory, so that neither an order nor a question about availability reads thousands of rows
//! that seldom change.
//!
//! Promises: what is given is what the database had at a moment after it was asked for, whichever process changed it: it
//! is kept with the version that every change of it raises in its own transaction, and is given only while the database
//! still has that version. Memory is bounded, and so is the share of the time that is spent on reading all lists; what is
//! not in memory is asked for in the database. Must not know what is done with lists.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use onhand_store::tables::{catalogs, stock_lists};
use onhand_store::{Error, Store, Tx};

use super::catalog_lists::{CatalogLists, LISTS_MAX, Reach};

/// Lists of all catalogs in memory, each some hundred bytes.
const KEPT_MAX: usize = 2 * LISTS_MAX;
/// After all lists of a catalog were read, none are read for so many times as long as that took.
const REST: u32 = 20;

/// The catalogs in memory.
#[derive(Default)]
pub struct KnownCatalogs {
    kept: Mutex<Kept>,
    asked: AtomicU64,
    answered: tokio::sync::Mutex<Answered>,
}

/// The version that the database gave to the first so many that asked.
#[derive(Clone, Copy, Default)]
struct Answered {
    askers: u64,
    version: Option<i64>,
}

#[derive(Default)]
struct Kept {
    version: i64,
    catalogs: HashMap<i64, KnownLists>,
    lists: usize,
    is_loading: bool,
    rests_until: Option<Instant>,
}

/// What is known of a catalog.
#[derive(Clone)]
enum KnownLists {
    All(Arc<CatalogLists>),
    /// It has too many to be kept.
    TooMany,
}

impl KnownCatalogs {
    /// The lists of a catalog: all of them, or those within reach. `None` if there is no such catalog.
    pub async fn lists(&self, store: &Store, id: i64, reach: Reach) -> Result<Option<Arc<CatalogLists>>, Error> {
        let version = self.version(store).await?;
        let is_too_large = match version.and_then(|version| self.kept().find(version, id)) {
            Some(KnownLists::All(lists)) => return Ok(Some(lists)),
            found => found.is_some(),
        };
        let loading = version.filter(|_| !is_too_large).and_then(|_| self.begin());
        let wants_all = loading.is_some();
        let body = async move |tx: &mut Tx<'_>| {
            let Some(sourcing) = catalogs::sourcing(tx, id).await? else { return Ok(None) };
            let version = stock_lists::sourcing_version(tx).await?;
            if wants_all && let Some(all) = CatalogLists::all(tx, id, &sourcing).await? {
                return Ok(Some((version, true, all)));
            }
            Ok(Some((version, false, CatalogLists::within(tx, id, &sourcing, reach).await?)))
        };
        let Some((version, is_all, lists)) = store.read("list_sourcing.lists", body).await? else { return Ok(None) };
        let lists = Arc::new(lists);
        if let Some(version) = version.filter(|_| wants_all) {
            let known = if is_all { KnownLists::All(lists.clone()) } else { KnownLists::TooMany };
            self.kept().keep(version, id, known);
        }
        Ok(Some(lists))
    }

    /// The version of a moment from now on. Of a server database, those that ask while a question is on its way share
    /// the next one.
    async fn version(&self, store: &Store) -> Result<Option<i64>, Error> {
        let ask = || store.read_inline("sourcing.version", async |tx| stock_lists::sourcing_version(tx).await);
        if !store.is_shared() {
            return ask().await;
        }
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut answered = self.answered.lock().await;
        if answered.askers < number {
            let askers = self.asked.load(Ordering::SeqCst);
            *answered = Answered { askers, version: ask().await? };
        }
        Ok(answered.version)
    }

    /// Leave to read all lists of a catalog, unless another one is read, or one was a short while ago.
    fn begin(&self) -> Option<Loading<'_>> {
        let mut kept = self.kept();
        let may = !kept.is_loading && kept.rests_until.is_none_or(|until| until <= Instant::now());
        kept.is_loading |= may;
        may.then(|| Loading { catalogs: self, began: Instant::now() })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&self, version: i64, id: i64) -> Option<KnownLists> {
        self.catalogs.get(&id).filter(|_| self.version == version).cloned()
    }

    /// Keeps the lists of a catalog; those of another version are given up.
    fn keep(&mut self, version: i64, id: i64, lists: KnownLists) {
        let count = match &lists {
            KnownLists::All(lists) => lists.count() + 1,
            KnownLists::TooMany => 1,
        };
        if self.version != version || self.lists + count > KEPT_MAX {
            self.catalogs.clear();
            (self.version, self.lists) = (version, 0);
        }
        self.lists += count;
        self.catalogs.insert(id, lists);
    }
}

/// All lists of a catalog are being read, until this is dropped.
struct Loading<'c> {
    catalogs: &'c KnownCatalogs,
    began: Instant,
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        let rest: Duration = self.began.elapsed() * REST;
        let mut kept = self.catalogs.kept();
        kept.is_loading = false;
        kept.rests_until = Some(Instant::now() + rest);
    }
}

#[cfg(test)]
mod tests {
    use onhand_core::StockListId;
    use onhand_core::fulfilment::Coordinates;
    use onhand_core::fulfilment::list_sourcing::SourcingRule;
    use onhand_store::Options;
    use onhand_store::resource::{self, Record, Table};
    use onhand_store::tables::catalogs::CATALOGS;
    use onhand_store::tables::stock_lists::STOCK_LISTS;
    use onhand_store::tables::stores::STORES;

    use super::*;
    use crate::clock::Clock;

    fn record(table: &'static Table, name: String) -> Record {
        let mut record = Record::new(table, Clock::System.now());
        record.set("name", name);
        record
    }

    /// A store at some place on the earth, or at none; some are at one place.
    fn store(number: i64, list: i64) -> Record {
        let mixed = |salt: i64, of: i64| (number * 2_654_435_761 + salt * 40_503).rem_euclid(of);
        let mut store = record(&STORES, format!("store {number}"));
        store.set("stock_list_id", list);
        store.set("township_id", 1);
        store.set("is_active", i64::from(number % 7 != 0));
        if number % 11 != 0 {
            let (latitude, longitude) =
                if number % 5 == 0 { (41, 29) } else { (mixed(1, 180) - 90, mixed(2, 360) - 180) };
            store.set("latitude", latitude.to_string());
            store.set("longitude", longitude.to_string());
        }
        store
    }

    async fn open(folder: &std::path::Path) -> Store {
        let url = format!("sqlite:{}", folder.join("t.db").display());
        Store::open(&url, &Options::default()).await.expect("it opens")
    }

    /// A catalog with so many lists, each of a store.
    async fn catalog(store: &Store, lists: i64, rule: SourcingRule) -> i64 {
        let make = async move |tx: &mut Tx<'_>| {
            let new = |number: i64| {
                let mut list = record(&STOCK_LISTS, format!("{} {number}", rule.word()));
                list.set("sourcing_priority", number * 37 % 10);
                list
            };
            let made = resource::insert(tx, &STOCK_LISTS, (0..lists).map(new).collect()).await?;
            let ids: Vec<i64> = made.iter().map(|list| list.id).collect();
            let stores = (0..).zip(&ids).map(|(number, list)| self::store(number, *list)).collect();
            resource::insert(tx, &STORES, stores).await?;
            let mut catalog = record(&CATALOGS, rule.word().to_owned());
            catalog.set("sourcing_rule", rule.word());
            catalog.set("stock_list_id", ids[3]);
            catalog.link("extra_stock_lists", ids);
            Ok(resource::insert(tx, &CATALOGS, vec![catalog]).await?.remove(0).id)
        };
        store.write("t", make).await.expect("made")
    }

    fn ids(lists: &CatalogLists, reach: Reach) -> Vec<StockListId> {
        let mut ids: Vec<_> = lists.candidates(reach).into_iter().map(|one| one.source.list).collect();
        ids.sort_unstable();
        ids
    }

    #[tokio::test]
    async fn candidates_in_memory_are_those_of_the_database() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = open(folder.path()).await;
        let points = [Some((41, 29)), Some((-89, 10)), Some((0, 180)), Some((52, -179)), None];
        let degrees = |(latitude, longitude): (i64, i64)| Coordinates::new(latitude * 1_000_000, longitude * 1_000_000);
        for (lists, rule) in
            [(700, SourcingRule::NearestStore), (120, SourcingRule::Priority), (30, SourcingRule::Main)]
        {
            let id = catalog(&store, lists, rule).await;
            for (near, count) in points.into_iter().flat_map(|near| [1, 5, 50].map(|count| (near, count))) {
                let reach = Reach { near: near.and_then(degrees), count, is_bounded: false };
                let read = async move |tx: &mut Tx<'_>| {
                    let sourcing = catalogs::sourcing(tx, id).await?.expect("there");
                    let all = CatalogLists::all(tx, id, &sourcing).await?.expect("not too many");
                    Ok((all, CatalogLists::within(tx, id, &sourcing, reach).await?))
                };
                let (all, within) = store.read("t", read).await.expect("read");
                assert_eq!(ids(&all, reach), ids(&within, reach), "{} {reach:?}", rule.word());
                assert_eq!(all.count() as i64, lists);
            }
        }
    }

    /// What is in memory, or was read for it.
    async fn name_of_first(known: &KnownCatalogs, store: &Store, id: i64) -> (String, bool) {
        known.kept().rests_until = None;
        let reach = Reach { near: None, count: 1, is_bounded: false };
        let before = known.kept().version;
        let lists = known.lists(store, id, reach).await.expect("read").expect("there");
        (lists.main().expect("there").source.name.clone(), known.kept().version == before)
    }

    #[tokio::test]
    async fn lists_are_kept_until_any_process_changes_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (store, other) = (open(folder.path()).await, open(folder.path()).await);
        let id = catalog(&store, 60, SourcingRule::NearestStore).await;
        let known = KnownCatalogs::default();
        assert!(!name_of_first(&known, &store, id).await.1, "read");
        assert!(name_of_first(&known, &store, id).await.1, "kept");
        let rename = async move |tx: &mut Tx<'_>| {
            let sourcing = catalogs::sourcing(tx, id).await?.expect("there");
            let list = resource::by_id(tx, &STOCK_LISTS, sourcing.main.expect("its own").get()).await?.expect("there");
            let mut renamed = list.clone();
            renamed.set("name", "renamed");
            resource::update(tx, list, renamed).await
        };
        other.write("t", rename).await.expect("renamed");
        assert_eq!(name_of_first(&known, &store, id).await, ("renamed".to_owned(), false));
        assert_eq!(name_of_first(&known, &store, id).await, ("renamed".to_owned(), true));
        let unknown = known.lists(&store, 999, Reach { near: None, count: 1, is_bounded: false }).await;
        assert!(unknown.expect("read").is_none());
    }

    #[tokio::test]
    async fn all_lists_are_not_read_all_the_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = open(folder.path()).await;
        let id = catalog(&store, 60, SourcingRule::NearestStore).await;
        let known = KnownCatalogs::default();
        let reach = Reach { near: None, count: 5, is_bounded: false };
        let reading = known.begin().expect("nothing is read");
        assert!(known.begin().is_none(), "one at a time");
        let lists = known.lists(&store, id, reach).await.expect("read").expect("there");
        assert_eq!(lists.count(), 6, "five and the catalog's own");
        drop(reading);
        known.kept().rests_until = Some(Instant::now() + Duration::from_mins(1));
        assert!(known.begin().is_none());
        known.kept().rests_until = Some(Instant::now());
        assert_eq!(known.lists(&store, id, reach).await.expect("read").expect("there").count(), 60);
        assert_eq!(known.kept().lists, 61);
    }

    #[test]
    fn memory_is_bounded() {
        let mut kept = Kept::default();
        (0..=KEPT_MAX as i64).for_each(|id| kept.keep(7, id, KnownLists::TooMany));
        assert_eq!((kept.catalogs.len(), kept.lists), (1, 1));
        kept.keep(8, 1, KnownLists::TooMany);
        assert!(kept.find(7, 1).is_none() && kept.find(8, 1).is_some());
    }
}
