//! Orders that leave the list of a line to the sourcing rule of a catalog: through the API's own address and through a
//! channel's.

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::samples::Samples;
use crate::shop::{Shop, column, id, int, merge};

/// A catalog with the shop's list, and two stores with lists of their own: `near` in Kadıköy, `far` in Ankara. Each has
/// some of the product X.
struct Chain {
    samples: Samples,
    catalog: i64,
    near: i64,
    far: i64,
    township: Value,
}

impl Chain {
    async fn open(fields: Value, levels: [i64; 3]) -> Self {
        let samples = Samples::open().await;
        let township = samples.record("townships").await["pk"].clone();
        let mut lists = Vec::new();
        for (latitude, longitude) in [("40.9903", "29.0275"), ("39.9334", "32.8597")] {
            let list = samples.shop.list_with(json!({})).await;
            let store = json!({"name": "Store", "address": "A", "phone_number": "1", "fax_phone_number": "",
                "township": township, "channels": [], "store_type": null, "click_and_collect": latitude == "40.9903",
                "is_active": true, "store_hours": [], "stock_list": list, "latitude": latitude,
                "longitude": longitude});
            samples.shop.erp.post("/api/v1/retail_stores/", store).await.created();
            lists.push(list);
        }
        let mut catalog = json!({"name": "Chain", "stock_list": samples.shop.list, "extra_stock_lists": lists,
            "sourcing_rule": "main_then_nearest"});
        merge(&mut catalog, fields);
        let catalog = id(&samples.shop.erp.post("/api/v1/catalogs/", catalog).await.created());
        let chain = Self { catalog, near: lists[0], far: lists[1], township, samples };
        for (list, level) in [chain.shop().list, chain.near, chain.far].into_iter().zip(levels) {
            chain.shop().write(json!({"product_sku": "X", "stock_list": list, "stock": level})).await;
        }
        chain
    }

    fn shop(&self) -> &Shop {
        &self.samples.shop
    }

    /// An order of units of X, for a customer in Istanbul.
    async fn order(&self, units: i64, fields: Value) -> Answer {
        let mut body = json!({"catalog": self.catalog, "latitude": 41.0, "longitude": "29.0",
            "order_items": [{"product_sku": "X", "quantity": units}]});
        merge(&mut body, fields);
        self.shop().try_order(body).await
    }

    async fn set(&self, fields: Value) {
        self.shop().erp.patch(&format!("/api/v1/catalogs/{}/", self.catalog), fields).await.ok();
    }
}

fn line(order: &Value) -> (i64, String) {
    let line = &order["order_items"][0];
    assert_eq!(line["stock_list"], line["original_stock_list"]);
    (int(&line["stock_list"]), line["sourcing"]["reason"].as_str().expect("chosen").to_owned())
}

#[tokio::test]
async fn what_the_catalogs_list_has_not_the_nearest_store_sends() {
    let chain = Chain::open(json!({}), [5, 7, 9]).await;
    let main = chain.shop().list;
    let placed = chain.order(5, json!({})).await.created();
    assert_eq!(line(&placed), (main, "first_choice".to_owned()));
    assert_eq!(placed["order_items"][0]["sourcing"]["distance"], json!(null), "no store, no place");
    assert_eq!(
        (&placed["latitude"], &placed["longitude"], &placed["catalog"]),
        (&json!(41), &json!(29), &json!(chain.catalog))
    );
    // The order of six: the list has none left, and the store has seven.
    let placed = chain.order(6, json!({})).await.created();
    assert_eq!(line(&placed), (chain.near, "next_choice".to_owned()));
    let sourcing = &placed["order_items"][0]["sourcing"];
    assert_eq!(sourcing["rule"], "main_then_nearest");
    let kilometres = sourcing["distance"].as_f64().expect("a number");
    assert!((2.0..4.0).contains(&kilometres), "{kilometres}");
    // The store is sold out in between, and Ankara is next.
    let placed = chain.order(6, json!({})).await.created();
    assert_eq!(line(&placed), (chain.far, "next_choice".to_owned()));
    // Read again, and in the list of lines, it is the same.
    let read = chain.shop().erp.get(&format!("/api/v1/orders/{}/", id(&placed))).await.ok();
    assert_eq!(read["order_items"], placed["order_items"]);
    // None has six any more: what each of them has is named, best first.
    let before = chain.shop().server.dump().await;
    let refused = chain.order(6, json!({})).await.refused("insufficient_stock");
    let lists = [(main, 0), (chain.near, 1), (chain.far, 3)];
    let lists: Vec<Value> = lists.map(|(list, units)| json!({"stock_list": list, "available": units})).to_vec();
    assert_eq!(refused["items"], json!([{"product_sku": "X", "asked": 6, "stock_lists": lists}]));
    assert_eq!(chain.shop().server.dump().await, before);
    chain.shop().server.verify().await;
}

