//! Delivering: one webhook is sent the events that it wants, one after the other.
//!
//! Promises: an event is sent until its receiver has taken it, or it is kept as undelivered; the next one is not sent
//! before that. Every attempt is written down, and what was sent before this process has died is sent again. Must not know
//! other webhooks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use onhand_core::Timestamp;
use onhand_core::events::NextStep;
use onhand_store::Tx;
use onhand_store::events::log::{self, Event};
use onhand_store::tables::webhook_deliveries::{self, Delivery, DeliveryState};
use onhand_store::tables::webhooks::{self, Webhook};

use super::Shared;
use crate::services::ServiceError;
use crate::webhooks::{self as sending, AttemptResult, Message, Secret, envelope};

/// Events that are read at once.
const TOGETHER: i64 = 64;
/// How long attempts are kept in mind before they are written down, if all go well.
const WRITE_DOWN: Duration = Duration::from_secs(1);
/// How long a webhook that is told nothing may be behind in what is written down.
const SKIPPED: Duration = Duration::from_secs(10);
/// How long it is waited for news that another process may have.
const PATIENCE: Duration = Duration::from_secs(2);
/// By how much a pause is made shorter or longer by chance, in percent: receivers that were away together are not tried
/// together.
const JITTER_PERCENT: i64 = 25;

/// Sends events to one webhook, until it is changed.
pub(super) async fn run(shared: Arc<Shared>, id: i64) {
    let mut logged = shared.services.webhooks.logged.subscribe();
    let mut written = Instant::now();
    let mut known = None;
    loop {
        logged.mark_unchanged();
        let wait = match turn(&shared, id, &mut known, &mut written).await {
            Ok(wait) => wait,
            Err(ServiceError::Stopping) => return,
            Err(fault) => {
                tracing::warn!(%fault, webhook = id, "cannot deliver events");
                known = None;
                Some(PATIENCE)
            }
        };
        if let Some(wait) = wait {
            _ = tokio::time::timeout(wait, logged.changed()).await;
        }
    }
}

/// A webhook with the secret that signs for it.
struct Target {
    webhook: Webhook,
    secret: Secret,
    /// The delivery that is tried again.
    waiting: Option<Delivery>,
}

/// What a turn has done and is to be written down.
#[derive(Clone, Default)]
struct Done {
    deliveries: Vec<Delivery>,
    /// Whether the last of them is the one that waits.
    is_waiting: bool,
}

/// Sends what there is, and says how long to wait then.
async fn turn(
    shared: &Arc<Shared>,
    id: i64,
    known: &mut Option<Target>,
    written: &mut Instant,
) -> Result<Option<Duration>, ServiceError> {
    let services = &shared.services;
    let target = match known {
        Some(target) => target,
        None => match target(shared, id).await? {
            Some(target) => known.insert(target),
            // It ends when its worker sees that it is gone, or has no good secret.
            None => return Ok(Some(PATIENCE)),
        },
    };
    if target.webhook.learnt.paused_at.is_some() {
        return Ok(Some(PATIENCE));
    }
    send_again(shared, target).await?;
    if let Some(wait) = until(target.webhook.learnt.next_try_at, services.clock.now()) {
        return Ok(Some(wait.min(PATIENCE)));
    }
    let after = target.webhook.position;
    let events = services.store.read_inline("event_log.after", async move |tx| log::after(tx, after, TOGETHER).await);
    let events: Vec<Event> = events.await?;
    let is_full = events.len() as i64 == TOGETHER;
    let done = send_all(shared, target, events).await;
    let is_behind = target.webhook.position > after && written.elapsed() > SKIPPED;
    if !done.deliveries.is_empty() || is_behind {
        let is_waiting = done.is_waiting;
        write_down(shared, target, done).await?;
        *written = Instant::now();
        return Ok((is_waiting || !is_full).then_some(if is_waiting { Duration::ZERO } else { PATIENCE }));
    }
    Ok((!is_full).then_some(PATIENCE))
}

async fn target(shared: &Arc<Shared>, id: i64) -> Result<Option<Target>, ServiceError> {
    let services = &shared.services;
    let find = async move |tx: &mut Tx<'_>| {
        let waiting = webhook_deliveries::newest(tx, id, Some(DeliveryState::Waiting), i64::MAX, 1).await?;
        Ok((webhooks::by_id(tx, id).await?, waiting.into_iter().next()))
    };
    let (Some(webhook), waiting) = services.store.read("webhooks.by_id", find).await? else { return Ok(None) };
    match sending::open(services.config.secret_key.as_ref(), &webhook.secret) {
        Ok(secret) => Ok(Some(Target { webhook, secret, waiting })),
        Err(fault) => {
            tracing::warn!(fault, webhook = id, "cannot sign for a webhook");
            Ok(None)
        }
    }
}

/// How long it is until then; `None` if it has been.
fn until(at: Option<Timestamp>, now: Timestamp) -> Option<Duration> {
    let micros = at?.micros() - now.micros();
    (micros > 0).then(|| Duration::from_micros(micros.unsigned_abs()))
}

