//! What the columns of a file are taken for: headers of other programs, what has to be chosen, what is remembered, and
//! rows that are left out.

use serde_json::{Value, json};

use crate::client::{Answer, Body};
use crate::files::{cells, counts, errors, finished, import_path, key, rows, upload};
use crate::made::Xlsx;
use crate::shop::{Shop, int};

impl Shop {
    /// What the file of an import was understood as.
    async fn columns(&self, import: &Value) -> Value {
        self.erp.get(&format!("/api/v1/stock_list/{}/excel_import/{}/columns/", self.list, key(import))).await.ok()
    }

    /// Reads the file of an import with a mapping, whatever the answer is.
    async fn try_again(&self, import: &Value, body: Value) -> Answer {
        self.erp.post(&format!("/api/v1/stock_list/{}/excel_import/{}/columns/", self.list, key(import)), body).await
    }

    /// The same; the status of the import that does it, at its end.
    async fn again(&self, import: &Value, mapping: Value) -> Value {
        finished(&self.erp, key(&self.try_again(import, json!({"mapping": mapping})).await.ok())).await
    }

    async fn level(&self, sku: &str) -> Option<i64> {
        self.of_sku(sku).await.map(|all| all[0])
    }
}

/// The sentence with which a file as a whole was not taken.
fn told(status: &Value) -> &str {
    assert_eq!((&status["status"], counts(status)), (&json!("failed"), [0; 4]), "{status}");
    status["error"].as_str().expect("a sentence")
}

/// What each column is, by its heading.
fn roles(columns: &Value) -> Vec<(&str, Option<&str>)> {
    let columns = columns["columns"].as_array().expect("columns");
    columns.iter().map(|one| (one["heading"].as_str().expect("a text"), one["column"].as_str())).collect()
}

#[tokio::test]
async fn titles_sums_and_other_names_are_understood() {
    let shop = Shop::open().await;
    let file = "ABC Tekstil A.Ş.;;\nStok Raporu;30.11.2026;\n\nMalzeme Kodu;Malzeme Açıklaması;Fiili Stok\nA-1;Gömlek;5\nA-2;Mont;7\n;;12\nGENEL TOPLAM;;12\n";
    let status = shop.import(file, &[]).await;
    assert_eq!((counts(&status), int(&status["total"]), &status["error"]), ([2, 0, 0, 0], 2, &Value::Null), "{status}");
    assert_eq!(
        [shop.level("A-1").await, shop.level("A-2").await, shop.level("GENEL TOPLAM").await],
        [Some(5), Some(7), None]
    );
    let columns = shop.columns(&status).await;
    assert_eq!((int(&columns["header_row"]), int(&columns["total_rows"])), (4, 2), "{columns}");
    assert_eq!(columns["origin"], "headings");
    assert_eq!(
        roles(&columns),
        [
            ("Malzeme Kodu", Some("product__sku")),
            ("Malzeme Açıklaması", Some("product__name")),
            ("Fiili Stok", Some("stock"))
        ]
    );
    assert_eq!(
        (&columns["questions"], &columns["first_rows"][3]["cells"][0]),
        (&json!([]), &json!("A-1")),
        "{columns}"
    );
    // The result has the word, and can be sent again.
    let path = format!("{}{}/result/", import_path(shop.list), key(&status));
    let result = shop.erp.get(&path).await;
    let table = rows(&result);
    assert_eq!(table[0][..3], ["Malzeme Kodu", "Malzeme Açıklaması", "Fiili Stok"]);
    assert_eq!(cells(&table, "import_result"), ["created", "created", "left_out", "left_out"]);
    let again = shop.import(&result.bytes, &[]).await;
    assert_eq!((counts(&again), int(&shop.columns(&again).await["total_rows"])), ([0, 0, 2, 0], 2), "{again}");
    // With replace, a sum is no row whose SKU is unknown.
    let status = shop.import("sku,stock\nA-1,5\nTOPLAM,5\n", &[("mode", "replace")]).await;
    assert_eq!((&status["error"], shop.level("A-2").await), (&Value::Null, Some(0)), "{status}");
}

