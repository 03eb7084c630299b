//! Imports of prices: files for a price list, dry runs, applying, undoing, and what channels are told.

use std::io::Cursor;

use onhand_sheet::{Out, XlsxWriter};
use serde_json::{Value, json};

use crate::client::{Answer, Body, TestServer};
use crate::files::{cells, counts, errors, finished, key, price_import_path, rows, upload};
use crate::market::{Market, NONE, object};
use crate::shop::{Shop, column, id, int};

/// A price list of a shop.
struct Prices<'s> {
    shop: &'s Shop,
    list: i64,
}

impl<'s> Prices<'s> {
    async fn of(shop: &'s Shop) -> Self {
        let list = json!({"name": "Perakende", "code": "PL-01"});
        Self { shop, list: id(&shop.erp.post("/api/v1/price_list/", list).await.created()) }
    }

    /// Imports a file; its status at the end.
    async fn import(&self, file: impl AsRef<[u8]>, options: &[(&'static str, &'static str)]) -> Value {
        let sent = upload(&self.shop.erp, &price_import_path(self.list), "prices.csv", file.as_ref(), options).await;
        finished(&self.shop.erp, key(&sent.ok())).await
    }

    /// Applies or undoes an import, or reads its file again; the status of that at the end.
    async fn follow(&self, import: &Value, what: &str, body: Value) -> Value {
        let path = format!("{}{}/{what}/", price_import_path(self.list), key(import));
        finished(&self.shop.erp, key(&self.shop.erp.post(&path, body).await.ok())).await
    }

    async fn product(&self, sku: &str) -> i64 {
        id(&self.shop.erp.post("/api/v1/products/", json!({"sku": sku})).await.created())
    }

    /// Writes a price through the API, as any client does.
    async fn write(&self, sku: &str, fields: Value) -> Value {
        let mut body = json!({"price_list": self.list, "product_sku": sku, "currency_type": "try"});
        crate::shop::merge(&mut body, fields);
        let answer = self.shop.erp.post("/api/v1/product_prices/", body).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        answer.body
    }

    async fn row(&self, sku: &str) -> Option<Value> {
        let path = format!("/api/v1/product_prices/?price_list={}&product_sku={sku}", self.list);
        self.shop.erp.get(&path).await.ok()["results"].as_array().expect("rows").first().cloned()
    }

    /// `[price, retail_price, tax_rate, currency_type]` of a product.
    async fn values(&self, sku: &str) -> Option<[Value; 4]> {
        let row = self.row(sku).await?;
        Some(["price", "retail_price", "tax_rate", "currency_type"].map(|name| row[name].clone()))
    }

    async fn price(&self, sku: &str) -> Option<String> {
        Some(self.row(sku).await?["price"].as_str().expect("a text").to_owned())
    }

    async fn result(&self, import: &Value, format: &str) -> Answer {
        let (list, key) = (self.list, key(import));
        self.shop.erp.get(&format!("/api/v1/price_list/{list}/excel_import/{key}/result/?format={format}")).await
    }
}

fn values(price: &str, retail: Option<&str>, tax: Option<&str>, currency: &str) -> [Value; 4] {
    [json!(price), json!(retail), json!(tax), json!(currency)]
}

/// The sample that the vendor's documents print (contract X9), sent to where it belongs.
#[tokio::test]
async fn the_printed_sample_is_a_file_of_prices() {
    let shop = Shop::open().await;
    let prices = Prices::of(&shop).await;
    let sample = "product__sku, product__name, price_list__name, currency_type, tax_rate, retail_price, price\n\
                  2015227, GANT Man Black Sock, Perakende, usd, 8.00, , 10.00\n";
    let status = prices.import(sample, &[]).await;
    assert_eq!((&status["status"], counts(&status)), (&json!("completed"), [1, 0, 0, 0]), "{status}");
    assert_eq!((&status["kind"], &status["stock_list"]), (&json!("prices"), &Value::Null));
    assert_eq!((int(&status["price_list"]), &status["mode"]), (prices.list, &json!("upsert")));
    assert_eq!(prices.values("2015227").await, Some(values("10.00", None, Some("8.00"), "usd")));
    let list = prices.list;
    let listed = shop.erp.get(&format!("/api/v1/imports/?kind=prices&price_list={list}")).await.ok();
    assert_eq!((&listed["count"], &listed["results"][0]["cache_key"]), (&json!(1), &status["cache_key"]));
    assert_eq!(listed["results"][0]["price_list"], json!(list));
    let path = format!("/api/i1/price_list/{list}/excel_import/?cache_key={}", key(&status));
    assert_eq!(shop.erp.get(&path).await.ok(), status, "as below v1");
    let other = id(&shop.erp.post("/api/v1/price_list/", json!({"name": "Toptan"})).await.created());
    shop.erp.get(&format!("/api/v1/price_list/{other}/excel_import/?cache_key={}", key(&status))).await.expect(404);
    shop.erp
        .get(&format!("/api/v1/stock_list/{}/excel_import/?cache_key={}", shop.list, key(&status)))
        .await
        .expect(404);
    shop.erp.get(&format!("/api/v1/price_list/{list}/excel_import/")).await.faults(&["cache_key"]);
}

