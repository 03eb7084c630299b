//! What a channel may have: its catalog's lists, and whether the catalog names its products one by one. Must not know what
//! the channel has been sent.

use std::collections::BTreeSet;

use onhand_core::feed::Kind;
use onhand_core::{ChannelId, ProductId};

use super::positions::Mark;
use crate::engine::Row;
use crate::sql::{shared, values};
use crate::{Error, Tx};

shared! {
    OF_CHANNEL = "assortments.of_channel",
        "SELECT c.catalog_id, k.stock_list_id, k.price_list_id, c.stock_figure
         FROM channel c LEFT JOIN catalog k ON k.id = c.catalog_id WHERE c.id = ?1";
    STOCK_LISTS = "assortments.stock_lists",
        "SELECT stock_list_id FROM catalog_stock_list WHERE catalog_id = ?1 ORDER BY stock_list_id";
    PRICE_LISTS = "assortments.price_lists",
        "SELECT price_list_id FROM catalog_price_list WHERE catalog_id = ?1 ORDER BY price_list_id";
    HAS_ITEMS = "assortments.has_items", "SELECT id FROM catalog_item WHERE catalog_id = ?1 ORDER BY id LIMIT 1";
    HAS_ITEM = "assortments.has_item",
        "SELECT product_id FROM catalog_item WHERE product_id = ?1 AND catalog_id = ?2 AND bucket = ?3";
}

/// Which figure a channel is told as `stock`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Figure {
    /// What was last written.
    Raw,
    /// What can still be sold.
    Available,
}

/// What a channel may have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assortment {
    /// Whose.
    pub channel: ChannelId,
    /// Its catalog; without one it may have no product, stock or price.
    pub catalog: Option<i64>,
    /// Whether the catalog has items. One without offers every product.
    pub has_items: bool,
    /// The stock lists: the catalog's own, if it has one, and the further ones.
    pub stock_lists: (Option<i64>, Vec<i64>),
    /// The price lists, likewise.
    pub price_lists: (Option<i64>, Vec<i64>),
    /// Which figure it is told.
    pub figure: Figure,
}

/// A channel's catalog, its two lists, and the figure that the channel is told.
type OfChannel = (Option<i64>, Option<i64>, Option<i64>, Figure);

fn read(row: &Row<'_>) -> Result<OfChannel, Error> {
    let figure = if row.str(3)? == "raw" { Figure::Raw } else { Figure::Available };
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, figure))
}

/// The own list first, then the others, each once.
fn all((own, further): &(Option<i64>, Vec<i64>)) -> Vec<i64> {
    let others = further.iter().copied().filter(|list| Some(*list) != *own);
    own.iter().copied().chain(others).collect()
}

impl Assortment {
    /// What a channel may have. One that is not there may have nothing.
    pub async fn of(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Self, Error> {
        let found = tx.first(&OF_CHANNEL, &values![channel.get()], read).await?;
        let (catalog, stock_list, price_list, figure) = found.unwrap_or((None, None, None, Figure::Available));
        let mut assortment = Self {
            channel,
            catalog,
            has_items: false,
            stock_lists: (stock_list, Vec::new()),
            price_lists: (price_list, Vec::new()),
            figure,
        };
        if let Some(catalog) = catalog {
            let id = |row: &Row<'_>| row.get::<i64>(0);
            assortment.stock_lists.1 = tx.all(&STOCK_LISTS, &values![catalog], id).await?;
            assortment.price_lists.1 = tx.all(&PRICE_LISTS, &values![catalog], id).await?;
            assortment.has_items = tx.first(&HAS_ITEMS, &values![catalog], id).await?.is_some();
        }
        Ok(assortment)
    }

    /// The scopes in which the channel is told of a kind.
    pub fn scopes(&self, kind: Kind) -> Vec<i64> {
        match kind {
            Kind::Product => self.catalog.map(|_| 0).into_iter().collect(),
            Kind::Stock => all(&self.stock_lists),
            Kind::Price => all(&self.price_lists),
            Kind::Order | Kind::CancellationRequest => vec![self.channel.get()],
        }
    }

    /// What makes it another catalog.
    pub(super) fn mark(&self) -> Mark {
        Mark { catalog: self.catalog.unwrap_or(0), has_items: self.has_items }
    }

    /// Which of these products it has.
    pub async fn products(&self, tx: &mut Tx<'_>, products: &BTreeSet<i64>) -> Result<BTreeSet<i64>, Error> {
        match self.catalog {
            None => Ok(BTreeSet::new()),
            Some(_) if !self.has_items => Ok(products.clone()),
            Some(catalog) => {
                let keys = products.iter().map(|id| values![*id, catalog, ProductId::new(*id).bucket()]);
                Ok(tx.all_each(&HAS_ITEM, keys, |row| row.get(0)).await?.into_iter().collect())
            }
        }
    }
}
