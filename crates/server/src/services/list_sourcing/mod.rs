//! List sourcing: the candidates among which the sourcing rule of a catalog chooses the list of an order line.
//!
//! Promises: there are at most [`candidates_max`] candidates besides the catalog's own list, found with a bounded number
//! of questions: all further lists of a catalog of few, else those of the nearest stores, or, where nothing says where
//! the order goes, those with the smallest priorities. Which of them is chosen is decided with the order itself, from
//! the stocks as they are then. Must not know how orders are written in a body.

pub mod availability;
pub mod hours;

use std::collections::BTreeSet;

use onhand_core::commands::PlaceOrder;
use onhand_core::fulfilment::Coordinates;
use onhand_core::fulfilment::list_sourcing::{
    CandidateList, CandidateStore, ListSourcing, SourcingRule, SourcingSplit, candidates_max,
};
use onhand_core::{StockListId, Timestamp};
use onhand_store::resource::{self, Record};
use onhand_store::tables::catalogs::{self, CATALOGS};
use onhand_store::tables::stock_lists::{self, SourceList};
use onhand_store::tables::stores::{self, NearFilter};
use onhand_store::{Error, Tx};
use serde_json::Value;

use self::hours::{Hours, Open};
use super::{ServiceError, Services, order_place};
use crate::zone::Zone;

const KILOMETRE: i64 = 1_000;

/// Why no list can be chosen for an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoLists {
    /// There is no such catalog.
    UnknownCatalog,
    /// It has no list that its rule could choose.
    NoCandidate,
}

/// The sourcing rule of a catalog.
pub fn rule_of(catalog: &Record) -> SourcingRule {
    catalog.text("sourcing_rule").and_then(SourcingRule::from_word).unwrap_or_default()
}

/// Says how the lists of those lines are chosen that name none: by the rule of this catalog. With the rule `main` they
/// get its own list, as if they had named it.
pub async fn prepare(
    services: &Services,
    catalog: i64,
    order: &mut PlaceOrder,
) -> Result<Result<(), NoLists>, ServiceError> {
    let (details, channel, now) = (order.details.clone(), order.channel, services.clock.now());
    let open = order.lines.iter().filter(|line| line.list.is_none()).count();
    let zone = services.config.time_zone.clone().unwrap_or_else(Zone::utc);
    let body = async move |tx: &mut Tx<'_>| {
        let Some(catalog) = resource::by_id(tx, &CATALOGS, catalog).await? else { return Ok(None) };
        let main = catalog.int("stock_list_id").map(StockListId::new);
        let rule = rule_of(&catalog);
        if rule == SourcingRule::Main {
            return Ok(Some((main, None)));
        }
        let near = order_place::of_order(tx, &details, channel).await?;
        let distance_max = catalog.int("sourcing_distance_max").map(|kilometres| kilometres * KILOMETRE);
        let found = candidates(tx, &catalog, near, (candidates_max(open), distance_max)).await?;
        let sourcing = ListSourcing {
            rule,
            split: catalog.text("sourcing_split").and_then(SourcingSplit::from_word).unwrap_or_default(),
            distance_max,
            open_only: catalog.flag("sourcing_open_only"),
            pickup_only: is_fetched(&details),
            lists: found.iter().map(|one| candidate(one, (main, near), (now, &zone))).collect(),
        };
        Ok(Some((main, Some(sourcing))))
    };
    let Some((main, sourcing)) = services.store.read("list_sourcing.candidates", body).await? else {
        return Ok(Err(NoLists::UnknownCatalog));
    };
    match (sourcing, main) {
        (Some(sourcing), _) if !sourcing.lists.is_empty() => order.sourcing = Some(sourcing),
        (None, Some(_)) => order.lines.iter_mut().for_each(|line| line.list = line.list.or(main)),
        _ => return Ok(Err(NoLists::NoCandidate)),
    }
    Ok(Ok(()))
}

/// Whether the customer fetches the order.
fn is_fetched(details: &str) -> bool {
    let details: Value = serde_json::from_str(details).unwrap_or_default();
    details["click_and_collect"] == Value::Bool(true)
}

/// The lists among which a catalog's rule may choose: its own, and so many further ones. Those whose store is not in use,
/// or whose location sends nothing, are left out.
async fn candidates(
    tx: &mut Tx<'_>,
    catalog: &Record,
    near: Option<Coordinates>,
    (count, metres_max): (usize, Option<i64>),
) -> Result<Vec<SourceList>, Error> {
    let (id, main) = (catalog.id, catalog.int("stock_list_id").map(StockListId::new));
    let mut further = catalogs::further_lists(tx, id, count as i64 + 1).await?;
    if further.len() > count {
        let by_distance = near.filter(|_| rule_of(catalog) != SourcingRule::Priority);
        further = match by_distance {
            None => catalogs::lists_by_priority(tx, id, count as i64).await?,
            Some(near) => {
                let filter = NearFilter { is_active: Some(true), catalog: Some(id), ..NearFilter::default() };
                let found = stores::nearest(tx, near, filter, (count, metres_max)).await?;
                found.into_iter().filter_map(|store| store.list).collect()
            }
        };
    }
    let lists: BTreeSet<StockListId> = main.into_iter().chain(further).collect();
    let mut found = stock_lists::sources(tx, &lists).await?;
    found.retain(|one| {
        let is_good = one.is_open && one.store.as_ref().is_none_or(|store| store.is_active);
        Some(one.list) == main || is_good
    });
    Ok(found)
}

/// What the rule reads of a list.
fn candidate(
    source: &SourceList,
    (main, near): (Option<StockListId>, Option<Coordinates>),
    (now, zone): (Timestamp, &Zone),
) -> CandidateList {
    let store = source.store.as_ref().filter(|store| store.is_active);
    CandidateList {
        list: source.list,
        is_main: Some(source.list) == main,
        store: store.map(|store| CandidateStore {
            is_open: opening(source, now, zone).is_open(),
            has_pickup: store.click_and_collect,
        }),
        priority: source.priority,
        distance: near.zip(source.at).map(|(from, to)| from.metres_to(to)),
        safety_stock: source.safety_stock,
    }
}

/// Whether the store of a list is open, by the zone of the list or else that of the installation.
fn opening(source: &SourceList, now: Timestamp, installation: &Zone) -> Open {
    let own: Option<Zone> = source.time_zone.as_deref().and_then(|name| name.parse().ok());
    let hours = source.store.as_ref().and_then(|store| Hours::parse(&store.hours));
    hours.map_or(Open::Unknown, |hours| hours.at(now, own.as_ref().unwrap_or(installation)))
}
