//! What the stream of changes says: stocks as they are now, and how far an import is.
//!
//! Promises: a person of a channel is told of no order of another one and of no file. Must not know who listens, or when
//! something is sent.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use onhand_core::{ChannelId, ImportId, Movement, MovementId, Stock, StockId};
use onhand_store::imports::{self, ImportRow, State};
use onhand_store::tables::{movements, product_stocks};
use onhand_store::{Error, Store, Tx};
use onhand_web::texts::Texts;
use onhand_web::{ImportState, Lang, What, time};
use serde_json::{Value, json};

use crate::services::Requester;
use crate::services::origins::Origins;

/// The database does not answer, and answers again: what is shown is not what is there in between.
pub(super) const AWAY: Bytes = Bytes::from_static(b"event: away\ndata: null\n\n");
pub(super) const BACK: Bytes = Bytes::from_static(b"event: back\ndata: null\n\n");
/// More has changed than is told one by one.
pub(super) const RELOAD: Bytes = Bytes::from_static(b"event: reload\ndata: null\n\n");
/// The first thing that is sent: after how many milliseconds a browser connects again.
pub(super) const GREETING: Bytes = Bytes::from_static(b"retry: 3000\n\n");
/// The session is over, or shows something else by now.
pub(super) const BYE: Bytes = Bytes::from_static(b"event: bye\ndata: null\n\n");

/// A stock, and what has happened to it last.
#[derive(Debug)]
pub(super) struct LiveRow {
    pub(super) stock: Stock,
    newest: Option<Movement>,
    /// The number of the order behind that, and the order's channel.
    order: Option<(String, Option<ChannelId>)>,
    /// The name of the file behind it.
    file: Option<String>,
}

/// Reads some stocks; those that are not there are left out.
pub(super) async fn read(store: &Store, ids: Vec<StockId>) -> Result<Vec<LiveRow>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let body = async move |tx: &mut Tx<'_>| {
        let stocks = product_stocks::by_ids(tx, &ids).await?;
        let newest: BTreeSet<MovementId> = stocks.iter().filter_map(|stock| stock.movement).collect();
        let newest = movements::by_ids(tx, &newest).await?;
        let origins = Origins::of(tx, &newest, &Requester::itself()).await?;
        let mut newest: HashMap<MovementId, Movement> =
            newest.into_iter().map(|movement| (movement.id, movement)).collect();
        let row = |stock: Stock| {
            let newest = stock.movement.and_then(|movement| newest.remove(&movement));
            let order = newest.as_ref().and_then(|newest| origins.order(newest));
            let order = order.map(|order| (order.number.clone(), order.channel));
            let file = newest.as_ref().and_then(|newest| origins.file(newest)).map(|(_, name)| name.to_owned());
            LiveRow { stock, newest, order, file }
        };
        Ok(stocks.into_iter().map(row).collect())
    };
    store.read("stocks.live", body).await
}

impl LiveRow {
    /// The number of the order or the name of the file behind it, as far as a person of this channel may know it.
    fn reference(&self, channel: Option<ChannelId>) -> Option<&str> {
        let is_meant = |of: Option<ChannelId>| channel.is_none() || of == channel;
        let order = self.order.as_ref().filter(|(_, of)| is_meant(*of)).map(|(number, _)| number.as_str());
        order.or_else(|| self.file.as_deref().filter(|_| channel.is_none()))
    }

    /// The row as a person of this language and channel gets it.
    pub(super) fn value(&self, lang: Lang, channel: Option<ChannelId>) -> Value {
        let Stock { on_hand, reserved, reported, .. } = &self.stock;
        let available = self.stock.available();
        let at = self.newest.as_ref().map(|newest| time::machine(newest.at));
        let cause = self.newest.as_ref().map(|newest| What::from(newest.cause).did(Texts::new(lang)));
        let by = self.newest.as_ref().map(|newest| What::from(newest.cause).by(Texts::new(lang)));
        let id = self.stock.id.get();
        json!([id, on_hand, reserved, reported, available, at, cause, self.reference(channel), by])
    }
}

/// The event of some rows. `position` is a sequence number up to which its tab has been told everything then: what a
/// browser names when it connects again.
pub(super) fn stocks(rows: &[Value], position: Option<i64>) -> Bytes {
    let event = event("stock", &json!({"rows": rows}));
    match position {
        Some(position) => [format!("id: {position}\n").as_bytes(), &event].concat().into(),
        None => event,
    }
}

/// What keeps a connection from being taken for a dead one, with the position of its tab where that is known.
pub(super) fn heartbeat(position: Option<i64>) -> Bytes {
    match position {
        Some(position) => format!(":\nid: {position}\n\n").into(),
        None => Bytes::from_static(b":\n\n"),
    }
}

/// How far an import is; none if there is none.
pub(super) async fn import(store: &Store, id: ImportId) -> Result<Option<Bytes>, Error> {
    let found = store.read_inline("imports.by_id", async move |tx| imports::by_id(tx, id).await).await?;
    Ok(found.map(|import| progress(&import)))
}

fn progress(import: &ImportRow) -> Bytes {
    let (state, processed) = (import_state(import.state).word(), import.counts.sum());
    event("import", &json!({"pk": import.id.get(), "state": state, "processed": processed, "total": import.total}))
}

/// The state of an import, as the pages have it.
pub(super) const fn import_state(state: State) -> ImportState {
    match state {
        State::Receiving | State::Waiting => ImportState::Waiting,
        State::Processing => ImportState::Processing,
        State::Completed => ImportState::Completed,
        State::Failed => ImportState::Failed,
    }
}

/// JSON has no line breaks of its own, so an event has one line of data.
pub(super) fn event(name: &str, data: &Value) -> Bytes {
    format!("event: {name}\ndata: {data}\n\n").into()
}
