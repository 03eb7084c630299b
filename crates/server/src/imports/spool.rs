//! A file on its way: from a request into the database, and from there to where it is read.
//!
//! Promises: no more than one piece is in memory. Must not know what is in a file.

use std::io::{Seek as _, Write as _};

use onhand_core::ImportId;
use onhand_store::{Error, Store, Tx, imports};
use tempfile::NamedTempFile;

/// Bytes of one piece.
const PART_BYTES: usize = 256 * 1_024;

/// A file that is arriving.
pub struct Arriving {
    store: Store,
    import: ImportId,
    waiting: Vec<u8>,
    parts: i64,
    bytes: i64,
}

impl Arriving {
    /// Nothing has arrived yet.
    pub fn new(store: &Store, import: ImportId) -> Self {
        Self { store: store.clone(), import, waiting: Vec::with_capacity(PART_BYTES), parts: 0, bytes: 0 }
    }

    /// Takes what has arrived.
    pub async fn take(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
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
    pub async fn finish(mut self) -> Result<i64, Error> {
        if !self.waiting.is_empty() {
            self.store_part().await?;
        }
        Ok(self.bytes)
    }

    async fn store_part(&mut self) -> Result<(), Error> {
        let (import, number) = (self.import, self.parts);
        let part = std::sync::Arc::new(std::mem::replace(&mut self.waiting, Vec::with_capacity(PART_BYTES)));
        let body = async move |tx: &mut Tx<'_>| imports::add_part(tx, import, number, &part).await;
        self.store.write("imports.add_part", body).await?;
        self.parts += 1;
        Ok(())
    }
}

/// Brings a stored file to a place where it can be read, which is gone when it is dropped.
pub async fn fetch(store: &Store, import: ImportId) -> anyhow::Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    for number in 0.. {
        let body = async move |tx: &mut Tx<'_>| imports::part(tx, import, number).await;
        let Some(part) = store.read("imports.part", body).await? else { break };
        file.write_all(&part)?;
    }
    file.flush()?;
    file.rewind()?;
    Ok(file)
}