/// A few of the nearest stores are looked at first; what is chosen, rejected and repeated is as if all had been.
#[tokio::test]
async fn the_farther_stores_are_looked_at_where_no_near_one_has_the_order() {
    let chain = Chain::open(json!({"sourcing_rule": "nearest_then_main"}), [3, 1, 1]).await;
    let mut lists = vec![chain.near];
    for (latitude, level) in [("40.9", 1), ("40.8", 1), ("40.7", 1), ("40.6", 2), ("40.5", 6), ("38.0", 7)] {
        let list = chain.shop().list_with(json!({})).await;
        let store = json!({"name": "Store", "address": "A", "phone_number": "1", "fax_phone_number": "",
            "township": chain.township, "channels": [], "store_type": null, "click_and_collect": false,
            "is_active": true, "store_hours": [], "stock_list": list, "latitude": latitude, "longitude": "29.0"});
        chain.shop().erp.post("/api/v1/retail_stores/", store).await.created();
        chain.shop().write(json!({"product_sku": "X", "stock_list": list, "stock": level})).await;
        lists.push(list);
    }
    chain.set(json!({"extra_stock_lists": lists})).await;
    assert_eq!(line(&chain.order(1, json!({})).await.created()), (chain.near, "first_choice".to_owned()));
    assert_eq!(line(&chain.order(2, json!({})).await.created()), (lists[4], "next_choice".to_owned()));
    let refused = chain.order(8, json!({})).await.refused("insufficient_stock");
    let left: Vec<Value> = refused["items"][0]["stock_lists"].as_array().expect("all").clone();
    let left: Vec<(i64, i64)> = left.iter().map(|one| (int(&one["stock_list"]), int(&one["available"]))).collect();
    let all = lists.iter().copied().zip([0, 1, 1, 1, 0, 6, 7]).chain([(chain.shop().list, 3)]);
    assert_eq!(left, all.collect::<Vec<_>>());
    // A request that was sent again has its answer, also where all stores had to be looked at.
    let client = chain.shop().erp.clone().with("Idempotency-Key", "farther");
    let body = json!({"number": "F-1", "catalog": chain.catalog, "latitude": 41, "longitude": 29,
        "order_items": [{"product_sku": "X", "quantity": 6}]});
    let placed = client.post("/api/v1/orders/", body.clone()).await.created();
    assert_eq!(line(&placed), (lists[5], "next_choice".to_owned()));
    assert_eq!(client.post("/api/v1/orders/", body).await.created(), placed);
    // What one store has comes before what is nearer and in two.
    let lines = json!([{"product_sku": "X"}, {"product_sku": "X", "quantity": 2}]);
    let placed = chain.order(1, json!({"order_items": lines})).await.created();
    assert_eq!(column(&json!({"results": placed["order_items"]}), "stock_list"), [json!(lists[6]), json!(lists[6])]);
    chain.shop().server.verify().await;
}

#[tokio::test]
async fn a_line_that_names_its_list_is_reserved_there() {
    let chain = Chain::open(json!({}), [5, 7, 9]).await;
    let lines = json!([{"product_sku": "X", "quantity": 3, "stock_list": chain.far}, {"product_sku": "X"}]);
    let placed = chain.order(1, json!({"order_items": lines})).await.created();
    let lists = column(&json!({"results": placed["order_items"]}), "stock_list");
    assert_eq!(lists, [json!(chain.far), json!(chain.shop().list)]);
    assert_eq!(placed["order_items"][0]["sourcing"], json!(null));
    let lines = json!([{"product_sku": "X", "quantity": 10, "stock_list": chain.far}]);
    let refused = chain.order(1, json!({"order_items": lines})).await.refused("insufficient_stock");
    assert_eq!(refused["items"], json!([{"product_sku": "X", "stock_list": chain.far, "asked": 10, "available": 6}]));
}

