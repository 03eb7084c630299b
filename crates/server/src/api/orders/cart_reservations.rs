//! Cart reservations: units that are reserved for a while before there is an order (docs/reservations.md).
//!
//! Promises: what a body leaves out of an order that confirms one is what it is for a new order. Must not know when one
//! expires.

use axum::http::StatusCode;
use onhand_core::commands::{CartOutcome, ConfirmCart, ConfirmedLine, PlaceOrder};
use onhand_core::{
    CART_LINES_MAX, CART_SECONDS_MIN, CartLine, CartReservation, CartReservationId, CartState, ChannelId, OrderId,
    OrderStatus, Outcome, QUANTITY_MAX, Quantity, SKU_CHARS_MAX,
};
use onhand_store::tables::cart_reservations;

use super::order_items::sourcing;
use super::orders::{
    CARRIED, CLICK_AND_COLLECT, LATITUDE, LINE_CARRIED, LONGITUDE, details, empty, half_a_point, line, lines, names,
    not_cancelled, outgoing, refuse, write as write_order,
};
use crate::http::context::{self, RequestContext};
use crate::services::carts::{self, CART_SECONDS_MAX, CartEdit, NewCart, Until};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::{self, Field};
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, NOTHING, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

const EXPIRES_IN: Field = Field::int(
    "expires_in",
    CART_SECONDS_MIN,
    CART_SECONDS_MAX,
    "For how many seconds from now the units are reserved. This or expires_at.",
)
.alternative();
const EXPIRES_AT: Field = Field::time(
    "expires_at",
    "Until when the units are reserved. Without an offset: of the installation's zone, or else UTC.",
)
.alternative();

/// A line of a new one.
const LINE: &[Field] = &[
    Field::pk("product", "The product. This or product_sku.").alternative(),
    Field::text("product_sku", SKU_CHARS_MAX, "The product's SKU. This or product.").alternative().exact(),
    Field::pk("stock_list", "The list whose stock is reserved. Without it, the catalog chooses one.").nullable(),
    Field::int("quantity", 1, QUANTITY_MAX, "How many units. Default 1."),
];

/// The body of a new one.
pub const FIELDS: &[Field] = &[
    Field::text("reference", 128, "What its caller calls it: a cart, a quote. Unique per channel.").required(),
    Field::pk("channel", "The channel it is of; absent for the API itself.").nullable(),
    EXPIRES_IN,
    EXPIRES_AT,
    Field::pk(
        "catalog",
        "The catalog whose sourcing rule chooses the list of every line that names none. Default: the channel's.",
    )
    .nullable(),
    LATITUDE,
    LONGITUDE,
    CLICK_AND_COLLECT,
    Field::rows("lines", LINE, CART_LINES_MAX, "What is reserved: all lines, or none.").required(),
];

/// A line whose units change.
const EDITED_LINE: &[Field] = &[
    Field::int("line", 1, CART_LINES_MAX as i64, "The number of the line.").required(),
    Field::int("quantity", 0, QUANTITY_MAX, "How many units from now on; 0 takes the line out.").required(),
];

/// The body of a change.
pub const EDIT: &[Field] = &[
    EXPIRES_IN,
    EXPIRES_AT,
    Field::rows("lines", EDITED_LINE, CART_LINES_MAX, "Lines whose units change. The others stay as they are."),
];

/// The body of an extension.
pub const EXTEND: &[Field] = &[EXPIRES_IN, EXPIRES_AT];

const CONFIRMED_LINE_READ: &[Field] = &[
    Field::int("line", 1, CART_LINES_MAX as i64, "The number of the line.").required(),
    Field::decimal("price", "Price of one unit.").nullable(),
    Field::object("extra_field", "Free data."),
    Field::object("attributes", "Free attributes."),
];
const CONFIRMED_LINE: &[Field; CONFIRMED_LINE_READ.len() + LINE_CARRIED.len()] =
    &field::joined(CONFIRMED_LINE_READ, LINE_CARRIED);

const CONFIRM_READ: &[Field] = &[
    Field::text("number", 128, "The number of the order, unique per channel.").required(),
    Field::blank("currency", 8, "ISO code, lower case as the vendor writes it."),
    Field::status("status", "Default 400 (approved)."),
    Field::bool("is_send", "Whether the ERP has taken it. Default false."),
    Field::time(
        "date_placed",
        "When the customer ordered; arrival when absent. Without an offset: of the installation's zone, or else UTC.",
    ),
    Field::object("extra_field", "Free data."),
    Field::rows("lines", CONFIRMED_LINE, CART_LINES_MAX, "What the order says of its lines besides their units."),
];

