//! What clients set on delivery failures, and what is due of their objects from then on (contract C4.6).
//!
//! Promises: a change of a failure decides anew which delivery of its object is due, in the same transaction. Must not
//! know what a failure means: that is `onhand_core::channel_sync::Failure`.

use onhand_core::channel_sync::{Failure, ObjectKind};
use onhand_core::{ChannelId, Timestamp};

use super::channel_scope::ChannelScope;
use crate::query::{Condition, ListQuery, Op, Sort, Window};
use crate::tables::failed_integrations::{self, FailureRow};
use crate::{Error, Tx, Value};

/// What a client sets on a delivery failure; what is not given stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given {
    /// How often a version is tried at the most.
    pub max_retry_count: Option<i64>,
    /// Seconds between two tries.
    pub retry_interval: Option<i64>,
    /// Whether it stands.
    pub is_active: Option<bool>,
    /// When it runs out; `Some(None)` for never.
    pub expires_at: Option<Option<Timestamp>>,
}

/// Sets what a delivery failure means from now on; the failure, if it is there.
pub async fn update(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    id: i64,
    given: &Given,
    now: Timestamp,
) -> Result<Option<FailureRow>, Error> {
    let channel_scope = super::open(tx, channel, now).await?;
    let Some(before) = failed_integrations::by_id(tx, channel, id).await? else { return Ok(None) };
    let row = given.set(&before, now);
    set_all(tx, &channel_scope, std::slice::from_ref(&row)).await?;
    Ok(Some(row))
}

/// Sets the same on the delivery failures of a channel that fulfil some conditions, by their ids, so many at the most.
/// How many were set, and the last one of them where there may be more.
pub async fn update_some(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    (conditions, after, limit): (&[Condition], i64, i64),
    given: &Given,
    now: Timestamp,
) -> Result<(usize, Option<i64>), Error> {
    let channel_scope = super::open(tx, channel, now).await?;
    let mut conditions = conditions.to_vec();
    conditions.push(Condition { column: "channel_id", op: Op::Eq, values: vec![Value::Int(channel.get())] });
    conditions.push(Condition { column: "id", op: Op::Gt, values: vec![Value::Int(after)] });
    let listing = ListQuery { conditions, sort: Sort::BY_ID, window: Window::After { key: None, limit } };
    let found = failed_integrations::page(tx, &listing).await?;
    let next = found.next.as_ref().map(|key| key.id);
    let rows: Vec<FailureRow> = found.rows.iter().map(|row| given.set(row, now)).collect();
    set_all(tx, &channel_scope, &rows).await?;
    Ok((rows.len(), next))
}

impl Given {
    fn set(&self, before: &FailureRow, now: Timestamp) -> FailureRow {
        let failure = Failure {
            max_retry_count: self.max_retry_count.unwrap_or(before.failure.max_retry_count),
            retry_interval: self.retry_interval.unwrap_or(before.failure.retry_interval),
            is_active: self.is_active.unwrap_or(before.failure.is_active),
            expires_at: self.expires_at.unwrap_or(before.failure.expires_at),
            ..before.failure.clone()
        };
        FailureRow { failure, modified_at: now.later_than(before.modified_at), ..before.clone() }
    }
}

/// Writes delivery failures back; what they are about is decided anew.
async fn set_all(tx: &mut Tx<'_>, channel_scope: &ChannelScope, rows: &[FailureRow]) -> Result<(), Error> {
    failed_integrations::update_all(tx, rows).await?;
    for kind in ObjectKind::ALL {
        let of_kind = rows.iter().filter(|row| row.kind == kind.number()).map(|row| row.object);
        super::reconsider(tx, channel_scope, kind, &of_kind.collect()).await?;
    }
    Ok(())
}
