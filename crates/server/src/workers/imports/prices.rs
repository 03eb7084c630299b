//! Importing the prices of a price list: a file, what a dry run said, or the way back.
//!
//! Promises: the rows of a chunk are written in one transaction with their results, one chunk after the other; what is
//! stored is left alone. A list whose prices have a currency gets no other one. Must not know file formats, nor what a
//! row may do.

use std::sync::Arc;

use onhand_core::prices::PriceRow;
use onhand_core::{ImportId, PriceListId};
use onhand_store::imports::{self, Chunk, ImportRow, MappedList, Task};
use onhand_store::tables::prices::PRICE_LISTS;
use onhand_store::{Tx, resource};
use tokio::sync::mpsc;

use super::layouts::{self, Surveyed};
use super::stocks::{Followed, begin_to_follow, chunk_rows};
use super::{ImportWorkers, JobError, blocking};
use crate::services::imports::file::{FileRow, Plan};
use crate::services::imports::price_results::{applied, undone};
use crate::services::imports::prices::{self, PriceReader, PriceSlot, PriceTarget};
use crate::services::imports::row_results::{self, RowResult};
use crate::services::imports::{CHUNK_ROWS, spool};

/// Chunks that are read ahead.
const READ_AHEAD: usize = 2;

/// Does an import of prices, or what is left of it.
pub(super) async fn run(workers: &Arc<ImportWorkers>, import: &ImportRow) -> Result<Option<String>, JobError> {
    let (id, now) = (import.id, workers.services.clock.now());
    workers.services.store.write("imports.begin", async move |tx| imports::begin(tx, id, now).await).await?;
    match (import.task, import.source) {
        (Task::Import | Task::Preview, _) => read_file(workers, import).await,
        (task, Some(source)) => follow(workers, import, source, task).await,
        (_, None) => Err(JobError::Never("There is nothing to apply or undo.".to_owned())),
    }
    .map(|()| None)
}

fn gone() -> JobError {
    JobError::Never("The price list does not exist any more.".to_owned())
}

async fn read_file(workers: &Arc<ImportWorkers>, import: &ImportRow) -> Result<(), JobError> {
    let (id, list) = (import.id, import.price_list.ok_or_else(gone)?);
    let store = &workers.services.store;
    let find = async move |tx: &mut Tx<'_>| resource::by_id(tx, &PRICE_LISTS, list.get()).await;
    let found = store.read("records.find", find).await?.ok_or_else(gone)?;
    let reading = store.read("imports.reading", async move |tx| imports::reading(tx, id).await).await?;
    let file = spool::fetch(store, reading.file_of.unwrap_or(id)).await?;
    let plan = |understood| Plan {
        path: file.path().to_owned(),
        understood,
        list_name: found.text("name").unwrap_or_default().to_owned(),
        list_code: found.text("code").map(str::to_owned),
        reader: PriceReader,
    };
    let Surveyed { plan, survey, kept } =
        layouts::survey(workers, import, (MappedList::Prices(list), reading, file.path()), plan).await?;
    let next = store.read("imports.next_chunk", async move |tx| imports::next_chunk(tx, id).await).await?;
    let mut target = target(workers, import, list).await?;
    let (sender, mut receiver) = mpsc::channel(READ_AHEAD);
    // From the first row on, also where chunks are stored: the first currency is that of the file.
    let read = tokio::spawn(blocking(move || {
        plan.chunks(&survey, kept, (CHUNK_ROWS, 0), |number, rows| sender.blocking_send((number, rows)).is_ok())
    }));
    while let Some((number, rows)) = receiver.recv().await {
        let rows: Vec<FileRow<PriceRow>> = rows;
        if target.currency.is_none() {
            target.currency = rows.iter().flatten().find_map(|(_, row)| row.currency()).map(str::to_owned);
        }
        if number >= next {
            run_chunk(workers, id, (number, rows.into_iter().map(slot).collect()), &target).await?;
        }
    }
    read.await.unwrap_or(Err(JobError::Closing))
}

fn slot(row: FileRow<PriceRow>) -> PriceSlot {
    match row {
        Ok((number, row)) => PriceSlot::Row(Some(number), row),
        Err(ended) => PriceSlot::Ended(*ended),
    }
}

/// What the rows of an import are written into, as it is now.
async fn target(workers: &ImportWorkers, import: &ImportRow, list: PriceListId) -> Result<PriceTarget, JobError> {
    let look = async move |tx: &mut Tx<'_>| prices::currency_of(tx, list).await;
    let currency = workers.services.store.read("records.page", look).await?;
    Ok(PriceTarget {
        list,
        currency,
        create_unknown_products: workers.services.config.create_unknown_products,
        is_dry_run: import.task == Task::Preview,
        now: workers.services.clock.now(),
    })
}

/// Does a chunk, or says what it would do; either way the results are stored. One that is stored is left alone.
async fn run_chunk(
    workers: &ImportWorkers,
    id: ImportId,
    (number, slots): (i64, Vec<PriceSlot>),
    target: &PriceTarget,
) -> Result<(), JobError> {
    let target = PriceTarget { now: workers.services.clock.now(), ..target.clone() };
    let body = async move |tx: &mut Tx<'_>| {
        if imports::has_chunk(tx, id, number).await? {
            return Ok(true);
        }
        let Some(rows) = prices::write(tx, &target, &slots).await? else { return Ok(false) };
        let (counts, results) = (row_results::counts(&rows), row_results::encode(&rows));
        // A process that has lost its lease may have written it meanwhile.
        imports::add_chunks(tx, [&Chunk { import: id, number, counts, results }]).await.map_err(prices::again)?;
        Ok(true)
    };
    if workers.services.store.write("imports.prices", body).await? { Ok(()) } else { Err(gone()) }
}

/// Applies what a dry run said, or takes back what an import did: chunk by chunk, under the same numbers.
async fn follow(
    workers: &Arc<ImportWorkers>,
    import: &ImportRow,
    source: ImportId,
    task: Task,
) -> Result<(), JobError> {
    let id = import.id;
    let Followed { next, end, .. } = begin_to_follow(workers, id, source, task).await?;
    let target = target(workers, import, import.price_list.ok_or_else(gone)?).await?;
    for number in next..end {
        let rows = chunk_rows(workers, source, number).await?;
        let slots = match task {
            Task::Undo => rows.iter().filter_map(|row| Some(PriceSlot::Row(row.row, undone(row)?))).collect(),
            _ => rows.into_iter().map(|row| follow_up(row, import.is_forced)).collect(),
        };
        run_chunk(workers, id, (number, slots), &target).await?;
    }
    Ok(())
}

/// A row that would have changed something; the others ended in the dry run.
fn follow_up(row: RowResult, is_forced: bool) -> PriceSlot {
    match applied(&row, is_forced) {
        Some(wanted) => PriceSlot::Row(row.row, wanted),
        None => PriceSlot::Ended(row),
    }
}
