//! Workbooks of all kinds and what is read of them: the file on the left, rows on the right.

mod formats;
mod limits;
mod lines;
mod made;
mod round_trip;
mod sheets;

use lines::rows_within;
use made::{Xlsx, container, narrow, record, shorts};
use onhand_sheet::Limits;

fn rows(bytes: &[u8]) -> Vec<String> {
    rows_within(bytes, &Limits::default())
}

#[test]
fn xlsx_cells_are_what_a_person_sees() {
    let cases: &[(&str, &[&str])] = &[
        ("<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>2</v></c></row>", &["1: sku|bold"]),
        ("<row><c t='s'><v>3</v></c><c><v>1</v></c></row>", &["1: |Number 1"]),
        ("<row r='3'><c r='B3'><v>5</v></c><c r='D3'><v>-2.50</v></c></row>", &["3: |Number 5||Number -2.5"]),
        ("<row/><row/><row><c><v>1</v></c></row>", &["3: Number 1"]),
        (
            "<row><c t='inlineStr'><is><t> a </t></is></c><c t='inlineStr'><is><t xml:space='preserve'> b </t></is></c></row>",
            &["1: a| b "],
        ),
        (
            "<row><c t='inlineStr'><is><t>a&amp;b &#x15F; _x000D__x005F_x</t><rPh><t>no</t></rPh></is></c></row>",
            &["1: a&b ş \r_x"],
        ),
        (
            "<row><c t='str'><f>A1&amp;B1</f><v>001</v></c><c><f>1+1</f><v>2</v></c><c><f>1+1</f></c></row>",
            &["1: 001|Number 2"],
        ),
        (
            "<row><c t='b'><v>1</v></c><c t='b'><v>0</v></c><c t='e'><v>#N/A</v></c></row>",
            &["1: Bool TRUE|Bool FALSE|Error #N/A"],
        ),
        (
            "<row><c s='1'><v>46347</v></c><c s='2'><v>46347.5</v></c><c s='3'><v>1.5</v></c></row>",
            &["1: Date 2026-11-21|Date 2026-11-21T12:00:00|Date 36:00:00"],
        ),
        ("<row><c t='d'><v>2026-11-21</v></c><c s='1'><v>-1</v></c></row>", &["1: Date 2026-11-21|Number -1"]),
        (
            "<row><c><v>1.11613E+09</v></c><c><v>1.23456789012346E+17</v></c></row>",
            &["1: Number 1116130000|Number 1.23456789012346E+17"],
        ),
        (
            "<row><c><v>123456789012345678</v></c><c><v>0.30000000000000004</v></c></row>",
            &["1: Number 123456789012345678|Number 0.3"],
        ),
        ("<row><c t='inlineStr'><is><t>'=a</t></is></c><c t='inlineStr'><is><t>=a</t></is></c></row>", &["1: =a|=a"]),
        ("<x:row xmlns:x='m'><x:c><x:v>1</x:v></x:c></x:row><!-- <row/> -->", &["1: Number 1"]),
        ("<row><c><v><![CDATA[7]]></v></c><c><extLst><ext>9</ext></extLst></c></row>", &["1: Number 7"]),
        // Merged cells hold what their first one does; the style of the others is nothing.
        ("<row><c r='A1'><v>1</v></c><c r='B1' s='1'/></row><row><c r='A2' s='1'/></row>", &["1: Number 1"]),
        ("<row r='1'/>", &["The file is empty."]),
    ];
    for (sheet, expected) in cases {
        assert_eq!(rows(&made::xlsx(sheet)), *expected, "{sheet}");
    }
}

#[test]
fn a_bad_cell_loses_its_row_only() {
    let cases = [
        ("<c t='s'><v>99</v></c>", "Row 1: the text of a cell is damaged."),
        ("<c t='s'><v>x</v></c>", "Row 1: the text of a cell is damaged."),
        ("<c t='zz'><v>1</v></c>", "Row 1: the kind of a cell is damaged."),
        ("<c t='b'><v>7</v></c>", "Row 1: a cell that is true or false is damaged."),
        ("<c><v>one</v></c>", "Row 1: a number is damaged."),
        ("<c r='5A'><v>1</v></c>", "Row 1: the place of a cell is damaged."),
        ("<c r='XFE1'><v>1</v></c>", "Row 1: the place of a cell is damaged."),
        ("<c r='B1'><v>1</v></c><c r='A1'><v>1</v></c>", "Row 1: the order of its cells is damaged."),
        ("<c t='inlineStr'><is><t>a\0</t></is></c>", "Row 1: it contains a NUL character, which no text has."),
    ];
    for (cell, fault) in cases {
        let bytes = made::xlsx(&format!("<row>{cell}</row><row r='2'><c><v>2</v></c></row>"));
        assert_eq!(rows(&bytes), [fault, "2: Number 2"], "{cell}");
    }
}

