//! Products: those that a requester may see, a new one, and an edit.
//!
//! Promises: a requester that asks for a channel sees the products of that channel's catalog and those that it was
//! sent. The SKU of a product never changes, because stocks, orders and every channel know the product by it. Must not
//! know stock.

use std::collections::BTreeSet;

use onhand_core::ProductId;
use onhand_store::Tx;
use onhand_store::channel_sync::channel_scope::{self, ChannelScope};
use onhand_store::query::{Condition, ListQuery, Op, Page};
use onhand_store::tables::products::{self, ProductRow};

use super::{Requester, ServiceError, Services};

/// What is to be set of a product; what is `None` stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProductEdit {
    /// The SKU, which has to be the one that it has.
    pub sku: Option<String>,
    /// What people call it. An empty one stays as it is.
    pub name: Option<String>,
    /// What the variants of one article share.
    pub base_code: Option<String>,
    /// Whether it is sold at all.
    pub is_active: Option<bool>,
    /// JSON object text.
    pub attributes: Option<String>,
    /// JSON object text.
    pub extra_field: Option<String>,
}

impl ProductEdit {
    fn fill(self, product: ProductRow) -> ProductRow {
        ProductRow {
            name: self.name.filter(|name| !name.is_empty()).unwrap_or(product.name),
            base_code: self.base_code.unwrap_or(product.base_code),
            is_active: self.is_active.unwrap_or(product.is_active),
            attributes: self.attributes.unwrap_or(product.attributes),
            extra_field: self.extra_field.unwrap_or(product.extra_field),
            ..product
        }
    }
}

/// A part of the products that a requester may see.
pub async fn page(
    services: &Services,
    requester: &Requester,
    mut listing: ListQuery,
) -> Result<Page<ProductRow>, ServiceError> {
    let own = |channel: onhand_core::ChannelId| Condition {
        column: products::OF_CHANNEL,
        op: Op::RawPredicate,
        values: vec![channel.get().into()],
    };
    listing.conditions.extend(requester.channel.map(own));
    Ok(services.store.read("products.page", async move |tx| products::page(tx, &listing).await).await?)
}

/// A product that a requester may see.
pub async fn by_id(services: &Services, requester: &Requester, id: ProductId) -> Result<ProductRow, ServiceError> {
    let channel = requester.channel;
    let body = async move |tx: &mut Tx<'_>| {
        if let Some(channel) = channel {
            let channel_scope = ChannelScope::of(tx, channel).await?;
            if channel_scope::sold(tx, &channel_scope, &BTreeSet::from([id.get()])).await?.is_empty() {
                return Ok(None);
            }
        }
        products::by_id(tx, id).await
    };
    services.store.read("products.by_id", body).await?.ok_or(ServiceError::NotFound)
}

/// Makes a product. Without a name its SKU is its name.
pub async fn create(services: &Services, sku: String, new: ProductEdit) -> Result<ProductRow, ServiceError> {
    let now = services.clock.now();
    let empty = ProductRow {
        id: ProductId::new(0),
        name: sku.clone(),
        sku,
        base_code: String::new(),
        is_active: true,
        attributes: "{}".to_owned(),
        extra_field: "{}".to_owned(),
        created_at: now,
        modified_at: now,
    };
    let product = new.fill(empty);
    let stored = services.store.write("products.insert", async move |tx| products::insert(tx, &product).await).await;
    stored.map_err(|fault| match fault.is_taken("product_sku") {
        true => ServiceError::field("sku", "product with this sku already exists."),
        false => fault.into(),
    })
}

/// Changes a product.
pub async fn update(services: &Services, id: ProductId, edit: ProductEdit) -> Result<ProductRow, ServiceError> {
    let now = services.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        let Some(before) = products::locked(tx, id).await? else { return Ok(Err(ServiceError::NotFound)) };
        if edit.sku.as_ref().is_some_and(|sku| *sku != before.sku) {
            return Ok(Err(ServiceError::field("sku", "This field cannot be changed.")));
        }
        let modified_at = now.later_than(before.modified_at);
        let product = ProductRow { modified_at, ..edit.fill(before) };
        products::update(tx, &product).await?;
        Ok(Ok(product))
    };
    services.store.write("products.update", body).await?
}
