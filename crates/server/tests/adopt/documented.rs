//! A server that speaks the documented endpoints only.

use onhand_testkit::json::{int, rows, text};
use serde_json::{Value, json};

use crate::documented_server::{Documented, Odd};
use crate::documented_shop::shop;
use crate::target::{TOKEN, Target, all, counts, reasons, stocks};

/// The list of stocks whose numbers are compared.
const NUMBERS: [(&str, &str, i64, i64); 5] = [
    ("Store", "A", 0, 2),
    ("Store", "D", 0, 0),
    ("Warehouse", "A", 6, 4),
    ("Warehouse", "B", 4, 1),
    ("Warehouse", "C,Ğ", 7, 0),
];

#[test]
fn a_shop_is_taken_whole() {
    for target in Target::of_each_engine() {
        let there = Documented::start(shop());
        let (code, report) = target.reported(there.address, TOKEN);
        assert_eq!(code, 0, "{report}");
        let made = [("stock lists", 2), ("price lists", 1), ("catalogs", 1), ("channels", 1), ("products", 4)];
        for (kind, count) in made.into_iter().chain([("prices", 2), ("catalog items", 2), ("open orders", 2)]) {
            assert_eq!(counts(&report, kind), [count, 0, 0, 0], "{kind}: {report}");
        }
        // Two of them were made by the lines that reserve them.
        assert_eq!(counts(&report, "product stocks").iter().sum::<i64>(), 5, "{report}");
        assert_eq!((&report["compared"], &report["differences"]), (&json!(5), &json!(0)), "{report}");
        target.read(|client| {
            let available = stocks(client, "adjusted_stock");
            let reserved = stocks(client, "sold_quantity_unreported");
            for (list, sku, left, held) in NUMBERS {
                let key = (list.to_owned(), sku.to_owned());
                assert_eq!((available[&key], reserved[&key]), (left, held), "{key:?}");
            }
            assert_orders(client);
            let channel = &all(client, "/api/v1/channels/")[0];
            assert_eq!((&channel["name"], &channel["conf"]["quantity_attribute"]), (&json!("Market"), &json!("adet")));
            let catalog = &all(client, "/api/v1/catalogs/")[0];
            assert_eq!((&catalog["pk"], rows(&catalog["extra_stock_lists"]).len()), (&channel["catalog"], 1));
            let product = &client.read("/api/v1/products/?sku=A")["results"][0];
            assert_eq!((&product["name"], &product["attributes"]["barcode"]), (&json!("Name of A"), &json!("869501")));
            let prices = all(client, "/api/v1/product_prices/");
            let prices: Vec<&str> = prices.iter().map(|price| text(&price["price"])).collect();
            assert_eq!(prices, ["60.00", "59.90"]);
        });
        // Only documented paths were asked for, and none of a line that reserves nothing.
        let (code, again) = target.reported(there.address, TOKEN);
        assert_eq!(code, 0, "{again}");
        for kind in rows(&again["kinds"]) {
            assert_eq!(
                (&kind["taken"], &kind["changed"]),
                (&json!(0), &json!(0)),
                "a second run makes nothing: {kind}"
            );
        }
    }
}

/// The open orders are here with their lines, and the closed ones are not.
fn assert_orders(client: &onhand_testkit::blocking::Client) {
    let mut orders = all(client, "/api/v1/orders/");
    orders.sort_by_key(|order| order["number"].to_string());
    let numbers: Vec<&str> = orders.iter().map(|order| text(&order["number"])).collect();
    assert_eq!(numbers, ["10001", "10002"]);
    assert_eq!(orders[0]["date_placed"], "2026-01-22T12:12:24.317000Z");
    assert_eq!((&orders[0]["amount"], &orders[0]["extra_field"]["id"]), (&json!("120.00"), &json!("10001")));
    assert_eq!(orders[0].get("shipping_address"), None, "an id of the other server means nothing here");
    assert!(orders[1]["channel"].is_null() && orders[0]["channel"].is_i64(), "{orders:?}");
    let line = |line: &Value| (text(&line["product_sku"]).to_owned(), int(&line["quantity"]));
    let lines: Vec<_> = rows(&orders[0]["order_items"]).iter().map(line).collect();
    assert_eq!(lines, [("A".to_owned(), 3), ("B".to_owned(), 1)]);
    let lines: Vec<_> = rows(&orders[1]["order_items"]).iter().map(line).collect();
    assert_eq!(lines, [("A".to_owned(), 2), ("C,Ğ".to_owned(), 1)]);
    // A line is found by its id at the other server, and the ERP's code has come with it.
    let registered = int(&orders[1]["order_items"][1]["pk"]);
    let mappings = client.read(&format!("/api/v1/order_items/{registered}/create_mapping/"));
    let mappings = mappings["results"].as_array().or(mappings.as_array()).expect("mappings").clone();
    let codes: Vec<_> = mappings.iter().map(|one| (text(&one["integration_type"]), text(&one["code"]))).collect();
    assert!(codes.contains(&("adopted", "404")) && codes.contains(&("external_company", "ERP-404")), "{codes:?}");
}

