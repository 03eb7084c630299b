//! Category trees and nodes, and which products are in them.

use serde_json::{Value, json};

use crate::client::Client;
use crate::shop::{Shop, column, id};

async fn tree(client: &Client, name: &str) -> (i64, i64) {
    let tree = client.post("/api/v1/category_trees/", json!({"name": name})).await.created();
    (id(&tree), id(&tree["category_root"]))
}

async fn node(client: &Client, above: i64, name: &str) -> i64 {
    id(&client.post("/api/v1/category_nodes/", json!({"node": above, "name": name})).await.created())
}

async fn shown(client: &Client, node: i64) -> Value {
    client.get(&format!("/api/v1/category_nodes/{node}/")).await.ok()
}

#[tokio::test]
async fn a_tree_has_a_root_that_comes_and_goes_with_it() {
    let shop = Shop::open().await;
    let made = shop.erp.post("/api/v1/category_trees/", json!({"name": "Shop"})).await.created();
    let root = shown(&shop.erp, id(&made["category_root"])).await;
    assert_eq!((&root["path"], &root["name"]), (&made["category_root"]["path"], &json!("Shop")));
    assert_eq!((&root["node"], &root["depth"], &root["numchild"]), (&json!(null), &json!(1), &json!(0)));
    shop.erp.post("/api/v1/category_trees/", json!({"name": "Shop"})).await.faults(&["name"]);
    let path = format!("/api/v1/category_trees/{}/", id(&made));
    shop.erp.delete(&format!("/api/v1/category_nodes/{}/", id(&root))).await.refused("still_referred_to");
    let child = node(&shop.erp, id(&root), "Shirts").await;
    shop.erp.delete(&path).await.refused("still_referred_to");
    shop.erp.delete(&format!("/api/v1/category_nodes/{child}/")).await.expect(204);
    shop.erp.delete(&path).await.expect(204);
    shop.erp.get(&format!("/api/v1/category_nodes/{}/", id(&root))).await.expect(404);
}

/// The way channel-app sets its tree up (contract C11).
#[tokio::test]
async fn a_channel_sets_up_its_tree() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    let account = shop.server.channel_client(channel).await;
    let below = format!("/api/v1/channel/{channel}");
    let made = account.post(&format!("{below}/category_trees/"), json!({"name": "Market"})).await.created();
    account.patch(&format!("/api/v1/channels/{channel}/"), json!({"category_tree": made["pk"]})).await.ok();
    let tree = account.get(&format!("{below}/category_trees/{}/", id(&made))).await.ok();
    let root = &tree["category_root"]["pk"];
    let nodes = format!("{below}/category_nodes/");
    let child = account.post(&nodes, json!({"node": root, "name": "Giyim"})).await.created();
    // It is there already: the client looks for it among the children.
    account.post(&nodes, json!({"node": root, "name": "Giyim"})).await.faults(&["name"]);
    let above = account.get(&format!("{nodes}{root}/detailed/")).await.ok();
    assert_eq!((&above["numchild"], &above["children"]), (&json!(1), &json!([child])));
    // A PATCH without a field changes a node, too.
    let touched = account.patch(&format!("{nodes}{}/", id(&child)), json!({})).await.ok();
    assert_ne!(touched["modified_date"], child["modified_date"]);
    let leaves = account.get(&format!("{nodes}?numchild=0&limit=10000")).await.ok();
    assert_eq!(column(&leaves, "pk"), [child["pk"].clone()]);

    let (_, foreign) = self::tree(&shop.erp, "Other").await;
    account.post(&nodes, json!({"node": foreign, "name": "Mine"})).await.faults(&["node"]);
    account.patch(&format!("{nodes}{foreign}/"), json!({"name": "Mine"})).await.expect(404);
    account.delete(&format!("{nodes}{foreign}/")).await.expect(404);
    account.patch(&format!("{nodes}{}/", id(&child)), json!({"node": foreign})).await.faults(&["node"]);
}

