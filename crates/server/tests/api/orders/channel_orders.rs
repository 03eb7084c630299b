//! Orders through a channel's client (contract C8): its body, its repeats, what its policy does, how it
//! cancels.

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::shop::{Shop, column, id, int, item, items, merge};

/// A channel, its client, and a product with a stock in the shop's list.
struct Market {
    shop: Shop,
    channel: i64,
    client: Client,
    product: i64,
    stock: i64,
}

impl Market {
    async fn open(oversell: &str, figure: i64) -> Self {
        let shop = Shop::open().await;
        let channel = shop.channel(oversell).await;
        shop.sells(channel).await;
        let client = shop.server.channel_client(channel).await;
        let stock = shop.write(json!({"product_sku": "SHIRT", "stock": figure})).await;
        Self { channel, client, product: int(&stock["product"]), stock: id(&stock), shop }
    }

    /// The body that the vendor's client sends; ids out of its environment are texts.
    fn body(&self, number: &str, lines: usize) -> Value {
        let line = |index: usize| {
            json!({
                "product": self.product, "status": "400", "price_currency": "try", "price": "10.00", "tax_rate": "18",
                "extra_field": {"id": format!("{number}-{index}")}, "price_list": null,
                "stock_list": self.shop.list.to_string(), "tracking_number": null, "carrier_shipping_code": null,
                "discount_amount": "0", "retail_price": "12.00", "attributes": {}, "attributes_kwargs": {},
                "parent": null, "delivered_date": null, "estimated_delivery_date": null,
            })
        };
        json!({
            "order": {
                "number": number, "status": "", "channel": self.channel.to_string(), "customer": 7,
                "shipping_address": "8", "billing_address": 8, "currency": "try", "amount": 10.5,
                "shipping_amount": "1.00", "shipping_tax_rate": "18.00", "extra_field": {"id": number, "z": [1, null]},
                "delivery_type": null, "cargo_company": "3", "discount_amount": "0.00", "net_shipping_amount": "1.00",
                "tracking_number": "T", "carrier_shipping_code": null, "remote_addr": "127.0.0.1",
                "has_gift_box": false, "gift_box_note": "", "client_type": "default", "language_code": "tr-tr",
                "notes": null, "delivery_range": null, "shipping_option_slug": "s",
                "date_placed": "2026-01-02 03:04:05",
            },
            "order_item": (0..lines).map(line).collect::<Vec<_>>(),
        })
    }

    async fn send(&self, body: Value) -> Answer {
        self.client.post(&format!("/api/v1/channel/{}/create_orders/", self.channel), body).await
    }

    async fn figures(&self) -> [i64; 4] {
        self.shop.figures(self.stock).await
    }

    /// What is answered to a read below the channel.
    async fn read(&self, below: &str) -> Value {
        self.client.get(&format!("/api/v1/channel/{}/{below}", self.channel)).await.ok()
    }
}

/// A body whose order, or whose first line, has these fields.
fn with(mut body: Value, order: Value, line: Value) -> Value {
    merge(&mut body["order"], order);
    merge(&mut body["order_item"][0], line);
    body
}

