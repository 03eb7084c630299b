//! Imports (contract 5): files in, how far they are, the results of their rows; applying and undoing.

use onhand_core::import::{ColumnMapping, Subject};
use onhand_core::{PriceListId, StockListId};
use onhand_store::imports::{ImportRow, Kind};
use onhand_store::tables::prices::PRICE_LISTS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::{Tx, resource};
use serde_json::Value;

use super::upload;
use crate::http::context::{RequestContext, replayed};
use crate::services::ServiceError;
use crate::services::imports::receive::{self, ImportOptions, Received, Receiving};
use crate::services::imports::results::Part;
use crate::services::imports::row_results::{ResultStatus, RowResult};
use crate::services::imports::status::{self, ImportStatus};
use crate::services::imports::{follow, mapping};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property, response_schema};

/// Rows of the errors that are shown when nothing else is asked for.
const ERRORS_DEFAULT: i64 = 100;
/// The most that can be asked for.
const ERRORS_MAX: i64 = 1_000;

/// What a file is answered with.
pub const KEY: ResponseSchema =
    ResponseSchema { name: "ImportKey", properties: &[property("cache_key", PropertyType::Text)], open: false };

/// How far an import is.
pub const STATUS: ResponseSchema = ResponseSchema {
    name: "ImportStatus",
    properties: &[
        property("cache_key", PropertyType::Text),
        property("status", PropertyType::Text),
        property("total", PropertyType::Int),
        property("processed", PropertyType::Int),
        property("created", PropertyType::Int),
        property("updated", PropertyType::Int),
        property("unchanged", PropertyType::Int),
        property("fail_count", PropertyType::Int),
        property("errors", PropertyType::List(&ROW_ERROR)),
        property("next_errors", PropertyType::TextOrNull),
        property("error", PropertyType::TextOrNull),
        property("delayed", PropertyType::TextOrNull),
        property("started_date", PropertyType::TimeOrNull),
        property("finished_date", PropertyType::TimeOrNull),
        property("created_date", PropertyType::Time),
        property("kind", PropertyType::Text),
        property("task", PropertyType::Text),
        property("mode", PropertyType::Text),
        property("force", PropertyType::Bool),
        property("stock_list", PropertyType::IntOrNull),
        property("price_list", PropertyType::IntOrNull),
        property("file_name", PropertyType::Text),
        property("file_format", PropertyType::Text),
        property("encoding", PropertyType::Text),
        property("ignored_columns", PropertyType::Texts),
        property("time_zone", PropertyType::TextOrNull),
        property("applied_by", PropertyType::TextOrNull),
        property("undone_by", PropertyType::TextOrNull),
    ],
    open: false,
};

/// What can be chosen with a file, in the query or in the form.
pub const OPTIONS: &[Field] = &[
    Field::choice(
        "mode",
        &["upsert", "replace", "adjust"],
        "What a row is: a stock level (default); the same, and stocks that are not in the file become 0; a difference.",
    ),
    Field::bool("dry_run", "Change nothing and show what would change; apply changes it."),
    Field::object(
        "mapping",
        "What the columns are, for a file of stock: sheet, header_row, columns (a heading, a number or null for each \
         column) and warehouse. Without it, what the list remembers for these headings counts.",
    ),
];

/// What can be chosen when a dry run is applied.
pub const APPLY: &[Field] =
    &[Field::bool("force", "Write rows, too, whose stock or price was written since the dry run.")];

/// One row that failed.
pub const ROW_ERROR: ResponseSchema = response_schema!("ImportError" {
    row: IntOrNull,
    product_sku: Text,
    column: Text,
    error: Text,
    error_code: Text,
});

/// `POST stock_list/{id}/excel_import/`: a file of product stocks.
pub async fn import_stocks(call: RequestContext) -> Result<ApiResponse, Error> {
    let taken = async {
        let list = list_of(&call).await?;
        let requester = call.requester();
        let begun = receive::begin(&call.app.services, &requester, Kind::Stocks, list);
        take_file(&call, (OPTIONS, Some(Subject::Stocks)), begun).await
    };
    let ended = taken.await;
    upload::pass_over(&call).await;
    ended
}

/// The list in the path, which must be there; none where the path has none.
pub(super) async fn list_of(call: &RequestContext) -> Result<Option<StockListId>, Error> {
    if call.path.contains("/stock_list/excel_import") {
        return Ok(None);
    }
    let id = call.id()?;
    let find = async move |tx: &mut Tx<'_>| resource::by_id(tx, &STOCK_LISTS, id).await;
    let found = call.app.store.read_inline("records.find", find).await?;
    found.map(|list| Some(StockListId::new(list.id))).ok_or_else(Error::not_found)
}

