//! How the file of an import is read: the column mapping that was sent with it, what it was understood as, and the
//! mappings that a list remembers.
//!
//! Promises: a list remembers a bounded number of mappings, the newest ones. Must not know what a mapping says.

use onhand_core::{ImportId, PriceListId, StockListId, Timestamp};

use super::{
    FORGET_MAPPING, FORGET_MAPPINGS, FORGET_PRICE_MAPPING, FORGET_PRICE_MAPPINGS, PRICES_REMEMBERED, READ_AS, READING,
    REMEMBER, REMEMBER_PRICES, REMEMBERED, UNDERSTOOD,
};
use crate::engine::Row;
use crate::sql::values;
use crate::{Error, Tx};

/// The mappings that one list remembers.
pub const REMEMBERED_MAX: usize = 100;

/// A list that remembers mappings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MappedList {
    /// A stock list.
    Stocks(StockListId),
    /// A price list.
    Prices(PriceListId),
}

impl MappedList {
    const fn id(self) -> i64 {
        match self {
            Self::Stocks(list) => list.get(),
            Self::Prices(list) => list.get(),
        }
    }
}

/// How the file of an import is read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FileReading {
    /// What its sender says of its columns; a JSON object.
    pub mapping: Option<String>,
    /// How it was understood; a JSON object.
    pub layout: Option<String>,
    /// The import whose file it is, where that is another one.
    pub file_of: Option<ImportId>,
}

/// How the file of an import is read.
pub async fn reading(tx: &mut Tx<'_>, id: ImportId) -> Result<FileReading, Error> {
    let read = |row: &Row<'_>| {
        let file_of = row.get::<Option<i64>>(2)?.map(ImportId::new);
        Ok(FileReading { mapping: row.get(0)?, layout: row.get(1)?, file_of })
    };
    Ok(tx.first(&READING, &values![id.get()], read).await?.unwrap_or_default())
}

/// Says how the file of a new import is to be read.
pub async fn read_as(
    tx: &mut Tx<'_>,
    id: ImportId,
    mapping: Option<&str>,
    file_of: Option<ImportId>,
) -> Result<(), Error> {
    tx.execute(&READ_AS, &values![id.get(), mapping, file_of.map(ImportId::get)]).await?;
    Ok(())
}

/// Stores how a file was understood.
pub async fn understood(tx: &mut Tx<'_>, id: ImportId, layout: &str) -> Result<(), Error> {
    tx.execute(&UNDERSTOOD, &values![id.get(), layout]).await?;
    Ok(())
}

/// The mappings that a list remembers, by the hash of the headings that they are for.
pub async fn remembered(tx: &mut Tx<'_>, list: MappedList) -> Result<Vec<(String, String)>, Error> {
    let statement = match list {
        MappedList::Stocks(_) => &REMEMBERED,
        MappedList::Prices(_) => &PRICES_REMEMBERED,
    };
    tx.all(statement, &values![list.id()], |row| Ok((row.get(0)?, row.get(1)?))).await
}

/// Remembers the mapping for some headings; none forgets what was remembered for them.
pub async fn remember(
    tx: &mut Tx<'_>,
    list: MappedList,
    (headings, mapping): (&str, Option<&str>),
    now: Timestamp,
) -> Result<(), Error> {
    let (remember, forget, forget_old) = match list {
        MappedList::Stocks(_) => (&REMEMBER, &FORGET_MAPPING, &FORGET_MAPPINGS),
        MappedList::Prices(_) => (&REMEMBER_PRICES, &FORGET_PRICE_MAPPING, &FORGET_PRICE_MAPPINGS),
    };
    let Some(mapping) = mapping else {
        tx.execute(forget, &values![list.id(), headings]).await?;
        return Ok(());
    };
    tx.execute(remember, &values![list.id(), headings, mapping, now.micros()]).await?;
    tx.execute(forget_old, &values![list.id(), REMEMBERED_MAX as i64]).await?;
    Ok(())
}