#[tokio::test]
async fn an_order_in_the_clients_shape_is_placed_and_read_back() {
    let market = Market::open("accept", 10).await;
    let order = market.send(market.body("N-1", 2)).await.created();
    let expected = [
        ("number", json!("N-1")),
        ("status", json!("400")),
        ("channel", json!(market.channel)),
        ("currency", json!("try")),
        ("extra_field", json!({"id": "N-1", "z": [1, null]})),
        ("date_placed", json!("2026-01-02T03:04:05.000000Z")),
        ("customer", json!(7)),
        ("shipping_address", json!(8)),
        ("cargo_company", json!(3)),
        ("amount", json!(10.5)),
        ("has_gift_box", json!(false)),
        ("gift_box_note", json!("")),
        ("notes", json!(null)),
        ("tracking_number", json!("T")),
        ("net_shipping_amount", json!("1.00")),
        ("is_send", json!(false)),
    ];
    for (name, value) in expected {
        assert_eq!(order[name], value, "{name}");
    }
    assert_eq!((order["pk"].as_i64(), &order["modified_date"]), (order["id"].as_i64(), &order["created_date"]));
    assert_eq!(market.figures().await, [10, 2, 0, 8], "both lines are held: several may share one product");
    let found = market.read(&format!("orders/?number=N-1&channel_id={}", market.channel)).await;
    assert_eq!(found["results"], json!([order]), "no write has touched the order after the answer");
    assert_eq!(market.read("orders/?number=n-1").await["count"], json!(0), "a number is met exactly");
    let lines = market.read(&format!("order_items/?order={}&sort=id", id(&order))).await;
    assert_eq!(lines["results"], order["order_items"]);
    for (line, index) in order["order_items"].as_array().expect("lines").iter().zip(0..) {
        let expected = [
            ("quantity", json!(1)),
            ("status", json!("400")),
            ("price", json!("10.00")),
            ("extra_field", json!({"id": format!("N-1-{index}")})),
            ("order_number", json!("N-1")),
            ("invoice_number", json!(null)),
            ("invoice_date", json!(null)),
            ("tracking_number", json!(null)),
            ("retail_price", json!("12.00")),
            ("price_list", json!(null)),
            ("oversold", json!(false)),
        ];
        for (name, value) in expected {
            assert_eq!(line[name], value, "{name}");
        }
    }
    market.shop.server.verify().await;
}

#[tokio::test]
async fn the_same_order_again_is_answered_and_made_once() {
    let market = Market::open("accept", 10).await;
    let order = market.send(market.body("N-1", 2)).await.created();
    let before = market.shop.server.dump().await;
    assert_eq!(market.send(market.body("N-1", 2)).await.ok(), order, "its sender lost the answer");
    let others = [
        market.body("N-1", 1),
        with(market.body("N-1", 2), json!({"extra_field": {"id": "another"}}), json!({})),
        with(market.body("N-1", 2), json!({}), json!({"quantity": 2})),
    ];
    for other in others {
        let faults = market.send(other).await.faults(&["order"]);
        assert_eq!(faults, json!({"order": {"number": ["order with this number already exists."]}}));
    }
    assert_eq!(market.shop.server.dump().await, before);
    // What happens to it meanwhile is still to be told to the channel: the version stays that of the first answer.
    market.shop.cancel(&order).await;
    let again = market.send(market.body("N-1", 2)).await.ok();
    assert_eq!((&again["status"], &again["modified_date"]), (&json!("100"), &order["modified_date"]));
    assert_ne!(market.read("orders/?number=N-1").await["results"][0]["modified_date"], order["modified_date"]);
    // Another channel has numbers of its own.
    let other = market.shop.channel("accept").await;
    market.shop.sells(other).await;
    let body = with(market.body("N-1", 1), json!({"channel": other}), json!({}));
    let path = format!("/api/v1/channel/{other}/create_orders/");
    assert_ne!(market.shop.erp.post(&path, body).await.created()["pk"], order["pk"]);
    market.shop.server.verify().await;
}

#[tokio::test]
async fn many_senders_of_one_order_make_it_once() {
    let market = Market::open("accept", 10).await;
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (client, body) = (market.client.clone().apart(), market.body("N-1", 1));
        let path = format!("/api/v1/channel/{}/create_orders/", market.channel);
        senders.spawn(async move { client.post(&path, body).await });
    }
    let answers = senders.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body && matches!(answer.status, 200 | 201)));
    assert_eq!(market.figures().await, [10, 1, 0, 9]);
}

/// Contract R12: a line may stand for several units, and says so among its attributes.
#[tokio::test]
async fn a_line_says_its_quantity_in_one_of_three_ways() {
    let market = Market::open("accept", 100).await;
    let ways = [
        (json!({"quantity": 3}), 3),
        (json!({"quantity": "4", "attributes": {"quantity": 9}}), 4),
        (json!({"attributes": {"quantity": "5"}}), 5),
        (json!({"attributes": {"quantity": 6, "colour": "red"}}), 6),
        (json!({"quantity": null, "attributes": {"quantity": null}}), 1),
        (json!({"attributes": null}), 1),
        (json!({}), 1),
    ];
    for (number, (line, quantity)) in ways.into_iter().enumerate() {
        let body = with(market.body(&format!("N-{number}"), 1), json!({}), line);
        assert_eq!(market.send(body).await.created()["order_items"][0]["quantity"], json!(quantity));
    }
    assert_eq!(market.figures().await, [100, 21, 0, 79]);
    let before = market.shop.server.dump().await;
    for wrong in [json!("two"), json!(0), json!(1.5), json!(-1), json!(true), json!([2]), json!("")] {
        let line = json!({"attributes": {"quantity": wrong}});
        let faults = market.send(with(market.body("N", 1), json!({}), line)).await.faults(&["order_item"]);
        assert!(faults["order_item"][0]["attributes"].is_array(), "{faults}");
    }
    assert_eq!(market.shop.server.dump().await, before);
}

