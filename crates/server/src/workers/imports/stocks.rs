//! Importing the product stocks of a list: a file, what a dry run said, or the way back.
//!
//! Promises: goes on after the last stored chunk. With `replace`, a stock becomes 0 only if no row of the file can have
//! meant it. Must not know file formats or what a row may do.

use std::sync::Arc;

use onhand_core::commands::{Expected, ImportStock, LevelChange, ReservedChange};
use onhand_core::import::ImportMode;
use onhand_core::{ImportId, ImportedStock, MovementId, Quantity, RowStatus, StockId, StockListId};
use onhand_store::imports::{self, Description, ImportRow, MappedList, Task};
use onhand_store::tables::product_stocks;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::{Tx, resource};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::chunks::{ChunkRows, InFlight, Slot, gone};
use super::layouts::{self, Surveyed};
use super::{ImportWorkers, JobError, blocking};
use crate::services::imports::bulk::BulkEdit;
use crate::services::imports::file::{FileRow, KeptRows, LocalTimes, Plan, StockReader, Survey};
use crate::services::imports::row_results::{self, RowResult};
use crate::services::imports::{CHUNK_ROWS, messages, spool};
use crate::writer::SpeculativeDecider;

/// Chunks that are read ahead.
const READ_AHEAD: usize = 2;
/// Stocks that are looked at together.
const LOOKED_AT: i64 = 1_000;

/// Does an import, or what is left of it. A remark on how it ended, if there is one.
pub(super) async fn run(workers: &Arc<ImportWorkers>, import: &ImportRow) -> Result<Option<String>, JobError> {
    let (id, now) = (import.id, workers.services.clock.now());
    workers.services.store.write("imports.begin", async move |tx| imports::begin(tx, id, now).await).await?;
    match (import.task, import.source) {
        (Task::Import | Task::Preview, _) => read_file(workers, import).await,
        (task, Some(source)) => follow(workers, import, source, task).await.map(|()| None),
        (_, None) => Err(JobError::Never("There is nothing to apply or undo.".to_owned())),
    }
}

async fn read_file(workers: &Arc<ImportWorkers>, import: &ImportRow) -> Result<Option<String>, JobError> {
    let list = import.list.ok_or_else(gone)?;
    let find = async move |tx: &mut Tx<'_>| resource::by_id(tx, &STOCK_LISTS, list.get()).await;
    let found = workers.services.store.read("records.find", find).await?.ok_or_else(gone)?;
    let id = import.id;
    let read = async move |tx: &mut Tx<'_>| imports::reading(tx, id).await;
    let reading = workers.services.store.read("imports.reading", read).await?;
    let file = spool::fetch(&workers.services.store, reading.file_of.unwrap_or(id)).await?;
    let plan = |understood| Plan {
        path: file.path().to_owned(),
        understood,
        list_name: found.text("name").unwrap_or_default().to_owned(),
        list_code: found.text("code").map(str::to_owned),
        reader: StockReader {
            mode: mode(&import.mode),
            now: import.created_at,
            times: LocalTimes(import.time_zone.as_ref().and_then(|name| name.parse().ok())),
        },
    };
    let about = (MappedList::Stocks(list), reading, file.path());
    let surveyed = layouts::survey(workers, import, about, plan).await?;
    let Surveyed { plan, survey, kept } = surveyed;
    let next =
        workers.services.store.read("imports.next_chunk", async move |tx| imports::next_chunk(tx, id).await).await?;
    submit_chunks(workers, import, &plan, (&survey, kept), InFlight::first(next)).await?;
    if plan.reader.mode != ImportMode::Replace {
        return Ok(None);
    }
    if survey.unnamed > 0 {
        let text = format!(
            "Stocks that are not in the file were left as they are, because in {} of its rows the SKU cannot be read.",
            survey.unnamed
        );
        return Ok(Some(text));
    }
    empty_the_rest(workers, import, list, &survey, next).await.map(|()| None)
}

fn mode(word: &str) -> ImportMode {
    match word {
        "replace" => ImportMode::Replace,
        "adjust" => ImportMode::Adjust,
        _ => ImportMode::Upsert,
    }
}

async fn submit_chunks(
    workers: &Arc<ImportWorkers>,
    import: &ImportRow,
    plan: &Arc<Plan<StockReader>>,
    (survey, kept): (&Arc<Survey>, KeptRows<ImportStock>),
    first: i64,
) -> Result<(), JobError> {
    let (sender, mut receiver) = mpsc::channel(READ_AHEAD);
    let (plan, survey, context) = (plan.clone(), survey.clone(), (workers.clone(), import.clone()));
    let (runtime, mut decider) = (Handle::current(), SpeculativeDecider::new(&workers.services.store));
    let reading = tokio::spawn(blocking(move || {
        let (workers, import) = context;
        plan.chunks(&survey, kept, (CHUNK_ROWS, first), |number, rows| {
            let chunk = ChunkRows::new(number, rows.into_iter().map(slot).collect());
            let prepared = runtime.block_on(chunk.decide(&workers, &import, &mut decider));
            sender.blocking_send((chunk, prepared)).is_ok()
        })
    }));
    let mut in_flight = InFlight::new(workers, import);
    while let Some((chunk, prepared)) = receiver.recv().await {
        in_flight.add(chunk, prepared?).await?;
    }
    in_flight.finish().await?;
    reading.await.unwrap_or(Err(JobError::Closing))
}

fn slot(row: FileRow<ImportStock>) -> Slot {
    match row {
        Ok((number, row)) => Slot::Row(Some(number), row),
        Err(ended) => Slot::Ended(*ended),
    }
}

