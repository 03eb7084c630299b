//! What a request has and no route reads: fields of bodies, parameters of queries. For every route, as the table has
//! it.

use onhand::api::routes;
use onhand::auth::Role;
use onhand::http::route::{Mount, Reading, Route};
use onhand::wire::field::{Field, FieldKind};
use serde_json::{Value, json};

use crate::client::{Answer, Body};
use crate::files::finished;
use crate::samples::{Samples, all_paths};
use crate::shop::{Shop, id};

/// Routes that only Onhand has. On the others the vendor's clients send what they like.
const OWN: &[&str] = &[
    "POST auth/tokens",
    "POST auth/password",
    "POST saved_views",
    "PATCH saved_views/{id}",
    "GET stock_list/{id}/sums",
    "POST stock_list/{id}/sums",
    "POST product_stock/{id}/adjust",
    "POST product_stocks/{id}/adjust",
    "POST product_stocks/adjust",
    "GET stock_transfers",
    "GET stock_transfers/{id}",
    "POST stock_transfers",
    "GET stock_health",
    "POST stock_health/settle",
    "DELETE product_stocks/{id}",
    "GET product_stocks/{id}/explain",
    "GET product_stocks/{id}/at",
    "POST product_stocks/{id}/movements/{movement}/undo",
    "POST stock_list/{id}/excel_import/{cache_key}/apply",
    "POST stock_list/{id}/excel_import/{cache_key}/undo",
    "POST stock_list/{id}/bulk",
    "POST stock_list/{id}/excel_import/{cache_key}/columns",
    "POST price_list/{id}/excel_import/{cache_key}/apply",
    "POST price_list/{id}/excel_import/{cache_key}/undo",
    "POST price_list/{id}/excel_import/{cache_key}/columns",
    "POST reservations/{id}/extend",
    "POST reservations/{id}/release",
    "POST reservations/{id}/confirm",
    "POST oms/stock-counts",
    "POST oms/orders/{id}/plan",
    "POST oms/moves/{id}/register",
    "POST oms/moves/register",
    "GET search",
    "POST data_sources/{id}/refresh",
    "POST data_source_mappings/remove",
    "POST webhooks/{id}/secret",
    "POST webhooks/{id}/test",
    "GET webhooks/{id}/deliveries",
    "POST webhooks/{id}/deliveries/{delivery}/redeliver",
    "POST webhooks/{id}/redeliver",
    "GET events",
];

fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

#[test]
fn routes_that_only_onhand_has_are_written_down() {
    let own: Vec<String> = routes().iter().filter(|route| route.own).map(name).collect();
    assert_eq!(own, OWN);
}

/// Puts a field that no table reads into a body, and into each object in it that has a table of its own. How the answer
/// names them.
fn spoil(body: &mut Value, fields: &[Field], path: &str) -> Vec<String> {
    let mut named = Vec::new();
    for field in fields {
        match (field.kind, body.get_mut(field.name)) {
            (FieldKind::Rows(inner, _), Some(Value::Array(rows))) if !rows.is_empty() => {
                named.extend(spoil(&mut rows[0], inner, &format!("{path}{}[0].", field.name)));
            }
            (FieldKind::One(inner), Some(value @ Value::Object(_))) => {
                named.extend(spoil(value, inner, &format!("{path}{}.", field.name)));
            }
            _ => {}
        }
    }
    body["stok"] = json!(1);
    named.push(format!("{path}stok"));
    named
}

