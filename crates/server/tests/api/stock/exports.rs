//! Exports: what is in the file, that it comes back as an import without changing anything, and templates.

use serde_json::{Value, json};

use crate::files::{cells, counts, finished, import_path, key, rows, upload};
use crate::shop::{Shop, column, id, item};

const HEADER: [&str; 9] = [
    "product_sku",
    "product_name",
    "stock",
    "unit_type",
    "stock_list",
    "snapshot_at",
    "held_quantity",
    "reported_quantity",
    "adjusted_stock",
];
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// SKUs that spreadsheets make something of.
const ODD_SKUS: [&str; 12] =
    ["=1+1", "-5", "@x", "'=x", "+90", "'", "''-", "a,b;c\"d", "007", "123456789012345678", "Ürün ğış", "sep=;"];

#[tokio::test]
async fn an_export_has_all_that_the_filters_leave() {
    let shop = Shop::open().await;
    let other = shop.list_with(json!({"name": "Müşteri; \"2\""})).await;
    for number in 0..25 {
        shop.write(json!({"product_sku": format!("S{number}"), "stock": number, "unit_type": "kg"})).await;
    }
    shop.write(json!({"product_sku": "O", "stock": 3, "stock_list": other})).await;
    shop.order("S9", 4).await;
    let named = id(&shop.erp.get("/api/v1/products/?sku=S9").await.ok()["results"][0]);
    shop.erp.patch(&format!("/api/v1/products/{named}/"), json!({"name": "=Gömlek"})).await.ok();

    let answer = shop.erp.get("/api/v1/product_stock/export/").await;
    assert!(answer.text.starts_with("\u{feff}product_sku,product_name,stock,"), "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    let named = "attachment; filename=\"product_stock_2026-03-01.csv\"; filename*=UTF-8''product_stock_2026-03-01.csv";
    assert_eq!(answer.header("content-disposition"), Some(named));
    let all = rows(&answer);
    assert_eq!((all[0].as_slice(), all.len()), (HEADER.map(str::to_owned).as_slice(), 27));
    let stored = shop.erp.get("/api/v1/product_stock/?product_sku=S9").await.ok();
    let taken = stored["results"][0]["snapshot_at"].as_str().expect("a time");
    assert_eq!(all[10], ["S9", "=Gömlek", "9", "kg", "Retail", taken, "4", "0", "5"]);
    assert_eq!(all[26][4], "Müşteri; \"2\"");

    let list = shop.list;
    let skus = |query: &str| {
        let path = format!("/api/v1/product_stock/export/?{query}");
        let caller = shop.erp.clone();
        async move { cells(&rows(&caller.get(&path).await), "product_sku") }
    };
    assert_eq!(skus(&format!("stock_list={other}")).await, ["O"]);
    assert_eq!(skus("product_sku__in=S3,S1").await, ["S1", "S3"]);
    assert_eq!(skus("sort=-id&stock__gte=23").await, ["S24", "S23"]);
    assert_eq!(skus(&format!("stock_list={list}&page=2&limit=3")).await.len(), 25, "there are no pages");
    assert_eq!(skus("stock=9&format=csv").await, ["S9"]);
    assert_eq!(skus("product_sku=nothing").await, [""; 0]);
    let book = shop.erp.get("/api/i1/product_stocks/export/?format=xlsx").await;
    assert_eq!((book.header("content-type"), rows(&book)), (Some(XLSX), all));
}

#[tokio::test]
async fn a_json_export_is_what_the_list_shows() {
    let shop = Shop::open().await;
    assert_eq!(shop.erp.get("/api/v1/product_stock/export/?format=json").await.ok(), json!([]));
    for sku in ODD_SKUS {
        shop.write(json!({"product_sku": sku, "stock": 7, "extra_field": {"a": [1]}})).await;
    }
    for family in ["v1", "i1"] {
        let exported = shop.erp.get(&format!("/api/{family}/product_stock/export/?format=json&stock=7")).await;
        assert_eq!(exported.header("content-type"), Some("application/json"));
        let listed = shop.erp.get(&format!("/api/{family}/product_stock/?limit=1000")).await.ok();
        assert_eq!(exported.ok(), listed["results"]);
    }
    let same = shop.erp.get("/api/v1/product_stocks/export/?format=json").await.ok();
    assert_eq!(same, shop.erp.get("/api/v1/product_stock/export/?format=json").await.ok());
    // A channel sees the stocks of its catalog's lists.
    let number = shop.channel("refuse").await;
    let channel = shop.server.channel_client(number).await;
    assert_eq!(channel.get("/api/v1/product_stock/export/?format=json").await.ok(), json!([]));
    shop.sells(number).await;
    assert_eq!(channel.get("/api/v1/product_stock/export/?format=json").await.ok(), same);
}

#[tokio::test]
async fn wishes_that_cannot_be_met_are_named() {
    let shop = Shop::open().await;
    for path in ["product_stock/export", "stock_list/1/excel_template"] {
        for format in ["pdf", "", "CSV", "%00", "json%20x"] {
            shop.erp.get(&format!("/api/v1/{path}/?format={format}")).await.faults(&["format"]);
        }
    }
    shop.erp.get("/api/v1/stock_list/1/excel_template/?format=json").await.faults(&["format"]);
    shop.erp.get("/api/v1/product_stock/export/?sort=stock").await.faults(&["sort"]);
    shop.erp.get("/api/v1/product_stock/export/?colour=red&stock=x").await.faults(&["colour", "stock"]);
}

/// The shop of the round trip: odd SKUs, open and reported lines, units sold elsewhere, stocks without a level.
async fn lively_shop() -> Shop {
    let shop = Shop::open().await;
    shop.erp.patch(&format!("/api/v1/stock_list/{}/", shop.list), json!({"name": "=Depo; \"1\""})).await.ok();
    for (number, sku) in ODD_SKUS.into_iter().enumerate() {
        shop.write(
            json!({"product_sku": sku, "stock": number, "unit_type": if number % 2 == 0 { "kg" } else { "qty" }}),
        )
        .await;
    }
    shop.write(json!({"product_sku": "LIVE", "stock": 50, "sold_quantity_unreported": 6})).await;
    shop.write(json!({"product_sku": "NO FIGURE", "unit_type": "kg"})).await;
    shop.import("sku,stock\nONLY DIFFERENCES,8\n", &[("mode", "adjust")]).await;
    for sku in ["LIVE", "ONLY DIFFERENCES"] {
        shop.order(sku, 3).await;
        let reported = shop.order(sku, 2).await;
        shop.server.advance(10);
        shop.release(item(&reported)).await;
    }
    shop.server.advance(60);
    shop
}

async fn state(shop: &Shop) -> Vec<Value> {
    let stocks = shop.erp.get("/api/v1/product_stock/?limit=1000").await.ok();
    let figures =
        ["product_sku", "stock", "sold_quantity_unreported", "reported_quantity", "adjusted_stock", "unit_type"];
    figures.into_iter().chain(["modified_date"]).flat_map(|name| column(&stocks, name)).collect()
}

#[tokio::test]
async fn an_export_that_comes_back_changes_nothing() {
    for format in ["csv", "xlsx"] {
        let shop = lively_shop().await;
        let export = shop.erp.get(&format!("/api/v1/product_stock/export/?format={format}")).await;
        let exported = cells(&rows(&export), "product_sku");
        assert_eq!(exported[..ODD_SKUS.len()], ODD_SKUS);
        for meanwhile in [false, true] {
            if meanwhile {
                // Lines come, go and are registered between the export and its return.
                let order = shop.order("LIVE", 4).await;
                shop.order("LIVE", 1).await;
                shop.release(item(&order)).await;
                shop.cancel(&shop.order("ONLY DIFFERENCES", 1).await).await;
                shop.server.advance(60);
            }
            let before = state(&shop).await;
            let status = shop.import(&export.bytes, &[]).await;
            assert_eq!(counts(&status), [0, 0, exported.len() as i64, 0], "{status}");
            assert_eq!(status["ignored_columns"], json!(["held_quantity", "reported_quantity", "adjusted_stock"]));
            assert_eq!(state(&shop).await, before, "{format}");
        }
        shop.server.verify().await;
    }
}

/// A level that is written after the export is not overwritten by what was there before.
#[tokio::test]
async fn an_old_export_does_not_undo_newer_figures() {
    let shop = Shop::open().await;
    shop.stock("A", 5).await;
    shop.stock("B", 6).await;
    let export = shop.erp.get("/api/v1/product_stock/export/").await;
    shop.server.advance(60);
    shop.stock("B", 2).await;
    let status = shop.import(&export.bytes, &[]).await;
    assert_eq!((counts(&status), &status["errors"][0]["error_code"]), ([0, 0, 1, 1], &json!("stale_snapshot")));
    assert_eq!(shop.of_sku("B").await.map(|all| all[0]), Some(2));
}

#[tokio::test]
async fn more_rows_than_are_read_together_come_once_each_and_in_order() {
    let shop = Shop::open().await;
    let mut file = String::from("sku,stock\n");
    file.extend((0..2_300).map(|number| format!("M{number},{number}\n")));
    shop.import(&file, &[]).await;
    let export = rows(&shop.erp.get(&format!("/api/v1/product_stock/export/?stock_list={}", shop.list)).await);
    let mut skus = cells(&export, "product_sku");
    skus.sort_by_key(|sku| sku[1..].parse::<i64>().expect("a number"));
    assert_eq!(skus, (0..2_300).map(|number| format!("M{number}")).collect::<Vec<_>>());
    let stocks = shop.erp.get("/api/v1/product_stock/export/?format=json&sort=-id").await.ok();
    let ids: Vec<i64> = stocks.as_array().expect("rows").iter().map(id).collect();
    assert!(ids.len() == 2_300 && ids.is_sorted_by(|one, next| one > next), "{ids:?}");
}

#[tokio::test]
async fn a_template_has_the_columns_and_rows_that_change_nothing() {
    let shop = lively_shop().await;
    let path = format!("/api/v1/stock_list/{}/excel_template/", shop.list);
    let template = shop.erp.get(&path).await;
    assert_eq!(template.header("content-type"), Some(XLSX));
    let disposition = template.header("content-disposition").expect("a name");
    assert!(disposition.starts_with("attachment; filename=\"retail_template.xlsx\""), "{disposition}");
    let header = "product__sku stock sold_quantity_unreported unit_type snapshot_at stock_list__name product__name";
    let found = rows(&template);
    assert_eq!((found[0].join(" ").as_str(), found.len()), (header, 11));
    assert_eq!(found, rows(&shop.erp.get(&format!("{path}?format=csv")).await));
    let before = state(&shop).await;
    let answer = upload(&shop.erp, &import_path(shop.list), "template.xlsx", &template.bytes, &[]).await.ok();
    let status = finished(&shop.erp, key(&answer)).await;
    assert_eq!((counts(&status), &status["ignored_columns"]), ([0, 0, 10, 0], &json!([])), "{status}");
    assert_eq!(state(&shop).await, before);

    let empty = shop.list_with(json!({"name": "Boş; liste"})).await;
    let answer = shop.erp.get(&format!("/api/v1/stock_list/{empty}/excel_template/?format=csv")).await;
    let disposition = answer.header("content-disposition").expect("a name");
    assert!(
        disposition.contains("Bo__ liste_template.csv") && disposition.contains("Bo%C5%9F%3B%20liste_template.csv")
    );
    assert_eq!(rows(&answer).len(), 1);
    shop.erp.get("/api/v1/stock_list/999/excel_template/").await.expect(404);
}
