//! CSV files of all kinds and what is read of them: bytes on the left, rows on the right.

#[path = "books/lines.rs"]
mod lines;

use std::io::Cursor;

use lines::rows_within;
use onhand_sheet::{CsvWriter, Limits, Out, SheetError, read};

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn files_are_read_as_they_are_meant() {
    let cases: &[(&[u8], &[&str])] = &[
        (b"sku,stock\n001,5\n", &["1: sku|stock", "2: 001|5"]),
        (b"sku;stock\r\n001;5,0\r\n", &["1: sku|stock", "2: 001|5,0"]),
        (b"sku\tstock\r001\t5", &["1: sku|stock", "2: 001|5"]),
        (b"sku\n001", &["1: sku", "2: 001"]),
        (b"sep=;\r\nsku;a,b,c\r\n1;2", &["1: sku|a,b,c", "2: 1|2"]),
        (b"SEP=|\nsku|stock\n", &["1: sku|stock"]),
        // A title above the table has another separator, or none; a line that is odd is no title.
        (b"Report\nsku;stock\nA;5,0\n", &["1: Report", "2: sku|stock", "3: A|5,0"]),
        (b"Report, 2026\n\nsku;name;stock\nA;x;5\n", &["1: Report, 2026", "3: sku|name|stock", "4: A|x|5"]),
        (b"name\nA; B\nC\n", &["1: name", "2: A; B", "3: C"]),
        (b"a,b\nc;d;e\nf,g\n", &["1: a|b", "2: c;d;e", "3: f|g"]),
        (b"a,b\nc,d\ne;f;g\nh;i;j\n", &["1: a|b", "2: c|d", "3: e;f;g", "4: h;i;j"]),
        (b"\"a;b;c\",d\n", &["1: a;b;c|d"]),
        (b"a,b\n\"x\ny\",\"say \"\"hi\"\"\"\nz,1\n", &["1: a|b", "2: x\ny|say \"hi\"", "3: z|1"]),
        (b"a\n\n\nb\n", &["1: a", "4: b"]),
        (b"\r\n\r\na\r\n\r\nb\r\n", &["3: a", "5: b"]),
        (b"a,b\n , \n,,,\nc\n", &["1: a|b", "4: c"]),
        (b"a,b,,,\n,1\n", &["1: a|b", "2: |1"]),
        (b"\xEF\xBB\xBFsku;ad\n1;\xC5\x9Fi\xC5\x9Fe\n", &["1: sku|ad", "2: 1|şişe"]),
        (b"sku;ad\n1;\xFEi\xFEe \xDDzmir \xF0\xFC\n", &["1: sku|ad", "2: 1|şişe İzmir ğü"]),
        (b"sku;nom\n1;caf\xE9\n", &["1: sku|nom", "2: 1|café"]),
        (b"sku;1.11613E+09\n00012;123456789012345678\n", &["1: sku|1.11613E+09", "2: 00012|123456789012345678"]),
        (b"'=1+1,'plain,''@x,'\n-5,'-5,=x,1\n", &["1: =1+1|'plain|'@x|'", "2: -5|-5|=x|1"]),
        (b"a,b\nx\0y,1\nz,2\n", &["1: a|b", "Row 2: it contains a NUL character, which no text has.", "3: z|2"]),
        (b"\xEF\xBB\xBFa\n\xFE\nb\n", &["1: a", "Row 2: it contains bytes that are no characters in UTF-8.", "3: b"]),
    ];
    for (bytes, expected) in cases {
        assert_eq!(rows_within(bytes, &Limits::default()), *expected, "{}", bytes.escape_ascii());
    }
}

#[test]
fn wide_characters_need_no_mark() {
    let text = "sku;ad\r\n1;şişe\r\n";
    for mark in ["", "\u{FEFF}"] {
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let file = utf16(&format!("{mark}{text}"), bytes);
            assert_eq!(rows_within(&file, &Limits::default()), ["1: sku|ad", "2: 1|şişe"], "{}", file.escape_ascii());
        }
    }
}

