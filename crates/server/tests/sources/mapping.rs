//! Products of a data source that have other SKUs here: levels come in under ours, orders go out under theirs.

use std::collections::BTreeMap;

use onhand_testkit::http::{Method, Request};
use onhand_testkit::json::{id, int, rows, text};
use onhand_testkit::{shop, wait};
use serde_json::{Value, json};

use crate::proxy::Proxy;
use crate::shop::Installation;

/// A buyer whose products are mapped, its source and its list.
struct Mapped {
    buyer: Installation,
    seller: Installation,
    proxy: Proxy,
    source: i64,
    list: i64,
}

impl Mapped {
    /// The seller has 10 of `THEIRS 1` and 3 of `THEIRS 2`; the buyer knows `OURS` and `OTHER`, and nothing is mapped.
    async fn open(buyer: Installation, seller: Installation, is_by_channel: bool) -> Self {
        seller.sells("THEIRS 1", 10).await;
        seller.sells("THEIRS 2", 3).await;
        for sku in ["OURS", "OTHER"] {
            buyer.knows(sku).await;
        }
        let proxy = Proxy::to(seller.address()).await;
        let (_, token) = seller.token().await;
        let place = if is_by_channel { ("remote_channel", seller.channel) } else { ("remote_stock_list", seller.list) };
        let fields = json!({"token": token, place.0: place.1, "product_match": "mapping"});
        let (source, list) = buyer.source(proxy.address, fields).await;
        Self { buyer, seller, proxy, source, list }
    }

    /// Maps products, all in one request.
    async fn map(&self, pairs: &[(&str, &str)]) {
        let row = |(ours, theirs): &(&str, &str)| json!({"data_source": self.source, "product_sku": ours, "remote_sku": theirs});
        let rows: Vec<Value> = pairs.iter().map(row).collect();
        let answer = self.buyer.admin.post("data_source_mappings/", json!(rows)).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    }

    async fn unmap(&self, sku: &str) {
        let body = json!({"data_source": self.source, "product_skus": [sku]});
        assert_eq!(self.buyer.admin.post("data_source_mappings/remove/", body).await.ok()["removed"], json!(1));
    }

    async fn offers(&self, sku: &str, expected: i64) {
        self.buyer.offers(self.list, sku, expected).await;
    }

    /// Orders a SKU here; its line.
    async fn order(&self, number: &str, sku: &str, units: i64) -> Value {
        let placed = self.buyer.admin.send(&shop::place(number, &[shop::line(self.list, sku, units)])).await.created();
        placed["order_items"][0].clone()
    }

    /// Waits until a line is in a state.
    async fn until_line(&self, line: &Value, state: &str) -> Value {
        wait::until_async(async || {
            let line = self.buyer.admin.get(format!("order_items/{}/", id(line))).await.ok();
            if line["datasource_state"] == state { Ok(line) } else { Err(line) }
        })
        .await
    }

    /// The SKU and the units of each line that the seller has for a line.
    async fn there(&self, number: &str, line: &Value) -> Vec<(String, i64, String)> {
        let page = self.seller.admin.get(format!("orders/?number={number}-{}", id(line))).await.ok();
        let lines = rows(&page["results"]).iter().flat_map(|order| rows(&order["order_items"]).to_vec());
        let line = |line: Value| {
            (text(&line["product_sku"]).to_owned(), int(&line["quantity"]), text(&line["status"]).to_owned())
        };
        lines.map(line).collect()
    }

    async fn patch(&self, body: Value) {
        let path = format!("data_sources/{}/", self.source);
        self.buyer.admin.send(&Request::patch(path, body)).await.ok();
    }

    fn is_sound(&self) {
        self.buyer.is_sound();
        self.seller.is_sound();
    }
}

fn one(sku: &str, units: i64, status: &str) -> Vec<(String, i64, String)> {
    vec![(sku.to_owned(), units, status.to_owned())]
}

