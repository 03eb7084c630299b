//! List sourcing: the candidates among which the sourcing rule of a catalog chooses the list of an order line.
//!
//! Promises: there are at most [`candidates_max`] candidates besides the catalog's own list, found with a bounded number
//! of questions ([`catalog_lists`]), or with none but for a version ([`known_catalogs`]). Which of them is chosen is
//! decided with the order itself, from the stocks as they are then. Must not know how orders are written in a body.

pub mod availability;
pub mod catalog_lists;
pub mod hours;
pub mod known_catalogs;

use onhand_core::commands::{NewLine, PlaceOrder};
use onhand_core::fulfilment::Coordinates;
use onhand_core::fulfilment::list_sourcing::{ListSourcing, SourcingRule, candidates_max};
use onhand_core::{ChannelId, Timestamp};
use onhand_store::Tx;
use serde_json::Value;

use self::catalog_lists::{CatalogLists, Metres as _, Reach};
use super::order_place::{self, Said};
use super::{ServiceError, Services};
use crate::zone::Zone;

/// Why no list can be chosen for an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoLists {
    /// There is no such catalog.
    UnknownCatalog,
    /// It has no list that its rule could choose.
    NoCandidate,
}

/// Says how the lists of those lines of an order are chosen that name none: by the rule of this catalog.
pub async fn prepare(
    services: &Services,
    catalog: i64,
    order: &mut PlaceOrder,
) -> Result<Result<(), NoLists>, ServiceError> {
    let details: Value = serde_json::from_str(&order.details).unwrap_or_default();
    let chosen = choose_for(services, catalog, (&details, order.channel), &mut order.lines).await?;
    Ok(chosen.map(|sourcing| order.sourcing = sourcing))
}

/// How the lists of those lines are chosen that name none, by the rule of this catalog. With the rule `main` they get its own
/// list, as if they had named it, and nothing is left to choose. `details` may say where they go.
pub async fn choose_for(
    services: &Services,
    catalog: i64,
    (details, channel): (&Value, Option<ChannelId>),
    lines: &mut [NewLine],
) -> Result<Result<Option<ListSourcing>, NoLists>, ServiceError> {
    let open = lines.iter().filter(|line| line.list.is_none()).count();
    let near = place(services, details, channel).await?;
    let reach = Reach { near, count: candidates_max(open), is_bounded: true };
    let Some(known) = services.known_catalogs.lists(&services.store, catalog, reach).await? else {
        return Ok(Err(NoLists::UnknownCatalog));
    };
    let main = known.sourcing.main;
    if known.sourcing.rule == SourcingRule::Main {
        lines.iter_mut().for_each(|line| line.list = line.list.or(main));
        return Ok(main.map(|_| None).ok_or(NoLists::NoCandidate));
    }
    let now = (services.clock.now(), &services.config.time_zone.clone().unwrap_or_else(Zone::utc));
    let sourcing = sourcing(&known, (reach, now), details["click_and_collect"] == Value::Bool(true));
    if sourcing.lists.is_empty() {
        return Ok(Err(NoLists::NoCandidate));
    }
    Ok(Ok(Some(sourcing.best_first())))
}

/// Where an order goes.
async fn place(
    services: &Services,
    details: &Value,
    channel: Option<ChannelId>,
) -> Result<Option<Coordinates>, ServiceError> {
    match order_place::said(details) {
        Said::At(at) => Ok(at),
        Said::Address(id) => {
            let find = async move |tx: &mut Tx<'_>| order_place::of_address(tx, id, channel).await;
            Ok(services.store.read_inline("list_sourcing.address", find).await?)
        }
    }
}

/// How the lists of an order are chosen, which the customer may fetch.
fn sourcing(lists: &CatalogLists, (reach, now): (Reach, (Timestamp, &Zone)), is_fetched: bool) -> ListSourcing {
    let terms = &lists.sourcing;
    let moment = terms.open_only.then_some(now);
    let candidates = lists.candidates(reach);
    ListSourcing {
        rule: terms.rule,
        split: terms.split,
        distance_max: terms.metres_max(),
        open_only: terms.open_only,
        pickup_only: is_fetched,
        lists: candidates.into_iter().map(|one| one.candidate((terms.main, reach.near), moment)).collect(),
        others: Vec::new(),
    }
}
