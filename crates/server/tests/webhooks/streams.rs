//! The stream of events: what happens is sent, and who comes back goes on where it was.

use std::time::Duration;

use onhand_testkit::http::Method;
use onhand_testkit::json::text;
use onhand_testkit::wait::WAIT_MAX;
use serde_json::{Value, json};

use crate::shop::Shop;

/// Events that were read off a stream: id, type and data.
type Told = (i64, String, Value);

/// A stream that is read.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(shop: &Shop, query: &str, last: Option<i64>) -> Self {
        let mut request = shop.admin.request(Method::GET, &format!("events/{query}"));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last.to_string());
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event; comments and settings are passed.
    async fn next(&mut self) -> Told {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                if let Some(id) = field("id: ") {
                    let data = field("data: ").expect("it has data");
                    let kind = field("event: ").expect("it has a type");
                    return (id.parse().expect("a number"), kind, serde_json::from_str(&data).expect("JSON"));
                }
                continue;
            }
            let piece = tokio::time::timeout(WAIT_MAX, self.response.chunk()).await.expect("something comes");
            let piece = piece.expect("it is read").expect("it goes on");
            self.text.push_str(std::str::from_utf8(&piece).expect("text"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_goes_on_where_it_was() {
    for mut shop in [Shop::on_file().await, Shop::on_server().await] {
        shop.level("A", 1_000).await;
        let mut stream = Stream::open(&shop, "?types=order.created,order.cancelled", None).await;
        let mut last = 0;
        for number in 0..5 {
            shop.order(&format!("O-{number}"), "A", 1).await;
            let (id, kind, body) = stream.next().await;
            assert!(id > last, "{id} after {last}");
            last = id;
            assert_eq!((kind.as_str(), text(&body["data"]["number"])), ("order.created", &*format!("O-{number}")));
            assert_eq!(body["type"], json!("order.created"));
        }
        drop(stream);
        for number in 5..10 {
            shop.order(&format!("O-{number}"), "A", 1).await;
        }
        let mut again = Stream::open(&shop, "?types=order.created", Some(last)).await;
        for number in 5..10 {
            let (id, _, body) = again.next().await;
            assert!(id > last, "{id} after {last}");
            last = id;
            assert_eq!(text(&body["data"]["number"]), format!("O-{number}"));
        }
        // From the beginning of what is kept, and after a restart.
        drop(again);
        shop.killed();
        let mut all = Stream::open(&shop, "?types=order.created&after=0", None).await;
        for number in 0..10 {
            assert_eq!(text(&all.next().await.2["data"]["number"]), format!("O-{number}"));
        }
        drop(all);
        let wrong = shop.admin.get("events/?after=1000000000").await;
        assert_eq!(wrong.status, 400, "{wrong:?}");
        shop.is_sound();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_has_so_many_streams() {
    let mut shop = Shop::on_file().await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(Stream::open(&shop, "", None).await);
    }
    let more = shop.admin.request(Method::GET, "events/").send().await.expect("an answer");
    assert_eq!(more.status(), 429);
    drop(streams);
    let again = async || shop.admin.request(Method::GET, "events/").send().await.expect("an answer").status();
    let given_back = async {
        while again().await != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(WAIT_MAX, given_back).await.expect("they are given back");
    shop.is_sound();
}
