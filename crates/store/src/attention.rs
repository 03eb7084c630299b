//! What needs a person, as far as small indexes have it: lines that are oversold or short, requests to cancel.
//!
//! Promises: a number is counted up to a bound, and nothing here reads a large table. Must not know what is done about
//! it.

use crate::sql::{Statement, statements, values};
use crate::{Error, Tx};

/// Rows that are counted; of more, it is known that there are more.
pub const COUNTED_MAX: i64 = 1_000;

statements! {
    /// The states are those of the index: neither cancelled nor shipped.
    OVERSOLD = "attention.oversold",
        "SELECT id FROM order_item WHERE oversold = 1 AND status < 500 AND status <> 100 AND id > ?1 LIMIT ?2";
    SHORT = "attention.short", "SELECT item_id FROM reservation WHERE state = 5 AND item_id > ?1 ORDER BY item_id LIMIT ?2";
    CANCELLATIONS = "attention.cancellations",
        "SELECT id FROM cancellation_request WHERE status = 'waiting_approval' AND id > ?1 ORDER BY id LIMIT ?2";
}

/// Rows that were counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    /// How many there are, up to [`COUNTED_MAX`] and one.
    pub number: i64,
    /// The smallest id among them, which is the oldest.
    pub oldest: Option<i64>,
}

async fn counted(tx: &mut Tx<'_>, statement: &'static Statement) -> Result<Counted, Error> {
    let found: Vec<i64> = tx.all(statement, &values![0, COUNTED_MAX + 1], |row| row.get(0)).await?;
    Ok(Counted { number: found.len() as i64, oldest: found.into_iter().min() })
}

/// Order lines that were accepted although their units were not there, and that are not gone.
pub async fn oversold(tx: &mut Tx<'_>) -> Result<Counted, Error> {
    counted(tx, &OVERSOLD).await
}

/// Order lines whose units no stock has.
pub async fn short(tx: &mut Tx<'_>) -> Result<Counted, Error> {
    counted(tx, &SHORT).await
}

/// Requests to cancel that nobody has answered.
pub async fn cancellations(tx: &mut Tx<'_>) -> Result<Counted, Error> {
    counted(tx, &CANCELLATIONS).await
}
