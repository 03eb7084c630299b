//! Stock as of an instant: the four numbers of a product stock at any time of its history.

use onhand_core::{MovementId, Stock, Timestamp};

use super::product_stocks;
use crate::http::context::RequestContext;
use crate::http::route::{Holds, Parameter, parameter};
use crate::services::retention;
use crate::services::stock_as_of::{self, NumbersAsOf};
use crate::wire::error::Error;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};
use crate::wire::scalar;
use crate::zone::{NAME_CHARS_MAX, Twice, Zone};

/// Which instant is asked for.
pub const TIME: &[Parameter] = &[Parameter { name: "time", holds: Holds::Time, required: true }, TIME_ZONE];
/// The zone of a time without an offset.
const TIME_ZONE: Parameter = parameter("tz", Holds::Text(NAME_CHARS_MAX));
/// Which instant an export is of.
pub const AS_OF: &[Parameter] = &[parameter("as_of", Holds::Time), TIME_ZONE];

/// The numbers of a stock at an instant.
pub const VIEW: ResponseSchema = response_schema!("StockAsOf" {
    pk: Int,
    product_sku: Text,
    stock_list: Int,
    time: Time,
    stock: Int,
    sold_quantity_unreported: Int,
    reported_quantity: Int,
    adjusted_stock: Int,
    movement: IntOrNull,
    movement_date: TimeOrNull,
});

/// `GET product_stocks/{id}/at/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let stock = product_stocks::found(&call).await?;
    let zone = call.app.zone(stock.list).await?;
    let Some(instant) = instant(&call, "time", zone).await? else {
        return Err(Error::field("time", "This field is required."));
    };
    let numbers = stock_as_of::of_stock(&call.app, stock.clone(), instant).await?;
    Ok(ApiResponse::written(|out| write(out, &stock, &numbers, instant)))
}

/// Writes the numbers of a stock at an instant.
pub fn write(out: &mut String, stock: &Stock, numbers: &NumbersAsOf, instant: Timestamp) {
    let [on_hand, reserved, reported] = numbers.counted();
    let movement = numbers.movement.as_ref();
    Object::open(out)
        .int("pk", stock.id.get())
        .text("product_sku", &stock.sku)
        .int("stock_list", stock.list.get())
        .time("time", instant)
        .int("stock", on_hand)
        .int("sold_quantity_unreported", reserved)
        .int("reported_quantity", reported)
        .int("adjusted_stock", numbers.available)
        .int_or_null("movement", movement.map(|movement| movement.id).map(MovementId::get))
        .time_or_null("movement_date", movement.map(|movement| movement.at))
        .close();
}

/// The instant that a parameter names: with an offset, or in the zone of `tz`, or else in `zone`.
///
/// # Errors
///
/// 400 for a time that is none, is not one moment, has not come yet, or is so long ago that history has no numbers of it.
pub async fn instant(call: &RequestContext, name: &str, zone: Option<Zone>) -> Result<Option<Timestamp>, Error> {
    let zone = match call.asked("tz") {
        Some(text) => Some(text.parse::<Zone>().map_err(|fault| Error::field("tz", fault))?),
        None => zone,
    };
    let Some(text) = call.asked(name) else { return Ok(None) };
    let written = scalar::written_time(text).ok_or_else(|| Error::field(name, "Enter a valid date/time."))?;
    let moment = written.decisive(zone.as_ref(), Twice::Refused);
    let moment = moment.map_err(|fault| Error::field(name, fault.to_string()))?;
    if moment > call.app.clock.now() {
        return Err(Error::field(name, "This time is in the future."));
    }
    match retention::told_since(&call.app).await? {
        Some(since) if moment < since => {
            let since = scalar::time_text(since);
            Err(Error::field(name, format!("What stock was before {since} is not known any more.")))
        }
        _ => Ok(Some(moment)),
    }
}
