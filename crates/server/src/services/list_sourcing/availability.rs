//! Availability: what the own list of a catalog has of some products, and which of its stores near a point have them.
//!
//! Promises: one question for the candidates and one for their stocks, however many products are asked for; what is shown
//! of a list is what its safety stock leaves. Must not know queries or bodies.

use std::collections::{BTreeSet, HashMap};

use onhand_core::fulfilment::Coordinates;
use onhand_core::fulfilment::list_sourcing::{CANDIDATES_MAX, SourcingRule};
use onhand_core::{Stock, StockKey, StockListId};
use onhand_store::Tx;
use onhand_store::resource;
use onhand_store::tables::catalogs::CATALOGS;
use onhand_store::tables::product_stocks;
use onhand_store::tables::stock_lists::SourceList;

use super::hours::Open;
use super::{candidates, opening, rule_of};
use crate::services::{ServiceError, Services};
use crate::zone::Zone;

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AvailabilityQuery {
    /// The products, each once.
    pub skus: Vec<String>,
    /// Where the customer is.
    pub near: Option<Coordinates>,
    /// How many stores of each product are shown.
    pub limit: usize,
}

/// What there is of some products.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Availability {
    /// The rule by which the catalog chooses lists.
    pub rule: SourcingRule,
    /// The products, in the order in which they were asked for.
    pub products: Vec<ProductAvailability>,
}

/// What there is of one product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductAvailability {
    /// Its SKU.
    pub sku: String,
    /// The catalog's own list, if it has one.
    pub main: Option<ListAvailability>,
    /// Stores that have it, nearest first.
    pub stores: Vec<ListAvailability>,
}

/// What a list has of one product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListAvailability {
    /// The list, its store and its settings.
    pub source: SourceList,
    /// Units that a rule may take; never negative.
    pub available: i64,
    /// How far it is, in metres.
    pub distance: Option<i64>,
    /// Whether its store is open.
    pub open: Open,
}

/// Looks at the lists of a catalog.
pub async fn look(services: &Services, catalog: i64, query: AvailabilityQuery) -> Result<Availability, ServiceError> {
    let now = services.clock.now();
    let zone = services.config.time_zone.clone().unwrap_or_else(Zone::utc);
    let AvailabilityQuery { skus, near, limit } = query;
    let wanted = skus.clone();
    let body = async move |tx: &mut Tx<'_>| {
        let Some(catalog) = resource::by_id(tx, &CATALOGS, catalog).await? else { return Ok(None) };
        let found = candidates(tx, &catalog, near, (CANDIDATES_MAX, None)).await?;
        let key = |one: &SourceList| {
            let list = one.list;
            wanted.iter().map(move |sku| StockKey { list, sku: sku.clone() }).collect::<Vec<_>>()
        };
        let keys: BTreeSet<StockKey> = found.iter().flat_map(key).collect();
        let stocks = product_stocks::by_keys(tx, &keys).await?;
        Ok(Some((rule_of(&catalog), catalog.int("stock_list_id").map(StockListId::new), found, stocks)))
    };
    let found = services.store.read("list_sourcing.availability", body).await?;
    let (rule, main, mut found, stocks) = found.ok_or(ServiceError::NotFound)?;
    let distance = |one: &SourceList| near.zip(one.at).map(|(from, to)| from.metres_to(to));
    found.sort_by_key(|one| {
        let metres = distance(one);
        (metres.is_none(), metres, one.priority, one.list)
    });
    let stocks: HashMap<(StockListId, &str), &Stock> =
        stocks.iter().map(|stock| ((stock.list, stock.sku.as_str()), stock)).collect();
    let of = |one: &SourceList, sku: &str| {
        let available = stocks.get(&(one.list, sku)).map_or(0, |stock| stock.available());
        let available = (available - one.safety_stock).max(0);
        ListAvailability { source: one.clone(), available, distance: distance(one), open: opening(one, now, &zone) }
    };
    let product = |sku: String| {
        let stores = found.iter().filter(|one| one.store.as_ref().is_some_and(|store| store.is_active));
        let stores = stores.map(|one| of(one, &sku)).filter(|one| one.available > 0).take(limit).collect();
        let main = found.iter().find(|one| Some(one.list) == main).map(|one| of(one, &sku));
        ProductAvailability { sku, main, stores }
    };
    Ok(Availability { rule, products: skus.into_iter().map(product).collect() })
}
