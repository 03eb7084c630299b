//! Leases: which process does a piece of background work, and until when no other process may.
//!
//! Promises: a lease has one holder at a time as long as the holders' clocks differ by less than its length; a holder
//! that dies loses it by time. Work that must not be done twice is written in transactions that take the lease again.
//! Must not know what the work is.

use onhand_core::Timestamp;

use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    CLAIM = "leases.claim",
        "INSERT INTO lease (name, holder, until) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE lease.holder = excluded.holder OR lease.until <= ?4";
    RELEASE = "leases.release", "DELETE FROM lease WHERE name = ?1 AND holder = ?2";
}

/// Takes a lease for some seconds, or takes it again; whether it is the holder's now. Inside the transaction that does
/// the work, no other process can take it before that transaction ends.
pub async fn claim(tx: &mut Tx<'_>, name: &str, holder: &str, now: Timestamp, seconds: i64) -> Result<bool, Error> {
    let until = now.plus_micros(seconds.saturating_mul(1_000_000)).micros();
    Ok(tx.execute(&CLAIM, &values![name, holder, until, now.micros()]).await? > 0)
}

/// Gives a lease back, if it is the holder's.
pub async fn release(tx: &mut Tx<'_>, name: &str, holder: &str) -> Result<(), Error> {
    tx.execute(&RELEASE, &values![name, holder]).await?;
    Ok(())
}
