//! Product mappings of a data source, as far as many of them are removed together.
//!
//! Promises: the work of one call is bounded. Must not know requests.

use std::collections::BTreeSet;

use onhand_core::DataSourceId;
use onhand_store::Tx;
use onhand_store::resource::{self, Record};
use onhand_store::tables::data_source_mappings::{self, MAPPINGS};
use onhand_store::tables::{data_sources, products};

use crate::services::{ServiceError, Services};

/// Mappings that one call removes.
const REMOVED_TOGETHER: i64 = 1_000;

/// Which mappings are removed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Which {
    /// Those of products with these SKUs here. What is not mapped, or no product, is left alone.
    Of(Vec<String>),
    /// The first thousand.
    All,
}

/// What a removal has done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RemovedMappings {
    /// How many are removed.
    pub removed: i64,
    /// How many the source has left.
    pub remaining: i64,
}

/// Removes mappings of a source.
///
/// # Errors
///
/// [`ServiceError::Fields`] with `data_source` if there is no such source.
pub async fn remove(services: &Services, source: DataSourceId, which: Which) -> Result<RemovedMappings, ServiceError> {
    let now = services.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        if data_sources::by_id(tx, source).await?.is_none() {
            return Ok(None);
        }
        let found = match &which {
            Which::All => data_source_mappings::first(tx, source, REMOVED_TOGETHER).await?,
            Which::Of(skus) => {
                let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
                let key = |product: onhand_core::Product| {
                    let mut key = Record::new(&MAPPINGS, now);
                    key.set("data_source_id", source.get());
                    key.set("product_id", product.id.get());
                    key
                };
                let keys: Vec<Record> = products::keys_by_sku(tx, &skus).await?.into_iter().map(key).collect();
                resource::same_all(tx, &MAPPINGS, &keys).await?.into_iter().flatten().collect()
            }
        };
        let ids: BTreeSet<i64> = found.iter().map(|mapping| mapping.id).collect();
        let removed = resource::remove_all(tx, &MAPPINGS, &ids.into_iter().collect::<Vec<_>>()).await?;
        Ok(Some(RemovedMappings { removed, remaining: data_source_mappings::count(tx, source).await? }))
    };
    let removed = services.store.write("data_source_mappings.remove", body).await?;
    removed.ok_or_else(|| {
        let id = source.get();
        ServiceError::field("data_source", format!("Invalid pk \"{id}\" - object does not exist."))
    })
}
