//! What a copy takes: every table, with its key and its columns.
//!
//! Promises: a test holds this list against the schema. Must not know how rows travel.

/// Rows read, sent and written together: enough to make up for the round trip, few enough to be held in memory whatever
/// their texts are.
const TOGETHER: usize = 2_000;
/// The same, of rows that are as large as a piece of a file.
const LARGE_TOGETHER: usize = 32;

/// A table and its columns, those of its key first.
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

/// Every table that is copied. Not `schema_migration`, which the target has its own of, and not `last_commit` and `lease`,
/// which are about processes.
pub const TABLES: &[Table] = &[
    table("id_block", &["kind"], &["next"]),
    table("account", &["id"], &["username", "password_hash", "role", "channel_id", "is_active", "created_at"]),
    table("token", &["id"], &["account_id", "name", "prefix", "hash", "created_at", "last_used_at", "revoked_at"]),
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
        ],
    ),
    table("channel", &["id"], &["name", "oversell", "is_active", "created_at", "modified_at"]),
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
            "held",
            "external",
            "reported",
            "snapshot_at",
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
        ],
    ),
    table("hold", &["item_id", "bucket"], &["stock_id", "quantity", "state", "registered_at"]),
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
            "held_delta",
            "external_delta",
            "reported_delta",
            "on_hand",
            "held",
            "reported",
            "actor_id",
            "at",
            "import_id",
        ],
    ),
    table(
        "import",
        &["id"],
        &[
            "cache_key",
            "kind",
            "task",
            "mode",
            "is_forced",
            "stock_list_id",
            "source_id",
            "account_id",
            "state",
            "file_name",
            "file_bytes",
            "format",
            "encoding",
            "ignored_columns",
            "error",
            "total",
            "processed",
            "created",
            "updated",
            "unchanged",
            "failed",
            "created_at",
            "started_at",
            "finished_at",
        ],
    ),
    table("import_part", &["import_id", "number"], &["bytes"]).of_large_rows(),
    table("import_chunk", &["import_id", "number"], &["created", "updated", "unchanged", "failed", "outcomes"])
        .of_large_rows(),
    table(
        "stock_location_address",
        &["id"],
        &[
            "title",
            "country",
            "city",
            "township",
            "district",
            "line",
            "postcode",
            "notes",
            "mapping",
            "latitude",
            "longitude",
            "is_active",
            "created_at",
            "modified_at",
        ],
    ),
    table(
        "stock_location",
        &["id"],
        &[
            "name",
            "erp_code",
            "stock_list_id",
            "retail_store_id",
            "address_id",
            "stock_location_type",
            "omnitron_id",
            "priority",
            "is_active",
            "is_fulfillment_center",
            "is_pickup_location",
            "is_delivery_location",
            "is_return_available",
            "is_fast_delivery_available",
            "count_mode",
            "tags",
            "engine",
            "conf",
            "fax_number",
            "daytime_phone",
            "created_at",
            "modified_at",
        ],
    ),
    table(
        "stock_location_sender",
        &["id"],
        &["stock_location_id", "cargo_company", "origin_id", "created_at", "modified_at"],
    ),
    table(
        "package",
        &["id", "bucket"],
        &["order_id", "number", "stock_location_id", "state", "created_at", "modified_at"],
    ),
    table(
        "package_item",
        &["id", "bucket"],
        &[
            "package_id",
            "order_id",
            "stock_location_id",
            "item_id",
            "sku",
            "quantity",
            "state",
            "is_done",
            "created_at",
            "modified_at",
        ],
    ),
    table(
        "transfer_order",
        &["id", "bucket"],
        &["order_id", "package_id", "number", "source_id", "destination_id", "state", "created_at", "modified_at"],
    ),
    table(
        "transfer_item",
        &["id", "bucket"],
        &[
            "transfer_id",
            "order_id",
            "package_item_id",
            "item_id",
            "sku",
            "quantity",
            "state",
            "created_at",
            "modified_at",
        ],
    ),
    table(
        "discrepancy",
        &["id", "bucket"],
        &[
            "stock_id",
            "stock_location_id",
            "sku",
            "reason",
            "is_active",
            "package_item_id",
            "transfer_item_id",
            "created_at",
            "modified_at",
        ],
    ),
    table("stock_count", &["id"], &["stock_location_id", "counted_at", "created_at"]),
    table("stock_count_line", &["count_id", "position"], &["sku", "expected", "counted", "result", "discrepancy_id"]),
    table("plan_due", &["order_id", "bucket"], &[]),
    table("idempotency", &["account_id", "key", "bucket"], &["fingerprint", "status", "body", "created_at"]),
    table("tally", &["scope", "level", "block"], &["n"]),
];

const fn table(name: &'static str, key: &'static [&'static str], rest: &'static [&'static str]) -> Table {
    Table { name, key, rest, together: TOGETHER }
}

impl Table {
    const fn of_large_rows(self) -> Self {
        Self { together: LARGE_TOGETHER, ..self }
    }
}
