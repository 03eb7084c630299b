//! A channel at work on a shop: a catalog with a list and a further one, rounds of batches, and what the feeds say.

use onhand_core::channel_sync::{BatchStatus, ObjectKind, Reason};
use onhand_core::{ChannelId, OrderId, Outcome, ProductId, Stock, StockId, Timestamp};
use onhand_store::channel_sync::actions::{self, Given};
use onhand_store::channel_sync::batches::{self, BatchItems, BatchPatch, BatchRejection, ItemResult, Leases};
use onhand_store::channel_sync::deliveries::{self, DeliveryQuery, Offer};
use onhand_store::channel_sync::{self, SyncProgress, failures, sequencer};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::catalogs::{CATALOG_ITEMS, CATALOGS};
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::integration_actions::{self, ActionRow};
use onhand_store::tables::prices::{PRICE_LISTS, PRODUCT_PRICES};
use onhand_store::tables::{batch_requests, failed_integrations, product_stocks};
use onhand_store::{Error, Store, Tx, Value};

use crate::shop::{START, Shop, line, place};

/// The channel, its catalog and its clock.
pub(crate) struct Market {
    pub(crate) shop: Shop,
    pub(crate) catalog: i64,
    pub(crate) price_list: i64,
    pub(crate) leases: Leases,
    waited: i64,
    batches: i64,
}

/// What a batch says of a stock that it sends.
pub(crate) fn named(stock: &Stock) -> ItemResult {
    ItemResult {
        kind: ObjectKind::Stock.number(),
        object: stock.id.get(),
        remote_id: None,
        version_at: Some(stock.modified_at),
        reason: None,
    }
}

async fn changed(tx: &mut Tx<'_>, record: Option<Record>, change: impl FnOnce(&mut Record)) -> Result<(), Error> {
    let before = record.expect("it is there");
    let mut after = before.clone();
    change(&mut after);
    after.touch(START);
    resource::update(tx, before, after).await.map(drop)
}

/// Gives the channel a catalog, or none.
pub(crate) async fn set_catalog(market: &Market, catalog: Option<i64>) {
    let channel = market.shop.market.get();
    let change = async move |tx: &mut Tx<'_>| {
        let found = resource::by_id(tx, &CHANNELS, channel).await?;
        changed(tx, found, |channel| channel.set("catalog_id", catalog)).await
    };
    market.shop.store.write("t", change).await.expect("written");
}

impl Market {
    pub(crate) async fn open(store: &Store) -> Self {
        let shop = Shop::open(store).await;
        let lists = shop.lists.map(onhand_core::StockListId::get);
        let made = store.write("t", async move |tx| {
            let mut prices = Record::new(&PRICE_LISTS, START);
            prices.set("name", "retail");
            let prices = resource::insert(tx, &PRICE_LISTS, vec![prices]).await?[0].id;
            let mut catalog = Record::new(&CATALOGS, START);
            catalog.set("name", "main");
            catalog.set("stock_list_id", lists[0]);
            catalog.set("price_list_id", prices);
            catalog.link("extra_stock_lists", vec![lists[1]]);
            Ok((resource::insert(tx, &CATALOGS, vec![catalog]).await?[0].id, prices))
        });
        let (catalog, price_list) = made.await.expect("a catalog");
        let leases = Leases { commit: 3_600, remote: 86_400 };
        let market = Self { shop, catalog, price_list, leases, waited: 0, batches: 0 };
        set_catalog(&market, Some(catalog)).await;
        market
    }

    /// The time, far ahead of whatever the shop does.
    pub(crate) fn now(&self) -> Timestamp {
        START.minus_seconds(-1_000_000 - self.waited)
    }

    pub(crate) fn wait(&mut self, seconds: i64) {
        self.waited += seconds;
    }

