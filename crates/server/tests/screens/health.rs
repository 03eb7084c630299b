//! Stock health: what has kept units off sale for long, and settling lines that no level will settle.

use onhand::auth::Role;

use crate::browser::{Browser, filled};
use crate::shop::{Shop, id, items};

const PATH: &str = "/stock-health";
const DAY: i64 = 24 * 3_600;

#[tokio::test]
async fn old_lines_are_shown_and_settled() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let orders = [shop.order("A-1", 2).await, shop.order("A-1", 3).await, shop.order("A-1", 1).await];
    let lines = orders.each_ref().map(|order| items(order)[0]);
    shop.release(lines[0]).await;
    shop.release(lines[1]).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    browser.get(PATH).await.ok().has("Nothing has waited for that long").has_no("A-1");
    shop.server.advance(2 * DAY);
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    browser.get(PATH).await.ok().has_no("A-1");
    let here = format!("{PATH}?days=1");
    let page = browser.get(&here).await.ok().has("Registered by the ERP, and no level since").has("ERP-");
    let page = page.has("Not registered by the ERP").has(&format!("href=\"/orders/{}\"", id(&orders[2])));
    browser.part(&here).await.ok().has("A-1").has_no("<html");
    let hidden = page.hidden(PATH, "");

    browser.post(PATH, &filled(&hidden, &[])).await.expect(400).has("lines-error");
    let long = "x".repeat(201);
    let line = lines[0].to_string();
    let wrong = [("line", &*line), ("note", &*long)];
    browser.post(PATH, &filled(&hidden, &wrong)).await.expect(400).has("note-error").has("checked");
    assert_eq!(shop.figures(stock).await, [10, 1, 5, 4], "what is wrong changes nothing");
    let page = browser.get(&here).await.ok();
    let hidden = page.hidden(PATH, "");
    let settle = [("line", &*line), ("note", "the ERP was closed")];
    browser.post(PATH, &filled(&hidden, &settle)).await.leads_to(&here);
    assert_eq!(shop.figures(stock).await, [10, 1, 3, 6]);
    browser.get(&here).await.ok().has("1 line settled").has_no(&format!("value=\"{line}\""));
    browser.post(PATH, &filled(&hidden, &settle)).await.leads_to(&here);
    assert_eq!(shop.figures(stock).await, [10, 1, 3, 6], "the same form again changes nothing");
}

#[tokio::test]
async fn lines_of_a_week_ago_are_a_card_that_leads_there() {
    let shop = Shop::open().await;
    shop.stock("A-1", 10).await;
    shop.release(items(&shop.order("A-1", 2).await)[0]).await;
    shop.server.advance(8 * DAY);
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    browser.get("/").await.ok().has("reported:1").has("href=\"/stock-health\"");
    browser.get("/search?q=health").await.ok().has("href=\"/stock-health\"");
    let mut person = Browser::of(&shop.server, Role::Viewer).await;
    person.get(PATH).await.ok().has("A-1").has_no("name=\"line\"");
}
