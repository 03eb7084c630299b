//! Who may open which screen, and send which form: every route of the table with every role.

use std::collections::BTreeMap;

use onhand::auth::Role;
use onhand::screens::routes;
use reqwest::multipart::Form;

use crate::browser::Browser;
use crate::shop::Shop;

const ANYONE: &str = "-";
const ALL: &str = "admin integration channel viewer";
const WRITERS: &str = "admin integration";
const FLOOR: &str = "admin integration viewer";
const SELLERS: &str = "admin integration channel";
const ADMINS: &str = "admin";

/// Who may do what, written down a second time on purpose: a changed permission is to be noticed.
const WHO: &[(&str, &str)] = &[
    ("GET /sign-in", ANYONE),
    ("POST /sign-in", ANYONE),
    ("POST /sign-out", ANYONE),
    ("GET /", ALL),
    ("GET /live", ALL),
    ("GET /search", ALL),
    ("GET /stock", ALL),
    ("GET /stock/{list}", ALL),
    ("GET /stock/{list}/export", ALL),
    ("GET /stock/{list}/settings", WRITERS),
    ("POST /stock/{list}/settings", WRITERS),
    ("POST /stock/{list}/sums", ALL),
    ("POST /stock/{list}/bulk", WRITERS),
    ("POST /stock/{list}/{stock}/level", WRITERS),
    ("POST /stock/{list}/{stock}/undo", WRITERS),
    ("POST /views", ALL),
    ("POST /views/{id}", ALL),
    ("POST /views/{id}/remove", ALL),
    ("GET /products/{id}", ALL),
    ("GET /sku/{sku}", ALL),
    ("GET /orders", ALL),
    ("GET /orders/{id}", ALL),
    ("POST /orders/{id}/taken", WRITERS),
    ("POST /orders/{id}/release", WRITERS),
    ("POST /orders/{id}/cancel", SELLERS),
    ("POST /orders/{id}/source", WRITERS),
    ("GET /cancellations", ALL),
    ("POST /cancellations", SELLERS),
    ("GET /stock-health", FLOOR),
    ("POST /stock-health", WRITERS),
    ("GET /transfers", FLOOR),
    ("GET /transfers/new", WRITERS),
    ("POST /transfers/new", WRITERS),
    ("GET /transfers/{id}", FLOOR),
    ("GET /adjustment-reasons", WRITERS),
    ("POST /adjustment-reasons", WRITERS),
    ("POST /adjustment-reasons/{id}", WRITERS),
    ("GET /imports", FLOOR),
    ("GET /imports/new", WRITERS),
    ("POST /imports/new", WRITERS),
    ("GET /imports/template", FLOOR),
    ("GET /imports/{id}", FLOOR),
    ("GET /imports/{id}/columns", WRITERS),
    ("POST /imports/{id}/columns", WRITERS),
    ("POST /imports/{id}/apply", WRITERS),
    ("POST /imports/{id}/undo", WRITERS),
    ("GET /imports/{id}/result", FLOOR),
    ("GET /webhooks", ADMINS),
    ("POST /webhooks", ADMINS),
    ("GET /webhooks/{id}", ADMINS),
    ("POST /webhooks/{id}", ADMINS),
    ("POST /webhooks/{id}/active", ADMINS),
    ("POST /webhooks/{id}/test", ADMINS),
    ("POST /webhooks/{id}/secret", ADMINS),
    ("POST /webhooks/{id}/redeliver", ADMINS),
    ("POST /webhooks/{id}/deliveries/{delivery}/redeliver", ADMINS),
    ("POST /webhooks/{id}/remove", ADMINS),
    ("GET /me", ALL),
    ("POST /me/settings", ALL),
    ("POST /me/theme", ALL),
    ("POST /me/password", ALL),
    ("POST /me/tokens", ALL),
    ("POST /me/tokens/{id}/revoke", ALL),
];

/// What a form of a route needs to be one.
async fn send(browser: &mut Browser, method: &str, path: &str) -> u16 {
    match (method, path) {
        // A stream has no end; one that is asked for wrongly is none.
        ("GET", "/live") => browser.get("/live?stocks=x").await.status,
        ("GET", path) => browser.get(path).await.status,
        (_, "/imports/new") => browser.upload(path, Form::new().text("list", "1")).await.status,
        (_, path) => browser.post(path, &[]).await.status,
    }
}

