//! A database that may only be read: everything that only looks works, and what writes is asked to come again.

use onhand_testbed::{Database, database};
use onhand_testkit::blocking::Client;
use serde_json::json;

use crate::ONHAND;
use crate::behind::{self, Reader};

/// A filled database, and a token for it.
fn filled() -> (Database, String) {
    let database = database();
    let server = ONHAND.start(database.url(), &["--demo", "--demo-still"]);
    let token = Client::sign_in(server.address).token().to_owned();
    assert!(server.stop().success());
    (database, token)
}

/// Everything that only looks, and the rest.
fn check(url: &str, token: &str, reason: &str) {
    ONHAND.verified(url);
    assert!(ONHAND.done(url, &["migrate", "--check"]).ends_with("nothing to do\n"));

    let mut server = ONHAND.start(url, &[]);
    let client = Client::new(server.address, token);
    assert_eq!(client.get("/readyz").status, 200);
    let stock = &client.read("/api/v1/product_stocks/?limit=1")["results"][0];
    let figure = json!({"product_sku": stock["product_sku"], "stock_list": stock["stock_list"], "stock": 7});
    for (path, body) in [
        ("/api/i1/product_stock/", &figure),
        ("/api/v1/stock_list/", &json!({"name": "New"})),
        ("/api/v1/auth/tokens/", &json!({"name": "New"})),
    ] {
        let refused = client.post(path, body);
        assert_eq!(refused.status, 503, "{path}");
        assert!(refused.header("retry-after").is_some(), "{path}");
        let line = server.logged("answered 503");
        assert!(line.contains(reason), "{line}");
    }
    let unchanged = client.read("/api/v1/product_stocks/?limit=1");
    assert_eq!(unchanged["results"][0], *stock);
    assert!(server.stop().success(), "what could not be written down does not spoil the stop");
}

#[test]
fn a_read_only_database_is_read() {
    let (database, token) = filled();
    behind::make_read_only(&database);
    check(database.url(), &token, "in a read-only transaction");
}

#[test]
fn a_role_that_may_only_read_reads() {
    let (database, token) = filled();
    let reader = Reader::new(&database);
    check(&reader.url, &token, "permission denied");
}
