//! One product in all lists, and why the numbers of one of its stocks are what they are.
//!
//! Promises: what is said of a stock is one reading; the lists, lines and movements that are looked at are bounded. A
//! requester that asks for a channel sees that channel's lists and orders only. Must not know how it is drawn.

use std::collections::BTreeSet;

use onhand_core::{
    Cause, Mapping, Movement, MovementId, OrderItemId, Product, ProductId, Reservation, ReservationState, Stock,
    StockKey, StockListId,
};
use onhand_store::Tx;
use onhand_store::resource;
use onhand_store::tables::products::PRODUCTS;
use onhand_store::tables::{mappings, movements, order_items, product_stocks, products};

use super::origins::Origins;
use super::stock_tables::{self, NamedList};
use super::{Requester, ServiceError, Services, product_search};

/// Movements that are looked at.
pub const MOVEMENTS_MAX: usize = 100;

/// A product with its stocks.
#[derive(Clone, Debug)]
pub struct ProductStocks {
    /// The product.
    pub product: Product,
    /// Its name; may be empty.
    pub name: String,
    /// Its barcode; may be empty.
    pub barcode: String,
    /// The lists that have it, each with the stock, in the order of their names.
    pub stocks: Vec<(NamedList, Stock)>,
    /// How many other lists there are.
    pub lists_without: i64,
}

/// The product of a SKU. One that none of a channel's lists has does not exist for the channel.
pub async fn by_sku(services: &Services, requester: &Requester, sku: String) -> Result<ProductId, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| products::keys_by_sku(tx, &[&sku]).await;
    let found = services.store.read_inline("products.key_by_sku", body).await?.pop();
    let id = found.map(|product| product.id).ok_or(ServiceError::NotFound)?;
    if requester.channel.is_some() {
        stocks(services, requester, id).await?;
    }
    Ok(id)
}

/// A product with its stocks in the lists that a requester may see. One that none of a channel's lists has does not
/// exist for the channel.
pub async fn stocks(services: &Services, requester: &Requester, id: ProductId) -> Result<ProductStocks, ServiceError> {
    let lists = stock_tables::lists(services, requester).await?;
    let ids: Vec<StockListId> = lists.iter().map(|list| list.id).collect();
    let body = async move |tx: &mut Tx<'_>| {
        let Some(product) = resource::by_id(tx, &PRODUCTS, id.get()).await? else { return Ok(None) };
        let sku = product.text("sku").unwrap_or_default().to_owned();
        let keys: BTreeSet<StockKey> = ids.into_iter().map(|list| StockKey { list, sku: sku.clone() }).collect();
        Ok(Some((product, product_stocks::by_keys(tx, &keys).await?)))
    };
    let (product, mut found) = services.store.read("products.stocks", body).await?.ok_or(ServiceError::NotFound)?;
    if found.is_empty() && requester.channel.is_some() {
        return Err(ServiceError::NotFound);
    }
    let lists_without = (lists.len() - found.len()) as i64;
    let with = |list: NamedList| {
        let at = found.iter().position(|stock| stock.list == list.id)?;
        Some((list, found.swap_remove(at)))
    };
    Ok(ProductStocks {
        product: Product { id, sku: product.text("sku").unwrap_or_default().to_owned() },
        name: product.text("name").unwrap_or_default().to_owned(),
        barcode: product_search::barcode(product.text("attributes").unwrap_or_default()),
        stocks: lists.into_iter().filter_map(with).collect(),
        lists_without,
    })
}

/// Why the numbers of a stock are what they are.
#[derive(Clone, Debug)]
pub struct Why {
    /// The stock, read with all the rest.
    pub stock: Stock,
    /// Movements, the newest first: the newest of all, or those before the one that was asked for.
    pub movements: Vec<Movement>,
    /// The movement before which they go on, if they do.
    pub next_before: Option<MovementId>,
    /// What stands behind the movements and the lines.
    pub origins: Origins,
    /// Open reservations of the orders among the newest movements, the oldest first, with whether the line is oversold.
    pub open: Vec<(Reservation, OpenLine)>,
    /// Reservations that the ERP has registered and no level settles yet.
    pub reported: Vec<Reservation>,
    /// The codes of those.
    pub codes: Vec<Mapping>,
}

/// What is told of a line that reserves a stock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenLine {
    /// When it was ordered.
    pub since: onhand_core::Timestamp,
    /// Whether it was accepted although its units were not there.
    pub is_oversold: bool,
}

/// Why the numbers of a stock are what they are. The requester may see the stock.
pub async fn why(
    services: &Services,
    requester: &Requester,
    (stock, before): (Stock, Option<MovementId>),
) -> Result<Option<Why>, ServiceError> {
    let requester = requester.clone();
    let body = async move |tx: &mut Tx<'_>| {
        let Some(stock) = product_stocks::by_id(tx, stock.id).await? else { return Ok(None) };
        let newest = movements::history(tx, &stock, None, MOVEMENTS_MAX).await?;
        let shown = match before {
            Some(before) => movements::history(tx, &stock, Some(before), MOVEMENTS_MAX).await?,
            None => newest.clone(),
        };
        let mut items: BTreeSet<OrderItemId> = newest.iter().filter_map(ordered).collect();
        let reported = order_items::reported_reservations_of(tx, &[stock.id]).await?;
        let lines = order_items::by_ids(tx, &items).await?;
        let here =
            |reservation: &Reservation| reservation.stock == stock.id && reservation.state == ReservationState::Open;
        let reservations = order_items::reservations_of(tx, &lines).await?.into_iter().filter(here);
        let mut open: Vec<(Reservation, OpenLine)> = reservations
            .filter_map(|reservation| {
                let line = lines.iter().find(|line| line.id == reservation.item)?;
                Some((reservation, OpenLine { since: line.created_at, is_oversold: line.oversold }))
            })
            .collect();
        open.sort_by_key(|(reservation, line)| (line.since, reservation.item));
        items.extend(reported.iter().map(|reservation| reservation.item));
        let of_reported: Vec<OrderItemId> = reported.iter().map(|reservation| reservation.item).collect();
        let codes = mappings::of_items(tx, &of_reported).await?;
        let mut origins = Origins::of(tx, &shown, &requester).await?;
        origins.add(Origins::of_items(tx, &items, &requester).await?);
        let next_before = shown.last().filter(|movement| movement.previous.is_some()).map(|movement| movement.id);
        Ok(Some(Why { stock, movements: shown, next_before, origins, open, reported, codes }))
    };
    Ok(services.store.read("stocks.why", body).await?)
}

/// The line that a movement has reserved here.
const fn ordered(movement: &Movement) -> Option<OrderItemId> {
    match movement.cause {
        Cause::Order(item) | Cause::Sourcing(item) | Cause::Transfer(item) | Cause::NotFound(item) => Some(item),
        _ => None,
    }
}
