//! Levels of an Onhand, by the change feed of a channel: a cursor that is sent back, and waiting until there is something.
//!
//! Promises: a cursor is kept once all before it is written, so that nothing is missed. Must not know levels.

use std::time::Duration;

use onhand_store::tables::data_sources::DataSource;
use serde_json::Value;

use super::asking::{Met, SourceFault};
use super::poll::{Full, Poll, PollProgress};
use super::source::is_asked;
use crate::remote::encoded;

/// Rows of an answer.
const LIMIT: usize = 250;
/// The longest that an answer is waited for because there is no news, in seconds.
const WAIT_SECONDS_MAX: i64 = 30;
/// The cursor of those who know nothing.
const BEGINNING: &str = "0";

impl Poll {
    /// Reads what has changed, or everything.
    pub(super) async fn changes(
        &mut self,
        source: &DataSource,
        channel: i64,
        is_full: bool,
    ) -> Result<PollProgress, SourceFault> {
        let mut full = is_full.then(|| self.begin_full());
        if source.remote_stock_list.is_none() && (is_full || self.found_list.is_none()) {
            self.found_list = self.main_list(source, channel).await?;
        }
        let Some(list) = source.remote_stock_list.or(self.found_list) else {
            // There is no stock over there yet.
            if let Some(full) = full {
                self.end_full(source, full).await?;
                // What comes later is compared whole.
                self.learnt.cursor = None;
            }
            return Ok(PollProgress::Idle);
        };
        let known = self.learnt.cursor.clone().filter(|_| !is_full);
        let mut after = known.unwrap_or_else(|| BEGINNING.to_owned());
        let mut is_first = true;
        loop {
            let wait = if is_first && full.is_none() { source.poll_interval_seconds.min(WAIT_SECONDS_MAX) } else { 0 };
            is_first = false;
            let Some((body, met)) = self.next_changes((channel, list), &after, wait).await? else {
                return Ok(PollProgress::Some);
            };
            self.note(source, &met).await?;
            let rows =
                body["results"].as_array().ok_or_else(|| SourceFault::Odd("it answers without changes".to_owned()))?;
            let next =
                body["after"].as_str().ok_or_else(|| SourceFault::Odd("it answers without a cursor".to_owned()))?;
            self.take(source, (list, rows), met.asked, full.as_mut()).await?;
            let (has_more, is_same) = (body["more"].as_bool().unwrap_or(false), next == after);
            if has_more && is_same {
                return Err(SourceFault::Odd("its changes do not go on".to_owned()));
            }
            next.clone_into(&mut after);
            if full.is_none() {
                self.learnt.cursor = Some(after.clone());
            }
            if !has_more {
                return self.end_changes(source, full, after, is_same).await;
            }
        }
    }

    async fn end_changes(
        &mut self,
        source: &DataSource,
        full: Option<Full>,
        after: String,
        is_same: bool,
    ) -> Result<PollProgress, SourceFault> {
        if let Some(full) = full {
            self.end_full(source, full).await?;
            self.learnt.cursor = Some(after);
            return Ok(PollProgress::Some);
        }
        Ok(if is_same { PollProgress::Idle } else { PollProgress::Some })
    }

    /// The next changes; `None` if a person wants to be answered first.
    async fn next_changes(
        &mut self,
        (channel, list): (i64, i64),
        after: &str,
        wait: i64,
    ) -> Result<Option<(Value, Met)>, SourceFault> {
        let other = self.other()?;
        let after = encoded(after);
        let path = format!("/api/v1/channel/{channel}/changes/?after={after}&limit={LIMIT}&stock_list={list}");
        if wait == 0 {
            return other.get(&path, Duration::ZERO).await.map(Some);
        }
        let path = format!("{path}&wait={wait}");
        let asked = other.get(&path, Duration::from_secs(wait.unsigned_abs()));
        tokio::select! {
            answer = asked => answer.map(Some),
            () = self.asked_again() => Ok(None),
        }
    }

    /// Ends when a person asks for the source to be asked again, or has mapped its products otherwise, or when it is
    /// gone.
    async fn asked_again(&mut self) {
        loop {
            let newest = self.follow.borrow_and_update().clone();
            let is_wanted = is_asked(newest.refresh_at, self.learnt.last_polled_at)
                || newest.is_remapped(self.learnt.compared_version);
            if is_wanted || self.follow.changed().await.is_err() {
                return;
            }
        }
    }

    /// The list that the catalog of a channel is of: that of its plain list of stocks.
    async fn main_list(&mut self, source: &DataSource, channel: i64) -> Result<Option<i64>, SourceFault> {
        let other = self.other()?;
        let path = format!("/api/v1/channel/{channel}/product_stocks/?limit=1");
        let (body, met) = other.get(&path, Duration::ZERO).await?;
        self.note(source, &met).await?;
        let odd = || SourceFault::Odd("it answers without product stocks".to_owned());
        let rows = body["results"].as_array().ok_or_else(odd)?;
        rows.first().map(|row| row["stock_list"].as_i64().ok_or_else(odd)).transpose()
    }
}
