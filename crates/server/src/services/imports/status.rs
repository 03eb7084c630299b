//! The status of an import: how far it is, which of its rows failed, what delays it and what followed it.
//!
//! Promises: looking often costs little: chunks are read only where rows have failed. A file that has not arrived whole
//! is no import yet. Must not know how a status is shown.

use onhand_core::{ImportId, PriceListId, StockListId};
use onhand_store::imports::{self, ImportRow, State, Task};
use onhand_store::query::{ListQuery, Page};
use onhand_store::{Store, Tx};

use super::results::{self, Part};
use super::row_results::RowResult;
use crate::services::{ServiceError, Services};

/// How far an import is.
#[derive(Clone, Debug)]
pub struct ImportStatus {
    /// The import as it is stored, with its counts.
    pub import: ImportRow,
    /// A part of its rows that failed.
    pub failures: Vec<RowResult>,
    /// Whether more rows failed behind this part.
    pub has_more_failures: bool,
    /// Why it failed, or a remark on how it ended.
    pub error: Option<String>,
    /// What it lacks just now, if it is not over.
    pub delayed: Option<String>,
    /// The key of the import that applies it.
    pub applied_by: Option<String>,
    /// The key of the import that undoes it.
    pub undone_by: Option<String>,
}

impl ImportStatus {
    /// Headings of the file that mean nothing here.
    pub fn ignored_columns(&self) -> Vec<String> {
        serde_json::from_str(&self.import.ignored_columns).unwrap_or_default()
    }
}

/// The import with a key, if it belongs to a list; to any list or none, if no list is asked for.
pub async fn find(store: &Store, list: Option<StockListId>, key: String) -> Result<ImportRow, ServiceError> {
    found(store, key, |import| list.is_none() || list == import.list).await
}

/// The import with a key, if it belongs to a price list.
pub async fn find_of_prices(store: &Store, list: PriceListId, key: String) -> Result<ImportRow, ServiceError> {
    found(store, key, |import| import.price_list == Some(list)).await
}

async fn found(store: &Store, key: String, is_meant: impl Fn(&ImportRow) -> bool) -> Result<ImportRow, ServiceError> {
    if key.contains('\0') {
        return Err(ServiceError::NotFound); // no text that is stored has one
    }
    let import = store.read_inline("imports.by_key", async move |tx| imports::by_key(tx, &key).await).await?;
    let fits = |import: &ImportRow| import.state != State::Receiving && is_meant(import);
    import.filter(fits).ok_or(ServiceError::NotFound)
}

/// The import with an id. One that has not arrived whole is none.
pub async fn by_id(store: &Store, id: ImportId) -> Result<ImportRow, ServiceError> {
    let import = store.read_inline("imports.by_id", async move |tx| imports::by_id(tx, id).await).await?;
    import.filter(|import| import.state != State::Receiving).ok_or(ServiceError::NotFound)
}

/// A part of the imports.
pub async fn page(store: &Store, listing: ListQuery) -> Result<Page<ImportRow>, ServiceError> {
    Ok(store.read("imports.page", async move |tx| imports::page(tx, &listing).await).await?)
}

/// How far an import is, with a part of its rows that failed.
pub async fn status(services: &Services, import: ImportRow, part: Part) -> Result<ImportStatus, ServiceError> {
    let id = import.id;
    // Looking for rows that failed means looking at every chunk, and a client asks many times a second.
    let has_failures = import.counts.failed > part.skip;
    let body = async move |tx: &mut Tx<'_>| {
        let key = |import: Option<ImportRow>| import.map(|import| import.cache_key);
        let failures = match has_failures {
            true => results::failures(tx, id, part).await?,
            false => Vec::new(),
        };
        let applied = key(imports::by_source(tx, id, Task::Apply).await?);
        Ok((failures, applied, key(imports::by_source(tx, id, Task::Undo).await?)))
    };
    let (failures, applied_by, undone_by) = services.store.read("imports.status", body).await?;
    let told = import.error.clone();
    let (error, delayed) = match import.finished_at {
        Some(_) => (told, None),
        None => (None, told.or_else(|| services.import_queue.delays.told(id))),
    };
    let has_more_failures = part.skip + (part.limit as i64) < import.counts.failed;
    Ok(ImportStatus { import, failures, has_more_failures, error, delayed, applied_by, undone_by })
}

/// A part of the rows of an import that changed something, or in a dry run would.
pub async fn changes(store: &Store, import: &ImportRow, part: Part) -> Result<Vec<RowResult>, ServiceError> {
    let id = import.id;
    Ok(store.read("imports.changes", async move |tx| results::changes(tx, id, part).await).await?)
}
