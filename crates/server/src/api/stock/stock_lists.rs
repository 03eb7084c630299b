//! Stock lists (contract 3).

use axum::http::StatusCode;
use onhand_core::{MoveRegistration, ReleaseMode, StockListId};
use onhand_store::tables::stock_lists::{self, StockListRow};

use crate::http::context::RequestContext;
use crate::resource::{self, Resource};
use crate::services::channels;
use crate::services::stock_lists::{self as lists, StockListEdit};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::view::{Shape, View, property};

const RELEASE_MODES: &[&str] = &["until_next_write", "immediate"];

const MOVES_SETTLE: &[&str] = &["acknowledged", "next_level"];

/// The body of a list.
pub const FIELDS: &[Field] = &[
    Field::text("name", 64, "Unique name.").required(),
    Field::blank("code", 64, "The list's id in the ERP. Unique; needed when is_auto_sync is sent as true.").nullable().exact(),
    Field::bool("is_auto_sync", "Whether the list follows the ERP by itself. Default true."),
    Field::choice(
        "release_mode",
        RELEASE_MODES,
        "What a release does: the quantity stays off sale until the next level (default), or is on sale at once.",
    ),
    Field::choice(
        "moves_settle",
        MOVES_SETTLE,
        "Until when moves to this list, and transfers from it, stay off sale: until the ERP has registered them (default), \
         or until the list's next level.",
    ),
    Field::bool(
        "is_item_code_unique",
        "Whether the ERP's code of an order item that is reserved here is no other item's. Default true.",
    ),
    Field::int(
        "snapshot_delay_seconds",
        0,
        86_400,
        "The age of levels that arrive without a snapshot_at.",
    ),
    Field::time_zone(
        "time_zone",
        "The zone of times without an offset that stock depends on, like Europe/Istanbul. The installation's when null.",
    )
    .nullable(),
];

/// A list.
pub const VIEW: View = View {
    name: "StockList",
    properties: &[
        property("pk", Shape::Int),
        property("name", Shape::Text),
        property("code", Shape::TextOrNull),
        property("is_auto_sync", Shape::Bool),
        property("modified_date", Shape::Time),
        property("created_date", Shape::Time),
        property("release_mode", Shape::Text),
        property("snapshot_delay_seconds", Shape::Int),
        property("time_zone", Shape::TextOrNull),
        property("moves_settle", Shape::Text),
        property("is_item_code_unique", Shape::Bool),
    ],
    open: false,
};

/// The filters of the list of lists.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("name", "name", Kind::Text),
    Filter::new("code", "COALESCE(code, '')", Kind::Text),
    Filter::new("is_auto_sync", "is_auto_sync", Kind::Bool),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// A list, as far as it is a record: it can be removed.
static RECORD: Resource =
    Resource::new(&stock_lists::KNOWN, ("stock_list", "stock_list/{id}"), "stock list", FIELDS, &VIEW, FILTERS);

pub(crate) fn write(out: &mut String, list: &StockListRow) {
    Object::open(out)
        .int("pk", list.id.get())
        .text("name", &list.name)
        .text_or_null("code", list.code.as_deref())
        .bool("is_auto_sync", list.is_auto_sync)
        .time("modified_date", list.modified_at)
        .time("created_date", list.created_at)
        .text("release_mode", stock_lists::release_mode_name(list.release_mode))
        .int("snapshot_delay_seconds", list.snapshot_delay_seconds)
        .text_or_null("time_zone", list.time_zone.as_deref())
        .text("moves_settle", stock_lists::moves_settle_name(list.moves_settle))
        .bool("is_item_code_unique", list.is_item_code_unique)
        .close();
}

fn reply(status: StatusCode, list: &StockListRow) -> ApiResponse {
    let mut body = String::new();
    write(&mut body, list);
    ApiResponse::text(status, body)
}

/// `GET stock_list/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut query = call.listing(FILTERS)?;
    query.listing.conditions.extend(channels::of_own_lists(&call.app, &call.requester(), "id").await?);
    let listing = query.listing.clone();
    let page = call.app.store.read("stock_lists.page", async move |tx| stock_lists::page(tx, &listing).await).await?;
    call.page(&query, &page, write)
}

/// `GET stock_list/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = StockListId::new(call.id()?);
    let found =
        call.app.store.read_inline("stock_lists.by_id", async move |tx| stock_lists::by_id(tx, id).await).await?;
    let list = found.ok_or_else(Error::not_found)?;
    if channels::owns_list(&call.app, &call.requester(), id).await? {
        Ok(reply(StatusCode::OK, &list))
    } else {
        Err(Error::not_found())
    }
}

/// `POST stock_list/`.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    Ok(reply(StatusCode::CREATED, &lists::create(&call.app, edit(&form)).await?))
}

/// `DELETE stock_list/{id}/`. One that has a stock, or that a catalog has, stays.
pub async fn remove(call: RequestContext) -> Result<ApiResponse, Error> {
    resource::remove(call, &RECORD).await
}

/// `PATCH stock_list/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = StockListId::new(call.id()?);
    let form = call.form(FIELDS, Mode::Partial).await?;
    Ok(reply(StatusCode::OK, &lists::update(&call.app, id, edit(&form)).await?))
}

fn edit(form: &Form) -> StockListEdit {
    StockListEdit {
        name: form.string("name"),
        code: form.has("code").then(|| form.string("code").filter(|code| !code.is_empty())),
        is_auto_sync: form.bool("is_auto_sync"),
        release_mode: form.text("release_mode").map(|word| match word {
            "immediate" => ReleaseMode::Immediate,
            _ => ReleaseMode::UntilNextWrite,
        }),
        moves_settle: form.text("moves_settle").map(|word| match word {
            "next_level" => MoveRegistration::NextLevel,
            _ => MoveRegistration::Acknowledged,
        }),
        is_item_code_unique: form.bool("is_item_code_unique"),
        snapshot_delay_seconds: form.int("snapshot_delay_seconds"),
        time_zone: form.has("time_zone").then(|| form.string("time_zone")),
    }
}
