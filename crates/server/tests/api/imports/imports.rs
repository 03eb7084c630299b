//! Imports (contract 5): files in, dry runs, applying, undoing.

use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::client::Body;
use crate::files::{counts, errors, finished, import_path, key, upload};
use crate::shop::{Shop, int};

#[tokio::test]
async fn a_file_is_read_row_by_row_and_each_row_says_what_came_of_it() {
    let shop = Shop::open().await;
    shop.stock("A", 3).await;
    shop.stock("B", 4).await;
    let status = shop.import("SKU;Stok;Renk\nA;10;red\nB;4;\nC;1.5;\n007;2;\nC;6;\n;9;\n007;8;\n", &[]).await;
    assert_eq!((&status["status"], &status["total"]), (&json!("completed"), &json!(7)));
    assert_eq!(counts(&status), [2, 1, 1, 3]);
    assert_eq!(errors(&status), [(4, "bad_cell"), (5, "duplicate"), (7, "bad_cell")]);
    assert_eq!(status["errors"][0]["product_sku"], "C");
    assert_eq!(status["errors"][0]["column"], "stock");
    assert_eq!((&status["ignored_columns"], &status["file_format"]), (&json!(["Renk"]), &json!("csv")));
    let figures = [("A", 10), ("B", 4), ("C", 6), ("007", 8)];
    for (sku, figure) in figures {
        assert_eq!(shop.of_sku(sku).await.map(|all| all[0]), Some(figure), "{sku}");
    }
    let list = shop.list;
    let same = shop.erp.get(&format!("/api/v1/stock_list/{list}/excel_import/?cache_key={}", key(&status))).await.ok();
    assert_eq!(same, status);
    shop.server.verify().await;
}

#[tokio::test]
async fn what_is_no_file_is_refused_as_the_document_says() {
    let shop = Shop::open().await;
    let path = import_path(shop.list);
    let refusal = json!({
        "non_field_errors": "File not found please provide an appropriate file",
        "error_code": "file_100_1",
    });
    let before = shop.server.dump().await;
    let bodies = [
        Body::None,
        Body::Json(json!({"file": "stock.csv"})),
        Body::Raw("application/x-www-form-urlencoded", b"file=stock.csv".to_vec()),
        Body::Raw("text/csv", Vec::new()),
        Body::Form(Form::new().text("mode", "upsert")),
        Body::Form(Form::new().part("file", Part::bytes(Vec::new()).file_name("empty.csv"))),
    ];
    for body in bodies {
        assert_eq!(shop.erp.send("POST", &path, body).await.expect(406), refusal);
    }
    let broken = Body::Raw("multipart/form-data; boundary=X", b"--X\r\nContent-Disposition: form-data; na".to_vec());
    shop.erp.send("POST", &path, broken).await.expect(400);
    upload(&shop.erp, &path, "a.csv", b"sku,stock\nA,1\n", &[("mode", "sideways")]).await.faults(&["mode"]);
    shop.erp.send("POST", &format!("{path}?dry_run=maybe"), Body::None).await.faults(&["dry_run"]);
    shop.erp.post(&format!("/api/v1/stock_list/{}/excel_import/", shop.list), json!({})).await.refused("file_100_1");
    shop.erp.post("/api/v1/stock_list/excel_import/", json!({})).await.refused("file_100_1");
    upload(&shop.erp, "/api/v1/stock_list/999/excel_import/", "a.csv", b"sku,stock\nA,1\n", &[]).await.expect(404);
    assert_eq!(shop.server.dump().await, before, "nothing is left of them");
}

#[tokio::test]
async fn a_file_comes_as_any_part_or_as_the_body_itself() {
    let shop = Shop::open().await;
    let file = || Part::bytes(b"sku,stock\nA,1\n".to_vec());
    let bodies = [
        Body::Form(Form::new().part("excel", file())),
        Body::Form(Form::new().part("csv", file())),
        Body::Form(Form::new().part("attachment", file().file_name("x.csv")).text("dry_run", "false")),
        Body::Raw("text/csv; charset=utf-8", b"sku,stock\nA,1\n".to_vec()),
        Body::Raw("application/octet-stream", b"sku,stock\nA,1\n".to_vec()),
    ];
    for (already, body) in bodies.into_iter().enumerate() {
        let answer = shop.erp.send("POST", &import_path(shop.list), body).await.ok();
        let status = finished(&shop.erp, key(&answer)).await;
        assert_eq!(counts(&status), if already == 0 { [1, 0, 0, 0] } else { [0, 0, 1, 0] });
    }
}

