//! The lists of a catalog as sourcing knows them, apart from their stocks, and which of them are candidates.
//!
//! Promises: there are at most so many candidates as are asked for besides the catalog's own list: all further lists of a
//! catalog of few, else those of the nearest stores, or, where nothing says where the order goes, those with the smallest
//! priorities. Found among all lists in memory or with questions to the database, they are the same. Must not know
//! stocks.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use onhand_core::fulfilment::Coordinates;
use onhand_core::fulfilment::grid::Cell;
use onhand_core::fulfilment::list_sourcing::{CandidateList, CandidateStore, SourcingRule};
use onhand_core::fulfilment::nearest::{CELL_ROWS_MAX, NearestSearch};
use onhand_core::{StockListId, Timestamp};
use onhand_store::tables::catalogs::{self, CatalogSourcing};
use onhand_store::tables::stock_lists::{self, SourceList};
use onhand_store::tables::stores::{self, NearFilter};
use onhand_store::{Error, Tx};

use super::hours::{Hours, Open};
use crate::zone::Zone;

/// A catalog with more lists is asked for in the database each time.
pub const LISTS_MAX: usize = 20_000;

const KILOMETRE: i64 = 1_000;

/// Which candidates are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Where the order goes.
    pub near: Option<Coordinates>,
    /// How many there may be besides the catalog's own list.
    pub count: usize,
    /// Whether stores that are too far away for the rule are left out.
    pub is_bounded: bool,
}

/// A list, as sourcing knows it.
#[derive(Debug)]
pub struct KnownList {
    /// What is stored.
    pub source: SourceList,
    hours: Option<Arc<Hours>>,
    zone: Option<Zone>,
}

/// The lists of a catalog: all, or at least those that are candidates.
#[derive(Debug)]
pub struct CatalogLists {
    /// How the catalog chooses.
    pub sourcing: CatalogSourcing,
    /// In the order of their ids.
    lists: Vec<KnownList>,
    /// Further lists, those with the smallest priorities first.
    by_priority: Vec<usize>,
    /// Further lists of stores that are in use, by the cell and id of the store.
    by_cell: Vec<(i64, i64, usize)>,
}

impl CatalogLists {
    /// All lists of a catalog; `None` if they are too many.
    pub async fn all(tx: &mut Tx<'_>, id: i64, sourcing: &CatalogSourcing) -> Result<Option<Self>, Error> {
        let further = catalogs::further_lists(tx, id, LISTS_MAX as i64 + 1).await?;
        if further.len() > LISTS_MAX {
            return Ok(None);
        }
        Self::read(tx, sourcing, further).await.map(Some)
    }

    /// Those that are candidates.
    pub async fn within(tx: &mut Tx<'_>, id: i64, sourcing: &CatalogSourcing, reach: Reach) -> Result<Self, Error> {
        let mut further = catalogs::further_lists(tx, id, reach.count as i64 + 1).await?;
        if further.len() > reach.count {
            further = match by_distance(sourcing, reach) {
                None => catalogs::lists_by_priority(tx, id, reach.count as i64).await?,
                Some((near, metres_max)) => {
                    let filter = NearFilter { is_active: Some(true), catalog: Some(id), ..NearFilter::default() };
                    let found = stores::nearest(tx, near, filter, (reach.count, metres_max)).await?;
                    found.into_iter().filter_map(|store| store.list).collect()
                }
            };
        }
        Self::read(tx, sourcing, further).await
    }

    async fn read(tx: &mut Tx<'_>, sourcing: &CatalogSourcing, further: Vec<StockListId>) -> Result<Self, Error> {
        let further: BTreeSet<StockListId> = further.into_iter().collect();
        let all: BTreeSet<StockListId> = further.iter().copied().chain(sourcing.main).collect();
        let mut sources = stock_lists::sources(tx, &all).await?;
        sources.sort_unstable_by_key(|source| source.list);
        // Most stores are open at the same hours, in the same zone.
        let (mut hours, mut zones) = (HashMap::new(), HashMap::new());
        let known = |mut source: SourceList| {
            let text = source.store.as_mut().map(|store| std::mem::take(&mut store.hours)).unwrap_or_default();
            let hours = hours.entry(text).or_insert_with_key(|text| Hours::parse(text).map(Arc::new)).clone();
            let zone = source
                .time_zone
                .take()
                .and_then(|name| zones.entry(name).or_insert_with_key(|name| name.parse::<Zone>().ok()).clone());
            KnownList { source, hours, zone }
        };
        let lists: Vec<KnownList> = sources.into_iter().map(known).collect();
        let mut by_priority: Vec<usize> =
            (0..lists.len()).filter(|index| further.contains(&lists[*index].source.list)).collect();
        let in_use = |index: &usize| {
            let store = lists[*index].source.store.as_ref().filter(|store| store.is_active)?;
            Some((store.cell?, store.id, *index))
        };
        let mut by_cell: Vec<_> = by_priority.iter().filter_map(in_use).collect();
        by_cell.sort_unstable();
        by_priority.sort_by_key(|index| (lists[*index].source.priority, *index));
        Ok(Self { sourcing: sourcing.clone(), lists, by_priority, by_cell })
    }

