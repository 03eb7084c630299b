//! Group commit: waiting commands are taken into one transaction after the other.
//!
//! Promises: a caller that waits for an answer comes first, and rows of imports wait for one batch of callers at the
//! most; a command that fails fails alone. Must not know where commands come from.

use std::iter::{once, repeat_with};
use std::mem::replace;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use onhand_core::commands::ReadSet;
use onhand_core::{Context, IdAllocator, IdKind, SHORT_LINES_MAX, Timestamp, WorkingSet};
use onhand_store::unit_of_work::optimistic::{self, SpeculativeBatch};
use onhand_store::{Error, Store, Tx, ids, imports, unit_of_work};
use tokio::sync::mpsc;

use super::dedup::Dedup;
use super::{Answering, ChangedStocks, CommitObservers, Submission, SubmissionResult, SubmitError, Waiting, Wakes};
use crate::clock::Clock;
use crate::supervise::caught;

/// Up to so many commands are always taken together: fewer would not make up for the flush they share.
const BATCH_COMMANDS_SHARED: usize = 24;
/// Commands in one transaction.
const BATCH_COMMANDS_MAX: usize = 2_048;
/// Chunks of imports in one transaction while no other caller waits; otherwise there is one, so that no caller waits
/// long.
const BATCH_CHUNKS_MAX: usize = 16;
/// How often a batch is loaded again because something it would make was there already.
const TAKEN_TRIES_MAX: u32 = 3;

/// How many commands to take when so many wait: half of them, so that while one half is on its way to the disk the
/// callers of the other are answered and come back. If all were taken, every caller would wait for all others.
fn batch_size(waiting: usize) -> usize {
    (waiting / 2).clamp(BATCH_COMMANDS_SHARED, BATCH_COMMANDS_MAX)
}

/// Takes what waits, until there are so many; whether there are any.
fn take(queue: &mut mpsc::Receiver<Waiting>, most: usize, drained: &mut Vec<Waiting>) -> bool {
    while drained.len() < most
        && let Ok(next) = queue.try_recv()
    {
        drained.push(next);
    }
    !drained.is_empty()
}

/// Whether a failure may come from one command. The others have to do with the database, and trying each command alone
/// would only make every caller wait; after a commit in doubt it might do them twice.
fn is_command_fault(fault: &Error) -> bool {
    matches!(fault, Error::UniqueViolation { .. } | Error::StaleRead(_) | Error::Internal(_))
}

/// Answers callers. One that hung up is not told; its command is done all the same.
fn tell(answers: &mut [Option<Answering>], settled: impl Iterator<Item = Result<SubmissionResult, SubmitError>>) {
    for (answer, settled) in answers.iter_mut().zip(settled) {
        if let Some(answer) = answer.take() {
            let _ = answer.send(settled);
        }
    }
}

pub(super) struct Batcher {
    store: Store,
    clock: Clock,
    observers: CommitObservers,
    wakes: Wakes,
    /// Goes up when a batch of callers begins and when it ends, so it is odd while one is under way; of all batchers of
    /// this process.
    calls: Arc<AtomicU64>,
    /// What that was when chunks were taken last.
    seen: u64,
    ids: IdAllocator,
    last: Timestamp,
}

impl Batcher {
    pub(super) fn new(
        store: &Store,
        clock: &Clock,
        observers: CommitObservers,
        wakes: Wakes,
        calls: Arc<AtomicU64>,
    ) -> Self {
        let (ids, last) = (IdAllocator::default(), Timestamp::from_micros(0));
        Self { store: store.clone(), clock: clock.clone(), observers, wakes, calls, seen: 0, ids, last }
    }

    /// How many chunks may be taken together.
    fn chunks(&mut self) -> usize {
        let calls = self.calls.load(Ordering::Relaxed);
        let is_quiet = replace(&mut self.seen, calls) == calls && calls.is_multiple_of(2);
        if is_quiet { BATCH_CHUNKS_MAX } else { 1 }
    }