/// The price list in the path, which must be there.
pub(super) async fn price_list_of(call: &RequestContext) -> Result<PriceListId, Error> {
    let id = call.id()?;
    let find = async move |tx: &mut Tx<'_>| resource::by_id(tx, &PRICE_LISTS, id).await;
    let found = call.app.store.read_inline("records.find", find).await?;
    found.map(|list| PriceListId::new(list.id)).ok_or_else(Error::not_found)
}

/// `POST stock_list/excel_import/`: a file of stock lists.
pub async fn import_lists(call: RequestContext) -> Result<ApiResponse, Error> {
    let requester = call.requester();
    let begun = receive::begin(&call.app.services, &requester, Kind::StockLists, None);
    let ended = take_file(&call, (OPTIONS, None), begun).await;
    upload::pass_over(&call).await;
    ended
}

/// Takes the file of a request: `subject` is what its rows write, where a mapping can say what its columns are.
pub(super) async fn take_file(
    call: &RequestContext,
    (fields, subject): (&'static [Field], Option<Subject>),
    begun: impl Future<Output = Result<Receiving, ServiceError>>,
) -> Result<ApiResponse, Error> {
    let query = options(call, fields, &call.query)?; // a wrong option is told before a large file is sent
    mapping_of(&query, subject)?;
    let receiving = begun.await?;
    let mut receiving = receiving.within(call.app.config.import_stored_bytes_max);
    let taken = async {
        let arrived = upload::receive(call, &mut receiving).await?.ok_or_else(no_file)?;
        let form = options(call, fields, &arrived.fields)?;
        let options = ImportOptions {
            file_name: arrived.file_name,
            mode: form.string("mode").or(query.string("mode")),
            is_dry_run: form.bool("dry_run").or(query.bool("dry_run")).unwrap_or(false),
            mapping: mapping_of(&form, subject)?.or(mapping_of(&query, subject)?),
        };
        Ok(options)
    };
    let options = match taken.await {
        Ok(options) => options,
        Err(fault) => {
            receiving.abandon().await;
            return Err(fault);
        }
    };
    let render = |key: &str| {
        let reply = key_reply(key);
        (reply.status.as_u16(), reply.body.to_vec())
    };
    match receiving.start(options, call.request_key().map(|key| (key, &render as _))).await? {
        Received::Now(key) => Ok(key_reply(&key)),
        Received::Before(answer) => Ok(replayed(answer)),
    }
}

fn no_file() -> Error {
    Error::refused("file_100_1", "File not found please provide an appropriate file")
}

fn options(call: &RequestContext, fields: &'static [Field], given: &[(String, String)]) -> Result<Form, Error> {
    let body = given.iter().map(|(name, text)| (name.clone(), Value::String(text.clone()))).collect();
    call.read(fields, Mode::Partial, &body).map_err(Error::Fields)
}

/// What is said of the columns of a file.
fn mapping_of(form: &Form, subject: Option<Subject>) -> Result<Option<ColumnMapping>, Error> {
    let wrong = |text: String| Error::field("mapping", text);
    match (form.has("mapping"), subject) {
        (false, _) => Ok(None),
        (true, Some(subject)) => mapping::read(&form.json("mapping"), subject).map(Some).map_err(wrong),
        (true, None) => Err(wrong("A file of stock lists has no mapping.".to_owned())),
    }
}

/// The mapping that a form must have.
pub(super) fn mapping_in(form: &Form, subject: Subject) -> Result<ColumnMapping, Error> {
    mapping_of(form, Some(subject))?.ok_or_else(|| Error::field("mapping", "This field is required."))
}

pub(super) fn key_reply(cache_key: &str) -> ApiResponse {
    ApiResponse::written(|out| Object::open(out).text("cache_key", cache_key).close())
}

/// `GET stock_list/excel_import_status/`, `GET stock_list/{id}/excel_import/` and `GET price_list/{id}/excel_import/`, with
/// `?cache_key=`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let place = place_of(&call).await?;
    let key = call.asked("cache_key").map(str::to_owned);
    let key = key.ok_or_else(|| Error::field("cache_key", "This field is required."))?;
    let import = find(&call, place, key).await?;
    let (page, limit) =
        (number(&call, "page", 1, i64::MAX / ERRORS_MAX)?, number(&call, "limit", ERRORS_DEFAULT, ERRORS_MAX)?);
    let part = Part { skip: (page - 1) * limit, limit: limit as usize };
    let status = status::status(&call.app.services, import, part).await?;
    let next = status.has_more_failures.then(|| {
        format!("{}{}?cache_key={}&page={}&limit={limit}", call.base, call.path, status.import.cache_key, page + 1)
    });
    Ok(ApiResponse::written(|out| write_status(out, &status, next.as_deref())))
}