#[tokio::test]
async fn each_row_is_decided_for_itself() {
    let shop = Shop::open().await;
    let prices = Prices::of(&shop).await;
    for sku in ["A", "B", "C"] {
        prices.product(sku).await;
        prices.write(sku, json!({"price": "10", "tax_rate": "18", "retail_price": "12"})).await;
    }
    shop.server.advance(60);
    let before = prices.row("C").await;
    let file = "Fiyat Raporu;;;;\nSKU;Satış Fiyatı;Liste Fiyatı;KDV Oranı;Para Birimi\nA;1.249,90;;20;TL\nB;1.250;;;\n\
                C;10,00;12;18;try\nNEW;5;;;\nNEW;7,5;;%20;\nB;11;;;\nA-2;9;;;usd\nD;;;20;\nE;1;;0,18;\n;4;;;\nTOPLAM;;;;\n";
    let status = prices.import(file, &[]).await;
    assert_eq!((&status["status"], counts(&status)), (&json!("completed"), [1, 2, 1, 6]), "{status}");
    let failed = [
        (4, "bad_cell"),
        (6, "duplicate"),
        (9, "other_currency"),
        (10, "no_price"),
        (11, "bad_cell"),
        (12, "bad_cell"),
    ];
    assert_eq!(errors(&status), failed);
    let columns = ["price", "product__sku", "currency_type", "price", "tax_rate", "product__sku"];
    let found: Vec<&Value> = status["errors"].as_array().expect("a list").iter().map(|one| &one["column"]).collect();
    assert_eq!(found, columns);
    assert_eq!(prices.values("A").await, Some(values("1249.90", Some("12.00"), Some("20.00"), "try")));
    assert_eq!(prices.values("B").await, Some(values("11.00", Some("12.00"), Some("18.00"), "try")));
    assert_eq!(prices.values("NEW").await, Some(values("7.50", None, Some("20.00"), "try")), "in the list's currency");
    assert_eq!(prices.row("C").await, before, "what changes nothing is no change");
    assert_eq!(prices.row("A-2").await, None);
    let table = rows(&prices.result(&status, "csv").await);
    assert_eq!(
        table[0][5..],
        ["import_row", "import_result", "import_error_column", "import_error", "import_old_price", "import_new_price"]
    );
    let results = [
        "updated",
        "failed",
        "unchanged",
        "failed",
        "created",
        "updated",
        "failed",
        "failed",
        "failed",
        "failed",
        "left_out",
    ];
    assert_eq!(cells(&table, "import_result"), results);
    assert_eq!(
        (&cells(&table, "import_old_price")[0], &cells(&table, "import_new_price")[0]),
        (&"10.00".to_owned(), &"1249.90".to_owned())
    );
    assert_eq!(cells(&rows(&prices.result(&status, "xlsx").await), "import_result"), results);
}

