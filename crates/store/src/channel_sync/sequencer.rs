//! The sequencer: it gives sequence numbers to the events of the outbox.
//!
//! Promises: every event that is committed gets a sequence number, in a transaction that has locked the counter of
//! those, so they become visible in their order; an object with several events gets one. Must not know channels.

use std::collections::BTreeMap;

use super::{change_log, cursor};
use crate::outbox::{self, MEMBER};
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
    for row in &found {
        // The last event of an object says where it is now.
        for (kind, object, scope, at) in row.events()? {
            let catalog = if kind == MEMBER { scope } else { 0 };
            let last = newest.entry((kind, object, catalog)).or_insert((at, scope));
            *last = (*last).max((at, scope));
        }
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
