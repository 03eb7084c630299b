//! Products, as much of them as stock needs.

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::{Product, ProductId, SKU_CHARS_MAX};
use onhand_store::tables::products::{self, OF_CHANNEL, PRODUCTS};
use onhand_store::{Error as StoreError, Tx};

use crate::api::channels::mapped_products::IMAGE;
use crate::http::route::RefusedBy;
use crate::resource::{Draft, OwnerScope, Resource, Taken, Unique, judge};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::response_schema;

/// Simple products are of type 0; there are no others here.
pub const TYPE: Filter = Filter::only("product_type", "CAST(0 AS BIGINT)", Kind::Int);

/// Products. A channel may read those of its catalog, and those that it was sent.
pub static PRODUCT: Resource = Resource {
    unique: &[Unique { index: "product_sku", taken: Taken::Field("sku") }],
    // Stocks, orders and every channel know the product by its SKU.
    fixed: &["sku"],
    own: Some(OwnerScope::Among(OF_CHANNEL)),
    stirs: true,
    refused_by: RefusedBy::Nothing,
    // The vendor's clients read these of every product; there are no groups, sets and pictures here.
    more: Some(|property, _| match property {
        "product_type" => Some("\"0\"".to_owned()),
        "parent" | "listing_code" | "attribute_set" => Some("null".to_owned()),
        "productimage_set" => Some("[]".to_owned()),
        _ => None,
    }),
    rule: Some(|_, draft| {
        keep_name(draft);
        judge(Ok(()))
    }),
    ..Resource::new(
        &PRODUCTS,
        ("products", "products/{id}"),
        "product",
        &[
            Field::text("sku", SKU_CHARS_MAX, "The natural key; it cannot be changed later.").required().exact(),
            Field::blank("name", 255, "What people call it. The SKU when absent."),
            Field::blank("base_code", 128, "What the variants of one article share.").exact(),
            Field::bool("is_active", "Whether it is sold at all. Default true."),
            Field::object("attributes", "Free attributes."),
            Field::object("extra_field", "Free data."),
        ],
        &response_schema!(resource "Product" {
            sku: Text,
            name: Text,
            base_code: Text,
            product_type: Text,
            parent: IntOrNull,
            listing_code: TextOrNull,
            attribute_set: IntOrNull,
            productimage_set: List(&IMAGE),
            is_active: Bool,
            attributes: Object,
            extra_field: Object,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("sku", "sku", Kind::Text),
            Filter::new("name", "name", Kind::Text),
            Filter::new("base_code", "base_code", Kind::Text),
            Filter::new("is_active", "is_active", Kind::Bool),
            TYPE,
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// A blank name keeps the one before; that of a new product is its SKU.
fn keep_name(draft: Draft<'_>) {
    let Draft { record, before, .. } = draft;
    if record.text("name") == Some("") {
        let name = before.map_or_else(|| record.value("sku"), |before| before.value("name")).clone();
        record.set("name", name);
    }
}

/// The products that some records are of. Each record has them in `product_id` and `product_sku`, and a client may send
/// either, as `product` or `product_sku`.
pub(in crate::api) struct NamedProducts {
    by_sku: BTreeMap<String, Product>,
    by_id: BTreeMap<i64, Product>,
}

impl NamedProducts {
    /// Finds the products of all drafts together.
    pub(in crate::api) async fn of(tx: &mut Tx<'_>, drafts: &[Draft<'_>]) -> Result<Self, StoreError> {
        let skus: BTreeSet<&str> = drafts.iter().filter_map(|draft| draft.form.text("product_sku")).collect();
        let mut found = products::keys_by_sku(tx, &skus.into_iter().collect::<Vec<_>>()).await?;
        let ids: BTreeSet<i64> = drafts.iter().filter_map(|draft| draft.record.int("product_id")).collect();
        let ids: Vec<ProductId> = ids.into_iter().map(ProductId::new).collect();
        found.extend(products::keys_by_id(tx, &ids).await?);
        let by_sku = found.iter().map(|product| (product.sku.clone(), product.clone())).collect();
        Ok(Self { by_sku, by_id: found.into_iter().map(|product| (product.id.get(), product)).collect() })
    }

    /// Puts into a record what the client has not sent of its product.
    ///
    /// # Errors
    ///
    /// A fault of `product` or `product_sku` if there is no such product, or the two are of different ones.
    pub(in crate::api) fn complete(&self, draft: &mut Draft<'_>) -> Result<(), Error> {
        let Draft { record, before, form, .. } = draft;
        let Some(sku) = form.text("product_sku") else {
            let Some(id) = record.int("product_id") else {
                return Err(Error::field("product", "This field is required."));
            };
            if let Some(product) = self.by_id.get(&id) {
                record.set("product_sku", product.sku.clone());
            }
            return Ok(());
        };
        let Some(product) = self.by_sku.get(sku) else {
            return Err(Error::field("product_sku", format!("Object with sku={sku} does not exist.")));
        };
        let other = |id: i64| id != product.id.get();
        if form.int("product").is_some_and(other)
            || before.and_then(|before| before.int("product_id")).is_some_and(other)
        {
            return Err(Error::field("product_sku", "This is another product's SKU."));
        }
        record.set("product_id", product.id.get());
        record.set("product_sku", product.sku.clone());
        Ok(())
    }
}