    /// Works until both queues are closed and empty.
    pub(super) async fn run(mut self, mut callers: mpsc::Receiver<Waiting>, mut imports: mpsc::Receiver<Waiting>) {
        let mut drained = Vec::with_capacity(BATCH_COMMANDS_MAX);
        let mut is_turn_of_imports = false;
        loop {
            let mut of_imports = is_turn_of_imports && take(&mut imports, self.chunks(), &mut drained);
            if !of_imports {
                let first = tokio::select! {
                    biased;
                    Some(first) = callers.recv() => first,
                    Some(first) = imports.recv() => {
                        of_imports = true;
                        first
                    }
                    else => return,
                };
                drained.push(first);
                if of_imports {
                    take(&mut imports, self.chunks(), &mut drained);
                } else {
                    let commands = batch_size(callers.len() + 1);
                    take(&mut callers, commands, &mut drained);
                }
            }
            let call = u64::from(!of_imports);
            self.calls.fetch_add(call, Ordering::Relaxed);
            if let Err(panic) = caught(self.answer(&mut drained)).await {
                // Callers without an answer are told that the result is unknown; numbers may be in use already.
                tracing::error!(panic, "a batch has panicked");
                drained.clear();
                self.ids = IdAllocator::default();
            }
            self.calls.fetch_add(call, Ordering::Relaxed);
            is_turn_of_imports = !of_imports;
        }
    }

    /// Commits what was taken and answers all callers. One bad command must not fail its neighbours: halves of a batch
    /// that fails because of a command in it are tried by themselves, and halves of those, until it is alone.
    async fn answer(&mut self, drained: &mut Vec<Waiting>) {
        let taken = Instant::now();
        let waited = metrics::histogram!("onhand_writer_wait_seconds");
        let begin = |(submission, answering, submitted): Waiting| {
            waited.record(taken.saturating_duration_since(submitted));
            (submission, Some(answering))
        };
        let (batch, mut answers): (Vec<Submission>, Vec<Option<Answering>>) = drained.drain(..).map(begin).unzip();
        metrics::histogram!("onhand_writer_batch_commands").record(batch.len() as f64);
        let batch = Arc::new(batch);
        let mut parts: Vec<Range<usize>> = once(0..batch.len()).collect();
        while let Some(part) = parts.pop() {
            match self.commit_with_retry(batch.clone(), part.clone()).await {
                Ok(settled) => tell(&mut answers[part], settled.into_iter().map(Ok)),
                Err(fault) if is_command_fault(&fault) && part.len() > 1 => {
                    tracing::warn!(commands = part.len(), %fault, "batch failed; trying its halves");
                    let middle = part.start + part.len() / 2;
                    parts.extend([middle..part.end, part.start..middle]);
                }
                Err(fault) => {
                    tracing::warn!(commands = part.len(), %fault, "batch failed");
                    tell(&mut answers[part], repeat_with(|| Err(SubmitError::Store(fault.clone()))));
                }
            }
        }
    }

    /// Commits part of a batch. Where another process has made the same thing meanwhile (an order of this number, a
    /// stock of this SKU), it is there when the batch is loaded again, and decided on. A speculative batch is tried
    /// once; then its commands are decided like all others.
    async fn commit_with_retry(
        &mut self,
        batch: Arc<Vec<Submission>>,
        part: Range<usize>,
    ) -> Result<Vec<SubmissionResult>, Error> {
        let mut tries = 1;
        loop {
            match self.commit_batch(batch.clone(), part.clone(), tries == 1).await {
                Err(Error::UniqueViolation { .. } | Error::StaleRead(_)) if tries < TAKEN_TRIES_MAX => tries += 1,
                ended => return ended,
            }
        }
    }

    /// Settles part of a batch in one transaction.
    async fn commit_batch(
        &mut self,
        batch: Arc<Vec<Submission>>,
        part: Range<usize>,
        takes_speculative: bool,
    ) -> Result<Vec<SubmissionResult>, Error> {
        let commands = &batch[part.clone()];
        let comes_back = commands.iter().any(|entry| entry.command.comes_back());
        // Lines that are short may be served once for all commands together, and once again what one of them has lost.
        let served = |kind| if comes_back && kind == IdKind::Movement { 2 * SHORT_LINES_MAX as i64 } else { 0 };
        let needed =
            |kind| commands.iter().map(|entry| entry.command.ids_needed(kind) as i64).sum::<i64>() + served(kind);
        ids::reserve_ranges(&self.store, &mut self.ids, needed).await?;
        let (ids, observers, clock, last) = (self.ids.clone(), self.observers.clone(), self.clock.clone(), self.last);
        let taken = (batch.clone(), part.clone());
        let body = async move |tx: &mut Tx<'_>| {
            // Times grow strictly from command to command, so that "at or before" is never a matter of luck.
            let now = || clock.now().max(last.plus_micros(1));
            let batch = Box::pin(decide_batch(tx, &batch[part], takes_speculative, ids, now)).await?;
            observers.iter().for_each(|observer| observer.before_commit(&batch.stocks));
            Ok((batch, Instant::now()))
        };
        // A commit that failed may be in doubt, so observers take it to have changed what it would have.
        let broken = |panic| Err(Error::Internal(format!("a rule of the program was broken: {panic}")));
        self.observers.iter().for_each(|observer| observer.begin());
        let begun = Instant::now();
        let settled = caught(self.store.write("writer.batch", body)).await.unwrap_or_else(broken);
        self.observers.iter().for_each(|observer| observer.after_commit());
        let (batch, written) = settled.inspect_err(|fault| {
            // Ids are used again, unless they may be in use already.
            if matches!(fault, Error::CommitInDoubt(_)) {
                self.ids = IdAllocator::default();
            }
        })?;
        metrics::histogram!("onhand_writer_batch_seconds").record(begun.elapsed());
        metrics::histogram!("onhand_writer_commit_seconds").record(written.elapsed());
        self.observers.iter().for_each(|observer| observer.decided(&taken.0[taken.1.clone()], &batch.settled));
        if batch.is_order_due {
            self.wakes.due.notify_one();
        }
        if batch.is_line_outgoing {
            self.wakes.outgoing.send_replace(());
        }
        self.ids = batch.ids;
        self.last = batch.last;
        Ok(batch.settled)
    }
}

