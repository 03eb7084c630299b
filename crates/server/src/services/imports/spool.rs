//! A file on its way: from a request into the database, and from there to where it is read.
//!
//! Promises: no more than one part is in memory; a file that is put down on this machine is its owner's alone, and gone
//! when its last reader has gone. Must not know what is in a file.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

use onhand_core::ImportId;
use onhand_store::imports::ImportRow;
use onhand_store::{Error, Store, Tx, imports};
use tempfile::{NamedTempFile, TempPath};
use tokio::runtime::Handle;

use super::trouble::Trouble;
use crate::auth::token;
use crate::services::ServiceError;

/// Bytes of one part.
const PART_BYTES: usize = 256 * 1_024;
/// After so many parts it is asked again whether there is room for more.
const PARTS_ASKED: i64 = 64;

/// A file that is arriving.
pub struct UploadSink {
    store: Store,
    import: ImportId,
    waiting: Vec<u8>,
    parts: i64,
    bytes: i64,
    /// Bytes that the files of all imports may have together.
    room: u64,
}

impl UploadSink {
    /// Nothing has arrived yet.
    pub fn new(store: &Store, import: ImportId) -> Self {
        let waiting = Vec::with_capacity(PART_BYTES);
        Self { store: store.clone(), import, waiting, parts: 0, bytes: 0, room: u64::MAX }
    }

    /// The same, where the files of all imports may have so many bytes together.
    #[must_use]
    pub fn within(self, room: u64) -> Self {
        Self { room, ..self }
    }

    /// Takes what has arrived.
    pub async fn take(&mut self, mut bytes: &[u8]) -> Result<(), ServiceError> {
        self.bytes += bytes.len() as i64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PART_BYTES - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
            if self.waiting.len() == PART_BYTES {
                self.store_part().await?;
            }
        }
        Ok(())
    }

    /// All has arrived; how many bytes that is.
    pub async fn finish(&mut self) -> Result<i64, ServiceError> {
        if !self.waiting.is_empty() {
            self.store_part().await?;
        }
        self.check_room().await?;
        Ok(self.bytes)
    }

    async fn store_part(&mut self) -> Result<(), ServiceError> {
        if self.parts % PARTS_ASKED == 0 {
            self.check_room().await?;
        }
        let (import, number) = (self.import, self.parts);
        let part = std::sync::Arc::new(std::mem::replace(&mut self.waiting, Vec::with_capacity(PART_BYTES)));
        let body = async move |tx: &mut Tx<'_>| imports::add_part(tx, import, number, &part).await;
        self.store.write("imports.add_part", body).await?;
        self.parts += 1;
        Ok(())
    }

    /// Of several that arrive at once and do not fit together, each finds out when it asks next.
    async fn check_room(&self) -> Result<(), ServiceError> {
        if self.room == u64::MAX {
            return Ok(());
        }
        let bytes = self.store.read_inline("imports.bytes", async |tx| imports::bytes(tx).await).await?;
        if bytes.unsigned_abs() <= self.room {
            return Ok(());
        }
        let text = "The files of earlier imports take all the room that there is for them.";
        Err(ServiceError::rule("import_storage_full", text))
    }
}

/// A file while it arrives. If the request that takes it is gone before its end, as when a client breaks off, the file
/// is dropped.
pub struct PartialUpload {
    store: Store,
    import: Option<ImportId>,
}

impl PartialUpload {
    /// Makes the import whose file arrives. The request that waits for it may be gone before it is made.
    pub async fn begin(store: &Store, new: ImportRow) -> Result<(ImportRow, Self), Error> {
        let store = store.clone();
        let making = tokio::spawn(async move {
            let import = store.write("imports.insert", async move |tx| imports::insert(tx, &new).await).await?;
            let half = Self { store, import: Some(import.id) };
            Ok((import, half))
        });
        making.await.unwrap_or_else(|fault| Err(Error::Internal(fault.to_string())))
    }

    /// The file is whole, and a worker takes it.
    pub fn is_whole(mut self) {
        self.import = None;
    }

    /// The file will not become whole.
    pub async fn abandon(mut self) {
        if let Some(import) = self.import.take() {
            abandon(self.store.clone(), import).await;
        }
    }
}

impl Drop for PartialUpload {
    fn drop(&mut self) {
        // Where everything comes to its end, it is swept later.
        if let (Some(import), Ok(runtime)) = (self.import.take(), Handle::try_current()) {
            runtime.spawn(abandon(self.store.clone(), import));
        }
    }
}

/// Drops what is there of a file that will not become whole.
pub async fn abandon(store: Store, import: ImportId) {
    loop {
        let body = async move |tx: &mut Tx<'_>| imports::abandon(tx, import).await;
        match store.write("imports.abandon", body).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(fault) => {
                tracing::warn!(import = import.get(), %fault, "cannot delete a partial upload; it is deleted later");
                return;
            }
        }
    }
}

/// Brings a stored file to a temporary file, which is gone when it is dropped. Tasks that answer requests never wait
/// for the disk of that file.
pub async fn fetch(store: &Store, import: ImportId) -> Result<NamedTempFile, Trouble> {
    let mut file = apart(make).await?;
    for number in 0.. {
        let body = async move |tx: &mut Tx<'_>| imports::part(tx, import, number).await;
        let Some(part) = store.read("imports.part", body).await? else { break };
        file = apart(move || file.as_file_mut().write_all(&part).map(|()| file)).await?;
    }
    apart(move || {
        file.as_file_mut().flush()?;
        file.as_file_mut().rewind()?;
        Ok(file)
    })
    .await
}

/// A file that is gone when it is dropped. Made here, and written as a plain file: the crate puts paths into its errors
/// in place of their numbers.
fn make() -> io::Result<NamedTempFile> {
    let name = format!(".onhand-import-{}", crate::hex::encode(&token::random::<16>()));
    let path = std::env::temp_dir().join(name);
    let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    Ok(NamedTempFile::from_parts(file, TempPath::try_from_path(path)?))
}

/// Does something with a file, away from those who answer.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Trouble> {
    let broken = |fault| io::Error::other(format!("a thread has panicked: {fault}"));
    Ok(tokio::task::spawn_blocking(work).await.map_err(broken)??)
}
