//! The outbox events of records that are written elsewhere: prices, the items of catalogs, cancellation requests.
//!
//! Promises: runs in the transaction of the change. Must not know channels: an item that comes or goes is a change of
//! its product, which every channel of the catalog will look at.

use std::collections::BTreeMap;

use onhand_core::ChannelId;
use onhand_core::channel_sync::ObjectKind;

use super::outbox::{self, Member, OutboxEvent};
use crate::resource::{Change, Record};
use crate::tables::integration_actions::{self, Named};
use crate::{BoxFuture, Tx};

/// Prices were made, changed or removed. One that comes or goes may be all that puts its product into a catalog.
pub(crate) fn prices_changed<'t>(tx: &'t mut Tx<'_>, changes: &'t [Change]) -> BoxFuture<'t, ()> {
    let price = |price: &Record| OutboxEvent {
        kind: ObjectKind::Price,
        object: price.id,
        scope: price.int("price_list_id").unwrap_or_default(),
        at: price.modified_at,
    };
    let product = |price: &Record| OutboxEvent {
        kind: ObjectKind::Product,
        object: price.int("product_id").unwrap_or_default(),
        scope: 0,
        at: price.modified_at,
    };
    let comes_or_goes = changes.iter().filter(|change| change.before.is_none() || change.after.is_none());
    let products: BTreeMap<i64, OutboxEvent> =
        comes_or_goes.filter_map(record).map(product).map(|touch| (touch.object, touch)).collect();
    let prices: Vec<OutboxEvent> = changes.iter().filter_map(record).map(price).collect();
    outbox::add_all(tx, prices.into_iter().chain(products.into_values()))
}

/// A record as it is, or as it was when it went.
fn record(change: &Change) -> Option<&Record> {
    change.after.as_ref().or(change.before.as_ref())
}

/// Products were removed; all else is said where it is written.
pub(crate) fn products_removed<'t>(tx: &'t mut Tx<'_>, changes: &'t [Change]) -> BoxFuture<'t, ()> {
    note(tx, changes, |product| OutboxEvent {
        kind: ObjectKind::Product,
        object: product.id,
        scope: 0,
        at: product.modified_at,
    })
}

/// Products came into catalogs or left them.
pub(crate) fn items_changed<'t>(tx: &'t mut Tx<'_>, changes: &'t [Change]) -> BoxFuture<'t, ()> {
    Box::pin(async move {
        let member = |item: &Record| Member {
            catalog: item.int("catalog_id").unwrap_or_default(),
            product: item.int("product_id").unwrap_or_default(),
            at: item.modified_at,
        };
        let members = changes.iter().filter_map(record).map(member);
        outbox::add_members(tx, members.collect::<Vec<_>>()).await?;
        note(tx, changes, |item| OutboxEvent {
            kind: ObjectKind::Product,
            object: item.int("product_id").unwrap_or_default(),
            scope: 0,
            at: item.modified_at,
        })
        .await
    })
}

/// Cancellation requests were made, changed or removed. One that has the channel's name came from there, and is known
/// there from the beginning.
pub(crate) fn requests_changed<'t>(tx: &'t mut Tx<'_>, changes: &'t [Change]) -> BoxFuture<'t, ()> {
    Box::pin(async move {
        let records = changes.iter().filter_map(|change| change.after.as_ref().or(change.before.as_ref()));
        let touch = |record: &Record| {
            let (object, at) = (record.id, record.modified_at);
            record.int("channel_id").map(|scope| OutboxEvent {
                kind: ObjectKind::CancellationRequest,
                object,
                scope,
                at,
            })
        };
        outbox::add_all(tx, records.filter_map(touch).collect::<Vec<_>>()).await?;
        for record in changes.iter().filter(|change| change.before.is_none()).filter_map(|change| change.after.as_ref())
        {
            let (Some(channel), Some(remote_id)) = (record.int("channel_id"), record.text("remote_id")) else {
                continue;
            };
            let named = Named {
                kind: ObjectKind::CancellationRequest.number(),
                object: record.id,
                remote_id: remote_id.to_owned(),
                version_at: record.modified_at,
            };
            integration_actions::know(tx, ChannelId::new(channel), &[named], record.modified_at).await?;
        }
        Ok(())
    })
}

fn note<'t>(tx: &'t mut Tx<'_>, changes: &'t [Change], touch: fn(&Record) -> OutboxEvent) -> BoxFuture<'t, ()> {
    let records = changes.iter().filter_map(|change| change.after.as_ref().or(change.before.as_ref()));
    // One product may be put into several catalogs at once.
    let touches: BTreeMap<i64, OutboxEvent> = records.map(touch).map(|touch| (touch.object, touch)).collect();
    outbox::add_all(tx, touches.into_values())
}
