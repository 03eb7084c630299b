//! Which locations can send all of some products (contract 13.2).

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use onhand_core::StockKey;
use onhand_store::tables::{product_stocks, stock_locations};
use serde_json::Value;

use crate::http::context::RequestContext;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::json::ApiResponse;

/// SKUs of one question, each time one is repeated.
const SKUS_MAX: usize = 1_000;

/// `GET oms/query-stock-availability/?sku=A&sku=A&sku=B`: an SKU that is repeated is wanted so many times; `erp_code`
/// and `tag` narrow the locations. By each location's code, whether it has all of it.
pub async fn query(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut errors = FieldErrors::default();
    let mut wanted: BTreeMap<String, i64> = BTreeMap::new();
    let (mut codes, mut tags) = (BTreeSet::new(), BTreeSet::new());
    for (name, text) in &call.query {
        match name.as_str() {
            "sku" if text.is_empty() || text.contains('\0') => errors.add("sku", "This field may not be blank."),
            "sku" => *wanted.entry(text.clone()).or_insert(0) += 1,
            "erp_code" => _ = codes.insert(text.clone()),
            "tag" => _ = tags.insert(text.clone()),
            _ => {}
        }
    }
    if wanted.is_empty() {
        errors.add("sku", "This field is required.");
    }
    if wanted.values().sum::<i64>() > SKUS_MAX as i64 {
        errors.add("sku", format!("Ensure this field has no more than {SKUS_MAX} elements."));
    }
    errors.into_result()?;
    let body = call
        .app
        .store
        .read("stocks.availability", async move |tx| {
            let mut locations = stock_locations::active(tx).await?;
            locations.retain(|one| codes.is_empty() || codes.contains(&one.code));
            locations.retain(|one| tags.is_empty() || has_tag(&one.tags, &tags));
            let keys =
                locations.iter().flat_map(|one| wanted.keys().map(|sku| StockKey { list: one.list, sku: sku.clone() }));
            let found = product_stocks::by_keys(tx, &keys.collect()).await?;
            let has = |list, sku: &String, units: i64| {
                found.iter().any(|stock| stock.list == list && stock.sku == *sku && stock.available() >= units)
            };
            let answers: BTreeMap<String, bool> = locations
                .into_iter()
                .map(|one| {
                    let all = wanted.iter().all(|(sku, units)| has(one.list, sku, *units));
                    (one.code, all)
                })
                .collect();
            Ok(answers)
        })
        .await?;
    if body.is_empty() {
        return Err(Error::bad_request("No active stock location fits."));
    }
    let pairs = body.into_iter().map(|(code, all)| (code, Value::from(all)));
    Ok(ApiResponse::json(StatusCode::OK, &Value::Object(pairs.collect())))
}

fn has_tag(stored: &str, wanted: &BTreeSet<String>) -> bool {
    let stored: Vec<String> = serde_json::from_str(stored).unwrap_or_default();
    stored.iter().any(|tag| wanted.contains(tag))
}
