//! Integration actions: written in three shapes, found by all filters, removed.

use serde_json::{Value, json};

use crate::market::{Market, NONE, object};
use crate::shop::{id, int};

#[tokio::test]
async fn an_action_may_be_written_in_three_shapes() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    let version = row["modified_date"].clone();
    let shapes = [
        json!({"content_type_id": 5}),
        json!({"content_type_model": "productstock"}),
        json!({"content_type": "productstock"}),
        json!({"content_type": 5, "channel_id": market.channel.to_string()}),
        json!({"content_type": {"id": 5, "model": "productstock"}}),
    ];
    let mut pk = None;
    for (number, mut body) in shapes.into_iter().enumerate() {
        crate::shop::merge(
            &mut body,
            json!({"object_id": row["pk"], "version_date": version, "remote_id": format!("R{number}")}),
        );
        let answer = market.post("integration_actions/", body).await;
        let shown = if number == 0 { answer.created() } else { answer.ok() };
        assert_eq!(shown["content_type"], json!({"id": 5, "app_label": "catalogs", "model": "productstock"}));
        assert_eq!((&shown["status"], &shown["remote_id"]), (&json!("success"), &json!(format!("R{number}"))));
        assert_eq!((&shown["version_date"], &shown["channel"]), (&version, &json!(market.channel)));
        assert_eq!(*pk.get_or_insert(id(&shown)), id(&shown), "one action of an object");
    }
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE, "the channel knows it");
    let object = json!({"object_id": 1});
    market.post("integration_actions/", object).await.faults(&["content_type_id"]);
    for wrong in
        [json!({"content_type_id": 999}), json!({"content_type": "colour"}), json!({"content_type_model": "zzz"})]
    {
        let field = wrong.as_object().expect("fields").keys().next().expect("one").clone();
        let mut body = json!({"object_id": 1});
        crate::shop::merge(&mut body, wrong);
        market.post("integration_actions/", body).await.faults(&[&field]);
    }
    let at_odds = json!({"object_id": 1, "content_type_id": 5, "content_type": "product"});
    market.post("integration_actions/", at_odds).await.faults(&["content_type"]);
    let mine = json!({"object_id": 1, "content_type_id": 5, "status": "processing"});
    market.post("integration_actions/", mine).await.faults(&["status"]);
}

#[tokio::test]
async fn an_action_is_shown_changed_and_removed() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    let made = market.know("productstock", id(&row)).await;
    let (path, pk) = (format!("integration_actions/{}/", made["pk"]), id(&made));
    assert_eq!(market.get(&format!("integration_actions/{pk}/")).await.ok(), made);
    let older = "2020-01-02T03:04:05.000006Z";
    let changed = market.patch(&format!("integration_actions/{pk}/"), json!({"version_date": older})).await.ok();
    assert_eq!((&changed["version_date"], &changed["remote_id"]), (&json!(older), &made["remote_id"]));
    assert_eq!(market.ids("product_stocks/updates/").await, [id(&row)], "it has an older version");
    let whole = json!({"channel_id": market.channel, "content_type_id": 5, "object_id": row["pk"], "remote_id": "NEW",
        "version_date": row["modified_date"], "state": {"a": 1}, "status": "success"});
    let changed = market.patch(&path, whole).await.ok();
    assert_eq!((&changed["remote_id"], &changed["state"]), (&json!("NEW"), &json!({"a": 1})));
    assert_eq!(market.ids("product_stocks/updates/").await, NONE);
    market.patch(&path, json!({"object_id": 7})).await.faults(&["object_id"]);
    market.patch(&path, json!({"content_type_model": "product"})).await.faults(&["content_type"]);
    // A version that is not there yet would hide the next change.
    market.patch(&path, json!({"version_date": "2999-01-01T00:00:00Z"})).await.ok();
    market.shop.stock("SHIRT", 6).await;
    assert_eq!(market.ids("product_stocks/updates/").await, [id(&row)]);
    market.delete(&format!("integration_actions/{pk}/")).await.expect(204);
    market.get(&path).await.expect(404);
    market.delete(&path).await.expect(404);
    assert_eq!(market.ids("product_stocks/inserts/").await, [id(&row)], "new again");
}

#[tokio::test]
async fn actions_are_found_as_the_client_asks() {
    let market = Market::open().await;
    let rows = [market.stock("SHIRT", 5).await, market.stock("HAT", 2).await];
    let products: Vec<i64> = rows.iter().map(|row| int(&row["product"])).collect();
    let batch = market.committed(&[&rows[0]]).await;
    let name = market.get(&format!("batch_requests/{batch}/")).await.ok()["local_batch_id"].clone();
    let name = name.as_str().expect("a name");
    let channel = market.channel;
    let objects = async |query: String| -> Vec<Value> {
        let rows = market.rows(&format!("integration_actions/?{query}")).await;
        rows.into_iter().map(|row| row["object_id"].clone()).collect()
    };
    let listed = format!("{},{}", products[0], products[1]);
    let known = format!("object_id__in={listed}&content_type_name=product&status=success&channel_id={channel}&sort=id");
    assert_eq!(objects(known).await, [json!(products[0]), json!(products[1])]);
    let held = format!("local_batch_id={name}&status=processing&channel_id={channel}&sort=id&limit=50&page=1");
    assert_eq!(objects(held).await, [rows[0]["pk"].clone()]);
    let by_name = format!("content_type_name=product&remote_id__exact=R{}&channel={channel}", products[1]);
    assert_eq!(objects(by_name).await, [json!(products[1])]);
    let by_names = format!("remote_id__in=R{},R{},x&content_type_name=product&sort=-id", products[0], products[1]);
    assert_eq!(objects(by_names).await, [json!(products[1]), json!(products[0])]);
    assert_eq!(objects(format!("object_id={}&content_type_name=productstock", rows[0]["pk"])).await.len(), 1);
    market.get("integration_actions/?content_type_name=zzz").await.faults(&["content_type_name"]);
    market.get("integration_actions/?remote=1").await.faults(&["remote"]);
    assert_eq!(market.rows("integration_actions/deleted/?model=productstock").await, [] as [Value; 0]);
    assert_eq!(market.rows("integration_actions/deleted/?model=categorynode").await, [] as [Value; 0]);
}

/// Contract C4.4: the name that a channel gave stays until it gives another.
#[tokio::test]
async fn a_commit_keeps_the_channels_name_and_a_failure_too() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    let batch = market.committed(&[&row]).await;
    market.step(batch, "done", json!([object(&row, json!({"remote_id": "R1"}))])).await.ok();
    market.shop.stock("SHIRT", 6).await;
    let row = market.rows("product_stocks/updates/").await.remove(0);
    let batch = market.committed(&[&row]).await;
    let action = async || market.rows("integration_actions/?content_type_name=productstock").await.remove(0);
    assert_eq!((&action().await["remote_id"], &action().await["status"]), (&json!("R1"), &json!("processing")));
    market.step(batch, "done", json!([object(&row, json!({"failed_reason_type": "remote"}))])).await.ok();
    let shown = action().await;
    assert_eq!((&shown["remote_id"], &shown["status"]), (&json!("R1"), &json!("error")));
    assert_eq!(shown["failed_reason_type"], json!("remote"));
    market.shop.stock("SHIRT", 7).await;
    assert_eq!(market.ids("product_stocks/updates/").await, [id(&row)], "an update, since the channel knows it");
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE);
}
