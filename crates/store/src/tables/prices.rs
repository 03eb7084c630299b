//! Price lists, and the prices of products in them (contract 9.1). Must not know stock.

use onhand_core::channel_sync::ObjectKind;

use super::products;
use crate::resource::{Colocation, Column, Publish, Table};

/// The price lists of a channel's catalog, which the channel's id ends.
pub const LISTS_OF_CHANNEL: &str = "EXISTS (SELECT 1 FROM channel c JOIN catalog k ON k.id = c.catalog_id WHERE (k.price_list_id = price_list.id OR \
     EXISTS (SELECT 1 FROM catalog_price_list x WHERE x.catalog_id = k.id AND x.price_list_id = price_list.id)) \
     AND c.id = ";

/// The prices in those lists, which the channel's id ends.
pub const OF_CHANNEL: &str = "EXISTS (SELECT 1 FROM channel c JOIN catalog k ON k.id = c.catalog_id \
     WHERE (k.price_list_id = product_price.price_list_id OR EXISTS (SELECT 1 FROM catalog_price_list x \
     WHERE x.catalog_id = k.id AND x.price_list_id = product_price.price_list_id)) AND c.id = ";

/// A price list.
pub static PRICE_LISTS: Table =
    Table::new("price_list", &[Column::text("name"), Column::maybe("code"), Column::int("is_auto_sync", 0)]);

/// The price of a product in a list. Amounts are decimals in text, with two digits after the point or more.
pub static PRODUCT_PRICES: Table = Table::new(
    "product_price",
    &[
        Column::id("product_id", &products::PRODUCTS),
        Column::id("price_list_id", &PRICE_LISTS),
        Column::text("product_sku"),
        Column::text("price"),
        Column::text("currency_type"),
        Column::maybe("tax_rate"),
        Column::maybe("retail_price"),
        Column::object("extra_field"),
    ],
)
.distributed(Colocation::With("product_id"))
.natural(&["product_id", "price_list_id"])
.counted_by(&["price_list_id"])
.publishes(&[
    Publish::Object {
        kind: ObjectKind::Price,
        object: None,
        scope: Some("price_list_id"),
        only_made_or_removed: false,
    },
    // A price that comes or goes may be all that puts its product into a catalog.
    Publish::Object { kind: ObjectKind::Product, object: Some("product_id"), scope: None, only_made_or_removed: true },
]);