#[tokio::test]
async fn a_corrected_result_and_a_template_can_be_sent_again() {
    let shop = Shop::open().await;
    let prices = Prices::of(&shop).await;
    let status = prices.import("sku,price,currency\nA,10,eur\nB,x,eur\nC,9.9999,eur\n", &[]).await;
    assert_eq!(counts(&status), [2, 0, 0, 1]);
    let result = prices.result(&status, "csv").await;
    let again = prices.import(result.text.replace("B,x", "B,7"), &[]).await;
    assert_eq!(counts(&again), [1, 0, 2, 0], "{again}");
    prices.write("A", json!({"price": "1.234", "tax_rate": "18.5", "currency_type": "eur"})).await;
    let list = prices.list;
    for format in ["csv", "xlsx"] {
        let template = shop.erp.get(&format!("/api/v1/price_list/{list}/excel_template/?format={format}")).await;
        let table = rows(&template);
        let columns =
            ["product__sku", "product__name", "price_list__name", "currency_type", "tax_rate", "retail_price", "price"];
        assert_eq!(table[0], columns, "as the documents print them");
        assert_eq!(
            (cells(&table, "product__sku").len(), &cells(&table, "price_list__name")[0]),
            (3, &"Perakende".to_owned())
        );
        let again = prices.import(&template.bytes, &[]).await;
        assert_eq!(counts(&again), [0, 0, 3, 0], "{format}: {again}");
    }
    let name = shop.erp.get(&format!("/api/i1/price_list/{list}/excel_template/?format=csv")).await;
    assert!(name.header("content-disposition").is_some_and(|name| name.contains("PL-01_template.csv")), "{name:?}");
    shop.erp.get("/api/v1/price_list/999/excel_template/").await.expect(404);
}

#[tokio::test]
async fn a_workbook_of_prices_is_read() {
    let shop = Shop::open().await;
    let prices = Prices::of(&shop).await;
    let mut book = XlsxWriter::new("Fiyatlar").expect("a name");
    for row in [
        [Out::Text("SKU"), Out::Text("Fiyat"), Out::Text("KDV"), Out::Text("Para Birimi")],
        [Out::Text("A"), Out::Decimal("1.234"), Out::Int(20), Out::Text("TRY")],
        [Out::Text("B"), Out::Text("1.234"), Out::Int(20), Out::Text("TRY")],
        [Out::Text("C"), Out::Decimal("99.9"), Out::Decimal("0.2"), Out::Empty],
    ] {
        book.row(row).expect("a row");
    }
    let mut file = Cursor::new(Vec::new());
    book.finish(&mut file).expect("it is written");
    let status = prices.import(file.into_inner(), &[]).await;
    assert_eq!((&status["file_format"], counts(&status)), (&json!("xlsx"), [1, 0, 0, 2]), "{status}");
    assert_eq!(prices.price("A").await.as_deref(), Some("1.234"), "the file says that it is a number");
    let told = |at: usize| status["errors"][at]["error"].as_str().expect("a text").to_owned();
    assert!(told(0).contains("thousands or decimals") && told(1).contains("Write 18 for 18 percent"), "{status}");
}

#[tokio::test]
async fn a_dry_run_says_what_apply_then_does() {
    let shop = Shop::open().await;
    let prices = Prices::of(&shop).await;
    for (sku, price) in [("A", "10"), ("B", "20"), ("C", "30")] {
        prices.product(sku).await;
        prices.write(sku, json!({"price": price, "tax_rate": "18"})).await;
    }
    let file = "sku,price,tax_rate\nA,11,20\nB,21,\nC,30,18\nNEW,5,\nBAD,x,\n";
    let said = prices.import(file, &[("dry_run", "true")]).await;
    assert_eq!((&said["task"], counts(&said)), (&json!("dry_run"), [1, 2, 1, 1]));
    assert_eq!((prices.price("A").await.as_deref(), prices.row("NEW").await), (Some("10.00"), None));
    let products = shop.erp.get("/api/v1/products/?sku=NEW").await.ok();
    assert_eq!(products["count"], json!(0), "a dry run makes no product");
    let list = prices.list;
    let changes = shop.erp.get(&format!("/api/v1/price_list/{list}/excel_import/{}/changes/", key(&said))).await.ok();
    assert_eq!(
        (int(&changes["count"]), column(&changes, "product_sku")),
        (3, vec![json!("A"), json!("B"), json!("NEW")])
    );
    let first = json!({"row": 2, "product_sku": "A", "result": "updated", "old_price": "10.00", "new_price": "11.00",
        "old_retail_price": null, "new_retail_price": null, "old_tax_rate": "18.00", "new_tax_rate": "20.00",
        "old_currency_type": "try", "new_currency_type": "try"});
    assert_eq!(changes["results"][0], first);
    let made = &changes["results"][2];
    assert_eq!(
        (&made["old_price"], &made["new_price"], &made["new_currency_type"]),
        (&Value::Null, &json!("5.00"), &json!("try"))
    );
    let path = format!("/api/v1/price_list/{list}/excel_import/{}/changes/?cursor=", key(&said));
    shop.erp.get(&path).await.expect(400);

    shop.server.advance(60);
    prices.write("B", json!({"price": "22"})).await;
    let forced = prices.import("sku,price\nB,99\n", &[("dry_run", "true")]).await;
    let applied = prices.follow(&said, "apply", json!({})).await;
    assert_eq!((counts(&applied), errors(&applied)), ([1, 1, 1, 2], vec![(3, "stale_row"), (6, "bad_cell")]));
    assert_eq!(prices.values("A").await, Some(values("11.00", None, Some("20.00"), "try")));
    assert_eq!(
        (prices.price("B").await.as_deref(), prices.price("NEW").await.as_deref()),
        (Some("22.00"), Some("5.00"))
    );
    let again =
        shop.erp.post(&format!("/api/v1/price_list/{list}/excel_import/{}/apply/", key(&said)), json!({})).await;
    assert_eq!(key(&again.ok()), key(&applied), "it is applied once");
    shop.server.advance(60);
    prices.write("B", json!({"price": "23"})).await;
    let done = prices.follow(&forced, "apply", json!({"force": true})).await;
    assert_eq!((counts(&done), prices.price("B").await.as_deref()), ([0, 1, 0, 0], Some("99.00")));
    let path = format!("/api/v1/price_list/{list}/excel_import/{}/apply/", key(&done));
    shop.erp.post(&path, json!({})).await.refused("import_not_fitting");
    let other = format!("/api/v1/stock_list/{}/excel_import/{}/undo/", shop.list, key(&done));
    shop.erp.post(&other, json!({})).await.expect(404);
    shop.server.verify().await;
}

