//! The ledger: the one queue through which every change of stock goes.
//!
//! Promises: a command is answered after its effect is flushed to disk; commands take effect in the order in which they
//! are answered; what waits is taken together into one transaction, and nothing waits for more to come. A full queue
//! refuses at once. Must not know HTTP, JSON or what a command means.

use std::collections::HashMap;
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
    pub fn start(store: Store, clock: Clock) -> (Self, tokio::task::JoinHandle<()>) {
        let pages = Arc::new(Pages::default());
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let combiner =
            Combiner { store, clock, pages: pages.clone(), ids: IdSource::default(), last: Timestamp::from_micros(0) };
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
            let (batch, answers): (Vec<Submission>, Vec<Answering>) = drained.drain(..).unzip();
            metrics::histogram!("onhand_ledger_batch_commands").record(batch.len() as f64);
            let batch = Arc::new(batch);
            match self.settle(batch.clone(), 0..batch.len()).await {
                Ok(settled) => answers.into_iter().zip(settled).for_each(|(answer, settled)| {
                    // A caller that hung up is not told; its command is done all the same.
                    let _ = answer.send(Ok(settled));
                }),
                Err(fault) => self.settle_alone(batch, answers, fault).await,
            }
        }
    }

    /// One bad command must not fail its neighbours: each is tried once by itself.
    async fn settle_alone(&mut self, batch: Arc<Vec<Submission>>, answers: Vec<Answering>, fault: Error) {
        let only_one = answers.len() == 1;
        tracing::warn!(commands = answers.len(), %fault, "batch failed");
        for (index, answer) in answers.into_iter().enumerate() {
            let result = if only_one {
                Err(fault.clone())
            } else {
                let alone = self.settle(batch.clone(), index..index + 1).await;
                alone.map(|mut settled| settled.remove(0))
            };
            let _ = answer.send(result.map_err(Fault::Store));
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
        // Times grow strictly from command to command, so that "at or before" is never a matter of luck.
        let now = self.clock.now().micros().max(self.last.micros() + 1);
        self.last = Timestamp::from_micros(now + part.len() as i64);
        let ids = std::mem::take(&mut self.ids);
        let pages = self.pages.clone();
        let body = async move |tx: &mut Tx<'_>| {
            let batch = settle(tx, &batch[part], ids, now).await?;
            pages.changing(&batch.changes);
            Ok(batch)
        };
        // Whether a commit that failed took place is unknown, so pages are held to have changed even then.
        let settled = self.store.write("ledger.batch", body).await;
        self.pages.changed();
        let batch = settled?;
        self.ids = batch.ids;
        Ok(batch.settled)
    }
}

/// A batch on disk.
struct Batch {
    ids: IdSource,
    settled: Vec<Settled>,
    changes: Changes,
}

async fn settle(tx: &mut Tx<'_>, batch: &[Submission], ids: IdSource, now: i64) -> Result<Batch, Error> {
    let mut needs = Needs::default();
    batch.iter().for_each(|entry| entry.command.needs(&mut needs));
    let mut shelf = Shelf::new(ids);
    rows::load(tx, &needs, &mut shelf).await?;

    let mut known: HashMap<Key, Answer> = HashMap::new();
    let mut settled = Vec::with_capacity(batch.len());
    for (position, entry) in batch.iter().enumerate() {
        let now = Timestamp::from_micros(now + position as i64);
        settled.push(match &entry.keyed {
            None => Settled::Decided(decide(&mut shelf, &entry.command, Context { actor: entry.actor, now })),
            Some(keyed) => settle_keyed(tx, &mut shelf, entry, keyed, now, &mut known).await?,
        });
    }
    let changes = shelf.take_changes();
    rows::apply(tx, &shelf, &changes).await?;
    Ok(Batch { ids: shelf.ids, settled, changes })
}

/// Decides a command once per key: the answer is stored in the transaction of its effect.
async fn settle_keyed(
    tx: &mut Tx<'_>,
    shelf: &mut Shelf,
    entry: &Submission,
    keyed: &Keyed,
    now: Timestamp,
    known: &mut HashMap<Key, Answer>,
) -> Result<Settled, Error> {
    let stored = match known.get(&keyed.key) {
        Some(answer) => Some(answer.clone()),
        None => idempotency::find(tx, &keyed.key).await?,
    };
    if let Some(answer) = stored {
        let same = answer.fingerprint == keyed.fingerprint;
        return Ok(if same { Settled::Replayed(answer) } else { Settled::KeyReused });
    }
    let result = decide(shelf, &entry.command, Context { actor: entry.actor, now });
    if let Some((status, body)) = (keyed.render)(&result) {
        let answer = Answer { fingerprint: keyed.fingerprint.to_vec(), status, body };
        idempotency::insert(tx, &keyed.key, &answer, now).await?;
        known.insert(keyed.key.clone(), answer);
    }
    Ok(Settled::Decided(result))
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
