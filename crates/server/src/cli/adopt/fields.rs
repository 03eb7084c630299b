//! Fields of the rows of the other server's lists, as its documents print them.
//!
//! Promises: the bounds are those of requests to this server. Must not know what becomes of a field.

use onhand_core::{QUANTITY_MAX, SKU_CHARS_MAX, UnitType};

use crate::wire::field::Field;

const NOTHING: &str = "";

/// A stock list or a price list.
pub(super) const LIST: &[Field] = &[
    Field::text("name", 64, NOTHING).required(),
    Field::blank("code", 64, NOTHING).nullable().exact(),
    Field::bool("is_auto_sync", NOTHING).nullable(),
];

/// A catalog.
pub(super) const CATALOG: &[Field] = &[
    Field::text("name", 128, NOTHING).required(),
    Field::pk("stock_list", NOTHING).nullable(),
    Field::pk("price_list", NOTHING).nullable(),
    Field::pks("extra_stock_lists", NOTHING).nullable(),
    Field::pks("extra_price_lists", NOTHING).nullable(),
];

/// A channel.
pub(super) const CHANNEL: &[Field] = &[
    Field::text("name", 64, NOTHING).required(),
    Field::text("channel_type", 64, NOTHING).nullable(),
    Field::pk("catalog", NOTHING).nullable(),
    Field::object("conf", NOTHING).nullable(),
    Field::bool("is_active", NOTHING).nullable(),
];

/// A product.
pub(super) const PRODUCT: &[Field] = &[
    Field::text("sku", SKU_CHARS_MAX, NOTHING).required().exact(),
    Field::blank("name", 255, NOTHING).nullable(),
    Field::blank("base_code", 128, NOTHING).nullable().exact(),
    Field::bool("is_active", NOTHING).nullable(),
    Field::object("attributes", NOTHING).nullable(),
    Field::object("extra_field", NOTHING).nullable(),
];

/// A price.
pub(super) const PRICE: &[Field] = &[
    Field::pk("product", NOTHING).nullable(),
    Field::text("product_sku", SKU_CHARS_MAX, NOTHING).nullable().exact(),
    Field::pk("price_list", NOTHING).required(),
    Field::decimal("price", NOTHING).required(),
    Field::text("currency_type", 8, NOTHING).required(),
    Field::decimal("tax_rate", NOTHING).nullable(),
    Field::decimal("retail_price", NOTHING).nullable(),
    Field::object("extra_field", NOTHING).nullable(),
];

/// A product in a catalog.
pub(super) const CATALOG_ITEM: &[Field] =
    &[Field::pk("product", NOTHING).required(), Field::pk("catalog", NOTHING).required()];

/// A product stock, as i1 prints it, and what v1 shows besides.
pub(super) const STOCK: &[Field] = &[
    Field::text("product_sku", SKU_CHARS_MAX, NOTHING).required().exact(),
    Field::pk("stock_list", NOTHING).required(),
    Field::int("stock", 0, QUANTITY_MAX, NOTHING).required(),
    Field::choice("unit_type", UnitType::WORDS, NOTHING).nullable(),
    Field::int("sold_quantity_unreported", 0, QUANTITY_MAX, NOTHING).nullable(),
    Field::int("reported_quantity", 0, QUANTITY_MAX, NOTHING).nullable(),
    Field::int("adjusted_stock", 0, QUANTITY_MAX, NOTHING).nullable(),
    Field::object("extra_field", NOTHING).nullable(),
];

/// An order.
pub(super) const ORDER: &[Field] = &[
    Field::text("number", 128, NOTHING).required().exact(),
    Field::pk("channel", NOTHING).nullable(),
    Field::status("status", NOTHING).required(),
    Field::bool("is_send", NOTHING).nullable(),
    Field::blank("currency", 8, NOTHING).nullable(),
    Field::time("date_placed", NOTHING).nullable(),
    Field::blank("modified_date", 64, NOTHING).nullable(),
    Field::object("extra_field", NOTHING).nullable(),
    Field::any("customer", NOTHING),
    Field::any("shipping_address", NOTHING),
    Field::any("billing_address", NOTHING),
    Field::any("cargo_company", NOTHING),
    Field::any("amount", NOTHING),
    Field::any("shipping_amount", NOTHING),
    Field::any("discount_amount", NOTHING),
    Field::any("payment_option", NOTHING),
    Field::any("delivery_type", NOTHING),
    Field::any("tracking_number", NOTHING),
    Field::any("invoice_number", NOTHING),
    Field::any("invoice_date", NOTHING),
    Field::any("notes", NOTHING),
    Field::any("has_gift_box", NOTHING),
    Field::any("gift_box_note", NOTHING),
    Field::any("external_status", NOTHING),
    Field::any("client_type", NOTHING),
    Field::any("language_code", NOTHING),
    Field::any("shipping_option_slug", NOTHING),
];
/// The first of the fields of an order that no rule reads.
pub(super) const ORDER_DETAILS: usize = 8;

/// A line of an order.
pub(super) const LINE: &[Field] = &[
    Field::pk("order", NOTHING).nullable(),
    Field::pk("product", NOTHING).nullable(),
    Field::text("product_sku", SKU_CHARS_MAX, NOTHING).nullable().exact(),
    Field::pk("stock_list", NOTHING).nullable(),
    Field::int("quantity", 1, QUANTITY_MAX, NOTHING).nullable(),
    Field::status("status", NOTHING).nullable(),
    Field::decimal("price", NOTHING).nullable(),
    Field::object("extra_field", NOTHING).nullable(),
    Field::object("attributes", NOTHING).nullable(),
    Field::any("price_currency", NOTHING),
    Field::any("tax_rate", NOTHING),
    Field::any("retail_price", NOTHING),
    Field::any("discount_amount", NOTHING),
    Field::any("attributes_kwargs", NOTHING),
    Field::any("tracking_number", NOTHING),
    Field::any("shipping_company", NOTHING),
    Field::any("carrier_shipping_code", NOTHING),
    Field::any("delivered_date", NOTHING),
    Field::any("estimated_delivery_date", NOTHING),
    Field::any("invoice_number", NOTHING),
    Field::any("invoice_date", NOTHING),
    Field::any("cancel_status", NOTHING),
];
/// The first of the fields of a line that no rule reads.
pub(super) const LINE_DETAILS: usize = 9;

/// Fields whose number is an id of the other server, which means nothing here.
pub(super) const IDS_ELSEWHERE: [&str; 4] = ["customer", "shipping_address", "billing_address", "cargo_company"];
/// Fields that are an id, or the object that has it.
pub(super) const IDS_OR_OBJECTS: [&str; 5] = ["channel", "product", "stock_list", "price_list", "catalog"];
