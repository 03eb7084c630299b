//! Imports of files as people and their programs make them, and as no program should: encodings, workbooks, SKUs,
//! options.
//!
//! Promises: whatever is sent, what can be taken is, the rest says why, row by row or for the file as a whole.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use zip::CompressionMethod::Deflated;

use crate::client::Body;
use crate::files::{counts, errors, finished, import_path, key, upload};
use crate::made::{Xlsx, container, ods, record, shorts, xls, xlsx, zip};
use crate::shop::{Shop, int, long};

/// A file that takes longer is a hang.
const FILE_TIME_MAX: Duration = Duration::from_mins(2);
/// The first row of a sheet.
const HEADER: &str = "<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row>";

impl Shop {
    async fn figure(&self, sku: &str) -> Option<i64> {
        self.of_sku(sku).await.map(|all| all[0])
    }

    /// Imports a file that has to fail as a whole; what is said of it.
    async fn fails(&self, file: &[u8]) -> String {
        let status = tokio::time::timeout(FILE_TIME_MAX, self.import(file, &[])).await.expect("it ends");
        assert_eq!((&status["status"], counts(&status)), (&json!("failed"), [0; 4]), "{status}");
        status["error"].as_str().expect("a sentence").to_owned()
    }
}

/// A row of an XLSX file: texts, and cells as they are written.
fn xlsx_rows(rows: &[&[&str]]) -> Vec<u8> {
    let cell = |cell: &&str| match cell.starts_with('<') {
        true => (*cell).to_owned(),
        false => format!("<c t='inlineStr'><is><t>{cell}</t></is></c>"),
    };
    let row = |row: &&[&str]| format!("<row>{}</row>", row.iter().map(cell).collect::<String>());
    xlsx(&rows.iter().map(row).collect::<String>())
}

fn texts(status: &Value) -> Vec<&str> {
    status["errors"].as_array().expect("a list").iter().map(|row| row["error"].as_str().expect("a text")).collect()
}

#[tokio::test]
async fn turkish_text_is_read_in_every_encoding_it_comes_in() {
    let shop = Shop::open().await;
    let text = "Stok Kodu;Miktar;Açıklama\nŞİŞE-ığ;4;Çok güzel\nÖÜ;5;ş\n";
    let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
    };
    let turkish = |letter: char| match letter {
        'Ş' => 0xDE,
        'ş' => 0xFE,
        'İ' => 0xDD,
        'ı' => 0xFD,
        'Ğ' => 0xD0,
        'ğ' => 0xF0,
        other => u8::try_from(u32::from(other)).expect("a letter of Windows-1252"),
    };
    let files = [
        (text.as_bytes().to_vec(), "UTF-8"),
        (format!("\u{feff}{}", text.replace(';', "\t").replace('\n', "\r\n")).into_bytes(), "UTF-8"),
        (utf16(u16::to_le_bytes), "UTF-16LE"),
        (utf16(u16::to_be_bytes), "UTF-16BE"),
        (text.chars().map(turkish).collect(), "windows-1254"),
    ];
    for (file, encoding) in files {
        let status = shop.import(&file, &[("mode", "adjust")]).await;
        assert_eq!(int(&status["fail_count"]), 0, "{status}");
        assert!(status["encoding"].as_str().is_some_and(|told| told.eq_ignore_ascii_case(encoding)), "{status}");
        assert_eq!(status["ignored_columns"], json!(["Açıklama"]), "{status}");
    }
    let figures = [shop.figure("ŞİŞE-ığ").await, shop.figure("ÖÜ").await];
    assert_eq!(figures, [Some(20), Some(25)], "five files, one spelling");
}

#[tokio::test]
async fn quotes_lines_and_separators_are_what_they_mean() {
    let shop = Shop::open().await;
    let csv = "sku,note,stock\r\n\"A \"\"1\"\"\",\"two\nlines, one cell\",3\r\n\"B,2\",,4\r\n\"C\nD\",x,5\r\n\r\nE,\"\",\"6\"\r\n";
    let status = shop.import(csv, &[]).await;
    assert_eq!((counts(&status), errors(&status)), ([3, 0, 0, 1], vec![(4, "bad_cell")]), "{status}");
    assert!(texts(&status)[0].contains("line break"), "{status}");
    assert_eq!([shop.figure("E").await, shop.figure("B%2C2").await], [Some(6), Some(4)]);
    // A quotation mark that is never closed may have swallowed any number of rows: nothing is guessed.
    let open = shop.fails(format!("sku,stock\nF,1\n\"G,2\n{}", "H,3\n".repeat(2_000)).as_bytes()).await;
    assert!(open.contains("row 3") && open.contains("quotation mark"), "{open}");
    assert_eq!(shop.figure("F").await, None);
}

