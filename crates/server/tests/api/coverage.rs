//! Every route of the table: who may, what it answers, with and without the slash, and that some test names it.
//!
//! A new route is swept by itself; it fails here until the table below says who may call it and a test calls it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use onhand::api::{resources, routes};
use onhand::auth::{Permission, Role};
use onhand::http::route::{Answer as Described, Mount, Route};
use onhand::wire::response_schema::{PropertyType, ResponseSchema};
use serde_json::Value;

use crate::client::{Body, TestServer, parsed};
use crate::samples::{Samples, all_paths};

const ANYONE: &str = "-";
const ALL: &str = "admin integration channel viewer";
const WRITERS: &str = "admin integration";
const STAFF: &str = "admin integration viewer";
const SELLERS: &str = "admin integration channel";
const ADMINS: &str = "admin";

/// Who may call what, written down a second time on purpose: a changed permission is to be noticed.
const WHO: &[(&str, &str)] = &[
    ("POST auth/login", ANYONE),
    ("POST auth/logout", ALL),
    ("GET active_user", ALL),
    ("GET auth/tokens", ALL),
    ("POST auth/tokens", ALL),
    ("DELETE auth/tokens/{id}", ALL),
    ("POST auth/password", ALL),
    ("GET saved_views", ALL),
    ("POST saved_views", ALL),
    ("GET saved_views/{id}", ALL),
    ("PATCH saved_views/{id}", ALL),
    ("DELETE saved_views/{id}", ALL),
    ("GET search", ALL),
    ("GET content_types", ALL),
    ("GET content_types/{id}", ALL),
    ("GET products", ALL),
    ("POST products", WRITERS),
    ("GET products/{id}", ALL),
    ("PATCH products/{id}", WRITERS),
    ("DELETE products/{id}", WRITERS),
    ("GET category_nodes/{id}/detailed", ALL),
    ("GET product_categories/detailed", ALL),
    ("GET product_categories/{id}/detailed", ALL),
    ("GET retail_stores/detailed", ALL),
    ("GET retail_stores/{id}/detailed", ALL),
    ("GET stock_list", ALL),
    ("POST stock_list", WRITERS),
    ("GET stock_list/{id}", ALL),
    ("PATCH stock_list/{id}", WRITERS),
    ("DELETE stock_list/{id}", WRITERS),
    ("GET imports", STAFF),
    ("GET imports/{id}", STAFF),
    ("POST stock_list/{id}/excel_import", WRITERS),
    ("GET stock_list/{id}/excel_import", STAFF),
    ("POST stock_list/excel_import", WRITERS),
    ("GET stock_list/excel_import_status", STAFF),
    ("GET stock_list/{id}/excel_import/{cache_key}/columns", STAFF),
    ("POST stock_list/{id}/excel_import/{cache_key}/columns", WRITERS),
    ("POST stock_list/{id}/excel_import/{cache_key}/apply", WRITERS),
    ("POST stock_list/{id}/excel_import/{cache_key}/undo", WRITERS),
    ("GET stock_list/{id}/excel_import/{cache_key}/result", STAFF),
    ("GET stock_list/excel_import/{cache_key}/result", STAFF),
    ("GET stock_list/{id}/excel_template", STAFF),
    ("GET stock_list/{id}/excel_import/{cache_key}/changes", STAFF),
    ("POST price_list/{id}/excel_import", WRITERS),
    ("GET price_list/{id}/excel_import", STAFF),
    ("GET price_list/{id}/excel_import/{cache_key}/columns", STAFF),
    ("POST price_list/{id}/excel_import/{cache_key}/columns", WRITERS),
    ("POST price_list/{id}/excel_import/{cache_key}/apply", WRITERS),
    ("POST price_list/{id}/excel_import/{cache_key}/undo", WRITERS),
    ("GET price_list/{id}/excel_import/{cache_key}/changes", STAFF),
    ("GET price_list/{id}/excel_import/{cache_key}/result", STAFF),
    ("GET price_list/{id}/excel_template", STAFF),
    ("POST stock_list/{id}/bulk", WRITERS),
    ("GET product_stock", ALL),
    ("GET product_stock/export", ALL),
    ("POST product_stock", WRITERS),
    ("GET product_stock/{id}", ALL),
    ("PATCH product_stock/{id}", WRITERS),
    ("GET product_stock/{id}/movements", ALL),
    ("GET product_stock/{id}/reservations", ALL),
    ("POST product_stock/{id}/adjust", WRITERS),
    ("GET product_stocks", ALL),
    ("GET product_stocks/export", ALL),
    ("POST product_stocks", WRITERS),
    ("GET product_stocks/{id}", ALL),
    ("PATCH product_stocks/{id}", WRITERS),
    ("GET product_stocks/{id}/movements", ALL),
    ("POST product_stocks/{id}/movements/{movement}/undo", WRITERS),
    ("GET product_stocks/{id}/reservations", ALL),
    ("GET product_stocks/{id}/explain", ALL),
    ("GET product_stocks/{id}/at", ALL),
    ("POST product_stocks/adjust", WRITERS),
    ("GET stock_transfers", STAFF),
    ("GET stock_transfers/{id}", STAFF),
    ("POST stock_transfers", WRITERS),
    ("DELETE product_stocks/{id}", WRITERS),
    ("GET stock_health", STAFF),
    ("POST stock_health/settle", WRITERS),
    ("GET stock_list/{id}/sums", ALL),
    ("POST stock_list/{id}/sums", ALL),
    ("POST product_stocks/{id}/adjust", WRITERS),
    ("GET orders", ALL),
    ("POST orders", WRITERS),
    ("POST create_orders", SELLERS),
    ("GET error_reports", ALL),
    ("POST error_reports", SELLERS),
    ("GET error_reports/{id}", ALL),
    ("POST error_reports/city", SELLERS),
    ("POST error_reports/township", SELLERS),
    ("POST error_reports/district", SELLERS),
    ("POST error_reports/distinct", SELLERS),
    ("GET place_reports", ALL),
    ("GET place_reports/{id}", ALL),
    ("GET operational_events", ALL),
    ("POST operational_events", SELLERS),
    ("GET operational_events/{id}", ALL),
    ("GET orders/{id}", ALL),
    ("PATCH orders/{id}", WRITERS),
    ("POST orders/{id}/cancel", SELLERS),
    ("GET order_number/{number}", ALL),
    ("GET reservations", ALL),
    ("POST reservations", SELLERS),
    ("GET reservations/{id}", ALL),
    ("PATCH reservations/{id}", SELLERS),
    ("POST reservations/{id}/extend", SELLERS),
    ("POST reservations/{id}/release", SELLERS),
    ("POST reservations/{id}/confirm", SELLERS),
    ("GET order_items", ALL),
    ("GET order_items/{id}", ALL),
    ("PATCH order_items/{id}", SELLERS),
    ("POST order_items/{id}/create_mapping", WRITERS),
    ("GET order_items/{id}/create_mapping", ALL),
    ("GET integration_mappings", ALL),
    ("GET product_stocks/inserts", ALL),
    ("GET product_stocks/updates", ALL),
    ("GET stock_lists", ALL),
    ("GET price_lists", ALL),
    ("GET extra_product_stocks", ALL),
    ("GET extra_product_stocks/inserts", ALL),
    ("GET extra_product_stocks/updates", ALL),
    ("GET product_prices/inserts", ALL),
    ("GET product_prices/updates", ALL),
    ("GET extra_product_prices", ALL),
    ("GET extra_product_prices/inserts", ALL),
    ("GET extra_product_prices/updates", ALL),
    ("GET mapped_products/{id}", ALL),
    ("GET attribute_configs", ALL),
    ("GET attribute_configs/detailed", ALL),
    ("GET product_images", ALL),
    ("GET product_images/inserts", ALL),
    ("GET product_images/updates", ALL),
    ("GET products/inserts", ALL),
    ("GET products/updates", ALL),
    ("GET products/inserts_or_updates", ALL),
    ("GET orders/updates", ALL),
    ("GET cancellation_requests/updates", ALL),
    ("GET catalogs/{id}/availability", ALL),
    ("GET availability", ALL),
    ("GET changes", ALL),
    ("GET lag", ALL),
    ("GET batch_requests", ALL),
    ("POST batch_requests", SELLERS),
    ("GET batch_requests/{id}", ALL),
    ("PATCH batch_requests/{id}", SELLERS),
    ("PUT batch_requests/{id}", SELLERS),
    ("DELETE batch_requests/{id}", SELLERS),
    ("GET integration_actions", ALL),
    ("POST integration_actions", SELLERS),
    ("GET integration_actions/deleted", ALL),
    ("GET integration_actions/{id}", ALL),
    ("PATCH integration_actions/{id}", SELLERS),
    ("DELETE integration_actions/{id}", SELLERS),
    ("GET failed_integrations", ALL),
    ("PATCH failed_integrations", SELLERS),
    ("GET failed_integrations/{id}", ALL),
    ("PATCH failed_integrations/{id}", SELLERS),
    ("GET oms/stocklocations/list-simple", STAFF),
    ("GET oms/packages", STAFF),
    ("GET oms/packages/{id}", STAFF),
    ("POST oms/packages/{id}/command", WRITERS),
    ("GET oms/packages/package-items", STAFF),
    ("GET oms/packages/package-items/{id}", STAFF),
    ("GET oms/transfer_orders", STAFF),
    ("GET oms/transfer_orders/{id}", STAFF),
    ("POST oms/transfer_orders/{id}/command", WRITERS),
    ("GET oms/inventory-discrepancies", STAFF),
    ("GET oms/inventory-discrepancies/{id}", STAFF),
    ("POST oms/inventory-discrepancies/remove", WRITERS),
    ("GET oms/stock-counts", STAFF),
    ("GET oms/stock-counts/{id}", STAFF),
    ("POST oms/stock-counts", WRITERS),
    ("POST oms/orders/{id}/plan", WRITERS),
    ("GET oms/moves", STAFF),
    ("GET oms/moves/{id}", STAFF),
    ("POST oms/moves/{id}/register", WRITERS),
    ("POST oms/moves/register", WRITERS),
    ("GET oms/short-items", STAFF),
    ("GET oms/unplanned-items", STAFF),
    ("GET oms/query-stock-availability", STAFF),
    ("POST data_sources/{id}/refresh", WRITERS),
    ("POST data_source_mappings/remove", WRITERS),
    ("POST webhooks/{id}/secret", ADMINS),
    ("POST webhooks/{id}/test", ADMINS),
    ("GET webhooks/{id}/deliveries", ADMINS),
    ("POST webhooks/{id}/deliveries/{delivery}/redeliver", ADMINS),
    ("POST webhooks/{id}/redeliver", ADMINS),
    ("GET events", STAFF),
    ("GET healthz", ANYONE),
    ("GET readyz", ANYONE),
    ("GET metrics", ANYONE),
    ("GET api/schema", ANYONE),
    ("GET api/docs", ANYONE),
];

