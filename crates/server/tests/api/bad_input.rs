//! Bad input, everywhere: every field of every body, every filter of every list, every id in a path.
//!
//! Promises: each is 4xx in the wire's form, naming what is wrong, and changes nothing; the client itself checks that
//! no answer is a 5xx and every error body is JSON. A new field, filter or route is swept by itself.

use std::collections::HashMap;
use std::mem::discriminant;
use std::sync::Arc;

use onhand::api::{resources, routes};
use onhand::auth::Role;
use onhand::http::route::{Reading, Route};
use onhand::wire::field::{Field, FieldKind};
use onhand::wire::filter::Kind as FilterKind;
use serde_json::{Value, json};

use crate::client::{Answer, Body, Client};
use crate::poison::{Verdict, refused, values, verdict};
use crate::samples::{Samples, all_paths};
use crate::shop::long;

/// One field of one body, at the top or within another field.
struct Spot {
    route: Arc<Route>,
    path: String,
    field: &'static Field,
    /// The field whose rows, or whose object, it is in.
    under: Option<&'static Field>,
    /// How many fields of its kind came before it.
    earlier: usize,
}

/// Fields of each kind that every value is tried on. One reader reads all fields of a kind, so that the others take turns
/// at the values, of which each has so many parts.
const TRIED_WHOLE: usize = 4;
const PARTS: usize = 4;

/// Every field of every body. Fields take turns at the paths of their route, which lead to the same handler.
async fn spots(samples: &Samples, caller: &Client) -> Vec<Spot> {
    let (mut found, mut kinds) = (Vec::new(), HashMap::new());
    // A resource with all six routes has one table and one reader for the three that have a body.
    let again = |route: &Route| {
        let resource = route.path.strip_suffix("/{id}").unwrap_or(route.path);
        route.method != "POST" && resources().any(|(_, one)| one.paths.0 == resource)
    };
    for route in routes().into_iter().filter(|route| !again(route)).map(Arc::new) {
        let paths = route.paths();
        for (turn, field) in route.body.unwrap_or_default().iter().enumerate() {
            let path = samples.path(&route, &format!("{}/", paths[turn % paths.len()]), caller).await;
            let mut spot = |field: &'static Field, under| {
                let earlier: &mut usize = kinds.entry(discriminant(&field.kind)).or_default();
                *earlier += 1;
                Spot { route: route.clone(), path: path.clone(), field, under, earlier: *earlier - 1 }
            };
            found.push(spot(field, None));
            if let FieldKind::Rows(fields, _) | FieldKind::One(fields) = field.kind {
                found.extend(fields.iter().map(|inner| spot(inner, Some(field))));
            }
        }
    }
    assert!(found.len() > 100, "the tables have fields");
    found
}

/// What is in a field with fields of its own: the first row, or the object.
fn inner<'v>(value: &'v mut Value, outer: &Field) -> &'v mut Value {
    match outer.kind {
        FieldKind::Rows(..) => &mut value[0],
        _ => value,
    }
}

impl Spot {
    /// The odd values that are tried here.
    fn values(&self) -> impl Iterator<Item = Value> {
        let earlier = self.earlier;
        let is_tried = move |(at, _): &(usize, Value)| earlier < TRIED_WHOLE || (at + earlier).is_multiple_of(PARTS);
        values().into_iter().enumerate().filter(is_tried).map(|(_, value)| value)
    }

    /// A good body with this value in the spot.
    fn body(&self, samples: &Samples, value: Value) -> Value {
        let mut body = samples.body(&self.route);
        let place = match self.under {
            Some(outer) => &mut inner(&mut body[outer.name], outer)[self.field.name],
            None => &mut body[self.field.name],
        };
        *place = value;
        body
    }

    /// The answer blames this spot and nothing else.
    fn blamed(&self, answer: Answer) {
        match self.under {
            Some(outer) => {
                let mut faults = answer.faults(&[outer.name]);
                let found = inner(&mut faults[outer.name], outer).as_object().expect("faults").keys();
                assert_eq!(found.collect::<Vec<_>>(), [self.field.name]);
            }
            None => _ = answer.faults(&[self.field.name]),
        }
    }

