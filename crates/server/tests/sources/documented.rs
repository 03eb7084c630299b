//! Levels of an installation that has the documented pages only, played by the test; and that lies.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use onhand::wire::scalar;
use onhand_testkit::{json, shop, wait};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::shop::Installation;

/// The list of the other installation.
pub(crate) const LIST: i64 = 7;
/// Its price list.
pub(crate) const PRICE_LIST: i64 = 8;
pub(crate) const TOKEN: &str = "the-token-of-a-partner";
/// How late an answer to an order is: longer than what is left of an offset that is measured in whole seconds.
const LATE: Duration = Duration::from_secs(2);
/// Rows of one of its pages, whatever is asked for.
const PAGE: usize = 2;

/// How it answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mood {
    Good,
    /// 500 to everything.
    Broken,
    /// The first half of an answer.
    Half,
    /// An answer that does not end.
    Endless,
    /// Pages that always have a next one, which is the same.
    Round,
    /// No JSON.
    Text,
    /// JSON that is no page.
    Number,
    /// Sends on to another address.
    Elsewhere,
    /// Nothing at all.
    Silent,
    /// 500 to everything but orders, which are answered late.
    OrdersOnly,
}

/// A server of the documented API.
pub(crate) struct Documented {
    pub(crate) address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    _task: JoinSet<()>,
}

struct Shared {
    mood: Mood,
    /// Rows by SKU; what is not documented of them is there only if a test puts it there.
    rows: BTreeMap<String, Value>,
    /// The same of prices.
    prices: BTreeMap<String, Value>,
    /// Whether it says that it has a price that it does not show.
    hides_a_price: bool,
    /// What its clock is ahead, in seconds.
    ahead: i64,
    asked: Vec<String>,
    /// Orders that it has taken.
    orders: Vec<Value>,
}

impl Documented {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let shared = Shared {
            mood: Mood::Good,
            rows: BTreeMap::new(),
            prices: BTreeMap::new(),
            hides_a_price: false,
            ahead: 0,
            asked: Vec::new(),
            orders: Vec::new(),
        };
        let shared = Arc::new(Mutex::new(shared));
        let (address, own) = (listener.local_addr().expect("it is bound"), shared.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut serving = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                serving.spawn(serve(socket, own.clone()));
            }
        });
        Self { address, shared, _task: task }
    }

    pub(crate) fn set(&self, sku: &str, figures: &Value) {
        let mut row = json!({"id": 1, "product_sku": sku, "stock_list": LIST, "unit_type": "qty",
            "sold_quantity_unreported": 0, "extra_field": {}});
        figures.as_object().into_iter().flatten().for_each(|(name, value)| row[name] = value.clone());
        self.shared.lock().expect("it is whole").rows.insert(sku.to_owned(), row);
    }

    pub(crate) fn price(&self, sku: &str, said: &Value) {
        let mut row = json!({"pk": 1, "product": 1, "product_sku": sku, "price_list": PRICE_LIST, "currency_type": "try",
            "price": "10.00"});
        said.as_object().into_iter().flatten().for_each(|(name, value)| row[name] = value.clone());
        self.shared.lock().expect("it is whole").prices.insert(sku.to_owned(), row);
    }

    pub(crate) fn says_more_prices_than_it_has(&self, hides: bool) {
        self.shared.lock().expect("it is whole").hides_a_price = hides;
    }

    fn is(&self, mood: Mood) {
        self.shared.lock().expect("it is whole").mood = mood;
    }
}

