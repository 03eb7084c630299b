//! Batches: the effect of a step of a batch on the actions of its objects, in one transaction (contract C4.2 to C4.4).
//!
//! Promises: a step that is rejected changes nothing; no object is in two open batches; an object that a batch releases
//! is offered again. Must not know which steps there are, nor what becomes of an action: both are rules of
//! `onhand_core::channel_sync`.

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::channel_sync::{Action, ActionStatus, BatchStatus, Entry, ObjectKind, Reason, Step};
use onhand_core::{ChannelId, Timestamp};

use super::channel_scope::ChannelScope;
use super::{delivery_facts, lag};
use crate::tables::batch_requests::{self, BatchRow};
use crate::tables::failed_integrations::{self, DeliveryFailure};
use crate::tables::integration_actions::{self, ActionRow};
use crate::{Error, Tx};

/// Batches that are given up in one transaction.
const GIVEN_UP_ROWS: i64 = 1_000;

/// What a batch says of an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemResult {
    /// The number of its content type.
    pub kind: i64,
    /// Its id.
    pub object: i64,
    /// The channel's name for it, if it is said.
    pub remote_id: Option<String>,
    /// The version it is about; the newest one if it is not said.
    pub version_at: Option<Timestamp>,
    /// Why it failed, if it did.
    pub reason: Option<Reason>,
}

/// Objects as they were sent, and how they join those sent before.
#[derive(Clone, Debug)]
pub struct BatchItems {
    /// What they say; of two that are about the same object, the last one counts.
    pub named: Vec<ItemResult>,
    /// JSON array text.
    pub text: String,
    /// Puts two such texts together.
    pub join: fn(&str, &str) -> String,
}

/// How long a batch may have its objects without a message, in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leases {
    /// While it is ours to finish.
    pub commit: i64,
    /// While the channel is at it.
    pub remote: i64,
}

/// A wish for another state of a batch.
#[derive(Clone, Debug)]
pub struct BatchPatch {
    /// The state; none leaves it.
    pub to: Option<BatchStatus>,
    /// The channel's name for the batch.
    pub remote_batch_id: Option<String>,
    /// The model it is about.
    pub content_type: Option<String>,
    /// Its objects.
    pub sent: Option<BatchItems>,
}

/// Why a patch is rejected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BatchRejection {
    /// There is no such batch.
    NotFound,
    /// There is no such step from this state.
    Step(BatchStatus),
    /// Other open batches have these objects, as (kind, object).
    Held(Vec<(i64, i64)>),
    /// These objects are not the channel's to speak of, as (kind, object).
    Foreign(Vec<(i64, i64)>),
}

/// Takes a step, or says why not.
pub async fn step(
    tx: &mut Tx<'_>,
    (channel, id): (ChannelId, i64),
    wish: &BatchPatch,
    leases: Leases,
    now: Timestamp,
) -> Result<Result<BatchRow, BatchRejection>, Error> {
    let channel_scope = super::open(tx, channel, now).await?;
    let Some(before) = batch_requests::by_id(tx, channel, id).await? else { return Ok(Err(BatchRejection::NotFound)) };
    let to = wish.to.unwrap_or(before.status);
    let after = changed(&before, to, wish, leases, now);
    let step = before.status.step(to);
    match step {
        Step::Rejected => return Ok(Err(BatchRejection::Step(before.status))),
        Step::Again if before.status == BatchStatus::Fail || says_nothing_new(&before, &after) => {
            return Ok(Ok(before));
        }
        // To an open batch, the state that it is in says nothing of its own; objects come with a step.
        Step::Again if before.status.is_end() || (wish.to.is_some() && names_objects(&before, &after)) => {
            return Ok(Err(BatchRejection::Step(before.status)));
        }
        Step::Taken | Step::Again => {}
    }
    if wish.to.is_some() && step == Step::Taken {
        let named = wish.sent.as_ref().map_or(&[][..], |sent| &sent.named);
        if let Err(unfit) = apply(tx, &channel_scope, &after, named, now).await? {
            return Ok(Err(unfit));
        }
    }
    batch_requests::update(tx, &after).await?;
    Ok(Ok(after))
}

