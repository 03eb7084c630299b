//! Idempotency: answers already given, by account and key.
//!
//! Promises: an answer is stored in the transaction that caused it. Must not know what an answer means.

use onhand_core::{Timestamp, UserId, bucket_of_text};

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// How long a stored answer is replayed, in seconds: seven days.
pub const KEPT_SECONDS: i64 = 7 * 24 * 3_600;

/// A key as its owner sent it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// Whose.
    pub account: UserId,
    /// 1..=255 characters.
    pub key: String,
}

/// An answer already given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// A hash of the request it answered.
    pub fingerprint: Vec<u8>,
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

statements! {
    FIND = "idempotency.find",
        "SELECT account_id, key, fingerprint, status, body FROM idempotency
         WHERE account_id = ?1 AND key = ?2 AND bucket = ?3";
    INSERT = "idempotency.insert",
        "INSERT INTO idempotency (bucket, account_id, key, fingerprint, status, body, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    FORGET = "idempotency.forget", "DELETE FROM idempotency WHERE created_at < ?1";
}

fn read(row: &Row<'_>) -> Result<(Key, Answer), Error> {
    let key = Key { account: UserId::new(row.get(0)?), key: row.get(1)? };
    Ok((key, Answer { fingerprint: row.get(2)?, status: row.get::<i64>(3)? as u16, body: row.get(4)? }))
}

/// The answers stored for some keys; a key without one is left out.
pub async fn find_all(tx: &mut Tx<'_>, keys: impl IntoIterator<Item = &Key>) -> Result<Vec<(Key, Answer)>, Error> {
    let keys = keys.into_iter().map(|key| values![key.account.get(), &key.key, bucket_of_text(&key.key)]);
    tx.all_bulk(&FIND, keys, read).await
}

/// Stores answers.
pub async fn insert_all<'a>(
    tx: &mut Tx<'_>,
    answers: impl IntoIterator<Item = (&'a Key, &'a Answer)>,
    now: Timestamp,
) -> Result<(), Error> {
    let rows = answers.into_iter().map(|(key, answer)| {
        let (fingerprint, body) = (answer.fingerprint.as_slice(), answer.body.as_slice());
        let (bucket, status) = (bucket_of_text(&key.key), i64::from(answer.status));
        values![bucket, key.account.get(), &key.key, fingerprint, status, body, now.micros()]
    });
    tx.execute_bulk(&INSERT, rows).await
}

/// Drops answers older than [`KEPT_SECONDS`]; returns how many.
pub async fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&FORGET, &values![now.minus_seconds(KEPT_SECONDS).micros()]).await
}