/// What a line leaves open, the channel says: its catalog's list, and the attribute that has the quantity.
#[tokio::test]
async fn a_channel_says_where_its_stock_is_and_what_counts() {
    let market = Market::open("accept", 10).await;
    let catalog = json!({"name": "Web", "stock_list": market.shop.list});
    let catalog = id(&market.shop.erp.post("/api/v1/catalogs/", catalog).await.created());
    let channel = format!("/api/v1/channels/{}/", market.channel);
    let says = json!({"catalog": catalog, "conf": {"quantity_attribute": "pieces"}});
    market.shop.admin.patch(&channel, says).await.ok();
    let line = json!({"stock_list": null, "attributes": {"pieces": "3", "quantity": 7}});
    let order = market.send(with(market.body("N-1", 1), json!({}), line)).await.created();
    let line = &order["order_items"][0];
    assert_eq!((&line["stock_list"], &line["quantity"]), (&json!(market.shop.list), &json!(3)));
    assert_eq!(market.figures().await, [10, 3, 0, 7]);
    // A catalog without a list says nothing.
    market.shop.erp.patch(&format!("/api/v1/catalogs/{catalog}/"), json!({"stock_list": null})).await.ok();
    let nowhere = with(market.body("N-2", 1), json!({}), json!({"stock_list": null}));
    market.send(nowhere).await.faults(&["order_item"]);
}

#[tokio::test]
async fn what_is_sold_already_is_held_and_marked_and_what_may_be_refused_is() {
    let accepting = Market::open("accept", 1).await;
    let order = accepting.send(accepting.body("N-1", 2)).await.created();
    let oversold: Vec<_> =
        order["order_items"].as_array().expect("lines").iter().map(|line| &line["oversold"]).collect();
    assert_eq!(oversold, [&json!(false), &json!(true)]);
    assert_eq!(accepting.figures().await, [1, 2, 0, 0]);
    assert_eq!(accepting.read("order_items/?oversold=True").await["count"], json!(1));
    accepting.shop.server.verify().await;

    let refusing = Market::open("refuse", 1).await;
    let before = refusing.shop.server.dump().await;
    let refused = refusing.send(refusing.body("N-1", 2)).await.refused("insufficient_stock");
    assert_eq!((&refused["items"][0]["asked"], &refused["items"][0]["available"]), (&json!(2), &json!(1)));
    assert_eq!(refusing.shop.server.dump().await, before);
    refusing.send(refusing.body("N-1", 1)).await.created();
    assert_eq!(refusing.figures().await, [1, 1, 0, 0]);
}

/// A channel sells from the lists of its catalog, below its own path, and nothing else is there for it.
#[tokio::test]
async fn a_channel_sells_from_the_lists_of_its_catalog_only() {
    let market = Market::open("accept", 100).await;
    let outlet = market.shop.list_with(json!({})).await;
    let foreign = id(&market.shop.write(json!({"product_sku": "SHIRT", "stock": 100, "stock_list": outlet})).await);
    let before = market.shop.server.dump().await;
    let line = |number: &str, list: i64| with(market.body(number, 1), json!({}), json!({"stock_list": list}));
    let unknown = market.send(line("N-1", 999_999)).await.faults(&["order_item"]).to_string();
    let refused = market.send(line("N-1", outlet)).await.faults(&["order_item"]).to_string();
    assert_eq!(refused, unknown.replace("999999", &outlet.to_string()), "a foreign list is as good as not there");
    let order = json!({"number": "N-1", "order_items": [market.shop.line("SHIRT", 2)]});
    for family in ["v1", "i1"] {
        market.client.post(&format!("/api/{family}/orders/"), order.clone()).await.expect(403);
    }
    assert_eq!(market.shop.server.dump().await, before);
    let channel = market.shop.admin.get(&format!("/api/v1/channels/{}/", market.channel)).await.ok();
    let catalog = format!("/api/v1/catalogs/{}/", channel["catalog"]);
    market.shop.erp.patch(&catalog, json!({"extra_stock_lists": [outlet]})).await.ok();
    let order = market.send(line("N-1", outlet)).await.created();
    assert_eq!(market.shop.figures(foreign).await, [100, 1, 0, 99]);
    market.shop.erp.patch(&catalog, json!({"extra_stock_lists": []})).await.ok();
    assert_eq!(market.send(line("N-1", outlet)).await.ok(), order, "what was sold stays sold");
    market.send(line("N-2", outlet)).await.faults(&["order_item"]);
    market.shop.server.verify().await;
}

