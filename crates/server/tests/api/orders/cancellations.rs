//! Cancellation reasons and requests: what a channel asks for, what people answer, what that does to the line.

use serde_json::{Value, json};

use crate::client::Client;
use crate::shop::{Shop, column, id, int, item, items, merge};

/// A channel with an order of three lines, all of one stock.
struct Asked {
    shop: Shop,
    client: Client,
    base: String,
    order: Value,
    stock: i64,
}

impl Asked {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let stock = shop.stock("SHIRT", 10).await;
        let channel = shop.channel("accept").await;
        let lines = json!([shop.line("SHIRT", 1), shop.line("SHIRT", 2), shop.line("SHIRT", 3)]);
        let order = shop.try_order(json!({"channel": channel, "order_items": lines})).await.created();
        let client = shop.server.channel_client(channel).await;
        Self { client, base: format!("/api/v1/channel/{channel}"), order, stock, shop }
    }

    /// A request of a line, as the vendor's client sends it.
    fn body(&self, line: usize, fields: Value) -> Value {
        let mut body = json!({
            "order_item": items(&self.order)[line], "reason": 10, "remote_id": format!("R{line}"),
            "description": "changed my mind", "cancellation_type": "cancel",
        });
        merge(&mut body, fields);
        body
    }

    async fn ask(&self, line: usize, fields: Value) -> Value {
        self.client.post(&format!("{}/cancellation_requests/", self.base), self.body(line, fields)).await.created()
    }

    async fn held(&self) -> i64 {
        self.shop.figures(self.stock).await[1]
    }

    fn path(request: &Value) -> String {
        format!("/api/v1/cancellation_requests/{}/", id(request))
    }
}

#[tokio::test]
async fn a_request_is_made_once_however_often_it_is_sent() {
    let asked = Asked::open().await;
    let request = asked.ask(0, json!({})).await;
    let expected = [
        ("order_item", json!(items(&asked.order)[0])),
        ("order", asked.order["pk"].clone()),
        ("channel", asked.order["channel"].clone()),
        ("reason", json!(10)),
        ("remote_id", json!("R0")),
        ("description", json!("changed my mind")),
        ("cancellation_type", json!("cancel")),
        ("status", json!("waiting_approval")),
        ("id", request["pk"].clone()),
    ];
    for (name, value) in expected {
        assert_eq!(request[name], value, "{name}");
    }
    let path = format!("{}/cancellation_requests/", asked.base);
    asked.shop.server.advance(5);
    assert_eq!(asked.client.post(&path, asked.body(0, json!({}))).await.ok(), request, "its sender lost the answer");
    asked.shop.erp.patch(&Asked::path(&request), json!({"status": "rejected"})).await.ok();
    assert_eq!(asked.client.post(&path, asked.body(0, json!({}))).await.ok()["status"], json!("rejected"));
    let nameless = json!({"remote_id": null, "reason": null, "description": null});
    let two = [asked.ask(1, nameless.clone()).await, asked.ask(1, nameless).await];
    assert_ne!(two[0]["pk"], two[1]["pk"], "without an id of theirs nobody can tell them apart");
    let found =
        asked.client.get(&format!("{path}?status=waiting_approval&channel_id={}", asked.order["channel"])).await;
    assert_eq!(found.ok()["count"], json!(2));
    assert_eq!(asked.held().await, 6, "asking gives nothing back");
}

