//! Reports: the messages of channels' clients about each batch, about places without a mapping, about what they do.
//!
//! Promises: a table of reports has an end, by age and by number; what is dropped is dropped in small transactions, the
//! oldest first. Must not know what a report says.

use onhand_core::Timestamp;

use crate::counters::{CounterDeltas, CounterKey};
use crate::resource::{self, Colocation, Column, Table};
use crate::sql::{Statement, statements, values};
use crate::{Error, Tx, counters};

/// Rows of one table at the most; the oldest go first.
pub const REPORTS_MAX: i64 = 1_000_000;
/// Rows that one transaction drops.
const DROPPED_TOGETHER: i64 = 200;

/// The result of one object in one batch, good or bad.
pub static ERROR_REPORTS: Table = Table::new(
    "error_report",
    &[
        Column::maybe("channel_id"),
        Column::maybe("action_content_type"),
        Column::maybe("action_object_id"),
        Column::maybe("target_content_type"),
        Column::maybe("target_object_id"),
        Column::maybe("obj_modified_date"),
        Column::text("error_code"),
        Column::text("error_desc"),
        Column::text("raw_request"),
        Column::text("raw_response"),
        Column::int("is_ok", 0),
    ],
)
.distributed(Colocation::With("action_object_id"))
.counted_by(&["channel_id"]);

/// A place of an address that has no mapping.
pub static GEOGRAPHY_REPORTS: Table = Table::new(
    "geography_report",
    &[
        Column::maybe("channel_id"),
        Column::text("kind"),
        Column::text("type"),
        Column::text("remote_code"),
        Column::maybe("country_id"),
        Column::maybe("city_id"),
        Column::maybe("township_id"),
        Column::text("name"),
        Column::text("integration_type"),
        Column::text("err_code"),
        Column::text("err_desc"),
    ],
)
.counted_by(&["channel_id"]);

/// Something that a client did.
pub static OPERATIONAL_EVENTS: Table = Table::new(
    "operational_event",
    &[
        Column::maybe("channel_id"),
        Column::text("event_type"),
        Column::text("level"),
        Column::text("source"),
        Column::text("message"),
        Column::maybe("context"),
        Column::maybe("tags"),
        Column::text("action_content_type"),
        Column::text("action_object_id"),
        Column::text("trace_id"),
        Column::text("span_id"),
        Column::text("parent_span_id"),
        Column::maybe("raw_data"),
    ],
)
.distributed(Colocation::By("trace_id"))
.counted_by(&["channel_id"]);

statements! {
    OLDEST_ERRORS = "reports.oldest_errors",
        "SELECT id, created_at, channel_id FROM error_report WHERE id > 0 ORDER BY id LIMIT ?1";
    OLDEST_PLACES = "reports.oldest_places",
        "SELECT id, created_at, channel_id FROM geography_report WHERE id > 0 ORDER BY id LIMIT ?1";
    OLDEST_EVENTS = "reports.oldest_events",
        "SELECT id, created_at, channel_id FROM operational_event WHERE id > 0 ORDER BY id LIMIT ?1";
}

/// Every table of reports.
static ALL: [(&Table, &Statement); 3] =
    [(&ERROR_REPORTS, &OLDEST_ERRORS), (&GEOGRAPHY_REPORTS, &OLDEST_PLACES), (&OPERATIONAL_EVENTS, &OLDEST_EVENTS)];

/// Drops some reports from before a time, or the oldest ones where there are more than so many; whether there were any.
pub async fn forget(tx: &mut Tx<'_>, before: Timestamp, most: i64) -> Result<bool, Error> {
    for (table, oldest) in ALL {
        let too_many = counters::count(tx, table.name).await? - most;
        let read = |row: &crate::Row<'_>| Ok((row.get(0)?, row.get::<i64>(1)?, row.get(2)?));
        let found = tx.all(oldest, &values![DROPPED_TOGETHER], read).await?;
        let goes =
            |(place, (_, created, _)): &(i64, (i64, i64, Option<i64>))| *place < too_many || *created < before.micros();
        let dropped: Vec<_> = (0..).zip(found).take_while(goes).map(|(_, (id, _, channel))| (id, channel)).collect();
        if dropped.is_empty() {
            continue;
        }
        let mut counters = CounterDeltas::default();
        for (id, channel) in &dropped {
            counters.add(CounterKey::all(table.name), *id, -1);
            channel
                .iter()
                .for_each(|channel| counters.add(CounterKey::of(table.name, "channel_id", *channel), *id, -1));
        }
        resource::drop_rows(tx, table, dropped.into_iter().map(|(id, _)| id)).await?;
        counters.write(tx).await?;
        return Ok(true);
    }
    Ok(false)
}
