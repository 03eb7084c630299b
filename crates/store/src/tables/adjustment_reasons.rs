//! Adjustment reasons of one's own, beside those that every installation has. Must not know who gives a reason.

use std::collections::BTreeSet;

use crate::resource::{Column, Table};
use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    ACTIVE = "adjustment_reasons.active", "SELECT code FROM adjustment_reason WHERE code = ?1 AND is_active = 1";
}

/// Why a level is adjusted. Its code is what movements keep.
pub static REASONS: Table = Table::new(
    "adjustment_reason",
    &[Column::text("code"), Column::text("name"), Column::int("is_active", 1), Column::object("extra_field")],
);

/// Those of some codes that are of active reasons.
pub async fn active(tx: &mut Tx<'_>, codes: &BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
    let found = tx.all_bulk(&ACTIVE, codes.iter().map(|code| values![code]), |row| row.get(0)).await?;
    Ok(found.into_iter().collect())
}
