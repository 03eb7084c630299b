//! Anything at all.

use onhand_core::QUANTITY_MAX;
use onhand_core::commands::{LevelChange, ReservedChange};
use onhand_core::import::{Cell, CellKind, Columns, ImportMode, ListNames, Subject};
use onhand_core::prices::{Decimal, PriceRow, PriceWrite, currency_code};
use proptest::prelude::*;

use crate::{columns, reading};

fn kind() -> impl Strategy<Value = CellKind> {
    prop_oneof![
        1 => Just(CellKind::Empty),
        4 => Just(CellKind::Text),
        2 => Just(CellKind::Number),
        1 => Just(CellKind::Date),
        1 => Just(CellKind::Bool),
        1 => Just(CellKind::Error),
    ]
}

/// Any text, and texts that look like what is looked for.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-+−]?[0-9]{0,25}([.,' ][0-9]{0,4}){0,3}([eE][-+]?[0-9]{0,3})?",
        "[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}( [0-9:]{1,8})?",
        "(sku|stock|STOK|mİktar|bırım|price|unit_type|snapshot at|\u{feff}|_|\u{307}){1,2}",
    ]
}

fn cells() -> impl Strategy<Value = Vec<(CellKind, String)>> {
    prop::collection::vec((kind(), words()), 0..8)
}

fn borrowed(cells: &[(CellKind, String)]) -> Vec<Cell<'_>> {
    cells.iter().map(|(kind, text)| Cell { kind: *kind, text }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_header_panics(header in cells()) {
        let named = header.iter().filter(|(_, text)| !text.trim().is_empty()).count();
        if let Ok(columns) = Columns::read(&borrowed(&header), Subject::Stocks) {
            prop_assert!(columns.unknown().len() < named, "a SKU and more is known of {header:?}");
        }
    }

    #[test]
    fn no_row_panics_and_what_is_read_can_be_stored(
        row in cells(),
        mode in prop_oneof![Just(ImportMode::Upsert), Just(ImportMode::Replace), Just(ImportMode::Adjust)],
    ) {
        let columns = columns("sku|stock|sold_quantity_unreported|unit_type|snapshot_at|stock_list|product__name");
        if let Ok(read) = columns.row(&borrowed(&row), &reading(mode)) {
            prop_assert!(!read.sku.is_empty() && !read.sku.chars().any(char::is_control));
            prop_assert_eq!(read.sku.as_str(), columns.sku(&borrowed(&row)).expect("read above"));
            let adjusts = matches!(read.level, LevelChange::Difference(_));
            prop_assert!(!adjusts || mode == ImportMode::Adjust);
            if let LevelChange::Difference(difference) = read.level {
                prop_assert!((-QUANTITY_MAX..=QUANTITY_MAX).contains(&difference));
            }
            prop_assert!(!matches!(read.reserved, ReservedChange::Difference(_)), "a file writes the whole");
        }
    }

    #[test]
    fn no_row_of_prices_panics_and_what_is_read_can_be_stored(row in cells()) {
        let header: Vec<Cell<'_>> = ["sku", "price", "retail_price", "tax_rate", "currency", "price_list"]
            .map(|text| Cell { kind: CellKind::Text, text })
            .to_vec();
        let columns = Columns::read(&header, Subject::Prices).expect("a header that is understood");
        let list = ListNames { name: "Retail", code: None };
        if let Ok(PriceRow { write: PriceWrite::Change(change), .. }) = columns.price_row(&borrowed(&row), list) {
            for decimal in [change.price, change.retail_price, change.tax_rate].into_iter().flatten() {
                prop_assert_eq!(Decimal::read(&decimal.text()), Some(decimal));
            }
            prop_assert!(change.tax_rate.is_none_or(|rate| rate <= Decimal::HUNDRED));
            prop_assert!(change.currency.is_none_or(|code| currency_code(&code) == Some(code)));
        }
    }

    #[test]
    fn a_plain_number_reads_back(units in 0..=QUANTITY_MAX) {
        let columns = columns("sku|stock");
        for (kind, text) in [(CellKind::Text, units.to_string()), (CellKind::Number, format!("{units}.0"))] {
            let cells = [Cell { kind: CellKind::Text, text: "A" }, Cell { kind, text: &text }];
            let read = columns.row(&cells, &reading(ImportMode::Upsert)).map(|row| row.level);
            prop_assert_eq!(read, Ok(crate::level(units)));
        }
    }
}
