//! `--shadow`: following the other server, and saying where another quantity is available here.
//!
//! Promises: a difference is a line when it has lasted for the time of grace, and a line when it is gone; a server that
//! does not answer is asked again. Must not know how anything is taken.

use std::time::{Duration, Instant};

use onhand_core::{StockListId, Timestamp};
use serde_json::json;

use super::adoption::{Adoption, Scope};
use super::report::{DifferenceRow, Report};
use super::rows;
use super::{AdoptArgs, OVERLAP_SECONDS};
use crate::cli::say;

/// How the other server is followed.
pub(super) struct Shadow<'a> {
    adoption: &'a mut Adoption,
    args: &'a AdoptArgs,
    /// Since when changes are asked for next, if they can be.
    since: Option<Timestamp>,
    whole_at: Instant,
    is_first: bool,
}

impl<'a> Shadow<'a> {
    /// Begins after a whole round that began at a time of the other server's clock.
    pub(super) fn after(adoption: &'a mut Adoption, args: &'a AdoptArgs, since: Option<Timestamp>) -> Self {
        adoption.is_quiet = true;
        Self { adoption, args, since, whole_at: Instant::now(), is_first: true }
    }

    /// Follows until it is stopped, or for as many rounds as are asked for.
    pub(super) async fn run(&mut self) {
        let every = Duration::from_secs(self.args.every);
        let mut rounds = 0;
        loop {
            let begun = Instant::now();
            self.round().await;
            rounds += 1;
            if self.args.rounds.is_some_and(|limit| rounds >= limit) {
                return;
            }
            tokio::time::sleep(every.saturating_sub(begun.elapsed())).await;
        }
    }

    /// One round, and what is said of it.
    async fn round(&mut self) {
        let is_whole = self.whole_at.elapsed() >= Duration::from_secs(self.args.whole_every);
        let scope = match self.since.filter(|_| !is_whole) {
            Some(since) => Scope::Since(since.minus_seconds(OVERLAP_SECONDS)),
            None => Scope::Whole,
        };
        if is_whole {
            self.whole_at = Instant::now();
        }
        self.adoption.report = Report::of(self.adoption.source.url());
        match self.adoption.round(scope).await {
            Ok(began) => self.since = began,
            Err(fault) => self.tell_fault(&fault),
        }
        self.tell();
    }

    fn now(&self) -> String {
        rows::time(self.adoption.services.clock.now())
    }

    fn tell_fault(&self, fault: &anyhow::Error) {
        let (at, text) = (self.now(), super::report::shown(&format!("{fault:#}")));
        match self.args.json {
            true => say(json!({"at": at, "event": "fault", "text": text}).to_string()),
            false => say(format!("{at}  the round was not finished: {text}")),
        }
    }

    fn tell(&mut self) {
        let news = self.adoption.differences.news(Duration::from_secs(self.args.grace));
        let at = self.now();
        let row = |(list, sku, there, here): (StockListId, String, i64, i64)| DifferenceRow {
            stock_list: self.adoption.list_name(list),
            product_sku: sku,
            there,
            here,
        };
        let is_news = !news.lasting.is_empty() || !news.gone.is_empty();
        for lasting in news.lasting {
            self.line(&at, "difference", &row(lasting));
        }
        for (list, sku, available) in news.gone {
            self.line(&at, "equal", &row((list, sku, available, available)));
        }
        let (changes, left) = (self.adoption.report.changes(), self.adoption.differences.count());
        let settled = left - news.unsettled;
        let unsettled = news.unsettled;
        if self.args.json {
            let round = json!({"at": at, "event": "round", "changes": changes, "differences": settled,
                "not_settled_yet": unsettled});
            say(round.to_string());
        } else if self.is_first || is_news || changes > 0 {
            say(format!("{at}  {changes} changes taken, {settled} differences, {unsettled} not settled yet"));
        }
        self.is_first = false;
    }

    fn line(&self, at: &str, event: &str, row: &DifferenceRow) {
        if self.args.json {
            let DifferenceRow { stock_list, product_sku, there, here } = row;
            let line = json!({"at": at, "event": event, "stock_list": stock_list, "product_sku": product_sku,
                "there": there, "here": here});
            say(line.to_string());
        } else {
            let word = if event == "equal" { "equal again" } else { "differs" };
            say(format!("{at}  {word}  {}", row.line()));
        }
    }
}
