//! A good request for every route, made from the route table: what the sweeps start from and then spoil.
//!
//! Promises: a new route or field is swept by itself, or the sweep stops and says what this file must learn. Must not
//! know what an answer means.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use onhand::api::{resources, routes};
use onhand::auth::Role;
use onhand::config::ServeConfig;
use onhand::http::route::{Mount, Reading, Route};
use onhand::resource::Resource;
use onhand::webhooks::Secret;
use onhand::wire::field::{Field, FieldKind};
use onhand_store::resource::Column;
use serde_json::{Map, Value, json};

use crate::client::{Answer, Body, Client, PASSWORD, TestServer, password_hash, unique};
use crate::files::{finished, import_path, price_import_path, upload};
use crate::shop::{Shop, id, item};
use crate::warehouse::Warehouse;

/// The SKU of a counted line.
const COUNTED: &Field = &onhand::api::fulfilment::stock_counts::LINE[0];
const USERNAME: &str = "somebody";
/// What keeps secrets.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Where a webhook may be, and nobody is.
const NOWHERE: &str = "https://sample.invalid/hook";
/// A file that the shop's list takes.
const SAMPLE_FILE: &[u8] = b"product_sku,stock\nSAMPLE,1000000\nSAMPLE-2,5\n";

/// A shop in which every route has something to work on.
pub(crate) struct Samples {
    pub(crate) shop: Shop,
    /// The orders of all samples are this channel's, so that its account may see them.
    pub(crate) channel: i64,
    pub(crate) product: i64,
    /// Products, catalogs and categories, of which each pair is taken once: no product is in one of them twice.
    pairs: [Vec<i64>; 3],
    taken: AtomicUsize,
    /// One each of what bodies point at, by the name of the field.
    pub(crate) one: BTreeMap<&'static str, i64>,
    warehouse: Warehouse,
}

/// Products, and catalogs, to make pairs of.
const PAIRED: usize = 8;

impl Samples {
    pub(crate) async fn open() -> Self {
        // Times without an offset are good, too, where there is a zone.
        let settings = |config: &mut ServeConfig| {
            config.time_zone = Some("UTC".parse().expect("a zone"));
            config.secret_key = Some(KEY.parse().expect("a key"));
        };
        Self::of(Shop::on(TestServer::with(settings).await).await).await
    }

    pub(crate) async fn of(shop: Shop) -> Self {
        shop.server.add_account(USERNAME, password_hash(), Role::Viewer, None).await;
        let product = id(&shop.erp.post("/api/v1/products/", json!({"sku": "SAMPLE"})).await.created());
        shop.stock("SAMPLE", 1_000_000).await;
        let channel = shop.channel("refuse").await;
        let mut pairs = [Vec::new(), Vec::new(), Vec::new()];
        let make =
            async |resource: &str, body: Value| shop.admin.post(&format!("/api/v1/{resource}/"), body).await.created();
        let tree = make("category_trees", json!({"name": "Tree"})).await;
        let root = id(&tree["category_root"]);
        for number in 0..PAIRED {
            pairs[0].push(id(&make("products", json!({"sku": format!("PAIR-{number}")})).await));
            pairs[1].push(id(&make("catalogs", json!({"name": format!("Catalog {number}")})).await));
            let node = json!({"name": format!("Node {number}"), "node": root});
            pairs[2].push(id(&make("category_nodes", node).await));
        }
        let mut one = BTreeMap::from([("stock_list", shop.list), ("channel", channel), ("node", root)]);
        one.insert("channel_id", channel);
        one.insert("price_list", id(&make("price_list", json!({"name": "Prices"})).await));
        one.insert("country", id(&make("countries", json!({"name": "Türkiye", "code": "tr"})).await));
        one.insert("city", id(&make("cities", json!({"name": "İstanbul", "country": one["country"]})).await));
        one.insert("township", id(&make("townships", json!({"name": "Kadıköy", "city": one["city"]})).await));
        one.insert("object_id", id(&make("countries", json!({"name": "Deutschland", "code": "de"})).await));
        one.insert("customer", id(&make("customers", json!({"channel": channel, "email": "a@example.com"})).await));
        let warehouse = Warehouse::open(&shop).await;
        one.extend([("location", warehouse.location), ("stock_location", warehouse.location)]);
        // The sweeps read and sell below the channel, which knows its own catalog.
        let stock = shop.write(json!({"product_sku": "SAMPLE"})).await;
        one.extend([("stock", id(&stock)), ("product_stock", id(&stock)), ("from", shop.list)]);
        one.insert("to", shop.list_with(json!({})).await);
        let lists = json!({"stock_list": shop.list, "price_list": one["price_list"]});
        shop.admin.patch(&format!("/api/v1/catalogs/{}/", pairs[1][0]), lists).await.ok();
        make("catalog_items", json!({"product": product, "catalog": pairs[1][0]})).await;
        let sells = json!({"catalog": pairs[1][0], "category_tree": tree["pk"]});
        shop.admin.patch(&format!("/api/v1/channels/{channel}/"), sells).await.ok();
        one.insert("id", warehouse.some(&shop, "oms/moves").await);
        let order = json!({"channel": channel, "order_items": [shop.line("SAMPLE", 1)]});
        let order = shop.try_order(order).await.created();
        one.extend([("order", id(&order)), ("order_item", item(&order))]);
        let mut samples = Self { shop, channel, product, pairs, taken: AtomicUsize::new(0), one, warehouse };
        samples.make_targets().await;
        samples.record("catalog_items").await;
        samples
    }

