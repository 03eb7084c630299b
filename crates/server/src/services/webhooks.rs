//! Webhooks as people look after them: how they stand, what was sent to them, a test, and sending something once more.
//!
//! Promises: what is sent once more is sent by the worker, so that a caller waits for nothing but a test; no answer has a
//! secret but that of a new one. Must not know what a webhook is told of, nor what follows when an event is not taken.

use onhand_core::Timestamp;
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::webhook_deliveries::{self, Delivery, DeliveryState};
use onhand_store::tables::webhooks::{self, WEBHOOKS, WEBHOOKS_MAX, Webhook};
use onhand_store::{Error, Tx};

use super::{ServiceError, Services, data_sources};
use crate::webhooks::{Message, NO_KEY, Secret, Sender, envelope, open, seal};

/// Deliveries that are sent once more at a time.
pub const REDELIVERED_MAX: usize = 1_000;
/// Undelivered events that are counted of a webhook.
pub const COUNTED_MAX: i64 = 1_000;
/// The type of a test, which is no event.
const TEST: &str = "webhook.test";
/// Why a webhook without a key cannot be used.
const WITHOUT_KEY: &str = "webhook_without_key";

/// A webhook and how it does.
#[derive(Clone)]
pub struct Standing {
    /// The webhook.
    pub record: Record,
    /// What was sent to it last.
    pub last: Option<Delivery>,
    /// How many deliveries are undelivered, up to [`COUNTED_MAX`].
    pub undelivered: i64,
}

/// Which deliveries are sent once more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meant {
    /// Those of events that happened at this time or later.
    pub after: Option<Timestamp>,
    /// Those of events that happened before this time.
    pub before: Option<Timestamp>,
    /// Those in this state.
    pub state: DeliveryState,
}

impl Meant {
    fn has(&self, at: Timestamp) -> bool {
        self.after.is_none_or(|after| at >= after) && self.before.is_none_or(|before| at < before)
    }
}

/// Every webhook with how it does, in the order of their names.
pub async fn standings(services: &Services) -> Result<Vec<Standing>, ServiceError> {
    let window = Window::Page { number: 1, limit: WEBHOOKS_MAX };
    let listing = ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window };
    let read = async move |tx: &mut Tx<'_>| {
        let mut standings = Vec::new();
        for record in resource::page(tx, &WEBHOOKS, &listing).await?.rows {
            standings.push(standing(tx, record).await?);
        }
        Ok(standings)
    };
    let mut standings: Vec<Standing> = services.store.read("webhooks.standings", read).await?;
    standings.sort_by(|one, other| one.record.text("name").cmp(&other.record.text("name")));
    Ok(standings)
}

/// One webhook with how it does.
pub async fn standing_of(services: &Services, id: i64) -> Result<Standing, ServiceError> {
    let read = async move |tx: &mut Tx<'_>| match resource::by_id(tx, &WEBHOOKS, id).await? {
        Some(record) => standing(tx, record).await.map(Some),
        None => Ok(None),
    };
    services.store.read("webhooks.standings", read).await?.ok_or(ServiceError::NotFound)
}

async fn standing(tx: &mut Tx<'_>, record: Record) -> Result<Standing, Error> {
    let last = webhook_deliveries::newest(tx, record.id, None, i64::MAX, 1).await?.pop();
    let undelivered = DeliveryState::Undelivered;
    let undelivered = webhook_deliveries::in_state_after(tx, record.id, undelivered, 0, COUNTED_MAX).await?;
    Ok(Standing { record, last, undelivered: undelivered.len() as i64 })
}

/// One webhook.
pub async fn by_id(services: &Services, id: i64) -> Result<Webhook, ServiceError> {
    let find = async move |tx: &mut Tx<'_>| webhooks::by_id(tx, id).await;
    services.store.read_inline("webhooks.by_id", find).await?.ok_or(ServiceError::NotFound)
}

/// What was sent to a webhook before one delivery, the newest first; in this state only, if one is given.
pub async fn deliveries(
    services: &Services,
    (id, state): (i64, Option<DeliveryState>),
    (before, limit): (Option<i64>, i64),
) -> Result<Vec<Delivery>, ServiceError> {
    let id = by_id(services, id).await?.id;
    let before = before.unwrap_or(i64::MAX);
    let read = async move |tx: &mut Tx<'_>| webhook_deliveries::newest(tx, id, state, before, limit).await;
    Ok(services.store.read("webhook_deliveries.newest", read).await?)
}