#[tokio::test]
async fn a_node_moves_with_what_is_below_it() {
    let shop = Shop::open().await;
    let (_, root) = tree(&shop.erp, "Shop").await;
    let (_, other) = tree(&shop.erp, "Outlet").await;
    let men = node(&shop.erp, root, "Men").await;
    let shirts = node(&shop.erp, men, "Shirts").await;
    let long = node(&shop.erp, shirts, "Long").await;
    let path = |row: &Value| row["path"].as_str().expect("a path").to_owned();
    let moved = shop.erp.patch(&format!("/api/v1/category_nodes/{men}/"), json!({"node": other})).await.ok();
    let (outlet, deep) = (shown(&shop.erp, other).await, shown(&shop.erp, long).await);
    assert!(path(&moved).starts_with(&path(&outlet)) && path(&deep).starts_with(&path(&moved)), "{deep}");
    assert_eq!((&deep["depth"], &outlet["numchild"]), (&json!(4), &json!(1)));
    let detailed = shop.erp.get(&format!("/api/v1/category_nodes/{root}/detailed/")).await.ok();
    assert_eq!((&detailed["numchild"], &detailed["children"]), (&json!(0), &json!([])));
    for below in [men, shirts, long] {
        let circle = json!({"node": below});
        shop.erp.patch(&format!("/api/v1/category_nodes/{men}/"), circle).await.faults(&["node"]);
    }
    shop.erp.patch(&format!("/api/v1/category_nodes/{root}/"), json!({"node": other})).await.faults(&["node"]);
    shop.erp.patch(&format!("/api/v1/category_nodes/{men}/"), json!({"node": 99_999})).await.faults(&["node"]);
    shop.erp
        .patch(&format!("/api/v1/category_nodes/{long}/"), json!({"node": men, "name": "Shirts"}))
        .await
        .faults(&["name"]);
    shop.server.verify().await;
}

#[tokio::test]
async fn nodes_are_not_deeper_than_they_may_be() {
    let shop = Shop::open().await;
    let (_, root) = tree(&shop.erp, "Shop").await;
    let mut chain = vec![root];
    for depth in 2..=32 {
        chain.push(node(&shop.erp, chain[depth - 2], "Deeper").await);
    }
    let deepest = json!({"node": chain[31], "name": "Too deep"});
    shop.erp.post("/api/v1/category_nodes/", deepest).await.faults(&["node"]);
    let (_, other) = tree(&shop.erp, "Other").await;
    let between = node(&shop.erp, other, "Between").await;
    shop.erp.patch(&format!("/api/v1/category_nodes/{}/", chain[1]), json!({"node": between})).await.faults(&["node"]);
    shop.erp.patch(&format!("/api/v1/category_nodes/{}/", chain[1]), json!({"node": other})).await.ok();
    assert_eq!(shown(&shop.erp, chain[31]).await["depth"], json!(32));
}

#[tokio::test]
async fn products_are_shown_with_their_categories() {
    let shop = Shop::open().await;
    let (_, root) = tree(&shop.erp, "Shop").await;
    let shirts = node(&shop.erp, root, "Shirts").await;
    let product = id(&shop.erp.post("/api/v1/products/", json!({"sku": "A"})).await.created());
    let body = json!({"product": product, "category": shirts});
    let made = shop.erp.post("/api/v1/product_categories/", body.clone()).await.created();
    shop.erp.post("/api/v1/product_categories/", body).await.refused("product_category_duplicated");
    let page = shop.erp.get(&format!("/api/v1/product_categories/detailed/?product={product}")).await.ok();
    let category = shown(&shop.erp, shirts).await;
    assert_eq!(page["results"][0]["category"], category, "with its path");
    let one = shop.erp.get(&format!("/api/v1/product_categories/{}/detailed/", id(&made))).await.ok();
    assert_eq!((&one, &one["product"]), (&page["results"][0], &json!(product)));
    shop.erp.delete(&format!("/api/v1/category_nodes/{shirts}/")).await.refused("still_referred_to");
}
