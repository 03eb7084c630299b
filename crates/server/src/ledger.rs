//! The ledger: the one queue through which every change of stock goes.
//!
//! Promises: a command is answered after its effect is flushed to disk; commands on one stock take effect in the order in
//! which they are answered; what waits is taken together into one transaction, and nothing waits for more to come. A full
//! queue refuses at once. Must not know HTTP, JSON or what a command means.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use onhand_core::command::Needs;
use onhand_core::{
    Changes, Command, Context, IdKind, IdSource, ImportId, Outcome, Refusal, Shelf, Timestamp, UserId, decide,
};
use onhand_store::idempotency::{self, Answer, Key};
use onhand_store::{Error, Store, Tx, ids, imports, ledger as rows};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::clock::Clock;
use crate::pages::Pages;

/// Commands that may wait. At tens of thousands a second this is well under a quarter of a second of work.
const QUEUE_MAX: usize = 4_096;
/// Up to so many commands are always taken together: fewer would not make up for the flush they share.
const BATCH_COMMANDS_SHARED: usize = 24;
/// Commands in one transaction.
const BATCH_COMMANDS_MAX: usize = 512;
/// Above every number that is ever given; times the number of buckets it is still a 64-bit integer.
const PREVIEW_IDS_END: i64 = i64::MAX / onhand_core::BUCKETS;
/// How often a batch is loaded again because something it would make was there already.
const TAKEN_TRIES_MAX: u32 = 3;

/// A submitted command's end.
#[derive(Debug)]
pub enum Settled {
    /// It was decided now.
    Decided(Result<Outcome, Refusal>),
    /// The same request was answered before; nothing was done again.
    Replayed(Answer),
    /// The key was used for another request.
    KeyReused,
    /// These rows of an import were done before; nothing was done again.
    DoneBefore,
}

/// Why a command was not decided.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// Too much is waiting; nothing was done.
    #[error("the ledger's queue is full")]
    Full,
    /// The server is stopping; nothing was done.
    #[error("the ledger is closed")]
    Closed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// How an outcome is stored for replay. `None` is not stored.
pub type Render = Box<dyn Fn(&Result<Outcome, Refusal>) -> Option<(u16, Vec<u8>)> + Send + Sync>;

/// A request's idempotency key and what is needed to honour it.
pub struct Keyed {
    /// The key.
    pub key: Key,
    /// A hash of the request.
    pub fingerprint: [u8; 32],
    /// Makes the answer that will be replayed.
    pub render: Render,
}

/// Rows of an import, and how what came of them is stored.
pub struct ChunkOf {
    /// Whose rows.
    pub import: ImportId,
    /// Which of its chunks.
    pub number: i64,
    /// Makes what is stored.
    pub render: Box<dyn Fn(&Outcome) -> imports::Chunk + Send + Sync>,
}

/// What is stored in the transaction of a command's effect, so that it takes place once.
pub enum Receipt {
    /// The answer to a request.
    Answer(Keyed),
    /// What came of some rows of an import.
    Chunk(ChunkOf),
}

/// What a caller submits.
pub struct Submission {
    /// What to do.
    pub command: Command,
    /// Who wants it.
    pub actor: UserId,
    /// By what it is known to be done, if the caller may ask again.
    pub receipt: Option<Receipt>,
}

type Answering = oneshot::Sender<Result<Settled, Fault>>;

/// A handle on the queue. Cheap to clone; the queue ends when the last handle is dropped.
#[derive(Clone)]
pub struct Ledger {
    queue: mpsc::Sender<(Submission, Answering)>,
    pages: Arc<Pages>,
    of_callers: Arc<AtomicU64>,
    due: Arc<Notify>,
}

