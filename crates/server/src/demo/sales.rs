//! What channels say in the demonstration: reasons, requests, consignments, reports.
//!
//! Promises: rows as they come about through the channel's paths. Must not know how the shop came about.

use onhand_core::{ChannelId, OrderItem, Timestamp};
use onhand_store::channel_sync::actions;
use onhand_store::resource::{self, Record, Table};
use onhand_store::tables::cancellations::{REASONS, REQUESTS};
use onhand_store::tables::reports::{ERROR_REPORTS, GEOGRAPHY_REPORTS, OPERATIONAL_EVENTS};
use onhand_store::tables::shipping_infos::SHIPPING_INFOS;
use onhand_store::{Error, Tx, Value};

use crate::api::directory::content_types;
use crate::state::App;

const REASON_NAMES: [(&str, &str); 4] = [
    ("Out of stock", "cancel"),
    ("Changed my mind", "cancel"),
    ("Wrong address", "cancel"),
    ("Arrived damaged", "refund"),
];

/// Tells what a channel has said about a line of an order of its own.
pub(super) async fn tell(app: &App, channel: ChannelId, item: &OrderItem, now: Timestamp) -> Result<(), Error> {
    let (order, line) = (item.order.get(), item.id.get());
    let reasons = REASON_NAMES.map(|(name, kind)| [("name", name.into()), ("cancellation_type", kind.into())]);
    let reasons = reasons.iter().map(|values| record(&REASONS, values, now)).collect();
    let of = |name: &'static str| (name, Value::from(channel.get()));
    let request = record(
        &REQUESTS,
        &[
            of("channel_id"),
            ("order_item_id", line.into()),
            ("order_id", order.into()),
            ("remote_id", "MP-CANCEL-1".into()),
            ("description", "The customer has found it cheaper.".into()),
        ],
        now,
    );
    let said = [
        record(
            &SHIPPING_INFOS,
            &[
                of("channel_id"),
                ("order_id", order.into()),
                ("order_number", "D-10001".into()),
                ("shipping_company", "Fast Cargo".into()),
                ("tracking_number", "FC0001".into()),
                ("is_send", 1.into()),
            ],
            now,
        ),
        record(
            &ERROR_REPORTS,
            &[
                of("channel_id"),
                ("action_content_type", content_types::ORDER_ITEM.into()),
                ("action_object_id", line.into()),
                ("error_code", "demo-Omnitron-UpdateOrders".into()),
                ("error_desc", "The marketplace does not know this line.".into()),
            ],
            now,
        ),
        record(
            &GEOGRAPHY_REPORTS,
            &[of("channel_id"), ("kind", "city".into()), ("name", "Nowhere".into()), ("remote_code", "99".into())],
            now,
        ),
        record(
            &OPERATIONAL_EVENTS,
            &[of("channel_id"), ("event_type", "batch".into()), ("level", "info".into()), ("message", "done".into())],
            now,
        ),
    ];
    let told = async move |tx: &mut Tx<'_>| {
        let reasons: Vec<Record> = Vec::clone(&reasons);
        resource::insert(tx, &REASONS, reasons).await?;
        let requests = resource::insert(tx, &REQUESTS, vec![request.clone()]).await?;
        actions::know_requests(tx, &requests).await?;
        for record in &said {
            resource::insert(tx, record.table, vec![record.clone()]).await?;
        }
        Ok(())
    };
    app.store.write("demo.told", told).await
}

fn record(table: &'static Table, values: &[(&'static str, Value<'static>)], now: Timestamp) -> Record {
    let mut record = Record::new(table, now);
    for (column, value) in values {
        record.set(column, value.clone());
    }
    record
}
