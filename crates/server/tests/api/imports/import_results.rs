//! Results of imports: the uploaded rows beside their results, corrected and sent again.

use onhand_sheet::{Out, XlsxWriter};
use onhand_store::leases;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::files::{cells, counts, finished, import_path, key, rows, upload};
use crate::shop::Shop;

const OURS: [&str; 6] =
    ["import_row", "import_result", "import_error_column", "import_error", "import_old_stock", "import_new_stock"];

async fn result(shop: &Shop, import: &Value, format: &str) -> Answer {
    let (list, key) = (shop.list, key(import));
    shop.erp.get(&format!("/api/v1/stock_list/{list}/excel_import/{key}/result/?format={format}")).await
}

/// The cells of our columns, row by row, without the sentences.
fn came_of(rows: &[Vec<String>]) -> Vec<[String; 5]> {
    let columns = [0, 1, 2, 4, 5].map(|ours| cells(rows, OURS[ours]));
    (0..rows.len() - 1).map(|row| columns.each_ref().map(|column| column[row].clone())).collect()
}

#[tokio::test]
async fn a_result_shows_the_uploaded_rows_and_the_result_of_each() {
    let shop = Shop::open().await;
    shop.stock("A", 3).await;
    shop.stock("=B", 4).await;
    // Rows reach further than the header, one is blank, one has a cell of two lines.
    let file = "SKU;Stok;Renk\nA;10;\"two\nlines\"\n=B;4;\n\nC;1.5;blue;beyond;\"a \"\"b\"\";c\"\n;9;\n007;2\n007;8\n";
    let import = shop.import(file, &[]).await;
    let answer = result(&shop, &import, "csv").await;
    let disposition = answer.header("content-disposition").expect("a name");
    assert!(disposition.contains("filename=\"stock_import_result.csv\""), "{disposition}");
    let found = rows(&answer);
    assert_eq!(found[0], [&["SKU", "Stok", "Renk", "", ""][..], &OURS].concat());
    assert_eq!(found[1][..6], ["A", "10", "two\nlines", "", "", "2"]);
    assert_eq!(found[3][..6], ["C", "1.5", "blue", "beyond", "a \"b\";c", "5"]);
    let expected = [
        ["2", "updated", "", "3", "10"],
        ["3", "unchanged", "", "4", "4"],
        ["5", "failed", "stock", "", ""],
        ["6", "failed", "product__sku", "", ""],
        ["7", "failed", "product__sku", "", ""],
        ["8", "created", "", "", "8"],
    ];
    assert_eq!(came_of(&found), expected);
    assert!(cells(&found, "import_error")[2].contains("decimals"));
    assert!(answer.text.contains("\r\n'=B,4,"), "{}", answer.text);
    assert_eq!(rows(&result(&shop, &import, "xlsx").await), found);
    let same = shop.erp.get(&format!("/api/v1/stock_list/excel_import/{}/result/", key(&import))).await;
    assert_eq!(same.text, answer.text);
}

#[tokio::test]
async fn a_result_that_was_corrected_can_be_sent_again() {
    let shop = Shop::open().await;
    let import = shop.import("sku,stock\nA,10\n=B,x\nC,5\n-D,1.250\n", &[]).await;
    assert_eq!(counts(&import), [2, 0, 0, 2]);
    for format in ["csv", "xlsx"] {
        let answer = result(&shop, &import, format).await;
        let again = shop.import(&answer.bytes, &[("dry_run", "true")]).await;
        assert_eq!((counts(&again), &again["ignored_columns"]), ([0, 0, 2, 2], &json!(OURS)), "{again}");
    }
    let corrected = result(&shop, &import, "csv").await.text.replace("'=B,x", "'=B,7").replace("1.250", "1250");
    let again = shop.import(corrected, &[]).await;
    assert_eq!(counts(&again), [2, 0, 2, 0], "{again}");
    assert_eq!(shop.of_sku("%3DB").await.map(|all| all[0]), Some(7));
    assert_eq!(shop.of_sku("-D").await.map(|all| all[0]), Some(1_250));
    // Its own result has each column once.
    let found = rows(&result(&shop, &again, "csv").await);
    assert_eq!(found[0], [&["sku", "stock"][..], &OURS].concat());
    assert_eq!(came_of(&found)[3], ["5", "created", "", "", "1250"]);
}

#[tokio::test]
async fn what_a_spreadsheet_has_made_of_a_sku_does_not_become_one() {
    let shop = Shop::open().await;
    let mut book = XlsxWriter::new("Stock").expect("a name");
    let lines = [
        [Out::Text("sku"), Out::Text("stock")],
        [Out::Decimal("123456789012345678"), Out::Int(1)],
        [Out::Decimal("12.5"), Out::Int(2)],
        [Out::Decimal("1234"), Out::Int(3)],
        [Out::Text("1.11613E+09"), Out::Int(4)],
    ];
    lines.into_iter().for_each(|line| book.row(line).expect("it fits"));
    let mut file = std::io::Cursor::new(Vec::new());
    book.finish(&mut file).expect("it is written");
    let import = shop.import(file.get_ref(), &[]).await;
    assert_eq!(counts(&import), [1, 0, 0, 3], "{import}");
    for format in ["csv", "xlsx"] {
        let answer = result(&shop, &import, format).await;
        assert_eq!(cells(&rows(&answer), "sku"), ["", "", "1234", "1.11613E+09"]);
        let again = shop.import(&answer.bytes, &[]).await;
        assert_eq!(counts(&again), [0, 0, 1, 3], "{format}: {again}");
    }
}

