//! What the lists of a catalog have of products.

use serde_json::{Value, json};

use crate::samples::Samples;
use crate::shop::{Shop, column, id, merge};

async fn store(samples: &Samples, fields: Value) -> i64 {
    let township = samples.record("townships").await;
    let mut body = json!({"name": "Store", "address": "A", "phone_number": "1", "fax_phone_number": "",
        "township": township["pk"], "channels": [], "store_type": null, "click_and_collect": false, "is_active": true,
        "store_hours": [["00:00", "24:00"]]});
    merge(&mut body, fields);
    id(&samples.shop.erp.post("/api/v1/retail_stores/", body).await.created())
}

/// A catalog of the shop's list and three stores, at 1, 2 and 4 degrees of the equator.
async fn catalog(samples: &Samples) -> (i64, Vec<i64>, Vec<i64>) {
    let (mut lists, mut stores) = (Vec::new(), Vec::new());
    for (name, longitude) in [("One", 1), ("Two", 2), ("Four", 4)] {
        let list = samples.shop.list_with(json!({})).await;
        let fields = json!({"name": name, "stock_list": list, "latitude": 0, "longitude": longitude,
            "click_and_collect": name == "Two"});
        stores.push(store(samples, fields).await);
        lists.push(list);
    }
    let body = json!({"name": "Chain", "stock_list": samples.shop.list, "extra_stock_lists": lists,
        "sourcing_rule": "nearest_then_main"});
    (id(&samples.shop.erp.post("/api/v1/catalogs/", body).await.created()), lists, stores)
}

async fn level(shop: &Shop, sku: &str, list: i64, units: i64) {
    shop.write(json!({"product_sku": sku, "stock_list": list, "stock": units})).await;
}

#[tokio::test]
async fn stores_that_have_a_product_are_named_nearest_first() {
    let samples = Samples::open().await;
    let shop = &samples.shop;
    let (catalog, lists, stores) = catalog(&samples).await;
    level(shop, "A", shop.list, 5).await;
    for (list, units) in lists.iter().zip([7, 8, 9]) {
        level(shop, "A", *list, units).await;
    }
    level(shop, "B", lists[2], 1).await;
    shop.erp.patch(&format!("/api/v1/stock_list/{}/", lists[0]), json!({"safety_stock": 7})).await.ok();
    let found =
        shop.erp.get(&format!("/api/v1/catalogs/{catalog}/availability/?sku=A&sku=B&sku=C&lat=0&lon=3.9")).await;
    let found = found.ok();
    assert_eq!(found["sourcing_rule"], "nearest_then_main");
    assert_eq!(column(&found, "product_sku"), [json!("A"), json!("B"), json!("C")]);
    let a = &found["results"][0];
    assert_eq!((&a["main"]["stock_list"], &a["main"]["available"]), (&json!(shop.list), &json!(5)));
    assert_eq!((&a["main"]["distance"], &a["main"]["retail_store"]), (&json!(null), &json!(null)));
    // What the safety stock leaves of the first is nothing.
    let named = |stores: &Value| column(&json!({"results": stores}), "retail_store");
    assert_eq!(named(&a["stores"]), [json!(stores[2]), json!(stores[1])]);
    let four = json!({"stock_list": lists[2], "name": "Four", "available": 9, "distance": 11.12,
        "retail_store": stores[2], "click_and_collect": false, "is_open": true, "open_until": null});
    assert_eq!(a["stores"][0], four);
    assert_eq!(a["stores"][1]["click_and_collect"], json!(true));
    assert_eq!(named(&found["results"][1]["stores"]), [json!(stores[2])]);
    let nothing = &found["results"][2];
    assert_eq!((&nothing["main"]["available"], &nothing["stores"]), (&json!(0), &json!([])));
    let one = shop.erp.get(&format!("/api/v1/catalogs/{catalog}/availability/?sku=A&lat=0&lon=1.9&limit=1")).await.ok();
    assert_eq!(named(&one["results"][0]["stores"]), [json!(stores[1])]);
    // Without a place there is no distance; a store that is not in use is not named.
    shop.erp.patch(&format!("/api/v1/retail_stores/{}/", stores[1]), json!({"is_active": false})).await.ok();
    let all = shop.erp.get(&format!("/api/v1/catalogs/{catalog}/availability/?sku=A")).await.ok();
    assert_eq!(named(&all["results"][0]["stores"]), [json!(stores[2])]);
    assert_eq!(all["results"][0]["stores"][0]["distance"], json!(null));
}

