//! Feeds and the plain lists beside them: what is in which, what it shows, when it leaves.

use onhand::auth::Role;
use serde_json::{Value, json};

use crate::market::{Market, NONE, object};
use crate::shop::{id, int};

#[tokio::test]
async fn a_round_of_stocks_ends_with_an_empty_feed() {
    let market = Market::open().await;
    let stock = market.shop.stock("SHIRT", 5).await;
    let product = market.shop.erp.get(&format!("/api/v1/product_stocks/{stock}/")).await.ok()["product"].clone();
    assert_eq!(market.ids("product_stocks/inserts/?limit=100&page=1").await, NONE, "its product was not sent");
    market.know("product", int(&product)).await;
    let rows = market.rows("product_stocks/inserts/?limit=100&page=1").await;
    let row = &rows[0];
    assert_eq!(
        (&row["pk"], &row["id"], &row["product"], &row["stock"]),
        (&json!(stock), &json!(stock), &product, &json!(5))
    );
    market.send(&[row]).await;
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE);
    assert_eq!(market.ids("product_stocks/updates/").await, NONE);
    market.shop.order("SHIRT", 2).await;
    let rows = market.rows("product_stocks/updates/?limit=100").await;
    assert_eq!((rows.len(), &rows[0]["stock"], &rows[0]["adjusted_stock"]), (1, &json!(3), &json!(3)));
    assert_eq!(rows[0]["sold_quantity_unreported"], json!(2));
    market.send(&[&rows[0]]).await;
    assert_eq!(market.ids("product_stocks/updates/").await, NONE);
}

/// Contract C5.3: the client reads the object again when it finishes, and reports that version.
#[tokio::test]
async fn a_change_while_the_batch_is_open_is_sent_afterwards() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    let batch = market.committed(&[&row]).await;
    market.shop.stock("SHIRT", 4).await;
    assert_eq!(market.ids("product_stocks/inserts/").await, NONE, "the batch has it");
    let again = market.rows(&format!("product_stocks/?pk__in={}&limit=1", row["pk"])).await.remove(0);
    assert_ne!(again["modified_date"], row["modified_date"]);
    market.step(batch, "done", json!([object(&again, json!({"remote_id": "R1"}))])).await.ok();
    let rows = market.rows("product_stocks/updates/").await;
    assert_eq!((rows.len(), &rows[0]["stock"]), (1, &json!(4)));
    market.send(&[&rows[0]]).await;
    assert_eq!(market.ids("product_stocks/updates/").await, NONE);
}

#[tokio::test]
async fn the_oldest_change_comes_first_and_a_limit_starves_nobody() {
    let market = Market::open().await;
    let mut sent = Vec::new();
    for number in 0..5 {
        sent.push(id(&market.stock(&format!("S{number}"), 1).await));
        market.shop.server.advance(1);
    }
    market.shop.stock("S0", 2).await;
    sent.rotate_left(1);
    let page = market.get("product_stocks/inserts/?limit=2").await.ok();
    assert_eq!((&page["count"], page["next"].is_string()), (&json!(5), true));
    let mut seen = Vec::new();
    for _ in 0..3 {
        let page = market.get("product_stocks/inserts/?limit=2").await.ok();
        let rows: Vec<&Value> = page["results"].as_array().expect("rows").iter().collect();
        seen.extend(rows.iter().map(|row| id(row)));
        market.send(&rows).await;
    }
    assert_eq!(seen, sent);
    market.get("product_stocks/inserts/?page=2").await.expect(404);
}

#[tokio::test]
async fn a_channel_may_be_told_the_raw_figure() {
    let market = Market::open().await;
    market.stock("SHIRT", 5).await;
    market.shop.order("SHIRT", 2).await;
    let figures = async || {
        let row = market.rows("product_stocks/inserts/").await.remove(0);
        let listed = market.rows("product_stocks/").await.remove(0);
        assert_eq!(row, listed, "a feed shows what a list shows");
        [int(&row["stock"]), int(&row["adjusted_stock"])]
    };
    assert_eq!(figures().await, [3, 3]);
    let raw = json!({"stock_figure": "raw"});
    market.shop.admin.patch(&format!("/api/v1/channels/{}/", market.channel), raw).await.ok();
    assert_eq!(figures().await, [5, 3]);
    // What is not found is off sale: there is no number to sell it by.
    let place = json!({"name": "A place", "erp_code": "P", "stock_list": market.shop.list});
    market.shop.erp.post("/api/v1/oms/stocklocations/", place).await.created();
    let order = market.shop.order("SHIRT", 1).await;
    let planned = crate::warehouse::plan(&market.shop, &order, json!({})).await;
    crate::warehouse::go(&market.shop, id(&planned["packages"][0]), &["not-found"]).await;
    assert_eq!(figures().await, [0, 0]);
}

