//! Chunks of an import: submitted to the writer, with their results stored beside their effect.
//!
//! Promises: the results of the rows are stored if and only if they took effect, once. Must not know where rows come
//! from.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use onhand_core::commands::{ImportStock, ImportStocks};
use onhand_core::{Command, Context, ImportId, ImportedStock, MovementId, Outcome, RowStatus, StockId, StockListId};
use onhand_store::Tx;
use onhand_store::imports::{self, Chunk, ImportRow, Task};
use onhand_store::unit_of_work::optimistic::SpeculativeBatch;

use tokio::task::JoinHandle;

use super::{ImportWorkers, JobError};
use crate::services::imports::messages;
use crate::services::imports::row_results::{self, RequestedChange, ResultStatus, RowResult, StockValues};
use crate::writer::{self, ChunkOf, DedupRecord, SpeculativeDecider, Submission, SubmissionResult, SubmitError};

/// The pause before a full queue is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// A row that is to be decided, or one about which nothing is left to decide.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    /// The row in the file, if it is there, and what it wants.
    Row(Option<u64>, ImportStock),
    /// Its earlier result.
    Ended(RowResult),
}

/// A chunk of an import.
pub(super) struct ChunkRows {
    number: i64,
    slots: Arc<Vec<Slot>>,
}

/// The command of a chunk, with its speculative batch if it was decided before its turn.
pub(super) type PreparedChunk = (Command, Option<(SpeculativeBatch, Chunk)>);

impl ChunkRows {
    pub(super) fn new(number: i64, slots: Vec<Slot>) -> Self {
        Self { number, slots: Arc::new(slots) }
    }

    /// Does the chunk, or says what it would do; either way the results are stored. One that is stored is left alone.
    pub(super) async fn run(
        self,
        workers: &ImportWorkers,
        import: &ImportRow,
        prepared: Option<PreparedChunk>,
    ) -> Result<(), JobError> {
        let list = import.list.ok_or_else(gone)?;
        match import.task {
            Task::Preview => preview(workers, import, list, self).await,
            Task::Import | Task::Apply | Task::Undo => submit(workers, import, list, self, prepared).await,
        }
    }

    /// Decides the chunk before its turn, where that can be.
    pub(super) async fn decide(
        &self,
        workers: &ImportWorkers,
        import: &ImportRow,
        decider: &mut SpeculativeDecider,
    ) -> Result<Option<PreparedChunk>, JobError> {
        let Some(list) = import.list.filter(|_| import.task == Task::Import) else { return Ok(None) };
        let (id, number, slots) = (import.id, self.number, self.slots.clone());
        let context = Context { actor: import.actor, now: workers.services.clock.now() };
        let render = move |outcome: &Outcome| chunk(id, number, &slots, outcome);
        Ok(Some(decider.decide(wanted(workers, import, list, &self.slots), context, render).await?))
    }
}

/// Chunks in flight: while one is on its way to the disk, the next is being decided, and those that wait share a flush.
///
/// The oldest is waited for first, so whatever is missing is among the last [`InFlight::MOST`] chunks before the end.
pub(super) struct InFlight {
    workers: Arc<ImportWorkers>,
    import: Arc<ImportRow>,
    most: usize,
    tasks: VecDeque<JoinHandle<Result<(), JobError>>>,
}

impl InFlight {
    /// How many there are at the most: enough for every writer of a database that has several at a time.
    const MOST: usize = 64;
    /// The same where there is one writer. What is decided long before its turn is more often decided for nothing.
    const MOST_IN_TURN: usize = 32;

    pub(super) fn new(workers: &Arc<ImportWorkers>, import: &ImportRow) -> Self {
        let most = if workers.services.store.is_shared() { Self::MOST } else { Self::MOST_IN_TURN };
        Self { workers: workers.clone(), import: Arc::new(import.clone()), most, tasks: VecDeque::with_capacity(most) }
    }

    /// Where to go on, if this is the first chunk behind all that are stored: some before it may be missing, and those
    /// that are not are left alone.
    pub(super) fn first(next: i64) -> i64 {
        (next - Self::MOST as i64).max(0)
    }

    /// Submits a chunk, once there is room.
    pub(super) async fn add(&mut self, chunk: ChunkRows, prepared: Option<PreparedChunk>) -> Result<(), JobError> {
        while self.tasks.len() >= self.most {
            self.oldest().await?;
        }
        let (workers, import) = (self.workers.clone(), self.import.clone());
        self.tasks.push_back(tokio::spawn(async move { chunk.run(&workers, &import, prepared).await }));
        Ok(())
    }

    /// Waits for all.
    pub(super) async fn finish(mut self) -> Result<(), JobError> {
        while !self.tasks.is_empty() {
            self.oldest().await?;
        }
        Ok(())
    }