    async fn send(&self, caller: &Client, body: Body) -> Answer {
        caller.send(self.route.method.as_str(), &self.path, body).await
    }
}

#[tokio::test]
async fn every_field_refuses_what_its_table_forbids() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    let spots = spots(&samples, &caller).await;
    let before = samples.shop.server.dump().await;
    let mut sent = 0;
    for spot in &spots {
        for value in spot.values().filter(|value| verdict(spot.field, value) == Verdict::Refused) {
            let body = spot.body(&samples, value);
            spot.blamed(spot.send(&caller, Body::Json(body)).await);
            sent += 1;
        }
    }
    assert!(sent > 1_500, "{sent}");
    assert_eq!(samples.shop.server.dump().await, before);
}

/// What is odd and permitted, or names an object that may not be there, breaks nothing.
#[tokio::test]
async fn odd_values_that_are_permitted_break_nothing() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    for spot in spots(&samples, &caller).await {
        for value in spot.values() {
            let verdict = verdict(spot.field, &value);
            if verdict == Verdict::Refused || spot.route.path == "auth/login" {
                continue;
            }
            let answer = spot.send(&caller, Body::Json(spot.body(&samples, value))).await;
            // A number is taken, a SKU cannot be changed, a list does not exist: all of them are answers.
            assert!(matches!(answer.status, 200 | 201 | 202 | 204 | 400 | 406 | 412), "{answer:?}");
            // The keys of reasons are lines, a mapping has its own, and what is expected has numbers: objects of their own.
            if matches!(spot.field.kind, FieldKind::Any | FieldKind::Object | FieldKind::Decimal)
                && !["reasons", "mapping", "expected"].contains(&spot.field.name)
            {
                // An odd level before may have left too little for an order; no fault of its form is 406.
                assert!(matches!(answer.status, 200 | 201 | 406), "{}: {answer:?}", spot.field.name);
            }
        }
    }
    samples.shop.server.verify().await;
}

#[tokio::test]
async fn all_faults_of_a_body_are_said_at_once() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    for (route, path) in all_paths() {
        let Some(fields) = route.body else { continue };
        let path = samples.path(&route, &path, &caller).await;
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let spoilt: Value = fields.iter().map(|field| (field.name.to_owned(), refused(field))).collect();
        let before = samples.shop.server.dump().await;
        caller.send(route.method.as_str(), &path, Body::Json(spoilt)).await.faults(&names);
        for field in fields {
            if let FieldKind::One(inner) = field.kind {
                let mut body = samples.body(&route);
                body[field.name] = inner.iter().map(|field| (field.name.to_owned(), refused(field))).collect();
                let faults = caller.send(route.method.as_str(), &path, Body::Json(body)).await.faults(&[field.name]);
                let found = faults[field.name].as_object().expect("faults").keys().collect::<Vec<_>>();
                assert_eq!(found, inner.iter().map(|field| field.name).collect::<Vec<_>>());
            }
            let FieldKind::Rows(inner, _) = field.kind else { continue };
            let row: Value = inner.iter().map(|field| (field.name.to_owned(), refused(field))).collect();
            let mut body = samples.body(&route);
            body[field.name] = json!([row, samples.row(inner), 5, {}]);
            let faults = caller.send(route.method.as_str(), &path, Body::Json(body)).await.faults(&[field.name]);
            let keys = |row: usize| faults[field.name][row].as_object().expect("faults").keys().collect::<Vec<_>>();
            assert_eq!(keys(0), inner.iter().map(|field| field.name).collect::<Vec<_>>());
            assert!(keys(1).is_empty() && keys(2) == ["non_field_errors"], "{faults}");
            let needed = inner.iter().filter(|field| field.required).map(|field| field.name);
            // A line may leave its list out where a catalog chooses one, and is blamed for it where none does.
            let chosen = |name: &&String| name.as_str() == "stock_list" && route.path.contains("orders");
            let found = keys(3).into_iter().filter(|name| !chosen(name));
            assert_eq!(found.collect::<Vec<_>>(), needed.collect::<Vec<_>>());
        }
        let needed: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        if route.whole && !needed.is_empty() {
            for empty in [Body::Json(json!({})), Body::None, Body::Raw("application/json", Vec::new())] {
                caller.send(route.method.as_str(), &path, empty).await.faults(&needed);
            }
        }
        assert_eq!(samples.shop.server.dump().await, before);
    }
}