#[tokio::test]
async fn cells_that_are_no_amount_say_what_they_are() {
    let shop = Shop::open().await;
    let cells = [
        ("-1", "below zero"),
        ("1.5", "decimals"),
        ("1,000", "thousands or decimals"),
        ("1e3", "exponent"),
        ("2026-01-31", "a date"),
        ("31.01.2026", "a date"),
        ("ten", "not a number"),
        ("99999999999", "largest amount"),
        ("+5", "mode=adjust"),
        ("=1+1", "not a number"),
    ];
    let rows =
        cells.iter().enumerate().map(|(row, (cell, _))| format!("S{row}\t{cell}\n")).collect::<Vec<_>>().concat();
    let status = shop.import(format!("sku\tstock\n{rows}"), &[]).await;
    assert_eq!(counts(&status), [0, 0, 0, cells.len() as i64], "{status}");
    for ((cell, told), text) in cells.iter().zip(texts(&status)) {
        assert!(text.contains(told), "{cell}: {text}");
    }
    assert!(status["errors"].as_array().is_some_and(|all| all.iter().all(|one| one["column"] == "stock")));
}

#[tokio::test]
async fn workbooks_are_read_cell_by_cell() {
    let shop = Shop::open().await;
    let book = xlsx_rows(&[
        &["SKU", "Stok"],
        &["0042", "<c><v>7</v></c>"],
        &["DATE", "<c s='1'><v>46347</v></c>"],
        &["FORMULA", "<c><f>3+5</f><v>8</v></c>"],
        &["BROKEN", "<c t='e'><f>1/0</f><v>#DIV/0!</v></c>"],
        &["TRUE", "<c t='b'><v>1</v></c>"],
        &["<c><v>1.23456789012346E+17</v></c>", "<c><v>1</v></c>"],
        &["<c s='1'><v>46347</v></c>", "<c><v>1</v></c>"],
        &["TEXT", "9"],
        &["MERGED", "<c/>"],
        &["<c><v>12345</v></c>", "<c><v>2.50</v></c>"],
    ]);
    let status = shop.import(&book, &[]).await;
    assert_eq!((counts(&status), &status["file_format"]), ([3, 0, 0, 7], &json!("xlsx")), "{status}");
    let told =
        ["a date", "formula", "true or false", "exponent", "made a date of the SKU", "nothing to write", "decimals"];
    for (told, text) in told.iter().zip(texts(&status)) {
        assert!(text.contains(told), "{told}: {text}");
    }
    let figures = [shop.figure("0042").await, shop.figure("FORMULA").await, shop.figure("TEXT").await];
    assert_eq!(figures, [Some(7), Some(8), Some(9)]);

    let sheet = "<table:table-row><table:table-cell office:value-type='string'><text:p>barkod</text:p></table:table-cell>\
                 <table:table-cell office:value-type='string'><text:p>qty</text:p></table:table-cell></table:table-row>\
                 <table:table-row><table:table-cell office:value-type='string'><text:p>0042</text:p></table:table-cell>\
                 <table:table-cell office:value-type='float' office:value='70'/></table:table-row>";
    let status = shop.import(ods(sheet), &[]).await;
    assert_eq!((counts(&status), &status["file_format"]), ([0, 1, 0, 0], &json!("ods")), "{status}");
    let text = |row: u16, column: u16, of: u16| record(0x00FD, &shorts(&[row, column, 0, of, 0], &[]));
    let number = record(0x0203, &shorts(&[1, 1, 0], &71_f64.to_le_bytes()));
    let status = shop.import(xls(&[text(0, 0, 0), text(0, 1, 1), text(1, 0, 0), number]), &[]).await;
    assert_eq!((counts(&status), &status["file_format"]), ([1, 0, 0, 0], &json!("xls")), "{status}");
    assert_eq!([shop.figure("0042").await, shop.figure("sku").await], [Some(70), Some(71)]);
}

/// As it went wrong: 123 that Excel shows as 0000123 was imported as another product.
#[tokio::test]
async fn a_sku_is_what_one_sees_in_its_cell() {
    let shop = Shop::open().await;
    shop.stock("123", 1).await;
    let styles = b"<styleSheet><numFmts><numFmt numFmtId='170' formatCode='0000000'/></numFmts><cellXfs>\
        <xf numFmtId='0'/><xf numFmtId='170'/><xf numFmtId='11'/></cellXfs></styleSheet>";
    let row = |cells: &str| format!("<row>{cells}</row>");
    let rows = [
        row("<c t='s'><v>0</v></c><c t='s'><v>1</v></c>"),
        row("<c s='1'><v>123</v></c><c s='1'><v>7</v></c>"),
        row("<c s='2'><v>100000</v></c><c><v>8</v></c>"),
    ];
    let sheet = format!("<worksheet><sheetData>{}</sheetData></worksheet>", rows.concat());
    let book = Xlsx { styles, sheet: sheet.as_bytes(), ..Xlsx::default() }.bytes();
    let status = shop.import(&book, &[]).await;
    assert_eq!(counts(&status), [1, 0, 0, 1], "{status}");
    assert!(texts(&status)[0].contains("another way than by its digits"), "{status}");
    assert_eq!([shop.figure("123").await, shop.figure("0000123").await], [Some(1), Some(7)]);
    // The result can be sent again and still means that product.
    let path = format!("{}{}/result/?format=xlsx", import_path(shop.list), key(&status));
    let result = shop.erp.get(&path).await;
    assert_eq!(result.status, 200);
    let again = shop.import(&result.bytes, &[]).await;
    assert_eq!((int(&again["unchanged"]), shop.figure("123").await), (1, Some(1)), "{again}");
}