    async fn write<T: Send + 'static>(
        &self,
        body: impl AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
    ) -> T {
        self.shop.store.write("t", body).await.expect("written")
    }

    /// What a feed offers, after all there is to do was done.
    async fn offered(&self, kind: ObjectKind, scope: i64, offers: &'static [Offer]) -> Vec<i64> {
        let (channel, now, store) = (self.shop.market, self.now(), &self.shop.store);
        while self.write(async |tx| sequencer::sequence(tx).await).await > 0 {}
        let behind = async move |tx: &mut Tx<'_>| channel_sync::is_behind(tx, channel, kind, now).await;
        while store.read("t", behind).await.expect("read") {
            let progress = self.write(async move |tx| channel_sync::sync_channel(tx, channel, kind, now).await).await;
            assert!(
                progress == SyncProgress::More || !store.read("t", behind).await.expect("read"),
                "it comes to an end"
            );
        }
        let wanted = DeliveryQuery { channel, kind, scope, offers, skip: 0, limit: 1_000, now };
        let read = async move |tx: &mut Tx<'_>| {
            let part = deliveries::part(tx, &wanted).await?;
            assert_eq!(part.count, part.objects.len() as i64);
            Ok(part.objects)
        };
        store.read("t", read).await.expect("read")
    }

    pub(crate) async fn feed(&mut self, kind: ObjectKind, list: usize, offers: &'static [Offer]) -> Vec<i64> {
        self.offered(kind, self.shop.lists[list].get(), offers).await
    }

    pub(crate) async fn products(&self, offers: &'static [Offer]) -> Vec<i64> {
        self.offered(ObjectKind::Product, 0, offers).await
    }

    pub(crate) async fn prices(&self, offers: &'static [Offer]) -> Vec<i64> {
        self.offered(ObjectKind::Price, self.price_list, offers).await
    }

    pub(crate) async fn orders(&self, offers: &'static [Offer]) -> Vec<i64> {
        self.offered(ObjectKind::Order, self.shop.market.get(), offers).await
    }

    pub(crate) async fn put(&self, key: (i64, i64), given: &Given) -> ActionRow {
        let (channel, given, now) = (self.shop.market, given.clone(), self.now());
        let put = self.write(async move |tx| actions::put(tx, channel, key, &given, now).await).await;
        put.expect("the channel may speak of it").0
    }

    pub(crate) async fn know_product(&self, product: i64) {
        self.put((ObjectKind::Product.number(), product), &Given::default()).await;
    }

    pub(crate) async fn know(&self, stock: &Stock) {
        self.know_product(stock.product.get()).await;
    }

    /// Stocks of the first list whose products the channel knows.
    pub(crate) async fn known_stocks<const N: usize>(&mut self, skus: [&str; N]) -> [Stock; N] {
        let mut found = Vec::new();
        for sku in skus {
            let stock = self.shop.write(0, sku, 5).await;
            self.know(&stock).await;
            found.push(stock);
        }
        found.try_into().expect("as many as were asked for")
    }

    pub(crate) async fn stock(&self, id: StockId) -> Stock {
        let found = self.shop.store.read("t", async move |tx| product_stocks::by_id(tx, id).await).await.expect("read");
        found.expect("it is there")
    }

    pub(crate) async fn actions(&self) -> Vec<ActionRow> {
        let own = Condition { column: "channel_id", op: Op::Eq, values: vec![Value::Int(self.shop.market.get())] };
        let window = Window::Page { number: 1, limit: 1_000 };
        let listing = ListQuery { conditions: vec![own], sort: Sort::BY_ID, window };
        let page = self.shop.store.read("t", async move |tx| integration_actions::page(tx, &listing).await).await;
        let page = page.expect("read");
        assert_eq!(page.count, Some(page.rows.len() as i64), "the kept count");
        page.rows
    }

    /// Takes a batch to another state.
    pub(crate) async fn step(
        &self,
        batch: i64,
        to: BatchStatus,
        named: Option<Vec<ItemResult>>,
    ) -> Result<batch_requests::BatchRow, BatchRejection> {
        let sent = named.map(|named| BatchItems { named, text: "[]".to_owned(), join: |_, sent| sent.to_owned() });
        let wish = BatchPatch { to: Some(to), remote_batch_id: None, content_type: None, sent };
        let (channel, leases, now) = (self.shop.market, self.leases, self.now());
        self.write(async move |tx| batches::step(tx, (channel, batch), &wish, leases, now).await).await
    }

    /// Begins a batch with these objects; its id.
    pub(crate) async fn commit(&mut self, named: &[ItemResult]) -> Result<i64, BatchRejection> {
        self.batches += 1;
        let (channel, now, name) = (self.shop.market, self.now(), format!("batch {}", self.batches));
        let batch = self.write(async move |tx| batch_requests::insert(tx, channel, &name, now).await).await;
        self.step(batch.id, BatchStatus::Commit, Some(named.to_vec())).await.map(|batch| batch.id)
    }

    pub(crate) async fn finish(&self, batch: i64, named: &[ItemResult]) -> Result<(), BatchRejection> {
        self.step(batch, BatchStatus::Done, Some(named.to_vec())).await.map(drop)
    }

    /// A round in which all goes well.
    pub(crate) async fn send(&mut self, ids: &[StockId]) {
        let mut all = Vec::new();
        for id in ids {
            all.push(named(&self.stock(*id).await));
        }
        let batch = self.commit(&all).await.expect("nobody has them");
        self.finish(batch, &all).await.expect("done");
    }

    /// A batch in which the channel does not take a stock.
    pub(crate) async fn fail(&mut self, stock: &Stock, reason: Reason) {
        let batch = self.commit(&[named(stock)]).await.expect("nobody has it");
        self.finish(batch, &[ItemResult { reason: Some(reason), ..named(stock) }]).await.expect("done");
    }

    pub(crate) async fn allow_retries(&self, stock: i64, max: i64, interval: i64) {
        let (channel, now) = (self.shop.market, self.now());
        let own = Condition { column: "object_id", op: Op::Eq, values: vec![Value::Int(stock)] };
        let listing =
            ListQuery { conditions: vec![own], sort: Sort::BY_ID, window: Window::After { key: None, limit: 1 } };
        let given = failures::Given {
            max_retry_count: Some(max),
            retry_interval: Some(interval),
            ..failures::Given::default()
        };
        let set = async move |tx: &mut Tx<'_>| {
            let id = failed_integrations::page(tx, &listing).await?.rows[0].id;
            failures::update(tx, channel, id, &given, now).await
        };
        self.write(set).await.expect("a failure");
    }

    pub(crate) async fn add_item(&self, product: ProductId) -> Record {
        let mut item = Record::new(&CATALOG_ITEMS, START);
        item.set("product_id", product.get());
        item.set("catalog_id", self.catalog);
        self.write(async move |tx| resource::insert(tx, &CATALOG_ITEMS, vec![item]).await).await.remove(0)
    }

    pub(crate) async fn remove_item(&self, item: Record) {
        self.write(async move |tx| resource::remove(tx, item).await).await;
    }

    pub(crate) async fn add_price(&self, product: ProductId, sku: &str, price: &str) -> Record {
        let mut record = Record::new(&PRODUCT_PRICES, START);
        record.set("product_id", product.get());
        record.set("price_list_id", self.price_list);
        record.set("product_sku", sku.to_owned());
        record.set("price", price.to_owned());
        self.write(async move |tx| resource::insert(tx, &PRODUCT_PRICES, vec![record]).await).await.remove(0)
    }

    /// The channel does not know a product any more.
    pub(crate) async fn forget(&self, product: ProductId) {
        let (channel, now): (ChannelId, _) = (self.shop.market, self.now());
        let of_product = |row: &ActionRow| (row.kind, row.object) == (ObjectKind::Product.number(), product.get());
        let row = self.actions().await.into_iter().find(of_product).expect("an action");
        self.write(async move |tx| actions::remove(tx, channel, row.id, now).await).await;
    }

    /// Gives the catalog another list, and further ones.
    pub(crate) async fn set_lists(&self, own: usize, further: &[usize]) {
        let (catalog, lists) = (self.catalog, self.shop.lists);
        let further: Vec<i64> = further.iter().map(|list| lists[*list].get()).collect();
        let change = async move |tx: &mut Tx<'_>| {
            let found = resource::by_id(tx, &CATALOGS, catalog).await?;
            changed(tx, found, |catalog| {
                catalog.set("stock_list_id", lists[own].get());
                catalog.link("extra_stock_lists", further);
            })
            .await
        };
        self.write(change).await;
    }

    /// An order of the channel for one piece.
    pub(crate) async fn place(&mut self, number: &str, sku: &str) -> OrderId {
        let command = place(number, Some(self.shop.market), vec![line(self.shop.lists[0], sku, 1)]);
        match self.shop.run(command).await {
            Outcome::OrderPlaced(order, _) => order.id,
            other => panic!("an order ends in {other:?}"),
        }
    }
}
