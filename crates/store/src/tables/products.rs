//! Products, as much of them as stock needs. Must not know stock.

use std::collections::{BTreeSet, HashMap};

use onhand_core::channel_sync::ObjectKind;
use onhand_core::{Product, ProductId, Timestamp, bucket_of_text};

use crate::engine::Row;
use crate::resource::{self, Colocation, Column, Publish, Record, Table};
use crate::sql::{statements, values};
use crate::{Error, Tx, query};

/// The products that a channel may read, which its id ends: those of its catalog, and those that it was sent. See
/// [`crate::channel_sync::channel_scope::ChannelScope::products`] for what a catalog without items has.
pub const OF_CHANNEL: &str = "EXISTS (SELECT 1 FROM channel c WHERE (EXISTS (SELECT 1 FROM catalog_item i WHERE i.product_id = product.id \
     AND i.catalog_id = c.catalog_id AND i.bucket = product.bucket) OR EXISTS (SELECT 1 FROM integration_action a \
     WHERE a.channel_id = c.id AND a.kind = 1 AND a.object_id = product.id AND a.acknowledged_at IS NOT NULL) OR \
     (NOT EXISTS (SELECT 1 FROM catalog_item j WHERE j.catalog_id = c.catalog_id) AND EXISTS (SELECT 1 FROM catalog k \
     WHERE k.id = c.catalog_id AND (EXISTS (SELECT 1 FROM stock s WHERE s.sku = product.sku AND \
     s.stock_list_id = k.stock_list_id) OR EXISTS (SELECT 1 FROM catalog_stock_list x JOIN stock s ON \
     s.stock_list_id = x.stock_list_id AND s.sku = product.sku WHERE x.catalog_id = k.id) OR \
     (k.stock_list_id IS NULL AND NOT EXISTS (SELECT 1 FROM catalog_stock_list x WHERE x.catalog_id = k.id) AND \
     EXISTS (SELECT 1 FROM product_price p WHERE p.product_id = product.id AND p.bucket = product.bucket AND \
     (p.price_list_id = k.price_list_id OR p.price_list_id IN (SELECT x.price_list_id FROM catalog_price_list x \
     WHERE x.catalog_id = k.id)))))))) AND c.id = ";

/// A product. Its SKU stays, and decides its bucket; what is ordered has a stock.
pub static PRODUCTS: Table = Table::new(
    "product",
    &[
        Column::text("sku"),
        Column::text("name"),
        Column::text("base_code"),
        Column::int("is_active", 1),
        Column::object("attributes"),
        Column::object("extra_field"),
    ],
)
.distributed(Colocation::By("sku"))
.referenced_by(&[("stock", "sku = (SELECT sku FROM product WHERE id = ?1)")])
.publishes(&[
    Publish::Object { kind: ObjectKind::Product, object: None, scope: None, only_made_or_removed: false },
    Publish::MemberOfEvery { flag: "is_active" },
]);

/// How many columns a row of a product has.
const COLUMNS: usize = 10;

statements! {
    KEY_BY_ID = "products.key_by_id", "SELECT id, sku FROM product WHERE id = ?1 AND bucket = ?2";
    NAME_BY_ID = "products.name_by_id", "SELECT id, name FROM product WHERE id = ?1 AND bucket = ?2";
    KEY_BY_SKU = "products.key_by_sku", "SELECT id, sku FROM product WHERE sku = ?1 AND bucket = ?2";
    BY_SKU_PREFIX = "products.by_sku_prefix",
        "SELECT id, sku, name FROM product WHERE sku >= ?1 AND sku < ?2 ORDER BY sku LIMIT ?3";
    ACTIVE = "products.active", "SELECT id FROM product WHERE id = ?1 AND bucket = ?2 AND is_active = 1";
}

fn read_key(row: &Row<'_>) -> Result<Product, Error> {
    Ok(Product { id: ProductId::new(row.get(0)?), sku: row.get(1)? })
}

/// The id, the SKU and the name of the first products whose SKU begins with a text, in the order of SKUs.
pub async fn by_sku_prefix(
    tx: &mut Tx<'_>,
    prefix: &str,
    limit: i64,
) -> Result<Vec<(ProductId, String, String)>, Error> {
    let read = |row: &Row<'_>| Ok((ProductId::new(row.get(0)?), row.get(1)?, row.get(2)?));
    tx.all(&BY_SKU_PREFIX, &values![prefix, query::prefix_end(prefix), limit], read).await
}

/// Ids and SKUs of products named by id; unknown ones are left out.
pub async fn keys_by_id(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Vec<Product>, Error> {
    tx.all_bulk(&KEY_BY_ID, ids.iter().map(|id| values![id.get(), id.bucket()]), read_key).await
}

/// Ids and SKUs of products named by SKU; unknown ones are left out.
pub async fn keys_by_sku(tx: &mut Tx<'_>, skus: &[&str]) -> Result<Vec<Product>, Error> {
    tx.all_bulk(&KEY_BY_SKU, skus.iter().map(|sku| values![*sku, bucket_of_text(sku)]), read_key).await
}

/// The names of products named by id; unknown ones are left out.
pub async fn names(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<HashMap<ProductId, String>, Error> {
    let keys = ids.iter().map(|id| values![id.get(), id.bucket()]);
    let named = tx.all_bulk(&NAME_BY_ID, keys, |row| Ok((ProductId::new(row.get(0)?), row.get(1)?))).await?;
    Ok(named.into_iter().collect())
}

/// Those of some products that are active.
pub(crate) async fn active(tx: &mut Tx<'_>, of: &BTreeSet<i64>) -> Result<BTreeSet<i64>, Error> {
    let keys = of.iter().map(|id| values![*id, ProductId::new(*id).bucket()]);
    Ok(tx.all_bulk(&ACTIVE, keys, |row| row.get(0)).await?.into_iter().collect())
}

/// A product as a stock level makes it: its SKU is all that is known of it.
pub(crate) fn unnamed(id: ProductId, sku: &str, now: Timestamp) -> Record {
    let mut product = Record::new(&PRODUCTS, now);
    product.id = id.get();
    product.set("sku", sku.to_owned());
    product.set("name", sku.to_owned());
    product
}

/// Makes products whose ids are known. The caller keeps the count.
pub(crate) async fn insert_all(tx: &mut Tx<'_>, products: Vec<Record>) -> Result<(), Error> {
    resource::insert_known::<COLUMNS>(tx, &PRODUCTS, products).await
}