#[tokio::test]
async fn extra_lists_have_feeds_of_their_own_and_the_main_one_is_among_them() {
    let market = Market::open().await;
    let main = id(&market.stock("SHIRT", 5).await);
    let outlet = id(&market.shop.write(json!({"product_sku": "SHIRT", "stock": 1, "stock_list": market.outlet})).await);
    let (list, extra) = (market.shop.list, market.outlet);
    let feed = |list: i64| format!("extra_product_stocks/inserts/?stock_list={list}&limit=100&page=1");
    assert_eq!(market.ids(&feed(list)).await, [main]);
    assert_eq!(market.ids(&feed(extra)).await, [outlet]);
    assert_eq!(market.ids("product_stocks/inserts/").await, [main], "the plain feed has no extra list");
    assert_eq!(market.ids("extra_product_stocks/inserts/").await, [main], "one list at a time");
    let foreign = market.shop.list_with(json!({})).await;
    assert_eq!(market.ids(&feed(foreign)).await, NONE);
    let row = market.rows("extra_product_stocks/inserts/").await.remove(0);
    market.send(&[&row]).await;
    assert_eq!(market.ids("extra_product_stocks/inserts/").await, [outlet], "then the next one");
    market.shop.write(json!({"product_sku": "SHIRT", "stock": 7, "stock_list": list})).await;
    assert_eq!(market.ids("extra_product_stocks/updates/").await, [main]);
    assert_eq!(market.ids("product_stocks/updates/").await, [main]);

    // Plain lists: objects are found wherever they are; products in the list that is asked for.
    let product = int(&row["product"]);
    assert_eq!(market.ids(&format!("product_stocks/?pk__in={main},{outlet}&limit=2")).await.len(), 2);
    assert_eq!(market.ids(&format!("product_stocks/?product__pk__in={product}")).await, [main]);
    assert_eq!(market.ids(&format!("product_stocks/?product__pk__in={product}&stock_list={extra}")).await, [outlet]);
    assert_eq!(market.ids(&format!("extra_product_stocks/?product__pk__in={product}&stock_list={list}")).await, [main]);
    assert_eq!(market.ids("extra_product_stocks/?sort=id").await.len(), 2);
    assert_eq!(market.ids("product_stocks/").await, [main]);
}

#[tokio::test]
async fn the_lists_of_the_catalog_are_the_channels() {
    let market = Market::open().await;
    let foreign = market.shop.list_with(json!({})).await;
    assert_eq!(market.ids("stock_lists/").await, [market.shop.list, market.outlet]);
    assert_eq!(market.ids("price_lists/").await, [market.prices]);
    assert_eq!(market.ids(&format!("stock_lists/?pk={foreign}")).await, NONE);
    let (channel, erp) = (market.channel, &market.shop.erp);
    erp.get(&format!("/api/v1/channel/{channel}/stock_lists/")).await.ok();
    erp.get(&format!("/api/v1/channel/{channel}/price_lists/")).await.ok();
}

/// Pages of a feed are kept, but never beyond what changes them.
#[tokio::test]
async fn a_feed_asked_for_again_and_again_shows_what_is_there() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 1).await;
    market.send(&[&row]).await;
    for figure in 2..20 {
        market.shop.stock("SHIRT", figure).await;
        for _ in 0..3 {
            let rows = market.rows("product_stocks/updates/").await;
            assert_eq!((rows.len(), &rows[0]["stock"]), (1, &json!(figure)));
        }
        let row = market.rows("product_stocks/updates/").await.remove(0);
        market.send(&[&row]).await;
        for _ in 0..2 {
            assert_eq!(market.ids("product_stocks/updates/").await, NONE);
        }
    }
}

#[tokio::test]
async fn prices_are_the_mirror_image() {
    let market = Market::open().await;
    let product = int(&market.stock("SHIRT", 5).await["product"]);
    let price = json!({"product": product, "price_list": market.prices, "price": "9.90", "currency_type": "try"});
    let price = market.shop.erp.post("/api/v1/product_prices/", price).await.created();
    let rows = market.rows("product_prices/inserts/?limit=100").await;
    assert_eq!(rows, std::slice::from_ref(&price));
    assert_eq!(market.rows(&format!("extra_product_prices/inserts/?price_list={}", market.prices)).await, rows);
    assert_eq!(market.rows(&format!("product_prices/?pk__in={}", price["pk"])).await, rows);
    assert_eq!(market.rows(&format!("extra_product_prices/?product__pk__in={product}&limit=1")).await, rows);
    let object = object(&price, json!({"content_type": "productprice"}));
    let batch = market.batch().await;
    market.step(batch, "commit", json!([object])).await.ok();
    market.step(batch, "done", json!([object])).await.ok();
    assert_eq!(market.ids("product_prices/inserts/").await, NONE);
    let dearer = json!({"price": "19.90"});
    market.shop.erp.patch(&format!("/api/v1/product_prices/{}/", price["pk"]), dearer).await.ok();
    assert_eq!(market.rows("product_prices/updates/").await[0]["price"], json!("19.90"));
    assert_eq!(market.ids("extra_product_prices/updates/").await, [id(&price)]);
}

