//! Undoing a write from the history on a product's page.

use onhand::auth::Role;
use serde_json::json;

use crate::browser::{Browser, filled};
use crate::shop::{Shop, item};

#[tokio::test]
async fn the_newest_write_is_undone_from_the_history() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 58).await;
    shop.server.advance(10);
    shop.write(json!({"product_sku": "A-1", "stock": 64})).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let product = browser.get("/sku/A-1").await.led();
    let action = format!("/stock/{}/{stock}/undo", shop.list);
    let page = browser.get(&product).await.ok();
    assert_eq!(page.text.matches(&format!("action=\"{action}\"")).count(), 1, "of the newest write only");
    let undo = page.hidden(&action, "movement");
    let fields = filled(&undo, &[]);
    browser.post(&action, &fields).await.leads_to(&product);
    browser.get(&product).await.ok().has("64 → 58").has("class=\"toast\"");
    browser.post(&action, &fields).await.leads_to(&product);
    assert_eq!(shop.figures(stock).await, [58, 0, 0, 58], "a form that is sent twice is done once");

    let stale = browser.get(&product).await.ok().hidden(&action, "movement");
    shop.order("A-1", 1).await;
    let page = browser.post(&action, &filled(&stale, &[])).await.expect(406);
    page.has("Something has happened to this stock since the write");
    let page = browser.get(&product).await.ok().has_no(&action);
    page.has("Cannot be undone: something has happened to this stock since.");
    let mut viewer = Browser::of(&shop.server, Role::Viewer).await;
    viewer.get(&product).await.ok().has_no("Cannot be undone").has_no(&action);
    viewer.post(&action, &[("movement", "1")]).await.expect(403);
    browser.post(&action, &[("movement", "1")]).await.expect(404);
}

#[tokio::test]
async fn a_level_that_settled_says_why_it_stays() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let order = shop.order("A-1", 4).await;
    shop.release(item(&order)).await;
    shop.server.advance(10);
    shop.stock("A-1", 6).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let product = browser.get("/sku/A-1").await.led();
    let action = format!("/stock/{}/{stock}/undo", shop.list);
    browser.get(&product).await.ok().has("the level settled reported units").has_no(&action);
}
