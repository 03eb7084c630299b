//! Stock locations, discrepancies, packages, transfers, counts: each route by itself, and what is wrong with requests.

use onhand::auth::Role;
use onhand::config::DiscrepancyRemove;
use serde_json::{Value, json};

use crate::client::{Body, Client, TestServer};
use crate::oms_floor::{figure, figures, gather, go, location, order, plan, run};
use crate::shop::{Shop, column, id, int};

/// A shop with two locations, of which the first comes first.
struct Two {
    shop: Shop,
    first: (i64, i64),
    second: (i64, i64),
}

impl Two {
    async fn open() -> Self {
        Self::of(Shop::open().await).await
    }

    async fn of(shop: Shop) -> Self {
        let first = location(&shop, json!({"erp_code": "WH001", "priority": 1, "tags": ["big", "cold"]})).await;
        let second = location(&shop, json!({"erp_code": "STORE01", "priority": 2})).await;
        Self { shop, first, second }
    }

    /// An order of one unit of X, not found at the first location; its discrepancy.
    async fn not_found(&self) -> Value {
        figure(&self.shop, "X", self.first.1, 5).await;
        self.lose("X").await
    }

    /// An order of one unit of a SKU, not found at the first location; its discrepancy.
    async fn lose(&self, sku: &str) -> Value {
        let order = order(&self.shop, &[(sku, self.first.1, 1)]).await;
        let planned = plan(&self.shop, &order, json!({})).await;
        let package = run(&self.shop, id(&planned["packages"][0]), json!({"slug": "not-found"})).await.ok();
        package["package_items"][0]["discrepancies"][0].clone()
    }

    async fn remove(&self, body: Value) -> crate::client::Answer {
        self.shop.erp.post("/api/v1/oms/inventory-discrepancies/remove/", body).await
    }
}

#[tokio::test]
async fn discrepancies_look_as_printed_and_are_removed() {
    let two = Two::open().await;
    let made = two.not_found().await;
    let erp = &two.shop.erp;
    let keys: Vec<_> = made.as_object().expect("an object").keys().map(String::as_str).collect();
    let printed = [
        "id",
        "reason",
        "created_date",
        "modified_date",
        "is_active",
        "stock_location",
        "package_item",
        "transfer_item",
    ];
    assert_eq!(keys[..printed.len()], printed, "what is printed comes first");
    let added =
        ["product", "product_sku", "stock_list", "quantity", "created_by", "end_reason", "ended_by", "ended_date"];
    assert_eq!(keys[printed.len()..], added);
    let product = erp.get("/api/v1/products/?sku=X").await.ok();
    assert_eq!(
        [&made["product"], &made["product_sku"], &made["stock_list"], &made["quantity"], &made["end_reason"]],
        [&product["results"][0]["pk"], &json!("X"), &json!(two.first.1), &json!(1), &Value::Null]
    );
    assert_eq!(
        (made["created_by"].as_i64() > Some(0), &made["ended_by"], &made["ended_date"]),
        (true, &Value::Null, &Value::Null)
    );
    assert_eq!((&made["reason"], &made["is_active"]), (&json!("out_of_stock"), &json!(true)));
    assert_eq!((int(&made["stock_location"]), &made["transfer_item"]), (two.first.0, &Value::Null));
    let line = erp.get(&format!("/api/v1/oms/packages/package-items/{}/", made["package_item"])).await.ok();
    assert_eq!((&line["discrepancies"], &line["unit_weight"]), (&json!([made]), &Value::Null));
    assert_eq!(erp.get(&format!("/api/v1/oms/inventory-discrepancies/{}", id(&made))).await.ok(), made);
    let page = erp.get("/api/v1/oms/inventory-discrepancies/").await.ok();
    assert_eq!((&page["count"], &page["results"]), (&json!(1), &json!([made])));
    assert_eq!(figures(&two.shop, "X", two.first.1).await, [5, 0, 0, 0], "what is not found is not sold");

    // From tomorrow on, or at another location: nothing goes.
    assert_eq!(two.remove(json!({"expired_date": "02-03-2026"})).await.status, 204);
    let elsewhere = json!({"expired_date": "2026-03-01", "stock_location": two.second.0});
    assert_eq!(two.remove(elsewhere).await.status, 204);
    let active = async || erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok()["count"].clone();
    assert_eq!(active().await, 1);
    let form = format!("expired_date=01-03-2026&stock_location={}", two.first.0).into_bytes();
    let form = Body::Raw("application/x-www-form-urlencoded", form);
    let removed = erp.send("POST", "/api/v1/oms/inventory-discrepancies/remove", form).await;
    assert_eq!((removed.status, removed.text.as_str()), (204, ""));
    assert_eq!(active().await, 0);
    let shown = erp.get(&format!("/api/v1/oms/inventory-discrepancies/{}/", id(&made))).await.ok();
    assert_eq!((&shown["is_active"], &shown["end_reason"]), (&json!(false), &json!("removed")), "it stays to be read");
    assert_eq!((&shown["ended_by"], shown["ended_date"].is_string()), (&made["created_by"], true));
    assert_eq!(figures(&two.shop, "X", two.first.1).await, [5, 1, 0, 4], "on sale again, but for who waited");
    assert_eq!(two.remove(json!({"expired_date": "2026-03-01T09:00:00Z"})).await.status, 204, "again");
    two.shop.server.verify().await;
}

