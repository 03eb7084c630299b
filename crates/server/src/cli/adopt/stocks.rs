//! Product stocks: taken, and compared with what the other server says in the same row.
//!
//! Promises: where lines reserve more here than the other server says, their orders are asked for again before the stock
//! is written. While some pages are written, the next one is read and compared; a stock is on its way once at a time.
//! Must not know orders beyond that.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use anyhow::Context as _;
use onhand_core::{Stock, StockId, StockListId};
use serde_json::Value;
use tokio::task::JoinSet;

use super::adoption::{Adoption, Scope};
use super::pages::Pages;
use super::report::AdoptedKind;
use super::rows;
use crate::remote::encoded;
use crate::services::ServiceError;
use crate::services::adoption::orders::{self, KnownOrder};
use crate::services::adoption::stocks::{self, PutStock, StockContent};

/// Documented, and with what v1 shows besides (contract 4.1, X15).
const I1: &str = "/api/i1/product_stock/";
const V1: &str = "/api/v1/product_stock/";
/// Pages that are written at the same time: enough for the writer never to wait for one to be read and compared. They are
/// all that is in memory, beside the one that is read.
const WRITTEN_MAX: usize = 3;
/// Stocks of a page whose orders are asked for again.
const ASKED_AGAIN_MAX: usize = 100;
/// Differing stocks that are looked at at a time.
const LOOKED_AT: usize = 1_000;
/// Stocks that others have changed here and that are asked for in a round.
const CHANGED_HERE_MAX: usize = 200;
/// Stocks of which it is remembered that the last round has put them.
const REMEMBERED_MAX: usize = 100_000;
/// A product that no server has.
const NO_SKU: &str = "no-such-product-6f1c0a5e";

/// Pages of stocks on their way into the database.
#[derive(Default)]
struct Writing {
    pages: JoinSet<Result<Vec<PutStock>, ServiceError>>,
    stocks: HashSet<(StockListId, String)>,
}

impl Writing {
    /// Whether one of these stocks is on its way. What is written is compared with what is stored, so the later row has to
    /// wait.
    fn has_any(&self, contents: &[StockContent]) -> bool {
        !self.stocks.is_empty() && contents.iter().any(|row| self.stocks.contains(&key(row)))
    }
}

fn key(row: &StockContent) -> (StockListId, String) {
    (row.list, row.sku.clone())
}

/// Stocks whose lines reserve more here than is held there.
fn reserving_more(rows: &[StockContent], here: &[Option<Stock>]) -> Vec<StockId> {
    let reserves_more = |(row, stock): (&StockContent, &Option<Stock>)| {
        stock.as_ref().filter(|stock| stock.open_reservations() > row.figures.held()).map(|stock| stock.id)
    };
    rows.iter().zip(here).filter_map(reserves_more).take(ASKED_AGAIN_MAX).collect()
}

