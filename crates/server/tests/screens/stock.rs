//! The table of a list and editing its levels: what is shown, what an edit does, and taking it back.

use onhand::auth::Role;
use serde_json::json;

use crate::browser::{Browser, filled};
use crate::shop::Shop;

/// The form of an edit, as the page has it.
async fn form(browser: &mut Browser, list: i64, stock: i64) -> Vec<(String, String)> {
    let page = browser.get(&format!("/stock/{list}?edit={stock}")).await.ok();
    page.hidden(&format!("/stock/{list}/{stock}/level"), "")
}

#[tokio::test]
async fn a_table_shows_a_list_page_by_page_and_what_is_searched_for() {
    let shop = Shop::open().await;
    let other = shop.list_with(json!({})).await;
    let rows = (0..60).map(|at| json!({"product_sku": format!("A-{at:02}"), "stock_list": shop.list, "stock": at}));
    shop.erp.post("/api/v1/product_stock/", json!(rows.collect::<Vec<_>>())).await.created();
    shop.write(json!({"product_sku": "A-99", "stock": 1, "stock_list": other})).await;
    shop.order("A-07", 2).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let list = shop.list;
    browser.get("/stock").await.ok().has("Retail").has("60 products");
    let page = browser.get(&format!("/stock/{list}?limit=20")).await.ok().has("1–20 of 60");
    page.has(&format!("/stock/{list}?after=2&#38;limit=20")).has("A-07").has("ordered").has_no("A-99");
    let page = browser.get(&format!("/stock/{list}?after=3&limit=20")).await.ok().has("41–60 of 60");
    page.has(&format!("href=\"/stock/{list}?after=2&#38;limit=20\" aria-label=\"Previous page\""))
        .has_no("Next page\" rel");
    browser.get(&format!("/stock/{list}?q=A-1")).await.ok().has("1–10 of 10").has("A-19").has_no("A-20");
    browser.get(&format!("/stock/{list}?q=A-99")).await.ok().has("No stock matches");
    browser.get(&format!("/stock/{list}?after=99")).await.ok();
    let part = browser.part(&format!("/stock/{list}?q=A-1")).await.ok().has("id=\"region\"");
    part.has_no("<html").has("A-12");
    let empty = shop.list_with(json!({})).await;
    browser.get(&format!("/stock/{empty}")).await.ok().has("curl ").has(&format!("&#34;stock_list&#34;: {empty}"));
    let file = browser.get(&format!("/stock/{list}/export?format=csv")).await.ok();
    assert!(file.header("content-disposition").starts_with("attachment") && file.text.contains("A-59"));
    assert!(!file.text.contains("A-99"), "of this list only");
    browser.get(&format!("/stock/{list}/export?format=exe")).await.expect(400);
}

#[tokio::test]
async fn an_edit_is_looked_at_written_and_taken_back() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 58).await;
    shop.order("A-1", 3).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let path = format!("/stock/{}/{stock}/level", shop.list);
    let hidden = form(&mut browser, shop.list, stock).await;
    let page = browser.post(&format!("{path}?look=1"), &filled(&hidden, &[("value", "64"), ("mode", "set")])).await;
    page.ok().has("58 →</span> <b>64</b>").has("55 →</span> <b>61</b>").has_no("<html");
    assert_eq!(shop.figures(stock).await, [58, 3, 0, 55], "looking changes nothing");

    let fields = filled(&hidden, &[("value", "64"), ("mode", "set")]);
    let back = format!("/stock/{}", shop.list);
    browser.post(&path, &fields).await.leads_to(&back);
    assert_eq!(shop.figures(stock).await, [64, 3, 0, 61]);
    let kept = browser.cookies.clone();
    let part = browser.part(&back).await.ok().has("58 → 64");
    assert_eq!(part.header("hx-replace-url"), back, "the address with the form is over");
    browser.cookies = kept;
    let page = browser.get(&back).await.ok().has("58 → 64").has("class=\"toast\"");
    let undo = page.hidden(&format!("/stock/{}/{stock}/undo", shop.list), "");
    browser.get(&back).await.ok().has_no("class=\"toast\"");
    browser.post(&path, &fields).await.leads_to(&back);
    assert_eq!(shop.figures(stock).await, [64, 3, 0, 61], "a form that is sent twice is done once");

    let taken_back = format!("/stock/{}/{stock}/undo", shop.list);
    browser.post(&taken_back, &filled(&undo, &[])).await.expect(303);
    assert_eq!(shop.figures(stock).await, [58, 3, 0, 55]);
    browser.get(&back).await.ok().has("64 → 58");
    let history = shop.erp.get(&format!("/api/v1/product_stocks/{stock}/movements/")).await.ok();
    let causes: Vec<_> = history["results"].as_array().expect("rows").iter().map(|row| &row["reason"]).collect();
    assert_eq!(causes[..2], [&json!("write"), &json!("write")], "{history}");
}

