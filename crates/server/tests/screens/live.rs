//! The stream of changes through a real socket: what a tab is told, who may listen, and when it ends.

use std::time::Duration;

use onhand::auth::Role;
use onhand::demo;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::shop::{Shop, column, item};

/// For tests that hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// The stream of a tab.
struct Stream {
    response: reqwest::Response,
    text: String,
    /// The last position that it was told.
    position: String,
}

impl Stream {
    async fn asked(browser: &Browser, query: &str) -> reqwest::Response {
        let cookie =
            browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        browser.look(&format!("/live?{query}")).header("Cookie", cookie).send().await.expect("an answer")
    }

    async fn open(browser: &Browser, query: &str) -> Self {
        let response = Self::asked(browser, query).await;
        let header = |name: &str| response.headers()[name].to_str().expect("plain text").to_owned();
        assert_eq!((response.status().as_u16(), &*header("content-type")), (200, "text/event-stream"));
        assert_eq!((&*header("x-accel-buffering"), &*header("cache-control")), ("no", "no-store"));
        Self { response, text: String::new(), position: String::new() }
    }

    /// The stream of a tab that lost it after a position.
    async fn again(browser: &Browser, query: &str, position: &str) -> Self {
        let cookie = format!("onhand={}", browser.cookies["onhand"]);
        let request =
            browser.look(&format!("/live?{query}")).header("Cookie", cookie).header("Last-Event-ID", position);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        Self { response, text: String::new(), position: String::new() }
    }

    /// The next event: its name and its data. None at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let rest = self.text.split_off(end + 2);
                let event = std::mem::replace(&mut self.text, rest);
                let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                self.position = line("id: ").unwrap_or_else(|| self.position.clone());
                let (name, data) = (line("event: "), line("data: "));
                if let (Some(name), Some(data)) = (name, data) {
                    return Some((name, data.parse().expect("JSON")));
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("something in time");
            self.text += std::str::from_utf8(&chunk.ok()??).expect("text");
        }
    }

    /// The rows of the next event, which is about stocks.
    async fn rows(&mut self) -> Vec<Value> {
        let (name, data) = self.next().await.expect("an event");
        assert_eq!(name, "stock", "{data}");
        data["rows"].as_array().expect("rows").clone()
    }

    /// Waits for the end, whatever comes before it.
    async fn ends(mut self) {
        while self.next().await.is_some() {}
    }
}

#[tokio::test]
async fn an_order_arrives_at_the_tabs_that_show_its_stock() {
    let shop = Shop::open().await;
    let (stock, other) = (shop.stock("A-1", 10).await, shop.stock("A-2", 7).await);
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    browser.get(&format!("/stock/{}", shop.list)).await.ok().has("<oh-live ").has("/live.js");
    let product = browser.get("/sku/A-1").await.led();
    browser.get(&product).await.ok().has("<oh-live ");
    browser.get("/orders").await.ok().has_no("<oh-live ");

    let mut tab = Stream::open(&browser, &format!("stocks={stock}")).await;
    let turkish = Browser::of(&shop.server, Role::Viewer).await;
    let cookie = format!("onhand={}", turkish.cookies["onhand"]);
    let request = turkish.look(&format!("/live?stocks={other},{stock},99999")).header("Cookie", cookie);
    let response = request.header("Accept-Language", "tr").send().await.expect("an answer");
    let mut both = Stream { response, text: String::new(), position: String::new() };
    let at = "2026-03-01T08:00:00Z";
    assert_eq!(tab.rows().await, [json!([stock, 10, 0, 0, 10, at, "level written", null, "a written level"])]);
    assert_eq!(both.rows().await.len(), 2, "first comes all that is shown");

    let order = shop.order("A-1", 3).await;
    assert_eq!(tab.rows().await, [json!([stock, 10, 3, 0, 7, at, "ordered", order["number"], "order"])]);
    let row = both.rows().await.remove(0);
    assert_eq!((&row[0], &row[4]), (&json!(stock), &json!(7)));
    assert_ne!(row[6], json!("ordered"), "in the person's language");

    shop.order("A-2", 1).await;
    shop.release(item(&order)).await;
    let row = tab.rows().await.remove(0);
    assert_eq!(
        row.as_array().expect("a row")[..5],
        *json!([stock, 10, 0, 3, 7]).as_array().expect("a row"),
        "of A-1 only"
    );
}

