//! The change log: the newest sequence number of every object. Must not know what a channel has been sent.

use onhand_core::channel_sync::ObjectKind;

use crate::sql::{statements, values};
use crate::{Error, Tx};

/// The name of the counter that sequence numbers come from.
pub(crate) const SEQUENCE_NUMBERS: &str = "change_log";

statements! {
    PUT = "change_log.put",
        "INSERT INTO change_log (kind, object_id, scope, sequence_number) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (kind, object_id) DO UPDATE SET scope = excluded.scope, sequence_number = excluded.sequence_number";
    AFTER = "change_log.after",
        "SELECT object_id, sequence_number FROM change_log WHERE kind = ?1 AND scope = ?2 AND sequence_number > ?3
         ORDER BY sequence_number LIMIT ?4";
    WAITING = "change_log.waiting",
        "SELECT scope FROM change_log WHERE kind = ?1 AND scope = ?2 AND sequence_number > ?3
         ORDER BY sequence_number LIMIT 1";
    HEAD = "change_log.head", "SELECT next - 1 FROM id_range WHERE kind = ?1";
    COUNT = "change_log.count",
        "SELECT COUNT(*) FROM change_log WHERE kind = ?1 AND scope = ?2 AND sequence_number > ?3";
}

/// A change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// The object's id.
    pub object: i64,
    /// Its sequence number.
    pub sequence_number: i64,
}

/// Stores sequence numbers, as (kind, object, scope, sequence number), each object once.
pub(super) async fn put_all(
    tx: &mut Tx<'_>,
    numbered: impl Iterator<Item = (i64, i64, i64, i64)>,
) -> Result<(), Error> {
    tx.execute_bulk(
        &PUT,
        numbered.map(|(kind, object, scope, sequence_number)| values![kind, object, scope, sequence_number]),
    )
    .await
}

/// What has changed in a scope after a sequence number, oldest first, at most so many.
pub async fn after(
    tx: &mut Tx<'_>,
    kind: ObjectKind,
    scope: i64,
    sequence_number: i64,
    limit: i64,
) -> Result<Vec<Change>, Error> {
    let read = |row: &crate::Row<'_>| Ok(Change { object: row.get(0)?, sequence_number: row.get(1)? });
    tx.all(&AFTER, &values![kind.number(), scope, sequence_number, limit], read).await
}

/// In which scopes, given with a sequence number each, something has changed after it. One question, however many lists
/// there are.
pub(super) async fn waiting(
    tx: &mut Tx<'_>,
    kind: ObjectKind,
    scopes: impl IntoIterator<Item = (i64, i64)>,
) -> Result<Vec<i64>, Error> {
    let keys = scopes.into_iter().map(|(scope, sequence_number)| values![kind.number(), scope, sequence_number]);
    tx.all_bulk(&WAITING, keys, |row| row.get(0)).await
}

/// How much has changed in a scope after a sequence number.
pub(super) async fn count(tx: &mut Tx<'_>, kind: ObjectKind, scope: i64, sequence_number: i64) -> Result<i64, Error> {
    let counted = tx.first(&COUNT, &values![kind.number(), scope, sequence_number], |row| row.get(0)).await?;
    Ok(counted.unwrap_or(0))
}

/// The newest sequence number there is; 0 where nothing has changed yet.
pub async fn head(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(&HEAD, &values![SEQUENCE_NUMBERS], |row| row.get(0)).await?.unwrap_or(0))
}
