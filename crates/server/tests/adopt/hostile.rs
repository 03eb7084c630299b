//! A server that means harm, or is broken: the command ends, says why in one line, and shows no token.

use serde_json::{Value, json};

use crate::documented_server::{Documented, Odd};
use crate::documented_shop::shop;
use crate::target::{TOKEN, Target};

fn page(results: &Value, next: &Value) -> Odd {
    Odd::Answer(200, "Vary: Accept", json!({"count": 1, "next": next, "results": results}).to_string())
}

#[test]
fn odd_answers_end_with_a_word_of_what_is_wrong() {
    let target = Target::file();
    let row = json!([{"id": 1, "product_sku": "A", "stock": 1, "stock_list": 71}]);
    let text = |status, body: &str| Odd::Answer(status, "Vary: Accept", body.to_owned());
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let cases = [
        ("/api/i1/product_stock/", page(&row, &json!("http://thief.example.com/?page=2")), "another host"),
        ("/api/i1/product_stock/", page(&row, &json!("/api/i1/product_stock/?page=1")), "said to be page 1"),
        ("/api/i1/product_stock/", page(&json!([]), &json!("/?page=2")), "is said not to be the last one"),
        ("/api/i1/product_stock/", page(&row, &json!({"page": 2})), "no text"),
        ("/api/i1/product_stock/", text(200, r#"{"results": 5}"#), "no list of results"),
        ("/api/i1/product_stock/", text(200, "<html>maintenance</html>"), "not with JSON"),
        ("/api/i1/product_stock/", text(200, &nested), "not with JSON"),
        ("/api/i1/product_stock/", text(200, ""), "not with JSON"),
        ("/api/i1/product_stock/", Odd::Endless, "MB at once"),
        ("/api/i1/orders/", text(403, r#"{"detail": "No."}"#), "this token may not read /api/i1/orders/"),
        ("/api/v1/stock_list/", text(401, r#"{"detail": "Invalid token."}"#), "does not take this token"),
        ("/api/v1/stock_list/", Odd::Answer(302, "Location: http://thief.example.com/", String::new()), "give that"),
        ("/api/v1/stock_list/", text(404, "{}"), "no server of this kind"),
        ("/api/i1/orders/", text(500, "oh \u{1b}[31m"), "500"),
    ];
    for (path, odd, words) in cases {
        let there = Documented::start(shop());
        there.content().odd = vec![(path, usize::MAX, odd.clone())];
        let ended = target.adopt(there.address, TOKEN, &["--patience", "0"]);
        assert_eq!(ended.code, Some(1), "{odd:?}: {ended:?}");
        assert!(ended.err.contains(words), "{words}: {ended:?}");
        assert!(!format!("{ended:?}").contains(TOKEN), "{ended:?}");
        assert!(!ended.err.contains('\u{1b}'), "{ended:?}");
    }
    // What ended early is not in the way of what follows.
    let there = Documented::start(shop());
    assert_eq!(target.reported(there.address, TOKEN).0, 0);
}

#[test]
fn a_list_that_goes_in_a_circle_ends() {
    let target = Target::file();
    // It is asked for pages without a number, and is always at its beginning.
    let there = Documented::start(shop());
    let row = json!([{"id": 1, "product_sku": "A", "stock": 1, "stock_list": 71}]);
    let odd = page(&row, &json!("/api/i1/product_stock/?cursor=a"));
    there.content().odd = vec![("/api/i1/product_stock/", usize::MAX, odd)];
    let ended = target.adopt(there.address, TOKEN, &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("does not count pages"), "{ended:?}");
}

#[test]
fn lines_of_other_orders_are_not_taken_for_those_of_one() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    let others = json!([{"pk": 1, "order": 999, "product": 501, "stock_list": 71}]);
    there.content().odd = vec![("/api/i1/order_items/?order", usize::MAX, page(&others, &json!(null)))];
    let ended = target.adopt(there.address, TOKEN, &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("shows lines of other orders"), "{ended:?}");
}

#[test]
fn a_wrong_address_or_token_is_wrong_at_once() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    let ended = target.adopt(there.address, "another token", &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("does not take this token"), "{ended:?}");
    let nobody = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    let ended = target.adopt(nobody, TOKEN, &["--patience", "0"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("no answer from http://127.0.0.1:9"), "{ended:?}");
}

#[test]
fn a_file_that_a_server_works_on_is_left_alone() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    let server = target.serve();
    let ended = target.adopt(there.address, TOKEN, &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("another process"), "{ended:?}");
    assert!(there.content().asked.is_empty(), "nothing was asked");
    assert!(server.stop().success());
}
