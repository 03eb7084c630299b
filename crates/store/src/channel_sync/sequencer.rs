//! The sequencer: it gives sequence numbers to the events of the outbox.
//!
//! Promises: every event that is committed gets a sequence number, in a transaction that has locked the counter of
//! those, so they become visible in their order; an object with several events gets one. What has happened besides goes
//! where events wait for the event log, if anybody reads that. Must not know channels or who is told of events.

use std::collections::BTreeMap;

use onhand_core::channel_sync::ObjectKind;
use onhand_core::events::EventType;

use super::{change_log, cursor};
use crate::events::pending::{self, Pending};
use crate::outbox::{self, Entry, MEMBER};
use crate::{Error, Tx, ids};

/// Rows of the outbox that get their sequence numbers in one transaction.
pub const ROWS_MAX: i64 = 32;

/// Kind and object, and the catalog of a product that is in one; with time and scope.
type Last = BTreeMap<(i64, i64, i64), (i64, i64)>;

/// Gives sequence numbers to changes, those of [`ROWS_MAX`] rows at the most; how many rows there were.
pub async fn sequence(tx: &mut Tx<'_>) -> Result<i64, Error> {
    // The transaction that has locked this row is alone, and sees all that others have committed before.
    ids::take(tx, change_log::SEQUENCE_NUMBERS, 0).await?;
    let found = outbox::oldest(tx, ROWS_MAX).await?;
    if found.is_empty() {
        return Ok(0);
    }
    let mut newest = Last::new();
    let mut has_happened = Vec::new();
    for row in &found {
        // The last event of an object says where it is now.
        for entry in row.events()? {
            has_happened.extend(event_of(&entry));
            let Some((kind, object, scope, at)) = change_of(entry) else { continue };
            let catalog = if kind == MEMBER { scope } else { 0 };
            let last = newest.entry((kind, object, catalog)).or_insert((at, scope));
            *last = (*last).max((at, scope));
        }
    }
    // Asked after the outbox was read: who reads since before a change is known to read.
    if !has_happened.is_empty() && pending::has_readers(tx).await? {
        pending::add_all(tx, has_happened).await?;
    }
    let mut ordered: Vec<_> =
        newest.into_iter().map(|((kind, object, _), (at, scope))| (at, kind, object, scope)).collect();
    ordered.sort_unstable();
    let first = ids::take(tx, change_log::SEQUENCE_NUMBERS, ordered.len() as i64).await?;
    let numbered = ordered
        .iter()
        .zip(first..)
        .map(|((_, kind, object, scope), sequence_number)| (*kind, *object, *scope, sequence_number));
    let (members, objects): (Vec<_>, Vec<_>) = numbered.partition(|(kind, ..)| *kind == MEMBER);
    change_log::put_all(tx, objects.into_iter()).await?;
    let members = members.into_iter().map(|(_, product, catalog, sequence_number)| (catalog, product, sequence_number));
    cursor::put_members(tx, members).await?;
    outbox::remove(tx, &found).await?;
    Ok(found.len() as i64)
}

/// What channels will want to know of an entry.
fn change_of(entry: Entry) -> Option<Entry> {
    let (kind, object, scope, at) = entry;
    if !outbox::has_happened(kind) {
        return Some(entry);
    }
    // Without a channel there is nobody who knows it.
    outbox::happened(kind)?.changes().filter(|_| scope != 0).map(|kind| (kind.number(), object, scope, at))
}

/// What an entry says to readers of events.
fn event_of(&(kind, object, scope, at): &Entry) -> Option<Pending> {
    let is_stock = kind == ObjectKind::Stock.number();
    let event = if is_stock { EventType::StockChanged } else { outbox::happened(kind)? };
    Some(Pending { event, object, scope, at: onhand_core::Timestamp::from_micros(at) })
}