/// Two discrepancies, of two days; which of them a removal of the second day leaves.
async fn left_by_removal(server: TestServer, key: Option<&str>) -> (Two, Vec<Value>) {
    let two = Two::of(Shop::on(server).await).await;
    two.not_found().await;
    two.shop.server.advance(24 * 3_600);
    figure(&two.shop, "Y", two.first.1, 5).await;
    two.lose("Y").await;
    let erp = key.map_or_else(|| two.shop.erp.clone(), |key| two.shop.erp.clone().with("Idempotency-Key", key));
    let body = json!({"expired_date": "02-03-2026"});
    assert_eq!(erp.post("/api/v1/oms/inventory-discrepancies/remove/", body).await.status, 204);
    let page = two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok();
    let left = column(&page, "product_sku");
    (two, left)
}

#[tokio::test]
async fn a_removal_goes_from_the_day_on_or_until_its_end_as_the_installation_says() {
    let (from, left) = left_by_removal(TestServer::start().await, None).await;
    assert_eq!(left, [json!("X")], "what was reported before that day stays");
    from.shop.server.verify().await;
    let server = TestServer::with(|config| config.discrepancy_remove = DiscrepancyRemove::Until).await;
    let (_, left) = left_by_removal(server, None).await;
    assert_eq!(left, Vec::<Value>::new());
}

/// It is 21:30 in UTC, and tomorrow in Istanbul.
#[tokio::test]
async fn the_day_of_a_removal_is_one_of_the_location() {
    let two = Two::open().await;
    two.shop.server.advance(13 * 3_600 + 1_800);
    two.not_found().await;
    let tomorrow = json!({"expired_date": "02-03-2026"});
    let active = async || {
        let page = two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok();
        int(&page["count"])
    };
    two.remove(tomorrow.clone()).await.expect(204);
    assert_eq!(active().await, 1, "the calendar is that of UTC");
    let list = format!("/api/v1/stock_list/{}/", two.first.1);
    two.shop.erp.patch(&list, json!({"time_zone": "Europe/Istanbul"})).await.ok();
    two.remove(tomorrow).await.expect(204);
    assert_eq!(active().await, 0);
}

