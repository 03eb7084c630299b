//! Transfers (contract 13.4): lines of packages that are brought from another location.

use std::collections::HashMap;
use std::sync::Arc;

use onhand_core::fulfilment::{Reason, Transfer, TransferCommand, TransferItem};
use onhand_core::{FulfilmentOutcome, OrderId, Outcome, PackageItemId, StockLocationId, TransferId, TransferItemId};
use onhand_store::Tx;
use onhand_store::tables::{orders, stock_locations, transfers};

use super::{state_objects, transitions};
use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::services::fulfilment::{self, TransferTransition};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// The body of a command.
pub const COMMAND: &[Field] = &[
    Field::int("transition", 1, TransferCommand::WORDS.len() as i64, "The command's number. This or slug.")
        .alternative(),
    Field::choice("slug", TransferCommand::WORDS, "The command. This or transition.").alternative(),
    Field::units(
        "items",
        "For not-found: the transfer items that are not there. All of them when absent. An id, or an object with id and \
         quantity, for some of the units of one: then the transfer goes on with the others.",
    ),
    Field::choice("reason", Reason::WORDS, "For not-found: why. Default out_of_stock."),
];

/// A line of a transfer.
const ITEM: ResponseSchema = response_schema!("TransferItem" {
    id: Int,
    order_item: Int,
    package_item: Int,
    product_sku: Text,
    quantity: Int,
    state: Object,
});

/// A transfer with its lines.
pub const VIEW: ResponseSchema = response_schema!("TransferOrder" {
    id: Int,
    number: Text,
    state: Object,
    order: Object,
    package: Object,
    source: Object,
    destination: Object,
    created_date: Time,
    modified_date: Time,
    extra_information: Object,
    commands: List(&transitions::VIEW),
    transfer_items: List(&ITEM),
});

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("number", "number", Kind::Text),
    Filter::new("order", "order_id", Kind::Int),
    Filter::only("order__number", transfers::ORDER_NUMBER, Kind::Text),
    Filter::only("order__channel", transfers::ORDER_CHANNEL, Kind::Int),
    Filter::only("order__date_placed", transfers::ORDER_PLACED, Kind::Time),
    Filter::new("package", "package_id", Kind::Int),
    Filter::only("package_number", transfers::PACKAGE_NUMBER, Kind::Text),
    Filter::only("product_sku", transfers::WITH_SKU, Kind::Linked),
    Filter::new("source", "source_id", Kind::Int),
    Filter::only("source__erp_code", transfers::SOURCE, Kind::Text),
    Filter::new("destination", "destination_id", Kind::Int),
    Filter::only("destination__erp_code", transfers::DESTINATION, Kind::Text),
    Filter::new("state__enum_value", "state", Kind::Int),
    Filter::only("state", "state + 3000", Kind::Int),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// Names and codes of locations, and numbers of orders.
#[derive(Default)]
struct Names {
    locations: HashMap<StockLocationId, (String, String)>,
    orders: HashMap<OrderId, String>,
}

impl Names {
    async fn load(tx: &mut Tx<'_>, found: &[Transfer]) -> Result<Self, onhand_store::Error> {
        let mut names = Self { locations: stock_locations::names(tx).await?.into_iter().collect(), ..Self::default() };
        for transfer in found {
            if let Some(order) = orders::by_id(tx, transfer.order).await? {
                names.orders.insert(order.id, order.number);
            }
        }
        Ok(names)
    }

    fn location(&self, id: StockLocationId) -> String {
        let (name, code) = self.locations.get(&id).map_or(("", ""), |(name, code)| (name, code));
        state_objects::object(|out| {
            Object::open(out).int("id", id.get()).text("name", name).text("erp_code", code).close();
        })
    }
}

fn write(out: &mut String, transfer: &Transfer, lines: &[TransferItem], names: &Names) {
    let allowed: Vec<_> = TransferCommand::allowed(transfer.state).collect();
    let number = names.orders.get(&transfer.order).map_or("", String::as_str);
    // A transfer's number begins with its package's.
    let package = transfer.number.rsplit_once("-T").map_or("", |(package, _)| package);
    let numbered = |id: i64, number: &str| {
        state_objects::object(|out| Object::open(out).int("id", id).text("number", number).close())
    };
    Object::open(out)
        .int("id", transfer.id.get())
        .text("number", &transfer.number)
        .raw("state", &state_objects::object(state_objects::transfer(state_objects::TRANSFER, transfer.state)))
        .raw("order", &numbered(transfer.order.get(), number))
        .raw("package", &numbered(transfer.package.get(), package))
        .raw("source", &names.location(transfer.source))
        .raw("destination", &names.location(transfer.destination))
        .time("created_date", transfer.created_at)
        .time("modified_date", transfer.modified_at)
        .raw("extra_information", "{}")
        .list("commands", &allowed, |out, command| transitions::write(out, *command as usize + 1, command.slug()))
        .list("transfer_items", lines, write_item)
        .close();
}

