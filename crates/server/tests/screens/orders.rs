//! Orders: the table, and what is done with one.

use onhand::auth::Role;
use serde_json::json;

use crate::browser::{Browser, filled};
use crate::shop::{Shop, id, item, items};

#[tokio::test]
async fn orders_wait_until_the_erp_has_taken_them() {
    let shop = Shop::open().await;
    shop.stock("A-1", 20).await;
    let order = shop.order("A-1", 2).await;
    let number = order["number"].as_str().expect("a number").to_owned();
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    browser.get("/").await.ok().has_no("waits for the ERP").has("data-card=\"orders_waiting\">1<");
    browser.get("/orders").await.ok().has(&number).has("not yet");
    let path = format!("/orders/{}", id(&order));
    let page = browser.get(&path).await.ok().has(&number).has("reserved");
    let hidden = page.hidden(&format!("{path}/taken"), "");
    browser.post(&format!("{path}/taken"), &filled(&hidden, &[])).await.leads_to(&path);
    let stored = shop.erp.get(&format!("/api/v1/orders/{}/", id(&order))).await.ok();
    assert_eq!(stored["is_send"], true);
    browser.get(&path).await.ok().has("Taken by the ERP").has_no("/taken\"");
    browser.get("/orders").await.ok().has_no(&number).has("Nothing waits for the ERP");
    browser.get("/orders?view=all").await.ok().has(&number);
    browser.get(&format!("/orders?q={}", &number[..2])).await.ok().has(&number);
    browser.get("/orders?q=nothing").await.ok().has_no(&number);
    browser.part("/orders?view=all").await.ok().has(&number).has_no("<html");
}

#[tokio::test]
async fn a_line_is_released_and_another_cancelled() {
    let shop = Shop::open().await;
    let (one, two) = (shop.stock("A-1", 20).await, shop.stock("A-2", 20).await);
    let lines = json!([shop.line("A-1", 2), shop.line("A-2", 3)]);
    let order = shop.try_order(json!({"order_items": lines})).await.created();
    let (first, second) = (items(&order)[0].to_string(), items(&order)[1].to_string());
    let mut browser = Browser::of(&shop.server, Role::Admin).await;
    let path = format!("/orders/{}", id(&order));

    let page = browser.get(&format!("{path}?release={first}")).await.ok();
    let hidden = page.hidden(&format!("{path}/release"), "");
    let release = format!("{path}/release");
    let wrong = [("code", ""), ("registered_at", "2126-01-01T00:00:00Z")];
    let page = browser.post(&release, &filled(&hidden, &wrong)).await.expect(400);
    page.has("code-error");
    let wrong = [("code", "ERP-1"), ("registered_at", "tomorrow")];
    let page = browser.post(&release, &filled(&hidden, &wrong)).await.expect(400);
    page.has("registered-at-error").has("value=\"ERP-1\"").has("value=\"tomorrow\"");
    browser.post(&release, &filled(&hidden, &[("code", "ERP-1"), ("registered_at", "")])).await.expect(303);
    assert_eq!(shop.figures(one).await, [20, 0, 2, 18]);
    browser.get(&path).await.ok().has("Registered as ERP-1").has("ERP-1");

    let reason = id(&shop.admin.post("/api/v1/cancellation_reasons/", json!({"name": "Changed mind"})).await.created());
    let cancel = format!("{path}/cancel");
    let hidden = browser.get(&path).await.ok().has("Changed mind").hidden(&cancel, "");
    let reason = reason.to_string();
    let page = browser.post(&cancel, &filled(&hidden, &[("reason", &reason)])).await.expect(400);
    page.has("cancel-lines-error");
    let chosen = [("line", &*second), ("reason", &*reason)];
    let look = [&chosen[..], &[("act", "look")]].concat();
    let page = browser.post(&cancel, &filled(&hidden, &look)).await.ok().has("17 →</span> <b>20</b>");
    assert_eq!(shop.figures(two).await, [20, 3, 0, 17], "looking changes nothing");
    let hidden = page.has("checked").hidden(&cancel, "");
    browser.post(&cancel, &filled(&hidden, &chosen)).await.expect(303);
    assert_eq!(shop.figures(two).await, [20, 0, 0, 20]);
    browser.get(&path).await.ok().has("3 units cancelled").has("Changed mind");
    browser.get("/orders?view=cancelled").await.ok();
    browser.post(&cancel, &filled(&hidden, &chosen)).await.expect(303);
    let other = shop.order("A-1", 1).await;
    let foreign = item(&other).to_string();
    let page = browser.post(&cancel, &[("line", &foreign)]).await.expect(400);
    page.has("cancel-lines-error");
    assert_eq!(shop.figures(one).await[1], 1);
    browser.post(&release, &[("line", &foreign), ("code", "x")]).await.expect(404);
}

