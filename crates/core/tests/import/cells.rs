//! Cells.

use onhand_core::commands::{ImportStock, LevelChange, ReservedChange};
use onhand_core::import::{Cell, CellError, CellKind, Column, ImportMode, Problem};
use onhand_core::{Quantity, SKU_CHARS_MAX, Timestamp, UnitType};

use crate::{NOW, columns, level, number, reading, row, text};

const KINDS: [CellKind; 4] = [CellKind::Date, CellKind::Bool, CellKind::Error, CellKind::Number];

fn fault<T>(column: Column, problem: Problem) -> Result<T, CellError> {
    Err(CellError { column, problem })
}

#[test]
fn a_row_says_what_becomes_of_its_stock() {
    let header = "sku|stock|sold_quantity_unreported|unit_type|snapshot_at|stock_list__name|product__name";
    let reserved = ReservedChange::Whole(Quantity::new(3).expect("small"));
    let whole = ImportStock {
        sku: "0001".to_owned(),
        level: level(12),
        reserved,
        unit: Some(UnitType::Kilogram),
        snapshot_at: Some(Timestamp::from_micros(900_000_000_000)),
        expected: None,
    };
    assert_eq!(row(header, "0001|12|3|kg|900000|izm-1|Çorap", ImportMode::Upsert), Ok(whole.clone()));
    let adjusted = ImportStock { level: LevelChange::Difference(12), ..whole.clone() };
    assert_eq!(row(header, "0001|12|3|kg|900000||", ImportMode::Adjust), Ok(adjusted));
    // An empty cell, or none, leaves its field as it is.
    let figure_only = ImportStock { reserved: ReservedChange::Keep, unit: None, snapshot_at: None, ..whole.clone() };
    for cells in ["0001|12||||", "0001|12", "0001|12| |\u{a0}||  |"] {
        assert_eq!(row(header, cells, ImportMode::Replace), Ok(figure_only.clone()), "{cells}");
    }
    let held_only = ImportStock { level: LevelChange::Keep, reserved, unit: None, snapshot_at: None, ..whole };
    assert_eq!(row(header, "0001||3", ImportMode::Upsert), Ok(held_only));
    for cells in ["0001", "0001||||900000|izm-1|Çorap", "0001| "] {
        assert_eq!(row(header, cells, ImportMode::Upsert), fault(Column::Sku, Problem::NothingToWrite), "{cells}");
    }
}

#[test]
fn a_sku_is_text_to_the_letter() {
    let columns = columns("sku|stock");
    let sku = |cell| columns.sku(&[cell, text("1")]);
    let longest = "ş".repeat(SKU_CHARS_MAX);
    for given in
        ["0001", "123456789012345678", "A B", "12E5", "E10", "1E5A", "1.5", "TRUE", "2023-10-10", "-", &longest]
    {
        assert_eq!(sku(text(given)), Ok(given));
    }
    assert_eq!(sku(text(" \u{feff}0001\u{a0}\t")), Ok("0001"));
    assert_eq!(sku(number("1116131001")), Ok("1116131001"));
    assert_eq!(sku(number("123456789012345")), Ok("123456789012345"));
    let long = "x".repeat(SKU_CHARS_MAX + 1);
    for (cell, problem) in [
        (text(""), Problem::SkuEmpty),
        (text(" \u{a0} "), Problem::SkuEmpty),
        (text(&long), Problem::SkuTooLong),
        (text("A\0B"), Problem::SkuControl),
        (text("A\nB"), Problem::SkuControl),
        (text("1.11613E+09"), Problem::Exponent),
        (text("1,11613E+09"), Problem::Exponent),
        (text("1.11613e9"), Problem::Exponent),
        (text("1E+09"), Problem::Exponent),
        (number("1.11613E+09"), Problem::Exponent),
        (number("1E9"), Problem::Exponent),
        (number("12.5"), Problem::SkuFraction),
        (number("12.0"), Problem::SkuFraction),
        (number("1234567890123456"), Problem::SkuRounded),
        (Cell { kind: CellKind::Styled, text: "100000" }, Problem::SkuStyled),
        (Cell { kind: CellKind::Styled, text: "1.5" }, Problem::SkuFraction),
    ] {
        assert_eq!(sku(cell), fault(Column::Sku, problem), "{cell:?}");
    }
    let problems = [Problem::IsDate, Problem::IsBool, Problem::IsError];
    for (kind, problem) in KINDS.into_iter().zip(problems) {
        assert_eq!(sku(Cell { kind, text: "2023-10-10" }), fault(Column::Sku, problem));
    }
}

