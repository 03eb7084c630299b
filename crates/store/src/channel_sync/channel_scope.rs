//! What a channel may have: its catalog's lists and their products, or those that the catalog names one by one. Must
//! not know what the channel has been sent.

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::channel_sync::{ObjectKind, Retries};
use onhand_core::{ChannelId, ProductId, StockListId, bucket_of_key};

use super::channel_cursors::ChannelCursor;
use crate::engine::Row;
use crate::sql::{statements, values};
use crate::tables::{integration_actions, products};
use crate::{Error, Tx};

statements! {
    OF_CHANNEL = "assortments.of_channel",
        "SELECT c.catalog_id, k.stock_list_id, k.price_list_id, c.stock_figure, c.max_retry_count, c.retry_interval
         FROM channel c LEFT JOIN catalog k ON k.id = c.catalog_id WHERE c.id = ?1";
    STOCK_LISTS = "assortments.stock_lists",
        "SELECT stock_list_id FROM catalog_stock_list WHERE catalog_id = ?1 ORDER BY stock_list_id";
    PRICE_LISTS = "assortments.price_lists",
        "SELECT price_list_id FROM catalog_price_list WHERE catalog_id = ?1 ORDER BY price_list_id";
    HAS_ITEMS = "assortments.has_items", "SELECT id FROM catalog_item WHERE catalog_id = ?1 ORDER BY id LIMIT 1";
    HAS_ITEM = "assortments.has_item",
        "SELECT product_id FROM catalog_item WHERE product_id = ?1 AND catalog_id = ?2 AND bucket = ?3";
    HAS_STOCK = "assortments.has_stock",
        "SELECT product_id FROM stock WHERE sku = ?1 AND stock_list_id = ?2 AND bucket = ?3";
    HAS_PRICE = "assortments.has_price",
        "SELECT product_id FROM product_price WHERE product_id = ?1 AND price_list_id = ?2 AND bucket = ?3";
}

/// Which level a channel is sent as `stock`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChannelLevel {
    /// What was last written.
    Raw,
    /// What can still be sold.
    Available,
}

/// What a channel may have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChannelScope {
    /// Whose.
    pub channel: ChannelId,
    /// Its catalog; without one it may have no product, stock or price.
    pub catalog: Option<i64>,
    /// Whether the catalog has items. One without offers the products of its lists.
    pub has_items: bool,
    /// The stock lists: the catalog's own, if it has one, and the further ones.
    pub stock_lists: (Option<i64>, Vec<i64>),
    /// The price lists, likewise.
    pub price_lists: (Option<i64>, Vec<i64>),
    /// Which level it is sent.
    pub level: ChannelLevel,
    /// How often it tries what it could not take.
    pub retries: Retries,
}

/// A channel's catalog, its two lists, the level that the channel is sent, and how often it tries.
type OfChannel = (Option<i64>, Option<i64>, Option<i64>, ChannelLevel, Retries);

fn read(row: &Row<'_>) -> Result<OfChannel, Error> {
    let level = if row.str(3)? == "raw" { ChannelLevel::Raw } else { ChannelLevel::Available };
    let retries = Retries { max_count: row.get(4)?, interval: row.get(5)? };
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, level, retries))
}

/// The own list first, then the others, each once.
fn all((own, further): &(Option<i64>, Vec<i64>)) -> Vec<i64> {
    let others = further.iter().copied().filter(|list| Some(*list) != *own);
    own.iter().copied().chain(others).collect()
}

