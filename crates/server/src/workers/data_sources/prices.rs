//! Prices of a data source, asked for after its levels: those that were changed since they were asked for last, and from
//! time to time all of them.
//!
//! Promises: what is wrong with prices is shown and holds up no level; a price that cannot be used stays as it was, and
//! is shown until it can be; one is removed only when all of them were read. Must not know how a price is written.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use onhand_core::prices::PriceValues;
use onhand_core::{PriceListId, Timestamp};
use onhand_store::tables::data_sources::DataSource;
use serde_json::Value;

use super::asking::SourceFault;
use super::levels::here;
use super::pages::{PAGES_MAX, rows_of};
use super::poll::{FULL_SECONDS_PAGES, Poll};
use super::price_rows::{self, ReadPrice};
use super::source::{is_asked, pause_seconds};
use crate::services::data_sources::prices;

/// Rows of a page.
const LIMIT: usize = 100;
/// Prices that cannot be used and are remembered.
const FAULTS_MAX: usize = 100;

/// What is kept between questions for prices.
#[derive(Default)]
pub(super) struct PricePoll {
    /// When they were asked for last.
    asked_at: Option<Timestamp>,
    /// Before this they are not asked for, unless a person wants it.
    next_at: Option<Timestamp>,
    /// What has changed since then is asked for; `None` where nothing is known.
    since: Option<Timestamp>,
    /// When the last complete comparison began, and how often the product mappings had changed then.
    full: Option<(Timestamp, i64)>,
    /// How often in a row they could not be asked for.
    failures: i64,
    /// Why they cannot be asked for.
    fault: Option<String>,
    /// Why prices are not used, by their SKU; blank where that cannot be read.
    odd: BTreeMap<String, String>,
}

impl PricePoll {
    /// What is wrong, for people.
    pub(super) fn error(&self) -> Option<String> {
        if self.fault.is_some() {
            return self.fault.clone();
        }
        let (sku, why) = self.odd.first_key_value()?;
        let name = if sku.is_empty() { String::new() } else { format!("{sku}: ") };
        let text = SourceFault::Price(format!("{name}{why}")).text();
        Some(match self.odd.len() {
            1 => text,
            number => format!("{text} (and {} more)", number - 1),
        })
    }

    fn note(&mut self, sku: String, why: String) {
        if self.odd.len() < FAULTS_MAX || self.odd.contains_key(&sku) {
            self.odd.insert(sku, why);
        }
    }

    fn is_full_due(&self, source: &DataSource, now: Timestamp) -> bool {
        let Some((begun, version)) = self.full.filter(|_| self.since.is_some()) else { return true };
        begun < now.minus_seconds(FULL_SECONDS_PAGES)
            || is_asked(source.full_at, Some(begun))
            || source.is_remapped(version)
    }
}

impl Poll {
    /// Asks for prices if the source has a list for them and it is time.
    pub(super) async fn prices_too(&mut self, source: &DataSource) {
        let now = self.shared.services.clock.now();
        let Some(list) = source.price_list else { return };
        let is_waited = self.prices.next_at.is_some_and(|at| at > now);
        if is_waited && !is_asked(source.refresh_at, self.prices.asked_at) {
            return;
        }
        self.prices.asked_at = Some(now);
        let is_full = self.prices.is_full_due(source, now);
        let seconds = match self.ask_prices((source, list), is_full).await {
            Ok(()) => {
                self.prices.since = Some(now);
                if is_full {
                    self.prices.full = Some((now, source.mappings_version));
                }
                (self.prices.failures, self.prices.fault) = (0, None);
                self.learnt.last_prices_at = Some(now);
                source.poll_interval_seconds
            }
            // All begins anew then.
            Err(SourceFault::Changed) => 0,
            Err(fault) => {
                tracing::warn!(
                    source = source.id.get(),
                    fault = fault.text(),
                    "prices of a data source cannot be read"
                );
                metrics::counter!("onhand_data_source_failures_total", "kind" => fault.kind()).increment(1);
                self.prices.failures += 1;
                self.prices.fault = Some(fault.text());
                pause_seconds(self.prices.failures)
            }
        };
        self.prices.next_at = Some(now.plus_micros(seconds.saturating_mul(1_000_000)));
    }

