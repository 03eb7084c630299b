//! The vendor's documents contradict themselves in places, and contract 14 says what Onhand does there. One test a row.

use serde_json::{Value, json};

use crate::client::{Body, TestServer};
use crate::files::{finished, import_path};
use crate::shop::{Shop, column, id, int, item};

fn labelled_json(text: &str) -> Body {
    Body::Raw("application/json", text.as_bytes().to_vec())
}

#[tokio::test]
async fn x01_the_release_answers_under_both_families() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    for family in ["i1", "v1"] {
        let line = item(&shop.order("SHIRT", 1).await);
        let path = format!("/api/{family}/order_items/{line}/create_mapping/");
        let mapping = shop.erp.post(&path, json!({"code": family})).await.created();
        assert_eq!(mapping["object_id"], json!(line));
        let other = path.replace(family, if family == "i1" { "v1" } else { "i1" });
        assert_eq!(shop.erp.post(&other, json!({"code": family})).await.created(), mapping, "the same handler");
    }
}

#[tokio::test]
async fn x02_the_line_is_taken_from_the_path_and_a_query_copy_must_agree() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let (line, other) = (item(&shop.order("SHIRT", 1).await), item(&shop.order("SHIRT", 1).await));
    let path = |query: &str| format!("/api/i1/order_items/{line}/create_mapping/?order_item_id={query}");
    for wrong in [other.to_string(), "x".to_owned(), String::new()] {
        shop.erp.post(&path(&wrong), json!({"code": "A"})).await.faults(&["order_item_id"]);
    }
    assert_eq!(shop.erp.get("/api/v1/integration_mappings/").await.ok()["count"], json!(0));
    let mapping = shop.erp.post(&path(&line.to_string()), json!({"code": "A"})).await.created();
    assert_eq!(mapping["object_id"], json!(line));
}

#[tokio::test]
async fn x03_bodies_are_json_or_form_fields() {
    let shop = Shop::open().await;
    let json = Body::Json(json!({"name": "As JSON"}));
    let form = Body::Raw("application/x-www-form-urlencoded", b"name=As+form".to_vec());
    let multipart = Body::Form(reqwest::multipart::Form::new().text("name", "As multipart"));
    for (body, name) in [(json, "As JSON"), (form, "As form"), (multipart, "As multipart")] {
        assert_eq!(shop.erp.send("POST", "/api/v1/stock_list/", body).await.created()["name"], json!(name));
    }
    // `curl -d` labels JSON as a form.
    let mislabelled = Body::Raw("application/x-www-form-urlencoded", br#"{"name": "By curl"}"#.to_vec());
    assert_eq!(shop.erp.send("POST", "/api/v1/stock_list/", mislabelled).await.created()["name"], json!("By curl"));
}

#[tokio::test]
async fn x04_form_bytes_labelled_as_json() {
    let shop = Shop::open().await;
    let made = shop.erp.send("POST", "/api/v1/stock_list/", labelled_json("name=Test+List")).await.created();
    assert_eq!(
        (&made["name"], &made["code"], &made["is_auto_sync"]),
        (&json!("Test List"), &json!(null), &json!(true))
    );
    let path = format!("/api/v1/stock_list/{}/", id(&made));
    let body = labelled_json("name=%C4%B0zmir+%26+co&is_auto_sync=False");
    let changed = shop.erp.send("PATCH", &path, body).await.ok();
    assert_eq!((&changed["name"], &changed["is_auto_sync"]), (&json!("İzmir & co"), &json!(false)));
    for neither in ["Test List", "{name=Test+List}", "name", "=x", "name=a&&name=b", "[name=x]", "\"name=x\""] {
        let answer = shop.erp.send("POST", "/api/v1/stock_list/", labelled_json(neither)).await;
        let faults = answer.expect(400);
        let detail = faults["detail"].as_str().unwrap_or_default();
        // A JSON text that is no object is not a parse error, but it is no body either.
        assert!(
            detail.starts_with("JSON parse error - ") || faults["non_field_errors"].is_array(),
            "{neither}: {faults}"
        );
    }
}

#[tokio::test]
async fn x05_broken_json_is_refused_never_repaired_and_never_sent() {
    let shop = Shop::open().await;
    let printed = r#"{
      "product_sku": "1116131001",
      "stock": 500,
      "stock_list": 1,
      "unit_type": "qty",
      "sold_quantity_unreported": 25
      "extra_field": {
        "test":"test"
      }
    }"#;
    let before = shop.server.dump().await;
    let faults = shop.erp.send("POST", "/api/i1/product_stock/", labelled_json(printed)).await.expect(400);
    assert!(faults["detail"].as_str().expect("a text").starts_with("JSON parse error - "), "{faults}");
    assert_eq!(shop.server.dump().await, before);
    shop.stock("1116131001", 500).await;
    let answer = shop.erp.get("/api/i1/product_stock/").await;
    assert!(serde_json::from_str::<Value>(&answer.text).is_ok(), "{}", answer.text);
}

