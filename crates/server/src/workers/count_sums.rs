//! Counting the sums of stock lists, about every minute while somebody looks at them, and now and then otherwise.
//!
//! Promises: one process counts a list at a time, in steps that lock nothing, with pauses that leave most of the
//! database's time to others; it finds the stocks whose states a change of the list's low-stock threshold has made
//! wrong, and brings them up to date. Must not know HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use onhand_core::{StockId, StockListId, Timestamp};
use onhand_store::tables::stock_sums::{self, CountedSums, REFRESHED_MAX, StockSums};
use onhand_store::{Tx, leases};

use super::{PAUSE, PAUSE_FACTOR};
use crate::services::{ServiceError, Services};

/// The age at which sums are counted anew that nobody looks at.
const OLD_SECONDS: i64 = 15 * 60;
/// Lists that are counted in one round although nobody looks at them.
const DUE_MAX: i64 = 20;
/// For how long one process has the counting to itself, unless it says so again.
const LEASE_SECONDS: i64 = 30;
const LEASE: &str = "stock_sums";

/// Counts for ever.
pub(super) async fn run(services: Arc<Services>) {
    let holder = super::lease_holder(&services, "sums");
    loop {
        if let Err(fault) = round(&services, &holder).await {
            if matches!(fault, ServiceError::Stopping) {
                return;
            }
            tracing::warn!(%fault, "cannot count the sums of stock lists");
        }
        // Whoever looks for the first time waits for little; the others for the next round.
        _ = tokio::time::timeout(PAUSE, services.sums_wanted.changed()).await;
    }
}

/// Counts what is due.
async fn round(services: &Services, holder: &str) -> Result<(), ServiceError> {
    let now = services.clock.now();
    let mut lists = too_old(services, now).await?;
    let before = now.minus_seconds(OLD_SECONDS);
    let due = services.store.read("stock_sums.due", async move |tx| stock_sums::due(tx, before, DUE_MAX).await).await?;
    lists.extend(due.into_iter().filter(|list| !lists.contains(list)).collect::<Vec<_>>());
    for list in lists {
        if !claim(services, holder).await? {
            return Ok(());
        }
        count(services, holder, list).await?;
    }
    Ok(())
}

/// The lists that somebody looks at and whose sums are too old for that.
async fn too_old(services: &Services, now: Timestamp) -> Result<Vec<StockListId>, ServiceError> {
    let wanted = services.sums_wanted.wanted(now);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let lists: Vec<StockListId> = wanted.iter().map(|(list, _)| *list).collect();
    let body = async move |tx: &mut Tx<'_>| stock_sums::of_lists(tx, &lists).await;
    let kept = services.store.read("stock_sums.of_list", body).await?;
    let is_fresh = |list, least| kept.iter().any(|one: &CountedSums| one.list == list && one.begun_at >= least);
    Ok(wanted.into_iter().filter(|(list, least)| !is_fresh(*list, *least)).map(|(list, _)| list).collect())
}

/// Whether this process is the one that counts.
async fn claim(services: &Services, holder: &str) -> Result<bool, ServiceError> {
    let (holder, now) = (holder.to_owned(), services.clock.now());
    let body = async move |tx: &mut Tx<'_>| leases::claim(tx, LEASE, &holder, now, LEASE_SECONDS).await;
    Ok(services.store.write("leases.claim", body).await?)
}

/// Counts a list, unless it is removed meanwhile.
async fn count(services: &Services, holder: &str, list: StockListId) -> Result<(), ServiceError> {
    let begun_at = services.clock.now();
    let look = async move |tx: &mut Tx<'_>| stock_sums::low_stock(tx, list).await;
    let Some(low_stock) = services.store.read("stock_sums.low_stock", look).await? else { return Ok(()) };
    let (mut sums, mut after, mut claimed) = (StockSums::default(), StockId::new(0), Instant::now());
    loop {
        let begun = Instant::now();
        let body = async move |tx: &mut Tx<'_>| stock_sums::step(tx, list, after, low_stock).await;
        let step = services.store.read("stock_sums.step", body).await?;
        if step.stale > 0 {
            refresh(services, list, after, low_stock).await?;
        }
        sums.add(&step.sums);
        match step.last.filter(|_| step.sums.stocks == stock_sums::STEP_STOCKS) {
            Some(last) => after = last,
            None => break,
        }
        tokio::time::sleep(begun.elapsed() * PAUSE_FACTOR).await;
        if claimed.elapsed() > Duration::from_secs(LEASE_SECONDS as u64 / 3) {
            if !claim(services, holder).await? {
                return Ok(());
            }
            claimed = Instant::now();
        }
    }
    let counted = CountedSums { list, begun_at, at: services.clock.now(), sums };
    services.store.write("stock_sums.keep", async move |tx| stock_sums::keep(tx, &counted).await).await?;
    Ok(())
}

/// Brings the stocks of a step into their states.
async fn refresh(services: &Services, list: StockListId, after: StockId, low_stock: i64) -> Result<(), ServiceError> {
    let body = async move |tx: &mut Tx<'_>| stock_sums::stale(tx, list, after, low_stock).await;
    let stale = services.store.read("stock_sums.stale", body).await?;
    for some in stale.chunks(REFRESHED_MAX as usize) {
        let some = some.to_vec();
        services.store.write("stocks.set_states", async move |tx| stock_sums::refresh(tx, &some).await).await?;
    }
    Ok(())
}
