//! Rows of an import, decided ahead of their turn by the same rules, so that the ledger only has to write them.
//!
//! Promises: nothing is changed here; what is decided counts only if the ledger finds the stocks as they were seen. Must not
//! know what is stored of a row.

use onhand_core::command::ImportStocks;
use onhand_core::{Command, Context, IdKind, IdSource, Outcome, Shelf, decide};
use onhand_store::ahead::{self, Ahead};
use onhand_store::{Error, Store, Tx, ids};

/// Decides one piece of an import after the other.
pub struct Decider {
    store: Store,
    ids: IdSource,
}

impl Decider {
    /// Has decided nothing yet.
    pub fn new(store: &Store) -> Self {
        Self { store: store.clone(), ids: IdSource::default() }
    }

    /// Decides some rows, if they can be decided ahead, and gives them back with what came of that. `render` makes what is
    /// stored of it. Works where it is called, so not where requests are answered.
    pub async fn decide<T: Send + 'static>(
        &mut self,
        import: ImportStocks,
        context: Context,
        render: impl Fn(&Outcome) -> T + Send + 'static,
    ) -> Result<(Command, Option<(Ahead, T)>), Error> {
        let command = Command::ImportStocks(import);
        let movements = command.ids_needed(IdKind::Movement) as i64;
        ids::refill(&self.store, &mut self.ids, |kind| if kind == IdKind::Movement { movements } else { 0 }).await?;
        let ids = self.ids.clone();
        let body = async move |tx: &mut Tx<'_>| {
            let mut shelf = Shelf::new(ids);
            let Command::ImportStocks(import) = &command else { return Ok((command, None, shelf.ids)) };
            let skus = import.rows.iter().map(|row| row.sku.as_str());
            let Some(seen) = ahead::look(tx, import.list, skus, &mut shelf).await? else {
                return Ok((command, None, shelf.ids));
            };
            let outcome = decide(&mut shelf, &command, context);
            let ids = shelf.ids.clone();
            let ahead = outcome.ok().and_then(|outcome| Some((Ahead::of(shelf, &seen)?, render(&outcome))));
            Ok((command, ahead, ids))
        };
        let (command, ahead, ids) = self.store.glance("ledger.ahead", body).await?;
        self.ids = ids;
        Ok((command, ahead))
    }
}
