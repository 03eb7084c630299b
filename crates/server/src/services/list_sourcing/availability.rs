//! Availability: what the own list of a catalog has of some products, and which of its stores near a point have them.
//!
//! Promises: the nearest stores are looked at first, and farther ones only for products that too few of those have, in a
//! few steps and with one question for each, however many products are asked for; what is shown of a list is what its
//! safety stock leaves. Must not know queries or bodies.

use std::collections::HashMap;

use onhand_core::StockListId;
use onhand_core::fulfilment::Coordinates;
use onhand_core::fulfilment::list_sourcing::{CANDIDATES_MAX, SourcingRule};
use onhand_store::tables::product_stocks::available;
use onhand_store::{Error, Tx};

use super::catalog_lists::{CatalogLists, KnownList, Reach};
use super::hours::Open;
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
    /// The lists that have any of the products, each once, and the catalog's own.
    pub lists: Vec<ShownList>,
    /// The products, in the order in which they were asked for.
    pub products: Vec<ProductAvailability>,
}

/// What there is of one product. Lists are named by their positions in [`Availability::lists`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductAvailability {
    /// Its SKU.
    pub sku: String,
    /// What the catalog's own list has, if it has one.
    pub main: Option<(usize, i64)>,
    /// What stores have that have it, nearest first.
    pub stores: Vec<(usize, i64)>,
}

/// A list that is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShownList {
    /// Its id.
    pub list: StockListId,
    /// The name of its store, or else its own.
    pub name: String,
    /// Its store, and whether orders can be fetched there.
    pub store: Option<(i64, bool)>,
    /// How far it is, in metres.
    pub distance: Option<i64>,
    /// Whether its store is open.
    pub open: Open,
}

/// Looks at the lists of a catalog.
pub async fn look(services: &Services, catalog: i64, query: AvailabilityQuery) -> Result<Availability, ServiceError> {
    let AvailabilityQuery { skus, near, limit } = query;
    let reach = Reach { near, count: CANDIDATES_MAX, is_bounded: false };
    let known = services.known_catalogs.lists(&services.store, catalog, reach).await?;
    let known = known.ok_or(ServiceError::NotFound)?;
    let main = known.main();
    let stores = ranked(&known, reach);
    let asked = OffersQuery {
        skus: skus.clone(),
        limit,
        main: main.map(Offering::of),
        stores: stores.iter().map(|(_, one)| Offering::of(one)).collect(),
    };
    let body = async move |tx: &mut Tx<'_>| offers(tx, &asked).await;
    let offers = services.store.read_inline("list_sourcing.availability", body).await?;

    let (now, zone) = (services.clock.now(), services.config.time_zone.clone().unwrap_or_else(Zone::utc));
    let mut lists = Vec::new();
    let mut show = |one: &KnownList, distance: Option<i64>| {
        lists.push(ShownList::of(one, distance, one.opening(now, &zone)));
        lists.len() - 1
    };
    let main = main.map(|one| show(one, one.distance(near)));
    let mut shown = vec![None; stores.len()];
    let mut position = |rank: usize| *shown[rank].get_or_insert_with(|| show(stores[rank].1, stores[rank].0));
    let product = |(sku, offers): (String, Offers)| ProductAvailability {
        sku,
        main: main.map(|list| (list, offers.main)),
        stores: offers.stores.into_iter().map(|(rank, units)| (position(rank), units)).collect(),
    };
    let products = skus.into_iter().zip(offers).map(product).collect();
    Ok(Availability { rule: known.sourcing.rule, lists, products })
}

/// The candidates that are stores, with how far they are, nearest first.
fn ranked(known: &CatalogLists, reach: Reach) -> Vec<(Option<i64>, &KnownList)> {
    let candidates = known.candidates(reach).into_iter();
    let stores = candidates.filter(|one| one.source.store.as_ref().is_some_and(|store| store.is_active));
    let mut stores: Vec<_> = stores.map(|one| (one.distance(reach.near), one)).collect();
    stores.sort_by_key(|(metres, one)| (metres.is_none(), *metres, one.source.priority, one.source.list));
    stores
}

/// A list, and how many units of each stock stay in it.
#[derive(Clone, Copy)]
struct Offering {
    list: StockListId,
    safety_stock: i64,
}

impl Offering {
    const fn of(one: &KnownList) -> Self {
        Self { list: one.source.list, safety_stock: one.source.safety_stock }
    }
}

/// What is asked of the stocks.
#[derive(Clone)]
struct OffersQuery {
    skus: Vec<String>,
    limit: usize,
    main: Option<Offering>,
    stores: Vec<Offering>,
}

/// What there is of a product: in the catalog's own list, and in stores by their ranks.
#[derive(Clone, Default)]
struct Offers {
    main: i64,
    stores: Vec<(usize, i64)>,
}

/// Asks as many stores as may be shown, then twice as many of the next ones, and so on, for products that too few have.
async fn offers(tx: &mut Tx<'_>, asked: &OffersQuery) -> Result<Vec<Offers>, Error> {
    let mut found = vec![Offers::default(); asked.skus.len()];
    let mut wanted: Vec<(StockListId, usize)> =
        asked.main.iter().flat_map(|main| (0..found.len()).map(|sku| (main.list, sku))).collect();
    let (mut looked_at, mut step) = (0, asked.limit);
    loop {
        let short: Vec<usize> = (0..found.len()).filter(|sku| found[*sku].stores.len() < asked.limit).collect();
        let next = &asked.stores[looked_at..asked.stores.len().min(looked_at + step)];
        wanted.extend(short.iter().flat_map(|sku| next.iter().map(|one| (one.list, *sku))));
        if wanted.is_empty() {
            return Ok(found);
        }
        let units: HashMap<_, i64> = available::of_lists(tx, &asked.skus, &wanted).await?.into_iter().collect();
        let offer =
            |one: &Offering, sku: usize| (units.get(&(one.list, sku)).copied().unwrap_or(0) - one.safety_stock).max(0);
        if let Some(main) = asked.main.filter(|_| looked_at == 0) {
            found.iter_mut().enumerate().for_each(|(sku, found)| found.main = offer(&main, sku));
        }
        for sku in short {
            let ranks = looked_at..looked_at + next.len();
            let offers = ranks.zip(next).map(|(rank, one)| (rank, offer(one, sku))).filter(|(_, units)| *units > 0);
            let room = asked.limit - found[sku].stores.len();
            found[sku].stores.extend(offers.take(room));
        }
        looked_at += next.len();
        step *= 2;
        wanted.clear();
    }
}

impl ShownList {
    fn of(one: &KnownList, distance: Option<i64>, open: Open) -> Self {
        let store = one.source.store.as_ref();
        Self {
            list: one.source.list,
            name: store.map_or(&one.source.name, |store| &store.name).clone(),
            store: store.map(|store| (store.id, store.click_and_collect)),
            distance,
            open,
        }
    }
}
