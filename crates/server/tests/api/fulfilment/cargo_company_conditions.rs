//! Cargo company conditions: kept as they are sent, and they keep their cargo company.

use serde_json::json;

use crate::shop::{Shop, column, id};

#[tokio::test]
async fn conditions_keep_their_rules_and_their_cargo_company() {
    let shop = Shop::open().await;
    let cargo = id(&shop.erp.post("/api/v1/cargos/", json!({"name": "Aras Kargo"})).await.created());
    let path = "/api/v1/oms/cargo-company-conditions/";
    let bare = shop.erp.post(path, json!({"cargo_company": cargo})).await.created();
    assert_eq!((&bare["cargo_company"], &bare["rules_configuration"]), (&json!(cargo), &json!({})));
    let rules = json!({"rules": [{"field": "weight", "max": 30}]});
    let one = format!("{path}{}/", id(&bare));
    let changed = shop.erp.patch(&one, json!({"rules_configuration": rules})).await.ok();
    assert_eq!(changed["rules_configuration"], rules);
    shop.erp.patch(&one, json!({"rules_configuration": []})).await.faults(&["rules_configuration"]);
    // A cargo company may have several.
    let second = shop.erp.post(path, json!({"cargo_company": cargo})).await.created();
    let found = shop.erp.get(&format!("{path}?cargo_company={cargo}")).await.ok();
    assert_eq!(column(&found, "id"), [&bare["id"], &second["id"]].map(Clone::clone));
    let refused = shop.erp.delete(&format!("/api/v1/cargos/{cargo}/")).await.refused("still_referred_to");
    let text = "This cargo company cannot be removed: cargo company condition still refers to it.";
    assert_eq!(refused["non_field_errors"], text);
}
