//! The list of imports (contract 5): every import of every list, narrowed and page by page.

use serde_json::{Value, json};

use crate::files::{finished, import_path, key, upload};
use crate::shop::{Shop, int};

fn keys(page: &Value) -> Vec<&str> {
    page["results"].as_array().expect("rows").iter().map(|row| row["cache_key"].as_str().expect("a key")).collect()
}

#[tokio::test]
async fn imports_are_listed_narrowed_and_found() {
    let shop = Shop::open().await;
    let empty = shop.erp.get("/api/v1/imports/").await.ok();
    assert_eq!((&empty["count"], &empty["results"]), (&json!(0), &json!([])));
    let good = shop.import("sku,stock\nA,1\nB,2\n", &[]).await;
    let looked = shop.import("sku,stock\nA,5\n", &[("dry_run", "true")]).await;
    let bad = shop.import("sku,stock\nA,many\nB,3\n", &[]).await;
    let lists = upload(&shop.admin, "/api/v1/stock_list/excel_import/", "l.csv", b"name,code\nX,X-1\n", &[]).await.ok();
    finished(&shop.admin, key(&lists)).await;

    let all = shop.erp.get("/api/v1/imports/").await.ok();
    assert_eq!(all["count"], 4);
    assert_eq!(keys(&all), [key(&good), key(&looked), key(&bad), key(&lists)]);
    let row = &all["results"][2];
    assert_eq!(row["stock_list"], shop.list);
    assert_eq!(
        (&row["total"], &row["processed"], &row["updated"], &row["fail_count"]),
        (&json!(2), &json!(2), &json!(1), &json!(1))
    );
    assert_eq!((&row["status"], &row["task"], &row["kind"]), (&json!("completed"), &json!("import"), &json!("stocks")));
    assert_eq!(all["results"][3]["stock_list"], json!(null));
    assert_eq!(shop.erp.get(&format!("/api/v1/imports/{}/", int(&row["pk"]))).await.ok(), *row);

    let found = async |query: &str| shop.erp.get(&format!("/api/v1/imports/?{query}")).await.ok();
    assert_eq!(keys(&found("task=dry_run").await), [key(&looked)]);
    assert_eq!(keys(&found("fail_count__gt=0").await), [key(&bad)]);
    assert_eq!(keys(&found("kind=stock_lists").await), [key(&lists)]);
    assert_eq!(found(&format!("stock_list={}&status=completed", shop.list)).await["count"], 3);
    assert_eq!(keys(&found("sort=-pk&limit=2").await), [key(&lists), key(&bad)]);
    assert_eq!(found("status=processing").await["count"], 0);
    shop.erp.get("/api/v1/imports/?status=receiving").await.ok();
    shop.erp.get("/api/v1/imports/?status=lost").await.faults(&["status"]);
    shop.erp.get("/api/v1/imports/999999/").await.expect(404);
}

#[tokio::test]
async fn a_bulk_edit_and_an_undo_are_imports_too() {
    let shop = Shop::open().await;
    shop.stock("A", 3).await;
    let body = json!({"filter": {}, "set": 8});
    let begun = shop.erp.post(&format!("/api/v1/stock_list/{}/bulk/", shop.list), body).await.ok();
    let dry_run = finished(&shop.erp, key(&begun)).await;
    assert_eq!(dry_run["updated"], 1);
    let page = shop.erp.get("/api/v1/imports/?sort=-pk").await.ok();
    assert_eq!(page["results"][0]["file_name"], "Bulk edit: = 8");
    let path = format!("{}{}/apply/", import_path(shop.list), key(&begun));
    let applied = shop.erp.post(&path, json!({})).await.ok();
    finished(&shop.erp, key(&applied)).await;
    let page = shop.erp.get("/api/v1/imports/?sort=-pk").await.ok();
    assert_eq!(
        (&page["results"][0]["task"], &page["results"][0]["source"]),
        (&json!("apply"), &page["results"][1]["pk"])
    );
}
