//! Orders that a channel has sold (contract C8): its client's body, all lines reserved in one command.
//!
//! Promises: the answer is the last write to the order, so that the version a channel commits is the one it was told;
//! the same order sent again is answered with what was made of it the first time, and made once. Must not know how much
//! there is: what does not fit is the business of the channel's policy.

use axum::http::StatusCode;
use onhand_core::commands::{NewLine, ORDER_LINES_MAX, PlaceOrder};
use onhand_core::fulfilment::list_sourcing::SourcingRule;
use onhand_core::{OrderStatus, QUANTITY_MAX, Quantity, Rejection, SKU_CHARS_MAX};
use serde_json::{Map, Value};

use super::create::{
    CLICK_AND_COLLECT, LATITUDE, LONGITUDE, NO_CANDIDATE, details, empty, half_a_point, line, lines, names,
    not_cancelled, refuse,
};
use super::{answer, outgoing, reply_with};
use crate::http::context::{self, RequestContext};
use crate::services::list_sourcing;
use crate::services::orders::sold::{self, Sold, Terms};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::{self, Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::zone::Zone;

/// The order (contract C8.2). Bounds of texts are those that the client cuts to.
const ORDER: &[Field] = &[
    Field::text("number", 128, "The channel's number of it; unique within the channel.").required(),
    Field::status("status", "400 (approved) when blank or absent.").nullable(),
    Field::pk("channel", "If sent, the channel in the path.").nullable(),
    Field::blank("currency", 8, "ISO code, lower case as the vendor writes it.").nullable(),
    Field::time("date_placed", "When the customer ordered; arrival when absent.").nullable(),
    Field::object("extra_field", "Free data; its id is the channel's own id of the order.").nullable(),
    Field::pk("customer", "Carried through.").nullable(),
    Field::pk("shipping_address", "Carried through.").nullable(),
    Field::pk("billing_address", "Carried through.").nullable(),
    Field::pk("cargo_company", "Carried through.").nullable(),
    LATITUDE,
    LONGITUDE,
    CLICK_AND_COLLECT,
    Field::any("amount", "Carried through."),
    Field::any("shipping_amount", "Carried through."),
    Field::any("shipping_tax_rate", "Carried through."),
    Field::any("net_shipping_amount", "Carried through."),
    Field::any("discount_amount", "Carried through."),
    Field::any("delivery_type", "Carried through."),
    Field::blank("tracking_number", 256, "Carried through.").nullable(),
    Field::blank("carrier_shipping_code", 256, "Carried through.").nullable(),
    Field::any("remote_addr", "Carried through."),
    Field::bool("has_gift_box", "Carried through.").nullable(),
    Field::blank("gift_box_note", 160, "Carried through.").nullable(),
    Field::any("client_type", "Carried through."),
    Field::any("language_code", "Carried through."),
    Field::blank("notes", 320, "Carried through.").nullable(),
    Field::any("delivery_range", "Carried through."),
    Field::blank("shipping_option_slug", 128, "Carried through.").nullable(),
];
/// Its fields that rules read.
const ORDER_READ: &[&str] = &["number", "status", "channel", "currency", "date_placed", "extra_field"];

/// One line.
const LINE: &[Field] = &[
    Field::pk("product", "The product. This or product_sku.").alternative(),
    Field::text("product_sku", SKU_CHARS_MAX, "The product's SKU. This or product.").alternative().exact(),
    Field::pk(
        "stock_list",
        "The list whose stock is reserved, of the channel's catalog; when null or absent, the catalog's sourcing rule chooses it.",
    )
    .nullable(),
    Field::int("quantity", 1, QUANTITY_MAX, "How many units. When absent, what the attributes say, or 1.").nullable(),
    Field::status("status", "When blank or absent, the order's.").nullable(),
    Field::decimal("price", "Price of one unit.").nullable(),
    Field::object("extra_field", "Free data; its id is the channel's own id of the line.").nullable(),
    Field::object("attributes", "Free attributes; one of them may say the quantity.").nullable(),
    Field::any("attributes_kwargs", "Carried through."),
    Field::any("price_currency", "Carried through."),
    Field::pk("price_list", "Carried through.").nullable(),
    Field::any("unit_price", "Carried through."),
    Field::any("total_price", "Carried through."),
    Field::any("tax_rate", "Carried through."),
    Field::any("tax_amount", "Carried through."),
    Field::any("retail_price", "Carried through."),
    Field::any("discount_amount", "Carried through."),
    Field::blank("order_number", 128, "The channel's number of the line's order. Default: the order's.").nullable(),
    Field::blank("tracking_number", 256, "Carried through.").nullable(),
    Field::blank("carrier_shipping_code", 256, "Carried through.").nullable(),
    Field::any("shipping_company", "Carried through."),
    Field::any("shipment_code", "Carried through."),
    Field::any("parent", "Carried through."),
    Field::any("delivered_date", "Carried through."),
    Field::any("estimated_delivery_date", "Carried through."),
];
/// Its fields that rules read.
const LINE_READ: &[&str] =
    &["product", "product_sku", "stock_list", "quantity", "status", "price", "extra_field", "attributes"];

/// The body of a sold order.
pub const SOLD: &[Field] = &[
    Field::one("order", ORDER, "The order.").required(),
    Field::rows("order_item", LINE, ORDER_LINES_MAX, "Its lines. All are reserved, or none.").required(),
];

/// `POST channel/{channel}/create_orders/`.
pub async fn create_sold(call: RequestContext) -> Result<ApiResponse, Error> {
    let terms = sold::terms(&call.app, call.own_channel()?).await?;
    let form = call.form(SOLD, Mode::Whole).await?;
    let mut command = command(&form, &terms, call.zone())?;
    command.via = outgoing::via(&call).await?;
    if let Some(catalog) = terms.catalog.filter(|_| command.lines.iter().any(|line| line.list.is_none()))
        && list_sourcing::prepare(&call.app, catalog, &mut command).await?.is_err()
    {
        let mut errors = FieldErrors::default();
        let open = |line: &NewLine| match line.list {
            None => FieldErrors::one("stock_list", NO_CANDIDATE),
            Some(_) => FieldErrors::default(),
        };
        errors.nest("order_item", command.lines.iter().map(open).collect());
        return Err(Error::Fields(errors));
    }
    let (count, answer) = (command.lines.len(), answer(StatusCode::CREATED));
    let order = (terms.channel, command);
    let submitted = match sold::place(&call.app, &call.requester(), order, call.record(&answer)).await {
        Ok(Sold::Before(order, items)) => {
            let items = outgoing::waited_for(&call, order.id, items).await?;
            return Ok(reply_with(StatusCode::OK, &order, &items));
        }
        Ok(Sold::Now(submitted)) => outgoing::waited(&call, Ok(*submitted)).await,
        Err(fault) => Err(fault),
    };
    context::reply(submitted, answer, |rejection| match rejection {
        Rejection::OrderNumberTaken => Error::Fields(number_taken()),
        rejection => refuse(rejection, "order_item", count),
    })
}

fn number_taken() -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.nest_one("order", FieldErrors::one("number", "order with this number already exists."));
    errors
}

