//! Cargo company conditions (contract 13.8). Must not know stock.

use super::stores::CARGO_COMPANIES;
use crate::resource::{Column, Table};

/// A cargo company condition. Its rules are a JSON object that is kept for other programs.
pub static CONDITIONS: Table = Table::new(
    "cargo_company_condition",
    &[Column::id("cargo_company_id", &CARGO_COMPANIES), Column::object("rules_configuration")],
);