    /// Makes one each of what required fields of resources name, where none is there yet.
    async fn make_targets(&mut self) {
        for field in resources().flat_map(|(_, resource)| resource.fields.iter().map(|field| (resource.table, field))) {
            let (table, Field { name, kind: FieldKind::Pk, required: true, .. }) = field else { continue };
            let target = table.column(name).and_then(Column::target);
            let is_target = |resource: &Resource| target.is_some_and(|target| std::ptr::eq(target, resource.table));
            let Some((_, resource)) = resources().find(|(_, resource)| is_target(resource)) else { continue };
            if !self.one.contains_key(name) && !["product", "catalog", "category"].contains(name) {
                let made = id(&self.record(resource.paths.0).await);
                self.one.insert(name, made);
            }
        }
    }

    /// A client of each role. Each call makes new accounts, so one that signs out harms no other.
    pub(crate) async fn client(&self, role: Role) -> Client {
        match role {
            Role::Channel => self.shop.server.channel_client(self.channel).await,
            other => self.shop.server.client(other).await,
        }
    }

    /// One of a route's paths, with something that is there in place of its parameters.
    pub(crate) async fn path(&self, route: &Route, path: &str, caller: &Client) -> String {
        let mut path = path.replace("{channel}", &self.channel.to_string());
        if path.contains("{cache_key}") {
            path = path.replace("{cache_key}", &self.import(route.path).await);
        } else if route.path.contains("excel_import") && route.method == "GET" {
            path = format!("{path}?cache_key={}", self.import(route.path).await);
        }
        if path.contains("{movement}") {
            let stock = self.shop.stock("UNDONE", unique().cast_signed()).await;
            let history = self.shop.erp.get(&format!("/api/v1/product_stocks/{stock}/movements/")).await.ok();
            let movement = id(&history["results"][0]).to_string();
            return path.replace("{id}", &stock.to_string()).replace("{movement}", &movement);
        }
        if path.contains("{delivery}") {
            let hook = id(&self.record("webhooks").await);
            let test = self.shop.admin.post(&format!("/api/v1/webhooks/{hook}/test/"), json!({})).await.ok();
            return path.replace("{id}", &hook.to_string()).replace("{delivery}", &id(&test).to_string());
        }
        if route.path == "events" {
            path.push_str("?once=1");
        }
        if route.path.ends_with("availability") {
            path.push_str("?sku=SAMPLE");
        }
        if route.path.ends_with("/at") {
            path = format!("{path}?time={}", self.shop.server.time(0));
        }
        if route.path == "search" {
            path.push_str("?q=SAMPLE");
        }
        let (Some(from), Some(to)) = (path.find('{'), path.find('}')) else { return path };
        let parameter = self.parameter(route, caller).await;
        format!("{}{parameter}{}", &path[..from], &path[to + 1..])
    }