/// Things that no JSON value can be, in the place of every field.
#[tokio::test]
async fn every_field_refuses_what_is_no_json() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let broken: [&[u8]; 9] =
        [b"NaN", b"1e400", b"-Infinity", b"'x'", b"01", b"\"\\ud800\"", b"\"\xff\xfe\"", b"\"a\nb\"", deep.as_bytes()];
    let spots = spots(&samples, &caller).await;
    let before = samples.shop.server.dump().await;
    for spot in &spots {
        let text = spot.body(&samples, json!("@@")).to_string();
        let (head, tail) = text.split_once("\"@@\"").expect("the marked place");
        for wrong in broken {
            let bytes = [head.as_bytes(), wrong, tail.as_bytes()].concat();
            let faults = spot.send(&caller, Body::Raw("application/json", bytes)).await.expect(400);
            assert!(faults["detail"].as_str().is_some_and(|text| text.starts_with("JSON parse error")), "{faults}");
        }
    }
    assert_eq!(samples.shop.server.dump().await, before);
}

/// Form fields are texts; they are checked by the same tables.
#[tokio::test]
async fn form_fields_are_refused_like_json() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    let spots = spots(&samples, &caller).await;
    let before = samples.shop.server.dump().await;
    for spot in spots.iter().filter(|spot| spot.under.is_none()) {
        for text in ["", " ", "x", "2147483648", "NaN", "a\0b", "{\"a\":", &long(100_000)] {
            if verdict(spot.field, &json!(text)) != Verdict::Refused {
                continue;
            }
            let mut form = form_urlencoded::Serializer::new(String::new());
            for (name, value) in samples.body(&spot.route).as_object().expect("a body") {
                if name != spot.field.name {
                    form.append_pair(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                }
            }
            let bytes = form.append_pair(spot.field.name, text).finish().into_bytes();
            let body = Body::Raw("application/x-www-form-urlencoded", bytes);
            let faults = spot.send(&caller, body).await.expect(400);
            let faults = &faults[spot.field.name];
            assert!(faults.is_array() || faults.is_object(), "{}: {faults}", spot.field.name);
        }
    }
    assert_eq!(samples.shop.server.dump().await, before);
}

