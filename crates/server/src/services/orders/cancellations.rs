//! Cancellation requests: those that wait for an answer, and answering them.
//!
//! Promises: a request that is granted takes its line with it through the writer, and is stored as granted after that, so
//! that a line never stays reserved behind a request that says it does not; the same answer again changes nothing. A
//! requester that asks for a channel sees that channel's. Must not know fields or forms.

use std::collections::{BTreeMap, HashMap};

use onhand_core::commands::CancelItems;
use onhand_core::{
    CancellationStatus, CancellationType, Command, Order, OrderId, OrderItem, OrderItemId, ReservationState, Stock,
    StockId, Timestamp,
};
use onhand_store::query::{Condition, CursorKey, ListQuery, Op, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::cancellations::{self, REASONS, REQUESTS};
use onhand_store::tables::{order_items, orders};
use onhand_store::{Error, Tx, Value};

use super::{Cancellation, OwnOrder, because, preview_cancel};
use crate::services::{Requester, ServiceError, Services};

/// The most requests that are answered together.
pub const TOGETHER_MAX: usize = 100;
/// The most requests that are counted.
pub const COUNTED_MAX: i64 = 1_000;
/// What has no answer yet.
const UNANSWERED: [CancellationStatus; 2] = [CancellationStatus::WaitingApproval, CancellationStatus::Confirmed];

/// A request that waits for an answer.
#[derive(Clone, Debug)]
pub struct WaitingRequest {
    /// Its id.
    pub id: i64,
    /// Its line.
    pub item: OrderItem,
    /// The order of that.
    pub order: Order,
    /// What became of that line's reservation.
    pub state: ReservationState,
    /// What is asked for.
    pub kind: CancellationType,
    /// The name of its reason; empty if it is none of ours.
    pub reason: String,
    /// What its sender says besides; may be empty.
    pub description: String,
    /// Whether a person has confirmed that the cancellation was asked for.
    pub is_confirmed: bool,
    /// When it was made.
    pub since: Timestamp,
}

/// Requests that wait, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// The requests.
    pub requests: Vec<WaitingRequest>,
    /// After which request others follow, if they do.
    pub next: Option<i64>,
}

/// How a request is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It is granted.
    Approve,
    /// It is rejected.
    Reject,
}

impl Decision {
    /// The state in which it leaves a request.
    const fn status(self) -> CancellationStatus {
        match self {
            Self::Approve => CancellationStatus::Approved,
            Self::Reject => CancellationStatus::Rejected,
        }
    }
}

/// The state of a request.
pub fn status(request: &Record) -> CancellationStatus {
    request.text("status").and_then(CancellationStatus::of).unwrap_or(CancellationStatus::WaitingApproval)
}

/// What a request asks for.
pub fn kind(request: &Record) -> CancellationType {
    request.text("cancellation_type").and_then(CancellationType::of).unwrap_or(CancellationType::Cancel)
}

/// Cancels the line of a request that is about to be granted. If the rest fails, the line has been cancelled by a
/// requester that may do so, and doing it again changes nothing.
pub async fn cancel_line(
    services: &Services,
    requester: &Requester,
    request: &Record,
    reason: Option<i64>,
) -> Result<(), ServiceError> {
    let (order, item) = line(request);
    let details = reason.into_iter().map(|reason| (item, because(reason))).collect();
    let command = CancelItems { order, all: false, items: vec![item], details };
    services.submit(requester, Command::CancelItems(command)).await.map(drop)
}

fn line(request: &Record) -> (OrderId, OrderItemId) {
    let id = |column: &str| request.int(column).unwrap_or_default();
    (OrderId::new(id("order_id")), OrderItemId::new(id("order_item_id")))
}

fn own(requester: &Requester) -> Option<Condition> {
    let of = |channel: onhand_core::ChannelId| Condition {
        column: "channel_id",
        op: Op::Eq,
        values: vec![channel.get().into()],
    };
    requester.channel.map(of)
}

