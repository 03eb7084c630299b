//! Facts: what the rule of the feed needs to know of objects, read for many at once.
//!
//! Promises: an object that is gone, or in a list that the channel does not have, has no facts, except a product or a
//! stock: that one may have to be taken off the channel. Must not know the rule.

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::channel_sync::{ActionStatus, DeliveryFacts, ObjectKind};
use onhand_core::{BUCKETS, ProductId, StockId, StockKey, StockListId, Timestamp};

use super::channel_scope::ChannelScope;
use crate::engine::Row;
use crate::sql::{Statement, statements, values};
use crate::tables::{failed_integrations, integration_actions, product_stocks, products};
use crate::{Error, Tx, Value};

statements! {
    /// Of each kind: id, scope, product, version, whether it is active.
    PRODUCT = "facts.product",
        "SELECT id, CAST(0 AS BIGINT), id, modified_at, is_active FROM product WHERE id = ?1 AND bucket = ?2";
    STOCK = "facts.stock",
        "SELECT id, stock_list_id, product_id, modified_at, CAST(1 AS BIGINT) FROM stock WHERE id = ?1 AND bucket = ?2";
    /// Of a stock that was removed: it is offered no more.
    REMOVED_STOCK = "facts.removed_stock",
        "SELECT id, stock_list_id, product_id, modified_at, CAST(0 AS BIGINT) FROM removed_stock
         WHERE id = ?1 AND bucket = ?2";
    PRICE = "facts.price",
        "SELECT id, price_list_id, product_id, modified_at, CAST(1 AS BIGINT) FROM product_price WHERE id = ?1 AND bucket = ?2";
    ORDER = "facts.order", "SELECT id, channel_id, CAST(0 AS BIGINT), modified_at, CAST(1 AS BIGINT) FROM sales_order
         WHERE id = ?1 AND bucket = ?2";
    REQUEST = "facts.cancellation_request",
        "SELECT id, COALESCE(channel_id, 0), CAST(0 AS BIGINT), modified_at, CAST(1 AS BIGINT) FROM cancellation_request
         WHERE id = ?1 AND bucket = ?2";
    PRICES_OF = "facts.prices_of",
        "SELECT id FROM product_price WHERE product_id = ?1 AND price_list_id = ?2 AND bucket = ?3";
}

/// An object and what is known of it.
pub(super) struct Object {
    pub(super) id: i64,
    pub(super) scope: i64,
    pub(super) facts: DeliveryFacts,
}

/// A row of an object's own table.
#[derive(Clone, Copy)]
struct Own {
    id: i64,
    scope: i64,
    product: i64,
    modified_at: Timestamp,
    is_active: bool,
}

fn read(row: &Row<'_>) -> Result<Own, Error> {
    Ok(Own {
        id: row.get(0)?,
        scope: row.get(1)?,
        product: row.get(2)?,
        modified_at: Timestamp::from_micros(row.get(3)?),
        is_active: row.get::<i64>(4)? != 0,
    })
}

const fn statement(kind: ObjectKind) -> &'static Statement {
    match kind {
        ObjectKind::Product => &PRODUCT,
        ObjectKind::Stock => &STOCK,
        ObjectKind::Price => &PRICE,
        ObjectKind::Order => &ORDER,
        ObjectKind::CancellationRequest => &REQUEST,
    }
}

fn key(id: i64) -> [Value<'static>; 2] {
    values![id, id & (BUCKETS - 1)]
}

async fn own(tx: &mut Tx<'_>, kind: ObjectKind, objects: &BTreeSet<i64>) -> Result<Vec<Own>, Error> {
    let mut found = tx.all_bulk(statement(kind), objects.iter().copied().map(key), read).await?;
    if kind == ObjectKind::Stock && found.len() < objects.len() {
        let there: BTreeSet<i64> = found.iter().map(|own| own.id).collect();
        found.extend(tx.all_bulk(&REMOVED_STOCK, objects.difference(&there).copied().map(key), read).await?);
    }
    Ok(found)
}

