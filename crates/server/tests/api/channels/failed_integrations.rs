//! Failed integrations: what was not taken stays away in the same version, unless a client says otherwise.

use serde_json::{Value, json};

use crate::market::{Market, NONE, object};
use crate::shop::id;

/// A batch in which the channel does not take a row, said at the commit and once more at the end.
async fn fail(market: &Market, row: &Value) {
    let failed = json!([object(row, json!({"failed_reason_type": "channel_app"}))]);
    let batch = market.batch().await;
    market.step(batch, "commit", failed.clone()).await.ok();
    market.step(batch, "done", failed).await.ok();
}

#[tokio::test]
async fn a_failed_object_comes_back_changed() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    fail(&market, &row).await;
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE);
    let failed = market.rows("failed_integrations/?is_active=true").await.remove(0);
    assert_eq!((&failed["reason_type"], &failed["retry_count"]), (&json!("channel_app"), &json!(1)), "{failed}");
    assert_eq!((&failed["object_id"], &failed["content_type"]), (&row["pk"], &json!(5)));
    assert_eq!((&failed["version_date"], &failed["max_retry_count"]), (&row["modified_date"], &json!(5)));
    assert_eq!(market.get(&format!("failed_integrations/{}/", failed["pk"])).await.ok(), failed);
    market.shop.stock("SHIRT", 6).await;
    let row = market.rows("product_stocks/inserts/").await.remove(0);
    market.send(&[&row]).await;
    assert_eq!(market.ids("failed_integrations/?is_active=true").await, NONE);
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE);
}

#[tokio::test]
async fn retries_have_a_number_and_an_interval() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    fail(&market, &row).await;
    let path = format!("failed_integrations/{}/", market.ids("failed_integrations/").await[0]);
    let set = market.patch(&path, json!({"max_retry_count": 2, "retry_interval": 60})).await.ok();
    assert_eq!((&set["max_retry_count"], &set["retry_interval"]), (&json!(2), &json!(60)));
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE);
    market.shop.server.advance(60);
    assert_eq!(market.ids("product_stocks/inserts/").await, [id(&row)]);
    fail(&market, &row).await;
    market.shop.server.advance(3_600);
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE, "that was the last one");
    assert_eq!(market.get(&path).await.ok()["retry_count"], json!(2));
    market.patch(&path, json!({"is_active": "False"})).await.ok();
    assert_eq!(market.ids("product_stocks/inserts/").await, [id(&row)], "a person has lifted it");
    fail(&market, &row).await;
    let soon = market.shop.server.time(30);
    market.patch(&path, json!({"expiration_date": soon, "max_retry_count": 1})).await.ok();
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE);
    market.shop.server.advance(30);
    assert_eq!(market.ids("product_stocks/inserts/").await, [id(&row)], "it has run out");
    market.patch(&path, json!({"max_retry_count": 0})).await.faults(&["max_retry_count"]);
    market.patch("failed_integrations/999999/", json!({})).await.expect(404);
}

/// An order update whose batch is left open by the client (contract C4.3): what failed is known by then.
#[tokio::test]
async fn a_failure_counts_at_the_commit() {
    let market = Market::open().await;
    let (shirt, hat) = (market.stock("SHIRT", 5).await, market.stock("HAT", 2).await);
    let batch = market.committed(&[&shirt, &hat]).await;
    market.step(batch, "commit", json!([object(&shirt, json!({"failed_reason_type": "mapping"}))])).await.ok();
    let rows = market.rows("failed_integrations/").await;
    assert_eq!((rows.len(), &rows[0]["reason_type"]), (1, &json!("mapping")));
    let failing = json!([object(&hat, json!({"failed_reason_type": "remote"}))]);
    market.step(batch, "fail", failing).await.ok();
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE);
    assert_eq!(market.ids("failed_integrations/?reason_type=remote").await.len(), 1);
}

