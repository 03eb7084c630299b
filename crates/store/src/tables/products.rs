//! Products, as much of them as stock needs. Must not know stock.

use std::collections::{BTreeSet, HashMap};

use onhand_core::channel_sync::ObjectKind;
use onhand_core::{IdAllocator, IdKind, Product, ProductId, Timestamp, bucket_of_text};

use crate::counters::{CounterDeltas, CounterKey};
use crate::engine::Row;
use crate::ids;
use crate::outbox::{self, EVERY_CATALOG, Member, OutboxEvent};
use crate::query::{self, ListQuery, ListTable, Page};
use crate::resource::Publish;
use crate::sql::{statements, values};
use crate::{Error, Tx, resource};

/// A product, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductRow {
    /// Its id.
    pub id: ProductId,
    /// Unique, 1..=128 characters; never changes.
    pub sku: String,
    /// At most 255 characters.
    pub name: String,
    /// What variants of one article share; at most 128 characters.
    pub base_code: String,
    /// Whether it is sold at all.
    pub is_active: bool,
    /// JSON object text.
    pub attributes: String,
    /// JSON object text.
    pub extra_field: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

const COLUMNS: &str = "id, sku, name, base_code, is_active, attributes, extra_field, created_at, modified_at";
pub(crate) const TABLE: ListTable = ListTable { name: "product", columns: COLUMNS, counted_by: &[], log: None };

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

/// Products as other tables' rows point at them. What is ordered has a stock. They are removed as records; whatever
/// makes or changes them here says so itself.
pub static KNOWN: resource::Table = resource::Table::new("product", &[])
    .spread(resource::Colocation::By("sku"))
    .referenced_by(&[("stock", "sku = (SELECT sku FROM product WHERE id = ?1)")])
    .publishes(&[Publish::Object { kind: ObjectKind::Product, object: None, scope: None, only_made_or_removed: true }]);

statements! {
    BY_ID = "products.by_id",
        "SELECT id, sku, name, base_code, is_active, attributes, extra_field, created_at, modified_at
         FROM product WHERE id = ?1 AND bucket = ?2";
    LOCKED = "products.locked_by_id",
        "SELECT id, sku, name, base_code, is_active, attributes, extra_field, created_at, modified_at
         FROM product WHERE id = ?1 AND bucket = ?2", for_update;
    KEY_BY_ID = "products.key_by_id", "SELECT id, sku FROM product WHERE id = ?1 AND bucket = ?2";
    NAME_BY_ID = "products.name_by_id", "SELECT id, name FROM product WHERE id = ?1 AND bucket = ?2";
    KEY_BY_SKU = "products.key_by_sku", "SELECT id, sku FROM product WHERE sku = ?1 AND bucket = ?2";
    BY_SKU_PREFIX = "products.by_sku_prefix",
        "SELECT id, sku, name, base_code, is_active, attributes, extra_field, created_at, modified_at
         FROM product WHERE sku >= ?1 AND sku < ?2 ORDER BY sku LIMIT ?3";
    ACTIVE = "products.active", "SELECT id FROM product WHERE id = ?1 AND bucket = ?2 AND is_active = 1";
    INSERT = "products.insert",
        "INSERT INTO product
         (bucket, id, sku, name, base_code, is_active, attributes, extra_field, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    UPDATE = "products.update",
        "UPDATE product SET name = ?3, base_code = ?4, is_active = ?5, attributes = ?6, extra_field = ?7,
         modified_at = ?8 WHERE id = ?1 AND bucket = ?2";
}

fn read(row: &Row<'_>) -> Result<ProductRow, Error> {
    Ok(ProductRow {
        id: ProductId::new(row.get(0)?),
        sku: row.get(1)?,
        name: row.get(2)?,
        base_code: row.get(3)?,
        is_active: row.get(4)?,
        attributes: row.get(5)?,
        extra_field: row.get(6)?,
        created_at: Timestamp::from_micros(row.get(7)?),
        modified_at: Timestamp::from_micros(row.get(8)?),
    })
}

fn read_key(row: &Row<'_>) -> Result<Product, Error> {
    Ok(Product { id: ProductId::new(row.get(0)?), sku: row.get(1)? })
}

/// A part of all products.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<ProductRow>, Error> {
    query::page(tx, &TABLE, listing, |row: &ProductRow| row.id.get(), read).await
}

/// One product.
pub async fn by_id(tx: &mut Tx<'_>, id: ProductId) -> Result<Option<ProductRow>, Error> {
    tx.first(&BY_ID, &values![id.get(), id.bucket()], read).await
}