#[tokio::test]
async fn the_settings_of_a_catalog_narrow_the_choice() {
    let chain = Chain::open(json!({"sourcing_rule": "nearest_store"}), [50, 7, 9]).await;
    let chosen = async |units: i64, fields: Value| line(&chain.order(units, fields).await.created()).0;
    assert_eq!(chosen(1, json!({})).await, chain.near);
    assert_eq!(chosen(1, json!({"latitude": 39.9, "longitude": 32.8})).await, chain.far);
    // An address may say where the order goes; what the order says itself comes first.
    let ankara = json!({"latitude": "39.9", "longitude": 32.8});
    assert_eq!(chosen(1, json!({"shipping_address": ankara})).await, chain.near);
    assert_eq!(chosen(1, json!({"latitude": null, "longitude": null, "shipping_address": ankara})).await, chain.far);
    // The near store has five left. From Ankara only what is nearer than 300 kilometres is good.
    assert_eq!(chosen(6, json!({})).await, chain.far);
    chain.set(json!({"sourcing_distance_max": 300})).await;
    chain.order(6, json!({})).await.refused("insufficient_stock");
    chain.set(json!({"sourcing_distance_max": null, "sourcing_rule": "most_available"})).await;
    assert_eq!(chosen(1, json!({})).await, chain.shop().list);
    // Only Kadıköy hands out what was ordered.
    assert_eq!(chosen(1, json!({"click_and_collect": true})).await, chain.near);
    chain.set(json!({"sourcing_rule": "priority"})).await;
    chain.shop().erp.patch(&format!("/api/v1/stock_list/{}/", chain.far), json!({"sourcing_priority": 7})).await.ok();
    assert_eq!(chosen(1, json!({})).await, chain.far);
    let safe = json!({"safety_stock": 100});
    chain.shop().erp.patch(&format!("/api/v1/stock_list/{}/", chain.far), safe).await.ok();
    assert_eq!(chosen(1, json!({})).await, chain.near, "equal priorities: the nearer one");
    // With the rule main a line is where it would be had it named the catalog's list.
    chain.set(json!({"sourcing_rule": "main"})).await;
    let placed = chain.order(1, json!({})).await.created();
    let first = &placed["order_items"][0];
    assert_eq!((&first["stock_list"], &first["sourcing"]), (&json!(chain.shop().list), &json!(null)));
}

#[tokio::test]
async fn closed_stores_and_stores_that_are_not_in_use_send_nothing() {
    let chain = Chain::open(json!({"sourcing_rule": "nearest_store", "sourcing_open_only": true}), [50, 7, 9]).await;
    let store = async |list: i64, fields: Value| {
        let found = chain.shop().erp.get(&format!("/api/v1/retail_stores/?stock_list={list}")).await.ok();
        let path = format!("/api/v1/retail_stores/{}/", id(&found["results"][0]));
        chain.shop().erp.patch(&path, fields).await.ok();
    };
    // Hours that are not stated close nothing.
    assert_eq!(line(&chain.order(1, json!({})).await.created()).0, chain.near);
    store(chain.near, json!({"store_hours": [null]})).await;
    assert_eq!(line(&chain.order(1, json!({})).await.created()).0, chain.far);
    store(chain.far, json!({"store_hours": [["00:00", "24:00"]], "is_active": false})).await;
    chain.order(1, json!({})).await.refused("insufficient_stock");
    store(chain.near, json!({"store_hours": [["00:00", "24:00"]]})).await;
    assert_eq!(line(&chain.order(1, json!({})).await.created()).0, chain.near);
}

