//! Inventory discrepancies (seed 004, contract 13.1): what people did not find, and taking it back.

use axum::http::StatusCode;
use onhand_core::floor::{Discrepancy, FloorCommand, RemoveDiscrepancies};
use onhand_core::{
    Command, DiscrepancyId, FloorOutcome, Outcome, PackageItemId, StockLocationId, Timestamp, TransferItemId,
};
use onhand_store::{discrepancies, stock_locations};

use super::call::Call;
use super::refusals;
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Mode, unknown_pk};
use crate::wire::json::{NOTHING, Object, Reply};
use crate::wire::scalar;
use crate::wire::view::{Shape, View, property};

/// Why something was not found; the first one where nobody says.
pub(super) const REASONS: &[&str] = &["out_of_stock", "damaged", "wrong_item", "count_difference"];

/// How many are removed in one transaction.
const TOGETHER: i64 = 500;
/// The most characters of a date.
const DATE_CHARS_MAX: usize = 64;

/// The body of a removal.
pub const REMOVE: &[Field] = &[
    Field::text(
        "expired_date",
        DATE_CHARS_MAX,
        "DD-MM-YYYY, YYYY-MM-DD or ISO 8601. Everything reported up to the end of that day (UTC) is removed.",
    )
    .required(),
    Field::pk("stock_location", "Only what was reported at this location.").nullable(),
];

/// A discrepancy: exactly the fields of seed 004.
pub const VIEW: View = View {
    name: "InventoryDiscrepancy",
    properties: &[
        property("id", Shape::Int),
        property("reason", Shape::Text),
        property("created_date", Shape::Time),
        property("modified_date", Shape::Time),
        property("is_active", Shape::Bool),
        property("stock_location", Shape::Int),
        property("package_item", Shape::IntOrNull),
        property("transfer_item", Shape::IntOrNull),
    ],
    open: false,
};

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("stock_location", "stock_location_id", Kind::Int),
    Filter::new("reason", "reason", Kind::Choice(REASONS)),
    Filter::new("is_active", "is_active", Kind::Bool),
    Filter::new("sku", "sku", Kind::Text),
    Filter::new("package_item", "COALESCE(package_item_id, 0)", Kind::Int),
    Filter::new("transfer_item", "COALESCE(transfer_item_id, 0)", Kind::Int),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// Writes a discrepancy.
pub(super) fn write(out: &mut String, one: &Discrepancy) {
    Object::open(out)
        .int("id", one.id.get())
        .text("reason", one.reason.word())
        .time("created_date", one.created_at)
        .time("modified_date", one.modified_at)
        .bool("is_active", one.is_active)
        .int("stock_location", one.location.get())
        .int_or_null("package_item", one.package_item.map(PackageItemId::get))
        .int_or_null("transfer_item", one.transfer_item.map(TransferItemId::get))
        .close();
}

/// `GET oms/inventory-discrepancies/`.
pub async fn list(call: Call) -> Result<Reply, Error> {
    let query = call.listing(FILTERS)?;
    let listing = query.listing.clone();
    let page =
        call.app.store.read("discrepancies.page", async move |tx| discrepancies::page(tx, &listing).await).await?;
    call.page(&query, &page, write)
}

/// `GET oms/inventory-discrepancies/{id}/`.
pub async fn show(call: Call) -> Result<Reply, Error> {
    let id = DiscrepancyId::new(call.id()?);
    let found =
        call.app.store.glance("discrepancies.by_id", async move |tx| discrepancies::by_ids(tx, &[id]).await).await?;
    let mut body = String::new();
    write(&mut body, found.first().ok_or_else(Error::not_found)?);
    Ok(Reply::ok(body))
}

/// `POST oms/inventory-discrepancies/remove/`: everything up to the end of a day (contract X11). Removing again finds
/// nothing, so it may be repeated.
pub async fn remove(call: Call) -> Result<Reply, Error> {
    let form = call.form(REMOVE, Mode::Whole).await?;
    let day = form.text("expired_date").and_then(day);
    let end = Timestamp::from_micros(scalar::next_day(day.ok_or_else(wrong_date)?).micros() - 1);
    let location = form.int("stock_location").map(StockLocationId::new);
    let store = &call.app.store;
    if let Some(id) = location {
        let known = store.glance("stock_locations.names", async |tx| stock_locations::names(tx).await).await?;
        if !known.iter().any(|(one, _)| *one == id) {
            return Err(Error::field("stock_location", unknown_pk(id.get())));
        }
    }
    loop {
        let until = async move |tx: &mut onhand_store::Tx<'_>| discrepancies::until(tx, end, location, TOGETHER).await;
        let ids = store.read("discrepancies.until", until).await?;
        if ids.is_empty() {
            return Ok(Reply::text(StatusCode::NO_CONTENT, NOTHING));
        }
        let command = Command::Floor(FloorCommand::Remove(RemoveDiscrepancies { ids }));
        match call.settle(command).await? {
            Ok(Outcome::Floor(FloorOutcome::Removed(_))) => {}
            Ok(_) => return Err(Error::Internal("a removal was answered with something else".to_owned())),
            Err(refusal) => return Err(refusals::error(refusal)),
        }
    }
}

/// The first moment of the day that a text names: the vendor's form first (contract X11).
fn day(text: &str) -> Option<Timestamp> {
    let parts: Vec<&str> = text.split('-').collect();
    let vendors = match parts[..] {
        [day, month, year] if day.len() == 2 && month.len() == 2 && year.len() == 4 => {
            scalar::parse_date(&format!("{year}-{month}-{day}"))
        }
        _ => None,
    };
    let begins_with_day = |time: Timestamp| scalar::parse_date(scalar::time_text(time).get(..10)?);
    // A time is a moment, so its day is the one in UTC, as `created_date` is shown, wherever it was written.
    let is_time = text.len() > "YYYY-MM-DD".len();
    vendors.or_else(|| match is_time {
        true => scalar::parse_time(text).and_then(begins_with_day),
        false => scalar::parse_date(text),
    })
}

fn wrong_date() -> Error {
    let text = "Date has wrong format. Use one of these formats instead: DD-MM-YYYY, YYYY-MM-DD, \
                YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
    Error::field("expired_date", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_three_ways() {
        let tenth = scalar::parse_date("2023-10-09");
        for text in ["09-10-2023", "2023-10-09", "2023-10-09T13:14:15Z", "2023-10-10T01:00:00+03:00", " 09-10-2023"] {
            assert_eq!(day(text.trim()), tenth, "{text}");
        }
        for wrong in ["", "31-02-2023", "10/10/2023", "2023-13-01", "1-1-2023", "10-10-23", "tomorrow", "10-10-2023x"] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }
}
