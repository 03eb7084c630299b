//! Adjustment reasons of the installation's own: they are added, given with a level, and retired.

use onhand::auth::Role;
use serde_json::json;

use crate::browser::{Browser, filled};
use crate::shop::Shop;

const PATH: &str = "/adjustment-reasons";
const API: &str = "/api/v1/adjustment_reasons/";

#[tokio::test]
async fn a_reason_of_ones_own_is_given_with_a_level() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let page = browser.get(PATH).await.ok().has("There is no reason of your own");
    let hidden = page.hidden(PATH, "");
    browser.post(PATH, &filled(&hidden, &[("code", "damaged")])).await.expect(400).has("reason-code-error");
    let sent = [("code", "gift"), ("name", "Gift to a customer")];
    for _ in 0..2 {
        browser.post(PATH, &filled(&hidden, &sent)).await.leads_to(PATH);
    }
    browser.get(PATH).await.ok().has("Gift to a customer is offered now").has("Offered").has(">gift<");
    let table = format!("/stock/{}", shop.list);
    let edit = format!("{table}?edit={stock}");
    let product = shop.erp.get(&format!("/api/v1/product_stock/{stock}/")).await.ok()["product"].clone();
    let page = browser.get(&edit).await.ok().has("value=\"gift\"").has("Gift to a customer").has("value=\"damaged\"");
    browser.get(&format!("/products/{product}?edit=set")).await.ok().has("value=\"gift\"");
    let write = format!("{table}/{stock}/level");
    let hidden = page.hidden(&write, "");
    let give = |reason: &'static str| [("mode", "add"), ("value", "-1"), ("reason", reason)];
    browser.post(&write, &filled(&hidden, &give("sold"))).await.expect(400).has("level-reason-error");
    browser.post(&write, &filled(&hidden, &give("gift"))).await.leads_to(&table);
    assert_eq!(shop.figures(stock).await[0], 9);
    let history = shop.erp.get(&format!("/api/v1/product_stocks/{stock}/movements/")).await.ok();
    assert_eq!(history["results"][0]["adjustment_reason"], json!("gift"), "{history}");

    let page = browser.get(PATH).await.ok();
    let reason = shop.erp.get(API).await.ok()["results"][0]["pk"].clone();
    let switch = format!("{PATH}/{reason}");
    browser.post(&switch, &filled(&page.hidden(&switch, ""), &[("is_active", "0")])).await.leads_to(PATH);
    browser.get(PATH).await.ok().has("is no longer offered").has("Retired").has("Offer again");
    browser.get(&edit).await.ok().has_no("value=\"gift\"");
    browser.post(&write, &give("gift")).await.expect(400).has("level-reason-error");
    browser.get("/stock").await.ok().has("href=\"/adjustment-reasons\"");
    let mut viewer = Browser::of(&shop.server, Role::Viewer).await;
    viewer.get("/stock").await.ok().has_no("href=\"/adjustment-reasons\"");
}
