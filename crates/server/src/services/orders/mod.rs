//! Orders: those that a requester may see, and their lines; cancelling and editing.
//!
//! Promises: the orders of another channel do not exist for a requester that asks for a channel. Must not know how much
//! stock there is. An order that needs no more than its command is submitted by its caller.

pub mod cancellations;
pub mod detail;
pub mod sold;
pub mod tables;

use std::collections::HashMap;
use std::sync::Arc;

use onhand_core::commands::{CancelItems, EditItem, TextEdit};
use onhand_core::{ChannelId, Command, Context, Order, OrderId, OrderItem, OrderItemId, Rejection, Stock};
use onhand_store::query::{Condition, ListQuery, Op, Page};
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::{order_items, orders};
use onhand_store::{Error, Tx, resource};
use serde_json::{Map, Value, json};

use super::submission::{AnswerRecord, Submitted};
use super::{Requester, ServiceError, Services};
use crate::writer;

/// An order with its lines.
pub type WholeOrder = (Order, Vec<OrderItem>);

/// Reads an order with its lines.
pub async fn whole(tx: &mut Tx<'_>, id: OrderId) -> Result<Option<WholeOrder>, Error> {
    Ok(wholes(tx, &[id]).await?.pop())
}

/// Reads orders with their lines, in two questions; unknown ones are left out.
pub async fn wholes(tx: &mut Tx<'_>, ids: &[OrderId]) -> Result<Vec<WholeOrder>, Error> {
    let orders = orders::by_ids(tx, ids).await?;
    let mut lines: HashMap<OrderId, Vec<OrderItem>> = HashMap::new();
    for item in order_items::of_orders(tx, ids).await? {
        lines.entry(item.order).or_default().push(item);
    }
    let whole = |order: Order| {
        let items = lines.remove(&order.id).unwrap_or_default();
        (order, items)
    };
    Ok(orders.into_iter().map(whole).collect())
}

/// A part of the orders that a requester may see, with their lines order by order.
pub async fn page(
    services: &Services,
    requester: &Requester,
    mut listing: ListQuery,
) -> Result<(Page<Order>, Vec<OrderItem>), ServiceError> {
    let own = |channel: ChannelId| Condition { column: "channel_id", op: Op::Eq, values: vec![channel.get().into()] };
    listing.conditions.extend(requester.channel.map(own));
    let body = async move |tx: &mut Tx<'_>| {
        let page = orders::page(tx, &listing).await?;
        let ids: Vec<OrderId> = page.rows.iter().map(|order| order.id).collect();
        Ok((page, order_items::of_orders(tx, &ids).await?))
    };
    Ok(services.store.read("orders.page", body).await?)
}

/// An order that a requester may see.
pub async fn by_id(services: &Services, requester: &Requester, id: OrderId) -> Result<WholeOrder, ServiceError> {
    let found = services.store.read_inline("orders.by_id", async move |tx| whole(tx, id).await).await?;
    found.filter(|(order, _)| requester.owns(order)).ok_or(ServiceError::NotFound)
}

/// The order of a number that a requester may see: the oldest, where several channels have it.
pub async fn by_number(services: &Services, requester: &Requester, number: String) -> Result<WholeOrder, ServiceError> {
    let requester = requester.clone();
    oldest(services, number, move |order| requester.owns(order)).await?.ok_or(ServiceError::NotFound)
}

/// The oldest order of a number that fits.
async fn oldest(
    services: &Services,
    number: String,
    fits: impl Fn(&Order) -> bool + Send + Sync + Clone + 'static,
) -> Result<Option<WholeOrder>, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| {
        let orders = orders::by_number(tx, &number).await?;
        match orders.iter().find(|order| fits(order)) {
            Some(order) => whole(tx, order.id).await,
            None => Ok(None),
        }
    };
    Ok(services.store.read_inline("orders.by_number", body).await?)
}

impl Requester {
    /// Whether an order is one that it may see.
    pub(super) fn owns(&self, order: &Order) -> bool {
        self.channel.is_none() || order.channel == self.channel
    }
}

/// An order that a requester may change.
#[derive(Clone, Copy, Debug)]
pub struct OwnOrder(OrderId);

