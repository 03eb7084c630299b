//! How an import begins: with a file that arrives, or with an import that has ended.
//!
//! Promises: the same for every caller, whichever way; what follows an import follows it once. Must not know how it was
//! asked for.

use onhand_core::{StockListId, Timestamp, UserId};
use onhand_store::imports::{self, ImportRow, Kind, State, Task};
use onhand_store::{Error, Store, Tx};
use uuid::Builder;

use crate::auth::token;

/// The most characters that are kept of a file's name.
const FILE_NAME_CHARS_MAX: usize = 255;

/// Who wants something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Requester {
    /// Who.
    pub actor: UserId,
    /// When.
    pub now: Timestamp,
}

/// Why nothing can follow an import.
#[derive(Debug, thiserror::Error)]
pub enum FollowUpError {
    /// It is not of a kind that this can follow.
    #[error("This cannot be done: {0}.")]
    NotFitting(&'static str),
    /// It has not come to a good end.
    #[error("This import is {}; wait until it is completed.", .0.word())]
    NotCompleted(State),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// An import that is about to begin: its file has not arrived.
pub fn import(kind: Kind, task: Task, list: Option<StockListId>, asked: Requester) -> ImportRow {
    let cache_key = Builder::from_random_bytes(token::random()).into_uuid().to_string();
    ImportRow { list, ..ImportRow::arriving(cache_key, kind, task, asked.actor, asked.now) }
}

/// What is kept of a file's name.
pub fn file_name(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(FILE_NAME_CHARS_MAX).collect()
}

/// Applies a dry run or takes an import back. Asked again, it answers with what was started before.
pub async fn follow(
    store: &Store,
    source: ImportRow,
    (task, is_forced): (Task, bool),
    asked: Requester,
) -> Result<ImportRow, FollowUpError> {
    let (of, otherwise): (&[Task], _) = match task {
        Task::Undo => (&[Task::Import, Task::Apply], "only an import that was applied can be undone"),
        _ => (&[Task::Preview], "only a dry run can be applied"),
    };
    if source.kind != Kind::Stocks || !of.contains(&source.task) {
        return Err(FollowUpError::NotFitting(otherwise));
    }
    if source.state != State::Completed {
        return Err(FollowUpError::NotCompleted(source.state));
    }
    let new = ImportRow {
        mode: source.mode,
        is_forced,
        source: Some(source.id),
        state: State::Waiting,
        file_name: source.file_name,
        time_zone: source.time_zone,
        ..import(source.kind, task, source.list, asked)
    };
    let id = source.id;
    let body = async move |tx: &mut Tx<'_>| match imports::by_source(tx, id, task).await? {
        Some(started) => Ok(started),
        None => imports::insert(tx, &new).await,
    };
    match store.write("imports.follow", body.clone()).await {
        // Another caller was faster: now it is there.
        Err(fault) if fault.is_taken("import_source_id") => Ok(store.write("imports.follow", body).await?),
        ended => Ok(ended?),
    }
}