fn changed(before: &BatchRow, to: BatchStatus, wish: &BatchPatch, leases: Leases, now: Timestamp) -> BatchRow {
    let lease = match to {
        BatchStatus::Commit => Some(leases.commit),
        BatchStatus::SentToRemote | BatchStatus::Ongoing => Some(leases.remote),
        BatchStatus::Initialized | BatchStatus::Done | BatchStatus::Fail => None,
    };
    let objects = match (&before.objects, &wish.sent) {
        (Some(before), Some(sent)) => Some((sent.join)(before, &sent.text)),
        (None, Some(sent)) => Some((sent.join)("[]", &sent.text)),
        (before, None) => before.clone(),
    };
    BatchRow {
        status: to,
        remote_batch_id: wish.remote_batch_id.clone().or_else(|| before.remote_batch_id.clone()),
        content_type: wish.content_type.clone().or_else(|| before.content_type.clone()),
        objects,
        lease_until: lease.map(|seconds| now.minus_seconds(seconds.saturating_neg())),
        modified_at: now.later_than(before.modified_at),
        ..before.clone()
    }
}

/// A client whose answer was lost says the same again.
fn says_nothing_new(before: &BatchRow, after: &BatchRow) -> bool {
    (&before.remote_batch_id, &before.content_type) == (&after.remote_batch_id, &after.content_type)
        && !names_objects(before, after)
}

/// Whether there are objects that the batch did not have, or says something else of. None is as good as an empty list.
fn names_objects(before: &BatchRow, after: &BatchRow) -> bool {
    let objects = |batch: &BatchRow| batch.objects.clone().unwrap_or_else(|| "[]".to_owned());
    objects(before) != objects(after)
}

/// Changes the actions of a batch; or why not.
async fn apply(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    batch: &BatchRow,
    named: &[ItemResult],
    now: Timestamp,
) -> Result<Result<(), BatchRejection>, Error> {
    let (channel, name) = (channel_scope.channel, batch.local_batch_id.as_str());
    let given_up = batch.status == BatchStatus::Fail;
    let mut wanted: BTreeMap<(i64, i64), &ItemResult> = named.iter().map(|one| ((one.kind, one.object), one)).collect();
    let found = integration_actions::by_objects(tx, channel, wanted.keys().copied()).await?;
    let before: BTreeMap<(i64, i64), ActionRow> = found.into_iter().map(|row| ((row.kind, row.object), row)).collect();
    let foreign = foreign(tx, channel_scope, wanted.keys()).await?;
    let reserved = |key: &(i64, i64)| before.get(key).is_some_and(|row| row.action.is_locked_for(name));
    if given_up {
        // A batch that is given up says nothing of objects it does not have, and only what failed of those it has.
        wanted.retain(|key, one| one.reason.is_some() && !reserved(key) && !foreign.contains(key));
    } else if !foreign.is_empty() {
        return Ok(Err(BatchRejection::Foreign(foreign)));
    }
    let reserved: Vec<(i64, i64)> = wanted.keys().copied().filter(reserved).collect();
    if !reserved.is_empty() {
        return Ok(Err(BatchRejection::Held(reserved)));
    }
    let newest = newest(tx, wanted.keys()).await?;
    let mut tried = Vec::with_capacity(wanted.len());
    for (key, one) in &wanted {
        let before = before.get(key);
        tried.push(row(channel, *key, before, tried_of(batch, one, before, newest.get(key).copied(), now), now));
    }
    write(tx, channel_scope, &before, &mut tried, now).await?;
    if batch.status.is_end() {
        release(tx, channel_scope, name, now).await?;
    }
    Ok(Ok(()))
}

/// Those of some objects that are not the channel's to speak of.
async fn foreign<'k>(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    keys: impl Iterator<Item = &'k (i64, i64)>,
) -> Result<Vec<(i64, i64)>, Error> {
    let mut foreign = Vec::new();
    for (kind, objects) in by_kind(keys) {
        let named = delivery_facts::named(tx, channel_scope, kind, &objects).await?;
        foreign.extend(objects.difference(&named).map(|object| (kind.number(), *object)));
    }
    Ok(foreign)
}

/// The action after this step of the batch.
fn tried_of(
    batch: &BatchRow,
    one: &ItemResult,
    before: Option<&ActionRow>,
    newest: Option<Timestamp>,
    now: Timestamp,
) -> Action {
    // No channel has a version that is not there yet; it would hide what comes before it.
    let said = one.version_at.or(newest).unwrap_or(now);
    let version_at = newest.map_or(said, |newest| said.min(newest));
    let entry = Entry { remote_id: one.remote_id.clone(), version_at, reason: one.reason };
    let before = before.map(|row| &row.action);
    match batch.status.is_end() {
        true => Action::finished(before, &entry, &batch.local_batch_id),
        false => Action::committed(before, &entry, &batch.local_batch_id),
    }
}

fn row(
    channel: ChannelId,
    (kind, object): (i64, i64),
    before: Option<&ActionRow>,
    action: Action,
    now: Timestamp,
) -> ActionRow {
    let empty = || "{}".to_owned();
    ActionRow {
        id: before.map_or(0, |row| row.id),
        channel,
        kind,
        object,
        action,
        state: before.map_or_else(empty, |row| row.state.clone()),
        created_at: before.map_or(now, |row| row.created_at),
        modified_at: before.map_or(now, |row| now.later_than(row.modified_at)),
    }
}

