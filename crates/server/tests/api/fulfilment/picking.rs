//! Pickers: who has a package, units of a line that are not there, opening a package again, taking back what was
//! shipped.

use serde_json::{Value, json};

use super::planned;
use crate::client::Client;
use crate::shop::{Shop, column, id, int, items};
use crate::warehouse::{figure, figures, gather, go, location, order, packages, plan, run};

/// A location with nine units of X, and an order of four of them in a package.
async fn four_of_nine() -> (Shop, i64, Value, Value) {
    let shop = Shop::open().await;
    let (_, list) = location(&shop, json!({"priority": 1})).await;
    figure(&shop, "X", list, 9).await;
    let order = order(&shop, &[("X", list, 4)]).await;
    let planned = plan(&shop, &order, json!({})).await;
    let package = match planned["packages"].as_array().map(Vec::as_slice) {
        Some([package]) => package.clone(),
        other => panic!("{other:?}"),
    };
    (shop, list, order, package)
}

async fn command(client: &Client, package: &Value, body: Value) -> crate::client::Answer {
    client.post(&format!("/api/v1/oms/packages/{}/command/", id(package)), body).await
}

#[tokio::test]
async fn of_a_line_only_the_units_that_are_missing_move_on() {
    let (shop, list, order, package) = four_of_nine().await;
    let (_, other) = location(&shop, json!({"priority": 2})).await;
    figure(&shop, "X", other, 1).await;
    let line = id(&package["package_items"][0]);
    for (wrong, why) in [
        (json!([{"id": line, "quantity": 5}]), "more than there are"),
        (json!([{"id": line, "quantity": 0}]), "none"),
        (json!([{"id": line, "quantity": "many"}]), "no number"),
        (json!([{"id": line, "units": 1}]), "an unknown field"),
        (json!([{"quantity": 1}]), "no line"),
        (json!([{"id": line, "quantity": 1}, {"id": line, "quantity": 1}]), "twice"),
        (json!([{"id": 987, "quantity": 1}]), "another package's"),
    ] {
        let body = json!({"slug": "not-found", "items": wrong});
        run(&shop, id(&package), body).await.faults(&["items"]);
        assert_eq!(figures(&shop, "X", list).await, [9, 4, 0, 5], "{why}");
    }
    go(&shop, id(&package), &["prepare"]).await;
    let body = json!({"slug": "not-found", "items": [{"id": line, "quantity": 1}]});
    let once = shop.erp.clone().with("Idempotency-Key", "one missing");
    let answer = command(&once, &package, body.clone()).await.ok();
    assert_eq!(command(&once, &package, body).await.ok(), answer, "the same again");
    let states = answer["package_items"].as_array().expect("lines").iter();
    let states: Vec<_> =
        states.map(|line| (int(&line["quantity"]), line["state"]["name"].as_str().expect("a name"))).collect();
    assert_eq!(states, [(3, "Preparing"), (1, "Out of Stock")]);
    let missing = &answer["package_items"][1]["discrepancies"][0];
    assert_eq!((&missing["quantity"], &missing["product_sku"]), (&json!(1), &json!("X")));
    assert_eq!(figures(&shop, "X", list).await, [9, 3, 0, 0]);
    assert_eq!(figures(&shop, "X", other).await, [1, 1, 0, 0], "what is missing here is taken from there");
    let found = packages(&shop, &order).await;
    assert_eq!(found.iter().map(|(_, _, state, _)| state.as_str()).collect::<Vec<_>>(), ["Preparing", "Waiting"]);
    let lines = shop.erp.get(&format!("/api/v1/order_items/?order={}", id(&order))).await.ok();
    assert_eq!(column(&lines, "quantity"), [json!(3), json!(1)]);
    assert_eq!(column(&lines, "split_from"), [Value::Null, json!(items(&order)[0])]);
    shop.server.verify().await;

    // The whole goes on as ever: registered, shipped, cancelled.
    let mapping = shop.release(items(&order)[0]).await;
    assert_eq!(figures(&shop, "X", list).await, [9, 0, 3, 0]);
    // To the ERP, which knows one line, both parts are that line.
    let part = id(&lines["results"][1]);
    shop.try_release(part, json!({"code": mapping["code"]})).await.created();
    go(&shop, id(&package), &["pack", "ship"]).await;
    go(&shop, found[1].0, &["prepare", "pack", "ship"]).await;
    assert_eq!(shop.erp.get(&format!("/api/v1/orders/{}/", id(&order))).await.ok()["status"], "500");
    shop.server.verify().await;
}

