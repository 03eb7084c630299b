//! Prices of another installation come into one price list here, and into no other.

use onhand_testkit::http::{Method, Request};
use onhand_testkit::json::{id, rows, text};
use onhand_testkit::wait;
use serde_json::{Value, json};

use crate::documented::{self, Documented};
use crate::shop::Installation;

/// Makes a price list.
async fn list(of: &Installation, name: &str) -> i64 {
    id(&of.admin.post("price_list/", json!({"name": name})).await.created())
}

/// Writes a price.
async fn price(of: &Installation, list: i64, sku: &str, fields: Value) {
    let mut row = json!({"product_sku": sku, "price_list": list, "currency_type": "try"});
    fields.as_object().into_iter().flatten().for_each(|(name, value)| row[name] = value.clone());
    let answer = of.admin.post("product_prices/", row).await;
    assert!(matches!(answer.status, 200 | 201), "{answer:?}");
}

/// Every price of a list: SKU, price, currency, price before a discount.
async fn prices(of: &Installation, list: i64) -> Vec<String> {
    let page = of.admin.get(format!("product_prices/?price_list={list}&limit=100")).await.ok();
    let told = |row: &Value| {
        let retail = row["retail_price"].as_str().unwrap_or("-");
        format!("{} {} {} {retail}", text(&row["product_sku"]), text(&row["price"]), text(&row["currency_type"]))
    };
    let mut prices: Vec<String> = rows(&page["results"]).iter().map(told).collect();
    prices.sort();
    prices
}

/// Waits until a list has these prices and no others.
async fn has(of: &Installation, list: i64, expected: &[&str]) {
    wait::until_async(async || {
        let found = prices(of, list).await;
        if found == expected { Ok(()) } else { Err(found) }
    })
    .await;
}

async fn patch(of: &Installation, source: i64, body: Value) {
    of.admin.send(&Request::patch(format!("data_sources/{source}/"), body)).await.ok();
}

