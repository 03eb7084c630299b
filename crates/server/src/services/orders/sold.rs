//! Orders that a channel has sold (contract C8): what it may sell, and the same order sent again.
//!
//! Promises: the order is the last write to itself, so that the version a channel commits is the one it was told; the
//! same order sent again is made once. Must not know how an order is written in a body, or how much there is: what does
//! not fit is the business of the channel's policy.

use onhand_core::channel_sync::ObjectKind;
use onhand_core::commands::{NewLine, PlaceOrder, ProductRef};
use onhand_core::fulfilment::list_sourcing::SourcingRule;
use onhand_core::rejection::RowRejection;
use onhand_core::{ChannelId, Command, Order, OrderItem, Quantity, Rejection, StockListId, as_ordered};
use onhand_store::Tx;
use onhand_store::channel_sync::actions;
use onhand_store::channel_sync::channel_scope::{self, ChannelScope};
use onhand_store::resource;
use onhand_store::tables::catalogs;
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::integration_actions::Named;
use onhand_store::tables::products;
use serde_json::Value;

use super::oldest;
use crate::services::submission::{AnswerRecord, Submitted};
use crate::services::{Requester, ServiceError, Services, content_types};

/// The attribute that says how many units a line stands for, where the channel names no other (contract R12).
const QUANTITY_ATTRIBUTE: &str = "quantity";
/// The most characters that a channel's name of an object may have; a longer one names no object.
const REMOTE_ID_CHARS_MAX: usize = 255;

/// What a channel's orders have in common.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// The channel.
    pub channel: ChannelId,
    /// Its catalog.
    pub catalog: Option<i64>,
    /// How the catalog chooses the list of a line that names none.
    pub rule: SourcingRule,
    /// The list of its catalog.
    pub list: Option<StockListId>,
    /// The attribute that says how many units a line stands for.
    pub quantity_attribute: String,
}

/// What the orders of a channel have in common.
pub async fn terms(services: &Services, channel: ChannelId) -> Result<Terms, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| {
        let Some(own) = resource::by_id(tx, &CHANNELS, channel.get()).await? else { return Ok((None, None)) };
        let catalog = match own.int("catalog_id") {
            Some(id) => catalogs::sourcing(tx, id).await?.map(|sourcing| (id, sourcing)),
            None => None,
        };
        Ok((own.text("conf").map(str::to_owned), catalog))
    };
    let (conf, catalog) = services.store.read_inline("channels.terms", body).await?;
    let conf: Value = serde_json::from_str(conf.as_deref().unwrap_or_default()).unwrap_or_default();
    let attribute = conf["quantity_attribute"].as_str().unwrap_or(QUANTITY_ATTRIBUTE).to_owned();
    Ok(Terms {
        channel,
        catalog: catalog.as_ref().map(|(id, _)| *id),
        rule: catalog.as_ref().map(|(_, sourcing)| sourcing.rule).unwrap_or_default(),
        list: catalog.and_then(|(_, sourcing)| sourcing.main),
        quantity_attribute: attribute,
    })
}

/// What became of an order that a channel has sold.
#[derive(Debug)]
pub enum Sold {
    /// It was placed now, or the same request was answered before.
    Now(Box<Submitted>),
    /// The same order was placed before; its version is that of then, because whatever has changed meanwhile is still
    /// to be told to the channel.
    Before(Box<Order>, Vec<OrderItem>),
}

/// Places an order that a channel has sold. A list that is not its catalog's, and a product that it may not sell, is
/// unknown: [`Rejection::Rows`].
pub async fn place(
    services: &Services,
    requester: &Requester,
    (channel, order): (ChannelId, PlaceOrder),
    record: Option<AnswerRecord>,
) -> Result<Sold, ServiceError> {
    let sent = Sent::of(&order);
    let faults = foreign(services, channel, &order.lines).await?;
    let taken = match faults.is_empty() {
        true => match services.submit_once(requester, Command::PlaceOrder(order), record).await {
            Err(ServiceError::Rejection(taken @ Rejection::OrderNumberTaken)) => Err(taken),
            submitted => Ok(submitted?),
        },
        false => Err(Rejection::Rows(faults)),
    };
    let found = oldest(services, sent.number.clone(), move |order| order.channel == Some(channel)).await?;
    let Some((order, items)) = found.filter(|(order, items)| sent.is(order, items)) else {
        return Ok(Sold::Now(Box::new(taken?)));
    };
    know(services, channel, &order, &items).await?;
    // The number was taken by this very order: its sender has lost the answer and gets it again.
    let before = || Sold::Before(Box::new(Order { modified_at: order.created_at, ..order }), items);
    Ok(taken.map_or_else(|_| before(), |submitted| Sold::Now(Box::new(submitted))))
}