    /// The key of an import that is completed: of a dry run where that is what a path is for.
    async fn import(&self, path: &str) -> String {
        let options: &[_] =
            if path.ends_with("/apply") || path.ends_with("/columns") { &[("dry_run", "true")] } else { &[] };
        let to = match path.starts_with("stock_list/excel_import/") {
            true => "/api/v1/stock_list/excel_import/".to_owned(),
            false => import_path(self.shop.list),
        };
        let to = if path.starts_with("price_list/") { price_import_path(self.one["price_list"]) } else { to };
        let file: &[u8] = match to.as_str() {
            to if to == import_path(self.shop.list) => SAMPLE_FILE,
            to if to.contains("/price_list/") => b"sku,price,currency\nSAMPLE,10,try\n",
            _ => b"name\nSample list\n",
        };
        let key = upload(&self.shop.erp, &to, "sample.csv", file, options).await.ok();
        let key = key["cache_key"].as_str().expect("a text").to_owned();
        finished(&self.shop.erp, &key).await;
        key
    }

    async fn parameter(&self, route: &Route, caller: &Client) -> String {
        let resource = &route.path[..route.path.find("/{").expect("a parameter follows a resource")];
        let made = match resource {
            "auth/tokens" => caller.post("/api/v1/auth/tokens/", json!({"name": "to revoke"})).await.created(),
            "saved_views" => {
                let view = json!({"screen": "stock", "name": format!("v{}", unique())});
                caller.post("/api/v1/saved_views/", view).await.created()
            }
            "imports" => {
                let key = self.import(route.path).await;
                let page = self.shop.erp.get(&format!("/api/v1/imports/?cache_key={key}")).await.ok();
                page["results"][0].clone()
            }
            "content_types" => return "3".to_owned(),
            "products" if route.method == "DELETE" => {
                self.shop.erp.post("/api/v1/products/", json!({"sku": format!("GONE-{}", unique())})).await.created()
            }
            "stock_list" if route.method == "DELETE" => return self.shop.list_with(json!({})).await.to_string(),
            "products" => return self.product.to_string(),
            "mapped_products" => return self.item_of_channel().await["product"].to_string(),
            "channels" if route.method != "DELETE" => return self.channel.to_string(),
            "catalogs" if route.method != "DELETE" => return self.pairs[1][0].to_string(),
            "category_trees" if route.method != "DELETE" => return self.tree().await,
            "catalog_items" if route.method == "GET" => self.item_of_channel().await,
            "retail_stores" if route.method == "GET" => self.store_of_channel().await,
            "price_list" if route.method == "GET" || route.path.contains("excel_import") => {
                return self.one["price_list"].to_string();
            }
            "product_prices" if route.method == "GET" => self.price_of_channel().await,
            "stock_list" => return self.shop.list.to_string(),
            "stock_transfers" => {
                let lines = json!([{"product_sku": "SAMPLE", "quantity": 1}]);
                let transfer = json!({"from": self.one["from"], "to": self.one["to"], "lines": lines});
                self.shop.erp.post("/api/v1/stock_transfers/", transfer).await.created()
            }
            "product_stocks" if route.method == "DELETE" => {
                self.shop.write(json!({"product_sku": format!("EMPTY-{}", unique())})).await
            }
            "product_stock" | "product_stocks" => self.shop.write(json!({"product_sku": "SAMPLE"})).await,
            "orders" | "oms/orders" => self.order().await,
            resource if resource.starts_with("oms/") && !resources().any(|(_, one)| one.paths.0 == resource) => {
                return self.warehouse.some(&self.shop, resource).await.to_string();
            }
            "reservations" => self.cart().await,
            "order_number" => return self.order().await["number"].as_str().expect("a text").to_owned(),
            "order_items" => return item(&self.order().await).to_string(),
            "batch_requests" => self.below("batch_requests", json!({})).await,
            "integration_actions" => {
                let known = json!({"object_id": unique(), "content_type_model": "categorynode"});
                self.below("integration_actions", known).await
            }
            "failed_integrations" => return self.failed().await,
            "error_reports" | "operational_events" => self.report(resource).await,
            "place_reports" => self.report("error_reports/city").await,
            resource if resources().any(|(_, one)| one.paths.0 == resource) => self.record(resource).await,
            other => panic!("teach samples.rs to make one of {other}"),
        };
        id(&made).to_string()
    }