/// The versions of the objects that feeds carry.
async fn newest<'k>(
    tx: &mut Tx<'_>,
    keys: impl Iterator<Item = &'k (i64, i64)>,
) -> Result<BTreeMap<(i64, i64), Timestamp>, Error> {
    let mut newest = BTreeMap::new();
    for (kind, objects) in by_kind(keys) {
        let versions = delivery_facts::versions(tx, kind, &objects).await?;
        newest.extend(versions.into_iter().map(|(object, version)| ((kind.number(), object), version)));
    }
    Ok(newest)
}

fn by_kind<'k>(keys: impl Iterator<Item = &'k (i64, i64)>) -> BTreeMap<ObjectKind, BTreeSet<i64>> {
    let mut kinds: BTreeMap<ObjectKind, BTreeSet<i64>> = BTreeMap::new();
    for (kind, object) in keys {
        if let Some(kind) = ObjectKind::from_number(*kind) {
            kinds.entry(kind).or_default().insert(*object);
        }
    }
    kinds
}

/// Writes actions that were tried, their delivery failures, and what is due from now on.
async fn write(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    before: &BTreeMap<(i64, i64), ActionRow>,
    tried: &mut [ActionRow],
    now: Timestamp,
) -> Result<(), Error> {
    let channel = channel_scope.channel;
    integration_actions::store_all(tx, tried).await?;
    // What a batch has said to have failed, and says again at its end, has failed once.
    let is_news = |row: &&ActionRow| {
        before.get(&(row.kind, row.object)).is_none_or(|before| {
            (before.action.status, &before.action.batch) != (ActionStatus::Error, &row.action.batch)
        })
    };
    let failed = tried.iter().filter(is_news).filter_map(|row| {
        let (kind, object, action, version_at) = (row.kind, row.object, row.id, row.action.version_at);
        Some(DeliveryFailure { kind, object, action, version_at, reason: row.action.reason? })
    });
    let failed: Vec<DeliveryFailure> = failed.collect();
    failed_integrations::note(tx, (channel, channel_scope.retries), &failed, now).await?;
    let taken = || tried.iter().filter(|row| row.action.status == ActionStatus::Success);
    failed_integrations::resolve(tx, channel, taken().map(|row| (row.kind, row.object)), now).await?;
    lag::acknowledge(tx, channel, taken(), now).await?;
    decide(tx, channel_scope, tried).await
}

async fn decide(tx: &mut Tx<'_>, channel_scope: &ChannelScope, rows: &[ActionRow]) -> Result<(), Error> {
    let keys: Vec<(i64, i64)> = rows.iter().map(|row| (row.kind, row.object)).collect();
    for (kind, objects) in by_kind(keys.iter()) {
        super::reconsider(tx, channel_scope, kind, &objects).await?;
    }
    Ok(())
}

/// Takes a batch away; its objects are offered again. Whether it was there.
pub async fn remove(tx: &mut Tx<'_>, channel: ChannelId, id: i64, now: Timestamp) -> Result<bool, Error> {
    let channel_scope = super::open(tx, channel, now).await?;
    let Some(batch) = batch_requests::by_id(tx, channel, id).await? else { return Ok(false) };
    release(tx, &channel_scope, &batch.local_batch_id, now).await?;
    batch_requests::remove(tx, id).await?;
    Ok(true)
}

/// Gives up the batches of a channel that have had their time. The caller has the lock of the channel's feed.
pub(super) async fn give_up_expired(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    now: Timestamp,
) -> Result<(), Error> {
    for batch in batch_requests::expired(tx, channel_scope.channel, now, GIVEN_UP_ROWS).await? {
        release(tx, channel_scope, &batch.local_batch_id, now).await?;
        let modified_at = now.later_than(batch.modified_at);
        let given_up = BatchRow { status: BatchStatus::Fail, lease_until: None, modified_at, ..batch };
        batch_requests::update(tx, &given_up).await?;
    }
    Ok(())
}

/// Releases all objects of a batch.
async fn release(tx: &mut Tx<'_>, channel_scope: &ChannelScope, batch: &str, now: Timestamp) -> Result<(), Error> {
    let mut rows = integration_actions::held_by(tx, batch).await?;
    for row in &mut rows {
        row.action = row.action.released();
        row.modified_at = now.later_than(row.modified_at);
    }
    integration_actions::store_all(tx, &mut rows).await?;
    decide(tx, channel_scope, &rows).await
}
