//! Stocks that somebody is looking at, and which of them the commits of this process have changed.
//!
//! Promises: a change of a shown stock is told when it can be read, and costs a commit one look-up for each stock that it
//! changes. A stock may be told twice. Must not know who looks.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use onhand_core::StockId;
use tokio::sync::Notify;

use crate::writer::{ChangedStocks, CommitObserver};

/// How often a stock is told while commits are under way, of which one may be its own.
const TOLD_MAX: u8 = 40;

/// The stocks that are shown, and those of them that have changed.
#[derive(Debug, Default)]
pub struct ShownStocks {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// With how often each is shown.
    shown: HashMap<StockId, usize>,
    /// With how often they are told still.
    changed: HashMap<StockId, u8>,
    /// Transactions of which it is not known that they are over.
    in_flight: usize,
}

impl CommitObserver for ShownStocks {
    fn begin(&self) {
        self.state().in_flight += 1;
    }

    fn before_commit(&self, stocks: &ChangedStocks) {
        let State { shown, changed, .. } = &mut *self.state();
        changed.extend(stocks.changed.iter().filter(|stock| shown.contains_key(stock)).map(|stock| (*stock, TOLD_MAX)));
    }

    fn after_commit(&self) {
        let mut state = self.state();
        state.in_flight = state.in_flight.saturating_sub(1);
        if !state.changed.is_empty() {
            self.changed.notify_one();
        }
    }
}

impl ShownStocks {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that somebody looks at these stocks. A commit that is under way may change them, and did not know that they
    /// are shown.
    pub fn show(&self, stocks: &[StockId]) {
        let mut state = self.state();
        stocks.iter().for_each(|stock| *state.shown.entry(*stock).or_default() += 1);
        if state.in_flight > 0 {
            state.changed.extend(stocks.iter().map(|stock| (*stock, TOLD_MAX)));
        }
    }

    /// Says that somebody who looked at these stocks does so no longer.
    pub fn hide(&self, stocks: &[StockId]) {
        let mut state = self.state();
        for stock in stocks {
            if let Some(times) = state.shown.get_mut(stock) {
                *times -= 1;
                if *times == 0 {
                    state.shown.remove(stock);
                    state.changed.remove(stock);
                }
            }
        }
    }

    /// Whether anybody looks at a stock.
    pub fn is_shown(&self, stock: StockId) -> bool {
        self.state().shown.contains_key(&stock)
    }

    /// Ends when one of them may have changed, or when [`Self::wake`] was called.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Ends the wait of who waits for changes.
    pub fn wake(&self) {
        self.changed.notify_one();
    }

    /// Those that have changed since this was asked last. While commits are under way, the same ones are told again.
    pub fn take(&self) -> Vec<StockId> {
        let mut state = self.state();
        let told = state.changed.keys().copied().collect();
        match state.in_flight {
            0 => state.changed.clear(),
            _ => state.changed.retain(|_, left| {
                *left -= 1;
                *left > 0
            }),
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(stocks: &[i64]) -> ChangedStocks {
        ChangedStocks { changed: stocks.iter().copied().map(StockId::new).collect(), any_come_or_gone: false }
    }

    #[test]
    fn what_is_shown_is_told_until_its_commit_is_over() {
        let stocks = ShownStocks::default();
        stocks.begin();
        stocks.before_commit(&changes(&[1, 2]));
        stocks.after_commit();
        assert!(stocks.take().is_empty(), "nothing is shown");
        stocks.show(&[StockId::new(2), StockId::new(3)]);
        stocks.begin();
        stocks.before_commit(&changes(&[1, 2]));
        // It is run again.
        stocks.before_commit(&changes(&[1, 2]));
        stocks.begin();
        stocks.before_commit(&changes(&[1]));
        stocks.after_commit();
        assert_eq!(stocks.take(), [StockId::new(2)], "it may have been the other one that is over");
        assert_eq!(stocks.take(), [StockId::new(2)]);
        stocks.after_commit();
        assert_eq!(stocks.take(), [StockId::new(2)]);
        assert!(stocks.take().is_empty());
        stocks.hide(&[StockId::new(2)]);
        stocks.begin();
        stocks.before_commit(&changes(&[2]));
        stocks.after_commit();
        assert!(stocks.take().is_empty() && !stocks.is_shown(StockId::new(2)));
    }

    #[test]
    fn what_is_shown_during_a_commit_is_told_when_it_is_over() {
        let stocks = ShownStocks::default();
        stocks.begin();
        stocks.before_commit(&changes(&[1]));
        stocks.show(&[StockId::new(1)]);
        assert_eq!(stocks.take(), [StockId::new(1)], "and read before the commit");
        stocks.after_commit();
        assert_eq!(stocks.take(), [StockId::new(1)]);
        assert!(stocks.take().is_empty());
    }

    #[test]
    fn a_transaction_that_failed_before_its_commit_ends_no_other() {
        let stocks = ShownStocks::default();
        stocks.show(&[StockId::new(1)]);
        stocks.begin();
        stocks.before_commit(&changes(&[1]));
        stocks.begin();
        stocks.after_commit();
        assert_eq!(stocks.take(), [StockId::new(1)]);
        assert_eq!(stocks.take(), [StockId::new(1)], "the other one is still under way");
    }
}
