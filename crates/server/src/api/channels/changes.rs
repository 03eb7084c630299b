//! Changes by cursor, for programs that keep their own cursor; and how far a channel is behind, for people.
//!
//! Promises: what a cursor has passed is complete, also where products and lists come into what the channel may have,
//! or leave it; a row is shown as it is now; a stock that changed often is shown once. Must not know batches: what is
//! read here counts as sent in no feed.

use std::collections::HashMap;
use std::time::Duration;

use onhand_core::{ChannelId, Stock, StockId, StockListId};
use onhand_store::Tx;
use onhand_store::channel_sync::channel_scope::ChannelScope;
use onhand_store::channel_sync::cursor::{self, ChangesQuery, Cursor, SentStock, Slice};
use onhand_store::channel_sync::lag::{self, Lag};
use onhand_store::channel_sync::{change_log, cursor_scope, generation};
use onhand_store::query::{Condition, Op};
use onhand_store::tables::{product_stocks, removed_stocks};

use super::feeds;
use crate::http::context::RequestContext;
use crate::state::App;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::filter::{Filter, Kind};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property, response_schema};

/// The longest that a client may wait, in seconds.
const WAIT_SECONDS_MAX: i64 = 60;

/// What is asked of changes.
pub const FILTERS: &[Filter] = &[
    Filter::only("after", "after", Kind::Text),
    Filter::only("wait", "wait", Kind::Int),
    Filter::only("stock_list", "stock_list", Kind::Int),
];

/// What has changed after a cursor.
pub const VIEW: ResponseSchema = response_schema!("Changes" {
    after: Text,
    more: Bool,
    results: List(&feeds::CHANGED_STOCK),
});

const KIND: ResponseSchema = response_schema!("FeedLagOfKind" {
    content_type: Text,
    last_acknowledged: TimeOrNull,
    acknowledged_version_date: TimeOrNull,
    due_inserts: Int,
    due_updates: Int,
    due_removals: Int,
    refused: Int,
    changes_behind: Int,
    oldest_unsent_date: TimeOrNull,
    oldest_refused_date: TimeOrNull,
    seconds_behind: Int,
});

/// How far a channel is behind.
pub const LAG: ResponseSchema = ResponseSchema {
    name: "FeedLag",
    properties: &[property("head", PropertyType::Int), property("results", PropertyType::List(&KIND))],
    open: false,
};

/// The number that a parameter is.
fn number(conditions: &[Condition], name: &str, errors: &mut FieldErrors) -> Option<i64> {
    let condition = conditions.iter().find(|condition| condition.column == name)?;
    match (condition.op, condition.values.as_slice()) {
        (Op::Eq, [onhand_store::Value::Int(number)]) if *number >= 0 => Some(*number),
        _ => {
            errors.add(name, "Enter a number.");
            None
        }
    }
}

/// Where a program stands: what it was given as `after`, or a number to begin with.
fn place(conditions: &[Condition], errors: &mut FieldErrors) -> Cursor {
    let Some(condition) = conditions.iter().find(|condition| condition.column == "after") else {
        return Cursor::default();
    };
    let place = match (condition.op, condition.values.as_slice()) {
        (Op::Eq, [onhand_store::Value::Text(text)]) => text.parse().ok(),
        _ => None,
    };
    place.unwrap_or_else(|| {
        errors.add("after", "Enter what was answered as after, or 0.");
        Cursor::default()
    })
}

/// `GET changes/?after=&limit=&wait=&stock_list=`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let channel = call.own_channel()?;
    let (query, (skip, limit)) = feeds::query(&call, FILTERS)?;
    if skip > 0 {
        return Err(Error::invalid_page());
    }
    let mut errors = FieldErrors::default();
    let conditions = &query.listing.conditions;
    let after = place(conditions, &mut errors);
    let wait = number(conditions, "wait", &mut errors).unwrap_or(0);
    let list = number(conditions, "stock_list", &mut errors);
    if wait > WAIT_SECONDS_MAX {
        errors.add("wait", format!("Ensure this value is less than or equal to {WAIT_SECONDS_MAX}."));
    }
    errors.into_result()?;
    let asked = ChangesRequest { channel, after, limit, list };
    let mut found = asked.look(&call.app).await?;
    if found.0.is_none() && wait > 0 {
        let patience = Duration::from_secs(wait.unsigned_abs());
        // Whether something came or the time is over, what was seen last is the answer.
        let waited = tokio::time::timeout(patience, asked.wait(&call.app, patience)).await;
        found = waited.unwrap_or(Ok(found))?;
    }
    let (slice, rows) = found;
    let mut body = String::new();
    Object::open(&mut body)
        .text("after", &slice.as_ref().map_or(after, |slice| slice.next).to_string())
        .bool("more", slice.is_some_and(|slice| slice.has_more))
        .list("results", &rows, |out, row| out.push_str(row))
        .close();
    let list = list.map(StockListId::new);
    Ok(call.with_origins(ApiResponse::ok(body), list.as_ref().map(std::slice::from_ref)))
}

