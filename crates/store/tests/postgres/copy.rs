//! Copies: every row of every table, in both directions, or nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use onhand_store::copy::{self, Copied, CopyProgress, tables};
use onhand_store::{Error, Options, Store};
use onhand_testbed::{Database, database};
use rusqlite::Connection;

use crate::{open, run};

/// Tables that belong to the processes of a database, or to its program.
const PRIVATE: &[&str] = &["schema_migration", "commit_marker", "lease"];

/// A shop that adds up. Products fill a whole number of chunks, stocks do not; there are texts of every kind of
/// character, bytes, and columns that are NULL here and not there.
const SHOP: &str = "
    INSERT INTO stock_list (id, name, code, is_auto_sync, release_mode, snapshot_delay_seconds, created_at, modified_at)
                           VALUES (1, 'çarşı ☂ ''x''', NULL, 1, 'until_next_write', 0, 1, 2),
                                  (2, '', 'ST-02', 0, 'immediate', 86400, 3, 9223372036854775807);
    INSERT INTO channel (id, name, oversell, is_active, created_at, modified_at) VALUES (1, 'Marketplace', 'accept', 1, 1, 1);
    INSERT INTO account VALUES (1, 'admin', 'hash', 'admin', NULL, 1, 1, NULL, '{}'),
        (2, 'market', 'hash', 'channel', 1, 0, 2, NULL, 'dark');
    INSERT INTO token VALUES (1, 1, 'a', 'prefix', x'00ff7f80', 1, NULL, NULL, 0, NULL, 'api', ''),
        (2, 2, 'b', 'prefix', x'', 1, 5, 6, 1, 7, 'screen', 'Firefox');
    INSERT INTO installation VALUES (1, 'c0ffee');
    INSERT INTO data_source VALUES (1, 'Ortak', 'https://a.example', 's1.a.b', 4, NULL, 1, 1, 30, 2, 5, 6, 7, NULL, '12.3', -4,
      8, 9, NULL, 'away: ç', 3, 10, 'a,b', 11, 1, 'mapping', NULL, 3, 5, 4, 6, 7);
    INSERT INTO data_source_mapping VALUES (1, 1, 257, 'SKU-1', 'Onların 1', 5, 6);
    INSERT INTO saved_view VALUES (1, 2, 'stock', 'Kış', 'q=KAZ', 1, 5, 6);
    INSERT INTO lease VALUES ('sweep', 'somebody', 9);
    INSERT INTO product_word VALUES ('çarşı', 257), ('=869', 257);
    INSERT INTO product_word_progress VALUES (1, 1);
    INSERT INTO commit_marker VALUES (1, 1);
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 4000)
      INSERT INTO product SELECT n & 255, n * 256 + (n & 255), 'SKU-' || n, 'é\" \\', '', 1, '{}', '{\"a\":[1]}', n, n FROM n;
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 4001)
      INSERT INTO stock SELECT n & 255, n * 256 + (n & 255), 1 + (n > 4000), n * 256, 'SKU-' || n, 'qty', n % 7 + 9, 0, 0, 0,
        CASE n & 1 WHEN 1 THEN n END, n * 256 + (n & 255), '{}', n, n, NULL, n & 1, NULL, n, 0, n & 1 FROM n;
    INSERT INTO adjustment_reason VALUES (1, 'vitrin ☂', 'Vitrin', 1, '{}', 5, 6);
    INSERT INTO removed_stock VALUES (1, 999937, 1, 256, 'Eski ☂', 'kg', 5, 6, 1);
    INSERT INTO stock_list_sums VALUES (1, 5, 6, 4000, 48000, 1, 4, 48005, 0, 1, 0, 0, NULL), (2, 5, 6, 1, 9, 0, 0, 9, 0, 0, 0, 0, 7);
    INSERT INTO movement SELECT bucket, id, id, NULL, 'write', NULL, on_hand, 0, 0, 0, on_hand, 0, 0, 1, 5, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL, NULL FROM stock;
    INSERT INTO sales_order VALUES (7, 263, 0, 'T-1', 400, 0, 'try', '{}', '{}', 1, 1, 1);
    INSERT INTO order_item VALUES (7, 263, 263, 256, 1, 257, 'SKU-1', 2, 400, 0, '9.90', '{}', '{}', '{}', 1, 1, 1, NULL,
                                   'nearest_store next_choice 4888', 1),
                                  (7, 519, 263, 256, 1, 257, 'SKU-1', 1, 400, 0, NULL, '{}', '{}', '{}', 1, 1, NULL, 263, NULL,
                                   NULL);
    INSERT INTO data_source_line VALUES (7, 263, 263, 1, 'placed', 1, 9, 5, 4, 'a,b', 77, 78, 'no_answer', 'Yanıt yok', 'Onların 1');
    INSERT INTO reservation VALUES (1, 263, 257, 2, 2, 8, NULL, NULL, NULL), (1, 519, 257, 1, 1, NULL, 9, 513, 2);
    INSERT INTO mapping VALUES (7, 263, 263, 'erp', 'CODE', 1);
    INSERT INTO movement VALUES (1, 90000001, 257, 257, 'order', 263, 0, 1, 0, 4, 10, 1, 4, 1, 6, 3, 7, 8, 'kg', 'counted', 'çok', NULL, 256, 3);
    INSERT INTO retention VALUES ('movements_to_days', 5, 257);
    UPDATE stock SET reserved = 1, reported = 4, movement_id = 90000001, states = 2 WHERE id = 257;
    INSERT INTO stock_location_address VALUES (1, 'Depot', '', '', '', '', '', '', '', '', NULL, '28.9', 1, 1, 1);
    INSERT INTO stock_location VALUES
      (1, 'Depot', 'WH', 1, NULL, 1, 'warehouse', NULL, 1, 1, 1, 0, 0, 0, 0, 'adjust', '[]', '{}', '{}', '', '', 1, 1,
       'removal_only', 0);
    INSERT INTO stock_location_sender VALUES (1, 1, 'carrier', 'origin', 1, 1);
    INSERT INTO package VALUES (7, 263, 263, 'T-1-1', 1, 100, 1, 1, 1);
    INSERT INTO package_item VALUES (7, 263, 263, 263, 1, 263, 'SKU-1', 2, 100, 1, 1, 1);
    INSERT INTO transfer_order VALUES (7, 263, 263, 263, 'T-1-1-T1', 1, 1, 100, 1, 1);
    INSERT INTO transfer_item VALUES (7, 263, 263, 263, 263, 263, 'SKU-1', 2, 100, 1, 1);
    INSERT INTO stock_move VALUES (7, 263, 263, 263, 'transfer', 263, 'SKU-1', 2, 257, 1, 514, 1, 1, 'M', 8, 1, 1);
    INSERT INTO goods_movement VALUES (1, 257, 8, -2);
    INSERT INTO kept_units VALUES (1, 257, 263, 2, 8);
    INSERT INTO discrepancy VALUES
      (1, 257, 257, 1, 'SKU-1', 'damaged', 0, 263, NULL, 1, 1, 1, 257, 2, 10, 1, 'removed', 1);
    INSERT INTO stock_transfer VALUES (256, 1, 2, 'T-☂', 'vitrin ☂', NULL, 1, 5), (512, 2, 1, NULL, NULL, 'ç', 1, 6);
    INSERT INTO stock_transfer_line VALUES (256, 0, 'SKU-1', 2, 257, 514, 90000001, 90000001);
    INSERT INTO cart_reservation VALUES (2, 514, 1, 'sepet ☂', 1, 50, NULL, 50, 1, 1, 5, 6),
      (3, 771, 0, 'cart', 2, 50, 263, NULL, 1, NULL, 5, 7);
    INSERT INTO cart_reservation_line VALUES (2, 514, 1, 512, 'SKU-2', 1, 514, 2, 2, NULL),
      (3, 771, 1, 512, 'SKU-2', 1, 514, 1, 0, 'nearest_store');
    INSERT INTO movement VALUES (2, 90000002, 514, 514, 'cart_reserved', NULL, 0, 2, 0, 0, 11, 2, 0, 1, 6, NULL, NULL, 7, NULL, NULL, NULL, 514, NULL, NULL);
    UPDATE stock SET reserved = 2, movement_id = 90000002 WHERE id = 514;
    INSERT INTO webhook VALUES (1, 'Kargo ☂', 'https://a.example/h', '[\"stock.changed\"]', 1, NULL, 1, 's1.a.b', 5, 6, 3, 2, 7, 0, 9, 'refused',
      NULL, NULL);
    INSERT INTO event_log VALUES (3, 1, 257, 1, NULL, 'SKU-1 ☂', 5, 6, '{}');
    INSERT INTO event_pending VALUES (2, 257, 1, 4, 5);
    INSERT INTO event_reader VALUES ('n-1', 9);
    INSERT INTO webhook_delivery VALUES (1, 1, 3, 'stock.changed', 'SKU-1', 2, 1, 500, 'ç', 12, '{}', 5, 6, 7);
    INSERT INTO stock_count VALUES (256, 1, 1, 1);
    INSERT INTO stock_count_line VALUES (256, 0, 'SKU-1', 1, 1, 'confirmed', NULL);
    INSERT INTO unplanned_item VALUES (7, 263, 263, 257, 'SKU-1', 2, 4, 1, 1);
    INSERT INTO sourcing_queue VALUES (7, 263);
    INSERT INTO idempotency VALUES (5, 1, 'key', x'01', 201, x'7b7d', 1), (6, 1, 'Key', x'02', 200, x'00', 1);
    INSERT INTO import VALUES
      (3, 'key-1', 'stocks', 'import', 'upsert', 0, 1, NULL, 1, 'completed', 'çok.csv', 300000, 'csv', 'UTF-8', '[\"x\"]',
       NULL, 2, 2, 1, 1, 0, 0, 5, 6, 7, 'Europe/Istanbul', NULL, '{\"columns\":{}}', '{}', NULL, NULL),
      (4, 'key-2', 'stocks', 'undo', 'upsert', 1, 1, 3, 1, 'waiting', '', 0, '', '', '[]', 'why', 0, 0, 0, 0, 0, 0, 8, NULL, NULL, NULL,
       '{\"add\":1}', NULL, NULL, 3, 7);
     INSERT INTO column_mapping VALUES (1, 'c0ffee', '{\"columns\":{}}', 5);
     INSERT INTO price_column_mapping VALUES (1, 'c0ffee', '{\"columns\":{}}', 5);
    WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 70)
      INSERT INTO import_part SELECT 3, n, CAST(printf('%.*c', 262144, 'x') AS BLOB) FROM n;
    INSERT INTO import_chunk VALUES (3, 0, 1, 1, 0, 0, x'0100ff'), (3, 1, 0, 0, 0, 0, x'');
    INSERT INTO activity VALUES ('orders', 7, 'é', 3), ('orders', 7, 'f', 1);
    INSERT INTO id_range VALUES ('product', 4001), ('stock', 4002), ('stock_list', 3), ('connection', 40);
    WITH scopes (scope, id) AS (
        SELECT 'product', id FROM product UNION ALL SELECT 'stock', id FROM stock
        UNION ALL SELECT 'stock:stock_list_id:' || stock_list_id, id FROM stock
        UNION ALL SELECT 'sales_order', id FROM sales_order UNION ALL SELECT 'sales_order:status:400', id FROM sales_order
        UNION ALL SELECT 'sales_order:is_send:0', id FROM sales_order
        UNION ALL SELECT 'sales_order:channel_id:0', id FROM sales_order
        UNION ALL SELECT 'order_item', id FROM order_item UNION ALL SELECT 'mapping', id FROM mapping
        UNION ALL SELECT 'data_source', id FROM data_source
        UNION ALL SELECT 'adjustment_reason', id FROM adjustment_reason
        UNION ALL SELECT 'data_source_mapping', id FROM data_source_mapping
        UNION ALL SELECT 'data_source_mapping:data_source_id:1', id FROM data_source_mapping
        UNION ALL SELECT 'stock_list', id FROM stock_list UNION ALL SELECT 'channel', id FROM channel
        UNION ALL SELECT 'stock_location_address', id FROM stock_location_address
        UNION ALL SELECT 'stock_location', id FROM stock_location
        UNION ALL SELECT 'stock_location_sender', id FROM stock_location_sender
        UNION ALL SELECT 'package', id FROM package UNION ALL SELECT 'package:state:100', id FROM package
        UNION ALL SELECT 'package:stock_location_id:1', id FROM package
        UNION ALL SELECT 'package_item', id FROM package_item UNION ALL SELECT 'package_item:state:100', id FROM package_item
        UNION ALL SELECT 'transfer_order', id FROM transfer_order
        UNION ALL SELECT 'transfer_order:state:100', id FROM transfer_order
        UNION ALL SELECT 'discrepancy', id FROM discrepancy UNION ALL SELECT 'discrepancy:is_active:0', id FROM discrepancy
        UNION ALL SELECT 'discrepancy:stock_location_id:1', id FROM discrepancy
        UNION ALL SELECT 'stock_move', id FROM stock_move
        UNION ALL SELECT 'stock_move:state:1', id FROM stock_move
        UNION ALL SELECT 'unplanned_item', id FROM unplanned_item
        UNION ALL SELECT 'unplanned_item:reason:4', id FROM unplanned_item
        UNION ALL SELECT 'stock_transfer', id FROM stock_transfer
        UNION ALL SELECT 'stock_transfer:from_list_id:' || from_list_id, id FROM stock_transfer
        UNION ALL SELECT 'stock_transfer:to_list_id:' || to_list_id, id FROM stock_transfer
        UNION ALL SELECT 'cart_reservation', id FROM cart_reservation
        UNION ALL SELECT 'cart_reservation:channel_id:' || channel_id, id FROM cart_reservation
        UNION ALL SELECT 'cart_reservation:state:' || state, id FROM cart_reservation
        UNION ALL SELECT 'cart_reservation:open_channel_id:' || open_channel_id, id FROM cart_reservation
         WHERE open_channel_id IS NOT NULL
        UNION ALL SELECT 'webhook', id FROM webhook
        UNION ALL SELECT 'stock_count', id FROM stock_count
        UNION ALL SELECT 'stock_count:stock_location_id:1', id FROM stock_count
        UNION ALL SELECT 'price_list', id FROM price_list
        UNION ALL SELECT 'catalog', id FROM catalog
        UNION ALL SELECT 'catalog_item', id FROM catalog_item
        UNION ALL SELECT 'catalog_item:catalog_id:' || catalog_id, id FROM catalog_item
        UNION ALL SELECT 'product_price', id FROM product_price
        UNION ALL SELECT 'product_price:price_list_id:' || price_list_id, id FROM product_price
        UNION ALL SELECT 'cancellation_reason', id FROM cancellation_reason
        UNION ALL SELECT 'cancellation_request', id FROM cancellation_request
        UNION ALL SELECT 'order_shipping_info', id FROM order_shipping_info
        UNION ALL SELECT 'error_report', id FROM error_report
        UNION ALL SELECT 'geography_report', id FROM geography_report
        UNION ALL SELECT 'operational_event', id FROM operational_event
        UNION ALL SELECT 'cancellation_request:channel_id:' || channel_id, id FROM cancellation_request
        UNION ALL SELECT 'order_shipping_info:channel_id:' || channel_id, id FROM order_shipping_info
        UNION ALL SELECT 'error_report:channel_id:' || channel_id, id FROM error_report
        UNION ALL SELECT 'geography_report:channel_id:' || channel_id, id FROM geography_report
        UNION ALL SELECT 'operational_event:channel_id:' || channel_id, id FROM operational_event
        UNION ALL SELECT 'integration_action', id FROM integration_action
        UNION ALL SELECT 'integration_action:channel_id:' || channel_id, id FROM integration_action
        UNION ALL SELECT 'category_tree', id FROM category_tree
        UNION ALL SELECT 'category_node', id FROM category_node
        UNION ALL SELECT 'product_category', id FROM product_category
        UNION ALL SELECT 'country', id FROM country
        UNION ALL SELECT 'city', id FROM city
        UNION ALL SELECT 'township', id FROM township
        UNION ALL SELECT 'district', id FROM district
        UNION ALL SELECT 'object_mapping', id FROM object_mapping
        UNION ALL SELECT 'cargo_company', id FROM cargo_company
        UNION ALL SELECT 'cargo_company_condition', id FROM cargo_company_condition
        UNION ALL SELECT 'retail_store', id FROM retail_store
        UNION ALL SELECT 'customer', id FROM customer
        UNION ALL SELECT 'address', id FROM address
        UNION ALL SELECT 'product_category:category_id:' || category_id, id FROM product_category),
      levels (level, shift) AS (VALUES (1, 24), (2, 16))
      INSERT INTO row_counter SELECT scope, level, id >> shift, COUNT(*) FROM scopes CROSS JOIN levels GROUP BY 1, 2, 3;";

