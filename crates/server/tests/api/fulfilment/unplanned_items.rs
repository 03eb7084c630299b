//! Lines that are to leave and are in no package, with the reason.

use onhand_testkit::wait;
use serde_json::json;

use super::{planned, unplanned};
use crate::shop::{Shop, id, items};
use crate::warehouse::{figure, go, location, order, plan};

/// A line that is not to leave any more waits for nothing; when it is to leave again, it is seen again.
#[tokio::test]
async fn a_short_line_is_listed_while_it_is_to_leave() {
    let shop = Shop::open().await;
    let (_, list) = location(&shop, json!({})).await;
    figure(&shop, "X", list, 1).await;
    let order = order(&shop, &[("X", list, 1)]).await;
    let package = planned(&shop, &order).await[0].0;
    go(&shop, package, &["not-found"]).await;
    let (line, noted) = (items(&order)[0], vec![(id(&order), "short".to_owned())]);
    for (status, wanted) in [("300", vec![]), ("450", noted.clone()), ("200", vec![]), ("400", noted), ("500", vec![])]
    {
        shop.erp.patch(&format!("/api/v1/order_items/{line}/"), json!({"status": status})).await.ok();
        assert_eq!(unplanned(&shop).await, wanted, "{status}");
        shop.server.verify().await;
    }
}

#[tokio::test]
async fn lines_of_a_list_whose_location_came_later_or_changes_are_planned() {
    let shop = Shop::open().await;
    let list = shop.list_with(json!({})).await;
    figure(&shop, "X", list, 2).await;
    let early = order(&shop, &[("X", list, 1)]).await;
    let place = json!({"name": "A place", "erp_code": "LATER", "stock_list": list, "is_active": false});
    let place = id(&shop.erp.post("/api/v1/oms/stocklocations/", place).await.created());
    let noted = async |wanted: &[(i64, String)]| {
        wait::until_async(async || match unplanned(&shop).await {
            found if found == wanted => Ok(()),
            found => Err((found, wanted.to_vec())),
        })
        .await;
    };
    noted(&[(id(&early), "location_inactive".to_owned())]).await;
    shop.erp.patch(&format!("/api/v1/oms/stocklocations/{place}/"), json!({"is_active": true})).await.ok();
    noted(&[]).await;
    let package = planned(&shop, &early).await[0].0;
    // A person decides that it does not leave, and a person decides again.
    go(&shop, package, &["cancel"]).await;
    noted(&[(id(&early), "package_cancelled".to_owned())]).await;
    shop.erp.patch(&format!("/api/v1/oms/stocklocations/{place}/"), json!({"priority": 7})).await.ok();
    assert_eq!(unplanned(&shop).await.len(), 1);
    plan(&shop, &early, json!({})).await;
    noted(&[]).await;
    shop.server.verify().await;
}
