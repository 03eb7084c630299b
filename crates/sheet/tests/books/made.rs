//! Workbooks made by hand, so that each may have what no program writes.
//!
//! Promises: what is not asked for is as plain as can be. Used by the tests of this crate and by its fuzz targets.

use std::io::{Cursor, Write};

use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// A ZIP file of some files.
pub(crate) fn zip(parts: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in parts {
        zip.start_file(*name, options).expect("memory takes every file");
        zip.write_all(bytes).expect("memory takes every file");
    }
    zip.finish().expect("memory takes every file").into_inner()
}

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// An XLSX file: what is in its workbook, its table of texts, its styles and its two sheets.
pub(crate) struct Xlsx<'a> {
    pub(crate) book: &'a str,
    pub(crate) strings: &'a [u8],
    pub(crate) styles: &'a [u8],
    pub(crate) sheet: &'a [u8],
    pub(crate) second: &'a [u8],
    pub(crate) method: CompressionMethod,
}

impl Default for Xlsx<'_> {
    fn default() -> Self {
        Self {
            book: "<sheets><sheet name='One' sheetId='1' r:id='r1'/><sheet name='Two' sheetId='2' r:id='r2'/></sheets>",
            strings:
                b"<sst><si><t>sku</t></si><si><t>stock</t></si><si><r><t>bo</t></r><r><t>ld</t></r></si><si/></sst>",
            styles: b"<styleSheet><numFmts><numFmt numFmtId='164' formatCode='dd/mm/yyyy\\ hh:mm'/></numFmts><cellXfs>\
                <xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='46'/></cellXfs></styleSheet>",
            sheet: b"<worksheet><sheetData/></worksheet>",
            second: b"<worksheet><sheetData><row><c><v>2</v></c></row></sheetData></worksheet>",
            method: CompressionMethod::Deflated,
        }
    }
}

impl Xlsx<'_> {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let link = |id: &str, kind: &str, to: &str| {
            format!("<Relationship Id='{id}' Type='{RELATIONS}/{kind}' Target='{to}'/>")
        };
        let links = |links: &[String]| format!("<Relationships>{}</Relationships>", links.concat());
        let root = links(&[link("r1", "officeDocument", "xl/workbook.xml")]);
        let of_book = links(&[
            link("r1", "worksheet", "worksheets/sheet1.xml"),
            link("r2", "worksheet", "/xl/worksheets/sheet2.xml"),
            link("r3", "sharedStrings", "sharedStrings.xml"),
            link("r4", "styles", "styles.xml"),
            link("r5", "chartsheet", "chartsheets/sheet1.xml"),
        ]);
        let book = format!("<workbook xmlns='{MAIN}' xmlns:r='{RELATIONS}'>{}</workbook>", self.book);
        let parts: &[(&str, &[u8])] = &[
            ("[Content_Types].xml", b"<Types/>"),
            ("_rels/.rels", root.as_bytes()),
            ("xl/workbook.xml", book.as_bytes()),
            ("xl/_rels/workbook.xml.rels", of_book.as_bytes()),
            ("xl/sharedStrings.xml", self.strings),
            ("xl/styles.xml", self.styles),
            ("xl/worksheets/sheet1.xml", self.sheet),
            ("xl/worksheets/sheet2.xml", self.second),
        ];
        zip(parts, self.method)
    }
}

/// An XLSX file with these rows.
pub(crate) fn xlsx(rows: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    Xlsx { sheet: sheet.as_bytes(), ..Xlsx::default() }.bytes()
}

/// An ODS file with this content.
pub(crate) fn ods_content(content: &[u8], method: CompressionMethod) -> Vec<u8> {
    let parts: &[(&str, &[u8])] = &[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", content),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
    ];
    zip(parts, method)
}

/// An ODS file with these rows, behind a hidden sheet.
pub(crate) fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:automatic-styles><style:style style:name='h'><style:table-properties \
         table:display='false'/></style:style></office:automatic-styles><office:body><office:spreadsheet>\
         <table:table table:name='Zero' table:style-name='h'><table:table-row><table:table-cell \
         office:value-type='float' office:value='0'/></table:table-row></table:table>\
         <table:table table:name='One'>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    ods_content(content.as_bytes(), CompressionMethod::Deflated)
}

