//! Orders that a channel has sold (contract C8): its client's body, all lines reserved in one command.
//!
//! Promises: the answer is the last write to the order, so that the version a channel commits is the one it was told;
//! the same order sent again is answered with what was made of it the first time, and made once. Must not know how much
//! there is: what does not fit is the business of the channel's policy.

use axum::http::StatusCode;
use onhand_core::commands::{NewLine, ORDER_LINES_MAX, PlaceOrder, ProductRef};
use onhand_core::rejection::RowRejection;
use onhand_core::{
    ChannelId, Command, Order, OrderItem, OrderStatus, QUANTITY_MAX, Quantity, Rejection, SKU_CHARS_MAX, StockListId,
    as_ordered, channel_sync,
};
use onhand_store::Tx;
use onhand_store::channel_sync::actions;
use onhand_store::channel_sync::channel_scope::{self, ChannelScope};
use onhand_store::resource;
use onhand_store::tables::catalogs::CATALOGS;
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::integration_actions::Named;
use onhand_store::tables::products;
use serde_json::{Map, Value};

use super::create::{details, empty, line, lines, not_cancelled, refuse};
use super::{answer, numbered, reply_with};
use crate::api::directory::content_types;
use crate::http::context::RequestContext;
use crate::http::error_mapping;
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
        "The list whose stock is reserved, of the channel's catalog; the catalog's own list when null or absent.",
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

/// The attribute that says how many units a line stands for, where the channel names no other (contract R12).
const QUANTITY_ATTRIBUTE: &str = "quantity";

/// The most characters that a channel's name of an object may have; a longer one names no object.
const REMOTE_ID_CHARS_MAX: usize = 255;

/// What a channel's orders have in common.
struct Terms {
    channel: ChannelId,
    /// The list of its catalog.
    list: Option<StockListId>,
    /// The attribute that says how many units a line stands for.
    quantity_attribute: String,
}

/// `POST channel/{channel}/create_orders/`.
pub async fn create_sold(call: RequestContext) -> Result<ApiResponse, Error> {
    let terms = terms(&call).await?;
    let form = call.form(SOLD, Mode::Whole).await?;
    let command = command(&form, &terms, call.zone())?;
    let (count, sent) = (command.lines.len(), Sent::of(&command));
    let taken = match foreign(&call, terms.channel, &command).await? {
        Some(faults) => Err(Error::Fields(faults)),
        None => match call.decide(Command::PlaceOrder(command), answer(StatusCode::CREATED)).await? {
            Ok(reply) => Ok(reply),
            Err(Rejection::OrderNumberTaken) => Err(Error::Fields(number_taken())),
            Err(rejection) => return Err(refuse(rejection, "order_item", count)),
        },
    };
    let channel = Some(terms.channel);
    let found = numbered(&call, sent.number.clone(), move |order| order.channel == channel).await?;
    let Some((order, items)) = found.filter(|(order, items)| sent.is(order, items)) else { return taken };
    know(&call, terms.channel, &order, &items).await?;
    // The number was taken by this very order: its sender has lost the answer and gets it again, with the version of
    // then, since whatever has changed meanwhile is still to be told to the channel.
    taken.or_else(|_| Ok(reply_with(StatusCode::OK, &Order { modified_at: order.created_at, ..order }, &items)))
}

/// What of an order is not the channel's to sell: lists that are not its catalog's, and products that are neither in
/// the catalog nor were sent to the channel. They are as good as not there.
async fn foreign(
    call: &RequestContext,
    channel: ChannelId,
    command: &PlaceOrder,
) -> Result<Option<FieldErrors>, Error> {
    let lines: Vec<(ProductRef, StockListId)> =
        command.lines.iter().map(|line| (line.product.clone(), line.list)).collect();
    let count = lines.len();
    let body = async move |tx: &mut Tx<'_>| {
        let channel_scope = ChannelScope::of(tx, channel).await?;
        let lists = channel_scope.scopes(channel_sync::ObjectKind::Stock);
        let skus: Vec<&str> = lines.iter().filter_map(|(product, _)| sku(product)).collect();
        let named = products::keys_by_sku(tx, &skus).await?;
        let id = |product: &ProductRef| match product {
            ProductRef::Id(id) => Some(id.get()),
            ProductRef::Sku(sku) => named.iter().find(|one| one.sku == *sku).map(|one| one.id.get()),
        };
        let ids = lines.iter().filter_map(|(product, _)| id(product)).collect();
        let sold = channel_scope::sold(tx, &channel_scope, &ids).await?;
        let mut faults = Vec::new();
        for (row, (product, list)) in lines.iter().enumerate() {
            if !lists.contains(&list.get()) {
                faults.push((row, RowRejection::UnknownList(*list)));
            }
            if id(product).is_none_or(|id| !sold.contains(&id)) {
                faults.push((row, RowRejection::UnknownProduct(product.clone())));
            }
        }
        Ok(faults)
    };
    let faults = call.app.store.read("assortments.sold", body).await?;
    let mut errors = FieldErrors::default();
    errors.nest("order_item", error_mapping::rows(&faults, count));
    Ok((!faults.is_empty()).then_some(errors))
}

fn sku(product: &ProductRef) -> Option<&str> {
    match product {
        ProductRef::Sku(sku) => Some(sku),
        ProductRef::Id(_) => None,
    }
}