/// The vendor's own placeholders, pasted as they are.
#[tokio::test]
async fn x06_placeholders_pasted_from_the_documents_are_told_so() {
    let shop = Shop::open().await;
    let code = json!({"update_stock": true, "code": "{erp_orderitem_code}"});
    shop.erp.post("/api/v1/order_items/{order_item_id}/create_mapping/", code).await.expect(404);
    shop.erp.patch("/api/v1/stock_list/{PK}/", json!({"name": "Test List Updated"})).await.expect(404);
    shop.try_write(json!({"product_sku": "S", "stock_list": "<stock-list-pk>"})).await.faults(&["stock_list"]);
    let pasted = shop.server.anonymous().with("Authorization", "Token API TOKEN");
    assert_eq!(pasted.get("/api/v1/stock_list/").await.expect(401), json!({"detail": "Invalid token."}));
}

#[tokio::test]
async fn x07_a_list_with_only_a_name_is_made_and_follows_the_erp() {
    let shop = Shop::open().await;
    let made = shop.erp.post("/api/v1/stock_list/", json!({"name": "Test List"})).await.created();
    assert_eq!((&made["code"], &made["is_auto_sync"]), (&json!(null), &json!(true)));
    for code in [json!(null), json!("")] {
        let says = json!({"name": "Another", "is_auto_sync": true, "code": code});
        shop.erp.post("/api/v1/stock_list/", says).await.refused("product_stock_400_2");
    }
    let patch = json!({"name": "Test List Updated"});
    shop.erp.patch(&format!("/api/v1/stock_list/{}/", id(&made)), patch).await.ok();
}

#[tokio::test]
async fn x08_the_import_makes_no_lists() {
    let shop = Shop::open().await;
    let csv = Body::Raw("text/csv", b"product__sku,stock\nA,5\n".to_vec());
    let answer = shop.erp.send("POST", &import_path(shop.list), csv).await.ok();
    finished(&shop.erp, answer["cache_key"].as_str().expect("a key")).await;
    let stocks = shop.erp.get("/api/v1/product_stock/").await.ok();
    assert_eq!((&stocks["results"][0]["product_sku"], &stocks["results"][0]["stock"]), (&json!("A"), &json!(5)));
    assert_eq!(shop.erp.get("/api/v1/stock_list/").await.ok()["count"], json!(1));
}

