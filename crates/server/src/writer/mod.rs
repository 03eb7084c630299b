//! The writer: the one queue through which every change of stock goes.
//!
//! Promises: a command is answered after its effect is flushed to disk; commands on one stock take effect in the order
//! in which they are answered; waiting commands are taken together into one transaction, and none waits for more to
//! come. Callers that wait for an answer come before rows of imports. A full queue rejects at once. The writer has a
//! thread of its own, so that it gets its turn however many requests there are. Must not know HTTP, JSON or what a
//! command means.

mod dedup;
mod group_commit;
mod observer;
mod optimistic;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use onhand_core::commands::ReadSet;
use onhand_core::{
    Command, Context, IdAllocator, IdKind, ImportId, Outcome, Rejection, Stock, UserId, WorkingSet, decide,
};
use onhand_store::idempotency::{Answer, Key};
use onhand_store::unit_of_work::optimistic::SpeculativeBatch;
use onhand_store::{Error, Store, Tx, imports, unit_of_work};
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use self::group_commit::Batcher;
pub use self::observer::{ChangedStocks, CommitObserver, CommitObservers};
pub use self::optimistic::SpeculativeDecider;
use crate::clock::Clock;

/// Commands that may wait: one of each connection that there may be, and some. Batches grow with what waits, so that a
/// long queue is worked off faster than a short one; at tens of thousands a second this is well under a second of work.
pub const QUEUE_MAX: usize = 16_384;
/// Chunks of imports that may wait: more than all workers send before they are answered.
const CHUNKS_MAX: usize = 256;
/// Chunk writers: batchers for rows of imports only, where a database has several writers at a time. They are to each
/// other, and to the one for everything else, what another process would be.
const CHUNK_WRITERS: u64 = 2;
/// Above every number that is ever given; times the number of buckets it is still a 64-bit integer.
const PREVIEW_IDS_END: i64 = i64::MAX / onhand_core::BUCKETS;

/// A submitted command's end.
#[derive(Debug)]
pub enum SubmissionResult {
    /// It was decided now.
    Decided(Result<Outcome, Rejection>),
    /// The same request was answered before; nothing was done again.
    Replayed(Answer),
    /// The key was used for another request.
    KeyReused,
    /// This chunk of an import is done: as it was decided before its turn, or a while ago, and not again.
    Done,
}

/// Why a command was not decided.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SubmitError {
    /// Too much is waiting; nothing was done.
    #[error("the writer's queue is full")]
    Full,
    /// The server is stopping; nothing was done.
    #[error("the writer has ended")]
    Closed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// How an outcome is stored for replay. `None` is not stored.
pub type Render = Box<dyn Fn(&Result<Outcome, Rejection>) -> Option<(u16, Vec<u8>)> + Send + Sync>;

/// A request's idempotency key and what is needed to honour it.
pub struct Keyed {
    /// The key.
    pub key: Key,
    /// A hash of the request.
    pub fingerprint: [u8; 32],
    /// Makes the answer that will be replayed.
    pub render: Render,
}

/// A chunk of an import, and how its results are stored.
pub struct ChunkOf {
    /// The import.
    pub import: ImportId,
    /// The number of the chunk.
    pub number: i64,
    /// Makes what is stored.
    pub render: Box<dyn Fn(&Outcome) -> imports::Chunk + Send + Sync>,
    /// What was decided on them already, with what is stored then.
    pub speculative: Option<(SpeculativeBatch, imports::Chunk)>,
}

/// The record that is stored in the transaction of a command's effect, so that it takes place once.
pub enum DedupRecord {
    /// The answer to a request.
    Answer(Keyed),
    /// The results of a chunk of an import.
    Chunk(ChunkOf),
}

/// What a caller submits.
pub struct Submission {
    /// What to do.
    pub command: Command,
    /// Who wants it.
    pub actor: UserId,
    /// By what it is known to be done, if the caller may ask again.
    pub dedup_record: Option<DedupRecord>,
}

type Answering = oneshot::Sender<Result<SubmissionResult, SubmitError>>;
/// With when it was submitted.
type Waiting = (Submission, Answering, Instant);

/// A handle on the queue. Cheap to clone; the queue ends when the last handle is dropped.
#[derive(Clone)]
pub struct Writer {
    callers: mpsc::Sender<Waiting>,
    /// Each for its part of the chunks.
    chunks: Vec<mpsc::Sender<Waiting>>,
    submitted: Arc<AtomicU64>,
    wakes: Wakes,
}

/// What is woken when a batch is on disk.
#[derive(Clone)]
struct Wakes {
    /// Who sources orders.
    due: Arc<Notify>,
    /// Who places lines with data sources, and who waits for that.
    outgoing: watch::Sender<()>,
}