/// A catalog without items has the products of its lists; one with items has those; what was sent before may be sold
/// still.
#[tokio::test]
async fn a_channel_sells_the_products_of_its_catalog_only() {
    let market = Market::open("accept", 100).await;
    let other = id(&market.shop.erp.post("/api/v1/products/", json!({"sku": "OTHER"})).await.created());
    let sold = |number: &str, line: Value| with(market.body(number, 1), json!({}), line);
    let before = market.shop.server.dump().await;
    let none = json!({"product": 999_999});
    let unknown = market.send(sold("N-1", none)).await.faults(&["order_item"]).to_string();
    let refused = market.send(sold("N-1", json!({"product": other}))).await.faults(&["order_item"]).to_string();
    assert_eq!(refused, unknown.replace("999999", &other.to_string()));
    assert_eq!(market.shop.server.dump().await, before);
    market.shop.stock("OTHER", 5).await;
    market.send(sold("N-1", json!({"product": other}))).await.created();
    let channel = market.shop.admin.get(&format!("/api/v1/channels/{}/", market.channel)).await.ok();
    let below = format!("/api/v1/channel/{}", market.channel);
    let known = json!({"content_type_model": "product", "object_id": market.product});
    market.client.post(&format!("{below}/integration_actions/"), known).await.created();
    let item = json!({"product": other, "catalog": channel["catalog"]});
    market.shop.erp.post("/api/v1/catalog_items/", item.clone()).await.created();
    market.send(sold("N-2", json!({}))).await.created();
    let hat = int(&market.shop.write(json!({"product_sku": "HAT", "stock": 5})).await["product"]);
    market.send(sold("N-3", json!({"product": hat}))).await.faults(&["order_item"]);
    let known = json!({"content_type_model": "product", "object_id": hat});
    market.client.post(&format!("{below}/integration_actions/"), known).await.faults(&["object_id"]);
    market.client.get(&format!("/api/v1/products/{hat}/")).await.expect(404);
    market.shop.server.verify().await;
}

#[tokio::test]
async fn a_line_oversells_by_so_many_at_the_most() {
    let market = Market::open("accept", 10).await;
    let line = |number: &str, quantity: i64| with(market.body(number, 1), json!({}), json!({"quantity": quantity}));
    let before = market.shop.server.dump().await;
    for quantity in [1_011, 2_000_000_000] {
        let refused = market.send(line("N-1", quantity)).await.refused("oversell_quantity_max");
        assert_eq!(refused["items"][0]["available"], json!(10), "{refused}");
    }
    assert_eq!(market.shop.server.dump().await, before);
    market.send(line("N-1", 1_010)).await.created();
    let path = format!("/api/v1/channels/{}/", market.channel);
    market.shop.admin.patch(&path, json!({"oversell_quantity_max": 2})).await.ok();
    market.send(line("N-2", 3)).await.refused("oversell_quantity_max");
    market.send(line("N-2", 2)).await.created();
    market.client.patch(&path, json!({"oversell_quantity_max": 1_000})).await.expect(403);
    market.shop.admin.patch(&path, json!({"oversell_quantity_max": -1})).await.faults(&["oversell_quantity_max"]);
    market.shop.server.verify().await;
}

