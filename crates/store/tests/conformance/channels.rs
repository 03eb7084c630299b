//! Channels: what an order reads of one; the rest are records like any other.

use onhand_core::{Channel, ChannelId, Oversell};
use onhand_store::tables::channels;

use crate::database::for_each_engine;
use crate::shop::add_channel;

#[test]
fn an_order_reads_the_policy() {
    for_each_engine(async |database| {
        let made = database.store.write("t", async |tx| {
            let market = add_channel(tx, "market", "accept").await?;
            let outlet = add_channel(tx, "outlet", "refuse").await?;
            Ok([
                channels::by_id(tx, market).await?
                    == Some(Channel { id: market, oversell: Oversell::Accept, oversell_quantity_max: 1_000 }),
                channels::by_id(tx, outlet).await?
                    == Some(Channel { id: outlet, oversell: Oversell::Refuse, oversell_quantity_max: 1_000 }),
                channels::by_id(tx, ChannelId::new(99)).await?.is_none(),
            ])
        });
        assert_eq!(made.await.expect("read"), [true; 3]);
    });
}