/// The versions of some objects, of those that are there.
pub(super) async fn versions(
    tx: &mut Tx<'_>,
    kind: ObjectKind,
    objects: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, Timestamp>, Error> {
    Ok(own(tx, kind, objects).await?.into_iter().map(|own| (own.id, own.modified_at)).collect())
}

/// Those of some objects that are the channel's to speak of: in its lists, its catalog or its orders, or known to it.
pub(super) async fn named(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    kind: ObjectKind,
    objects: &BTreeSet<i64>,
) -> Result<BTreeSet<i64>, Error> {
    let scopes = channel_scope.scopes(kind);
    let mut found: BTreeSet<i64> = match kind {
        ObjectKind::Product => channel_scope.products(tx, objects).await?,
        _ => {
            let there = own(tx, kind, objects).await?;
            there.into_iter().filter(|own| scopes.contains(&own.scope)).map(|own| own.id).collect()
        }
    };
    found.extend(integration_actions::known(tx, channel_scope.channel, kind, objects).await?.into_keys());
    Ok(found)
}

/// What decides whether some objects are due.
pub(super) async fn of(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    kind: ObjectKind,
    objects: &BTreeSet<i64>,
) -> Result<Vec<Object>, Error> {
    let scopes = channel_scope.scopes(kind);
    let mut found = own(tx, kind, objects).await?;
    found.retain(|own| scopes.contains(&own.scope));
    if kind == ObjectKind::Product && !scopes.is_empty() {
        let there: BTreeSet<i64> = found.iter().map(|own| own.id).collect();
        let gone = |id: &i64| Own {
            id: *id,
            scope: 0,
            product: *id,
            modified_at: Timestamp::from_micros(0),
            is_active: false,
        };
        found.extend(objects.difference(&there).map(gone));
    }
    let of_products: BTreeSet<i64> = found.iter().map(|own| own.product).collect();
    let in_catalog = match kind {
        ObjectKind::Order | ObjectKind::CancellationRequest => of_products.clone(),
        ObjectKind::Product | ObjectKind::Stock | ObjectKind::Price => channel_scope.products(tx, &of_products).await?,
    };
    let known = integration_actions::known(tx, channel_scope.channel, kind, objects).await?;
    let products = match kind.follows_product() {
        true => integration_actions::known(tx, channel_scope.channel, ObjectKind::Product, &of_products).await?,
        false => BTreeMap::new(),
    };
    let tried = known.keys().copied().collect();
    let failures = failed_integrations::standing(tx, channel_scope.channel, kind, &tried).await?;
    let is_known = |product| products.get(&product).is_some_and(|known| known.status == ActionStatus::Success);
    let object = |own: Own| Object {
        id: own.id,
        scope: own.scope,
        facts: DeliveryFacts {
            kind,
            is_offered: own.is_active && in_catalog.contains(&own.product),
            is_product_known: !kind.follows_product() || is_known(own.product),
            modified_at: own.modified_at,
            known: known.get(&own.id).copied(),
            failure: failures.get(&own.id).copied(),
        },
    };
    Ok(found.into_iter().map(object).collect())
}

/// The stocks of some products in some lists.
pub(super) async fn stocks_of(
    tx: &mut Tx<'_>,
    of_products: &[ProductId],
    lists: &[StockListId],
) -> Result<BTreeSet<i64>, Error> {
    let named = products::keys_by_id(tx, of_products).await?;
    let keys: Vec<StockKey> = named
        .iter()
        .flat_map(|product| lists.iter().map(|list| StockKey { list: *list, sku: product.sku.clone() }))
        .collect();
    Ok(product_stocks::ids_by_key(tx, &keys).await?.into_iter().map(StockId::get).collect())
}

/// The prices of some products in some lists.
pub(super) async fn prices_of(
    tx: &mut Tx<'_>,
    of_products: &[ProductId],
    lists: &[i64],
) -> Result<BTreeSet<i64>, Error> {
    let keys = of_products.iter().flat_map(|id| lists.iter().map(|list| values![id.get(), *list, id.bucket()]));
    Ok(tx.all_bulk(&PRICES_OF, keys, |row| row.get(0)).await?.into_iter().collect())
}