fn ignored(answer: &Answer) -> Vec<String> {
    let text = answer.header("onhand-ignored-fields").unwrap_or_default();
    text.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_field_that_nobody_reads_is_named_or_refused() {
    let samples = Samples::open().await;
    for (route, path) in all_paths().into_iter().filter(|(route, _)| route.body.is_some()) {
        let fields = route.body.expect("as filtered");
        for handling in ["strict", "lenient", ""] {
            let caller = samples.client(Role::Admin).await;
            let (path, body) = samples.request(&route, &path, &caller).await;
            let mut body = body.expect("as filtered");
            let mut expected = spoil(&mut body, fields, "");
            expected.sort();
            let caller =
                if handling.is_empty() { caller } else { caller.with("Prefer", format!("handling={handling}")) };
            let before = samples.shop.server.dump().await;
            let answer = caller.send(route.method.as_str(), &path, Body::Json(body)).await;
            let applied = answer.header("preference-applied").map(str::to_owned);
            assert_eq!(applied, (!handling.is_empty()).then(|| format!("handling={handling}")), "{answer:?}");
            if handling == "strict" || handling.is_empty() && route.own {
                assert_eq!((answer.status, ignored(&answer).len()), (400, 0), "{}: {answer:?}", name(&route));
                let said = json!(["This field is not known here."]);
                assert_eq!(answer.body["stok"], said, "{answer:?}");
                for nested in expected.iter().filter_map(|path| path.strip_suffix("[0].stok")) {
                    assert_eq!(answer.body[nested][0]["stok"], said, "{answer:?}");
                }
                assert_eq!(samples.shop.server.dump().await, before, "{}", name(&route));
            } else {
                assert!(
                    route.answers.iter().any(|(status, _)| *status == answer.status),
                    "{}: {answer:?}",
                    name(&route)
                );
                let mut found = ignored(&answer);
                found.sort();
                assert_eq!(found, expected, "{}: {answer:?}", name(&route));
                // What goes on in the background would change the database under the next request.
                if let Some(key) = answer.body["cache_key"].as_str() {
                    finished(&caller, key).await;
                }
            }
        }
    }
    samples.shop.server.verify().await;
}

/// Every answer says so, a rejection too; and nothing is said where all was read.
#[tokio::test]
async fn refusals_name_what_was_not_read_too() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 5).await;
    let path = format!("/api/v1/product_stock/{shirt}/");
    let answer = shop.erp.patch(&path, json!({"stok": 7, "stock": -1})).await;
    assert_eq!(ignored(&answer), ["stok"]);
    answer.faults(&["stock"]);
    let answer = shop.erp.clone().with("Prefer", "handling=strict").patch(&path, json!({"stok": 7, "stock": -1})).await;
    answer.faults(&["stock", "stok"]);
    let answer = shop.erp.patch(&path, json!({"stock": 7, "id": shirt})).await;
    assert_eq!((answer.status, ignored(&answer)), (200, Vec::new()), "what the path says may be said again");

    let order = shop.order("SHIRT", 1).await;
    let (order, line) = (id(&order), crate::shop::item(&order));
    let answer = shop.erp.patch(&format!("/api/v1/orders/{order}/"), json!({"is_send": true, "status": "550"})).await;
    assert_eq!((answer.status, ignored(&answer)), (200, vec!["status".to_owned()]));
    let strict = shop.erp.clone().with("Prefer", "respond-async, handling=strict");
    let faults =
        strict.patch(&format!("/api/v1/order_items/{line}/"), json!({"quantity": 5})).await.faults(&["quantity"]);
    assert_eq!(faults["quantity"], json!(["This field cannot be written here."]));

    let rows = json!([{"product_sku": "A", "stock_list": shop.list, "stok": 5}, {"product_sku": "B", "stock_list": shop.list}]);
    let answer = shop.erp.post("/api/v1/product_stock/", rows.clone()).await;
    assert_eq!((answer.status, ignored(&answer)), (201, vec!["[0].stok".to_owned()]));
    let faults = strict.post("/api/v1/product_stock/", rows).await.expect(400);
    assert_eq!(faults, json!([{"stok": ["This field is not known here."]}, {}]));
}

#[tokio::test]
async fn a_parameter_that_a_route_does_not_have_is_refused() {
    let samples = Samples::open().await;
    for (route, path) in all_paths().into_iter().filter(|(route, _)| route.under != Mount::Root) {
        let caller = samples.client(Role::Admin).await;
        let (path, body) = samples.request(&route, &path, &caller).await;
        let body = || match (route.reading, &body) {
            (Reading::InPieces, _) => Body::Raw("text/csv", b"product_sku,stock\nSAMPLE,1\n".to_vec()),
            (Reading::Whole, Some(body)) => Body::Json(body.clone()),
            (Reading::Whole, None) => Body::None,
        };
        let sign = if path.contains('?') { '&' } else { '?' };
        let before = samples.shop.server.dump().await;
        let answer = caller.send(route.method.as_str(), &format!("{path}{sign}no_such=1"), body()).await;
        answer.faults(&["no_such"]);
        assert_eq!(samples.shop.server.dump().await, before, "{}", name(&route));
        if route.method == "GET" && route.formats.is_empty() {
            let plain = caller.get(&path).await.status;
            let answer = caller.get(&format!("{path}{sign}format=json")).await;
            assert_eq!(answer.status, plain, "{}: {answer:?}", name(&route));
            caller.get(&format!("{path}{sign}format=xml")).await.faults(&["format"]);
        }
    }
}

/// The vendor's tables list ids of paths as parameters of the query: said again, they agree.
#[tokio::test]
async fn the_id_of_a_path_may_stand_in_the_query_too() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 5).await;
    let path = format!("/api/v1/product_stock/{shirt}/");
    for name in ["id", "pk", "product_stock_id"] {
        shop.erp.get(&format!("{path}?{name}={shirt}")).await.ok();
        shop.erp.get(&format!("{path}?{name}=1")).await.faults(&[name]);
    }
    shop.erp.get(&format!("{path}?order_item_id={shirt}")).await.faults(&["order_item_id"]);
    shop.erp.get(&format!("{path}movements/?product_stock_id={shirt}")).await.ok();
    shop.erp.get(&format!("{path}movements/?offset=5")).await.faults(&["offset"]);
    for page in ["/healthz?probe=1", "/readyz?probe=1", "/metrics?x=1", "/api/docs/?x=1"] {
        assert_eq!(shop.erp.get(page).await.status, 200, "{page}");
    }
}
