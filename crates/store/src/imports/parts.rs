//! The parts of an uploaded file, as they arrive and as they are read.
//!
//! Promises: the size of a file grows with each of its parts. Must not know what is in them.

use onhand_core::ImportId;

use super::{ADD_PART, BYTES, GROW, PART};
use crate::sql::values;
use crate::{Error, Tx};

/// Stores a part of a file. Parts are counted from 0.
pub async fn add_part(tx: &mut Tx<'_>, id: ImportId, number: i64, bytes: &[u8]) -> Result<(), Error> {
    tx.execute(&ADD_PART, &values![id.get(), number, bytes]).await?;
    tx.execute(&GROW, &values![id.get(), bytes.len() as i64]).await?;
    Ok(())
}

/// How many bytes the files of all imports have, those that are arriving included.
pub async fn bytes(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(&BYTES, &values![0], |row| row.get(0)).await?.unwrap_or(0))
}

/// A part of a file.
pub async fn part(tx: &mut Tx<'_>, id: ImportId, number: i64) -> Result<Option<Vec<u8>>, Error> {
    tx.first(&PART, &values![id.get(), number], |row| row.get(0)).await
}