impl ChannelScope {
    /// What a channel may have. One that is not there may have nothing.
    pub async fn of(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Self, Error> {
        let found = tx.first(&OF_CHANNEL, &values![channel.get()], read).await?;
        let nothing = (None, None, None, ChannelLevel::Available, Retries::USUAL);
        let (catalog, stock_list, price_list, level, retries) = found.unwrap_or(nothing);
        let mut channel_scope = Self {
            channel,
            catalog,
            has_items: false,
            stock_lists: (stock_list, Vec::new()),
            price_lists: (price_list, Vec::new()),
            level,
            retries,
        };
        if let Some(catalog) = catalog {
            let id = |row: &Row<'_>| row.get::<i64>(0);
            channel_scope.stock_lists.1 = tx.all(&STOCK_LISTS, &values![catalog], id).await?;
            channel_scope.price_lists.1 = tx.all(&PRICE_LISTS, &values![catalog], id).await?;
            channel_scope.has_items = tx.first(&HAS_ITEMS, &values![catalog], id).await?.is_some();
        }
        Ok(channel_scope)
    }

    /// The scopes in which the channel is sent a kind.
    pub fn scopes(&self, kind: ObjectKind) -> Vec<i64> {
        match kind {
            ObjectKind::Product => self.catalog.map(|_| 0).into_iter().collect(),
            ObjectKind::Stock => all(&self.stock_lists),
            ObjectKind::Price => all(&self.price_lists),
            ObjectKind::Order | ObjectKind::CancellationRequest => vec![self.channel.get()],
        }
    }

    /// What makes it another catalog. Without items the products follow the lists.
    pub(super) fn channel_cursor(&self) -> ChannelCursor {
        let lists = if self.has_items { String::new() } else { self.lists() };
        ChannelCursor { catalog: self.catalog.unwrap_or(0), has_items: self.has_items, lists }
    }

    /// Its lists as a text that two of the same lists share.
    fn lists(&self) -> String {
        let text = |lists: Vec<i64>| lists.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        format!("{};{}", text(all(&self.stock_lists)), text(all(&self.price_lists)))
    }

    /// Which of these products it has: those with an item, or, where the catalog has no items, those with a stock in
    /// one of its stock lists. A catalog without a stock list has those with a price in one of its price lists.
    pub async fn products(&self, tx: &mut Tx<'_>, products: &BTreeSet<i64>) -> Result<BTreeSet<i64>, Error> {
        let Some(catalog) = self.catalog else { return Ok(BTreeSet::new()) };
        if self.has_items {
            let keys = products.iter().map(|id| values![*id, catalog, ProductId::new(*id).bucket()]);
            return Ok(tx.all_bulk(&HAS_ITEM, keys, |row| row.get(0)).await?.into_iter().collect());
        }
        let stock_lists = self.scopes(ObjectKind::Stock);
        match stock_lists.is_empty() {
            false => in_stock(tx, &stock_lists, products).await,
            true => priced(tx, &self.scopes(ObjectKind::Price), products).await,
        }
    }
}

/// Those of some products that a channel may have sold: those it has, and those it was sent, though they have left.
pub async fn sold(tx: &mut Tx<'_>, channel_scope: &ChannelScope, of: &BTreeSet<i64>) -> Result<BTreeSet<i64>, Error> {
    let mut found = channel_scope.products(tx, of).await?;
    let known = integration_actions::known(tx, channel_scope.channel, ObjectKind::Product, of).await?;
    found.extend(known.into_iter().filter(|(_, known)| known.acknowledged_at.is_some()).map(|(id, _)| id));
    Ok(found)
}

/// Those of some products that have a stock in one of some lists. List by list: most are in the first one.
async fn in_stock(tx: &mut Tx<'_>, lists: &[i64], of: &BTreeSet<i64>) -> Result<BTreeSet<i64>, Error> {
    let ids: Vec<ProductId> = of.iter().copied().map(ProductId::new).collect();
    let named = products::keys_by_id(tx, &ids).await?;
    let mut missing: BTreeMap<i64, String> = named.into_iter().map(|one| (one.id.get(), one.sku)).collect();
    let mut found = BTreeSet::new();
    for list in lists {
        if missing.is_empty() {
            break;
        }
        let key = |sku: &String| values![sku.clone(), *list, bucket_of_key(StockListId::new(*list), sku)];
        let there = tx.all_bulk(&HAS_STOCK, missing.values().map(key), |row| row.get::<i64>(0)).await?;
        missing.retain(|id, _| !there.contains(id));
        found.extend(there);
    }
    Ok(found)
}

/// Those of some products that have a price in one of some lists.
async fn priced(tx: &mut Tx<'_>, lists: &[i64], of: &BTreeSet<i64>) -> Result<BTreeSet<i64>, Error> {
    let keys = of.iter().flat_map(|id| lists.iter().map(|list| values![*id, *list, ProductId::new(*id).bucket()]));
    Ok(tx.all_bulk(&HAS_PRICE, keys, |row| row.get(0)).await?.into_iter().collect())
}