/// A batch on disk.
struct Batch {
    ids: IdAllocator,
    settled: Vec<SubmissionResult>,
    stocks: ChangedStocks,
    /// Whether an order is to be sourced from now on.
    is_order_due: bool,
    /// Whether an outgoing line was made, or is farther now.
    is_line_outgoing: bool,
    /// The time of the last command.
    last: Timestamp,
}

async fn decide_batch(
    tx: &mut Tx<'_>,
    batch: &[Submission],
    takes_speculative: bool,
    ids: IdAllocator,
    now: impl Fn() -> Timestamp,
) -> Result<Batch, Error> {
    let mut dedup_records = Dedup::load(tx, batch).await?;
    if let Some(decided) = dedup_records.speculative_batches(batch).filter(|_| takes_speculative) {
        return write_speculative(tx, batch, &decided, ids, now()).await;
    }
    let mut read_set = ReadSet::default();
    batch.iter().for_each(|entry| entry.command.read_set(&mut read_set));
    let mut working_set = WorkingSet::new(ids);
    unit_of_work::load(tx, &read_set, &mut working_set).await?;
    // Changes of one stock come one after the other, whichever process makes them: the time is taken when the rows are
    // locked, and since clocks differ, it is later than the times in the rows.
    let now = now();
    let now = working_set.newest().map_or(now, |newest| now.max(newest.plus_micros(1)));

    let mut settled = Vec::with_capacity(batch.len());
    for (position, entry) in batch.iter().enumerate() {
        let context = Context { actor: entry.actor, now: now.plus_micros(position as i64) };
        settled.push(dedup_records.decide_once(&mut working_set, entry, context));
    }
    let changes = working_set.take_changes();
    unit_of_work::apply(tx, &changes).await?;
    dedup_records.store(tx, now).await?;
    let is_order_due = changes.sourcing_due.values().any(|is_due| *is_due);
    let is_line_outgoing = changes.items.made.iter().any(|item| item.outgoing.is_some())
        || changes.items.changed.iter().any(|(before, after)| before.outgoing != after.outgoing);
    let (stocks, last) = (ChangedStocks::of(&changes), now.plus_micros(batch.len() as i64));
    Ok(Batch { ids: working_set.ids, settled, stocks, is_order_due, is_line_outgoing, last })
}

/// Writes speculative batches.
async fn write_speculative(
    tx: &mut Tx<'_>,
    batch: &[Submission],
    decided: &[&(SpeculativeBatch, imports::Chunk)],
    ids: IdAllocator,
    now: Timestamp,
) -> Result<Batch, Error> {
    let speculative: Vec<&SpeculativeBatch> = decided.iter().map(|(batch, _)| batch).collect();
    let last = optimistic::apply(tx, &speculative, now).await?;
    imports::add_chunks(tx, decided.iter().map(|(_, chunk)| chunk)).await?;
    let changed = speculative.into_iter().flat_map(SpeculativeBatch::stocks).collect();
    let settled = batch.iter().map(|_| SubmissionResult::Done).collect();
    let stocks = ChangedStocks { changed, any_come_or_gone: false };
    Ok(Batch { ids, settled, stocks, is_order_due: false, is_line_outgoing: false, last })
}

#[cfg(test)]
mod tests {
    use super::super::QUEUE_MAX;
    use super::*;

    #[test]
    fn a_few_go_together_and_many_go_by_halves() {
        let sizes = [0, 1, 24, 64, 1_000, 4_000, QUEUE_MAX].map(batch_size);
        assert_eq!(sizes, [24, 24, 24, 32, 500, 2_000, BATCH_COMMANDS_MAX]);
    }
}
