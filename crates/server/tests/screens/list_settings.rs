//! Settings of a stock list: what is changed is saved, what is not stays, and what is wrong is said at its field.

use onhand::auth::Role;
use serde_json::{Value, json};

use crate::browser::{Browser, filled};
use crate::shop::Shop;

/// The form of the shop's list as it is at first; a box that is not ticked is not sent.
const FORM: [(&str, &str); 13] = [
    ("name", "Retail"),
    ("code", "retail"),
    ("time_zone", ""),
    ("is_auto_sync", "1"),
    ("is_item_code_unique", "1"),
    ("low_stock", "5"),
    ("safety_stock", "0"),
    ("sourcing_priority", "100"),
    ("reported_settles_after_seconds", "0"),
    ("reported_settles_after_seconds_unit", "days"),
    ("snapshot_delay_seconds", "0"),
    ("snapshot_delay_seconds_unit", "days"),
    ("back", "/stock"),
];

/// The same with other values of some fields.
fn with<'f>(changed: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let kept = FORM.into_iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    kept.chain(changed.iter().copied()).collect()
}

async fn stored(shop: &Shop) -> Value {
    shop.erp.get(&format!("/api/v1/stock_list/{}/", shop.list)).await.ok()
}

#[tokio::test]
async fn settings_are_shown_and_saved() {
    let shop = Shop::open().await;
    let path = format!("/stock/{}/settings", shop.list);
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    browser.get("/stock").await.ok().has(&format!("href=\"{path}\""));
    browser.get(&format!("/stock/{}", shop.list)).await.ok().has(&format!("href=\"{path}\""));
    let page = browser.get(&path).await.ok().has("Settings of Retail").has("value=\"retail\"");
    let hidden: Vec<_> = page.hidden(&path, "").into_iter().filter(|(name, _)| name != "back").collect();
    let before = stored(&shop).await;
    browser.post(&path, &filled(&hidden, &FORM)).await.leads_to("/stock");
    assert_eq!(stored(&shop).await, before, "a form that changes nothing is no change");
    let changed = with(&[
        ("low_stock", "12"),
        ("safety_stock", "2"),
        ("sourcing_priority", "7"),
        ("reported_settles_after_seconds", "36"),
        ("reported_settles_after_seconds_unit", "hours"),
        ("snapshot_delay_seconds", "90"),
        ("snapshot_delay_seconds_unit", "minutes"),
        ("time_zone", "Europe/Istanbul"),
        ("ignore_sold_quantity_unreported", "1"),
        ("release_mode", "1"),
        ("moves_settle", "1"),
    ]);
    let hidden = shown(&mut browser, &path).await;
    browser.post(&path, &filled(&hidden, &changed)).await.leads_to("/stock");
    browser.get("/stock").await.ok().has("Saved.");
    let now = stored(&shop).await;
    for (name, value) in [
        ("low_stock", json!(12)),
        ("safety_stock", json!(2)),
        ("sourcing_priority", json!(7)),
        ("reported_settles_after_seconds", json!(129_600)),
        ("snapshot_delay_seconds", json!(5_400)),
        ("time_zone", json!("Europe/Istanbul")),
        ("ignore_sold_quantity_unreported", json!(true)),
        ("release_mode", json!("immediate")),
        ("moves_settle", json!("next_level")),
        ("is_auto_sync", json!(true)),
        ("code", json!("retail")),
    ] {
        assert_eq!(now[name], value, "{name}");
    }
    let page = browser.get(&path).await.ok().has("value=\"36\"").has("<option value=\"hours\" selected>");
    page.has("value=\"90\"").has("<option value=\"minutes\" selected>").has("value=\"Europe/Istanbul\"");
}

/// The hidden fields of the form as it is shown now.
async fn shown(browser: &mut Browser, path: &str) -> Vec<(String, String)> {
    let hidden = browser.get(path).await.ok().hidden(path, "");
    hidden.into_iter().filter(|(name, _)| name != "back").collect()
}

#[tokio::test]
async fn what_another_person_has_changed_is_not_overwritten() {
    let shop = Shop::open().await;
    let path = format!("/stock/{}/settings", shop.list);
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let hidden = shown(&mut browser, &path).await;
    shop.erp.patch(&format!("/api/v1/stock_list/{}/", shop.list), json!({"low_stock": 44})).await.ok();
    let before = stored(&shop).await;
    let page = browser.post(&path, &filled(&hidden, &with(&[("safety_stock", "9")]))).await.expect(400);
    page.has("The list has changed since this page was shown.").has("value=\"44\"");
    assert_eq!(stored(&shop).await, before);
    let hidden = shown(&mut browser, &path).await;
    let again = with(&[("safety_stock", "9"), ("low_stock", "44")]);
    browser.post(&path, &filled(&hidden, &again)).await.leads_to("/stock");
    assert_eq!(stored(&shop).await["safety_stock"], json!(9));
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field() {
    let shop = Shop::open().await;
    shop.list_with(json!({"name": "Other"})).await;
    let path = format!("/stock/{}/settings", shop.list);
    let mut browser = Browser::of(&shop.server, Role::Integration).await;
    let before = stored(&shop).await;
    for (changed, error) in [
        (&[("low_stock", "many")][..], "low-error"),
        (&[("safety_stock", "-1")], "safety-error"),
        (&[("sourcing_priority", "")], "priority-error"),
        (&[("reported_settles_after_seconds", "366")], "settles-error"),
        (&[("reported_settles_after_seconds", "9999999999999999")], "settles-error"),
        (&[("snapshot_delay_seconds", "1.5")], "delay-error"),
        (&[("time_zone", "Nowhere")], "zone-error"),
        (&[("name", "Other")], "name-error"),
        (&[("name", "")], "name-error"),
    ] {
        let hidden = shown(&mut browser, &path).await;
        browser.post(&path, &filled(&hidden, &with(changed))).await.expect(400).has(error);
    }
    let hidden = shown(&mut browser, &path).await;
    let page = browser.post(&path, &filled(&hidden, &with(&[("code", "")]))).await.expect(406);
    page.has("Code is required when is_auto_sync is true.");
    assert_eq!(stored(&shop).await, before);
    browser.get("/stock/999999/settings").await.expect(404);
    let mut viewer = Browser::of(&shop.server, Role::Viewer).await;
    viewer.get(&path).await.expect(403);
    viewer.get("/stock").await.ok().has_no(&path);
}
