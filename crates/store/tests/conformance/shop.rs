//! A small shop: what a case needs to have stock, orders and movements, and a source of repeatable chance.
//!
//! Promises: commands go through `unit_of_work::load`, `core::commands` and `unit_of_work::apply`, as in the server. Must
//! not know what a case is about.

use std::sync::Arc;

use onhand_core::commands::{
    CancelItems, NewLine, PlaceOrder, ProductRef, ReadSet, ReleaseItem, StockTarget, WriteStock, WriteStocks,
};
use onhand_core::{
    ChannelId, Command, Context, IdAllocator, IdKind, OrderId, OrderItem, OrderItemId, OrderStatus, Outcome, Quantity,
    Rejection, Stock, StockKey, StockListId, Timestamp, UserId, WorkingSet, decide,
};
use onhand_store::resource::{self, Record};
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::{Error, Store, Tx, ids, unit_of_work};

/// When every case begins.
pub(crate) const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// The time some seconds after the beginning.
pub(crate) fn at(seconds: i64) -> Timestamp {
    START.minus_seconds(-seconds)
}

pub(crate) fn stock_list(name: &str) -> Record {
    let mut list = Record::new(&STOCK_LISTS, START);
    list.set("name", name.to_owned());
    list
}

/// Makes a list; its id.
pub(crate) async fn add_list(tx: &mut Tx<'_>, name: &str) -> Result<StockListId, Error> {
    let made = resource::insert(tx, &STOCK_LISTS, vec![stock_list(name)]).await?;
    Ok(StockListId::new(made[0].id))
}

/// Makes a channel with this policy.
pub(crate) async fn add_channel(tx: &mut Tx<'_>, name: &str, oversell: &'static str) -> Result<ChannelId, Error> {
    let mut channel = Record::new(&CHANNELS, START);
    channel.set("name", name.to_owned());
    channel.set("oversell", oversell);
    let made = resource::insert(tx, &CHANNELS, vec![channel]).await?;
    Ok(ChannelId::new(made[0].id))
}

/// A store in use: two lists, a marketplace, a clock that never stands still.
pub(crate) struct Shop {
    pub(crate) store: Store,
    pub(crate) lists: [StockListId; 2],
    pub(crate) market: ChannelId,
    pub(crate) ids: IdAllocator,
    now: i64,
}

impl Shop {
    pub(crate) async fn open(store: &Store) -> Self {
        let made = store.write("shop", async |tx| {
            let web = add_list(tx, "web").await?;
            let outlet = add_list(tx, "outlet").await?;
            let market = add_channel(tx, "market", "accept").await?;
            Ok(([web, outlet], market))
        });
        let (lists, market) = made.await.expect("lists and a channel");
        Self { store: store.clone(), lists, market, ids: IdAllocator::default(), now: START.micros() }
    }

    /// The same shop from another process, with a clock that is behind.
    pub(crate) fn beside(&self, store: &Store) -> Self {
        let (lists, market) = (self.lists, self.market);
        Self { store: store.clone(), lists, market, ids: IdAllocator::default(), now: START.micros() }
    }

    /// The context of the next command.
    pub(crate) fn context(&mut self) -> Context {
        self.now += 1_000_000;
        Context { actor: UserId::new(1), now: Timestamp::from_micros(self.now) }
    }

    /// Runs a batch in one transaction.
    pub(crate) async fn batch(&mut self, commands: Vec<Command>) -> Vec<Result<Outcome, Rejection>> {
        let needed = |kind| commands.iter().map(|command| command.ids_needed(kind) as i64).sum();
        ids::reserve_ranges(&self.store, &mut self.ids, needed).await.expect("ids");
        let commands: Vec<_> = commands.into_iter().map(|command| (command, self.context())).collect();
        let (ids, results) = settle(&self.store, self.ids.clone(), commands).await.expect("the batch is written");
        self.ids = ids;
        results
    }

    pub(crate) async fn run(&mut self, command: Command) -> Outcome {
        self.batch(vec![command]).await.remove(0).expect("the command is accepted")
    }

