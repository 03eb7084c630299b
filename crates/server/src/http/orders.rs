//! Orders (contract 7): placing through the own door, listing, following, marking as taken, cancelling.

use axum::http::StatusCode;
use onhand_core::command::{CancelItems, EditOrder, NewLine, ORDER_LINES_MAX, PlaceOrder, ProductRef};
use onhand_core::refusal::RowFault;
use onhand_core::{
    ChannelId, Command, Order, OrderId, OrderItem, OrderItemId, OrderStatus, Outcome, ProductId, QUANTITY_MAX,
    Quantity, Refusal, SKU_CHARS_MAX, StockListId,
};
use onhand_store::{Tx, order_items, orders};

use super::call::Call;
use super::order_items::{ITEM, write_item};
use super::refusals;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Form, Mode};
use crate::wire::json::{Object, Reply};
use crate::wire::view::{Shape, View, property};

/// A line of a new order.
pub const LINE: &[Field] = &[
    Field::pk("product", "The product. This or product_sku.").alternative(),
    Field::text("product_sku", SKU_CHARS_MAX, "The product's SKU. This or product.").alternative(),
    Field::pk("stock_list", "The list whose stock is held.").required(),
    Field::int("quantity", 1, QUANTITY_MAX, "How many units. Default 1."),
    Field::status("status", "Default: the order's."),
    Field::decimal("price", "Price of one unit.").nullable(),
    Field::object("extra_field", "Free data."),
    Field::object("attributes", "Free attributes."),
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

/// Fields of a line that no rule reads; they are stored and shown as they came.
const LINE_DETAILS: &[&str] = &[
    "price_currency",
    "price_list",
    "tax_rate",
    "retail_price",
    "discount_amount",
    "attributes_kwargs",
    "tracking_number",
    "shipping_company",
    "carrier_shipping_code",
    "parent",
    "delivered_date",
    "estimated_delivery_date",
];

/// The body of a new order.
pub const FIELDS: &[Field] = &[
    Field::text("number", 128, "Unique per channel.").required(),
    Field::pk("channel", "The channel that sold it; absent for the own door.").nullable(),
    Field::blank("currency", 8, "ISO code, lower case as the vendor writes it."),
    Field::status("status", "Default 400 (approved)."),
    Field::bool("is_send", "Whether the ERP has taken it. Default false."),
    Field::time("date_placed", "When the customer ordered; arrival when absent."),
    Field::object("extra_field", "Free data."),
    Field::rows("order_items", LINE, ORDER_LINES_MAX, "The lines. All are held, or none.").required(),
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

/// Fields of an order that no rule reads.
const DETAILS: &[&str] = &[
    "customer",
    "shipping_address",
    "billing_address",
    "amount",
    "shipping_amount",
    "discount_amount",
    "cargo_company",
    "payment_option",
    "delivery_type",
    "tracking_number",
    "invoice_number",
    "invoice_date",
    "notes",
    "has_gift_box",
    "gift_box_note",
    "external_status",
    "client_type",
    "language_code",
    "shipping_option_slug",
];

/// The body of an edit: nothing else can be changed here (contract 7.1).
pub const EDIT: &[Field] = &[Field::bool("is_send", "Whether the ERP has taken the order. Releases nothing.")];

/// The body of a cancellation (contract 7.4).
pub const CANCEL: &[Field] = &[
    Field::pk("order", "The order; if sent, it must be the one in the path."),
    Field::bool("is_all", "Whether the whole order is cancelled. Default false."),
    Field::pks("cancel_items", "The lines to cancel, as a list of ids or an object whose keys are the ids."),
    Field::any("reasons", "Order item id to reason id. Stored by the caller's system."),
    Field::any("forced_refund_amount", "Carried by the vendor's clients; not used."),
    Field::any("is_cargo_refund", "Carried by the vendor's clients; not used."),
    Field::any("refund_invoice_number", "Carried by the vendor's clients; not used."),
    Field::any("ibans", "Carried by the vendor's clients; not used and not stored."),
    Field::any("holder_names", "Carried by the vendor's clients; not used and not stored."),
];

/// An order with its lines.
pub const VIEW: View = View {
    name: "Order",
    properties: &[
        property("pk", Shape::Int),
        property("id", Shape::Int),
        property("number", Shape::Text),
        property("channel", Shape::IntOrNull),
        property("status", Shape::Text),
        property("is_send", Shape::Bool),
        property("currency", Shape::Text),
        property("date_placed", Shape::Time),
        property("extra_field", Shape::Object),
        property("created_date", Shape::Time),
        property("modified_date", Shape::Time),
        property("order_items", Shape::List(&ITEM)),
    ],
    open: true,
};

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("number", "number", Kind::Text),
    Filter::new("channel", "channel_id", Kind::Int),
    Filter::new("status", "status", Kind::Status),
    Filter::new("is_send", "is_send", Kind::Bool),
    Filter::new("date_placed", "date_placed", Kind::Time),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

fn write(out: &mut String, order: &Order, items: &[OrderItem]) {
    Object::open(out)
        .int("pk", order.id.get())
        .int("id", order.id.get())
        .text("number", &order.number)
        .int_or_null("channel", order.channel.map(ChannelId::get))
        .text("status", &order.status.code().to_string())
        .bool("is_send", order.is_send)
        .text("currency", &order.currency)
        .time("date_placed", order.date_placed)
        .raw("extra_field", &order.extra_field)
        .time("created_date", order.created_at)
        .time("modified_date", order.modified_at)
        .list("order_items", items, write_item)
        .merge(&order.details)
        .close();
}

fn answer(status: StatusCode) -> impl Fn(&Outcome) -> Reply + Send + Sync + Clone + 'static {
    move |outcome| {
        let mut body = String::with_capacity(1_024);
        if let Outcome::OrderPlaced(order, items)
        | Outcome::ItemsCancelled(order, items)
        | Outcome::OrderEdited(order, items) = outcome
        {
            write(&mut body, order, items);
        }
        Reply::text(status, body)
    }
}

/// `GET orders/`. A channel sees its own orders only.
pub async fn list(call: Call) -> Result<Reply, Error> {
    let mut query = call.listing(FILTERS)?;
    call.narrow(&mut query, "channel_id");
    let listing = query.listing.clone();
    let (page, items) = call
        .app
        .store
        .read("orders.page", async move |tx| {
            let page = orders::page(tx, &listing).await?;
            let ids: Vec<OrderId> = page.rows.iter().map(|order| order.id).collect();
            Ok((page, order_items::of_orders(tx, &ids).await?))
        })
        .await?;
    // Lines come order by order, in the order of the orders.
    call.page(&query, &page, |out, order| {
        let start = items.iter().position(|item| item.order == order.id).unwrap_or(0);
        let count = items[start..].iter().take_while(|item| item.order == order.id).count();
        write(out, order, &items[start..start + count]);
    })
}

/// `GET orders/{id}/`.
pub async fn show(call: Call) -> Result<Reply, Error> {
    let id = OrderId::new(call.id()?);
    let found = call.app.store.glance("orders.by_id", async move |tx| whole(tx, id).await).await?;
    reply(&call, found)
}

/// `GET order_number/{number}/`: the order with this number; the oldest, where several channels have it.
pub async fn by_number(call: Call) -> Result<Reply, Error> {
    let number = call.parameter(0).to_owned();
    let channel = call.channel;
    let found = call
        .app
        .store
        .glance("orders.by_number", async move |tx| {
            let orders = orders::by_number(tx, &number).await?;
            let visible = |order: &&Order| channel.is_none() || order.channel == channel;
            match orders.iter().find(visible) {
                Some(order) => whole(tx, order.id).await,
                None => Ok(None),
            }
        })
        .await?;
    reply(&call, found)
}

type Whole = Option<(Order, Vec<OrderItem>)>;

async fn whole(tx: &mut Tx<'_>, id: OrderId) -> Result<Whole, onhand_store::Error> {
    let Some(order) = orders::by_id(tx, id).await? else { return Ok(None) };
    Ok(Some((order, order_items::of_orders(tx, &[id]).await?)))
}

/// Foreign orders do not exist for a channel.
fn reply(call: &Call, found: Whole) -> Result<Reply, Error> {
    let visible = |order: &Order| call.channel.is_none() || order.channel == call.channel;
    let (order, items) = found.filter(|(order, _)| visible(order)).ok_or_else(Error::not_found)?;
    let mut body = String::with_capacity(1_024);
    write(&mut body, &order, &items);
    Ok(Reply::ok(body))
}

/// `POST orders/`.
pub async fn create(call: Call) -> Result<Reply, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    let channel = channel(&call, &form)?;
    let status = form.status("status").unwrap_or(OrderStatus::Approved);
    let lines = lines(&form, status)?;
    let command = PlaceOrder {
        number: form.string("number").unwrap_or_default(),
        channel,
        currency: form.string("currency").unwrap_or_default(),
        status,
        is_send: form.bool("is_send").unwrap_or(false),
        date_placed: form.time("date_placed"),
        extra_field: form.string("extra_field").unwrap_or_else(empty),
        details: details(&form, DETAILS),
        lines,
    };
    let count = command.lines.len();
    call.submit(Command::PlaceOrder(command), answer(StatusCode::CREATED), move |refusal| refuse(refusal, count)).await
}