impl Writer {
    /// Starts the writer of a store. The task ends after the last handle is gone and everything queued is answered.
    pub fn start(store: &Store, clock: &Clock, observers: &CommitObservers) -> (Self, JoinHandle<()>) {
        let wakes = Wakes { due: Arc::new(Notify::new()), outgoing: watch::Sender::new(()) };
        let calls = Arc::default();
        let batcher = || Batcher::new(store, clock, observers.clone(), wakes.clone(), Arc::clone(&calls));
        let (callers, of_callers) = mpsc::channel(QUEUE_MAX);
        let chunk_writers = if store.is_shared() { CHUNK_WRITERS } else { 1 };
        let (chunks, mut of_imports): (Vec<_>, Vec<_>) = (0..chunk_writers).map(|_| mpsc::channel(CHUNKS_MAX)).unzip();
        // Where only one can write at a time, one takes everything in turn.
        let in_turn = if store.is_shared() { None } else { of_imports.pop() };
        let no_queue = || mpsc::channel(1).1;
        let mut running = JoinSet::new();
        running.spawn(on_a_thread(batcher().run(of_callers, in_turn.unwrap_or_else(no_queue))));
        of_imports.into_iter().for_each(|chunks| _ = running.spawn(on_a_thread(batcher().run(no_queue(), chunks))));
        // The end of one is the end of all: no task would answer what the others still take.
        let running = tokio::spawn(async move { while let Some(Ok(Ok(()))) = running.join_next().await {} });
        (Self { callers, chunks, submitted: Arc::default(), wakes }, running)
    }

    /// Submits a command and waits until it is on disk, or rejected.
    pub async fn submit(&self, submission: Submission) -> Result<SubmissionResult, SubmitError> {
        let queue = match &submission.dedup_record {
            Some(DedupRecord::Chunk(chunk)) => &self.chunks[chunk.number as usize % self.chunks.len()],
            _ => &self.callers,
        };
        let (answer, settled) = oneshot::channel();
        queue.try_send((submission, answer, Instant::now())).map_err(|fault| match fault {
            mpsc::error::TrySendError::Full(_) => SubmitError::Full,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Closed,
        })?;
        self.submitted.fetch_add(1, Ordering::Relaxed);
        let broken = || Error::CommitInDoubt("the writer has panicked".to_owned());
        settled.await.map_err(|_| SubmitError::Store(broken()))?
    }

    /// Woken when an order is to be sourced.
    pub fn due(&self) -> &Notify {
        &self.wakes.due
    }

    /// Changes when an outgoing line has, by this process.
    pub fn outgoing(&self) -> watch::Receiver<()> {
        self.wakes.outgoing.subscribe()
    }

    /// Commands so far.
    pub fn submitted(&self) -> u64 {
        self.submitted.load(Ordering::Relaxed)
    }

    /// Whether the writer takes commands from the queue.
    pub fn is_running(&self) -> bool {
        !self.callers.is_closed() && self.chunks.iter().all(|chunks| !chunks.is_closed())
    }

    /// Whether the next command would be rejected.
    pub fn is_full(&self) -> bool {
        self.callers.capacity() == 0
    }

    /// Commands waiting just now, without rows of imports.
    pub fn waiting(&self) -> usize {
        QUEUE_MAX - self.callers.capacity()
    }
}

/// Runs a batcher on a thread of its own. Among the tasks of requests it would wait for each of them between two steps,
/// of which a batch has several.
async fn on_a_thread(work: impl Future<Output = ()> + Send + 'static) -> Result<(), String> {
    let (end, ended) = oneshot::channel();
    let runtime = Handle::current();
    let work = move || {
        runtime.block_on(work);
        // The task that waited may have gone.
        let _ = end.send(());
    };
    let thread = std::thread::Builder::new().name("onhand-writer".to_owned()).spawn(work);
    thread.map_err(|fault| fault.to_string())?;
    ended.await.map_err(|_| "the writer has panicked".to_owned())
}

/// What a command would do, decided by the same rules on the same rows and then forgotten.
pub async fn preview(
    tx: &mut Tx<'_>,
    command: &Command,
    context: Context,
) -> Result<Result<Outcome, Rejection>, Error> {
    Ok(previewed(tx, command, context).await?.map(|(outcome, _)| outcome))
}

/// What a command would do to stocks: those that it would change, as they are and as they would be.
pub async fn preview_stocks(
    tx: &mut Tx<'_>,
    command: &Command,
    context: Context,
) -> Result<Result<(Outcome, Vec<(Stock, Stock)>), Rejection>, Error> {
    let decided = previewed(tx, command, context).await?;
    Ok(decided.map(|(outcome, mut working_set)| (outcome, working_set.take_changes().stocks.changed)))
}

async fn previewed(
    tx: &mut Tx<'_>,
    command: &Command,
    context: Context,
) -> Result<Result<(Outcome, WorkingSet), Rejection>, Error> {
    let mut ids = IdAllocator::default();
    for kind in IdKind::ALL {
        // Numbers that are never given: nothing that is made here is stored.
        let count = command.ids_needed(kind) as i64;
        ids.add_range(kind, PREVIEW_IDS_END - count, count);
    }
    let mut read_set = ReadSet::default();
    command.read_set(&mut read_set);
    let mut working_set = WorkingSet::new(ids);
    unit_of_work::load(tx, &read_set, &mut working_set).await?;
    Ok(decide(&mut working_set, command, context).map(|outcome| (outcome, working_set)))
}