#[test]
fn zeros_that_a_person_sees_before_a_number_belong_to_the_sku_and_not_to_the_amount() {
    let columns = columns("sku|stock");
    let read = |sku, stock| columns.row(&[sku, stock], &reading(ImportMode::Upsert)).expect("a good row");
    for given in ["123", "0000123", "000000000000000000123", "0"] {
        let row = read(number(given), number(given));
        assert_eq!(row.sku, given);
        assert_eq!(row.level, level(given.parse().expect("a number")));
    }
    let styled = Cell { kind: CellKind::Styled, text: "1200" };
    assert_eq!(read(text("A"), styled).level, level(1_200));
}

#[test]
fn an_amount_is_a_whole_number_that_means_one_thing() {
    for (given, units) in [
        ("12", 12),
        (" 12\u{a0}", 12),
        ("0", 0),
        ("-0", 0),
        ("007", 7),
        ("12.0", 12),
        ("12,0", 12),
        ("12.00", 12),
        ("1234,000", 1234),
        ("0.000", 0),
        ("2147483647", 2_147_483_647),
    ] {
        assert_eq!(row("sku|stock", &format!("A|{given}"), ImportMode::Upsert).map(|row| row.level), Ok(level(units)));
    }
    for (given, problem) in [
        ("1.5", Problem::Decimals),
        ("1,5", Problem::Decimals),
        ("0.500", Problem::Decimals),
        ("-3", Problem::Negative),
        ("−3", Problem::Negative),
        ("+5", Problem::Plus),
        ("2147483648", Problem::TooLarge),
        ("99999999999999999999999", Problem::TooLarge),
        ("1.000", Problem::Separators),
        ("1,000", Problem::Separators),
        ("1.500", Problem::Separators),
        ("1.000.000", Problem::Separators),
        ("1,000.50", Problem::Separators),
        ("1 000", Problem::Separators),
        ("1\u{a0}000", Problem::Separators),
        ("1'000", Problem::Separators),
        ("2023-10-10", Problem::IsDate),
        ("2023-10-10T00:00:00", Problem::IsDate),
        ("10.10.2023", Problem::IsDate),
        ("10/10/23 12:00", Problem::IsDate),
        ("1E5", Problem::Exponent),
        ("1.2E+05", Problem::Exponent),
        ("on", Problem::NotANumber),
        ("12 adet", Problem::NotANumber),
        (".5", Problem::NotANumber),
        ("--3", Problem::NotANumber),
        ("-", Problem::NotANumber),
        ("+", Problem::NotANumber),
        ("١٢", Problem::NotANumber),
        ("=1+1", Problem::NotANumber),
    ] {
        let cells = format!("A|{given}");
        assert_eq!(row("sku|stock", &cells, ImportMode::Upsert), fault(Column::Stock, problem), "{given}");
        let reserved = row("sku|sold_quantity_unreported", &cells, ImportMode::Upsert);
        assert_eq!(reserved, fault(Column::Held, problem), "{given}");
    }
}

#[test]
fn what_a_spreadsheet_says_of_a_cell_counts() {
    let columns = columns("sku|stock");
    let read = |cell| columns.row(&[text("A"), cell], &reading(ImportMode::Upsert)).map(|row| row.level);
    assert_eq!(read(number("12")), Ok(level(12)));
    // To a spreadsheet the point of a number is before its decimals.
    assert_eq!(read(number("1.000")), Ok(level(1)));
    assert_eq!(read(number("1.500")), fault(Column::Stock, Problem::Decimals));
    assert_eq!(read(number("1E5")), fault(Column::Stock, Problem::Exponent));
    for (kind, problem) in KINDS.into_iter().zip([Problem::IsDate, Problem::IsBool, Problem::IsError]) {
        assert_eq!(read(Cell { kind, text: "1" }), fault(Column::Stock, problem));
    }
}