/// Answers one request, as the mood is.
async fn serve(mut socket: TcpStream, shared: Arc<Mutex<Shared>>) {
    let (mut head, mut piece) = (Vec::new(), [0; 1_024]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match socket.read(&mut piece).await {
            Ok(read) if read > 0 => head.extend_from_slice(&piece[..read]),
            _ => return,
        }
    }
    let end = head.windows(4).position(|end| end == b"\r\n\r\n").map_or(0, |end| end + 4);
    let mut sent = head.split_off(end);
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    if path.starts_with("/api/v1/orders/") {
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        while sent.len() < length.unwrap_or(0) {
            let read = socket.read(&mut piece).await.expect("the rest of a body");
            sent.extend_from_slice(&piece[..read]);
        }
        return sell(socket, &path, &sent, &shared).await;
    }
    let (mood, body, date) = {
        let mut shared = shared.lock().expect("it is whole");
        shared.asked.push(path.clone());
        let is_known = head.to_ascii_lowercase().contains(&format!("authorization: token {TOKEN}"));
        let body = if is_known { shared.page(&path) } else { None };
        (shared.mood, body, date(shared.ahead))
    };
    let status = if body.is_some() { "200 OK" } else { "401 Unauthorized" };
    let body = body.unwrap_or_else(|| json!({"detail": "Invalid token."})).to_string();
    let answer = |status: &str, length: usize| {
        format!(
            "HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
             Connection: close\r\n"
        )
    };
    let text = match mood {
        Mood::Good | Mood::Round => format!("{}\r\n{body}", answer(status, body.len())),
        Mood::Broken | Mood::OrdersOnly => format!("{}\r\noops", answer("500 Internal Server Error", 4)),
        Mood::Half => format!("{}\r\n{}", answer("200 OK", body.len()), &body[..body.len() / 2]),
        Mood::Text => format!("{}\r\n<html>", answer("200 OK", 6)),
        Mood::Number => format!("{}\r\n7", answer("200 OK", 1)),
        Mood::Elsewhere => format!("{}Location: http://127.0.0.1:1/\r\n\r\n", answer("302 Found", 0)),
        Mood::Endless => {
            let _ = socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[").await;
            let more = "0,".repeat(32_768);
            while socket.write_all(more.as_bytes()).await.is_ok() {}
            return;
        }
        Mood::Silent => {
            // Until the other side has had enough.
            let _ = socket.read(&mut piece).await;
            return;
        }
    };
    let _ = socket.write_all(text.as_bytes()).await;
}

/// Takes an order, or shows those that there are.
async fn sell(mut socket: TcpStream, path: &str, sent: &[u8], shared: &Mutex<Shared>) {
    let (status, body, delay) = {
        let mut shared = shared.lock().expect("it is whole");
        match serde_json::from_slice::<Value>(sent) {
            Ok(order) => {
                let order = shared.placed(order);
                shared.orders.push(order.clone());
                ("201 Created", order, if shared.mood == Mood::OrdersOnly { LATE } else { Duration::ZERO })
            }
            Err(_) => {
                let number = path.split("number=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or_default();
                let orders: Vec<&Value> = shared.orders.iter().filter(|order| order["number"] == number).collect();
                let page = json!({"count": orders.len(), "next": null, "previous": null, "results": orders});
                ("200 OK", page, Duration::ZERO)
            }
        }
    };
    tokio::time::sleep(delay).await;
    let (body, date) = (body.to_string(), date(shared.lock().expect("it is whole").ahead));
    let head = format!("HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Type: application/json\r\n");
    let text = format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    let _ = socket.write_all(text.as_bytes()).await;
}

impl Shared {
    /// An order as it is shown once it is taken.
    fn placed(&self, mut order: Value) -> Value {
        let number = self.orders.len() + 1;
        order["pk"] = json!(number);
        order["status"] = json!("400");
        order["created_date"] = json!(theirs(self.ahead));
        for item in order["order_items"].as_array_mut().expect("lines") {
            item["pk"] = json!(100 + number);
            item["status"] = json!("400");
        }
        order
    }

    fn page(&self, path: &str) -> Option<Value> {
        let (query, list, rows) = match path.strip_prefix("/api/i1/product_stock/?") {
            Some(query) => (query, ("stock_list", LIST), &self.rows),
            None => (path.strip_prefix("/api/i1/product_prices/?")?, ("price_list", PRICE_LIST), &self.prices),
        };
        let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        assert_eq!(parameter(list.0), Some(list.1.to_string().as_str()), "{path}");
        let page: usize = parameter("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        let page = if self.mood == Mood::Round { 1 } else { page };
        let shown: Vec<&Value> = rows.values().skip((page - 1) * PAGE).take(PAGE).collect();
        let is_last = page * PAGE >= rows.len() && self.mood != Mood::Round;
        let count = rows.len() + usize::from(self.hides_a_price && list.1 == PRICE_LIST);
        let next = if is_last { Value::Null } else { json!(format!("http://x/?page={}", page + 1)) };
        Some(json!({"count": count, "next": next, "previous": null, "results": shown}))
    }
}

/// The present as the header `Date` has it.
fn date(ahead: i64) -> String {
    let now = onhand::clock::Clock::System.now().minus_seconds(-ahead);
    let now = jiff::Timestamp::from_microsecond(now.micros()).expect("a time");
    now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The present by a clock that is ahead, as bodies have it.
fn theirs(ahead: i64) -> String {
    scalar::time_text(onhand::clock::Clock::System.now().minus_seconds(-ahead))
}

/// A buyer that knows some products, and its source.
async fn buyer(other: &Documented, skus: &[&str]) -> (Installation, i64, i64) {
    let buyer = Installation::on_file().await;
    for sku in skus {
        buyer.knows(sku).await;
    }
    let (source, list) = buyer.source(other.address, json!({"token": TOKEN, "remote_stock_list": LIST})).await;
    (buyer, source, list)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documented_pages_are_enough() {
    let other = Documented::start().await;
    for (sku, stock, sold) in [("A", 10, 3), ("B", 2, 5), ("C", 0, 0), ("D", 6, 0), ("UNKNOWN", 9, 0)] {
        other.set(sku, &json!({"stock": stock, "sold_quantity_unreported": sold}));
    }
    let (buyer, source, list) = buyer(&other, &["A", "B", "C", "D"]).await;
    buyer.offers(list, "A", 7).await;
    buyer.offers(list, "D", 6).await;
    let shown = buyer.works(source).await;
    assert_eq!((&shown["skipped"], &shown["origins"]), (&json!(1), &json!([])));
    assert_eq!(buyer.available(list, "B").await, None, "nothing can be sold of it");
    // What has changed is asked for by its time.
    other.set("B", &json!({"stock": 4}));
    buyer.offers(list, "B", 4).await;
    let asked = other.shared.lock().expect("it is whole").asked.clone();
    assert!(asked.iter().any(|path| path.contains("modified_date__gt=")), "{asked:?}");
    // What is not there any more is nothing.
    other.shared.lock().expect("it is whole").rows.remove("D");
    buyer.refresh(source).await;
    buyer.offers(list, "D", 0).await;
    assert_eq!(buyer.available(list, "A").await, Some(7));
    buyer.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_figures_are_left_out_and_spoil_no_others() {
    let other = Documented::start().await;
    for sku in ["NEGATIVE", "HUGE", "TEXT", "GOOD"] {
        other.set(sku, &json!({"stock": 5}));
    }
    let (buyer, source, list) = buyer(&other, &["NEGATIVE", "HUGE", "TEXT", "GOOD"]).await;
    for sku in ["NEGATIVE", "HUGE", "TEXT", "GOOD"] {
        buyer.offers(list, sku, 5).await;
    }
    other.set("NEGATIVE", &json!({"stock": -5}));
    other.set("HUGE", &json!({"stock": 1e18}));
    other.set("TEXT", &json!({"stock": "many"}));
    other.set("GOOD", &json!({"stock": 6}));
    for (number, odd) in [json!(null), json!({"product_sku": 5.5, "stock": 1}), json!([])].iter().enumerate() {
        other.shared.lock().expect("it is whole").rows.insert(format!("~{number}"), odd.clone());
    }
    buyer.refresh(source).await;
    buyer.offers(list, "GOOD", 6).await;
    buyer.offers(list, "NEGATIVE", 0).await;
    let shown = buyer.shows(source, "counted", |shown| shown["skipped"].as_i64() >= Some(5)).await;
    assert_eq!(shown["last_error"], json!(null));
    for sku in ["HUGE", "TEXT"] {
        assert_eq!(buyer.available(list, sku).await, Some(5), "what cannot be read changes nothing");
    }
    buyer.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_none_change_nothing_and_are_told() {
    let other = Documented::start().await;
    ["A", "B", "C"].iter().for_each(|sku| other.set(sku, &json!({"stock": 5})));
    let (buyer, source, list) = buyer(&other, &["A", "B", "C"]).await;
    buyer.offers(list, "C", 5).await;
    for (mood, kind) in [
        (Mood::Broken, "away"),
        (Mood::Half, "away"),
        (Mood::Endless, "answer"),
        (Mood::Round, "answer"),
        (Mood::Text, "answer"),
        (Mood::Number, "answer"),
        (Mood::Elsewhere, "answer"),
    ] {
        other.is(mood);
        buyer.refresh(source).await;
        buyer.fails(source, kind).await;
        assert_eq!(buyer.available(list, "A").await, Some(5), "{mood:?}");
        other.is(Mood::Good);
        buyer.refresh(source).await;
        buyer.works(source).await;
    }
    buyer.is_sound();
}

/// A source that says nothing holds up no other one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_sources_hold_up_no_other() {
    let (silent, good) = (Documented::start().await, Documented::start().await);
    silent.is(Mood::Silent);
    good.set("A", &json!({"stock": 5}));
    let buyer = Installation::on_file().await;
    buyer.knows("A").await;
    for _ in 0..20 {
        buyer.source(silent.address, json!({"token": TOKEN, "remote_stock_list": LIST})).await;
    }
    wait::until_async(async || {
        let asked = silent.shared.lock().expect("it is whole").asked.len();
        if asked >= 20 { Ok(()) } else { Err(format!("{asked} are asked")) }
    })
    .await;
    let (_, list) = buyer.source(good.address, json!({"token": TOKEN, "remote_stock_list": LIST})).await;
    buyer.offers(list, "A", 5).await;
    good.set("A", &json!({"stock": 4}));
    buyer.offers(list, "A", 4).await;
    buyer.is_sound();
}

/// Its times are told by its clock, which is an hour ahead, or behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_differs_is_corrected() {
    for ahead in [3_600, -3_600] {
        let other = Documented::start().await;
        other.shared.lock().expect("it is whole").ahead = ahead;
        let now = || onhand::clock::Clock::System.now();
        other.set("A", &json!({"stock": 5, "modified_date": theirs(ahead)}));
        let (buyer, _, list) = buyer(&other, &["A"]).await;
        buyer.offers(list, "A", 5).await;
        let page = buyer.admin.get(format!("product_stocks/?stock_list={list}")).await.ok();
        let taken = scalar::parse_time(json::text(&page["results"][0]["snapshot_at"])).expect("a time");
        let age = (now().micros() - taken.micros()) / 1_000_000;
        assert!((-5..60).contains(&age), "{ahead}: {age} seconds");
        buyer.is_sound();
    }
}

/// A line is placed before its levels have ever been read, and its answer comes late: its time is corrected by the same
/// offset as the level that accounts for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_placed_first_is_accounted_for_by_a_clock_that_differs() {
    let other = Documented::start().await;
    other.shared.lock().expect("it is whole").ahead = 3_600;
    other.is(Mood::OrdersOnly);
    let (buyer, source, list) = buyer(&other, &["A"]).await;
    let mut row = shop::stock(list, "A", 5);
    row["snapshot_at"] = json!(theirs(-86_400));
    buyer.admin.send(&shop::write(row)).await.created();
    let line = shop::line(list, "A", 2);
    let order = buyer.admin.send(&shop::place("O-1", &[line])).await.created();
    let path = format!("order_items/{}/", json::id(&order["order_items"][0]));
    wait::until_async(async || {
        let line = buyer.admin.get(path.clone()).await.ok();
        if line["datasource_state"] == "placed" { Ok(()) } else { Err(line) }
    })
    .await;
    let registered = other.shared.lock().expect("it is whole").orders[0]["created_date"].clone();
    other.set("A", &json!({"stock": 3, "modified_date": registered}));
    other.is(Mood::Good);
    buyer.refresh(source).await;
    let row = wait::until_async(async || {
        let page = buyer.admin.get(format!("product_stock/?stock_list={list}&product_sku=A")).await.ok();
        let row = page["results"][0].clone();
        if row["stock"] == 3 { Ok(row) } else { Err(row) }
    })
    .await;
    assert_eq!((&row["reported_quantity"], &row["adjusted_stock"]), (&json!(0), &json!(3)), "{row}");
    buyer.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_token_is_told() {
    let other = Documented::start().await;
    other.set("A", &json!({"stock": 5}));
    let buyer = Installation::on_file().await;
    buyer.knows("A").await;
    let fields = json!({"token": "another-token", "remote_stock_list": LIST});
    let (source, list) = buyer.source(other.address, fields).await;
    buyer.fails(source, "token").await;
    assert_eq!(buyer.available(list, "A").await, None);
    let patch = onhand_testkit::http::Request::patch(format!("data_sources/{source}/"), json!({"token": TOKEN}));
    buyer.admin.send(&patch).await.ok();
    buyer.offers(list, "A", 5).await;
}
