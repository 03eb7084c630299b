//! Mappings: the ERP's codes for order lines (contract 6.3).

use serde_json::json;

use crate::shop::{Shop, column, item, merge};

#[tokio::test]
async fn mappings_are_listed_by_line_and_by_code() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let lines = [item(&shop.order("SHIRT", 1).await), item(&shop.order("SHIRT", 1).await)];
    let first = shop.release(lines[0]).await;
    let second = shop.try_release(lines[1], json!({"code": "0042", "update_stock": false})).await.created();
    let page = shop.erp.get(&format!("/api/v1/order_items/{}/create_mapping/", lines[0])).await.ok();
    assert_eq!((&page["count"], &page["results"]), (&json!(1), &json!([first])));
    let page = shop.erp.get("/api/v1/integration_mappings/").await.ok();
    assert_eq!(page["results"], json!([first, second]));
    let page = shop.erp.get("/api/i1/integration_mappings/?code=0042").await.ok();
    assert_eq!(column(&page, "object_id"), [json!(lines[1])], "a code is a text: its zeros stay");
    let page = shop.erp.get("/api/v1/integration_mappings/?integration_type=hepsiburada").await.ok();
    assert_eq!(page["count"], json!(0));
}

#[tokio::test]
async fn a_line_without_a_mapping_has_an_empty_list_and_an_unknown_line_none() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let line = item(&shop.order("SHIRT", 1).await);
    let page = shop.erp.get(&format!("/api/v1/order_items/{line}/create_mapping/")).await.ok();
    assert_eq!((&page["count"], &page["results"]), (&json!(0), &json!([])));
    shop.erp.get("/api/v1/order_items/1/create_mapping/").await.expect(404);
}

/// A marketplace's code says nothing of what the ERP knows.
#[tokio::test]
async fn only_the_erps_code_releases() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let line = item(&shop.order("SHIRT", 2).await);
    let market = json!({"code": "M-1", "integration_type": "trendyol", "update_stock": true});
    let fault = shop.try_release(line, market).await.faults(&["update_stock"]);
    assert!(fault["update_stock"][0].as_str().expect("a text").contains("external_company"), "{fault}");
    for update_stock in [json!({}), json!({"update_stock": false})] {
        let mut market = json!({"code": "M-1", "integration_type": "trendyol"});
        merge(&mut market, update_stock);
        shop.try_release(line, market).await.created();
    }
    assert_eq!(shop.figures(shirt).await, [10, 2, 0, 8]);
    shop.try_release(line, json!({"integration_type": "external_company", "update_stock": true})).await.created();
    assert_eq!(shop.figures(shirt).await, [10, 0, 2, 8]);
}

/// One line may be known to several remote systems, each with one code.
#[tokio::test]
async fn a_line_has_one_code_per_remote_system() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let line = item(&shop.order("SHIRT", 1).await);
    shop.try_release(line, json!({"code": "A"})).await.created();
    shop.try_release(line, json!({"code": "A", "integration_type": "akinon"})).await.created();
    let before = shop.server.dump().await;
    let fault = shop.try_release(line, json!({"code": "B"})).await.faults(&["code"]);
    assert!(fault["code"][0].as_str().expect("a text").contains("\"A\""), "it says which code there is: {fault}");
    shop.try_release(line, json!({"code": "B", "integration_type": "akinon"})).await.faults(&["code"]);
    assert_eq!(shop.server.dump().await, before);
    let page = shop.erp.get(&format!("/api/v1/integration_mappings/?object_id={line}")).await.ok();
    assert_eq!(column(&page, "integration_type"), [json!("external_company"), json!("akinon")]);
}

/// What the ERP says of one line must not be taken for another one.
#[tokio::test]
async fn a_code_of_the_erp_is_one_lines_unless_the_list_allows_others() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let [first, second, third] = [(); 3].map(|()| shop.order("SHIRT", 1));
    let [first, second, third] = [item(&first.await), item(&second.await), item(&third.await)];
    shop.try_release(first, json!({"code": "SO-1"})).await.created();
    let before = shop.server.dump().await;
    let fault = shop.try_release(second, json!({"code": "SO-1"})).await.faults(&["code"]);
    assert!(fault["code"][0].as_str().expect("a text").contains("is_item_code_unique"), "it says what to do: {fault}");
    shop.try_release(second, json!({"code": "SO-1", "update_stock": false})).await.faults(&["code"]);
    assert_eq!(shop.server.dump().await, before);
    shop.try_release(first, json!({"code": "SO-1"})).await.created();
    shop.try_release(second, json!({"code": "SO-1", "integration_type": "akinon"})).await.created();
    shop.try_release(third, json!({"code": "SO-1", "integration_type": "akinon"})).await.created();

    let list = shop.erp.get(&format!("/api/v1/stock_list/{}/", shop.list)).await.ok();
    assert_eq!(list["is_item_code_unique"], json!(true));
    let shares = json!({"is_item_code_unique": false});
    let list = shop.erp.patch(&format!("/api/v1/stock_list/{}/", shop.list), shares).await.ok();
    assert_eq!(list["is_item_code_unique"], json!(false));
    shop.try_release(second, json!({"code": "SO-1"})).await.created();
    let page = shop.erp.get("/api/v1/integration_mappings/?code=SO-1&integration_type=external_company").await.ok();
    assert_eq!(column(&page, "object_id"), [json!(first), json!(second)]);
    shop.server.verify().await;
}

/// Many workers of one ERP that all took the same number.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_lines_at_once_one_gets_the_code() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 100).await;
    let mut lines = Vec::new();
    for _ in 0..16 {
        lines.push(item(&shop.order("SHIRT", 1).await));
    }
    let mut asking = tokio::task::JoinSet::new();
    for line in lines {
        let erp = shop.erp.clone().apart();
        let path = format!("/api/v1/order_items/{line}/create_mapping/");
        asking.spawn(async move { erp.post(&path, json!({"code": "SO-7", "update_stock": true})).await.status });
    }
    let mut answers = asking.join_all().await;
    answers.sort_unstable();
    let mut wanted = vec![400; 15];
    wanted.insert(0, 201);
    assert_eq!(answers, wanted);
    shop.server.verify().await;
}
