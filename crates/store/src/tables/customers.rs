//! Customers and their addresses (contract C8.1). Must not know orders.

use super::{channels, geography, stores};
use crate::resource::{Colocation, Column, Table};

/// The addresses of a channel's customers, which its id ends. An address lives in the bucket of its customer.
pub const ADDRESSES_OF_CHANNEL: &str = "EXISTS (SELECT 1 FROM customer c WHERE c.id = address.customer_id \
                                        AND c.bucket = address.bucket AND c.channel_id = ";

/// A customer, of one channel or of none.
pub static CUSTOMERS: Table = Table::new(
    "customer",
    &[
        Column::id("channel_id", &channels::CHANNELS),
        Column::text("channel_code"),
        Column::text("email"),
        Column::text("phone_number"),
        Column::text("first_name"),
        Column::text("last_name"),
        Column::int("is_active", 1),
        Column::object("extra_field"),
    ],
)
.distributed(Colocation::Evenly)
.counted_by(&["channel_id"]);

/// An address of a customer. `hash_data` says everything that makes two of them the same, the customer included.
pub static ADDRESSES: Table = Table::new(
    "address",
    &[
        Column::id("customer_id", &CUSTOMERS),
        Column::text("hash_data"),
        Column::id("country_id", &geography::COUNTRIES),
        Column::id("city_id", &geography::CITIES),
        Column::id("township_id", &geography::TOWNSHIPS),
        Column::id("district_id", &geography::DISTRICTS),
        Column::id("retail_store_id", &stores::STORES),
        Column::maybe("email"),
        Column::maybe("phone_number"),
        Column::maybe("first_name"),
        Column::maybe("last_name"),
        Column::maybe("title"),
        Column::maybe("line"),
        Column::maybe("postcode"),
        Column::maybe("notes"),
        Column::maybe("company_name"),
        Column::maybe("tax_office"),
        Column::maybe("tax_no"),
        Column::maybe("e_bill_taxpayer"),
        Column::maybe("remote_id"),
        Column::maybe("identity_number"),
        Column::maybe("address_type"),
        Column::int("is_active", 1),
        Column::object("extra_field"),
        Column::maybe("latitude"),
        Column::maybe("longitude"),
    ],
)
.distributed(Colocation::With("customer_id"))
.natural(&["hash_data"]);
