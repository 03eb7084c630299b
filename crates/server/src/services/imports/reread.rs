//! Reading the file of an import once more with another column mapping, which begins another import.
//!
//! Promises: no row of the file takes effect twice by it; the file itself is not stored again. Must not know how it was
//! asked for.

use onhand_core::import::ColumnMapping;
use onhand_store::idempotency;
use onhand_store::imports::{self, FileReading, ImportRow, Kind, State, Task};
use onhand_store::{Error, Tx};

use super::layout::Layout;
use super::{follow, mapping, receive};
use crate::services::submission::RequestKey;
use crate::services::{Requester, ServiceError, Services};

/// The layout of the file of an import, once it was looked at.
pub async fn layout(services: &Services, import: &ImportRow) -> Result<Layout, ServiceError> {
    if let Some(layout) = known_layout(services, import).await? {
        return Ok(layout);
    }
    Err(match import.state {
        State::Failed => ServiceError::rule("import_failed", import.error.clone().unwrap_or_default()),
        State::Completed => ServiceError::NotFound,
        state => follow::not_completed(state),
    })
}

/// The same, if it is known. What applies a preview has the preview's.
pub async fn known_layout(services: &Services, import: &ImportRow) -> Result<Option<Layout>, ServiceError> {
    let id = match import.task {
        Task::Apply => import.source.unwrap_or(import.id),
        _ => import.id,
    };
    let read = async move |tx: &mut Tx<'_>| imports::reading(tx, id).await;
    let reading = services.store.read("imports.reading", read).await?;
    Ok(reading.layout.as_deref().and_then(Layout::decode))
}

/// Whether the file of an import can be read with another mapping: none of its rows has taken effect.
pub fn can_be_read_again(import: &ImportRow) -> bool {
    let is_read = match import.kind {
        Kind::Stocks => import.list.is_some(),
        Kind::Prices => import.price_list.is_some(),
        Kind::StockLists => false,
    };
    let is_without_effect = match import.task {
        Task::Preview => true,
        Task::Import => import.counts.sum() == 0,
        Task::Apply | Task::Undo => false,
    };
    is_read && is_without_effect && matches!(import.state, State::Completed | State::Failed)
}

/// Reads the file of an import again. The import that does it; the same one for the same request.
pub async fn read_again(
    services: &Services,
    requester: &Requester,
    (source, mapping, is_dry_run): (ImportRow, ColumnMapping, bool),
    key: Option<RequestKey>,
) -> Result<ImportRow, ServiceError> {
    if !matches!(source.state, State::Completed | State::Failed) {
        return Err(follow::not_completed(source.state));
    }
    if !can_be_read_again(&source) {
        let text = "This cannot be done: rows of this import have taken effect, or it has no file of its own.";
        return Err(ServiceError::rule("import_not_fitting", text));
    }
    let task = if is_dry_run { Task::Preview } else { Task::Import };
    let new = ImportRow {
        mode: source.mode.clone(),
        price_list: source.price_list,
        state: State::Waiting,
        file_name: source.file_name.clone(),
        time_zone: source.time_zone.clone(),
        ..receive::arriving(services, requester, (source.kind, task), source.list)
    };
    let said = mapping::write(&mapping);
    let content = format!("{} {} {said}", source.cache_key, task.word());
    let answer = key.map(|key| {
        let (key, fingerprint) = key.with(content.as_bytes()).checked()?;
        let body = new.cache_key.clone().into_bytes();
        Ok::<_, ServiceError>((key, idempotency::Answer { fingerprint: fingerprint.to_vec(), status: 200, body }))
    });
    let begun = begin(services, (source.id, new, said), answer.transpose()?).await?;
    services.import_queue.wake();
    begun.ok_or(ServiceError::KeyReused)
}

/// Makes the import, unless the same request has made one; none where the key was used for another request.
async fn begin(
    services: &Services,
    (source, new, said): (onhand_core::ImportId, ImportRow, String),
    answer: Option<(idempotency::Key, idempotency::Answer)>,
) -> Result<Option<ImportRow>, ServiceError> {
    let now = services.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        if let Some((key, answer)) = &answer
            && let Some((_, known)) = idempotency::find_all(tx, [key]).await?.into_iter().next()
        {
            return match known.fingerprint == answer.fingerprint {
                true => imports::by_key(tx, &String::from_utf8_lossy(&known.body)).await,
                false => Ok(None),
            };
        }
        let FileReading { file_of, .. } = imports::reading(tx, source).await?;
        let import = imports::insert(tx, &new).await?;
        imports::read_as(tx, import.id, Some(&said), Some(file_of.unwrap_or(source))).await?;
        if let Some((key, answer)) = &answer {
            idempotency::insert_all(tx, [(key, answer)], now).await?;
        }
        Ok(Some(import))
    };
    match services.store.write("imports.read_again", body.clone()).await {
        // The same request was faster: now its answer is there.
        Err(Error::UniqueViolation { .. }) => Ok(services.store.write("imports.read_again", body).await?),
        begun => Ok(begun?),
    }
}
