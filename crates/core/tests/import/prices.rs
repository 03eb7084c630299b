//! Files of prices: headers, cells, and what a row does to the stored price.

use onhand_core::Timestamp;
use onhand_core::import::{
    Cell, CellError, CellKind, Column, ColumnMapping, Columns, HeaderError, ListNames, Pick, Problem, Subject,
};
use onhand_core::prices::{
    Decimal, ExpectedPrice, PriceChange, PriceOutcome, PriceRejection, PriceRow, PriceValues, PriceWrite, StoredPrice,
    currency_code, decide_price,
};

use crate::{number, text};

const LIST: ListNames<'static> = ListNames { name: "Perakende", code: Some("PL-01") };

fn read(header: &str) -> Result<Columns, HeaderError> {
    Columns::read(&header.split('|').map(text).collect::<Vec<_>>(), Subject::Prices)
}

fn decimal(text: &str) -> Decimal {
    Decimal::read(text).unwrap_or_else(|| panic!("{text}"))
}

/// What a row of text cells writes.
fn change(header: &str, cells: &str) -> Result<PriceChange, CellError> {
    let cells: Vec<_> = cells.split('|').map(text).collect();
    changed(read(header).expect("a header that is understood").price_row(&cells, LIST))
}

fn changed(row: Result<PriceRow, CellError>) -> Result<PriceChange, CellError> {
    row.map(|row| match row.write {
        PriceWrite::Change(change) => change,
        other @ (PriceWrite::Exactly(_) | PriceWrite::Back(_)) => panic!("a file says {other:?}"),
    })
}

/// The price in one cell.
fn price(cell: Cell<'_>) -> Result<Option<Decimal>, Problem> {
    let columns = read("sku|price|tax_rate").expect("a header");
    let row = changed(columns.price_row(&[text("A"), cell, text("20")], LIST));
    row.map(|change| change.price).map_err(|fault| {
        assert_eq!(fault.column, Column::Price);
        fault.problem
    })
}

/// The tax rate in one cell.
fn rate(cell: Cell<'_>) -> Result<Option<Decimal>, Problem> {
    let columns = read("sku|price|tax_rate").expect("a header");
    let row = changed(columns.price_row(&[text("A"), text("1"), cell], LIST));
    row.map(|change| change.tax_rate).map_err(|fault| {
        assert_eq!(fault.column, Column::TaxRate);
        fault.problem
    })
}

#[test]
fn the_columns_of_the_vendor_and_of_other_programs_are_found() {
    let all = [Column::Sku, Column::Price, Column::RetailPrice, Column::TaxRate, Column::Currency, Column::PriceList];
    for (header, places) in [
        (
            "product__sku|product__name|price_list__name|currency_type|tax_rate|retail_price|price",
            [Some(0), Some(6), Some(5), Some(4), Some(3), Some(2)],
        ),
        ("Stok Kodu|Fiyat", [Some(0), Some(1), None, None, None, None]),
        ("SKU|SATIŞ FİYATI|KDV|Para Birimi", [Some(0), Some(1), None, Some(2), Some(3), None]),
        ("Ürün Kodu|Liste Fiyatı|Satış Fiyatı|KDV Oranı|Döviz", [Some(0), Some(2), Some(1), Some(3), Some(4), None]),
        ("KDV Oranı|KDV|sku|price", [Some(2), Some(3), None, Some(0), None, None]),
        ("Malzeme Kodu|Net Fiyat|Fiyat Listesi", [Some(0), Some(1), None, None, None, Some(2)]),
    ] {
        let columns = read(header).unwrap_or_else(|fault| panic!("{header}: {fault:?}"));
        assert_eq!(all.map(|column| columns.place(column)), places, "{header}");
    }
    assert_eq!(
        read("sku|price|stock|Renk").map(|columns| columns.unknown().to_vec()),
        Ok(vec!["stock".to_owned(), "Renk".to_owned()])
    );
    let twice =
        HeaderError::Twice { column: Column::Price, headers: ["Fiyat".to_owned(), "Satış Fiyatı".to_owned()] };
    for (header, fault) in [
        ("sku|Fiyat|Satış Fiyatı", twice),
        ("sku|stok", HeaderError::StockFile),
        ("SKU|Quantity|currency", HeaderError::StockFile),
        ("sku|currency|price_list", HeaderError::NothingToWrite),
        ("fiyat|ad", HeaderError::NoSku),
        ("A-1|12,50", HeaderError::NoHeader),
    ] {
        assert_eq!(read(header), Err(fault), "{header}");
    }
    let header = ["sku", "Fiyat", "Satış Fiyatı"].map(text);
    let said = ColumnMapping {
        columns: vec![(Column::Price, Some(Pick::Heading("Fiyat".to_owned())))],
        ..ColumnMapping::default()
    };
    let columns = Columns::mapped(&header, Subject::Prices, &said).expect("it is said which one");
    assert_eq!(columns.place(Column::Price), Some(1));
}

