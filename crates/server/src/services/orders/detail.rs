//! One order with everything that is known of its lines.
//!
//! Promises: it is one reading, row by row by key. Must not know what can be done with it.

use std::collections::{BTreeSet, HashMap};

use onhand_core::fulfilment::{Package, PackageItem};
use onhand_core::{Mapping, Order, OrderId, OrderItem, OrderItemId, ProductId, Reservation};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::resource;
use onhand_store::tables::cancellations::REASONS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::stock_locations::LOCATIONS;
use onhand_store::tables::{mappings, order_items, packages, products};
use onhand_store::{Error, Tx, Value};

use super::cancellations;
use crate::services::{Requester, ServiceError, Services, names};

/// Reasons that can be chosen from.
const REASONS_MAX: i64 = 100;

/// An order and what is known of it.
#[derive(Clone, Debug)]
pub struct OrderDetail {
    /// The order.
    pub order: Order,
    /// Its lines, in their order.
    pub items: Vec<OrderItem>,
    /// Their reservations.
    pub reservations: HashMap<OrderItemId, Reservation>,
    /// Their codes.
    pub codes: Vec<Mapping>,
    /// For lines whose cancellation is asked for and not answered yet, why.
    pub requests: HashMap<OrderItemId, String>,
    /// Its packages.
    pub packages: Vec<Package>,
    /// What is in those.
    pub packed: Vec<PackageItem>,
    /// The names of its products.
    pub products: HashMap<ProductId, String>,
    /// The names of lists that its lines are reserved in.
    pub lists: HashMap<i64, String>,
    /// The names of locations that its packages leave from.
    pub locations: HashMap<i64, String>,
    /// The reasons for which lines are cancelled, those that can be chosen first.
    pub reasons: Vec<Reason>,
}

/// A reason for a cancellation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether it can be chosen.
    pub is_active: bool,
}

/// An order that a requester may see.
pub async fn detail(services: &Services, requester: &Requester, id: OrderId) -> Result<OrderDetail, ServiceError> {
    let requester = requester.clone();
    let body = async move |tx: &mut Tx<'_>| match super::whole(tx, id).await? {
        Some((order, items)) if requester.owns(&order) => Ok(Some(of(tx, order, items).await?)),
        _ => Ok(None),
    };
    services.store.read("orders.detail", body).await?.ok_or(ServiceError::NotFound)
}

async fn of(tx: &mut Tx<'_>, order: Order, items: Vec<OrderItem>) -> Result<OrderDetail, Error> {
    let reservations = order_items::reservations_of(tx, &items).await?;
    let ids: Vec<OrderItemId> = items.iter().map(|item| item.id).collect();
    let codes = mappings::of_items(tx, &ids).await?;
    let requests = cancellations::of_lines(tx, &items).await?;
    let packages = packages::of_orders(tx, [order.id]).await?;
    let packed = packages::items_of_orders(tx, [order.id]).await?;
    let skus: Vec<ProductId> = items.iter().map(|item| item.product).collect();
    let products = products::names(tx, &skus).await?;
    let lists: BTreeSet<i64> = items.iter().map(|item| item.reserved_list.get()).collect();
    let lists = names::of(tx, &STOCK_LISTS, &lists).await?;
    let locations: BTreeSet<i64> = packages.iter().map(|package| package.location.get()).collect();
    let locations = names::of(tx, &LOCATIONS, &locations).await?;
    let reasons = reasons(tx).await?;
    let reservations = reservations.into_iter().map(|reservation| (reservation.item, reservation)).collect();
    Ok(OrderDetail {
        order,
        items,
        reservations,
        codes,
        requests,
        packages,
        packed,
        products,
        lists,
        locations,
        reasons,
    })
}

async fn reasons(tx: &mut Tx<'_>) -> Result<Vec<Reason>, Error> {
    let is_cancel =
        Condition { column: "cancellation_type", op: Op::Eq, values: vec![Value::Text("cancel".to_owned().into())] };
    let window = Window::After { key: None, limit: REASONS_MAX };
    let listing = ListQuery { conditions: vec![is_cancel], sort: Sort::BY_ID, window };
    let found = resource::page(tx, &REASONS, &listing).await?.rows;
    let reason = |record: &resource::Record| Reason {
        id: record.id,
        name: record.text("name").unwrap_or_default().to_owned(),
        is_active: record.flag("is_active"),
    };
    Ok(found.iter().map(reason).collect())
}
