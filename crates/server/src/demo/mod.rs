//! The demonstration: a believable shop, so that every endpoint has something to show.
//!
//! Promises: fills a database only if it has no stock list, channel or product; every number comes about through the writer, as in real life.

mod directory;
mod fulfilment;
mod sales;
pub mod selling;

use anyhow::{Context as _, bail};
use onhand_core::commands::{
    CancelItems, EditOrder, NewLine, PlaceOrder, ProductRef, ReleaseItem, StockTarget, WriteStock, WriteStocks,
};
use onhand_core::{
    ChannelId, Command, ERP, OrderItem, OrderStatus, Outcome, Quantity, StockKey, StockListId, Timestamp,
};
use onhand_store::Tx;
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::products::PRODUCTS;
use onhand_store::tables::stock_lists::STOCK_LISTS;

use crate::services::Requester;
use crate::state::App;

const LISTS: [(&str, &str); 3] =
    [("Central warehouse", "WH-01"), ("Store Kadikoy", "ST-01"), ("Store Alsancak", "ST-02")];
/// The name of the channel.
const MARKET: &str = "Marketplace";
const ARTICLES: [&str; 10] =
    ["Oxford shirt", "Chino", "Polo", "Crew socks", "Denim jacket", "Belt", "Rain coat", "Scarf", "Sneaker", "Beanie"];
const COLOURS: [&str; 10] =
    ["white", "sand", "navy", "grey", "indigo", "brown leather", "olive", "burgundy wool", "black", "charcoal"];
const SIZES: [&str; 5] = ["XS", "S", "M", "L", "XL"];
const ORDERS: i64 = 24;

/// Fills the database if it is empty.
pub async fn fill(app: &App) -> anyhow::Result<()> {
    let first = ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window: Window::Page { number: 1, limit: 1 } };
    for table in [&STOCK_LISTS, &CHANNELS, &PRODUCTS] {
        let first = first.clone();
        let found = app.store.read("records.page", async move |tx| resource::page(tx, table, &first).await).await?;
        if found.count != Some(0) {
            return Ok(());
        }
    }
    let now = app.clock.now();
    let lists = make_lists(app, now).await?;
    let market = make_channel(app, now).await?;
    write_stocks(app, &lists).await?;
    furnish(app, now, market, &lists).await?;
    for number in 0..ORDERS {
        let channel = (number % 3 == 0).then_some(market);
        let items = place(app, number, channel, lists[(number % 3) as usize]).await?;
        live_on(app, number, &items).await?;
        if let (0, Some(item)) = (number, items.first()) {
            sales::tell(app, market, item, now).await?;
        }
    }
    fulfilment::fill(app, &lists, now).await
}

async fn make_lists(app: &App, now: Timestamp) -> anyhow::Result<Vec<StockListId>> {
    let mut made = Vec::new();
    for (name, code) in LISTS {
        let mut list = Record::new(&STOCK_LISTS, now);
        for (column, text) in [("name", name), ("code", code), ("time_zone", "Europe/Istanbul")] {
            list.set(column, text);
        }
        let insert = async move |tx: &mut Tx<'_>| resource::insert(tx, &STOCK_LISTS, vec![list]).await;
        let stored = app.store.write("records.insert", insert).await?;
        made.extend(stored.iter().map(|list| StockListId::new(list.id)));
    }
    Ok(made)
}

async fn make_channel(app: &App, now: Timestamp) -> anyhow::Result<ChannelId> {
    let mut channel = Record::new(&CHANNELS, now);
    channel.set("name", MARKET);
    let insert = async move |tx: &mut Tx<'_>| resource::insert(tx, &CHANNELS, vec![channel]).await;
    let made = app.store.write("channels.insert", insert).await?;
    Ok(ChannelId::new(made.first().context("a channel is made")?.id))
}

/// What is sold, through what, where and to whom.
async fn furnish(app: &App, now: Timestamp, market: ChannelId, lists: &[StockListId]) -> anyhow::Result<()> {
    let sizes = |article| (0..SIZES.len()).map(|size| (sku(article, size), name(article, size))).collect();
    let articles = (0..ARTICLES.len()).map(sizes).collect();
    let shop = directory::Shop { now, market, lists: lists.to_vec(), articles };
    Ok(app.store.write("demo.directory", async move |tx| shop.furnish(tx).await).await?)
}

