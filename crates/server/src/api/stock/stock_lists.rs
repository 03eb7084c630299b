//! Stock lists (contract 3).

use axum::http::StatusCode;
use onhand_core::{MoveRegistration, ReleaseMode, StockListId};
use onhand_store::tables::stock_lists::{self, StockListRow};
use onhand_store::{Error as StoreError, Tx};

use crate::api::channels::feeds;
use crate::http::context::RequestContext;
use crate::resource::{self, Resource};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::view::{Shape, View, property};

/// The body of a list.
pub const FIELDS: &[Field] = &[
    Field::text("name", 64, "Unique name.").required(),
    Field::blank("code", 64, "The list's id in the ERP. Unique; needed when is_auto_sync is sent as true.").nullable().exact(),
    Field::bool("is_auto_sync", "Whether the list follows the ERP by itself. Default true."),
    Field::choice(
        "release_mode",
        ReleaseMode::WORDS,
        "What a release does: the quantity stays off sale until the next level (default), or is on sale at once.",
    ),
    Field::choice(
        "moves_settle",
        MoveRegistration::WORDS,
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
        .text("release_mode", list.release_mode.word())
        .int("snapshot_delay_seconds", list.snapshot_delay_seconds)
        .text_or_null("time_zone", list.time_zone.as_deref())
        .text("moves_settle", list.moves_settle.word())
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
    query.listing.conditions.extend(feeds::of_own_lists(&call, "id").await?);
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
    if feeds::owns_list(&call, id).await? { Ok(reply(StatusCode::OK, &list)) } else { Err(Error::not_found()) }
}

/// `POST stock_list/`.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    let now = call.app.clock.now();
    let empty = StockListRow {
        id: StockListId::new(0),
        name: String::new(),
        code: None,
        is_auto_sync: true,
        release_mode: ReleaseMode::default(),
        moves_settle: MoveRegistration::default(),
        is_item_code_unique: true,
        snapshot_delay_seconds: 0,
        time_zone: None,
        created_at: now,
        modified_at: now,
    };
    let list = filled(empty, &form);
    check_auto_sync(&list, form.has("is_auto_sync") || call.app.config.strict_auto_sync)?;
    let stored = call
        .app
        .store
        .write("stock_lists.insert", async move |tx| {
            let clashes = clashes(tx, &list).await?;
            if !clashes.is_empty() {
                return Ok(Err(clashes));
            }
            Ok(Ok(stock_lists::insert(tx, &list).await?))
        })
        .await;
    Ok(reply(StatusCode::CREATED, &checked(stored)?))
}

/// `DELETE stock_list/{id}/`. One that has a stock, or that a catalog has, stays.
pub async fn remove(call: RequestContext) -> Result<ApiResponse, Error> {
    resource::remove(call, &RECORD).await
}

/// `PATCH stock_list/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = StockListId::new(call.id()?);
    let form = call.form(FIELDS, Mode::Partial).await?;
    let now = call.app.clock.now();
    let strict = call.app.config.strict_auto_sync;
    let stored = call
        .app
        .store
        .write("stock_lists.update", async move |tx| {
            let Some(before) = stock_lists::locked(tx, id).await? else { return Ok(Err(UpdateError::NotFound)) };
            let mut list = filled(before, &form);
            list.modified_at = now.later_than(list.modified_at);
            let says = form.has("is_auto_sync") || form.has("code") || strict;
            if let Err(refused) = check_auto_sync(&list, says) {
                return Ok(Err(UpdateError::Refused(refused)));
            }
            let clashes = clashes(tx, &list).await?;
            if !clashes.is_empty() {
                return Ok(Err(UpdateError::Clashes(clashes)));
            }
            stock_lists::update(tx, &list).await?;
            Ok(Ok(list))
        })
        .await;
    match stored {
        Ok(Err(UpdateError::NotFound)) => Err(Error::not_found()),
        Ok(Err(UpdateError::Refused(refused))) => Err(refused),
        Ok(Err(UpdateError::Clashes(errors))) => Err(Error::Fields(errors)),
        Ok(Ok(list)) => Ok(reply(StatusCode::OK, &list)),
        Err(fault) => checked(Err(fault)).map(|list| reply(StatusCode::OK, &list)),
    }
}

enum UpdateError {
    NotFound,
    Refused(Error),
    Clashes(FieldErrors),
}

fn filled(mut list: StockListRow, form: &Form) -> StockListRow {
    if let Some(name) = form.text("name") {
        name.clone_into(&mut list.name);
    }
    if form.has("code") {
        list.code = form.string("code").filter(|code| !code.is_empty());
    }
    list.is_auto_sync = form.bool("is_auto_sync").unwrap_or(list.is_auto_sync);
    list.release_mode = form.text("release_mode").and_then(ReleaseMode::from_word).unwrap_or(list.release_mode);
    list.moves_settle = form.text("moves_settle").and_then(MoveRegistration::from_word).unwrap_or(list.moves_settle);
    list.is_item_code_unique = form.bool("is_item_code_unique").unwrap_or(list.is_item_code_unique);
    list.snapshot_delay_seconds = form.int("snapshot_delay_seconds").unwrap_or(list.snapshot_delay_seconds);
    if form.has("time_zone") {
        list.time_zone = form.string("time_zone");
    }
    list
}

/// Auto sync needs a code. The vendor's own example creates a list with neither and succeeds, so this counts only
/// when the client says something about it (contract X7).
fn check_auto_sync(list: &StockListRow, says: bool) -> Result<(), Error> {
    if says && list.is_auto_sync && list.code.is_none() {
        return Err(Error::refused("product_stock_400_2", "Code is required when is_auto_sync is true."));
    }
    Ok(())
}

/// Name and code are unique; both faults are found at once.
async fn clashes(tx: &mut Tx<'_>, list: &StockListRow) -> Result<FieldErrors, StoreError> {
    let taken = stock_lists::taken(tx, list).await?;
    let mut errors = FieldErrors::default();
    if taken.name {
        errors.add("name", "stock list with this name already exists.");
    }
    if taken.code {
        errors.add("code", "stock list with this code already exists.");
    }
    Ok(errors)
}

/// Two processes may write the same name at once: then the index says so.
fn checked(stored: Result<Result<StockListRow, FieldErrors>, StoreError>) -> Result<StockListRow, Error> {
    match stored {
        Ok(Ok(list)) => Ok(list),
        Ok(Err(errors)) => Err(Error::Fields(errors)),
        Err(fault) if fault.is_taken("stock_list_name") => {
            Err(Error::field("name", "stock list with this name already exists."))
        }
        Err(fault) if fault.is_taken("stock_list_code") => {
            Err(Error::field("code", "stock list with this code already exists."))
        }
        Err(fault) => Err(fault.into()),
    }
}
