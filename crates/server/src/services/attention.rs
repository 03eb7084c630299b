//! Attention: how much waits for a person, as far as it is counted or few rows say it.
//!
//! Promises: reads counters and what is under way, and no large table; a requester that asks for a channel is told of no
//! other's. Must not know how it is shown.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onhand_core::fulfilment::PackageState;
use onhand_core::{ChannelId, Movement, MovementId, Order, OrderId, OrderItemId, ProductId, Stock, StockId, Timestamp};
use onhand_store::attention::{self, Counted};
use onhand_store::imports::{self, ImportRow};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::resource;
use onhand_store::stock_health as old;
use onhand_store::tables::cancellations::REQUESTS;
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::webhooks::{self, WEBHOOKS};
use onhand_store::tables::{discrepancies, movements, order_items, orders, packages, product_stocks, products};
use onhand_store::{Error, Tx, Value};

use super::origins::Origins;
use super::{Requester, ServiceError, Services, stock_health};
use crate::auth::Permission;
use crate::config::ServeConfig;
use crate::watch::ChannelGlance;

/// Imports that the overview looks at.
const IMPORTS_MAX: i64 = 50;
/// Changes of stock that it shows.
const CHANGES_MAX: i64 = 20;
/// How old those may be.
const CHANGES_SECONDS: i64 = 7 * 24 * 3_600;
/// Old reported lines that are counted; of more, it is known that there are more.
const REPORTED_MAX: i64 = 100;

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

/// Something that needs a person.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Need {
    /// How many there are; 0 where nothing does.
    pub number: i64,
    /// Whether there are more than that.
    pub is_more: bool,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
    /// What the oldest is called: a SKU, an order, a channel.
    pub example: String,
    /// The order of the oldest, if it has one.
    pub order: Option<OrderId>,
    /// The product of the oldest, if it has one.
    pub product: Option<ProductId>,
}

/// What needs a person besides imports and orders that wait.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Needs {
    /// Lines that were accepted although their units were not there.
    pub oversold: Need,
    /// Lines whose units no stock has.
    pub short: Need,
    /// Requests to cancel that nobody has answered.
    pub cancellations: Need,
    /// Lines that the ERP has registered a week ago or earlier and no level has settled.
    pub reported: Need,
    /// Active discrepancies.
    pub discrepancies: Need,
    /// Packages that wait for a picker.
    pub packages: Need,
    /// Channels that have taken nothing of what is due for too long.
    pub channels_behind: Need,
    /// Objects that channels could not take.
    pub failures: Need,
    /// Webhooks that are told nothing, since their receivers failed for too long.
    pub webhooks_paused: Need,
    /// Imports of the last day that failed, or of which rows did, the newest first.
    pub imports: Vec<ImportRow>,
}

/// The newest changes of stock, each with its stock, and what stands behind them.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The newest first.
    pub changes: Vec<(Movement, Stock)>,
    /// Names of the products, where they have any.
    pub names: HashMap<ProductId, String>,
    /// What stands behind the changes.
    pub origins: Origins,
}

/// What the overview shows.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// The newest imports, the newest first.
    pub imports: Vec<ImportRow>,
    /// The newest changes.
    pub changes: Changes,
}

/// For how long something may wait before it is said.
pub fn patience_seconds(config: &ServeConfig) -> i64 {
    if config.demo { 0 } else { i64::from(config.attention_minutes) * super::MINUTE_SECONDS }
}

/// What has happened last, as far as a requester may see it.
pub async fn overview(services: &Services, requester: &Requester) -> Result<Overview, ServiceError> {
    if requester.channel.is_some() {
        return Ok(Overview::default());
    }
    let has_imports = requester.role.allows(Permission::ReadImports);
    let body = async move |tx: &mut Tx<'_>| match has_imports {
        true => imports::newest(tx, None, IMPORTS_MAX).await,
        false => Ok(Vec::new()),
    };
    let imports = services.store.read("attention.overview", body).await?;
    Ok(Overview { imports, changes: changes(services, requester, &[]).await?.unwrap_or_default() })
}

