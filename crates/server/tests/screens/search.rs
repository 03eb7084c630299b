//! The search: the page, the palette's part of it, and the search of a table.

use onhand::auth::Role;
use onhand_testkit::wait;
use serde_json::json;

use crate::browser::{Browser, filled};
use crate::shop::{Shop, id};

/// Waits until a page has a text: words are read soon after products are written.
async fn has(browser: &mut Browser, path: &str, text: &str) {
    wait::until_async(async || {
        let page = browser.get(path).await.ok();
        if page.text.contains(text) { Ok(()) } else { Err(format!("{path} has no {text}")) }
    })
    .await;
}

#[tokio::test]
async fn a_product_is_found_by_its_words_everywhere() {
    let shop = Shop::open().await;
    let stock = shop.stock("DRESS-İPEK-LACİ-38", 3).await;
    shop.stock("COAT-1", 1).await;
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    has(&mut browser, "/search?q=ipek", "DRESS-İPEK-LACİ-38").await;
    browser.part("/search?q=laci+DRESS").await.ok().has("DRESS-İPEK-LACİ-38").has_no("<html");
    browser.get("/search?q=retail").await.ok().has(&format!("href=\"/stock/{}\"", shop.list));
    browser.get("/search?q=cancel").await.ok().has("href=\"/cancellations\"");
    let table = format!("/stock/{}?q=%C4%B0pek", shop.list);
    browser.get(&table).await.ok().has("DRESS-İPEK-LACİ-38").has_no("COAT-1");
    browser.get(&format!("/stock/{}?q=COAT", shop.list)).await.ok().has("COAT-1").has_no("DRESS");
    assert_eq!(shop.figures(stock).await, [3, 0, 0, 3]);
}

#[tokio::test]
async fn a_scanned_barcode_opens_its_product() {
    let shop = Shop::open().await;
    let body = json!({"sku": "B-1", "name": "Belt", "attributes": {"barcode": "8690123456789"}});
    let product = id(&shop.erp.post("/api/v1/products/", body).await.created());
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    has(&mut browser, "/search?q=belt", "B-1").await;
    browser.get("/search?q=8690123456789").await.leads_to(&format!("/products/{product}"));
    browser.part("/search?q=8690123456789").await.ok().has("B-1");
    let body = json!({"sku": "B-2", "attributes": {"barcode": "8690123456789"}});
    shop.erp.post("/api/v1/products/", body).await.created();
    wait::until_async(async || {
        let page = browser.get("/search?q=8690123456789").await;
        if page.status == 200 { Ok(()) } else { Err("only one product has that barcode") }
    })
    .await;
}

#[tokio::test]
async fn what_words_find_is_a_file_and_can_be_changed_together() {
    let shop = Shop::open().await;
    let body = json!({"sku": "B-1", "name": "Leather belt"});
    shop.erp.post("/api/v1/products/", body).await.created();
    for sku in ["A-1", "B-1"] {
        shop.stock(sku, 5).await;
    }
    let mut ann = Browser::of(&shop.server, Role::Integration).await;
    let table = format!("/stock/{}?q=belt", shop.list);
    has(&mut ann, &table, "B-1").await;
    let page = ann.get(&table).await.ok().has_no("A-1").has("All 1 of this view");
    let file = ann.get(&format!("/stock/{}/export?q=belt&format=csv", shop.list)).await.ok();
    file.has("B-1").has_no("A-1");
    let action = format!("/stock/{}/bulk", shop.list);
    let hidden = page.hidden(&action, "");
    let fields = filled(&hidden, &[("all", "1"), ("act", "add"), ("add_amount", "2")]);
    let preview = ann.post(&action, &fields).await.led();
    has(&mut ann, &preview, "Apply 1 row").await;
    ann.get(&preview).await.ok().has("B-1").has_no("A-1").has("Bulk edit: +2");
    let file = ann.post(&action, &filled(&hidden, &[("all", "1"), ("act", "export")])).await.ok();
    file.has("B-1").has_no("A-1");
}
