//! Files of prices, cut by kills: each row takes effect once, so that taking all of them back leaves nothing.

use std::fmt::Write as _;

use onhand_testkit::program::new_file;

use crate::shop::{File, Shop, assert_sound};
use crate::{ONHAND, met_in_the_middle};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_of_prices_goes_on_where_a_kill_has_cut_it() {
    met_in_the_middle(goes_on).await;
}

async fn goes_on(rows: usize) -> bool {
    let (folder, url) = new_file();
    let mut server = ONHAND.start_logging(&url, &[], folder.path());
    let mut shop = Shop::sign_in(server.address).await;
    let list = shop.price_list("Retail").await;
    let mut file = "sku,price,currency\n".to_owned();
    for row in 0..rows {
        // The first row alone says the currency: what goes on knows it, too.
        let currency = if row == 0 { "try" } else { "" };
        writeln!(file, "S{row},{}.50,{currency}", 1 + row % 9).expect("text has room");
    }
    let mut cuts = 0;
    let made = shop.import_prices(list, file).await;
    for part in [1, 5, 8] {
        cuts += usize::from(shop.reached(&made, part * rows / 10).await);
        server.kill();
        server = ONHAND.start_logging(&url, &[], folder.path());
        shop = shop.moved(server.address);
    }
    let status = shop.ended(&made).await;
    assert_eq!(File::counts(&status), [rows, 0, 0, 0], "{status}");
    assert_eq!(shop.prices(list).await, rows as i64);
    let undone = shop.undo_prices(list, &made).await;
    cuts += usize::from(shop.reached(&undone, rows / 2).await);
    server.kill();
    server = ONHAND.start_logging(&url, &[], folder.path());
    shop = shop.moved(server.address);
    let status = shop.ended(&undone).await;
    assert_eq!(File::counts(&status), [0, rows, 0, 0], "{status}");
    assert_eq!(shop.prices(list).await, 0);
    server.kill();
    assert_sound(&url, folder.path(), 0).await;
    cuts > 0
}