/// Who may do what with resources that have all six routes. Which permissions one of them asks for is in its area.
const WHO_RECORDS: &[(Permission, &str)] = &[
    (Permission::ReadStock, ALL),
    (Permission::ReadImports, STAFF),
    (Permission::WriteStock, WRITERS),
    (Permission::WriteCategories, SELLERS),
    (Permission::ReadOrders, ALL),
    (Permission::WriteOrders, SELLERS),
    (Permission::ManageOrders, WRITERS),
    (Permission::ReadFulfilment, STAFF),
    (Permission::WriteFulfilment, WRITERS),
    (Permission::SetUpChannel, "admin channel"),
    (Permission::Administer, ADMINS),
];

/// The six routes of every resource that has them, and who may call them.
fn records() -> impl Iterator<Item = (String, &'static str)> {
    resources().flat_map(|(places, resource)| {
        let resource = resource.paths.0;
        let [read, make, change] = [places.read.1, places.write.1, places.change].map(|permission| {
            let entry = WHO_RECORDS.iter().find(|(one, _)| *one == permission);
            entry.unwrap_or_else(|| panic!("say in WHO_RECORDS who has {permission:?}")).1
        });
        [
            (format!("GET {resource}"), read),
            (format!("POST {resource}"), make),
            (format!("GET {resource}/{{id}}"), read),
            (format!("PATCH {resource}/{{id}}"), change),
            (format!("PUT {resource}/{{id}}"), change),
            (format!("DELETE {resource}/{{id}}"), make),
        ]
    })
}

