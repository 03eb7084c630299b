//! Submission: a command on its way to the writer, and a request that its sender may send again.
//!
//! Promises: a request with an idempotency key is done once, and its sender gets the first answer again. A rejection has
//! changed nothing, so it is not stored, and a repeated request is decided anew. Must not know what a command means or
//! what an answer looks like.

use onhand_core::{Command, Outcome, Rejection};
use onhand_store::Tx;
use onhand_store::idempotency::{self, Answer, Key};
use sha2::{Digest as _, Sha256};

use super::{Requester, ServiceError, Services};
use crate::writer::{DedupRecord, Keyed, Submission, SubmissionResult};

/// The most characters an idempotency key may have.
const KEY_CHARS_MAX: usize = 255;

/// A request with an idempotency key: which key, of which account, and what the request is.
pub struct RequestKey {
    key: Key,
    request: Sha256,
}

impl RequestKey {
    /// The key that a requester gives to a request. `name` says what is asked for, without what is sent with it.
    pub fn new(requester: &Requester, key: &str, name: [&str; 2]) -> Result<Self, ServiceError> {
        if key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
            let text = format!("Idempotency-Key must have 1 to {KEY_CHARS_MAX} plain characters.");
            return Err(ServiceError::Invalid(text));
        }
        let mut request = Sha256::new();
        name.iter().for_each(|part| request.update(part));
        request.update([0]);
        Ok(Self { key: Key { account: requester.account, key: key.to_owned() }, request })
    }

    /// The key, and a hash of the request with what is sent with it.
    pub fn with(self, content: &[u8]) -> (Key, [u8; 32]) {
        let Self { key, mut request } = self;
        request.update(content);
        (key, request.finalize().into())
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

/// The stored form of an answer: its status and its body.
pub type Rendered = (u16, Vec<u8>);

impl Services {
    /// Has the writer decide a command that is only a part of what was asked for: no key is honoured for it.
    pub async fn submit(&self, requester: &Requester, command: Command) -> Result<Outcome, ServiceError> {
        match self.send(requester, command, None).await? {
            Ok(Submitted::Now(outcome)) => Ok(outcome),
            Ok(Submitted::Before(_)) => {
                Err(ServiceError::internal("a command without a key was answered like one with a key"))
            }
            Err(rejection) => Err(rejection.into()),
        }
    }

    /// Has the writer decide a command. With a key and a hash of the request, `render` makes the answer that is stored
    /// with the effect.
    pub async fn submit_once(
        &self,
        requester: &Requester,
        command: Command,
        (key, render): (Option<(Key, [u8; 32])>, impl Fn(&Outcome) -> Rendered + Send + Sync + 'static),
    ) -> Result<Result<Submitted, Rejection>, ServiceError> {
        let record = key.map(|(key, fingerprint)| {
            let render = move |result: &Result<Outcome, Rejection>| Some(render(result.as_ref().ok()?));
            DedupRecord::Answer(Keyed { key, fingerprint, render: Box::new(render) })
        });
        self.send(requester, command, record).await
    }

    async fn send(
        &self,
        requester: &Requester,
        command: Command,
        dedup_record: Option<DedupRecord>,
    ) -> Result<Result<Submitted, Rejection>, ServiceError> {
        let submission = Submission { command, actor: requester.account, dedup_record };
        match self.writer.submit(submission).await? {
            SubmissionResult::Decided(decided) => Ok(decided.map(Submitted::Now)),
            SubmissionResult::Replayed(stored) => Ok(Ok(Submitted::Before(stored))),
            SubmissionResult::KeyReused => Err(ServiceError::KeyReused),
            SubmissionResult::Done => Err(ServiceError::internal("a request was answered like an import")),
        }
    }

    /// The answer to the same request, if it was done before: for requests that are more than one command.
    pub async fn answered(&self, (key, fingerprint): (Key, [u8; 32])) -> Result<Option<Answer>, ServiceError> {
        let find = async move |tx: &mut Tx<'_>| idempotency::find_all(tx, [&key]).await;
        match self.store.read("idempotency.find", find).await?.into_iter().next() {
            None => Ok(None),
            Some((_, answer)) if answer.fingerprint == fingerprint => Ok(Some(answer)),
            Some(_) => Err(ServiceError::KeyReused),
        }
    }
}