#[tokio::test]
async fn a_repeated_removal_takes_nothing_that_was_reported_since() {
    let (two, left) = left_by_removal(TestServer::start().await, Some("once")).await;
    assert_eq!(left, [json!("X")]);
    two.lose("Y").await;
    let erp = two.shop.erp.clone().with("Idempotency-Key", "once");
    let path = "/api/v1/oms/inventory-discrepancies/remove/";
    let again = erp.post(path, json!({"expired_date": "02-03-2026"})).await;
    assert_eq!((again.status, again.text.as_str()), (204, ""));
    let page = two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok();
    assert_eq!(page["count"], 2, "the one of today is another one");
    erp.post(path, json!({"expired_date": "03-03-2026"})).await.expect(422);
    assert_eq!(
        two.remove(json!({"expired_date": "02-03-2026"})).await.status,
        204,
        "without the key it is another request"
    );
    let page = two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok();
    assert_eq!(column(&page, "product_sku"), [json!("X")]);
}

#[tokio::test]
async fn a_location_says_what_ends_its_discrepancies() {
    let two = Two::open().await;
    let erp = &two.shop.erp;
    let path = format!("/api/v1/oms/stocklocations/{}/", two.first.0);
    assert_eq!(erp.get(&path).await.ok()["discrepancy_ends"], "changed_level");
    erp.patch(&path, json!({"discrepancy_ends": "never"})).await.faults(&["discrepancy_ends"]);
    two.not_found().await;
    let figures = async || figures(&two.shop, "X", two.first.1).await;
    // By every entry point that writes levels.
    two.shop.server.advance(60);
    figure(&two.shop, "X", two.first.1, 5).await;
    assert_eq!(figures().await, [5, 0, 0, 0], "the ERP has learnt nothing");
    erp.patch(&path, json!({"discrepancy_ends": "removal_only"})).await.ok();
    figure(&two.shop, "X", two.first.1, 4).await;
    assert_eq!(figures().await, [4, 0, 0, 0]);
    let count = json!({"location": two.first.0, "lines": [{"sku": "X", "counted": 4}]});
    erp.post("/api/v1/oms/stock-counts/", count).await.created();
    assert_eq!(figures().await, [4, 0, 0, 0]);
    erp.patch(&path, json!({"discrepancy_ends": "any_level"})).await.ok();
    two.shop.server.advance(60);
    figure(&two.shop, "X", two.first.1, 4).await;
    assert_eq!(figures().await, [4, 1, 0, 3], "and the line that was short has its unit");
    let page = erp.get("/api/v1/oms/inventory-discrepancies/").await.ok();
    assert_eq!(column(&page, "end_reason"), [json!("level")]);
    two.shop.server.verify().await;
}

#[tokio::test]
async fn a_removal_without_a_good_date_removes_nothing() {
    let two = Two::open().await;
    let made = two.not_found().await;
    for wrong in ["31-02-2023", "10/10/2023", "", "yesterday", "2026-3-1", "99-99-9999", "1772352000"] {
        two.remove(json!({"expired_date": wrong})).await.faults(&["expired_date"]);
    }
    two.remove(json!({})).await.faults(&["expired_date"]);
    two.remove(json!({"expired_date": null, "stock_location": "x"})).await.faults(&["expired_date", "stock_location"]);
    let faults = two.remove(json!({"expired_date": "01-03-2026", "stock_location": 987_654})).await.expect(400);
    assert_eq!(faults, json!({"stock_location": ["Invalid pk \"987654\" - object does not exist."]}));
    two.remove(json!({"expired_date": "01-03-2026", "stock_location": "abc"})).await.faults(&["stock_location"]);
    assert_eq!(two.shop.erp.get("/api/v1/oms/inventory-discrepancies/").await.ok()["results"], json!([made]));
}

