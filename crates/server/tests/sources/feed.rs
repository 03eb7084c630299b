//! Levels of another Onhand, by the change feed of a channel.

use onhand_testkit::http::{Method, Request};
use onhand_testkit::json::id;
use onhand_testkit::program::{log_of, new_file};
use onhand_testkit::shop;
use serde_json::{Value, json};

use crate::ONHAND;
use crate::proxy::Proxy;
use crate::shop::{ARGUMENTS, Installation};

/// What makes a source of a channel.
fn by_channel(seller: &Installation, token: &str) -> Value {
    json!({"token": token, "remote_channel": seller.channel})
}

async fn follows(buyer: Installation, seller: Installation) {
    seller.sells("A", 10).await;
    seller.sells("B", 3).await;
    seller.sells("UNKNOWN", 7).await;
    for sku in ["A", "B", "NEW"] {
        buyer.knows(sku).await;
    }
    let (_, token) = seller.token().await;
    let mut fields = by_channel(&seller, &token);
    fields["safety_stock"] = json!(2);
    let (source, list) = buyer.source(seller.address(), fields).await;
    buyer.offers(list, "A", 8).await;
    buyer.offers(list, "B", 1).await;
    let shown = buyer.works(source).await;
    assert_eq!((&shown["skipped"], &shown["has_levels"]), (&json!(1), &json!(true)), "one SKU is not known here");
    assert_eq!(shown["origins"].as_array().map(Vec::len), Some(1), "{shown}");

    // A level, an order, a product that is new to the catalog, one that leaves it.
    seller.level("A", 20).await;
    buyer.offers(list, "A", 18).await;
    seller.admin.send(&shop::place("there", &[shop::line(seller.list, "A", 5)])).await.created();
    buyer.offers(list, "A", 13).await;
    seller.sells("NEW", 4).await;
    buyer.offers(list, "NEW", 2).await;
    seller.level("B", 1).await;
    buyer.offers(list, "B", 0).await;
    let item = seller.admin.get(format!("catalog_items/?catalog={}", seller.catalog)).await.ok();
    let item = id(&item["results"][0]);
    seller.admin.send(&Request::new(Method::DELETE, format!("catalog_items/{item}/"), None)).await.expect(204);
    buyer.offers(list, "A", 0).await;
    assert_eq!(buyer.available(list, "UNKNOWN").await, None, "a product that is not known here is not made");

    // An order here takes what is there no more.
    buyer.admin.send(&shop::place("here", &[shop::line(list, "NEW", 2)])).await.created();
    buyer.admin.send(&shop::place("too much", &[shop::line(list, "NEW", 1)])).await.refused("insufficient_stock");
    buyer.is_sound();
    seller.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn levels_follow_those_of_another_installation() {
    follows(Installation::on_file().await, Installation::on_server().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn levels_follow_those_of_another_installation_the_other_way_round() {
    follows(Installation::on_server().await, Installation::on_file().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_was_away_comes_back_and_holds_up_no_other() {
    let (buyer, mut seller, other) =
        (Installation::on_file().await, Installation::on_file().await, Installation::on_file().await);
    let proxy = Proxy::to(seller.address()).await;
    for one in [&seller, &other] {
        one.sells("A", 10).await;
    }
    buyer.knows("A").await;
    let (_, token) = seller.token().await;
    let (source, list) = buyer.source(proxy.address, by_channel(&seller, &token)).await;
    let (_, token) = other.token().await;
    let (_, other_list) = buyer.source(other.address(), by_channel(&other, &token)).await;
    buyer.offers(list, "A", 10).await;

    proxy.cut();
    seller.kill();
    let shown = buyer.fails(source, "away").await;
    assert!(!shown["next_try_at"].is_null() && shown["failures"].as_i64() >= Some(1), "{shown}");
    other.level("A", 4).await;
    buyer.offers(other_list, "A", 4).await;
    seller.start();
    seller.level("A", 6).await;
    proxy.lead_to(seller.address());
    buyer.offers(list, "A", 6).await;
    let shown = buyer.works(source).await;
    assert_eq!((&shown["failures"], &shown["next_try_at"]), (&json!(0), &json!(null)));
    buyer.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_revoked_is_shown_and_a_new_one_works_at_once() {
    let (buyer, seller) = (Installation::on_file().await, Installation::on_file().await);
    seller.sells("A", 10).await;
    buyer.knows("A").await;
    let (number, token) = seller.token().await;
    let (source, list) = buyer.source(seller.address(), by_channel(&seller, &token)).await;
    buyer.offers(list, "A", 10).await;
    let revoke = Request::new(Method::DELETE, format!("auth/tokens/{number}/"), None);
    seller.admin.send(&revoke).await.expect(204);
    let shown = buyer.fails(source, "token").await;
    assert!(!shown.to_string().contains(&token), "{shown}");
    let (_, token) = seller.token().await;
    seller.level("A", 3).await;
    buyer.admin.send(&Request::patch(format!("data_sources/{source}/"), json!({"token": token}))).await.ok();
    buyer.offers(list, "A", 3).await;
    buyer.works(source).await;
    let log = log_of(buyer.folder.path());
    assert!(log.contains("a data source does not work") && !log.contains(&token), "{log}");
}

/// What was sold and written over there after its backup is forgotten there, so it is what there is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_was_restored_from_a_backup_is_compared_anew() {
    let (buyer, mut seller) = (Installation::on_file().await, Installation::on_file().await);
    let proxy = Proxy::to(seller.address()).await;
    seller.sells("A", 10).await;
    seller.sells("B", 5).await;
    for sku in ["A", "B", "LATE"] {
        buyer.knows(sku).await;
    }
    let (_, token) = seller.token().await;
    let (source, list) = buyer.source(proxy.address, by_channel(&seller, &token)).await;
    buyer.offers(list, "A", 10).await;
    let backup = seller.folder.path().join("backup.db");
    let backup = backup.to_str().expect("a plain path").to_owned();
    ONHAND.done(seller.database(), &["backup", &backup]);
    seller.level("A", 50).await;
    seller.sells("LATE", 9).await;
    buyer.offers(list, "A", 50).await;
    buyer.offers(list, "LATE", 9).await;

    proxy.cut();
    seller.kill();
    let (folder, url) = new_file();
    ONHAND.done(&url, &["restore", &backup]);
    let restored = ONHAND.start_logging(&url, &ARGUMENTS, folder.path());
    proxy.lead_to(restored.address);
    buyer.offers(list, "A", 10).await;
    buyer.offers(list, "LATE", 0).await;
    buyer.offers(list, "B", 5).await;
    seller.admin.moved(restored.address).send(&shop::write(shop::stock(seller.list, "B", 1))).await.ok();
    buyer.offers(list, "B", 1).await;
    buyer.works(source).await;
    buyer.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_is_not_used_offers_nothing_and_can_be_removed() {
    let (buyer, seller) = (Installation::on_file().await, Installation::on_file().await);
    seller.sells("A", 10).await;
    buyer.knows("A").await;
    let (_, token) = seller.token().await;
    let (source, list) = buyer.source(seller.address(), by_channel(&seller, &token)).await;
    buyer.offers(list, "A", 10).await;
    let path = format!("data_sources/{source}/");
    let remove = Request::new(Method::DELETE, path.clone(), None);
    buyer.admin.send(&remove).await.refused("data_source_has_levels");
    let pause = |is_active: bool| Request::patch(path.clone(), json!({"is_active": is_active}));
    buyer.admin.send(&pause(false)).await.ok();
    buyer.offers(list, "A", 0).await;
    seller.level("A", 7).await;
    buyer.admin.send(&pause(true)).await.ok();
    buyer.offers(list, "A", 7).await;
    buyer.admin.send(&pause(false)).await.ok();
    buyer.shows(source, "empty", |shown| shown["has_levels"] == json!(false)).await;
    assert_eq!(buyer.available(list, "A").await, Some(0));
    buyer.admin.send(&remove).await.expect(204);
    buyer.is_sound();
}
