//! Stock health: what has kept units off sale for long, with its evidence, and settling what no level will settle.
//!
//! Promises: reads a page of each kind, however much there is; what is old is found by index. What is settled is a movement
//! with a reason, never a number that is written over. Must not know how it is shown.

use std::collections::HashMap;

use onhand_core::commands::{SettleReason, SettleReported};
use onhand_core::fulfilment::UnplannedReason;
use onhand_core::{Command, Explanation, OrderItemId, Stock, StockState, Timestamp};
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::stock_health::{self, ReportedLine};
use onhand_store::tables::batch_requests::{self, BatchRow};
use onhand_store::tables::order_items::reserving as reserving_lines;
use onhand_store::tables::{product_stocks, unplanned_items};
use onhand_store::{Error, Tx, stock_views};

use super::reserving::{self, ReservingLine};
use super::submission::{AnswerRecord, Submitted};
use super::{Requester, ServiceError, Services};

/// How old something is that is looked at, in seconds, if nobody says so: a week.
pub const OLD_SECONDS_DEFAULT: i64 = 7 * super::DAY_SECONDS;
/// Rows of each kind if nobody says how many.
pub const ROWS_DEFAULT: i64 = 20;
/// Rows of each kind at the most.
pub const ROWS_MAX: i64 = 100;
/// Lines that are settled by one request at the most.
pub const SETTLED_MAX: usize = 1_000;
/// Reported lines that the worker looks at in one reading.
const STEP: i64 = 500;

/// The first rows of a kind, the oldest at the front.
#[derive(Clone, Debug)]
pub struct Oldest<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there are more of them.
    pub has_more: bool,
}

impl<T> Oldest<T> {
    /// So many of the rows at the most.
    fn of(mut rows: Vec<T>, limit: i64) -> Self {
        let limit = limit as usize;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        Self { rows, has_more }
    }
}

/// What has kept units off sale for long.
#[derive(Clone, Debug)]
pub struct StockHealth {
    /// Lines that the ERP has registered and no level has settled.
    pub reported: Oldest<ReservingLine>,
    /// Lines that the ERP has not registered.
    pub open: Oldest<ReservingLine>,
    /// Lines that are reserved, should leave and are in no package.
    pub unpackaged: Oldest<ReservingLine>,
    /// Batches of channels whose lease is over and whose channel has not come back.
    pub leases: Oldest<BatchRow>,
    /// Stocks of which more is reserved and reported than there is.
    pub oversold: Oldest<Stock>,
}

/// What has kept units off sale since `before` or longer, `limit` rows of each kind at the most. It is of all orders, so a
/// requester that asks for a channel is told nothing.
pub async fn look(
    services: &Services,
    requester: &Requester,
    before: Timestamp,
    limit: i64,
) -> Result<StockHealth, ServiceError> {
    if requester.channel.is_some() {
        return Err(ServiceError::NotFound);
    }
    let requester = requester.clone();
    let body = async move |tx: &mut Tx<'_>| {
        let found = stock_health::reported(tx, before, None, limit + 1).await?;
        let found: Vec<OrderItemId> = found.iter().map(|line| line.item).collect();
        let reported = reserving::of_lines(tx, &requester, &found).await?;
        let first = reserving_lines::open_after(tx, OrderItemId::new(0), limit + 1).await?;
        let mut open = reserving::of_lines(tx, &requester, &first).await?;
        open.retain(|one| one.since() <= before);
        let window = Window::Page { number: 1, limit: limit + 1 };
        let conditions = vec![stock_views::in_state(StockState::Oversold)];
        let listing = ListQuery { conditions, sort: Sort::BY_ID, window };
        Ok(StockHealth {
            reported: Oldest::of(reported, limit),
            open: Oldest::of(open, limit),
            unpackaged: Oldest::of(unpackaged(tx, &requester, (before, limit + 1)).await?, limit),
            leases: Oldest::of(batch_requests::expired_of_all(tx, before, limit + 1).await?, limit),
            oversold: Oldest::of(product_stocks::page(tx, &listing).await?.rows, limit),
        })
    };
    Ok(services.store.read("stock_health.look", body).await?)
}

/// The oldest lines that are reserved, should leave and have been in no package since `before` or longer; so many of each
/// reason at the most.
async fn unpackaged(
    tx: &mut Tx<'_>,
    requester: &Requester,
    (before, limit): (Timestamp, i64),
) -> Result<Vec<ReservingLine>, Error> {
    let mut ids = Vec::new();
    for reason in UnplannedReason::ALL.into_iter().filter(|reason| *reason != UnplannedReason::Short) {
        let waiting = unplanned_items::of_reason(tx, reason, limit).await?;
        ids.extend(waiting.iter().filter(|one| one.created_at <= before).map(|one| one.item));
    }
    ids.sort();
    reserving::of_lines(tx, requester, &ids).await
}

/// Settles reported lines because a person says that no level will. Those that are not reported stay as they are.
pub async fn settle(
    services: &Services,
    requester: &Requester,
    (items, said): (Vec<OrderItemId>, Option<Explanation>),
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    if requester.channel.is_some() {
        return Err(ServiceError::NotFound);
    }
    let command = SettleReported { items, reason: SettleReason::Person(said) };
    services.submit_once(requester, Command::SettleReported(command), record).await
}

/// Settles the reported lines of those lists that do so by age. Whether there was more to look at than one reading has.
pub async fn settle_old(services: &Services) -> Result<bool, ServiceError> {
    let lists = services.store.read("stock_health.lists", async |tx| stock_health::settling_lists(tx).await).await?;
    let lists: HashMap<_, i64> = lists.into_iter().collect();
    let Some(shortest) = lists.values().min() else { return Ok(false) };
    let now = services.clock.now();
    let until = now.minus_seconds(*shortest);
    let (mut last, mut rounds) = (None, 0);
    loop {
        let body = async move |tx: &mut Tx<'_>| stock_health::reported(tx, until, last.as_ref(), STEP).await;
        let found = services.store.read("stock_health.reported", body).await?;
        let is_old = |line: &&ReportedLine| {
            lists.get(&line.list).is_some_and(|seconds| line.registered_at <= now.minus_seconds(*seconds))
        };
        let items: Vec<OrderItemId> = found.iter().filter(is_old).map(|line| line.item).collect();
        if !items.is_empty() {
            let command = SettleReported { items, reason: SettleReason::Age };
            services.submit(&Requester::itself(), Command::SettleReported(command)).await?;
        }
        last = found.last().copied();
        rounds += 1;
        if found.len() < STEP as usize {
            return Ok(rounds > 1);
        }
    }
}
