//! Submission: a command on its way to the writer, and a request that its sender may send again.
//!
//! Promises: a request with an idempotency key is done once, and its sender gets the first answer again. A rejection
//! has changed nothing, so it is not stored, and a repeated request is decided anew. Must not know what a command means
//! or what an answer looks like.

use std::sync::Arc;

use onhand_core::{Command, Outcome, Rejection};
use onhand_store::idempotency::{self, Answer, Key};
use onhand_store::{Error, Tx};
use sha2::{Digest as _, Sha256};

use super::{Requester, ServiceError, Services};
use crate::writer::{DedupRecord, Keyed, Submission, SubmissionResult};

/// The most characters an idempotency key may have.
const KEY_CHARS_MAX: usize = 255;

/// A request with an idempotency key: which key, of which account, and a hash of what is asked for.
#[derive(Clone)]
pub struct RequestKey {
    key: Key,
    request: Sha256,
}

impl RequestKey {
    /// The key that a requester gives to a request. `name` says what is asked for, without what is sent with it.
    pub fn new(requester: &Requester, key: &str, name: [&str; 2]) -> Self {
        let mut request = Sha256::new();
        name.iter().for_each(|part| request.update(part));
        request.update([0]);
        Self { key: Key { account: requester.account, key: key.to_owned() }, request }
    }

    /// The same request, with what is sent with it.
    #[must_use]
    pub fn with(mut self, content: &[u8]) -> Self {
        self.request.update(content);
        self
    }

    /// The key and the hash of the request, if the key may be one.
    pub(super) fn checked(self) -> Result<(Key, [u8; 32]), ServiceError> {
        let Self { key, request } = self;
        if key.key.is_empty() || key.key.chars().count() > KEY_CHARS_MAX {
            let text = format!("Idempotency-Key must have 1 to {KEY_CHARS_MAX} plain characters.");
            return Err(ServiceError::Invalid(text));
        }
        Ok((key, request.finalize().into()))
    }
}

/// The stored form of an answer: its status and its body.
pub type Rendered = (u16, Vec<u8>);

/// What makes the stored form of an outcome, if it did something.
type RenderSome = Arc<dyn Fn(&Outcome) -> Option<Rendered> + Send + Sync>;

/// How the answer to a command is recorded with its effect, so that its sender may send it again.
#[derive(Clone)]
pub struct AnswerRecord {
    key: RequestKey,
    render: RenderSome,
}

impl AnswerRecord {
    /// Records what `render` makes of an outcome under the key of a request.
    pub fn new(key: RequestKey, render: impl Fn(&Outcome) -> Rendered + Send + Sync + 'static) -> Self {
        Self::of_some(key, move |outcome| Some(render(outcome)))
    }

    /// The same of outcomes that did something; what `render` makes nothing of is decided anew when it is sent again.
    pub fn of_some(key: RequestKey, render: impl Fn(&Outcome) -> Option<Rendered> + Send + Sync + 'static) -> Self {
        Self { key, render: Arc::new(render) }
    }

    fn checked(self) -> Result<DedupRecord, ServiceError> {
        let Self { key, render } = self;
        let (key, fingerprint) = key.checked()?;
        // A rejection has changed nothing, so it is not stored.
        let render = move |result: &Result<Outcome, Rejection>| render(result.as_ref().ok()?);
        Ok(DedupRecord::Answer(Keyed { key, fingerprint, render: Box::new(render) }))
    }
}

/// How a command ended that was not rejected.
#[derive(Debug)]
pub enum Submitted {
    /// It was decided now.
    Now(Outcome),
    /// The same request was done before, and this was the answer to it.
    Before(Answer),
}

impl Services {
    /// Has the writer decide a command. With a record, a request that was done before is not done again. An order that
    /// looks at a part of its lists is decided again with all of them if that is not enough.
    pub async fn submit_once(
        &self,
        requester: &Requester,
        command: Command,
        record: Option<AnswerRecord>,
    ) -> Result<Submitted, ServiceError> {
        let Some(whole) = command.with_all_lists() else { return self.submit_as_is(requester, command, record).await };
        match self.submit_as_is(requester, command, record.clone()).await {
            Err(ServiceError::Rejection(Rejection::MoreListsNeeded)) => {
                self.submit_as_is(requester, whole, record).await
            }
            submitted => submitted,
        }
    }

    async fn submit_as_is(
        &self,
        requester: &Requester,
        command: Command,
        record: Option<AnswerRecord>,
    ) -> Result<Submitted, ServiceError> {
        let dedup_record = record.map(AnswerRecord::checked).transpose()?;
        let submission = Submission { command, actor: requester.account, dedup_record };
        match self.writer.submit(submission).await? {
            SubmissionResult::Decided(decided) => Ok(Submitted::Now(decided?)),
            SubmissionResult::Replayed(stored) => Ok(Submitted::Before(stored)),
            SubmissionResult::KeyReused => Err(ServiceError::KeyReused),
            SubmissionResult::Done => Err(ServiceError::internal("a request was answered like an import")),
        }
    }

    /// Has the writer decide a command that is only a part of what was asked for: no key is honoured for it.
    pub async fn submit(&self, requester: &Requester, command: Command) -> Result<Outcome, ServiceError> {
        match self.submit_once(requester, command, None).await? {
            Submitted::Now(outcome) => Ok(outcome),
            Submitted::Before(_) => {
                Err(ServiceError::internal("a command without a key was answered like one with a key"))
            }
        }
    }

    /// Keeps the answer to a request that was more than one command, under its key. One that is kept already stays.
    pub async fn keep_answer(&self, key: RequestKey, (status, body): Rendered) -> Result<(), ServiceError> {
        let (key, fingerprint) = key.checked()?;
        let (answer, now) = (Answer { fingerprint: fingerprint.to_vec(), status, body }, self.clock.now());
        let insert = async move |tx: &mut Tx<'_>| idempotency::insert_all(tx, [(&key, &answer)], now).await;
        match self.store.write("idempotency.insert", insert).await {
            Ok(()) | Err(Error::UniqueViolation { .. }) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }

    /// The answer to the same request, if it was done before: for requests that are more than one command.
    pub async fn answered(&self, key: RequestKey) -> Result<Option<Answer>, ServiceError> {
        let (key, fingerprint) = key.checked()?;
        let find = async move |tx: &mut Tx<'_>| idempotency::find_all(tx, [&key]).await;
        match self.store.read("idempotency.find", find).await?.into_iter().next() {
            None => Ok(None),
            Some((_, answer)) if answer.fingerprint == fingerprint => Ok(Some(answer)),
            Some(_) => Err(ServiceError::KeyReused),
        }
    }
}
