//! Stock lists (contract 3).

use onhand_core::{MoveRegistration, QUANTITY_MAX, ReleaseMode};
use onhand_store::resource::Record;
use onhand_store::tables::stock_lists::{self, OF_CHANNEL, STOCK_LISTS};
use onhand_store::{Error as StoreError, Tx};

use crate::resource::{Draft, OwnerScope, Resource, Taken, Unique, null_blanks};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::response_schema;

/// The largest priority of a list, as of a stock location.
const SOURCING_PRIORITY_MAX: i64 = 1_000_000;

/// The longest time after which a reported line settles: a year.
const REPORTED_SECONDS_MAX: i64 = 365 * 24 * 3_600;

/// Stock lists. A channel may read those of its catalog.
pub static STOCK_LIST: Resource = Resource {
    unique: &[
        Unique { index: "stock_list_name", taken: Taken::Field("name") },
        Unique { index: "stock_list_code", taken: Taken::Field("code") },
    ],
    own: Some(OwnerScope::Among(OF_CHANNEL)),
    stirs: true,
    rule: Some(|tx, draft| Box::pin(check(tx, draft))),
    ..Resource::new(
        &STOCK_LISTS,
        ("stock_list", "stock_list/{id}"),
        "stock list",
        &[
            Field::text("name", 64, "Unique name.").required(),
            Field::blank(
                "code",
                64,
                "The list's id in the ERP. Unique; needed when is_auto_sync \
                 is sent as true.",
            )
            .nullable()
            .exact(),
            Field::bool("is_auto_sync", "Whether the list follows the ERP by itself. Default true."),
            Field::choice(
                "release_mode",
                ReleaseMode::WORDS,
                "What a release does: the quantity stays off sale until the next level (default), or is on sale \
                 at once.",
            ),
            Field::choice(
                "moves_settle",
                MoveRegistration::WORDS,
                "Until when moves to this list, and transfers from it, stay off sale: until the ERP has registered \
                 them (default), or until the list's next level.",
            ),
            Field::bool(
                "is_item_code_unique",
                "Whether the ERP's code of an order item that is reserved here is no other item's. Default true.",
            ),
            Field::bool(
                "ignore_sold_quantity_unreported",
                "Whether a sold_quantity_unreported that is written is not kept: such a list has no external reservation. \
                 Default false.",
            ),
            Field::int(
                "reported_settles_after_seconds",
                0,
                REPORTED_SECONDS_MAX,
                "After how many seconds a line that the ERP has registered is settled although no level has come. Default 0: \
                 never.",
            ),
            Field::int("snapshot_delay_seconds", 0, 86_400, "The age of levels that arrive without a snapshot_at."),
            Field::int(
                "low_stock",
                0,
                QUANTITY_MAX,
                "Up to how many available units a stock is low. Default 5; \
                 0: none is.",
            ),
            Field::int(
                "sourcing_priority",
                0,
                SOURCING_PRIORITY_MAX,
                "Sourcing rules prefer the smallest number; a list with a stock location has that one's. Default 100.",
            ),
            Field::int(
                "safety_stock",
                0,
                QUANTITY_MAX,
                "Units of each stock that sourcing rules leave in the list. Default 0.",
            ),
            Field::time_zone(
                "time_zone",
                "The zone of times without an offset that stock depends on, like Europe/Istanbul. The \
                 installation's when null.",
            )
            .nullable(),
        ],
        &response_schema!("StockList" {
            pk: Int,
            name: Text,
            code: TextOrNull,
            is_auto_sync: Bool,
            modified_date: Time,
            created_date: Time,
            release_mode: Text,
            snapshot_delay_seconds: Int,
            time_zone: TextOrNull,
            moves_settle: Text,
            is_item_code_unique: Bool,
            low_stock: Int,
            sourcing_priority: Int,
            safety_stock: Int,
            ignore_sold_quantity_unreported: Bool,
            reported_settles_after_seconds: Int,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("code", "COALESCE(code, '')", Kind::Text),
            Filter::new("is_auto_sync", "is_auto_sync", Kind::Bool),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// Auto sync needs a code. The vendor's own example creates a list with neither and succeeds, so this counts only
/// when the client says something about it (contract X7). Name and code are unique, and both faults are found at once.
async fn check(tx: &mut Tx<'_>, draft: Draft<'_>) -> Result<Result<(), Error>, StoreError> {
    let Draft { record, before, form, config, .. } = draft;
    null_blanks(record, &["code"]);
    let says = form.has("is_auto_sync") || before.is_some() && form.has("code") || config.strict_auto_sync;
    if says && record.flag("is_auto_sync") && record.text("code").is_none() {
        return Ok(Err(Error::refused("product_stock_400_2", "Code is required when is_auto_sync is true.")));
    }
    let mut faults = FieldErrors::default();
    let others = stock_lists::named(tx, record.text("name").unwrap_or_default(), record.text("code")).await?;
    for field in ["name", "code"] {
        let text = record.text(field);
        let has_it = |other: &Record| other.id != record.id && text.is_some() && other.text(field) == text;
        if others.iter().any(has_it) {
            faults.add(field, format!("stock list with this {field} already exists."));
        }
    }
    Ok(faults.into_result())
}
