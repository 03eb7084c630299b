//! Batch requests: the table of states, what is rejected, leases, two workers.

use serde_json::{Value, json};

use crate::client::TestServer;
use crate::market::{Market, NONE, object, objects};
use crate::shop::{Shop, id};

const STATES: [&str; 6] = ["initialized", "commit", "sent_to_remote", "ongoing", "done", "fail"];

/// The states on the way to each.
fn way(state: &str) -> &'static [&'static str] {
    match state {
        "initialized" => &[],
        "commit" => &["commit"],
        "sent_to_remote" => &["commit", "sent_to_remote"],
        "ongoing" => &["commit", "sent_to_remote", "ongoing"],
        "done" => &["done"],
        _ => &["fail"],
    }
}

#[tokio::test]
async fn a_batch_is_made_shown_listed_and_removed() {
    let market = Market::open().await;
    let made = market.post("batch_requests/", json!({"channel": market.channel.to_string()})).await.created();
    assert_eq!(
        (&made["status"], &made["objects"], &made["content_type"]),
        (&json!("initialized"), &json!(null), &json!(null))
    );
    assert_eq!(made["local_batch_id"].as_str().map(str::len), Some(36));
    let batch = id(&made);
    assert_eq!(market.get(&format!("batch_requests/{batch}/")).await.ok(), made);
    let other = market.batch().await;
    market.step(other, "commit", json!([])).await.ok();
    let sent = json!({"status": "sent_to_remote", "remote_batch_id": "R-7"});
    let sent = market.patch(&format!("batch_requests/{other}/"), sent).await.ok();
    assert_eq!((&sent["remote_batch_id"], &sent["content_type"]), (&json!("R-7"), &json!("productstock")));
    let open = format!(
        "batch_requests/?status=sent_to_remote&status=ongoing&content_type=productstock&channel={}&page=1",
        market.channel
    );
    assert_eq!(market.rows(&open).await, [sent]);
    assert_eq!(market.ids("batch_requests/").await, [batch, other], "oldest first");
    market.delete(&format!("batch_requests/{batch}/")).await.expect(204);
    market.get(&format!("batch_requests/{batch}/")).await.expect(404);
    market.delete(&format!("batch_requests/{batch}/")).await.expect(404);
    let foreign = json!({"channel": market.channel + 1});
    market.post("batch_requests/", foreign).await.faults(&["channel"]);
}

#[tokio::test]
async fn states_follow_the_table_and_whatever_is_refused_changes_nothing() {
    let market = Market::open().await;
    let table = [
        ("initialized", "=t--tt"),
        ("commit", "-tt-tt"),
        ("sent_to_remote", "--=ttt"),
        ("ongoing", "---ttt"),
        ("done", "----=-"),
        ("fail", "-----="),
    ];
    for (from, row) in table {
        for (to, letter) in STATES.into_iter().zip(row.chars()) {
            let batch = market.batch().await;
            for state in way(from) {
                market.patch(&format!("batch_requests/{batch}/"), json!({"status": state})).await.ok();
            }
            let before = market.get(&format!("batch_requests/{batch}/")).await.ok();
            let answer = market.patch(&format!("batch_requests/{batch}/"), json!({"status": to})).await;
            let after = market.get(&format!("batch_requests/{batch}/")).await.ok();
            match letter {
                't' => assert_eq!((&answer.ok(), &after["status"]), (&after, &json!(to)), "{from} to {to}"),
                '=' => assert_eq!((answer.ok(), after), (before.clone(), before), "{from} to {to}"),
                _ => {
                    answer.refused("batch_request_status_100_1");
                    assert_eq!(after, before, "{from} to {to}");
                }
            }
        }
    }
}

