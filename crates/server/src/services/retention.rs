//! Retention: what becomes of rows that are old, step by step.
//!
//! Promises: a step is one transaction of a bounded number of rows, and two processes never do the same one. The numbers
//! of a stock, and what they were at the end of each day that is kept, stay what they are. A day is one of the stock
//! list's time zone, or else of the installation's, or else of UTC. Must not know how often a step is done.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{Movement, RolledUp, StockId, StockListId, Timestamp, roll_up};
use onhand_store::tables::movements::roll_up::{self as old_movements, Job, OldMovements, Progress};
use onhand_store::tables::{cart_reservations, product_stocks, removed_stocks};
use onhand_store::{Error, Tx, leases};

use super::{DAY_SECONDS, ServiceError, Services};
use crate::zone::Zone;

/// Movements, and reservations of carts, of one step.
const STEP: i64 = 500;
/// For how long one process has the work to itself, unless it says so again.
const LEASE_SECONDS: i64 = 60;
const LEASE: &str = "retention";

/// A kind of rows that are not kept as they are for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// Movements, of which those of a day become one.
    Movements,
    /// Movements of days, which become one.
    Days,
    /// Reservations of carts that have ended.
    Carts,
}

impl Kept {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Movements, Self::Days, Self::Carts];

    /// Days that rows of this kind are kept as they are; 0 for ever.
    fn days(self, services: &Services) -> u32 {
        let history = &services.config.history;
        match self {
            Self::Movements => history.movement_days,
            Self::Days if history.daily_movement_days == 0 || history.movement_days == 0 => 0,
            // The days that become one are over, and rolled up.
            Self::Days => history.daily_movement_days.max(history.movement_days + 2),
            Self::Carts => history.reservation_days,
        }
    }
}

/// Does one step for one kind of rows; whether there may be more to do. `holder` is whom the lease names.
pub async fn step(services: &Services, kept: Kept, holder: &str) -> Result<bool, ServiceError> {
    let days = kept.days(services);
    if days == 0 {
        return Ok(false);
    }
    let before = services.clock.now().minus_seconds(i64::from(days) * DAY_SECONDS);
    match kept {
        Kept::Movements => roll_up_step(services, Job::Days, before, holder).await,
        Kept::Days => roll_up_step(services, Job::Opening, before, holder).await,
        Kept::Carts => forget_carts(services, before, holder).await,
    }
}

/// Since when the numbers of stocks can be told: of a time before it, nobody knows them any more. `None` if all are.
pub async fn told_since(services: &Services) -> Result<Option<Timestamp>, ServiceError> {
    let body = async |tx: &mut Tx<'_>| old_movements::progress(tx, Job::Opening).await;
    let progress = services.store.read_inline("retention.progress", body).await?;
    Ok((progress != Progress::default()).then(|| Timestamp::from_micros(progress.at)))
}

async fn roll_up_step(services: &Services, job: Job, before: Timestamp, holder: &str) -> Result<bool, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| {
        let part = old_movements::next(tx, job, before, STEP).await?;
        let lists = match &part {
            Some(part) => lists_of(tx, part).await?,
            None => HashMap::new(),
        };
        Ok((part, lists))
    };
    let (Some(part), lists) = services.store.read("retention.next", body).await? else { return Ok(false) };
    let zones = services.zones(lists.values().copied().collect()).await?;
    let utc = Zone::utc();
    let mut rolled_up = RolledUp::default();
    for history in &part.histories {
        let list = history.first().and_then(|movement| lists.get(&movement.stock));
        let zone = list.and_then(|list| zones.of(*list)).unwrap_or(&utc);
        rolled_up.add(match job {
            Job::Days => roll_up(history, |at| zone.day_of(at)),
            Job::Opening => roll_up(history, |_| ()),
        });
    }
    let (holder, now) = (holder.to_owned(), services.clock.now());
    let body = async move |tx: &mut Tx<'_>| {
        let is_ours = leases::claim(tx, LEASE, &holder, now, LEASE_SECONDS).await?;
        Ok(is_ours && old_movements::write(tx, job, &part, &rolled_up).await?)
    };
    Ok(services.store.write("retention.roll_up", body).await?)
}

/// The lists of the stocks of a part, also of those that were removed.
async fn lists_of(tx: &mut Tx<'_>, part: &OldMovements) -> Result<HashMap<StockId, StockListId>, Error> {
    let stocks: BTreeSet<StockId> = part.histories.iter().flatten().map(|movement: &Movement| movement.stock).collect();
    let stocks: Vec<StockId> = stocks.into_iter().collect();
    let mut found = product_stocks::by_ids(tx, &stocks).await?;
    if found.len() < stocks.len() {
        found.extend(removed_stocks::by_ids(tx, &stocks).await?);
    }
    Ok(found.into_iter().map(|stock| (stock.id, stock.list)).collect())
}

async fn forget_carts(services: &Services, before: Timestamp, holder: &str) -> Result<bool, ServiceError> {
    let look = async move |tx: &mut Tx<'_>| cart_reservations::has_ended(tx, before).await;
    if !services.store.read("cart_reservations.has_ended", look).await? {
        return Ok(false);
    }
    let (holder, now) = (holder.to_owned(), services.clock.now());
    let body = async move |tx: &mut Tx<'_>| {
        let is_ours = leases::claim(tx, LEASE, &holder, now, LEASE_SECONDS).await?;
        Ok(is_ours && cart_reservations::forget(tx, before, STEP).await?)
    };
    Ok(services.store.write("cart_reservations.forget", body).await?)
}