#[tokio::test]
async fn dry_runs_applying_undoing_and_emptied_stocks_have_results() {
    let shop = Shop::open().await;
    for (sku, figure) in [("A", 3), ("B", 4), ("D", 5)] {
        shop.stock(sku, figure).await;
    }
    let said = shop.import("stock,sku\n10,A\n7,C\nx,D\n", &[("dry_run", "true"), ("mode", "replace")]).await;
    let expected = [
        ["2", "updated", "", "3", "10"],
        ["3", "created", "", "", "7"],
        ["4", "failed", "stock", "", ""],
        ["", "updated", "", "4", "0"],
    ];
    let found = rows(&result(&shop, &said, "csv").await);
    assert_eq!(
        (came_of(&found), &found[4][..2]),
        (expected.map(|row| row.map(str::to_owned)).to_vec(), &["0", "B"].map(str::to_owned)[..])
    );
    shop.server.advance(60);
    shop.stock("A", 11).await;
    let done = shop.follow(&said, "apply", json!({})).await;
    let answer = result(&shop, &done, "csv").await;
    let found = rows(&answer);
    let expected = [["2", "failed", "product__sku", "11", ""]];
    assert_eq!(came_of(&found)[..1], expected.map(|row| row.map(str::to_owned)));
    assert_eq!(
        (&came_of(&found)[1..], &found[1][..2]),
        (&came_of(&rows(&result(&shop, &said, "csv").await))[1..], &["10", "A"].map(str::to_owned)[..])
    );
    // Sent again, it says what is there.
    let again = shop.import(&answer.bytes, &[("dry_run", "true"), ("mode", "replace")]).await;
    assert_eq!(counts(&again), [0, 1, 2, 1], "{again}");
    let undone = shop.follow(&done, "undo", json!({})).await;
    let found = rows(&result(&shop, &undone, "xlsx").await);
    assert_eq!(found[0], [&["product__sku"][..], &OURS].concat());
    assert_eq!((found[1][0].as_str(), found[2][0].as_str(), found.len()), ("C", "B", 3));
    assert_eq!(came_of(&found), [["3", "updated", "", "7", "0"], ["", "updated", "", "0", "4"]]);
    shop.server.verify().await;
}

#[tokio::test]
async fn many_chunks_stay_beside_their_rows() {
    let shop = Shop::open().await;
    let line = |number: i64| match number % 100 {
        7 => format!("M{number},-1\n"),
        8 => "\n".to_owned(),
        _ => format!("M{number},{number}\n"),
    };
    let file: String = std::iter::once("sku,stock\n".to_owned()).chain((0..1_000).map(line)).collect();
    let import = shop.import(&file, &[]).await;
    let found = rows(&result(&shop, &import, "csv").await);
    assert_eq!(found.len(), 991);
    for row in &found[1..] {
        let number: i64 = row[0][1..].parse().expect("a number");
        let (came, new) = if number % 100 == 7 { ("failed", String::new()) } else { ("created", number.to_string()) };
        assert_eq!([&row[2], &row[3], &row[7]], [&(number + 2).to_string(), came, new.as_str()], "{row:?}");
    }
}

#[tokio::test]
async fn lists_have_results_too() {
    let shop = Shop::open().await;
    let path = "/api/v1/stock_list/excel_import/";
    let answer =
        upload(&shop.erp, path, "listeler.csv", b"ad;kod;renk\nDepo;depo;red\nRetail;other;\n", &[]).await.ok();
    finished(&shop.erp, key(&answer)).await;
    let found = rows(&shop.erp.get(&format!("{path}{}/result/", key(&answer))).await);
    assert_eq!(found[0], [&["ad", "kod", "renk"][..], &OURS].concat());
    assert_eq!(
        (&found[1][..3], cells(&found, "import_result")),
        (&["Depo", "depo", "red"].map(str::to_owned)[..], vec!["created".to_owned(), "failed".to_owned()])
    );
}

#[tokio::test]
async fn what_has_no_result_says_why() {
    let shop = Shop::open().await;
    let other = shop.list_with(json!({})).await;
    let import = shop.import("sku,stock\nA,1\n", &[]).await;
    result(&shop, &import, "json").await.faults(&["format"]);
    shop.erp.get(&format!("{}{}/result/", import_path(other), key(&import))).await.expect(404);
    shop.erp.get("/api/v1/stock_list/excel_import/65419b4e-f811-4950-b798-4cda39b2d387/result/").await.expect(404);

    let failed = shop.import("colour,size\nred,1\n", &[]).await;
    let refused = result(&shop, &failed, "csv").await.refused("import_failed");
    assert_eq!(refused["non_field_errors"], failed["error"]);

    // Another process has the lease of the list, so this one waits.
    let (lease, now) = (format!("import:{}", shop.list), shop.server.app.clock.now());
    let claim = async || {
        let claimed = lease.clone();
        let body = async move |tx: &mut onhand_store::Tx<'_>| leases::claim(tx, &claimed, "somebody", now, 1_000).await;
        shop.server.app.store.write("leases.claim", body).await.expect("written")
    };
    // An import has ended a moment before its worker gives the lease back.
    while !claim().await {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let waiting = upload(&shop.erp, &import_path(shop.list), "a.csv", b"sku,stock\nA,2\n", &[]).await.ok();
    result(&shop, &waiting, "csv").await.refused("import_not_completed");
    let body = async move |tx: &mut onhand_store::Tx<'_>| leases::release(tx, &lease, "somebody").await;
    shop.server.app.store.write("leases.release", body).await.expect("ours");
    shop.server.app.import_queue.wake();
    finished(&shop.erp, key(&waiting)).await;
    assert_eq!(rows(&result(&shop, &waiting, "csv").await).len(), 2);
}
