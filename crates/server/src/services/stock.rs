//! Product stocks: one that a requester may see, its history, and stock levels that are written.
//!
//! Promises: a requester that asks for a channel sees stocks of that channel's lists, and of their history its own
//! order lines and itself only. Must not know pages: lists of stocks are read where they are written out.

use std::collections::BTreeSet;

use onhand_core::commands::{AdjustStock, AdjustStocks, Expected, RemoveStock, WriteStock, WriteStocks};
use onhand_core::{Command, ImportId, Movement, MovementId, OrderId, OrderItemId, Stock, StockId, Timestamp, UserId};
use onhand_store::tables::{movements, order_items, orders, product_stocks};
use onhand_store::{Error, Tx};

use super::origins::Origins;
use super::submission::{AnswerRecord, Submitted};
use super::{Requester, ServiceError, Services, channels};

/// Movements of a history that are shown at once if nobody says how many.
pub const MOVEMENTS_DEFAULT: usize = 100;
/// Movements of a history that are shown at once at the most.
pub const MOVEMENTS_MAX: usize = 1_000;
/// Movements that one request looks at, whatever it wants to see of them.
const LOOKED_AT_MAX: usize = 5_000;
/// Movements that are read at once where most are left out.
const STEP: usize = 500;

/// Which part of a history is wanted: what is `None` is not asked for.
#[derive(Clone, Debug)]
pub struct HistoryQuery {
    /// What happened before this movement.
    pub before: Option<MovementId>,
    /// Movements at the most.
    pub limit: usize,
    /// The word of the cause.
    pub cause: Option<String>,
    /// Who caused it.
    pub actor: Option<UserId>,
    /// The order whose line caused it.
    pub order: Option<OrderId>,
    /// The import that caused it.
    pub import: Option<ImportId>,
    /// Not earlier than this.
    pub from: Option<Timestamp>,
    /// Not later than this.
    pub until: Option<Timestamp>,
}

impl HistoryQuery {
    /// Whether some movements may be left out.
    fn filters(&self) -> bool {
        self.cause.is_some()
            || self.actor.is_some()
            || self.order.is_some()
            || self.import.is_some()
            || self.until.is_some()
    }
}

/// A stock. One of a foreign list does not exist for a channel.
pub async fn by_id(services: &Services, requester: &Requester, id: StockId) -> Result<Stock, ServiceError> {
    let found = services.store.read_inline("stocks.by_id", async move |tx| product_stocks::by_id(tx, id).await).await?;
    let stock = found.ok_or(ServiceError::NotFound)?;
    match channels::owns_list(services, requester, stock.list).await? {
        true => Ok(stock),
        false => Err(ServiceError::NotFound),
    }
}

/// One change of a stock's numbers, as a requester may see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryEntry {
    /// The movement.
    pub movement: Movement,
    /// The order line that caused it.
    pub item: Option<OrderItemId>,
    /// Who caused it.
    pub actor: Option<UserId>,
}

/// A part of a stock's history, newest first.
#[derive(Clone, Debug)]
pub struct History {
    /// The changes.
    pub entries: Vec<HistoryEntry>,
    /// What stands behind them.
    pub origins: Origins,
    /// The movement before which the history goes on, if it does.
    pub next_before: Option<MovementId>,
}

/// What of a history was found: the movements, and the one before which it goes on.
type Found = (Vec<Movement>, Option<MovementId>);

