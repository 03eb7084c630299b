//! The overview: what needs somebody and where it leads, what was done in the last day, the newest changes.

use onhand::auth::Role;
use onhand_testkit::wait;
use serde_json::json;

use crate::browser::Browser;
use crate::client::TestServer;
use crate::shop::{Shop, id, items};

/// A minute more than an order may wait before it is said.
const TOO_LONG: i64 = 16 * 60;

#[tokio::test]
async fn an_empty_database_shows_three_steps() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, Role::Integration).await;
    browser.get("/").await.ok().has("Three steps").has("id=\"step-3\"").has("curl ").has_no("Nothing needs you");
    // Who may not write is not told how to.
    Browser::of(&server, Role::Viewer).await.get("/").await.ok().has_no("Three steps");
}

#[tokio::test]
async fn lists_are_shown_with_their_sums() {
    let shop = Shop::open().await;
    shop.stock("A-1", 7).await;
    shop.order("A-1", 2).await;
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    wait::until_async(async || {
        let page = browser.get("/").await.ok();
        if page.text.contains("data-label=\"Available\"><span class=\"big\">5<") { Ok(()) } else { Err(page.text) }
    })
    .await;
    browser.get("/").await.ok().has("<span class=\"q-reserved\">2</span>").has("sums of ");
}

#[tokio::test]
async fn more_lists_than_a_page_has_are_still_found() {
    let shop = Shop::open().await;
    for number in 0..120 {
        let body = json!({"name": format!("Store {number:03}"), "code": format!("S{number}")});
        shop.admin.post("/api/v1/stock_list/", body).await.created();
    }
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    browser.get("/").await.ok().has("All 121 stock lists").has("Store 001").has_no("Store 119");
    let page = browser.get("/stock").await.ok().has("1–100 of 121").has("href=\"/stock?after=2\"");
    page.has("Store 001").has_no("Store 119");
    browser.get("/stock?after=2").await.ok().has("101–121 of 121").has("Store 119");
    browser.get("/stock?after=9").await.ok().has("1–100 of 121");
}

#[tokio::test]
async fn cards_say_what_needs_somebody_and_lead_there() {
    let shop = Shop::open().await;
    let product = shop.write(json!({"product_sku": "A-1", "stock": 10})).await["product"].clone();
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    browser.get("/").await.ok().has("Nothing needs you.").has("id=\"cards\" data-cards=\"\"").has("<oh-live ");
    let order = shop.order("A-1", 1).await;
    browser.get("/").await.ok().has("Nothing needs you.").has("data-card=\"orders_waiting\">1<");

    let channel = shop.channel("accept").await;
    let lines = json!([shop.line("A-1", 12)]);
    let over = shop.try_order(json!({"channel": channel, "order_items": lines})).await.created();
    let page = browser.get("/").await.ok().has("1 line oversold").has("A-1").has("data-cards=\"oversold:1\"");
    page.has(&format!("href=\"/orders/{}\" data-card-key=\"1\"", id(&over)));

    let client = shop.server.channel_client(channel).await;
    let request = json!({"order_item": items(&over)[0], "remote_id": "R-1", "cancellation_type": "cancel"});
    let request = client.post(&format!("/api/v1/channel/{channel}/cancellation_requests/"), request).await.created();
    browser.get("/").await.ok().has("1 cancellation request waits");
    shop.server.advance(TOO_LONG);
    let page = browser.get("/").await.ok().has("2 orders wait for the ERP").has("the oldest for 16 min");
    page.has("data-cards=\"oversold:1 cancellations:1 orders_waiting:2\"").has("href=\"/orders\" data-card-key=\"3\"");
    browser.part("/").await.ok().has("id=\"cards\"").has("1 line oversold").has_no("<html").has_no("Newest changes");

    let approved = json!({"status": "approved"});
    shop.admin.patch(&format!("/api/v1/cancellation_requests/{}/", id(&request)), approved).await.ok();
    shop.cancel(&order).await;
    browser.get("/").await.ok().has_no("oversold:").has_no("cancellations:");
    assert_ne!(product, json!(null));
}

#[tokio::test]
async fn a_channel_that_takes_nothing_is_said_to_be_behind() {
    let shop = Shop::open().await;
    shop.stock("A-1", 10).await;
    let channel = shop.channel("accept").await;
    shop.sells(channel).await;
    let client = shop.server.channel_client(channel).await;
    client.get(&format!("/api/v1/channel/{channel}/product_stocks/inserts/?limit=10")).await.ok();
    let app = shop.server.app.clone();
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let mut own = Browser::with(&shop.server, Role::Channel, Some(channel)).await;
    let other = shop.channel("accept").await;
    let mut foreign = Browser::with(&shop.server, Role::Channel, Some(other)).await;
    app.watch.look().await.expect("read");
    browser.get("/").await.ok().has_no("behind");
    shop.server.advance(TOO_LONG);
    app.watch.look().await.expect("read");
    browser.get("/").await.ok().has("1 channel is behind").has("<div class=\"need warn\">");
    own.get("/").await.ok().has("1 channel is behind").has_no("Newest changes of");
    foreign.get("/").await.ok().has_no("behind");
}

#[tokio::test]
async fn the_last_day_is_counted_by_kind() {
    let shop = Shop::open().await;
    shop.stock("A-1", 10).await;
    let lines = json!([shop.line("A-1", 1), shop.line("A-1", 2)]);
    let order = shop.try_order(json!({"order_items": lines})).await.created();
    shop.release(items(&order)[0]).await;
    let rejected = shop.try_order(json!({"order_items": [shop.line("A-1", 1_000)]})).await;
    assert_eq!(rejected.status, 406);
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let shown = [
        ("/", "Orders: 1<"),
        ("/?chart=lines", "Lines reserved: 2<"),
        ("/?chart=released", "Lines registered by the ERP: 1<"),
        ("/?chart=cancelled", "Lines cancelled: 0<"),
        ("/?chart=levels", "Levels written: 1<"),
        ("/?chart=rejected", "Rejected requests: 1<"),
        ("/?chart=nonsense", "Orders: 1<"),
    ];
    for (path, text) in shown {
        browser.get(path).await.ok().has(text);
    }
    // What is not written yet and what is are added up.
    shop.server.app.activity.write_all().await.expect("written");
    shop.order("A-1", 1).await;
    for (path, text) in [("/", "Orders: 2<"), ("/?chart=lines", "Lines reserved: 3<")] {
        browser.get(path).await.ok().has(text).has("<svg class=\"columns\"");
    }
    shop.server.advance(25 * 3_600);
    let mut later = Browser::of(&shop.server, Role::Viewer).await;
    later.get("/").await.ok().has("Orders: 0<");
}

#[tokio::test]
async fn the_newest_changes_name_products_and_orders() {
    let shop = Shop::open().await;
    let product = shop.write(json!({"product_sku": "A-1", "stock": 10})).await["product"].as_i64().expect("an id");
    shop.erp.patch(&format!("/api/v1/products/{product}/"), json!({"name": "Oxford <shirt>"})).await.ok();
    let order = shop.order("A-1", 3).await;
    let number = order["number"].as_str().expect("a number");
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let page = browser.get("/").await.ok().has("Oxford &#60;shirt&#62;").has(number).has("id=\"news-row\"");
    page.has("data-change>−3</span>").has("<b>7</b>");
    let channel = shop.channel("accept").await;
    let mut own = Browser::with(&shop.server, Role::Channel, Some(channel)).await;
    own.get("/").await.ok().has_no(number).has("Nothing has changed yet.");
}