#[test]
fn a_price_is_read_where_it_can_mean_one_thing_only() {
    for (written, read) in [
        ("10", "10"),
        ("10.5", "10.5"),
        ("10,50", "10.5"),
        ("0,99", "0.99"),
        ("0.125", "0.125"),
        ("9.9999", "9.9999"),
        ("1234.567", "1234.567"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234,567", "1234.567"),
        ("1.234.567", "1234567"),
        ("1 234,56", "1234.56"),
        ("1\u{a0}234", "1234"),
        ("1'234'567.8", "1234567.8"),
        ("00012,00", "12"),
        ("10,00000", "10"),
        (" 10 ", "10"),
        ("9999999999999999", "9999999999999999"),
        ("0", "0"),
    ] {
        assert_eq!(price(text(written)), Ok(Some(decimal(read))), "{written}");
    }
    assert_eq!(price(text("")), Ok(None));
    for (written, problem) in [
        ("1.234", Problem::Separators),
        ("1,000", Problem::Separators),
        ("12.345", Problem::Separators),
        ("1.23.456", Problem::Separators),
        ("1,234,56", Problem::Separators),
        ("12 34", Problem::Separators),
        ("0.123.456", Problem::Separators),
        ("10.12.2026", Problem::IsDate),
        ("2026-12-10", Problem::IsDate),
        ("1.5E3", Problem::Exponent),
        ("-5", Problem::Negative),
        ("−1,50", Problem::Negative),
        ("+5", Problem::NotANumber),
        (".5", Problem::NotANumber),
        ("5.", Problem::NotANumber),
        ("199,90 TL", Problem::NotANumber),
        ("₺10", Problem::NotANumber),
        ("on", Problem::NotANumber),
        ("1.23456", Problem::TooPrecise),
        ("12345678901234567", Problem::TooLarge),
    ] {
        assert_eq!(price(text(written)), Err(problem), "{written}");
    }
    // The file itself says that these are numbers.
    assert_eq!(price(number("1.234")), Ok(Some(decimal("1.234"))));
    assert_eq!(price(Cell { kind: CellKind::Styled, text: "1249.9" }), Ok(Some(decimal("1249.9"))));
    for (kind, problem) in
        [(CellKind::Date, Problem::IsDate), (CellKind::Bool, Problem::IsBool), (CellKind::Error, Problem::IsError)]
    {
        assert_eq!(price(Cell { kind, text: "1" }), Err(problem));
    }
}

#[test]
fn a_tax_rate_is_in_percent_and_within_a_hundred() {
    for (written, read) in [("8.00", "8"), ("20", "20"), ("0", "0"), ("18,5", "18.5"), ("%20", "20"), ("20 %", "20")] {
        assert_eq!(rate(text(written)), Ok(Some(decimal(read))), "{written}");
    }
    assert_eq!((rate(text("1")), rate(text("100"))), (Ok(Some(Decimal::ONE)), Ok(Some(Decimal::HUNDRED))));
    assert_eq!(rate(text("%0,5")), Ok(Some(decimal("0.5"))), "it says that it is percent");
    for (cell, problem) in [
        (text("100.01"), Problem::RateTooHigh),
        (text("1800"), Problem::RateTooHigh),
        (text("0,18"), Problem::RateIsShare),
        (number("0.2"), Problem::RateIsShare),
        (Cell { kind: CellKind::Styled, text: "0.18" }, Problem::RateIsShare),
        (Cell { kind: CellKind::Styled, text: "1" }, Problem::RateIsShare),
        (text("-1"), Problem::Negative),
        (text("%"), Problem::NotANumber),
        (text("KDV"), Problem::NotANumber),
    ] {
        assert_eq!(rate(cell), Err(problem), "{cell:?}");
    }
}

#[test]
fn a_row_names_its_list_and_its_currency() {
    let header = "sku|price|currency|price_list";
    for (cells, currency) in [
        ("A|1|usd|", Some("usd")),
        ("A|1| USD |perakende", Some("usd")),
        ("A|1|TL|PL-01", Some("try")),
        ("A|1|₺|", Some("try")),
        ("A|1|€|", Some("eur")),
        ("A|1||", None),
    ] {
        assert_eq!(change(header, cells).map(|change| change.currency), Ok(currency.map(str::to_owned)), "{cells}");
    }
    let fault = |column, problem| Err(CellError { column, problem });
    for (cells, expected) in [
        ("A|1|usd|Toptan", fault(Column::PriceList, Problem::OtherList)),
        ("A|1|12|", fault(Column::Currency, Problem::NotACurrency)),
        ("A|1|us dollars|", fault(Column::Currency, Problem::NotACurrency)),
        ("A|1|$|", fault(Column::Currency, Problem::NotACurrency)),
        ("A||usd|", fault(Column::Sku, Problem::NothingToWrite)),
        ("|1|usd|", fault(Column::Sku, Problem::SkuEmpty)),
        ("1.1E+09|1|usd|", fault(Column::Sku, Problem::Exponent)),
    ] {
        assert_eq!(change(header, cells), expected, "{cells}");
    }
    assert_eq!(currency_code("YTL").as_deref(), Some("try"));
}

fn values(price: &str, currency: &str) -> PriceValues {
    PriceValues { price: decimal(price), currency: currency.to_owned(), tax_rate: None, retail_price: None }
}

fn stored(values: PriceValues) -> StoredPrice {
    StoredPrice { values, modified_at: Timestamp::from_micros(7) }
}

fn row(write: PriceWrite, expected: ExpectedPrice) -> PriceRow {
    PriceRow { sku: "A".to_owned(), write, expected }
}

fn said(price: &str, currency: &str) -> PriceChange {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    PriceChange { price: Decimal::read(price), currency: text(currency), ..PriceChange::default() }
}

#[test]
fn a_row_writes_what_it_says_and_keeps_the_rest() {
    let old = PriceValues { tax_rate: Decimal::read("18"), ..values("10", "try") };
    let tax = PriceChange { tax_rate: Decimal::read("20"), ..PriceChange::default() };
    let other = |stored: &str| Err(PriceRejection::OtherCurrency { stored: stored.to_owned() });
    let updated = |values| Ok(PriceOutcome::Updated(values));
    for (before, change, list, expected) in [
        (None, said("5", "usd"), None, Ok(PriceOutcome::Created(values("5", "usd")))),
        (None, said("5", ""), Some("try"), Ok(PriceOutcome::Created(values("5", "try")))),
        (None, said("5", ""), None, Err(PriceRejection::NoCurrency)),
        (None, said("5", "usd"), Some("try"), other("try")),
        (None, tax.clone(), Some("try"), Err(PriceRejection::NoPrice)),
        (Some(&old), said("12", ""), None, updated(PriceValues { price: decimal("12"), ..old.clone() })),
        (Some(&old), said("12", "try"), None, updated(PriceValues { price: decimal("12"), ..old.clone() })),
        (Some(&old), said("12", "usd"), None, other("try")),
        (Some(&old), said("12", "try"), Some("usd"), updated(PriceValues { price: decimal("12"), ..old.clone() })),
        (Some(&old), tax, None, updated(PriceValues { tax_rate: Decimal::read("20"), ..old.clone() })),
        (Some(&old), said("10.000", "try"), None, Ok(PriceOutcome::Unchanged)),
    ] {
        let before = before.map(|before| stored(before.clone()));
        let row = row(PriceWrite::Change(change), ExpectedPrice::Anything);
        assert_eq!(decide_price(before.as_ref(), &row, list), expected, "{row:?} {list:?}");
    }
    // What a client has stored in another spelling stays in it.
    let spelt = stored(values("10", "TL"));
    let row = row(PriceWrite::Change(said("11", "try")), ExpectedPrice::Anything);
    assert_eq!(decide_price(Some(&spelt), &row, None), Ok(PriceOutcome::Updated(values("11", "TL"))));
}

/// What somebody else has is stored as it is there, also what is missing; the currency of the list stays.
#[test]
fn a_price_that_is_taken_over_keeps_nothing_of_the_old_one() {
    let old = PriceValues { tax_rate: Decimal::read("18"), retail_price: Decimal::read("12"), ..values("10", "TL") };
    let other = |stored: &str| Err(PriceRejection::OtherCurrency { stored: stored.to_owned() });
    for (before, said, list, expected) in [
        (Some(&old), values("10", "try"), Some("try"), Ok(PriceOutcome::Updated(values("10", "TL")))),
        (Some(&old), PriceValues { currency: "try".to_owned(), ..old.clone() }, None, Ok(PriceOutcome::Unchanged)),
        (Some(&old), values("10", "usd"), Some("try"), other("TL")),
        (None, values("10", "usd"), Some("try"), other("try")),
        (None, values("10", "usd"), None, Ok(PriceOutcome::Created(values("10", "usd")))),
    ] {
        let before = before.map(|before| stored(before.clone()));
        let row = row(PriceWrite::Exactly(said), ExpectedPrice::Anything);
        assert_eq!(decide_price(before.as_ref(), &row, list), expected, "{row:?} {list:?}");
    }
}

#[test]
fn what_is_expected_of_a_price_must_still_be_so() {
    let (old, new) = (values("10", "try"), values("12", "try"));
    let change = || PriceWrite::Change(said("12", ""));
    let at = |micros| ExpectedPrice::Unchanged(Timestamp::from_micros(micros));
    let removed = Ok(PriceOutcome::Removed);
    for (before, write, expected, outcome) in [
        (Some(&old), change(), ExpectedPrice::Values(Some(old.clone())), Ok(PriceOutcome::Updated(new.clone()))),
        (Some(&old), change(), ExpectedPrice::Values(Some(new.clone())), Err(PriceRejection::StaleRow)),
        (Some(&old), change(), ExpectedPrice::Values(None), Err(PriceRejection::StaleRow)),
        (None, change(), ExpectedPrice::Values(Some(old.clone())), Err(PriceRejection::StaleRow)),
        (Some(&new), PriceWrite::Back(Some(old.clone())), at(7), Ok(PriceOutcome::Updated(old.clone()))),
        (Some(&new), PriceWrite::Back(None), at(7), removed),
        (Some(&new), PriceWrite::Back(None), at(6), Err(PriceRejection::TouchedSince)),
        (None, PriceWrite::Back(Some(old.clone())), at(7), Err(PriceRejection::TouchedSince)),
    ] {
        let before = before.map(|before| stored(before.clone()));
        let row = row(write, expected);
        assert_eq!(decide_price(before.as_ref(), &row, Some("try")), outcome, "{row:?}");
    }
}