#[tokio::test]
async fn a_channel_cancels_and_the_hold_comes_back() {
    let market = Market::open("accept", 10).await;
    let order = market.send(market.body("N-1", 3)).await.created();
    let lines = items(&order);
    let path = format!("/api/v1/channel/{}/orders/{}/cancel/", market.channel, id(&order));
    let body = json!({
        "cancel_items": [lines[0]], "order": id(&order), "reasons": {lines[0].to_string(): 10},
        "forced_refund_amount": null,
    });
    let cancelled = market.client.post(&path, body.clone()).await.ok();
    assert_eq!(market.figures().await, [10, 2, 0, 8]);
    let states = |order: &Value| column(&json!({"results": order["order_items"]}), "status");
    assert_eq!(states(&cancelled), [json!("100"), json!("400"), json!("400")]);
    assert_eq!(cancelled["order_items"][0]["cancellation_reason"], json!(10));
    market.client.post(&path, body).await.ok();
    assert_eq!(market.figures().await, [10, 2, 0, 8], "once");
    let item_path = |line: i64| format!("/api/v1/channel/{}/order_items/{line}/", market.channel);
    let line = market.client.patch(&item_path(lines[1]), json!({"status": "100"})).await.ok();
    assert_eq!((&line["status"], market.figures().await), (&json!("100"), [10, 1, 0, 9]));
    for wrong in [json!({"reasons": [1]}), json!({"reasons": {"x": 1}}), json!({"reasons": {"1": "why"}})] {
        let mut body = json!({"cancel_items": [lines[2]]});
        merge(&mut body, wrong);
        market.client.post(&path, body).await.faults(&["reasons"]);
    }
    let null = json!({"cancel_items": [lines[2]], "reasons": {lines[2].to_string(): null}});
    assert_eq!(market.client.post(&path, null).await.ok()["status"], json!("100"));
    assert_eq!(market.figures().await, [10, 0, 0, 10]);
    market.shop.server.verify().await;
}

#[tokio::test]
async fn a_line_is_patched_with_what_the_client_compares() {
    let market = Market::open("accept", 10).await;
    let order = market.send(market.body("N-1", 1)).await.created();
    let path = format!("/api/v1/channel/{}/order_items/{}/", market.channel, item(&order));
    let patch = json!({
        "order_number": "P-9", "status": "500", "invoice_number": "INV", "invoice_date": "2026-01-03",
        "tracking_number": "TRACK", "extra_field": {"more": 1},
    });
    let line = market.client.patch(&path, patch.clone()).await.ok();
    for name in ["order_number", "status", "invoice_number", "invoice_date", "tracking_number"] {
        assert_eq!(line[name], patch[name], "{name}");
    }
    assert_eq!(line["extra_field"], json!({"id": "N-1-0", "more": 1}));
    assert_eq!(market.client.get(&path).await.ok(), line);
}

/// The channel knows what it has sold, whether or not its client comes to say so.
#[tokio::test]
async fn a_sold_order_is_known_to_its_channel_and_its_clients_batch_stays_valid() {
    let market = Market::open("accept", 10).await;
    let order = market.send(market.body("N-1", 2)).await.created();
    let known = market.read("integration_actions/?content_type_name=order&remote_id__exact=N-1").await;
    let action = &known["results"][0];
    assert_eq!(
        (&known["count"], &action["object_id"], &action["status"]),
        (&json!(1), &order["pk"], &json!("success"))
    );
    assert_eq!(action["version_date"], order["modified_date"]);
    let lines = market.read("integration_actions/?content_type_name=orderitem&sort=id").await;
    assert_eq!(column(&lines, "remote_id"), [json!("N-1-0"), json!("N-1-1")]);
    assert_eq!(market.send(market.body("N-1", 2)).await.ok(), order);
    assert_eq!(market.read("integration_actions/").await["count"], json!(3), "once");

    // As the client goes on after the answer: commit, done.
    let base = format!("/api/v1/channel/{}/batch_requests/", market.channel);
    let batch = market.client.post(&base, json!({"channel": market.channel.to_string()})).await.created();
    let entry = |pk: &Value, kind: &str, remote: &str| {
        json!({
            "pk": pk, "failed_reason_type": null, "remote_id": remote, "content_type": kind,
            "version_date": order["modified_date"],
        })
    };
    let objects =
        json!([entry(&order["pk"], "order", "N-1"), entry(&order["order_items"][0]["pk"], "orderitem", "N-1-0"),]);
    for status in ["commit", "done"] {
        let body = json!({"channel": market.channel, "status": status, "objects": objects, "content_type": "order"});
        market.client.patch(&format!("{base}{}/", id(&batch)), body).await.ok();
    }
    assert_eq!(
        market.read("orders/updates/").await["count"],
        json!(0),
        "what the channel has said it need not be told"
    );
    market.shop.cancel(&order).await;
    assert_eq!(column(&market.read("orders/updates/").await, "pk"), [order["pk"].clone()]);

    // A client that never says so is told all the same.
    let silent = market.send(market.body("N-2", 1)).await.created();
    market.shop.cancel(&silent).await;
    assert_eq!(column(&market.read("orders/updates/").await, "pk"), [order["pk"].clone(), silent["pk"].clone()]);
    // Without an id of theirs there is nothing to call it by.
    let nameless = with(market.body("N-3", 1), json!({"extra_field": {}}), json!({"extra_field": {"id": null}}));
    market.send(nameless).await.created();
    assert_eq!(market.read("integration_actions/").await["count"], json!(5));
    market.shop.server.verify().await;
}