impl Ledger {
    /// Starts the ledger of a store. The task ends after the last handle is gone and everything queued is answered.
    pub fn start(store: &Store, clock: &Clock) -> (Self, tokio::task::JoinHandle<()>) {
        let (pages, due) = (Arc::new(Pages::default()), Arc::new(Notify::new()));
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let combiner = Combiner {
            store: store.clone(),
            clock: clock.clone(),
            pages: pages.clone(),
            due: due.clone(),
            ids: IdSource::default(),
            last: Timestamp::from_micros(0),
        };
        (Self { queue, pages, of_callers: Arc::default(), due }, tokio::spawn(combiner.run(waiting)))
    }

    /// Submits a command and waits until it is on disk, or refused.
    pub async fn submit(&self, submission: Submission) -> Result<Settled, Fault> {
        if !matches!(submission.receipt, Some(Receipt::Chunk(_))) {
            self.of_callers.fetch_add(1, Ordering::Relaxed);
        }
        let (answer, settled) = oneshot::channel();
        self.queue.try_send((submission, answer)).map_err(|fault| match fault {
            mpsc::error::TrySendError::Full(_) => Fault::Full,
            mpsc::error::TrySendError::Closed(_) => Fault::Closed,
        })?;
        settled.await.map_err(|_| Fault::Closed)?
    }

    /// Pages that may be kept: the ledger says what has changed before it answers.
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// Woken when an order is to be planned.
    pub fn due(&self) -> &Notify {
        &self.due
    }

    /// Commands that somebody waited for, so far: all but rows of imports.
    pub fn of_callers(&self) -> u64 {
        self.of_callers.load(Ordering::Relaxed)
    }

    /// Commands waiting just now.
    pub fn waiting(&self) -> usize {
        QUEUE_MAX - self.queue.capacity()
    }
}

/// How many commands to take when so many wait: half of them, so that while one half is on its way to the disk the
/// callers of the other are answered and come back. Taking all would make everybody wait for everybody.
fn batch_size(waiting: usize) -> usize {
    (waiting / 2).clamp(BATCH_COMMANDS_SHARED, BATCH_COMMANDS_MAX)
}

/// Whether a failure may be the doing of one command. The others have to do with the database, and trying each command
/// alone would only make everybody wait; after an unknown end it might do them twice.
fn is_of_a_command(fault: &Error) -> bool {
    matches!(fault, Error::Taken { .. } | Error::Moved(_) | Error::Internal(_))
}

struct Combiner {
    store: Store,
    clock: Clock,
    pages: Arc<Pages>,
    due: Arc<Notify>,
    ids: IdSource,
    last: Timestamp,
}

impl Combiner {
    async fn run(mut self, mut waiting: mpsc::Receiver<(Submission, Answering)>) {
        let mut drained = Vec::with_capacity(BATCH_COMMANDS_MAX);
        while waiting.recv_many(&mut drained, batch_size(waiting.len())).await > 0 {
            self.answer(&mut drained).await;
        }
    }

    /// Settles what was taken and answers everybody.
    async fn answer(&mut self, drained: &mut Vec<(Submission, Answering)>) {
        let (batch, answers): (Vec<Submission>, Vec<Answering>) = drained.drain(..).unzip();
        metrics::histogram!("onhand_ledger_batch_commands").record(batch.len() as f64);
        let batch = Arc::new(batch);
        match self.settle_again(batch.clone(), 0..batch.len()).await {
            Ok(settled) => answers.into_iter().zip(settled).for_each(|(answer, settled)| {
                // A caller that hung up is not told; its command is done all the same.
                let _ = answer.send(Ok(settled));
            }),
            Err(fault) if is_of_a_command(&fault) && batch.len() > 1 => {
                self.settle_alone(batch, answers, &fault).await;
            }
            Err(fault) => {
                tracing::warn!(commands = batch.len(), %fault, "batch failed");
                answers.into_iter().for_each(|answer| drop(answer.send(Err(Fault::Store(fault.clone())))));
            }
        }
    }

