//! A good request for every route, made from the route table: what the sweeps start from and then spoil.
//!
//! Promises: a new route or field is swept by itself, or the sweep stops and says what this file must learn. Must not
//! know what an answer means.

use std::sync::{Arc, OnceLock};

use onhand::auth::{Role, password};
use onhand::http::routes::{Reading, Route, routes};
use onhand::wire::field::{Field, Kind};
use serde_json::{Map, Value, json};

use crate::client::{Answer, Body, Client, unique};
use crate::imports::{finished, import_path, upload};
use crate::shop::{Shop, id, item};

const PASSWORD: &str = "a password to sign in with";
const USERNAME: &str = "somebody";
/// A file that the shop's list takes.
const SAMPLE_FILE: &[u8] = b"product_sku,stock\nSAMPLE,1000000\nSAMPLE-2,5\n";

/// A shop in which every route has something to work on.
pub(crate) struct Samples {
    pub(crate) shop: Shop,
    /// The orders of all samples are this channel's, so that its account may see them.
    pub(crate) channel: i64,
    product: i64,
}

impl Samples {
    pub(crate) async fn open() -> Self {
        Self::of(Shop::open().await).await
    }

    pub(crate) async fn of(shop: Shop) -> Self {
        shop.server.add_account(USERNAME, password_hash(), Role::Viewer, None).await;
        let product = id(&shop.erp.post("/api/v1/products/", json!({"sku": "SAMPLE"})).await.created());
        shop.stock("SAMPLE", 1_000_000).await;
        let channel = shop.channel("refuse").await;
        Self { shop, channel, product }
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
        let (Some(from), Some(to)) = (path.find('{'), path.find('}')) else { return path };
        let parameter = self.parameter(route, caller).await;
        format!("{}{parameter}{}", &path[..from], &path[to + 1..])
    }

    /// The key of an import that is completed: of a dry run where that is what a path is for.
    async fn import(&self, path: &str) -> String {
        let options: &[_] = if path.ends_with("/apply") { &[("dry_run", "true")] } else { &[] };
        let to = match path.starts_with("stock_list/excel_import/") {
            true => "/api/v1/stock_list/excel_import/".to_owned(),
            false => import_path(self.shop.list),
        };
        let file: &[u8] = if to == import_path(self.shop.list) { SAMPLE_FILE } else { b"name\nSample list\n" };
        let key = upload(&self.shop.erp, &to, "sample.csv", file, options).await.ok();
        let key = key["cache_key"].as_str().expect("a text").to_owned();
        finished(&self.shop.erp, &key).await;
        key
    }

    async fn parameter(&self, route: &Route, caller: &Client) -> String {
        let noun = &route.path[..route.path.find("/{").expect("a parameter follows a noun")];
        let made = match noun {
            "auth/tokens" => caller.post("/api/v1/auth/tokens/", json!({"name": "to revoke"})).await.created(),
            "content_types" => return "3".to_owned(),
            "products" => return self.product.to_string(),
            "channels" => return self.channel.to_string(),
            "stock_list" => return self.shop.list.to_string(),
            "product_stock" | "product_stocks" => self.shop.write(json!({"product_sku": "SAMPLE"})).await,
            "orders" => self.order().await,
            "order_number" => return self.order().await["number"].as_str().expect("a text").to_owned(),
            "order_items" => return item(&self.order().await).to_string(),
            other => panic!("teach samples.rs to make one of {other}"),
        };
        id(&made).to_string()
    }

    async fn order(&self) -> Value {
        let line = self.shop.line("SAMPLE", 1);
        self.shop.try_order(json!({"channel": self.channel, "order_items": [line]})).await.created()
    }

    /// A body that the route takes.
    pub(crate) fn body(&self, route: &Route) -> Value {
        let fields = route.body.unwrap_or_default();
        match (route.method.as_str(), route.path) {
            ("POST", "auth/login") => json!({"username": USERNAME, "password": PASSWORD}),
            ("POST", "orders/{id}/cancel") => json!({"is_all": true}),
            _ if route.whole => self.row(fields),
            _ => json!({}),
        }
    }

    /// An object with the required fields of a table. A line of an order names its product in one of two ways, and
    /// may leave its list to its channel: no table can require those.
    pub(crate) fn row(&self, fields: &[Field]) -> Value {
        let needed =
            fields.iter().filter(|field| field.required || ["product_sku", "stock_list"].contains(&field.name));
        Value::Object(needed.map(|field| (field.name.to_owned(), self.value(field))).collect::<Map<_, _>>())
    }

    /// A good value for a field.
    pub(crate) fn value(&self, field: &Field) -> Value {
        match field.kind {
            _ if field.name == "product_sku" => json!("SAMPLE"),
            Kind::Text(max) | Kind::Blank(max) | Kind::Secret(max) => {
                json!(format!("t{}", unique()).chars().take(max).collect::<String>())
            }
            Kind::Int(min, _) => json!(min),
            Kind::Bool => json!(true),
            Kind::Choice(words) => json!(words[0]),
            Kind::Status => json!("400"),
            Kind::Object => json!({"a": 1}),
            Kind::Any => json!("anything"),
            Kind::Time => json!(self.shop.server.time(0)),
            Kind::Decimal => json!("1.50"),
            Kind::Pks => json!([]),
            Kind::Rows(fields, _) => json!([self.row(fields)]),
            Kind::One(fields) => self.row(fields),
            Kind::Pk => match field.name {
                "stock_list" => json!(self.shop.list),
                "channel" => json!(self.channel),
                "product" => json!(self.product),
                other => panic!("teach samples.rs which object the field {other} names"),
            },
        }
    }

    /// Sends a good request to one path of a route.
    pub(crate) async fn send(&self, route: &Route, path: &str, caller: &Client) -> Answer {
        let path = self.path(route, path, caller).await;
        let body = match (route.reading, route.body) {
            (Reading::InPieces, _) if route.path.contains("{id}") => Body::Raw("text/csv", SAMPLE_FILE.to_vec()),
            (Reading::InPieces, _) => Body::Raw("text/csv", b"name\nSample list\n".to_vec()),
            (Reading::Whole, Some(_)) => Body::Json(self.body(route)),
            (Reading::Whole, None) => Body::None,
        };
        caller.send(route.method.as_str(), &path, body).await
    }
}

/// Hashing takes its time on purpose; once is enough.
fn password_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash(PASSWORD)).clone()
}

/// Every route with each of its paths.
pub(crate) fn all_paths() -> Vec<(Arc<Route>, String)> {
    let each = |route: Arc<Route>| route.paths().into_iter().map(move |path| (route.clone(), path));
    routes().into_iter().map(Arc::new).flat_map(each).collect()
}