/// A record of an XLS file.
pub(crate) fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// Some short numbers and then bytes, as records have them.
pub(crate) fn shorts(numbers: &[u16], rest: &[u8]) -> Vec<u8> {
    [numbers.iter().flat_map(|number| number.to_le_bytes()).collect(), rest.to_vec()].concat()
}

/// A text with its length before it, a byte for each letter.
pub(crate) fn narrow(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_le_bytes()[..], &[0], text.as_bytes()].concat()
}

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;

/// The workbook within an XLS file: its globals besides the list of sheets, and the records of its sheet.
pub(crate) fn biff(globals: &[Vec<u8>], sheet: &[Vec<u8>]) -> Vec<u8> {
    let begin = |kind| record(BOF, &shorts(&[0x0600, kind, 0, 0, 0, 0, 0, 0], &[]));
    let end = record(EOF, &[]);
    let start = begin(5).len() + globals.concat().len() + 4 + 4 + 2 + 2 + 3 + end.len();
    let listed = record(0x0085, &[&(start as u32).to_le_bytes()[..], &[0, 0, 3, 0], b"One"].concat());
    [begin(5), globals.concat(), listed, end.clone(), begin(0x10), sheet.concat(), end].concat()
}

/// A container with one stream, of sectors of 512 bytes: header, directory, table, stream.
pub(crate) fn container(name: &str, stream: &[u8]) -> Vec<u8> {
    // Streams below 4,096 bytes would be in small sectors.
    let sectors = stream.len().max(4096).div_ceil(512);
    let tables = (sectors + 130).div_ceil(128);
    let mut header = vec![0_u8; 512];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    put(24, &shorts(&[0x3E, 3, 0xFFFE, 9, 6], &[]));
    put(44, &(tables as u32).to_le_bytes());
    put(48, &0_u32.to_le_bytes());
    put(56, &4096_u32.to_le_bytes());
    put(60, &0xFFFF_FFFE_u32.to_le_bytes());
    put(68, &0xFFFF_FFFE_u32.to_le_bytes());
    for table in 0..109 {
        let home = if table < tables { 1 + table as u32 } else { u32::MAX };
        put(76 + 4 * table, &home.to_le_bytes());
    }
    let first = 1 + tables as u32;
    let mut next: Vec<u32> = vec![0xFFFF_FFFE];
    next.extend((0..tables).map(|_| 0xFFFF_FFFD));
    next.extend((1..sectors as u32).map(|sector| first + sector));
    next.push(0xFFFF_FFFE);
    next.resize(tables * 128, u32::MAX);
    let entry = |name: &str, kind: u8, start: u32, bytes: u32| {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = entry.len() as u16 + 2;
        entry.resize(64, 0);
        entry.extend_from_slice(&[&length.to_le_bytes()[..], &[kind, 1], &[0xFF; 12]].concat());
        entry.resize(116, 0);
        entry.extend_from_slice(&[start.to_le_bytes(), bytes.to_le_bytes(), [0; 4]].concat());
        entry
    };
    let bytes = stream.len().max(4096) as u32;
    let entries = [entry("Root Entry", 5, 0xFFFF_FFFE, 0), entry(name, 2, first, bytes), vec![0; 256]].concat();
    let mut stream = stream.to_vec();
    stream.resize(sectors * 512, 0);
    [header, entries, next.iter().flat_map(|next| next.to_le_bytes()).collect(), stream].concat()
}

/// An XLS file with some texts and these records in its sheet.
pub(crate) fn xls(sheet: &[Vec<u8>]) -> Vec<u8> {
    let texts = [narrow("sku"), narrow("stock"), vec![1, 0, 1, 0x5F, 1]].concat();
    let globals = [
        record(0x00E0, &shorts(&[0, 0, 0], &[0; 14])),
        record(0x00E0, &shorts(&[0, 14, 0], &[0; 14])),
        record(0x00FC, &[&3_u32.to_le_bytes()[..], &3_u32.to_le_bytes(), &texts].concat()),
    ];
    container("Workbook", &biff(&globals, sheet))
}
