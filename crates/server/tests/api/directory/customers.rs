//! Customers and their addresses.

use serde_json::{Value, json};

use crate::client::Client;
use crate::samples::Samples;
use crate::shop::{column, id, merge};

/// An address as channel-app sends it.
fn address(samples: &Samples, customer: i64, fields: Value) -> Value {
    let mut body = samples.places();
    merge(
        &mut body,
        json!({"customer": customer, "line": "Moda Cd. 1", "first_name": "First", "district": null,
        "title": "Home", "notes": null, "company_name": null, "tax_no": null, "e_bill_taxpayer": null, "extra_field": {}}),
    );
    merge(&mut body, fields);
    body
}

async fn customer(client: &Client, channel: i64, email: &str) -> Value {
    let body = json!({"channel": channel.to_string(), "channel_code": "c-1", "email": email, "extra_field": {},
        "first_name": "First", "last_name": "Last", "phone_number": null, "is_active": true});
    client.post(&format!("/api/v1/channel/{channel}/customers/"), body).await.created()
}

#[tokio::test]
async fn a_customer_is_found_by_the_address_for_mail_to_the_letter() {
    let samples = Samples::open().await;
    let (channel, shop) = (samples.channel, &samples.shop);
    let made = customer(&shop.erp, channel, "Somebody@Example.com").await;
    assert_eq!((&made["channel"], &made["phone_number"]), (&json!(channel), &json!(null)));
    let below = format!("/api/v1/channel/{channel}/customers/");
    let find = async |email: &str| {
        let page = shop.erp.get(&format!("{below}?email={email}&channel={channel}")).await.ok();
        column(&page, "pk")
    };
    assert_eq!(find("Somebody@Example.com").await, [made["pk"].clone()]);
    assert_eq!(find("somebody@example.com").await, [json!(null); 0]);
    let path = format!("{below}{}/", id(&made));
    let changed = shop.erp.patch(&path, json!({"channel": channel, "phone_number": "0216"})).await.ok();
    assert_eq!((&changed["phone_number"], &changed["email"]), (&json!("0216"), &made["email"]));
    assert_eq!(shop.erp.get(&format!("{below}?phone_number=0216")).await.ok()["count"], json!(1));
}

/// Contract C8.1: billing and shipping are the same as a rule. The rejection names what finds the one that is there.
#[tokio::test]
async fn the_same_address_again_leads_to_the_one_that_is_there() {
    let samples = Samples::open().await;
    let (channel, shop) = (samples.channel, &samples.shop);
    let own = id(&customer(&shop.erp, channel, "a@example.com").await);
    let path = format!("/api/v1/channel/{channel}/addresses/");
    let made = shop.erp.post(&path, address(&samples, own, json!({"remote_id": "1"}))).await.created();
    let before = shop.server.dump().await;
    let again = address(&samples, own, json!({"remote_id": "2", "line": " Moda Cd. 1 "}));
    let refused = shop.erp.post(&path, again).await.refused("address_exists");
    assert_eq!(shop.server.dump().await, before);
    let text = refused["non_field_errors"].as_str().expect("a text, not a list");
    let hash = text.strip_prefix("hash_data:").and_then(|text| text.split(' ').next()).expect("a hash up to a blank");
    assert_eq!(made["hash_data"], json!(hash));
    let found = shop.erp.get(&format!("{path}?hash_data={hash}")).await.ok();
    assert_eq!(found["results"], json!([made]));
    let other = id(&customer(&shop.erp, channel, "b@example.com").await);
    shop.erp.post(&path, address(&samples, other, json!({}))).await.created();
    let second = shop.erp.post(&path, address(&samples, own, json!({"tax_no": "1"}))).await.created();
    let one = format!("{path}{}/", id(&second));
    shop.erp.patch(&one, json!({"tax_no": null})).await.refused("address_exists");
    let moved = shop.erp.patch(&one, json!({"line": "Bagdat Cd. 2"})).await.ok();
    assert_ne!(moved["hash_data"], second["hash_data"]);
    shop.erp.patch(&one, json!({"customer": other})).await.faults(&["customer"]);
}

#[tokio::test]
async fn places_of_an_address_lie_in_each_other() {
    let samples = Samples::open().await;
    let erp = &samples.shop.erp;
    let own = id(&customer(erp, samples.channel, "a@example.com").await);
    let other = id(&erp.post("/api/v1/countries/", json!({"name": "Kıbrıs", "code": "CY"})).await.created());
    let city = id(&erp.post("/api/v1/cities/", json!({"name": "Girne", "country": other})).await.created());
    let path = "/api/v1/addresses/";
    erp.post(path, address(&samples, own, json!({"country": other}))).await.faults(&["city"]);
    erp.post(path, address(&samples, own, json!({"city": city}))).await.faults(&["city", "township"]);
    erp.post(path, address(&samples, own, json!({"city": 99, "township": null, "district": 99})))
        .await
        .faults(&["city", "district"]);
    let fine = address(&samples, own, json!({"country": other, "city": city, "township": null}));
    erp.post(path, fine).await.created();
    erp.delete(&format!("/api/v1/cities/{city}/")).await.refused("still_referred_to");
    erp.delete(&format!("/api/v1/customers/{own}/")).await.refused("still_referred_to");
}

#[tokio::test]
async fn a_channel_sees_its_own_customers_only() {
    let samples = Samples::open().await;
    let shop = &samples.shop;
    let (own, other) = (shop.channel("accept").await, shop.channel("accept").await);
    let account = shop.server.channel_client(own).await;
    let mine = customer(&account, own, "a@example.com").await;
    let theirs = customer(&shop.erp, other, "a@example.com").await;
    let home = account.post("/api/v1/addresses/", address(&samples, id(&mine), json!({}))).await.created();
    let away = shop.erp.post("/api/v1/addresses/", address(&samples, id(&theirs), json!({}))).await.created();
    for below in [format!("/api/v1/channel/{own}/"), "/api/v1/".to_owned()] {
        let page = account.get(&format!("{below}customers/?email=a@example.com")).await.ok();
        assert_eq!(column(&page, "pk"), [mine["pk"].clone()]);
        assert_eq!(column(&account.get(&format!("{below}addresses/")).await.ok(), "pk"), [home["pk"].clone()]);
        for path in [format!("{below}customers/{}/", id(&theirs)), format!("{below}addresses/{}/", id(&away))] {
            account.get(&path).await.expect(404);
            account.patch(&path, json!({})).await.expect(404);
            account.delete(&path).await.expect(404);
        }
        let foreign = address(&samples, id(&theirs), json!({"line": "x"}));
        account.post(&format!("{below}addresses/"), foreign).await.faults(&["customer"]);
        let body = json!({"channel": other, "email": "c@example.com"});
        account.post(&format!("{below}customers/"), body).await.faults(&["channel"]);
    }
    let unsaid = account.post("/api/v1/customers/", json!({"email": "d@example.com"})).await.created();
    assert_eq!(unsaid["channel"], json!(own), "a channel need not say which one it is");
}