#[tokio::test]
async fn discrepancies_are_filtered() {
    let two = Two::open().await;
    let made = two.not_found().await;
    let count = async |query: &str| {
        let page = two.shop.erp.get(&format!("/api/v1/oms/inventory-discrepancies/?{query}")).await.ok();
        int(&page["count"])
    };
    let (here, there) = (two.first.0, two.second.0);
    for (query, found) in [
        (format!("stock_location={here}"), 1),
        (format!("stock_location={there}"), 0),
        ("reason=out_of_stock".to_owned(), 1),
        ("reason=damaged".to_owned(), 0),
        ("is_active=True".to_owned(), 1),
        ("is_active=0".to_owned(), 0),
        ("sku=X".to_owned(), 1),
        ("sku=Y".to_owned(), 0),
        ("created_date__date__lte=2026-03-01".to_owned(), 1),
        ("created_date__date__gt=2026-03-01".to_owned(), 0),
        (format!("package_item={}&sort=-created_date", made["package_item"]), 1),
    ] {
        assert_eq!(count(&query).await, found, "{query}");
    }
    two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?reason=lost").await.faults(&["reason"]);
    two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?colour=red").await.faults(&["colour"]);
}

#[tokio::test]
async fn locations_are_shown_and_keep_their_list() {
    let two = Two::open().await;
    let erp = &two.shop.erp;
    let list = erp.get("/api/v1/oms/stocklocations/list-simple/").await.ok();
    assert_eq!(column(&list, "erp_code"), [json!("WH001"), json!("STORE01")]);
    let shown = &list["results"][0];
    assert_eq!(
        (&shown["tags"], &shown["priority"], &shown["is_active"]),
        (&json!(["big", "cold"]), &json!(1), &json!(true))
    );
    let path = format!("/api/v1/oms/stocklocations/{}/", two.first.0);
    erp.patch(&path, json!({"stock_list": two.shop.list})).await.faults(&["stock_list"]);
    for wrong in [json!("big"), json!([[]]), json!([""]), json!({"a": 1})] {
        erp.patch(&path, json!({"tags": wrong})).await.faults(&["tags"]);
    }
    let taken = json!({"name": "Twice", "erp_code": "WH001", "stock_list": two.shop.list});
    erp.post("/api/v1/oms/stocklocations/", taken).await.faults(&["erp_code"]);
    let taken = json!({"name": "Twice", "erp_code": "WH002", "stock_list": two.first.1});
    erp.post("/api/v1/oms/stocklocations/", taken).await.refused("stock_list_has_location");
    let address = json!({"title": "Depot", "latitude": "41.0082"});
    erp.post("/api/v1/oms/stocklocation-addresses/", address).await.faults(&["longitude"]);
    let address = json!({"title": "Depot", "latitude": "91", "longitude": "x"});
    erp.post("/api/v1/oms/stocklocation-addresses/", address).await.faults(&["latitude", "longitude"]);
    let address = json!({"title": "Depot", "latitude": "41.0082", "longitude": "-28.9784"});
    let address = erp.post("/api/v1/oms/stocklocation-addresses/", address).await.created();
    erp.patch(&path, json!({"address": id(&address)})).await.ok();
    erp.delete(&format!("/api/v1/oms/stocklocation-addresses/{}/", id(&address))).await.refused("still_referred_to");
    // A location that has had packages stays.
    two.not_found().await;
    erp.delete(&path).await.refused("still_referred_to");
    erp.delete(&format!("/api/v1/oms/stocklocations/{}/", two.second.0)).await.expect(204);
}

#[tokio::test]
async fn availability_is_asked_by_sku_as_often_as_it_is_wanted() {
    let two = Two::open().await;
    figure(&two.shop, "A", two.first.1, 2).await;
    figure(&two.shop, "B", two.first.1, 1).await;
    figure(&two.shop, "A", two.second.1, 1).await;
    let ask = async |query: &str| two.shop.erp.get(&format!("/api/v1/oms/query-stock-availability/?{query}")).await;
    assert_eq!(ask("sku=A&sku=A&sku=B").await.ok(), json!({"STORE01": false, "WH001": true}));
    assert_eq!(ask("sku=A").await.ok(), json!({"STORE01": true, "WH001": true}));
    assert_eq!(ask("sku=A&erp_code=STORE01").await.ok(), json!({"STORE01": true}));
    assert_eq!(ask("sku=A&tag=cold").await.ok(), json!({"WH001": true}));
    assert_eq!(ask("sku=Q").await.ok(), json!({"STORE01": false, "WH001": false}));
    order(&two.shop, &[("A", two.second.1, 1)]).await;
    ask("").await.faults(&["sku"]);
    ask("sku=").await.faults(&["sku"]);
    ask("sku=A&colour=red").await.faults(&["colour"]);
    ask("sku=A&erp_code=NOWHERE").await.expect(400);
    let many = vec!["sku=A"; 1_001].join("&");
    ask(&many).await.faults(&["sku"]);
}

