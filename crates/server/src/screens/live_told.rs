//! The part of the live hub that tells what is not a stock: imports, orders, counters and cards, the newest changes.
//!
//! Promises: each is read once for all tabs that want it, and no more often than the pauses here say. Must not know
//! pages.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use bytes::Bytes;
use onhand_core::{ChannelId, ImportId, MovementId, OrderId};
use onhand_store::Error as StoreError;

use super::live_hub::Hub;
use super::live_rows;
use super::live_tab::{Tab, Topic};
use super::live_topics::{self, NewsRow};
use crate::auth::Role;
use crate::services::{Requester, ServiceError, attention};
use crate::wire::error::Error;

/// The pause between two looks at imports, orders and the newest changes.
const PAUSE: Duration = Duration::from_secs(1);
/// The pause between two looks at what needs a person.
const CARDS_PAUSE: Duration = Duration::from_secs(2);
/// Orders that are read in one look; the others have the next one.
const ORDERS_MAX: usize = 100;

/// What the hub knows of topics from one turn to the next.
#[derive(Default)]
pub(super) struct ToldTopics {
    looked: Option<Instant>,
    looked_at_cards: Option<Instant>,
    /// The order at which the last look ended.
    order: Option<OrderId>,
    news: Vec<NewsRow>,
}

impl Hub {
    /// Tells tabs of the topics that they follow, where it is time to look at them.
    pub(super) async fn tell_topics(&self, told: &mut ToldTopics) -> Result<(), Error> {
        let now = Instant::now();
        let is_due = |last: Option<Instant>, pause| last.is_none_or(|last| now.duration_since(last) >= pause);
        if is_due(told.looked, PAUSE) {
            told.looked = Some(now);
            self.tell_imports().await?;
            self.tell_orders(&mut told.order).await?;
            self.tell_news(&mut told.news).await?;
        }
        if is_due(told.looked_at_cards, CARDS_PAUSE) {
            told.looked_at_cards = Some(now);
            self.tell_cards().await?;
        }
        Ok(())
    }

    fn tell_all(&self, topic: Topic, event: &Bytes, is_meant: impl Fn(&Tab) -> bool) {
        let mut state = self.state();
        state.tabs.values_mut().filter(|tab| is_meant(tab)).for_each(|tab| tab.tell_of(topic, event));
    }

    async fn tell_imports(&self) -> Result<(), StoreError> {
        let imports: BTreeSet<ImportId> = self.state().tabs.values().filter_map(|tab| tab.wish.import).collect();
        for import in imports {
            if let Some(event) = live_rows::import(&self.app.store, import).await? {
                self.tell_all(Topic::Import, &event, |tab| tab.wish.import == Some(import));
            }
        }
        Ok(())
    }

    async fn tell_orders(&self, last: &mut Option<OrderId>) -> Result<(), StoreError> {
        let all: BTreeSet<OrderId> = self.state().tabs.values().filter_map(|tab| tab.wish.order).collect();
        let behind = all.iter().filter(|order| last.is_none_or(|last| **order > last));
        let orders: Vec<OrderId> = behind.copied().take(ORDERS_MAX).collect();
        // After the last one, it begins again with the first.
        *last = orders.last().copied().filter(|_| orders.len() == ORDERS_MAX);
        for (order, event) in live_topics::orders(&self.app.store, orders).await? {
            self.tell_all(Topic::Order, &event, |tab| tab.wish.order == Some(order));
        }
        Ok(())
    }

    async fn tell_news(&self, known: &mut Vec<NewsRow>) -> Result<(), ServiceError> {
        if !self.state().tabs.values().any(|tab| tab.wish.has_news) {
            return Ok(());
        }
        let ids: Vec<MovementId> = known.iter().map(|row| row.movement).collect();
        if let Some(changes) = attention::changes(&self.app, &Requester::itself(), &ids).await? {
            *known = live_topics::news(&changes);
        }
        self.state().tabs.values_mut().filter(|tab| tab.wish.has_news).for_each(|tab| tab.tell_news(known));
        Ok(())
    }

    /// Looks once for all people of a role and a channel.
    async fn tell_cards(&self) -> Result<(), ServiceError> {
        let mut groups: Vec<(Role, Option<ChannelId>, Requester)> = Vec::new();
        for tab in self.state().tabs.values().filter(|tab| tab.wish.has_cards) {
            let (role, channel) = (tab.wish.caller.role, tab.channel());
            if !groups.iter().any(|(of, from, _)| (*of, *from) == (role, channel)) {
                groups.push((role, channel, Requester::of(&tab.wish.caller, channel)));
            }
        }
        for (role, channel, requester) in groups {
            let event = live_topics::cards(&self.app, &requester).await?;
            let is_meant = |tab: &Tab| (tab.wish.caller.role, tab.channel()) == (role, channel);
            self.tell_all(Topic::Cards, &event, |tab| tab.wish.has_cards && is_meant(tab));
        }
        Ok(())
    }
}
