//! Generations: a database that was put back from a copy is not taken for the one that went on.

use onhand_core::Timestamp;
use onhand_core::channel_sync::ObjectKind;
use onhand_store::channel_sync::deliveries::Offer;
use onhand_store::channel_sync::{change_log, generation};
use onhand_store::{Store, ids};

use crate::database::for_each_engine;
use crate::market::Market;

const UPDATES: &[Offer] = &[Offer::Update];
/// In microseconds; later than anything that a case writes.
const RENEWED_AT: i64 = 1_800_000_000_000_000;

async fn renew(store: &Store, micros: i64) {
    let now = Timestamp::from_micros(micros);
    store.write("t", async move |tx| generation::renew(tx, now).await).await.expect("renewed");
}

/// The first sequence number of the generation, and the newest.
async fn sequence_numbers(store: &Store) -> (i64, i64) {
    let read = async |tx: &mut onhand_store::Tx<'_>| Ok((generation::first(tx).await?, change_log::head(tx).await?));
    store.read("t", read).await.expect("read")
}

#[test]
fn a_new_generation_knows_old_cursors_and_offers_everything_again() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut market = Market::open(store).await;
        let [shirt, hat] = market.known_stocks(["SHIRT", "HAT"]).await;
        market.send(&[shirt.id, hat.id]).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, UPDATES).await, []);
        let (first, old) = sequence_numbers(store).await;
        assert!(first == 0 && old > 0, "{first} {old}");
        let take = async |tx: &mut onhand_store::Tx<'_>| ids::take(tx, "sales_order", 1).await;
        let number = store.write("t", take).await.expect("taken");

        renew(store, RENEWED_AT).await;
        let (first, newest) = sequence_numbers(store).await;
        assert!(first >= RENEWED_AT && newest == first + old, "{first} {newest}");
        assert_eq!(market.products(UPDATES).await, [shirt.product.get(), hat.product.get()]);
        market.know(&shirt).await;
        market.know(&hat).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, UPDATES).await, [shirt.id.get(), hat.id.get()]);
        market.send(&[shirt.id, hat.id]).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, UPDATES).await, [], "once");
        assert!(store.write("t", take).await.expect("taken") > number + 1_000_000, "no number is given twice");

        // Also where the clock stands still.
        renew(store, RENEWED_AT).await;
        let (again, newest_again) = sequence_numbers(store).await;
        assert!(again > newest && newest_again < 1 << 53, "{again} {newest_again}");
    });
}

#[test]
fn a_copy_knows_that_it_is_one_until_it_is_put_to_work() {
    for_each_engine(async |database| {
        let store = &database.store;
        let is_copy = async || store.read("t", async |tx| generation::is_copy(tx).await).await.expect("read");
        assert!(!is_copy().await);
        let now = Timestamp::from_micros(RENEWED_AT);
        store.write("t", async move |tx| generation::note_copy(tx, now).await).await.expect("noted");
        assert!(is_copy().await);
        renew(store, RENEWED_AT).await;
        assert!(!is_copy().await);
    });
}