async fn follows(buyer: Installation, seller: Installation, is_by_channel: bool) {
    let (theirs, further) = (list(&seller, "Sold").await, list(&seller, "Further").await);
    let (ours, untouched) = (list(&buyer, "Bought").await, list(&buyer, "Own").await);
    let catalog = format!("catalogs/{}/", seller.catalog);
    seller.admin.send(&Request::patch(catalog, json!({"price_list": theirs}))).await.ok();
    for (sku, amount) in [("A", "10"), ("B", "20"), ("UNKNOWN", "30")] {
        seller.sells(sku, 5).await;
        price(&seller, theirs, sku, json!({"price": amount})).await;
    }
    price(&seller, further, "A", json!({"price": "99"})).await;
    for sku in ["A", "B"] {
        buyer.knows(sku).await;
        price(&buyer, untouched, sku, json!({"price": "1"})).await;
    }
    let (_, token) = seller.token().await;
    let mut fields = json!({"token": token, "price_list": ours});
    match is_by_channel {
        true => fields["remote_channel"] = json!(seller.channel),
        false => {
            fields["remote_stock_list"] = json!(seller.list);
            fields["remote_price_list"] = json!(theirs);
        }
    }
    let (source, _) = buyer.source(seller.address(), fields).await;
    has(&buyer, ours, &["A 10.00 try -", "B 20.00 try -"]).await;
    buyer.shows(source, "asked for prices", |shown| !shown["last_prices_at"].is_null()).await;

    // A discount comes and goes; a price that is new; one that is gone is seen when everything is compared.
    price(&seller, theirs, "A", json!({"price": "8.5", "retail_price": "10"})).await;
    has(&buyer, ours, &["A 8.50 try 10.00", "B 20.00 try -"]).await;
    price(&seller, theirs, "A", json!({"price": "9", "retail_price": null})).await;
    has(&buyer, ours, &["A 9.00 try -", "B 20.00 try -"]).await;
    let page = seller.admin.get(format!("product_prices/?price_list={theirs}&product_sku=B")).await.ok();
    let path = format!("product_prices/{}/", id(&page["results"][0]));
    seller.admin.send(&Request::new(Method::DELETE, path, None)).await.expect(204);
    buyer.refresh(source).await;
    has(&buyer, ours, &["A 9.00 try -"]).await;
    // What somebody writes into the list is there until everything is compared.
    price(&buyer, ours, "B", json!({"price": "7"})).await;
    buyer.refresh(source).await;
    has(&buyer, ours, &["A 9.00 try -"]).await;

    // A source that is not used takes no prices, and leaves those that there are.
    patch(&buyer, source, json!({"is_active": false})).await;
    buyer.shows(source, "empty", |shown| shown["has_levels"] == json!(false)).await;
    price(&seller, theirs, "A", json!({"price": "11"})).await;
    patch(&buyer, source, json!({"is_active": true, "price_list": null, "remote_price_list": null})).await;
    let asked = buyer.works(source).await["last_polled_at"].clone();
    buyer.shows(source, "asked again", |shown| shown["last_polled_at"] != asked).await;
    has(&buyer, ours, &["A 9.00 try -"]).await;
    has(&buyer, untouched, &["A 1.00 try -", "B 1.00 try -"]).await;
    buyer.is_sound();
    seller.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_follow_those_of_another_installation() {
    follows(Installation::on_file().await, Installation::on_server().await, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_of_a_channel_follow_those_of_its_catalog() {
    follows(Installation::on_server().await, Installation::on_file().await, true).await;
}

/// With product mappings, prices come in under our SKUs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_of_mapped_products_come_in_under_our_skus() {
    let (buyer, seller) = (Installation::on_file().await, Installation::on_file().await);
    let (theirs, ours) = (list(&seller, "Sold").await, list(&buyer, "Bought").await);
    for (sku, amount) in [("THEIRS 1", "10"), ("THEIRS 2", "20")] {
        seller.sells(sku, 5).await;
        price(&seller, theirs, sku, json!({"price": amount})).await;
    }
    buyer.knows("OURS").await;
    let (_, token) = seller.token().await;
    let fields = json!({"token": token, "remote_stock_list": seller.list, "price_list": ours, "remote_price_list": theirs,
        "product_match": "mapping"});
    let (source, _) = buyer.source(seller.address(), fields).await;
    for (remote, expected) in [("THEIRS 1", "OURS 10.00 try -"), ("THEIRS 2", "OURS 20.00 try -")] {
        let mapping = json!({"data_source": source, "product_sku": "OURS", "remote_sku": remote});
        let answer = buyer.admin.post("data_source_mappings/", mapping).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        has(&buyer, ours, &[expected]).await;
    }
    buyer.admin.post("data_source_mappings/remove/", json!({"data_source": source, "is_all": true})).await.ok();
    has(&buyer, ours, &[]).await;
    buyer.is_sound();
}

/// A price that is none changes nothing and is shown, as long as it is none; the others and the levels come in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_that_are_none_change_nothing_and_are_told() {
    let other = Documented::start().await;
    for sku in ["A", "B"] {
        other.set(sku, &json!({"stock": 5}));
        other.price(sku, &json!({"price": "10.00"}));
    }
    let buyer = Installation::on_file().await;
    let ours = list(&buyer, "Bought").await;
    for sku in ["A", "B"] {
        buyer.knows(sku).await;
    }
    let fields = json!({"token": documented::TOKEN, "remote_stock_list": documented::LIST, "price_list": ours,
        "remote_price_list": documented::PRICE_LIST});
    let (source, stock_list) = buyer.source(other.address, fields).await;
    has(&buyer, ours, &["A 10.00 try -", "B 10.00 try -"]).await;
    let (mut level, mut amount) = (5, 10);
    for wrong in [
        json!({"price": "-1.00"}),
        json!({"price": "much"}),
        json!({"price": null}),
        json!({"currency_type": "usd"}),
        json!({"tax_rate": 1_000}),
        json!({"retail_price": "1.234567"}),
    ] {
        (level, amount) = (level + 1, amount + 1);
        other.price("A", &wrong);
        other.price("B", &json!({"price": amount}));
        other.set("B", &json!({"stock": level}));
        let shown = buyer.fails(source, "price").await;
        assert!(text(&shown["last_error"]).contains("A: "), "{shown}");
        has(&buyer, ours, &["A 10.00 try -", &format!("B {amount}.00 try -")]).await;
        buyer.offers(stock_list, "B", level).await;
        let asked = shown["last_prices_at"].clone();
        let shown = buyer.shows(source, "asked again", |shown| shown["last_prices_at"] != asked).await;
        assert!(text(&shown["last_error"]).starts_with("price: "), "it is shown as long as it is so: {shown}");
        other.price("A", &json!({"price": "10.00"}));
        buyer.works(source).await;
    }
    // Prices of another list than the one that was asked for are none of its own.
    other.price("B", &json!({"price": "77", "price_list": documented::PRICE_LIST + 1}));
    let asked = buyer.works(source).await["last_prices_at"].clone();
    buyer.shows(source, "asked again", |shown| shown["last_prices_at"] != asked).await;
    has(&buyer, ours, &["A 10.00 try -", &format!("B {amount}.00 try -")]).await;
    // Answers that are none, or that are not all of them, remove nothing.
    other.says_more_prices_than_it_has(true);
    buyer.refresh(source).await;
    buyer.fails(source, "answer").await;
    has(&buyer, ours, &["A 10.00 try -", &format!("B {amount}.00 try -")]).await;
    other.says_more_prices_than_it_has(false);
    buyer.refresh(source).await;
    buyer.works(source).await;
    buyer.is_sound();
}