    /// One bad command must not fail its neighbours: each is tried once by itself.
    async fn settle_alone(&mut self, batch: Arc<Vec<Submission>>, answers: Vec<Answering>, fault: &Error) {
        tracing::warn!(commands = answers.len(), %fault, "batch failed; trying each command alone");
        for (index, answer) in answers.into_iter().enumerate() {
            let alone = self.settle_again(batch.clone(), index..index + 1).await;
            let _ = answer.send(alone.map(|mut settled| settled.remove(0)).map_err(Fault::Store));
        }
    }

    /// Settles part of a batch. Where another process has made the same thing meanwhile (an order of this number, a
    /// stock of this SKU), it is there when the batch is loaded again, and decided on.
    async fn settle_again(
        &mut self,
        batch: Arc<Vec<Submission>>,
        part: std::ops::Range<usize>,
    ) -> Result<Vec<Settled>, Error> {
        let mut tries = 1;
        loop {
            match self.settle(batch.clone(), part.clone()).await {
                Err(Error::Taken { .. } | Error::Moved(_)) if tries < TAKEN_TRIES_MAX => tries += 1,
                ended => return ended,
            }
        }
    }

    /// Settles part of a batch in one transaction.
    async fn settle(
        &mut self,
        batch: Arc<Vec<Submission>>,
        part: std::ops::Range<usize>,
    ) -> Result<Vec<Settled>, Error> {
        let commands = &batch[part.clone()];
        let needed = |kind| commands.iter().map(|entry| entry.command.ids_needed(kind) as i64).sum();
        ids::refill(&self.store, &mut self.ids, needed).await?;
        let (ids, pages, clock, last) = (self.ids.clone(), self.pages.clone(), self.clock.clone(), self.last);
        let body = async move |tx: &mut Tx<'_>| {
            // Times grow strictly from command to command, so that "at or before" is never a matter of luck.
            let now = || clock.now().max(last.plus_micros(1));
            let batch = settle(tx, &batch[part], ids, now).await?;
            pages.changing(&batch.changes);
            Ok(batch)
        };
        // Whether a commit that failed took place may be unknown, so pages are held to have changed even then.
        let settled = self.store.write("ledger.batch", body).await;
        self.pages.changed();
        let batch = settled.inspect_err(|fault| {
            // Ids are used again, unless they may be in use already.
            if matches!(fault, Error::Unknown(_)) {
                self.ids = IdSource::default();
            }
        })?;
        if batch.changes.plans.values().any(|is_due| *is_due) {
            self.due.notify_one();
        }
        self.ids = batch.ids;
        self.last = batch.last;
        Ok(batch.settled)
    }
}

/// A batch on disk.
struct Batch {
    ids: IdSource,
    settled: Vec<Settled>,
    changes: Changes,
    /// The time of the last command.
    last: Timestamp,
}

async fn settle(
    tx: &mut Tx<'_>,
    batch: &[Submission],
    ids: IdSource,
    now: impl Fn() -> Timestamp,
) -> Result<Batch, Error> {
    let mut needs = Needs::default();
    batch.iter().for_each(|entry| entry.command.needs(&mut needs));
    let mut shelf = Shelf::new(ids);
    rows::load(tx, &needs, &mut shelf).await?;
    // What happens to one stock happens one after the other, whichever process does it: the time is taken when the rows
    // are ours, and since clocks differ, it is later than what the rows have seen.
    let now = now();
    let now = shelf.newest().map_or(now, |newest| now.max(newest.plus_micros(1)));

    let mut receipts = Receipts::load(tx, batch).await?;
    let mut settled = Vec::with_capacity(batch.len());
    for (position, entry) in batch.iter().enumerate() {
        let context = Context { actor: entry.actor, now: now.plus_micros(position as i64) };
        settled.push(receipts.settle(&mut shelf, entry, context));
    }
    let changes = shelf.take_changes();
    rows::apply(tx, &shelf, &changes).await?;
    receipts.store(tx, now).await?;
    Ok(Batch { ids: shelf.ids, settled, changes, last: now.plus_micros(batch.len() as i64) })
}

