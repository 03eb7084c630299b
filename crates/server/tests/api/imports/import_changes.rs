//! What an import has changed, or would change, row by row.

use serde_json::{Value, json};

use crate::files::{import_path, key};
use crate::shop::{Shop, int};

#[tokio::test]
async fn the_changes_of_a_dry_run_can_be_read_page_by_page() {
    let shop = Shop::open().await;
    for sku in ["A", "B"] {
        shop.stock(sku, 3).await;
    }
    // More than one chunk, and one in between in which nothing would change.
    let many = |first: usize, cell: &str| {
        (first..first + 300).fold(String::new(), |rows, row| format!("{rows}S-{row},{cell}\n"))
    };
    let file = format!("sku,stock,unit\nA,10,kg\nB,x\n{}B,4\n{}", many(0, "x"), many(300, "7"));
    let said = shop.import(file, &[("dry_run", "true")]).await;
    let path = format!("{}{}/changes/", import_path(shop.list), key(&said));
    let first = shop.erp.get(&format!("{path}?limit=3")).await.ok();
    assert_eq!(int(&first["count"]), 302);
    let rows: Vec<_> = first["results"].as_array().expect("rows").iter().map(|row| row["row"].clone()).collect();
    assert_eq!(rows, [2, 304, 305]);
    let row = &first["results"][0];
    let shown =
        ["product_sku", "result", "old_stock", "new_stock", "old_unit_type", "new_unit_type"].map(|name| &row[name]);
    assert_eq!(shown.map(Clone::clone), [json!("A"), json!("updated"), json!(3), json!(10), json!("qty"), json!("kg")]);
    assert_eq!((&first["results"][2]["old_stock"], &first["results"][2]["new_stock"]), (&Value::Null, &json!(7)));
    let last = shop.erp.get(&format!("{path}?limit=100&page=4")).await.ok();
    assert_eq!((last["results"].as_array().map(Vec::len), &last["next"]), (Some(2), &Value::Null));
    assert_eq!(last["results"][1]["row"], json!(604));
    shop.erp.get(&format!("{path}?limit=100&page=5")).await.expect(404);
    shop.erp.get(&format!("{path}?cursor=")).await.expect(400);
    let other = shop.list_with(json!({})).await;
    let key = key(&said);
    shop.erp.get(&format!("/api/v1/stock_list/{other}/excel_import/{key}/changes/")).await.expect(404);
}