impl OwnOrder {
    /// Its id.
    pub const fn id(self) -> OrderId {
        self.0
    }
}

/// Finds out whether a requester may change an order. That there is one is found out by the command for a requester
/// that may change all.
pub async fn own(services: &Services, requester: &Requester, id: OrderId) -> Result<OwnOrder, ServiceError> {
    if requester.channel.is_none() {
        return Ok(OwnOrder(id));
    }
    let order = services.store.read_inline("orders.by_id", async move |tx| orders::by_id(tx, id).await).await?;
    order.filter(|order| requester.owns(order)).map(|_| OwnOrder(id)).ok_or(ServiceError::NotFound)
}

/// The catalog of a channel: `Err` if there is no such channel, `None` if it has no catalog.
pub async fn catalog_of(services: &Services, channel: ChannelId) -> Result<Option<i64>, ServiceError> {
    let find = async move |tx: &mut Tx<'_>| resource::by_id(tx, &CHANNELS, channel.get()).await;
    let found = services.store.read_inline("channels.find", find).await?;
    Ok(found.ok_or(Rejection::UnknownChannel(channel))?.int("catalog_id"))
}

/// Which lines of an order are cancelled, and why.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cancellation {
    /// Whether the whole order is.
    pub all: bool,
    /// The lines, if it is not all.
    pub items: Vec<OrderItemId>,
    /// Reasons of lines, by their ids. They are the channel's own or the installation's, so they are not looked up.
    pub reasons: Vec<(OrderItemId, i64)>,
}

/// Cancels an order or some of its lines; what is still reserved is given back.
pub async fn cancel(
    services: &Services,
    requester: &Requester,
    (order, cancellation): (OwnOrder, Cancellation),
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let Cancellation { all, items, reasons } = cancellation;
    let details = reasons.into_iter().map(|(item, reason)| (item, because(reason))).collect();
    let command = CancelItems { order: order.id(), all, items, details };
    services.submit_once(requester, Command::CancelItems(command), record).await
}

/// The stocks that a cancellation would change, as they are and as they would be.
pub async fn preview_cancel(
    services: &Services,
    requester: &Requester,
    (order, cancellation): (OwnOrder, Cancellation),
) -> Result<Vec<(Stock, Stock)>, ServiceError> {
    let Cancellation { all, items, .. } = cancellation;
    let command = Arc::new(Command::CancelItems(CancelItems { order: order.id(), all, items, details: Vec::new() }));
    let context = Context { actor: requester.account, now: services.clock.now() };
    let body = async move |tx: &mut Tx<'_>| writer::preview_stocks(tx, &command, context).await;
    // Rows are locked as for the cancellation itself, so that the numbers are of one moment.
    Ok(services.store.write("orders.preview_cancel", body).await??.1)
}

/// A line that a requester may see.
pub async fn item(services: &Services, requester: &Requester, id: OrderItemId) -> Result<OrderItem, ServiceError> {
    let channel = requester.channel;
    let body = async move |tx: &mut Tx<'_>| {
        let Some(item) = order_items::by_id(tx, id).await? else { return Ok(None) };
        if channel.is_none() {
            return Ok(Some(item));
        }
        let order = orders::by_id(tx, item.order).await?;
        Ok(order.filter(|order| order.channel == channel).map(|_| item))
    };
    services.store.read_inline("order_items.by_id", body).await?.ok_or(ServiceError::NotFound)
}

/// Changes a line.
pub async fn edit_item(
    services: &Services,
    requester: &Requester,
    edit: EditItem,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    if requester.channel.is_some() {
        item(services, requester, edit.item).await?;
    }
    services.submit_once(requester, Command::EditItem(edit), record).await
}

/// How the details of a line change that is cancelled for a reason.
pub fn because(reason: i64) -> TextEdit {
    merging(json!({"cancellation_reason": reason}).to_string())
}

/// Sets the keys of an object in a stored one and keeps the others.
pub fn merging(given: String) -> TextEdit {
    TextEdit::new(move |stored| {
        let object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
        let mut merged = object(stored);
        merged.extend(object(&given));
        Value::Object(merged).to_string()
    })
}