/// What is known to be done, and what is now.
struct Receipts {
    answers: HashMap<Key, Answer>,
    new_answers: Vec<Key>,
    chunks: BTreeSet<(ImportId, i64)>,
    new_chunks: Vec<imports::Chunk>,
}

impl Receipts {
    async fn load(tx: &mut Tx<'_>, batch: &[Submission]) -> Result<Self, Error> {
        let (mut keys, mut chunks) = (BTreeSet::new(), BTreeSet::new());
        for receipt in batch.iter().filter_map(|entry| entry.receipt.as_ref()) {
            match receipt {
                Receipt::Answer(keyed) => _ = keys.insert(&keyed.key),
                Receipt::Chunk(chunk) if imports::has_chunk(tx, chunk.import, chunk.number).await? => {
                    chunks.insert((chunk.import, chunk.number));
                }
                Receipt::Chunk(_) => {}
            }
        }
        let answers = idempotency::find_all(tx, keys).await?.into_iter().collect();
        Ok(Self { answers, new_answers: Vec::new(), chunks, new_chunks: Vec::new() })
    }

    /// Decides a command, once per receipt.
    fn settle(&mut self, shelf: &mut Shelf, entry: &Submission, context: Context) -> Settled {
        match &entry.receipt {
            None => Settled::Decided(decide(shelf, &entry.command, context)),
            Some(Receipt::Answer(keyed)) => self.settle_keyed(shelf, entry, keyed, context),
            Some(Receipt::Chunk(chunk)) => {
                if !self.chunks.insert((chunk.import, chunk.number)) {
                    return Settled::DoneBefore;
                }
                let result = decide(shelf, &entry.command, context);
                self.new_chunks.extend(result.as_ref().ok().map(&*chunk.render));
                Settled::Decided(result)
            }
        }
    }

    fn settle_keyed(&mut self, shelf: &mut Shelf, entry: &Submission, keyed: &Keyed, context: Context) -> Settled {
        if let Some(answer) = self.answers.get(&keyed.key) {
            let same = answer.fingerprint == keyed.fingerprint;
            return if same { Settled::Replayed(answer.clone()) } else { Settled::KeyReused };
        }
        let result = decide(shelf, &entry.command, context);
        if let Some((status, body)) = (keyed.render)(&result) {
            self.answers.insert(keyed.key.clone(), Answer { fingerprint: keyed.fingerprint.to_vec(), status, body });
            self.new_answers.push(keyed.key.clone());
        }
        Settled::Decided(result)
    }

    /// Stores what is new, in the transaction of its effect.
    async fn store(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
        let answers = self.new_answers.iter().filter_map(|key| self.answers.get_key_value(key));
        idempotency::insert_all(tx, answers, now).await?;
        for chunk in &self.new_chunks {
            imports::add_chunk(tx, chunk).await?;
        }
        Ok(())
    }
}

/// What a command would do, decided by the same rules on the same rows and then forgotten.
pub async fn preview(tx: &mut Tx<'_>, command: &Command, context: Context) -> Result<Result<Outcome, Refusal>, Error> {
    let mut ids = IdSource::default();
    for kind in IdKind::ALL {
        // Numbers that nobody will ever have: nothing that is made here is stored.
        let count = command.ids_needed(kind) as i64;
        ids.refill(kind, PREVIEW_IDS_END - count, count);
    }
    let mut needs = Needs::default();
    command.needs(&mut needs);
    let mut shelf = Shelf::new(ids);
    rows::load(tx, &needs, &mut shelf).await?;
    Ok(decide(&mut shelf, command, context))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_go_together_and_many_go_by_halves() {
        let sizes = [0, 1, 24, 64, 1_000, QUEUE_MAX].map(batch_size);
        assert_eq!(sizes, [24, 24, 24, 32, 500, BATCH_COMMANDS_MAX]);
    }
}