fn empty() -> String {
    "{}".to_owned()
}

/// A channel sells for itself only.
fn channel(call: &Call, form: &Form) -> Result<Option<ChannelId>, Error> {
    let given = form.int("channel").map(ChannelId::new);
    match (call.channel, given) {
        (Some(own), Some(given)) if own != given => Err(Error::forbidden()),
        (Some(own), _) => Ok(Some(own)),
        (None, given) => Ok(given),
    }
}

fn lines(form: &Form, status: OrderStatus) -> Result<Vec<NewLine>, Error> {
    let mut errors = FieldErrors::default();
    if status == OrderStatus::Cancelled {
        errors.add("status", "An order cannot start cancelled.");
    }
    let read: Vec<_> = form.rows("order_items").iter().map(|row| line(row, status)).collect();
    if read.iter().any(Result::is_err) {
        let rows = read.iter().map(|row| row.as_ref().err().cloned().unwrap_or_default()).collect();
        errors.nest("order_items", rows);
    }
    errors.into_result()?;
    Ok(read.into_iter().flatten().collect())
}

fn line(form: &Form, order_status: OrderStatus) -> Result<NewLine, FieldErrors> {
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
        list: StockListId::new(form.int("stock_list").unwrap_or_default()),
        quantity: form.int("quantity").and_then(Quantity::new).unwrap_or(Quantity::ONE),
        status,
        price: form.string("price"),
        extra_field: form.string("extra_field").unwrap_or_else(empty),
        attributes: form.string("attributes").unwrap_or_else(empty),
        details: details(form, LINE_DETAILS),
    })
}