#[tokio::test]
async fn x09_the_documents_price_file_changes_no_stock() {
    let shop = Shop::open().await;
    let header = "product__sku,product__name,price_list__name,currency_type,tax_rate,retail_price,price";
    let file = format!("{header}2015227,GANT Man Black Sock,Demo Price List,usd,8.00,,10.00");
    let before = shop.server.dump().await;
    for path in ["/api/v1/stock_list/", "/api/i1/product_stock/"] {
        let answer = shop.erp.send("POST", path, Body::Raw("text/csv", file.clone().into_bytes())).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    assert_eq!(shop.server.dump().await, before);
}

#[tokio::test]
async fn x10_the_status_of_an_import_that_never_was_is_404() {
    let shop = Shop::open().await;
    let key = "37c7dad0-1efb-4a44-b10f-a1ac619a25b1";
    shop.erp.get(&format!("/api/v1/stock_list/excel_import_status/?cache_key={key}")).await.expect(404);
    shop.erp.get(&format!("/api/v1/stock_list/{}/excel_import/?cache_key={key}", shop.list)).await.expect(404);
}

#[tokio::test]
async fn x11_a_removal_of_discrepancies_deletes_nothing_by_guess() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    shop.order("SHIRT", 1).await;
    let before = shop.server.dump().await;
    for body in [json!({}), json!({"expired_date": "soon"}), json!({"expired_date": ""})] {
        shop.erp.post("/api/v1/oms/inventory-discrepancies/remove/", body).await.faults(&["expired_date"]);
    }
    let body = json!({"expired_date": "10-10-2023"});
    shop.erp.post("/api/v1/oms/inventory-discrepancies/remove/", body).await.expect(204);
    assert_eq!(shop.server.dump().await, before);
}

/// What is deleted answers 204 with nothing at all, so that `.json()` is not called on half a body.
#[tokio::test]
async fn x12_a_deletion_answers_204_and_no_body() {
    let shop = Shop::open().await;
    let token = shop.erp.post("/api/v1/auth/tokens/", json!({"name": "old"})).await.created();
    let answer = shop.erp.delete(&format!("/api/v1/auth/tokens/{}/", id(&token))).await;
    assert_eq!((answer.status, answer.text.as_str(), answer.header("content-type")), (204, "", None));
    let form = Body::Raw("application/x-www-form-urlencoded", b"expired_date=10-10-2023".to_vec());
    let answer = shop.erp.send("POST", "/api/v1/oms/inventory-discrepancies/remove/", form).await;
    assert_eq!((answer.status, answer.text.as_str(), answer.header("content-type")), (204, "", None));
}

#[tokio::test]
async fn x13_paths_answer_with_and_without_the_slash_without_a_redirect() {
    let shop = Shop::open().await;
    for slash in ["", "/"] {
        let list =
            shop.erp.post(&format!("/api/v1/stock_list{slash}"), json!({"name": format!("N{slash}")})).await.created();
        let list = id(&list);
        let renamed = json!({"name": format!("M{slash}")});
        let path = format!("/api/v1/stock_list/{list}{slash}");
        assert_eq!(shop.erp.patch(&path, renamed.clone()).await.ok()["name"], renamed["name"]);
        assert_eq!(shop.erp.get(&path).await.ok()["name"], renamed["name"]);
        let page = shop.erp.get(&format!("/api/v1/stock_list{slash}?limit=1")).await.ok();
        let next = page["next"].as_str().expect("a second page");
        assert!(next.contains(&format!("/api/v1/stock_list{slash}?")), "{next} keeps the client's way");
    }
}

#[tokio::test]
async fn x14_ids_are_called_what_each_example_calls_them() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let order = shop.order("SHIRT", 1).await;
    let mapping = shop.release(item(&order)).await;
    let has = |object: &Value| [object.get("pk").is_some(), object.get("id").is_some()];
    let first = async |path: &str| shop.erp.get(path).await.ok()["results"][0].clone();
    assert_eq!(has(&first("/api/i1/product_stock/").await), [false, true]);
    assert_eq!(has(&first("/api/v1/product_stock/").await), [true, false]);
    assert_eq!(has(&first("/api/v1/stock_list/").await), [true, false]);
    assert_eq!(has(&first("/api/v1/content_types/").await), [false, true]);
    assert_eq!(has(&mapping), [true, false]);
    for path in ["/api/v1/products/", "/api/i1/orders/", "/api/v1/order_items/"] {
        let row = first(path).await;
        assert_eq!((has(&row), &row["pk"]), ([true, true], &row["id"]), "{path} has both twins");
    }
}

