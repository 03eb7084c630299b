//! Channels: what is written is read, names are unique.

use onhand_core::{ChannelId, Oversell};
use onhand_store::channels::{self, ChannelRow};

use crate::database::for_each_engine;
use crate::shop::{at, channel};

#[test]
fn a_channel_is_read_as_it_was_written() {
    for_each_engine(async |database| {
        let given =
            ChannelRow { oversell: Oversell::Accept, is_active: false, modified_at: at(3), ..channel("market") };
        let full = given.clone();
        let made = database.store.write("t", async move |tx| channels::insert(tx, &given).await).await.expect("made");
        assert_eq!(made, ChannelRow { id: made.id, ..full });

        let changed = ChannelRow { oversell: Oversell::Refuse, is_active: true, modified_at: at(8), ..made };
        let wanted = changed.clone();
        let found = database
            .store
            .write("t", async move |tx| {
                channels::update(tx, &changed).await?;
                Ok((channels::by_id(tx, changed.id).await?, channels::by_id(tx, ChannelId::new(99)).await?))
            })
            .await;
        assert_eq!(found.expect("read"), (Some(wanted), None));
    });
}

#[test]
fn names_are_unique() {
    for_each_engine(async |database| {
        let add = async |name: &str| {
            let row = channel(name);
            database.store.write("t", async move |tx| channels::insert(tx, &row).await).await
        };
        let first = add("market").await.expect("made");
        let second = add("shop").await.expect("made");
        assert!(add("market").await.is_err_and(|fault| fault.is_taken("channel_name")));
        let clash = ChannelRow { name: first.name, ..second };
        let fault = database.store.write("t", async move |tx| channels::update(tx, &clash).await).await;
        assert!(fault.is_err_and(|fault| fault.is_taken("channel_name")));
    });
}