#[test]
fn rows_that_cannot_be_taken_are_named_and_the_rest_is_taken() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    {
        let mut content = there.content();
        content.rows("/api/i1/product_stock/").extend([
            json!({"id": 6, "product_sku": "E", "stock": "many", "stock_list": 71}),
            json!({"id": 7, "product_sku": "F", "stock": 5, "stock_list": 99}),
            json!({"id": 8, "product_sku": "", "stock": 5, "stock_list": 71}),
            json!("a row"),
        ]);
        content.rows("/api/v1/stock_list/").push(json!({"pk": 73, "code": "X"}));
        content.rows("/api/v1/channels/").push(json!({"pk": 6, "name": "Other", "catalog": 92, "conf": {}}));
        content.row("/api/i1/order_items/", 402)["product"] = json!(999);
    }
    let (code, report) = target.reported(there.address, TOKEN);
    assert_eq!(code, 3, "{report}");
    assert_eq!(counts(&report, "product stocks")[3], 4, "{report}");
    assert_eq!(counts(&report, "stock lists"), [2, 0, 0, 1]);
    assert_eq!(counts(&report, "channels"), [1, 0, 0, 1]);
    assert_eq!(counts(&report, "open orders"), [1, 0, 0, 1]);
    let told = [
        ("product stocks", "E: stock: A valid integer is required."),
        ("product stocks", "F: its stock list 99 was not taken"),
        ("channels", "Other: its catalog 92 was not taken"),
        ("open orders", "order 10001: line 402: the server does not show its product 999"),
    ];
    for (kind, words) in told {
        assert!(reasons(&report, kind).iter().any(|reason| reason.contains(words)), "{kind}: {words}: {report}");
    }
    // What the order reserves is kept off sale all the same.
    assert_eq!(report["differences"], 0, "{report}");
    target.read(|client| {
        assert_eq!(stocks(client, "adjusted_stock")[&("Warehouse".to_owned(), "A".to_owned())], 6);
        assert_eq!(all(client, "/api/v1/orders/").len(), 1);
    });
    // Once the server shows it, the order is taken, out of what was external.
    there.content().row("/api/i1/order_items/", 402)["product"] = json!(502);
    let (_, report) = target.reported(there.address, TOKEN);
    assert_eq!(counts(&report, "open orders"), [1, 1, 0, 0], "{report}");
    assert_eq!(report["differences"], 0, "{report}");
    target.read(|client| {
        assert_eq!(stocks(client, "adjusted_stock")[&("Warehouse".to_owned(), "A".to_owned())], 6);
    });
}

