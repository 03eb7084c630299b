//! Which locations have all of some products.

use serde_json::json;

use super::Two;
use crate::warehouse::{figure, order};

#[tokio::test]
async fn availability_is_asked_by_sku_as_often_as_it_is_wanted() {
    let two = Two::open().await;
    figure(&two.shop, "A", two.first.1, 2).await;
    figure(&two.shop, "B", two.first.1, 1).await;
    figure(&two.shop, "A", two.second.1, 1).await;
    let ask = async |query: &str| two.shop.erp.get(&format!("/api/v1/oms/query-stock-availability/?{query}")).await;
    assert_eq!(ask("sku=A&sku=A&sku=B").await.ok(), json!({"STORE01": false, "WH001": true}));
    assert_eq!(ask("sku=A").await.ok(), json!({"STORE01": true, "WH001": true}));
    assert_eq!(ask("sku=A&erp_code=STORE01").await.ok(), json!({"STORE01": true}));
    assert_eq!(ask("sku=A&tag=cold").await.ok(), json!({"WH001": true}));
    assert_eq!(ask("sku=Q").await.ok(), json!({"STORE01": false, "WH001": false}));
    order(&two.shop, &[("A", two.second.1, 1)]).await;
    ask("").await.faults(&["sku"]);
    ask("sku=").await.faults(&["sku"]);
    ask("sku=A&colour=red").await.faults(&["colour"]);
    ask("sku=A&erp_code=NOWHERE").await.expect(400);
    let many = vec!["sku=A"; 1_001].join("&");
    ask(&many).await.faults(&["sku"]);
}
