//! Creating an order through Onhand's own API, and what every entry point has in common: how lines are read, how they
//! are rejected.

use axum::http::StatusCode;
use onhand_core::commands::{NewLine, ORDER_LINES_MAX, PlaceOrder, ProductRef};
use onhand_core::{
    ChannelId, Command, OrderStatus, ProductId, QUANTITY_MAX, Quantity, Rejection, SKU_CHARS_MAX, StockListId,
};

use super::{answer, outgoing};
use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::services::list_sourcing::{self, NoLists};
use crate::services::orders;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::{self, Field};
use crate::wire::form::{self, Form, Mode};
use crate::wire::json::{ApiResponse, Object};

/// What a line of a new order says besides the fields that are carried through.
const LINE_READ: &[Field] = &[
    Field::pk("product", "The product. This or product_sku.").alternative(),
    Field::text("product_sku", SKU_CHARS_MAX, "The product's SKU. This or product.").alternative().exact(),
    Field::pk("stock_list", "The list whose stock is reserved. Without it, the catalog of the order chooses one.")
        .nullable(),
    Field::int("quantity", 1, QUANTITY_MAX, "How many units. Default 1."),
    Field::status("status", "Default: the order's."),
    Field::decimal("price", "Price of one unit.").nullable(),
    Field::object("extra_field", "Free data."),
    Field::object("attributes", "Free attributes."),
];

/// Fields of a line that no rule reads; they are stored and shown as they came.
pub(in crate::api::orders) const LINE_CARRIED: &[Field] = &[
    Field::any("price_currency", "Carried through."),
    Field::any("price_list", "Carried through."),
    Field::any("tax_rate", "Carried through."),
    Field::any("retail_price", "Carried through."),
    Field::any("discount_amount", "Carried through."),
    Field::any("attributes_kwargs", "Carried through."),
    Field::any("tracking_number", "Carried through."),
    Field::any("shipping_company", "Carried through."),
    Field::any("carrier_shipping_code", "Carried through."),
    Field::any("parent", "Carried through."),
    Field::any("delivered_date", "Carried through."),
    Field::any("estimated_delivery_date", "Carried through."),
];

/// A line of a new order.
const LINE: &[Field; LINE_READ.len() + LINE_CARRIED.len()] = &field::joined(LINE_READ, LINE_CARRIED);

/// Where the order goes; every entry point has these.
pub(in crate::api::orders) const LATITUDE: Field = Field::number(
    "latitude",
    90,
    "Degrees, north positive. With longitude, where the order goes, if its shipping_address does not say that.",
)
.nullable();
pub(in crate::api::orders) const LONGITUDE: Field =
    Field::number("longitude", 180, "Degrees, east positive.").nullable();
/// Whether the customer fetches the order.
pub(in crate::api::orders) const CLICK_AND_COLLECT: Field = Field::bool(
    "click_and_collect",
    "Whether the customer fetches it: a list is then chosen of the stores where that is possible. Default false.",
);

/// What a new order says besides the fields that are carried through.
const READ: &[Field] = &[
    Field::text("number", 128, "Unique per channel.").required(),
    Field::pk("channel", "The channel that sold it; absent for the API itself.").nullable(),
    Field::blank("currency", 8, "ISO code, lower case as the vendor writes it."),
    Field::status("status", "Default 400 (approved)."),
    Field::bool("is_send", "Whether the ERP has taken it. Default false."),
    Field::time(
        "date_placed",
        "When the customer ordered; arrival when absent. Without an offset: of the installation's zone, or else UTC.",
    ),
    Field::object("extra_field", "Free data."),
    Field::pk(
        "catalog",
        "The catalog whose sourcing rule chooses the list of every line that names none. Default: the channel's.",
    )
    .nullable(),
    Field::rows("order_items", LINE, ORDER_LINES_MAX, "The lines. All are reserved, or none.").required(),
];

/// Fields of an order that no rule of an order reads; they are stored and shown as they came.
pub(in crate::api::orders) const CARRIED: &[Field] = &[
    LATITUDE,
    LONGITUDE,
    CLICK_AND_COLLECT,
    Field::any("customer", "Carried through."),
    Field::any("shipping_address", "Carried through."),
    Field::any("billing_address", "Carried through."),
    Field::any("amount", "Carried through."),
    Field::any("shipping_amount", "Carried through."),
    Field::any("discount_amount", "Carried through."),
    Field::any("cargo_company", "Carried through."),
    Field::any("payment_option", "Carried through."),
    Field::any("delivery_type", "Carried through."),
    Field::any("tracking_number", "Carried through."),
    Field::any("invoice_number", "Carried through."),
    Field::any("invoice_date", "Carried through."),
    Field::any("notes", "Carried through."),
    Field::any("has_gift_box", "Carried through."),
    Field::any("gift_box_note", "Carried through."),
    Field::any("external_status", "Carried through."),
    Field::any("client_type", "Carried through."),
    Field::any("language_code", "Carried through."),
    Field::any("shipping_option_slug", "Carried through."),
];