    /// How many lists these are.
    pub fn count(&self) -> usize {
        self.lists.len()
    }

    /// The catalog's own list.
    pub fn main(&self) -> Option<&KnownList> {
        let index = self.lists.binary_search_by_key(&self.sourcing.main?, |one| one.source.list).ok()?;
        Some(&self.lists[index])
    }

    /// The candidates: the catalog's own list, and further ones, but for those whose store is not in use or whose
    /// location sends nothing.
    pub fn candidates(&self, reach: Reach) -> Vec<&KnownList> {
        let further = match by_distance(&self.sourcing, reach) {
            Some((near, metres_max)) if self.by_priority.len() > reach.count => {
                self.nearest(near, (reach.count, metres_max))
            }
            _ => self.by_priority.iter().take(reach.count).copied().collect(),
        };
        let main = self.sourcing.main;
        let further = further.into_iter().map(|index| &self.lists[index]);
        let good = further.filter(|one| Some(one.source.list) != main && one.is_good());
        self.main().into_iter().chain(good).collect()
    }

    /// The further lists of the nearest stores, as [`stores::nearest`] finds them.
    fn nearest(&self, near: Coordinates, bounds: (usize, Option<i64>)) -> Vec<usize> {
        let inside = |cell: &Cell| {
            let (first, last) = (*cell.numbers().start(), *cell.numbers().end());
            let from = self.by_cell.partition_point(|(number, ..)| *number < first);
            let rest = &self.by_cell[from..];
            &rest[..rest.partition_point(|(number, ..)| *number <= last)]
        };
        let may_have = |cell: &Cell| !inside(cell).is_empty();
        let mut search = NearestSearch::new(near, bounds, may_have);
        while let Some(cell) = search.next(1).pop() {
            let rows = inside(&cell);
            let looked_at = &rows[..rows.len().min(CELL_ROWS_MAX)];
            let fitting = looked_at.iter().filter_map(|(_, store, index)| {
                let at = self.lists[*index].source.at?;
                Some((at, (*store, *index)))
            });
            search.seen(cell, looked_at.len(), fitting, may_have);
        }
        search.found().map(|(_, (_, index))| index).collect()
    }
}

/// The point and the greatest distance by which further lists are found, where they are not found by priority.
fn by_distance(sourcing: &CatalogSourcing, reach: Reach) -> Option<(Coordinates, Option<i64>)> {
    let near = reach.near.filter(|_| sourcing.rule != SourcingRule::Priority)?;
    Some((near, sourcing.metres_max().filter(|_| reach.is_bounded)))
}

/// Distances of a catalog.
pub trait Metres {
    /// How far a store may be, in metres.
    fn metres_max(&self) -> Option<i64>;
}

impl Metres for CatalogSourcing {
    fn metres_max(&self) -> Option<i64> {
        self.distance_max.map(|kilometres| kilometres * KILOMETRE)
    }
}

impl KnownList {
    fn is_good(&self) -> bool {
        self.source.is_open && self.source.store.as_ref().is_none_or(|store| store.is_active)
    }

    /// How far it is, in metres.
    pub fn distance(&self, near: Option<Coordinates>) -> Option<i64> {
        near.zip(self.source.at).map(|(from, to)| from.metres_to(to))
    }

    /// Whether its store is open, by its own zone or else that of the installation.
    pub fn opening(&self, now: Timestamp, installation: &Zone) -> Open {
        let zone = self.zone.as_ref().unwrap_or(installation);
        self.hours.as_ref().map_or(Open::Unknown, |hours| hours.at(now, zone))
    }

    /// What the rule reads of it. Without a moment its store counts as open.
    pub fn candidate(
        &self,
        (main, near): (Option<StockListId>, Option<Coordinates>),
        moment: Option<(Timestamp, &Zone)>,
    ) -> CandidateList {
        let source = &self.source;
        let store = source.store.as_ref().filter(|store| store.is_active);
        CandidateList {
            list: source.list,
            is_main: Some(source.list) == main,
            store: store.map(|store| CandidateStore {
                is_open: moment.is_none_or(|(now, zone)| self.opening(now, zone).is_open()),
                has_pickup: store.click_and_collect,
            }),
            priority: source.priority,
            distance: self.distance(near),
            safety_stock: source.safety_stock,
        }
    }
}