#[tokio::test]
async fn lines_of_an_order_are_in_different_lists_unless_the_catalog_forbids_it() {
    let chain = Chain::open(json!({}), [5, 7, 9]).await;
    chain.shop().write(json!({"product_sku": "Y", "stock_list": chain.far, "stock": 4})).await;
    let lines = json!({"order_items": [{"product_sku": "X", "quantity": 5}, {"product_sku": "Y"}]});
    let placed = chain.order(1, lines.clone()).await.created();
    let lists = column(&json!({"results": placed["order_items"]}), "stock_list");
    assert_eq!(lists, [json!(chain.far), json!(chain.far)], "the fewest lists");
    let placed = chain.order(1, lines.clone()).await.created();
    let lists = column(&json!({"results": placed["order_items"]}), "stock_list");
    assert_eq!(lists, [json!(chain.shop().list), json!(chain.far)]);
    chain.set(json!({"sourcing_split": "nothing"})).await;
    let refused = chain.order(1, lines).await.refused("insufficient_stock");
    assert_eq!(column(&json!({"results": refused["items"]}), "product_sku"), [json!("X"), json!("Y")]);
}

#[tokio::test]
async fn units_of_a_line_are_in_several_lists_if_the_catalog_allows_that() {
    let chain = Chain::open(json!({"sourcing_split": "units"}), [5, 7, 9]).await;
    let placed = chain.order(14, json!({})).await.created();
    let lines = json!({"results": placed["order_items"]});
    assert_eq!(column(&lines, "stock_list"), [json!(chain.shop().list), json!(chain.near), json!(chain.far)]);
    assert_eq!(column(&lines, "quantity"), [json!(5), json!(7), json!(2)]);
    let first = &lines["results"][0]["pk"];
    assert_eq!(column(&lines, "split_from"), [json!(null), first.clone(), first.clone()]);
    assert_eq!(lines["results"][2]["sourcing"]["reason"], "some_units");
    let refused = chain.order(8, json!({})).await.refused("insufficient_stock");
    assert_eq!(refused["items"][0]["stock_lists"][2]["available"], json!(7));
    chain.shop().server.verify().await;
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let chain = Chain::open(json!({}), [5, 7, 9]).await;
    let bare = chain.shop().channel("refuse").await;
    let empty = json!({"name": "Empty", "sourcing_rule": "nearest_store"});
    let empty = id(&chain.shop().erp.post("/api/v1/catalogs/", empty).await.created());
    let before = chain.shop().server.dump().await;
    let faults = chain.order(1, json!({"catalog": null})).await.faults(&["order_items"]);
    assert_eq!(faults["order_items"][0], json!({"stock_list": ["This field is required."]}));
    let unnamed = json!([{"product_sku": "X", "stock_list": null}]);
    let faults = chain.order(1, json!({"catalog": null, "order_items": null})).await.faults(&["order_items"]);
    assert_eq!(faults["order_items"], json!(["This field may not be null."]));
    let faults = chain.order(1, json!({"catalog": null, "order_items": unnamed})).await.faults(&["order_items"]);
    assert!(
        faults["order_items"][0]["stock_list"][0].as_str().is_some_and(|text| text.contains("catalog")),
        "{faults}"
    );
    chain.order(1, json!({"catalog": 999})).await.faults(&["catalog"]);
    chain.order(1, json!({"catalog": null, "channel": bare})).await.faults(&["catalog"]);
    chain.order(1, json!({"catalog": null, "channel": 999})).await.faults(&["channel"]);
    chain.order(1, json!({"latitude": null})).await.faults(&["latitude"]);
    chain.order(1, json!({"latitude": 91, "longitude": "east"})).await.faults(&["latitude", "longitude"]);
    chain.order(1, json!({"order_items": [{"product_sku": "UNKNOWN"}]})).await.faults(&["order_items"]);
    chain.order(1, json!({"catalog": empty})).await.faults(&["catalog"]);
    for wrong in [json!({"sourcing_rule": "nearest"}), json!({"sourcing_distance_max": 0})] {
        let name = wrong.as_object().and_then(|one| one.keys().next().cloned()).expect("a field");
        let path = format!("/api/v1/catalogs/{}/", chain.catalog);
        chain.shop().erp.patch(&path, wrong).await.faults(&[name.as_str()]);
    }
    assert_eq!(chain.shop().server.dump().await, before);
}