    /// Something new below the channel.
    pub(crate) async fn below(&self, resource: &str, body: Value) -> Value {
        self.shop.admin.post(&format!("/api/v1/channel/{}/{resource}/", self.channel), body).await.created()
    }

    /// The id of an object that the channel could not take.
    pub(crate) async fn failed(&self) -> String {
        let batch = id(&self.below("batch_requests", json!({})).await);
        let (object, base) = (unique(), format!("/api/v1/channel/{}", self.channel));
        let refused = json!([{"pk": object, "failed_reason_type": "remote", "content_type": "productimage"}]);
        let done = json!({"status": "done", "objects": refused});
        self.shop.admin.patch(&format!("{base}/batch_requests/{batch}/"), done).await.ok();
        let found = self.shop.admin.get(&format!("{base}/failed_integrations/?object_id={object}")).await.ok();
        id(&found["results"][0]).to_string()
    }

    /// A new one of a resource whose rows are records.
    pub(crate) async fn record(&self, resource: &str) -> Value {
        let (places, one) = resources().find(|(_, one)| one.paths.0 == resource).expect("a resource of records");
        // What is made below the channel is there for every account.
        let below = match places.write.0 {
            Mount::V1AndChannel => format!("/api/v1/channel/{}/{resource}/", self.channel),
            _ => format!("/api/v1/{resource}/"),
        };
        let body = self.warehouse.unlisted(&self.shop, resource, self.row(one.fields)).await;
        let answer = self.shop.admin.post(&below, body).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        answer.body
    }

    /// A new report of the channel's client.
    async fn report(&self, resource: &str) -> Value {
        self.shop.erp.post(&format!("/api/v1/channel/{}/{resource}/", self.channel), json!({})).await.created()
    }

    /// An item of the catalog that the channel sells from.
    async fn item_of_channel(&self) -> Value {
        let path = format!("/api/v1/catalog_items/?catalog={}", self.pairs[1][0]);
        self.shop.admin.get(&path).await.ok()["results"][0].clone()
    }

    /// The catalog that the channel sells from.
    pub(crate) fn catalog(&self) -> i64 {
        self.pairs[1][0]
    }

    /// Places that lie in each other.
    pub(crate) fn places(&self) -> Value {
        ["country", "city", "township"].into_iter().map(|name| (name.to_owned(), json!(self.one[name]))).collect()
    }

    /// The tree of the channel.
    async fn tree(&self) -> String {
        let channel = self.shop.admin.get(&format!("/api/v1/channels/{}/", self.channel)).await.ok();
        channel["category_tree"].to_string()
    }

    /// A price in the list of the channel's catalog.
    async fn price_of_channel(&self) -> Value {
        let price = json!({"product_sku": "SAMPLE", "price_list": self.one["price_list"], "price": "9.90",
            "currency_type": "try"});
        let answer = self.shop.erp.post("/api/v1/product_prices/", price).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        answer.body
    }

    /// A store that serves the channel.
    async fn store_of_channel(&self) -> Value {
        let store = self.record("retail_stores").await;
        let path = format!("/api/v1/retail_stores/{}/", id(&store));
        self.shop.admin.patch(&path, json!({"channels": [self.channel]})).await.ok()
    }

    async fn order(&self) -> Value {
        let line = self.shop.line("SAMPLE", 1);
        self.shop.try_order(json!({"channel": self.channel, "order_items": [line]})).await.created()
    }