#[test]
fn a_difference_has_a_sign_if_it_likes() {
    for (given, difference) in
        [("+5", 5), ("5", 5), ("-5", -5), ("−5", -5), ("-5.0", -5), ("-2147483647", -2_147_483_647)]
    {
        let read = row("sku|stock", &format!("A|{given}"), ImportMode::Adjust).map(|row| row.level);
        assert_eq!(read, Ok(LevelChange::Difference(difference)), "{given}");
    }
    for (given, problem) in [
        ("-2147483648", Problem::TooLarge),
        ("9223372036854775807", Problem::TooLarge),
        ("-1.5", Problem::Decimals),
        ("-1.000", Problem::Separators),
    ] {
        assert_eq!(
            row("sku|stock", &format!("A|{given}"), ImportMode::Adjust),
            fault(Column::Stock, problem),
            "{given}"
        );
    }
    // The reserved quantity is the whole in every mode.
    let reserved = row("sku|sold_quantity_unreported", "A|-1", ImportMode::Adjust);
    assert_eq!(reserved, fault(Column::Held, Problem::Negative));
}

#[test]
fn units_and_lists_are_known_by_their_names() {
    for (given, unit) in [
        ("qty", UnitType::Piece),
        ("ADET", UnitType::Piece),
        ("pcs", UnitType::Piece),
        ("Piece", UnitType::Piece),
        (" Kg ", UnitType::Kilogram),
        ("KİLOGRAM", UnitType::Kilogram),
    ] {
        assert_eq!(row("sku|birim", &format!("A|{given}"), ImportMode::Upsert).map(|row| row.unit), Ok(Some(unit)));
    }
    for given in ["litre", "1", "k g s"] {
        let read = row("sku|birim", &format!("A|{given}"), ImportMode::Upsert);
        assert_eq!(read, fault(Column::Unit, Problem::UnknownUnit), "{given}");
    }
    let list = |name: &str| row("sku|stock|stock_list", &format!("A|1|{name}"), ImportMode::Upsert).map(|_| ());
    for name in ["İzmir Depo", " izmir depo ", "IZMIR DEPO", "izm-1", ""] {
        assert_eq!(list(name), Ok(()), "{name}");
    }
    for name in ["Ankara Depo", "izm", "izmirdepo", "İzmir Depo 2"] {
        assert_eq!(list(name), fault(Column::List, Problem::OtherList), "{name}");
    }
}

#[test]
fn a_time_is_read_as_elsewhere_and_is_not_in_the_future() {
    let columns = columns("sku|stock|snapshot_at");
    let read =
        |cell| columns.row(&[text("A"), text("1"), cell], &reading(ImportMode::Upsert)).map(|row| row.snapshot_at);
    let at = |seconds: i64| Ok(Some(Timestamp::from_micros(seconds * 1_000_000)));
    assert_eq!(read(text(" 77 ")), at(77));
    assert_eq!(read(Cell { kind: CellKind::Date, text: "77" }), at(77));
    // Clocks differ a little.
    let (soon, later) = ((NOW + 300).to_string(), (NOW + 301).to_string());
    assert_eq!(read(text(&soon)), at(NOW + 300));
    assert_eq!(read(text(&later)), fault(Column::SnapshotAt, Problem::InFuture));
    assert_eq!(read(text("yesterday")), fault(Column::SnapshotAt, Problem::NotATime));
    assert_eq!(read(number("45000")), fault(Column::SnapshotAt, Problem::NotATime));
    assert_eq!(read(Cell { kind: CellKind::Error, text: "#REF!" }), fault(Column::SnapshotAt, Problem::IsError));
}