#[test]
fn the_first_sheet_that_is_shown_is_read() {
    let sheet = b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>";
    let one = |state: &str, id: &str| format!("<sheet name='{id}' state='{state}' r:id='{id}'/>");
    let cases = [
        (one("visible", "r1") + &one("visible", "r2"), "1: Number 1"),
        (one("hidden", "r1") + &one("visible", "r2"), "1: Number 2"),
        (one("veryHidden", "r1") + &one("visible", "r2"), "1: Number 2"),
        (one("visible", "r5") + &one("visible", "r1"), "1: Number 1"),
        (one("hidden", "r1"), "The workbook has no sheet with rows."),
        (one("visible", "r9"), "The workbook has no sheet with rows."),
        (String::new(), "The workbook has no sheet with rows."),
    ];
    for (sheets, expected) in &cases {
        let book = format!("<sheets>{sheets}</sheets>");
        assert_eq!(rows(&Xlsx { book: &book, sheet, ..Xlsx::default() }.bytes()), [*expected], "{book}");
    }
    let book = "<workbookPr date1904='1'/><sheets><sheet name='a' r:id='r1'/></sheets>";
    let sheet = b"<worksheet><sheetData><row><c s='1'><v>44885</v></c></row></sheetData></worksheet>";
    assert_eq!(rows(&Xlsx { book, sheet, ..Xlsx::default() }.bytes()), ["1: Date 2026-11-21"]);
}

#[test]
fn ods_cells_are_what_a_person_sees() {
    let text =
        |text: &str| format!("<table:table-cell office:value-type='string'><text:p>{text}</text:p></table:table-cell>");
    let value = |kind: &str, rest: &str| format!("<table:table-cell office:value-type='{kind}' {rest}/>");
    let row = |cells: &[String]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let empty = |times: u32| format!("<table:table-cell table:number-columns-repeated='{times}'/>");
    let cases: &[(String, &[&str])] = &[
        (row(&[text("sku"), text("a<text:s text:c='3'/>b<text:tab/>&amp;<text:line-break/>c")]), &["1: sku|a   b\t&\nc"]),
        (row(&[text("a</text:p><text:p>b<text:span>c</text:span>")]), &["1: a\nbc"]),
        (row(&[text("a</text:p><office:annotation><text:p>no</text:p></office:annotation><text:p>b")]), &["1: a\nb"]),
        (row(&[value("float", "office:value='5'"), value("float", "office:value='0.30000000000000004'")]), &["1: Number 5|Number 0.3"]),
        (row(&[value("date", "office:date-value='2026-11-21T00:00:00'"), value("time", "office:time-value='PT13H05M00S'")]), &["1: Date 2026-11-21|Date 13:05:00"]),
        (row(&[value("boolean", "office:boolean-value='true'"), value("string", "office:string-value='x'")]), &["1: Bool TRUE|x"]),
        (row(&["<table:table-cell office:value-type='string' office:string-value='' calcext:value-type='error'><text:p>#N/A</text:p></table:table-cell>".to_owned()]), &["1: Error #N/A"]),
        (row(&[empty(2), text("c"), empty(16_381)]), &["1: ||c"]),
        (row(&["<table:table-cell table:number-columns-repeated='2' office:value-type='float' office:value='1'/>".to_owned()]), &["1: Number 1|Number 1"]),
        (format!("<table:table-row table:number-rows-repeated='1000'>{}</table:table-row>{}", empty(3), row(&[text("x")])), &["1001: x"]),
        (format!("<table:table-row table:number-rows-repeated='2'>{}</table:table-row>{}", text("y"), row(&[text("x")])), &["1: y", "2: y", "3: x"]),
        (row(&[text("a"), "<table:covered-table-cell/>".to_owned(), text("c")]), &["1: a||c"]),
        (row(&[value("float", "office:value='one'")]) + &row(&[text("x")]), &["Row 1: a number is damaged.", "2: x"]),
        (String::new(), &["The file is empty."]),
    ];
    for (sheet, expected) in cases {
        assert_eq!(rows(&made::ods(sheet)), *expected, "{sheet}");
    }
}

