//! One question to a data source, or as many as it takes to compare everything; and what is kept between questions.
//!
//! Promises: what is learnt of the other installation (its clock, where its stock is from) is looked at before its levels
//! are, and the lines that are placed there know its clock by then. Must not know when a source is asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use onhand_core::{StockId, Timestamp};
use onhand_store::Tx;
use onhand_store::tables::data_sources::{DataSource, Learnt};
use onhand_store::tables::product_stocks;
use serde_json::Value;
use tokio::sync::watch;

use super::Shared;
use super::asking::{Met, Other, SourceFault};
use super::levels::{Levels, Trust, here};
use super::prices::PricePoll;
use super::rows::{self, Read};
use super::source::is_asked;
use crate::services::data_sources::{clock, clock_offset, origins};

/// How often everything is compared with an installation that has a change feed: what the feed says is complete, and this
/// is for what was written here by others.
const FULL_SECONDS_FEED: i64 = 6 * 3_600;
/// The same with one that has none: only a comparison shows what has been removed over there.
pub(super) const FULL_SECONDS_PAGES: i64 = 3_600;

/// What became of a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PollProgress {
    /// There was news.
    Some,
    /// There was none, or all there is was looked at.
    Idle,
}

/// What is kept between questions to one source.
pub(super) struct Poll {
    pub(super) shared: Arc<Shared>,
    /// The newest that people have said of the source.
    pub(super) follow: watch::Receiver<DataSource>,
    /// What is known of it.
    pub(super) learnt: Learnt,
    /// What of that is written down.
    written: Learnt,
    pub(super) other: Option<Arc<Other>>,
    /// The list over there, if it had to be found.
    pub(super) found_list: Option<i64>,
    /// Whether it has shown itself to be an Onhand.
    pub(super) is_onhand: bool,
    /// With which of its product mappings the list was rid of what is not mapped.
    pub(super) dropped_version: Option<i64>,
    /// What is known of its prices.
    pub(super) prices: PricePoll,
}

/// A comparison of everything.
pub(super) struct Full {
    /// When it began.
    pub(super) begun: Timestamp,
    /// The stocks here that there are over there.
    pub(super) seen: BTreeSet<StockId>,
}

impl Poll {
    /// Nothing has been asked yet.
    pub(super) fn new(shared: Arc<Shared>, follow: watch::Receiver<DataSource>, learnt: Learnt) -> Self {
        let written = learnt.clone();
        let prices = PricePoll::default();
        let (other, found_list, dropped_version) = (None, None, None);
        Self { shared, follow, learnt, written, other, found_list, is_onhand: false, dropped_version, prices }
    }

    /// Whether something is to be written down that is more than a time.
    pub(super) fn has_news(&self) -> bool {
        let Learnt { last_polled_at, last_success_at, last_prices_at, .. } = self.learnt;
        self.learnt != Learnt { last_polled_at, last_success_at, last_prices_at, ..self.written.clone() }
    }

    /// It is written down.
    pub(super) fn written(&mut self) {
        self.written = self.learnt.clone();
    }

    /// Asks once.
    pub(super) async fn once(&mut self, source: &DataSource) -> Result<PollProgress, SourceFault> {
        let other = match &self.other {
            Some(other) => other.clone(),
            None => Arc::new(Other::of(&self.shared.services, source)?),
        };
        self.other = Some(other);
        let is_full = self.is_full_due(source);
        match self.ask(source, is_full).await {
            Err(SourceFault::CursorGone) => {
                tracing::info!(source = source.id.get(), "a data source was restored or replaced: all is compared");
                self.learnt.cursor = None;
                self.ask(source, true).await
            }
            done => done,
        }
    }

    async fn ask(&mut self, source: &DataSource, is_full: bool) -> Result<PollProgress, SourceFault> {
        match source.remote_channel {
            Some(channel) => self.changes(source, channel, is_full).await,
            None => self.pages(source, is_full).await,
        }
    }

    fn is_full_due(&self, source: &DataSource) -> bool {
        let Some(last) = self.learnt.last_full_at.filter(|_| self.learnt.cursor.is_some()) else { return true };
        let seconds = if source.remote_channel.is_some() { FULL_SECONDS_FEED } else { FULL_SECONDS_PAGES };
        let is_old = last < self.shared.services.clock.now().minus_seconds(seconds);
        is_old || is_asked(source.full_at, Some(last)) || source.is_remapped(self.learnt.compared_version)
    }