/// The body of a confirmation: the order's fields.
pub const CONFIRM: &[Field] = &field::joined::<{ CONFIRM_READ.len() + CARRIED.len() }>(CONFIRM_READ, CARRIED);

/// A line of one, or of whatever else takes units.
pub const LINE_VIEW: ResponseSchema = response_schema!("CartReservationLine" {
    line: Int,
    product: Int,
    product_sku: Text,
    stock_list: Int,
    product_stock: Int,
    quantity: Int,
    sourcing: ObjectOrNull,
});

/// A cart reservation with its lines.
pub const VIEW: ResponseSchema = response_schema!("CartReservation" {
    pk: Int,
    id: Int,
    reference: Text,
    channel: IntOrNull,
    state: Text,
    expires_at: Time,
    order: IntOrNull,
    created_date: Time,
    modified_date: Time,
    lines: List(&LINE_VIEW),
});

/// The filters of a list of carts.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("reference", "reference", Kind::Text),
    Filter::new("channel", "channel_id", Kind::Int),
    Filter::new("state", "state", Kind::Numbered(CartState::WORDS)),
    Filter::only("order", cart_reservations::ORDER, Kind::Int),
    Filter::only("product_sku", cart_reservations::WITH_SKU, Kind::Linked),
    Filter::new("expires_at", "expires_at", Kind::Time),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// Writes a cart reservation, which stands as is said here.
pub(crate) fn write(out: &mut String, cart: &CartReservation, state: CartState) {
    Object::open(out)
        .int("pk", cart.id.get())
        .int("id", cart.id.get())
        .text("reference", &cart.reference)
        .int_or_null("channel", cart.channel.map(ChannelId::get))
        .text("state", state.word())
        .time("expires_at", cart.expires_at)
        .int_or_null("order", cart.order.map(OrderId::get))
        .time("created_date", cart.created_at)
        .time("modified_date", cart.modified_at)
        .list("lines", &cart.lines, write_line)
        .close();
}

/// Writes a line.
pub(super) fn write_line(out: &mut String, line: &CartLine) {
    Object::open(out)
        .int("line", line.number)
        .int("product", line.product.get())
        .text("product_sku", &line.sku)
        .int("stock_list", line.list.get())
        .int("product_stock", line.stock.get())
        .int("quantity", line.units)
        .raw("sourcing", &line.sourced.map_or_else(|| "null".to_owned(), sourcing))
        .close();
}

/// The answer to a command: the cart reservation, or the order that it became.
fn answer(status: StatusCode) -> impl Fn(&Outcome) -> ApiResponse + Send + Sync + Clone + 'static {
    move |outcome| {
        let mut body = String::with_capacity(1_024);
        match outcome {
            Outcome::Cart(decided) => match &**decided {
                CartOutcome::Cart(cart) => write(&mut body, cart, cart.state),
                CartOutcome::Confirmed(_, order, items) => write_order(&mut body, order, items),
                CartOutcome::Expired(_) => body.push_str(NOTHING),
            },
            Outcome::OrderPlaced(order, items) => write_order(&mut body, order, items),
            _ => body.push_str(NOTHING),
        }
        ApiResponse::text(status, body)
    }
}

/// `GET reservations/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let cart = carts::by_id(&call.app, &call.requester(), id(&call)?).await?;
    let now = call.app.clock.now();
    Ok(ApiResponse::written(|out| write(out, &cart, cart.state_at(now))))
}

/// `POST reservations/`.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    call.agrees(&form)?;
    let mut errors = half_a_point(&form);
    let read = |row: &Form| line(row, OrderStatus::Approved, std::iter::empty());
    let lines = lines(form.rows("lines"), read).unwrap_or_else(|rows| {
        errors.nest("lines", rows);
        Vec::new()
    });
    let until = until(&call, &form, &mut errors);
    if until.is_none() && errors.is_empty() {
        errors.add("expires_in", "Send expires_in or expires_at.");
    }
    errors.into_result()?;
    let count = lines.len();
    let new = NewCart {
        reference: form.string("reference").unwrap_or_default(),
        channel: call.channel.or(form.int("channel").map(ChannelId::new)),
        until: until.unwrap_or(Until::In(CART_SECONDS_MIN)),
        catalog: form.int("catalog"),
        details: details(&form, ["latitude", "longitude", "click_and_collect"].into_iter()),
        lines,
    };
    let answer = answer(StatusCode::CREATED);
    let submitted = carts::reserve(&call.app, &call.requester(), new, call.record(&answer)).await;
    context::reply(submitted, answer, |rejection| refuse(rejection, "lines", count))
}