#[tokio::test]
async fn packages_are_shown_filtered_and_worked_on() {
    let two = Two::open().await;
    figure(&two.shop, "X", two.first.1, 5).await;
    let order = order(&two.shop, &[("X", two.first.1, 2)]).await;
    let planned = plan(&two.shop, &order, json!({})).await;
    assert_eq!((int(&planned["order"]), &planned["unplanned_items"]), (id(&order), &json!([])));
    let package = planned["packages"][0].clone();
    assert_eq!(package["number"], format!("{}-1", order["number"].as_str().expect("a number")));
    let state = &package["state"];
    assert_eq!((&state["id"], &state["name"], &state["enum_value"]), (&json!(1_200), &json!("Waiting"), &json!("200")));
    assert_eq!(state["translations"]["tr-tr"]["name"], "Bekliyor");
    assert_eq!(column(&json!({"results": package["commands"]}), "slug"), ["prepare", "not-found", "cancel"]);
    let erp = &two.shop.erp;
    assert_eq!(erp.get(&format!("/api/v1/oms/packages/{}/", id(&package))).await.ok(), package);
    let number = package["number"].as_str().expect("a number");
    for query in [
        format!("number={number}"),
        format!("order={}", id(&order)),
        format!("order__number={}", order["number"].as_str().expect("a number")),
        "state=1200".to_owned(),
        "state__enum_value=200".to_owned(),
        format!("stock_location={}", two.first.0),
    ] {
        assert_eq!(
            erp.get(&format!("/api/v1/oms/packages/?{query}")).await.ok()["results"],
            json!([package]),
            "{query}"
        );
    }
    for query in [format!("package__number={number}"), format!("package={}", id(&package)), "state=2200".to_owned()] {
        let page = erp.get(&format!("/api/v1/oms/packages/package-items/?{query}")).await.ok();
        assert_eq!(page["results"], package["package_items"], "{query}");
    }
    assert_eq!(erp.get("/api/v1/oms/packages/?state__enum_value=500").await.ok()["count"], 0);

    // By transition, by slug, again, and wrongly.
    let body = |transition: i64| json!({"transition": transition});
    let preparing = run(&two.shop, id(&package), body(1)).await.ok();
    assert_eq!(preparing["state"]["name"], "Preparing");
    assert_eq!(run(&two.shop, id(&package), json!({"slug": "prepare"})).await.ok(), preparing, "the same again");
    let refused = run(&two.shop, id(&package), json!({"slug": "ship"})).await.expect(400);
    let text =
        "This is in the state \"Preparing\" and cannot take \"ship\". Allowed: pack, not-found, cancel, take-over.";
    assert_eq!(refused, json!({"non_field_errors": [text]}));
    run(&two.shop, id(&package), json!({})).await.faults(&["slug"]);
    run(&two.shop, id(&package), json!({"slug": "fly"})).await.faults(&["slug"]);
    run(&two.shop, id(&package), json!({"transition": 9})).await.faults(&["transition"]);
    run(&two.shop, id(&package), json!({"transition": 2, "slug": "ship"})).await.faults(&["transition"]);
    let foreign = json!({"slug": "not-found", "items": [987], "reason": "lost"});
    run(&two.shop, id(&package), foreign).await.faults(&["reason"]);
    run(&two.shop, id(&package), json!({"slug": "not-found", "items": [987]})).await.faults(&["items"]);
    run(&two.shop, 987, json!({"slug": "pack"})).await.expect(404);
    let shipped = go(&two.shop, id(&package), &["pack", "ship"]).await;
    assert_eq!(
        (&shipped["state"]["name"], &shipped["commands"]),
        (&json!("Shipped"), &json!([{"transition": 8, "slug": "return"}]))
    );
    for slug in ["prepare", "pack", "not-found", "cancel"] {
        let refused = run(&two.shop, id(&package), json!({"slug": slug})).await.expect(400);
        assert!(refused["non_field_errors"][0].as_str().expect("a text").ends_with("Allowed: return."), "{refused}");
    }
    assert_eq!(erp.get(&format!("/api/v1/oms/packages/{}/", id(&package))).await.ok(), shipped, "nothing has changed");
    assert_eq!(erp.get(&format!("/api/v1/orders/{}/", id(&order))).await.ok()["status"], "500");
    two.shop.server.verify().await;
}

