//! Every resource whose rows are records, through all six routes: made, shown, listed, changed, written anew, removed.

use onhand::api::resources;
use onhand::auth::Role;
use onhand::http::route::Mount;
use onhand::resource::Resource;
use onhand_store::resource::Column;
use serde_json::{Value, json};

use crate::samples::Samples;
use crate::shop::{column, id};

/// A resource's path, and what is made and found there.
struct Sweep<'s> {
    samples: &'s Samples,
    resource: &'static Resource,
    path: String,
}

impl Sweep<'_> {
    fn one(&self, record: &Value) -> String {
        format!("{}{}/", self.path, id(record))
    }
}

#[tokio::test]
async fn every_resource_lives_through_its_six_routes() {
    let samples = Samples::open().await;
    for (places, resource) in resources() {
        let sweep = Sweep { samples: &samples, resource, path: format!("/api/v1/{}/", resource.paths.0) };
        let mut paths = vec![sweep.path.clone()];
        if matches!(places.read.0, Mount::Both) {
            paths.push(sweep.path.replace("/v1/", "/i1/"));
        }
        let made = shown(&sweep, &paths).await;
        changed(&sweep, &made).await;
        removed(&sweep, &made).await;
    }
    samples.shop.server.verify().await;
}

async fn shown(sweep: &Sweep<'_>, paths: &[String]) -> Value {
    let admin = &sweep.samples.shop.admin;
    let mut made = sweep.samples.record(sweep.resource.paths.0).await;
    assert_eq!(made["pk"], made["id"], "both names in every answer: {made}");
    if let Some((once, _)) = sweep.resource.once {
        assert!(!made[once].take().is_null(), "{once} is shown when one is made");
    }
    for path in paths {
        assert_eq!(admin.get(&format!("{path}{}/", id(&made))).await.ok(), made);
        let found = admin.get(&format!("{path}?id={}", id(&made))).await.ok();
        assert_eq!(found["results"], json!([made]), "{path}");
    }
    made
}

async fn changed(sweep: &Sweep<'_>, made: &Value) {
    let admin = &sweep.samples.shop.admin;
    sweep.samples.shop.server.advance(60);
    let unchanged = admin.patch(&sweep.one(made), json!({})).await.ok();
    assert_eq!(unchanged["modified_date"] != made["modified_date"], sweep.resource.stirs, "{}", sweep.path);
    let needed: Vec<&str> =
        sweep.resource.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    if !needed.is_empty() {
        admin.put(&sweep.one(made), json!({})).await.faults(&needed);
    }
    let whole: Value = needed.iter().map(|name| ((*name).to_owned(), made[*name].clone())).collect();
    let same = admin.put(&sweep.one(made), whole.clone()).await.ok();
    assert_eq!((&same["pk"], &same["created_date"]), (&made["pk"], &made["created_date"]));
    for field in sweep.resource.fixed {
        let other = sweep.samples.record(sweep.resource.paths.0).await;
        if other[*field] != made[*field] {
            admin.patch(&sweep.one(made), json!({*field: other[*field]})).await.faults(&[field]);
        }
    }
    let nowhere = format!("{}9223372036854775807/", sweep.path);
    admin.patch(&nowhere, json!({})).await.expect(404);
    admin.put(&nowhere, whole).await.expect(404);
    admin.delete(&nowhere).await.expect(404);
}

async fn removed(sweep: &Sweep<'_>, made: &Value) {
    let admin = &sweep.samples.shop.admin;
    let count = async || admin.get(&sweep.path).await.ok()["count"].clone();
    let before = count().await;
    let gone = admin.delete(&sweep.one(made)).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""), "{gone:?}");
    assert_eq!(count().await, json!(before.as_i64().expect("a count") - 1), "{}", sweep.path);
    admin.get(&sweep.one(made)).await.expect(404);
    admin.delete(&sweep.one(made)).await.expect(404);
    assert_eq!(admin.get(&format!("{}?id={}", sweep.path, id(made))).await.ok()["results"], json!([]));
}

/// Whatever points somewhere points at something that is there, and keeps it there.
#[tokio::test]
async fn what_is_pointed_at_stays() {
    let samples = Samples::open().await;
    let admin = samples.client(Role::Admin).await;
    for (_, resource) in resources() {
        let path = format!("/api/v1/{}/", resource.paths.0);
        for field in
            resource.fields.iter().filter(|field| resource.table.column(field.name).is_some_and(Column::points))
        {
            let mut body = samples.row(resource.fields);
            body[field.name] = json!(987_654_321);
            let faults = admin.post(&path, body).await.expect(400);
            let text = json!(["Invalid pk \"987654321\" - object does not exist."]);
            assert_eq!(faults[field.name], text, "{path} {}", field.name);
        }
    }
    let catalog = samples.record("catalogs").await;
    let list = samples.record("price_list").await;
    let one = format!("/api/v1/catalogs/{}/", id(&catalog));
    admin.patch(&one, json!({"extra_price_lists": [id(&list)]})).await.ok();
    let refused = admin.delete(&format!("/api/v1/price_list/{}/", id(&list))).await.refused("still_referred_to");
    assert_eq!(refused["non_field_errors"], "This price list cannot be removed: catalog still refers to it.");
    admin.delete(&one).await.expect(204);
    admin.delete(&format!("/api/v1/price_list/{}/", id(&list))).await.expect(204);
}

/// A record that is made with others is made with all of them, or none is.
#[tokio::test]
async fn an_array_is_taken_whole_or_not_at_all() {
    let samples = Samples::open().await;
    let admin = samples.client(Role::Admin).await;
    for (_, resource) in resources() {
        let path = format!("/api/v1/{}/", resource.paths.0);
        let rows = json!([samples.row(resource.fields), 5, {}]);
        if !resource.many {
            admin.post(&path, rows).await.faults(&["non_field_errors"]);
            continue;
        }
        let before = samples.shop.server.dump().await;
        let faults = admin.post(&path, rows).await.expect(400);
        assert!(faults[0].as_object().is_some_and(serde_json::Map::is_empty), "{faults}");
        assert!(faults[1]["non_field_errors"].is_array(), "{faults}");
        let many = Value::Array(vec![json!({}); 1_001]);
        admin.post(&path, many).await.faults(&["non_field_errors"]);
        admin.post(&path, json!([])).await.faults(&["non_field_errors"]);
        let mut lost = samples.row(resource.fields);
        let pointer =
            resource.fields.iter().find(|field| resource.table.column(field.name).is_some_and(Column::points));
        let pointer = pointer.expect("what comes in arrays points at something").name;
        lost[pointer] = json!(987_654_321);
        let faults = admin.post(&path, json!([samples.row(resource.fields), lost])).await.expect(400);
        assert!(faults[1].get(pointer).is_some(), "{faults}");
        assert_eq!(samples.shop.server.dump().await, before);
        let made = admin.post(&path, json!([samples.row(resource.fields), samples.row(resource.fields)])).await;
        assert!(matches!(made.status, 200 | 201), "{made:?}");
        assert_eq!(column(&json!({"results": made.body}), "pk").len(), 2);
    }
}
