//! Search: what a few typed letters may mean.
//!
//! Promises: each search reads a bounded number of rows, however many there are, and finds nothing that its requester
//! may not see. A SKU and a number are compared to the letter from their beginning; case does not count in words of
//! products ([`super::product_search`]) and in names of lists and files. Must not know how results are shown.

use std::collections::BTreeSet;

use onhand_core::{Order, ProductId, SKU_CHARS_MAX, case_fold};
use onhand_store::Tx;
use onhand_store::channel_sync::channel_scope::{self, ChannelScope};
use onhand_store::imports::{self, ImportRow};
use onhand_store::tables::orders as order_rows;

use super::imports::status;
use super::product_search::{self, FoundProduct, Meant};
use super::stock_tables::{self, NamedList};
use super::{Requester, ServiceError, Services, orders};
use crate::auth::Permission;

/// The most characters that are searched for: no SKU and no number of an order has more.
pub const TEXT_CHARS_MAX: usize = SKU_CHARS_MAX;
/// The most results of each kind.
pub const RESULTS_MAX: usize = 50;
/// Imports whose file names are compared: the newest ones.
const IMPORTS_COMPARED: i64 = 200;

/// Products that are read for a requester that may see only some of them.
const NARROWED_MAX: usize = 100;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Products of that barcode, whose SKU begins with the text, or that have its words.
    pub products: Vec<FoundProduct>,
    /// The product whose barcode the text is, if it is the only one.
    pub scanned: Option<ProductId>,
    /// Orders whose number begins with the text; for a channel, its order of that number.
    pub orders: Vec<Order>,
    /// The import with the text as its key, or else new ones whose file name contains it in small or large letters.
    pub imports: Vec<ImportRow>,
    /// Stock lists whose name or code has the text in it.
    pub lists: Vec<NamedList>,
}

/// Searches for a text, with so many results of each kind.
pub async fn search(
    services: &Services,
    requester: &Requester,
    text: &str,
    limit: usize,
) -> Result<Found, ServiceError> {
    let (text, limit) = (text.trim(), limit.min(RESULTS_MAX));
    let is_searchable = !text.is_empty() && text.chars().count() <= TEXT_CHARS_MAX && !text.contains('\0');
    if !is_searchable || limit == 0 {
        return Ok(Found::default());
    }
    let may = |permission| requester.role.allows(permission);
    let mut found = Found::default();
    if may(Permission::ReadStock) {
        (found.products, found.scanned) = products(services, requester, text, limit).await?;
        found.lists = lists(services, requester, text, limit).await?;
    }
    if may(Permission::ReadOrders) {
        found.orders = orders(services, requester, text, limit).await?;
    }
    if may(Permission::ReadImports) {
        found.imports = imports(services, text, limit).await?;
    }
    Ok(found)
}

async fn products(
    services: &Services,
    requester: &Requester,
    text: &str,
    limit: usize,
) -> Result<(Vec<FoundProduct>, Option<ProductId>), ServiceError> {
    let (text, channel) = (text.to_owned(), requester.channel);
    let body = async move |tx: &mut Tx<'_>| {
        let read = if channel.is_some() { NARROWED_MAX } else { limit };
        let Meant { products: mut found, mut scanned } = product_search::meant(tx, &text, read as i64).await?;
        if let Some(channel) = channel {
            let channel_scope = ChannelScope::of(tx, channel).await?;
            let ids: BTreeSet<i64> =
                found.iter().map(|one| one.id).chain(scanned.clone()).map(ProductId::get).collect();
            let sold = channel_scope::sold(tx, &channel_scope, &ids).await?;
            found.retain(|one| sold.contains(&one.id.get()));
            scanned.retain(|id| sold.contains(&id.get()));
        }
        found.truncate(limit);
        let scanned = scanned.first().copied().filter(|_| scanned.len() == 1);
        Ok((found, scanned))
    };
    Ok(services.store.read("products.meant", body).await?)
}

async fn lists(
    services: &Services,
    requester: &Requester,
    text: &str,
    limit: usize,
) -> Result<Vec<NamedList>, ServiceError> {
    let text = case_fold(text);
    let mut found = stock_tables::lists(services, requester).await?;
    found.retain(|list| case_fold(&list.name).contains(&text) || case_fold(&list.code).contains(&text));
    found.truncate(limit);
    Ok(found)
}

async fn orders(
    services: &Services,
    requester: &Requester,
    text: &str,
    limit: usize,
) -> Result<Vec<Order>, ServiceError> {
    let prefix = text.to_owned();
    if requester.channel.is_some() {
        // The numbers of all channels are in one index, and those of others would be read to find its own.
        return match orders::by_number(services, requester, prefix).await {
            Ok((order, _)) => Ok(vec![order]),
            Err(ServiceError::NotFound) => Ok(Vec::new()),
            Err(fault) => Err(fault),
        };
    }
    let body = async move |tx: &mut Tx<'_>| order_rows::by_number_prefix(tx, &prefix, limit as i64).await;
    Ok(services.store.read("orders.by_number_prefix", body).await?)
}

