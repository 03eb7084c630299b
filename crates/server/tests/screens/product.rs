//! One product: why its numbers are what they are, who reserves it, what was said of a level.

use onhand::auth::Role;
use serde_json::{Value, json};

use crate::browser::{Browser, filled};
use crate::shop::{Shop, id, item};

#[tokio::test]
async fn a_product_says_why() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 20).await;
    let (open, taken) = (shop.order("A-1", 5).await, shop.order("A-1", 3).await);
    shop.release(item(&taken)).await;
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let product = browser.get("/sku/A-1").await.led();
    let page = browser.get(&product).await.ok().has("Why is it 12?").has("5 by 1 order line");
    let page = page.has(open["number"].as_str().expect("a number")).has(taken["number"].as_str().expect("a number"));
    page.has("waits for the ERP").has("Ordered 5").has(&format!("data-stock=\"{stock}\""));
    browser.get(&format!("{product}?cause=order")).await.ok().has("Ordered 5").has_no("Level 20");
    browser.get(&format!("{product}?cause=x&range=month&after=1&list=999")).await.ok();
    browser.part(&product).await.ok().has_no("<html").has("Why is it 12?");
    browser.get("/sku/nothing").await.expect(404);
    browser.get("/search?q=A-").await.ok().has(&format!("href=\"{product}\""));
}

fn number(order: &Value) -> &str {
    order["number"].as_str().expect("a number")
}

#[tokio::test]
async fn old_lines_are_named_however_much_has_happened_since() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 900).await;
    let first = shop.order("A-1", 2).await;
    let lines: Vec<Value> = (0..150).map(|_| shop.line("A-1", 1)).collect();
    shop.try_order(json!({"order_items": lines})).await.created();
    for level in 0..60 {
        shop.server.advance(1);
        shop.stock("A-1", 800 + level).await;
    }
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let product = browser.get("/sku/A-1").await.led();
    let path = format!("{product}?list={}", shop.list);
    let page =
        browser.get(&path).await.ok().has(number(&first)).has("152 by order lines").has("51 more units by other");
    let line = item(&first);
    page.has(&format!("/orders/{}?release={line}", id(&first))).has(&format!("/orders/{}?cancel={line}", id(&first)));
    let open = shop.erp.get(&format!("/api/v1/product_stocks/{stock}/reservations/")).await.ok();
    let next = format!("{path}&lines={}", open["next_after"]);
    browser.get(&next).await.ok().has_no(&format!("release={line}\"")).has("101 more units by other");
    browser.get(&format!("/orders/{}?cancel={line}", id(&first))).await.ok().has("<details class=\"panel\" open>");
    browser.get(&format!("{path}&range=newest")).await.ok().has("Last 200");
    let mut viewer = Browser::of(&shop.server, Role::Viewer).await;
    viewer.get(&path).await.ok().has(number(&first)).has_no("?release=").has_no("?cancel=");
}

#[tokio::test]
async fn what_is_said_of_a_level_is_in_the_history() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let product = format!("{}?list={}", browser.get("/sku/A-1").await.led(), shop.list);
    let path = format!("/stock/{}/{stock}/level", shop.list);
    let edit = format!("{product}&edit=set");
    let hidden = browser.get(&edit).await.ok().has("value=\"damaged\"").hidden(&path, "");
    let said = [("value", "8"), ("mode", "set"), ("reason", "damaged"), ("note", "shelf <B4>")];
    browser.post(&path, &filled(&hidden, &said)).await.expect(303);
    browser.get(&product).await.ok().has("Damaged").has("“shelf &#60;B4&#62;”");
    let newest = shop.erp.get(&format!("/api/v1/product_stocks/{stock}/movements/")).await.ok()["results"][0].clone();
    assert_eq!((&newest["adjustment_reason"], &newest["note"]), (&json!("damaged"), &json!("shelf <B4>")));

    let long = "x".repeat(201);
    for (name, value) in [("reason", "stolen"), ("note", long.as_str())] {
        let hidden = browser.get(&edit).await.ok().hidden(&path, "");
        let page = browser.post(&path, &filled(&hidden, &[("value", "7"), (name, value)])).await.expect(400);
        page.has(&format!("id=\"level-{name}-error\"")).has("value=\"7\"");
    }
    assert_eq!(shop.figures(stock).await, [8, 0, 0, 8]);
}

#[tokio::test]
async fn what_is_reported_says_which_level_settles_it() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let order = shop.order("A-1", 4).await;
    shop.release(item(&order)).await;
    let external = json!({"product_sku": "A-1", "sold_quantity_unreported": 2});
    shop.write(external).await;
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let product = browser.get("/sku/A-1").await.led();
    let code = format!("ERP-{}", item(&order));
    let page = browser.get(&product).await.ok().has(number(&order)).has(&code).has("settles all of these");
    page.has("sold elsewhere").has("written by");
    assert_eq!(shop.figures(stock).await, [10, 2, 4, 4]);
    shop.server.advance(5);
    shop.stock("A-1", 6).await;
    browser.get(&product).await.ok().has_no("settles all of these").has("Why is it 4?");
}

#[tokio::test]
async fn a_hundred_lists_of_a_product_are_a_page() {
    let shop = Shop::open().await;
    for _ in 0..101 {
        let list = shop.list_with(json!({})).await;
        shop.write(json!({"product_sku": "A-1", "stock": 1, "stock_list": list})).await;
    }
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let product = browser.get("/sku/A-1").await.led();
    let page = browser.get(&product).await.ok().has("1–100 of 101");
    assert_eq!(page.text.matches("class=\"ls\"").count(), 100);
    let page = browser.get(&format!("{product}?lists=2")).await.ok().has("101–101 of 101");
    assert_eq!(page.text.matches("class=\"ls\"").count(), 1);
    browser.get(&format!("{product}?lists=99")).await.ok();
}