/// How far the channel is with stocks: what it is due, what it could not take, and since when.
async fn lag_of_stocks(market: &Market) -> Value {
    let lag = market.get("lag/").await.ok();
    let found = lag["results"].as_array().expect("kinds").iter().find(|one| one["content_type"] == "productstock");
    found.expect("stocks").clone()
}

/// An update that failed is tried again as the channel says, and is counted until the channel has it.
#[tokio::test]
async fn a_failed_update_is_neither_silent_nor_forgotten() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 10).await;
    market.send(&[&row]).await;
    market.shop.stock("SHIRT", 0).await;
    let row = market.rows("product_stocks/updates/").await.remove(0);
    fail(&market, &row).await;
    assert_eq!(market.ids("product_stocks/updates/").await, NONE);
    market.shop.server.advance(100);
    let lag = lag_of_stocks(&market).await;
    assert_eq!((&lag["due_updates"], &lag["refused"]), (&json!(0), &json!(1)), "it waits: {lag}");
    assert_eq!(lag["oldest_refused_date"], row["modified_date"]);
    assert!(lag["seconds_behind"].as_i64() >= Some(99), "the market is wrong since then: {lag}");
    for _ in 0..4 {
        market.shop.server.advance(300);
        assert_eq!(market.ids("product_stocks/updates/").await, [id(&row)]);
        fail(&market, &row).await;
    }
    market.shop.server.advance(3_600);
    assert_eq!(market.ids("product_stocks/updates/").await, NONE, "five tries are all");
    assert_eq!(lag_of_stocks(&market).await["refused"], json!(1), "and people see it");
    market.shop.stock("SHIRT", 1).await;
    let row = market.rows("product_stocks/updates/").await.remove(0);
    market.send(&[&row]).await;
    let lag = lag_of_stocks(&market).await;
    assert_eq!((&lag["refused"], &lag["seconds_behind"]), (&json!(0), &json!(0)), "{lag}");
}

#[tokio::test]
async fn a_channel_says_how_often_it_tries() {
    let market = Market::open().await;
    let path = format!("/api/v1/channels/{}/", market.channel);
    let once = json!({"max_retry_count": 1, "retry_interval": 0});
    market.account.patch(&path, once.clone()).await.expect(403);
    market.shop.admin.patch(&path, once).await.ok();
    let row = market.stock("SHIRT", 5).await;
    fail(&market, &row).await;
    market.shop.server.advance(3_600);
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE);
    let failed = market.rows("failed_integrations/").await.remove(0);
    assert_eq!((&failed["max_retry_count"], &failed["retry_interval"]), (&json!(1), &json!(0)));
    market.shop.admin.patch(&path, json!({"max_retry_count": 0})).await.faults(&["max_retry_count"]);
}

#[tokio::test]
async fn many_failures_are_set_at_once() {
    let market = Market::open().await;
    let (shirt, hat) = (market.stock("SHIRT", 5).await, market.stock("HAT", 2).await);
    fail(&market, &shirt).await;
    let batch = market.batch().await;
    let remote = json!([object(&hat, json!({"failed_reason_type": "remote"}))]);
    market.step(batch, "commit", remote).await.ok();
    let lifted = json!({"is_active": false});
    let some = market.patch("failed_integrations/?reason_type=remote&is_active=true", lifted.clone()).await.ok();
    assert_eq!(some, json!({"updated": 1, "next": null}));
    assert_eq!(market.ids("product_stocks/inserts/").await, [id(&hat)]);
    assert_eq!(market.patch("failed_integrations/", json!({})).await.ok()["updated"], json!(0), "nothing to set");
    assert_eq!(market.patch("failed_integrations/?is_active=true", lifted).await.ok()["updated"], json!(1));
    assert_eq!(market.ids("product_stocks/inserts/").await, [id(&shirt), id(&hat)]);
    market.patch("failed_integrations/?colour=red", json!({})).await.faults(&["colour"]);
    market.patch("failed_integrations/?limit=1", json!({})).await.faults(&["limit"]);
    market.patch("failed_integrations/", json!({"max_retry_count": 0})).await.faults(&["max_retry_count"]);
}