/// What is asked of changes.
#[derive(Clone, Copy)]
struct ChangesRequest {
    channel: ChannelId,
    after: Cursor,
    limit: i64,
    list: Option<i64>,
}

/// Sees to it that cursors of a channel learn of another catalog, and of other lists.
async fn update_cursor_scope(app: &App, channel: ChannelId, is_new: bool) -> Result<(), Error> {
    let find = async move |tx: &mut Tx<'_>| cursor_scope::is_current(tx, channel).await;
    if app.store.read_inline("channel_feeds.find_cursor_scope", find).await? {
        return Ok(());
    }
    let update = async move |tx: &mut Tx<'_>| cursor_scope::update(tx, channel, is_new).await;
    Ok(app.store.write("channel_feeds.update_cursor_scope", update).await?)
}

/// What was found, if anything has changed, and its rows.
type Found = (Option<Slice>, Vec<String>);

impl ChangesRequest {
    async fn look(self, app: &App) -> Result<Found, Error> {
        app.feed.sequence().await?;
        update_cursor_scope(app, self.channel, self.after == Cursor::default()).await?;
        let read = async move |tx: &mut Tx<'_>| {
            let first = generation::first(tx).await?;
            if self.after.newest() > change_log::head(tx).await? || self.after.is_before(first) {
                return Ok(None);
            }
            let channel_scope = ChannelScope::of(tx, self.channel).await?;
            let wanted = ChangesQuery { cursor: self.after, limit: self.limit, list: self.list };
            let slice = cursor::next(tx, &channel_scope, wanted).await?;
            let rows = written(tx, &channel_scope, &slice.stocks).await?;
            Ok(Some((Some(slice).filter(|slice| slice.next != self.after), rows)))
        };
        let found = app.store.read("changes.next", read).await?;
        // After a restore, say: what came after it is not here, so a client that believes to have it begins anew.
        found.ok_or_else(|| Error::field("after", "There is no such change here; begin with 0."))
    }

    async fn wait(self, app: &App, patience: Duration) -> Result<Found, Error> {
        loop {
            app.feed.moved(patience).await;
            let found = self.look(app).await?;
            if found.0.is_some() || app.feed.is_closing() {
                return Ok(found);
            }
        }
    }
}

/// Stocks as they are sent. What is not in the catalog has nothing that can be sold, for a client that reads no
/// further.
async fn written(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    sent: &[SentStock],
) -> Result<Vec<String>, onhand_store::Error> {
    let ids: Vec<StockId> = sent.iter().map(|sent| StockId::new(sent.stock)).collect();
    let mut found = product_stocks::by_ids(tx, &ids).await?;
    if found.len() < ids.len() {
        found.extend(removed_stocks::by_ids(tx, &ids).await?);
    }
    let found: HashMap<i64, Stock> = found.into_iter().map(|stock| (stock.id.get(), stock)).collect();
    let write = |sent: &SentStock| {
        let stock = found.get(&sent.stock)?;
        let mut row = String::new();
        let object = match sent.in_catalog {
            true => feeds::stock_members(Object::open(&mut row), stock, channel_scope.level),
            false => {
                let nothing = Stock { on_hand: 0, reserved: 0, reported: 0, external: 0, ..stock.clone() };
                feeds::stock_members(Object::open(&mut row), &nothing, channel_scope.level)
            }
        };
        object.bool("in_catalog", sent.in_catalog).close();
        Some(row)
    };
    Ok(sent.iter().filter_map(write).collect())
}

/// `GET lag/`.
pub async fn lag(call: RequestContext) -> Result<ApiResponse, Error> {
    let (channel, now) = (call.own_channel()?, call.app.clock.now());
    // Its head may be where a program begins that has read the lists.
    update_cursor_scope(&call.app, channel, true).await?;
    for kind in onhand_core::channel_sync::ObjectKind::ALL {
        call.app.feed.sync_channel(channel, kind).await?;
    }
    let read = async move |tx: &mut Tx<'_>| Ok((change_log::head(tx).await?, lag::of(tx, channel, now).await?));
    let (head, lags): (i64, Vec<Lag>) = call.app.store.read("feed.lag", read).await?;
    let oldest = |lag: &Lag| [lag.oldest_at, lag.failed_oldest_at].into_iter().flatten().min();
    let seconds = |lag: &Lag| oldest(lag).map_or(0, |at| (now.micros() - at.micros()).max(0) / 1_000_000);
    let write = |out: &mut String, lag: &Lag| {
        Object::open(out)
            .text("content_type", lag.kind.model())
            .time_or_null("last_acknowledged", lag.acknowledged_at)
            .time_or_null("acknowledged_version_date", lag.version_at)
            .int("due_inserts", lag.inserts)
            .int("due_updates", lag.updates)
            .int("due_removals", lag.removals)
            .int("refused", lag.failed)
            .int("changes_behind", lag.behind)
            .time_or_null("oldest_unsent_date", lag.oldest_at)
            .time_or_null("oldest_refused_date", lag.failed_oldest_at)
            .int("seconds_behind", seconds(lag))
            .close();
    };
    Ok(ApiResponse::written(|out| Object::open(out).int("head", head).list("results", &lags, write).close()))
}
