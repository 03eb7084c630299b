//! The live hub: who follows changes, and the one task of the process that tells them.
//!
//! Promises: the task runs only while somebody listens; a change of this process is told at the next of four turns a
//! second, one of another process as soon as it has a sequence number; a stream ends with its session and with the
//! server. What has been told up to a sequence number is said with it, so that who comes back is told what it has missed.
//! Must not know pages.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use onhand_core::channel_sync::ObjectKind;
use onhand_core::{MovementId, StockId, StockListId};
use onhand_store::channel_sync::change_log;
use onhand_store::tables::accounts::TokenKind;
use onhand_store::{Error as StoreError, Tx, outbox};
use tokio::sync::mpsc;

use super::live_rows;
use super::live_tab::{Tab, Wish};
use super::live_told::ToldTopics;
use crate::auth::Caller;
use crate::services::{Requester, channels};
use crate::state::App;
use crate::supervise::keep_going;
use crate::wire::error::Error;

/// Streams of a process.
const STREAMS_MAX: usize = 1_000;
/// Streams of a session.
const SESSION_STREAMS_MAX: usize = 8;
/// Streams of an account, which may have several sessions.
const ACCOUNT_STREAMS_MAX: usize = 64;
/// After how many seconds a session that has too many may try again.
const RETRY_SECONDS: u64 = 15;
/// The pause between two turns.
const TURN: Duration = Duration::from_millis(250);
/// The longest pause where nothing changes.
const IDLE: Duration = Duration::from_secs(1);
const HEARTBEAT_PAUSE: Duration = Duration::from_secs(15);
/// Stocks that are read in one turn; the others have the next one.
const STOCKS_MAX: usize = 2_000;
/// Changes of a list that are looked at one by one; of more, all that is shown is read again.
const CHANGES_MAX: i64 = 2_000;
/// Sessions that are looked at in one turn.
const CHECKS_MAX: usize = 100;

/// Those who listen.
pub(super) struct Hub {
    pub(super) app: Arc<App>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) tabs: HashMap<u64, Tab>,
    next: u64,
    is_running: bool,
}

/// The events of one tab, which leaves when they are dropped.
pub(super) struct Listener {
    events: mpsc::Receiver<Bytes>,
    hub: Arc<Hub>,
    tab: u64,
}

impl futures_core::Stream for Listener {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_recv(context).map(|event| event.map(Ok))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.leave(self.tab);
    }
}

/// What the task knows from one turn to the next.
#[derive(Default)]
struct Known {
    /// Stocks that have changed and are not read yet.
    changed: BTreeSet<StockId>,
    /// The newest movement of each stock when it was sent last: no number changes without one.
    seen: HashMap<StockId, Option<MovementId>>,
    /// How far the change log has been read.
    head: Option<i64>,
    /// Up to where everything has been told.
    told: Option<i64>,
    /// How often sessions had been forgotten.
    forgotten: u64,
    beat: Option<Instant>,
    topics: ToldTopics,
}

