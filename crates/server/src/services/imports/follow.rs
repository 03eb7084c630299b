//! What follows an import that has ended: a dry run is applied, and what an import did is undone.
//!
//! Promises: each follows an import once; who asks again gets the import that was begun before. Must not know how it
//! was asked for.

use onhand_store::Tx;
use onhand_store::imports::{self, ImportRow, Kind, State, Task};

use super::receive;
use crate::services::{Requester, ServiceError, Services};

/// Applies a dry run. If it is forced, rows are written, too, whose stock or price was written since. The import that does it.
pub async fn apply(
    services: &Services,
    requester: &Requester,
    dry_run: ImportRow,
    is_forced: bool,
) -> Result<ImportRow, ServiceError> {
    if dry_run.kind == Kind::StockLists || dry_run.task != Task::Preview {
        return Err(not_fitting("only a dry run can be applied"));
    }
    follow(services, requester, dry_run, (Task::Apply, is_forced)).await
}

/// Undoes an import, where nothing newer has happened. The import that does it.
pub async fn undo(
    services: &Services,
    requester: &Requester,
    import: ImportRow,
    is_forced: bool,
) -> Result<ImportRow, ServiceError> {
    if import.kind == Kind::StockLists || !matches!(import.task, Task::Import | Task::Apply) {
        return Err(not_fitting("only an import that was applied can be undone"));
    }
    follow(services, requester, import, (Task::Undo, is_forced)).await
}

fn not_fitting(why: &str) -> ServiceError {
    ServiceError::rule("import_not_fitting", format!("This cannot be done: {why}."))
}

/// An import has not come to a good end yet, or at all.
pub(super) fn not_completed(state: State) -> ServiceError {
    let text = format!("This import is {}; wait until it is completed.", state.word());
    ServiceError::rule("import_not_completed", text)
}

async fn follow(
    services: &Services,
    requester: &Requester,
    source: ImportRow,
    (task, is_forced): (Task, bool),
) -> Result<ImportRow, ServiceError> {
    if source.state != State::Completed {
        return Err(not_completed(source.state));
    }
    let new = ImportRow {
        mode: source.mode,
        is_forced,
        source: Some(source.id),
        price_list: source.price_list,
        state: State::Waiting,
        file_name: source.file_name,
        time_zone: source.time_zone,
        ..receive::arriving(services, requester, (source.kind, task), source.list)
    };
    let id = source.id;
    let body = async move |tx: &mut Tx<'_>| match imports::by_source(tx, id, task).await? {
        Some(started) => Ok(started),
        None => imports::insert(tx, &new).await,
    };
    let import = match services.store.write("imports.follow", body.clone()).await {
        // Another caller was faster: now it is there.
        Err(fault) if fault.is_taken("import_source_id") => services.store.write("imports.follow", body).await?,
        ended => ended?,
    };
    services.import_queue.wake();
    Ok(import)
}