#[tokio::test]
async fn granting_a_cancellation_cancels_the_line_and_gives_the_hold_back() {
    let asked = Asked::open().await;
    let line = |index: usize| items(&asked.order)[index];
    let of_line = async |index: usize| asked.shop.erp.get(&format!("/api/v1/order_items/{}/", line(index))).await.ok();
    let request = asked.ask(0, json!({})).await;
    let confirmed = asked.shop.erp.patch(&Asked::path(&request), json!({"status": "confirmed"})).await.ok();
    assert_eq!((&confirmed["status"], asked.held().await), (&json!("confirmed"), 6));
    let approved = asked.shop.erp.patch(&Asked::path(&request), json!({"status": "approved"})).await.ok();
    assert_eq!((&approved["status"], asked.held().await), (&json!("approved"), 5));
    assert!(approved["modified_date"].as_str() > confirmed["modified_date"].as_str());
    let shown = of_line(0).await;
    assert_eq!((&shown["status"], &shown["cancellation_reason"]), (&json!("100"), &json!(10)));
    let completed = asked.shop.erp.patch(&Asked::path(&request), json!({"status": "completed"})).await.ok();
    assert_eq!((&completed["status"], asked.held().await), (&json!("completed"), 5), "once");

    // Below the channel, all at once.
    let request = asked.ask(1, json!({"reason": null})).await;
    let path = format!("{}/cancellation_requests/{}/", asked.base, id(&request));
    let put = json!({"order_item": line(1), "status": "completed", "reason": 7});
    let done = asked.client.send("PUT", &path, crate::client::Body::Json(put)).await.ok();
    assert_eq!((&done["status"], &done["reason"], asked.held().await), (&json!("completed"), &json!(7), 3));
    assert_eq!(of_line(1).await["cancellation_reason"], json!(7));

    // Money that goes back moves no stock.
    let refund = asked.ask(2, json!({"cancellation_type": "refund"})).await;
    asked.shop.erp.patch(&Asked::path(&refund), json!({"status": "approved"})).await.ok();
    assert_eq!((of_line(2).await["status"].clone(), asked.held().await), (json!("400"), 3));
    asked.shop.server.verify().await;
}

#[tokio::test]
async fn what_cannot_follow_is_refused_and_changes_nothing() {
    let asked = Asked::open().await;
    let posted = format!("{}/cancellation_requests/", asked.base);
    for early in ["approved", "rejected", "completed"] {
        let body = asked.body(0, json!({"status": early}));
        asked.client.post(&posted, body).await.refused("cancellation_request_status");
    }
    let [rejected, shipped, open] = [asked.ask(0, json!({})), asked.ask(1, json!({})), asked.ask(2, json!({}))];
    let (rejected, shipped, open) = (rejected.await, shipped.await, open.await);
    asked.shop.erp.patch(&Asked::path(&rejected), json!({"status": "rejected"})).await.ok();
    let line = format!("/api/v1/order_items/{}/", items(&asked.order)[1]);
    asked.shop.erp.patch(&line, json!({"status": "500"})).await.ok();
    let before = asked.shop.server.dump().await;
    for status in ["approved", "waiting_approval", "completed"] {
        let refused = asked.shop.erp.patch(&Asked::path(&rejected), json!({"status": status})).await;
        refused.refused("cancellation_request_status");
    }
    let refused = asked.shop.erp.patch(&Asked::path(&shipped), json!({"status": "approved"})).await;
    refused.refused("order_item_shipped");
    // A grant with a fault in it grants nothing.
    let other = items(&asked.order)[0];
    for (field, wrong) in [
        ("order_item", json!(other)),
        ("cancellation_type", json!("refund")),
        ("cancellation_type", json!("money")),
        ("reason", json!("x")),
        ("status", json!("granted")),
    ] {
        let mut body = json!({"status": "approved"});
        merge(&mut body, json!({field: wrong}));
        asked.shop.erp.patch(&Asked::path(&open), body).await.faults(&[field]);
    }
    assert_eq!(asked.shop.server.dump().await, before);
}

