//! The views of a stock table: states, changes, filters, orders, what is exported of them, and the sums above them.

use onhand::auth::Role;
use onhand_testkit::wait::until_async;
use serde_json::json;

use crate::browser::{Browser, Page, filled};
use crate::shop::Shop;

/// A shop whose list has a stock in every state but off sale.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    for (sku, level) in [("GONE", 0), ("FEW", 3), ("SOLD", 4), ("OVER", 4), ("MANY", 90)] {
        shop.stock(sku, level).await;
    }
    shop.order("SOLD", 4).await;
    shop.order("OVER", 4).await;
    shop.stock("OVER", 1).await;
    shop
}

/// The SKUs in a page or a file that are among these, in their order.
fn skus(text: &str) -> Vec<&str> {
    let known = ["GONE", "FEW", "SOLD", "OVER", "MANY"];
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|sku| {
            let (link, cell) = (format!(">{sku}</a>"), format!("\n{sku},"));
            Some((text.find(&link).or_else(|| text.find(&cell))?, sku))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, sku)| sku).collect()
}

/// Looks at a list until its sums have been counted.
async fn with_sums(browser: &mut Browser, path: &str) -> Page {
    // The closure of a wait borrows the browser for as long as it asks.
    let mut page = browser.get(path).await.ok();
    while !page.text.contains("sums of") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        page = browser.get(path).await.ok();
    }
    page
}

#[tokio::test]
async fn a_view_shows_its_stocks_and_its_export_has_the_same() {
    let shop = shop().await;
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let list = format!("/stock/{}", shop.list);
    let page = browser.get(&list).await.ok();
    let page = page
        .has("Sold out <small data-count=\"sold-out\">3</small>")
        .has("Low <small data-count=\"low\">1</small>")
        .has("Off sale <small data-count=\"off-sale\">0</small>");
    page.has("Oversold <small class=\"bad\" data-count=\"oversold\">1</small>")
        .has("All <small data-count=\"all\">5</small>");
    for (query, expected) in [
        ("", &["GONE", "FEW", "SOLD", "OVER", "MANY"][..]),
        ("?sort=sku", &["FEW", "GONE", "MANY", "OVER", "SOLD"]),
        ("?view=sold-out", &["GONE", "OVER", "SOLD"]),
        ("?view=low", &["FEW"]),
        ("?view=oversold", &["OVER"]),
        ("?view=off-sale", &[]),
        ("?view=sold-out&q=S", &["SOLD"]),
        ("?view=sold-out&unit=kg", &[]),
        ("?unit=qty", &["FEW", "GONE", "MANY", "OVER", "SOLD"]),
    ] {
        let page = browser.get(&format!("{list}{query}")).await.ok();
        assert_eq!(skus(&page.text), expected, "{query}");
        let joint = if query.is_empty() { "?" } else { "&" };
        let file = browser.get(&format!("{list}/export{query}{joint}format=csv")).await.ok();
        assert_eq!(skus(&file.text), expected, "{query} as a file");
    }
    browser
        .get(&format!("{list}?view=off-sale"))
        .await
        .ok()
        .has("No stock matches")
        .has("Sold out <small data-count=\"sold-out\">3");
    browser.get(&format!("{list}?view=low")).await.ok().has("1–1 of 1").has("class=\"tag low\">Low<");
}

#[tokio::test]
async fn what_changed_has_the_newest_change_first() {
    let shop = shop().await;
    shop.server.advance(3 * 86_400);
    shop.order("MANY", 1).await;
    shop.server.advance(1);
    shop.stock("GONE", 2).await;
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let list = format!("/stock/{}", shop.list);
    let page = browser.get(&format!("{list}?view=changed-today")).await.ok().has("1–2 of 2");
    assert_eq!(skus(&page.has("aria-sort=\"descending\"").text), ["GONE", "MANY"]);
    let day = &shop.server.time(0)[..10];
    let page = browser.get(&format!("{list}?since={day}&q=M")).await.ok().has(day);
    assert_eq!(skus(&page.text), ["MANY"]);
    let file = browser.get(&format!("{list}/export?since={day}&format=csv")).await.ok();
    assert_eq!(skus(&file.text), ["GONE", "MANY"]);
    let before = &shop.server.time(-4 * 86_400)[..10];
    let page = browser.get(&format!("{list}?since={before}&view=sold-out&limit=20")).await.ok();
    assert_eq!(skus(&page.text), ["OVER", "SOLD"]);
    let page = browser.get(&format!("{list}?since=never")).await.ok();
    assert_eq!(skus(&page.text).len(), 5, "what is no day is no filter");
}

#[tokio::test]
async fn a_view_is_walked_forwards_and_back() {
    let shop = Shop::open().await;
    let rows =
        (0..50).map(|at| json!({"product_sku": format!("A-{at:02}"), "stock_list": shop.list, "stock": at / 45}));
    shop.erp.post("/api/v1/product_stock/", json!(rows.rev().collect::<Vec<_>>())).await.created();
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    for query in ["view=sold-out", "q=A-", "sort=sku", "view=sold-out&unit=qty"] {
        let first = format!("/stock/{}?{query}&limit=20", shop.list);
        let one =
            browser.get(&first).await.ok().has("1–20").has("A-00").has("A-19").has_no("A-20").has_no("rel=\"prev\"");
        let two = browser.get(&linked(&one, "next")).await.ok().has("21–40").has("A-20").has("A-39").has_no(">A-40<");
        let three =
            browser.get(&linked(&two, "next")).await.ok().has("41–").has("A-40").has("A-44").has_no("rel=\"next\"");
        let back = browser.get(&linked(&three, "prev")).await.ok().has("21–40").has("A-20").has("A-39");
        browser.get(&linked(&back.has_no(">A-40<"), "prev")).await.ok().has("1–20").has("A-00").has_no(">A-20<");
    }
    // A place of another order, and one that somebody has made up, are the beginning.
    for after in ["2", "1.a9.A-10", "9.c7.7", "%00", "x.y.z"] {
        let page = browser.get(&format!("/stock/{}?view=sold-out&limit=20&after={after}", shop.list)).await;
        assert!(page.status < 500, "{after}");
    }
}

/// The address of the next or the previous page.
fn linked(page: &Page, rel: &str) -> String {
    let (before, _) = page.text.split_once(&format!("rel=\"{rel}\"")).expect("there is a link");
    let address = before.rsplit_once("href=\"").expect("with an address").1;
    address.split_once('"').expect("that ends").0.replace("&#38;", "&")
}

#[tokio::test]
async fn sums_stand_above_the_table_and_in_the_lists() {
    let shop = shop().await;
    let mut browser = Browser::of(&shop.server, Role::Viewer).await;
    let list = format!("/stock/{}", shop.list);
    let page = with_sums(&mut browser, &list).await.has("Count again");
    let hidden = page.hidden(&format!("{list}/sums"), "");
    shop.server.advance(1);
    browser.post(&format!("{list}/sums"), &filled(&hidden, &[])).await.leads_to(&list);
    let path = format!("/api/v1/stock_list/{}/sums/", shop.list);
    until_async(async || {
        let sums = shop.erp.get(&path).await.ok();
        if sums["counted_date"] == json!(shop.server.time(0)) { Ok(()) } else { Err(sums) }
    })
    .await;
    let page = browser.get("/stock").await.ok().has("sums of").has("view=sold-out").has("view=oversold");
    page.has("<span class=\"big\">93</span>");
}