/// Walks along the history of a stock. A walk that finds little ends all the same, and says where to go on.
async fn walk(tx: &mut Tx<'_>, stock: &Stock, wanted: &HistoryQuery, requester: &Requester) -> Result<Found, Error> {
    let lines = match wanted.order {
        Some(order) => Some(lines_of(tx, order, requester).await?),
        None => None,
    };
    let is_own = |actor: UserId| requester.channel.is_none() || actor == requester.account;
    let matches = |movement: &Movement| {
        let (cause, item) = movements::cause_name(movement.cause);
        wanted.until.is_none_or(|until| movement.at <= until)
            && wanted.cause.as_deref().is_none_or(|wanted| wanted == cause)
            && wanted.actor.is_none_or(|actor| actor == movement.actor && is_own(actor))
            && wanted.import.is_none_or(|import| movements::import_of(movement.cause) == Some(import))
            && lines.as_ref().is_none_or(|lines| item.is_some_and(|item| lines.contains(&item)))
    };
    let (mut found, mut before, mut looked_at) = (Vec::new(), wanted.before, 0);
    loop {
        let step = if wanted.filters() { STEP } else { wanted.limit };
        let part = movements::history(tx, stock, before, step).await?;
        if part.is_empty() {
            return Ok((found, None));
        }
        for movement in part {
            if wanted.from.is_some_and(|from| movement.at < from) {
                return Ok((found, None));
            }
            looked_at += 1;
            let (id, is_last) = (movement.id, movement.previous.is_none());
            if matches(&movement) {
                found.push(movement);
            }
            if is_last {
                return Ok((found, None));
            }
            before = Some(id);
            if found.len() == wanted.limit || looked_at == LOOKED_AT_MAX {
                return Ok((found, before));
            }
        }
    }
}

/// The lines of an order that a requester may know of.
async fn lines_of(tx: &mut Tx<'_>, order: OrderId, requester: &Requester) -> Result<BTreeSet<OrderItemId>, Error> {
    match orders::by_id(tx, order).await?.filter(|order| requester.owns(order)) {
        Some(order) => Ok(order_items::of_orders(tx, &[order.id]).await?.into_iter().map(|item| item.id).collect()),
        None => Ok(BTreeSet::new()),
    }
}

/// The history of a stock: why its numbers are what they are.
pub async fn history(
    services: &Services,
    requester: &Requester,
    stock: Stock,
    wanted: HistoryQuery,
) -> Result<History, ServiceError> {
    let asks = requester.clone();
    let body = async move |tx: &mut Tx<'_>| {
        // It may have been rolled up since it was shown: the history does not end there.
        if let Some(before) = wanted.before
            && movements::by_ids(tx, &[before]).await?.is_empty()
        {
            return Ok(None);
        }
        let (found, next_before) = walk(tx, &stock, &wanted, &asks).await?;
        let origins = Origins::of(tx, &found, &asks).await?;
        Ok(Some((found, next_before, origins)))
    };
    let found = services.store.read("movements.history", body).await?;
    let gone = || ServiceError::field("before", "There is no such movement any more.".to_owned());
    let (found, next_before, origins) = found.ok_or_else(gone)?;
    let is_own = requester.channel.is_none();
    let entry = |movement: Movement| {
        let item = movements::cause_name(movement.cause).1;
        let item = item.filter(|item| is_own || origins.order_of(*item).is_some());
        let actor = Some(movement.actor).filter(|actor| is_own || *actor == requester.account);
        HistoryEntry { movement, item, actor }
    };
    Ok(History { entries: found.into_iter().map(entry).collect(), origins, next_before })
}

/// Adjusts stocks, all of the rows or none.
pub async fn adjust(
    services: &Services,
    requester: &Requester,
    rows: Vec<AdjustStock>,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    services.submit_once(requester, Command::AdjustStocks(AdjustStocks { rows }), record).await
}

/// Removes a stock that is not in use.
pub async fn remove(
    services: &Services,
    requester: &Requester,
    (stock, expected): (StockId, Option<Expected>),
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    services.submit_once(requester, Command::RemoveStock(RemoveStock { stock, expected }), record).await
}

/// Writes stocks, all of the rows or none. Whether an unknown SKU makes a product is the installation's choice.
pub async fn write(
    services: &Services,
    requester: &Requester,
    rows: Vec<WriteStock>,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let create_unknown_products = services.config.create_unknown_products;
    let command = Command::WriteStocks(WriteStocks { rows, create_unknown_products, source: None });
    services.submit_once(requester, command, record).await
}