#[tokio::test]
async fn hostile_workbooks_fail_with_a_sentence() {
    let shop = Shop::open().await;
    let bomb = format!("<worksheet><sheetData>{HEADER}{}", " ".repeat(24 << 20));
    let bomb = Xlsx { sheet: bomb.as_bytes(), ..Xlsx::default() }.bytes();
    let wide: String = (0..10_000).map(|_| "<c><v>1</v></c>").collect();
    let whole = xlsx_rows(&[&["sku", "stock"], &["A", "<c><v>1</v></c>"]]);
    let files: [(Vec<u8>, &str); 8] = [
        (bomb, "too large"),
        (container("EncryptedPackage", b"secret"), "password"),
        (xlsx(&format!("<row>{wide}</row>")), "columns"),
        (whole[..whole.len() / 2].to_vec(), "damaged"),
        (zip(&[("[Content_Types].xml", b""), ("word/document.xml", b"")], Deflated), "no table"),
        (xlsx(""), "empty"),
        (xlsx_rows(&[&["sku", "stock"]]), "no rows"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "no table"),
    ];
    for (file, told) in files {
        let error = shop.fails(&file).await;
        assert!(error.contains(told), "{told}: {error}");
    }
    // Nothing but blanks, NULs, one character, half of one.
    for file in
        [&b"\n\n \n"[..], &[0; 4_096], b"x", b"\xff\xfe", b"\xff\xfes", b"\xef\xbb\xbf", b"\"", b",", b"\x1f\x8b\x08\0"]
    {
        assert!(!shop.fails(file).await.is_empty());
    }
    assert_eq!(shop.figure("A").await, None);
}

#[tokio::test]
async fn skus_are_text_with_their_case_and_a_length() {
    let shop = Shop::open().await;
    let other = shop.list_with(json!({})).await;
    let (longest, too_long, endless) = ("x".repeat(128), "y".repeat(129), "z".repeat(255));
    let rows = format!(
        "sku,stock\nabc,1\nABC,2\n007,3\n7,4\n123456789012345678,5\n1.11613E+09,6\n{longest},7\n{too_long},8\n{endless},9\n a b ,10\n"
    );
    let status = shop.import(&rows, &[]).await;
    assert_eq!(counts(&status), [7, 0, 0, 3], "{status}");
    assert_eq!(errors(&status), [(7, "bad_cell"), (9, "bad_cell"), (10, "bad_cell")], "{status}");
    assert!(texts(&status)[0].contains("exponent") && texts(&status)[2].contains("128"), "{status}");
    let figures = [("abc", 1), ("ABC", 2), ("007", 3), ("7", 4), ("123456789012345678", 5), (&*longest, 7)];
    for (sku, figure) in figures {
        assert_eq!(shop.figure(sku).await, Some(figure), "{sku}");
    }
    let answer = upload(&shop.erp, &import_path(other), "b.csv", b"sku,stock\nabc,50\n", &[("mode", "replace")]).await;
    assert_eq!(counts(&finished(&shop.erp, key(&answer.ok())).await), [1, 0, 0, 0]);
    assert_eq!(shop.figure("abc").await, Some(1), "another list's stock is another stock");
    assert_eq!(shop.figure("ABC").await, Some(2), "and replace empties its own list");
}

#[tokio::test]
async fn of_a_sku_that_comes_often_the_last_good_row_counts() {
    let shop = Shop::open().await;
    let rows = (0..600).map(|row| format!("A,{row}\n")).collect::<Vec<_>>().concat();
    let status = shop.import(format!("sku,stock\nB,1\n{rows}B,2\nA,x\nB,-1\n"), &[]).await;
    assert_eq!(counts(&status), [2, 0, 0, 602], "{status}");
    assert_eq!(status["errors"][0]["error"], "The SKU is in row 603 again, and the last one counts.");
    assert_eq!([shop.figure("A").await, shop.figure("B").await], [Some(599), Some(2)]);
}

