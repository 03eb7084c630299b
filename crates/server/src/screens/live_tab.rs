//! A tab: one browser window that follows changes, and what it has still to be sent.
//!
//! Promises: a tab that takes nothing holds a few events at the most; what it has missed is sent as it is when the tab
//! takes something again. Must not know the database.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use bytes::Bytes;
use onhand_core::{ChannelId, ImportId, StockId, StockListId};
use onhand_web::Lang;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::live_rows::{self, LiveRow};
use crate::auth::Caller;

/// Events that wait for a slow client.
const EVENTS_AHEAD: usize = 4;
/// How often it is asked whether its session is good still.
const CHECK_PAUSE: Duration = Duration::from_secs(30);

/// What a tab wants, and whose it is.
pub(super) struct Wish {
    /// The token of the session.
    pub(super) key: String,
    /// The person.
    pub(super) caller: Caller,
    /// The person's language.
    pub(super) lang: Lang,
    /// The stocks that it shows, in the order of their ids.
    pub(super) stocks: Vec<StockId>,
    /// The lists of these.
    pub(super) lists: BTreeSet<StockListId>,
    /// The import whose progress it shows.
    pub(super) import: Option<ImportId>,
}

/// A tab.
pub(super) struct Tab {
    pub(super) wish: Wish,
    /// Stocks that are sent whether or not they have changed.
    pub(super) owed: BTreeSet<StockId>,
    pub(super) checked: Instant,
    is_gone: bool,
    told_of_import: Bytes,
    events: mpsc::Sender<Bytes>,
}

impl Tab {
    /// One that has been sent nothing, and where its events come out. What its page shows may be older than the stream,
    /// so it is owed all of it.
    pub(super) fn new(wish: Wish) -> (Self, mpsc::Receiver<Bytes>) {
        let (events, taken) = mpsc::channel(EVENTS_AHEAD);
        let owed = wish.stocks.iter().copied().collect();
        let checked = Instant::now();
        let mut tab = Self { wish, owed, checked, is_gone: false, told_of_import: Bytes::new(), events };
        tab.send(live_rows::GREETING);
        (tab, taken)
    }

    /// The channel that the person belongs to.
    pub(super) fn channel(&self) -> Option<ChannelId> {
        self.wish.caller.channel
    }

    /// Whether it has gone.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone || self.events.is_closed()
    }

    /// Whether its session is to be looked at again.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        now.duration_since(self.checked) >= CHECK_PAUSE
    }

    /// Whether it has taken enough of what it was sent to be sent more.
    pub(super) fn can_take(&self) -> bool {
        self.events.capacity() > 0
    }

    /// Whether it took an event.
    pub(super) fn send(&mut self, event: Bytes) -> bool {
        match self.events.try_send(event) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => false,
            Err(TrySendError::Closed(_)) => {
                self.is_gone = true;
                false
            }
        }
    }

    /// Sends how far its import is, if it does not know that.
    pub(super) fn tell_import(&mut self, event: &Bytes) {
        if self.told_of_import != *event && self.send(event.clone()) {
            self.told_of_import = event.clone();
        }
    }

    /// Sends those of some rows that it shows: the ones that have changed, and the ones that it is owed.
    pub(super) fn tell(&mut self, rows: &[(LiveRow, bool)]) {
        let shows = |stock: &StockId| self.wish.stocks.binary_search(stock).is_ok();
        let is_meant =
            |row: &LiveRow, is_new: bool| (is_new && shows(&row.stock.id)) || self.owed.contains(&row.stock.id);
        let told: Vec<&LiveRow> =
            rows.iter().filter(|(row, is_new)| is_meant(row, *is_new)).map(|(row, _)| row).collect();
        if told.is_empty() {
            return;
        }
        let values: Vec<Value> = told.iter().map(|row| row.value(self.wish.lang, self.channel())).collect();
        let ids: Vec<StockId> = told.iter().map(|row| row.stock.id).collect();
        match self.send(live_rows::stocks(&values)) {
            true => ids.iter().for_each(|id| _ = self.owed.remove(id)),
            false => self.owed.extend(ids),
        }
    }
}
