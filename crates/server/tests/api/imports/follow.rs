//! What follows an import: applying and undoing, at the wrong time, twice, and side by side with others.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::files::{counts, errors, finished, import_path, key, upload};
use crate::shop::{Shop, int, item};

impl Shop {
    /// Asks for what follows an import, whatever the answer is.
    async fn ask(&self, caller: &Client, import: &Value, what: &str) -> Answer {
        let path = format!("{}{}/{what}/", import_path(self.list), key(import));
        caller.post(&path, json!({})).await
    }

    async fn figures_of(&self, skus: &[&str]) -> Vec<Option<i64>> {
        let mut figures = Vec::new();
        for sku in skus {
            figures.push(self.of_sku(sku).await.map(|all| all[0]));
        }
        figures
    }
}

/// A file that keeps the server busy for a while.
fn many(figure: i64) -> String {
    (0..3_000).fold("sku,stock\n".to_owned(), |mut file, row| {
        writeln!(file, "M{row},{figure}").expect("text has room");
        file
    })
}

#[tokio::test]
async fn what_failed_or_is_done_already_is_not_applied() {
    let shop = Shop::open().await;
    let failed = shop.import("colour\nred\n", &[("dry_run", "true")]).await;
    let done = shop.import("sku,stock\nA,1\n", &[]).await;
    shop.ask(&shop.erp, &failed, "apply").await.refused("import_not_completed");
    shop.ask(&shop.erp, &failed, "undo").await.refused("import_not_fitting");
    shop.ask(&shop.erp, &done, "apply").await.refused("import_not_fitting");
    let failed = shop.import("colour\nred\n", &[]).await;
    shop.ask(&shop.erp, &failed, "undo").await.refused("import_not_completed");
    let undone = shop.follow(&done, "undo", json!({})).await;
    for what in ["undo", "apply"] {
        shop.ask(&shop.erp, &undone, what).await.refused("import_not_fitting");
    }
    let path = format!("{}{}/apply/", import_path(shop.list), key(&failed));
    let said = shop.import("sku,stock\nA,9\n", &[("dry_run", "true")]).await;
    let of_said = format!("{}{}/apply/", import_path(shop.list), key(&said));
    shop.erp.post(&of_said, json!({"force": "perhaps"})).await.faults(&["force"]);
    shop.erp.post(&path, json!([])).await.expect(400);
}

#[tokio::test]
async fn what_still_waits_or_runs_is_not_followed() {
    let shop = Shop::open().await;
    let path = import_path(shop.list);
    let busy = upload(&shop.erp, &path, "a.csv", many(1).as_bytes(), &[]).await.ok();
    let said = upload(&shop.erp, &path, "b.csv", many(2).as_bytes(), &[("dry_run", "true")]).await.ok();
    shop.ask(&shop.erp, &said, "apply").await.refused("import_not_completed");
    shop.ask(&shop.erp, &busy, "undo").await.refused("import_not_completed");
    finished(&shop.erp, key(&busy)).await;
    let said = finished(&shop.erp, key(&said)).await;
    assert_eq!(counts(&said), [0, 3_000, 0, 0], "a dry run comes after what was sent before it");
    // Undone after the next import of the list, which has changed every row, and before the one behind.
    let next = upload(&shop.erp, &path, "c.csv", many(3).as_bytes(), &[]).await.ok();
    let undo = shop.ask(&shop.erp, &busy, "undo").await.ok();
    let last = upload(&shop.erp, &path, "d.csv", b"sku,stock\nM7,50\n", &[]).await.ok();
    assert_eq!(counts(&finished(&shop.erp, key(&next)).await), [0, 3_000, 0, 0]);
    let undone = finished(&shop.erp, key(&undo)).await;
    assert_eq!((counts(&undone), errors(&undone)[0]), ([0, 0, 0, 3_000], (2, "touched_since")), "{undone}");
    assert_eq!(counts(&finished(&shop.erp, key(&last)).await), [0, 1, 0, 0]);
    assert_eq!(shop.figures_of(&["M0", "M7", "M2999"]).await, [Some(3), Some(50), Some(3)]);
    shop.server.verify().await;
}