/// The body of a new order.
pub const FIELDS: &[Field] = &field::joined::<{ READ.len() + CARRIED.len() }>(READ, CARRIED);

/// The same where neither a catalog nor a channel is named, so that every line has to name its list.
const FIELDS_OF_NAMED: [Field; FIELDS.len()] = replacing(FIELDS, "order_items", Replacement::Lines(&LINE_OF_NAMED));
const LINE_OF_NAMED: [Field; LINE.len()] = replacing(LINE, "stock_list", Replacement::Required);

/// What a field is replaced by.
#[derive(Clone, Copy)]
enum Replacement {
    /// Itself, asked for.
    Required,
    /// Other lines.
    Lines(&'static [Field]),
}

/// A table of fields with one of them replaced.
const fn replacing<const COUNT: usize>(fields: &[Field], name: &str, by: Replacement) -> [Field; COUNT] {
    let mut all = [fields[0]; COUNT];
    let mut at = 0;
    while at < COUNT {
        all[at] = match by {
            _ if !is_same(fields[at].name, name) => fields[at],
            Replacement::Required => fields[at].required(),
            Replacement::Lines(lines) => Field::rows("order_items", lines, ORDER_LINES_MAX, fields[at].help).required(),
        };
        at += 1;
    }
    all
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// `POST orders/`.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let value = call.value().await?;
    let body = form::expect_object(&value)?;
    let has = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    let fields = if has("catalog") || has("channel") { FIELDS } else { &FIELDS_OF_NAMED };
    let form = call.read(fields, Mode::Whole, body).map_err(Error::Fields)?;
    let status = form.status("status").unwrap_or(OrderStatus::Approved);
    let mut errors = not_cancelled(status);
    errors.extend(half_a_point(&form));
    let (catalog, channel) = (form.int("catalog"), form.int("channel").map(ChannelId::new));
    let has_catalog = catalog.is_some() || channel.is_some();
    let read = |row: &Form| match line(row, status, names(LINE_CARRIED))? {
        line if line.list.is_none() && !has_catalog => Err(FieldErrors::one("stock_list", NO_LIST)),
        line => Ok(line),
    };
    let lines = lines(form.rows("order_items"), read).unwrap_or_else(|rows| {
        errors.nest("order_items", rows);
        Vec::new()
    });
    errors.into_result()?;
    let via = outgoing::via(&call).await?;
    let mut command = PlaceOrder {
        number: form.string("number").unwrap_or_default(),
        channel,
        currency: form.string("currency").unwrap_or_default(),
        status,
        is_send: form.bool("is_send").unwrap_or(false),
        date_placed: form.time("date_placed", call.zone()),
        extra_field: form.string("extra_field").unwrap_or_else(empty),
        details: details(&form, std::iter::once("catalog").chain(names(CARRIED))),
        sourcing: None,
        via,
        lines,
    };
    if command.lines.iter().any(|line| line.list.is_none()) {
        choose_lists(&call, catalog, &mut command).await?;
    }
    let count = command.lines.len();
    let answer = answer(StatusCode::CREATED);
    let submitted = call.app.submit_once(&call.requester(), Command::PlaceOrder(command), call.record(&answer)).await;
    let waited = outgoing::waited(&call, submitted).await;
    context::reply(waited, answer, |rejection| refuse(rejection, "order_items", count))
}

/// What is said of a line without a list where no catalog is named, either.
const NO_LIST: &str = "This field is required, unless the order names a catalog or a channel that chooses the list.";

/// Lets the catalog that the order names, or that of its channel, choose lists.
async fn choose_lists(call: &RequestContext, catalog: Option<i64>, order: &mut PlaceOrder) -> Result<(), Error> {
    let catalog = match (catalog, order.channel) {
        (None, Some(channel)) => orders::catalog_of(&call.app, channel).await?,
        (named, _) => named,
    };
    let Some(catalog) = catalog else {
        return Err(Error::field(
            "catalog",
            "The channel has no catalog: send a catalog, or a stock_list with every line.",
        ));
    };
    match list_sourcing::prepare(&call.app, catalog, order).await? {
        Ok(()) => Ok(()),
        Err(NoLists::UnknownCatalog) => Err(Error::field("catalog", form::unknown_pk(catalog))),
        Err(NoLists::NoCandidate) => Err(Error::field("catalog", NO_CANDIDATE)),
    }
}

/// What is said of a catalog that cannot choose.
pub(in crate::api::orders) const NO_CANDIDATE: &str =
    "The catalog has no stock list that its sourcing rule could choose: send a stock_list with every line.";

/// A point has both coordinates.
pub(in crate::api::orders) fn half_a_point(form: &Form) -> FieldErrors {
    match (form.text("latitude"), form.text("longitude")) {
        (Some(_), None) => FieldErrors::one("longitude", "This field is required with latitude."),
        (None, Some(_)) => FieldErrors::one("latitude", "This field is required with longitude."),
        _ => FieldErrors::default(),
    }
}

pub(in crate::api::orders) fn empty() -> String {
    "{}".to_owned()
}

/// An order that begins as a cancelled one reserves nothing and makes no sense.
pub(in crate::api::orders) fn not_cancelled(status: OrderStatus) -> FieldErrors {
    match status {
        OrderStatus::Cancelled => FieldErrors::one("status", "An order cannot start cancelled."),
        _ => FieldErrors::default(),
    }
}

/// The lines of an order, or the faults of each.
pub(in crate::api::orders) fn lines(
    rows: &[Form],
    read: impl Fn(&Form) -> Result<NewLine, FieldErrors>,
) -> Result<Vec<NewLine>, Vec<FieldErrors>> {
    let read: Vec<_> = rows.iter().map(read).collect();
    if read.iter().all(Result::is_ok) {
        return Ok(read.into_iter().flatten().collect());
    }
    Err(read.into_iter().map(|row| row.err().unwrap_or_default()).collect())
}

/// The names of some fields.
pub(in crate::api::orders) fn names(fields: &'static [Field]) -> impl Iterator<Item = &'static str> {
    fields.iter().map(|field| field.name)
}

/// One line, which may leave its state to the order. `carried` are the fields that no rule reads.
pub(in crate::api::orders) fn line(
    form: &Form,
    order_status: OrderStatus,
    carried: impl Iterator<Item = &'static str>,
) -> Result<NewLine, FieldErrors> {
    let status = form.status("status").unwrap_or(order_status);
    let product = match (form.int("product"), form.string("product_sku")) {
        (Some(id), None) => Ok(ProductRef::Id(ProductId::new(id))),
        (None, Some(sku)) => Ok(ProductRef::Sku(sku)),
        (None, None) => Err("Send product or product_sku."),
        (Some(_), Some(_)) => Err("Send either product or product_sku, not both."),
    };
    let product = product.map_err(|text| FieldErrors::one("product", text))?;
    if status == OrderStatus::Cancelled && order_status != OrderStatus::Cancelled {
        return Err(FieldErrors::one("status", "An order item cannot start cancelled."));
    }
    Ok(NewLine {
        product,
        list: form.int("stock_list").map(StockListId::new),
        quantity: form.int("quantity").and_then(Quantity::new).unwrap_or(Quantity::ONE),
        status,
        price: form.string("price"),
        extra_field: form.string("extra_field").unwrap_or_else(empty),
        attributes: form.string("attributes").unwrap_or_else(empty),
        details: details(form, carried),
    })
}

/// The fields that are carried through, as one JSON object.
pub(in crate::api::orders) fn details(form: &Form, names: impl Iterator<Item = &'static str>) -> String {
    let mut out = String::new();
    let mut object = Object::open(&mut out);
    for name in names.filter(|name| form.has(name)) {
        object = match name {
            // Numbers with a fraction are texts in a form, and numbers for clients.
            "latitude" | "longitude" => object.raw(name, form.text(name).unwrap_or("null")),
            _ => object.raw(name, &form.json(name)),
        };
    }
    object.close();
    out
}

/// Says no; the lines came in this field.
pub(in crate::api::orders) fn refuse(rejection: Rejection, field: &str, lines: usize) -> Error {
    match rejection {
        Rejection::Rows(faults) => {
            let mut errors = FieldErrors::default();
            // The list's id was checked for its form only; which line names it matters to the client.
            errors.nest(field, error_mapping::rows(&faults, lines));
            Error::Fields(errors)
        }
        other => error_mapping::error(other),
    }
}
