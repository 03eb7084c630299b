//! Catalogs and their items (contract 9.1): which lists a channel sells from, and which products. Must not know
//! channels.

use onhand_core::channel_sync::ObjectKind;

use super::{prices, products, stock_lists};
use crate::resource::{Colocation, Column, Link, Publish, Table};

/// The catalogs of a channel, which its id ends.
pub const OF_CHANNEL: &str = "id IN (SELECT catalog_id FROM channel WHERE id = ";

/// The catalog items of a channel, which its id ends.
pub const ITEMS_OF_CHANNEL: &str = "catalog_id IN (SELECT catalog_id FROM channel WHERE id = ";

/// A catalog: a stock list, a price list, and further ones of each.
pub static CATALOGS: Table = Table::new(
    "catalog",
    &[
        Column::text("name"),
        Column::id("stock_list_id", &stock_lists::STOCK_LISTS),
        Column::id("price_list_id", &prices::PRICE_LISTS),
    ],
)
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
