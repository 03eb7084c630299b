//! Adjustment reasons: whether a word is one that may be given here.
//!
//! Promises: a reason is one of those that every installation has, or an active one of its own. Must not know who gives it.

use std::collections::BTreeSet;

use onhand_core::AdjustmentReason;
use onhand_store::Tx;
use onhand_store::tables::adjustment_reasons;

use super::{ServiceError, Services};

/// Those of some words that are no reason here.
pub async fn unknown(services: &Services, words: impl Iterator<Item = &str>) -> Result<BTreeSet<String>, ServiceError> {
    let mut own: BTreeSet<String> =
        words.filter(|word| AdjustmentReason::from_word(word).is_none()).map(str::to_owned).collect();
    if own.is_empty() {
        return Ok(own);
    }
    let asked = own.clone();
    let read = async move |tx: &mut Tx<'_>| adjustment_reasons::active(tx, &asked).await;
    let known = services.store.read_inline("adjustment_reasons.active", read).await?;
    own.retain(|word| !known.contains(word));
    Ok(own)
}
