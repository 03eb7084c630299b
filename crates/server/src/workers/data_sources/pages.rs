//! Levels of an installation that has no change feed, by the documented pages of a stock list: those that were changed
//! since they were asked for last, and from time to time all of them.
//!
//! Promises: what changed while pages were read is read again with the next ones; pages that go round end. Must not know
//! levels.

use std::time::Duration;

use onhand_core::Timestamp;
use onhand_store::tables::data_sources::DataSource;
use serde_json::Value;

use super::asking::{Met, SourceFault};
use super::poll::{Poll, PollProgress};
use crate::remote::encoded;
use crate::services::data_sources::clock;
use crate::wire::page;
use crate::wire::scalar::time_text;

/// Rows of a page.
const LIMIT: usize = 100;
/// Pages of one list.
pub(super) const PAGES_MAX: usize = 100_000;
/// How much earlier than the last question changes are asked for: a change is seen when it is committed, which is later
/// than its time; and a level must be read once more after the time at which it can be said to be taken.
const OVERLAP_SECONDS: i64 = 60;

impl Poll {
    /// Reads what has changed, or everything.
    pub(super) async fn pages(&mut self, source: &DataSource, is_full: bool) -> Result<PollProgress, SourceFault> {
        let list = source.remote_stock_list.ok_or(SourceFault::Changed)?;
        let begun = self.shared.services.clock.now();
        let since = self.learnt.cursor.as_deref().and_then(|cursor| cursor.parse().ok()).filter(|_| !is_full);
        let since = since.map(Timestamp::from_micros);
        let mut full = since.is_none().then(|| self.begin_full());
        let mut before: Option<Vec<Value>> = None;
        for page in 1..=PAGES_MAX {
            let (body, met) = match self.page((list, page), since).await {
                // There have become fewer while they were read; what all of them are is not known then.
                Err(SourceFault::Missing(_)) if page > 1 && full.is_none() => break,
                Err(SourceFault::Missing(_)) if page > 1 => {
                    return Err(SourceFault::Odd("its pages end before the last one".to_owned()));
                }
                answer => answer?,
            };
            self.note(source, &met).await?;
            let (rows, has_more) = rows_of(body, "product stocks")?;
            if before.as_ref().is_some_and(|before| *before == rows && !rows.is_empty()) {
                return Err(SourceFault::Odd("its pages do not go on".to_owned()));
            }
            self.take(source, (list, &rows), met.asked, full.as_mut()).await?;
            if !has_more || rows.is_empty() {
                break;
            }
            before = Some(rows);
        }
        if let Some(full) = full {
            self.end_full(source, full).await?;
        }
        self.learnt.cursor = Some(begun.micros().to_string());
        Ok(PollProgress::Idle)
    }

    /// The filter of what has changed since a time; blank for everything.
    pub(super) fn changed_since(&self, since: Option<Timestamp>) -> String {
        let Some(since) = since else { return String::new() };
        let since = clock::over_there(since.minus_seconds(OVERLAP_SECONDS), self.learnt.clock_offset);
        format!("&modified_date__gt={}", encoded(&time_text(since)))
    }

    /// One page. An Onhand is asked by the paths that say more of a stock, once it has shown itself to be one.
    async fn page(
        &mut self,
        (list, page): (i64, usize),
        since: Option<Timestamp>,
    ) -> Result<(Value, Met), SourceFault> {
        let other = self.other()?;
        let since = self.changed_since(since);
        loop {
            let family = if self.is_onhand { "v1" } else { "i1" };
            let path = format!("/api/{family}/product_stock/?stock_list={list}&limit={LIMIT}&page={page}{since}");
            let (body, met) = other.get(&path, Duration::ZERO).await?;
            if self.is_onhand || met.origins.is_none() {
                return Ok((body, met));
            }
            self.is_onhand = true;
        }
    }
}

/// The rows of a page, and whether there is a page after it.
pub(super) fn rows_of(body: Value, of: &str) -> Result<(Vec<Value>, bool), SourceFault> {
    let odd = || SourceFault::Odd(format!("it answers without {of}"));
    let (rows, told) = page::rows_of(body).ok_or_else(odd)?;
    Ok((rows, told.get("next").is_some_and(|next| !next.is_null())))
}