/// The newest changes of stock, as far as a requester may see them; none if they are those that it knows.
pub async fn changes(
    services: &Services,
    requester: &Requester,
    known: &[MovementId],
) -> Result<Option<Changes>, ServiceError> {
    if requester.channel.is_some() {
        return Ok(None);
    }
    let (requester, known) = (requester.clone(), known.to_vec());
    let since = services.clock.now().minus_seconds(CHANGES_SECONDS);
    let body = async move |tx: &mut Tx<'_>| {
        let newest = movements::newest(tx, since, CHANGES_MAX).await?;
        if !known.is_empty() && newest.iter().map(|movement| movement.id).eq(known.iter().copied()) {
            return Ok(None);
        }
        let stocks: Vec<StockId> = newest.iter().map(|movement| movement.stock).collect();
        let stocks: HashMap<StockId, Stock> =
            product_stocks::by_ids(tx, &stocks).await?.into_iter().map(|stock| (stock.id, stock)).collect();
        let ids: Vec<ProductId> = stocks.values().map(|stock| stock.product).collect();
        let names = products::names(tx, &ids).await?;
        let origins = Origins::of(tx, &newest, &requester).await?;
        let with_stock = |movement: Movement| Some((stocks.get(&movement.stock)?.clone(), movement));
        let changes = newest.into_iter().filter_map(with_stock).map(|(stock, movement)| (movement, stock)).collect();
        Ok(Some(Changes { changes, names, origins }))
    };
    Ok(services.store.read("attention.changes", body).await?)
}

/// What needs a person, as far as a requester may see it. `glances` is how channels stood when they were looked at.
pub async fn needs(
    services: &Services,
    requester: &Requester,
    glances: BTreeMap<ChannelId, ChannelGlance>,
) -> Result<Needs, ServiceError> {
    let (now, patience) = (services.clock.now(), patience_seconds(&services.config));
    let own = |channel: &ChannelId| requester.channel.is_none_or(|own| own == *channel);
    let glances: Vec<_> = glances.into_iter().filter(|(channel, _)| own(channel)).collect();
    let (of_all, requester) = (requester.channel.is_none(), requester.clone());
    let body = async move |tx: &mut Tx<'_>| {
        let mut needs = match of_all {
            true => needs_of_all(tx, &requester, now).await?,
            false => Needs::default(),
        };
        let [behind, failures] = of_channels(&glances, now.minus_seconds(patience));
        needs.channels_behind = named(tx, behind).await?;
        needs.failures = named(tx, failures).await?;
        Ok(needs)
    };
    Ok(services.store.read("attention.needs", body).await?)
}

async fn needs_of_all(tx: &mut Tx<'_>, requester: &Requester, now: Timestamp) -> Result<Needs, Error> {
    let mut needs = Needs::default();
    if requester.role.allows(Permission::ReadOrders) {
        let (oversold, short) = (attention::oversold(tx).await?, attention::short(tx).await?);
        let cancellations = attention::cancellations(tx).await?;
        needs.oversold = of_lines(tx, oversold).await?;
        needs.short = of_lines(tx, short).await?;
        needs.cancellations = of_requests(tx, cancellations).await?;
        needs.reported = of_reported(tx, now.minus_seconds(stock_health::OLD_SECONDS_DEFAULT)).await?;
    }
    if requester.role.allows(Permission::ReadFulfilment) {
        let is = |column, value| first(vec![Condition { column, op: Op::Eq, values: vec![Value::Int(value)] }]);
        let page = discrepancies::page(tx, &is("is_active", 1)).await?;
        needs.discrepancies = page.rows.first().map_or_else(Need::default, |oldest| Need {
            number: page.count.unwrap_or_default(),
            oldest: Some(oldest.created_at),
            example: oldest.sku.clone(),
            product: Some(oldest.product),
            ..Need::default()
        });
        let page = packages::page(tx, &is("state", PackageState::Waiting.code())).await?;
        needs.packages = page.rows.first().map_or_else(Need::default, |oldest| Need {
            number: page.count.unwrap_or_default(),
            oldest: Some(oldest.created_at),
            example: oldest.number.clone(),
            order: Some(oldest.order),
            ..Need::default()
        });
    }
    if requester.role.allows(Permission::Administer) {
        needs.webhooks_paused = of_webhooks(tx).await?;
    }
    if requester.role.allows(Permission::ReadImports) {
        let since = now.minus_seconds(super::DAY_SECONDS);
        let is_wrong = |import: &ImportRow| import.state == imports::State::Failed || import.counts.failed > 0;
        needs.imports = imports::newest(tx, None, IMPORTS_MAX).await?;
        needs.imports.retain(|import| import.created_at >= since && is_wrong(import));
    }
    Ok(needs)
}

