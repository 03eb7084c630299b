//! Moves that the ERP has to hear of, and its word that it has: what it has not heard of stays off sale.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::commands::{FulfilmentCommand, RegisterMove, RegisterMoves};
use onhand_core::fulfilment::{MoveKind, MoveState, StockMove};
use onhand_core::rejection::MoveRejection;
use onhand_core::{
    Command, FulfilmentOutcome, OrderId, Outcome, Rejection, StockListId, StockLocationId, StockMoveId, TransferId,
};
use onhand_store::Tx;
use onhand_store::tables::{orders, stock_locations, stock_moves};
use serde_json::Value;

use crate::http::context::RequestContext;
use crate::http::error_mapping;
use crate::services::zones::Zones;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{self, Form, Mode};
use crate::wire::json::{self, ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};
use crate::zone::Twice;

/// The most moves that are registered at once.
pub const ROWS_MAX: usize = 500;
/// The words for what was moved.
const KINDS: &[&str] = &[MoveKind::OrderItem.word(), MoveKind::Transfer.word()];

/// The body of a registration.
pub const REGISTER: &[Field] = &[
    Field::text("code", 255, "The ERP's id of its booking.").required(),
    Field::time(
        "registered_at",
        "When the ERP booked the move; arrival when absent. Without an offset: in the time_zone of the list.",
    ),
];

/// One of many registrations.
pub const REGISTER_ROW: &[Field] = &[
    Field::pk("id", "The move.").required(),
    Field::text("code", 255, "The ERP's id of its booking.").required(),
    Field::time(
        "registered_at",
        "When the ERP booked the move; arrival when absent. Without an offset: in the time_zone of the list.",
    ),
];

/// A move.
pub const VIEW: ResponseSchema = response_schema!("StockMove" {
    id: Int,
    kind: Text,
    order: Int,
    order_number: Text,
    order_item: Int,
    transfer: IntOrNull,
    product_sku: Text,
    quantity: Int,
    from_stock_list: Int,
    to_stock_list: Int,
    from_stock_location: IntOrNull,
    to_stock_location: IntOrNull,
    is_registered: Bool,
    is_cancelled: Bool,
    code: TextOrNull,
    registered_at: TimeOrNull,
    created_date: Time,
    modified_date: Time,
});

/// The filters of the list. What need not be registered any more is neither registered nor not.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::only("is_registered", "state", Kind::Bool),
    Filter::only("is_cancelled", "CASE WHEN state = 2 THEN 1 ELSE 0 END", Kind::Bool),
    Filter::new("kind", "kind", Kind::Choice(KINDS)),
    Filter::new("order", "order_id", Kind::Int),
    Filter::only("order__number", stock_moves::ORDER_NUMBER, Kind::Text),
    Filter::new("order_item", "item_id", Kind::Int),
    Filter::new("transfer", "COALESCE(transfer_id, 0)", Kind::Int),
    Filter::new("product_sku", "sku", Kind::Text),
    Filter::new("from_stock_list", "from_list_id", Kind::Int),
    Filter::new("to_stock_list", "to_list_id", Kind::Int),
    Filter::new("code", "COALESCE(code, '')", Kind::Text),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// Locations of lists, and numbers of orders.
#[derive(Default)]
struct Names {
    locations: HashMap<StockListId, StockLocationId>,
    orders: HashMap<OrderId, String>,
}

impl Names {
    async fn load(tx: &mut Tx<'_>, found: &[StockMove]) -> Result<Self, onhand_store::Error> {
        let locations = stock_locations::all(tx).await?.into_iter().map(|location| (location.list, location.id));
        let mut names = Self { locations: locations.collect(), ..Self::default() };
        for one in found {
            if !names.orders.contains_key(&one.order)
                && let Some(order) = orders::by_id(tx, one.order).await?
            {
                names.orders.insert(order.id, order.number);
            }
        }
        Ok(names)
    }
}

fn write(out: &mut String, one: &StockMove, names: &Names) {
    let location = |list| names.locations.get(&list).map(|location| StockLocationId::get(*location));
    Object::open(out)
        .int("id", one.id.get())
        .text("kind", one.kind.word())
        .int("order", one.order.get())
        .text("order_number", names.orders.get(&one.order).map_or("", String::as_str))
        .int("order_item", one.item.get())
        .int_or_null("transfer", one.transfer.map(TransferId::get))
        .text("product_sku", &one.sku)
        .int("quantity", one.quantity.units())
        .int("from_stock_list", one.from_list.get())
        .int("to_stock_list", one.to_list.get())
        .int_or_null("from_stock_location", location(one.from_list))
        .int_or_null("to_stock_location", location(one.to_list))
        .bool("is_registered", one.state == MoveState::Registered)
        .bool("is_cancelled", one.state == MoveState::Cancelled)
        .text_or_null("code", one.code.as_deref())
        .time_or_null("registered_at", one.registered_at)
        .time("created_date", one.created_at)
        .time("modified_date", one.modified_at)
        .close();
}

/// `GET oms/moves/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let listing = query.listing.clone();
    let (page, names) = call
        .app
        .store
        .read("stock_moves.page", async move |tx| {
            let page = stock_moves::page(tx, &listing).await?;
            let names = Names::load(tx, &page.rows).await?;
            Ok((page, names))
        })
        .await?;
    call.page(&query, &page, |out, one| write(out, one, &names))
}