/// A row in every table of the feed.
const FEED: &str = "
    INSERT INTO outbox VALUES (7, 1, 5, 263, '5 263 1 1;');
    INSERT INTO change_log VALUES (5, 263, 1, 1);
    INSERT INTO catalog_change VALUES (1, 7, 2);
    INSERT INTO list_change VALUES (1, 1, 3, 0);
    INSERT INTO channel_feed VALUES (1, 1, 0, '1;', 'raw;1;0;1');
    INSERT INTO channel_cursor VALUES (1, 5, 1, 1);
    INSERT INTO delivery VALUES (1, 5, 263, 1, 0, 1, 0);
    INSERT INTO feed_acknowledgement VALUES (1, 5, 1, 1);
    INSERT INTO integration_action VALUES (1, 1, 5, 263, 'é', 1, NULL, 'error', '', 'remote', '{}', 1, 1);
    INSERT INTO batch_request VALUES (1, 1, 'é', '', '', 'commit', '[]', 9, 1, 1);
    INSERT INTO failed_integration VALUES (1, 1, 5, 263, 1, 1, 'remote', 1, NULL, 1, 1, 0, 1, 1, 1);";

/// A row in every table of what channels say.
const SALES: &str = "
    INSERT INTO cancellation_reason VALUES (1, 'é', 'cancel', 1, '{}', 1, 1);
    INSERT INTO cancellation_request VALUES (7, 263, 263, 263, 1, NULL, NULL, 'é', 'cancel', 'confirmed', '{}', 1, 1);
    INSERT INTO order_shipping_info VALUES (7, 263, 263, 1, 'T-1', 'é', '', 0, '{}', 1, 1);
    INSERT INTO error_report VALUES (7, 263, 1, NULL, 263, NULL, NULL, NULL, 'é', '', '', '', 0, 1, 1);
    INSERT INTO geography_report VALUES (1, 1, 'city', '', '34', NULL, NULL, NULL, 'é', '', '', '', 1, 1);
    INSERT INTO operational_event VALUES (7, 263, 1, 'é', '', '', '', NULL, '[]', '', '', '', '', '', NULL, 1, 1);";

