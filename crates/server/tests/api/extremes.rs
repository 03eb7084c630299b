//! Numbers and queries at the ends of what can be written, in every list: never a 5xx, and never an answer that is made
//! of arithmetic gone wrong.

use std::collections::HashSet;
use std::mem::discriminant;

use onhand::api::routes;
use onhand::auth::Role;
use onhand::http::route::{CHANNEL, Route};
use onhand::wire::filter::{Filter, Kind};

use crate::client::Client;
use crate::samples::Samples;

/// One more than the largest number of 64 bits.
const TOO_LARGE: &str = "9223372036854775808";
/// More than any list takes.
const MANY: usize = 1_100;

/// Every list at one of its paths, with what to append its first parameter with.
async fn lists(samples: &Samples, caller: &Client) -> Vec<(String, &'static [Filter])> {
    let mut found = Vec::new();
    for route in routes() {
        let filters = route.filters.filter(|_| route.method == "GET" && route.formats.is_empty());
        let Some(filters) = filters else { continue };
        let path = below(&route);
        let path = samples.path(&route, &path, caller).await;
        let parted = if path.contains('?') { '&' } else { '?' };
        found.push((format!("{path}{parted}"), filters));
    }
    assert!(found.len() > 20, "the table has lists");
    found
}

fn below(route: &Route) -> String {
    let mut paths = route.paths();
    let channel = paths.iter().position(|path| path.starts_with(CHANNEL));
    paths.swap_remove(channel.unwrap_or(0))
}

/// A cursor as the server writes it.
fn cursor(plain: &str) -> String {
    plain.bytes().fold(String::new(), |all, byte| format!("{all}{byte:02x}"))
}

#[tokio::test]
async fn pages_and_limits_end_where_numbers_do() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    for (list, _) in lists(&samples, &caller).await {
        let page = async |query: &str| caller.get(&format!("{list}{query}")).await;
        page(&format!("page={TOO_LARGE}")).await.faults(&["page"]);
        page(&format!("page={}", i64::MAX)).await.expect(404);
        for (number, limit) in [(i64::MAX, 1), (i64::MAX / 2, 2), (i64::MAX / 1_000, 1_000), (1 << 40, 1_000)] {
            let answer = page(&format!("page={number}&limit={limit}")).await;
            assert!(matches!(answer.status, 400 | 404), "{list}: {answer:?}");
        }
        for number in ["-9223372036854775809", "-1", "0"] {
            page(&format!("page={number}")).await.expect(404);
        }
        page(&format!("limit={}", i64::MAX)).await.ok();
        for limit in [TOO_LARGE, "-9223372036854775808", "0"] {
            page(&format!("limit={limit}")).await.faults(&["limit"]);
        }
        for id in [i64::MIN, -1, 0, i64::MAX] {
            let answer = page(&format!("cursor={}", cursor(&format!("{id}:i{id}")))).await;
            assert!(matches!(answer.status, 200 | 400), "{list}: {answer:?}");
        }
        page(&format!("cursor={}", cursor(&format!("{TOO_LARGE}:i{TOO_LARGE}")))).await.faults(&["cursor"]);
    }
}

#[tokio::test]
async fn a_program_may_stand_anywhere() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    let path = format!("/api/v1/channel/{}/changes/", samples.channel);
    let (most, least) = (i64::MAX, i64::MIN);
    for after in [
        format!("{most}"),
        format!("{least}"),
        TOO_LARGE.to_owned(),
        format!("{most}.{most}.{most}.{most}"),
        format!("{least}.{least}.{least}.{least}"),
        format!("0.0.0.{most}"),
        format!("0.{most}.0.0"),
        format!("{most}.0.0.0"),
    ] {
        for limit in [1, 1_000] {
            let answer = caller.get(&format!("{path}?after={after}&limit={limit}")).await;
            assert!(matches!(answer.status, 200 | 400), "{after}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn more_filters_than_a_list_takes_are_refused() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    for (list, filters) in lists(&samples, &caller).await {
        // One function counts the filters of all lists: of each list, one filter of each kind is tried.
        let mut kinds = HashSet::new();
        for filter in filters.iter().filter(|filter| kinds.insert(discriminant(&filter.kind))) {
            for lookup in filter.lookups() {
                if list.contains("/channel/") && format!("{}{lookup}", filter.name).starts_with("channel") {
                    // The path says it already, and what repeats it is not counted.
                    continue;
                }
                let value = match filter.kind {
                    Kind::Bool => "true",
                    Kind::Time if lookup.contains("date") => "2026-01-01",
                    Kind::Time => "2026-01-01T00:00:00Z",
                    Kind::Status => "50",
                    Kind::Choice(words) | Kind::Numbered(words) | Kind::LinkedWord(words) => words[0],
                    Kind::StockState => "low",
                    Kind::Int | Kind::Text | Kind::OrderedText | Kind::Folded | Kind::Linked => "1",
                };
                // As short as it must be to fit into the headers.
                let pair = format!("{}{lookup}={value}&", filter.name);
                let answer = caller.get(&format!("{list}{}", pair.repeat(MANY.min(24_000 / pair.len())))).await;
                let fits = pair.len() * MANY <= 24_000;
                assert!(answer.status == 400 || !fits && answer.status == 200, "{list}{pair}: {}", answer.status);
            }
        }
    }
    let five = "1,".repeat(500);
    let spread = ["pk", "stock_list", "product"].map(|name| format!("{name}__in={five}&")).concat();
    caller.get(&format!("/api/v1/product_stocks/?{spread}")).await.ok();
    let twice = format!("pk__in={five}1,1&pk__in={five}");
    caller.get(&format!("/api/v1/product_stocks/?{twice}")).await.faults(&["pk__in"]);
}
