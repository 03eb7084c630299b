//! Sales channels. Must not know orders.

use onhand_core::channel_sync::Retries;
use onhand_core::{Channel, ChannelId, Oversell};

use super::{catalogs, categories};
use crate::resource::{Column, Table};
use crate::sql::{Statement, statements, values};
use crate::{Error, Tx};

/// How many units more than there are a line of a new channel may take.
pub const OVERSELL_QUANTITY_MAX: i64 = 1_000;

/// How often a new channel tries a version that it could not take, as the rules say.
pub const MAX_RETRY_COUNT: i64 = Retries::USUAL.max_count;
/// Seconds between two of those tries.
pub const RETRY_INTERVAL_SECONDS: i64 = Retries::USUAL.interval;

/// How many cart reservations of a new channel may be open at once.
pub const RESERVATIONS_MAX: i64 = 10_000;
/// Of how many units one of them may be.
pub const RESERVATION_UNITS_MAX: i64 = 1_000;
/// For how many seconds at the most: a week.
pub const RESERVATION_SECONDS_MAX: i64 = 7 * 24 * 3_600;

/// A sales channel. `conf` is the channel's own, `stock_figure` is the level that it is sent.
pub static CHANNELS: Table = Table::new(
    "channel",
    &[
        Column::text("name"),
        Column::word("oversell", "accept"),
        Column::int("is_active", 1),
        Column::word("channel_type", "sales_channel"),
        Column::id("catalog_id", &catalogs::CATALOGS),
        Column::id("category_tree_id", &categories::TREES),
        Column::object("conf"),
        Column::maybe("schema"),
        Column::word("stock_figure", "available"),
        Column::int("oversell_quantity_max", OVERSELL_QUANTITY_MAX),
        Column::int("max_retry_count", MAX_RETRY_COUNT),
        Column::int("retry_interval", RETRY_INTERVAL_SECONDS),
        Column::int("reservations_max", RESERVATIONS_MAX),
        Column::int("reservation_units_max", RESERVATION_UNITS_MAX),
        Column::int("reservation_seconds_max", RESERVATION_SECONDS_MAX),
    ],
)
.referenced_by(&[
    ("sales_order", "channel_id = ?1"),
    ("cart_reservation", "channel_id = ?1"),
    ("account", "channel_id = ?1"),
    ("integration_action", "channel_id = ?1"),
    ("batch_request", "channel_id = ?1"),
]);

statements! {
    BY_ID = "channels.by_id", "SELECT oversell, oversell_quantity_max FROM channel WHERE id = ?1";
    KEEP = "channels.keep", "SELECT oversell, oversell_quantity_max FROM channel WHERE id = ?1", for_key_share;
}

/// What the rules of an order read of a channel.
pub async fn by_id(tx: &mut Tx<'_>, id: ChannelId) -> Result<Option<Channel>, Error> {
    read(tx, &BY_ID, id).await
}

/// The same of a channel that an order is about to reference: it cannot be removed until the transaction ends.
pub(crate) async fn keep(tx: &mut Tx<'_>, id: ChannelId) -> Result<Option<Channel>, Error> {
    read(tx, &KEEP, id).await
}

async fn read(tx: &mut Tx<'_>, statement: &Statement, id: ChannelId) -> Result<Option<Channel>, Error> {
    let read = |row: &crate::Row<'_>| {
        let oversell = Oversell::from_word(row.str(0)?).unwrap_or(Oversell::Refuse);
        Ok(Channel { id, oversell, oversell_quantity_max: row.get(1)? })
    };
    tx.first(statement, &values![id.get()], read).await
}
