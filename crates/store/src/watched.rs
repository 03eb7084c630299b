//! What operators watch: how much is under way, and since when.
//!
//! Promises: reads counters, or indexes that have only what is under way; nothing here reads a large table. Must not
//! know how it is shown.

use onhand_core::fulfilment::UnplannedReason;
use onhand_core::{ChannelId, OrderItemId, Timestamp};

use crate::channel_sync::lag::{self, Lag};
use crate::counters::{self, CounterKey};
use crate::sql::{Statement, statements, values};
use crate::tables::{order_items, unplanned_items};
use crate::{Error, Tx, imports};

/// Channels whose feeds are looked at: those that were made first.
const CHANNELS_MAX: i64 = 100;
/// Imports that are counted.
const IMPORTS_MAX: i64 = 10_000;

statements! {
    OPEN = "watched.open", "SELECT COUNT(*), MIN(item_id) FROM reservation WHERE state = 1 AND item_id > ?1";
    REPORTED = "watched.reported", "SELECT COUNT(*), MIN(item_id) FROM reservation WHERE state = 2 AND stock_id > ?1";
    SHORT = "watched.short", "SELECT COUNT(*), MIN(item_id) FROM reservation WHERE state = 5 AND item_id > ?1";
    OVERSOLD = "watched.oversold",
        "SELECT COUNT(*), MIN(id) FROM order_item WHERE oversold = 1 AND status < 500 AND status <> 100 AND id > ?1";
    PENDING = "watched.pending",
        "SELECT COUNT(*), MIN(item_id) FROM data_source_line WHERE state = 'pending' AND item_id > ?1";
    FAILED = "watched.failed",
        "SELECT COUNT(*), MIN(item_id) FROM data_source_line WHERE state = 'failed' AND item_id > ?1";
    IMPORTS = "watched.imports", "SELECT state FROM import WHERE finished_at IS NULL AND id > ?1 LIMIT ?2";
    CHANNELS = "watched.channels", "SELECT channel_id FROM channel_feed WHERE channel_id > ?1 ORDER BY channel_id LIMIT ?2";
}

/// States of order lines that are watched, each with its word.
static LINES: [(&str, &Statement); 6] = [
    ("open", &OPEN),
    ("reported", &REPORTED),
    ("short", &SHORT),
    ("oversold", &OVERSOLD),
    ("pending", &PENDING),
    ("failed", &FAILED),
];

/// Order lines of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lines {
    /// Which.
    pub kind: &'static str,
    /// How many there are.
    pub count: i64,
    /// When the oldest of them was made.
    pub oldest_at: Option<Timestamp>,
}

/// What is under way.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Watched {
    /// Order lines that are open, reported, short, oversold and not gone, pending with a data source, or failed there.
    pub lines: Vec<Lines>,
    /// Order lines that are in no package, by reason.
    pub unplanned: Vec<(UnplannedReason, i64)>,
    /// Discrepancies that are active.
    pub discrepancies: i64,
    /// Imports that are not over: the word of each one's state.
    pub imports: Vec<String>,
    /// Bytes that the files of imports have.
    pub import_bytes: i64,
    /// Channels that read feeds.
    pub channels: Vec<ChannelId>,
}

/// What is under way now.
pub async fn look(tx: &mut Tx<'_>) -> Result<Watched, Error> {
    let mut watched = Watched::default();
    for (kind, statement) in LINES {
        let counted = tx.first(statement, &values![0], |row| Ok((row.get(0)?, row.get::<Option<i64>>(1)?))).await?;
        let (count, oldest) = counted.unwrap_or_default();
        let oldest = match oldest {
            Some(id) => order_items::by_id(tx, OrderItemId::new(id)).await?,
            None => None,
        };
        watched.lines.push(Lines { kind, count, oldest_at: oldest.map(|item| item.created_at) });
    }
    for reason in UnplannedReason::ALL {
        watched.unplanned.push((reason, unplanned_items::count(tx, reason).await?));
    }
    watched.discrepancies = counters::count(tx, &CounterKey::of("discrepancy", "is_active", 1).name()).await?;
    watched.imports = tx.all(&IMPORTS, &values![0, IMPORTS_MAX], |row| row.get(0)).await?;
    watched.import_bytes = imports::bytes(tx).await?;
    watched.channels = channels(tx).await?;
    Ok(watched)
}

/// Channels that read feeds, up to a bound.
pub async fn channels(tx: &mut Tx<'_>) -> Result<Vec<ChannelId>, Error> {
    tx.all(&CHANNELS, &values![0, CHANNELS_MAX], |row| row.get(0).map(ChannelId::new)).await
}

/// How far a channel is behind, kind by kind.
pub async fn channel(tx: &mut Tx<'_>, channel: ChannelId, now: Timestamp) -> Result<Vec<Lag>, Error> {
    lag::of(tx, channel, now).await
}