#[tokio::test]
async fn products_are_offered_by_catalog() {
    let market = Market::open().await;
    let add = async |sku: &str| id(&market.shop.erp.post("/api/v1/products/", json!({"sku": sku})).await.created());
    let (shirt, hat) = (add("SHIRT").await, add("HAT").await);
    add("ELSEWHERE").await;
    let feed = "products/inserts/?product_type=0&limit=100";
    assert_eq!(market.ids(feed).await, NONE, "none has a stock in a list of the catalog");
    market.shop.stock("SHIRT", 1).await;
    market.shop.write(json!({"product_sku": "HAT", "stock": 1, "stock_list": market.outlet})).await;
    let foreign = market.shop.list_with(json!({})).await;
    market.shop.write(json!({"product_sku": "ELSEWHERE", "stock": 1, "stock_list": foreign})).await;
    assert_eq!(market.ids(feed).await, [shirt, hat], "a catalog without items has the products of its lists");
    let catalog = format!("/api/v1/catalogs/{}/", market.catalog);
    market.shop.erp.patch(&catalog, json!({"extra_stock_lists": []})).await.ok();
    assert_eq!(market.ids(feed).await, [shirt], "a list that leaves takes its products with it");
    market.shop.erp.patch(&catalog, json!({"extra_stock_lists": [market.outlet]})).await.ok();
    let item = json!({"catalog": market.catalog, "product": shirt});
    market.shop.erp.post("/api/v1/catalog_items/", item).await.created();
    assert_eq!(market.ids(feed).await, [shirt]);
    assert_eq!(market.ids("products/inserts/?product_type=1").await, NONE);
    market.know("product", shirt).await;
    assert_eq!(market.ids(feed).await, NONE);
    market.shop.erp.patch(&format!("/api/v1/products/{shirt}/"), json!({"name": "Shirt"})).await.ok();
    assert_eq!(market.ids("products/updates/").await, [shirt]);
    let item = json!({"catalog": market.catalog, "product": hat});
    market.shop.erp.post("/api/v1/catalog_items/", item).await.created();
    assert_eq!(market.ids("products/inserts_or_updates/?product_type=0&limit=100").await, [hat, shirt]);
    assert_eq!(market.ids(&format!("products/?pk__in={shirt},{hat}&product_type=0&sort=id")).await, [shirt, hat]);

    let gone = "integration_actions/deleted/?model=product&channel_id=1&limit=100"
        .replace("=1&", &format!("={}&", market.channel));
    assert_eq!(market.rows(&gone).await, [] as [Value; 0]);
    market.shop.erp.patch(&format!("/api/v1/products/{shirt}/"), json!({"is_active": false})).await.ok();
    let rows = market.rows(&gone).await;
    assert_eq!((rows.len(), &rows[0]["object_id"]), (1, &json!(shirt)));
    assert_eq!(market.ids("products/updates/").await, NONE);
}

#[tokio::test]
async fn orders_that_the_channel_has_made_known_are_offered_when_they_change() {
    let market = Market::open().await;
    market.stock("SHIRT", 5).await;
    let order = json!({"channel": market.channel, "order_items": [market.shop.line("SHIRT", 1)]});
    let order = market.shop.try_order(order).await.created();
    let other = json!({"channel": market.shop.channel("accept").await, "order_items": [market.shop.line("SHIRT", 1)]});
    let other = market.shop.try_order(other).await.created();
    market.know("order", id(&order)).await;
    let foreign = json!({"content_type_model": "order", "object_id": id(&other)});
    market.post("integration_actions/", foreign).await.faults(&["object_id"]);
    assert_eq!(market.ids("orders/updates/?limit=100").await, NONE);
    market.shop.cancel(&order).await;
    market.shop.cancel(&other).await;
    let rows = market.rows("orders/updates/?limit=100").await;
    assert_eq!((rows.len(), &rows[0]["number"], &rows[0]["status"]), (1, &order["number"], &json!("100")));
    let object = object(&rows[0], json!({"content_type": "order"}));
    let batch = market.batch().await;
    market.step(batch, "commit", json!([object])).await.ok();
    market.step(batch, "done", json!([object])).await.ok();
    assert_eq!(market.ids("orders/updates/").await, NONE);
}