#[tokio::test]
async fn requests_are_their_channels_own() {
    let asked = Asked::open().await;
    let request = asked.ask(0, json!({})).await;
    let other = asked.shop.channel("accept").await;
    let stranger = asked.shop.server.channel_client(other).await;
    let base = format!("/api/v1/channel/{other}/cancellation_requests/");
    stranger.post(&base, asked.body(1, json!({}))).await.faults(&["order_item"]);
    asked.shop.erp.post(&base, asked.body(1, json!({}))).await.faults(&["order_item"]);
    assert_eq!(stranger.get(&base).await.ok()["count"], json!(0));
    for path in [Asked::path(&request), format!("{base}{}/", id(&request))] {
        stranger.get(&path).await.expect(404);
        stranger.patch(&path, json!({"status": "approved"})).await.expect(404);
        stranger.delete(&path).await.expect(404);
    }
    assert_eq!(asked.held().await, 6);
    // People see those of all channels, and of orders without a channel, too.
    let own = asked.shop.order("SHIRT", 1).await;
    let body = json!({"order_item": item(&own), "status": "confirmed"});
    let request = asked.shop.erp.post("/api/v1/cancellation_requests/", body).await.created();
    assert_eq!((&request["channel"], &request["status"]), (&json!(null), &json!("confirmed")));
    let all = asked.shop.erp.get("/api/v1/cancellation_requests/?sort=-id").await.ok();
    assert_eq!((column(&all, "order")[0].as_i64(), int(&all["count"])), (own["pk"].as_i64(), 2));
    asked.shop.erp.delete(&Asked::path(&request)).await.expect(204);
}

/// What becomes of a request that came from the channel is told to it, once.
#[tokio::test]
async fn a_channel_is_told_what_becomes_of_its_requests() {
    let asked = Asked::open().await;
    let updates = async || {
        let channel = &asked.order["channel"];
        let page =
            asked.client.get(&format!("/api/v1/channel/{channel}/cancellation_requests/updates/?limit=50")).await;
        page.ok()["results"].as_array().expect("rows").clone()
    };
    let request = asked.ask(0, json!({})).await;
    let path = format!("{}/integration_actions/?content_type_name=cancellationrequest&object_id=", asked.base);
    let known = asked.client.get(&format!("{path}{}", id(&request))).await.ok();
    assert_eq!((&known["results"][0]["remote_id"], &known["count"]), (&json!("R0"), &json!(1)));
    // One that people have made has no name there: which one is meant would be unknown.
    let own = json!({"order_item": items(&asked.order)[1]});
    let own = asked.shop.erp.post("/api/v1/cancellation_requests/", own).await.created();
    asked.shop.erp.patch(&Asked::path(&own), json!({"status": "rejected"})).await.ok();
    assert_eq!(updates().await, Vec::<Value>::new());
    let rejected = asked.shop.erp.patch(&Asked::path(&request), json!({"status": "rejected"})).await.ok();
    assert_eq!(updates().await, std::slice::from_ref(&rejected));
    let batches = format!("{}/batch_requests/", asked.base);
    let batch = asked.client.post(&batches, json!({"channel": asked.order["channel"]})).await.created();
    let objects = json!([{
        "pk": request["pk"], "failed_reason_type": null, "remote_id": "R0", "content_type": "cancellationrequest",
        "version_date": rejected["modified_date"],
    }]);
    for status in ["commit", "done"] {
        let body = json!({"status": status, "objects": objects, "content_type": "cancellationrequest"});
        asked.client.patch(&format!("{batches}{}/", id(&batch)), body).await.ok();
        assert_eq!(updates().await, Vec::<Value>::new(), "{status}");
    }
    asked.shop.server.verify().await;
}

#[tokio::test]
async fn reasons_are_for_all_channels() {
    let asked = Asked::open().await;
    let path = format!("{}/cancellation_reasons/", asked.base);
    asked.client.post(&path, json!({"name": "Too late"})).await.expect(403);
    let reason = asked.shop.erp.post(&path, json!({"name": "Too late"})).await.created();
    for body in [json!({"name": "Mine"}), json!({"is_active": false})] {
        asked.client.patch(&format!("{path}{}/", id(&reason)), body).await.expect(403);
    }
    asked.client.delete(&format!("{path}{}/", id(&reason))).await.expect(403);
    assert_eq!((&reason["cancellation_type"], &reason["is_active"]), (&json!("cancel"), &json!(true)));
    asked.shop.erp.post("/api/v1/cancellation_reasons/", json!({"name": "Too late"})).await.faults(&["name"]);
    let refund = json!({"name": "Too late", "cancellation_type": "refund"});
    asked.shop.erp.post("/api/v1/cancellation_reasons/", refund).await.created();
    let found = asked.client.get(&format!("{path}?cancellation_type=cancel")).await.ok();
    assert_eq!(found["results"], json!([reason]));
}
