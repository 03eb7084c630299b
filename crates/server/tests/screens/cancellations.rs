//! Cancellation requests: those that wait, what granting them would bring back, and answering several at once.

use onhand::auth::Role;
use serde_json::{Value, json};

use crate::browser::{Browser, filled};
use crate::shop::{Shop, id, items};

const PATH: &str = "/cancellations";

/// A request for a line; its id.
async fn ask(shop: &Shop, line: i64, fields: Value) -> String {
    let mut body = json!({"order_item": line});
    crate::shop::merge(&mut body, fields);
    id(&shop.admin.post("/api/v1/cancellation_requests/", body).await.created()).to_string()
}

async fn status(shop: &Shop, request: &str) -> Value {
    shop.erp.get(&format!("/api/v1/cancellation_requests/{request}/")).await.ok()["status"].clone()
}

#[tokio::test]
async fn several_requests_are_looked_at_and_answered_at_once() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let reason =
        id(&shop.admin.post("/api/v1/cancellation_reasons/", json!({"name": "Ordered twice"})).await.created());
    let orders = [shop.order("A-1", 2).await, shop.order("A-1", 3).await, shop.order("A-1", 1).await];
    let lines = orders.each_ref().map(|order| items(order)[0]);
    let mut requests = Vec::new();
    for (line, status) in lines.iter().zip(["waiting_approval", "confirmed", "waiting_approval"]) {
        requests
            .push(ask(&shop, *line, json!({"reason": reason, "description": "called <b>", "status": status})).await);
    }
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    browser.get("/orders").await.ok().has("href=\"/cancellations\"").has("<b class=\"n\">3</b>");
    let number = orders[0]["number"].as_str().expect("a number");
    browser.get(&format!("/orders/{}", id(&orders[0]))).await.ok().has("cancellation asked for: Ordered twice");
    let page = browser.get(PATH).await.ok().has(number).has("Ordered twice").has("called &#60;b&#62;").has("confirmed");
    let hidden = page.hidden(PATH, "");
    browser.part(PATH).await.ok().has(number).has_no("<html");

    browser.post(PATH, &filled(&hidden, &[("act", "approve")])).await.expect(400).has("requests-error");
    browser.post(PATH, &filled(&hidden, &[("act", "x"), ("request", &requests[0])])).await.expect(400);
    let both = [("request", &*requests[0]), ("request", &*requests[1])];
    let look = [&both[..], &[("act", "look")]].concat();
    let page = browser.post(PATH, &filled(&hidden, &look)).await.ok().has("4 →</span> <b>9</b>").has("checked");
    assert_eq!(shop.figures(stock).await, [10, 6, 0, 4], "looking changes nothing");
    let hidden = page.hidden(PATH, "");
    let approve = [&both[..], &[("act", "approve")]].concat();
    browser.post(PATH, &filled(&hidden, &approve)).await.leads_to(PATH);
    assert_eq!(shop.figures(stock).await, [10, 1, 0, 9]);
    assert_eq!(
        (status(&shop, &requests[0]).await, status(&shop, &requests[1]).await),
        (json!("approved"), json!("approved"))
    );
    let page = browser.get(PATH).await.ok().has("2 requests approved").has_no(&format!("value=\"{}\"", requests[0]));
    let again = page.hidden(PATH, "");
    browser.post(PATH, &filled(&hidden, &approve)).await.leads_to(PATH);
    assert_eq!(shop.figures(stock).await, [10, 1, 0, 9], "the same answer again changes nothing");
    let line = shop.erp.get(&format!("/api/v1/order_items/{}/", lines[0])).await.ok();
    assert_eq!((&line["status"], &line["cancellation_reason"]), (&json!("100"), &json!(reason)));

    browser.post(PATH, &filled(&again, &[("act", "reject"), ("request", &requests[2])])).await.leads_to(PATH);
    browser.get(PATH).await.ok().has("1 request rejected").has("No cancellation request waits for an answer");
    assert_eq!(status(&shop, &requests[2]).await, json!("rejected"));
    assert_eq!(shop.figures(stock).await, [10, 1, 0, 9], "a rejected request leaves its line");
}

#[tokio::test]
async fn what_cannot_be_granted_says_why_and_the_rest_is_done() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let (sent, open) = (shop.order("A-1", 2).await, shop.order("A-1", 3).await);
    let shipped = items(&sent)[0];
    shop.erp.patch(&format!("/api/v1/order_items/{shipped}/"), json!({"status": "500"})).await.ok();
    let requests = [ask(&shop, shipped, json!({})).await, ask(&shop, items(&open)[0], json!({})).await];
    let refund = ask(&shop, shipped, json!({"cancellation_type": "refund"})).await;
    let mut browser = Browser::of(&shop.server, Role::Admin).await;
    let hidden = browser.get(PATH).await.ok().has("refund").hidden(PATH, "");
    let all = [("act", "approve"), ("request", &requests[0]), ("request", &requests[1]), ("request", &refund)];
    let page = browser.post(PATH, &filled(&hidden, &all)).await.expect(400);
    page.has("1 request was not answered").has("A shipped order item cannot be cancelled.");
    assert_eq!(status(&shop, &requests[0]).await, json!("waiting_approval"));
    assert_eq!(
        (status(&shop, &requests[1]).await, status(&shop, &refund).await),
        (json!("approved"), json!("approved"))
    );
    assert_eq!(shop.figures(stock).await[1], 2, "a refund changes no stock");
}

#[tokio::test]
async fn a_channels_person_sees_and_answers_its_requests_only() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let channel = shop.channel("accept").await;
    shop.sells(channel).await;
    let own = shop.try_order(json!({"channel": channel, "order_items": [shop.line("A-1", 2)]})).await.created();
    let other = shop.order("A-1", 3).await;
    let requests = [ask(&shop, items(&own)[0], json!({})).await, ask(&shop, items(&other)[0], json!({})).await];
    let mut browser = Browser::with(&shop.server, Role::Channel, Some(channel)).await;
    let number = |order: &Value| order["number"].as_str().expect("a number").to_owned();
    let page = browser.get(PATH).await.ok().has(&number(&own)).has_no(&number(&other));
    let hidden = page.hidden(PATH, "");
    for act in ["look", "approve", "reject"] {
        browser.post(PATH, &filled(&hidden, &[("act", act), ("request", &requests[1])])).await.expect(404);
    }
    assert_eq!(shop.figures(stock).await[1], 5);
    browser.post(PATH, &filled(&hidden, &[("act", "approve"), ("request", &requests[0])])).await.leads_to(PATH);
    assert_eq!(shop.figures(stock).await[1], 3);
    let mut viewer = Browser::of(&shop.server, Role::Viewer).await;
    viewer.get(PATH).await.ok().has(&number(&other)).has_no("name=\"act\"").has_no("type=\"checkbox\"");
}
