//! A chain of stores: each is at a place of its own, and its list has every product of the shop.
//!
//! Promises: no order is ever rejected. Must not know what is measured.

use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::ensure;
use serde_json::json;

use crate::note;
use crate::shop::{Shop, Talk};

/// Units of each stock: more than are ever ordered.
const LEVEL: u64 = 2_000_000_000;
/// Lists of the catalog whose rule is measured.
const FEW: u64 = 50;
/// Where the stores are, in degrees: from the south and the west, and how far to the north and the east.
pub(super) const SOUTH: u64 = 36;
pub(super) const NORTHWARD: u64 = 6;
pub(super) const WEST: u64 = 26;
pub(super) const EASTWARD: u64 = 19;

/// The chain.
pub(super) struct Chain {
    /// The catalog of all stores.
    pub(super) catalog: u64,
    /// A catalog of few of them, all over the country, whose rule is the nearest store.
    pub(super) few: u64,
    /// The lists of those.
    pub(super) lists: Vec<u64>,
}

impl Chain {
    /// Opens so many stores.
    pub(super) async fn open(shop: &Shop, stores: u64) -> anyhow::Result<Self> {
        ensure!(stores >= 1, "sourcing needs a store");
        note(format!("opening {stores} stores with {} products each", shop.stocks));
        let start = Instant::now();
        let mut talk = shop.connect().await?;
        let township = township(&mut talk).await?;
        let mut lists = Vec::new();
        for number in 0..stores {
            let list = talk.make("/api/v1/stock_list/", &json!({"name": format!("store {number}")})).await?;
            let (latitude, longitude) = place(number, stores);
            let store = json!({"name": format!("store {number}"), "stock_list": list, "township": township,
                "latitude": latitude, "longitude": longitude, "address": "-", "phone_number": "-",
                "fax_phone_number": "", "channels": [], "store_type": null, "click_and_collect": true,
                "is_active": true, "store_hours": [["00:00", "24:00"]]});
            talk.make("/api/v1/retail_stores/", &store).await?;
            lists.push(list);
        }
        let catalog = |name: &str, lists: &[u64]| {
            json!({"name": name, "stock_list": shop.list, "extra_stock_lists": lists,
                "sourcing_rule": "nearest_store"})
        };
        let some: Vec<u64> = lists.iter().copied().step_by(stores.div_ceil(FEW) as usize).collect();
        let all = talk.make("/api/v1/catalogs/", &catalog("all stores", &lists)).await?;
        let few = talk.make("/api/v1/catalogs/", &catalog("few stores", &some)).await?;
        let stocks = lists.iter().flat_map(|list| (0..shop.stocks).map(move |sku| (*list, sku)));
        talk.write_levels(stocks, LEVEL).await?;
        shop.book.imported.fetch_add(stores * shop.stocks, Ordering::Relaxed);
        note(format!("opened in {:.0} s", start.elapsed().as_secs_f64()));
        Ok(Self { catalog: all, few, lists: some })
    }
}

async fn township(talk: &mut Talk<'_>) -> anyhow::Result<u64> {
    let country = talk.make("/api/v1/countries/", &json!({"name": "Türkiye", "code": "tr"})).await?;
    let city = talk.make("/api/v1/cities/", &json!({"name": "İstanbul", "country": country})).await?;
    talk.make("/api/v1/townships/", &json!({"name": "Kadıköy", "city": city})).await
}

/// The middle of a field of a board that covers the country.
fn place(number: u64, stores: u64) -> (f64, f64) {
    let side = (stores as f64).sqrt().ceil() as u64;
    let part = |field: u64| (field as f64 + 0.5) / side as f64;
    let latitude = SOUTH as f64 + NORTHWARD as f64 * part(number / side);
    let longitude = WEST as f64 + EASTWARD as f64 * part(number % side);
    ((latitude * 1e6).round() / 1e6, (longitude * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_apart_and_within_the_country() {
        for stores in [1, 2, 50, 10_000] {
            let mut places: Vec<(f64, f64)> = (0..stores).map(|number| place(number, stores)).collect();
            assert!(
                places.iter().all(|(latitude, longitude)| {
                    (36.0..42.0).contains(latitude) && (26.0..45.0).contains(longitude)
                })
            );
            places.sort_by(|one, other| one.partial_cmp(other).unwrap());
            places.dedup();
            assert_eq!(places.len() as u64, stores);
        }
    }
}