/// Every route, and who may call it.
fn callers() -> BTreeMap<String, &'static str> {
    let single = WHO.iter().map(|(route, who)| ((*route).to_owned(), *who));
    single.chain(records()).collect()
}

fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

fn who(route: &Route) -> &'static str {
    let entry = callers().get(&name(route)).copied();
    entry.unwrap_or_else(|| panic!("say in WHO who may call {}", name(route)))
}

#[test]
fn the_table_of_who_may_is_the_route_table() {
    let written: BTreeSet<String> = callers().into_keys().collect();
    assert_eq!(written, routes().iter().map(name).collect::<BTreeSet<_>>());
}

/// A path with something in place of each parameter.
fn filled(path: &str) -> String {
    let names = ["{channel}", "{id}", "{number}", "{cache_key}", "{movement}", "{delivery}"];
    names.into_iter().fold(path.to_owned(), |path, name| path.replace(name, "1"))
}

#[tokio::test]
async fn every_route_refuses_without_a_valid_token() {
    let server = TestServer::start().await;
    let strangers = [
        server.anonymous(),
        server.bearer("0123456789012345678901234567890123456789"),
        server.bearer("short"),
        server.anonymous().with("Authorization", "Bearer 0123456789012345678901234567890123456789"),
        server.anonymous().with("Authorization", "Token"),
        server.anonymous().with("Authorization", "Token \u{fc}"),
    ];
    for (route, path) in all_paths() {
        let path = filled(&path);
        for path in [path.clone(), format!("{path}/")] {
            for stranger in &strangers {
                let answer = stranger.send(route.method.as_str(), &path, Body::None).await;
                if who(&route) == ANYONE {
                    assert_ne!(answer.status, 401, "{answer:?}");
                } else {
                    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Token")), "{answer:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn each_role_may_do_what_its_permission_says_and_nothing_else() {
    let samples = Samples::open().await;
    let admin = samples.client(Role::Admin).await;
    for role in Role::ALL {
        let mut forbidden = Vec::new();
        for (route, path) in all_paths() {
            let may = [ANYONE, role.name()].iter().any(|word| who(&route).split(' ').any(|one| one == *word));
            assert_eq!(may, role.allows(route.permission), "{role}: {}", name(&route));
            if may {
                let caller = samples.client(role).await;
                let answer = samples.send(&route, &path, &caller).await;
                assert!(!matches!(answer.status, 401 | 403), "{role}: {answer:?}");
            } else {
                forbidden.push((route.method.clone(), samples.path(&route, &path, &admin).await, samples.body(&route)));
            }
        }
        let caller = samples.client(role).await;
        let before = samples.shop.server.dump().await;
        for (method, path, body) in forbidden {
            let answer = caller.send(method.as_str(), &path, Body::Json(body)).await;
            assert_eq!(answer.status, 403, "{role}: {answer:?}");
        }
        assert_eq!(samples.shop.server.dump().await, before, "{role}");
    }
    samples.shop.server.verify().await;
}

#[test]
fn only_what_must_be_public_is() {
    let public: Vec<_> = routes().iter().filter(|route| route.permission == Permission::Public).map(name).collect();
    let expected = ["POST auth/login", "GET healthz", "GET readyz", "GET metrics", "GET api/schema", "GET api/docs"];
    assert_eq!(public, expected);
}

#[tokio::test]
async fn every_route_answers_as_described_with_and_without_the_slash() {
    let samples = Samples::open().await;
    for (route, path) in all_paths() {
        for path in [path.clone(), format!("{path}/")] {
            let caller = samples.client(Role::Admin).await;
            let answer = samples.send(&route, &path, &caller).await;
            let described = route.answers.iter().find(|(status, _)| *status == answer.status);
            let (_, described) = described.unwrap_or_else(|| panic!("{} does not describe {answer:?}", name(&route)));
            let view = |v1: &'static ResponseSchema, i1: &'static ResponseSchema| {
                if path.starts_with("/api/i1/") { i1 } else { v1 }
            };
            match described {
                Described::One(v1, i1) => check(view(v1, i1), &answer.body, &name(&route)),
                Described::Page(v1, i1) => {
                    let keys: Vec<_> = answer.body.as_object().expect("a page").keys().map(String::as_str).collect();
                    assert_eq!(keys, ["count", "next", "previous", "results"], "{}", name(&route));
                    let rows = answer.body["results"].as_array().expect("rows");
                    rows.iter().for_each(|row| check(view(v1, i1), row, &name(&route)));
                }
                Described::Nothing => assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{answer:?}"),
                Described::File => assert!(!answer.bytes.is_empty(), "{answer:?}"),
                Described::Media(media_type) => {
                    let is = answer.header("content-type").is_some_and(|is| is.starts_with(media_type));
                    assert!(is && !answer.text.is_empty(), "{answer:?}");
                }
            }
            if route.many {
                let rows = Value::Array(vec![samples.body(&route), samples.body(&route)]);
                let answer = caller.post(&path, rows).await;
                let Described::One(v1, i1) = described else { panic!("rows are objects") };
                let rows = answer.body.as_array().expect("an array for an array");
                assert_eq!(rows.len(), 2);
                rows.iter().for_each(|row| check(view(v1, i1), row, &name(&route)));
            }
        }
    }
    samples.shop.server.verify().await;
}

/// The keys of an answer are the view's, in its order; where the view is open, the vendor's further fields follow.
fn check(view: &ResponseSchema, object: &Value, what: &str) {
    let fields = object.as_object().unwrap_or_else(|| panic!("{what}: {object} is no object"));
    let found: Vec<&str> = fields.keys().map(String::as_str).collect();
    let described: Vec<&str> = view.properties.iter().map(|property| property.name).collect();
    let compared = if view.open { &found[..described.len().min(found.len())] } else { &found[..] };
    assert_eq!(compared, described, "{what}: the view {}", view.name);
    for property in view.properties {
        let value = &fields[property.name];
        let fits = match property.kind {
            PropertyType::Int => value.is_i64(),
            PropertyType::IntOrNull => value.is_i64() || value.is_null(),
            PropertyType::Text => value.is_string(),
            PropertyType::TextOrNull => value.is_string() || value.is_null(),
            PropertyType::Ints => value.as_array().is_some_and(|ids| ids.iter().all(Value::is_i64)),
            PropertyType::BoolOrNull => value.is_boolean() || value.is_null(),
            PropertyType::Number => value.is_number() || value.is_null(),
            PropertyType::ObjectOrNull => value.is_object() || value.is_null(),
            PropertyType::Any => true,
            PropertyType::One(inner) => {
                check(inner, value, what);
                true
            }
            PropertyType::Bool => value.is_boolean(),
            PropertyType::Object => value.is_object(),
            PropertyType::Time => parsed(value).micros() > 0,
            PropertyType::TimeOrNull => value.is_null() || parsed(value).micros() > 0,
            PropertyType::Texts => value.as_array().is_some_and(|texts| texts.iter().all(Value::is_string)),
            PropertyType::List(inner) => {
                let rows = value.as_array().unwrap_or_else(|| panic!("{what}: {value} is no list"));
                rows.iter().for_each(|row| check(inner, row, what));
                true
            }
        };
        assert!(fits, "{what}: {}.{} is {value}", view.name, property.name);
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_405_and_names_those_it_has() {
    let server = TestServer::start().await;
    let admin = server.client(Role::Admin).await;
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (route, path) in all_paths() {
        methods.entry(path).or_default().insert(route.method.to_string());
    }
    for (path, has) in methods {
        let path = filled(&path);
        for path in [path.clone(), format!("{path}/")] {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
                if has.contains(method) {
                    continue;
                }
                let answer = admin.send(method, &path, Body::None).await;
                assert_eq!(answer.status, 405, "{answer:?}");
                assert_eq!(answer.body["detail"], format!("Method \"{method}\" not allowed."));
                let allow = answer.header("allow").unwrap_or_default();
                let allow: BTreeSet<String> = allow.split(',').map(|one| one.trim().to_owned()).collect();
                assert!(has.is_subset(&allow) && !allow.contains(method), "{path}: {allow:?} for {has:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_head_request_answers_as_get_without_the_body() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    for (route, path) in all_paths().into_iter().filter(|(route, _)| route.method == "GET") {
        let path = samples.path(&route, &path, &caller).await;
        let (get, head) = (caller.get(&path).await, caller.send("HEAD", &path, Body::None).await);
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{head:?}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}

#[tokio::test]
async fn paths_that_are_not_there_are_404_as_json() {
    let server = TestServer::start().await;
    let admin = server.client(Role::Admin).await;
    for path in ["/api", "/api/", "/api/v1/", "/api/v2/orders/", "/api/v1//orders/", "//", "/%ff"] {
        for method in ["GET", "POST", "DELETE"] {
            let answer = admin.send(method, path, Body::None).await;
            assert_eq!((answer.status, &answer.body["detail"]), (404, &"Not found.".into()), "{answer:?}");
        }
    }
    assert_eq!(admin.get("/api/v1/orders//").await.status, 404);
    for route in routes().iter().filter(|route| matches!(route.under, Mount::V1 | Mount::V1AndChannel)) {
        let path = format!("/api/i1/{}/", route.path.replace("{id}", "1"));
        assert_eq!(admin.send(route.method.as_str(), &path, Body::None).await.status, 404, "{path} is not under i1");
    }
}

/// The tests by resource: those in the areas' folders, and a few beside them. The sweeps are not among them: they call
/// every route, but look at none in particular.
fn sources() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api");
    let entries = |folder: &Path| {
        let entries = std::fs::read_dir(folder).expect("a folder of tests is read");
        entries.map(|entry| entry.expect("an entry is read").path()).collect::<Vec<_>>()
    };
    let areas = entries(&folder).into_iter().filter(|path| path.is_dir());
    let mut files: Vec<_> = areas.flat_map(|area| entries(&area)).collect();
    files.extend(["description.rs", "files.rs", "health.rs", "warehouse.rs"].map(|name| folder.join(name)));
    files.iter().map(|file| std::fs::read_to_string(file).expect("a file of tests is read")).collect()
}

#[test]
fn every_route_is_called_by_name_in_the_tests_of_its_resource() {
    let mut called: BTreeSet<String> = sources().iter().flat_map(|source| calls(source)).collect();
    // The sweep in resources.rs calls all six routes of every resource that has them, and looks at what they do.
    called.extend(records().map(|(route, _)| plain(&route)));
    let missing: Vec<String> = routes()
        .iter()
        .map(|route| format!("{} {}", route.method, plain(route.path)))
        .filter(|route| !called.contains(route))
        .collect();
    assert!(missing.is_empty(), "no test calls {missing:?}");
}

/// What a source calls: method and path of every `client.get("/api/v1/…")`.
fn calls(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let own = ["get", "post", "patch", "put", "delete"].map(|method| (method, method));
    // The rows of a list, or their ids, are got, too.
    for (call, method) in own.into_iter().chain([("rows", "get"), ("ids", "get")]) {
        for after in source.split(&format!(".{call}(")).skip(1) {
            let argument = after.trim_start().trim_start_matches("&format!(").trim_start();
            let Some(path) = argument.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
            let path = path.split('?').next().unwrap_or_default();
            let below = path.strip_prefix("/api/v1/").or(path.strip_prefix("/api/i1/")).unwrap_or(path);
            let below = plain(below.trim_matches('/'));
            let below = below.strip_prefix("channel/{}/").unwrap_or(&below);
            found.push(format!("{} {below}", method.to_uppercase()));
        }
    }
    found
}

/// A path with every parameter written `{}`.
fn plain(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment {
        parameter if parameter.starts_with('{') => "{}",
        other if !other.is_empty() && other.bytes().all(|byte| byte.is_ascii_digit()) => "{}",
        other => other,
    });
    segments.collect::<Vec<_>>().join("/")
}