/// `PATCH reservations/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(EDIT, Mode::Partial).await?;
    let mut errors = FieldErrors::default();
    let until = until(&call, &form, &mut errors);
    errors.into_result()?;
    let rows = form.rows("lines");
    let read = |row: &Form| Some((row.int("line")?, Quantity::new(row.int("quantity")?)?));
    edit(call, CartEdit { until, lines: rows.iter().filter_map(read).collect() }, rows.len()).await
}

/// `POST reservations/{id}/extend/`.
pub async fn extend(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(EXTEND, Mode::Whole).await?;
    let mut errors = FieldErrors::default();
    let until = until(&call, &form, &mut errors);
    errors.into_result()?;
    edit(call, CartEdit { until, lines: Vec::new() }, 0).await
}

async fn edit(call: RequestContext, edit: CartEdit, rows: usize) -> Result<ApiResponse, Error> {
    let (what, answer) = ((id(&call)?, edit), answer(StatusCode::OK));
    let submitted = carts::edit(&call.app, &call.requester(), what, call.record(&answer)).await;
    context::reply(submitted, answer, |rejection| refuse(rejection, "lines", rows))
}

/// `POST reservations/{id}/release/`.
pub async fn release(call: RequestContext) -> Result<ApiResponse, Error> {
    let answer = answer(StatusCode::OK);
    let submitted = carts::release(&call.app, &call.requester(), id(&call)?, call.record(&answer)).await;
    context::reply(submitted, answer, |rejection| refuse(rejection, "lines", 0))
}

/// `POST reservations/{id}/confirm/`: it becomes an order, in one step.
pub async fn confirm(call: RequestContext) -> Result<ApiResponse, Error> {
    let cart = id(&call)?;
    let form = call.form(CONFIRM, Mode::Whole).await?;
    let status = form.status("status").unwrap_or(OrderStatus::Approved);
    let mut errors = not_cancelled(status);
    errors.extend(half_a_point(&form));
    errors.into_result()?;
    let order = PlaceOrder {
        number: form.string("number").unwrap_or_default(),
        channel: None,
        currency: form.string("currency").unwrap_or_default(),
        status,
        is_send: form.bool("is_send").unwrap_or(false),
        date_placed: form.time("date_placed", call.zone()),
        extra_field: form.string("extra_field").unwrap_or_else(empty),
        details: details(&form, names(CARRIED)),
        sourcing: None,
        via: outgoing::via(&call).await?,
        lines: Vec::new(),
    };
    let lines: Vec<ConfirmedLine> = form.rows("lines").iter().map(confirmed_line).collect();
    let (rows, answer) = (lines.len(), answer(StatusCode::CREATED));
    let what = ConfirmCart { cart, order, lines };
    let submitted = carts::confirm(&call.app, &call.requester(), what, call.record(&answer)).await;
    let waited = outgoing::waited(&call, submitted).await;
    context::reply(waited, answer, |rejection| refuse(rejection, "lines", rows))
}

fn confirmed_line(form: &Form) -> ConfirmedLine {
    ConfirmedLine {
        number: form.int("line").unwrap_or_default(),
        price: form.string("price"),
        extra_field: form.string("extra_field").unwrap_or_else(empty),
        attributes: form.string("attributes").unwrap_or_else(empty),
        details: details(form, names(LINE_CARRIED)),
    }
}

fn id(call: &RequestContext) -> Result<CartReservationId, Error> {
    call.id().map(CartReservationId::new)
}

/// Until when the units are to be reserved, if the body says so.
fn until(call: &RequestContext, form: &Form, errors: &mut FieldErrors) -> Option<Until> {
    match (form.int("expires_in"), form.time("expires_at", call.zone())) {
        (Some(seconds), None) => Some(Until::In(seconds)),
        (None, at) => at.map(Until::At),
        (Some(_), Some(_)) => {
            errors.add("expires_in", "Send either expires_in or expires_at, not both.");
            None
        }
    }
}