impl Adoption {
    /// The path of product stocks: v1 where the server has it and shows there what can be sold, else i1.
    async fn stock_path(&mut self) -> anyhow::Result<&'static str> {
        if let Some(path) = self.known.stock_path {
            return Ok(path);
        }
        let shows = |answer: &Value| {
            let first = answer.get("results").and_then(|rows| rows.get(0));
            first.is_some_and(|row| row.get("adjusted_stock").is_some_and(Value::is_i64))
        };
        let path = match self.source.get(&format!("{V1}?limit=1")).await {
            Ok(answer) if shows(&answer.value) => V1,
            Ok(_) => I1,
            Err(fault) if fault.is_rejection() => I1,
            Err(fault) => return Err(fault.into()),
        };
        self.known.stock_path = Some(path);
        Ok(path)
    }

    /// Takes the product stocks.
    pub(super) async fn stocks(&mut self, scope: Scope) -> anyhow::Result<()> {
        let path = self.stock_path().await?;
        let changed = self.changed(path, scope).await?;
        let is_whole = changed.is_none();
        let began = self.services.clock.now();
        if is_whole {
            self.differences.begin();
        }
        let query = changed.map_or_else(|| "sort=id".to_owned(), |filter| format!("sort=id&{filter}"));
        let mut reading = self.read_needed(AdoptedKind::Stocks, path, &query).await?;
        let (mut seen, mut writing) = (HashSet::new(), Writing::default());
        while let Some(page) = reading.next().await? {
            let contents = self.read_stocks(&page);
            if !is_whole {
                seen.extend(contents.iter().map(key));
            }
            self.begin_stocks(&mut writing, contents).await?;
        }
        self.end_stocks(&mut writing, 0).await?;
        if is_whole {
            self.looked_here = (self.services.clock.now(), HashSet::new());
            return Ok(());
        }
        // What differs and has not changed there may have changed here.
        let mut rest = self.differences.rows();
        rest.retain(|row| !seen.contains(&key(row)));
        seen.extend(rest.iter().map(key));
        while !rest.is_empty() {
            let some = rest.drain(..rest.len().min(LOOKED_AT)).collect();
            self.put_stocks(some).await?;
        }
        self.ask_for_changed_here(path, &mut seen).await?;
        self.looked_here =
            if seen.len() > REMEMBERED_MAX { (self.services.clock.now(), HashSet::new()) } else { (began, seen) };
        Ok(())
    }

    /// Compares stocks that others have changed here since the last round, where the other server can be asked for one
    /// stock.
    async fn ask_for_changed_here(
        &mut self,
        path: &str,
        seen: &mut HashSet<(StockListId, String)>,
    ) -> anyhow::Result<()> {
        if !self.finds_stocks(path).await? {
            return Ok(());
        }
        let limit = self.looked_here.1.len() + seen.len() + CHANGED_HERE_MAX;
        let mut changed = stocks::changed_since(&self.services, self.looked_here.0, limit as i64).await?;
        let is_known = |stock: &Stock| {
            let key = (stock.list, stock.sku.clone());
            seen.contains(&key) || self.looked_here.1.contains(&key)
        };
        changed.retain(|stock| !is_known(stock));
        changed.truncate(CHANGED_HERE_MAX);
        let there: HashMap<StockListId, i64> =
            self.known.stock_lists.iter().map(|(there, here)| (*here, *there)).collect();
        for stock in changed {
            let Some(list) = there.get(&stock.list) else { continue };
            let query = format!("product_sku={}&stock_list={list}", encoded(&stock.sku));
            let mut pages = Pages::of(&self.source, path, &query);
            let Some(page) = pages.next().await? else { continue };
            let mut contents = self.read_stocks(&page.rows);
            contents.retain(|row| row.list == stock.list && row.sku == stock.sku);
            self.put_stocks(contents).await?;
            seen.insert((stock.list, stock.sku));
        }
        Ok(())
    }

    /// Whether the other server can be asked for one stock.
    async fn finds_stocks(&mut self, path: &str) -> anyhow::Result<bool> {
        if let Some(finds) = self.known.finds_stocks {
            return Ok(finds);
        }
        let finds = self.shows_nothing(path, &format!("product_sku={NO_SKU}")).await?;
        self.known.finds_stocks = Some(finds);
        Ok(finds)
    }

    fn read_stocks(&mut self, page: &[Value]) -> Vec<StockContent> {
        let mut contents = Vec::with_capacity(page.len());
        for row in page {
            let content = rows::stock(row).and_then(|stock| {
                let list = self.known.stock_lists.get(&stock.list).copied();
                let list = list.ok_or_else(|| format!("its stock list {} was not taken", stock.list))?;
                let mut figures = stock.figures;
                if self.is_sellable && figures.adjusted.is_none() {
                    figures.adjusted = Some(figures.level);
                }
                let (sku, unit, extra_field) = (stock.sku, stock.unit, stock.extra_field);
                Ok(StockContent { list, sku, figures, unit, extra_field })
            });
            match content {
                Ok(content) => contents.push(content),
                Err(why) => self.unread(AdoptedKind::Stocks, row, "product_sku", why),
            }
        }
        contents
    }

    async fn put_stocks(&mut self, contents: Vec<StockContent>) -> anyhow::Result<()> {
        let mut writing = Writing::default();
        self.begin_stocks(&mut writing, contents).await?;
        self.end_stocks(&mut writing, 0).await
    }

    /// Compares stocks with those that are here, and begins to write what differs once there is room.
    async fn begin_stocks(&mut self, writing: &mut Writing, contents: Vec<StockContent>) -> anyhow::Result<()> {
        if writing.has_any(&contents) {
            self.end_stocks(writing, 0).await?;
        }
        let mut here = stocks::here(&self.services, &contents).await?;
        let reserving = reserving_more(&contents, &here);
        if !reserving.is_empty() {
            // Their orders may have lines of stocks that are on their way.
            self.end_stocks(writing, 0).await?;
            self.ask_for_lines(&reserving).await?;
            here = stocks::here(&self.services, &contents).await?;
        }
        self.end_stocks(writing, WRITTEN_MAX - 1).await?;
        writing.stocks.extend(contents.iter().map(key));
        let (services, requester) = (Arc::clone(&self.services), self.requester.clone());
        writing.pages.spawn(async move { stocks::put(&services, &requester, contents, here).await });
        Ok(())
    }

    /// Waits until no more than so many pages are on their way, and notes what was done with the others.
    async fn end_stocks(&mut self, writing: &mut Writing, most: usize) -> anyhow::Result<()> {
        while writing.pages.len() > most
            && let Some(written) = writing.pages.join_next().await
        {
            for (row, put) in written.context("a page was given up")?? {
                writing.stocks.remove(&key(&row));
                match put {
                    Ok((adopted, stock)) => {
                        self.report.kind(AdoptedKind::Stocks).add(adopted);
                        self.report.compared += 1;
                        self.differences.note(&row, stock.available());
                    }
                    Err(left) => self.report.kind(AdoptedKind::Stocks).leave(&left),
                }
            }
        }
        Ok(())
    }

    /// Asks again for the orders whose lines reserve these stocks: they may have been registered or cancelled meanwhile.
    async fn ask_for_lines(&mut self, stocks: &[StockId]) -> anyhow::Result<()> {
        let mut known = BTreeMap::new();
        for stock in stocks {
            let reserving = orders::reserving(&self.services, *stock).await?;
            known.extend(reserving.into_iter().filter(KnownOrder::is_adopted).map(|one| (one.order.id, one)));
        }
        self.ask_again(known.into_values().collect()).await
    }

    /// What people call a list here.
    pub(super) fn list_name(&self, list: StockListId) -> String {
        self.known.list_name(list)
    }
}
