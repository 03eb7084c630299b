//! Changes by cursor, waiting for them, and how far a channel is behind.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::market::Market;
use crate::shop::id;

async fn after(market: &Market, query: &str) -> (Vec<i64>, String, bool) {
    let page = market.get(&format!("changes/?{query}")).await.ok();
    let rows = page["results"].as_array().expect("rows").iter().map(id).collect();
    (rows, page["after"].as_str().expect("a text").to_owned(), page["more"] == json!(true))
}

#[tokio::test]
async fn a_cursor_goes_on_where_it_stopped() {
    let market = Market::open().await;
    let (shirt, hat) = (id(&market.stock("SHIRT", 5).await), id(&market.stock("HAT", 2).await));
    let outlet = id(&market.shop.write(json!({"product_sku": "HAT", "stock_list": market.outlet})).await);
    let (rows, next, more) = after(&market, "after=0&limit=2").await;
    assert_eq!((rows, more), (vec![shirt, hat], true));
    let (rows, end, more) = after(&market, &format!("after={next}&limit=2")).await;
    assert_eq!((rows, more), (vec![outlet], false));
    assert_eq!(after(&market, &format!("after={end}")).await, (vec![], end.clone(), false));
    for figure in 6..9 {
        market.shop.stock("SHIRT", figure).await;
    }
    market.shop.stock("HAT", 3).await;
    let page = market.get(&format!("changes/?after={end}")).await.ok();
    let figures: Vec<Value> =
        page["results"].as_array().expect("rows").iter().map(|row| row["stock"].clone()).collect();
    assert_eq!(figures, [json!(8), json!(3)], "each once, as it is now");
    assert_eq!(after(&market, &format!("stock_list={}", market.outlet)).await.0, [outlet]);
    assert_eq!(market.ids("product_stocks/inserts/").await.len(), 2, "what is read here is not sent");
}

#[tokio::test]
async fn a_cursor_that_leads_nowhere_is_refused() {
    let market = Market::open().await;
    market.stock("SHIRT", 5).await;
    for wrong in ["after=x", "after=-1", "after=999999999", "after__in=1,2"] {
        market.get(&format!("changes/?{wrong}")).await.faults(&["after"]);
    }
    market.get("changes/?wait=61").await.faults(&["wait"]);
    market.get("changes/?sort=id").await.faults(&["sort"]);
    market.get("changes/?page=2").await.expect(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_is_told_soon() {
    let market = Market::open().await;
    market.stock("SHIRT", 5).await;
    let (_, end, _) = after(&market, "after=0").await;
    let start = Instant::now();
    let waiting = async { after(&market, &format!("after={end}&wait=60")).await };
    let writing = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        market.shop.stock("SHIRT", 6).await
    };
    let ((rows, next, _), shirt) = tokio::join!(waiting, writing);
    assert_eq!((rows, next > end), (vec![shirt], true));
    assert!(start.elapsed() < Duration::from_secs(45), "{:?}", start.elapsed());
    let start = Instant::now();
    assert_eq!(after(&market, &format!("after={next}&wait=1")).await.0, [] as [i64; 0]);
    assert!(start.elapsed() >= Duration::from_millis(900), "nothing came, so it waited: {:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_lets_go_of_who_waits() {
    let mut market = Market::open().await;
    market.stock("SHIRT", 5).await;
    let (_, end, _) = after(&market, "after=0").await;
    let (account, path) =
        (market.account.clone(), format!("/api/v1/channel/{}/changes/?after={end}&wait=60", market.channel));
    let waiting = tokio::spawn(async move { account.get(&path).await.ok() });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let stopped = market.shop.server.stop();
    let answer = timeout(Duration::from_secs(45), waiting).await.expect("it is let go").expect("an answer");
    assert_eq!(answer["after"], json!(end));
    timeout(Duration::from_secs(45), stopped).await.expect("it ends").expect("it does not panic");
}

#[tokio::test]
async fn lag_says_what_is_due() {
    let market = Market::open().await;
    let row = market.stock("SHIRT", 5).await;
    market.shop.server.advance(100);
    let of = async |name: &str| {
        let lag = market.get("lag/").await.ok();
        let rows = lag["results"].as_array().expect("kinds").clone();
        rows.into_iter().find(|row| row["content_type"] == json!(name)).expect("a kind")
    };
    let stocks = of("productstock").await;
    assert_eq!((&stocks["due_inserts"], &stocks["oldest_unsent_date"]), (&json!(1), &row["modified_date"]));
    assert_eq!((&stocks["seconds_behind"], &stocks["last_acknowledged"]), (&json!(100), &json!(null)));
    market.send(&[&row]).await;
    let stocks = of("productstock").await;
    assert_eq!((&stocks["due_inserts"], &stocks["seconds_behind"]), (&json!(0), &json!(0)));
    assert_eq!(stocks["last_acknowledged"], json!(market.shop.server.time(0)));
    assert_eq!(of("product").await["due_inserts"], json!(0));
}

/// A stock may be removed before a channel has heard that there is nothing of it any more.
#[tokio::test]
async fn a_removed_stock_is_told_as_one_that_has_left_the_catalog() {
    let market = Market::open().await;
    let shirt = id(&market.stock("SHIRT", 5).await);
    let (_, end, _) = after(&market, "after=0").await;
    let path = format!("/api/v1/product_stocks/{shirt}/");
    market.shop.erp.patch(&path, json!({"stock": 0})).await.ok();
    market.shop.erp.delete(&path).await.expect(204);
    let page = market.get(&format!("changes/?after={end}")).await.ok();
    let row = &page["results"][0];
    let told = (&row["pk"], &row["product_sku"], &row["stock"], &row["in_catalog"]);
    assert_eq!(told, (&json!(shirt), &json!("SHIRT"), &json!(0), &json!(false)));
    let end = page["after"].as_str().expect("a text").to_owned();
    let again = market.shop.stock("SHIRT", 2).await;
    assert_eq!(after(&market, &format!("after={end}")).await.0, [again]);
    assert_eq!(after(&market, "after=0").await.0, [shirt, again]);
}

#[tokio::test]
async fn a_removed_stock_that_a_channel_knows_is_to_be_taken_back() {
    let market = Market::open().await;
    let shirt = id(&market.stock("SHIRT", 5).await);
    market.know("productstock", shirt).await;
    let gone = "integration_actions/deleted/?model=productstock";
    assert_eq!(market.rows(gone).await, [] as [Value; 0]);
    let path = format!("/api/v1/product_stocks/{shirt}/");
    market.shop.erp.patch(&path, json!({"stock": 0})).await.ok();
    market.shop.erp.delete(&path).await.expect(204);
    let rows = market.rows(gone).await;
    assert_eq!((rows.len(), &rows[0]["object_id"]), (1, &json!(shirt)));
    assert_eq!(market.ids("product_stocks/updates/").await, [] as [i64; 0]);
}