#[tokio::test]
async fn bodies_that_are_no_object_are_refused() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    let deep = "{\"a\":".repeat(5_000);
    let bodies: [(&'static str, &[u8]); 20] = [
        (json, b"nonsense"),
        (json, b"{"),
        (json, b"[1, 2"),
        (json, b"{} {}"),
        (json, b"\"text\""),
        (json, b"5"),
        (json, b"true"),
        (json, b"null"),
        (json, b"[null]"),
        (json, b"[[]]"),
        (json, b"\x00\x01\x02\xff"),
        (json, b"\xef\xbb\xbf{}"),
        (json, b"\x1f\x8b\x08\x00"),
        (json, deep.as_bytes()),
        ("text/plain", b"hello"),
        ("nonsense", b"{'a': 1}"),
        (form, b"name=%ff&username=%ff&code=%ff"),
        (form, b"{\"name\": "),
        ("multipart/form-data", b"--B\r\n\r\nx\r\n--B--\r\n"),
        ("multipart/form-data; boundary=B", b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx"),
    ];
    for (route, path) in all_paths().into_iter().filter(|(route, _)| route.body.is_some()) {
        let path = samples.path(&route, &path, &caller).await;
        let before = samples.shop.server.dump().await;
        for (kind, bytes) in &bodies {
            let body = Body::Raw(kind, bytes.to_vec());
            let answer = caller.send(route.method.as_str(), &path, body).await;
            assert_eq!(answer.status, 400, "{kind} {:?}: {answer:?}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(samples.shop.server.dump().await, before, "{path}");
    }
}

/// The limit is a megabyte; the client gets to read so, even while it is still sending.
#[tokio::test]
async fn ten_megabytes_are_refused() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    let large = format!("{{\"extra_field\": {{\"a\": \"{}\"}}}}", long(10_000_000)).into_bytes();
    for (route, path) in
        all_paths().into_iter().filter(|(route, _)| route.method != "GET" && route.reading == Reading::Whole)
    {
        let path = samples.path(&route, &path, &caller).await;
        let before = samples.shop.server.dump().await;
        let body = Body::Raw("application/json", large.clone());
        let answer = caller.send(route.method.as_str(), &path, body).await;
        assert_eq!(answer.status, 413, "{answer:?}");
        assert_eq!(samples.shop.server.dump().await, before, "{path}");
    }
    let just_fits = json!({"sku": "BIG", "unknown": long(1_000_000)});
    caller.post("/api/v1/products/", just_fits).await.created();
}

#[tokio::test]
async fn ids_that_lead_nowhere_are_404() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    let wrong = [
        "0",
        "-1",
        "999999",
        "abc",
        "1.0",
        "+1",
        "1e3",
        "NaN",
        "null",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999999",
        "1%20",
        "%201",
        "1%00",
        "%D9%A1",
        "%ff",
        "1%20OR%201=1",
        "..",
        "%2e%2e",
        "1%2F2",
        "{id}",
        "*",
        "-9223372036854775808",
        &long(8_000),
        &"9".repeat(8_000),
    ];
    let before = samples.shop.server.dump().await;
    for (route, path) in all_paths().into_iter().filter(|(route, _)| route.path.contains('{')) {
        let (from, to) = (path.find('{').expect("a parameter"), path.find('}').expect("its end"));
        for id in wrong {
            let path = format!("{}{id}{}", &path[..from], &path[to + 1..]);
            let path = path.replace("{cache_key}", "1").replace("{movement}", "1").replace("{delivery}", "1");
            let body = if route.body.is_some() { Body::Json(samples.body(&route)) } else { Body::None };
            let answer = caller.send(route.method.as_str(), &path, body).await;
            // A client that tidies dots up asks for another path, which need not have this method.
            let dots = id.contains("..") || id.contains("%2e");
            assert!(answer.status == 404 || dots && matches!(answer.status, 200 | 405), "{answer:?}");
        }
    }
    assert_eq!(samples.shop.server.dump().await, before);
}

/// Wrong values for a look-up of a filter.
fn wrong_values(kind: FilterKind, lookup: &str) -> Vec<String> {
    let texts: &[&str] = match (kind, lookup) {
        (_, date) if date.starts_with("__date") => &["yesterday", "2026-02-30", "", "1", "20260101T"],
        (FilterKind::Int, "__in") => &["x", "1,x", "1,9223372036854775808", "1;2", "1.5"],
        (FilterKind::Int, _) => &["x", "", "1.5", "9223372036854775808", "NaN", "1e3", "0x1", "%D9%A1"],
        (FilterKind::Text | FilterKind::OrderedText | FilterKind::Folded | FilterKind::Linked, _) => &["a%00b"],
        (FilterKind::Bool, _) => &["", "2", "maybe", "-1", "null"],
        (FilterKind::Time, _) => &["", "yesterday", "2026-13-01", "2026-01-01T25:00:00Z", "31-12-2026", "0"],
        (FilterKind::Status, "__in") => &["1", "400,1", "zzz"],
        (FilterKind::Status, _) => &["", "1", "zzz", "400.0", "9223372036854775808"],
        (FilterKind::Choice(_) | FilterKind::Numbered(_), "__in") => &["zzz", "qty,zzz", "QTY"],
        (FilterKind::StockState, _) => &["", "zzz", "SOLD_OUT", "1"],
        (FilterKind::Choice(_) | FilterKind::Numbered(_) | FilterKind::LinkedWord(_), _) => &["", "zzz", "QTY"],
    };
    let mut all: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    if lookup == "__in" {
        all.push(vec!["1"; 1_001].join(","));
    }
    all
}

#[tokio::test]
async fn every_filter_refuses_wrong_values_and_every_list_unknown_filters() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    let mut kinds: HashMap<_, usize> = HashMap::new();
    for route in routes() {
        let (Some(filters), Some(path)) = (route.filters, route.paths().pop()) else { continue };
        let path = samples.path(&route, &path, &caller).await;
        let mut all_wrong = Vec::new();
        for filter in filters {
            for lookup in filter.lookups() {
                let name = format!("{}{lookup}", filter.name);
                let earlier = kinds.entry((discriminant(&filter.kind), *lookup)).or_default();
                *earlier += 1;
                let values = wrong_values(filter.kind, lookup).into_iter().enumerate();
                for (_, value) in
                    values.filter(|(at, _)| *earlier <= TRIED_WHOLE || (at + *earlier).is_multiple_of(PARTS))
                {
                    caller.get(&format!("{path}?{name}={value}")).await.faults(&[&name]);
                }
                all_wrong.push((format!("{name}={}", wrong_values(filter.kind, lookup)[0]), name));
            }
            for lookup in ["__regex", "__icontains", "__", "__in__in", "__exact__gt", "__date", "__isnull"] {
                let name = format!("{}{lookup}", filter.name);
                caller.get(&format!("{path}?{name}=1")).await.faults(&[&name]);
            }
        }
        for name in ["colour", "password_hash", "id;drop", "1=1 --", "\u{fc}", "__in"] {
            let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
            caller.get(&format!("{path}?{encoded}=1")).await.faults(&[name]);
        }
        for sort in ["colour", "--id", "-", "", "id,name", "id DESC", "password_hash"] {
            caller.get(&format!("{path}?sort={sort}")).await.faults(&["sort"]);
        }
        for cursor in ["zz", "0", "00", "ff", "313a", "313a73", "313a6978", "3a6931", "%00", "\u{fc}"] {
            caller.get(&format!("{path}?cursor={cursor}")).await.faults(&["cursor"]);
        }
        let (query, names): (Vec<String>, Vec<String>) = all_wrong.into_iter().unzip();
        let names: Vec<&str> = names.iter().map(String::as_str).chain(["sort", "limit"]).collect();
        caller.get(&format!("{path}?{}&sort=x&limit=x", query.join("&"))).await.faults(&names);
    }
}

