//! Speculative batches: chunks of an import that are decided before their turn by the same rules, so that the writer
//! only has to write them.
//!
//! Promises: nothing is changed here; a decision counts only if the writer finds the stocks in the observed versions.
//! Must not know what is stored of a row.

use std::sync::Arc;

use onhand_core::commands::ImportStocks;
use onhand_core::{Command, Context, IdAllocator, IdKind, Outcome, WorkingSet, decide};
use onhand_store::unit_of_work::optimistic::{self, ObservedVersions, SpeculativeBatch};
use onhand_store::{Error, Store, Tx, ids};

/// Decides one chunk of an import after the other.
pub struct SpeculativeDecider {
    store: Store,
    ids: IdAllocator,
}

impl SpeculativeDecider {
    /// Has decided nothing yet.
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), ids: IdAllocator::default() }
    }

    /// Decides a chunk, if it can be decided before its turn, and gives its command back with the result. `render`
    /// makes what is stored of it. Works where it is called, so not where requests are answered.
    pub async fn decide<T: Send + 'static>(
        &mut self,
        import: ImportStocks,
        context: Context,
        render: impl Fn(&Outcome) -> T + Send + 'static,
    ) -> Result<(Command, Option<(SpeculativeBatch, T)>), Error> {
        let command = Command::ImportStocks(import);
        let movements = command.ids_needed(IdKind::Movement) as i64;
        ids::reserve_ranges(&self.store, &mut self.ids, |kind| if kind == IdKind::Movement { movements } else { 0 })
            .await?;
        let Some((mut working_set, observed)) = self.observe(&command).await? else { return Ok((command, None)) };
        let outcome = decide(&mut working_set, &command, context);
        self.ids = working_set.ids.clone();
        let speculative =
            outcome.ok().and_then(|outcome| Some((SpeculativeBatch::of(working_set, &observed)?, render(&outcome))));
        Ok((command, speculative))
    }

    /// The stocks that a chunk is about, if it can be decided before its turn.
    async fn observe(&self, command: &Command) -> Result<Option<(WorkingSet, ObservedVersions)>, Error> {
        let Command::ImportStocks(import) = command else { return Ok(None) };
        let (list, ids) = (import.list, self.ids.clone());
        let skus: Arc<[String]> = import.rows.iter().map(|row| row.sku.clone()).collect();
        let body = async move |tx: &mut Tx<'_>| {
            let mut working_set = WorkingSet::new(ids);
            let observed = optimistic::observe(tx, list, skus.iter().map(String::as_str), &mut working_set).await?;
            Ok(observed.map(|observed| (working_set, observed)))
        };
        self.store.read_inline("writer.speculate", body).await
    }
}
