//! The expiry of cart reservations: by the clock, and before a request can see units as reserved that are free again.
//!
//! Promises: a process knows when the next open cart reservation ends: at once of its own, and of those of other processes
//! within [`LOOK`], which is shorter than a cart reservation lasts. Before a request is served after that moment, and
//! otherwise by a worker, what is over is given back through the writer. A request waits for that for `PATIENCE` at the
//! most; units that are not given back by then stay reserved, so nothing is sold twice. Must not know requests.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use onhand_core::commands::{CartCommand, ExpireCarts};
use onhand_core::{Command, Timestamp};
use onhand_store::Tx;
use onhand_store::tables::cart_reservations;
use tokio::sync::{Mutex, Notify};

use crate::services::{Requester, ServiceError, Services};

/// How often a process looks for cart reservations that others have made.
pub const LOOK: Duration = Duration::from_secs(1);
/// How long a request waits for what is over to be given back.
const PATIENCE: Duration = Duration::from_secs(2);
/// When it is tried again if that has failed.
const PAUSE_MICROS: i64 = 1_000_000;
/// The most cart reservations that end in one command, so that orders get their turn in between.
const TOGETHER: i64 = 100;

/// When the next cart reservation ends, as far as this process knows.
#[derive(Debug)]
pub struct CartExpiry {
    next_due: AtomicI64,
    /// Held by the one who ends what is over.
    ending: Mutex<()>,
    changed: Notify,
}

impl Default for CartExpiry {
    /// Something may be over already.
    fn default() -> Self {
        Self { next_due: AtomicI64::new(i64::MIN), ending: Mutex::new(()), changed: Notify::new() }
    }
}

impl CartExpiry {
    /// Whether something is over by now, or may be.
    pub fn is_due(&self, now: Timestamp) -> bool {
        now.micros() >= self.next_due.load(Ordering::Acquire)
    }

    /// Takes note of a cart reservation that ends then.
    pub fn note(&self, at: Timestamp) {
        if self.next_due.fetch_min(at.micros(), Ordering::AcqRel) > at.micros() {
            self.changed.notify_one();
        }
    }

    /// Waits until it is time to look again: when the next one ends, or after a while.
    pub async fn wait(&self, now: Timestamp) {
        let left = self.next_due.load(Ordering::Acquire).saturating_sub(now.micros());
        let left = Duration::from_micros(u64::try_from(left).unwrap_or(0));
        tokio::select! {
            () = tokio::time::sleep(left.min(LOOK)) => {}
            () = self.changed.notified() => {}
        }
    }
}

/// Has everything ended that is over by now, before a request is served.
pub async fn before_request(services: &Services) {
    if services.cart_expiry.is_due(services.clock.now()) {
        match tokio::time::timeout(PATIENCE, end_due(services)).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::warn!(%fault, "cannot end reservations of carts whose time is over"),
            Err(_) => tracing::warn!("a request is served before the reservations of carts have ended"),
        }
    }
}

/// Looks when the next one ends, whichever process has made it, and ends what is over.
pub async fn look(services: &Services) -> Result<(), ServiceError> {
    if let Some(next) = next_due(services).await? {
        services.cart_expiry.note(next);
    }
    match services.cart_expiry.is_due(services.clock.now()) {
        true => end_due(services).await,
        false => Ok(()),
    }
}

async fn next_due(services: &Services) -> Result<Option<Timestamp>, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| cart_reservations::next_due(tx).await;
    Ok(services.store.read("cart_reservations.next_due", body).await?)
}

/// Ends what is over, one caller at a time: the others find it done.
async fn end_due(services: &Services) -> Result<(), ServiceError> {
    let expiry = &services.cart_expiry;
    let _ending = expiry.ending.lock().await;
    let now = services.clock.now();
    if !expiry.is_due(now) {
        return Ok(());
    }
    let ended = end_all(services, now).await;
    // First nothing is known, then what the database says: whatever is noted from here on counts, and what was noted
    // before is in the database already.
    expiry.next_due.store(i64::MAX, Ordering::Release);
    let next = match ended {
        Ok(()) => next_due(services).await,
        Err(fault) => Err(fault),
    };
    let (at, ended) = match next {
        Ok(next) => (next, Ok(())),
        Err(fault) => (Some(now.plus_micros(PAUSE_MICROS)), Err(fault)),
    };
    at.into_iter().for_each(|at| expiry.note(at));
    ended
}

async fn end_all(services: &Services, now: Timestamp) -> Result<(), ServiceError> {
    loop {
        let body = async move |tx: &mut Tx<'_>| cart_reservations::due(tx, now, TOGETHER).await;
        let carts = services.store.read("cart_reservations.due", body).await?;
        let count = carts.len() as i64;
        if count > 0 {
            let command = Command::Cart(CartCommand::Expire(ExpireCarts { carts }));
            services.submit(&Requester::itself(), command).await?;
        }
        if count < TOGETHER {
            return Ok(());
        }
    }
}
