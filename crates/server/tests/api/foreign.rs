//! What is another channel's: for every route that a channel's account may call, a foreign object is not there. It
//! cannot be read, changed, counted or pointed at. The routes are those of the table, so a new one is looked at by
//! itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use onhand::api::resources;
use onhand::auth::Role;
use onhand::http::route::Route;
use onhand::wire::field::{Field, FieldKind};
use serde_json::{Map, Value, json};

use crate::client::{Answer, Body, Client};
use crate::samples::{Samples, all_paths};
use crate::shop::{id, int, item};

/// What all channels share: they may read it and not change it.
const SHARED: &[&str] = &[
    "content_types",
    "countries",
    "cities",
    "townships",
    "districts",
    "object_mappings",
    "cargos",
    "cancellation_reasons",
    "adjustment_reasons",
];

/// Fields with the ids of what is shared.
const SHARED_FIELDS: &[&str] = &["country", "city", "township", "district"];

/// Fields of sold orders that are carried through as they come: nothing is looked up by them.
const CARRIED: &[&str] =
    &["customer", "shipping_address", "billing_address", "cargo_company", "price_list", "reason", "parent"];

/// A channel beside that of the samples, with one of everything that can be a channel's.
struct Stranger {
    samples: Samples,
    /// The account of the samples' channel.
    owner: Client,
    client: Client,
    channel: i64,
    own: BTreeMap<&'static str, i64>,
}

impl Stranger {
    async fn open() -> Self {
        let samples = Samples::open().await;
        let (shop, admin) = (&samples.shop, &samples.shop.admin);
        let make =
            async |resource: &str, body: Value| admin.post(&format!("/api/v1/{resource}/"), body).await.created();
        let channel = shop.channel("accept").await;
        let client = shop.server.channel_client(channel).await;
        let mut own = BTreeMap::from([("channel", channel), ("channel_id", channel)]);
        let list = shop.list_with(json!({})).await;
        let prices = id(&make("price_list", json!({"name": "Own prices"})).await);
        let stock = shop.write(json!({"product_sku": "OWN", "stock": 1_000_000, "stock_list": list})).await;
        let price = json!({"product_sku": "OWN", "price_list": prices, "price": "1.00", "currency_type": "try"});
        let price = id(&make("product_prices", price).await);
        let catalog = json!({"name": "Own", "stock_list": list, "price_list": prices});
        let catalog = id(&make("catalogs", catalog).await);
        let tree = client.post(&format!("/api/v1/channel/{channel}/category_trees/"), json!({"name": "Own"})).await;
        let tree = tree.created();
        let sells = json!({"catalog": catalog, "category_tree": tree["pk"]});
        admin.patch(&format!("/api/v1/channels/{channel}/"), sells).await.ok();
        let customer = id(&make("customers", json!({"channel": channel, "email": "own@example.com"})).await);
        let line = json!({"product_sku": "OWN", "stock_list": list, "quantity": 1});
        let order = shop.try_order(json!({"channel": channel, "order_items": [line]})).await.created();
        let store = id(&samples.record("retail_stores").await);
        admin.patch(&format!("/api/v1/retail_stores/{store}/"), json!({"channels": [channel]})).await.ok();
        own.extend([("stock_list", list), ("price_list", prices), ("stock", id(&stock)), ("price", price)]);
        own.extend([("product", int(&stock["product"])), ("catalog", catalog), ("category_tree", id(&tree))]);
        own.extend([("node", id(&tree["category_root"])), ("customer", customer), ("retail_store", store)]);
        own.extend([("order", id(&order)), ("order_item", item(&order))]);
        // Its feed is there from now on, so that what is rejected leaves no trace.
        client.get(&format!("/api/v1/channel/{channel}/lag/")).await.ok();
        let owner = samples.client(Role::Channel).await;
        Self { samples, owner, client, channel, own }
    }

    /// What a field names for the owner of the samples.
    async fn foreign(&self, field: &str) -> i64 {
        match field {
            "product" => self.samples.product,
            "catalog" => self.samples.catalog(),
            "retail_store" => id(&self.samples.record("retail_stores").await),
            "category_tree" => {
                let channel = format!("/api/v1/channels/{}/", self.samples.channel);
                int(&self.samples.shop.admin.get(&channel).await.ok()["category_tree"])
            }
            other => *self.samples.one.get(other).unwrap_or_else(|| panic!("say what a foreign {other} is")),
        }
    }

