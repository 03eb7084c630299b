//! Reports: a table of them has an end, by age and by number, and its counts stay right.

use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::resource::{self, Record, Table};
use onhand_store::tables::reports::{self, ERROR_REPORTS, GEOGRAPHY_REPORTS, OPERATIONAL_EVENTS};
use onhand_store::{Error, Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{add_channel, at};
use crate::verify::differences;

const TABLES: [&Table; 3] = [&ERROR_REPORTS, &GEOGRAPHY_REPORTS, &OPERATIONAL_EVENTS];

/// When the reports were made that a table has, in seconds, and how many it says it has.
async fn found(tx: &mut Tx<'_>, table: &'static Table) -> Result<(Vec<i64>, Option<i64>), Error> {
    let window = Window::Page { number: 1, limit: 1_000 };
    let page = resource::page(tx, table, &ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window }).await?;
    let seconds = |record: &Record| (record.created_at.micros() - at(0).micros()) / 1_000_000;
    Ok((page.rows.iter().map(seconds).collect(), page.count))
}

/// Forgets until nothing is left to forget; in how many steps.
async fn forget(store: &Store, before: i64, most: i64) -> usize {
    let mut steps = 0;
    while store.write("t", async move |tx| reports::forget(tx, at(before), most).await).await.expect("written") {
        steps += 1;
    }
    steps
}

#[test]
fn the_oldest_reports_go_first_by_age_and_by_number() {
    for_each_engine(async |database| {
        let store = &database.store;
        let filled = store.write("t", async |tx| {
            let channel = add_channel(tx, "market", "accept").await?.get();
            for table in TABLES {
                for second in 0..300 {
                    let mut record = Record::new(table, at(second));
                    if second % 3 > 0 {
                        record.set("channel_id", channel);
                    }
                    resource::insert(tx, table, vec![record]).await?;
                }
            }
            Ok(())
        });
        filled.await.expect("filled");
        assert_eq!(forget(store, 0, 300).await, 0, "none is too old, and there are not too many");
        assert_eq!(forget(store, 250, 1_000).await, 6, "a few at a time, table by table");
        for table in TABLES {
            let left = store.read("t", async move |tx| found(tx, table).await).await.expect("read");
            assert_eq!(left, ((250..300).collect(), Some(50)));
        }
        assert_eq!(forget(store, 0, 20).await, 3);
        for table in TABLES {
            let left = store.read("t", async move |tx| found(tx, table).await).await.expect("read");
            assert_eq!(left, ((280..300).collect(), Some(20)));
        }
        assert_eq!(differences(store).await, []);
    });
}
