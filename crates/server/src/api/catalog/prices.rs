//! Price lists, and the prices of products in them (contract 9.1, contract C3).

use onhand_core::SKU_CHARS_MAX;
use onhand_store::tables::prices::{LISTS_OF_CHANNEL, OF_CHANNEL, PRICE_LISTS, PRODUCT_PRICES};
use onhand_store::{Error as StoreError, Tx};

use super::products::NamedProducts;
use crate::resource::{Draft, OwnerScope, Resource, Taken, Unique, judge, null_blanks};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::response_schema;

/// Price lists.
pub static LIST: Resource = Resource {
    unique: &[
        Unique { index: "price_list_name", taken: Taken::Field("name") },
        Unique { index: "price_list_code", taken: Taken::Field("code") },
    ],
    own: Some(OwnerScope::Among(LISTS_OF_CHANNEL)),
    rule: Some(|_, draft| {
        null_blanks(draft.record, &["code"]);
        judge(Ok(()))
    }),
    ..Resource::new(
        &PRICE_LISTS,
        ("price_list", "price_list/{id}"),
        "price list",
        &[
            Field::text("name", 64, "Unique name.").required(),
            Field::blank("code", 64, "The list's id in the ERP; unique.").nullable().exact(),
            Field::bool("is_auto_sync", "Whether the list follows the ERP by itself. Default false."),
        ],
        &response_schema!(resource "PriceList" {
            name: Text,
            code: TextOrNull,
            is_auto_sync: Bool,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("code", "COALESCE(code, '')", Kind::Text),
            Filter::new("is_auto_sync", "is_auto_sync", Kind::Bool),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// Prices of products.
pub static PRICE: Resource = Resource {
    unique: &[Unique {
        index: "product_price_product_id",
        taken: Taken::Refused("product_price_duplicated", "A product has one price in a list."),
    }],
    fixed: &["product", "price_list"],
    many: true,
    upserts: true,
    own: Some(OwnerScope::Among(OF_CHANNEL)),
    rules: Some(|tx, drafts| Box::pin(complete(tx, drafts))),
    ..Resource::new(
        &PRODUCT_PRICES,
        ("product_prices", "product_prices/{id}"),
        "product price",
        &[
            Field::pk("product", "The product; or product_sku."),
            Field::text("product_sku", SKU_CHARS_MAX, "The product's SKU, in place of product.").exact(),
            Field::pk("price_list", "The price list. With the product it is the key.").required(),
            Field::decimal("price", "The price.").required(),
            Field::text("currency_type", 8, "Its currency, in lower case.").required(),
            Field::decimal("tax_rate", "The tax rate in percent.").nullable(),
            Field::decimal("retail_price", "The price before a discount.").nullable(),
            Field::object("extra_field", "Free data."),
        ],
        &response_schema!(resource "ProductPrice" {
            product: Int,
            product_sku: Text,
            price_list: Int,
            price: Text,
            currency_type: Text,
            tax_rate: TextOrNull,
            retail_price: TextOrNull,
            extra_field: Object,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("product", "product_id", Kind::Int),
            Filter::only("product__pk", "product_id", Kind::Int),
            Filter::new("product_sku", "product_sku", Kind::Text),
            Filter::new("price_list", "price_list_id", Kind::Int),
            Filter::new("currency_type", "currency_type", Kind::Text),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// Amounts get the two digits after the point that clients compare texts with; the products are found by either name.
async fn complete(tx: &mut Tx<'_>, drafts: Vec<Draft<'_>>) -> Result<Vec<Result<(), Error>>, StoreError> {
    let products = NamedProducts::of(tx, &drafts).await?;
    let complete = |mut draft: Draft<'_>| {
        for column in ["price", "tax_rate", "retail_price"] {
            if let Some(amount) = draft.record.text(column).map(amount) {
                draft.record.set(column, amount);
            }
        }
        products.complete(&mut draft)
    };
    Ok(drafts.into_iter().map(complete).collect())
}

/// A decimal with at least two digits after the point.
fn amount(text: &str) -> String {
    match text.split_once('.') {
        None => format!("{text}.00"),
        Some((_, fraction)) if fraction.len() < 2 => format!("{text}0"),
        Some(_) => text.to_owned(),
    }
}
