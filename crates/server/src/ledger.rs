//! The ledger: the one queue through which every change of stock goes.
//!
//! Promises: a command is answered after its effect is flushed to disk; commands on one stock take effect in the order in
//! which they are answered; what waits is taken together into one transaction, and nothing waits for more to come. A full
//! queue refuses at once. Must not know HTTP, JSON or what a command means.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use onhand_core::command::Needs;
use onhand_core::{Changes, Command, Context, IdSource, Outcome, Refusal, Shelf, Timestamp, UserId, decide};
use onhand_store::idempotency::{self, Answer, Key};
use onhand_store::{Error, Store, Tx, ids, ledger as rows};
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::pages::Pages;

/// Commands that may wait. At tens of thousands a second this is well under a quarter of a second of work.
const QUEUE_MAX: usize = 4_096;
/// Up to so many commands are always taken together: fewer would not make up for the flush they share.
const BATCH_COMMANDS_SHARED: usize = 24;
/// Commands in one transaction.
const BATCH_COMMANDS_MAX: usize = 512;
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

/// What a caller submits.
pub struct Submission {
    /// What to do.
    pub command: Command,
    /// Who wants it.
    pub actor: UserId,
    /// The caller's idempotency key, if it sent one.
    pub keyed: Option<Keyed>,
}

type Answering = oneshot::Sender<Result<Settled, Fault>>;

/// A handle on the queue. Cheap to clone; the queue ends when the last handle is dropped.
#[derive(Clone)]
pub struct Ledger {
    queue: mpsc::Sender<(Submission, Answering)>,
    pages: Arc<Pages>,
}

impl Ledger {
    /// Starts the ledger of a store. The task ends after the last handle is gone and everything queued is answered.
    pub fn start(store: &Store, clock: &Clock) -> (Self, tokio::task::JoinHandle<()>) {
        let pages = Arc::new(Pages::default());
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let combiner = Combiner {
            store: store.clone(),
            clock: clock.clone(),
            pages: pages.clone(),
            ids: IdSource::default(),
            last: Timestamp::from_micros(0),
        };
        (Self { queue, pages }, tokio::spawn(combiner.run(waiting)))
    }

    /// Submits a command and waits until it is on disk, or refused.
    pub async fn submit(&self, submission: Submission) -> Result<Settled, Fault> {
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
    matches!(fault, Error::Taken { .. } | Error::Internal(_))
}

struct Combiner {
    store: Store,
    clock: Clock,
    pages: Arc<Pages>,
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
                Err(Error::Taken { .. }) if tries < TAKEN_TRIES_MAX => tries += 1,
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

    let keys: BTreeSet<&Key> = batch.iter().filter_map(|entry| Some(&entry.keyed.as_ref()?.key)).collect();
    let mut known: HashMap<Key, Answer> = idempotency::find_all(tx, keys).await?.into_iter().collect();
    let (mut settled, mut new) = (Vec::with_capacity(batch.len()), Vec::new());
    for (position, entry) in batch.iter().enumerate() {
        let context = Context { actor: entry.actor, now: now.plus_micros(position as i64) };
        settled.push(match &entry.keyed {
            None => Settled::Decided(decide(&mut shelf, &entry.command, context)),
            Some(keyed) => settle_keyed(&mut shelf, entry, keyed, context, (&mut known, &mut new)),
        });
    }
    let changes = shelf.take_changes();
    rows::apply(tx, &shelf, &changes).await?;
    idempotency::insert_all(tx, new.iter().filter_map(|key| known.get_key_value(key)), now).await?;
    Ok(Batch { ids: shelf.ids, settled, changes, last: now.plus_micros(batch.len() as i64) })
}

/// Decides a command once per key: the answer is stored in the transaction of its effect.
fn settle_keyed(
    shelf: &mut Shelf,
    entry: &Submission,
    keyed: &Keyed,
    context: Context,
    (known, new): (&mut HashMap<Key, Answer>, &mut Vec<Key>),
) -> Settled {
    if let Some(answer) = known.get(&keyed.key) {
        let same = answer.fingerprint == keyed.fingerprint;
        return if same { Settled::Replayed(answer.clone()) } else { Settled::KeyReused };
    }
    let result = decide(shelf, &entry.command, context);
    if let Some((status, body)) = (keyed.render)(&result) {
        known.insert(keyed.key.clone(), Answer { fingerprint: keyed.fingerprint.to_vec(), status, body });
        new.push(keyed.key.clone());
    }
    Settled::Decided(result)
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
