//! Bulk edits: one change of many stocks of a list, as a dry run.

use onhand_core::{QUANTITY_MAX, Quantity, SKU_CHARS_MAX, StockId, StockState, UnitType};

use super::imports::{key_reply, list_of};
use crate::http::context::RequestContext;
use crate::services::imports::bulk::{self, BulkEdit, Selection};
use crate::services::levels::LevelEdit;
use crate::services::stock_filter::StockFilter;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::{Form, Mode};
use crate::wire::json::ApiResponse;

/// Which stocks a filter leaves; an empty one leaves all of the list.
const FILTER: &[Field] = &[
    Field::text("product_sku__startswith", SKU_CHARS_MAX, "What their SKU begins with.").exact(),
    Field::choice("state", StockState::WORDS, "The state that they are in."),
    Field::choice("unit_type", UnitType::WORDS, "What one unit is."),
    Field::time("modified_date__gte", "Since when they have changed."),
];

/// The body of a bulk edit: which stocks, in one of two ways, and what becomes of their levels, in one of two.
pub const FIELDS: &[Field] = &[
    Field::pks("stocks", "The product stocks, up to 1,000.").alternative(),
    Field::one("filter", FILTER, "The product stocks that this leaves; {} is every stock of the list.").alternative(),
    Field::int("set", 0, QUANTITY_MAX, "The new level. A stock that was written since the dry run is left as it is."),
    Field::int("add", -QUANTITY_MAX, QUANTITY_MAX, "So many more, or less: added to what is there when it is applied."),
];

/// `POST stock_list/{id}/bulk/`: a dry run of the change.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let list = list_of(&call).await?.ok_or_else(Error::not_found)?;
    let form = call.form(FIELDS, Mode::Whole).await?;
    let bulk = read(&call, &form).map_err(Error::Fields)?;
    let import = bulk::begin(&call.app.services, &call.requester(), list, bulk).await?;
    Ok(key_reply(&import.cache_key))
}

fn read(call: &RequestContext, form: &Form) -> Result<BulkEdit, FieldErrors> {
    let mut errors = FieldErrors::default();
    let selection = match (form.ids("stocks"), form.one("filter")) {
        (Some(ids), None) => Some(Selection::Stocks(ids.iter().copied().map(StockId::new).collect())),
        (None, Some(filter)) => Some(Selection::Filter(StockFilter {
            prefix: filter.string("product_sku__startswith").unwrap_or_default(),
            state: filter.text("state").and_then(StockState::from_word),
            unit: filter.text("unit_type").and_then(UnitType::from_word),
            changed_since: filter.time("modified_date__gte", call.zone()),
        })),
        _ => {
            errors.add("stocks", "Send either stocks or filter.");
            None
        }
    };
    let edit = match (form.int("set").and_then(Quantity::new), form.int("add")) {
        (Some(level), None) => Some(LevelEdit::Set(level)),
        (None, Some(units)) => Some(LevelEdit::Add(units)),
        _ => {
            errors.add("set", "Send either set or add.");
            None
        }
    };
    match (selection, edit) {
        (Some(selection), Some(edit)) => Ok(BulkEdit { selection, edit }),
        _ => Err(errors),
    }
}
