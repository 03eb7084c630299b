//! Channels: which lists a requester may see, and the delivery failures of a channel.
//!
//! Promises: a requester that asks for a channel sees the lists of that channel's catalog, and any other one sees all.
//! Must not know feeds.

use onhand_core::channel_sync::ObjectKind;
use onhand_core::{ChannelId, StockListId};
use onhand_store::channel_sync::channel_scope::ChannelScope;
use onhand_store::channel_sync::failures::{self, Given};
use onhand_store::query::{Condition, Op};
use onhand_store::{Tx, Value};

use super::{Requester, ServiceError, Services};

/// Delivery failures that one request sets.
const UPDATED_MAX: usize = 10_000;
/// Delivery failures that are set in one transaction.
const ROUND_ROWS: i64 = 250;

/// The condition that narrows a list of rows to what is in the stock lists that a requester may see, if it may not see
/// all. `column` has the list of a row.
pub async fn of_own_lists(
    services: &Services,
    requester: &Requester,
    column: &'static str,
) -> Result<Option<Condition>, ServiceError> {
    let Some(channel) = requester.channel else { return Ok(None) };
    let body = async move |tx: &mut Tx<'_>| Ok(ChannelScope::of(tx, channel).await?.scopes(ObjectKind::Stock));
    let lists = services.store.read_inline("assortments.of_channel", body).await?;
    Ok(Some(Condition { column, op: Op::In, values: lists.into_iter().map(Value::Int).collect() }))
}

/// Whether a requester may see a stock list.
pub async fn owns_list(services: &Services, requester: &Requester, list: StockListId) -> Result<bool, ServiceError> {
    let own = of_own_lists(services, requester, "id").await?;
    Ok(own.is_none_or(|own| own.values.contains(&Value::Int(list.get()))))
}

/// What became of the delivery failures that some conditions find.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UpdatedFailures {
    /// How many were set.
    pub updated: usize,
    /// The id after which the next request goes on, if more are left.
    pub next: Option<i64>,
}

/// Sets the same for all delivery failures of a channel that fulfil some conditions, in the order of their ids, up to
/// as many as one request may set.
pub async fn update_failures(
    services: &Services,
    channel: ChannelId,
    conditions: &[Condition],
    given: &Given,
) -> Result<UpdatedFailures, ServiceError> {
    let (now, mut updated, mut next) = (services.clock.now(), 0, Some(0));
    while let Some(after) = next.filter(|_| updated < UPDATED_MAX) {
        let (conditions, given) = (conditions.to_vec(), *given);
        let body = async move |tx: &mut Tx<'_>| {
            failures::update_some(tx, channel, (&conditions, after, ROUND_ROWS), &given, now).await
        };
        let (done, last) = services.store.write("failed_integrations.update_some", body).await?;
        updated += done;
        next = last;
    }
    Ok(UpdatedFailures { updated, next })
}
