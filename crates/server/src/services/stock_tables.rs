//! Tables of stock: the lists that a requester may see, and the stocks of one, page by page.
//!
//! Promises: a part costs what its rows cost, however long the list is, or looks at a bounded number of stocks and products
//! (see [`super::product_search`]). Must not know how a table is drawn.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{Movement, MovementId, ProductId, Stock, StockId, StockKey, StockListId, StockState, Timestamp};
use onhand_store::query::{CursorKey, ListQuery, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::stock_views::{self, COUNTED_MAX, ChangePlace};
use onhand_store::tables::catalogs::CATALOGS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::stock_locations::LOCATIONS;
use onhand_store::tables::{movements, product_stocks, products};
use onhand_store::{Error, Tx, Value};

use super::origins::Origins;
use super::stock_filter::{BY_SKU, StockFilter};
use super::{Requester, ServiceError, Services, channels, product_search};

/// The most lists of a shop that are read together.
const LISTS_MAX: i64 = 10_000;
/// Products that one search by words looks at.
const SEARCHED_MAX: i64 = 1_000;
/// Stocks that are looked at for one part of a table, where no index has what narrows it.
const LOOKED_MAX: i64 = 5_000;
/// How many of them at once.
const LOOKED_TOGETHER: i64 = 1_000;

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

/// How many stocks each of some lists has.
pub async fn sizes(services: &Services, lists: &[NamedList]) -> Result<HashMap<StockListId, i64>, ServiceError> {
    let ids: Vec<StockListId> = lists.iter().map(|list| list.id).collect();
    let body = async move |tx: &mut Tx<'_>| {
        let mut sizes = HashMap::new();
        for id in ids {
            sizes.insert(id, product_stocks::count_of_list(tx, id).await?);
        }
        Ok(sizes)
    };
    Ok(services.store.read("stocks.sizes", body).await?)
}

/// Where a part of a table begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A page of every stock of the list, from 1, in the order of ids.
    Page(i64),
    /// Behind a stock, in the order of SKUs: its SKU and its id.
    After(String, i64),
    /// Before a stock, in the same order.
    Before(String, i64),
    /// Behind a change, the newest change first.
    AfterChange(ChangePlace),
}

/// Which stocks of a list are wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Those that this leaves.
    pub filter: StockFilter,
    /// Whether in the order of SKUs; a table that is narrowed has its own order in any case.
    pub by_sku: bool,
    /// Where the part begins; none for the first. One of another order than the table's is the first, too.
    pub place: Option<Place>,
    /// How many of them.
    pub limit: i64,
}

/// A part of the stocks of a list.
#[derive(Clone, Debug, Default)]
pub struct StockTable {
    /// The stocks: in the order in which they were made, in that of their SKUs, or the newest change first.
    pub rows: Vec<Stock>,
    /// The names of their products.
    pub names: HashMap<ProductId, String>,
    /// Their newest movements.
    pub newest: HashMap<MovementId, Movement>,
    /// What stands behind those.
    pub origins: Origins,
    /// How many there are in the whole table, if that is known.
    pub count: Option<i64>,
    /// How many stocks the list has.
    pub size: i64,
    /// How many are in each state, in the order of [`StockState::ALL`]: up to [`COUNTED_MAX`], and one more where there
    /// are more.
    pub states: [i64; StockState::ALL.len()],
    /// Where the rows before these are, if there are some.
    pub previous: Option<Place>,
    /// Where the table goes on, if it does. There may be fewer rows than were asked for, and more to follow: a part looks
    /// at a bounded number of stocks.
    pub next: Option<Place>,
    /// Whether the stocks were found by words or a barcode, and not as those whose SKU begins with the text.
    pub by_words: bool,
}