#[test]
fn xls_cells_are_what_a_person_sees() {
    let text = |row, column, index: u32| record(0x00FD, &shorts(&[row, column, 0], &index.to_le_bytes()));
    let number =
        |row, column, style, number: f64| record(0x0203, &shorts(&[row, column, style], &number.to_le_bytes()));
    let packed = |row, column, bits: u32| record(0x027E, &shorts(&[row, column, 0], &bits.to_le_bytes()));
    let formula =
        |row, column, value: [u8; 8]| record(0x0006, &shorts(&[row, column, 0], &[&value[..], &[0; 6]].concat()));
    let long = narrow(&"x".repeat(10));
    let cases: &[(Vec<Vec<u8>>, &[&str])] = &[
        (vec![text(0, 0, 0), text(0, 1, 1), text(1, 0, 2)], &["1: sku|stock", "2: ş"]),
        (
            vec![number(0, 0, 0, 5.0), number(0, 1, 0, 0.1 + 0.2), number(0, 2, 1, 46_347.0)],
            &["1: Number 5|Number 0.3|Date 2026-11-21"],
        ),
        (
            vec![packed(0, 0, 5 << 2 | 2), packed(0, 1, 550 << 2 | 3), packed(0, 2, (-7_i32 << 2).cast_unsigned() | 2)],
            &["1: Number 5|Number 5.5|Number -7"],
        ),
        (vec![record(0x00BD, &shorts(&[0, 1, 0, 6, 0, 0, 10, 0, 2], &[]))], &["1: |Number 1|Number 2"]),
        (
            vec![record(0x0205, &shorts(&[0, 0, 0], &[1, 0])), record(0x0205, &shorts(&[0, 1, 0], &[0x2A, 1]))],
            &["1: Bool TRUE|Error #N/A"],
        ),
        (
            vec![formula(0, 0, 2.5_f64.to_le_bytes()), formula(0, 1, [1, 0, 1, 0, 0, 0, 0xFF, 0xFF])],
            &["1: Number 2.5|Bool TRUE"],
        ),
        (
            vec![
                formula(0, 0, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
                record(0x0207, &narrow("abc")),
                formula(0, 1, [3, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
            ],
            &["1: abc"],
        ),
        (vec![record(0x0204, &shorts(&[0, 0, 0], &narrow("label")))], &["1: label"]),
        (
            vec![
                record(0x0204, &shorts(&[0, 0, 0], &long[..8])),
                record(0x003C, &[1, b'y', 0, 0x5F, 1, b'y', 0, b'y', 0, b'y', 0]),
            ],
            &["1: xxxxxyşyyy"],
        ),
        // Rows in whatever order, and a cell that is said twice.
        (vec![number(4, 0, 0, 4.0), number(2, 0, 0, 2.0), number(2, 0, 0, 3.0)], &["3: Number 3", "5: Number 4"]),
        (vec![text(0, 0, 77), number(1, 0, 0, 1.0)], &["Row 1: the text of a cell is damaged.", "2: Number 1"]),
        (vec![], &["The file is empty."]),
    ];
    for (sheet, expected) in cases {
        assert_eq!(rows(&made::xls(sheet)), *expected, "{sheet:?}");
    }
}

#[test]
fn what_cannot_be_read_is_called_what_it_is() {
    let no_table =
        |what: &str| format!("The file is no table: it looks like {what}. Save it as XLSX or CSV and upload it again.");
    let encrypted = "The workbook is protected with a password. Save it without one and upload it again.".to_owned();
    let plain = |name: &'static str| made::zip(&[(name, b"<a/>")], zip::CompressionMethod::Deflated);
    let types =
        |name: &'static str| made::zip(&[("[Content_Types].xml", b""), (name, b"")], zip::CompressionMethod::Stored);
    let locked = made::zip(
        &[("content.xml", b"..."), ("META-INF/manifest.xml", b"<m:file-entry><m:encryption-data/></m:file-entry>")],
        zip::CompressionMethod::Stored,
    );
    let locked_xls = container("Workbook", &made::biff(&[record(0x002F, &[1, 0])], &[]));
    let old = container("Workbook", &record(0x0809, &[0, 5, 5, 0]));
    let cases = [
        (container("EncryptedPackage", b""), encrypted.clone()),
        (locked, encrypted.clone()),
        (locked_xls, encrypted),
        (container("WordDocument", b""), no_table("a text document or a presentation")),
        (container("Book", b""), no_table("a workbook of Excel 95 or older")),
        (old, no_table("a workbook of Excel 95 or older")),
        (plain("a.txt"), no_table("a compressed file")),
        (types("word/document.xml"), no_table("a text document or a presentation")),
        (types("xl/workbook.bin"), no_table("a workbook in Excel's binary format (XLSB)")),
        (types("other"), "The workbook has no sheet with rows.".to_owned()),
        (made::zip(&[], zip::CompressionMethod::Stored), no_table("a compressed file")),
        (
            made::ods_content(b"<office:text/>", zip::CompressionMethod::Stored),
            no_table("a text document or a presentation"),
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(rows(&bytes), [expected]);
    }
}