/// The fields of a table that no rule reads.
fn carried(fields: &'static [Field], read: &'static [&str]) -> impl Iterator<Item = &'static str> {
    names(fields).filter(|name| !read.contains(name))
}

fn command(form: &Form, terms: &Terms, zone: Option<&Zone>) -> Result<PlaceOrder, Error> {
    let missing = || Error::Internal("a required object is missing".to_owned());
    let order = form.one("order").ok_or_else(missing)?;
    let number = order.string("number").unwrap_or_default();
    let status = order.status("status").unwrap_or(OrderStatus::Approved);
    let mut faults = not_cancelled(status);
    faults.extend(half_a_point(order));
    if order.int("channel").is_some_and(|channel| channel != terms.channel.get()) {
        faults.add("channel", "This is not the channel in the path.");
    }
    let read = |row: &Form| sold_line(row, line(row, status, carried(LINE, LINE_READ))?, &number, terms);
    let lines = lines(form.rows("order_item"), read);
    let mut errors = FieldErrors::default();
    if !faults.is_empty() {
        errors.nest_one("order", faults);
    }
    let lines = lines.unwrap_or_else(|rows| {
        errors.nest("order_item", rows);
        Vec::new()
    });
    errors.into_result()?;
    Ok(PlaceOrder {
        channel: Some(terms.channel),
        currency: order.string("currency").unwrap_or_default(),
        status,
        is_send: false,
        date_placed: order.time("date_placed", zone),
        extra_field: order.string("extra_field").unwrap_or_else(empty),
        details: details(order, carried(ORDER, ORDER_READ)),
        sourcing: None,
        via: String::new(),
        number,
        lines,
    })
}

const NO_OWN_LIST: &str = "The channel's catalog has no stock list of its own: name one of its lists.";

/// What a channel's line leaves to its channel: the list, the quantity, and the number that clients compare later.
fn sold_line(form: &Form, line: NewLine, number: &str, terms: &Terms) -> Result<NewLine, FieldErrors> {
    let list = match (line.list, terms.rule) {
        (None, SourcingRule::Main) => Some(terms.list.ok_or_else(|| FieldErrors::one("stock_list", NO_OWN_LIST))?),
        (list, _) => list,
    };
    let quantity = match form.int("quantity").and_then(Quantity::new) {
        Some(quantity) => quantity,
        None => quantity_of(&line.attributes, &terms.quantity_attribute)?,
    };
    let mut carried = String::with_capacity(line.details.len() + number.len() + 24);
    match form.has("order_number") {
        true => carried.push_str(&line.details),
        false => Object::open(&mut carried).text("order_number", number).merge(&line.details).close(),
    }
    Ok(NewLine { list, quantity, details: carried, ..line })
}

/// The quantity among attributes. A client that names one that cannot be read has not meant 1.
fn quantity_of(attributes: &str, key: &str) -> Result<Quantity, FieldErrors> {
    let attributes: Map<String, Value> = serde_json::from_str(attributes).unwrap_or_default();
    match attributes.get(key) {
        None | Some(Value::Null) => Ok(Quantity::ONE),
        Some(value) => form::whole_number(value, 1, QUANTITY_MAX).and_then(Quantity::new).ok_or_else(|| {
            let text = format!("The attribute {key} says how many units: a whole number, 1 to {QUANTITY_MAX}.");
            FieldErrors::one("attributes", text)
        }),
    }
}