fn number_taken() -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.nest_one("order", FieldErrors::one("number", "order with this number already exists."));
    errors
}

/// The channel knows what it has sold. Its client says so too, in a batch; where that one fails, the channel would
/// never be told what becomes of the order.
async fn know(call: &RequestContext, channel: ChannelId, order: &Order, items: &[OrderItem]) -> Result<(), Error> {
    let lines = items.iter().map(|item| (content_types::ORDER_ITEM, item.id.get(), &item.extra_field, item.created_at));
    let whole = (content_types::ORDER, order.id.get(), &order.extra_field, order.created_at);
    let named = std::iter::once(whole).chain(lines).filter_map(|(kind, object, extra_field, version_at)| {
        Some(Named { kind, object, remote_id: remote_id(extra_field)?, version_at })
    });
    let (named, now): (Vec<Named>, _) = (named.collect(), call.app.clock.now());
    if named.is_empty() {
        return Ok(());
    }
    let body = async move |tx: &mut Tx<'_>| actions::know(tx, channel, &named, now).await;
    Ok(call.app.store.write("integration_actions.know", body).await?)
}

/// The channel's own id of an order or a line.
fn remote_id(extra_field: &str) -> Option<String> {
    let free: Value = serde_json::from_str(extra_field).ok()?;
    let text = match free.get("id")? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    ((1..=REMOTE_ID_CHARS_MAX).contains(&text.chars().count())).then_some(text)
}

async fn terms(call: &RequestContext) -> Result<Terms, Error> {
    let channel = call.channel.ok_or_else(Error::not_found)?;
    let body = async move |tx: &mut Tx<'_>| {
        let Some(own) = resource::by_id(tx, &CHANNELS, channel.get()).await? else { return Ok((None, None)) };
        let catalog = match own.int("catalog_id") {
            Some(id) => resource::by_id(tx, &CATALOGS, id).await?,
            None => None,
        };
        let list = catalog.and_then(|catalog| catalog.int("stock_list_id"));
        Ok((own.text("conf").map(str::to_owned), list))
    };
    let (conf, list) = call.app.store.read_inline("channels.terms", body).await?;
    let conf: Value = serde_json::from_str(conf.as_deref().unwrap_or_default()).unwrap_or_default();
    let attribute = conf["quantity_attribute"].as_str().unwrap_or(QUANTITY_ATTRIBUTE).to_owned();
    Ok(Terms { channel, list: list.map(StockListId::new), quantity_attribute: attribute })
}

/// The fields of a table that no rule reads.
fn carried(fields: &[Field], read: &[&str]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).filter(|name| !read.contains(name)).collect()
}

fn command(form: &Form, terms: &Terms, zone: Option<&Zone>) -> Result<PlaceOrder, Error> {
    let missing = || Error::Internal("a required object is missing".to_owned());
    let order = form.one("order").ok_or_else(missing)?;
    let number = order.string("number").unwrap_or_default();
    let status = order.status("status").unwrap_or(OrderStatus::Approved);
    let mut faults = not_cancelled(status);
    if order.int("channel").is_some_and(|channel| channel != terms.channel.get()) {
        faults.add("channel", "This is not the channel in the path.");
    }
    let carried_of_line = carried(LINE, LINE_READ);
    let read = |row: &Form| sold_line(row, line(row, status, &carried_of_line)?, &number, terms);
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
        details: details(order, &carried(ORDER, ORDER_READ)),
        number,
        lines,
    })
}

/// What a channel's line leaves to its channel: the list, the quantity, and the number that clients compare later.
fn sold_line(form: &Form, line: NewLine, number: &str, terms: &Terms) -> Result<NewLine, FieldErrors> {
    let list = form.int("stock_list").map(StockListId::new).or(terms.list).ok_or_else(|| {
        FieldErrors::one("stock_list", "The channel's catalog has no stock list of its own: name one of its lists.")
    })?;
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

/// What was sent, to be compared with what is stored under its number.
struct Sent {
    number: String,
    extra_field: Value,
    lines: Vec<(ProductRef, StockListId, Quantity)>,
}

impl Sent {
    fn of(order: &PlaceOrder) -> Self {
        Self {
            number: order.number.clone(),
            extra_field: serde_json::from_str(&order.extra_field).unwrap_or_default(),
            lines: order.lines.iter().map(|line| (line.product.clone(), line.list, line.quantity)).collect(),
        }
    }

    /// Whether a stored order is this one: of the same id at the channel (or the same free data, where that names no
    /// id), with the same lines.
    fn is(&self, order: &Order, items: &[OrderItem]) -> bool {
        let stored: Value = serde_json::from_str(&order.extra_field).unwrap_or_default();
        let same = match self.extra_field.get("id") {
            Some(id) => stored.get("id") == Some(id),
            None => stored == self.extra_field,
        };
        let items = as_ordered(items);
        let line = |(product, list, quantity): &(ProductRef, StockListId, Quantity),
                    (item, units): &(&OrderItem, i64)| {
            let product = match product {
                ProductRef::Id(id) => item.product == *id,
                ProductRef::Sku(sku) => item.sku == *sku,
            };
            product && item.list == *list && quantity.units() == *units
        };
        // Lines are stored in the order in which they came.
        same && items.len() == self.lines.len() && self.lines.iter().zip(&items).all(|(sent, item)| line(sent, item))
    }
}