#[tokio::test]
async fn an_order_is_gathered_by_transfers() {
    let two = Two::open().await;
    figure(&two.shop, "X", two.first.1, 5).await;
    figure(&two.shop, "Y", two.second.1, 5).await;
    let erp = &two.shop.erp;
    // An order that waits for its payment is not sourced.
    let lines = json!([
        {"product_sku": "X", "stock_list": two.first.1, "status": "300"},
        {"product_sku": "Y", "stock_list": two.second.1, "status": "300"},
    ]);
    let order = two.shop.try_order(json!({"status": "300", "order_items": lines})).await.created();
    assert_eq!(plan(&two.shop, &order, json!({})).await["packages"], json!([]));
    let unknown = json!({"stock_location": 987});
    erp.post(&format!("/api/v1/oms/orders/{}/plan/", id(&order)), unknown).await.faults(&["stock_location"]);
    erp.post("/api/v1/oms/orders/987/plan/", json!({})).await.expect(404);
    let (elsewhere, _) = location(&two.shop, json!({"is_fulfillment_center": false})).await;
    let order = crate::oms_floor::order(&two.shop, &[("X", two.first.1, 1), ("Y", two.second.1, 1)]).await;
    let planned = gather(&two.shop, &order, elsewhere).await;
    let package = planned["packages"].as_array().expect("packages").last().expect("one");
    assert_eq!(package["state"]["name"], "Waiting for Transfer");
    let page = erp.get(&format!("/api/v1/oms/transfer_orders/?package={}", id(package))).await.ok();
    assert_eq!(page["count"], 2);
    let transfer = &page["results"][0];
    assert_eq!(transfer["source"]["erp_code"], "WH001");
    assert_eq!(transfer["package"]["number"], package["number"]);
    for query in ["source__erp_code=WH001", "product_sku=X", "state=3200&source__erp_code=WH001"] {
        assert_eq!(
            erp.get(&format!("/api/v1/oms/transfer_orders/?{query}")).await.ok()["results"],
            json!([transfer]),
            "{query}"
        );
    }
    assert_eq!(erp.get(&format!("/api/v1/oms/transfer_orders/{}/", id(transfer))).await.ok(), *transfer);
    let run = async |transfer: &Value, slug: &str| {
        erp.post(&format!("/api/v1/oms/transfer_orders/{}/command/", id(transfer)), json!({"slug": slug})).await
    };
    let refused = run(transfer, "deliver").await.expect(400);
    assert!(refused["non_field_errors"][0].as_str().expect("a text").ends_with("Allowed: ship, not-found, cancel."));
    for transfer in page["results"].as_array().expect("rows") {
        assert_eq!(run(transfer, "ship").await.ok()["state"]["name"], "In Transit");
        assert_eq!(run(transfer, "deliver").await.ok()["state"]["name"], "Delivered");
        assert_eq!(run(transfer, "deliver").await.ok()["state"]["name"], "Delivered", "the same again");
    }
    assert_eq!(
        figures(&two.shop, "X", two.first.1).await,
        [5, 1, 1, 3],
        "one is held by the order that waits, one has left"
    );
    go(&two.shop, id(package), &["prepare", "pack", "ship"]).await;
    two.shop.server.verify().await;
}

