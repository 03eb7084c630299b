//! Why the numbers of a stock are what they are.
//!
//! Promises: what is said is one reading; the lines, movements and packages that are looked at are bounded. A requester
//! that asks for a channel is told of its own orders only, and of no package or channel. Must not know how it is drawn.

use std::collections::HashMap;

use onhand_core::channel_sync::ObjectKind;
use onhand_core::fulfilment::{Discrepancy, Package, PackageItem};
use onhand_core::{ChannelId, Movement, MovementId, OrderItemId, PackageId, Stock, StockId, Timestamp};
use onhand_store::tables::integration_actions::{self, ActionRow};
use onhand_store::tables::order_items::ReservedState;
use onhand_store::tables::{discrepancies, movements, packages, product_stocks, stock_lists};
use onhand_store::{Error, Tx};

use super::origins::Origins;
use super::reserving::{self, ReservingLines};
use super::{Requester, ServiceError, Services};

/// Movements that are looked at.
pub const MOVEMENTS_MAX: usize = 200;
/// Lines of packages that are looked at.
const PACKED_MAX: i64 = 100;

/// Which parts are asked for.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Movements before this one instead of the newest.
    pub before: Option<MovementId>,
    /// Open lines after this one instead of the oldest.
    pub open_after: Option<OrderItemId>,
    /// Reported lines after this one instead of the oldest.
    pub reported_after: Option<OrderItemId>,
    /// Whether packages and discrepancies are told.
    pub has_fulfilment: bool,
    /// The channels of which is told what they were sent.
    pub channels: Vec<ChannelId>,
}

/// Why the numbers of a stock are what they are.
#[derive(Clone, Debug)]
pub struct Why {
    /// The stock, read with all the rest.
    pub stock: Stock,
    /// The newest movements, the newest first.
    pub newest: Vec<Movement>,
    /// The movements that are asked for: the newest, or those before the one that was named.
    pub movements: Vec<Movement>,
    /// The movement before which they go on, if they do.
    pub next_before: Option<MovementId>,
    /// What stands behind all of them.
    pub origins: Origins,
    /// The lines that the ERP has not registered.
    pub open: ReservingLines,
    /// The lines that it has registered and no level settles yet.
    pub reported: ReservingLines,
    /// Its active discrepancies.
    pub discrepancies: Vec<Discrepancy>,
    /// Packages at the list's location that still wait for units of it.
    pub packed: Vec<(PackageItem, Package)>,
    /// What channels were sent.
    pub told: Vec<ToldChannel>,
}

/// What a channel was sent of a stock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ToldChannel {
    /// The channel.
    pub channel: ChannelId,
    /// The version that it has acknowledged: when the stock became so.
    pub version: Timestamp,
    /// What was available then, if that is among the newest movements.
    pub available: Option<i64>,
    /// When the stock became something newer, if it has.
    pub behind_since: Option<Timestamp>,
}

/// Why the numbers of a stock are what they are; none where it is gone. The requester may see the stock.
pub async fn of_stock(
    services: &Services,
    requester: &Requester,
    (stock, parts): (StockId, Parts),
) -> Result<Option<Why>, ServiceError> {
    let requester = requester.clone();
    let body = async move |tx: &mut Tx<'_>| {
        let Some(stock) = product_stocks::by_id(tx, stock).await? else { return Ok(None) };
        let newest = movements::history(tx, &stock, None, MOVEMENTS_MAX).await?;
        let shown = match parts.before {
            Some(before) => movements::history(tx, &stock, Some(before), MOVEMENTS_MAX).await?,
            None => newest.clone(),
        };
        let open = reserving::read(tx, &requester, (&stock, &newest), (ReservedState::Open, parts.open_after)).await?;
        let reported = (ReservedState::Reported, parts.reported_after);
        let reported = reserving::read(tx, &requester, (&stock, &newest), reported).await?;
        let mut origins = Origins::of(tx, &newest, &requester).await?;
        if parts.before.is_some() {
            origins.add(Origins::of(tx, &shown, &requester).await?);
        }
        let (mut discrepancies, mut packed) = (Vec::new(), Vec::new());
        if parts.has_fulfilment && requester.channel.is_none() {
            discrepancies = discrepancies::active_of(tx, [stock.id]).await?;
            packed = packed_lines(tx, &stock).await?;
        }
        let told =
            if requester.channel.is_none() { told(tx, &stock, &newest, &parts.channels).await? } else { Vec::new() };
        let next_before = shown.last().filter(|movement| movement.previous.is_some()).map(|movement| movement.id);
        let movements = shown;
        Ok(Some(Why { stock, newest, movements, next_before, origins, open, reported, discrepancies, packed, told }))
    };
    Ok(services.store.read("stocks.why", body).await?)
}

/// The packages at the location of a stock's list that still wait for units of it, the newest first.
async fn packed_lines(tx: &mut Tx<'_>, stock: &Stock) -> Result<Vec<(PackageItem, Package)>, Error> {
    let list = stock_lists::rules(tx, [&stock.list]).await?.pop();
    let Some(location) = list.and_then(|list| list.location) else { return Ok(Vec::new()) };
    let mut lines = packages::items_of_sku(tx, (&stock.sku, location), PACKED_MAX).await?;
    lines.retain(|line| line.state.is_open());
    let found = packages::by_ids(tx, lines.iter().map(|line| line.package)).await?;
    let found: HashMap<PackageId, Package> = found.into_iter().map(|package| (package.id, package)).collect();
    let with = |line: PackageItem| {
        let package = found.get(&line.package)?.clone();
        Some((line, package))
    };
    Ok(lines.into_iter().filter_map(with).collect())
}

/// What channels have acknowledged of a stock. A version is the time of a movement, so the quantity that a channel was
/// sent is the one after that movement.
async fn told(
    tx: &mut Tx<'_>,
    stock: &Stock,
    newest: &[Movement],
    channels: &[ChannelId],
) -> Result<Vec<ToldChannel>, Error> {
    let of_stock = (ObjectKind::Stock.number(), stock.id.get());
    let known = integration_actions::of_object(tx, channels.iter().copied(), of_stock).await?;
    let told = |row: &ActionRow| {
        let version = row.action.acknowledged_at?;
        let sent = newest.iter().find(|movement| movement.at <= version);
        let next = newest.iter().take_while(|movement| movement.at > version).last();
        Some(ToldChannel {
            channel: row.channel,
            version,
            available: sent.map(|sent| (sent.on_hand - sent.reserved - sent.reported).max(0)),
            behind_since: next.map(|next| next.at),
        })
    };
    Ok(known.iter().filter_map(told).collect())
}
