//! Countries, cities, townships, districts: found by name, by name whatever its case, by a remote system's code.

use serde_json::{Value, json};

use crate::client::Client;
use crate::shop::{Shop, column, id};

async fn add(client: &Client, resource: &str, body: Value) -> i64 {
    id(&client.post(&format!("/api/v1/{resource}/"), body).await.created())
}

/// The only row that a look-up finds, as clients want it; or none.
async fn only(client: &Client, query: &str) -> Option<i64> {
    let page = client.get(&format!("/api/v1/{query}")).await.ok();
    let found = column(&page, "pk");
    assert!(found.len() <= 1, "{query} finds {found:?}");
    found.first().and_then(Value::as_i64)
}

/// The look-ups of contract C8.1, below a channel, as it sends them.
#[tokio::test]
async fn an_address_finds_its_places() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    let account = shop.server.channel_client(channel).await;
    let country = add(&shop.erp, "countries", json!({"name": "Türkiye", "code": "TR"})).await;
    let other = add(&shop.erp, "countries", json!({"name": "Kıbrıs", "code": "CY"})).await;
    let city = add(&shop.erp, "cities", json!({"name": "İstanbul", "country": country})).await;
    add(&shop.erp, "cities", json!({"name": "istanbul", "country": other})).await;
    let township = add(&shop.erp, "townships", json!({"name": "Şişli", "city": city})).await;
    let district = add(&shop.erp, "districts", json!({"name": "Halaskargazi", "township": township})).await;
    let gone = add(&shop.erp, "districts", json!({"name": "Eski", "township": township, "is_active": false})).await;
    let below = |query: &str| format!("channel/{channel}/{query}");
    assert_eq!(only(&account, &below("countries/?code__exact=TR&is_active=True")).await, Some(country));
    assert_eq!(only(&account, &below("countries/?code__exact=Türkiye&is_active=True")).await, None);
    assert_eq!(only(&account, &below("countries/?name__exact=T%C3%BCrkiye&is_active=True")).await, Some(country));
    for name in ["%C4%B0STANBUL", "istanbul", "ISTANBUL", "%C4%B1stanbul", "%C4%B0stanbul"] {
        let query = format!("cities/?name__iexact={name}&country={country}&is_active=True");
        assert_eq!(only(&account, &below(&query)).await, Some(city), "{name}");
    }
    let query =
        format!("townships/?name__iexact=%C5%9E%C4%B0%C5%9EL%C4%B0&country={country}&city={city}&is_active=True");
    assert_eq!(only(&account, &below(&query)).await, Some(township));
    let query =
        format!("districts/?name__exact=Halaskargazi&country={country}&city={city}&township={township}&is_active=True");
    assert_eq!(only(&account, &below(&query)).await, Some(district));
    let query = format!("districts/?name__exact=Eski&township={township}&is_active=");
    shop.erp.get(&format!("/api/v1/{query}")).await.faults(&["is_active"]);
    let query = format!("districts/?name__exact=Eski&township={township}&is_active=True");
    assert_eq!(only(&account, &query).await, None, "{gone} is not in use");
    account.post("/api/v1/countries/", json!({"name": "X", "code": "X"})).await.expect(403);
}

/// Channels often send names of their own; what is written down for them is found by it.
#[tokio::test]
async fn a_place_is_found_by_a_remote_systems_code() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    let country = add(&shop.erp, "countries", json!({"name": "Türkiye", "code": "TR"})).await;
    let other = add(&shop.erp, "countries", json!({"name": "Kıbrıs", "code": "CY"})).await;
    let city = add(&shop.erp, "cities", json!({"name": "İstanbul", "country": country})).await;
    let code = format!("{channel}_Turkey");
    let body = |kind: &str, object: i64| json!({"content_type": kind, "object_id": object, "integration_type": "sales_channel", "code": code});
    let mapping = shop.erp.post("/api/v1/object_mappings/", body("country", country)).await.created();
    shop.erp.post("/api/v1/object_mappings/", body("country", other)).await.faults(&["code"]);
    shop.erp.post("/api/v1/object_mappings/", body("city", city)).await.created();
    shop.erp.post("/api/v1/object_mappings/", body("city", 999)).await.faults(&["object_id"]);
    shop.erp.post("/api/v1/object_mappings/", body("colour", 1)).await.faults(&["content_type"]);
    for resource in ["countries", "cities"] {
        let query = format!("{resource}/?mapping__code__exact={code}&mapping__integration_type=sales_channel");
        let expected = if resource == "cities" { city } else { country };
        assert_eq!(only(&shop.erp, &format!("channel/{channel}/{query}")).await, Some(expected));
        assert_eq!(only(&shop.erp, &format!("{query}&mapping__code__exact=other")).await, None);
    }
    let query = format!("countries/?mapping__code__exact={code}&mapping__integration_type=web");
    assert_eq!(only(&shop.erp, &query).await, None);
    for resource in ["townships", "districts"] {
        let query = format!("{resource}/?mapping__code__exact={code}&mapping__integration_type=sales_channel");
        assert_eq!(only(&shop.erp, &query).await, None);
    }
    let path = format!("/api/v1/object_mappings/{}/", id(&mapping));
    let moved = json!({"object_id": other, "code": "new"});
    shop.erp.patch(&path, moved).await.faults(&["object_id"]);
    shop.erp.patch(&path, json!({"code": "new"})).await.ok();
    shop.erp.delete(&format!("/api/v1/countries/{country}/")).await.refused("still_referred_to");
    shop.erp.delete(&path).await.expect(204);
    shop.erp.delete(&format!("/api/v1/countries/{other}/")).await.expect(204);
}

#[tokio::test]
async fn places_lie_in_each_other_and_stay_there() {
    let shop = Shop::open().await;
    let country = add(&shop.erp, "countries", json!({"name": "Türkiye", "code": "TR"})).await;
    let other = add(&shop.erp, "countries", json!({"name": "Kıbrıs", "code": "CY"})).await;
    shop.erp.post("/api/v1/countries/", json!({"name": "X", "code": "CY"})).await.faults(&["code"]);
    let city = add(&shop.erp, "cities", json!({"name": "İzmir", "country": country})).await;
    let body = json!({"name": "Konak", "city": city, "country": other});
    shop.erp.post("/api/v1/townships/", body).await.faults(&["country"]);
    let township = add(&shop.erp, "townships", json!({"name": "Konak", "city": city})).await;
    let body = json!({"name": "Alsancak", "township": township, "city": city + 1, "country": country});
    shop.erp.post("/api/v1/districts/", body).await.faults(&["city"]);
    let body = json!({"name": "Alsancak", "township": township});
    let district = shop.erp.post("/api/v1/districts/", body).await.created();
    assert_eq!((&district["city"], &district["country"]), (&json!(city), &json!(country)));
    shop.erp.patch(&format!("/api/v1/cities/{city}/"), json!({"country": other})).await.faults(&["country"]);
    let renamed = shop.erp.patch(&format!("/api/v1/cities/{city}/"), json!({"name": "Smyrna"})).await.ok();
    assert_eq!(renamed["country"], json!(country));
    assert_eq!(only(&shop.erp, "cities/?name__iexact=SMYRNA").await, Some(city));
    assert_eq!(only(&shop.erp, "cities/?name__iexact=izmir").await, None);
    for resource in [format!("countries/{country}"), format!("cities/{city}"), format!("townships/{township}")] {
        shop.erp.delete(&format!("/api/v1/{resource}/")).await.refused("still_referred_to");
    }
}