/// The nearest stores are looked at first, and the others for the products that those lack.
#[tokio::test]
async fn farther_stores_are_looked_at_for_what_the_near_ones_lack() {
    let samples = Samples::open().await;
    let shop = &samples.shop;
    let (mut lists, mut stores) = (Vec::new(), Vec::new());
    for number in 0..60 {
        let list = shop.list_with(json!({})).await;
        let fields = json!({"name": format!("S{number}"), "stock_list": list, "latitude": 0, "longitude": number});
        stores.push(store(&samples, fields).await);
        lists.push(list);
    }
    let body = json!({"name": "Chain", "stock_list": lists[2], "extra_stock_lists": lists,
        "sourcing_rule": "nearest_store"});
    let catalog = id(&shop.erp.post("/api/v1/catalogs/", body).await.created());
    for (sku, has) in [("A", &[0, 1, 2, 3][..]), ("B", &[2, 40]), ("C", &[1, 9, 17, 49, 50]), ("D", &[55])] {
        for number in has {
            level(shop, sku, lists[*number], 1 + *number as i64).await;
        }
    }
    let ask = async |query: &str| {
        let path = format!("/api/v1/catalogs/{catalog}/availability/?sku=A&sku=B&sku=C&sku=D&lat=0&lon=0&{query}");
        shop.erp.get(&path).await.ok()
    };
    // Again and again: from the database at first, then from memory.
    for _ in 0..20 {
        for (limit, expected) in [(1, [&[0][..], &[2], &[1], &[]]), (3, [&[0, 1, 2], &[2, 40], &[1, 9, 17], &[]])] {
            let found = ask(&format!("limit={limit}")).await;
            for (product, has) in found["results"].as_array().expect("all").iter().zip(expected) {
                let named = column(&json!({"results": product["stores"]}), "retail_store");
                assert_eq!(named, has.iter().map(|number| json!(stores[*number])).collect::<Vec<_>>(), "{limit}");
            }
            let main = |index: usize| found["results"][index]["main"]["available"].clone();
            assert_eq!([0, 1, 2, 3].map(main), [3, 3, 0, 0].map(|units| json!(units)));
        }
        let all = ask("limit=50").await;
        assert_eq!(
            column(&json!({"results": all["results"][2]["stores"]}), "available"),
            [2, 10, 18, 50].map(|n| json!(n))
        );
    }
    // A change is seen by the next question.
    shop.erp.patch(&format!("/api/v1/retail_stores/{}/", stores[0]), json!({"longitude": "170"})).await.ok();
    assert_eq!(ask("limit=1").await["results"][0]["stores"][0]["retail_store"], json!(stores[1]));
    shop.erp.patch(&format!("/api/v1/stock_list/{}/", lists[1]), json!({"safety_stock": 2})).await.ok();
    assert_eq!(ask("limit=1").await["results"][0]["stores"][0]["retail_store"], json!(stores[2]));
    shop.erp.patch(&format!("/api/v1/catalogs/{catalog}/"), json!({"extra_stock_lists": [lists[3]]})).await.ok();
    // The store of the catalog's own list is nearer, and the fourth one is the only other.
    let left = ask("limit=5").await["results"][0].clone();
    let left = column(&json!({"results": left["stores"]}), "retail_store");
    assert_eq!(left, [json!(stores[2]), json!(stores[3])]);
}

#[tokio::test]
async fn opening_hours_are_those_of_the_stores_own_clocks() {
    let samples = Samples::open().await;
    let (catalog, lists, stores) = catalog(&samples).await;
    level(&samples.shop, "A", lists[0], 5).await;
    for (hours, is_open) in
        [(json!([null]), json!(false)), (json!([]), json!(null)), (json!([["00:00", "24:00"]]), json!(true))]
    {
        let path = format!("/api/v1/retail_stores/{}/", stores[0]);
        samples.shop.erp.patch(&path, json!({"store_hours": hours})).await.ok();
        let found = samples.shop.erp.get(&format!("/api/v1/catalogs/{catalog}/availability/?sku=A")).await.ok();
        assert_eq!(found["results"][0]["stores"][0]["is_open"], is_open, "{hours}");
    }
}

#[tokio::test]
async fn a_channel_asks_for_its_own_catalog() {
    let samples = Samples::open().await;
    let shop = &samples.shop;
    let (catalog, lists, _) = catalog(&samples).await;
    level(shop, "A", lists[1], 5).await;
    let (own, other) = (shop.channel("accept").await, shop.channel("accept").await);
    shop.admin.patch(&format!("/api/v1/channels/{own}/"), json!({"catalog": catalog})).await.ok();
    let account = shop.server.channel_client(own).await;
    let found = account.get(&format!("/api/v1/channel/{own}/availability/?sku=A&lat=0&lon=0")).await.ok();
    assert_eq!(found, shop.erp.get(&format!("/api/v1/catalogs/{catalog}/availability/?sku=A&lat=0&lon=0")).await.ok());
    account.get(&format!("/api/v1/catalogs/{catalog}/availability/?sku=A")).await.ok();
    shop.erp.get(&format!("/api/v1/channel/{other}/availability/?sku=A")).await.expect(404);
    let foreign = shop.server.channel_client(other).await;
    foreign.get(&format!("/api/v1/catalogs/{catalog}/availability/?sku=A")).await.expect(404);
    shop.erp.get("/api/v1/catalogs/999/availability/?sku=A").await.expect(404);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_question_is_said() {
    let samples = Samples::open().await;
    let (catalog, _, _) = catalog(&samples).await;
    let ask =
        async |query: &str| samples.shop.erp.get(&format!("/api/v1/catalogs/{catalog}/availability/?{query}")).await;
    ask("").await.faults(&["sku"]);
    ask("sku=&limit=0").await.faults(&["sku", "limit"]);
    ask("sku=A&limit=51").await.faults(&["limit"]);
    ask("sku=A&lat=1").await.faults(&["lon"]);
    ask("sku=A&lon=1").await.faults(&["lat"]);
    ask("sku=A&lat=91&lon=x").await.faults(&["lat", "lon"]);
    let many: Vec<String> = (0..21).map(|number| format!("sku=S{number}")).collect();
    ask(&many.join("&")).await.faults(&["sku"]);
}
