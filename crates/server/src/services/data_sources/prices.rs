//! Prices of a data source, in the price list here that takes them.
//!
//! Promises: a price is made, changed and removed as the API does it; nothing is written for a source that was changed
//! after it was read, nor into another list. Must not know how prices are asked for.

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::prices::{ExpectedPrice, PriceRow, PriceValues, PriceWrite};
use onhand_core::{PriceListId, Timestamp};
use onhand_store::resource::{self, Record};
use onhand_store::tables::data_sources::{self, DataSource};
use onhand_store::tables::prices::PRODUCT_PRICES;
use onhand_store::{Error, Tx};

use crate::services::imports::prices::{self, PriceSlot, PriceTarget};
use crate::services::imports::row_results::{ResultStatus, RowResult};
use crate::services::{ServiceError, Services};

/// Prices that are looked at together when what is gone is removed.
const LOOKED_AT_TOGETHER: i64 = 500;
/// How a result says that there is no such product here, which is no fault of the price.
const UNKNOWN_PRODUCT: &str = "unknown_product";

/// Writes prices by the SKUs of this installation. Why some of them are not written, by SKU; `None`, and nothing is
/// written, if the source has been changed or removed meanwhile.
///
/// # Errors
///
/// [`ServiceError`] of the database.
pub async fn write(
    services: &Services,
    (source, list): (&DataSource, PriceListId),
    read: BTreeMap<String, PriceValues>,
) -> Result<Option<BTreeMap<String, String>>, ServiceError> {
    if read.is_empty() {
        return Ok(Some(BTreeMap::new()));
    }
    let (source, now) = (source.clone(), services.clock.now());
    let body = async move |tx: &mut Tx<'_>| {
        if !data_sources::hold(tx, &source).await? {
            return Ok(None);
        }
        let target = target(tx, (list, now), &read).await?;
        prices::write(tx, &target, &slots(&read)).await
    };
    let results = services.store.write("data_sources.prices", body).await?;
    Ok(results.map(|results| results.into_iter().filter_map(fault).collect()))
}

async fn target(
    tx: &mut Tx<'_>,
    (list, now): (PriceListId, Timestamp),
    read: &BTreeMap<String, PriceValues>,
) -> Result<PriceTarget, Error> {
    let stored = prices::currency_of(tx, list).await?;
    // All prices of a list are in one currency; an empty one takes the first that comes.
    let currency = stored.or_else(|| read.values().next().map(|values| values.currency.clone()));
    Ok(PriceTarget { list, currency, create_unknown_products: false, is_dry_run: false, now })
}

fn slots(read: &BTreeMap<String, PriceValues>) -> Vec<PriceSlot> {
    let row = |(sku, values): (&String, &PriceValues)| PriceRow {
        sku: sku.clone(),
        write: PriceWrite::Exactly(values.clone()),
        expected: ExpectedPrice::Anything,
    };
    read.iter().map(row).map(|row| PriceSlot::Row(None, row)).collect()
}

fn fault(result: RowResult) -> Option<(String, String)> {
    match result.end {
        ResultStatus::Failed { code, error, .. } if code != UNKNOWN_PRODUCT => Some((result.sku, error)),
        _ => None,
    }
}

/// Removes all prices of a list but those of some SKUs. `false`, and nothing more is removed, if the source has been
/// changed or removed meanwhile.
///
/// # Errors
///
/// [`ServiceError`] of the database.
pub async fn remove_others(
    services: &Services,
    (source, list): (&DataSource, PriceListId),
    but: &BTreeSet<String>,
) -> Result<bool, ServiceError> {
    let mut after = None;
    loop {
        let look = async move |tx: &mut Tx<'_>| prices::of_list(tx, list, after, LOOKED_AT_TOGETHER).await;
        let part = services.store.read("records.page", look).await?;
        let Some(last) = part.last() else { return Ok(true) };
        after = Some(last.id);
        let is_gone = |price: &&Record| !price.text("product_sku").is_some_and(|sku| but.contains(sku));
        let gone: Vec<i64> = part.iter().filter(is_gone).map(|price| price.id).collect();
        if gone.is_empty() {
            continue;
        }
        let source = source.clone();
        let body = async move |tx: &mut Tx<'_>| {
            if !data_sources::hold(tx, &source).await? {
                return Ok(false);
            }
            resource::remove_all(tx, &PRODUCT_PRICES, &gone).await?;
            Ok(true)
        };
        if !services.store.write("data_sources.prices", body).await? {
            return Ok(false);
        }
    }
}
