//! A tab: one browser window that follows changes, and what it has still to be sent.
//!
//! Promises: a tab that takes nothing holds a few events at the most; what it has missed is sent as it is when the tab
//! takes something again. Must not know the database.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use bytes::Bytes;
use onhand_core::{ChannelId, ImportId, MovementId, OrderId, StockId, StockListId};
use onhand_web::Lang;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::live_rows::{self, LiveRow};
use super::live_topics::{self, NewsRow};
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
    /// The order that it shows.
    pub(super) order: Option<OrderId>,
    /// Whether it shows counters and cards.
    pub(super) has_cards: bool,
    /// Whether it shows the newest changes.
    pub(super) has_news: bool,
    /// The position up to which it was told everything before it lost the stream.
    pub(super) after: Option<i64>,
}

/// What is told whole whenever it is another than before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Topic {
    Import,
    Order,
    Cards,
}

/// A tab.
pub(super) struct Tab {
    pub(super) wish: Wish,
    /// Stocks that are sent whether or not they have changed.
    pub(super) owed: BTreeSet<StockId>,
    pub(super) checked: Instant,
    is_gone: bool,
    told: BTreeMap<Topic, Bytes>,
    told_news: BTreeSet<MovementId>,
    events: mpsc::Sender<Bytes>,
}

impl Tab {
    /// One that has been sent nothing, and where its events come out. What its page shows may be older than the stream,
    /// so it is owed all of it; one that comes back is owed what it has missed, as far as that can be found out.
    pub(super) fn new(wish: Wish) -> (Self, mpsc::Receiver<Bytes>) {
        let (events, taken) = mpsc::channel(EVENTS_AHEAD);
        let is_new = wish.after.is_none();
        let owed = wish.stocks.iter().copied().filter(|_| is_new).collect();
        let (checked, told, told_news) = (Instant::now(), BTreeMap::new(), BTreeSet::new());
        let mut tab = Self { wish, owed, checked, is_gone: false, told, told_news, events };
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

    /// Sends an event about a topic, if it is another than the one before.
    pub(super) fn tell_of(&mut self, topic: Topic, event: &Bytes) {
        if self.told.get(&topic) != Some(event) && self.send(event.clone()) {
            self.told.insert(topic, event.clone());
        }
    }

    /// Sends those of the newest changes that it does not know.
    pub(super) fn tell_news(&mut self, rows: &[NewsRow]) {
        let fresh = rows.iter().filter(|row| !self.told_news.contains(&row.movement));
        let fresh: Vec<Value> = fresh.map(|row| row.value(self.wish.lang)).collect();
        if !fresh.is_empty() && self.send(live_topics::told_news(&fresh)) {
            self.told_news = rows.iter().map(|row| row.movement).collect();
        }
    }

    /// Owes it everything that it shows.
    pub(super) fn owe_all(&mut self) {
        self.owed = self.wish.stocks.iter().copied().collect();
    }

    /// Sends those of some rows that it shows: the ones that have changed, and the ones that it is owed. `position` is
    /// what the rows are as of, if there are no others.
    pub(super) fn tell(&mut self, rows: &[(LiveRow, bool)], position: Option<i64>) {
        let shows = |stock: &StockId| self.wish.stocks.binary_search(stock).is_ok();
        let is_meant =
            |row: &LiveRow, is_new: bool| (is_new && shows(&row.stock.id)) || self.owed.contains(&row.stock.id);
        let told: Vec<&LiveRow> =
            rows.iter().filter(|(row, is_new)| is_meant(row, *is_new)).map(|(row, _)| row).collect();
        if told.is_empty() {
            return;
        }
        let values: Vec<Value> = told.iter().map(|row| row.value(self.wish.lang, self.channel())).collect();
        let ids: BTreeSet<StockId> = told.iter().map(|row| row.stock.id).collect();
        let position = position.filter(|_| self.wish.after.is_none() && self.owed.is_subset(&ids));
        match self.send(live_rows::stocks(&values, position)) {
            true => ids.iter().for_each(|id| _ = self.owed.remove(id)),
            false => self.owed.extend(ids),
        }
    }
}
