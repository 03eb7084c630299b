//! The feed's storage: from a change of an object to what each channel has still to be sent.
//!
//! Promises: a change pays one row ([`crate::outbox`]), however many channels there are; every change gets a sequence
//! number, in the order of commits ([`sequencer`]); deliveries follow from versions and actions by the rule of
//! `onhand_core::channel_sync`, and are written by [`deliveries`] only. A transaction that writes a channel's state has
//! locked its row ([`channel_cursors`]). Must not know HTTP, nor which object is shown how.

pub mod actions;
pub mod batches;
pub mod change_log;
pub mod channel_cursors;
pub mod channel_scope;
pub mod cursor;
pub mod cursor_scope;
pub mod deliveries;
pub(crate) mod delivery_facts;
pub mod failures;
pub mod generation;
pub mod lag;
pub mod sequencer;

use std::collections::BTreeSet;

use onhand_core::channel_sync::ObjectKind;
use onhand_core::{ChannelId, ProductId, StockListId, Timestamp};

use crate::tables::batch_requests;
use crate::{Error, Tx};
use channel_scope::ChannelScope;
use deliveries::DueDelivery;

/// Changes that are looked at in one transaction.
const ROUND_ROWS: i64 = 250;

/// How far a channel is with the changes of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SyncProgress {
    /// There is nothing it has not looked at.
    UpToDate,
    /// There is more.
    More,
}

/// The kinds that have to be looked at before the deliveries of one kind can be read.
fn kinds(kind: ObjectKind) -> impl Iterator<Item = ObjectKind> {
    let product = kind.follows_product().then_some(ObjectKind::Product);
    product.into_iter().chain([kind])
}

/// Whether [`sync_channel`] has something to do. Reads a few rows by key.
pub async fn is_behind(tx: &mut Tx<'_>, channel: ChannelId, kind: ObjectKind, now: Timestamp) -> Result<bool, Error> {
    let channel_scope = ChannelScope::of(tx, channel).await?;
    if !is_of(tx, &channel_scope).await? || batch_requests::has_expired(tx, channel, now).await? {
        return Ok(true);
    }
    let known = channel_cursors::all(tx, channel).await?;
    for kind in kinds(kind) {
        let scopes = channel_scope.scopes(kind);
        if known.keys().any(|(of, scope)| *of == kind && !scopes.contains(scope)) {
            return Ok(true);
        }
        if !change_log::waiting(tx, kind, channel_cursors::with(&known, kind, &scopes)).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the deliveries of a channel were decided for what it may have now. If not, none of them is to be shown.
pub async fn is_of(tx: &mut Tx<'_>, channel_scope: &ChannelScope) -> Result<bool, Error> {
    Ok(channel_cursors::find(tx, channel_scope.channel).await? == Some(channel_scope.channel_cursor()))
}

/// Turns changes into deliveries, up to a bound; gives up batches whose lease is over.
pub async fn sync_channel(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    kind: ObjectKind,
    now: Timestamp,
) -> Result<SyncProgress, Error> {
    let (channel_scope, progress) = opened(tx, channel, now).await?;
    if progress == SyncProgress::More {
        return Ok(SyncProgress::More);
    }
    let known = channel_cursors::all(tx, channel).await?;
    let mut left = ROUND_ROWS;
    for kind in kinds(kind) {
        let scopes = channel_scope.scopes(kind);
        for (_, scope) in known.keys().filter(|(of, scope)| *of == kind && !scopes.contains(scope)) {
            if channel_cursors::forget(tx, channel, kind, *scope).await? == SyncProgress::More {
                return Ok(SyncProgress::More);
            }
        }
        for scope in change_log::waiting(tx, kind, channel_cursors::with(&known, kind, &scopes)).await? {
            let position = known.get(&(kind, scope)).copied().unwrap_or(0);
            let found = change_log::after(tx, kind, scope, position, left).await?;
            let Some(last) = found.last() else { continue };
            left -= found.len() as i64;
            channel_cursors::set(tx, channel, kind, scope, last.sequence_number).await?;
            let objects: BTreeSet<i64> = found.iter().map(|change| change.object).collect();
            reconsider(tx, &channel_scope, kind, &objects).await?;
            if left <= 0 {
                return Ok(SyncProgress::More);
            }
        }
    }
    Ok(SyncProgress::UpToDate)
}

/// Locks a channel's feed: from here on no other transaction writes what it knows or its deliveries. A catalog that is
/// another one now, or that has got its first item, is begun anew.
pub async fn open(tx: &mut Tx<'_>, channel: ChannelId, now: Timestamp) -> Result<ChannelScope, Error> {
    Ok(opened(tx, channel, now).await?.0)
}

/// The same, and whether the feed has been begun anew where it must be.
async fn opened(tx: &mut Tx<'_>, channel: ChannelId, now: Timestamp) -> Result<(ChannelScope, SyncProgress), Error> {
    let before = channel_cursors::lock(tx, channel).await?;
    let channel_scope = ChannelScope::of(tx, channel).await?;
    let cursor = channel_scope.channel_cursor();
    let progress = match before == cursor {
        true => SyncProgress::UpToDate,
        false => channel_cursors::begin_anew(tx, channel, &cursor).await?,
    };
    batches::give_up_expired(tx, &channel_scope, now).await?;
    Ok((channel_scope, progress))
}

/// Decides anew what is due of some objects, and of the stocks and prices of products.
async fn reconsider(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    kind: ObjectKind,
    objects: &BTreeSet<i64>,
) -> Result<(), Error> {
    decide(tx, channel_scope, kind, objects).await?;
    if kind != ObjectKind::Product || objects.is_empty() {
        return Ok(());
    }
    let products: Vec<ProductId> = objects.iter().copied().map(ProductId::new).collect();
    let lists = channel_scope.scopes(ObjectKind::Stock).into_iter().map(StockListId::new).collect::<Vec<_>>();
    let stocks = delivery_facts::stocks_of(tx, &products, &lists).await?;
    decide(tx, channel_scope, ObjectKind::Stock, &stocks).await?;
    let prices = delivery_facts::prices_of(tx, &products, &channel_scope.scopes(ObjectKind::Price)).await?;
    decide(tx, channel_scope, ObjectKind::Price, &prices).await
}

async fn decide(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    kind: ObjectKind,
    objects: &BTreeSet<i64>,
) -> Result<(), Error> {
    if objects.is_empty() {
        return Ok(());
    }
    let facts = delivery_facts::of(tx, channel_scope, kind, objects).await?;
    let due: Vec<DueDelivery> = facts.iter().filter_map(DueDelivery::of).collect();
    deliveries::write(tx, channel_scope.channel, kind, objects, &due).await
}
