//! Adjustment reasons: those of this installation's own, and whether a word is one that may be given here.
//!
//! Promises: a reason is one of those that every installation has, or an active one of its own. Must not know who gives it.

use std::collections::BTreeSet;

use onhand_core::AdjustmentReason;
use onhand_store::Tx;
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::adjustment_reasons::{self, REASONS};

use super::{ServiceError, Services};

/// Reasons that are shown where people choose one.
const SHOWN_MAX: i64 = 200;

/// A reason of this installation's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnReason {
    /// Its id.
    pub id: i64,
    /// What movements keep of it.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Whether it may be given.
    pub is_active: bool,
}

impl OwnReason {
    fn of(record: &Record) -> Self {
        let text = |column: &str| record.text(column).unwrap_or_default().to_owned();
        Self { id: record.id, code: text("code"), name: text("name"), is_active: record.flag("is_active") }
    }
}

/// The reasons of this installation's own, those that may be given first, in the order of their names.
pub async fn own(services: &Services) -> Result<Vec<OwnReason>, ServiceError> {
    let window = Window::Page { number: 1, limit: SHOWN_MAX };
    let all = ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window };
    let read = async move |tx: &mut Tx<'_>| resource::page(tx, &REASONS, &all).await;
    let found = services.store.read("records.page", read).await?;
    let mut reasons: Vec<OwnReason> = found.rows.iter().map(OwnReason::of).collect();
    reasons.sort_by(|one, other| (!one.is_active, &one.name).cmp(&(!other.is_active, &other.name)));
    Ok(reasons)
}

/// The code and the name of each of them that may be given.
pub async fn offered(services: &Services) -> Result<Vec<(String, String)>, ServiceError> {
    let reasons = own(services).await?.into_iter().filter(|reason| reason.is_active);
    Ok(reasons.map(|reason| (reason.code, reason.name)).collect())
}

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
