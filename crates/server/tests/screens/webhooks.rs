//! Webhooks on their screens: one is made with its secret shown once, tested, switched off and on, and removed; what was
//! sent is shown and sent again.

use onhand::auth::Role;
use onhand::webhooks::Secret;
use onhand_store::Tx;
use onhand_store::tables::webhooks as stored;
use onhand_testkit::json::{id, text};
use serde_json::json;

use crate::browser::{Browser, Page, filled};
use crate::client::TestServer;
use crate::shop::Shop;

const PATH: &str = "/webhooks";
const API: &str = "/api/v1/webhooks/";
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// A name that leads nowhere: nothing is connected to.
const NOWHERE: &str = "https://nowhere.invalid/";

async fn keyed() -> Shop {
    Shop::on(TestServer::with(|config| config.secret_key = Some(KEY.parse().expect("a key"))).await).await
}

/// The secret that a page shows.
fn secret(page: &Page) -> String {
    let begin = page.text.find("whsec_").unwrap_or_else(|| panic!("no secret in {}", page.text));
    page.text[begin..].split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn one_is_made_and_its_secret_is_shown_once() {
    let shop = keyed().await;
    let mut browser = Browser::of(&shop.server, Role::Admin).await;
    let page = browser.get(PATH).await.ok().has("There is no webhook").has("value=\"order.created\"");
    let hidden = page.hidden(PATH, "");
    let wrong = [("name", "Shop"), ("url", "http://127.0.0.1/"), ("event", "order.created")];
    let page = browser.post(PATH, &filled(&hidden, &wrong)).await.expect(400).has("hook-url-error");
    page.has("value=\"order.created\" checked").has("value=\"Shop\"").has_no("whsec_");
    let list = shop.list.to_string();
    let right = [("name", "Shop"), ("url", NOWHERE), ("event", "order.created"), ("event", "stock.low")];
    let right = [&right[..], &[("stock_list", &*list), ("channel", "")]].concat();
    let page = browser.post(PATH, &filled(&hidden, &right)).await.expect(201).has("The secret of Shop");
    assert!(Secret::read(&secret(&page)).is_some());
    browser.post(PATH, &filled(&hidden, &right)).await.leads_to(PATH);
    let made = shop.admin.get(API).await.ok()["results"].clone();
    assert_eq!(made.as_array().map(Vec::len), Some(1), "the same form again makes nothing");
    assert_eq!(made[0]["events"], json!(["stock.low", "order.created"]));
    assert_eq!(made[0]["stock_list"], json!(shop.list));
    let page = browser.get(PATH).await.ok().has_no("whsec_").has("Active").has("stock.low, order.created");
    let here = format!("{PATH}/{}", id(&made[0]));
    page.has(&format!("href=\"{here}\""));
    let page = browser.get(&here).await.ok().has("Retail").has("Nothing was sent");
    browser.part(&here).await.ok().has("Nothing was sent").has_no("<html");

    let renew = format!("{here}/secret");
    let hidden = page.hidden(&renew, "");
    let renewed = secret(&browser.post(&renew, &filled(&hidden, &[])).await.ok().has("The secret of Shop"));
    assert!(Secret::read(&renewed).is_some());
    browser.post(&renew, &filled(&hidden, &[])).await.leads_to(&here);

    let hidden = page.hidden(&here, "hook-name");
    let kept = [("name", "Till"), ("url", NOWHERE), ("stock_list", ""), ("channel", "999999")];
    browser.post(&here, &filled(&hidden, &kept)).await.expect(400).has("hook-channel-error").has("value=\"Till\"");
    let kept = [("name", "Till"), ("url", NOWHERE), ("stock_list", ""), ("channel", "")];
    browser.post(&here, &filled(&hidden, &kept)).await.leads_to(&here);
    browser.get(&here).await.ok().has("Saved.").has("All events").has_no("Retail</dd>");
    let page = browser.get(&here).await.ok();
    let remove = format!("{here}/remove");
    let hidden = page.hidden(&remove, "");
    browser.post(&remove, &filled(&hidden, &[])).await.leads_to(PATH);
    browser.get(PATH).await.ok().has("Till removed").has("There is no webhook");
    browser.post(&remove, &filled(&hidden, &[])).await.leads_to(PATH);
}

#[tokio::test]
async fn deliveries_are_shown_and_sent_again() {
    let shop = keyed().await;
    let body = json!({"name": "Shop", "url": NOWHERE});
    let hook = id(&shop.admin.post(API, body).await.created());
    let here = format!("{PATH}/{hook}");
    let mut browser = Browser::of(&shop.server, Role::Admin).await;
    let page = browser.get(&here).await.ok();
    let (switch, test, again) = (format!("{here}/active"), format!("{here}/test"), format!("{here}/redeliver"));
    let hidden = page.hidden(&switch, "");
    browser.post(&switch, &filled(&hidden, &[("is_active", "0")])).await.leads_to(&here);
    browser.get(&here).await.ok().has("Shop is switched off").has("It is told of nothing");
    assert_eq!(shop.admin.get(&format!("{API}{hook}/")).await.ok()["is_active"], json!(false));

    let hidden = page.hidden(&test, "");
    for _ in 0..2 {
        browser.post(&test, &filled(&hidden, &[])).await.leads_to(&here);
    }
    let page = browser.get(&here).await.ok().has("The test was not taken").has("webhook.test").has("1 attempt");
    let log = shop.admin.get(&format!("{API}{hook}/deliveries/")).await.ok()["results"].clone();
    assert_eq!(log.as_array().map(Vec::len), Some(1), "the same form again sends nothing");
    browser.get(&format!("{here}?state=delivered")).await.ok().has("Nothing was sent");
    browser.get(PATH).await.ok().has(&format!("href=\"{here}?state=undelivered\""));

    let hidden = page.hidden(&again, "");
    browser.post(&again, &filled(&hidden, &[("after", "")])).await.expect(400).has("after-error");
    let none = [("after", "2020-01-01T00:00"), ("before", "2020-02-01T00:00"), ("state", "undelivered")];
    browser.post(&again, &filled(&hidden, &none)).await.leads_to(&here);
    browser.get(&here).await.ok().has("0 deliveries are sent again");
    let page = browser.get(&here).await.ok();
    let one = format!("{here}/deliveries/{}/redeliver", id(&log[0]));
    browser.post(&one, &filled(&page.hidden(&one, ""), &[])).await.leads_to(&here);
    browser.get(&here).await.ok().has("1 delivery is sent again").has("Queued");
    let log = shop.admin.get(&format!("{API}{hook}/deliveries/")).await.ok();
    assert_eq!(text(&log["results"][0]["state"]), "queued");
    browser.post(&format!("{here}/deliveries/999/redeliver"), &[]).await.expect(404);
    let page = browser.get(&here).await.ok().has("Switch on");
    browser.post(&switch, &filled(&page.hidden(&switch, ""), &[("is_active", "1")])).await.leads_to(&here);
    browser.get(&here).await.ok().has("Shop is sent events");
}

#[tokio::test]
async fn one_that_is_paused_is_a_card_that_leads_here() {
    let shop = keyed().await;
    let hook = id(&shop.admin.post(API, json!({"name": "Shop", "url": NOWHERE})).await.created());
    let now = shop.server.app.clock.now();
    let pause = async move |tx: &mut Tx<'_>| {
        let mut paused = stored::by_id(tx, hook).await?.expect("it is there");
        paused.learnt.paused_at = Some(now);
        paused.learnt.last_error = Some("503 closed".to_owned());
        stored::learn(tx, &paused).await
    };
    shop.server.app.store.write("webhooks.learn", pause).await.expect("it is written");
    let mut browser = Browser::of(&shop.server, Role::Admin).await;
    browser.get("/").await.ok().has("webhooks_paused:1").has("class=\"need bad\" href=\"/webhooks\"");
    browser.get(PATH).await.ok().has("Paused").has("503 closed");
    let here = format!("{PATH}/{hook}");
    let page = browser.get(&here).await.ok().has("Last answer: 503 closed").has("Go on");
    let switch = format!("{here}/active");
    browser.post(&switch, &filled(&page.hidden(&switch, ""), &[("is_active", "1")])).await.leads_to(&here);
    browser.get(&here).await.ok().has("Active").has_no("503 closed");
}

#[tokio::test]
async fn only_who_may_is_shown_the_way() {
    let shop = Shop::open().await;
    let mut browser = Browser::of(&shop.server, Role::Admin).await;
    browser.get(PATH).await.ok().has("ONHAND_SECRET_KEY").has_no("name=\"url\"");
    browser.get("/me").await.ok().has("href=\"/webhooks\"");
    browser.get("/search?q=webhook").await.ok().has("href=\"/webhooks\"");
    browser.get(&format!("{PATH}/7")).await.expect(404);
    let mut erp = Browser::of(&shop.server, Role::Integration).await;
    erp.get("/me").await.ok().has_no("href=\"/webhooks\"");
    erp.get("/search?q=webhook").await.ok().has_no("href=\"/webhooks\"");
}
