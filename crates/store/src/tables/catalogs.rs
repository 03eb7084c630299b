//! Catalogs and their items (contract 9.1): which lists a channel sells from, and which products. Must not know
//! channels.

use onhand_core::StockListId;
use onhand_core::channel_sync::ObjectKind;
use onhand_core::fulfilment::list_sourcing::{SourcingRule, SourcingSplit};

use super::{prices, products, stock_lists};
use crate::engine::Row;
use crate::resource::{Colocation, Column, Link, Publish, Table};
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// The catalogs of a channel, which its id ends.
pub const OF_CHANNEL: &str = "id IN (SELECT catalog_id FROM channel WHERE id = ";

/// The catalog items of a channel, which its id ends.
pub const ITEMS_OF_CHANNEL: &str = "catalog_id IN (SELECT catalog_id FROM channel WHERE id = ";

/// A catalog: a stock list, a price list, and further ones of each, and how the list of an order is chosen among them.
pub static CATALOGS: Table = Table::new(
    "catalog",
    &[
        Column::text("name"),
        Column::id("stock_list_id", &stock_lists::STOCK_LISTS),
        Column::id("price_list_id", &prices::PRICE_LISTS),
        Column::word("sourcing_rule", SourcingRule::Main.word()),
        Column::word("sourcing_split", SourcingSplit::Lines.word()),
        Column::maybe("sourcing_distance_max"),
        Column::int("sourcing_open_only", 0),
    ],
)
.versioned_by(stock_lists::SOURCING_VERSION)
.links(&[
    Link {
        name: "extra_stock_lists",
        table: "catalog_stock_list",
        owner: "catalog_id",
        other: "stock_list_id",
        target: &stock_lists::STOCK_LISTS,
    },
    Link {
        name: "extra_price_lists",
        table: "catalog_price_list",
        owner: "catalog_id",
        other: "price_list_id",
        target: &prices::PRICE_LISTS,
    },
]);

/// A product in a catalog. Both stay what they are.
pub static CATALOG_ITEMS: Table =
    Table::new("catalog_item", &[Column::id("product_id", &products::PRODUCTS), Column::id("catalog_id", &CATALOGS)])
        .distributed(Colocation::With("product_id"))
        .counted_by(&["catalog_id"])
        .publishes(&[
            Publish::Member { catalog: "catalog_id", product: "product_id" },
            Publish::Object {
                kind: ObjectKind::Product,
                object: Some("product_id"),
                scope: None,
                only_made_or_removed: false,
            },
        ]);

/// How a catalog chooses the list of an order line that names none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CatalogSourcing {
    /// Its own list.
    pub main: Option<StockListId>,
    /// Its rule.
    pub rule: SourcingRule,
    /// What of an order may be in different lists.
    pub split: SourcingSplit,
    /// How far a store may be, in kilometres.
    pub distance_max: Option<i64>,
    /// Whether a store must be open.
    pub open_only: bool,
}

statements! {
    /// Without the links of the catalog, which may be tens of thousands.
    SOURCING = "catalogs.sourcing",
        "SELECT stock_list_id, sourcing_rule, sourcing_split, sourcing_distance_max, sourcing_open_only
         FROM catalog WHERE id = ?1";
    /// Further lists of a catalog, those with the smallest priorities first. A list with a location has its priority.
    BY_PRIORITY = "catalogs.lists_by_priority",
        "SELECT x.stock_list_id FROM catalog_stock_list x JOIN stock_list l ON l.id = x.stock_list_id
         LEFT JOIN stock_location p ON p.stock_list_id = l.id WHERE x.catalog_id = ?1
         ORDER BY COALESCE(p.priority, l.sourcing_priority), x.stock_list_id LIMIT ?2";
    FURTHER = "catalogs.further_lists",
        "SELECT stock_list_id FROM catalog_stock_list WHERE catalog_id = ?1 ORDER BY stock_list_id LIMIT ?2";
}

/// How a catalog chooses lists.
pub async fn sourcing(tx: &mut Tx<'_>, catalog: i64) -> Result<Option<CatalogSourcing>, Error> {
    let read = |row: &Row<'_>| {
        Ok(CatalogSourcing {
            main: row.get::<Option<i64>>(0)?.map(StockListId::new),
            rule: SourcingRule::from_word(row.str(1)?).unwrap_or_default(),
            split: SourcingSplit::from_word(row.str(2)?).unwrap_or_default(),
            distance_max: row.get(3)?,
            open_only: row.get(4)?,
        })
    };
    tx.first(&SOURCING, &values![catalog], read).await
}

/// Further stock lists of a catalog, so many at the most, in the order of their ids: what is looked at is what is
/// returned.
pub async fn further_lists(tx: &mut Tx<'_>, catalog: i64, limit: i64) -> Result<Vec<StockListId>, Error> {
    tx.all(&FURTHER, &values![catalog, limit], |row| row.get(0).map(StockListId::new)).await
}

/// The same, in the order of their priorities: every further list is looked at.
pub async fn lists_by_priority(tx: &mut Tx<'_>, catalog: i64, limit: i64) -> Result<Vec<StockListId>, Error> {
    tx.all(&BY_PRIORITY, &values![catalog, limit], |row| row.get(0).map(StockListId::new)).await
}
