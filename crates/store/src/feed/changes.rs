//! Changes: the last version of every object. Must not know what a channel has been sent.

use onhand_core::StockId;
use onhand_core::feed::Kind;

use super::assortment::Assortment;
use crate::sql::{shared, values};
use crate::{Error, Tx, stocks};

/// The name of the counter that versions come from.
pub(crate) const VERSIONS: &str = "change";

shared! {
    PUT = "changes.put",
        "INSERT INTO change (kind, object_id, scope, version) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (kind, object_id) DO UPDATE SET scope = excluded.scope, version = excluded.version";
    AFTER = "changes.after",
        "SELECT object_id, version FROM change WHERE kind = ?1 AND scope = ?2 AND version > ?3 ORDER BY version LIMIT ?4";
    WAITING = "changes.waiting",
        "SELECT scope FROM change WHERE kind = ?1 AND scope = ?2 AND version > ?3 ORDER BY version LIMIT 1";
    HEAD = "changes.head", "SELECT next - 1 FROM id_block WHERE kind = ?1";
    COUNT = "changes.count",
        "SELECT COUNT(*) FROM change WHERE kind = ?1 AND scope = ?2 AND version > ?3";
}

/// A change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// The object's id.
    pub object: i64,
    /// Its version.
    pub version: i64,
}

/// Stores versions, as (kind, object, scope, version), each object once.
pub(super) async fn put_all(
    tx: &mut Tx<'_>,
    versions: impl Iterator<Item = (i64, i64, i64, i64)>,
) -> Result<(), Error> {
    tx.execute_each(&PUT, versions.map(|(kind, object, scope, version)| values![kind, object, scope, version])).await
}

/// What has changed in a scope after a version, oldest first, at most so many.
pub async fn after(tx: &mut Tx<'_>, kind: Kind, scope: i64, version: i64, limit: i64) -> Result<Vec<Change>, Error> {
    let read = |row: &crate::Row<'_>| Ok(Change { object: row.get(0)?, version: row.get(1)? });
    tx.all(&AFTER, &values![kind.number(), scope, version, limit], read).await
}

/// In which scopes, given with a version each, something has changed after it. One question, however many lists there are.
pub(super) async fn waiting(
    tx: &mut Tx<'_>,
    kind: Kind,
    scopes: impl IntoIterator<Item = (i64, i64)>,
) -> Result<Vec<i64>, Error> {
    let keys = scopes.into_iter().map(|(scope, version)| values![kind.number(), scope, version]);
    tx.all_each(&WAITING, keys, |row| row.get(0)).await
}

/// How much has changed in a scope after a version.
pub(super) async fn count(tx: &mut Tx<'_>, kind: Kind, scope: i64, version: i64) -> Result<i64, Error> {
    let counted = tx.first(&COUNT, &values![kind.number(), scope, version], |row| row.get(0)).await?;
    Ok(counted.unwrap_or(0))
}

/// The newest version there is; 0 where nothing has changed yet.
pub async fn head(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(&HEAD, &values![VERSIONS], |row| row.get(0)).await?.unwrap_or(0))
}

/// A part of the changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slice {
    /// The changes, oldest first.
    pub changes: Vec<Change>,
    /// The version up to which this is complete.
    pub next: i64,
    /// Whether there are more.
    pub has_more: bool,
}

/// What stocks of an assortment, or of one of its lists, have changed after a version; so many at the most.
pub async fn of_stocks(
    tx: &mut Tx<'_>,
    assortment: &Assortment,
    (version, limit): (i64, i64),
    list: Option<i64>,
) -> Result<Slice, Error> {
    let mut found = Vec::new();
    let scopes = assortment.scopes(Kind::Stock).into_iter().filter(|scope| list.is_none_or(|list| list == *scope));
    for scope in waiting(tx, Kind::Stock, scopes.map(|scope| (scope, version))).await? {
        found.extend(after(tx, Kind::Stock, scope, version, limit.saturating_add(1)).await?);
    }
    found.sort_unstable_by_key(|change| change.version);
    let has_more = found.len() as i64 > limit;
    found.truncate(limit as usize);
    let next = found.last().map_or(version, |change| change.version);
    let ids: Vec<StockId> = found.iter().map(|change| StockId::new(change.object)).collect();
    let products = stocks::by_ids(tx, &ids).await?;
    let of = products.iter().map(|stock| (stock.id.get(), stock.product.get()));
    let of: std::collections::BTreeMap<i64, i64> = of.collect();
    let offered = assortment.products(tx, &of.values().copied().collect()).await?;
    found.retain(|change| of.get(&change.object).is_some_and(|product| offered.contains(product)));
    Ok(Slice { changes: found, next, has_more })
}
