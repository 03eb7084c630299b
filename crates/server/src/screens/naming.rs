//! Names behind ids, and values of the core as the pages have them.
//!
//! Promises: a name leads to a screen only if its person may open it. Must not know which page shows it.

use std::collections::HashMap;

use onhand_core::{Cause, ChannelId, Movement, ProductId, Stock, UnitType};
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::resource;
use onhand_store::tables::channels::CHANNELS;
use onhand_store::{Tx, imports};
use onhand_web::bar::Numbers;
use onhand_web::screens::imports::ImportLine;
use onhand_web::{ImportMode, ImportTask, Reference, StockState, Unit, link};

use super::fault::Fault;
use super::live_rows::import_state;
use super::visit::Visit;
use crate::auth::Permission;
use crate::services::origins::Origins;
use crate::services::{ServiceError, stock_tables};

/// Channels that can be chosen from.
const CHANNELS_MAX: i64 = 200;

/// The numbers of a stock.
pub(super) fn numbers(stock: &Stock) -> Numbers {
    Numbers {
        on_hand: stock.on_hand,
        reserved: stock.reserved,
        reported: stock.reported,
        available: stock.available(),
        is_off_sale: stock.discrepancy_at.is_some(),
    }
}

/// What a table says of a stock besides.
pub(super) fn state(stock: &Stock) -> StockState {
    match stock.available_unclamped() {
        _ if stock.discrepancy_at.is_some() => StockState::OffSale,
        ..0 => StockState::Oversold,
        0 => StockState::SoldOut,
        _ if stock.states.has(onhand_core::StockState::Low) => StockState::Low,
        _ => StockState::Normal,
    }
}

/// What one unit of a stock is.
pub(super) const fn unit(stock: &Stock) -> Unit {
    match stock.unit {
        UnitType::Piece => Unit::Piece,
        UnitType::Kilogram => Unit::Kilogram,
    }
}

/// What could be sold after a movement.
pub(super) fn available(movement: &Movement) -> i64 {
    (movement.on_hand - movement.reserved - movement.reported).max(0)
}

/// What could be sold before it.
pub(super) fn available_before(movement: &Movement) -> i64 {
    let delta = movement.delta;
    let before = movement.on_hand - delta.on_hand - (movement.reserved - delta.reserved);
    (before - (movement.reported - delta.reported)).max(0)
}

/// The order, the cart, the transfer or the file behind a movement.
pub(super) fn reference(visit: &Visit, origins: &Origins, movement: &Movement) -> Option<Reference> {
    let rights = (visit.may(Permission::ReadOrders), visit.may(Permission::ReadImports));
    reference_for(rights, origins, movement)
}

/// The same for a person who may read orders, and imports, or not.
pub(super) fn reference_for(
    (orders, imports): (bool, bool),
    origins: &Origins,
    movement: &Movement,
) -> Option<Reference> {
    if let Some(order) = origins.order(movement) {
        let link = orders.then(|| link::order(order.id.get()));
        return Some(Reference { text: order.number.clone(), link });
    }
    if let Some((_, reference)) = origins.cart(movement) {
        return Some(Reference { text: reference.to_owned(), link: None });
    }
    if let Cause::StockTransfer(transfer) = movement.cause {
        // Who may read imports may read transfers.
        let link = imports.then(|| link::transfer(transfer.get()))?;
        return Some(Reference { text: format!("#{}", transfer.get()), link: Some(link) });
    }
    let (import, file) = origins.file(movement)?;
    let link = imports.then(|| link::import(import.get()));
    Some(Reference { text: file.to_owned(), link })
}

/// The name of a stock's product; empty where it says no more than the SKU.
pub(super) fn product_name(names: &HashMap<ProductId, String>, stock: &Stock) -> String {
    names.get(&stock.product).filter(|name| **name != stock.sku).cloned().unwrap_or_default()
}

/// Whether a movement writes a level.
pub(super) const fn is_level(movement: &Movement) -> bool {
    matches!(movement.cause, Cause::Write | Cause::Import(_) | Cause::Count)
}

/// The stock lists that a person may choose.
pub(super) async fn lists(visit: &Visit) -> Result<Vec<(i64, String)>, ServiceError> {
    let lists = stock_tables::lists(&visit.app, &visit.requester()).await?;
    Ok(lists.into_iter().map(|list| (list.id.get(), list.name)).collect())
}

/// The channels, in the order of their names.
pub(super) async fn channels(visit: &Visit) -> Result<Vec<(i64, String)>, Fault> {
    let window = Window::Page { number: 1, limit: CHANNELS_MAX };
    let all = ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window };
    let body = async move |tx: &mut Tx<'_>| resource::page(tx, &CHANNELS, &all).await;
    let found = visit.app.store.read("records.page", body).await?.rows;
    let name = |record: &resource::Record| (record.id, record.text("name").unwrap_or_default().to_owned());
    let mut named: Vec<(i64, String)> = found.iter().map(name).collect();
    named.sort_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
    Ok(named)
}

/// The name of a channel, if it is one of these; its id where it is not.
pub(super) fn channel_name(channels: &[(i64, String)], channel: Option<ChannelId>) -> Option<String> {
    let id = channel?.get();
    Some(channels.iter().find(|(known, _)| *known == id).map_or_else(|| id.to_string(), |(_, name)| name.clone()))
}

/// An import in one line. `list` is the name of its list, and `people` are the names behind ids.
pub(super) fn import_line(import: &imports::ImportRow, list: String, people: &HashMap<i64, String>) -> ImportLine {
    ImportLine {
        id: import.id.get(),
        file: import.file_name.clone(),
        list,
        at: import.created_at,
        by: people.get(&import.actor.get()).cloned().unwrap_or_default(),
        mode: match import.kind {
            imports::Kind::Prices => ImportMode::Prices,
            _ => ImportMode::from_word(&import.mode).unwrap_or_default(),
        },
        task: match import.task {
            imports::Task::Import => ImportTask::Import,
            imports::Task::Preview => ImportTask::Preview,
            imports::Task::Apply => ImportTask::Apply,
            imports::Task::Undo => ImportTask::Undo,
        },
        state: import_state(import.state),
        total: import.total,
        processed: import.counts.sum(),
        created: import.counts.created,
        updated: import.counts.updated,
        unchanged: import.counts.unchanged,
        failed: import.counts.failed,
    }
}