#[test]
fn what_has_changed_is_taken_by_the_next_run() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    assert_eq!(target.reported(there.address, TOKEN).0, 0);
    {
        let mut content = there.content();
        // The ERP registers a line, and writes the level without it.
        content.registered.push((401, "ERP-401"));
        *content.row("/api/i1/product_stock/", 1) = json!({"id": 1, "product_sku": "A", "stock": 7, "stock_list": 71,
            "unit_type": "qty", "sold_quantity_unreported": 1, "extra_field": {"shelf": "3"}});
        // An order is cancelled, another one leaves.
        content.row("/api/i1/order_items/", 403)["status"] = json!("100");
        content.row("/api/i1/order_items/", 404)["status"] = json!("100");
        content.row("/api/i1/orders/", 302)["status"] = json!("100");
        content.row("/api/i1/product_stock/", 4)["sold_quantity_unreported"] = json!(0);
        content.row("/api/i1/order_items/", 402)["status"] = json!("500");
        content.row("/api/v1/stock_list/", 71)["name"] = json!("Main warehouse");
        content.row("/api/i1/products/", 501)["name"] = json!("Another name");
        content.row("/api/i1/product_prices/", 1)["price"] = json!("61.00");
    }
    let (code, report) = target.reported(there.address, TOKEN);
    assert_eq!(code, 0, "{report}");
    for kind in ["stock lists", "products", "prices"] {
        assert_eq!(counts(&report, kind)[2], 1, "{kind}: {report}");
    }
    assert_eq!((counts(&report, "open orders")[0], counts(&report, "open orders")[2]), (0, 2), "{report}");
    target.read(|client| {
        let available = stocks(client, "adjusted_stock");
        assert_eq!(available[&("Main warehouse".to_owned(), "A".to_owned())], 6);
        assert_eq!(available[&("Store".to_owned(), "A".to_owned())], 1);
        let order = &client.read("/api/v1/orders/?number=10002")["results"][0];
        assert_eq!(order["status"], "100", "{order}");
        let order = &client.read("/api/v1/orders/?number=10001")["results"][0];
        assert_eq!(order["order_items"][1]["status"], "500", "{order}");
    });
}

#[test]
fn a_level_may_be_what_can_be_sold() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    let ended = target.adopt(there.address, TOKEN, &["--level", "sellable"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    target.read(|client| {
        let key = ("Warehouse".to_owned(), "A".to_owned());
        let numbers = ["adjusted_stock", "sold_quantity_unreported", "stock"].map(|field| stocks(client, field)[&key]);
        assert_eq!(numbers, [10, 4, 14]);
    });
}

#[test]
fn only_documented_paths_are_asked_for() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    assert_eq!(target.reported(there.address, TOKEN).0, 0);
    let asked = there.content().asked.clone();
    let known = [
        "/api/v1/stock_list/",
        "/api/v1/price_list/",
        "/api/v1/catalogs/",
        "/api/v1/channels/",
        "/api/i1/products/",
        "/api/i1/product_prices/",
        "/api/v1/catalog_items/",
        "/api/i1/orders/",
        "/api/i1/order_items/",
        "/api/i1/product_stock/",
        // Asked once, because some copies of the documents show more there.
        "/api/v1/product_stock/",
    ];
    for target in &asked {
        let path = target.split('?').next().expect("a path");
        let is_mapping = path.starts_with("/api/i1/order_items/") && path.ends_with("/create_mapping/");
        assert!(is_mapping || known.contains(&path), "{target} is not documented");
    }
    assert_eq!(asked.iter().filter(|target| target.starts_with("/api/v1/product_stock/")).count(), 1);
}

#[test]
fn a_server_that_has_less_is_taken_as_far_as_it_goes() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    {
        let mut content = there.content();
        let gone = ["/api/i1/product_prices/", "/api/v1/catalog_items/", "/api/i1/products/"];
        content.lists.retain(|(path, _)| !gone.contains(path));
        // Products are shown below the channel only.
        let product =
            |pk: i64, sku: &str| json!({"pk": pk, "sku": sku, "modified_date": "2026-01-22T12:12:24.317000Z"});
        let products = vec![product(501, "A"), product(502, "B"), product(503, "C,Ğ")];
        content.lists.push(("/api/v1/channel/5/products/", products));
    }
    let (code, report) = target.reported(there.address, TOKEN);
    assert_eq!(code, 0, "{report}");
    assert_eq!(counts(&report, "products"), [3, 0, 0, 0]);
    assert_eq!(counts(&report, "open orders"), [2, 0, 0, 0]);
    let told = target.adopt(there.address, TOKEN, &[]).out;
    assert!(told.contains("prices: the server does not offer /api/i1/product_prices/"), "{told}");
    assert!(told.contains("compared 5 stocks, 0 differences"), "{told}");
}

#[test]
fn a_busy_server_is_asked_again() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    let busy = Odd::Answer(429, "Retry-After: 0", json!({"detail": "Request was throttled."}).to_string());
    let broken = Odd::Answer(503, "Retry-After: 1", "<html>".to_owned());
    there.content().odd = vec![("/api/i1/product_stock/", 3, busy), ("/api/i1/orders/", 1, broken)];
    let (code, report) = target.reported(there.address, TOKEN);
    assert_eq!((code, int(&report["repeated_requests"])), (0, 4), "{report}");
}