async fn follows(buyer: Installation, seller: Installation, is_by_channel: bool) {
    let pair = Mapped::open(buyer, seller, is_by_channel).await;
    let shown = pair.buyer.works(pair.source).await;
    assert_eq!((&shown["unmapped"], &shown["skipped"]), (&json!(2), &json!(0)), "{shown}");
    assert_eq!(pair.buyer.available(pair.list, "OURS").await, None);

    pair.map(&[("OURS", "THEIRS 1")]).await;
    pair.offers("OURS", 10).await;
    pair.buyer.shows(pair.source, "counted", |shown| shown["unmapped"] == json!(1)).await;
    pair.seller.level("THEIRS 1", 12).await;
    pair.offers("OURS", 12).await;

    // Out and back: the seller has its own SKU, and what is cancelled here is cancelled there.
    let line = pair.order("O-1", "OURS", 2).await;
    assert_eq!(pair.until_line(&line, "placed").await["datasource_sku"], json!("THEIRS 1"));
    assert_eq!(pair.there("O-1", &line).await, one("THEIRS 1", 2, "400"));
    pair.offers("OURS", 10).await;
    let order = pair.buyer.admin.get(format!("order_items/{}/", id(&line))).await.ok()["order"].clone();
    pair.buyer.admin.post(format!("orders/{order}/cancel/"), json!({"is_all": true})).await.ok();
    pair.until_line(&line, "cancelled").await;
    assert_eq!(pair.there("O-1", &line).await, one("THEIRS 1", 2, "100"));
    pair.offers("OURS", 12).await;

    // Another mapping is another stock, from now on.
    pair.map(&[("OURS", "THEIRS 2")]).await;
    pair.map(&[("OTHER", "THEIRS 1")]).await;
    pair.offers("OURS", 3).await;
    pair.offers("OTHER", 12).await;
    let line = pair.order("O-2", "OURS", 1).await;
    pair.until_line(&line, "placed").await;
    assert_eq!(pair.there("O-2", &line).await, one("THEIRS 2", 1, "400"));
    pair.offers("OURS", 2).await;

    // What is not mapped any more is not sold here; what is placed stays there.
    pair.unmap("OURS").await;
    pair.offers("OURS", 0).await;
    pair.offers("OTHER", 12).await;
    assert_eq!(pair.there("O-2", &line).await, one("THEIRS 2", 1, "400"));
    // Matched by SKU again, only what has one SKU on both sides is known.
    pair.seller.sells("OTHER", 4).await;
    pair.patch(json!({"product_match": "sku"})).await;
    pair.offers("OTHER", 4).await;
    pair.offers("OURS", 0).await;
    pair.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn products_are_mapped_in_and_out() {
    follows(Installation::on_file().await, Installation::on_server().await, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn products_of_a_channel_are_mapped_in_and_out() {
    follows(Installation::on_server().await, Installation::on_file().await, true).await;
}

/// A request that was cut may have placed the line: it is asked for and sent again under the SKU that it was sent with.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_was_sent_keeps_its_sku_whatever_becomes_of_the_mapping() {
    let pair = Mapped::open(Installation::on_file().await, Installation::on_server().await, false).await;
    pair.map(&[("OURS", "THEIRS 1")]).await;
    pair.offers("OURS", 10).await;
    pair.proxy.cut();
    let (changed, removed) = (pair.order("O-1", "OURS", 2).await, pair.order("O-2", "OURS", 1).await);
    for line in [&changed, &removed] {
        wait::until_async(async || {
            let line = pair.buyer.admin.get(format!("order_items/{}/", id(line))).await.ok();
            if line["datasource_error"].is_null() { Err("it was not sent yet") } else { Ok(()) }
        })
        .await;
    }
    pair.map(&[("OURS", "THEIRS 2")]).await;
    pair.unmap("OURS").await;
    // Nothing is offered of what is not mapped, although the seller cannot be asked.
    pair.offers("OURS", 0).await;
    pair.proxy.lead_to(pair.seller.address());
    for (number, line, units) in [("O-1", &changed, 2), ("O-2", &removed, 1)] {
        pair.until_line(line, "placed").await;
        assert_eq!(pair.there(number, line).await, one("THEIRS 1", units, "400"));
    }
    assert_eq!(pair.seller.available(pair.seller.list, "THEIRS 1").await, Some(7), "each line was placed once");
    assert_eq!(pair.seller.available(pair.seller.list, "THEIRS 2").await, Some(3));
    pair.map(&[("OURS", "THEIRS 1")]).await;
    pair.offers("OURS", 7).await;
    // A line that was placed is cancelled by its order there, mapped or not.
    pair.unmap("OURS").await;
    let order = pair.buyer.admin.get(format!("order_items/{}/", id(&changed))).await.ok()["order"].clone();
    pair.buyer.admin.post(format!("orders/{order}/cancel/"), json!({"is_all": true})).await.ok();
    pair.until_line(&changed, "cancelled").await;
    assert_eq!(pair.there("O-1", &changed).await, one("THEIRS 1", 2, "100"));
    pair.is_sound();
}

/// A line that nobody has sent waits for a mapping, and is sent under the one that there is then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_without_a_mapping_waits_and_is_sent_once() {
    let pair = Mapped::open(Installation::on_file().await, Installation::on_file().await, false).await;
    pair.map(&[("OURS", "THEIRS 1"), ("OTHER", "THEIRS 2")]).await;
    pair.offers("OURS", 10).await;
    pair.offers("OTHER", 3).await;
    // Without a token nothing is sent.
    pair.patch(json!({"token": null})).await;
    pair.buyer.fails(pair.source, "token").await;
    let line = pair.order("O-1", "OURS", 2).await;
    pair.unmap("OURS").await;
    pair.offers("OURS", 0).await;
    let (_, token) = pair.seller.token().await;
    pair.patch(json!({"token": token})).await;
    wait::until_async(async || {
        let line = pair.buyer.admin.get(format!("order_items/{}/", id(&line))).await.ok();
        let is_said = line["datasource_error"].as_str().is_some_and(|text| text.contains("no mapping"));
        if is_said && line["datasource_state"] == "pending" { Ok(()) } else { Err(line) }
    })
    .await;
    // It holds up no other line of the source.
    let other = pair.order("O-2", "OTHER", 1).await;
    pair.until_line(&other, "placed").await;
    assert_eq!(pair.there("O-1", &line).await, []);
    let remove = json!({"data_source": pair.source, "is_all": true});
    pair.buyer.admin.post("data_source_mappings/remove/", remove).await.ok();
    pair.map(&[("OURS", "THEIRS 2")]).await;
    pair.until_line(&line, "placed").await;
    assert_eq!(pair.there("O-1", &line).await, one("THEIRS 2", 2, "400"));
    pair.offers("OURS", 0).await;
    // A source that has mappings is not removed by mistake.
    let path = format!("data_sources/{}/", pair.source);
    let removed = pair.buyer.admin.send(&Request::new(Method::DELETE, path, None)).await;
    assert_eq!(removed.status, 406, "{removed:?}");
    pair.is_sound();
}

/// While mappings change and connections are cut, every line is placed once, under one of the SKUs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_placed_once_while_their_mapping_changes() {
    let pair = Mapped::open(Installation::on_server().await, Installation::on_file().await, false).await;
    for sku in ["THEIRS 1", "THEIRS 2"] {
        pair.seller.level(sku, 100).await;
    }
    pair.map(&[("OURS", "THEIRS 1")]).await;
    pair.offers("OURS", 100).await;
    let mut lines = Vec::new();
    for number in 0..12 {
        match number % 4 {
            0 => pair.proxy.cut(),
            2 => pair.proxy.lead_to(pair.seller.address()),
            _ => {}
        }
        lines.push((format!("O-{number}"), pair.order(&format!("O-{number}"), "OURS", 1).await));
        pair.map(&[("OURS", ["THEIRS 2", "THEIRS 1"][number % 2])]).await;
    }
    pair.proxy.lead_to(pair.seller.address());
    let mut sold = BTreeMap::from([("THEIRS 1", 0), ("THEIRS 2", 0)]);
    for (number, line) in &lines {
        pair.until_line(line, "placed").await;
        let there = pair.there(number, line).await;
        let [(sku, 1, status)] = there.as_slice() else { panic!("{number} is placed once: {there:?}") };
        assert_eq!(status, "400");
        *sold.get_mut(sku.as_str()).expect("one of the two") += 1;
    }
    assert_eq!(pair.seller.admin.get("orders/").await.ok()["count"], json!(12));
    for (sku, sold) in sold {
        assert_eq!(pair.seller.available(pair.seller.list, sku).await, Some(100 - sold), "{sku}");
    }
    pair.is_sound();
}