/// One rule for all paths below a channel: a copy of the channel in the query must agree with the path.
#[tokio::test]
async fn the_channel_in_the_query_agrees_with_the_path() {
    let market = Market::open("accept", 10).await;
    let other = market.shop.channel("accept").await;
    market.send(market.body("N-1", 1)).await.created();
    for resource in ["orders", "order_items"] {
        for query in ["channel", "channel_id"] {
            let path =
                |value: String| format!("/api/v1/channel/{}/{resource}/?{query}={value}&limit=1", market.channel);
            let page = market.client.get(&path(market.channel.to_string())).await.ok();
            assert_eq!((&page["count"], &page["next"]), (&json!(1), &json!(null)), "{resource} {query}");
            for wrong in ["x", ""] {
                market.client.get(&path(wrong.to_owned())).await.faults(&[query]);
            }
            let disagreeing = market.client.get(&path(other.to_string())).await;
            assert!(disagreeing.status == 400 || disagreeing.body["results"] == json!([]), "{disagreeing:?}");
        }
    }
    let path = format!("/api/v1/channel/{}/create_orders/?channel={other}", market.channel);
    market.client.post(&path, market.body("N-2", 1)).await.faults(&["channel"]);
    let copy = with(market.body("N-2", 1), json!({"channel": other}), json!({}));
    assert!(market.send(copy).await.faults(&["order"])["order"]["channel"].is_array());
}

#[tokio::test]
async fn faults_of_a_sold_order_are_said_at_once_and_change_nothing() {
    let market = Market::open("accept", 10).await;
    let before = market.shop.server.dump().await;
    let mut body = market.body("", 2);
    merge(&mut body["order"], json!({"gift_box_note": "x".repeat(161), "has_gift_box": "maybe"}));
    merge(&mut body["order_item"][1], json!({"product": 999_999, "stock_list": 999_999, "tracking_number": [1]}));
    let faults = market.send(body).await.faults(&["order", "order_item"]);
    let keys = |value: &Value| value.as_object().expect("faults").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&faults["order"]), ["number", "has_gift_box", "gift_box_note"]);
    assert_eq!(keys(&faults["order_item"][1]), ["tracking_number"]);
    let unknown = json!({"product": 999_999, "stock_list": 999_999});
    let faults = market.send(with(market.body("N", 1), json!({}), unknown)).await.faults(&["order_item"]);
    assert_eq!(keys(&faults["order_item"][0]), ["stock_list", "product"]);
    let dead = with(market.body("N", 1), json!({"status": "100"}), json!({}));
    assert_eq!(keys(&market.send(dead).await.faults(&["order"])["order"]), ["status"]);
    assert_eq!(market.shop.server.dump().await, before);
    // No catalog says where the channel's stock is, and the line does not either.
    let channel = format!("/api/v1/channels/{}/", market.channel);
    market.shop.admin.patch(&channel, json!({"catalog": null})).await.ok();
    let nowhere = with(market.body("N", 1), json!({}), json!({"stock_list": null}));
    assert_eq!(keys(&market.send(nowhere).await.faults(&["order_item"])["order_item"][0]), ["stock_list"]);
}