#[tokio::test]
async fn several_columns_are_asked_about_and_the_choice_is_remembered() {
    let shop = Shop::open().await;
    let file = "Stok Kodu,Barkod,Stok,Adet\nA-1,8690001,5,6\n";
    let asked = shop.import(file, &[]).await;
    assert!(told(&asked).contains("\"Stok Kodu\" and \"Barkod\" both mean product__sku"), "{asked}");
    let columns = shop.columns(&asked).await;
    assert_eq!(
        columns["questions"],
        json!([{"about": "product__sku", "choices": ["Stok Kodu", "Barkod"]}, {"about": "stock", "choices": ["Stok", "Adet"]}])
    );
    shop.try_again(&asked, json!({})).await.faults(&["mapping"]);
    shop.try_again(&asked, json!({"mapping": {"columns": {"colour": 1}}})).await.faults(&["mapping"]);
    shop.try_again(&asked, json!({"mapping": {}, "colour": 1})).await.expect(400);
    let mapping = json!({"columns": {"product__sku": "Barkod", "stock": "Adet"}});
    let status = shop.again(&asked, mapping.clone()).await;
    assert_eq!((counts(&status), &status["task"]), ([1, 0, 0, 0], &json!("import")), "{status}");
    assert_eq!([shop.level("8690001").await, shop.level("A-1").await], [Some(6), None]);
    assert_eq!(status["ignored_columns"], json!(["Stok Kodu", "Stok"]));
    assert_eq!(shop.columns(&status).await["origin"], "given");
    shop.try_again(&status, json!({"mapping": mapping})).await.refused("import_not_fitting");

    // In another order, with other rows, below a title.
    let next = "Rapor\nAdet,Stok,Barkod,Stok Kodu\n9,8,8690001,A-1\n";
    let status = shop.import(next, &[]).await;
    assert_eq!((counts(&status), shop.level("8690001").await), ([0, 1, 0, 0], Some(9)), "{status}");
    let columns = shop.columns(&status).await;
    assert_eq!((&columns["origin"], int(&columns["header_row"])), (&json!("remembered"), 2), "{columns}");
    // Another list remembers nothing, nor do other headings; and what is said counts before what is remembered.
    let other = shop.list_with(json!({})).await;
    let answer = upload(&shop.erp, &import_path(other), "a.csv", next.as_bytes(), &[]).await.ok();
    assert!(told(&finished(&shop.erp, key(&answer)).await).contains("both mean"));
    assert!(told(&shop.import("Adet,Barkod,Stok Kodu\n9,8690001,A-1\n", &[]).await).contains("both mean"));
    let said = r#"{"columns":{"sku":4,"stock":2}}"#;
    let status = shop.import(next, &[("mapping", said)]).await;
    assert_eq!((counts(&status), shop.level("A-1").await), ([1, 0, 0, 0], Some(8)), "{status}");
    assert!(told(&shop.import(next, &[("mapping", "{}")]).await).contains("both mean"), "it is read anew");
}

#[tokio::test]
async fn a_preview_is_read_again_and_applied_as_it_was_read() {
    let shop = Shop::open().await;
    shop.stock("A-1", 1).await;
    let preview = shop.import("SKU,Stock,Counted\nA-1,5,6\n", &[("dry_run", "true")]).await;
    assert_eq!(counts(&preview), [0, 1, 0, 0], "{preview}");
    let again = shop.again(&preview, json!({"columns": {"stock": "Counted"}})).await;
    assert_eq!(
        (&again["task"], counts(&again), &again["file_name"]),
        (&json!("dry_run"), [0, 1, 0, 0], &json!("stock.csv"))
    );
    let once_more = shop.again(&again, json!({"header_row": 1, "columns": {"stock": 2}})).await;
    assert_eq!(counts(&once_more), [0, 1, 0, 0], "a file that was read again is read again");
    let applied = shop.follow(&again, "apply", json!({})).await;
    assert_eq!((counts(&applied), shop.level("A-1").await), ([0, 1, 0, 0], Some(6)), "{applied}");
    let table = rows(&shop.erp.get(&format!("{}{}/result/", import_path(shop.list), key(&applied))).await);
    assert_eq!(
        (&table[1][..3], cells(&table, "import_new_stock")),
        (&["A-1".to_owned(), "5".to_owned(), "6".to_owned()][..], vec!["6".to_owned()])
    );
    assert_eq!(shop.columns(&applied).await["header_row"], 1);
    shop.try_again(&applied, json!({"mapping": {}})).await.refused("import_not_fitting");
    for (mapping, sentence) in [
        (json!({"header_row": 40}), "names row 40"),
        (json!({"sheet": "Stok"}), "no sheet \"Stok\""),
        (json!({"columns": {"stock": "Menge"}}), "no column \"Menge\""),
        (json!({"columns": {"stock": "SKU", "sku": "SKU"}}), "for two things"),
        (json!({"columns": {"stock": null}}), "no column that could be written"),
    ] {
        let status = shop.again(&preview, mapping.clone()).await;
        assert!(told(&status).contains(sentence), "{mapping}: {status}");
    }
}