impl Hub {
    /// One that nobody listens to.
    pub(super) fn new(app: &Arc<App>) -> Arc<Self> {
        Arc::new(Self { app: app.clone(), state: Mutex::default() })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a tab listen.
    pub(super) fn join(self: &Arc<Self>, wish: Wish) -> Result<Listener, Error> {
        let mut state = self.state();
        if state.tabs.len() >= STREAMS_MAX || self.app.feed.is_closing() {
            return Err(Error::Busy("too many follow changes, or the server stops".to_owned()));
        }
        let of_session = |tab: &&Tab| tab.wish.caller.token == wish.caller.token;
        let of_account = |tab: &&Tab| tab.wish.caller.account == wish.caller.account;
        if state.tabs.values().filter(of_session).count() >= SESSION_STREAMS_MAX
            || state.tabs.values().filter(of_account).count() >= ACCOUNT_STREAMS_MAX
        {
            return Err(Error::Throttled { retry_after_seconds: RETRY_SECONDS });
        }
        self.app.shown_stocks.show(&wish.stocks);
        let (tab, events) = Tab::new(wish);
        let id = state.next;
        state.next += 1;
        state.tabs.insert(id, tab);
        if !std::mem::replace(&mut state.is_running, true) {
            let hub = self.clone();
            tokio::spawn(async move { keep_going("live", || hub.run()).await });
        }
        drop(state);
        self.app.shown_stocks.wake();
        Ok(Listener { events, hub: self.clone(), tab: id })
    }

    fn leave(&self, id: u64) {
        let left = self.state().tabs.remove(&id);
        if let Some(tab) = left {
            self.app.shown_stocks.hide(&tab.wish.stocks);
        }
    }

    /// Ends if nobody listens, or the server stops.
    async fn run(&self) {
        let mut known = Known { forgotten: self.app.sessions.forgotten(), ..Known::default() };
        let mut is_away = false;
        loop {
            self.wait().await;
            if self.has_ended() {
                return;
            }
            let turned = self.turn(&mut known).await;
            if turned.is_err() != is_away {
                is_away = turned.is_err();
                let event = if is_away { live_rows::AWAY } else { live_rows::BACK };
                self.state().tabs.values_mut().for_each(|tab| _ = tab.send(event.clone()));
            }
            if let Err(fault) = turned {
                tracing::warn!(?fault, "cannot tell changes");
                tokio::time::sleep(IDLE).await;
            }
            tokio::time::sleep(TURN).await;
        }
    }

    /// Waits for something to tell. A process that waits for the feed makes it faster, which is only worth it where
    /// others write.
    async fn wait(&self) {
        let App { shown_stocks, feed, .. } = &*self.app;
        let others = async {
            match self.app.store.is_shared() {
                true => feed.moved(TURN).await,
                false => tokio::select! {
                    () = feed.closed() => {}
                    () = tokio::time::sleep(IDLE) => {}
                },
            }
        };
        tokio::select! {
            () = shown_stocks.changed() => {}
            () = others => {}
        }
    }

    /// Whether nobody listens any more; nobody does when the server stops.
    fn has_ended(&self) -> bool {
        let is_closing = self.app.feed.is_closing();
        let mut state = self.state();
        let gone: Vec<u64> =
            state.tabs.iter().filter(|(_, tab)| is_closing || tab.is_gone()).map(|(id, _)| *id).collect();
        let gone: Vec<Tab> = gone.iter().filter_map(|id| state.tabs.remove(id)).collect();
        gone.iter().for_each(|tab| self.app.shown_stocks.hide(&tab.wish.stocks));
        state.is_running = !state.tabs.is_empty();
        !state.is_running
    }

    async fn turn(&self, known: &mut Known) -> Result<(), Error> {
        // What is read here before the changes of this process are taken is told in this turn or was before.
        let head = self.look_at_log(known).await?;
        known.changed.extend(self.app.shown_stocks.take());
        self.catch_up().await?;
        self.check_sessions(known).await?;
        self.tell_stocks(known, head).await?;
        self.tell_topics(&mut known.topics).await?;
        let now = Instant::now();
        if known.beat.is_none_or(|last| now.duration_since(last) >= HEARTBEAT_PAUSE) {
            known.beat = Some(now);
            for tab in self.state().tabs.values_mut() {
                let is_current = tab.owed.is_empty() && tab.wish.after.is_none();
                tab.send(live_rows::heartbeat(known.told.filter(|_| is_current)));
            }
        }
        Ok(())
    }

    /// How far the change log goes; and what other processes have changed since it was read last.
    async fn look_at_log(&self, known: &mut Known) -> Result<i64, StoreError> {
        let lists: BTreeSet<StockListId> = match self.app.store.is_shared() {
            true => self.state().tabs.values().flat_map(|tab| tab.wish.lists.iter().copied()).collect(),
            false => BTreeSet::new(),
        };
        let before = known.head;
        let body = async move |tx: &mut Tx<'_>| {
            let head = change_log::head(tx).await?;
            let mut changed = Vec::new();
            for list in before.filter(|before| *before < head).map(|_| &lists).into_iter().flatten() {
                let after = before.unwrap_or(head);
                changed.push(change_log::after(tx, ObjectKind::Stock, list.get(), after, CHANGES_MAX).await?);
            }
            Ok((head, changed))
        };
        let (head, changed) = self.app.store.read("change_log.live", body).await?;
        known.head = Some(head);
        let is_much = changed.iter().any(|of_list| of_list.len() as i64 == CHANGES_MAX);
        if is_much {
            let state = self.state();
            known.changed.extend(state.tabs.values().flat_map(|tab| tab.wish.stocks.iter().copied()));
        } else {
            let changed = changed.into_iter().flatten().map(|change| StockId::new(change.object));
            known.changed.extend(changed.filter(|stock| self.app.shown_stocks.is_shown(*stock)));
        }
        Ok(head)
    }

