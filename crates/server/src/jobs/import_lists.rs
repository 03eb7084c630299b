//! Importing stock lists: a file with names, codes and whether each list follows the ERP.
//!
//! Promises: a list that is there as the row says is left alone; one that differs is a fault of the row, because a file
//! makes lists and changes none. Must not know file formats.

use std::sync::Arc;

use onhand_core::{ReleaseMode, StockListId, Timestamp};
use onhand_store::imports::{self, Chunk, Description, ImportRow, Task};
use onhand_store::stock_lists::{self, StockListRow};
use onhand_store::{Error, Tx};

use super::{Stopped, blocking};
use crate::app::App;
use crate::imports::lists::{self, ListFile, WantedList};
use crate::imports::outcomes::{self, End, RowOutcome};
use crate::imports::texts::RowText;
use crate::imports::{CHUNK_ROWS, spool};

/// Makes the lists of a file, or says which it would make.
pub(super) async fn run(app: &Arc<App>, import: &ImportRow) -> Result<Option<String>, Stopped> {
    let (id, now) = (import.id, app.clock.now());
    let file = spool::fetch(&app.store, id).await?;
    let path = file.path().to_owned();
    let ListFile { format, encoding, ignored, rows } = blocking(move || lists::read(&path)).await?;
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
    app.store.write("imports.begin", body).await?;
    let is_preview = import.task == Task::Preview;
    for (number, rows) in rows.chunks(CHUNK_ROWS).enumerate() {
        let (rows, number) = (Arc::new(rows.to_vec()), number as i64);
        let body = async move |tx: &mut Tx<'_>| {
            if imports::has_chunk(tx, id, number).await? {
                return Ok(());
            }
            let mut ended = Vec::with_capacity(rows.len());
            for row in rows.iter() {
                ended.push(match row {
                    Ok(wanted) => make(tx, wanted, is_preview, now).await?,
                    Err(failed) => (**failed).clone(),
                });
            }
            let (counts, outcomes) = (outcomes::counts(&ended), outcomes::encode(&ended));
            imports::add_chunk(tx, &Chunk { import: id, number, counts, outcomes }).await
        };
        // Of two that make one name at once, one finds it taken, and finds the list when it comes again.
        app.store.write("imports.lists", body).await?;
    }
    Ok(None)
}

async fn make(tx: &mut Tx<'_>, wanted: &WantedList, is_preview: bool, now: Timestamp) -> Result<RowOutcome, Error> {
    let WantedList { row, name, code, is_auto_sync } = wanted;
    let there = stock_lists::named(tx, name, code.as_deref()).await?;
    let same = |list: &StockListRow| (&list.name, &list.code, &list.is_auto_sync) == (name, code, is_auto_sync);
    if let Some(list) = there.first() {
        if same(list) {
            return Ok(RowOutcome::ended(Some(*row), name, End::Unchanged));
        }
        let (column, what) = if list.name == *name { ("name", "name") } else { ("code", "code") };
        let text = format!("stock list with this {what} already exists, and differs: a file changes no list.");
        return Ok(RowOutcome::failed(Some(*row), name, RowText { column, code: "exists", text }));
    }
    if !is_preview {
        let list = StockListRow {
            id: StockListId::new(0),
            name: name.clone(),
            code: code.clone(),
            is_auto_sync: *is_auto_sync,
            release_mode: ReleaseMode::default(),
            snapshot_delay_seconds: 0,
            created_at: now,
            modified_at: now,
        };
        stock_lists::insert(tx, &list).await?;
    }
    Ok(RowOutcome::ended(Some(*row), name, End::Created))
}
