//! Price lists, and the prices of products in them (contract 9.1). Must not know stock.

use crate::feed::hooks;
use crate::products;
use crate::records::{Column, Spread, Table};

/// A price list.
pub static PRICE_LISTS: Table =
    Table::new("price_list", &[Column::text("name"), Column::maybe("code"), Column::int("is_auto_sync", 0)]);

/// The price of a product in a list. Amounts are decimals in text, with two digits after the point or more.
pub static PRODUCT_PRICES: Table = Table::new(
    "product_price",
    &[
        Column::id("product_id", &products::KNOWN),
        Column::id("price_list_id", &PRICE_LISTS),
        Column::text("product_sku"),
        Column::text("price"),
        Column::text("currency_type"),
        Column::maybe("tax_rate"),
        Column::maybe("retail_price"),
        Column::object("extra_field"),
    ],
)
.spread(Spread::With("product_id"))
.natural(&["product_id", "price_list_id"])
.tallied(&["price_list_id"])
.tells(hooks::prices_changed);