#[tokio::test]
async fn a_file_may_be_called_anything() {
    let shop = Shop::open().await;
    let control: String = (1..32_u8).filter(|byte| !matches!(byte, b'\n' | b'\r')).map(char::from).collect();
    let names = [
        (format!("a{control}\u{7f}b.csv"), "ab.csv".to_owned()),
        (long(1_000), long(255)),
        ("ç".repeat(300), "ç".repeat(255)),
        ("../../etc/passwd\0".to_owned(), "../../etc/passwd".to_owned()),
        ("<script>\u{202e}'\";--".to_owned(), "<script>\u{202e}'\";--".to_owned()),
    ];
    for (name, kept) in names {
        let head =
            format!("--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"", name.replace('"', "\\\""));
        let body = [head.as_bytes(), b"\r\n\r\nsku,stock\nA,1\n\r\n--X--\r\n"].concat();
        let kind = "multipart/form-data; boundary=X";
        let answer = shop.erp.send("POST", &import_path(shop.list), Body::Raw(kind, body)).await;
        if answer.status == 400 {
            assert!(name.contains(|letter: char| letter.is_control()), "a head is no place for controls: {answer:?}");
            continue;
        }
        let status = finished(&shop.erp, key(&answer.ok())).await;
        assert_eq!(status["file_name"], kept);
        let result = format!("{}{}/result/?format=csv", import_path(shop.list), key(&status));
        assert_eq!(shop.erp.get(&result).await.status, 200);
    }
}

#[tokio::test]
async fn options_are_taken_from_the_form_before_the_query() {
    let shop = Shop::open().await;
    let path = import_path(shop.list);
    let send = async |query: &str, options: &[(&'static str, &'static str)]| {
        upload(&shop.erp, &format!("{path}?{query}"), "a.csv", b"sku,stock\nA,5\n", options).await
    };
    let status = finished(&shop.erp, key(&send("mode=replace&dry_run=true", &[("mode", "adjust")]).await.ok())).await;
    assert_eq!((&status["mode"], &status["task"]), (&json!("adjust"), &json!("dry_run")));
    let status = finished(&shop.erp, key(&send("dry_run=true&mode=adjust", &[("dry_run", "0")]).await.ok())).await;
    assert_eq!((&status["mode"], &status["task"], counts(&status)), (&json!("adjust"), &json!("import"), [1, 0, 0, 0]));
    send("colour=red&x=%00", &[]).await.faults(&["colour", "x"]);
    let unknown = send("", &[("dry_runs", "true"), ("", ""), ("price", "1")]).await;
    assert_eq!(unknown.header("onhand-ignored-fields"), Some("dry_runs, \"\", price"));
    assert_eq!(
        finished(&shop.erp, key(&unknown.ok())).await["task"],
        "import",
        "a part that is unknown is passed over"
    );
    for (query, options, field) in [
        ("mode=", &[][..], "mode"),
        ("mode=Replace%00", &[], "mode"),
        ("", &[("dry_run", "perhaps")], "dry_run"),
        ("mode=adjust", &[("mode", "\u{0}")], "mode"),
    ] {
        send(query, options).await.faults(&[field]);
    }
    let many = Form::new().text("mode", "x".repeat(2_000)).part("file", Part::bytes(b"sku,stock\nA,1\n".to_vec()));
    shop.erp.send("POST", &path, Body::Form(many)).await.faults(&["mode"]);
    let raw = Body::Raw("text/csv", b"sku,stock\nA,2\n".to_vec());
    let status = shop.erp.send("POST", &format!("{path}?mode=adjust&mode=upsert"), raw).await.ok();
    finished(&shop.erp, key(&status)).await;
}

#[tokio::test]
async fn keys_of_any_form_lead_nowhere() {
    let shop = Shop::open().await;
    let keys =
        ["", "%00", "a%00b", "%F0%9F%90%9F", "'%20OR%201=1--", "%ff%fe", "..%2f..%2f", "%25", "%0d%0a", &long(5_000)];
    for key in keys {
        shop.erp.get(&format!("/api/v1/stock_list/excel_import_status/?cache_key={key}")).await.expect(404);
        shop.erp.get(&format!("{}?cache_key={key}", import_path(shop.list))).await.expect(404);
        for what in ["apply", "undo"] {
            shop.erp.post(&format!("{}{key}/{what}/", import_path(shop.list)), json!({})).await.expect(404);
        }
        let result = shop.erp.get(&format!("{}{key}/result/", import_path(shop.list))).await;
        assert_eq!(result.status, 404, "{key}");
    }
    for list in ["0", "-1", "99999999999999999999", "x", "%00"] {
        let path = format!("/api/v1/stock_list/{list}/excel_import/");
        upload(&shop.erp, &path, "a.csv", b"sku,stock\nA,1\n", &[]).await.expect(404);
    }
}