    /// The path of a route below the other account's own channel, with an object of the samples in it.
    async fn path(&self, route: &Route, path: &str) -> String {
        let path = path.replace("{channel}", &self.channel.to_string());
        self.samples.path(route, &path, &self.owner).await
    }

    /// A good body of the other account's.
    fn body(&self, route: &Route) -> Value {
        match (route.method.as_str(), route.path) {
            ("POST", "integration_actions") => {
                json!({"object_id": self.own["stock"], "content_type_model": "productstock"})
            }
            ("POST", "auth/login") => self.samples.body(route),
            _ => self.row(route.body.unwrap_or_default()),
        }
    }

    fn row(&self, fields: &[Field]) -> Value {
        let told = ["product_sku", "stock_list", "line", "expires_in"];
        let needed = fields.iter().filter(|field| field.required || told.contains(&field.name));
        Value::Object(needed.map(|field| (field.name.to_owned(), self.value(field))).collect::<Map<_, _>>())
    }

    fn value(&self, field: &Field) -> Value {
        match field.kind {
            FieldKind::Pk if !SHARED_FIELDS.contains(&field.name) => {
                let own = self.own.get(field.name);
                json!(own.unwrap_or_else(|| panic!("say which {} is the stranger's own", field.name)))
            }
            FieldKind::Rows(fields, _) => json!([self.row(fields)]),
            FieldKind::One(fields) => self.row(fields),
            _ if field.name == "product_sku" => json!("OWN"),
            _ => self.samples.value(field),
        }
    }
}

fn is_shared(route: &Route) -> bool {
    SHARED.contains(&route.path.split('/').next().unwrap_or_default())
}

/// What a channel's account may call, with each of its paths.
fn allowed() -> impl Iterator<Item = (Arc<Route>, String)> {
    all_paths().into_iter().filter(|(route, _)| Role::Channel.allows(route.permission))
}

#[tokio::test]
async fn a_foreign_object_is_not_there_whatever_is_done_with_it() {
    let stranger = Stranger::open().await;
    let mut asked = Vec::new();
    for (route, path) in allowed().filter(|(route, _)| route.path.contains('{')) {
        let body = match (route.method.as_str(), route.body) {
            ("PUT", Some(fields)) => stranger.samples.row(fields),
            _ => stranger.samples.body(&route),
        };
        let at = stranger.path(&route, &path).await;
        asked.push((route.clone(), at, body.clone()));
        if path.contains("{channel}") {
            let owners = stranger.samples.path(&route, &path, &stranger.owner).await;
            asked.push((route, owners, body));
        }
    }
    assert!(asked.len() > 100, "the table has routes with objects");
    let before = stranger.samples.shop.server.dump().await;
    for (route, path, body) in asked {
        let answer = stranger.client.send(route.method.as_str(), &path, Body::Json(body)).await;
        let is_below_owner = path.contains(&format!("/channel/{}/", stranger.samples.channel));
        let expected = match route.path {
            // The vendor's client goes on with its other products after this answer only.
            "mapped_products/{id}" if !is_below_owner => 406,
            _ if is_shared(&route) && !is_below_owner => 200,
            _ => 404,
        };
        assert_eq!(answer.status, expected, "{}: {answer:?}", route.method);
    }
    assert_eq!(stranger.samples.shop.server.dump().await, before);
}

/// The ids of what an answer lists; the rows of a file likewise. Among reservations, an order line has its own.
fn listed(answer: &Answer) -> (BTreeSet<i64>, Option<i64>) {
    let rows = answer.body.get("results").unwrap_or(&answer.body);
    let rows = rows.as_array().unwrap_or_else(|| panic!("{answer:?} lists nothing"));
    let of_row = |row: &Value| if row["kind"] == "order_line" { int(&row["order_item"]) } else { id(row) };
    (rows.iter().map(of_row).collect(), answer.body.get("count").and_then(Value::as_i64))
}