/// The first products whose SKU begins with a text, in the order of SKUs.
pub async fn by_sku_prefix(tx: &mut Tx<'_>, prefix: &str, limit: i64) -> Result<Vec<ProductRow>, Error> {
    tx.all(&BY_SKU_PREFIX, &values![prefix, query::prefix_end(prefix), limit], read).await
}

/// One product that no other transaction changes until this one ends. What is written back is read so.
pub async fn locked(tx: &mut Tx<'_>, id: ProductId) -> Result<Option<ProductRow>, Error> {
    tx.first(&LOCKED, &values![id.get(), id.bucket()], read).await
}

/// The products with these ids, in any order; unknown ones are left out.
pub async fn by_ids(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Vec<ProductRow>, Error> {
    tx.all_each(&BY_ID, ids.iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// Ids and SKUs of products named by id; unknown ones are left out.
pub async fn keys_by_id(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<Vec<Product>, Error> {
    tx.all_each(&KEY_BY_ID, ids.iter().map(|id| values![id.get(), id.bucket()]), read_key).await
}

/// Ids and SKUs of products named by SKU; unknown ones are left out.
pub async fn keys_by_sku(tx: &mut Tx<'_>, skus: &[&str]) -> Result<Vec<Product>, Error> {
    tx.all_each(&KEY_BY_SKU, skus.iter().map(|sku| values![*sku, bucket_of_text(sku)]), read_key).await
}

/// The names of products named by id; unknown ones are left out.
pub async fn names(tx: &mut Tx<'_>, ids: &[ProductId]) -> Result<HashMap<ProductId, String>, Error> {
    let keys = ids.iter().map(|id| values![id.get(), id.bucket()]);
    let named = tx.all_each(&NAME_BY_ID, keys, |row| Ok((ProductId::new(row.get(0)?), row.get(1)?))).await?;
    Ok(named.into_iter().collect())
}

/// Makes a product; its id is given by the store. A SKU that exists already is [`Error::UniqueViolation`].
pub async fn insert(tx: &mut Tx<'_>, product: &ProductRow) -> Result<ProductRow, Error> {
    let mut source = IdAllocator::default();
    source.add_range(IdKind::Product, ids::take(tx, "product", 1).await?, 1);
    let id = ProductId::new(source.next_in_bucket(IdKind::Product, bucket_of_text(&product.sku)));
    let product = ProductRow { id, ..product.clone() };
    insert_all(tx, std::slice::from_ref(&product)).await?;
    let mut counters = CounterDeltas::default();
    counters.add(CounterKey::all(TABLE.name), id.get(), 1);
    counters.write(tx).await?;
    Ok(product)
}

/// Those of some products that are active.
pub(crate) async fn active(tx: &mut Tx<'_>, of: &BTreeSet<i64>) -> Result<BTreeSet<i64>, Error> {
    let keys = of.iter().map(|id| values![*id, ProductId::new(*id).bucket()]);
    Ok(tx.all_each(&ACTIVE, keys, |row| row.get(0)).await?.into_iter().collect())
}

fn touch(product: &ProductRow) -> OutboxEvent {
    OutboxEvent { kind: ObjectKind::Product, object: product.id.get(), scope: 0, at: product.modified_at }
}

/// Makes products whose ids are known. The caller keeps the count.
pub(crate) async fn insert_all(tx: &mut Tx<'_>, products: &[ProductRow]) -> Result<(), Error> {
    outbox::add_all(tx, products.iter().map(touch)).await?;
    let rows = products.iter().map(|product| {
        values![
            product.id.bucket(),
            product.id.get(),
            &product.sku,
            &product.name,
            &product.base_code,
            product.is_active,
            &product.attributes,
            &product.extra_field,
            product.created_at.micros(),
            product.modified_at.micros(),
        ]
    });
    tx.execute_each(&INSERT, rows).await
}

/// Writes a product back. Its SKU stays; its time is later than before, or channels would not see a change.
pub async fn update(tx: &mut Tx<'_>, product: &ProductRow) -> Result<(), Error> {
    let was_active = active(tx, &BTreeSet::from([product.id.get()])).await?.contains(&product.id.get());
    outbox::add_all(tx, [touch(product)]).await?;
    if was_active != product.is_active {
        let member = Member { catalog: EVERY_CATALOG, product: product.id.get(), at: product.modified_at };
        outbox::add_members(tx, [member]).await?;
    }
    let (id, modified) = (product.id, product.modified_at.micros());
    let (attributes, extra_field) = (&product.attributes, &product.extra_field);
    let texts = (&product.name, &product.base_code);
    tx.execute(
        &UPDATE,
        &values![id.get(), id.bucket(), texts.0, texts.1, product.is_active, attributes, extra_field, modified],
    )
    .await?;
    Ok(())
}