#[test]
fn a_letter_may_lie_across_two_pieces_of_the_file() {
    for before in (64 << 10) - 4..=(64 << 10) + 1 {
        // The last of the rows ends just before, within and behind the letter.
        let filler = [b"a\n".repeat(before / 2), b"b".repeat(before % 2)].concat();
        for letter in ["\u{15E}".as_bytes(), b"\xDE"] {
            let file = [&filler, letter, b"x\nlast"].concat();
            let lines = rows_within(&file, &Limits::default());
            let (rows, start) = (before / 2, "b".repeat(before % 2));
            assert_eq!(lines[rows..], [format!("{}: {start}\u{15E}x", rows + 1), format!("{}: last", rows + 2)]);
        }
    }
}

#[test]
fn what_is_beyond_a_bound_is_a_fault_and_the_rest_is_read() {
    let limits = Limits { columns_max: 3, cell_chars_max: 4, row_bytes_max: 20, rows_max: 4, ..Limits::default() };
    let cases: &[(&str, &[&str])] = &[
        ("a,b,c,d\n1\n", &["Row 1: it has something in more than 3 columns.", "2: 1"]),
        ("a,b,c,,,,\n1\n", &["1: a|b|c", "2: 1"]),
        ("a\n12345,şşşş\nb\n", &["1: a", "Row 2: a cell has more than 4 characters.", "3: b"]),
        (
            "a\n123456789012345678901,2\nb\n",
            &["1: a", "Row 2: it has more than 20 bytes of text. Is a quotation mark missing?", "3: b"],
        ),
        (
            "a\n1\n2\n3\n4\n",
            &[
                "1: a",
                "2: 1",
                "3: 2",
                "4: 3",
                "The file has more than 4 rows. Split it and upload the parts one after another.",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(rows_within(text.as_bytes(), &limits), *expected, "{text}");
    }
}

#[test]
fn an_open_quotation_mark_is_told() {
    let fault = "The file is damaged at row 2: it begins with a quotation mark that is not closed, or never ends.";
    assert_eq!(rows_within(b"a,b\n\"x,1\ny,2\n", &Limits::default()), ["1: a|b", fault]);
    let endless = [b"a\n\"".to_vec(), b"line\n".repeat(1 << 20)].concat();
    assert_eq!(rows_within(&endless, &Limits::default()), ["1: a", fault]);
}

#[test]
fn what_is_no_table_is_called_what_it_is() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "The file is empty."),
        (b"\xEF\xBB\xBF", "The file is empty."),
        (b"\n\n ,\n", "The file is empty."),
        (
            b"%PDF-1.7",
            "The file is no table: it looks like a PDF document. Save it as XLSX or CSV and upload it again.",
        ),
        (
            b"\xEF\xBB\xBF \n<HTML><table>",
            "The file is no table: it looks like a web page, which some programs save under the name of a workbook. \
             Save it as XLSX or CSV and upload it again.",
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(rows_within(bytes, &Limits::default()), [*expected], "{}", bytes.escape_ascii());
    }
    let zeros = [b"\x7FELF".as_slice(), &[0; 400]].concat();
    let fault = read(Box::new(Cursor::new(zeros)), &Limits::default()).err().unwrap();
    assert!(matches!(fault, SheetError::NotATable("a program's own file")), "{fault}");
}

#[test]
fn formulas_are_written_as_text_and_numbers_as_numbers() {
    let mut writer = CsvWriter::with_bom(Vec::new()).unwrap();
    let texts = ["=1", "+1", "-1", "@a", "\ta", "\ra", "'=1", "'a", "a;b", "a\"b", " a"];
    for text in texts {
        writer.row([Out::Text(text), Out::Int(-5), Out::Empty]).unwrap();
    }
    let file = writer.finish().unwrap();
    let expected = "\u{FEFF}'=1,-5,\r\n'+1,-5,\r\n'-1,-5,\r\n'@a,-5,\r\n\"'\ta\",-5,\r\n\"'\ra\",-5,\r\n''=1,-5,\r\n\
        'a,-5,\r\n\"a;b\",-5,\r\n\"a\"\"b\",-5,\r\n\" a\",-5,\r\n";
    assert_eq!(String::from_utf8(file.clone()).unwrap(), expected);
    let expected: Vec<_> = (1..).zip(texts).map(|(number, text)| format!("{number}: {text}|-5")).collect();
    assert_eq!(rows_within(&file, &Limits::default()), expected);
}
