//! Files that want more than they may have.

use super::made::{self, Xlsx, record, shorts};
use super::{rows, rows_within};
use onhand_sheet::Limits;

const HEADER: &str = "<row r='1'><c r='A1'><v>1</v></c></row>";

fn with_sheet(sheet: &str) -> Vec<String> {
    rows(&made::xlsx(sheet))
}

#[test]
fn a_cell_far_away_costs_nothing() {
    let far = format!("{HEADER}<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>");
    let too_wide = "Row 1048576: it has something in more than 256 columns.";
    assert_eq!(with_sheet(&far), ["1: Number 1", too_wide]);
    let far = format!("{HEADER}<row r='1048576'><c r='B1048576'><v>1</v></c></row>");
    assert_eq!(with_sheet(&far), ["1: Number 1", "1048576: |Number 1"]);
    // A style there is nothing.
    assert_eq!(with_sheet("<row r='1'><c r='A1'><v>1</v></c><c r='XFD1' s='1'/></row>"), ["1: Number 1"]);
    let cell = |row, column| record(0x0203, &shorts(&[row, column, 0], &1_f64.to_le_bytes()));
    let dimensions = record(0x0200, &[&[0; 4][..], &u32::MAX.to_le_bytes(), &[0, 0, 0xFF, 0xFF, 0, 0]].concat());
    assert_eq!(rows(&made::xls(&[dimensions, cell(0, 0), cell(65_535, 1)])), ["1: Number 1", "65536: |Number 1"]);
    assert_eq!(rows(&made::xls(&[cell(0, 300)])), ["Row 1: it has something in more than 256 columns."]);
}

#[test]
fn ten_thousand_columns_are_too_many() {
    let wide = format!("<row>{}</row>{HEADER}", "<c><v>1</v></c>".repeat(10_000));
    assert_eq!(with_sheet(&wide), ["Row 1: it has something in more than 256 columns.", "1: Number 1"]);
    let cell =
        "<table:table-cell table:number-columns-repeated='4294967295' office:value-type='float' office:value='1'/>";
    let wide = format!("<table:table-row>{cell}</table:table-row>");
    assert_eq!(rows(&made::ods(&wide)), ["Row 1: it has something in more than 256 columns."]);
}

#[test]
fn a_text_without_end_is_refused() {
    let long = "a".repeat(4 << 20);
    let too_large = |what| vec![format!("The file is too large to be read: {what}.")];
    let inflated = too_large("unpacked, it takes far more space than a stock list does");
    let endless = too_large("a cell or a tag in it has no end");
    let cell = format!("<row><c t='inlineStr'><is><t>{long}</t></is></c></row>");
    assert_eq!(with_sheet(&cell), endless);
    let shared = format!("<sst><si><t>{long}</t></si></sst>");
    assert_eq!(rows(&Xlsx { strings: shared.as_bytes(), ..Xlsx::default() }.bytes()), endless);
    let tag = format!("<row><c s='{long}'/></row>");
    assert_eq!(with_sheet(&tag), endless);
    let note = format!("<!-- {long} -->");
    assert_eq!(with_sheet(&note), endless);
    let pieces =
        made::xlsx(&format!("<row><c t='inlineStr'><is>{}</is></c></row>", "<r><t>abcdefgh</t></r>".repeat(100_000)));
    assert_eq!(rows_within(&pieces, &Limits { inflated_bytes_max: 1 << 20, ..Limits::default() }), inflated);
    let too_long = "Row 1: a cell has more than 32767 characters.".to_owned();
    let pieces = format!("<row><c t='inlineStr'><is>{}</is></c></row>{HEADER}", "<r><t>abcdefgh</t></r>".repeat(5_000));
    assert_eq!(with_sheet(&pieces), [too_long.clone(), "1: Number 1".to_owned()]);
    let spaces = "<table:table-row><table:table-cell office:value-type='string'><text:p>a<text:s text:c='4294967295'/>b</text:p>\
        </table:table-cell></table:table-row>";
    assert_eq!(rows(&made::ods(spaces)), [too_long]);
}

#[test]
fn what_a_file_says_of_its_size_is_not_believed() {
    let sheet = b"<worksheet><dimension ref='A1:XFD1048576'/><sheetData><row><c t='s'><v>0</v></c></row></sheetData></worksheet>";
    let strings = b"<sst count='999999999999999999' uniqueCount='999999999999999999'><si><t>a</t></si></sst>";
    assert_eq!(rows(&Xlsx { strings, sheet, ..Xlsx::default() }.bytes()), ["1: a"]);
}

