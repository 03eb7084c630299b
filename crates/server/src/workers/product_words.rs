//! The words of products, kept right: products that were made, changed or removed are read again for their words.
//!
//! Promises: one process does it at a time, and the next one goes on where it stopped; what was there before this
//! version is read first, since the change log has every product. It works at most half of the time, so that orders have
//! the rest. Must not know what a word is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use onhand_store::{Error, Tx, leases, product_words};

use crate::services::{Services, product_search};

/// How often it looks for products that have changed.
const PAUSE: Duration = Duration::from_secs(1);
/// The name of the lease, and how long it holds.
const LEASE: &str = "product_words";
const LEASE_SECONDS: i64 = 30;

/// Follows changes of products for ever.
pub(super) async fn run(services: Arc<Services>) {
    let holder = super::lease_holder(&services, "words");
    loop {
        let begun = Instant::now();
        let pause = match step(&services, &holder).await {
            Ok(true) => begun.elapsed(),
            Ok(false) => PAUSE,
            Err(fault) => {
                tracing::warn!(%fault, "cannot read products for their words");
                PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Follows some changes; whether there may be more.
async fn step(services: &Services, holder: &str) -> Result<bool, Error> {
    let store = &services.store;
    if !store.read_inline("product_words.is_behind", async |tx| product_words::is_behind(tx).await).await? {
        return Ok(false);
    }
    let (holder, now) = (holder.to_owned(), services.clock.now());
    let body = async move |tx: &mut Tx<'_>| {
        if !leases::claim(tx, LEASE, &holder, now, LEASE_SECONDS).await? {
            return Ok(0);
        }
        product_words::follow(tx, product_search::words_of).await
    };
    Ok(store.write("product_words.follow", body).await? > 0)
}