#[tokio::test]
async fn undo_gives_back_what_nothing_newer_has_changed() {
    let shop = Shop::open().await;
    let prices = Prices::of(&shop).await;
    for sku in ["A", "B", "C", "SAME"] {
        prices.product(sku).await;
        prices.write(sku, json!({"price": "10", "retail_price": "12.345"})).await;
    }
    shop.server.advance(60);
    let done = prices.import("sku,price,tax_rate\nA,11,20\nB,11,20\nC,11,20\nSAME,10,\nNEW,5,\nNEWER,6,\n", &[]).await;
    assert_eq!(counts(&done), [2, 3, 1, 0]);
    shop.server.advance(60);
    // Written again with another price and back: that is newer, too.
    prices.write("B", json!({"price": "12"})).await;
    prices.write("B", json!({"price": "11"})).await;
    let gone = prices.row("C").await.expect("a price");
    shop.erp.delete(&format!("/api/v1/product_prices/{}/", id(&gone))).await.expect(204);
    prices.write("NEWER", json!({"price": "7"})).await;
    let list = prices.list;
    let undone = prices.follow(&done, "undo", json!({})).await;
    assert_eq!((int(&undone["total"]), counts(&undone)), (5, [0, 2, 0, 3]), "{undone}");
    assert_eq!(errors(&undone), [(3, "touched_since"), (4, "touched_since"), (7, "touched_since")]);
    assert_eq!(prices.values("A").await, Some(values("10.00", Some("12.345"), None, "try")), "as it was");
    assert_eq!((prices.row("NEW").await, prices.row("C").await), (None, None), "a price that it made goes");
    assert_eq!(
        (prices.price("B").await.as_deref(), prices.price("NEWER").await.as_deref()),
        (Some("11.00"), Some("7.00"))
    );
    let changes = shop.erp.get(&format!("/api/v1/price_list/{list}/excel_import/{}/changes/", key(&undone))).await.ok();
    assert_eq!(
        (&changes["results"][1]["old_price"], &changes["results"][1]["new_price"]),
        (&json!("5.00"), &Value::Null)
    );
    let again = shop.erp.post(&format!("/api/v1/price_list/{list}/excel_import/{}/undo/", key(&done)), json!({})).await;
    assert_eq!(key(&again.ok()), key(&undone), "it is undone once");
    let page = shop.erp.get(&format!("/api/v1/product_prices/?price_list={list}")).await.ok();
    assert_eq!(int(&page["count"]), 4, "the counter follows");
    shop.server.verify().await;
}

