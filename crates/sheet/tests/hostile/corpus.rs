//! Small files to begin with, each with something that has to be understood or rejected.

use zip::CompressionMethod::{Deflated, Stored};

use crate::made::{self, Xlsx, biff, container, narrow, ods_content, record, shorts};

/// CSV files.
pub(crate) fn texts() -> Vec<Vec<u8>> {
    let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let mut texts: Vec<Vec<u8>> = [
        &b"sku,stock\n001,5\n\"a \"\"b\"\"\",7\n"[..],
        b"sku;stock\r\n001;5,0\r\n\r\n;;\r\n\"two\r\nlines\";1\r\n",
        b"sku\tstock\r001\t5",
        b"sep=;\r\nsku;stock\r\n'=1+1;''=x\r\n",
        b"\xEF\xBB\xBFsku;ad\n1;\xC5\x9Fi\xC5\x9Fe\n",
        b"sku;ad\n1;\xFEi\xFEe \xDDzmir\n",
        b"sku,stock\n\"never closed,5\n002,6\n",
        b"a,b\nx\0y,1\n",
        b"%PDF-1.7\n",
        b"",
    ]
    .map(<[u8]>::to_vec)
    .into();
    texts.push(wide("\u{FEFF}sku;ad\r\n1;şişe\r\n", u16::to_le_bytes));
    texts.push(wide("sku;ad\r\n1;şişe\r\n", u16::to_be_bytes));
    texts.push([&b"a,b\n"[..], &b"x".repeat(1_200), b"\n1,2\n"].concat());
    texts.push([&b"a,b\n"[..], &b",".repeat(40), b"1\n1,2\n"].concat());
    texts
}