fn counted(found: Counted) -> Need {
    let number = found.number.min(attention::COUNTED_MAX);
    Need { number, is_more: found.number > number, ..Need::default() }
}

async fn of_lines(tx: &mut Tx<'_>, found: Counted) -> Result<Need, Error> {
    let Some(oldest) = found.oldest else { return Ok(Need::default()) };
    let oldest = order_items::by_id(tx, OrderItemId::new(oldest)).await?;
    Ok(oldest.map_or_else(Need::default, |item| Need {
        oldest: Some(item.created_at),
        example: item.sku,
        order: Some(item.order),
        product: Some(item.product),
        ..counted(found)
    }))
}

async fn of_webhooks(tx: &mut Tx<'_>) -> Result<Need, Error> {
    let paused = webhooks::all(tx).await?.into_iter().filter_map(|hook| Some((hook.learnt.paused_at?, hook.id)));
    let paused: Vec<(Timestamp, i64)> = paused.collect();
    let Some((oldest, id)) = paused.iter().min().copied() else { return Ok(Need::default()) };
    let record = resource::by_id(tx, &WEBHOOKS, id).await?;
    let example = record.and_then(|record| record.text("name").map(str::to_owned)).unwrap_or_default();
    Ok(Need { number: paused.len() as i64, oldest: Some(oldest), example, ..Need::default() })
}

async fn of_reported(tx: &mut Tx<'_>, before: Timestamp) -> Result<Need, Error> {
    let found = old::reported(tx, before, None, REPORTED_MAX + 1).await?;
    let Some(oldest) = found.first() else { return Ok(Need::default()) };
    let number = (found.len() as i64).min(REPORTED_MAX);
    let example = order_items::by_id(tx, oldest.item).await?.map_or_else(String::new, |item| item.sku);
    let is_more = found.len() as i64 > number;
    Ok(Need { number, is_more, oldest: Some(oldest.registered_at), example, ..Need::default() })
}

async fn of_requests(tx: &mut Tx<'_>, found: Counted) -> Result<Need, Error> {
    let Some(oldest) = found.oldest else { return Ok(Need::default()) };
    let Some(request) = resource::by_id(tx, &REQUESTS, oldest).await? else { return Ok(Need::default()) };
    let order = request.int("order_id").map(OrderId::new);
    let of_order = orders::by_ids(tx, &order.into_iter().collect::<BTreeSet<_>>()).await?.pop();
    let example = of_order.map_or_else(String::new, |order| order.number);
    Ok(Need { oldest: Some(request.created_at), example, order, ..counted(found) })
}

/// The channels that have taken nothing since `before`, and what channels could not take: each with one of them, the one
/// that has waited longest.
fn of_channels(glances: &[(ChannelId, ChannelGlance)], before: Timestamp) -> [(Need, Option<ChannelId>); 2] {
    let need = |found: Vec<(ChannelId, i64, Option<Timestamp>)>| {
        let worst = found.iter().min_by_key(|(_, _, since)| since.map_or(i64::MAX, Timestamp::micros));
        let number = found.iter().map(|(_, number, _)| number).sum();
        let (oldest, channel) = worst.map_or((None, None), |(channel, _, since)| (*since, Some(*channel)));
        (Need { number, oldest, ..Need::default() }, channel)
    };
    let behind = glances.iter().filter(|(_, glance)| glance.waiting_since.is_some_and(|since| since <= before));
    let failed = glances.iter().filter(|(_, glance)| glance.failed > 0);
    [
        need(behind.map(|(channel, glance)| (*channel, 1, glance.waiting_since)).collect()),
        need(failed.map(|(channel, glance)| (*channel, glance.failed, glance.failed_since)).collect()),
    ]
}

async fn named(tx: &mut Tx<'_>, (need, channel): (Need, Option<ChannelId>)) -> Result<Need, Error> {
    let Some(channel) = channel else { return Ok(need) };
    let record = resource::by_id(tx, &CHANNELS, channel.get()).await?;
    let example = record.and_then(|record| record.text("name").map(str::to_owned)).unwrap_or_default();
    Ok(Need { example, ..need })
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