#[tokio::test]
async fn two_who_apply_or_undo_at_once_start_one_thing() {
    let shop = Shop::open().await;
    shop.stock("A", 3).await;
    let (one, two) = (shop.erp.clone().apart(), shop.admin.clone().apart());
    for round in 1..6 {
        let said = shop.import("sku,stock\nA,10\n", &[("mode", "adjust"), ("dry_run", "true")]).await;
        let (first, second) = tokio::join!(shop.ask(&one, &said, "apply"), shop.ask(&two, &said, "apply"));
        let (first, second) = (first.ok(), second.ok());
        assert_eq!(key(&first), key(&second));
        let done = finished(&shop.erp, key(&first)).await;
        assert_eq!(counts(&done), [0, 1, 0, 0], "{done}");
        assert_eq!(shop.figures_of(&["A"]).await, [Some(13)], "round {round}");
        let (first, second) = tokio::join!(shop.ask(&one, &done, "undo"), shop.ask(&two, &done, "undo"));
        let (first, second) = (first.ok(), second.ok());
        assert_eq!(key(&first), key(&second));
        assert_eq!(counts(&finished(&shop.erp, key(&first)).await), [0, 1, 0, 0]);
        assert_eq!(shop.figures_of(&["A"]).await, [Some(3)], "round {round}");
    }
    shop.server.verify().await;
}

#[tokio::test]
async fn an_apply_is_undone_as_an_import_is() {
    let shop = Shop::open().await;
    for (sku, figure) in [("A", 3), ("B", 4), ("GONE", 5)] {
        shop.stock(sku, figure).await;
    }
    let said = shop.import("sku,stock\nA,10\nB,x\nNEW,7\n", &[("mode", "replace"), ("dry_run", "true")]).await;
    shop.server.advance(1);
    let done = shop.follow(&said, "apply", json!({})).await;
    assert_eq!(counts(&done), [1, 2, 0, 1], "{done}");
    assert_eq!(shop.figures_of(&["A", "B", "NEW", "GONE"]).await, [Some(10), Some(4), Some(7), Some(0)]);
    shop.server.advance(1);
    let undone = shop.follow(&done, "undo", json!({})).await;
    assert_eq!((counts(&undone), &undone["total"]), ([0, 3, 0, 0], &json!(3)), "{undone}");
    assert_eq!(shop.figures_of(&["A", "B", "NEW", "GONE"]).await, [Some(3), Some(4), Some(0), Some(5)]);
    let shown = shop.erp.get(&format!("{}?cache_key={}", import_path(shop.list), key(&done))).await.ok();
    assert_eq!(shown["undone_by"], undone["cache_key"]);
    shop.server.verify().await;
}

/// In an `immediate` list what the ERP registers is reserved no more, and a written level is a level.
#[tokio::test]
async fn a_list_whose_releases_take_effect_at_once_is_imported_and_undone() {
    let mut shop = Shop::open().await;
    shop.list = shop.list_with(json!({"release_mode": "immediate"})).await;
    shop.stock("A", 10).await;
    let order = shop.order("A", 3).await;
    shop.server.advance(1);
    let done = shop.import("sku,stock\nA,20\nB,5\n", &[]).await;
    assert_eq!(counts(&done), [1, 1, 0, 0]);
    assert_eq!(shop.of_sku("A").await, Some([20, 3, 0, 17]));
    shop.server.advance(1);
    shop.release(item(&order)).await;
    let released = [20, 0, 0, 20];
    assert_eq!(shop.of_sku("A").await, Some(released));
    shop.server.advance(1);
    let undone = shop.follow(&done, "undo", json!({})).await;
    assert_eq!((counts(&undone), errors(&undone)), ([0, 1, 0, 1], vec![(2, "touched_since")]), "{undone}");
    assert_eq!(shop.of_sku("A").await, Some(released));
    shop.server.advance(1);
    let adjusted = shop.import("sku,stock\nA,-2\n", &[("mode", "adjust")]).await;
    assert_eq!(int(&adjusted["updated"]), 1, "{adjusted}");
    assert_eq!(shop.of_sku("A").await.map(|all| all[3]), Some(18));
    shop.server.verify().await;
}