fn sku(article: usize, size: usize) -> String {
    format!("{}", 1_116_131_001 + article * 100 + size)
}

fn name(article: usize, size: usize) -> String {
    format!("{}, {}, {}", ARTICLES[article], COLOURS[article], SIZES[size])
}

async fn write_stocks(app: &App, lists: &[StockListId]) -> anyhow::Result<()> {
    for (position, list) in lists.iter().enumerate() {
        let rows = (0..ARTICLES.len() * SIZES.len()).map(|index| {
            let (article, size) = (index / SIZES.len(), index % SIZES.len());
            // The warehouse is full, the stores hold a few, and some shelves are empty.
            let figure = if position == 0 { 40 + (index * 7) % 160 } else { (index * 5 + position) % 9 };
            let about = format!(r#"{{"article":"{}","size":"{}"}}"#, ARTICLES[article], SIZES[size]);
            WriteStock {
                target: StockTarget::Key(StockKey { list: *list, sku: sku(article, size) }),
                on_hand: Quantity::new(figure as i64),
                reserved: None,
                unit: None,
                extra_field: Some(about),
                snapshot_at: None,
                expected: None,
                explanation: None,
            }
        });
        let command = WriteStocks { rows: rows.collect(), create_unknown_products: true, source: None };
        submit(app, Command::WriteStocks(command)).await?;
    }
    Ok(())
}

async fn place(
    app: &App,
    number: i64,
    channel: Option<ChannelId>,
    list: StockListId,
) -> anyhow::Result<Vec<OrderItem>> {
    // A store that is short cannot take an own order, so those come from the warehouse.
    let list = if channel.is_some() { list } else { StockListId::new(1) };
    let skus =
        (0..=number % 3).map(|line| sku(((number + line * 3) % 10) as usize, ((number * 2 + line) % 5) as usize));
    let order = order(format!("D-{}", 10_001 + number), channel, (list, skus));
    match submit(app, Command::PlaceOrder(order)).await? {
        Outcome::OrderPlaced(_, items) => Ok(items),
        other => bail!("an order was answered with {other:?}"),
    }
}

/// An order of one unit of each SKU from a list.
fn order(
    number: String,
    channel: Option<ChannelId>,
    (list, skus): (StockListId, impl Iterator<Item = String>),
) -> PlaceOrder {
    let line = |(place, sku): (usize, String)| NewLine {
        product: ProductRef::Sku(sku),
        list: Some(list),
        quantity: Quantity::ONE,
        status: OrderStatus::Approved,
        price: Some(format!("{}.90", 199 + place * 50)),
        extra_field: "{}".to_owned(),
        attributes: "{}".to_owned(),
        details: r#"{"price_currency":"try"}"#.to_owned(),
    };
    PlaceOrder {
        number,
        channel,
        currency: "try".to_owned(),
        status: OrderStatus::Approved,
        is_send: false,
        date_placed: None,
        extra_field: "{}".to_owned(),
        details: "{}".to_owned(),
        sourcing: None,
        via: String::new(),
        lines: skus.enumerate().map(line).collect(),
    }
}

/// Some orders have gone to the ERP, one has been cancelled, the newest still wait.
async fn live_on(app: &App, number: i64, items: &[OrderItem]) -> anyhow::Result<()> {
    let order = items.first().context("an order has lines")?.order;
    if number == 5 {
        submit(app, Command::CancelItems(CancelItems { order, all: true, items: Vec::new(), details: Vec::new() }))
            .await?;
    } else if number < ORDERS / 2 {
        for item in items {
            let release = ReleaseItem {
                item: item.id,
                code: format!("ERP-{}", item.id.get()),
                integration_type: ERP.to_owned(),
                update_stock: true,
                registered_at: None,
            };
            submit(app, Command::ReleaseItem(release)).await?;
        }
        submit(app, Command::EditOrder(EditOrder { order, is_send: Some(true) })).await?;
    }
    Ok(())
}

async fn submit(app: &App, command: Command) -> anyhow::Result<Outcome> {
    app.submit(&Requester::itself(), command).await.context("the demonstration was rejected")
}
