//! What a form has done, kept with its effect, and the message that says so on the page after it.
//!
//! Promises: a form that is sent twice gives the same message; the message is of the person's own doing, and a cookie
//! only says which. Must not know pages.

use axum::http::HeaderValue;
use onhand_core::Outcome;
use onhand_store::Tx;
use onhand_store::idempotency::{self, Key};
use onhand_web::frame::{Toast, Undo};
use onhand_web::{Lang, Texts, link, number};
use serde::{Deserialize, Serialize};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::session;
use super::visit::Visit;
use crate::config::ServeConfig;
use crate::services::levels::WrittenLevel;
use crate::services::submission::AnswerRecord;

/// The cookie that names the form that was done last.
const COOKIE: &str = "onhand-done";
/// How long it is of interest.
const KEPT_SECONDS: i64 = 30;
/// The status with which a form is answered that was done.
const SEE_OTHER: u16 = 303;

/// What a form has done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Done {
    /// A level was edited.
    Level(WrittenLevel),
    /// An edit of a level was taken back.
    LevelBack(WrittenLevel),
    /// A line was registered under a code.
    Released(String),
    /// The ERP has taken an order.
    Taken,
    /// So many units were cancelled.
    Cancelled(i64),
    /// Lines were sourced again.
    Sourced,
    /// So many cancellation requests were approved.
    Approved(i64),
    /// So many cancellation requests were rejected.
    Rejected(i64),
    /// So many reported lines were settled.
    Settled(i64),
    /// So many units went from one list to another; their names.
    Transferred(i64, String, String),
    /// The transfer of this reference was made before.
    TransferThere(String),
    /// An adjustment reason is offered.
    ReasonOffered(String),
    /// An adjustment reason is offered no more.
    ReasonRetired(String),
    /// What people set was saved.
    Saved,
    /// A webhook of this name was made.
    HookMade(String),
    /// A webhook is sent events.
    HookOn(String),
    /// A webhook is sent nothing.
    HookOff(String),
    /// A webhook was removed.
    HookRemoved(String),
    /// A test was sent to a webhook, which has answered this if it did not take it.
    HookTested(Option<String>),
    /// So many deliveries are sent once more.
    Redelivered(i64),
}

impl Visit {
    /// How what this form does is kept, if it has a key. What `make` makes nothing of was not done.
    pub(super) fn record(
        &self,
        make: impl Fn(&Outcome) -> Option<Done> + Send + Sync + 'static,
    ) -> Option<AnswerRecord> {
        let render = move |outcome: &Outcome| Some((SEE_OTHER, serde_json::to_vec(&make(outcome)?).ok()?));
        Some(AnswerRecord::of_some(self.request_key()?, render))
    }

    /// Keeps what this form has done that was no command, if it has a key.
    pub(super) async fn keep(&self, done: &Done) -> Result<(), Fault> {
        let Some(key) = self.request_key() else { return Ok(()) };
        let body = serde_json::to_vec(done).map_err(|fault| Fault::internal(&fault))?;
        Ok(self.app.keep_answer(key, (SEE_OTHER, body)).await?)
    }

    /// Whether this form was done already.
    pub(super) async fn is_done(&self) -> Result<bool, Fault> {
        let Some(key) = self.key() else { return Ok(false) };
        Ok(find(self, key).await?.is_some())
    }

    /// The answer to a form that was done: back to its page, with a message.
    pub(super) fn done(&self, other: &str) -> ScreenAnswer {
        self.with_message(self.back(other))
    }

    /// The same where the page of the form is not there any more, or was another one.
    pub(super) fn done_at(&self, path: &str) -> ScreenAnswer {
        self.with_message(ScreenAnswer::see_other(path))
    }

    fn with_message(&self, answer: ScreenAnswer) -> ScreenAnswer {
        match self.key() {
            Some(key) => answer
                .with(axum::http::header::SET_COOKIE, session::set_cookie(&self.app.config, COOKIE, key, KEPT_SECONDS)),
            None => answer,
        }
    }
}

/// A header after which the message is not shown again.
pub(super) fn shown(config: &ServeConfig) -> HeaderValue {
    session::set_cookie(config, COOKIE, "", 0)
}

/// What the person's form of a key has done.
pub(super) async fn find(visit: &Visit, key: &str) -> Result<Option<Done>, Fault> {
    let key = Key { account: visit.caller.account, key: key.to_owned() };
    let find = async move |tx: &mut Tx<'_>| idempotency::find_all(tx, [&key]).await;
    let found = visit.app.store.read("idempotency.find", find).await?.pop();
    Ok(found.and_then(|(_, answer)| serde_json::from_slice(&answer.body).ok()))
}

/// The message about what was done last, if it was not shown yet.
pub(super) async fn toast(visit: &Visit, lang: Lang) -> Result<Option<Toast>, Fault> {
    let Some(key) = session::cookie(&visit.headers, COOKIE).filter(|key| !key.is_empty()) else { return Ok(None) };
    Ok(find(visit, key).await?.map(|done| message(done, key, lang)))
}

fn message(done: Done, key: &str, lang: Lang) -> Toast {
    let t = Texts::new(lang);
    let change = |from, to| format!("{} → {}", number::grouped(lang, from), number::grouped(lang, to));
    let plain = |text: String| Toast { subject: String::new(), text, undo: None };
    match done {
        Done::Level(level) => Toast {
            text: change(level.before, level.after),
            undo: level.can_be_taken_back().then(|| Undo {
                action: link::undo_level(level.list, level.stock),
                fields: vec![("of", key.to_owned())],
            }),
            subject: level.sku,
        },
        Done::LevelBack(level) => Toast { subject: level.sku, text: change(level.before, level.after), undo: None },
        Done::Released(code) => plain(t.event_released(code)),
        Done::Taken => plain(t.event_taken().to_owned()),
        Done::Cancelled(units) => plain(t.event_cancelled(units)),
        Done::Sourced => plain(t.source_again().to_owned()),
        Done::Approved(requests) => plain(t.requests_approved(requests)),
        Done::Rejected(requests) => plain(t.requests_rejected(requests)),
        Done::Settled(lines) => plain(t.lines_settled(lines)),
        Done::Transferred(units, from, to) => plain(t.done_transferred(units, from, to)),
        Done::TransferThere(reference) => plain(t.done_transfer_there(reference)),
        Done::ReasonOffered(name) => plain(t.done_reason_added(name)),
        Done::ReasonRetired(name) => plain(t.done_reason_retired(name)),
        Done::Saved => plain(t.saved().to_owned()),
        Done::HookMade(name) => plain(t.done_hook_made(name)),
        Done::HookOn(name) => plain(t.done_hook_on(name)),
        Done::HookOff(name) => plain(t.done_hook_off(name)),
        Done::HookRemoved(name) => plain(t.done_hook_removed(name)),
        Done::HookTested(None) => plain(t.done_hook_taken().to_owned()),
        Done::HookTested(Some(answer)) => plain(t.done_hook_not_taken(answer)),
        Done::Redelivered(deliveries) => plain(t.done_redelivered(deliveries)),
    }
}