/// A part of the stocks of a list that the requester may see.
pub async fn table(
    services: &Services,
    requester: &Requester,
    (list, wanted): (StockListId, Wanted),
) -> Result<StockTable, ServiceError> {
    let requester = requester.clone();
    let body = async move |tx: &mut Tx<'_>| {
        let mut table = part(tx, list, &wanted).await?;
        table.size = product_stocks::count_of_list(tx, list).await?;
        table.states = stock_views::counts(tx, list).await?;
        table.count = table.count.or_else(|| counted(&wanted, &table));
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

/// How many stocks a table has, where that is known without looking at them.
fn counted(wanted: &Wanted, table: &StockTable) -> Option<i64> {
    if table.by_words {
        return None;
    }
    if wanted.filter.is_all() {
        return Some(table.size);
    }
    if wanted.place.is_none() && table.next.is_none() {
        return Some(table.rows.len() as i64);
    }
    let state = wanted.filter.state.filter(|_| wanted.filter.is_state_alone())?;
    let (_, count) = StockState::ALL.into_iter().zip(table.states).find(|(one, _)| *one == state)?;
    Some(count).filter(|count| *count <= COUNTED_MAX)
}

async fn part(tx: &mut Tx<'_>, list: StockListId, wanted: &Wanted) -> Result<StockTable, Error> {
    match wanted.filter.changed_since {
        Some(since) => changed(tx, (list, since), wanted).await,
        None if wanted.filter.is_all() && !wanted.by_sku => listed(tx, list, wanted).await,
        None if wanted.filter.prefix.is_empty() => walked(tx, list, wanted).await,
        // Only what is found by words has pages with numbers.
        None if matches!(wanted.place, Some(Place::Page(_))) => found(tx, list, wanted).await,
        None => match walked(tx, list, wanted).await? {
            by_sku if by_sku.rows.is_empty() && wanted.place.is_none() => found(tx, list, wanted).await,
            by_sku => Ok(by_sku),
        },
    }
}

fn of_list(list: StockListId, number: i64, limit: i64) -> ListQuery {
    StockFilter::default().listing(list, false, Window::Page { number, limit })
}

/// Every stock, in the order of ids.
async fn listed(tx: &mut Tx<'_>, list: StockListId, wanted: &Wanted) -> Result<StockTable, Error> {
    let number = if let Some(Place::Page(number)) = wanted.place { number } else { 1 };
    let page = product_stocks::page(tx, &of_list(list, number, wanted.limit)).await?;
    let has_more = page.count.is_some_and(|count| number.saturating_mul(wanted.limit) < count);
    let previous = (number > 1).then(|| Place::Page(number - 1));
    let next = has_more.then(|| Place::Page(number + 1));
    Ok(StockTable { rows: page.rows, count: page.count, previous, next, ..StockTable::default() })
}

/// The order of SKUs, forwards or backwards.
async fn walked(tx: &mut Tx<'_>, list: StockListId, wanted: &Wanted) -> Result<StockTable, Error> {
    let start = match &wanted.place {
        Some(Place::After(sku, id) | Place::Before(sku, id)) => {
            Some(CursorKey { value: Value::from(sku.clone()), id: *id })
        }
        _ => None,
    };
    let is_backward = matches!(wanted.place, Some(Place::Before(..)));
    let (mut rows, mut looked, mut key) = (Vec::new(), 0, start.clone());
    // What no index has narrows the rows afterwards, of which then more are read.
    let limit = if wanted.filter.unit.is_some() { LOOKED_TOGETHER } else { wanted.limit + 1 };
    let is_at_end = loop {
        let window = Window::After { key: key.take(), limit };
        let sort = Sort { descending: is_backward, ..BY_SKU };
        let conditions = wanted.filter.indexed(list);
        let page = product_stocks::page(tx, &ListQuery { conditions, sort, window }).await?;
        looked += page.rows.len() as i64;
        rows.extend(page.rows.into_iter().filter(|stock| wanted.filter.leaves(stock)));
        key = page.next;
        if key.is_none() || looked >= LOOKED_MAX || rows.len() as i64 > wanted.limit {
            break key.is_none();
        }
    };
    let is_full = rows.len() as i64 > wanted.limit;
    rows.truncate(usize::try_from(wanted.limit).unwrap_or_default());
    let beyond = match key.filter(|_| !is_full) {
        Some(CursorKey { value: Value::Text(sku), id }) => Some((sku.into_owned(), id)),
        _ => rows.last().filter(|_| is_full || !is_at_end).map(|stock| (stock.sku.clone(), stock.id.get())),
    };
    let first = rows.first().map(|stock| (stock.sku.clone(), stock.id.get()));
    if is_backward {
        rows.reverse();
        let previous = beyond.map(|(sku, id)| Place::Before(sku, id));
        return Ok(StockTable { rows, previous, next: first.map(after), ..StockTable::default() });
    }
    let previous = first.filter(|_| start.is_some()).map(|(sku, id)| Place::Before(sku, id));
    Ok(StockTable { rows, previous, next: beyond.map(after), ..StockTable::default() })
}

fn after((sku, id): (String, i64)) -> Place {
    Place::After(sku, id)
}

/// The newest change first.
async fn changed(
    tx: &mut Tx<'_>,
    (list, since): (StockListId, Timestamp),
    wanted: &Wanted,
) -> Result<StockTable, Error> {
    let after = if let Some(Place::AfterChange(place)) = wanted.place { place } else { ChangePlace::FIRST };
    let leaves = |stock: &Stock| wanted.filter.leaves(stock);
    let mut found = stock_views::changed(tx, (list, since), (after, wanted.limit + 1), leaves).await?;
    let is_full = found.stocks.len() as i64 > wanted.limit;
    found.stocks.truncate(usize::try_from(wanted.limit).unwrap_or_default());
    let next = if is_full { found.stocks.last().map(|(_, place)| *place) } else { found.next };
    let rows = found.stocks.into_iter().map(|(stock, _)| stock).collect();
    Ok(StockTable { rows, next: next.map(Place::AfterChange), ..StockTable::default() })
}

/// The stocks that a filter means whose text is words or a barcode, in the order of SKUs, and whether those are all.
async fn meant(tx: &mut Tx<'_>, list: StockListId, filter: &StockFilter) -> Result<(Vec<Stock>, bool), Error> {
    let named = product_search::meant(tx, &filter.prefix, SEARCHED_MAX).await?.products;
    let is_all = (named.len() as i64) < SEARCHED_MAX;
    let keys = named.into_iter().map(|product| StockKey { list, sku: product.sku }).collect();
    let rest = StockFilter { prefix: String::new(), ..filter.clone() };
    let mut rows = product_stocks::by_keys(tx, &keys).await?;
    rows.retain(|stock| rest.leaves(stock));
    rows.sort_by(|one, other| one.sku.cmp(&other.sku));
    Ok((rows, is_all))
}

/// The stocks of a list that a table with this filter shows, where it finds them by words or a barcode; none where the
/// filter itself says which they are.
pub async fn by_words(
    services: &Services,
    list: StockListId,
    filter: &StockFilter,
) -> Result<Option<Vec<StockId>>, ServiceError> {
    if filter.prefix.is_empty() || filter.changed_since.is_some() {
        return Ok(None);
    }
    let wanted = Wanted { filter: filter.clone(), by_sku: true, place: None, limit: 1 };
    let body = async move |tx: &mut Tx<'_>| {
        if !walked(tx, list, &wanted).await?.rows.is_empty() {
            return Ok(None);
        }
        let (rows, _) = meant(tx, list, &wanted.filter).await?;
        Ok(Some(rows.into_iter().map(|stock| stock.id).collect()))
    };
    Ok(services.store.read("stocks.by_words", body).await?)
}

/// What no SKU of the list begins with may be a barcode, or words. No index has those of the products of a list, but one
/// has those of all products.
async fn found(tx: &mut Tx<'_>, list: StockListId, wanted: &Wanted) -> Result<StockTable, Error> {
    let number = if let Some(Place::Page(number)) = wanted.place { number } else { 1 };
    let (rows, is_all) = meant(tx, list, &wanted.filter).await?;
    let (count, skip) = (rows.len() as i64, (number - 1).saturating_mul(wanted.limit));
    let rows: Vec<Stock> =
        rows.into_iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).take(wanted.limit as usize).collect();
    let next = (skip.saturating_add(rows.len() as i64) < count).then(|| Place::Page(number + 1));
    let previous = (number > 1).then(|| Place::Page(number - 1));
    Ok(StockTable { rows, count: is_all.then_some(count), previous, next, by_words: true, ..StockTable::default() })
}
