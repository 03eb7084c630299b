//! Changing the selection of a stock table: a preview first, then what an import has.

use onhand::auth::Role;
use onhand_testkit::wait;
use serde_json::json;

use crate::browser::{Browser, Page, filled};
use crate::shop::Shop;

async fn shop() -> (Shop, Vec<String>) {
    let shop = Shop::open().await;
    let mut stocks = Vec::new();
    for sku in ["COAT-1", "SOCK-1", "SOCK-2"] {
        stocks.push(shop.stock(sku, 5).await.to_string());
    }
    (shop, stocks)
}

/// The page of an import, once it has ended.
async fn ended(browser: &mut Browser, path: &str) -> Page {
    wait::until_async(async || {
        let page = browser.get(path).await.ok();
        if page.text.contains("data-import=") { Err(page.text.len()) } else { Ok(page) }
    })
    .await
}

#[tokio::test]
async fn selected_rows_are_previewed_applied_and_undone() {
    let (shop, stocks) = shop().await;
    let mut ann = Browser::of(&shop.server, Role::Integration).await;
    let (table, action) = (format!("/stock/{}", shop.list), format!("/stock/{}/bulk", shop.list));
    let hidden = ann.get(&table).await.ok().hidden(&action, "");
    let fields = filled(&hidden, &[("stock", &stocks[0]), ("stock", &stocks[2]), ("act", "add"), ("add_amount", "−2")]);
    let preview = ann.post(&action, &fields).await.led();
    let page = ended(&mut ann, &preview).await.has("COAT-1").has("SOCK-2").has_no("SOCK-1");
    assert_eq!(shop.of_sku("COAT-1").await, Some([5, 0, 0, 5]), "a preview changes nothing");
    let apply = page.hidden(&format!("{preview}/apply"), "");
    let applied = ann.post(&format!("{preview}/apply"), &filled(&apply, &[])).await.led();
    let page = ended(&mut ann, &applied).await;
    assert_eq!(shop.of_sku("COAT-1").await, Some([3, 0, 0, 3]));
    assert_eq!(shop.of_sku("SOCK-1").await, Some([5, 0, 0, 5]));
    let undo = page.hidden(&format!("{applied}/undo"), "");
    let undone = ann.post(&format!("{applied}/undo"), &filled(&undo, &[])).await.led();
    ended(&mut ann, &undone).await;
    assert_eq!(shop.of_sku("COAT-1").await, Some([5, 0, 0, 5]));
}

#[tokio::test]
async fn all_of_a_view_is_what_its_search_leaves() {
    let (shop, _) = shop().await;
    let mut ann = Browser::of(&shop.server, Role::Integration).await;
    let action = format!("/stock/{}/bulk", shop.list);
    let page = ann.get(&format!("/stock/{}?q=SOCK", shop.list)).await.ok();
    let hidden = page.hidden(&action, "");
    let fields = filled(&hidden, &[("all", "1"), ("act", "set"), ("set_amount", "9")]);
    let preview = ann.post(&action, &fields).await.led();
    let page = ended(&mut ann, &preview).await.has("SOCK-1").has("SOCK-2").has_no("COAT-1");
    page.has("Apply 2 rows");
    let file = ann.post(&action, &filled(&hidden, &[("all", "1"), ("act", "export")])).await.led();
    assert!(file.starts_with(&format!("/stock/{}/export?q=SOCK", shop.list)), "{file}");
}

#[tokio::test]
async fn a_selection_that_cannot_be_changed_comes_back() {
    let (shop, stocks) = shop().await;
    let mut ann = Browser::of(&shop.server, Role::Integration).await;
    let action = format!("/stock/{}/bulk", shop.list);
    ann.post(&action, &[("act", "add"), ("add_amount", "1")]).await.expect(400).has("Select rows first.");
    let wrong = [("stock", stocks[0].as_str()), ("act", "set"), ("set_amount", "<b>")];
    let page = ann.post(&action, &wrong).await.expect(400).has("value=\"&#60;b&#62;\"");
    page.has(&format!("value=\"{}\" form=\"bulk\" checked", stocks[0]));
    ann.post(&action, &[("stock", "999999"), ("act", "add"), ("add_amount", "1")]).await.expect(400);
    ann.post(&action, &[("stock", &stocks[0]), ("act", "eat")]).await.expect(400);
    let file = ann.post(&action, &[("stock", &stocks[0]), ("act", "export")]).await.ok();
    assert!(file.text.contains("COAT-1") && !file.text.contains("SOCK-1"), "{}", file.text);
    let mut viewer = Browser::of(&shop.server, Role::Viewer).await;
    viewer.get(&format!("/stock/{}", shop.list)).await.ok().has_no("id=\"bulk\"");
    viewer.post(&action, &[("all", "1"), ("act", "add"), ("add_amount", "1")]).await.expect(403);
    let other = shop.list_with(json!({})).await;
    shop.write(json!({"product_sku": "SOCK-1", "stock_list": other, "stock": 5})).await;
    let foreign = [("stock", stocks[0].as_str()), ("act", "add"), ("add_amount", "1")];
    ann.post(&format!("/stock/{other}/bulk"), &foreign).await.expect(400).has("The list has no product stock");
}