/// What of the lines of an order is not the channel's to sell: lists that are not its catalog's, and products that are neither in
/// the catalog nor were sent to the channel.
pub async fn foreign(
    services: &Services,
    channel: ChannelId,
    lines: &[NewLine],
) -> Result<Vec<(usize, RowRejection)>, ServiceError> {
    let lines: Vec<(ProductRef, Option<StockListId>)> =
        lines.iter().map(|line| (line.product.clone(), line.list)).collect();
    let body = async move |tx: &mut Tx<'_>| {
        let channel_scope = ChannelScope::of(tx, channel).await?;
        let lists = channel_scope.scopes(ObjectKind::Stock);
        let skus: Vec<&str> = lines.iter().filter_map(|(product, _)| sku(product)).collect();
        let named = products::keys_by_sku(tx, &skus).await?;
        let id = |product: &ProductRef| match product {
            ProductRef::Id(id) => Some(id.get()),
            ProductRef::Sku(sku) => named.iter().find(|one| one.sku == *sku).map(|one| one.id.get()),
        };
        let ids = lines.iter().filter_map(|(product, _)| id(product)).collect();
        let sold = channel_scope::sold(tx, &channel_scope, &ids).await?;
        let mut faults = Vec::new();
        for (row, (product, list)) in lines.iter().enumerate() {
            // A list that is chosen for a line is one of the catalog's.
            if let Some(list) = list.filter(|list| !lists.contains(&list.get())) {
                faults.push((row, RowRejection::UnknownList(list)));
            }
            if id(product).is_none_or(|id| !sold.contains(&id)) {
                faults.push((row, RowRejection::UnknownProduct(product.clone())));
            }
        }
        Ok(faults)
    };
    Ok(services.store.read("assortments.sold", body).await?)
}

fn sku(product: &ProductRef) -> Option<&str> {
    match product {
        ProductRef::Sku(sku) => Some(sku),
        ProductRef::Id(_) => None,
    }
}

/// The channel knows what it has sold. Its client says so too, in a batch; where that one fails, the channel would
/// never be told what becomes of the order.
async fn know(services: &Services, channel: ChannelId, order: &Order, items: &[OrderItem]) -> Result<(), ServiceError> {
    // Units that are in another list are a part of the line that the channel knows.
    let whole_lines = items.iter().filter(|item| item.split_from.is_none());
    let lines = whole_lines.map(|item| (content_types::ORDER_ITEM, item.id.get(), &item.extra_field, item.created_at));
    let whole = (content_types::ORDER, order.id.get(), &order.extra_field, order.created_at);
    let named = std::iter::once(whole).chain(lines).filter_map(|(kind, object, extra_field, version_at)| {
        Some(Named { kind, object, remote_id: remote_id(extra_field)?, version_at })
    });
    let (named, now): (Vec<Named>, _) = (named.collect(), services.clock.now());
    if named.is_empty() {
        return Ok(());
    }
    let body = async move |tx: &mut Tx<'_>| actions::know(tx, channel, &named, now).await;
    Ok(services.store.write("integration_actions.know", body).await?)
}

/// The channel's own id of an order or a line.
fn remote_id(extra_field: &str) -> Option<String> {
    let free: Value = serde_json::from_str(extra_field).ok()?;
    let text = match free.get("id")? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    ((1..=REMOTE_ID_CHARS_MAX).contains(&text.chars().count())).then_some(text)
}

/// What was sent, to be compared with what is stored under its number.
struct Sent {
    number: String,
    extra_field: Value,
    lines: Vec<(ProductRef, Option<StockListId>, Quantity)>,
}

impl Sent {
    fn of(order: &PlaceOrder) -> Self {
        Self {
            number: order.number.clone(),
            extra_field: serde_json::from_str(&order.extra_field).unwrap_or_default(),
            lines: order.lines.iter().map(|line| (line.product.clone(), line.list, line.quantity)).collect(),
        }
    }

    /// Whether a stored order is this one: of the same id at the channel (or the same free data, where that names no
    /// id), with the same lines.
    fn is(&self, order: &Order, items: &[OrderItem]) -> bool {
        let stored: Value = serde_json::from_str(&order.extra_field).unwrap_or_default();
        let same = match self.extra_field.get("id") {
            Some(id) => stored.get("id") == Some(id),
            None => stored == self.extra_field,
        };
        let items = as_ordered(items);
        let line = |(product, list, quantity): &(ProductRef, Option<StockListId>, Quantity),
                    (item, units): &(&OrderItem, i64)| {
            let product = match product {
                ProductRef::Id(id) => item.product == *id,
                ProductRef::Sku(sku) => item.sku == *sku,
            };
            product && list.is_none_or(|list| item.list == list) && quantity.units() == *units
        };
        // Lines are stored in the order in which they came.
        same && items.len() == self.lines.len() && self.lines.iter().zip(&items).all(|(sent, item)| line(sent, item))
    }
}
