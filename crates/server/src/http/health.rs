//! Health and metrics, for whoever keeps the process running. No token needed; nothing secret shown.

use onhand_store::accounts;

use super::call::Call;
use super::observe;
use crate::wire::error::Error;
use crate::wire::json::{Object, Reply};

/// A queue this full cannot promise a quick answer.
const WAITING_MAX: usize = 3_000;

/// `GET /healthz`: the process answers.
pub async fn live(_: Call) -> Result<Reply, Error> {
    let mut body = String::new();
    Object::open(&mut body).text("status", "ok").close();
    Ok(Reply::ok(body))
}

/// `GET /readyz`: the database answers and the ledger's queue has room.
pub async fn ready(call: Call) -> Result<Reply, Error> {
    call.app.store.read("readyz", async |tx| accounts::count(tx).await).await?;
    let waiting = call.app.ledger.waiting();
    if waiting > WAITING_MAX {
        return Err(Error::Busy(format!("{waiting} commands are waiting")));
    }
    let mut body = String::new();
    Object::open(&mut body).text("status", "ok").int("waiting", waiting as i64).close();
    Ok(Reply::ok(body))
}

/// `GET /metrics`.
pub async fn metrics(call: Call) -> Result<Reply, Error> {
    metrics::gauge!("onhand_ledger_waiting").set(call.app.ledger.waiting() as f64);
    Ok(Reply::other("text/plain; version=0.0.4", observe::recorder().render()))
}
