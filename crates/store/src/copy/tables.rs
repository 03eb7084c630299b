//! What a copy takes: every table, with its key and its columns.
//!
//! Promises: a test compares this list with the schema. Must not know how rows travel.

use super::directory::DIRECTORY;
use super::fulfilment::FLOOR;
use super::more;

/// Rows read, sent and written together: enough to make up for the round trip, few enough to be in memory whatever
/// their texts are.
const TOGETHER: usize = 2_000;
/// The same, of rows that are as large as a piece of a file.
const LARGE_TOGETHER: usize = 32;

/// A table and its columns, those of its key first.
#[derive(Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns of its primary key, in its order.
    pub key: &'static [&'static str],
    /// All others.
    pub rest: &'static [&'static str],
    /// Rows that travel together.
    pub(super) together: usize,
}

/// Every table that is copied. Not `schema_migration`, which the target has its own of, and not `commit_marker` and
/// `lease`, which are about processes.
pub const TABLES: &[Table] = &joined::<{ MAIN.len() + DIRECTORY.len() + more::TABLES.len() + FLOOR.len() }>(&[
    MAIN,
    DIRECTORY,
    more::TABLES,
    FLOOR,
]);

/// Accounts, stock, orders, and the rows that belong to them.
const MAIN: &[Table] = &[
    table("id_range", &["kind"], &["next"]),
    table(
        "account",
        &["id"],
        &["username", "password_hash", "role", "channel_id", "is_active", "created_at", "removed_at"],
    ),
    table(
        "token",
        &["id"],
        &["account_id", "name", "prefix", "hash", "created_at", "last_used_at", "revoked_at", "is_named", "expires_at"],
    ),
    table(
        "stock_list",
        &["id"],
        &[
            "name",
            "code",
            "is_auto_sync",
            "release_mode",
            "snapshot_delay_seconds",
            "created_at",
            "modified_at",
            "location_id",
            "time_zone",
            "moves_settle",
            "is_item_code_unique",
        ],
    ),
    table(
        "channel",
        &["id"],
        &[
            "name",
            "oversell",
            "is_active",
            "channel_type",
            "catalog_id",
            "category_tree_id",
            "conf",
            "schema",
            "stock_figure",
            "oversell_quantity_max",
            "max_retry_count",
            "retry_interval",
            "created_at",
            "modified_at",
        ],
    ),
    table(
        "product",
        &["id", "bucket"],
        &["sku", "name", "base_code", "is_active", "attributes", "extra_field", "created_at", "modified_at"],
    ),
    table(
        "stock",
        &["id", "bucket"],
        &[
            "stock_list_id",
            "product_id",
            "sku",
            "unit",
            "on_hand",
            "reserved",
            "external_reservation",
            "reported",
            "snapshot_at",
            "is_snapshot_sent",
            "counted_at",
            "adjusted_at",
            "movement_id",
            "extra_field",
            "created_at",
            "modified_at",
            "discrepancy_at",
        ],
    ),
    table(
        "sales_order",
        &["id", "bucket"],
        &[
            "channel_id",
            "number",
            "status",
            "is_send",
            "currency",
            "extra_field",
            "details",
            "date_placed",
            "created_at",
            "modified_at",
        ],
    ),
    table(
        "order_item",
        &["id", "bucket"],
        &[
            "order_id",
            "product_id",
            "stock_list_id",
            "stock_id",
            "sku",
            "quantity",
            "status",
            "oversold",
            "price",
            "extra_field",
            "attributes",
            "details",
            "created_at",
            "modified_at",
            "reserved_list_id",
            "split_from",
        ],
    ),
    table(
        "reservation",
        &["item_id", "bucket"],
        &["stock_id", "quantity", "state", "registered_at", "moved_at", "moved_from_id", "moved_from_list_id"],
    ),
    table("mapping", &["id", "bucket"], &["item_id", "integration_type", "code", "created_at"]),
    table(
        "movement",
        &["id", "bucket"],
        &[
            "stock_id",
            "previous_id",
            "cause",
            "item_id",
            "on_hand_delta",
            "reserved_delta",
            "external_reservation_delta",
            "reported_delta",
            "on_hand",
            "reserved",
            "reported",
            "actor_id",
            "at",
            "import_id",
        ],
    ),
    table(
        "cancellation_reason",
        &["id"],
        &["name", "cancellation_type", "is_active", "extra_field", "created_at", "modified_at"],
    ),
    table(
        "cancellation_request",
        &["id", "bucket"],
        &[
            "order_item_id",
            "order_id",
            "channel_id",
            "reason_id",
            "remote_id",
            "description",
            "cancellation_type",
            "status",
            "extra_field",
            "created_at",
            "modified_at",
        ],
    ),
    table(
        "order_shipping_info",
        &["id", "bucket"],
        &[
            "order_id",
            "channel_id",
            "order_number",
            "shipping_company",
            "tracking_number",
            "is_send",
            "extra_field",
            "created_at",
            "modified_at",
        ],
    ),
    table(
        "error_report",
        &["id", "bucket"],
        &[
            "channel_id",
            "action_content_type",
            "action_object_id",
            "target_content_type",
            "target_object_id",
            "obj_modified_date",
            "error_code",
            "error_desc",
            "raw_request",
            "raw_response",
            "is_ok",
            "created_at",
            "modified_at",
        ],
    ),
    table(
        "geography_report",
        &["id"],
        &[
            "channel_id",
            "kind",
            "type",
            "remote_code",
            "country_id",
            "city_id",
            "township_id",
            "name",
            "integration_type",
            "err_code",
            "err_desc",
            "created_at",
            "modified_at",
        ],
    ),
    table(
        "operational_event",
        &["id", "bucket"],
        &[
            "channel_id",
            "event_type",
            "level",
            "source",
            "message",
            "context",
            "tags",
            "action_content_type",
            "action_object_id",
            "trace_id",
            "span_id",
            "parent_span_id",
            "raw_data",
            "created_at",
            "modified_at",
        ],
    ),
    table("idempotency", &["account_id", "key", "bucket"], &["fingerprint", "status", "body", "created_at"]),
    table("row_counter", &["scope", "level", "block"], &["n"]),
];

pub(super) const fn table(name: &'static str, key: &'static [&'static str], rest: &'static [&'static str]) -> Table {
    Table { name, key, rest, together: TOGETHER }
}

/// Some parts of the list as one.
const fn joined<const N: usize>(parts: &[&[Table]]) -> [Table; N] {
    let mut all = [table("", &[], &[]); N];
    let (mut part, mut next) = (0, 0);
    while part < parts.len() {
        let mut row = 0;
        while row < parts[part].len() {
            all[next] = parts[part][row];
            (row, next) = (row + 1, next + 1);
        }
        part += 1;
    }
    all
}

impl Table {
    pub(super) const fn of_large_rows(self) -> Self {
        Self { together: LARGE_TOGETHER, ..self }
    }
}