#[tokio::test]
async fn a_tab_is_told_what_its_person_may_see() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    shop.sells(channel).await;
    let elsewhere = shop.list_with(json!({})).await;
    let stock = shop.stock("A-1", 10).await;
    let hidden = shop.write(json!({"product_sku": "A-1", "stock": 5, "stock_list": elsewhere})).await;
    let hidden = hidden["pk"].as_i64().expect("an id");
    shop.order("A-1", 1).await;

    let mut nobody = Browser::new(&shop.server);
    nobody.get(&format!("/live?stocks={stock}")).await.expect(303);
    let person = Browser::with(&shop.server, Role::Channel, Some(channel)).await;
    assert_eq!(Stream::asked(&person, "import=1").await.status(), 403);
    let mut tab = Stream::open(&person, &format!("stocks={stock},{hidden}")).await;
    let rows = tab.rows().await;
    assert_eq!(rows.len(), 1, "the other list is not the channel's: {rows:?}");
    assert_eq!((&rows[0][0], &rows[0][4], &rows[0][7]), (&json!(stock), &json!(9), &Value::Null), "nor is the order");
    shop.write(json!({"product_sku": "A-1", "stock": 6, "stock_list": elsewhere})).await;
    shop.stock("A-1", 20).await;
    assert_eq!(tab.rows().await[0][0], json!(stock));

    // A catalog that is taken away takes the stream with it, once somebody's sessions are looked at.
    shop.admin.patch(&format!("/api/v1/channels/{channel}/"), json!({"catalog": null})).await.ok();
    shop.server.app.sessions.forget();
    tab.ends().await;
}

