//! Moves that the ERP has to hear of: what it has not heard of stays off sale, and how it says that it has.

use onhand::auth::Role;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::shop::{Shop, column, id, int, items};
use crate::warehouse::{figure, figures, gather, go, location, order, packages, plan};

/// A shop with two locations, five of X at each; the first comes first.
struct Two {
    shop: Shop,
    first: (i64, i64),
    second: (i64, i64),
}

impl Two {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let first = location(&shop, json!({"priority": 1})).await;
        let second = location(&shop, json!({"priority": 2})).await;
        for list in [first.1, second.1] {
            figure(&shop, "X", list, 5).await;
        }
        Self { shop, first, second }
    }

    /// An order of two of X that the ERP has registered, not found at the first location; its line.
    async fn moved(&self) -> (Value, i64) {
        let order = order(&self.shop, &[("X", self.first.1, 2)]).await;
        plan(&self.shop, &order, json!({})).await;
        let line = items(&order)[0];
        self.shop.release(line).await;
        go(&self.shop, packages(&self.shop, &order).await[0].0, &["not-found"]).await;
        (order, line)
    }

    /// An order of two of X from the first location, whose transfer to the second one has left.
    async fn shipped(&self) -> (Value, i64) {
        let order = order(&self.shop, &[("X", self.first.1, 2)]).await;
        figure(&self.shop, "X", self.second.1, 0).await;
        gather(&self.shop, &order, self.second.0).await;
        let page = self.shop.erp.get(&format!("/api/v1/oms/transfer_orders/?order={}", id(&order))).await.ok();
        let transfer = id(&page["results"][0]);
        self.transfer(transfer, "ship").await;
        (order, transfer)
    }

    async fn transfer(&self, transfer: i64, slug: &str) -> Value {
        let path = format!("/api/v1/oms/transfer_orders/{transfer}/command/");
        self.shop.erp.post(&path, json!({"slug": slug})).await.ok()
    }

    async fn waiting(&self) -> Value {
        self.shop.erp.get("/api/v1/oms/moves/?is_registered=false").await.ok()
    }

    async fn register(&self, stock_move: i64, body: Value) -> Answer {
        self.shop.erp.post(&format!("/api/v1/oms/moves/{stock_move}/register/"), body).await
    }

    async fn level(&self, list: i64, level: i64) {
        self.shop.server.advance(60);
        figure(&self.shop, "X", list, level).await;
    }

    async fn try_order(&self, list: i64, units: i64) -> Answer {
        let line = json!({"product_sku": "X", "stock_list": list, "quantity": units});
        self.shop.try_order(json!({"order_items": [line]})).await
    }
}

#[tokio::test]
async fn a_line_in_a_waiting_package_is_not_sold_again_by_the_levels_of_its_new_list() {
    let two = Two::open().await;
    let (_, line) = two.moved().await;
    let list = two.second.1;
    assert_eq!(figures(&two.shop, "X", list).await, [5, 2, 0, 3]);
    // The ERP has not heard of the move.
    two.level(list, 5).await;
    assert_eq!(figures(&two.shop, "X", list).await, [5, 2, 0, 3]);
    two.try_order(list, 5).await.refused("insufficient_stock");

    let page = two.waiting().await;
    let one = &page["results"][0];
    assert_eq!((&page["count"], &one["kind"], &one["quantity"]), (&json!(1), &json!("order_item"), &json!(2)));
    assert_eq!((int(&one["order_item"]), &one["product_sku"]), (line, &json!("X")));
    assert_eq!((int(&one["from_stock_list"]), int(&one["to_stock_list"])), (two.first.1, list));
    assert_eq!((int(&one["from_stock_location"]), int(&one["to_stock_location"])), (two.first.0, two.second.0));
    let shown = two.shop.erp.get(&format!("/api/v1/order_items/{line}/")).await.ok();
    assert_eq!((int(&shown["stock_list"]), int(&shown["stock_location"])), (list, two.second.0));
    assert_eq!(int(&shown["original_stock_list"]), two.first.1);
    for (filter, count) in [
        (format!("stock_list={list}"), 1),
        (format!("stock_location={}", two.second.0), 1),
        (format!("original_stock_list={}", two.first.1), 1),
        (format!("stock_list={}", two.first.1), 0),
    ] {
        assert_eq!(two.shop.erp.get(&format!("/api/v1/order_items/?{filter}")).await.ok()["count"], count, "{filter}");
    }

    let told = two.register(id(one), json!({"code": "M-1"})).await.ok();
    assert_eq!((&told["is_registered"], &told["code"]), (&json!(true), &json!("M-1")));
    assert_eq!(two.register(id(one), json!({"code": "M-1"})).await.ok(), told, "the same again");
    two.register(id(one), json!({"code": "M-2"})).await.faults(&["code"]);
    assert_eq!((figures(&two.shop, "X", list).await, &two.waiting().await["count"]), ([5, 0, 2, 3], &json!(0)));
    two.level(list, 3).await;
    assert_eq!(figures(&two.shop, "X", list).await, [3, 0, 0, 3]);
    two.try_order(list, 3).await.created();
    two.shop.server.verify().await;
}

