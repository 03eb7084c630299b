//! Importing stock lists: a file with names, codes and whether each list follows the ERP.
//!
//! Promises: a list that is there as the row says is left alone; one that differs is a fault of the row, because a file
//! makes lists and changes none. Must not know file formats.

use std::sync::Arc;

use onhand_core::Timestamp;
use onhand_store::imports::{self, Chunk, Description, ImportRow, Task};
use onhand_store::resource::{self, Record};
use onhand_store::tables::stock_lists::{self, STOCK_LISTS};
use onhand_store::{Error, Tx};

use super::{ImportWorkers, JobError, blocking};
use crate::services::imports::messages::RowText;
use crate::services::imports::row_results::{self, ResultStatus, RowResult};
use crate::services::imports::stock_list_rows::{self, ListFile, WantedList};
use crate::services::imports::{CHUNK_ROWS, spool};

/// Makes the lists of a file, or says which it would make.
pub(super) async fn run(workers: &Arc<ImportWorkers>, import: &ImportRow) -> Result<Option<String>, JobError> {
    let (id, now) = (import.id, workers.services.clock.now());
    let file = spool::fetch(&workers.services.store, id).await?;
    let path = file.path().to_owned();
    let ListFile { format, encoding, ignored, rows } = blocking(move || stock_list_rows::read(&path)).await?;
    let found = Description {
        format: format.to_owned(),
        encoding: encoding.unwrap_or_default().to_owned(),
        ignored_columns: serde_json::Value::from(ignored).to_string(),
        total: rows.len() as i64,
    };
    let body = async move |tx: &mut Tx<'_>| {
        imports::begin(tx, id, now).await?;
        imports::describe(tx, id, &found).await
    };
    workers.services.store.write("imports.begin", body).await?;
    // A dry run makes nothing, so it remembers what it would have made: a later row of the file meets it.
    let mut promised = (import.task == Task::Preview).then(Vec::new);
    for (number, rows) in rows.chunks(CHUNK_ROWS).enumerate() {
        let (rows, number, known) = (Arc::new(rows.to_vec()), number as i64, promised.clone());
        let body = async move |tx: &mut Tx<'_>| {
            let (mut known, is_done) = (known.clone(), imports::has_chunk(tx, id, number).await?);
            if is_done && known.is_none() {
                return Ok(None);
            }
            let mut ended = Vec::with_capacity(rows.len());
            for row in rows.iter() {
                ended.push(match row {
                    Ok(wanted) => make(tx, wanted, known.as_mut(), now).await?,
                    Err(failed) => (**failed).clone(),
                });
            }
            if !is_done {
                let (counts, results) = (row_results::counts(&ended), row_results::encode(&ended));
                imports::add_chunks(tx, [&Chunk { import: id, number, counts, results }]).await?;
            }
            Ok(known)
        };
        // Of two that make one name at once, one finds that it exists, and finds the list when it comes again.
        promised = workers.services.store.write("imports.lists", body).await?;
    }
    Ok(None)
}

fn has(list: &Record, column: &str, text: Option<&String>) -> bool {
    list.text(column) == text.map(String::as_str)
}

/// Makes a list, or adds it to those that a dry run has promised.
async fn make(
    tx: &mut Tx<'_>,
    wanted: &WantedList,
    promised: Option<&mut Vec<Record>>,
    now: Timestamp,
) -> Result<RowResult, Error> {
    let WantedList { row, name, code, is_auto_sync } = wanted;
    let mut there = stock_lists::named(tx, name, code.as_deref()).await?;
    if let Some(promised) = &promised {
        let meets =
            |list: &&Record| has(list, "name", Some(name)) || code.is_some() && has(list, "code", code.as_ref());
        there.extend(promised.iter().filter(meets).cloned());
    }
    if let Some(list) = there.first() {
        let is_named = has(list, "name", Some(name));
        if is_named && has(list, "code", code.as_ref()) && list.flag("is_auto_sync") == *is_auto_sync {
            return Ok(RowResult::ended(Some(*row), name, ResultStatus::Unchanged));
        }
        let column = if is_named { "name" } else { "code" };
        let text = format!("stock list with this {column} already exists, and differs: a file changes no list.");
        return Ok(RowResult::failed(Some(*row), name, RowText { column, code: "exists", text }));
    }
    let mut list = Record::new(&STOCK_LISTS, now);
    list.set("name", name.clone());
    list.set("code", code.clone());
    list.set("is_auto_sync", *is_auto_sync);
    match promised {
        Some(promised) => promised.push(list),
        None => _ = resource::insert(tx, &STOCK_LISTS, vec![list]).await?,
    }
    Ok(RowResult::ended(Some(*row), name, ResultStatus::Created))
}
