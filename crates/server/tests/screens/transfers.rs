//! Transfers between lists on their screens: one is made once, what is wrong is said line by line, and all are shown.

use onhand::auth::Role;
use onhand_testkit::json::id;
use serde_json::json;

use crate::browser::{Browser, filled};
use crate::shop::Shop;

const PATH: &str = "/transfers";
const NEW: &str = "/transfers/new";
const API: &str = "/api/v1/stock_transfers/";

#[tokio::test]
async fn units_are_moved_once_and_shown() {
    let shop = Shop::open().await;
    let stock = shop.stock("RED SHOE", 10).await;
    shop.stock("B-2", 5).await;
    let to = shop.list_with(json!({"name": "Shop"})).await;
    shop.erp.post("/api/v1/adjustment_reasons/", json!({"code": "van", "name": "By van"})).await.created();
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    browser.get(PATH).await.ok().has("Nothing was transferred").has(&format!("href=\"{NEW}\""));
    let page = browser.get(&format!("{NEW}?from={}", shop.list)).await.ok().has("By van").has("Received");
    let page = page.has(&format!("value=\"{}\" selected", shop.list));
    let hidden = page.hidden(NEW, "");
    let (from, to) = (shop.list.to_string(), to.to_string());
    let sent = [
        ("from", &*from),
        ("to", &*to),
        ("lines", "RED SHOE\t3\r\n\r\nB-2 1"),
        ("reference", "VAN-7"),
        ("reason", "van"),
        ("note", "for the weekend"),
    ];
    for _ in 0..2 {
        browser.post(NEW, &filled(&hidden, &sent)).await.leads_to(PATH);
    }
    assert_eq!(shop.figures(stock).await, [7, 0, 0, 7], "the same form again moves nothing");
    let page = browser.get(PATH).await.ok().has("4 units went from Retail to Shop").has("Retail → Shop");
    page.has("href=\"/sku/RED%20SHOE\"").has("VAN-7").has("for the weekend").has(&browser.name);
    browser.part(PATH).await.ok().has("VAN-7").has_no("<html");
    let made = shop.erp.get(API).await.ok()["results"][0].clone();
    assert_eq!((&made["reason"], &made["note"]), (&json!("van"), &json!("for the weekend")));
    let one = format!("{PATH}/{}", id(&made));
    browser.get(&one).await.ok().has("RED SHOE").has("B-2").has("VAN-7").has(&format!("href=\"/stock/{to}\""));
    let product = shop.erp.get(&format!("/api/v1/product_stock/{stock}/")).await.ok()["product"].clone();
    browser.get(&format!("/products/{product}")).await.ok().has(&format!("href=\"{one}\""));
    browser.get(&format!("{PATH}?from={to}")).await.ok().has("Nothing was transferred").has_no("VAN-7");
    browser.get(&format!("{PATH}?from={from}&to={to}")).await.ok().has("VAN-7");
    browser.get(&format!("{PATH}/999999")).await.expect(404);
    let mut viewer = Browser::of(&shop.server, Role::Viewer).await;
    viewer.get(PATH).await.ok().has("VAN-7").has_no(NEW);
    viewer.get("/stock").await.ok().has("href=\"/transfers\"");
    viewer.get("/search?q=transf").await.ok().has("href=\"/transfers\"");

    let hidden = browser.get(NEW).await.ok().hidden(NEW, "");
    browser.post(NEW, &filled(&hidden, &sent)).await.leads_to(PATH);
    browser.get(PATH).await.ok().has("The transfer VAN-7 was made before");
    assert_eq!(shop.figures(stock).await, [7, 0, 0, 7], "a reference is one transfer");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_moves_nothing() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    shop.order("A-1", 8).await;
    let to = shop.list_with(json!({"name": "Shop"})).await.to_string();
    let from = shop.list.to_string();
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let hidden = browser.get(NEW).await.ok().hidden(NEW, "");
    let mut tried = async |fields: &[(&str, &str)]| browser.post(NEW, &filled(&hidden, fields)).await;
    let page = tried(&[("from", &from), ("to", &to), ("lines", "A-1 3"), ("note", "kept")]).await.expect(406);
    page.has("Not enough stock for A-1.")
        .has("A-1: 3 asked for, 2 available")
        .has("value=\"kept\"")
        .has(">A-1 3</textarea>");
    let page = tried(&[("from", &from), ("to", &to), ("lines", "A-1 1\nA-1\nA-1 x")]).await.expect(400);
    page.has("Line 2:").has("Line 3:").has("A line has a SKU").has_no("Line 1:");
    let page = tried(&[("from", &from), ("to", &to), ("lines", "\nA-1 0")]).await.expect(400);
    page.has("Line 2:").has("greater than or equal to 1");
    tried(&[("from", &from), ("to", &from), ("lines", "A-1 1")]).await.expect(400).has("to-error");
    tried(&[("from", &from), ("to", "999999"), ("lines", "A-1 1")]).await.expect(400).has("to-error");
    tried(&[("from", &from), ("to", &to), ("lines", "")]).await.expect(400).has("lines-error");
    tried(&[("to", &to), ("lines", "A-1 1")]).await.expect(400).has("from-error");
    let own = [("from", &*from), ("to", &to), ("lines", "A-1 1"), ("reason", "gift")];
    tried(&own).await.expect(400).has("reason-error");
    assert_eq!(shop.figures(stock).await, [10, 8, 0, 2]);
}
