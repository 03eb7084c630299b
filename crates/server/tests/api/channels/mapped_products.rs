//! Products as a channel's program maps them, and the empty lists that it looks at on the way.

use serde_json::{Value, json};

use crate::market::{Market, NONE};
use crate::shop::{id, int};

impl Market {
    /// A product of these fields, which the catalog has.
    async fn product(&self, fields: Value) -> i64 {
        let product = id(&self.shop.erp.post("/api/v1/products/", fields).await.created());
        let item = json!({"catalog": self.catalog, "product": product});
        self.shop.erp.post("/api/v1/catalog_items/", item).await.created();
        product
    }
}

#[tokio::test]
async fn a_product_is_mapped_by_its_own_attributes() {
    let market = Market::open().await;
    let attributes = json!({"renk": "kırmızı", "garanti": 2, "yeni": true, "boyutlar": [1, 2.50], "boş": null});
    let product = market.product(json!({"sku": "SHIRT", "attributes": attributes})).await;
    let mapped = market.get(&format!("mapped_products/{product}/")).await.ok();
    assert_eq!((int(&mapped["pk"]), &mapped["sku"]), (product, &json!("SHIRT")));
    assert_eq!(mapped["mapped_attributes"], attributes);
    assert_eq!(mapped["attribute_set_id"], json!(null), "there is none to be asked for");
    let values = mapped["mapped_attribute_values"].as_object().expect("an object");
    assert_eq!(
        values.keys().collect::<Vec<_>>(),
        attributes.as_object().expect("an object").keys().collect::<Vec<_>>()
    );
    let colour = json!({
        "attribute_name": "renk", "label": "kırmızı", "value": "kırmızı", "attribute_remote_id": null,
        "is_required": false, "is_variant": false, "is_custom": true, "is_meta": false,
    });
    assert_eq!(values["renk"], colour);
    assert_eq!((&values["garanti"]["label"], &values["garanti"]["value"]), (&json!("2"), &json!(2)));
    let bare = market.product(json!({"sku": "BARE"})).await;
    let mapped = market.get(&format!("mapped_products/{bare}/")).await.ok();
    assert_eq!((&mapped["mapped_attributes"], &mapped["mapped_attribute_values"]), (&json!({}), &json!({})));
}

/// The vendor's client gives up one product after 406, and its whole round after anything else.
#[tokio::test]
async fn a_product_that_is_not_offered_is_refused_with_a_reason() {
    let market = Market::open().await;
    let product = market.product(json!({"sku": "SHIRT"})).await;
    let foreign = id(&market.shop.erp.post("/api/v1/products/", json!({"sku": "FOREIGN"})).await.created());
    let path = |product: i64| format!("mapped_products/{product}/");
    for absent in [foreign, 1] {
        let refused = market.get(&path(absent)).await.refused("product_not_offered");
        assert_eq!(refused["error"], refused["non_field_errors"]);
        assert!(refused["error"].as_str().expect("a text").contains(&absent.to_string()), "{refused}");
    }
    market.get(&path(product)).await.ok();
    market.shop.erp.patch(&format!("/api/v1/products/{product}/"), json!({"is_active": false})).await.ok();
    market.get(&path(product)).await.refused("product_not_offered");
}

#[tokio::test]
async fn what_is_not_kept_is_an_empty_list() {
    let market = Market::open().await;
    let shirt = market.product(json!({"sku": "SHIRT"})).await;
    let [row] = &market.rows("products/inserts/?product_type=0&limit=100").await[..] else { panic!("one is offered") };
    let absent = ["parent", "listing_code", "attribute_set", "productimage_set"].map(|name| &row[name]);
    assert_eq!((id(row), absent), (shirt, [&json!(null), &json!(null), &json!(null), &json!([])]));
    assert_eq!(market.ids("attribute_configs/?attribute_set=1").await, NONE);
    assert_eq!(market.ids("attribute_configs/detailed/?attribute_set=1&limit=10&page=1").await, NONE);
    assert_eq!(market.ids("product_images/?id__in=1,2&limit=2").await, NONE);
    assert_eq!(market.ids("product_images/inserts/?limit=100&page=1").await, NONE);
    assert_eq!(market.ids("product_images/updates/?limit=100&page=1").await, NONE);
    market.get("product_images/?colour=red").await.faults(&["colour"]);
    market.get("attribute_configs/detailed/?colour=red").await.faults(&["colour"]);
}