#[tokio::test]
async fn a_feed_has_an_order_of_its_own_and_numbered_pages() {
    let market = Market::open().await;
    market.stock("SHIRT", 5).await;
    market.get("product_stocks/inserts/?sort=id").await.faults(&["sort"]);
    market.get("product_stocks/updates/?cursor=").await.faults(&["cursor"]);
    market.get("product_stocks/inserts/?stock_list=1").await.faults(&["stock_list"]);
    market.get("orders/updates/?colour=red").await.faults(&["colour"]);
}

/// A channel's account sees its own paths only; a viewer reads and takes no step.
#[tokio::test]
async fn a_channel_sees_its_own_feeds_only() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    let stranger = market.shop.server.channel_client(market.shop.channel("accept").await).await;
    let viewer = market.shop.server.client(Role::Viewer).await;
    let base = format!("/api/v1/channel/{}", market.channel);
    for path in ["product_stocks/inserts/", "batch_requests/", "integration_actions/", "changes/", "lag/"] {
        stranger.get(&format!("{base}/{path}")).await.expect(404);
        viewer.get(&format!("{base}/{path}")).await.ok();
    }
    stranger.post(&format!("{base}/batch_requests/"), json!({})).await.expect(404);
    viewer.post(&format!("{base}/batch_requests/"), json!({})).await.expect(403);
    let batch = market.committed(&[&row]).await;
    stranger.patch(&format!("{base}/batch_requests/{batch}/"), json!({"status": "fail"})).await.expect(404);
    assert_eq!(market.get(&format!("batch_requests/{batch}/")).await.ok()["status"], json!("commit"));
}

/// A month of changes is one version of each object.
#[tokio::test]
async fn a_channel_that_was_away_catches_up() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    market.send(&[&row]).await;
    for day in 0..30 {
        market.shop.server.advance(24 * 3_600);
        market.shop.stock("SHIRT", day + 10).await;
        market.shop.stock(&format!("NEW-{day}"), 1).await;
    }
    let rows = market.rows("product_stocks/updates/").await;
    assert_eq!((rows.len(), &rows[0]["stock"]), (1, &json!(39)));
    let lag = market.get("lag/").await.ok();
    let of = |name: &str| {
        let rows = lag["results"].as_array().expect("kinds");
        rows.iter().find(|row| row["content_type"] == json!(name)).expect("a kind").clone()
    };
    let stocks = of("productstock");
    assert_eq!(
        [&stocks["due_inserts"], &stocks["due_updates"], &stocks["changes_behind"]],
        [&json!(0), &json!(1), &json!(0)]
    );
    assert_eq!((&stocks["acknowledged_version_date"], &stocks["seconds_behind"]), (&row["modified_date"], &json!(0)));
    assert_eq!(
        (&of("product")["due_inserts"], of("product")["seconds_behind"].as_i64() > Some(2_000_000)),
        (&json!(30), true)
    );
}

/// A request that the channel has made is offered when something becomes of it. Its client looks up the channel's name
/// of every request that it is told of, and its round fails where there is none: requests that people make are not
/// offered.
#[tokio::test]
async fn cancellation_requests_are_offered_to_the_channel_that_made_them() {
    let market = Market::open().await;
    market.stock("SHIRT", 5).await;
    let order = async |channel: i64| {
        let order = json!({"channel": channel, "order_items": [market.shop.line("SHIRT", 1)]});
        crate::shop::item(&market.shop.try_order(order).await.created())
    };
    let line = order(market.channel).await;
    let foreign = order(market.shop.channel("accept").await).await;
    let ask = async |line: i64, remote_id: Value| {
        let body = json!({"order_item": line, "reason": 10, "cancellation_type": "cancel", "remote_id": remote_id});
        market.shop.admin.post("/api/v1/cancellation_requests/", body).await.created()
    };
    let request = ask(line, json!("C1")).await;
    let others = [ask(foreign, json!("C1")).await, ask(line, json!(null)).await];
    assert_eq!(market.ids("cancellation_requests/updates/").await, NONE, "the channel knows what it has asked for");
    for request in others.iter().chain([&request]) {
        let path = format!("/api/v1/cancellation_requests/{}/", request["id"]);
        market.shop.admin.patch(&path, json!({"status": "rejected"})).await.ok();
    }
    let rows = market.rows("cancellation_requests/updates/?limit=50").await;
    assert_eq!((rows.len(), &rows[0]["id"], &rows[0]["order_item"]), (1, &request["id"], &json!(line)));
    let object = object(&rows[0], json!({"content_type": "cancellationrequest", "remote_id": "C1"}));
    let batch = market.batch().await;
    market.step(batch, "commit", json!([object])).await.ok();
    market.step(batch, "done", json!([object])).await.ok();
    assert_eq!(market.ids("cancellation_requests/updates/").await, NONE);
}