    /// Finds out what tabs have missed that come back: what has a later sequence number than they name. Where changes
    /// have none yet, it may be any of those that they show.
    async fn catch_up(&self) -> Result<(), StoreError> {
        let returning: Vec<(u64, i64, BTreeSet<StockListId>)> = {
            let state = self.state();
            let after = |(id, tab): (&u64, &Tab)| Some((*id, tab.wish.after?, tab.wish.lists.clone()));
            state.tabs.iter().filter_map(after).take(CHECKS_MAX).collect()
        };
        for (id, after, lists) in returning {
            let body = async move |tx: &mut Tx<'_>| {
                let is_unknown = outbox::any(tx).await?;
                let mut missed = Vec::new();
                let mut is_much = change_log::head(tx).await? < after;
                for list in lists {
                    let of_list = change_log::after(tx, ObjectKind::Stock, list.get(), after, CHANGES_MAX + 1).await?;
                    is_much |= of_list.len() as i64 > CHANGES_MAX;
                    missed.extend(of_list.into_iter().map(|change| StockId::new(change.object)));
                }
                Ok((is_unknown, is_much, missed))
            };
            let (is_unknown, is_much, missed) = self.app.store.read("change_log.missed", body).await?;
            let mut state = self.state();
            let Some(tab) = state.tabs.get_mut(&id) else { continue };
            tab.wish.after = None;
            match is_unknown || is_much {
                true => tab.owe_all(),
                false => {
                    let missed = missed.into_iter().filter(|stock| tab.wish.stocks.binary_search(stock).is_ok());
                    let missed: Vec<StockId> = missed.collect();
                    tab.owed.extend(missed);
                }
            }
            if is_much {
                tab.send(live_rows::RELOAD);
            }
        }
        Ok(())
    }

    /// What tabs are owed that can take it now.
    fn owed(&self) -> impl Iterator<Item = StockId> {
        let state = self.state();
        let taking = state.tabs.values().filter(|tab| tab.can_take());
        taking.flat_map(|tab| tab.owed.iter().copied()).collect::<Vec<_>>().into_iter()
    }

    /// Tells changes, and what is owed. `head` was the newest sequence number before the changes were known.
    async fn tell_stocks(&self, known: &mut Known, head: i64) -> Result<(), StoreError> {
        let owed: Vec<StockId> = self.owed().collect();
        let wanted: BTreeSet<StockId> = known.changed.iter().copied().chain(owed).take(STOCKS_MAX).collect();
        let position = known.changed.is_subset(&wanted).then_some(head);
        known.told = position.or(known.told);
        if wanted.is_empty() {
            return Ok(());
        }
        let rows = live_rows::read(&self.app.store, wanted.iter().copied().collect()).await?;
        known.seen.retain(|stock, _| self.app.shown_stocks.is_shown(*stock));
        let mut with_news = |row: live_rows::LiveRow| {
            let newest = row.stock.movement;
            let is_new = known.seen.insert(row.stock.id, newest) != Some(newest);
            (row, is_new)
        };
        let rows: Vec<_> = rows.into_iter().map(&mut with_news).collect();
        let found: BTreeSet<StockId> = rows.iter().map(|(row, _)| row.stock.id).collect();
        for tab in self.state().tabs.values_mut() {
            tab.tell(&rows, position);
            // What is not there any more cannot be told.
            tab.owed.retain(|stock| found.contains(stock) || !wanted.contains(stock));
        }
        known.changed.retain(|stock| !wanted.contains(stock));
        if !known.changed.is_empty() || self.owed().next().is_some() {
            self.app.shown_stocks.wake();
        }
        Ok(())
    }

    /// Ends the streams whose session has ended, or may see less by now.
    async fn check_sessions(&self, known: &mut Known) -> Result<(), Error> {
        let (now, forgotten) = (Instant::now(), self.app.sessions.forgotten());
        let all = forgotten != known.forgotten;
        let due: Vec<(u64, String, Caller, BTreeSet<StockListId>)> = {
            let state = self.state();
            let due = state.tabs.iter().filter(|(_, tab)| all || tab.is_due(now));
            let due = due.take(if all { STREAMS_MAX } else { CHECKS_MAX });
            due.map(|(id, Tab { wish, .. })| (*id, wish.key.clone(), wish.caller.clone(), wish.lists.clone())).collect()
        };
        for (id, key, caller, lists) in due {
            let is_good = self.is_good(&key, &caller, &lists).await?;
            let mut state = self.state();
            let Some(tab) = state.tabs.get_mut(&id) else { continue };
            tab.checked = now;
            if !is_good {
                tab.send(live_rows::BYE);
                drop(state);
                self.leave(id);
            }
        }
        known.forgotten = forgotten;
        Ok(())
    }

    async fn is_good(&self, key: &str, caller: &Caller, lists: &BTreeSet<StockListId>) -> Result<bool, Error> {
        if self.app.sessions.look_at(key, TokenKind::Screen).await?.as_ref() != Some(caller) {
            return Ok(false);
        }
        let requester = Requester::of(caller, caller.channel);
        for list in lists {
            if caller.channel.is_some() && !channels::owns_list(&self.app, &requester, *list).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