    /// The connection to the other installation.
    pub(super) fn other(&self) -> Result<Arc<Other>, SourceFault> {
        self.other.clone().ok_or(SourceFault::Changed)
    }

    /// Takes note of what an answer says beside its body.
    pub(super) async fn note(&mut self, source: &DataSource, met: &Met) -> Result<(), SourceFault> {
        self.learnt.last_success_at = Some(met.come);
        let (known, measured) = (self.learnt.clock_offset, clock::measured(met.date, met.asked, met.come));
        if measured.is_none_or(|measured| clock::offset_after(known, measured) != known) {
            let offset = clock_offset(&self.shared.services, source, measured).await.map_err(here)?;
            self.learnt.clock_offset = offset.ok_or(SourceFault::Changed)?;
        }
        self.learnt.origins = met.origins.clone().unwrap_or_default();
        let own = self.shared.services.data_sources.fed.name();
        match origins::is_loop(&own, &self.learnt.origins) {
            true => Err(SourceFault::Loop(format!("its stock is from here, by {}", self.learnt.origins.join(", ")))),
            false => Ok(()),
        }
    }

    /// Writes the levels of an answer.
    pub(super) async fn take(
        &mut self,
        source: &DataSource,
        (list, answered): (i64, &[Value]),
        asked: Timestamp,
        full: Option<&mut Full>,
    ) -> Result<(), SourceFault> {
        let (mut levels, mut odd, mut skipped) = (Vec::new(), Vec::new(), 0);
        for row in answered {
            match rows::read(row, list) {
                Read::Level(level) => levels.push(level),
                Read::Odd(sku) => odd.push(sku),
                Read::Nothing => skipped += 1,
                Read::OtherList => {}
            }
        }
        let ours = self.matched(source, levels.iter().map(|level| &level.sku).chain(&odd)).await?;
        let said = levels.len() + odd.len();
        levels.retain_mut(|level| ours.rename(&mut level.sku));
        odd.retain_mut(|sku| ours.rename(sku));
        self.learnt.unmapped += (said - levels.len() - odd.len()) as i64;
        skipped += odd.len() as i64;
        let trust = if full.is_some() { Trust::Anyway } else { Trust::Newest };
        let mut others = BTreeSet::new();
        let seen = full.map_or(&mut others, |full| &mut full.seen);
        if trust == Trust::Anyway && !odd.is_empty() {
            seen.extend(self.stocks_of(source, odd).await?);
        }
        self.learnt.has_levels |= !levels.is_empty();
        let unknown = self.levels(source).write(levels, asked, trust, seen).await?;
        self.learnt.skipped += skipped + unknown;
        Ok(())
    }

    /// The stocks of some SKUs: their levels cannot be read, but they are there.
    async fn stocks_of(&self, source: &DataSource, skus: Vec<String>) -> Result<Vec<StockId>, SourceFault> {
        let list = source.stock_list;
        let keys = skus.into_iter().map(|sku| onhand_core::StockKey { list, sku }).collect();
        let look = async move |tx: &mut Tx<'_>| product_stocks::by_keys(tx, &keys).await;
        let found = self.shared.services.store.read("data_sources.compare", look).await.map_err(here)?;
        Ok(found.into_iter().map(|stock| stock.id).collect())
    }

    /// Begins to compare everything.
    pub(super) fn begin_full(&mut self) -> Full {
        (self.learnt.skipped, self.learnt.unmapped) = (0, 0);
        Full { begun: self.shared.services.clock.now(), seen: BTreeSet::new() }
    }

    /// Everything has been compared: what was not there is nothing.
    pub(super) async fn end_full(&mut self, source: &DataSource, full: Full) -> Result<(), SourceFault> {
        self.levels(source).empty(&full.seen).await?;
        self.learnt.last_full_at = Some(full.begun);
        self.learnt.compared_version = source.mappings_version;
        Ok(())
    }

    /// Takes what came of a source from its list.
    pub(super) async fn forget(&mut self, source: &DataSource) {
        if !self.learnt.has_levels {
            return;
        }
        match self.levels(source).empty(&BTreeSet::new()).await {
            Ok(()) => (self.learnt.has_levels, self.learnt.cursor) = (false, None),
            // It is tried again with the next question.
            Err(fault) => tracing::warn!(source = source.id.get(), fault = fault.text(), "cannot empty a list"),
        }
    }

    /// What writes the levels of the source.
    pub(super) fn levels<'l>(&'l self, source: &'l DataSource) -> Levels<'l> {
        Levels { shared: &self.shared, source, clock_offset: self.learnt.clock_offset }
    }
}