#[tokio::test]
async fn of_several_warehouses_one_is_chosen() {
    let shop = Shop::open().await;
    let file = "Depo,Stok Kodu,Bakiye\nMerkez,A-1,5\nKadıköy,A-1,7\nMerkez,A-2,1\n,,13\n";
    let asked = shop.import(file, &[]).await;
    assert!(told(&asked).contains("several warehouses: \"Merkez\", \"Kadıköy\""), "{asked}");
    let columns = shop.columns(&asked).await;
    assert_eq!(columns["questions"], json!([{"about": "warehouse", "choices": ["Merkez", "Kadıköy"]}]));
    let status = shop.again(&asked, json!({"warehouse": "kadıköy"})).await;
    assert_eq!(
        (counts(&status), shop.level("A-1").await, shop.level("A-2").await),
        ([1, 0, 0, 0], Some(7), None),
        "{status}"
    );
    let columns = shop.columns(&status).await;
    assert_eq!([int(&columns["total_rows"]), int(&columns["other_warehouse_rows"])], [1, 2], "{columns}");
    // Another can be chosen instead.
    assert_eq!(columns["warehouses"], json!(["Merkez", "Kadıköy"]));
    let table = rows(&shop.erp.get(&format!("{}{}/result/", import_path(shop.list), key(&status))).await);
    assert_eq!(cells(&table, "import_result"), ["left_out", "created", "left_out", "left_out"]);
    // It is remembered with the headings.
    let status = shop.import("Depo,Stok Kodu,Bakiye\nMerkez,A-1,1\nKadıköy,A-1,8\n", &[]).await;
    assert_eq!((counts(&status), shop.level("A-1").await), ([0, 1, 0, 0], Some(8)), "{status}");
    let none = shop.import("Depo,Stok Kodu,Bakiye\nMerkez,A-1,1\n", &[]).await;
    assert!(told(&none).contains("No row of the file is about the warehouse"), "{none}");
    let columns = shop.columns(&none).await;
    assert_eq!(columns["questions"], json!([{"about": "warehouse", "choices": ["Merkez"]}]));
    let preview = shop.import("Depo,Stok Kodu,Bakiye\nMerkez,A-1,1\nKadıköy,A-1,9\n", &[("dry_run", "true")]).await;
    let status = shop.again(&preview, json!({"warehouse": "Merkez", "columns": {"product__sku": "Stok Kodu"}})).await;
    assert_eq!((counts(&status), shop.level("A-1").await), ([0, 1, 0, 0], Some(8)), "{status}");
    let chosen = shop.columns(&status).await;
    assert_eq!((&chosen["warehouse"], &chosen["warehouses"]), (&json!("Merkez"), &json!(["Merkez", "Kadıköy"])));
    // A file of one warehouse needs no choice, nor one of which a warehouse is the list itself.
    let status = shop.import("sku,stock,depo\nA-1,2,Merkez\nA-2,3,MERKEZ\n", &[]).await;
    assert_eq!(counts(&status), [1, 1, 0, 0], "{status}");
    let named = shop.list_with(json!({"name": "Depo Kadıköy", "code": "KDK"})).await;
    let answer =
        upload(&shop.erp, &import_path(named), "a.csv", "sku,stock,depo\nA-1,2,Merkez\nA-1,3,kdk\n".as_bytes(), &[])
            .await;
    let status = finished(&shop.erp, key(&answer.ok())).await;
    assert_eq!((counts(&status), errors(&status)), ([1, 0, 0, 0], vec![]), "{status}");
    // A column that is no warehouse is told to be none.
    let status = shop
        .import("sku,stock,depo\nB-1,2,raf 1\nB-2,3,raf 2\n", &[("mapping", r#"{"columns":{"warehouse":null}}"#)])
        .await;
    assert_eq!((counts(&status), &status["ignored_columns"]), ([2, 0, 0, 0], &json!(["depo"])), "{status}");
}

/// A sheet with texts in its cells.
fn sheet(rows: &[&[&str]]) -> Vec<u8> {
    let cell = |cell: &&str| format!("<c t='inlineStr'><is><t>{cell}</t></is></c>");
    let row = |row: &&[&str]| format!("<row>{}</row>", row.iter().map(cell).collect::<String>());
    format!("<worksheet><sheetData>{}</sheetData></worksheet>", rows.iter().map(row).collect::<String>()).into_bytes()
}

#[tokio::test]
async fn a_cover_sheet_is_passed_over_and_one_of_several_sheets_is_chosen() {
    let shop = Shop::open().await;
    let (cover, table) =
        (sheet(&[&["Stok Raporu"], &["Hazırlayan", "elif"]]), sheet(&[&["Kod", "Bakiye"], &["A-1", "5"]]));
    let book = Xlsx { sheet: &cover, second: &table, ..Xlsx::default() }.bytes();
    let status = shop.import(&book, &[]).await;
    assert_eq!((counts(&status), shop.level("A-1").await), ([1, 0, 0, 0], Some(5)), "{status}");
    let columns = shop.columns(&status).await;
    assert_eq!((&columns["sheet"], &columns["sheets"]), (&json!("Two"), &json!(["One", "Two"])), "{columns}");
    // Where the first sheet has stock it is read, unless another one is asked for; that is remembered, too.
    let first = sheet(&[&["Kod", "Bakiye"], &["A-1", "1"]]);
    let book = Xlsx { sheet: &first, second: &table, ..Xlsx::default() }.bytes();
    assert_eq!(shop.columns(&shop.import(&book, &[]).await).await["sheet"], "One");
    let status = shop.import(&book, &[("mapping", r#"{"sheet":"two"}"#)]).await;
    assert_eq!(
        (shop.columns(&status).await["sheet"].clone(), shop.level("A-1").await),
        (json!("Two"), Some(5)),
        "{status}"
    );
    let status = shop.import(&book, &[]).await;
    assert_eq!((&shop.columns(&status).await["sheet"], counts(&status)), (&json!("Two"), [0, 0, 1, 0]), "{status}");
    let no_sheet = shop.import(&book, &[("mapping", r#"{"sheet":"Three"}"#)]).await;
    assert!(told(&no_sheet).contains("\"One\", \"Two\""), "{no_sheet}");
    assert_eq!(shop.columns(&no_sheet).await["questions"], json!([{"about": "sheet", "choices": ["One", "Two"]}]));
}

#[tokio::test]
async fn mappings_have_limits_and_a_file_of_lists_has_none() {
    let shop = Shop::open().await;
    let path = import_path(shop.list);
    for mapping in
        ["x", "[1]", "{\"sheet\":1}", "{\"rows\":1}", "{\"header_row\":-1}", "{\"columns\":{\"sku\":\"\\u0000\"}}"]
    {
        let form = reqwest::multipart::Form::new().text("mapping", mapping.to_owned());
        let form = form.part("file", reqwest::multipart::Part::bytes(b"sku,stock\nA,1\n".to_vec()).file_name("a.csv"));
        shop.erp.send("POST", &path, Body::Form(form)).await.faults(&["mapping"]);
    }
    let long = format!("{{\"sheet\":\"{}\"}}", "x".repeat(9_000));
    let form = reqwest::multipart::Form::new().text("mapping", long);
    let form = form.part("file", reqwest::multipart::Part::bytes(b"sku,stock\nA,1\n".to_vec()).file_name("a.csv"));
    shop.erp.send("POST", &path, Body::Form(form)).await.faults(&["mapping"]);
    let lists =
        upload(&shop.erp, "/api/v1/stock_list/excel_import/", "a.csv", b"name\nA\n", &[("mapping", "{}")]).await;
    lists.faults(&["mapping"]);
    assert_eq!(shop.level("A").await, None);
    // A file that could not be read at all has no columns, nor has an undo.
    let broken = shop.import(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &[]).await;
    let path = |import: &Value| format!("{}{}/columns/", import_path(shop.list), key(import));
    shop.erp.get(&path(&broken)).await.refused("import_failed");
    let done = shop.import("sku,stock\nA,1\n", &[]).await;
    let undone = shop.follow(&done, "undo", json!({})).await;
    shop.erp.get(&path(&undone)).await.expect(404);
    let wide = format!(",{}", "ğ".repeat(100)).repeat(254);
    let columns = shop.columns(&shop.import(format!("sku,stock{wide}\nA,2\n"), &[]).await).await;
    assert_eq!(
        (columns["columns"].as_array().map(Vec::len), &columns["columns"][9]["heading"]),
        (Some(256), &json!(format!("{}…", "ğ".repeat(64))))
    );
}