/// The state that an open batch is in says nothing of its own: what comes with it is taken, except objects.
#[tokio::test]
async fn an_open_batch_may_be_told_its_own_state() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    let batch = market.batch().await;
    let path = format!("batch_requests/{batch}/");
    let own =
        json!({"status": "initialized", "channel": market.channel, "content_type": "productstock", "objects": []});
    for body in [own.clone(), json!({"status": "initialized", "objects": null}), own] {
        let after = market.patch(&path, body).await.ok();
        assert_eq!((&after["status"], &after["content_type"]), (&json!("initialized"), &json!("productstock")));
    }
    let before = market.get(&path).await.ok();
    let objects = json!({"status": "initialized", "objects": objects(&[&row])});
    market.patch(&path, objects).await.refused("batch_request_status_100_1");
    assert_eq!(market.get(&path).await.ok(), before);
    market.step(batch, "commit", json!([])).await.ok();
    for name in ["R-1", "R-2"] {
        let sent = json!({"status": "sent_to_remote", "remote_batch_id": name});
        assert_eq!(market.patch(&path, sent).await.ok()["remote_batch_id"], json!(name));
    }
}

/// A client that got no answer says the same again; anything else at the end is rejected.
#[tokio::test]
async fn a_step_may_be_repeated_word_for_word() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    let batch = market.committed(&[&row]).await;
    let done = market.step(batch, "done", objects(&[&row])).await.ok();
    assert_eq!(market.step(batch, "done", objects(&[&row])).await.ok(), done);
    let other = json!([object(&row, json!({"failed_reason_type": "remote"}))]);
    market.step(batch, "done", other.clone()).await.refused("batch_request_status_100_1");
    market.step(batch, "fail", json!(null)).await.refused("batch_request_status_100_1");
    let failed = market.batch().await;
    market.step(failed, "fail", json!(null)).await.ok();
    market.step(failed, "fail", other).await.ok();
    market.step(failed, "done", json!([])).await.refused("batch_request_status_100_1");
    assert_eq!(market.ids("product_stocks/updates/").await, NONE, "nothing of it took effect");
}

#[tokio::test]
async fn a_batch_may_be_put_whole() {
    let market = Market::open().await;
    let batch = market.batch().await;
    market.put(&format!("batch_requests/{batch}/"), json!({"channel": market.channel})).await.faults(&["status"]);
    let whole = json!({"channel": market.channel, "status": "commit", "content_type": "product", "objects": []});
    let shown = market.put(&format!("batch_requests/{batch}/"), whole).await.ok();
    assert_eq!((&shown["status"], &shown["objects"]), (&json!("commit"), &json!([])));
}

#[tokio::test]
async fn commits_add_objects_and_what_nobody_names_at_the_end_is_let_go() {
    let market = Market::open().await;
    let (shirt, hat) = (market.stock("SHIRT", 5).await, market.stock("HAT", 2).await);
    let batch = market.committed(&[&shirt]).await;
    let shown = market.step(batch, "commit", json!([object(&hat, json!({"remote_id": "H"}))])).await.ok();
    let names = shown["objects"].as_array().expect("objects").iter().map(|object| object["pk"].clone());
    assert_eq!(names.collect::<Vec<_>>(), [shirt["pk"].clone(), hat["pk"].clone()]);
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE);
    let name = shown["local_batch_id"].as_str().expect("a name").to_owned();
    let held = format!("integration_actions/?local_batch_id={name}&status=processing&sort=id");
    assert_eq!(market.rows(&held).await.len(), 2);
    market.step(batch, "done", objects(&[&shirt])).await.ok();
    assert_eq!(market.rows(&held).await, [] as [Value; 0]);
    assert_eq!(market.ids("product_stocks/inserts/").await, [id(&hat)]);
}

#[tokio::test]
async fn of_two_workers_one_gets_the_objects() {
    let market = Market::open().await;
    let (shirt, hat) = (market.stock("SHIRT", 5).await, market.stock("HAT", 2).await);
    let batches = [market.batch().await, market.batch().await];
    let [one, two] = batches.map(|batch| {
        let (market, rows) = (&market, objects(&[&shirt]));
        async move { market.step(batch, "commit", rows).await }
    });
    let (one, two) = tokio::join!(one, two);
    let winner = usize::from(one.status != 200);
    let refused = if winner == 0 { two } else { one };
    let body = refused.refused("batch_request_object_100_1");
    assert_eq!(body["objects"], json!([{"content_type": "productstock", "pk": shirt["pk"]}]));
    let loser = batches[1 - winner];
    assert_eq!(market.get(&format!("batch_requests/{loser}/")).await.ok()["status"], json!("initialized"));
    market.step(loser, "commit", objects(&[&hat, &shirt])).await.refused("batch_request_object_100_1");
    assert_eq!(market.ids("product_stocks/inserts/").await, [id(&hat)], "all or nothing");
    market.step(batches[winner], "fail", json!(null)).await.ok();
    market.step(loser, "commit", objects(&[&hat, &shirt])).await.ok();
}