#[tokio::test]
async fn x15_lists_and_stocks_are_under_both_families() {
    let shop = Shop::open().await;
    let stock = shop.stock("SHIRT", 10).await;
    for family in ["i1", "v1"] {
        let lists = shop.erp.get(&format!("/api/{family}/stock_list/")).await.ok();
        assert_eq!(column(&lists, "pk"), [json!(shop.list)]);
        for resource in ["product_stock", "product_stocks"] {
            assert_eq!(shop.erp.get(&format!("/api/{family}/{resource}/")).await.ok()["count"], json!(1));
            assert_eq!(shop.erp.get(&format!("/api/{family}/{resource}/{stock}/")).await.ok()["stock"], json!(10));
        }
    }
}

#[tokio::test]
async fn x16_the_code_is_required() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let line = item(&shop.order("SHIRT", 1).await);
    let path = format!("/api/i1/order_items/{line}/create_mapping/");
    for update_stock in [true, false] {
        let faults = shop.erp.post(&path, json!({"update_stock": update_stock})).await.faults(&["code"]);
        assert_eq!(faults, json!({"code": ["This field is required."]}));
    }
    for blank in [json!(""), json!("  "), json!(null)] {
        shop.erp.post(&path, json!({"code": blank})).await.faults(&["code"]);
    }
    assert_eq!(shop.figures(shirt).await, [10, 1, 0, 9]);
}

#[tokio::test]
async fn x17_booleans_are_understood_as_clients_write_them() {
    let shop = Shop::open().await;
    let path = format!("/api/i1/stock_list/{}/", shop.list);
    let yes = [json!(true), json!("true"), json!("True"), json!("TRUE"), json!(1), json!("1")];
    let no = [json!(false), json!("false"), json!("False"), json!("FALSE"), json!(0), json!("0")];
    for (words, meaning) in [(no, false), (yes, true)] {
        for word in words {
            let changed = shop.erp.patch(&path, json!({"is_auto_sync": !meaning})).await.ok();
            assert_eq!(changed["is_auto_sync"], json!(!meaning));
            let changed = shop.erp.patch(&path, json!({"is_auto_sync": word})).await.ok();
            assert_eq!(changed["is_auto_sync"], json!(meaning), "{word}");
        }
    }
    for neither in [json!("maybe"), json!(2), json!(1.5), json!([]), json!({}), json!(""), json!(null)] {
        shop.erp.patch(&path, json!({"is_auto_sync": neither})).await.faults(&["is_auto_sync"]);
    }
}

#[tokio::test]
async fn x18_the_search_that_the_text_promises() {
    let shop = Shop::open().await;
    let (one, two) = (shop.stock("ONE", 1).await, shop.stock("TWO", 2).await);
    for (query, found) in [("product_sku=TWO", vec![two]), ("product_sku__in=ONE,TWO&sort=-id", vec![two, one])] {
        let page = shop.erp.get(&format!("/api/i1/product_stock/?{query}&limit=4&page=1")).await.ok();
        assert_eq!(column(&page, "id"), found.iter().map(|id| json!(id)).collect::<Vec<_>>(), "{query}");
    }
}

#[tokio::test]
async fn x19_a_write_is_201_when_it_makes_and_200_when_it_updates() {
    let shop = Shop::open().await;
    let body = json!({"product_sku": "SHIRT", "stock_list": shop.list, "stock": 1});
    let made = shop.erp.post("/api/i1/product_stock/", body.clone()).await.created();
    assert_eq!(shop.erp.post("/api/i1/product_stock/", body).await.ok()["id"], made["id"]);
}

#[tokio::test]
async fn x20_a_refusal_is_a_text_with_a_code_and_a_fault_is_a_list_without() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 0).await;
    let refusal = shop.try_order(json!({"order_items": [shop.line("SHIRT", 1)]})).await.refused("insufficient_stock");
    assert!(refusal["non_field_errors"].is_string(), "{refusal}");
    let fault = shop.erp.post("/api/v1/orders/", json!([1])).await.faults(&["non_field_errors"]);
    assert!(fault["non_field_errors"].is_array(), "{fault}");
}