    async fn ask_prices(
        &mut self,
        (source, list): (&DataSource, PriceListId),
        is_full: bool,
    ) -> Result<(), SourceFault> {
        let (other, since) = (self.other()?, self.prices.since.filter(|_| !is_full));
        let (mut seen, mut read, mut odd) = (BTreeSet::new(), 0, BTreeMap::new());
        let mut before: Option<Vec<Value>> = None;
        for page in 1..=PAGES_MAX {
            let path = format!("{}&limit={LIMIT}&page={page}{}", path(source), self.changed_since(since));
            let body = match other.get(&path, Duration::ZERO).await {
                Ok((body, _)) => body,
                // There have become fewer while they were read.
                Err(SourceFault::Missing(_)) if page > 1 && !is_full => break,
                Err(SourceFault::Missing(_)) if page > 1 => {
                    return Err(SourceFault::Odd("its pages of prices end before the last one".to_owned()));
                }
                Err(fault) => return Err(fault),
            };
            let count = body["count"].as_i64();
            let (rows, has_more) = rows_of(body, "product prices")?;
            if before.as_ref().is_some_and(|before| *before == rows && !rows.is_empty()) {
                return Err(SourceFault::Odd("its pages of prices do not go on".to_owned()));
            }
            read += rows.len() as i64;
            odd.extend(self.take_prices((source, list), &rows, &mut seen).await?);
            if !has_more || rows.is_empty() {
                if is_full && count.is_some_and(|count| count > read) {
                    return Err(SourceFault::Odd("its pages do not have all of its prices".to_owned()));
                }
                break;
            }
            before = Some(rows);
        }
        if is_full {
            self.end_full_prices((source, list), &seen).await?;
            self.prices.odd.clear();
        }
        odd.into_iter().for_each(|(sku, why)| self.prices.note(sku, why));
        Ok(())
    }

    /// Writes the prices of an answer, and notes the SKUs that it has. Why some are not written.
    async fn take_prices(
        &mut self,
        (source, list): (&DataSource, PriceListId),
        rows: &[Value],
        seen: &mut BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>, SourceFault> {
        let (mut said, mut odd) = (BTreeMap::<String, PriceValues>::new(), BTreeMap::new());
        for row in rows {
            match price_rows::read(row, source.remote_price_list) {
                ReadPrice::Price(sku, values) => _ = said.insert(sku, values),
                ReadPrice::Odd(sku, why) => _ = odd.insert(sku.unwrap_or_default(), why),
                ReadPrice::OtherList => {}
            }
        }
        let matched = self.matched(source, said.keys().chain(odd.keys())).await?;
        let ours = |mut sku: String| (sku.is_empty() || matched.rename(&mut sku)).then_some(sku);
        let said: BTreeMap<_, _> = said.into_iter().filter_map(|(sku, values)| Some((ours(sku)?, values))).collect();
        let mut odd: BTreeMap<_, _> = odd.into_iter().filter_map(|(sku, why)| Some((ours(sku)?, why))).collect();
        seen.extend(said.keys().chain(odd.keys()).cloned());
        said.keys().for_each(|sku| _ = self.prices.odd.remove(sku));
        let refused = prices::write(&self.shared.services, (source, list), said).await.map_err(here)?;
        odd.extend(refused.ok_or(SourceFault::Changed)?);
        Ok(odd)
    }

    /// All of them have been read: what was not there is removed.
    async fn end_full_prices(
        &self,
        (source, list): (&DataSource, PriceListId),
        seen: &BTreeSet<String>,
    ) -> Result<(), SourceFault> {
        match prices::remove_others(&self.shared.services, (source, list), seen).await.map_err(here)? {
            true => Ok(()),
            false => Err(SourceFault::Changed),
        }
    }
}

/// Where the prices are, as far as a source says it.
fn path(source: &DataSource) -> String {
    match (source.remote_channel, source.remote_price_list) {
        (Some(channel), None) => format!("/api/v1/channel/{channel}/product_prices/?"),
        (Some(channel), Some(list)) => format!("/api/v1/channel/{channel}/extra_product_prices/?price_list={list}"),
        (None, list) => format!("/api/i1/product_prices/?price_list={}", list.unwrap_or_default()),
    }
}