/// A row in every table of the directory.
const DIRECTORY: &str = "
    INSERT INTO price_list VALUES (1, 'é', NULL, 1, 1, 1);
    INSERT INTO catalog VALUES (1, 'é', NULL, NULL, 1, 1, 'priority', 'units', 9, 1);
    INSERT INTO catalog_stock_list VALUES (1, 1);
    INSERT INTO catalog_price_list VALUES (1, 1);
    INSERT INTO catalog_item VALUES (7, 263, 1, 1, 1, 1);
    INSERT INTO product_price VALUES (7, 263, 1, 1, 'é', 'é', 'é', NULL, NULL, '{}', 1, 1);
    INSERT INTO category_tree VALUES (1, 'é', NULL, 1, 1, 1);
    INSERT INTO category_node VALUES (1, NULL, 'é', 'é', 1, 1, 1, '{}', 1, 1);
    INSERT INTO product_category VALUES (7, 263, 1, 1, 1, 1);
    INSERT INTO country VALUES (1, 'é', 'é', 'é', 1, 1, 1);
    INSERT INTO city VALUES (1, 1, 'é', 'é', 1, 1, 1);
    INSERT INTO township VALUES (1, 1, 1, 'é', 'é', 1, 1, 1);
    INSERT INTO district VALUES (1, 1, 1, 1, 'é', 'é', 1, 1, 1);
    INSERT INTO object_mapping VALUES (1, 'é', 1, 'é', 'é', 1, 1);
    INSERT INTO cargo_company VALUES (1, 'é', NULL, 'é', 1, 1, 1);
    INSERT INTO cargo_company_condition VALUES (1, 1, '{}', 1, 1);
    INSERT INTO retail_store VALUES (1, 'é', NULL, 1, NULL, 'é', 'é', 'é', NULL, 1, '{}', NULL, NULL, 1, 1, 1, 1, 1, 1, 7);
    INSERT INTO retail_store_channel VALUES (1, 1);
    INSERT INTO customer VALUES (7, 263, NULL, 'é', 'é', 'é', 'é', 'é', 1, '{}', 1, 1);
    INSERT INTO address VALUES (7, 263, 1, 'é', 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, '{}', 1, 1, '1.5', NULL);";

