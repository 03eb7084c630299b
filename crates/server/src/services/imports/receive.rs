//! Receiving a file: it arrives part by part, and when it is whole the work on it may begin.
//!
//! Promises: memory does not depend on the size of the file; a file that does not become whole leaves nothing that
//! takes effect; a request that is sent again begins no second import. Must not know how the bytes come, or what is in
//! them.

use std::sync::Arc;

use onhand_core::import::ColumnMapping;
use onhand_core::{PriceListId, StockListId};
use onhand_store::idempotency::{self, Answer};
use onhand_store::imports::{self, ImportRow, Kind, Task};
use onhand_store::{Error, Tx};
use sha2::{Digest as _, Sha256};
use uuid::Builder;

use super::mapping;
use super::spool::{PartialUpload, UploadSink};
use crate::auth::token;
use crate::services::submission::{Rendered, RequestKey};
use crate::services::{Requester, ServiceError, Services};

/// The most characters that are kept of a file's name.
const FILE_NAME_CHARS_MAX: usize = 255;

/// What is to be done with a file that has arrived.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ImportOptions {
    /// What its sender calls it.
    pub file_name: String,
    /// `upsert`, `replace` or `adjust`; `upsert` if it is not said.
    pub mode: Option<String>,
    /// Whether it is a dry run.
    pub is_dry_run: bool,
    /// What is said of its columns.
    pub mapping: Option<ColumnMapping>,
}

/// A request that may be sent again, and the answer that it gets: made from the key of the import.
pub type Repeatable<'r> = (RequestKey, &'r (dyn Fn(&str) -> Rendered + Send + Sync));

/// How an upload ended whose file is complete.
#[derive(Debug)]
pub enum Received {
    /// The work on it may begin: its import key.
    Now(String),
    /// The same request was done before, and this was the answer to it.
    Before(Answer),
}

/// A file that is arriving.
pub struct Receiving {
    services: Arc<Services>,
    import: ImportRow,
    partial: PartialUpload,
    sink: UploadSink,
    hash: Sha256,
}

/// Begins to receive a file of a kind, for a list if it is of stocks.
pub async fn begin(
    services: &Arc<Services>,
    requester: &Requester,
    kind: Kind,
    list: Option<StockListId>,
) -> Result<Receiving, ServiceError> {
    let time_zone = services.zone_of_file(list).await?;
    receive(services, ImportRow { time_zone, ..arriving(services, requester, (kind, Task::Import), list) }).await
}

/// Begins to receive a file of the prices of a list.
pub async fn begin_prices(
    services: &Arc<Services>,
    requester: &Requester,
    list: PriceListId,
) -> Result<Receiving, ServiceError> {
    let new = arriving(services, requester, (Kind::Prices, Task::Import), None);
    receive(services, ImportRow { price_list: Some(list), ..new }).await
}

async fn receive(services: &Arc<Services>, new: ImportRow) -> Result<Receiving, ServiceError> {
    let (import, partial) = PartialUpload::begin(&services.store, new).await?;
    let sink = UploadSink::new(&services.store, import.id);
    Ok(Receiving { services: services.clone(), import, partial, sink, hash: Sha256::new() })
}

/// An import that is about to begin: its file has not arrived.
pub(super) fn arriving(
    services: &Services,
    requester: &Requester,
    (kind, task): (Kind, Task),
    list: Option<StockListId>,
) -> ImportRow {
    let cache_key = Builder::from_random_bytes(token::random()).into_uuid().to_string();
    ImportRow { list, ..ImportRow::arriving(cache_key, kind, task, requester.account, services.clock.now()) }
}

impl Receiving {
    /// The same, where the files of all imports may have so many bytes together.
    #[must_use]
    pub fn within(self, room: u64) -> Self {
        Self { sink: self.sink.within(room), ..self }
    }

    /// Takes what has arrived.
    pub async fn take(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        self.hash.update(bytes);
        self.sink.take(bytes).await
    }

    /// All has arrived; how many bytes that is.
    pub async fn complete(&mut self) -> Result<i64, ServiceError> {
        self.import.file_bytes = self.sink.finish().await?;
        Ok(self.import.file_bytes)
    }

    /// Lets the work on the complete file begin, unless the same request was done before.
    pub async fn start(self, options: ImportOptions, again: Option<Repeatable<'_>>) -> Result<Received, ServiceError> {
        let Self { services, import, partial, hash, .. } = self;
        let ended = async {
            let import = ImportRow {
                mode: options.mode.unwrap_or(import.mode),
                task: if options.is_dry_run { Task::Preview } else { Task::Import },
                file_name: options.file_name.chars().filter(|c| !c.is_control()).take(FILE_NAME_CHARS_MAX).collect(),
                ..import
            };
            let mapping = options.mapping.as_ref().map(mapping::write);
            let said = mapping.as_deref().unwrap_or_default();
            let request =
                [&hash.finalize()[..], import.task.word().as_bytes(), import.mode.as_bytes(), said.as_bytes()].concat();
            let answer = again.map(|(key, render)| {
                let (key, fingerprint) = key.with(&request).checked()?;
                let (status, body) = render(&import.cache_key);
                Ok::<_, ServiceError>((key, Answer { fingerprint: fingerprint.to_vec(), status, body }))
            });
            arrived(&services, (import, mapping), answer.transpose()?).await
        };
        let received = ended.await;
        match &received {
            Ok(Received::Now(_)) => {
                partial.is_whole();
                services.import_queue.wake();
            }
            Ok(Received::Before(_)) | Err(_) => partial.abandon().await,
        }
        received
    }

    /// The file will not become whole.
    pub async fn abandon(self) {
        self.partial.abandon().await;
    }
}

/// What happens with a complete file.
enum Begun {
    /// The work begins.
    Now,
    /// The same request was answered before.
    Before(Answer),
    /// The key was used for another request.
    KeyReused,
    /// The file was deleted before it was whole, since it took too long.
    Late,
}

async fn arrived(
    services: &Services,
    (import, mapping): (ImportRow, Option<String>),
    answer: Option<(idempotency::Key, Answer)>,
) -> Result<Received, ServiceError> {
    let (now, cache_key) = (services.clock.now(), import.cache_key.clone());
    let body = async move |tx: &mut Tx<'_>| {
        if let Some((key, answer)) = &answer
            && let Some((_, known)) = idempotency::find_all(tx, [key]).await?.into_iter().next()
        {
            return Ok(if known.fingerprint == answer.fingerprint { Begun::Before(known) } else { Begun::KeyReused });
        }
        if !imports::arrived(tx, &import).await? {
            return Ok(Begun::Late);
        }
        if mapping.is_some() {
            imports::read_as(tx, import.id, mapping.as_deref(), None).await?;
        }
        if let Some((key, answer)) = &answer {
            idempotency::insert_all(tx, [(key, answer)], now).await?;
        }
        Ok(Begun::Now)
    };
    let begun = match services.store.write("imports.arrived", body.clone()).await {
        // The same request was faster: now its answer is there.
        Err(Error::UniqueViolation { .. }) => services.store.write("imports.arrived", body).await,
        begun => begun,
    };
    match begun? {
        Begun::Now => Ok(Received::Now(cache_key)),
        Begun::Before(known) => Ok(Received::Before(known)),
        Begun::KeyReused => Err(ServiceError::KeyReused),
        Begun::Late => Err(ServiceError::Late),
    }
}
