//! Deduplication: what is known to be done, so that it is done once. Must not know what a command means.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{Context, ImportId, Timestamp, WorkingSet, decide};
use onhand_store::idempotency::{self, Answer, Key};
use onhand_store::unit_of_work::optimistic::SpeculativeBatch;
use onhand_store::{Error, Tx, imports};

use super::{ChunkOf, DedupRecord, Keyed, Submission, SubmissionResult};

/// What is known to be done, and what is now.
pub(super) struct Dedup {
    answers: HashMap<Key, Answer>,
    new_answers: Vec<Key>,
    chunks: BTreeSet<(ImportId, i64)>,
    new_chunks: Vec<imports::Chunk>,
}

impl Dedup {
    pub(super) async fn load(tx: &mut Tx<'_>, batch: &[Submission]) -> Result<Self, Error> {
        let (mut keys, mut chunks) = (BTreeSet::new(), BTreeSet::new());
        for dedup_record in batch.iter().filter_map(|entry| entry.dedup_record.as_ref()) {
            match dedup_record {
                DedupRecord::Answer(keyed) => keys.insert(&keyed.key),
                DedupRecord::Chunk(chunk) => chunks.insert((chunk.import, chunk.number)),
            };
        }
        let chunks = imports::stored_chunks(tx, chunks).await?.into_iter().collect();
        let answers = idempotency::find_all(tx, keys).await?.into_iter().collect();
        Ok(Self { answers, new_answers: Vec::new(), chunks, new_chunks: Vec::new() })
    }

    /// The speculative batches, if there is nothing else in the batch and none of them was done before.
    pub(super) fn speculative_batches<'e>(
        &self,
        batch: &'e [Submission],
    ) -> Option<Vec<&'e (SpeculativeBatch, imports::Chunk)>> {
        let chunks = batch.iter().map(|entry| match &entry.dedup_record {
            Some(DedupRecord::Chunk(chunk)) => Some(chunk),
            _ => None,
        });
        let chunks: Vec<&ChunkOf> = chunks.collect::<Option<_>>()?;
        let undone = chunks.into_iter().filter(|chunk| !self.chunks.contains(&(chunk.import, chunk.number)));
        undone.map(|chunk| chunk.speculative.as_ref()).collect()
    }

    /// Decides a command, once per deduplication record.
    pub(super) fn decide_once(
        &mut self,
        working_set: &mut WorkingSet,
        entry: &Submission,
        context: Context,
    ) -> SubmissionResult {
        match &entry.dedup_record {
            None => SubmissionResult::Decided(decide(working_set, &entry.command, context)),
            Some(DedupRecord::Answer(keyed)) => self.replay_or_decide(working_set, entry, keyed, context),
            Some(DedupRecord::Chunk(chunk)) => {
                if !self.chunks.insert((chunk.import, chunk.number)) {
                    return SubmissionResult::Done;
                }
                let result = decide(working_set, &entry.command, context);
                self.new_chunks.extend(result.as_ref().ok().map(&*chunk.render));
                SubmissionResult::Decided(result)
            }
        }
    }

    fn replay_or_decide(
        &mut self,
        working_set: &mut WorkingSet,
        entry: &Submission,
        keyed: &Keyed,
        context: Context,
    ) -> SubmissionResult {
        if let Some(answer) = self.answers.get(&keyed.key) {
            let same = answer.fingerprint == keyed.fingerprint;
            return if same { SubmissionResult::Replayed(answer.clone()) } else { SubmissionResult::KeyReused };
        }
        let result = decide(working_set, &entry.command, context);
        if let Some((status, body)) = (keyed.render)(&result) {
            self.answers.insert(keyed.key.clone(), Answer { fingerprint: keyed.fingerprint.to_vec(), status, body });
            self.new_answers.push(keyed.key.clone());
        }
        SubmissionResult::Decided(result)
    }

    /// Stores what is new, in the transaction of its effect.
    pub(super) async fn store(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
        let answers = self.new_answers.iter().filter_map(|key| self.answers.get_key_value(key));
        idempotency::insert_all(tx, answers, now).await?;
        imports::add_chunks(tx, &self.new_chunks).await
    }
}