fn in_state(status: CancellationStatus) -> Condition {
    Condition { column: "status", op: Op::Eq, values: vec![Value::from(status.word())] }
}

/// The requests that wait for an answer and were made after one of them, so many at the most.
pub async fn waiting(
    services: &Services,
    requester: &Requester,
    (after, limit): (i64, i64),
) -> Result<Waiting, ServiceError> {
    let own = own(requester);
    let body = async move |tx: &mut Tx<'_>| {
        let mut found = Vec::new();
        for status in UNANSWERED {
            let key = Some(CursorKey { value: Value::Int(after), id: after });
            let conditions = std::iter::once(in_state(status)).chain(own.clone()).collect();
            let window = Window::After { key, limit: limit + 1 };
            let listing = ListQuery { conditions, sort: Sort::BY_ID, window };
            found.extend(resource::page(tx, &REQUESTS, &listing).await?.rows);
        }
        found.sort_by_key(|request| request.id);
        let has_more = found.len() as i64 > limit;
        found.truncate(usize::try_from(limit).unwrap_or_default());
        let next = found.last().filter(|_| has_more).map(|request| request.id);
        Ok(Waiting { requests: with_lines(tx, found).await?, next })
    };
    Ok(services.store.read("cancellation_requests.waiting", body).await?)
}

async fn with_lines(tx: &mut Tx<'_>, found: Vec<Record>) -> Result<Vec<WaitingRequest>, Error> {
    let (orders, items): (Vec<OrderId>, Vec<OrderItemId>) = found.iter().map(line).unzip();
    let orders = orders::by_ids(tx, &orders).await?;
    let items = order_items::by_ids(tx, &items).await?;
    let reservations = order_items::reservations_of(tx, &items).await?;
    let reasons = reasons(tx, &found).await?;
    let state = |item| reservations.iter().find(|one| one.item == item).map(|one| one.state);
    let whole = |record: Record| {
        let (order, item) = line(&record);
        Some(WaitingRequest {
            item: items.iter().find(|one| one.id == item)?.clone(),
            order: orders.iter().find(|one| one.id == order)?.clone(),
            state: state(item).unwrap_or(ReservationState::Cancelled),
            id: record.id,
            kind: kind(&record),
            reason: reason(&reasons, &record),
            description: record.text("description").unwrap_or_default().to_owned(),
            is_confirmed: status(&record) == CancellationStatus::Confirmed,
            since: record.created_at,
        })
    };
    Ok(found.into_iter().filter_map(whole).collect())
}

async fn reasons(tx: &mut Tx<'_>, requests: &[Record]) -> Result<HashMap<i64, String>, Error> {
    let mut ids: Vec<i64> = requests.iter().filter_map(|request| request.int("reason_id")).collect();
    ids.sort_unstable();
    ids.dedup();
    let found = resource::by_ids(tx, &REASONS, &ids).await?;
    Ok(found.iter().map(|reason| (reason.id, reason.text("name").unwrap_or_default().to_owned())).collect())
}

fn reason(reasons: &HashMap<i64, String>, request: &Record) -> String {
    request.int("reason_id").and_then(|id| reasons.get(&id)).cloned().unwrap_or_default()
}

/// How many requests wait for an answer, counted up to [`COUNTED_MAX`] and one. Nothing for a requester that asks for a
/// channel: no index has the waiting requests of one.
pub async fn count(services: &Services, requester: &Requester) -> Result<Option<i64>, ServiceError> {
    if requester.channel.is_some() {
        return Ok(None);
    }
    let body = async move |tx: &mut Tx<'_>| {
        let mut sum = 0;
        for status in UNANSWERED {
            sum += cancellations::count(tx, status.word(), COUNTED_MAX + 1).await?;
        }
        Ok(Some(sum))
    };
    Ok(services.store.read_inline("cancellation_requests.count", body).await?)
}