#[tokio::test]
async fn streams_are_limited_and_give_their_place_back() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let browser = Browser::of(&shop.server, Role::Viewer).await;
    let query = format!("stocks={stock}");
    let many: Vec<String> = (1..=201).map(|id: i64| id.to_string()).collect();
    assert_eq!(Stream::asked(&browser, &format!("stocks={}", many.join(","))).await.status(), 400);
    assert_eq!(Stream::asked(&browser, "stocks=1,x").await.status(), 400);
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(Stream::open(&browser, &query).await);
    }
    let refused = Stream::asked(&browser, &query).await;
    assert!(refused.status() == 429 && refused.headers().contains_key("retry-after"), "{refused:?}");
    Stream::open(&Browser::of(&shop.server, Role::Viewer).await, &query).await;
    drop(open.pop());
    // The server sees that a connection is gone a moment later.
    let again = async { while Stream::asked(&browser, &query).await.status() != 200 {} };
    tokio::time::timeout(PATIENCE, again).await.expect("a place is free again");
    shop.order("A-1", 1).await;
    for tab in &mut open {
        while tab.rows().await[0][4] != json!(9) {}
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_with_the_server() {
    let mut shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let query = format!("stocks={stock}");
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let other = Browser::of(&shop.server, Role::Viewer).await;
    let (mut tab, mut kept) = (Stream::open(&browser, &query).await, Stream::open(&other, &query).await);
    tab.rows().await;
    kept.rows().await;
    browser.post("/sign-out", &[]).await.leads_to("/sign-in");
    assert_eq!(tab.next().await.expect("an event").0, "bye");
    assert_eq!(tab.next().await, None);
    shop.order("A-1", 1).await;
    assert_eq!(kept.rows().await[0][4], json!(9), "another session goes on");

    let stopped = shop.server.stop();
    assert_eq!(kept.next().await, None);
    tokio::time::timeout(PATIENCE, stopped).await.expect("in time").expect("it stops");
}

#[tokio::test]
async fn who_comes_back_is_told_what_it_has_missed() {
    let shop = Shop::open().await;
    let (stock, other) = (shop.stock("A-1", 10).await, shop.stock("A-2", 7).await);
    let feed = shop.server.app.feed.clone();
    feed.sequence().await.expect("sequenced");
    let browser = Browser::of(&shop.server, Role::Viewer).await;
    let query = format!("stocks={stock},{other}");
    let mut tab = Stream::open(&browser, &query).await;
    assert_eq!(tab.rows().await.len(), 2);
    let position = tab.position.clone();
    assert!(position.parse::<i64>().is_ok_and(|position| position > 0), "{position:?}");
    drop(tab);

    shop.order("A-2", 1).await;
    feed.sequence().await.expect("sequenced");
    let mut tab = Stream::again(&browser, &query, &position).await;
    let rows = tab.rows().await;
    assert_eq!((rows.len(), &rows[0][0], &rows[0][4]), (1, &json!(other), &json!(6)), "{rows:?}");
    let newer = tab.position.clone();
    assert_ne!(newer, position);
    // A change without a sequence number may be any.
    drop(tab);
    shop.order("A-1", 1).await;
    let mut tab = Stream::again(&browser, &query, &newer).await;
    assert!(tab.rows().await.iter().any(|row| row[0] == json!(stock) && row[4] == json!(9)));
    drop(tab);
    // A position that this database has never had: it was put back from a backup.
    let mut tab = Stream::again(&browser, &query, "999999999").await;
    assert_eq!(tab.next().await.expect("an event").0, "reload");
    assert_eq!(tab.rows().await.len(), 2);
}

#[tokio::test]
async fn counters_cards_and_the_newest_changes_are_told() {
    let shop = Shop::open().await;
    shop.stock("A-1", 10).await;
    let browser = Browser::of(&shop.server, Role::Viewer).await;
    let mut tab = Stream::open(&browser, "cards=1&news=1").await;
    let told = |wanted: &'static str| move |event: &(String, Value)| event.0 == wanted;
    let mut seen = Vec::new();
    while !seen.iter().any(told("cards")) || !seen.iter().any(told("news")) {
        seen.push(tab.next().await.expect("an event"));
    }
    let of = |name: &str| seen.iter().find(|(event, _)| event == name).map(|(_, data)| data.clone()).expect("told");
    assert_eq!(of("cards"), json!({"orders_waiting": 0, "import_percent": null, "needs": ""}));
    assert_eq!(of("news")["rows"].as_array().map(Vec::len), Some(1));

    let channel = shop.channel("accept").await;
    let lines = json!([shop.line("A-1", 12)]);
    let order = shop.try_order(json!({"channel": channel, "order_items": lines})).await.created();
    let (mut has_cards, mut has_news) = (false, false);
    while !has_cards || !has_news {
        match tab.next().await.expect("an event") {
            (name, data) if name == "cards" => {
                assert_eq!((&data["orders_waiting"], &data["oversold"]), (&json!(1), &json!(1)), "{data}");
                assert_eq!(data["needs"], json!("oversold:1"));
                has_cards = true;
            }
            (name, data) => {
                let row = &data["rows"][0];
                assert_eq!(
                    (&*name, &row[3], &row[5], &row[6]),
                    ("news", &json!("A-1"), &json!(-10), &json!(0)),
                    "{data}"
                );
                assert_eq!((&row[7], &row[8]), (&order["number"], &json!(format!("/orders/{}", order["pk"]))));
                has_news = true;
            }
        }
    }
    let person = Browser::with(&shop.server, Role::Channel, Some(channel)).await;
    let mut own = Stream::open(&person, "cards=1&news=1").await;
    let (name, data) = own.next().await.expect("an event");
    assert_eq!((&*name, &data["needs"], &data["orders_waiting"]), ("cards", &json!(""), &Value::Null));
}

#[tokio::test]
async fn an_open_order_is_told_when_it_is_another() {
    let shop = Shop::open().await;
    shop.stock("A-1", 10).await;
    let channel = shop.channel("accept").await;
    let lines = json!([shop.line("A-1", 2)]);
    let order = shop.try_order(json!({"channel": channel, "order_items": lines})).await.created();
    let (id, mut browser) = (order["pk"].clone(), Browser::of(&shop.server, Role::Viewer).await);
    let state = |page: &crate::browser::Page| {
        let rest = page.text.split_once("data-order-state=\"").expect("a state").1;
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let shown = state(&browser.get(&format!("/orders/{id}")).await.ok().has("<oh-live "));
    let mut tab = Stream::open(&browser, &format!("order={id}")).await;
    let (name, told) = tab.next().await.expect("an event");
    assert_eq!((&*name, &told["pk"], &told["state"], &told["is_send"]), ("order", &id, &json!(shown), &json!(false)));
    shop.release(item(&order)).await;
    let (_, told) = tab.next().await.expect("an event");
    let shown = state(&browser.get(&format!("/orders/{id}")).await);
    assert_eq!(told["state"], json!(shown), "the line is another one");
    shop.erp.patch(&format!("/api/v1/orders/{id}/"), json!({"is_send": true})).await.ok();
    let (_, told) = tab.next().await.expect("an event");
    assert_eq!(told["is_send"], json!(true));

    let other = shop.channel("accept").await;
    let person = Browser::with(&shop.server, Role::Channel, Some(other)).await;
    assert_eq!(Stream::asked(&person, &format!("order={id}")).await.status(), 404, "another channel's");
}

#[tokio::test]
async fn what_there_is_now_is_told_once_to_who_cannot_follow() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let order = shop.order("A-1", 1).await;
    let browser = Browser::of(&shop.server, Role::Viewer).await;
    let mut tab = Stream::open(&browser, &format!("stocks={stock}&order={}&cards=1&news=1&once=1", order["pk"])).await;
    let mut names = Vec::new();
    while let Some((name, _)) = tab.next().await {
        names.push(name);
    }
    assert_eq!(names, ["stock", "order", "cards", "news"]);
}

#[tokio::test]
async fn the_progress_of_an_import_is_told() {
    let shop = Shop::open().await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let file = reqwest::multipart::Part::bytes(b"sku,stock\nA-1,5\n".to_vec()).file_name("levels.csv");
    let form = reqwest::multipart::Form::new().text("list", shop.list.to_string()).text("mode", "upsert");
    let form = form.text("idempotency_key", "live-1");
    let led = browser.upload("/imports/new", form.text("act", "preview").part("file", file)).await.led();
    let id = led.strip_prefix("/imports/").expect("an import");
    let mut tab = Stream::open(&browser, &format!("import={id}")).await;
    loop {
        let (name, told) = tab.next().await.expect("an event");
        assert_eq!((&*name, &told["pk"].to_string()), ("import", &id.to_owned()), "{told}");
        if told["state"] == json!("completed") {
            assert_eq!((&told["processed"], &told["total"]), (&json!(1), &json!(1)), "{told}");
            break;
        }
    }
}

#[tokio::test]
async fn the_demonstration_sells_in_its_own_shop_only() {
    let shop = Shop::open().await;
    shop.stock("A-1", 10).await;
    demo::selling::run(&shop.server.app).await;
    let server = crate::client::TestServer::start().await;
    demo::fill(&server.app).await.expect("it is filled");
    let client = server.client(Role::Integration).await;
    let page = client.get("/api/v1/product_stocks/?stock_list=1&limit=100").await.ok();
    let ids: Vec<String> = column(&page, "pk").iter().map(Value::to_string).collect();
    let browser = Browser::of(&server, Role::Viewer).await;
    let mut tab = Stream::open(&browser, &format!("stocks={}", ids.join(","))).await;
    assert_eq!(tab.rows().await.len(), ids.len());
    let app = server.app.clone();
    let selling = tokio::spawn(async move { demo::selling::run(&app).await });
    let rows = tab.rows().await;
    assert!(rows.iter().all(|row| row[6] == json!("ordered")), "{rows:?}");
    selling.abort();
}