async fn found(call: &RequestContext, ids: Vec<StockMoveId>) -> Result<(Vec<StockMove>, Names), Error> {
    let found = call.app.store.read("stock_moves.by_id", async move |tx| {
        let found = stock_moves::by_ids(tx, &ids).await?;
        let names = Names::load(tx, &found).await?;
        Ok((found, names))
    });
    Ok(found.await?)
}

/// `GET oms/moves/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let (found, names) = found(&call, vec![StockMoveId::new(call.id()?)]).await?;
    let found = found.first().ok_or_else(Error::not_found)?;
    Ok(ApiResponse::written(|out| write(out, found, &names)))
}

/// `POST oms/moves/{id}/register/`: the ERP has booked a move.
pub async fn register(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = StockMoveId::new(call.id()?);
    let form = call.form(REGISTER, Mode::Whole).await?;
    let mut rows = rows(&call, &[(id, &form)]).await?;
    let row = rows.remove(0).map_err(Error::Fields)?;
    submit(&call, vec![row], false, |faults| match faults.into_iter().next() {
        Some((_, MoveRejection::AnotherCode { code })) => Error::Fields(another_code(&code)),
        Some((_, MoveRejection::Unknown(_))) | None => Error::not_found(),
    })
    .await
}

/// `POST oms/moves/register/`: the ERP has booked moves, all of these or none.
pub async fn register_many(call: RequestContext) -> Result<ApiResponse, Error> {
    let named = |form: &Form| StockMoveId::new(form.int("id").unwrap_or_default());
    match call.value().await? {
        Value::Array(values) => {
            let count = values.len();
            if count == 0 || count > ROWS_MAX {
                return Err(Error::field("non_field_errors", format!("Send 1 to {ROWS_MAX} rows.")));
            }
            let forms = call.read_rows(REGISTER_ROW, &values).map_err(Error::Rows)?;
            let read = rows(&call, &forms.iter().map(|form| (named(form), form)).collect::<Vec<_>>()).await?;
            if read.iter().any(Result::is_err) {
                return Err(Error::Rows(read.into_iter().map(|row| row.err().unwrap_or_default()).collect()));
            }
            let refuse = move |faults: Vec<(usize, MoveRejection)>| {
                let mut errors = vec![FieldErrors::default(); count];
                faults.iter().for_each(|(row, fault)| errors[*row].extend(error_mapping::stock_move(fault)));
                Error::Rows(errors)
            };
            submit(&call, read.into_iter().flatten().collect(), true, refuse).await
        }
        value => {
            let form = call.read(REGISTER_ROW, Mode::Whole, form::expect_object(&value)?).map_err(Error::Fields)?;
            let mut rows = rows(&call, &[(named(&form), &form)]).await?;
            let row = rows.remove(0).map_err(Error::Fields)?;
            submit(&call, vec![row], false, |faults| error_mapping::error(Rejection::Moves(faults))).await
        }
    }
}

/// What bodies say. A time without an offset is one of the list whose levels settle the move.
async fn rows(
    call: &RequestContext,
    named: &[(StockMoveId, &Form)],
) -> Result<Vec<Result<RegisterMove, FieldErrors>>, Error> {
    let local = named.iter().filter(|(_, form)| form.has_local_time("registered_at")).map(|(id, _)| *id);
    let local: Vec<StockMoveId> = local.collect();
    let (mut lists, mut zones) = (HashMap::new(), Zones::default());
    if !local.is_empty() {
        lists.extend(found(call, local).await?.0.iter().map(|one| (one.id, settled_by(one))));
        zones = call.app.zones(lists.values().copied().collect()).await?;
    }
    let now = call.app.clock.now();
    let read = |(id, form): &(StockMoveId, &Form)| {
        let zone = zones.of(lists.get(id).copied().unwrap_or(StockListId::new(0)));
        // Of two moments the later: what is taken for registered before a level that it came after would be sold again.
        let registered_at = form.past_time("registered_at", (zone, Twice::Later), now)?;
        Ok(RegisterMove { id: *id, code: form.string("code").unwrap_or_default(), registered_at })
    };
    Ok(named.iter().map(read).collect())
}

fn settled_by(one: &StockMove) -> StockListId {
    match one.kind {
        MoveKind::OrderItem => one.to_list,
        MoveKind::Transfer => one.from_list,
    }
}

fn another_code(code: &str) -> FieldErrors {
    error_mapping::stock_move(&MoveRejection::AnotherCode { code: code.to_owned() })
}

async fn submit(
    call: &RequestContext,
    rows: Vec<RegisterMove>,
    many: bool,
    refuse: impl Fn(Vec<(usize, MoveRejection)>) -> Error,
) -> Result<ApiResponse, Error> {
    let (_, names) = found(call, rows.iter().map(|row| row.id).collect()).await?;
    let names = Arc::new(names);
    let answer = move |outcome: &Outcome| {
        let mut body = String::with_capacity(512);
        if let Outcome::Fulfilment(FulfilmentOutcome::MovesRegistered(rows)) = outcome {
            match rows.as_slice() {
                [one] if !many => write(&mut body, one, &names),
                rows => json::push_list(&mut body, rows, |out, one| write(out, one, &names)),
            }
        }
        ApiResponse::text(StatusCode::OK, body)
    };
    let refuse = |rejection| match rejection {
        Rejection::Moves(faults) => refuse(faults),
        other => error_mapping::error(other),
    };
    call.submit(Command::Fulfilment(FulfilmentCommand::Register(RegisterMoves { rows })), answer, refuse).await
}