#[test]
fn what_inflates_is_counted_while_it_does() {
    let too_large = "The file is too large to be read: unpacked, it takes far more space than a stock list does.";
    let nothing = format!("<row/>{}", " ".repeat(1_000)).repeat(20_000);
    let bomb = format!("<worksheet><sheetData>{HEADER}{nothing}</sheetData></worksheet>");
    assert_eq!(rows(&Xlsx { sheet: bomb.as_bytes(), ..Xlsx::default() }.bytes()), ["1: Number 1", too_large]);
    let styles = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat((1 << 20) + 1));
    assert!(rows(&Xlsx { styles: styles.as_bytes(), ..Xlsx::default() }.bytes())[0].contains("styles"));
    let stored = Xlsx { sheet: bomb.as_bytes(), method: zip::CompressionMethod::Stored, ..Xlsx::default() }.bytes();
    let limits = Limits { inflated_bytes_max: 1 << 20, ..Limits::default() };
    assert_eq!(rows(&stored), ["1: Number 1"], "what is not packed is no bomb");
    assert_eq!(rows_within(&stored, &limits), ["1: Number 1", too_large]);
    let limits = Limits { shared_strings_bytes_max: 20, ..Limits::default() };
    let fault = "The file is too large to be read: its texts take more than 0 MB.";
    assert_eq!(rows_within(&made::xlsx(HEADER), &limits), [fault]);
}

#[test]
fn more_files_than_a_workbook_has_are_refused() {
    let names: Vec<String> = (0..3_000).map(|file| format!("{file}{}", "n".repeat(1_000))).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let many = made::zip(&parts, zip::CompressionMethod::Stored);
    assert!(rows(&many)[0].contains("its list of files is too long"), "{:?}", rows(&many));
    let parts: Vec<(String, &[u8])> = (0..3_000).map(|file| (file.to_string(), &b""[..])).collect();
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let many = made::zip(&parts, zip::CompressionMethod::Stored);
    assert_eq!(rows(&many), ["The file is too large to be read: it holds more than 2000 files."]);
}

#[test]
fn rows_without_end_are_refused() {
    let limits = Limits { rows_max: 2, ..Limits::default() };
    let fault = "The file has more than 2 rows. Split it and upload the parts one after another.";
    let cell = "<table:table-cell office:value-type='float' office:value='1'/>";
    let bomb = format!("<table:table-row table:number-rows-repeated='4294967295'>{cell}</table:table-row>");
    assert_eq!(rows_within(&made::ods(&bomb), &limits), ["1: Number 1", "2: Number 1", fault]);
    assert_eq!(
        rows_within(&made::xlsx(&"<row><c><v>1</v></c></row>".repeat(3)), &limits),
        ["1: Number 1", "2: Number 1", fault]
    );
    let number = |row| record(0x0203, &shorts(&[row, 0, 0], &1_f64.to_le_bytes()));
    let limits = Limits { whole_cells_max: 2, ..Limits::default() };
    let fault = "The file is too large to be read: an XLS file may have 2 cells. Save it as XLSX.";
    assert_eq!(rows_within(&made::xls(&[number(0), number(1), number(2)]), &limits), [fault]);
    let limits = Limits { whole_bytes_max: 1000, ..Limits::default() };
    let fault = "The file is too large to be read: an XLS file may have 0 MB. Save it as XLSX.";
    assert_eq!(rows_within(&made::xls(&[number(0)]), &limits), [fault]);
}

#[test]
fn what_was_sent_half_is_told() {
    let cells = "<row><c t='inlineStr'><is><t>some text</t></is></c></row>".repeat(500);
    let number = record(0x0203, &shorts(&[0, 0, 0], &1_f64.to_le_bytes()));
    let xls = made::xls(&vec![number; 500]);
    let files = [made::xlsx(&cells), made::ods(&format!("<table:table-row>{cells}</table:table-row>")), xls];
    for whole in files {
        for part in [10, 300, whole.len() / 2, whole.len() - 1] {
            let lines = rows(&whole[..part]);
            let told = lines.last().is_some_and(|line| line.starts_with("The file is"));
            // The last sector of an XLS file is filled up, so that its last byte is none.
            assert!(told || part == whole.len() - 1 && whole[0] != b'P', "{part} of {}: {lines:?}", whole.len());
        }
    }
    let early = "<worksheet><sheetData><row><c><v>1</v></c></row><row><c>";
    let lines = rows(&Xlsx { sheet: early.as_bytes(), ..Xlsx::default() }.bytes());
    assert_eq!(
        lines,
        ["1: Number 1", "The file is damaged at row 2: it ends early; perhaps it was not uploaded to its end."]
    );
    let early = b"<office:spreadsheet><table:table><table:table-row>";
    let lines = rows(&made::ods_content(early, zip::CompressionMethod::Stored));
    assert_eq!(lines, ["The file is damaged at row 1: it ends early; perhaps it was not uploaded to its end."]);
}
