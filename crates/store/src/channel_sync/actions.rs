//! What clients write of actions outside of batches, and what is due of their objects from then on (contract 9.5,
//! contract C4.5).
//!
//! Promises: a change of an action decides anew which delivery of its object is due, in the same transaction. Must not
//! know batches.

use std::collections::BTreeSet;

use onhand_core::channel_sync::{Action, ActionStatus, ObjectKind};
use onhand_core::{ChannelId, Timestamp};

use super::channel_scope::ChannelScope;
use super::delivery_facts;
use crate::resource::Record;
use crate::tables::failed_integrations;
use crate::tables::integration_actions::{self, ActionRow, Named};
use crate::{Error, Tx};

/// What a client writes of an action, outside of any batch; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The channel's name for the object; `Some(None)` takes it away.
    pub remote_id: Option<Option<String>>,
    /// The version that the channel has.
    pub version_at: Option<Timestamp>,
    /// Whether it has it. Only a batch says that it is processing.
    pub status: Option<ActionStatus>,
    /// JSON object text.
    pub state: Option<String>,
}

/// Makes or changes the action on an object. The action, and whether it was made; nothing where feeds carry such
/// objects and this one is not the channel's to speak of.
pub async fn put(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    (kind, object): (i64, i64),
    given: &Given,
    now: Timestamp,
) -> Result<Option<(ActionRow, bool)>, Error> {
    let channel_scope = super::open(tx, channel, now).await?;
    let named = match ObjectKind::from_number(kind) {
        Some(kind) => {
            delivery_facts::named(tx, &channel_scope, kind, &BTreeSet::from([object])).await?.contains(&object)
        }
        None => true,
    };
    if !named {
        return Ok(None);
    }
    let before = integration_actions::by_objects(tx, channel, [(kind, object)]).await?.pop();
    let made = before.is_none();
    let newest = match ObjectKind::from_number(kind) {
        Some(kind) => delivery_facts::versions(tx, kind, &BTreeSet::from([object])).await?.get(&object).copied(),
        None => None,
    };
    let mut row = before.unwrap_or_else(|| ActionRow {
        id: 0,
        channel,
        kind,
        object,
        action: Action {
            remote_id: None,
            version_at: newest.unwrap_or(now),
            acknowledged_at: None,
            status: ActionStatus::Success,
            batch: None,
            reason: None,
        },
        state: "{}".to_owned(),
        created_at: now,
        modified_at: now,
    });
    if let Some(version) = given.version_at {
        // No channel has a version that is not there yet.
        row.action.version_at = newest.map_or(version, |newest| version.min(newest));
    }
    row.action.status = given.status.unwrap_or(row.action.status);
    if row.action.status == ActionStatus::Success {
        row.action.acknowledged_at = Some(row.action.version_at);
        row.action.reason = None;
    }
    if let Some(remote_id) = &given.remote_id {
        row.action.remote_id.clone_from(remote_id);
    }
    row.state = given.state.clone().unwrap_or(row.state);
    row.modified_at = if made { now } else { now.later_than(row.modified_at) };
    let mut rows = [row];
    integration_actions::store_all(tx, &mut rows).await?;
    let [row] = rows;
    decided(tx, &channel_scope, &row).await?;
    Ok(Some((row, made)))
}

/// Makes the actions on objects that came from the channel. What has an action keeps it: a batch may be at it.
pub async fn know(tx: &mut Tx<'_>, channel: ChannelId, objects: &[Named], now: Timestamp) -> Result<(), Error> {
    let channel_scope = super::open(tx, channel, now).await?;
    let there = integration_actions::by_objects(tx, channel, objects.iter().map(|one| (one.kind, one.object))).await?;
    let is_there = |one: &&Named| there.iter().any(|row| (row.kind, row.object) == (one.kind, one.object));
    let row = |one: &Named| ActionRow {
        id: 0,
        channel,
        kind: one.kind,
        object: one.object,
        action: Action {
            remote_id: Some(one.remote_id.clone()),
            version_at: one.version_at,
            acknowledged_at: Some(one.version_at),
            status: ActionStatus::Success,
            batch: None,
            reason: None,
        },
        state: "{}".to_owned(),
        created_at: now,
        modified_at: now,
    };
    let mut rows: Vec<ActionRow> = objects.iter().filter(|one| !is_there(one)).map(row).collect();
    integration_actions::store_all(tx, &mut rows).await?;
    for row in &rows {
        decided(tx, &channel_scope, row).await?;
    }
    Ok(())
}

/// Makes the actions on cancellation requests that have just been made. One that has the channel's name came from
/// there, and is known there from the beginning.
pub async fn know_requests(tx: &mut Tx<'_>, requests: &[Record]) -> Result<(), Error> {
    for request in requests {
        let (Some(channel), Some(remote_id)) = (request.int("channel_id"), request.text("remote_id")) else {
            continue;
        };
        let named = Named {
            kind: ObjectKind::CancellationRequest.number(),
            object: request.id,
            remote_id: remote_id.to_owned(),
            version_at: request.modified_at,
        };
        know(tx, ChannelId::new(channel), &[named], request.modified_at).await?;
    }
    Ok(())
}

/// Takes an action away, with the delivery failure of its object; whether it was there.
pub async fn remove(tx: &mut Tx<'_>, channel: ChannelId, id: i64, now: Timestamp) -> Result<bool, Error> {
    let channel_scope = super::open(tx, channel, now).await?;
    let Some(row) = integration_actions::by_id(tx, channel, id).await? else { return Ok(false) };
    integration_actions::remove(tx, &row).await?;
    failed_integrations::remove(tx, channel, (row.kind, row.object)).await?;
    decided(tx, &channel_scope, &row).await?;
    Ok(true)
}

async fn decided(tx: &mut Tx<'_>, channel_scope: &ChannelScope, row: &ActionRow) -> Result<(), Error> {
    match ObjectKind::from_number(row.kind) {
        Some(kind) => super::reconsider(tx, channel_scope, kind, &BTreeSet::from([row.object])).await,
        None => Ok(()),
    }
}