    /// Units that a cart of the channel reserves.
    async fn cart(&self) -> Value {
        let cart = json!({"reference": format!("c{}", unique()), "channel": self.channel, "expires_in": 3_600,
            "lines": [self.shop.line("SAMPLE", 1)]});
        self.shop.admin.post("/api/v1/reservations/", cart).await.created()
    }

    /// A body that the route takes.
    pub(crate) fn body(&self, route: &Route) -> Value {
        let fields = route.body.unwrap_or_default();
        match (route.method.as_str(), route.path) {
            ("POST", "auth/login") => json!({"username": USERNAME, "password": PASSWORD}),
            ("POST", "stock_list/{id}/bulk") => json!({"stocks": [self.one["stock"]], "add": 1}),
            ("POST", "product_stocks/adjust") => json!({"product_stock": self.one["stock"], "difference": 1}),
            ("POST", "product_stock/{id}/adjust" | "product_stocks/{id}/adjust") => json!({"stock_change": 1}),
            ("POST", path) if path.ends_with("/excel_import/{cache_key}/columns") => json!({"mapping": {}}),
            ("POST", "stock_health/settle") => json!({"order_items": [1]}),
            ("POST", "saved_views") => json!({"screen": "stock", "name": format!("v{}", unique()), "query": "q=A"}),
            ("POST", "auth/password") => json!({"current_password": PASSWORD, "new_password": PASSWORD}),
            ("POST", "orders/{id}/cancel") => json!({"is_all": true}),
            ("POST", "reservations") => json!({"reference": format!("c{}", unique()), "expires_in": 3_600,
                "lines": [self.shop.line("SAMPLE", 1)]}),
            ("POST", "reservations/{id}/extend") => json!({"expires_in": 7_200}),
            ("PATCH", "reservations/{id}") => {
                json!({"expires_in": 7_200, "lines": [{"line": 1, "quantity": 1}]})
            }
            ("POST", "reservations/{id}/confirm") => {
                json!({"number": format!("n{}", unique()), "lines": [{"line": 1, "price": "9.90"}]})
            }
            // What fails at once is in no batch, so every batch may say it.
            ("PATCH" | "PUT", "batch_requests/{id}") => json!({"status": "commit", "content_type": "productstock",
                "objects": [{"pk": self.one["stock"], "failed_reason_type": "mapping"}]}),
            ("POST", "integration_actions") => json!({"object_id": unique(), "content_type_model": "categorynode"}),
            ("POST", "oms/packages/{id}/command") => json!({"slug": "prepare"}),
            ("POST", "oms/transfer_orders/{id}/command") => json!({"slug": "ship"}),
            // A move is registered once, with one code.
            ("POST", "oms/moves/register") => json!({"id": self.one["id"], "code": "sample"}),
            ("POST", "data_source_mappings/remove") => json!({"data_source": self.one["data_source"], "is_all": true}),
            ("POST", "oms/inventory-discrepancies/remove") => json!({"expired_date": "10-10-2023"}),
            _ if route.whole => self.row(fields),
            _ => json!({}),
        }
    }

    /// An object with the required fields of a table. A line of an order names its product in one of two ways, and
    /// may leave its list to its channel: no table can require those. An address differs from others by its line.
    pub(crate) fn row(&self, fields: &[Field]) -> Value {
        let told = ["product_sku", "stock_list", "line"];
        let needed = fields.iter().filter(|field| field.required || told.contains(&field.name));
        Value::Object(needed.map(|field| (field.name.to_owned(), self.value(field))).collect::<Map<_, _>>())
    }

    /// What the product that was given out last is paired with.
    fn second(&self) -> usize {
        self.taken.load(Ordering::Relaxed).saturating_sub(1) / PAIRED % PAIRED
    }

