//! Retail stores and the companies that carry parcels (contract 11, contract C8.1). Must not know stock.

use super::{channels, geography};
use crate::resource::{Column, Link, Table};

/// The stores of a channel, which its id ends.
pub const OF_CHANNEL: &str = "id IN (SELECT retail_store_id FROM retail_store_channel WHERE channel_id = ";

/// A store. `store_hours` is a JSON list; latitude and longitude are numbers in text.
pub static STORES: Table = Table::new(
    "retail_store",
    &[
        Column::text("name"),
        Column::maybe("erp_code"),
        Column::id("township_id", &geography::TOWNSHIPS),
        Column::id("district_id", &geography::DISTRICTS),
        Column::text("address"),
        Column::text("phone_number"),
        Column::text("fax_phone_number"),
        Column::maybe("store_type"),
        Column::int("click_and_collect", 0),
        Column::word("store_hours", "[]"),
        Column::maybe("latitude"),
        Column::maybe("longitude"),
        Column::int("fast_delivery", 0),
        Column::int("kapida_enabled", 0),
        Column::int("is_active", 1),
    ],
)
.links(&[Link {
    name: "channels",
    table: "retail_store_channel",
    owner: "retail_store_id",
    other: "channel_id",
    target: &channels::CHANNELS,
}]);

/// A company that carries parcels.
pub static CARGO_COMPANIES: Table = Table::new(
    "cargo_company",
    &[Column::text("name"), Column::maybe("erp_code"), Column::text("shipping_company"), Column::int("is_active", 1)],
);
