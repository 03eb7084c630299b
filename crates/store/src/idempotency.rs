//! Idempotency: answers already given, by account and key.
//!
//! Promises: an answer is stored in the transaction that caused it. Must not know what an answer means.

use onhand_core::{Timestamp, UserId, bucket_of_text};

use crate::engine::Row;
use crate::sql::{shared, values};
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

shared! {
    FIND = "idempotency.find",
        "SELECT fingerprint, status, body FROM idempotency WHERE account_id = ?1 AND key = ?2 AND bucket = ?3";
    INSERT = "idempotency.insert",
        "INSERT INTO idempotency (bucket, account_id, key, fingerprint, status, body, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    FORGET = "idempotency.forget", "DELETE FROM idempotency WHERE created_at < ?1";
}

fn read(row: &Row<'_>) -> Result<Answer, Error> {
    Ok(Answer { fingerprint: row.get(0)?, status: row.get::<i64>(1)? as u16, body: row.get(2)? })
}

/// The answer stored for a key.
pub async fn find(tx: &mut Tx<'_>, key: &Key) -> Result<Option<Answer>, Error> {
    tx.first(&FIND, &values![key.account.get(), &key.key, bucket_of_text(&key.key)], read).await
}

/// Stores an answer.
pub async fn insert(tx: &mut Tx<'_>, key: &Key, answer: &Answer, now: Timestamp) -> Result<(), Error> {
    let (fingerprint, body) = (answer.fingerprint.as_slice(), answer.body.as_slice());
    let bucket = bucket_of_text(&key.key);
    let status = i64::from(answer.status);
    let values = values![bucket, key.account.get(), &key.key, fingerprint, status, body, now.micros()];
    tx.execute(&INSERT, &values).await?;
    Ok(())
}

/// Drops answers older than [`KEPT_SECONDS`]; returns how many.
pub async fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, Error> {
    tx.execute(&FORGET, &values![now.minus_seconds(KEPT_SECONDS).micros()]).await
}