#[tokio::test]
async fn a_batch_without_a_word_is_given_up() {
    let server = TestServer::with(|config| {
        config.batch_commit_seconds = 60;
        config.batch_remote_seconds = 600;
    });
    let market = Market::on(Shop::on(server.await).await).await;
    let row = market.stock("SHIRT", 5).await;
    let batch = market.committed(&[&row]).await;
    let path = format!("batch_requests/{batch}/");
    assert_eq!(market.get(&path).await.ok()["lease_until"], json!(market.shop.server.time(60)));
    market.shop.server.advance(59);
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE);
    market.step(batch, "commit", json!([])).await.ok();
    market.shop.server.advance(59);
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE, "a word begins the time anew");
    market.patch(&path, json!({"status": "sent_to_remote", "remote_batch_id": "R"})).await.ok();
    market.shop.server.advance(599);
    assert_eq!(market.get(&path).await.ok()["status"], json!("sent_to_remote"));
    market.shop.server.advance(1);
    assert_eq!(market.get(&path).await.ok()["status"], json!("fail"));
    assert_eq!(market.ids("product_stocks/inserts/").await, [id(&row)]);
    market.step(batch, "done", objects(&[&row])).await.refused("batch_request_status_100_1");
}

/// A product's round names its stock and price as well (contract C9).
#[tokio::test]
async fn a_batch_may_hold_several_kinds() {
    let market = Market::open().await;
    let stock = market.shop.stock("SHIRT", 5).await;
    let product = market.rows("products/inserts/").await.remove(0);
    let stock = market.rows(&format!("product_stocks/?pk__in={stock}")).await.remove(0);
    let both = |remote: Value| {
        let of = |row: &Value, kind: &str| object(row, json!({"content_type": kind, "remote_id": remote}));
        json!([of(&product, "product"), of(&stock, "productstock"), of(&product, "product")])
    };
    let batch = market.batch().await;
    market.step(batch, "commit", both(json!(null))).await.ok();
    market.step(batch, "done", both(json!("SKU-1"))).await.ok();
    assert_eq!(market.ids("products/inserts/").await, NONE);
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE, "a stock that went with its product is known");
    let rows = market.rows("integration_actions/?remote_id__exact=SKU-1").await;
    assert_eq!(rows.len(), 2);
    market.shop.stock("SHIRT", 6).await;
    assert_eq!(market.ids("product_stocks/updates/").await, [id(&stock)]);
}

#[tokio::test]
async fn objects_are_read_by_their_table() {
    let market = Market::open().await;
    let batch = market.batch().await;
    let pointless = json!({"status": "commit", "objects": [{}, {"pk": 1}]});
    let faults = market.patch(&format!("batch_requests/{batch}/"), pointless).await.faults(&["objects"]);
    assert_eq!(faults["objects"][0], json!({"pk": ["This field is required."]}));
    let nameless = json!({"status": "commit", "objects": [{"pk": 1}]});
    let faults = market.patch(&format!("batch_requests/{batch}/"), nameless).await.faults(&["objects"]);
    assert_eq!(faults["objects"][0], json!({"content_type": ["This field is required."]}));
    market.patch(&format!("batch_requests/{batch}/"), json!({"objects": []})).await.faults(&["status"]);
    market.patch(&format!("batch_requests/{batch}/"), json!({"status": "finished"})).await.faults(&["status"]);
    let foreign = json!({"channel": market.channel + 1, "status": "commit"});
    market.patch(&format!("batch_requests/{batch}/"), foreign).await.faults(&["channel"]);
    market.patch("batch_requests/999999/", json!({"status": "commit"})).await.expect(404);
}
