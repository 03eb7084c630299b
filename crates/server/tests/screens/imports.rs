//! Imports: pasted rows and files, the preview, applying and taking back.

use std::time::Duration;

use onhand::auth::Role;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::browser::{Browser, Page, filled};
use crate::client::Body;
use crate::shop::{Shop, id};

/// The page of an import when it is over.
async fn over(browser: &mut Browser, path: &str) -> Page {
    loop {
        let page = browser.get(path).await.ok();
        if !page.text.contains("data-state=") {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn form(shop: &Shop, act: &str, key: &str) -> Form {
    let (list, act, key) = (shop.list.to_string(), act.to_owned(), key.to_owned());
    Form::new().text("idempotency_key", key).text("list", list).text("mode", "upsert").text("act", act)
}

#[tokio::test]
async fn pasted_rows_are_previewed_applied_and_taken_back() {
    let shop = Shop::open().await;
    let (one, two) = (shop.stock("A-1", 10).await, shop.stock("A-2", 10).await);
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    browser.get("/imports").await.ok().has("No file has been sent");
    browser.get(&format!("/imports/new?list={}", shop.list)).await.ok().has("Retail");
    let rows = "A-1\t4\nA-2\t200\nA-3\t7\nA-1x\tmany\n";
    let sent = form(&shop, "preview", "paste-1").text("text", rows);
    let path = browser.upload("/imports/new", sent).await.led();
    let page = over(&mut browser, &path).await.has("preview").has("not a number").has("Apply 3 rows");
    assert_eq!((shop.figures(one).await[0], shop.figures(two).await[0]), (10, 10), "a preview changes nothing");
    browser.get(&format!("{path}?rows=less")).await.ok().has("A-1").has_no(">A-2<");
    browser.get(&format!("{path}?rows=new")).await.ok().has("A-3").has_no(">A-2<");
    browser.get(&format!("{path}?rows=wrong")).await.ok().has("A-1x").has_no(">A-2<");
    browser.get(&format!("{path}?rows=large")).await.ok().has(">A-2<").has("×20");
    browser.get("/imports?view=failed").await.ok().has(&path);
    browser.get("/imports?view=mine").await.ok().has(&path);
    browser.get("/").await.ok().has("1 import has failed rows");
    let file = browser.get(&format!("{path}/result?format=csv")).await.ok();
    assert!(file.text.contains("A-1x"), "{}", file.text);

    let hidden = page.hidden(&format!("{path}/apply"), "");
    let applied = browser.post(&format!("{path}/apply"), &filled(&hidden, &[])).await.led();
    let page = over(&mut browser, &applied).await.has("3 rows changed");
    assert_eq!((shop.figures(one).await[0], shop.figures(two).await[0]), (4, 200));
    browser.get("/").await.ok().has(&format!("{applied}\">Pasted rows</a>")).has_no(&format!("{applied}\"></a>"));
    browser.get(&path).await.ok().has("This preview was applied").has_no("/apply\"").has(&applied);
    let hidden = page.hidden(&format!("{applied}/undo"), "");
    let undone = browser.post(&format!("{applied}/undo"), &filled(&hidden, &[])).await.led();
    over(&mut browser, &undone).await.has("It takes an import back");
    assert_eq!((shop.figures(one).await[0], shop.figures(two).await[0]), (10, 10));
    browser.post(&format!("{path}/undo"), &[]).await.expect(406);
}

#[tokio::test]
async fn a_file_is_sent_once_however_often_its_form_is() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let file = || Part::bytes(b"sku;stock;colour\nA-1;3;red\n".as_slice()).file_name("kadikoy \"2\".csv");
    let send = |key| form(&shop, "import", key).part("file", file()).text("text", "");
    let path = browser.upload("/imports/new", send("file-1")).await.led();
    over(&mut browser, &path).await.has("kadikoy &#34;2&#34;.csv").has("1 row changed").has("colour");
    assert_eq!(shop.figures(stock).await[0], 3);
    let again = browser.upload("/imports/new", send("file-1")).await.led();
    assert_eq!(again, path);
    browser.part(&path).await.ok().has_no("<html").has("kadikoy");
    let template = browser.get(&format!("/imports/template?list={}", shop.list)).await.ok();
    assert!(template.header("content-disposition").starts_with("attachment"));
    browser.get("/imports/template?list=999").await.expect(404);
}

#[tokio::test]
async fn a_form_that_is_wrong_comes_back_and_leaves_nothing() {
    let shop = Shop::open().await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let list = || shop.list.to_string();
    let file = || Part::bytes(b"sku,stock\nA-1,3\n".as_slice()).file_name("a.csv");
    let forms = [
        (form(&shop, "import", "a"), "file-error"),
        (form(&shop, "import", "b").text("text", "  "), "file-error"),
        (Form::new().text("list", "999").text("mode", "upsert").part("file", file()), "list-error"),
        (Form::new().text("list", list()).text("mode", "all").part("file", file()), "mode-error"),
        (Form::new().part("file", file()).text("list", list()).text("mode", "upsert"), "list-error"),
        (form(&shop, "import", "c").text("text", "x".repeat(1_100_000)), "text-error"),
    ];
    for (sent, error) in forms {
        browser.upload("/imports/new", sent).await.expect(400).has(error);
    }
    browser.post("/imports/new", &[("list", "1")]).await.expect(400);
    browser.get("/imports").await.ok().has("No file has been sent");
    let broken = form(&shop, "import", "d").part("file", Part::bytes(b"nothing here".as_slice()).file_name("a.csv"));
    let path = browser.upload("/imports/new", broken).await.led();
    over(&mut browser, &path).await.has("could not be imported as a whole").has_no("/undo\"");
}

#[tokio::test]
async fn columns_that_are_open_are_chosen_and_remembered() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let rows = "Stok Raporu\nDepo;Stok Kodu;Barkod;Fiili Stok\nMerkez;A-1;869;120\nŞube;A-1;869;7\nTOPLAM;;;127\n";
    let file = move || Part::bytes(rows.as_bytes()).file_name("<logo>.csv");
    let path = browser.upload("/imports/new", form(&shop, "preview", "map-1").part("file", file())).await.led();
    let columns = format!("{path}/columns");
    over(&mut browser, &path).await.has("has to be chosen").has("both mean").has(&columns);
    let page =
        browser.get(&columns).await.ok().has("&#60;logo&#62;.csv").has("which one?").has("869 · 869").has("TOPLAM");
    assert_eq!(page.text.matches("which one?").count(), 2, "{}", page.text);
    let hidden = page.hidden(&columns, "");
    // Two columns for one thing, none for another, a row that is none.
    let roles = |sku: &'static str, barcode: &'static str| {
        [
            ("header_row", "2"),
            ("column-1", "warehouse"),
            ("column-2", sku),
            ("column-3", barcode),
            ("column-4", "stock"),
        ]
    };
    browser
        .post(&columns, &filled(&hidden, &roles("product__sku", "product__sku")))
        .await
        .expect(400)
        .has("Two columns");
    browser.post(&columns, &filled(&hidden, &roles("", ""))).await.expect(400).has("Choose the column of SKUs");
    browser.post(&columns, &filled(&hidden, &[("header_row", "two")])).await.expect(400).has("header_row-error");
    let read = browser.post(&columns, &filled(&hidden, &roles("product__sku", ""))).await.led();
    let again = browser.post(&columns, &filled(&hidden, &roles("product__sku", ""))).await.led();
    assert_eq!(read, again, "a form that is sent twice is done once");
    over(&mut browser, &read).await.has("several warehouses").has("Choose the columns");
    let columns = format!("{read}/columns");
    let page = browser.get(&columns).await.ok().has("Merkez").has("Şube");
    let hidden = page.hidden(&columns, "");
    let chosen = [&roles("product__sku", "")[..], &[("warehouse", "Merkez")]].concat();
    let read = browser.post(&columns, &filled(&hidden, &chosen)).await.led();
    let page = over(&mut browser, &read).await.has("header is in row 2").has("Only rows of the warehouse “Merkez”");
    let page = page.has("1 row is a sum").has("1 row of other warehouses").has("ten times as many").has("Apply 1 row");
    assert_eq!(shop.figures(stock).await[0], 10, "a preview changes nothing");
    shop.stock("A-1", 11).await;
    browser.get(&read).await.ok().has("1 stock was written since the preview").has("written since the preview");
    let force = filled(&page.hidden(&format!("{read}/apply"), ""), &[("force", "1")])
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect::<Vec<_>>();
    let force: Vec<(&str, &str)> = force.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let applied = browser.post(&format!("{read}/apply"), &force).await.led();
    over(&mut browser, &applied).await.has("1 row changed").has_no("Change the columns");
    assert_eq!(shop.figures(stock).await[0], 120);
    browser.post(&format!("{applied}/columns"), &[]).await.expect(406);

    // The next file of the same program needs no choice; a person who may only look is not asked.
    let path = browser.upload("/imports/new", form(&shop, "preview", "map-2").part("file", file())).await.led();
    over(&mut browser, &path).await.has("as they were chosen for an earlier file").has("Change the columns");
    browser.get(&format!("{path}/columns")).await.ok().has("chosen for an earlier file");
    let mut viewer = Browser::of(&shop.server, Role::Viewer).await;
    viewer.get(&path).await.ok().has_no("Change the columns");
    viewer.get(&format!("{path}/columns")).await.expect(403);
    // With another row for the header, the columns are understood anew.
    let page = browser.get(&format!("{path}/columns")).await.ok();
    let columns = format!("{path}/columns");
    let other = browser
        .post(&columns, &filled(&page.hidden(&columns, ""), &[("header_row", "1"), ("column-1", "stock")]))
        .await
        .led();
    over(&mut browser, &other).await.has("no column with SKUs");
    browser.get(&format!("{other}/columns")).await.ok().has("Stok Raporu");
    browser.get("/imports/999/columns").await.expect(404);
}

#[tokio::test]
async fn files_of_prices_are_shown_applied_and_taken_back() {
    let shop = Shop::open().await;
    let list = json!({"name": "Perakende <1>", "code": "PL-01"});
    let list = id(&shop.erp.post("/api/v1/price_list/", list).await.created());
    let price = json!({"product_sku": "A-1", "price_list": list, "price": "10", "currency_type": "try"});
    shop.erp.post("/api/v1/products/", json!({"sku": "A-1"})).await.created();
    shop.erp.post("/api/v1/product_prices/", price).await.created();
    let file = "sku;fiyat;renk\nA-1;12,50;red\nA-2;7;\nA-3;1.250;\n";
    let path = format!("/api/v1/price_list/{list}/excel_import/?dry_run=true");
    shop.erp.send("POST", &path, Body::Raw("text/csv", file.as_bytes().to_vec())).await.ok();

    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let page = browser.get("/imports").await.ok().has("Perakende &#60;1&#62;").has("Prices");
    let mut ids = page.text.split("href=\"/imports/").filter_map(|rest| rest.split('"').next());
    let number = ids.find_map(|id| id.parse::<i64>().ok()).expect("an import in the list");
    let path = format!("/imports/{number}");
    let page = over(&mut browser, &path).await.has("Perakende").has("10.00").has("12.50").has("price").has("renk");
    let page = page.has("thousands or decimals").has("Apply 2 rows").has_no("/stock/0");
    browser.get(&format!("{path}?rows=new")).await.ok().has("A-2").has_no(">A-1<");
    browser.get(&format!("{path}/columns")).await.ok().has("tax rate").has_no("stock level");
    browser.get("/").await.ok();

    let hidden = page.hidden(&format!("{path}/apply"), "");
    let applied = browser.post(&format!("{path}/apply"), &filled(&hidden, &[])).await.led();
    let page = over(&mut browser, &applied).await.has("2 rows changed").has("prices can be taken back");
    let prices = shop.erp.get(&format!("/api/v1/product_prices/?price_list={list}")).await.ok();
    assert_eq!(prices["count"], json!(2));
    let hidden = page.hidden(&format!("{applied}/undo"), "");
    let undone = browser.post(&format!("{applied}/undo"), &filled(&hidden, &[])).await.led();
    over(&mut browser, &undone).await.has("It takes an import back").has("10.00");
    let prices = shop.erp.get(&format!("/api/v1/product_prices/?price_list={list}")).await.ok();
    assert_eq!((&prices["count"], &prices["results"][0]["price"]), (&json!(1), &json!("10.00")));
}