#[tokio::test]
async fn each_role_opens_what_it_is_for() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    shop.sells(channel).await;
    let mut browsers = BTreeMap::new();
    for role in Role::ALL {
        let channel = Some(channel).filter(|_| role == Role::Channel);
        browsers.insert(role.name(), Browser::with(&shop.server, role, channel).await);
    }
    let mut known: BTreeMap<String, &str> = WHO.iter().map(|(route, who)| ((*route).to_owned(), *who)).collect();
    for route in routes() {
        let name = format!("{} {}", route.method, route.path);
        let who = known.remove(&name).unwrap_or_else(|| panic!("{name} is in no line of the table above"));
        if who == ANYONE {
            continue;
        }
        let path: String = route.path.replace("{list}", &shop.list.to_string()).replace("{sku}", "A-1");
        let path = path.replace("{stock}", "7").replace("{id}", "7").replace("{delivery}", "7");
        let mut nobody = Browser::new(&shop.server);
        let led = send(&mut nobody, route.method.as_str(), &path).await;
        assert_eq!(led, 303, "{name} without a session");
        for (role, browser) in &mut browsers {
            let status = send(browser, route.method.as_str(), &path).await;
            let may = who.split(' ').any(|one| one == *role);
            assert_eq!(status != 403, may, "{name} as {role} is {status}");
            assert!(status < 500 && status != 405, "{name} as {role} is {status}");
        }
    }
    assert!(known.is_empty(), "there are no such routes: {known:?}");
}

#[tokio::test]
async fn what_a_role_may_not_do_is_not_offered_and_its_page_says_who_may() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 5).await;
    let order = shop.order("A-1", 1).await;
    let mut viewer = Browser::of(&shop.server, Role::Viewer).await;
    let page = viewer.get(&format!("/stock/{}", shop.list)).await.ok();
    page.has("A-1").has_no(&format!("/stock/{}?edit", shop.list)).has_no("/imports/new");
    let page = viewer.get(&format!("/orders/{}", crate::shop::id(&order))).await.ok();
    page.has("A-1").has_no("/cancel\"").has_no("/taken\"").has_no("release=");
    viewer.get("/imports/new").await.expect(403).has("Administrator").has("Viewer");
    viewer.part("/imports/new").await.expect(403).has_no("<html");
    let path = format!("/stock/{}/{stock}/level", shop.list);
    viewer.post(&path, &[("value", "9"), ("mode", "set")]).await.expect(403);
    assert_eq!(shop.figures(stock).await, [5, 1, 0, 4]);
}

#[tokio::test]
async fn a_channels_person_sees_that_channel_only() {
    let shop = Shop::open().await;
    let other_list = shop.list_with(serde_json::json!({"name": "Elsewhere"})).await;
    shop.stock("A-1", 5).await;
    shop.write(serde_json::json!({"product_sku": "B-1", "stock": 5, "stock_list": other_list})).await;
    let own_order = shop.order("A-1", 1).await;
    let channel = shop.channel("accept").await;
    shop.sells(channel).await;
    let mut browser = Browser::with(&shop.server, Role::Channel, Some(channel)).await;
    browser.get("/stock").await.ok().has("Retail").has_no("Elsewhere");
    browser.get(&format!("/stock/{}", shop.list)).await.ok().has("A-1");
    browser.get(&format!("/stock/{other_list}")).await.expect(404);
    browser.get(&format!("/stock/{other_list}/export")).await.expect(404);
    let product = browser.get("/sku/A-1").await.led();
    let number = own_order["number"].as_str().expect("a number");
    browser.get(&product).await.ok().has("A-1").has_no(number);
    browser.get("/sku/B-1").await.expect(404);
    let hidden = Browser::of(&shop.server, Role::Viewer).await.get("/sku/B-1").await.led();
    browser.get(&hidden).await.expect(404);
    browser.get("/orders").await.ok().has_no(number);
    browser.get(&format!("/orders/{}", crate::shop::id(&own_order))).await.expect(404);
    browser.get("/").await.ok().has_no(number);
    browser.get(&format!("/search?q={number}")).await.ok().has_no(&format!("<span>{number}"));
    let path = format!("/orders/{}/cancel", crate::shop::id(&own_order));
    let line = crate::shop::item(&own_order).to_string();
    for act in ["", "look"] {
        browser.post(&path, &[("line", &line), ("act", act)]).await.expect(404);
    }
}