async fn imports(services: &Services, text: &str, limit: usize) -> Result<Vec<ImportRow>, ServiceError> {
    match status::find(&services.store, None, text.to_owned()).await {
        Ok(import) => return Ok(vec![import]),
        Err(ServiceError::NotFound) => {}
        Err(fault) => return Err(fault),
    }
    let read = async move |tx: &mut Tx<'_>| imports::newest(tx, None, IMPORTS_COMPARED).await;
    let mut found = services.store.read("imports.newest", read).await?;
    let text = case_fold(text);
    found.retain(|import| case_fold(&import.file_name).contains(&text));
    found.truncate(limit);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use onhand_core::commands::{NewLine, PlaceOrder, ProductRef, StockTarget, WriteStock};
    use onhand_core::{Command, OrderStatus, Quantity, StockKey, StockListId};
    use onhand_store::imports::Kind;
    use onhand_store::resource::{self, Record};
    use onhand_store::tables::stock_lists::STOCK_LISTS;
    use onhand_store::{Options, Store};

    use super::*;
    use crate::clock::Clock;
    use crate::config::ServeConfig;
    use crate::services::imports::receive::{self, ImportOptions, Received};
    use crate::services::stock;
    use crate::writer::{CommitObservers, Writer};

    async fn services(folder: &std::path::Path) -> Arc<Services> {
        let url = format!("sqlite:{}", folder.join("t.db").display());
        let store = Store::open(&url, &Options::default()).await.expect("it opens");
        let (writer, _draining) = Writer::start(&store, &Clock::System, &CommitObservers::default());
        let config = ServeConfig::of_environment().expect("the defaults are right");
        Services::new(store, writer, Clock::System, config)
    }

    fn level(list: StockListId, sku: &str) -> WriteStock {
        WriteStock {
            target: StockTarget::Key(StockKey { list, sku: sku.to_owned() }),
            on_hand: Quantity::new(9),
            reserved: None,
            unit: None,
            extra_field: None,
            snapshot_at: None,
            expected: None,
            explanation: None,
        }
    }

    fn order(list: StockListId, number: &str) -> Command {
        let line = NewLine {
            product: ProductRef::Sku("A-1".to_owned()),
            list: Some(list),
            quantity: Quantity::ONE,
            status: OrderStatus::Approved,
            price: None,
            extra_field: "{}".to_owned(),
            attributes: "{}".to_owned(),
            details: "{}".to_owned(),
        };
        Command::PlaceOrder(PlaceOrder {
            number: number.to_owned(),
            channel: None,
            currency: String::new(),
            status: OrderStatus::Approved,
            is_send: false,
            date_placed: None,
            extra_field: "{}".to_owned(),
            details: "{}".to_owned(),
            sourcing: None,
            via: String::new(),
            lines: vec![line],
        })
    }

    #[tokio::test]
    async fn a_few_letters_find_products_orders_and_imports() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (services, requester) = (services(folder.path()).await, Requester::itself());
        let mut warehouse = Record::new(&STOCK_LISTS, services.clock.now());
        warehouse.set("name", "Warehouse".to_owned());
        let insert = async move |tx: &mut Tx<'_>| resource::insert(tx, &STOCK_LISTS, vec![warehouse]).await;
        let made = services.store.write("records.insert", insert).await.expect("it is made");
        let list = StockListId::new(made[0].id);
        let rows = ["A-1", "A-2", "B-1"].map(|sku| level(list, sku)).into();
        stock::write(&services, &requester, rows, None).await.expect("it is written");
        for number in ["A-100", "B-100"] {
            services.submit(&requester, order(list, number)).await.expect("it is placed");
        }
        let mut receiving = receive::begin(&services, &requester, Kind::Stocks, Some(list)).await.expect("it begins");
        receiving.take(b"sku,stock\nA-1,7\n").await.expect("it arrives");
        receiving.complete().await.expect("it is complete");
        let options = ImportOptions { file_name: "Count A-7.csv".to_owned(), ..ImportOptions::default() };
        let Ok(Received::Now(key)) = receiving.start(options, None).await else { panic!("the work may begin") };

        let found = search(&services, &requester, " A-", 10).await.expect("it searches");
        assert_eq!(found.products.iter().map(|one| one.sku.as_str()).collect::<Vec<_>>(), ["A-1", "A-2"]);
        assert_eq!(found.orders.iter().map(|one| one.number.as_str()).collect::<Vec<_>>(), ["A-100"]);
        assert_eq!(found.imports.len(), 1, "its file name contains the text");
        let found = search(&services, &requester, "warehouse", 10).await.expect("it searches");
        assert_eq!(found.lists.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Warehouse"]);
        let found = search(&services, &requester, &key, 10).await.expect("it searches");
        assert_eq!((found.products.len(), found.orders.len(), found.imports.len()), (0, 0, 1));
        let found = search(&services, &requester, "A", 1).await.expect("it searches");
        assert_eq!((found.products.len(), found.orders.len()), (1, 1), "no more than were asked for");
        for nothing in ["", "  ", "\0", &"A".repeat(TEXT_CHARS_MAX + 1)] {
            let found = search(&services, &requester, nothing, 10).await.expect("it searches");
            assert!(found.products.is_empty() && found.orders.is_empty() && found.imports.is_empty(), "{nothing}");
        }
    }
}