    async fn oldest(&mut self) -> Result<(), JobError> {
        match self.tasks.pop_front() {
            Some(task) => task.await.unwrap_or(Err(JobError::Closing)),
            None => Ok(()),
        }
    }
}

pub(super) fn gone() -> JobError {
    JobError::Never("The stock list does not exist any more.".to_owned())
}

fn wanted(workers: &ImportWorkers, import: &ImportRow, list: StockListId, slots: &[Slot]) -> ImportStocks {
    let row = |slot: &Slot| match slot {
        Slot::Row(_, row) => Some(row.clone()),
        Slot::Ended(_) => None,
    };
    ImportStocks {
        import: Some(import.id),
        list,
        rows: slots.iter().filter_map(row).collect(),
        create_unknown_products: workers.services.config.create_unknown_products,
        explanation: None,
    }
}

async fn submit(
    workers: &ImportWorkers,
    import: &ImportRow,
    list: StockListId,
    rows: ChunkRows,
    mut prepared: Option<PreparedChunk>,
) -> Result<(), JobError> {
    let ChunkRows { number, slots } = rows;
    loop {
        let (id, kept) = (import.id, slots.clone());
        let render = Box::new(move |outcome: &Outcome| chunk(id, number, &kept, outcome));
        let in_turn = || (Command::ImportStocks(wanted(workers, import, list, &slots)), None);
        let (command, speculative) = prepared.take().unwrap_or_else(in_turn);
        let dedup_record = Some(DedupRecord::Chunk(ChunkOf { import: id, number, render, speculative }));
        let submission = Submission { command, actor: import.actor, dedup_record };
        match workers.services.writer.submit(submission).await {
            Ok(SubmissionResult::Decided(Ok(_)) | SubmissionResult::Done) => return Ok(()),
            Ok(SubmissionResult::Decided(Err(_))) => return Err(gone()),
            Ok(SubmissionResult::Replayed(_) | SubmissionResult::KeyReused) => {
                unreachable!("an import has no idempotency key")
            }
            Err(SubmitError::Full) => tokio::time::sleep(PAUSE).await,
            Err(SubmitError::Closed) => return Err(JobError::Closing),
            Err(SubmitError::Store(fault)) => return Err(fault.into()),
        }
    }
}

async fn preview(
    workers: &ImportWorkers,
    import: &ImportRow,
    list: StockListId,
    rows: ChunkRows,
) -> Result<(), JobError> {
    let command = Arc::new(Command::ImportStocks(wanted(workers, import, list, &rows.slots)));
    let ChunkRows { number, slots } = rows;
    let (id, context) = (import.id, Context { actor: import.actor, now: workers.services.clock.now() });
    let body = async move |tx: &mut Tx<'_>| {
        if imports::has_chunk(tx, id, number).await? {
            return Ok(true);
        }
        match writer::preview(tx, &command, context).await? {
            Ok(outcome) => imports::add_chunks(tx, [&chunk(id, number, &slots, &outcome)]).await.map(|()| true),
            Err(_) => Ok(false),
        }
    };
    if workers.services.store.write("imports.preview", body).await? { Ok(()) } else { Err(gone()) }
}

/// What is stored of a chunk.
fn chunk(import: ImportId, number: i64, slots: &[Slot], outcome: &Outcome) -> Chunk {
    let imported: &[ImportedStock] = match outcome {
        Outcome::StocksImported(imported) => imported,
        _ => &[],
    };
    let mut imported = imported.iter();
    let ended = |slot: &Slot| match slot {
        Slot::Ended(ended) => Some(ended.clone()),
        Slot::Row(row, wanted) => imported.next().map(|imported| row_result(*row, wanted, imported)),
    };
    let rows: Vec<RowResult> = slots.iter().filter_map(ended).collect();
    Chunk { import, number, counts: row_results::counts(&rows), results: row_results::encode(&rows) }
}

fn row_result(row: Option<u64>, wanted: &ImportStock, imported: &ImportedStock) -> RowResult {
    let end = match &imported.status {
        RowStatus::Created => ResultStatus::Created,
        RowStatus::Updated => ResultStatus::Updated,
        RowStatus::Unchanged => ResultStatus::Unchanged,
        RowStatus::Rejected(fault) => messages::row(fault).into(),
    };
    RowResult {
        row,
        sku: wanted.sku.clone(),
        end,
        wanted: Some(RequestedChange::from(wanted)),
        before: imported.before.as_ref().map(StockValues::from),
        after: imported.after.as_ref().map(StockValues::from),
        stock: imported.stock.map(StockId::get),
        movement: imported.movement.map(MovementId::get),
        settled: imported.covered,
        price: None,
    }
}