/// A channel of the chain, its client, and one of its customers' addresses in Ankara.
async fn channel_of(chain: &Chain, oversell: &str) -> (i64, Client, i64) {
    let shop = chain.shop();
    let channel = shop.channel(oversell).await;
    shop.admin.patch(&format!("/api/v1/channels/{channel}/"), json!({"catalog": chain.catalog})).await.ok();
    let client = shop.server.channel_client(channel).await;
    let below = |path: &str| format!("/api/v1/channel/{channel}/{path}/");
    let customer = client.post(&below("customers"), json!({"email": "a@example.com", "channel_code": "7"})).await;
    let township = shop.erp.get(&format!("/api/v1/townships/{}/", chain.township)).await.ok();
    let city = shop.erp.get(&format!("/api/v1/cities/{}/", township["city"])).await.ok();
    let address = json!({"customer": id(&customer.created()), "country": city["country"], "city": city["pk"],
        "latitude": "39.9", "longitude": 32.8});
    client.post(&below("addresses"), json!({"customer": 1, "latitude": 1})).await.expect(400);
    let address = id(&client.post(&below("addresses"), address).await.created());
    (channel, client, address)
}

#[tokio::test]
async fn a_channels_order_follows_the_rule_of_its_catalog() {
    let chain = Chain::open(json!({"sourcing_rule": "nearest_then_main"}), [5, 7, 9]).await;
    let (channel, client, address) = channel_of(&chain, "refuse").await;
    let send = async |number: &str, order: Value, line: Value| {
        let mut body = json!({"order": {"number": number, "extra_field": {"id": number}},
            "order_item": [{"product_sku": "X", "extra_field": {"id": number}}]});
        merge(&mut body["order"], order);
        merge(&mut body["order_item"][0], line);
        client.post(&format!("/api/v1/channel/{channel}/create_orders/"), body).await
    };
    let placed = send("C-1", json!({"shipping_address": address}), json!({})).await.created();
    assert_eq!(line(&placed), (chain.far, "first_choice".to_owned()));
    // The same again is the same order, in whichever list it is.
    let again = send("C-1", json!({"shipping_address": address}), json!({})).await.ok();
    assert_eq!(again, placed);
    let placed = send("C-2", json!({"latitude": 41, "longitude": 29}), json!({"quantity": 7})).await.created();
    assert_eq!(line(&placed), (chain.near, "first_choice".to_owned()));
    let named = send("C-3", json!({}), json!({"stock_list": chain.shop().list})).await.created();
    assert_eq!(named["order_items"][0]["sourcing"], json!(null));
    send("C-4", json!({"latitude": 41}), json!({})).await.faults(&["order"]);
    let refused = send("C-5", json!({}), json!({"quantity": 9})).await.refused("insufficient_stock");
    assert_eq!(refused["items"][0]["asked"], json!(9));
    // Through the API's own address an order of the channel follows the same catalog.
    let fields = json!({"catalog": null, "channel": channel});
    assert_eq!(line(&chain.order(4, fields).await.created()), (chain.far, "next_choice".to_owned()));
    chain.shop().server.verify().await;
}

#[tokio::test]
async fn a_channel_that_accepts_overselling_oversells_the_catalogs_list() {
    let chain = Chain::open(json!({}), [5, 7, 9]).await;
    let (channel, _, _) = channel_of(&chain, "accept").await;
    let placed = chain.order(10, json!({"catalog": null, "channel": channel})).await.created();
    assert_eq!(line(&placed), (chain.shop().list, "none_has_it".to_owned()));
    assert_eq!(placed["order_items"][0]["oversold"], json!(true));
    chain.shop().server.verify().await;
}

/// Of two orders at once for the last unit of the nearest store one gets it, and the other the next store's.
#[tokio::test]
async fn orders_at_once_share_what_stores_have() {
    let chain = Chain::open(json!({"sourcing_rule": "nearest_store"}), [0, 5, 5]).await;
    let mut placing = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let client = chain.shop().erp.clone().apart();
        let body = json!({"number": format!("R-{}", crate::client::unique()), "catalog": chain.catalog, "latitude": 41,
            "longitude": 29, "order_items": [{"product_sku": "X"}]});
        placing.spawn(async move { client.post("/api/v1/orders/", body).await });
    }
    let answers = placing.join_all().await;
    let placed: Vec<i64> =
        answers.iter().filter(|answer| answer.status == 201).map(|answer| line(&answer.body).0).collect();
    let of = |list: i64| placed.iter().filter(|one| **one == list).count();
    assert_eq!((of(chain.near), of(chain.far), answers.len() - placed.len()), (5, 5, 2));
    chain.shop().server.verify().await;
}
