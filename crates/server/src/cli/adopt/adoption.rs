//! An adoption on its way: what is known of the other server's objects, and one round over all of them.
//!
//! Promises: what a row refers to was taken before it; nothing is kept between two runs but what is in the database.
//! Must not know how a kind of object is taken.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context as _, bail};
use onhand_core::{ChannelId, StockListId, Timestamp};
use serde_json::Value;

use super::differences::Differences;
use super::pages::{Page, Pages};
use super::report::{AdoptedKind, Report};
use super::rows;
use super::source::{NoAnswer, Source};
use crate::cli::progress::Progress;
use crate::services::adoption::NotTaken;
use crate::services::{Requester, Services};

/// A time after which nothing has changed: a list that shows rows all the same does not know the filter.
const NEVER: &str = "2200-01-01T00:00:00.000000Z";

/// A channel that is here.
#[derive(Clone, Debug)]
pub(super) struct KnownChannel {
    pub(super) id: ChannelId,
    /// The attribute that says how many units a line stands for.
    pub(super) quantity_attribute: String,
    /// The list of its catalog.
    pub(super) list: Option<StockListId>,
}

/// What the ids of the other server are here.
#[derive(Default)]
pub(super) struct Known {
    pub(super) stock_lists: HashMap<i64, StockListId>,
    /// What people call the lists.
    pub(super) list_names: HashMap<StockListId, String>,
    pub(super) price_lists: HashMap<i64, i64>,
    /// With the list of each.
    pub(super) catalogs: HashMap<i64, (i64, Option<StockListId>)>,
    pub(super) channels: HashMap<i64, KnownChannel>,
    /// SKUs of products, as far as there is room for them.
    pub(super) skus: HashMap<i64, String>,
    /// When orders were changed that are here like that.
    pub(super) versions: HashMap<i64, String>,
    /// Whether lists can be asked for what has changed, by their paths.
    filters: HashMap<String, bool>,
    /// The path of product stocks.
    pub(super) stock_path: Option<&'static str>,
    /// Whether one product stock can be asked for.
    pub(super) finds_stocks: Option<bool>,
}

impl Known {
    /// What people call a list.
    pub(super) fn list_name(&self, list: StockListId) -> String {
        self.list_names.get(&list).cloned().unwrap_or_else(|| list.get().to_string())
    }
}

/// What a round looks at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope {
    /// Everything.
    Whole,
    /// What has changed since a time of the other server's clock, where lists can be asked for that.
    Since(Timestamp),
}

/// An adoption.
pub(super) struct Adoption {
    pub(super) source: Source,
    pub(super) services: Arc<Services>,
    pub(super) requester: Requester,
    /// Whether a level there is what can be sold, where nothing else is shown.
    pub(super) is_sellable: bool,
    /// Whether no progress is shown.
    pub(super) is_quiet: bool,
    pub(super) known: Known,
    /// Whether the server shows which lines the ERP has registered.
    pub(super) shows_codes: Arc<AtomicBool>,
    pub(super) report: Report,
    pub(super) differences: Differences,
    /// Since when changes of stock here were not looked at, and the stocks that were put here since.
    pub(super) looked_here: (Timestamp, HashSet<(StockListId, String)>),
    /// The clock of the other server when the round began.
    began: Option<Timestamp>,
}

/// A list that is being read.
pub(super) struct Reading {
    pages: Pages,
    first: Option<Page>,
    progress: Option<Progress>,
    seen: u64,
}

impl Reading {
    /// The rows of the next page.
    pub(super) async fn next(&mut self) -> anyhow::Result<Option<Vec<Value>>> {
        let page = match self.first.take() {
            Some(first) => Some(first),
            None => self.pages.next().await?,
        };
        let Some(page) = page else { return Ok(None) };
        self.seen += page.rows.len() as u64;
        if let Some(progress) = &mut self.progress {
            progress.at(self.seen, page.count.unwrap_or(self.seen).max(self.seen));
        }
        Ok(Some(page.rows))
    }
}