#[tokio::test]
async fn the_levels_of_a_source_do_not_bring_back_what_has_left() {
    let two = Two::open().await;
    let (_, transfer) = two.shipped().await;
    let source = two.first.1;
    assert_eq!(figures(&two.shop, "X", source).await, [5, 0, 2, 3]);
    two.level(source, 5).await;
    assert_eq!(figures(&two.shop, "X", source).await, [5, 0, 2, 3]);
    two.try_order(source, 5).await.refused("insufficient_stock");
    two.transfer(transfer, "deliver").await;
    two.level(source, 5).await;
    assert_eq!(figures(&two.shop, "X", source).await, [5, 0, 2, 3]);
    let page = two.waiting().await;
    let one = &page["results"][0];
    assert_eq!((&one["kind"], int(&one["transfer"])), (&json!("transfer"), transfer));
    // An hour ago, by a clock that was never asked: not before it has left.
    let body = json!({"code": "T-1", "registered_at": two.shop.server.time(-3_600)});
    two.register(id(one), body).await.ok();
    two.level(source, 3).await;
    assert_eq!(figures(&two.shop, "X", source).await, [3, 0, 0, 3]);
    assert_eq!(figures(&two.shop, "X", two.second.1).await, [2, 2, 0, 0]);
    two.shop.server.verify().await;
}

#[tokio::test]
async fn a_repeated_mapping_registers_a_lines_move() {
    let two = Two::open().await;
    let (order, line) = two.moved().await;
    two.shop.release(line).await;
    assert_eq!(two.waiting().await["count"], 0);
    assert_eq!(figures(&two.shop, "X", two.second.1).await, [5, 0, 2, 3]);
    let page = two.shop.erp.get(&format!("/api/v1/oms/moves/?order={}", id(&order))).await.ok();
    assert_eq!((column(&page, "is_registered"), column(&page, "code")), (vec![json!(true)], vec![Value::Null]));
    two.register(id(&page["results"][0]), json!({"code": "M-1"})).await.ok();
    two.level(two.second.1, 3).await;
    assert_eq!(figures(&two.shop, "X", two.second.1).await, [3, 0, 0, 3]);
    two.shop.server.verify().await;
}

#[tokio::test]
async fn many_moves_are_registered_at_once_or_none() {
    let two = Two::open().await;
    two.moved().await;
    // The ERP has learnt something, so the first location offers again.
    two.level(two.first.1, 6).await;
    two.shipped().await;
    let waiting = two.waiting().await;
    let ids: Vec<i64> = column(&waiting, "id").iter().map(int).collect();
    assert_eq!(ids.len(), 2, "{waiting}");
    let path = "/api/v1/oms/moves/register/";
    let row = |id: i64, code: &str| json!({"id": id, "code": code});
    let erp = &two.shop.erp;
    let refused = erp.post(path, json!([row(ids[0], "A"), row(7, "B"), {"id": ids[1]}])).await.expect(400);
    assert_eq!(refused[2]["code"], json!(["This field is required."]), "{refused}");
    let refused = erp.post(path, json!([row(ids[0], "A"), row(7, "B"), row(ids[0], "C")])).await.expect(400);
    assert_eq!((&refused[0], refused[1]["id"].is_array(), refused[2]["code"].is_array()), (&json!({}), true, true));
    assert_eq!(two.waiting().await["count"], 2, "none was registered");
    erp.post("/api/v1/oms/moves/register/", json!([])).await.expect(400);
    erp.post(path, json!([{"id": ids[0], "code": "A", "registered_at": two.shop.server.time(9_000)}]))
        .await
        .expect(400);
    let told = erp.post(path, json!([row(ids[0], "A"), row(ids[1], "B")])).await.ok();
    assert_eq!((&told[0]["code"], &told[1]["is_registered"]), (&json!("A"), &json!(true)));
    assert_eq!(erp.post(path, row(ids[1], "B")).await.ok(), told[1], "one by its id");
    assert_eq!(two.waiting().await["count"], 0);
    // Lists are narrowed, and gone through by a cursor.
    for (filter, count) in [("kind=transfer", 1), ("is_registered=true", 2), ("code=A", 1), ("product_sku=Y", 0)] {
        assert_eq!(erp.get(&format!("/api/v1/oms/moves/?{filter}")).await.ok()["count"], count, "{filter}");
    }
    let first = erp.get("/api/v1/oms/moves/?limit=1&cursor=").await.ok();
    assert!(first["next"].is_string() && first["results"][0]["id"] == ids[0].min(ids[1]), "{first}");
    assert_eq!(erp.get(&format!("/api/v1/oms/moves/{}/", ids[0])).await.ok()["code"], "A");
    two.register(7, json!({"code": "A"})).await.expect(404);
    erp.get("/api/v1/oms/moves/7/").await.expect(404);
    erp.get("/api/v1/oms/moves/?colour=red").await.expect(400);
    two.shop.server.verify().await;
}