#[tokio::test]
async fn x21_a_list_is_read_without_the_slash() {
    let shop = Shop::open().await;
    let bare = shop.erp.get("/api/v1/stock_list").await.ok();
    assert_eq!(bare, shop.erp.get("/api/v1/stock_list/").await.ok());
    assert_eq!(bare["count"], json!(1));
}

#[tokio::test]
async fn x22_kilograms_are_whole_numbers() {
    let shop = Shop::open().await;
    let before = shop.server.dump().await;
    for fraction in [json!(1.5), json!("1.5"), json!(0.1), json!("1,5"), json!(1e-1)] {
        let body = json!({"product_sku": "RICE", "unit_type": "kg", "stock": fraction});
        shop.try_write(body).await.faults(&["stock"]);
    }
    assert_eq!(shop.server.dump().await, before);
    let body = json!({"product_sku": "RICE", "unit_type": "kg", "stock": 12.0});
    assert_eq!(int(&shop.write(body).await["stock"]), 12);
}

#[tokio::test]
async fn x23_answers_are_json_whatever_is_asked_for() {
    let shop = Shop::open().await;
    for accept in ["application/json", "*/*", "text/html,application/xhtml+xml", "application/xml", "nonsense", ""] {
        let client = shop.erp.clone().with("Accept", accept).with("Content-Type", "application/json");
        let answer = client.get("/api/v1/stock_list/").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{accept}");
    }
}

#[tokio::test]
async fn x24_one_object_is_an_object() {
    let shop = Shop::open().await;
    let stock = shop.stock("SHIRT", 10).await;
    let order = shop.order("SHIRT", 1).await;
    for path in [
        format!("/api/v1/product_stocks/{stock}/"),
        format!("/api/v1/stock_list/{}/", shop.list),
        format!("/api/v1/orders/{}/", id(&order)),
        format!("/api/v1/order_items/{}/", item(&order)),
    ] {
        let body = shop.erp.get(&path).await.ok();
        assert!(body.is_object(), "{path}: {body}");
    }
}

#[tokio::test]
async fn x25_a_line_needs_no_quantity_and_no_prices() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let bare = json!({"product_sku": "SHIRT", "stock_list": shop.list});
    let order = shop.try_order(json!({"order_items": [bare]})).await.created();
    let line = &order["order_items"][0];
    assert_eq!((&line["quantity"], &line["price"]), (&json!(1), &json!(null)));
    let priced = json!({
        "product_sku": "SHIRT", "stock_list": shop.list, "quantity": 2, "unit_price": "5.00", "total_price": "10.00",
    });
    shop.try_order(json!({"order_items": [priced]})).await.created();
    assert_eq!(shop.figures(shirt).await, [10, 3, 0, 7]);
}

#[tokio::test]
async fn x26_a_boolean_filter_is_read_in_any_case() {
    let shop = Shop::on(TestServer::start().await).await;
    shop.stock("SHIRT", 10).await;
    let (waiting, taken) = (shop.order("SHIRT", 1).await, shop.order("SHIRT", 1).await);
    shop.erp.patch(&format!("/api/v1/orders/{}/", id(&taken)), json!({"is_send": true})).await.ok();
    for (order, words) in [(&waiting, ["False", "false", "FALSE", "0"]), (&taken, ["True", "true", "TRUE", "1"])] {
        for word in words {
            let page = shop.erp.get(&format!("/api/i1/orders/?is_send={word}")).await.ok();
            assert_eq!((&page["count"], column(&page, "pk")), (&json!(1), vec![order["pk"].clone()]), "{word}");
        }
    }
    shop.erp.get("/api/i1/orders/?is_send=None").await.faults(&["is_send"]);
}