/// Has one delivery of a webhook sent once more; how many are.
pub async fn redeliver(services: &Services, id: i64, delivery: i64) -> Result<i64, ServiceError> {
    let id = by_id(services, id).await?.id;
    let find = async move |tx: &mut Tx<'_>| webhook_deliveries::by_id(tx, delivery).await;
    let known = services.store.read_inline("webhook_deliveries.by_id", find).await?;
    if known.is_none_or(|known| known.webhook != id) {
        return Err(ServiceError::NotFound);
    }
    queue(services, id, vec![delivery]).await
}

/// Has the deliveries of a webhook sent once more that are meant, up to [`REDELIVERED_MAX`]; how many are.
pub async fn redeliver_meant(services: &Services, id: i64, wanted: Meant) -> Result<i64, ServiceError> {
    let id = by_id(services, id).await?.id;
    let find = async move |tx: &mut Tx<'_>| {
        let (mut meant, mut last) = (Vec::new(), 0);
        loop {
            let some = webhook_deliveries::in_state_after(tx, id, wanted.state, last, REDELIVERED_MAX as i64).await?;
            let is_full = some.len() == REDELIVERED_MAX;
            last = some.last().map_or(last, |(id, _)| *id);
            meant.extend(some.into_iter().filter(|(_, at)| wanted.has(*at)).map(|(id, _)| id));
            if !is_full || meant.len() >= REDELIVERED_MAX {
                return Ok(meant);
            }
        }
    };
    let mut meant: Vec<i64> = services.store.read("webhook_deliveries.in_state_after", find).await?;
    meant.truncate(REDELIVERED_MAX);
    queue(services, id, meant).await
}

async fn queue(services: &Services, webhook: i64, ids: Vec<i64>) -> Result<i64, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| webhook_deliveries::queue(tx, webhook, &ids).await;
    let queued = services.store.write("webhook_deliveries.queue", body).await?;
    services.webhooks.logged.send_replace(());
    Ok(queued)
}

/// Sends a test at once, whether or not the webhook is used. It is not tried again.
pub async fn test(services: &Services, id: i64) -> Result<Delivery, ServiceError> {
    let webhook = by_id(services, id).await?;
    let secret = open(services.config.secret_key.as_ref(), &webhook.secret);
    let secret = secret.map_err(|fault| ServiceError::rule(WITHOUT_KEY, fault))?;
    let installation = data_sources::installation(services).await?;
    let sender = Sender::new(&services.config, &installation).map_err(|fault| internal(&fault))?;
    let now = services.clock.now();
    let payload = envelope(TEST, now, &format!("{{\"webhook\":{}}}", webhook.id));
    let mut delivery = Delivery::unsent(webhook.id, TEST, payload, [now, now]);
    let sent = sender.send(&webhook.url, &secret, &Message::of(&delivery), now).await;
    sent.note(&mut delivery, now);
    delivery.state = sent.last_state();
    let put = async move |tx: &mut Tx<'_>| webhook_deliveries::put_all(tx, vec![delivery.clone()]).await;
    let mut stored = services.store.write("webhook_deliveries.put", put).await?;
    stored.pop().ok_or_else(|| internal(&"a delivery was stored, and there is none"))
}

fn internal(fault: &impl ToString) -> ServiceError {
    ServiceError::internal(fault.to_string())
}

/// Gives a webhook a new secret, which is shown this once; what is sent from now on is signed with it.
pub async fn renew(services: &Services, id: i64) -> Result<Secret, ServiceError> {
    let (now, secret) = (services.clock.now(), Secret::random());
    let keys = services.config.secret_key.as_ref().ok_or_else(|| ServiceError::rule(WITHOUT_KEY, NO_KEY))?;
    let sealed = seal(keys, &secret);
    let body = async move |tx: &mut Tx<'_>| {
        let Some(before) = resource::locked(tx, &WEBHOOKS, id).await? else { return Ok(false) };
        let mut after = before.clone();
        after.set("secret", sealed.clone());
        after.touch(now);
        resource::update(tx, before, after).await?;
        Ok(true)
    };
    if !services.store.write("webhooks.renew", body).await? {
        return Err(ServiceError::NotFound);
    }
    services.webhooks.changed.notify_one();
    Ok(secret)
}
