//! Product stocks: one that a requester may see, its history, and stock levels that are written.
//!
//! Promises: a requester that asks for a channel sees stocks of that channel's lists, and of their history its own
//! order lines and itself only. Must not know pages: lists of stocks are read where they are written out.

use onhand_core::commands::{WriteStock, WriteStocks};
use onhand_core::{Command, Movement, MovementId, OrderItemId, Stock, StockId, UserId};
use onhand_store::Tx;
use onhand_store::tables::{movements, product_stocks};

use super::origins::Origins;
use super::submission::{AnswerRecord, Submitted};
use super::{Requester, ServiceError, Services, channels};

/// Movements of a history that are read at once.
const MOVEMENTS_MAX: usize = 100;

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

/// The history of a stock: why its numbers are what they are. With `before`, what happened before that movement.
pub async fn history(
    services: &Services,
    requester: &Requester,
    stock: Stock,
    before: Option<MovementId>,
) -> Result<History, ServiceError> {
    let asks = requester.clone();
    let body = async move |tx: &mut Tx<'_>| {
        let found = movements::history(tx, &stock, before, MOVEMENTS_MAX).await?;
        let origins = Origins::of(tx, &found, &asks).await?;
        Ok((found, origins))
    };
    let (found, origins) = services.store.read("movements.history", body).await?;
    let next_before = found.last().filter(|movement| movement.previous.is_some()).map(|movement| movement.id);
    let is_own = requester.channel.is_none();
    let entry = |movement: Movement| {
        let item = movements::cause_name(movement.cause).1;
        let item = item.filter(|item| is_own || origins.order_of(*item).is_some());
        let actor = Some(movement.actor).filter(|actor| is_own || *actor == requester.account);
        HistoryEntry { movement, item, actor }
    };
    Ok(History { entries: found.into_iter().map(entry).collect(), origins, next_before })
}

/// Writes stocks, all of the rows or none. Whether an unknown SKU makes a product is the installation's choice.
pub async fn write(
    services: &Services,
    requester: &Requester,
    rows: Vec<WriteStock>,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let create_unknown_products = services.config.create_unknown_products;
    let command = Command::WriteStocks(WriteStocks { rows, create_unknown_products });
    services.submit_once(requester, command, record).await
}