/// Stocks of the list that the file does not name become 0, in the order of their ids. One chunk after the other: where
/// to go on is read from the last one that is stored.
async fn empty_the_rest(
    workers: &ImportWorkers,
    import: &ImportRow,
    list: StockListId,
    survey: &Survey,
    next: i64,
) -> Result<(), JobError> {
    let of_file = survey.total.unsigned_abs().div_ceil(CHUNK_ROWS as u64).cast_signed();
    let mut number = next.max(of_file);
    let mut after = match number > of_file {
        true => chunk_rows(workers, import.id, number - 1).await?.last().and_then(|row| row.stock).unwrap_or(0),
        false => 0,
    };
    let mut slots = Vec::with_capacity(CHUNK_ROWS);
    loop {
        let body = async move |tx: &mut Tx<'_>| product_stocks::of_list(tx, list, after, LOOKED_AT).await;
        let looked_at = workers.services.store.read("stocks.of_list", body).await?;
        let Some(last) = looked_at.last() else { break };
        after = last.id.get();
        for stock in looked_at {
            if stock.on_hand > 0 && !survey.names(&stock.sku) {
                slots.push(Slot::Row(None, emptied(stock.sku)));
            }
            if slots.len() == CHUNK_ROWS {
                ChunkRows::new(number, std::mem::take(&mut slots)).run(workers, import, None).await?;
                number += 1;
            }
        }
    }
    match slots.is_empty() {
        true => Ok(()),
        false => ChunkRows::new(number, slots).run(workers, import, None).await,
    }
}

fn emptied(sku: String) -> ImportStock {
    let level = LevelChange::Level(Quantity::new(0).expect("0 is an amount"));
    ImportStock { sku, level, reserved: ReservedChange::Keep, unit: None, snapshot_at: None, expected: None }
}

pub(super) async fn chunk_rows(workers: &ImportWorkers, id: ImportId, number: i64) -> Result<Vec<RowResult>, JobError> {
    let found =
        workers.services.store.read("imports.chunk", async move |tx| imports::chunk(tx, id, number).await).await?;
    Ok(found.map(|chunk| row_results::decode(&chunk.results)).transpose()?.unwrap_or_default())
}

/// What an import that follows another one goes through.
pub(super) struct Followed {
    /// The first chunk that is left to do.
    pub(super) next: i64,
    /// The chunk behind the last one.
    pub(super) end: i64,
    /// The bulk edit that it follows, as it is stored; none where it follows a file.
    pub(super) selection: Option<String>,
}

/// Begins to apply what a dry run said, or to take back what an import did, or goes on.
pub(super) async fn begin_to_follow(
    workers: &ImportWorkers,
    id: ImportId,
    source: ImportId,
    task: Task,
) -> Result<Followed, JobError> {
    let body = async move |tx: &mut Tx<'_>| {
        let followed = imports::by_id(tx, source).await?;
        let total = followed.as_ref().map_or(0, |source| match task {
            Task::Undo => source.counts.created + source.counts.updated,
            _ => source.counts.sum(),
        });
        let found = Description { ignored_columns: "[]".to_owned(), total, ..Description::default() };
        imports::describe(tx, id, &found).await?;
        let (next, end) = (imports::next_chunk(tx, id).await?, imports::next_chunk(tx, source).await?);
        Ok(Followed { next, end, selection: followed.and_then(|source| source.selection) })
    };
    Ok(workers.services.store.write("imports.follow", body).await?)
}

/// Applies what a dry run said, or takes back what an import did: chunk by chunk, under the same numbers.
async fn follow(
    workers: &Arc<ImportWorkers>,
    import: &ImportRow,
    source: ImportId,
    task: Task,
) -> Result<(), JobError> {
    let Followed { next, end, selection } = begin_to_follow(workers, import.id, source, task).await?;
    // What a bulk edit adds is right whatever the levels are by now.
    let adds = selection.as_deref().and_then(BulkEdit::read).is_some_and(|bulk| bulk.is_difference());
    let forced = import.is_forced || adds;
    let mut in_flight = InFlight::new(workers, import);
    for number in InFlight::first(next)..end {
        let rows = chunk_rows(workers, source, number).await?;
        let slots = match task {
            Task::Undo => rows.into_iter().filter_map(undone).collect(),
            _ => rows.into_iter().map(|row| applied(row, forced)).collect(),
        };
        in_flight.add(ChunkRows::new(number, slots), None).await?;
    }
    in_flight.finish().await
}

/// A row that would have changed something; the others ended in the dry run.
fn applied(row: RowResult, forced: bool) -> Slot {
    let wanted = row.wanted.as_ref().filter(|_| row.is_change()).and_then(|wanted| wanted.row(row.sku.clone()));
    match wanted {
        Some(wanted) => {
            let expected = Expected::Written(row.before.as_ref().map(row_results::StockValues::written));
            Slot::Row(row.row, ImportStock { expected: (!forced).then_some(expected), ..wanted })
        }
        None => Slot::Ended(row),
    }
}

/// A row that changed something. The others have nothing to take back.
fn undone(row: RowResult) -> Option<Slot> {
    let imported = ImportedStock {
        stock: row.stock.map(StockId::new),
        status: RowStatus::Updated,
        before: row.before.as_ref().map(row_results::StockValues::written),
        after: row.after.as_ref().map(row_results::StockValues::written),
        movement: row.movement.map(MovementId::new),
        covered: row.settled,
    };
    match imported.undo(&row.sku) {
        Ok(Some(back)) => Some(Slot::Row(row.row, back)),
        Ok(None) => None,
        Err(fault) => Some(Slot::Ended(RowResult::failed(row.row, row.sku, messages::row(&fault)))),
    }
}