#[tokio::test]
async fn a_difference_loses_nothing_and_a_level_is_asked_for_again() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let path = format!("/stock/{}/{stock}/level", shop.list);
    let hidden = form(&mut browser, shop.list, stock).await;
    shop.server.advance(5);
    shop.stock("A-1", 20).await;
    let fields = filled(&hidden, &[("value", "15"), ("mode", "set")]);
    let page = browser.post(&path, &fields).await.expect(400).has("Somebody has written this level since");
    assert_eq!(shop.figures(stock).await, [20, 0, 0, 20]);
    let hidden = page.hidden(&path, "");
    browser.post(&path, &filled(&hidden, &[("value", "15"), ("mode", "set")])).await.expect(303);
    assert_eq!(shop.figures(stock).await, [15, 0, 0, 15], "the page that came back knows the new level");

    let hidden = form(&mut browser, shop.list, stock).await;
    shop.server.advance(5);
    shop.stock("A-1", 40).await;
    browser.post(&path, &filled(&hidden, &[("value", "+6"), ("mode", "set")])).await.expect(303);
    assert_eq!(shop.figures(stock).await, [46, 0, 0, 46]);
    let hidden = form(&mut browser, shop.list, stock).await;
    browser.post(&path, &filled(&hidden, &[("value", "4"), ("mode", "add")])).await.expect(303);
    assert_eq!(shop.figures(stock).await, [50, 0, 0, 50]);
    // An order changes no level, so it is in nobody's way.
    let hidden = form(&mut browser, shop.list, stock).await;
    shop.order("A-1", 1).await;
    browser.post(&path, &filled(&hidden, &[("value", "48"), ("mode", "set")])).await.expect(303);
    assert_eq!(shop.figures(stock).await, [48, 1, 0, 47]);
}

#[tokio::test]
async fn what_cannot_be_read_or_done_comes_back_at_its_field() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let path = format!("/stock/{}/{stock}/level", shop.list);
    for value in ["", "ten", "1.5", "99999999999", "-11", "\"><script>"] {
        let hidden = form(&mut browser, shop.list, stock).await;
        let page = browser.post(&path, &filled(&hidden, &[("value", value), ("mode", "set")])).await.expect(400);
        page.has("aria-invalid=\"true\"").has("id=\"level-error\"").has_no("<script>");
        let look = format!("{path}?look=1");
        browser.post(&look, &filled(&hidden, &[("value", value)])).await.ok().has("level-error").has_no("<script>");
    }
    assert_eq!(shop.figures(stock).await, [10, 0, 0, 10]);
    let other = shop.list_with(json!({})).await;
    browser.post(&format!("/stock/{other}/{stock}/level"), &[("value", "3")]).await.expect(404);
    let product = browser.get("/sku/A-1").await.led();
    let page = browser.get(&format!("{product}?edit=set")).await.ok();
    let hidden = page.hidden(&path, "");
    let page = browser.post(&path, &filled(&hidden, &[("value", "ten"), ("mode", "set")])).await.expect(400);
    page.has("Why is it 10?").has("level-error");
}

#[tokio::test]
async fn what_was_settled_or_touched_since_is_not_taken_back() {
    let shop = Shop::open().await;
    let stock = shop.stock("A-1", 10).await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let path = format!("/stock/{}/{stock}/level", shop.list);
    let back = format!("/stock/{}", shop.list);
    let order = shop.order("A-1", 4).await;
    shop.release(crate::shop::item(&order)).await;
    shop.server.advance(5);
    let hidden = form(&mut browser, shop.list, stock).await;
    let look = browser.post(&format!("{path}?look=1"), &filled(&hidden, &[("value", "6"), ("mode", "set")])).await;
    look.ok().has("This level settles 4 reported units");
    browser.post(&path, &filled(&hidden, &[("value", "6"), ("mode", "set")])).await.expect(303);
    assert_eq!(shop.figures(stock).await, [6, 0, 0, 6]);
    browser.get(&back).await.ok().has("10 → 6").has_no("/undo\"");

    let hidden = form(&mut browser, shop.list, stock).await;
    browser.post(&path, &filled(&hidden, &[("value", "9"), ("mode", "set")])).await.expect(303);
    let page = browser.get(&back).await.ok();
    let undo = page.hidden(&format!("/stock/{}/{stock}/undo", shop.list), "");
    shop.order("A-1", 1).await;
    let page = browser.post(&format!("/stock/{}/{stock}/undo", shop.list), &filled(&undo, &[])).await.expect(400);
    page.has("Something has happened to this stock since");
    assert_eq!(shop.figures(stock).await, [9, 1, 0, 8]);
    let mut other = Browser::of(&shop.server, Role::Admin).await;
    let forged = other.post(&format!("/stock/{}/{stock}/undo", shop.list), &filled(&undo, &[])).await;
    forged.expect(404);
}
