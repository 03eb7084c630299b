//! Tables of stock: the lists that a requester may see, and the stocks of one, page by page.
//!
//! Promises: a page costs what its rows cost, however long the list is; a search looks at a bounded number of products.
//! Must not know how a table is drawn.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{Movement, MovementId, ProductId, Stock, StockKey, StockListId};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::catalogs::CATALOGS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::stock_locations::LOCATIONS;
use onhand_store::tables::{movements, product_stocks, products};
use onhand_store::{Error, Tx, Value};

use super::origins::Origins;
use super::{Requester, ServiceError, Services, channels};

/// The most lists that are shown together.
pub const LISTS_MAX: i64 = 1_000;
/// Lists whose stocks are counted; of more, the counts are not shown.
const COUNTED_MAX: usize = 200;
/// Products that one search looks at.
const SEARCHED_MAX: i64 = 1_000;

/// A list that a requester may see.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedList {
    /// The list.
    pub id: StockListId,
    /// Its name.
    pub name: String,
    /// Its code; may be empty.
    pub code: String,
}

/// What is around a list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Surroundings {
    /// The name of the location whose stock it counts; may be empty.
    pub location: String,
    /// The names of the catalogs that sell from it.
    pub catalogs: Vec<String>,
}

impl NamedList {
    fn of(record: &Record) -> Self {
        let text = |column: &str| record.text(column).unwrap_or_default().to_owned();
        Self { id: StockListId::new(record.id), name: text("name"), code: text("code") }
    }
}

/// The lists that a requester may see, in the order of their names.
pub async fn lists(services: &Services, requester: &Requester) -> Result<Vec<NamedList>, ServiceError> {
    let own = channels::of_own_lists(services, requester, "id").await?;
    let window = Window::Page { number: 1, limit: LISTS_MAX };
    let all = ListQuery { conditions: own.into_iter().collect(), sort: Sort::BY_ID, window };
    let body = async move |tx: &mut Tx<'_>| resource::page(tx, &STOCK_LISTS, &all).await;
    let mut lists: Vec<NamedList> =
        services.store.read("records.page", body).await?.rows.iter().map(NamedList::of).collect();
    lists.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    Ok(lists)
}

/// What is around each list. A requester that asks for a channel is told of nothing.
pub async fn surroundings(
    services: &Services,
    requester: &Requester,
) -> Result<HashMap<StockListId, Surroundings>, ServiceError> {
    if requester.channel.is_some() {
        return Ok(HashMap::new());
    }
    let window = Window::Page { number: 1, limit: LISTS_MAX };
    let all = ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window };
    let body = async move |tx: &mut Tx<'_>| {
        let locations = resource::page(tx, &LOCATIONS, &all).await?.rows;
        Ok((locations, resource::page(tx, &CATALOGS, &all).await?.rows))
    };
    let (locations, catalogs) = services.store.read("records.page", body).await?;
    let name = |record: &Record| record.text("name").unwrap_or_default().to_owned();
    let mut around: HashMap<StockListId, Surroundings> = HashMap::new();
    for (location, list) in locations.iter().filter_map(|found| Some((found, found.int("stock_list_id")?))) {
        around.entry(StockListId::new(list)).or_default().location = name(location);
    }
    for catalog in &catalogs {
        let own = catalog.int("stock_list_id").into_iter().chain(catalog.linked("extra_stock_lists").iter().copied());
        own.for_each(|list| around.entry(StockListId::new(list)).or_default().catalogs.push(name(catalog)));
    }
    Ok(around)
}

/// How many stocks each of some lists has, unless they are too many to be asked for.
pub async fn sizes(services: &Services, lists: &[NamedList]) -> Result<HashMap<StockListId, i64>, ServiceError> {
    if lists.len() > COUNTED_MAX {
        return Ok(HashMap::new());
    }
    let ids: Vec<StockListId> = lists.iter().map(|list| list.id).collect();
    let body = async move |tx: &mut Tx<'_>| {
        let mut sizes = HashMap::new();
        for id in ids {
            sizes.extend(product_stocks::page(tx, &of_list(id, 1, 1)).await?.count.map(|count| (id, count)));
        }
        Ok(sizes)
    };
    Ok(services.store.read("stocks.sizes", body).await?)
}