/// Sends deliveries once more that a person wants to be.
async fn send_again(shared: &Arc<Shared>, target: &Target) -> Result<(), ServiceError> {
    let (id, store) = (target.webhook.id, &shared.services.store);
    let find = async move |tx: &mut Tx<'_>| webhook_deliveries::queued(tx, id, TOGETHER).await;
    let queued: Vec<Delivery> = store.read_inline("webhook_deliveries.queued", find).await?;
    if queued.is_empty() {
        return Ok(());
    }
    let mut done = Vec::new();
    for mut delivery in queued {
        let sent = attempt(shared, target, &mut delivery).await;
        delivery.state = sent.last_state();
        done.push(delivery);
    }
    let holder = shared.clone();
    let put = async move |tx: &mut Tx<'_>| {
        if holder.holds(tx).await? {
            webhook_deliveries::put_all(tx, done.clone()).await?;
        }
        Ok(())
    };
    Ok(store.write("webhook_deliveries.put", put).await?)
}

/// Sends events until one is not taken, or it is time to write down what was done.
async fn send_all(shared: &Arc<Shared>, target: &mut Target, events: Vec<Event>) -> Done {
    let (begun, mut done) = (Instant::now(), Done::default());
    for event in events {
        if !target.webhook.wants(&event) {
            target.webhook.position = event.id;
            continue;
        }
        let mut delivery = delivery(shared, target, &event);
        let sent = attempt(shared, target, &mut delivery).await;
        let step = follow(shared, &mut target.webhook, &sent);
        delivery.state = match step {
            NextStep::Next => DeliveryState::Delivered,
            NextStep::GiveUp => DeliveryState::Undelivered,
            NextStep::Again(_) | NextStep::Pause => DeliveryState::Waiting,
        };
        count(delivery.state);
        done.is_waiting = delivery.state == DeliveryState::Waiting;
        done.deliveries.push(delivery);
        if done.is_waiting {
            break;
        }
        target.webhook.position = event.id;
        if begun.elapsed() > WRITE_DOWN {
            break;
        }
    }
    done
}

/// Has the counters shown before the first attempt.
pub(super) fn show_counters() {
    for state in [DeliveryState::Delivered, DeliveryState::Waiting, DeliveryState::Undelivered] {
        metrics::counter!("onhand_webhook_attempts_total", "result" => state.word()).increment(0);
    }
}

fn count(state: DeliveryState) {
    metrics::counter!("onhand_webhook_attempts_total", "result" => state.word()).increment(1);
}

/// The delivery of an event: the one that waits, or a new one.
fn delivery(shared: &Shared, target: &mut Target, event: &Event) -> Delivery {
    let now = shared.services.clock.now();
    let word = event.event.word();
    let payload = envelope(word, event.at, &event.data);
    let fresh = Delivery {
        event: Some(event.id),
        subject: event.subject.clone(),
        ..Delivery::unsent(target.webhook.id, word, payload, [event.at, now])
    };
    match target.waiting.take() {
        Some(waiting) if waiting.event == fresh.event => waiting,
        // A newer change of the stock has taken its place in the log.
        Some(waiting) => Delivery { id: waiting.id, ..fresh },
        None => fresh,
    }
}

/// Sends a delivery, and notes what the answer was.
async fn attempt(shared: &Shared, target: &Target, delivery: &mut Delivery) -> AttemptResult {
    let now = shared.services.clock.now();
    let sent = shared.sender.send(&target.webhook.url, &target.secret, &Message::of(delivery), now).await;
    sent.note(delivery, now);
    sent
}

/// Notes in a webhook what an attempt has come to, and says what is done next.
fn follow(shared: &Shared, webhook: &mut Webhook, sent: &AttemptResult) -> NextStep {
    let now = shared.services.clock.now();
    let (standing, step) = webhook.learnt.standing.after(sent.attempted, now);
    webhook.learnt.standing = standing;
    webhook.learnt.next_try_at = None;
    match step {
        NextStep::Next => {
            webhook.learnt.last_success_at = Some(now);
            webhook.learnt.last_error = None;
        }
        NextStep::GiveUp | NextStep::Again(_) | NextStep::Pause => webhook.learnt.last_error = Some(sent.told()),
    }
    match step {
        NextStep::Again(seconds) => {
            let percent = rand::random_range(100 - JITTER_PERCENT..=100 + JITTER_PERCENT);
            webhook.learnt.next_try_at = Some(now.plus_micros(seconds * percent * 10_000));
        }
        NextStep::Pause => {
            tracing::warn!(webhook = webhook.id, why = sent.told(), "a webhook is paused: it has failed for too long");
            webhook.learnt.paused_at = Some(now);
        }
        NextStep::Next | NextStep::GiveUp => {}
    }
    step
}

/// Writes down what was done, if this process is still the one that tells.
async fn write_down(shared: &Arc<Shared>, target: &mut Target, done: Done) -> Result<(), ServiceError> {
    let _permit = shared.writing.acquire().await.map_err(|fault| ServiceError::internal(fault.to_string()))?;
    let (holder, webhook) = (shared.clone(), target.webhook.clone());
    let body = async move |tx: &mut Tx<'_>| {
        if !holder.holds(tx).await? {
            return Ok(None);
        }
        let stored = webhook_deliveries::put_all(tx, done.deliveries.clone()).await?;
        webhooks::learn(tx, &webhook).await?;
        Ok(Some(stored.into_iter().next_back().filter(|_| done.is_waiting)))
    };
    let stored = shared.services.store.write("webhooks.learn", body).await?;
    target.waiting = stored.ok_or_else(|| ServiceError::Busy("another process tells webhooks".to_owned()))?;
    Ok(())
}
