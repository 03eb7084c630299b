//! Measures: the numbers that `/metrics` shows, each with its meaning.
//!
//! Promises: a number that is shown is in [`MEASURES`], and in docs/operations.md; labels are closed sets, or ids of
//! channels and data sources, of which a bounded number is shown; samples take bounded memory, also where they are never
//! read. Must not know where numbers come from.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::Unit;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_util::MetricKindMask;

/// How often samples are added up: those that wait for it take memory.
const UPKEEP: Duration = Duration::from_secs(5);
/// A gauge that was not set for so long says nothing any more: a channel that is gone, a database that is away.
const FORGOTTEN: Duration = Duration::from_mins(15);

/// Seconds; from a cached read to a log-in.
const REQUEST_BUCKETS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];
/// Seconds; from a quick disk to one that stalls.
const WRITER_BUCKETS: [f64; 11] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0];
/// Commands in a transaction.
const BATCH_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 512.0];

/// What kind of number one is.
#[derive(Clone, Copy, Debug)]
pub enum MeasureKind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How often a value was in which range.
    Histogram(&'static [f64]),
}

/// A number that is shown.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub kind: MeasureKind,
    /// What it says.
    pub help: &'static str,
}

const fn counter(name: &'static str, help: &'static str) -> Measure {
    Measure { name, kind: MeasureKind::Counter, help }
}

const fn gauge(name: &'static str, help: &'static str) -> Measure {
    Measure { name, kind: MeasureKind::Gauge, help }
}

const fn histogram(name: &'static str, buckets: &'static [f64], help: &'static str) -> Measure {
    Measure { name, kind: MeasureKind::Histogram(buckets), help }
}

/// Every number.
pub const MEASURES: &[Measure] = &[
    counter("onhand_requests_total", "Requests answered."),
    histogram("onhand_request_seconds", &REQUEST_BUCKETS, "From a request's head to its answer's."),
    counter("onhand_rejections_total", "Requests that a rule rejected (406), by error_code."),
    gauge("onhand_writer_waiting", "Commands that wait for the writer."),
    histogram("onhand_writer_wait_seconds", &WRITER_BUCKETS, "How long commands waited until a transaction took them."),
    histogram("onhand_writer_batch_commands", &BATCH_BUCKETS, "Commands taken into one transaction."),
    histogram("onhand_writer_batch_seconds", &WRITER_BUCKETS, "How long transactions of the writer took."),
    histogram("onhand_writer_commit_seconds", &WRITER_BUCKETS, "How long their commits took: most of it is the disk."),
    gauge("onhand_last_write_age_seconds", "Since a write was last known to be on disk."),
    gauge(
        "onhand_reservations",
        "Order lines that are open, reported, short, oversold and not gone, pending, or failed.",
    ),
    gauge("onhand_reservations_oldest_seconds", "How long ago the oldest of them was ordered; 0 where there is none."),
    gauge("onhand_short_lines", "Order lines that are short."),
    gauge("onhand_unplanned_lines", "Order lines that should leave and are in no package, by reason."),
    gauge("onhand_discrepancies_active", "Inventory discrepancies that keep stock off sale."),
    gauge("onhand_channel_waiting", "Due deliveries of a channel."),
    gauge("onhand_channel_oldest_seconds", "How long ago the oldest of those changes was made; 0 where there is none."),
    gauge("onhand_channel_failures", "Objects whose newest version a channel could not take."),
    gauge("onhand_imports", "Imports that have not ended, by state."),
    gauge("onhand_imports_delayed", "Imports that this process tries again later."),
    gauge("onhand_import_files_bytes", "Size of the files of all imports."),
    counter("onhand_imports_ended_total", "Imports that ended in this process, by state."),
    gauge("onhand_data_source_lag_seconds", "Since a data source last answered."),
    counter("onhand_data_source_levels_total", "Levels that this process has written for data sources."),
    counter("onhand_data_source_failures_total", "Questions to data sources that failed in this process, by kind."),
    counter("onhand_webhook_attempts_total", "Attempts of this process to deliver an event, by what became of it."),
    gauge("onhand_webhooks_paused", "Webhooks that are told nothing, because they have failed for too long."),
    gauge("onhand_watch_age_seconds", "Since the numbers that the database has were read."),
    gauge("onhand_database_connections_max", "The most connections to the database server."),
    gauge("onhand_database_connections_open", "Open connections."),
    gauge("onhand_database_connections_in_use", "Connections in use."),
    gauge("onhand_database_connections_waiting", "Transactions that wait for a connection."),
    gauge("onhand_disk_free_bytes", "Free bytes on the disk of the database file."),
    gauge("onhand_log_bytes", "Size of the log, where standard error is a file."),
    counter("onhand_log_dropped_total", "Log lines that could not be written."),
    counter("onhand_task_restarts_total", "How often a background task was started again after a failure."),
];

/// The numbers of this process. Kept from the first call on, however many servers a test starts.
pub fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let mut builder = PrometheusBuilder::new().idle_timeout(MetricKindMask::GAUGE, Some(FORGOTTEN));
            for measure in MEASURES {
                if let MeasureKind::Histogram(buckets) = measure.kind {
                    let matcher = Matcher::Full(measure.name.to_owned());
                    builder = builder.set_buckets_for_metric(matcher, buckets).expect("the bucket lists are not empty");
                }
            }
            let handle = builder.install_recorder().expect("nothing else in this process installs a recorder");
            MEASURES.iter().for_each(describe);
            handle
        })
        .clone()
}

fn describe(measure: &Measure) {
    let Measure { name, kind, help } = *measure;
    match kind {
        MeasureKind::Counter => metrics::describe_counter!(name, help),
        MeasureKind::Gauge => metrics::describe_gauge!(name, help),
        MeasureKind::Histogram(_) if name.ends_with("_seconds") => {
            metrics::describe_histogram!(name, Unit::Seconds, help);
        }
        MeasureKind::Histogram(_) => metrics::describe_histogram!(name, help),
    }
}

/// Adds samples up, as long as the process runs.
pub async fn keep_small() {
    let handle = recorder();
    loop {
        tokio::time::sleep(UPKEEP).await;
        handle.run_upkeep();
    }
}