/// A file of the embedded engine.
struct File {
    folder: tempfile::TempDir,
}

impl File {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// One with the shop in it, changed behind the program's back.
    fn filled(change: &str) -> Self {
        let file = Self::new();
        run(open(&file.url())).expect("it opens");
        let connection = Connection::open(file.path()).expect("it opens");
        connection.execute_batch(DIRECTORY).expect("a directory");
        connection.execute_batch(SALES).expect("what channels say");
        connection.execute_batch(FEED).expect("a feed");
        connection.execute_batch(SHOP).expect("a shop");
        connection.execute_batch(change).expect("a change");
        file
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("onhand.db")
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.path().display())
    }
}

fn copied(from: &str, to: &str) -> Result<Vec<Copied>, Error> {
    run(async {
        let (source, target) = (connect(from).await, connect(to).await);
        copy::run(&source, &target, |_| {}).await
    })
}

async fn connect(url: &str) -> Store {
    Store::connect(url, &Options::default()).await.expect("it opens")
}

fn unfit(from: &str, to: &str) -> String {
    match copied(from, to) {
        Err(Error::PreconditionFailed(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Rows in all tables that are copied.
fn rows(database: &Database) -> String {
    let counts: Vec<String> = tables().map(|table| format!("(SELECT count(*) FROM {})", table.name)).collect();
    database.psql(&format!("SELECT {}", counts.join(" + "))).expect("it is migrated")
}

/// Fails unless two files have the same rows in all tables that are copied.
fn assert_equal(one: &Path, other: &Path) {
    let connection = Connection::open(one).expect("it opens");
    connection.execute("ATTACH ?1 AS other", [other.to_str()]).expect("it opens too");
    for table in tables().map(|table| &table.name) {
        for (left, right) in [("main", "other"), ("other", "main")] {
            let sql =
                format!("SELECT COUNT(*) FROM (SELECT * FROM {left}.{table} EXCEPT SELECT * FROM {right}.{table})");
            let only: i64 = connection.query_row(&sql, [], |row| row.get(0)).expect("a count");
            assert_eq!(only, 0, "rows of {table} only in {left}");
        }
    }
}

#[test]
fn the_list_is_the_whole_schema() {
    let database = database();
    run(open(database.url())).expect("it opens");
    let found = database.psql(
        "SELECT c.relname || ' key ' || (SELECT string_agg(a.attname, ', ' ORDER BY p.place)
             FROM unnest(k.conkey) WITH ORDINALITY p (number, place)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.number)
           || ' rest ' || (SELECT coalesce(string_agg(a.attname, ', ' ORDER BY a.attnum), '') FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnum <> ALL (k.conkey))
         FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace",
    );
    let found = found.expect("a catalogue");
    let private = |line: &&str| PRIVATE.iter().any(|table| line.starts_with(&format!("{table} ")));
    let (private, found): (BTreeSet<&str>, BTreeSet<&str>) = found.lines().partition(private);
    assert_eq!(private.len(), PRIVATE.len(), "{private:?}");
    let listed = tables().map(|table| {
        format!("{} key {} rest {}", table.name, table.key.join(", "), table.rest.join(", ")).trim_end().to_owned()
    });
    // A table may have nothing but its key.
    let found = found.into_iter().map(|line| line.trim_end().to_owned());
    assert_eq!(found.collect::<BTreeSet<_>>(), listed.collect());
}

#[test]
fn a_shop_goes_there_and_back_and_is_the_same() {
    let (from, server, back, again) = (File::filled(""), database(), File::new(), File::new());
    let there = copied(&from.url(), server.url()).expect("it is copied");
    assert!(there.iter().all(|copied| copied.rows > 0), "every table is tried: {there:?}");
    assert_eq!(server.psql("SELECT count(*) FROM lease").expect("it answers"), "0", "who works there is not copied");
    assert_eq!(copied(server.url(), &back.url()).expect("back"), there);
    assert_equal(&from.path(), &back.path());
    assert_eq!(copied(&back.url(), &again.url()).expect("between two files"), there);
    assert_equal(&from.path(), &again.path());
    let other = database();
    assert_eq!(copied(server.url(), other.url()).expect("between two servers"), there);
    assert_eq!(rows(&other), rows(&server));
}

#[test]
fn progress_is_told_to_the_last_row() {
    let (from, to, told) = (File::filled(""), database(), Arc::new(Mutex::new(Vec::new())));
    let heard = told.clone();
    let copied = run(async {
        let (source, target) = (connect(&from.url()).await, connect(to.url()).await);
        copy::run(&source, &target, move |progress| heard.lock().expect("no panic").push(progress)).await
    });
    let total: i64 = copied.expect("it is copied").iter().map(|copied| copied.rows).sum();
    let told = told.lock().expect("no panic");
    assert_eq!(told.first(), Some(&CopyProgress::Begins(total)));
    let rows = told.iter().map(|told| if let CopyProgress::Copied(_, rows) = told { *rows } else { 0 });
    assert_eq!(rows.sum::<i64>(), total);
    assert!(matches!(told.last(), Some(CopyProgress::Checks(_))), "it ends with the rules");
}

#[test]
fn a_target_with_rows_is_left_alone() {
    let (from, server, file) = (File::filled(""), database(), File::filled(""));
    run(open(server.url())).expect("it opens");
    server.psql("INSERT INTO price_list VALUES (9, 'ours', NULL, 1, 1, 1)").expect("a row");
    assert_eq!(unfit(&from.url(), server.url()), "the target is not empty: there are rows in price_list");
    assert_eq!(rows(&server), "1");
    assert!(unfit(&from.url(), &file.url()).contains("not empty"));
    assert!(unfit(&from.url(), &from.url()).contains("not empty"), "also the source itself");
}

#[test]
fn a_source_that_does_not_add_up_leaves_nothing() {
    let to = database();
    let text = unfit(&File::filled("UPDATE stock SET on_hand = on_hand + 1 WHERE id = 514").url(), to.url());
    assert!(text.contains("on hand is the sum of its movements: id 514: expected 11, found 12"), "{text}");
    assert_eq!(rows(&to), "0");
    copied(&File::filled("").url(), to.url()).expect("it is still empty, so a sound one can be copied");
}

#[test]
fn what_one_engine_cannot_hold_is_named_and_leaves_nothing() {
    let (from, to) = (File::filled("UPDATE mapping SET code = 'a' || char(0) || 'b'"), database());
    let fault = copied(&from.url(), to.url()).expect_err("no text of PostgreSQL has a null character").to_string();
    assert!(fault.starts_with("mapping: ") && fault.contains("0x00"), "{fault}");
    assert_eq!(rows(&to), "0");
}

#[test]
fn a_source_of_another_version_is_left_alone() {
    let (from, to) = (File::new(), database());
    let text = unfit(&from.url(), to.url());
    assert_eq!(text, "the source has schema version 0: run onhand migrate on it first");
    let source = Connection::open(from.path()).expect("it opens");
    let tables: i64 = source.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0)).expect("a count");
    assert_eq!(tables, 0);
}