fn write_status(out: &mut String, status: &ImportStatus, next: Option<&str>) {
    let import = &status.import;
    Object::open(out)
        .text("cache_key", &import.cache_key)
        .text("status", import.state.word())
        .int("total", import.total)
        .int("processed", import.counts.sum())
        .int("created", import.counts.created)
        .int("updated", import.counts.updated)
        .int("unchanged", import.counts.unchanged)
        .int("fail_count", import.counts.failed)
        .list("errors", &status.failures, write_error)
        .text_or_null("next_errors", next)
        .text_or_null("error", status.error.as_deref())
        .text_or_null("delayed", status.delayed.as_deref())
        .time_or_null("started_date", import.started_at)
        .time_or_null("finished_date", import.finished_at)
        .time("created_date", import.created_at)
        .text("kind", import.kind.word())
        .text("task", import.task.word())
        .text("mode", &import.mode)
        .bool("force", import.is_forced)
        .int_or_null("stock_list", import.list.map(StockListId::get))
        .int_or_null("price_list", import.price_list.map(PriceListId::get))
        .text("file_name", &import.file_name)
        .text("file_format", &import.format)
        .text("encoding", &import.encoding)
        .raw("ignored_columns", &import.ignored_columns)
        .text_or_null("time_zone", import.time_zone.as_deref())
        .text_or_null("applied_by", status.applied_by.as_deref())
        .text_or_null("undone_by", status.undone_by.as_deref())
        .close();
}

fn write_error(out: &mut String, row: &RowResult) {
    let ResultStatus::Failed { column, code, error } = &row.end else { return };
    let number = row.row.map(u64::cast_signed);
    Object::open(out)
        .int_or_null("row", number)
        .text("product_sku", &row.sku)
        .text("column", column)
        .text("error", error)
        .text("error_code", code)
        .close();
}

fn number(call: &RequestContext, name: &str, default: i64, max: i64) -> Result<i64, Error> {
    match call.asked(name) {
        None => Ok(default),
        Some(text) => match text.parse() {
            Ok(number) if (1..=max).contains(&number) => Ok(number),
            _ => Err(Error::field(name, format!("Enter a number from 1 to {max}."))),
        },
    }
}

/// The import in the path.
pub(super) async fn in_path(call: &RequestContext) -> Result<ImportRow, Error> {
    found(call, call.parameter(1).to_owned()).await
}

/// Where an import is asked for.
enum ImportPlace {
    /// Below a stock list, or below no list.
    Stocks(Option<StockListId>),
    /// Below a price list.
    Prices(PriceListId),
}

/// The list in the path, which must be there.
async fn place_of(call: &RequestContext) -> Result<ImportPlace, Error> {
    match call.path.contains("/price_list/") {
        true => price_list_of(call).await.map(ImportPlace::Prices),
        false => list_of(call).await.map(ImportPlace::Stocks),
    }
}

/// The import with a key, if it is one of the list in the path.
pub(super) async fn found(call: &RequestContext, key: String) -> Result<ImportRow, Error> {
    find(call, place_of(call).await?, key).await
}

async fn find(call: &RequestContext, place: ImportPlace, key: String) -> Result<ImportRow, Error> {
    let store = &call.app.store;
    Ok(match place {
        ImportPlace::Stocks(list) => status::find(store, list, key).await?,
        ImportPlace::Prices(list) => status::find_of_prices(store, list, key).await?,
    })
}

/// `POST …/{cache_key}/apply/`: what a dry run said takes effect.
pub async fn apply(call: RequestContext) -> Result<ApiResponse, Error> {
    let dry_run = in_path(&call).await?;
    let is_forced = call.form(APPLY, Mode::Partial).await?.bool("force").unwrap_or(false);
    let import = follow::apply(&call.app.services, &call.requester(), dry_run, is_forced).await?;
    Ok(key_reply(&import.cache_key))
}

/// `POST …/{cache_key}/undo/`: the changes of an import are taken back.
pub async fn undo(call: RequestContext) -> Result<ApiResponse, Error> {
    let import = in_path(&call).await?;
    let is_forced = call.form(APPLY, Mode::Partial).await?.bool("force").unwrap_or(false);
    let import = follow::undo(&call.app.services, &call.requester(), import, is_forced).await?;
    Ok(key_reply(&import.cache_key))
}
