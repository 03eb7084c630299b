//! Product mappings: the SKUs that data sources have for our products.
//!
//! Promises: a change of a mapping is counted at its source in the transaction that makes it, so that the source is
//! compared anew. Must not know how another installation is asked.

use onhand_core::{DataSourceId, ProductId};

use super::{data_sources, products};
use crate::counters::{self, CounterKey};
use crate::query::{Condition, ListQuery, Op, Sort, Window};
use crate::resource::{self, Column, Record, RecordChange, Table};
use crate::sql::{statements, values};
use crate::{BoxFuture, Error, Tx};

/// How many mappings a data source may have.
pub const MAPPINGS_OF_SOURCE_MAX: i64 = 1_000_000;

/// Product mappings. A product has one in a source, and a SKU over there is of one product.
pub static MAPPINGS: Table = Table::new(
    "data_source_mapping",
    &[
        Column::id("data_source_id", &data_sources::DATA_SOURCES),
        Column::id("product_id", &products::PRODUCTS),
        Column::text("product_sku"),
        Column::text("remote_sku"),
    ],
)
.natural(&["product_id", "data_source_id"])
.counted_by(&["data_source_id"])
.tells(count_changes);

statements! {
    OF_REMOTE = "data_source_mappings.of_remote",
        "SELECT data_source_id, product_id, product_sku, remote_sku FROM data_source_mapping
         WHERE data_source_id = ?1 AND remote_sku = ?2";
    OF_PRODUCT = "data_source_mappings.of_product",
        "SELECT data_source_id, product_id, product_sku, remote_sku FROM data_source_mapping
         WHERE product_id = ?1 AND data_source_id = ?2";
    COUNT_CHANGE = "data_source_mappings.count_change",
        "UPDATE data_source SET mappings_version = mappings_version + 1 WHERE id = ?1";
}

/// A product mapping.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProductMapping {
    /// The data source.
    pub source: DataSourceId,
    /// Our product.
    pub product: ProductId,
    /// Its SKU here.
    pub sku: String,
    /// Its SKU over there.
    pub remote_sku: String,
}

fn read(row: &crate::Row<'_>) -> Result<ProductMapping, Error> {
    Ok(ProductMapping {
        source: DataSourceId::new(row.get(0)?),
        product: ProductId::new(row.get(1)?),
        sku: row.get(2)?,
        remote_sku: row.get(3)?,
    })
}

/// The mappings of some SKUs over there; those without one are left out.
pub async fn of_remote<'k>(
    tx: &mut Tx<'_>,
    keys: impl ExactSizeIterator<Item = (DataSourceId, &'k str)>,
) -> Result<Vec<ProductMapping>, Error> {
    tx.all_bulk(&OF_REMOTE, keys.map(|(source, sku)| values![source.get(), sku]), read).await
}

/// The mappings of some of our products in a source; those without one are left out.
pub async fn of_products(
    tx: &mut Tx<'_>,
    source: DataSourceId,
    products: &[ProductId],
) -> Result<Vec<ProductMapping>, Error> {
    let keys = products.iter().map(|product| values![product.get(), source.get()]);
    tx.all_bulk(&OF_PRODUCT, keys, read).await
}

/// How many mappings a source has.
pub async fn count(tx: &mut Tx<'_>, source: DataSourceId) -> Result<i64, Error> {
    counters::count(tx, &CounterKey::of(MAPPINGS.name, "data_source_id", source.get()).name()).await
}

/// The first mappings of a source, in the order of their ids.
pub async fn first(tx: &mut Tx<'_>, source: DataSourceId, limit: i64) -> Result<Vec<Record>, Error> {
    let of_source = Condition { column: "data_source_id", op: Op::Eq, values: vec![source.get().into()] };
    let window = Window::After { key: None, limit };
    let listing = ListQuery { conditions: vec![of_source], sort: Sort::BY_ID, window };
    Ok(resource::page(tx, &MAPPINGS, &listing).await?.rows)
}

/// Has the sources of changed mappings compared anew.
fn count_changes<'t>(tx: &'t mut Tx<'_>, changes: &'t [RecordChange]) -> BoxFuture<'t, ()> {
    Box::pin(async move {
        let of = |record: &Record| record.int("data_source_id");
        let mut sources: Vec<i64> =
            changes.iter().filter_map(|change| change.after.as_ref().or(change.before.as_ref()).and_then(of)).collect();
        sources.sort_unstable();
        sources.dedup();
        for source in sources {
            tx.execute(&COUNT_CHANGE, &values![source]).await?;
        }
        Ok(())
    })
}
