//! Commit observers: what follows the commits of the writer without being a part of it.
//!
//! Promises: an observer is told what a commit changes before any reader can see it, once or more often, and that the
//! commit is over before any caller is answered. An observer cannot fail, and it delays every commit, so it must not wait. Must not know what
//! an observer does.

use onhand_core::{Changes, StockId};

use super::{Submission, SubmissionResult};

/// The stocks that a commit writes.
pub struct ChangedStocks {
    /// Those that were there before.
    pub changed: Vec<StockId>,
    /// Whether others were made or removed.
    pub any_come_or_gone: bool,
}

impl ChangedStocks {
    /// Those of a batch.
    pub fn of(changes: &Changes) -> Self {
        let changed = changes.stocks.changed_rows().map(|stock| stock.id).collect();
        let any = !changes.stocks.made.is_empty() || !changes.removed_stocks.is_empty();
        Self { changed, any_come_or_gone: any }
    }
}

/// What wants to know of commits. Several batchers of a writer call it, each between its own `begin` and
/// `after_commit`.
pub trait CommitObserver: Send + Sync {
    /// Called once, before the transaction begins.
    fn begin(&self) {}

    /// Called in the transaction, when everything is written and the commit comes next; again when a server engine runs
    /// the transaction again, and not at all when it fails before.
    fn before_commit(&self, stocks: &ChangedStocks);

    /// Called once, when the commit is over. It may have failed, or be in doubt.
    fn after_commit(&self);

    /// Called once after that if the commit has not failed, with the commands and what became of each.
    fn decided(&self, _commands: &[Submission], _results: &[SubmissionResult]) {}
}

/// Some observers.
pub type CommitObservers = std::sync::Arc<[std::sync::Arc<dyn CommitObserver>]>;