#[tokio::test]
async fn foreign_objects_are_neither_listed_nor_counted() {
    let stranger = Stranger::open().await;
    for (_, resource) in resources().filter(|(places, _)| Role::Channel.allows(places.read.1)) {
        if !["channels", "catalogs", "price_list"].contains(&resource.paths.0) {
            stranger.samples.record(resource.paths.0).await;
        }
    }
    stranger.samples.failed().await;
    let (mut looked, mut shown) = (0, 0);
    for (route, path) in allowed().filter(|(route, _)| route.method == "GET" && !route.path.contains('{')) {
        let is_list = route.filters.is_some_and(|_| !is_shared(&route));
        if !is_list {
            continue;
        }
        let query = match (route.formats.is_empty(), route.path) {
            (false, _) => "?format=json",
            (true, _) => "?limit=1000",
        };
        let at = |channel: i64| path.replace("{channel}", &channel.to_string()) + "/" + query;
        let (theirs, _) = listed(&stranger.owner.get(&at(stranger.samples.channel)).await);
        let (own, count) = listed(&stranger.client.get(&at(stranger.channel)).await);
        let both: Vec<_> = theirs.intersection(&own).collect();
        assert!(both.is_empty(), "{path} shows {both:?}");
        assert!(count.is_none_or(|count| count == own.len() as i64), "{path} counts {count:?}, and shows {own:?}");
        looked += 1;
        shown += usize::from(!theirs.is_empty());
    }
    assert!(looked > 50 && shown > 30, "{shown} of {looked} lists had something");
}