/// The way of the API's own writes: a changed price is an update for every channel that has it.
#[tokio::test]
async fn channels_are_told_of_prices_of_files() {
    let market = Market::open().await;
    let prices = Prices { shop: &market.shop, list: market.prices };
    let product = market.stock("SHIRT", 5).await["product"].clone();
    assert_eq!(market.ids("product_prices/inserts/").await, NONE);
    let done = prices.import("sku,price,currency\nSHIRT,\"9,90\",try\n", &[]).await;
    assert_eq!(counts(&done), [1, 0, 0, 0]);
    let row = market.rows("product_prices/inserts/").await.remove(0);
    assert_eq!((&row["price"], &row["product"]), (&json!("9.90"), &product));
    let (object, batch) = (object(&row, json!({"content_type": "productprice"})), market.batch().await);
    market.step(batch, "commit", json!([object])).await.ok();
    market.step(batch, "done", json!([object])).await.ok();
    assert_eq!(market.ids("product_prices/inserts/").await, NONE);
    let same = prices.import("sku,price\nSHIRT,9.90\n", &[]).await;
    assert_eq!((counts(&same), market.ids("product_prices/updates/").await), ([0, 0, 1, 0], NONE.to_vec()));
    prices.import("sku,price\nSHIRT,19.90\n", &[]).await;
    assert_eq!(market.rows("product_prices/updates/").await[0]["price"], json!("19.90"));
}

#[tokio::test]
async fn a_list_has_one_currency() {
    let shop = Shop::open().await;
    let prices = Prices::of(&shop).await;
    // Of an empty list, the first one of the file counts.
    let status =
        prices.import("sku,price,currency\nA,1,\nB,2,usd\nC,3,eur\nD,4,\nE,5,USD\n", &[("dry_run", "1")]).await;
    assert_eq!((counts(&status), errors(&status)), ([4, 0, 0, 1], vec![(4, "other_currency")]), "{status}");
    let none = prices.import("sku,price\nA,1\n", &[]).await;
    assert_eq!(errors(&none), [(2, "no_currency")]);
    let applied = prices.follow(&status, "apply", json!({})).await;
    assert_eq!((counts(&applied), prices.values("A").await), ([4, 0, 0, 1], Some(values("1.00", None, None, "usd"))));
    let status = prices.import("sku,price,currency\nA,2,\nC,3,eur\nE,6,TL\nF,7,dollars and cents\n", &[]).await;
    let expected = vec![(3, "other_currency"), (4, "other_currency"), (5, "bad_cell")];
    assert_eq!((counts(&status), errors(&status)), ([0, 1, 0, 3], expected));
    assert_eq!(prices.price("A").await.as_deref(), Some("2.00"));
}

#[tokio::test]
async fn unknown_products_are_made_or_named_as_by_stock_files() {
    let shop = Shop::on(TestServer::with(|config| config.create_unknown_products = false).await).await;
    let prices = Prices::of(&shop).await;
    prices.product("A").await;
    let status = prices.import("sku,price,currency\nA,1,try\nB,2,try\n", &[]).await;
    assert_eq!((counts(&status), errors(&status)), ([1, 0, 0, 1], vec![(3, "unknown_product")]));
    assert_eq!(shop.erp.get("/api/v1/products/?sku=B").await.ok()["count"], json!(0));
}