#[tokio::test]
async fn moves_are_the_business_of_the_erp() {
    let two = Two::open().await;
    two.moved().await;
    let one = id(&two.waiting().await["results"][0]);
    let path = format!("/api/v1/oms/moves/{one}/register/");
    let channel = two.shop.channel("refuse").await;
    let channel = two.shop.server.channel_client(channel).await;
    channel.get("/api/v1/oms/moves/").await.expect(403);
    channel.post(&path, json!({"code": "M"})).await.expect(403);
    let viewer = two.shop.server.client(Role::Viewer).await;
    assert_eq!(viewer.get("/api/v1/oms/moves/").await.ok()["count"], 1);
    viewer.post(&path, json!({"code": "M"})).await.expect(403);
    two.shop.admin.post(&path, json!({"code": "M"})).await.ok();
}

#[tokio::test]
async fn cancelling_leaves_nothing_to_register() {
    let two = Two::open().await;
    let (order, _) = two.moved().await;
    two.shop.cancel(&order).await;
    assert_eq!((figures(&two.shop, "X", two.second.1).await, &two.waiting().await["count"]), ([5, 0, 0, 5], &json!(0)));
    let page = two.shop.erp.get("/api/v1/oms/moves/?is_cancelled=true").await.ok();
    assert_eq!((&page["count"], &page["results"][0]["is_registered"]), (&json!(1), &json!(false)));
    two.shop.server.verify().await;
}

#[tokio::test]
async fn a_list_may_let_its_next_level_settle_moves() {
    let two = Two::open().await;
    let path = format!("/api/v1/stock_list/{}/", two.second.1);
    assert_eq!(two.shop.erp.get(&path).await.ok()["moves_settle"], "acknowledged");
    two.shop.erp.patch(&path, json!({"moves_settle": "sometimes"})).await.faults(&["moves_settle"]);
    assert_eq!(
        two.shop.erp.patch(&path, json!({"moves_settle": "next_level"})).await.ok()["moves_settle"],
        "next_level"
    );
    two.moved().await;
    assert_eq!((figures(&two.shop, "X", two.second.1).await, &two.waiting().await["count"]), ([5, 0, 2, 3], &json!(0)));
    two.level(two.second.1, 3).await;
    assert_eq!(figures(&two.shop, "X", two.second.1).await, [3, 0, 0, 3]);
    two.shop.server.verify().await;
}

#[tokio::test]
async fn units_on_their_way_to_nobody_are_not_for_sale_before_they_arrive() {
    for whole_order in [true, false] {
        let two = Two::open().await;
        let (order, transfer) = two.shipped().await;
        let package = packages(&two.shop, &order).await.last().expect("a package").0;
        if whole_order {
            two.shop.cancel(&order).await;
        } else {
            go(&two.shop, package, &["cancel"]).await;
            let planned = plan(&two.shop, &order, json!({})).await;
            let places: Vec<_> = planned["packages"].as_array().expect("packages").iter().collect();
            assert!(
                places.iter().all(|one| one["state"]["name"] == "Cancelled" || one["stock_location"] == two.first.0),
                "nothing waits where nothing is: {planned}"
            );
        }
        two.try_order(two.second.1, 1).await.refused("insufficient_stock");
        two.level(two.second.1, 2).await;
        two.try_order(two.second.1, 1).await.refused("insufficient_stock");
        two.shop.server.verify().await;
        two.transfer(transfer, "deliver").await;
        let shown = two.shop.erp.get(&format!("/api/v1/oms/packages/{package}/")).await.ok();
        assert_eq!(shown["state"]["name"], "Cancelled");
        two.try_order(two.second.1, 2).await.created();
        two.shop.server.verify().await;
    }
}

/// The ERP books a line, the line is not found and moves on, and only then the ERP says what it had booked, and where.
#[tokio::test]
async fn a_registration_from_before_a_move_is_one_of_the_list_that_the_line_has_left() {
    let two = Two::open().await;
    let order = order(&two.shop, &[("X", two.first.1, 2)]).await;
    plan(&two.shop, &order, json!({})).await;
    let (line, list) = (items(&order)[0], two.second.1);
    two.shop.server.advance(60);
    go(&two.shop, packages(&two.shop, &order).await[0].0, &["not-found"]).await;
    assert_eq!(two.waiting().await["count"], json!(0), "the ERP had registered nothing");
    let before = two.shop.server.time(-30);
    two.shop.try_release(line, json!({"registered_at": before})).await.created();
    assert_eq!(figures(&two.shop, "X", list).await, [5, 2, 0, 3], "its sale is booked in the other list");
    two.level(list, 5).await;
    assert_eq!(figures(&two.shop, "X", list).await, [5, 2, 0, 3]);
    let waiting = two.waiting().await;
    assert_eq!(column(&waiting, "from_stock_list"), [json!(two.first.1)]);
    assert_eq!(column(&waiting, "order_item"), [json!(line)]);
    two.try_order(list, 4).await.refused("insufficient_stock");
    two.register(id(&waiting["results"][0]), json!({"code": "M-1"})).await.ok();
    two.level(list, 3).await;
    assert_eq!(figures(&two.shop, "X", list).await, [3, 0, 0, 3]);
    two.shop.server.verify().await;
}