#[tokio::test]
async fn the_number_of_an_order_changes_no_page() {
    let shop = Shop::open().await;
    shop.stock("A-1", 20).await;
    let number = "\"><script>alert(1)</script>{{7*7}}";
    let lines = json!([shop.line("A-1", 1)]);
    let order = shop.try_order(json!({"number": number, "order_items": lines})).await.created();
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let product = browser.get("/sku/A-1").await.led();
    for path in ["/", "/orders", &format!("/orders/{}", id(&order)), &product, "/search?q=%22%3E"] {
        browser.get(path).await.ok().has("&#34;&#62;&#60;script&#62;alert(1)").has_no("<script>");
    }
}

#[tokio::test]
async fn orders_with_lines_in_trouble_have_views_of_their_own() {
    let shop = Shop::open().await;
    shop.stock("A-1", 1).await;
    let channel = shop.channel("accept").await;
    let fine = shop.order("A-1", 1).await;
    let mut oversold = Vec::new();
    for _ in 0..52 {
        let lines = json!([shop.line("A-1", 1), shop.line("A-1", 2)]);
        oversold.push(shop.try_order(json!({"channel": channel, "order_items": lines})).await.created());
    }
    let link = |order: &serde_json::Value| format!("\"/orders/{}\"", id(order));
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let page = browser.get("/orders?view=oversold").await.ok().has(&link(&oversold[51])).has(&link(&oversold[2]));
    let page = page.has("Oversold lines <small>104</small>").has("Short <small>0</small>");
    let page = page.has("Waiting for the ERP <small>53</small>").has_no(&link(&oversold[1])).has_no(&link(&fine));
    let next =
        page.text.split("href=\"").find(|part| part.starts_with("/orders?view=oversold&#38;after=")).expect("more");
    let next = next.split('"').next().expect("an address").replace("&#38;", "&");
    let last = browser.get(&next).await.ok().has(&link(&oversold[1])).has(&link(&oversold[0]));
    last.has_no(&link(&oversold[2]))
        .has_no(&link(&fine))
        .has("href=\"/orders?view=oversold\" aria-label=\"Previous page\"");
    shop.cancel(&oversold[0]).await;
    browser.get(&next).await.ok().has(&link(&oversold[1])).has_no(&link(&oversold[0]));
    browser.get("/orders?view=cancelled").await.ok().has(&link(&oversold[0])).has("Cancelled <small>1</small>");
    browser.get("/orders?view=short").await.ok().has("No order matches");
    browser.get("/orders?view=short&after=7").await.ok();
    browser.get(&format!("/orders?channel={channel}")).await.ok().has(&link(&oversold[51])).has_no(&link(&fine));
}

#[tokio::test]
async fn a_line_says_how_far_it_is_with_its_data_source() {
    let shop = Shop::open().await;
    shop.stock("A-1", 20).await;
    let source = json!({"name": "Partner", "base_url": "http://127.0.0.1:9", "remote_stock_list": 1,
        "stock_list": shop.list});
    shop.admin.post("/api/v1/data_sources/", source).await.created();
    let order = shop.order("A-1", 2).await;
    let path = format!("/orders/{}", id(&order));
    let mut browser = Browser::of(&shop.server, Role::Admin).await;
    browser.get(&path).await.ok().has("waits for the data source");
    shop.cancel(&order).await;
    browser.get(&path).await.ok().has("cancelled there").has_no("waits for the data source");
    let mut browser = browser.header("Accept-Language", "tr");
    browser.get(&path).await.ok().has("orada iptal edildi");
}