/// Which stocks of a list are wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// What their SKU begins with; empty for all.
    pub prefix: String,
    /// Which page, from 1.
    pub page: i64,
    /// How many of them.
    pub limit: i64,
}

/// A part of the stocks of a list.
#[derive(Clone, Debug, Default)]
pub struct StockTable {
    /// The stocks: in the order in which they were made, or found ones in the order of SKUs.
    pub rows: Vec<Stock>,
    /// The names of their products.
    pub names: HashMap<ProductId, String>,
    /// Their newest movements.
    pub newest: HashMap<MovementId, Movement>,
    /// What stands behind those.
    pub origins: Origins,
    /// How many there are, if that is known.
    pub count: Option<i64>,
    /// Whether others follow.
    pub has_more: bool,
}

/// A part of the stocks of a list that the requester may see.
pub async fn table(
    services: &Services,
    requester: &Requester,
    (list, wanted): (StockListId, Wanted),
) -> Result<StockTable, ServiceError> {
    let requester = requester.clone();
    let body = async move |tx: &mut Tx<'_>| {
        let mut table = match wanted.prefix.is_empty() {
            true => listed(tx, list, &wanted).await?,
            false => found(tx, list, &wanted).await?,
        };
        let ids: Vec<ProductId> = table.rows.iter().map(|stock| stock.product).collect();
        table.names = products::names(tx, &ids).await?;
        let newest: BTreeSet<MovementId> = table.rows.iter().filter_map(|stock| stock.movement).collect();
        let newest = movements::by_ids(tx, &newest).await?;
        table.origins = Origins::of(tx, &newest, &requester).await?;
        table.newest = newest.into_iter().map(|movement| (movement.id, movement)).collect();
        Ok(table)
    };
    Ok(services.store.read("stocks.table", body).await?)
}

fn of_list(list: StockListId, number: i64, limit: i64) -> ListQuery {
    let of_list = Condition { column: "stock_list_id", op: Op::Eq, values: vec![Value::Int(list.get())] };
    ListQuery { conditions: vec![of_list], sort: Sort::BY_ID, window: Window::Page { number, limit } }
}

async fn listed(tx: &mut Tx<'_>, list: StockListId, wanted: &Wanted) -> Result<StockTable, Error> {
    let page = product_stocks::page(tx, &of_list(list, wanted.page, wanted.limit)).await?;
    let has_more = page.count.is_some_and(|count| wanted.page.saturating_mul(wanted.limit) < count);
    Ok(StockTable { rows: page.rows, count: page.count, has_more, ..StockTable::default() })
}

/// No index has the SKUs of a list, but one has all SKUs.
async fn found(tx: &mut Tx<'_>, list: StockListId, wanted: &Wanted) -> Result<StockTable, Error> {
    let named = products::by_sku_prefix(tx, &wanted.prefix, SEARCHED_MAX).await?;
    let is_all = (named.len() as i64) < SEARCHED_MAX;
    let keys = named.into_iter().map(|(_, sku, _)| StockKey { list, sku }).collect();
    let mut rows = product_stocks::by_keys(tx, &keys).await?;
    rows.sort_by(|one, other| one.sku.cmp(&other.sku));
    let (count, skip) = (rows.len() as i64, (wanted.page - 1).saturating_mul(wanted.limit));
    let rows: Vec<Stock> =
        rows.into_iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).take(wanted.limit as usize).collect();
    let has_more = skip.saturating_add(rows.len() as i64) < count;
    Ok(StockTable { rows, count: is_all.then_some(count), has_more, ..StockTable::default() })
}