    /// A good value for a field.
    pub(crate) fn value(&self, field: &Field) -> Value {
        match field.kind {
            _ if field.name == "product_sku" => json!("SAMPLE"),
            // Unlike that of a new product, the SKU of a counted line is there already.
            FieldKind::Text(_) if field.help == COUNTED.help => json!("SAMPLE"),
            FieldKind::Text(_) if field.name == "url" => json!(NOWHERE),
            FieldKind::Secret(_) if field.name == "secret" => json!(Secret::random().text()),
            _ if field.name == "object_id" => json!(self.one["object_id"]),
            FieldKind::Text(max) | FieldKind::Blank(max) | FieldKind::Secret(max) => {
                json!(format!("t{}", unique()).chars().take(max).collect::<String>())
            }
            FieldKind::Int(min, _) => json!(min),
            FieldKind::Bool => json!(true),
            FieldKind::Choice(words) => json!(words[0]),
            FieldKind::Status => json!("400"),
            FieldKind::Object => json!({"a": 1}),
            FieldKind::List => json!([{"a": 1}]),
            FieldKind::Number(max) => json!(f64::from(max) / 8.0),
            FieldKind::Any => json!("anything"),
            FieldKind::Time => json!(self.shop.server.time(0)),
            FieldKind::TimeZone => json!("Europe/Istanbul"),
            FieldKind::Decimal => json!("1.50"),
            FieldKind::Pks | FieldKind::Units | FieldKind::Texts(..) => json!([]),
            FieldKind::Rows(fields, _) => json!([self.row(fields)]),
            FieldKind::One(fields) => self.row(fields),
            FieldKind::Pk => match field.name {
                // A new pair each time, until all have been through; most sweeps want to be rejected.
                "product" => json!(self.pairs[0][self.taken.fetch_add(1, Ordering::Relaxed) % PAIRED]),
                "catalog" => json!(self.pairs[1][self.second()]),
                "category" => json!(self.pairs[2][self.second()]),
                other => match self.one.get(other) {
                    Some(one) => json!(one),
                    None => panic!("teach samples.rs which object the field {other} names"),
                },
            },
        }
    }

    /// Something that a field may name, which may have the name of what it names, of many or of further ones.
    pub(crate) fn pointer(&self, field: &str) -> Option<i64> {
        let name = field.trim_start_matches("extra_").trim_end_matches('s');
        self.one.get(name).copied()
    }

    /// The required fields of what is at a path, as they are.
    pub(crate) async fn whole(&self, path: &str, fields: &[Field], caller: &Client) -> Value {
        let shown = caller.get(path).await.ok();
        let needed = fields.iter().filter(|field| field.required);
        needed.map(|field| (field.name.to_owned(), shown[field.name].clone())).collect()
    }

    /// A good request to one path of a route: the path, and the body if it takes one.
    pub(crate) async fn request(&self, route: &Route, path: &str, caller: &Client) -> (String, Option<Value>) {
        let path = self.path(route, path, caller).await;
        let body = match route.body {
            // What is written anew keeps what cannot be changed.
            Some(fields) if route.method == "PUT" => Some(self.whole(&path, fields, caller).await),
            Some(_) => Some(self.warehouse.unlisted(&self.shop, route.path, self.body(route)).await),
            None => None,
        };
        (path, body)
    }

    /// Sends a good request to one path of a route.
    pub(crate) async fn send(&self, route: &Route, path: &str, caller: &Client) -> Answer {
        let (path, body) = self.request(route, path, caller).await;
        let body = match (route.reading, body) {
            (Reading::InPieces, _) if route.path.contains("{id}") => Body::Raw("text/csv", SAMPLE_FILE.to_vec()),
            (Reading::InPieces, _) => Body::Raw("text/csv", b"name\nSample list\n".to_vec()),
            (Reading::Whole, Some(body)) => Body::Json(body),
            (Reading::Whole, None) => Body::None,
        };
        caller.send(route.method.as_str(), &path, body).await
    }
}

/// Every route with each of its paths.
pub(crate) fn all_paths() -> Vec<(Arc<Route>, String)> {
    let each = |route: Arc<Route>| route.paths().into_iter().map(move |path| (route.clone(), path));
    routes().into_iter().map(Arc::new).flat_map(each).collect()
}
