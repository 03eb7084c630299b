//! Attention: how much waits for a person, as far as it is counted or few rows say it.
//!
//! Promises: reads counters and what is under way, and no large table; a requester that asks for a channel is told of no
//! other's. Must not know how it is shown.

use std::collections::HashMap;

use onhand_core::{Movement, Order, Stock, StockId};
use onhand_store::imports::{self, ImportRow};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::resource;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::{movements, orders, product_stocks};
use onhand_store::{Error, Tx, Value};

use super::origins::Origins;
use super::{Requester, ServiceError, Services};
use crate::auth::Permission;

/// Imports that the overview looks at.
const IMPORTS_MAX: i64 = 50;
/// Changes of stock that it shows.
const CHANGES_MAX: i64 = 20;
/// How old those may be.
const CHANGES_SECONDS: i64 = 7 * 24 * 3_600;

/// How much there is, beside the entries of the navigation.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// Stock lists.
    pub lists: Option<i64>,
    /// Orders that the ERP has not taken.
    pub orders: Option<i64>,
    /// The oldest of them.
    pub oldest_order: Option<Order>,
    /// The import that runs now, if one does.
    pub import: Option<ImportRow>,
}

/// How much waits for a requester.
pub async fn waiting(services: &Services, requester: &Requester) -> Result<Waiting, ServiceError> {
    let of_all = requester.channel.is_none();
    let has_imports = of_all && requester.role.allows(Permission::ReadImports);
    let body = async move |tx: &mut Tx<'_>| {
        if !of_all {
            return Ok(Waiting::default());
        }
        let lists = resource::page(tx, &STOCK_LISTS, &first(Vec::new())).await?.count;
        let mut waiting = oldest_waiting(tx).await?;
        waiting.lists = lists;
        if has_imports {
            waiting.import = imports::open(tx).await?.into_iter().find(|import| import.total > 0);
        }
        Ok(waiting)
    };
    Ok(services.store.read("attention.waiting", body).await?)
}

/// What the overview shows.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// The newest imports, the newest first.
    pub imports: Vec<ImportRow>,
    /// The newest changes of stock, the newest first, each with its stock.
    pub changes: Vec<(Movement, Stock)>,
    /// What stands behind those.
    pub origins: Origins,
}

/// What has happened last, as far as a requester may see it.
pub async fn overview(services: &Services, requester: &Requester) -> Result<Overview, ServiceError> {
    if requester.channel.is_some() {
        return Ok(Overview::default());
    }
    let requester = requester.clone();
    let since = services.clock.now().minus_seconds(CHANGES_SECONDS);
    let body = async move |tx: &mut Tx<'_>| {
        let imports = match requester.role.allows(Permission::ReadImports) {
            true => imports::newest(tx, None, IMPORTS_MAX).await?,
            false => Vec::new(),
        };
        let newest = movements::newest(tx, since, CHANGES_MAX).await?;
        let stocks: Vec<StockId> = newest.iter().map(|movement| movement.stock).collect();
        let stocks: HashMap<StockId, Stock> =
            product_stocks::by_ids(tx, &stocks).await?.into_iter().map(|stock| (stock.id, stock)).collect();
        let origins = Origins::of(tx, &newest, &requester).await?;
        let with_stock = |movement: Movement| Some((stocks.get(&movement.stock)?.clone(), movement));
        let changes = newest.into_iter().filter_map(with_stock).map(|(stock, movement)| (movement, stock)).collect();
        Ok(Overview { imports, changes, origins })
    };
    Ok(services.store.read("attention.overview", body).await?)
}

async fn oldest_waiting(tx: &mut Tx<'_>) -> Result<Waiting, Error> {
    let waits = Condition { column: "is_send", op: Op::Eq, values: vec![Value::Int(0)] };
    let mut page = orders::page(tx, &first(vec![waits])).await?;
    Ok(Waiting { orders: page.count, oldest_order: page.rows.pop(), ..Waiting::default() })
}

/// The first row of a list, with its count.
fn first(conditions: Vec<Condition>) -> ListQuery {
    ListQuery { conditions, sort: Sort::BY_ID, window: Window::Page { number: 1, limit: 1 } }
}
