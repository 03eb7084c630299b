//! Inventory discrepancies (contract 13.1): what people did not find, and taking it back.

use axum::http::StatusCode;
use jiff::civil::DateTime;
use onhand_core::fulfilment::{Discrepancy, Reason};
use onhand_core::{DiscrepancyId, Outcome, PackageItemId, StockLocationId, Timestamp, TransferItemId};
use onhand_store::tables::discrepancies;

use crate::http::context::{self, RequestContext, replayed};
use crate::http::error_mapping;
use crate::services::fulfilment::discrepancies::{self as removals, Day};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, NOTHING, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// The most characters of a date.
const DATE_CHARS_MAX: usize = 64;

/// The body of a removal.
pub const REMOVE: &[Field] = &[
    Field::text(
        "expired_date",
        DATE_CHARS_MAX,
        "DD-MM-YYYY, YYYY-MM-DD or ISO 8601. What was reported from the start of that day on is removed, or, as the \
         installation says (--discrepancy-remove until), up to its end. The day is one of the location's time zone.",
    )
    .required(),
    Field::pk("stock_location", "Only what was reported at this location.").nullable(),
];

/// A discrepancy: the printed fields first, then our own.
pub const VIEW: ResponseSchema = response_schema!("InventoryDiscrepancy" {
    id: Int,
    reason: Text,
    created_date: Time,
    modified_date: Time,
    is_active: Bool,
    stock_location: Int,
    package_item: IntOrNull,
    transfer_item: IntOrNull,
    product: Int,
    product_sku: Text,
    stock_list: Int,
    quantity: IntOrNull,
    created_by: Int,
    end_reason: TextOrNull,
    ended_by: IntOrNull,
    ended_date: TimeOrNull,
});

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("stock_location", "stock_location_id", Kind::Int),
    Filter::new("reason", "reason", Kind::Choice(Reason::WORDS)),
    Filter::new("is_active", "is_active", Kind::Bool),
    Filter::new("sku", "sku", Kind::Text),
    Filter::new("product_sku", "sku", Kind::Text),
    Filter::new("package_item", "COALESCE(package_item_id, 0)", Kind::Int),
    Filter::new("transfer_item", "COALESCE(transfer_item_id, 0)", Kind::Int),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// Writes a discrepancy.
pub(crate) fn write(out: &mut String, one: &Discrepancy) {
    Object::open(out)
        .int("id", one.id.get())
        .text("reason", one.reason.word())
        .time("created_date", one.created_at)
        .time("modified_date", one.modified_at)
        .bool("is_active", one.is_active)
        .int("stock_location", one.location.get())
        .int_or_null("package_item", one.package_item.map(PackageItemId::get))
        .int_or_null("transfer_item", one.transfer_item.map(TransferItemId::get))
        .int("product", one.product.get())
        .text("product_sku", &one.sku)
        .int("stock_list", one.list.get())
        .int_or_null("quantity", one.quantity)
        .int("created_by", one.created_by.get())
        .text_or_null("end_reason", one.ended.map(|(ended, _)| ended.word()))
        .int_or_null("ended_by", one.ended.map(|(_, by)| by.get()))
        .time_or_null("ended_date", (!one.is_active).then_some(one.modified_at))
        .close();
}

/// `GET oms/inventory-discrepancies/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let listing = query.listing.clone();
    let page =
        call.app.store.read("discrepancies.page", async move |tx| discrepancies::page(tx, &listing).await).await?;
    call.page(&query, &page, write)
}

/// `GET oms/inventory-discrepancies/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = DiscrepancyId::new(call.id()?);
    let found = call
        .app
        .store
        .read_inline("discrepancies.by_id", async move |tx| discrepancies::by_ids(tx, &[id]).await)
        .await?;
    let found = found.first().ok_or_else(Error::not_found)?;
    Ok(ApiResponse::written(|out| write(out, found)))
}