#[tokio::test]
async fn counts_become_figures_or_discrepancies() {
    let two = Two::open().await;
    let erp = &two.shop.erp;
    let mode = json!({"count_mode": "discrepancy"});
    erp.patch(&format!("/api/v1/oms/stocklocations/{}/", two.second.0), mode).await.ok();
    for list in [two.first.1, two.second.1] {
        figure(&two.shop, "X", list, 5).await;
    }
    let count = async |location: i64, lines: Value| {
        erp.post("/api/v1/oms/stock-counts/", json!({"location": location, "lines": lines})).await
    };
    let made = count(two.first.0, json!([{"sku": "X", "counted": 4}])).await.created();
    let line =
        json!({"sku": "X", "expected": 5, "counted": 4, "difference": -1, "result": "adjusted", "discrepancy": null});
    assert_eq!(made["lines"], json!([line]));
    assert_eq!(erp.get(&format!("/api/v1/oms/stock-counts/{}/", id(&made))).await.ok(), made);
    assert_eq!(figures(&two.shop, "X", two.first.1).await, [4, 0, 0, 4]);
    let marked = count(two.second.0, json!([{"sku": "X", "counted": 4}])).await.created();
    assert_eq!(marked["lines"][0]["result"], "discrepancy");
    let one =
        erp.get(&format!("/api/v1/oms/inventory-discrepancies/{}/", marked["lines"][0]["discrepancy"])).await.ok();
    assert_eq!((&one["reason"], &one["package_item"]), (&json!("count_difference"), &Value::Null));
    assert_eq!(figures(&two.shop, "X", two.second.1).await, [5, 0, 0, 0]);
    let page = erp.get(&format!("/api/v1/oms/stock-counts/?location={}", two.second.0)).await.ok();
    assert_eq!(page["results"], json!([marked]));

    let before = two.shop.server.dump().await;
    count(987, json!([{"sku": "X", "counted": 4}])).await.faults(&["location"]);
    let lines = json!([{"sku": "X", "counted": 4}, {"sku": "NOBODY'S", "counted": 4}]);
    assert_eq!(
        count(two.first.0, lines).await.expect(400)["lines"][1]["sku"][0],
        "Object with sku=NOBODY'S does not exist."
    );
    let lines = json!([{"sku": "X", "counted": 4}, {"sku": "X", "counted": 5}]);
    assert_eq!(count(two.first.0, lines).await.expect(400)["lines"][1]["sku"][0], "This SKU was counted twice.");
    count(two.first.0, json!([{"sku": "X", "counted": -1}])).await.faults(&["lines"]);
    count(two.first.0, json!([])).await.faults(&["lines"]);
    let later = json!({"location": two.first.0, "lines": [{"sku": "X", "counted": 4}], "counted_at": two.shop.server.time(3_600)});
    erp.post("/api/v1/oms/stock-counts/", later).await.faults(&["counted_at"]);
    assert_eq!(two.shop.server.dump().await, before, "what was refused changed nothing");
    two.shop.server.verify().await;
}

#[tokio::test]
async fn what_is_short_is_shown() {
    let two = Two::open().await;
    two.not_found().await;
    let page = two.shop.erp.get("/api/v1/oms/short-items/").await.ok();
    assert_eq!((column(&page, "product_sku"), &page["count"]), (vec![json!("X")], &json!(1)));
    assert_eq!(two.shop.erp.get("/api/v1/oms/short-items/?product_sku=Y").await.ok()["count"], 0);
}

#[tokio::test]
async fn the_floor_is_nothing_for_channels() {
    let two = Two::open().await;
    let channel = two.shop.channel("accept").await;
    let client: Client = two.shop.server.channel_client(channel).await;
    client.get("/api/v1/oms/packages/").await.expect(403);
    let viewer = two.shop.server.client(Role::Viewer).await;
    viewer.get("/api/v1/oms/packages/").await.ok();
    viewer.post("/api/v1/oms/stock-counts/", json!({})).await.expect(403);
}