#[tokio::test]
async fn a_file_of_no_use_fails_as_a_whole_and_says_why() {
    let shop = Shop::open().await;
    let prices = "product__sku, product__name, price_list__name, currency_type, tax_rate, retail_price, price\n\
                  2015227, GANT Man Black Sock, Demo Price List, usd, 8.00, , 10.00\n";
    let wide = format!("sku,stock{}\nA,1\n", ",x".repeat(10_000));
    let files: [(&[u8], &str); 7] = [
        (prices.as_bytes(), "price list"),
        (b"sku,stock\n", "no rows"),
        (b"A,1\nB,2\n", "first row"),
        (b"colour,size\nred,1\n", "SKU"),
        (b"sku,colour\nA,red\n", "written"),
        (b"%PDF-1.7 nonsense", "PDF"),
        (wide.as_bytes(), "columns"),
    ];
    for (file, told) in files {
        let status = shop.import(file, &[]).await;
        let error = status["error"].as_str().unwrap_or_default();
        assert!(status["status"] == "failed" && error.contains(told), "{told}: {status}");
    }
    assert_eq!(shop.of_sku("A").await, None);
}

#[tokio::test]
async fn an_unknown_key_is_not_found_and_a_missing_one_is_asked_for() {
    let shop = Shop::open().await;
    let other = shop.list_with(json!({})).await;
    let status = shop.import("sku,stock\nA,1\n", &[]).await;
    let unknown = "/api/v1/stock_list/excel_import_status/?cache_key=65419b4e-f811-4950-b798-4cda39b2d387";
    shop.erp.get(unknown).await.expect(404);
    shop.erp.get("/api/v1/stock_list/excel_import_status/").await.faults(&["cache_key"]);
    shop.erp.get(&format!("{}?cache_key={}", import_path(other), key(&status))).await.expect(404);
    shop.erp.post(&format!("{}{}/undo/", import_path(other), key(&status)), json!({})).await.expect(404);
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_apply_does_exactly_what_it_said() {
    let shop = Shop::open().await;
    shop.stock("A", 3).await;
    shop.stock("B", 4).await;
    let said = shop.import("sku,stock\nA,10\nB,4\nC,7\nD,x\n", &[("dry_run", "true")]).await;
    assert_eq!((&said["task"], counts(&said)), (&json!("dry_run"), [1, 1, 1, 1]));
    assert_eq!((shop.of_sku("A").await.map(|all| all[0]), shop.of_sku("C").await), (Some(3), None));
    shop.server.advance(60);
    let done = shop.follow(&said, "apply", json!({})).await;
    assert_eq!((counts(&done), errors(&done)), ([1, 1, 1, 1], vec![(5, "bad_cell")]));
    assert_eq!(
        (shop.of_sku("A").await.map(|all| all[0]), shop.of_sku("C").await.map(|all| all[0])),
        (Some(10), Some(7))
    );
    let path = (shop.list, key(&said));
    let again =
        shop.erp.post(&format!("/api/v1/stock_list/{}/excel_import/{}/apply/", path.0, path.1), json!({})).await.ok();
    assert_eq!(key(&again), key(&done), "it is applied once");
    let said = shop.erp.get(&format!("{}?cache_key={}", import_path(shop.list), key(&said))).await.ok();
    assert_eq!(said["applied_by"], done["cache_key"]);
    let path = format!("{}{}/apply/", import_path(shop.list), key(&done));
    shop.erp.post(&path, json!({})).await.refused("import_not_fitting");
    shop.server.verify().await;
}

#[tokio::test]
async fn a_row_whose_stock_was_written_since_the_dry_run_is_refused_unless_forced() {
    let shop = Shop::open().await;
    for (sku, figure) in [("A", 3), ("B", 3), ("C", 3)] {
        shop.stock(sku, figure).await;
    }
    let file = "sku,stock\nA,10\nB,20\nC,30\nNEW,1\n";
    let said = shop.import(file, &[("dry_run", "true")]).await;
    let forced = shop.import(file, &[("dry_run", "true")]).await;
    shop.server.advance(60);
    shop.stock("A", 4).await;
    shop.stock("NEW", 0).await;
    shop.order("B", 1).await; // an order is no writer
    let done = shop.follow(&said, "apply", json!({})).await;
    assert_eq!((counts(&done), errors(&done)), ([0, 2, 0, 2], vec![(2, "stale_row"), (5, "stale_row")]));
    assert_eq!(shop.of_sku("A").await.map(|all| all[0]), Some(4));
    assert_eq!(shop.of_sku("B").await, Some([20, 1, 0, 19]));
    let done = shop.follow(&forced, "apply", json!({"force": true})).await;
    assert_eq!(int(&done["fail_count"]), 0);
    assert_eq!(shop.of_sku("A").await.map(|all| all[0]), Some(10));
    shop.server.verify().await;
}

#[tokio::test]
async fn replace_empties_what_the_file_does_not_name() {
    let shop = Shop::open().await;
    for (sku, figure) in [("A", 3), ("B", 4), ("C", 5), ("EMPTY", 0)] {
        shop.stock(sku, figure).await;
    }
    let other = shop.list_with(json!({})).await;
    shop.write(json!({"product_sku": "B", "stock": 9, "stock_list": other})).await;
    // A row that is wrong still names its SKU.
    let said = shop.import("sku,stock\nA,1\nC,-5\n", &[("mode", "replace"), ("dry_run", "1")]).await;
    assert_eq!(counts(&said), [0, 2, 0, 1], "A, and B which is not there");
    assert_eq!(shop.of_sku("B").await.map(|all| all[0]), Some(4));
    shop.server.advance(1);
    let done = shop.follow(&said, "apply", json!({})).await;
    assert_eq!((counts(&done), &done["total"]), ([0, 2, 0, 1], &json!(3)));
    let figures = [shop.of_sku("A").await, shop.of_sku("B").await, shop.of_sku("C").await];
    assert_eq!(figures.map(|all| all.map(|all| all[0])), [Some(1), Some(0), Some(5)]);
    let untouched = shop.erp.get(&format!("/api/v1/product_stock/?stock_list={other}")).await.ok();
    assert_eq!(untouched["results"][0]["stock"], 9);

    let unreadable = shop.import("sku,stock\nA,2\n1.11613E+09,3\n", &[("mode", "replace")]).await;
    assert_eq!(counts(&unreadable), [0, 1, 0, 1]);
    assert!(unreadable["error"].as_str().is_some_and(|text| text.contains("left as they are")), "{unreadable}");
    assert_eq!(shop.of_sku("C").await.map(|all| all[0]), Some(5), "it might be the one that cannot be read");
}

#[tokio::test]
async fn adjust_adds_differences_and_never_goes_below_zero() {
    let shop = Shop::open().await;
    for (sku, figure) in [("A", 3), ("B", 4), ("C", 5)] {
        shop.stock(sku, figure).await;
    }
    let done = shop.import("sku,stock\nA,+4\nB,-3\nC,-6\nNEW,2\n", &[("mode", "adjust")]).await;
    assert_eq!((counts(&done), errors(&done)), ([1, 2, 0, 1], vec![(4, "below_zero")]));
    let figures = [shop.of_sku("A").await, shop.of_sku("B").await, shop.of_sku("C").await, shop.of_sku("NEW").await];
    assert_eq!(figures.map(|all| all.map(|all| all[0])), [Some(7), Some(1), Some(5), Some(2)]);
    shop.server.verify().await;
}

#[tokio::test]
async fn undo_takes_back_what_nothing_newer_has_touched_and_names_the_rest() {
    let shop = Shop::open().await;
    for (sku, figure) in [("A", 3), ("B", 4), ("SAME", 5), ("SETTLED", 9)] {
        shop.stock(sku, figure).await;
    }
    let order = shop.order("SETTLED", 2).await;
    shop.server.advance(10);
    shop.release(crate::shop::item(&order)).await;
    shop.server.advance(10);
    let done = shop.import("sku,stock,unit_type\nA,10,kg\nB,20,\nSAME,5,\nNEW,7,\nSETTLED,7,\n", &[]).await;
    assert_eq!(counts(&done), [1, 3, 1, 0]);
    shop.server.advance(10);
    shop.order("B", 1).await;
    let undone = shop.follow(&done, "undo", json!({})).await;
    assert_eq!(counts(&undone), [0, 2, 0, 2]);
    assert_eq!(errors(&undone), [(3, "touched_since"), (6, "settled")]);
    assert_eq!(shop.of_sku("A").await.map(|all| all[0]), Some(3));
    assert_eq!(shop.of_sku("B").await.map(|all| all[0]), Some(20));
    assert_eq!(shop.of_sku("NEW").await.map(|all| all[0]), Some(0), "a stock stays, with nothing in it");
    assert_eq!(shop.of_sku("SETTLED").await, Some([7, 0, 0, 7]));
    let unit = shop.erp.get("/api/v1/product_stock/?product_sku=A").await.ok();
    assert_eq!(unit["results"][0]["unit_type"], "qty");
    let path = (shop.list, key(&done));
    let again =
        shop.erp.post(&format!("/api/v1/stock_list/{}/excel_import/{}/undo/", path.0, path.1), json!({})).await.ok();
    assert_eq!(key(&again), key(&undone), "it is undone once");
    shop.server.verify().await;
}

#[tokio::test]
async fn a_written_file_is_a_newer_figure_as_any_other() {
    let shop = Shop::open().await;
    shop.stock("A", 10).await;
    let order = shop.order("A", 3).await;
    shop.server.advance(10);
    shop.release(crate::shop::item(&order)).await;
    assert_eq!(shop.of_sku("A").await, Some([10, 0, 3, 7]));
    let old = shop.import("sku,stock,snapshot_at\nA,5,2020-01-01T00:00:00Z\n", &[]).await;
    assert_eq!(errors(&old), [(2, "stale_snapshot")]);
    shop.server.advance(10);
    let status = shop.import("sku,stock,sold_quantity_unreported,stock_list__name\nA,7,4,Retail\n", &[]).await;
    assert_eq!(counts(&status), [0, 1, 0, 0]);
    assert_eq!(shop.of_sku("A").await, Some([7, 4, 0, 3]));
    let elsewhere = shop.import("sku,stock,stock_list__name\nA,7,Somewhere\n", &[]).await;
    assert_eq!(elsewhere["errors"][0]["column"], "stock_list__name");
    let stock = &shop.erp.get("/api/v1/product_stock/?product_sku=A").await.ok()["results"][0];
    let history = shop.erp.get(&format!("/api/v1/product_stock/{}/movements/", stock["pk"])).await.ok();
    assert_eq!(history["results"][0]["reason"], "import");
}

#[tokio::test]
async fn errors_come_in_pages() {
    let shop = Shop::open().await;
    let rows: String =
        (0..700).map(|row| if row % 2 == 0 { format!("S{row},1\n") } else { format!("S{row},x\n") }).collect();
    let status = shop.import(format!("sku,stock\n{rows}"), &[]).await;
    assert_eq!((counts(&status), status["errors"].as_array().map(Vec::len)), ([350, 0, 0, 350], Some(100)));
    let mut seen: Vec<i64> = errors(&status).iter().map(|(row, _)| *row).collect();
    let mut next = status["next_errors"].as_str().map(str::to_owned);
    while let Some(link) = next {
        let page = shop.erp.get(&link).await.ok();
        seen.extend(errors(&page).iter().map(|(row, _)| *row));
        next = page["next_errors"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, (0..350).map(|number| 2 * number + 3).collect::<Vec<_>>());
    let path = format!("/api/v1/stock_list/excel_import_status/?cache_key={}", key(&status));
    for bad in ["page=0", "limit=1001", "limit=x"] {
        shop.erp.get(&format!("{path}&{bad}")).await.faults(&[bad.split('=').next().expect("a name")]);
    }
}

#[tokio::test]
async fn imports_of_one_list_are_done_in_the_order_in_which_they_came() {
    let shop = Shop::open().await;
    let path = import_path(shop.list);
    let mut keys = Vec::new();
    for figure in 0..12 {
        let rows = (0..300).map(|sku| format!("S{sku},{figure}\n")).collect::<Vec<_>>().concat();
        let answer = upload(&shop.erp, &path, "a.csv", format!("sku,stock\n{rows}").as_bytes(), &[]).await.ok();
        keys.push(key(&answer).to_owned());
    }
    let mut ends = Vec::new();
    for key in &keys {
        let status = finished(&shop.erp, key).await;
        assert_eq!(int(&status["fail_count"]), 0, "{status}");
        ends.push(status["created"].clone());
    }
    assert_eq!((&ends[0], &ends[11]), (&json!(300), &json!(0)));
    assert_eq!(shop.of_sku("S299").await.map(|all| all[0]), Some(11));
}

#[tokio::test]
async fn a_repeated_upload_with_its_key_is_done_once() {
    let shop = Shop::open().await;
    let keyed = shop.erp.clone().with("Idempotency-Key", "import-1");
    let path = import_path(shop.list);
    let file = b"sku,stock\nA,5\n";
    let first = upload(&keyed, &path, "a.csv", file, &[("mode", "adjust")]).await;
    let first_body = first.ok();
    finished(&shop.erp, key(&first_body)).await;
    let again = upload(&keyed, &path, "a.csv", file, &[("mode", "adjust")]).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.ok(), first_body);
    upload(&keyed, &path, "a.csv", b"sku,stock\nA,6\n", &[("mode", "adjust")]).await.expect(422);
    assert_eq!(shop.of_sku("A").await.map(|all| all[0]), Some(5));
}

#[tokio::test]
async fn stock_lists_are_made_from_a_file() {
    let shop = Shop::open().await;
    let path = "/api/v1/stock_list/excel_import/";
    let file = "name,code,is_auto_sync,colour\nNorth,N1,true,red\nSouth,,false,\nRetail,retail,,\nRetail,other,,\n\
                East,retail,,\nWest,,true,\n,W,,\nNorth,N1,yes,\n";
    let answer = upload(&shop.erp, path, "lists.csv", file.as_bytes(), &[]).await.ok();
    let status = finished(&shop.erp, key(&answer)).await;
    assert_eq!((counts(&status), &status["ignored_columns"]), ([2, 0, 2, 4], &json!(["colour"])));
    assert_eq!(errors(&status), [(5, "exists"), (6, "exists"), (7, "bad_cell"), (8, "bad_cell")]);
    let north = shop.erp.get("/api/v1/stock_list/?name=North").await.ok();
    assert_eq!((&north["results"][0]["code"], &north["results"][0]["is_auto_sync"]), (&json!("N1"), &json!(true)));
    let undo = format!("{}{}/undo/", import_path(shop.list), key(&answer));
    shop.erp.post(&undo, json!({})).await.expect(404);
}

/// Rows of one file meet each other in a dry run as they do when they are made.
#[tokio::test]
async fn a_dry_run_of_stock_lists_says_what_the_import_does() {
    let shop = Shop::open().await;
    let path = "/api/v1/stock_list/excel_import/";
    let mut file =
        String::from("name,code,is_auto_sync\nRetail,retail,\nNew,N,\nNew,N,\nNew,M,\nOther,N,\nNew,N,no\nLast,,\n");
    // More rows than are looked at together.
    file.extend((0..2_500).map(|number| format!("Many {number},,\n")));
    file.push_str("New,Z,\nMany 7,,\nLast,,no\n");
    let mut ends = Vec::new();
    for options in [&[("dry_run", "true")][..], &[]] {
        let before = shop.server.dump().await.lines().filter(|line| line.starts_with("stock_list ")).count();
        let answer = upload(&shop.erp, path, "lists.csv", file.as_bytes(), options).await.ok();
        let status = finished(&shop.erp, key(&answer)).await;
        let made = shop.server.dump().await.lines().filter(|line| line.starts_with("stock_list ")).count() - before;
        assert_eq!(made, if options.is_empty() { 2_502 } else { 0 });
        ends.push((counts(&status), status["errors"].clone()));
    }
    assert_eq!(ends[0], ends[1]);
    assert_eq!(ends[0].0, [2_502, 0, 3, 5]);
}

#[tokio::test]
async fn a_file_beyond_the_limit_is_refused_and_leaves_nothing() {
    let shop = Shop::on(crate::client::TestServer::with(|config| config.import_bytes_max = 1_000).await).await;
    let before = shop.server.dump().await;
    let file = format!("sku,stock\n{}", "A,1\n".repeat(400));
    upload(&shop.erp, &import_path(shop.list), "a.csv", file.as_bytes(), &[]).await.expect(413);
    shop.erp.send("POST", &import_path(shop.list), Body::Raw("text/csv", file.into_bytes())).await.expect(413);
    assert_eq!(shop.server.dump().await, before);
}
