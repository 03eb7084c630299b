//! Number formats: the digits that a person sees, in every kind of workbook.
//!
//! Promises: zeros that a format shows are read, and what is shown in another way is told apart. Must not know columns.

use crate::made::{self, Xlsx, biff, container, narrow, record, shorts};
use crate::rows;

/// Formats, each with how 123 comes out.
const FORMATS: &[(&str, &str)] = &[
    ("General", "Number 123"),
    ("0000000", "Number 0000123"),
    ("0000000;-0000000", "Number 0000123"),
    ("[$-41F]00000", "Number 00123"),
    ("#,##0", "Number 123"),
    ("0.00E+00", "Styled 123"),
    ("\"AB-\"0000", "Styled 123"),
    ("000-00-0000", "Styled 123"),
    ("0\\ %", "Styled 123"),
];

fn expected(cells: impl Iterator<Item = &'static str>) -> [String; 1] {
    [format!("1: {}", cells.collect::<Vec<_>>().join("|"))]
}

#[test]
fn xlsx_numbers_have_the_zeros_that_their_format_shows() {
    let escaped = |code: &str| code.replace('"', "&quot;");
    let formats = FORMATS.iter().enumerate();
    let code = |(index, (code, _)): (usize, &(&str, _))| {
        format!("<numFmt numFmtId='{}' formatCode='{}'/>", 170 + index, escaped(code))
    };
    let codes = formats.clone().map(code).collect::<Vec<_>>().concat();
    let styles = formats.map(|(index, _)| format!("<xf numFmtId='{}'/>", 170 + index)).collect::<Vec<_>>().concat();
    let cells =
        (0..FORMATS.len() + 2).map(|style| format!("<c s='{style}'><v>123</v></c>")).collect::<Vec<_>>().concat();
    // Two that are known by number: an exponent, and digits alone.
    let known = "<xf numFmtId='11'/><xf numFmtId='1'/>";
    let styles = format!("<styleSheet><numFmts>{codes}</numFmts><cellXfs>{styles}{known}</cellXfs></styleSheet>");
    let sheet = format!("<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>");
    let book = Xlsx { styles: styles.as_bytes(), sheet: sheet.as_bytes(), ..Xlsx::default() }.bytes();
    let all = FORMATS.iter().map(|(_, shown)| *shown).chain(["Styled 123", "Number 123"]);
    assert_eq!(rows(&book), expected(all));
}

#[test]
fn xls_numbers_have_the_zeros_that_their_format_shows() {
    let format = |(index, (code, _)): (usize, &(&str, &str))| {
        let id = 170 + index as u16;
        [record(0x041E, &shorts(&[id], &narrow(code))), record(0x00E0, &shorts(&[0, id, 0], &[0; 14]))]
    };
    let globals: Vec<Vec<u8>> = FORMATS.iter().enumerate().flat_map(format).collect();
    let cell = |style: u16| record(0x0203, &shorts(&[0, style, style], &123_f64.to_le_bytes()));
    let cells: Vec<Vec<u8>> = (0..FORMATS.len() as u16).map(cell).collect();
    let book = container("Workbook", &biff(&globals, &cells));
    assert_eq!(rows(&book), expected(FORMATS.iter().map(|(_, shown)| *shown)));
}

#[test]
fn ods_numbers_are_the_digits_that_are_written_in_their_cell() {
    let cases = [
        ("float", "123", "Number 123"),
        ("float", "0000123", "Number 0000123"),
        ("float", "123,00", "Number 123"),
        ("float", "1.23E+02", "Styled 123"),
        ("float", "AB-0123", "Styled 123"),
        ("float", "1", "Styled 123"),
        ("percentage", "12300%", "Styled 123"),
        ("currency", "₺123,00", "Styled 123"),
    ];
    let cell = |(kind, shown, _): &(&str, &str, &str)| {
        format!(
            "<table:table-cell office:value-type='{kind}' office:value='123'><text:p>{shown}</text:p></table:table-cell>"
        )
    };
    let cells: String = cases.iter().map(cell).collect();
    let book = made::ods(&format!("<table:table-row>{cells}</table:table-row>"));
    assert_eq!(rows(&book), expected(cases.iter().map(|(_, _, shown)| *shown)));
}