/// For each of some lines that a request waits for, what it says: its reason, or else its description.
pub async fn of_lines(tx: &mut Tx<'_>, items: &[OrderItem]) -> Result<HashMap<OrderItemId, String>, Error> {
    let of_items = Condition {
        column: "order_item_id",
        op: Op::In,
        values: items.iter().map(|item| Value::Int(item.id.get())).collect(),
    };
    // A line has few requests; of more, the first ones are shown.
    let window = Window::After { key: None, limit: COUNTED_MAX };
    let listing = ListQuery { conditions: vec![of_items], sort: Sort::BY_ID, window };
    let mut found = resource::page(tx, &REQUESTS, &listing).await?.rows;
    found.retain(|request| UNANSWERED.contains(&status(request)));
    let reasons = reasons(tx, &found).await?;
    let told = |request: &Record| {
        let said = [reason(&reasons, request), request.text("description").unwrap_or_default().to_owned()];
        (line(request).1, said.into_iter().find(|text| !text.is_empty()).unwrap_or_else(|| "…".to_owned()))
    };
    Ok(found.iter().map(told).collect())
}

/// A request that a requester may answer.
async fn found(services: &Services, requester: &Requester, id: i64) -> Result<Record, ServiceError> {
    let own = own(requester);
    let body = async move |tx: &mut Tx<'_>| resource::find(tx, &REQUESTS, id, own.clone()).await;
    services.store.read_inline("records.find", body).await?.ok_or(ServiceError::NotFound)
}

fn wrong_status() -> ServiceError {
    let text = "A cancellation request cannot go from its status to this one.";
    ServiceError::rule("cancellation_request_status", text)
}

/// Answers a request: a granted cancellation cancels its line first.
pub async fn answer(
    services: &Services,
    requester: &Requester,
    (id, decision): (i64, Decision),
) -> Result<(), ServiceError> {
    let (request, wanted) = (found(services, requester, id).await?, decision.status());
    if !status(&request).may_become(wanted) {
        return Err(wrong_status());
    }
    if kind(&request).cancels_line(wanted) {
        cancel_line(services, requester, &request, request.int("reason_id")).await?;
    }
    let now = services.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        let Some(before) = resource::locked(tx, &REQUESTS, id).await? else { return Ok(false) };
        let stored = status(&before);
        if stored == wanted {
            return Ok(true);
        }
        if !stored.may_become(wanted) {
            return Ok(false);
        }
        let mut after = before.clone();
        after.set("status", wanted.word());
        after.touch(now);
        resource::update(tx, before, after).await?;
        Ok(true)
    };
    let is_answered = services.store.write("cancellation_requests.answer", body).await?;
    if is_answered { Ok(()) } else { Err(wrong_status()) }
}

/// The stocks that granting some requests would change, as they are and as they would be. The requests of each order are
/// looked at together, and what several orders give back to a stock is added up.
pub async fn preview(
    services: &Services,
    requester: &Requester,
    ids: &[i64],
) -> Result<Vec<(Stock, Stock)>, ServiceError> {
    let mut lines: BTreeMap<OrderId, Vec<OrderItemId>> = BTreeMap::new();
    for id in ids.iter().take(TOGETHER_MAX) {
        let request = found(services, requester, *id).await?;
        if kind(&request).cancels_line(CancellationStatus::Approved) {
            let (order, item) = line(&request);
            lines.entry(order).or_default().push(item);
        }
    }
    let mut stocks: BTreeMap<StockId, (Stock, Stock)> = BTreeMap::new();
    for (order, items) in lines {
        let cancellation = Cancellation { items, ..Cancellation::default() };
        for (before, after) in preview_cancel(services, requester, (OwnOrder(order), cancellation)).await? {
            let sum = stocks.entry(before.id).or_insert_with(|| (before.clone(), before.clone()));
            sum.1.on_hand += after.on_hand - before.on_hand;
            sum.1.reserved += after.reserved - before.reserved;
            sum.1.reported += after.reported - before.reported;
        }
    }
    Ok(stocks.into_values().collect())
}
