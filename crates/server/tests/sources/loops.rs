//! Installations that sell each other's stock as their own: nobody has any, so none is offered.

use onhand_testkit::http::{Method, Request};
use onhand_testkit::json::{id, rows, text};
use onhand_testkit::{shop, wait};
use serde_json::{Value, json};

use crate::shop::Installation;

/// Closes a ring of installations: each sells the list that the next one feeds. Their sources, all of which know by then
/// that they are a loop.
async fn close(ring: &[Installation]) -> Vec<i64> {
    for one in ring {
        one.sells("A", 0).await;
    }
    let mut sources = Vec::new();
    for (number, one) in ring.iter().enumerate() {
        let next = &ring[(number + 1) % ring.len()];
        let (_, token) = next.token().await;
        let fields = json!({"token": token, "remote_channel": next.channel});
        sources.push(one.source_of(one.list, next.address(), fields).await);
    }
    for (one, source) in ring.iter().zip(&sources) {
        let shown = one.fails(*source, "loop").await;
        assert_eq!(shown["origins"].as_array().map(|names| names.len() >= 2), Some(true), "{shown}");
    }
    sources
}

async fn ring(ring: Vec<Installation>) {
    let sources = close(&ring).await;
    // A level that somebody writes into one of the lists does not go round.
    ring[0].level("A", 5).await;
    for (one, source) in ring.iter().zip(&sources).rev() {
        one.refresh(*source).await;
    }
    for (one, source) in ring.iter().zip(&sources).skip(1) {
        one.shows(*source, "asked again", |shown| shown["failures"].as_i64() >= Some(2)).await;
        assert_eq!(one.available(one.list, "A").await, Some(0));
    }

    // Without one of its parts it is a chain, whose stock is that of the last one.
    let (first, rest) = (&ring[0], &ring[1..]);
    let path = format!("data_sources/{}/", sources[0]);
    first.admin.send(&Request::patch(path.clone(), json!({"is_active": false}))).await.ok();
    first.shows(sources[0], "empty", |shown| shown["has_levels"] == json!(false)).await;
    first.admin.send(&Request::new(Method::DELETE, path, None)).await.expect(204);
    first.level("A", 8).await;
    for (one, source) in rest.iter().zip(&sources[1..]).rev() {
        wait::until_async(async || {
            let (shown, found) = (one.shown(*source).await, one.available(one.list, "A").await);
            if shown["last_error"].is_null() && found == Some(8) {
                return Ok(());
            }
            // The pause after a loop is long. A person does not wait for it, and the next one in the chain may not know
            // yet that there is none any more.
            if !shown["next_try_at"].is_null() {
                one.refresh(*source).await;
            }
            Err(format!("{found:?}: {shown}"))
        })
        .await;
    }
    ring.iter().for_each(Installation::is_sound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_feed_each_other_offer_nothing() {
    ring(vec![Installation::on_file().await, Installation::on_server().await]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_that_feed_each_other_in_a_ring_offer_nothing() {
    ring(vec![Installation::on_file().await, Installation::on_file().await, Installation::on_file().await]).await;
}

/// The only order of an installation, as soon as its line is in a state; its line.
async fn until_line(one: &Installation, state: &str) -> Value {
    wait::until_async(async || {
        let page = one.admin.get("order_items/").await.ok();
        match rows(&page["results"]) {
            [line] if line["datasource_state"] == state => Ok(line.clone()),
            other => Err(other.to_vec()),
        }
    })
    .await
}

/// Levels that people write into the lists of a ring let an order go round once: the first one does not take it again, and
/// all of them have their units back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_comes_back_over_three_is_refused() {
    let ring = [Installation::on_file().await, Installation::on_server().await, Installation::on_file().await];
    close(&ring).await;
    for one in &ring {
        one.level("A", 5).await;
    }
    let first = &ring[0];
    let order = first.admin.send(&shop::place("O-1", &[shop::line(first.list, "A", 2)])).await.created();
    let refused = until_line(&ring[2], "refused").await;
    let expected =
        "The order has come back to an installation that it came through: two data sources sell each other's stock.";
    assert_eq!((text(&refused["datasource_error"]), text(&refused["status"])), (expected, "100"));
    for one in ring.iter().rev().skip(1) {
        let line = until_line(one, "cancelled").await;
        assert_eq!(text(&line["status"]), "100", "{line}");
    }
    assert_eq!(id(&order), id(&first.admin.get("orders/?number=O-1").await.ok()["results"][0]));
    for one in &ring {
        assert_eq!(one.admin.get("orders/").await.ok()["count"], json!(1), "it went round once");
        assert_eq!(one.available(one.list, "A").await, Some(5));
    }
    ring.iter().for_each(Installation::is_sound);
}

/// Selling each other what each has itself is no loop.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_sell_their_own_stock_to_each_other_are_no_loop() {
    let pair = [Installation::on_file().await, Installation::on_file().await];
    pair[0].sells("A", 5).await;
    pair[1].sells("B", 6).await;
    pair[0].knows("B").await;
    pair[1].knows("A").await;
    let mut lists = Vec::new();
    for (one, other) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
        let (_, token) = other.token().await;
        lists.push(one.source(other.address(), json!({"token": token, "remote_channel": other.channel})).await);
    }
    pair[0].offers(lists[0].1, "B", 6).await;
    pair[1].offers(lists[1].1, "A", 5).await;
    pair[0].works(lists[0].0).await;
    pair[1].works(lists[1].0).await;
}