impl Adoption {
    pub(super) fn new(source: Source, services: Arc<Services>, requester: Requester) -> Self {
        let (report, now) = (Report::of(source.url()), services.clock.now());
        Self {
            source,
            services,
            requester,
            is_sellable: false,
            is_quiet: false,
            known: Known::default(),
            shows_codes: Arc::new(AtomicBool::new(true)),
            report,
            differences: Differences::default(),
            looked_here: (now, HashSet::new()),
            began: None,
        }
    }

    /// Takes what the scope names. What time it was at the other server when that began.
    pub(super) async fn round(&mut self, scope: Scope) -> anyhow::Result<Option<Timestamp>> {
        self.began = None;
        for kind in AdoptedKind::ALL {
            let begun = Instant::now();
            self.take(kind, scope).await.context(kind.label())?;
            self.report.kind(kind).seconds = begun.elapsed().as_secs_f64();
        }
        self.report.repeated_requests = self.source.repeated();
        Ok(self.began)
    }

    async fn take(&mut self, kind: AdoptedKind, scope: Scope) -> anyhow::Result<()> {
        match kind {
            AdoptedKind::StockLists => self.stock_lists().await,
            AdoptedKind::PriceLists => self.price_lists().await,
            AdoptedKind::Catalogs => self.catalogs().await,
            AdoptedKind::Channels => self.channels().await,
            AdoptedKind::Products => self.products(scope).await,
            AdoptedKind::Prices => self.prices(scope).await,
            AdoptedKind::CatalogItems => self.catalog_items(scope).await,
            AdoptedKind::Orders => self.orders(scope).await,
            AdoptedKind::Stocks => self.stocks(scope).await,
        }
    }

    /// Begins to read a list; none where the server does not have it.
    pub(super) async fn read(&mut self, kind: AdoptedKind, path: &str, query: &str) -> anyhow::Result<Option<Reading>> {
        let mut pages = Pages::of(&self.source, path, query);
        let first = match pages.next().await {
            Ok(first) => first,
            Err(NoAnswer::NotOffered(_)) => return Ok(None),
            Err(NoAnswer::Fault(fault)) => return Err(fault),
        };
        let at = first.as_ref().and_then(|page| page.at);
        self.began = self.began.or(at);
        let progress = (!self.is_quiet).then(|| Progress::begin(kind.label(), false));
        Ok(Some(Reading { pages, first, progress, seen: 0 }))
    }

    /// The same for a list that every server has.
    pub(super) async fn read_needed(&mut self, kind: AdoptedKind, path: &str, query: &str) -> anyhow::Result<Reading> {
        match self.read(kind, path, query).await? {
            Some(reading) => Ok(reading),
            None => {
                bail!("{} has no {path}: it is no server of this kind, or another address is meant", self.source.url())
            }
        }
    }

    /// The filter by which a list shows what the scope names; none where it shows only all of its rows.
    pub(super) async fn changed(&mut self, path: &str, scope: Scope) -> anyhow::Result<Option<String>> {
        let Scope::Since(since) = scope else { return Ok(None) };
        let is_known = match self.known.filters.get(path) {
            Some(is_known) => *is_known,
            None => {
                let is_known = self.knows_filter(path).await?;
                self.known.filters.insert(path.to_owned(), is_known);
                is_known
            }
        };
        Ok(is_known.then(|| format!("modified_date__gt={}", rows::time(since))))
    }

    async fn knows_filter(&self, path: &str) -> anyhow::Result<bool> {
        self.shows_nothing(path, &format!("modified_date__gt={NEVER}")).await
    }

    /// Whether a list shows no rows with a filter that no row fulfils; one that does not know the filter shows some, or
    /// rejects it.
    pub(super) async fn shows_nothing(&self, path: &str, filter: &str) -> anyhow::Result<bool> {
        match self.source.get(&format!("{path}?{filter}&limit=1")).await {
            Ok(answer) => Ok(answer.value.get("results").and_then(Value::as_array).is_some_and(Vec::is_empty)),
            Err(fault) if fault.is_rejection() => Ok(false),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Notes a row that cannot be read.
    pub(super) fn unread(&mut self, kind: AdoptedKind, row: &Value, field: &str, why: impl Into<String>) {
        self.report.kind(kind).leave(&NotTaken::new(rows::name(row, field), why));
    }
}