/// A cursor of one sort used with another finds something or is rejected; it is never a fault of the server. A number
/// is no position among texts, nor the other way round.
#[tokio::test]
async fn a_cursor_of_another_sort_breaks_nothing() {
    let samples = Samples::open().await;
    let caller = samples.client(Role::Admin).await;
    for number in 0..3 {
        samples.shop.stock(&format!("S{number}"), number).await;
    }
    let sorts = ["pk", "stock", "product_sku", "modified_date", "-product_sku"];
    let is_text = |sort: &str| sort.ends_with("sku");
    for from in sorts {
        let page = caller.get(&format!("/api/v1/product_stocks/?limit=1&cursor=&sort={from}")).await.ok();
        let next = page["next"].as_str().expect("more rows").to_owned();
        let cursor = next.rsplit("cursor=").next().expect("a cursor");
        for to in sorts {
            let answer = caller.get(&format!("/api/v1/product_stocks/?limit=1&cursor={cursor}&sort={to}")).await;
            assert!(matches!(answer.status, 200 | 400), "{from} as {to}: {answer:?}");
            if is_text(from) != is_text(to) {
                answer.faults(&["cursor"]);
            }
        }
    }
    let with_null = "313a730061";
    let answer = caller.get(&format!("/api/v1/product_stocks/?cursor={with_null}&sort=product_sku")).await;
    answer.faults(&["cursor"]);
}