/// The fields that are carried through, as one JSON object.
fn details(form: &Form, names: &[&str]) -> String {
    let mut out = String::new();
    let mut object = Object::open(&mut out);
    for name in names.iter().filter(|name| form.has(name)) {
        object = object.raw(name, form.text(name).unwrap_or("null"));
    }
    object.close();
    out
}

fn refuse(refusal: Refusal, lines: usize) -> Error {
    match refusal {
        Refusal::Rows(faults) => {
            let mut errors = FieldErrors::default();
            // The list's id was checked for its form only; which line names it matters to the client.
            let faults: Vec<(usize, RowFault)> = faults;
            errors.nest("order_items", refusals::rows(&faults, lines));
            Error::Fields(errors)
        }
        other => refusals::error(other),
    }
}

/// `PATCH orders/{id}/`.
pub async fn update(call: Call) -> Result<Reply, Error> {
    let order = OrderId::new(call.id()?);
    let form = call.form(EDIT, Mode::Partial).await?;
    let command = Command::EditOrder(EditOrder { order, is_send: form.bool("is_send") });
    call.submit(command, answer(StatusCode::OK), refusals::error).await
}

/// `POST orders/{id}/cancel/`: the whole order or some lines; what is still held is given back.
pub async fn cancel(call: Call) -> Result<Reply, Error> {
    let order = OrderId::new(call.id()?);
    let form = call.form(CANCEL, Mode::Partial).await?;
    own(&call, order).await?;
    if form.int("order").is_some_and(|id| id != order.get()) {
        return Err(Error::field("order", "This is not the order in the path."));
    }
    let chosen = form.ids("cancel_items").unwrap_or_default();
    let all = form.bool("is_all").unwrap_or(false);
    let items = match (all, chosen.is_empty()) {
        (true, _) => None,
        (false, false) => Some(chosen.iter().copied().map(OrderItemId::new).collect()),
        (false, true) => {
            return Err(Error::field("cancel_items", "Name the items to cancel, or send is_all true."));
        }
    };
    call.submit(Command::CancelItems(CancelItems { order, items }), answer(StatusCode::OK), refusals::error).await
}

/// Foreign orders do not exist for a channel.
pub(super) async fn own(call: &Call, id: OrderId) -> Result<(), Error> {
    if call.channel.is_none() {
        return Ok(());
    }
    let order = call.app.store.glance("orders.by_id", async move |tx| orders::by_id(tx, id).await).await?;
    order.filter(|order| order.channel == call.channel).map(|_| ()).ok_or_else(Error::not_found)
}
