//! The feed's storage: from a change of an object to what each channel has still to be sent.
//!
//! Promises: a change pays one row ([`touches`]), however many channels there are; every change gets a version, in the order
//! of commits ([`changes`]); what is outgoing follows from versions and actions by the rule of `onhand_core::feed`, and is
//! written by [`outgoing`] only. Whoever writes a channel's state holds its row ([`positions`]). Must not know HTTP, nor
//! which object is shown how.

pub mod assortment;
pub mod changes;
pub mod cursor;
pub(crate) mod facts;
pub mod generation;
pub(crate) mod hooks;
pub mod lag;
pub mod outgoing;
pub mod positions;
pub mod rounds;
pub mod told;
pub mod touches;

use std::collections::BTreeSet;

use onhand_core::feed::Kind;
use onhand_core::{ChannelId, ProductId, StockListId, Timestamp};

use crate::{Error, Tx, batch_requests};
use assortment::Assortment;
use outgoing::Due;

/// Changes that are looked at in one transaction.
const ROUND_ROWS: i64 = 250;

/// How far a channel is with the changes of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// There is nothing it has not looked at.
    UpToDate,
    /// There is more.
    More,
}

/// The kinds that have to be looked at before what is outgoing of one kind can be read.
fn kinds(kind: Kind) -> impl Iterator<Item = Kind> {
    let product = kind.follows_product().then_some(Kind::Product);
    product.into_iter().chain([kind])
}

/// Whether [`catch_up`] has something to do. Reads a few rows by key.
pub async fn is_behind(tx: &mut Tx<'_>, channel: ChannelId, kind: Kind, now: Timestamp) -> Result<bool, Error> {
    let assortment = Assortment::of(tx, channel).await?;
    if !is_of(tx, &assortment).await? || batch_requests::has_expired(tx, channel, now).await? {
        return Ok(true);
    }
    let known = positions::all(tx, channel).await?;
    for kind in kinds(kind) {
        let scopes = assortment.scopes(kind);
        if known.keys().any(|(of, scope)| *of == kind && !scopes.contains(scope)) {
            return Ok(true);
        }
        if !changes::waiting(tx, kind, positions::with(&known, kind, &scopes)).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether what is outgoing of a channel was decided for what it may have now. If not, nothing of it is to be shown.
pub async fn is_of(tx: &mut Tx<'_>, assortment: &Assortment) -> Result<bool, Error> {
    Ok(positions::find(tx, assortment.channel).await? == Some(assortment.mark()))
}

/// Turns changes into what is outgoing, up to a bound; gives up batches whose lease is over.
pub async fn catch_up(tx: &mut Tx<'_>, channel: ChannelId, kind: Kind, now: Timestamp) -> Result<Progress, Error> {
    let (assortment, progress) = opened(tx, channel, now).await?;
    if progress == Progress::More {
        return Ok(Progress::More);
    }
    let known = positions::all(tx, channel).await?;
    let mut left = ROUND_ROWS;
    for kind in kinds(kind) {
        let scopes = assortment.scopes(kind);
        for (_, scope) in known.keys().filter(|(of, scope)| *of == kind && !scopes.contains(scope)) {
            if positions::forget(tx, channel, kind, *scope).await? == Progress::More {
                return Ok(Progress::More);
            }
        }
        for scope in changes::waiting(tx, kind, positions::with(&known, kind, &scopes)).await? {
            let position = known.get(&(kind, scope)).copied().unwrap_or(0);
            let found = changes::after(tx, kind, scope, position, left).await?;
            let Some(last) = found.last() else { continue };
            left -= found.len() as i64;
            positions::set(tx, channel, kind, scope, last.version).await?;
            let objects: BTreeSet<i64> = found.iter().map(|change| change.object).collect();
            reconsider(tx, &assortment, kind, &objects).await?;
            if left <= 0 {
                return Ok(Progress::More);
            }
        }
    }
    Ok(Progress::UpToDate)
}

/// Locks a channel's feed: from here on nobody else writes what it knows or what is outgoing. A catalog that is another one
/// now, or that has got its first item, is begun anew.
pub async fn open(tx: &mut Tx<'_>, channel: ChannelId, now: Timestamp) -> Result<Assortment, Error> {
    Ok(opened(tx, channel, now).await?.0)
}

/// The same, and whether the feed has been begun anew where it must be.
async fn opened(tx: &mut Tx<'_>, channel: ChannelId, now: Timestamp) -> Result<(Assortment, Progress), Error> {
    let before = positions::lock(tx, channel).await?;
    let assortment = Assortment::of(tx, channel).await?;
    let mark = assortment.mark();
    let progress = match before == mark {
        true => Progress::UpToDate,
        false => positions::begin_anew(tx, channel, &mark).await?,
    };
    batch_requests::give_up_expired(tx, &assortment, now).await?;
    Ok((assortment, progress))
}

/// Decides anew what is due of some objects, and of the stocks and prices of products.
pub(crate) async fn reconsider(
    tx: &mut Tx<'_>,
    assortment: &Assortment,
    kind: Kind,
    objects: &BTreeSet<i64>,
) -> Result<(), Error> {
    decide(tx, assortment, kind, objects).await?;
    if kind != Kind::Product || objects.is_empty() {
        return Ok(());
    }
    let products: Vec<ProductId> = objects.iter().copied().map(ProductId::new).collect();
    let lists = assortment.scopes(Kind::Stock).into_iter().map(StockListId::new).collect::<Vec<_>>();
    let stocks = facts::stocks_of(tx, &products, &lists).await?;
    decide(tx, assortment, Kind::Stock, &stocks).await?;
    let prices = facts::prices_of(tx, &products, &assortment.scopes(Kind::Price)).await?;
    decide(tx, assortment, Kind::Price, &prices).await
}

async fn decide(tx: &mut Tx<'_>, assortment: &Assortment, kind: Kind, objects: &BTreeSet<i64>) -> Result<(), Error> {
    if objects.is_empty() {
        return Ok(());
    }
    let facts = facts::of(tx, assortment, kind, objects).await?;
    let due: Vec<Due> = facts.iter().filter_map(Due::of).collect();
    outgoing::write(tx, assortment.channel, kind, objects, &due).await
}