/// Sheets of XLSX files.
pub(crate) fn sheets() -> Vec<Vec<u8>> {
    let rows = [
        "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row><row r='2'><c r='A2' t='inlineStr'><is><t>00\
         1</t></is></c><c r='B2'><v>5</v></c></row><row r='9'><c r='C9' s='1'><v>46347.5</v></c></row>",
        "<row><c t='str'><f>A1</f><v>&amp;&#65;_x000D_</v></c><c t='b'><v>1</v></c><c t='e'><v>#N/A</v></c></row>",
        "<row r='1048576'><c r='XFD1048576'><v>1e300</v></c></row><row><c t='zz'/></row>",
        "<row><c t='inlineStr'><is><r><t>a</t></r><rPh><t>b</t></rPh><r><t xml:space='preserve'> c</t></r></is></c></row>",
        "<!-- --><row><c><v><![CDATA[5]]></v><extLst/></c></row><?pi ?>",
    ];
    rows.map(|rows| format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").into_bytes()).into()
}

/// An XLSX file with this sheet.
pub(crate) fn sheet(sheet: &[u8]) -> Vec<u8> {
    Xlsx { sheet, method: Stored, ..Xlsx::default() }.bytes()
}

/// Parts of XLSX files besides the sheet.
pub(crate) fn parts() -> Vec<Vec<u8>> {
    let plain = Xlsx::default();
    let book = "<workbookPr date1904='1'/><sheets><sheet name='a' state='hidden' r:id='r1'/><sheet name='b' r:id='r2'/></sheets>";
    [plain.book.as_bytes(), plain.strings, plain.styles, book.as_bytes()].map(<[u8]>::to_vec).into()
}

/// An XLSX file with these bytes in each part where they can be.
pub(crate) fn every_part(bytes: &[u8]) -> Vec<u8> {
    let sheet = &sheets()[0];
    let book = String::from_utf8_lossy(bytes);
    let book = if book.contains("<sheet ") { &*book } else { Xlsx::default().book };
    Xlsx { book, strings: bytes, styles: bytes, sheet, second: sheet, method: Stored }.bytes()
}

/// Contents of ODS files.
pub(crate) fn contents() -> Vec<Vec<u8>> {
    let rows = [
        "<table:table-row><table:table-cell office:value-type='string'><text:p>sku<text:s text:c='2'/>a</text:p>\
         <office:annotation><text:p>n</text:p></office:annotation></table:table-cell></table:table-row>\
         <table:table-row table:number-rows-repeated='2'><table:table-cell table:number-columns-repeated='3'/>\
         <table:table-cell office:value-type='float' office:value='5'/></table:table-row>\
         <table:table-row table:number-rows-repeated='90000'><table:table-cell/></table:table-row>\
         <table:table-row><table:table-cell office:value-type='date' office:date-value='2026-11-21'/></table:table-row>",
        "<table:table-row table:number-rows-repeated='4294967295'><table:table-cell table:number-columns-repeated='4294967295' \
         office:value-type='float' office:value='1'/></table:table-row>",
        "<table:table-row><table:table-cell office:value-type='time' office:time-value='PT1H2M3S'/></table:table-row>",
    ];
    let content = |rows: &str| {
        format!(
            "<d><style:style style:name='h'><style:table-properties table:display='false'/></style:style><office:spreadsheet>\
             <table:table table:style-name='h'/><table:table>{rows}</table:table></office:spreadsheet></d>"
        )
    };
    rows.map(|rows| content(rows).into_bytes()).into()
}

/// An ODS file with this content.
pub(crate) fn content(content: &[u8]) -> Vec<u8> {
    ods_content(content, Stored)
}

/// Streams of XLS files.
pub(crate) fn streams() -> Vec<Vec<u8>> {
    let texts = [narrow("sku"), narrow("stock"), vec![1, 0, 1, 0x5F, 1]].concat();
    let globals = [
        record(0x00E0, &shorts(&[0, 14, 0], &[0; 14])),
        record(0x041E, &shorts(&[164], &narrow("dd.mm.yyyy"))),
        record(0x00FC, &[&[3, 0, 0, 0, 3, 0, 0, 0][..], &texts[..10]].concat()),
        record(0x003C, &[&[0], &texts[10..]].concat()),
    ];
    let sheet = [
        record(0x00FD, &shorts(&[0, 0, 0], &[0, 0, 0, 0])),
        record(0x0203, &shorts(&[1, 0, 0], &46_347_f64.to_le_bytes())),
        record(0x00BD, &shorts(&[1, 1, 9, 6, 0, 9, 11, 0, 2], &[])),
        record(0x0006, &shorts(&[2, 0, 0], &[0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0])),
        record(0x0207, &narrow("text")),
        record(0x0205, &shorts(&[2, 1, 0], &[0x2A, 1])),
    ];
    vec![biff(&globals, &sheet), biff(&[], &[])]
}

/// An XLS file with this stream.
pub(crate) fn stream(stream: &[u8]) -> Vec<u8> {
    container("Workbook", stream)
}

/// Whole files by name, with the rows that can be read of them.
pub(crate) fn files() -> Vec<(&'static str, Vec<u8>, usize)> {
    let bomb = format!(
        "<worksheet><sheetData><row><c><v>1</v></c></row>{}",
        format!("<row/>{}", " ".repeat(1_000)).repeat(1_200)
    );
    let far = "<row><c><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>";
    vec![
        ("an XLSX file", made::xlsx("<row><c><v>1</v></c></row>"), 1),
        ("a cell far away", made::xlsx(far), 1),
        ("a bomb", Xlsx { sheet: bomb.as_bytes(), ..Xlsx::default() }.bytes(), 1),
        (
            "an ODS file",
            made::ods(
                "<table:table-row><table:table-cell office:value-type='float' office:value='1'/></table:table-row>",
            ),
            1,
        ),
        ("an XLS file", made::xls(&[record(0x00FD, &shorts(&[0, 0, 0], &[0; 4]))]), 1),
        ("an encrypted file", container("EncryptedPackage", b"..."), 0),
        ("a text document", made::zip(&[("[Content_Types].xml", b""), ("word/document.xml", b"")], Deflated), 0),
        ("no file", Vec::new(), 0),
    ]
}