fn write_item(out: &mut String, line: &TransferItem) {
    Object::open(out)
        .int("id", line.id.get())
        .int("order_item", line.item.get())
        .int("package_item", PackageItemId::get(line.package_item))
        .text("product_sku", &line.sku)
        .int("quantity", line.quantity.units())
        .raw("state", &state_objects::object(state_objects::transfer(state_objects::TRANSFER_ITEM, line.state)))
        .close();
}

type Whole = (Transfer, Vec<TransferItem>);

async fn with_lines(tx: &mut Tx<'_>, found: Vec<Transfer>) -> Result<Vec<Whole>, onhand_store::Error> {
    let orders: std::collections::BTreeSet<OrderId> = found.iter().map(|transfer| transfer.order).collect();
    let lines = transfers::items_of_orders(tx, orders).await?;
    let of = |transfer: Transfer| {
        let own = lines.iter().filter(|line| line.transfer == transfer.id).cloned().collect();
        (transfer, own)
    };
    Ok(found.into_iter().map(of).collect())
}

/// Transfers as they are shown, each with its number; those that are not there are left out.
pub(crate) async fn written(
    tx: &mut Tx<'_>,
    ids: &[TransferId],
) -> Result<Vec<(Transfer, String)>, onhand_store::Error> {
    let found = transfers::by_ids(tx, ids.iter().copied()).await?;
    let names = Names::load(tx, &found).await?;
    let text = |transfer: &Transfer, lines: &[TransferItem]| {
        let mut out = String::new();
        write(&mut out, transfer, lines, &names);
        out
    };
    let whole = with_lines(tx, found).await?;
    Ok(whole.into_iter().map(|(transfer, lines)| (transfer.clone(), text(&transfer, &lines))).collect())
}

/// `GET oms/transfer_orders/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let listing = query.listing.clone();
    let (page, names) = call
        .app
        .store
        .read("transfers.page", async move |tx| {
            let page = transfers::page(tx, &listing).await?;
            let names = Names::load(tx, &page.rows).await?;
            Ok((page.with(with_lines(tx, page.rows.clone()).await?), names))
        })
        .await?;
    call.page(&query, &page, |out, (transfer, lines)| write(out, transfer, lines, &names))
}

async fn found(call: &RequestContext, id: TransferId) -> Result<(Whole, Names), Error> {
    let found = call.app.store.read_inline("transfers.by_id", async move |tx| {
        let found = transfers::by_ids(tx, [id]).await?;
        let names = Names::load(tx, &found).await?;
        Ok((with_lines(tx, found).await?.pop(), names))
    });
    let (whole, names) = found.await?;
    Ok((whole.ok_or_else(Error::not_found)?, names))
}

/// `GET oms/transfer_orders/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let ((transfer, lines), names) = found(&call, TransferId::new(call.id()?)).await?;
    Ok(ApiResponse::written(|out| write(out, &transfer, &lines, &names)))
}

/// `POST oms/transfer_orders/{id}/command/`.
pub async fn run(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = TransferId::new(call.id()?);
    let form = call.form(COMMAND, Mode::Partial).await?;
    let command = TransferCommand::ALL[transitions::chosen(&form, TransferCommand::WORDS)?];
    let ((before, _), names) = found(&call, id).await?;
    let (items, reason) = transitions::not_found(&form, TransferItemId::new);
    let transition = TransferTransition { command, items, reason };
    let names = Arc::new(names);
    let answer = move |outcome: &Outcome| {
        ApiResponse::written(|out| {
            if let Outcome::Fulfilment(FulfilmentOutcome::TransferRun(transfer, lines)) = outcome {
                write(out, transfer, lines, &names);
            }
        })
    };
    let (what, record) = ((&before, transition), call.record(&answer));
    let submitted = fulfilment::transition_transfer(&call.app, &call.requester(), what, record).await;
    context::reply(submitted, answer, error_mapping::error)
}
