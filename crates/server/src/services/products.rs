//! One product in all lists.
//!
//! Promises: the lists that are looked at are bounded. A requester that asks for a channel sees that channel's lists
//! only. Must not know how it is drawn, nor why a number is what it is.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{Product, ProductId, Stock, StockKey, StockListId};
use onhand_store::Tx;
use onhand_store::resource;
use onhand_store::tables::products::PRODUCTS;
use onhand_store::tables::{product_stocks, products};

use super::stock_tables::{self, NamedList};
use super::{Requester, ServiceError, Services, product_search};

/// A product with its stocks.
#[derive(Clone, Debug)]
pub struct ProductStocks {
    /// The product.
    pub product: Product,
    /// Its name; may be empty.
    pub name: String,
    /// Its barcode; may be empty.
    pub barcode: String,
    /// The lists that have it, each with the stock, in the order of their names.
    pub stocks: Vec<(NamedList, Stock)>,
    /// How many other lists there are.
    pub lists_without: i64,
}

/// The product of a SKU. One that none of a channel's lists has does not exist for the channel.
pub async fn by_sku(services: &Services, requester: &Requester, sku: String) -> Result<ProductId, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| products::keys_by_sku(tx, &[&sku]).await;
    let found = services.store.read_inline("products.key_by_sku", body).await?.pop();
    let id = found.map(|product| product.id).ok_or(ServiceError::NotFound)?;
    if requester.channel.is_some() {
        stocks(services, requester, id).await?;
    }
    Ok(id)
}

/// A product with its stocks in the lists that a requester may see. One that none of a channel's lists has does not
/// exist for the channel.
pub async fn stocks(services: &Services, requester: &Requester, id: ProductId) -> Result<ProductStocks, ServiceError> {
    let lists = stock_tables::lists(services, requester).await?;
    let ids: Vec<StockListId> = lists.iter().map(|list| list.id).collect();
    let body = async move |tx: &mut Tx<'_>| {
        let Some(product) = resource::by_id(tx, &PRODUCTS, id.get()).await? else { return Ok(None) };
        let sku = product.text("sku").unwrap_or_default().to_owned();
        let keys: BTreeSet<StockKey> = ids.into_iter().map(|list| StockKey { list, sku: sku.clone() }).collect();
        Ok(Some((product, product_stocks::by_keys(tx, &keys).await?)))
    };
    let (product, found) = services.store.read("products.stocks", body).await?.ok_or(ServiceError::NotFound)?;
    if found.is_empty() && requester.channel.is_some() {
        return Err(ServiceError::NotFound);
    }
    let lists_without = (lists.len() - found.len()) as i64;
    let mut found: HashMap<StockListId, Stock> = found.into_iter().map(|stock| (stock.list, stock)).collect();
    let with = |list: NamedList| found.remove(&list.id).map(|stock| (list, stock));
    Ok(ProductStocks {
        product: Product { id, sku: product.text("sku").unwrap_or_default().to_owned() },
        name: product.text("name").unwrap_or_default().to_owned(),
        barcode: product_search::barcode(product.text("attributes").unwrap_or_default()),
        stocks: lists.into_iter().filter_map(with).collect(),
        lists_without,
    })
}
