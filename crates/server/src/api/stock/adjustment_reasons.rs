//! Adjustment reasons of one's own: what people of this installation say of a level that they change.

use onhand_core::{AdjustmentReason, REASON_CHARS_MAX};
use onhand_store::tables::adjustment_reasons::REASONS;

use crate::resource::{Draft, Resource, Taken, Unique, judge};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::response_schema;

/// Reasons. Movements keep the code that was given, whatever becomes of the reason.
pub static REASON: Resource = Resource {
    unique: &[Unique { index: "adjustment_reason_code", taken: Taken::Field("code") }],
    fixed: &["code"],
    rule: Some(|_, draft| judge(complete(draft))),
    ..Resource::new(
        &REASONS,
        ("adjustment_reasons", "adjustment_reasons/{id}"),
        "adjustment reason",
        &[
            Field::text("code", REASON_CHARS_MAX, "What is sent as reason, and kept in the history. It stays.")
                .required()
                .exact(),
            Field::blank("name", 255, "What people call it. The code when absent."),
            Field::bool("is_active", "Whether it may be given. Default true."),
            Field::object("extra_field", "Free data."),
        ],
        &response_schema!(resource "AdjustmentReason" {
            code: Text,
            name: Text,
            is_active: Bool,
            extra_field: Object,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("code", "code", Kind::Text),
            Filter::new("name", "name", Kind::Text),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

fn complete(draft: Draft<'_>) -> Result<(), Error> {
    let record = draft.record;
    let code = record.text("code").unwrap_or_default().to_owned();
    if AdjustmentReason::from_word(&code).is_some() {
        return Err(Error::field("code", "Every installation has this reason."));
    }
    if record.text("name").is_none_or(str::is_empty) {
        record.set("name", code);
    }
    Ok(())
}