#[tokio::test]
async fn what_a_file_leaves_open_is_asked() {
    let shop = Shop::open().await;
    let prices = Prices::of(&shop).await;
    let file = "sku;Fiyat;Satış Fiyatı;Para Birimi\nA;10;12;try\n";
    let asked = prices.import(file, &[]).await;
    assert_eq!((&asked["status"], counts(&asked)), (&json!("failed"), [0; 4]), "{asked}");
    assert!(asked["error"].as_str().is_some_and(|text| text.contains("both mean price")), "{asked}");
    let list = prices.list;
    let columns = shop.erp.get(&format!("/api/v1/price_list/{list}/excel_import/{}/columns/", key(&asked))).await.ok();
    assert_eq!(columns["questions"], json!([{"about": "price", "choices": ["Fiyat", "Satış Fiyatı"]}]));
    for wrong in [json!({"columns": {"stock": 2}}), json!({"warehouse": "Merkez"}), json!({"columns": {"price": 0}})] {
        let body = json!({"mapping": wrong});
        let key = key(&asked);
        shop.erp
            .post(&format!("/api/v1/price_list/{list}/excel_import/{key}/columns/"), body)
            .await
            .faults(&["mapping"]);
    }
    let mapping = json!({"mapping": {"columns": {"price": "Satış Fiyatı"}}, "dry_run": false});
    let status = prices.follow(&asked, "columns", mapping).await;
    assert_eq!((counts(&status), prices.price("A").await.as_deref()), ([1, 0, 0, 0], Some("12.00")), "{status}");
    let said = [("mapping", r#"{"columns": {"price": "Fiyat"}}"#)];
    assert_eq!(counts(&prices.import(file, &said).await), [0, 1, 0, 0]);
    let remembered = prices.import(file, &[]).await;
    assert_eq!((counts(&remembered), prices.price("A").await.as_deref()), ([0, 0, 1, 0], Some("10.00")));
    let path = format!("/api/v1/price_list/{list}/excel_import/{}/columns/", key(&remembered));
    assert_eq!(shop.erp.get(&path).await.ok()["origin"], "remembered");
    assert_eq!(prices.import(file, &[("mapping", "{}")]).await["status"], "failed", "and forgets it");
}

#[tokio::test]
async fn what_is_no_file_of_prices_is_rejected_and_changes_nothing() {
    let shop = Shop::open().await;
    let prices = Prices::of(&shop).await;
    let path = price_import_path(prices.list);
    let before = shop.server.dump().await;
    for body in [Body::None, Body::Json(json!({"file": "prices.csv"})), Body::Raw("text/csv", Vec::new())] {
        shop.erp.send("POST", &path, body).await.refused("file_100_1");
    }
    let list = prices.list;
    shop.erp.post(&format!("/api/i1/price_list/{list}/excel_import/"), json!({})).await.refused("file_100_1");
    let file = b"sku,price\nA,1\n";
    for mode in ["replace", "adjust", "sideways"] {
        upload(&shop.erp, &path, "a.csv", file, &[("mode", mode)]).await.faults(&["mode"]);
    }
    upload(&shop.erp, &path, "a.csv", file, &[("mapping", r#"{"columns": {"stock": 2}}"#)]).await.faults(&["mapping"]);
    upload(&shop.erp, &price_import_path(999), "a.csv", file, &[]).await.expect(404);
    assert_eq!(shop.server.dump().await, before, "nothing is left of them");
    for (file, told) in [
        ("sku,stock\nA,1\n", "file of stock"),
        ("sku,colour\nA,red\n", "price, sale price"),
        ("A,1.5\nB,2\n", "looks like data"),
        ("colour,price\nred,1\n", "no column with SKUs"),
        ("sku,price\n", "no rows"),
    ] {
        let status = prices.import(file, &[]).await;
        let error = status["error"].as_str().unwrap_or_default();
        assert!(status["status"] == "failed" && error.contains(told), "{told}: {status}");
    }
    assert_eq!(prices.row("A").await, None);
}

#[tokio::test]
async fn a_large_file_is_written_chunk_by_chunk_and_taken_back() {
    let shop = Shop::open().await;
    let prices = Prices::of(&shop).await;
    let rows = |add: usize| (0..1_000).fold(String::new(), |rows, row| format!("{rows}S{row},{}.50\n", row % 7 + add));
    let done = prices.import(format!("sku,price,currency\nFIRST,1,eur\n{}", rows(0)), &[]).await;
    assert_eq!(counts(&done), [1_001, 0, 0, 0], "{done}");
    let raised = prices.import(format!("sku,price\n{}", rows(1)), &[]).await;
    assert_eq!((counts(&raised), prices.price("S999").await.as_deref()), ([0, 1_000, 0, 0], Some("6.50")));
    assert_eq!(counts(&prices.follow(&raised, "undo", json!({})).await), [0, 1_000, 0, 0]);
    assert_eq!(prices.price("S999").await.as_deref(), Some("5.50"));
    // What was taken back is newer than what made it, but for the one row that was not in the second file.
    let undone = prices.follow(&done, "undo", json!({})).await;
    assert_eq!(counts(&undone), [0, 1, 0, 1_000]);
    let page = shop.erp.get(&format!("/api/v1/product_prices/?price_list={}", prices.list)).await.ok();
    assert_eq!(int(&page["count"]), 1_000);
    shop.server.verify().await;
}