#[tokio::test]
async fn a_package_says_who_has_it_and_another_picker_may_take_it_over() {
    let (shop, _, _, package) = four_of_nine().await;
    assert_eq!(package["assigned_to"], Value::Null);
    let (one, other) = (&shop.erp, &shop.admin);
    let mine = command(one, &package, json!({"slug": "prepare"})).await.ok();
    let me = int(&mine["assigned_to"]);
    assert_eq!(command(one, &package, json!({"slug": "prepare"})).await.ok(), mine, "the same again");
    for slug in ["prepare", "pack", "not-found"] {
        let refused = command(other, &package, json!({"slug": slug})).await.refused("package_taken");
        assert_eq!(refused["assigned_to"], me, "{slug}");
    }
    let theirs = command(other, &package, json!({"transition": 6})).await.ok();
    assert_ne!(int(&theirs["assigned_to"]), me);
    command(one, &package, json!({"slug": "pack"})).await.refused("package_taken");
    let found = shop.erp.get(&format!("/api/v1/oms/packages/?assigned_to={}", theirs["assigned_to"])).await.ok();
    assert_eq!(column(&found, "id"), [package["id"].clone()]);
    command(other, &package, json!({"slug": "pack"})).await.ok();
    // What was closed too early is opened again.
    let opened = command(one, &package, json!({"slug": "unpack"})).await.ok();
    assert_eq!((&opened["state"]["name"], &opened["assigned_to"]), (&json!("Preparing"), &theirs["assigned_to"]));
    command(other, &package, json!({"slug": "not-found"})).await.ok();
    command(one, &package, json!({"slug": "unpack"})).await.faults(&["non_field_errors"]);
    shop.server.verify().await;
}

