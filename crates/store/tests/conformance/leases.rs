//! Leases: one holder at a time, and none that stays when its holder is gone.

use onhand_core::Timestamp;
use onhand_store::{Store, leases};

use crate::database::for_each_engine;
use crate::shop::at;

async fn claim(store: &Store, holder: &'static str, now: Timestamp) -> bool {
    let claimed = store.write("t", async move |tx| leases::claim(tx, "sweep", holder, now, 60).await);
    claimed.await.expect("written")
}

#[test]
fn a_lease_has_one_holder_until_it_ends_or_is_given_back() {
    for_each_engine(async |database| {
        let store = &database.store;
        assert!(claim(store, "a", at(0)).await);
        assert!(!claim(store, "b", at(59)).await, "it is a's");
        assert!(claim(store, "a", at(59)).await, "a takes it again, for longer");
        assert!(!claim(store, "b", at(60)).await);
        assert!(claim(store, "b", at(119)).await, "a has not come back");
        assert!(!claim(store, "a", at(119)).await);
        let give = async |holder: &'static str| {
            store.write("t", async move |tx| leases::release(tx, "sweep", holder).await).await.expect("written");
        };
        give("a").await;
        assert!(!claim(store, "a", at(120)).await, "nobody gives back what another holds");
        give("b").await;
        assert!(claim(store, "a", at(120)).await);
    });
}

#[test]
fn of_many_that_ask_at_once_one_gets_it() {
    for_each_engine(async |database| {
        let other = database.again().await;
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let asking = names.into_iter().enumerate().map(|(number, name)| {
            let store = if number % 2 == 0 { database.store.clone() } else { other.clone() };
            tokio::spawn(async move { claim(&store, name, at(0)).await })
        });
        let mut holders = 0;
        for asked in asking.collect::<Vec<_>>() {
            holders += usize::from(asked.await.expect("asked"));
        }
        assert_eq!(holders, 1);
    });
}