    pub(crate) async fn write(&mut self, list: usize, sku: &str, level: i64) -> Stock {
        let command = write(self.lists[list], sku, Some(level), None);
        match self.run(command).await {
            Outcome::StocksWritten(mut rows) => rows.remove(0).stock,
            other => panic!("a write ends in {other:?}"),
        }
    }

    pub(crate) async fn order(&mut self, number: &str, lines: &[(usize, &str, i64)]) -> (OrderId, Vec<OrderItem>) {
        let lines = lines.iter().map(|(list, sku, units)| line(self.lists[*list], sku, *units)).collect();
        match self.run(place(number, None, lines)).await {
            Outcome::OrderPlaced(order, items) => (order.id, items),
            other => panic!("an order ends in {other:?}"),
        }
    }

    pub(crate) async fn release(&mut self, item: OrderItemId, code: &str) {
        self.run(release(item, code)).await;
    }

    pub(crate) async fn cancel(&mut self, order: OrderId) {
        self.run(Command::CancelItems(CancelItems { order, all: true, items: Vec::new(), details: Vec::new() })).await;
    }
}

/// Loads, decides and writes, in one transaction.
pub(crate) async fn settle(
    store: &Store,
    ids: IdAllocator,
    commands: Vec<(Command, Context)>,
) -> Result<(IdAllocator, Vec<Result<Outcome, Rejection>>), Error> {
    let commands = Arc::new(commands);
    let body = async move |tx: &mut onhand_store::Tx<'_>| {
        let mut read_set = ReadSet::default();
        commands.iter().for_each(|(command, _)| command.read_set(&mut read_set));
        let mut working_set = WorkingSet::new(ids);
        unit_of_work::load(tx, &read_set, &mut working_set).await?;
        let results = commands.iter().map(|(command, context)| decide(&mut working_set, command, *context)).collect();
        let changes = working_set.take_changes();
        unit_of_work::apply(tx, &changes).await?;
        Ok((working_set.ids, results))
    };
    store.write("shop.batch", body).await
}

pub(crate) fn write(list: StockListId, sku: &str, level: Option<i64>, reserved: Option<i64>) -> Command {
    let quantity = |units| Quantity::new(units).expect("within the limits");
    let row = WriteStock {
        target: StockTarget::Key(StockKey { list, sku: sku.to_owned() }),
        on_hand: level.map(quantity),
        reserved: reserved.map(quantity),
        unit: None,
        extra_field: None,
        snapshot_at: None,
        expected: None,
        explanation: None,
    };
    Command::WriteStocks(WriteStocks { rows: vec![row], create_unknown_products: true, source: None })
}

pub(crate) fn line(list: StockListId, sku: &str, units: i64) -> NewLine {
    NewLine {
        product: ProductRef::Sku(sku.to_owned()),
        list: Some(list),
        quantity: Quantity::new(units).expect("within the limits"),
        status: OrderStatus::Approved,
        price: Some("9.90".to_owned()),
        extra_field: r#"{"gift":true}"#.to_owned(),
        attributes: "{}".to_owned(),
        details: r#"{"tax_rate":"18.00"}"#.to_owned(),
    }
}

pub(crate) fn place(number: &str, channel: Option<ChannelId>, lines: Vec<NewLine>) -> Command {
    Command::PlaceOrder(PlaceOrder {
        number: number.to_owned(),
        channel,
        currency: "try".to_owned(),
        status: OrderStatus::Approved,
        is_send: false,
        date_placed: None,
        extra_field: "{}".to_owned(),
        details: "{}".to_owned(),
        sourcing: None,
        via: String::new(),
        lines,
    })
}

pub(crate) fn release(item: OrderItemId, code: &str) -> Command {
    Command::ReleaseItem(ReleaseItem {
        item,
        code: code.to_owned(),
        integration_type: "external_company".to_owned(),
        update_stock: true,
        registered_at: None,
    })
}

/// Every kind of id, far enough from what the store gives out.
pub(crate) fn plenty_of_ids() -> IdAllocator {
    let mut ids = IdAllocator::default();
    IdKind::ALL.into_iter().for_each(|kind| ids.add_range(kind, 1, 1_000_000));
    ids
}

/// Repeatable chance (splitmix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}