#[tokio::test]
async fn what_was_shipped_comes_back_to_stock() {
    let (shop, list, order, package) = four_of_nine().await;
    command(&shop.erp, &package, json!({"slug": "return"})).await.faults(&["non_field_errors"]);
    go(&shop, id(&package), &["prepare", "pack", "ship"]).await;
    shop.release(items(&order)[0]).await;
    shop.server.advance(60);
    figure(&shop, "X", list, 5).await;
    let line = id(&package["package_items"][0]);
    let body = json!({"slug": "return", "items": [{"id": line, "quantity": 1}]});
    command(&shop.erp, &package, body).await.ok();
    assert_eq!(figures(&shop, "X", list).await, [6, 0, 0, 6]);
    let shown = shop.erp.get(&format!("/api/v1/orders/{}/", id(&order))).await.ok();
    assert_eq!(shown["status"], "500", "three of four are still with the customer");
    command(&shop.erp, &package, json!({"slug": "return"})).await.ok();
    command(&shop.erp, &package, json!({"slug": "return"})).await.ok();
    assert_eq!(figures(&shop, "X", list).await, [9, 0, 0, 9], "once");
    let shown = shop.erp.get(&format!("/api/v1/orders/{}/", id(&order))).await.ok();
    assert_eq!(shown["status"], "600");
    let page = shop.erp.get("/api/v1/product_stocks/?product_sku=X").await.ok();
    let history = shop.erp.get(&format!("/api/v1/product_stocks/{}/movements/", id(&page["results"][0]))).await.ok();
    assert_eq!(column(&history, "reason")[..2], [json!("return"), json!("return")]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_transfer_goes_on_with_the_units_that_were_found() {
    let shop = Shop::open().await;
    let (_, list) = location(&shop, json!({"priority": 1})).await;
    let (there, _) = location(&shop, json!({"priority": 2})).await;
    figure(&shop, "X", list, 9).await;
    let order = order(&shop, &[("X", list, 4)]).await;
    gather(&shop, &order, there).await;
    let transfers = || async {
        let page = shop.erp.get(&format!("/api/v1/oms/transfer_orders/?order={}", id(&order))).await.ok();
        page["results"].as_array().expect("rows").clone()
    };
    let found = transfers().await;
    let transfer = found.iter().find(|one| one["state"]["name"] == "Waiting").expect("one waits");
    let line = id(&transfer["transfer_items"][0]);
    let path = format!("/api/v1/oms/transfer_orders/{}/command/", id(transfer));
    let missing = async |items: Value| shop.erp.post(&path, json!({"slug": "not-found", "items": items})).await;
    for wrong in [
        json!([{"id": line, "quantity": 5}]),
        json!([{"id": line, "quantity": 0}]),
        json!([{"id": line, "units": 1}]),
        json!([{"id": 987, "quantity": 1}]),
    ] {
        missing(wrong).await.faults(&["items"]);
    }
    assert_eq!(figures(&shop, "X", list).await, [9, 4, 0, 5]);
    let answer = missing(json!([{"id": line, "quantity": 1}])).await.ok();
    assert_eq!(answer["state"]["name"], "Waiting");
    let lines = answer["transfer_items"].as_array().expect("lines").iter();
    let lines: Vec<_> =
        lines.map(|line| (int(&line["quantity"]), line["state"]["name"].as_str().expect("a name"))).collect();
    assert_eq!(lines, [(3, "Waiting"), (1, "Out of Stock")]);
    assert_eq!(figures(&shop, "X", list).await, [9, 3, 0, 0], "what is left of the SKU there is off sale");
    for slug in ["ship", "deliver"] {
        shop.erp.post(&path, json!({"slug": slug})).await.ok();
    }
    let waiting = packages(&shop, &order).await;
    assert_eq!(waiting.last().map(|(_, _, state, _)| state.as_str()), Some("Waiting"), "everything is there");
    shop.server.verify().await;
}

#[tokio::test]
async fn of_two_pickers_one_wins_and_the_other_is_told() {
    let shop = Shop::open().await;
    let (_, list) = location(&shop, json!({})).await;
    figure(&shop, "X", list, 100).await;
    for round in 0..10 {
        let order = order(&shop, &[("X", list, 1)]).await;
        let package = planned(&shop, &order).await[0].0;
        let path = format!("/api/v1/oms/packages/{package}/command/");
        let (one, other) = (shop.erp.clone().apart(), shop.admin.clone().apart());
        let (first, second) = if round % 2 == 0 { ("prepare", "prepare") } else { ("prepare", "cancel") };
        let (one, other) =
            tokio::join!(one.post(&path, json!({"slug": first})), other.post(&path, json!({"slug": second})));
        let shown = shop.erp.get(&format!("/api/v1/oms/packages/{package}/")).await.ok();
        if first == second {
            // The first picker has it; the other is told who that is.
            let (winner, loser) = if one.status == 200 { (one, other) } else { (other, one) };
            assert_eq!(winner.ok(), shown);
            assert_eq!(loser.refused("package_taken")["assigned_to"], shown["assigned_to"]);
        } else {
            assert_eq!(other.ok()["state"]["name"], "Cancelled");
            assert!(one.status == 200 || one.body["non_field_errors"][0].is_string(), "{one:?}");
            assert_eq!(shown["state"]["name"], "Cancelled");
        }
    }
    shop.server.verify().await;
}
