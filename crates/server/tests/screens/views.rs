//! Saved views of the stock table: saving, sharing, changing and removing them.

use onhand::auth::Role;
use serde_json::json;

use crate::browser::{Browser, filled};
use crate::shop::Shop;

async fn shop() -> Shop {
    let shop = Shop::open().await;
    let rows =
        ["COAT-1", "SOCK-1", "SOCK-2"].map(|sku| json!({"product_sku": sku, "stock_list": shop.list, "stock": 5}));
    shop.erp.post("/api/v1/product_stock/", json!(rows)).await.created();
    shop
}

#[tokio::test]
async fn a_view_is_saved_with_its_search_and_columns_and_shared() {
    let shop = shop().await;
    let mut ann = Browser::of(&shop.server, Role::Integration).await;
    let mut bob = Browser::of(&shop.server, Role::Viewer).await;
    let table = format!("/stock/{}", shop.list);
    let page = ann.get(&format!("{table}?q=SOCK&columns=reserved,reported")).await.ok();
    let hidden = page.hidden("/views", "view-name");
    let fields = filled(&hidden, &[("name", "Winter <b>"), ("is_shared", "1")]);
    let open = ann.post("/views", &fields).await.led();
    assert!(open.starts_with(&format!("{table}?saved=")) && open.contains("q=SOCK"), "{open}");
    assert_eq!(ann.post("/views", &fields).await.led(), open, "a form that is sent twice is done once");
    let page = ann.get(&open).await.ok().has("Winter &#60;b&#62;").has_no("Winter <b>");
    page.has("SOCK-2").has_no("COAT-1").has("aria-current=\"page\"").has_no("Last change</th>");

    // Another person finds it, opens it and cannot change it.
    let page = bob.get(&table).await.ok().has("Winter &#60;b&#62;").has("COAT-1");
    page.has(&open.replace('&', "&#38;"));
    let saved = open.split("saved=").nth(1).and_then(|rest| rest.split('&').next()).expect("an id").to_owned();
    bob.get(&open).await.ok().has("SOCK-2").has_no("COAT-1").has_no(&format!("/views/{saved}"));
    bob.post(&format!("/views/{saved}/remove"), &[]).await.expect(403);
    bob.post(&format!("/views/{saved}"), &[("query", "")]).await.expect(403);

    // Its owner shows other columns, saves that, stops sharing and removes it.
    let other = ann.get(&open.replace("reserved", "level")).await.ok();
    let change = other.hidden(&format!("/views/{saved}"), "name=\"query\"");
    let changed = ann.post(&format!("/views/{saved}"), &filled(&change, &[])).await.led();
    assert!(changed.contains("columns=reported%2Clevel"), "{changed}");
    let page = ann.get(&changed).await.ok();
    let share = page.hidden(&format!("/views/{saved}"), "name=\"is_shared\"");
    ann.post(&format!("/views/{saved}"), &filled(&share, &[])).await.leads_to(&changed);
    bob.get(&table).await.ok().has_no("Winter");
    let remove = ann.get(&changed).await.ok().hidden(&format!("/views/{saved}/remove"), "");
    ann.post(&format!("/views/{saved}/remove"), &filled(&remove, &[])).await.leads_to(&table);
    ann.get(&table).await.ok().has_no("Winter");
    // An address that names a view which is gone shows what it says.
    ann.get(&changed).await.ok().has("SOCK-2").has_no("COAT-1");
}

#[tokio::test]
async fn a_view_that_is_not_saved_comes_back_with_what_was_typed() {
    let shop = shop().await;
    let mut ann = Browser::of(&shop.server, Role::Viewer).await;
    let list = shop.list.to_string();
    let save = |query: &'static str, name: &'static str| {
        [("list", list.clone()), ("query", query.to_owned()), ("name", name.to_owned())]
    };
    let sent = save("q=SOCK", "a");
    let fields: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ann.post("/views", &fields).await.expect(303);
    let sent = save("q=COAT", "a");
    let fields: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let page = ann.post("/views", &fields).await.expect(400);
    page.has("You have another view with this name.").has("value=\"a\"").has("COAT-1").has_no("SOCK-1");
    let sent = save("after=2", "b");
    let fields: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ann.post("/views", &fields).await.expect(400);
    ann.post("/views", &[("name", "c")]).await.leads_to("/stock");
}