/// `POST oms/inventory-discrepancies/remove/`: everything from a day on, or up to its end. What has been removed stays
/// to be read. A request with a key that was answered before removes nothing of what has been reported since.
pub async fn remove(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(REMOVE, Mode::Whole).await?;
    let day = form.text("expired_date").and_then(parse_day).ok_or_else(wrong_date)?;
    let location = form.int("stock_location").map(StockLocationId::new);
    if let Some(key) = call.request_key()
        && let Some(stored) = call.app.answered(key.with(&call.body)).await?
    {
        return Ok(replayed(stored));
    }
    let removal = removals::of_day(&call.app, day, location).await?.ok_or_else(wrong_date)?;
    let answer = |_: &Outcome| ApiResponse::text(StatusCode::NO_CONTENT, NOTHING);
    let submitted = removals::remove(&call.app, &call.requester(), removal, call.record(&answer)).await;
    context::reply(submitted, answer, error_mapping::error)
}

/// The day that a text names: the vendor's form first, then ISO 8601.
fn parse_day(text: &str) -> Option<Day> {
    let parts: Vec<&str> = text.split('-').collect();
    if let [day, month, year] = parts[..]
        && (day.len(), month.len(), year.len()) == (2, 2, 4)
    {
        return format!("{year}-{month}-{day}").parse().ok().map(Day::Date);
    }
    let date = || text.parse::<DateTime>().ok().map(|time| Day::Date(time.date()));
    let moment = |time: jiff::Timestamp| Day::Of(Timestamp::from_micros(time.as_microsecond()));
    match text.len() > "YYYY-MM-DD".len() {
        true => text.parse().ok().map(moment).or_else(date),
        false => text.parse().ok().map(Day::Date),
    }
}

fn wrong_date() -> Error {
    let text = "Date has wrong format. Use one of these formats instead: DD-MM-YYYY, YYYY-MM-DD, \
                YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
    Error::field("expired_date", text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DiscrepancyRemove;
    use crate::wire::scalar;

    fn span(text: &str, which: DiscrepancyRemove, zone: &str) -> Option<(String, String)> {
        let zone = zone.parse().expect("a zone");
        let (from, until) = parse_day(text)?.span(which, &zone)?;
        Some((scalar::time_text(from), scalar::time_text(until)))
    }

    #[test]
    fn a_day_is_written_in_three_ways() {
        let ninth = Some(Day::Date("2023-10-09".parse().expect("a date")));
        for text in ["09-10-2023", "2023-10-09", "2023-10-09T13:14:15", "2023-10-09 13:14"] {
            assert_eq!(parse_day(text), ninth, "{text}");
        }
        for wrong in ["", "31-02-2023", "10/10/2023", "2023-13-01", "1-1-2023", "10-10-23", "tomorrow", "10-10-2023x"] {
            assert_eq!(parse_day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_is_one_of_the_location() {
        use DiscrepancyRemove::{From, Until};
        // Where, what, and the end that matters.
        let table = [
            ("UTC", "09-10-2023", "2023-10-09T00:00:00.000000Z", "2023-10-09T23:59:59.999999Z"),
            ("Europe/Istanbul", "09-10-2023", "2023-10-08T21:00:00.000000Z", "2023-10-09T20:59:59.999999Z"),
            // A moment is a day everywhere, but not the same one.
            ("UTC", "2023-10-09T22:30:00Z", "2023-10-09T00:00:00.000000Z", "2023-10-09T23:59:59.999999Z"),
            ("Europe/Istanbul", "2023-10-09T22:30:00Z", "2023-10-09T21:00:00.000000Z", "2023-10-10T20:59:59.999999Z"),
        ];
        for (zone, text, begin, end) in table {
            assert_eq!(span(text, From, zone).map(|span| span.0).as_deref(), Some(begin), "{text} {zone}");
            assert_eq!(span(text, Until, zone).map(|span| span.1).as_deref(), Some(end), "{text} {zone}");
        }
        assert_eq!(span("31-12-9999", Until, "UTC"), None, "the calendar ends there");
    }
}