/// The ways through a body to the fields that point somewhere.
fn pointers(fields: &'static [Field]) -> Vec<Vec<&'static Field>> {
    let mut found = Vec::new();
    for field in fields {
        match field.kind {
            FieldKind::Pk | FieldKind::Pks
                if !CARRIED.contains(&field.name) && !SHARED_FIELDS.contains(&field.name) =>
            {
                found.push(vec![field]);
            }
            FieldKind::Rows(inner, _) | FieldKind::One(inner) => {
                found.extend(pointers(inner).into_iter().map(|mut way| {
                    way.insert(0, field);
                    way
                }));
            }
            _ => {}
        }
    }
    found
}

fn point(body: &mut Value, way: &[&Field], to: Value) {
    let Some((field, rest)) = way.split_first() else {
        *body = to;
        return;
    };
    let inner = &mut body[field.name];
    match inner {
        Value::Array(rows) if !rest.is_empty() => point(&mut rows[0], rest, to),
        _ => point(inner, rest, to),
    }
}

#[tokio::test]
async fn nothing_foreign_can_be_pointed_at() {
    let stranger = Stranger::open().await;
    let writes = |route: &Route| matches!(route.method.as_str(), "POST" | "PATCH");
    let mut tried = 0;
    for (route, path) in allowed().filter(|(route, _)| writes(route) && !route.path.starts_with("auth/")) {
        let ways = pointers(route.body.unwrap_or_default());
        // One that is there already is a route of its own, below.
        if ways.is_empty() || route.path.contains('{') || route.method == "PATCH" {
            continue;
        }
        let path = path.replace("{channel}", &stranger.channel.to_string());
        let fine = stranger.client.post(&path, stranger.body(&route)).await;
        assert!(matches!(fine.status, 200 | 201), "{fine:?}");
        let one = format!("{path}/{}", id(&fine.body));
        let changed = routes_of(&route, "PATCH");
        for way in ways {
            let field = way.last().expect("a field");
            let foreign = stranger.foreign(field.name).await;
            let mut body = stranger.body(&route);
            if field.name == "product" {
                let lines = if body["lines"].is_array() { "lines" } else { "order_item" };
                body[lines][0].as_object_mut().expect("a line").remove("product_sku");
            }
            point(&mut body, &way, json!(foreign));
            let before = stranger.samples.shop.server.dump().await;
            let answer = stranger.client.post(&path, body).await;
            assert!((400..=406).contains(&answer.status), "{}: {answer:?}", field.name);
            // What a change does not take is not pointed at by it.
            if changed.is_some_and(|fields| fields.iter().any(|one| one.name == field.name)) {
                let answer = stranger.client.patch(&one, json!({field.name: foreign})).await;
                assert!((400..=406).contains(&answer.status), "{}: {answer:?}", field.name);
            }
            assert_eq!(stranger.samples.shop.server.dump().await, before, "{path}: {}", field.name);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried} pointers");
}

/// The fields with which what a route makes can be changed, if it can be.
fn routes_of(route: &Route, method: &str) -> Option<&'static [Field]> {
    let one = format!("{}/{{id}}", route.path);
    let same = |other: &&Route| other.path == one && other.method == *method && Role::Channel.allows(other.permission);
    onhand::api::routes().iter().find(same).and_then(|route| route.body)
}

#[tokio::test]
async fn a_channel_takes_over_no_tree() {
    let stranger = Stranger::open().await;
    let (path, admin) = (format!("/api/v1/channels/{}/", stranger.channel), &stranger.samples.shop.admin);
    let unowned = id(&admin.post("/api/v1/category_trees/", json!({"name": "Nobody's"})).await.created());
    let below = format!("/api/v1/channel/{}/category_trees/", stranger.samples.channel);
    let fresh = id(&stranger.owner.post(&below, json!({"name": "Just made"})).await.created());
    let theirs = stranger.foreign("category_tree").await;
    let before = stranger.samples.shop.server.dump().await;
    for tree in [unowned, fresh, theirs, 999_999] {
        stranger.client.patch(&path, json!({"category_tree": tree})).await.faults(&["category_tree"]);
        stranger.client.get(&format!("/api/v1/category_trees/{tree}/")).await.expect(404);
    }
    assert_eq!(stranger.samples.shop.server.dump().await, before);
    admin.patch(&path, json!({"category_tree": unowned})).await.ok();
    stranger.client.patch(&path, json!({"category_tree": unowned, "schema": {}})).await.ok();
    stranger.client.get(&format!("/api/v1/category_trees/{unowned}/")).await.ok();
    let own = stranger.own["category_tree"];
    stranger.client.patch(&path, json!({"category_tree": own})).await.ok();
}

/// What a channel says of objects, in an action or a batch, it says of its own.
#[tokio::test]
async fn actions_and_batches_are_about_the_channels_own_objects() {
    let stranger = Stranger::open().await;
    let samples = &stranger.samples;
    let base = format!("/api/v1/channel/{}", stranger.channel);
    let price = json!({"product_sku": "SAMPLE", "price_list": samples.one["price_list"], "price": "9.90",
        "currency_type": "try"});
    let price = id(&samples.shop.erp.post("/api/v1/product_prices/", price).await.body);
    let request = id(&samples.record("cancellation_requests").await);
    let foreign = [
        ("product", samples.product),
        ("productstock", samples.one["stock"]),
        ("productprice", price),
        ("order", samples.one["order"]),
        ("cancellationrequest", request),
    ];
    let batch = id(&stranger.client.post(&format!("{base}/batch_requests/"), json!({})).await.created());
    let before = samples.shop.server.dump().await;
    for (model, object) in foreign {
        let mut said = BTreeSet::new();
        for object in [object, 999_999_999] {
            let action = json!({"content_type_model": model, "object_id": object});
            let answer = stranger.client.post(&format!("{base}/integration_actions/"), action).await;
            let text = answer.faults(&["object_id"]).to_string().replace(&object.to_string(), "N");
            for status in ["commit", "done"] {
                let objects = json!([{"pk": object, "content_type": model}]);
                let step = json!({"status": status, "objects": objects});
                let path = format!("{base}/batch_requests/{batch}/");
                stranger.client.patch(&path, step).await.faults(&["objects"]);
            }
            said.insert(text);
        }
        assert_eq!(said.len(), 1, "a foreign {model} is as good as not there");
    }
    assert_eq!(samples.shop.server.dump().await, before);
    for (model, object) in [("product", "product"), ("productstock", "stock"), ("productprice", "price")] {
        let action = json!({"content_type_model": model, "object_id": stranger.own[object]});
        stranger.client.post(&format!("{base}/integration_actions/"), action).await.created();
    }
}

/// A stock's history has the numbers of all changes, and no other user's name in it.
#[tokio::test]
async fn movements_name_nobody_else() {
    let stranger = Stranger::open().await;
    let (shop, list) = (&stranger.samples.shop, stranger.own["stock_list"]);
    let line = json!({"product_sku": "OWN", "stock_list": list, "quantity": 2});
    shop.try_order(json!({"order_items": [line]})).await.created();
    let path = format!("/api/v1/product_stocks/{}/movements/", stranger.own["stock"]);
    let everything = shop.erp.get(&path).await.ok();
    let seen = stranger.client.get(&path).await.ok();
    let field = |history: &Value, name: &str| -> Vec<Value> {
        history["results"].as_array().expect("movements").iter().map(|row| row[name].clone()).collect()
    };
    assert_eq!(field(&seen, "stock"), field(&everything, "stock"));
    assert_eq!(field(&seen, "user"), [json!(null), json!(null), json!(null)]);
    assert_eq!(field(&seen, "order_item"), [json!(null), json!(stranger.own["order_item"]), json!(null)]);
    assert!(field(&everything, "user").iter().all(Value::is_i64));
    stranger.owner.get(&path).await.expect(404);
}
