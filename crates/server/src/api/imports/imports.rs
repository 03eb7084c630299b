//! Imports (contract 5): files in, how far they are, the results of their rows; applying and undoing.

use onhand_core::StockListId;
use onhand_store::idempotency::{self, Answer};
use onhand_store::imports::{self, ImportRow, Kind, State, Task};
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::{Error as Fault, Tx, resource};
use serde_json::Value;

use crate::http::context::{RequestContext, key_reused, replayed};
use crate::http::upload;
use crate::imports::outcomes::{ResultStatus, RowResult};
use crate::imports::results::{self, Part};
use crate::imports::spool::{PartialUpload, UploadSink};
use crate::imports::start::{self, FollowUpError, Requester};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::view::{Shape, View, property};

/// Rows of the errors that are shown when nothing else is asked for.
const ERRORS_DEFAULT: i64 = 100;
/// The most that can be asked for.
const ERRORS_MAX: i64 = 1_000;

/// What a file is answered with.
pub const KEY: View = View { name: "ImportKey", properties: &[property("cache_key", Shape::Text)], open: false };

/// How far an import is.
pub const STATUS: View = View {
    name: "ImportStatus",
    properties: &[
        property("cache_key", Shape::Text),
        property("status", Shape::Text),
        property("total", Shape::Int),
        property("processed", Shape::Int),
        property("created", Shape::Int),
        property("updated", Shape::Int),
        property("unchanged", Shape::Int),
        property("fail_count", Shape::Int),
        property("errors", Shape::List(&ROW_ERROR)),
        property("next_errors", Shape::TextOrNull),
        property("error", Shape::TextOrNull),
        property("delayed", Shape::TextOrNull),
        property("started_date", Shape::TimeOrNull),
        property("finished_date", Shape::TimeOrNull),
        property("created_date", Shape::Time),
        property("kind", Shape::Text),
        property("task", Shape::Text),
        property("mode", Shape::Text),
        property("force", Shape::Bool),
        property("stock_list", Shape::IntOrNull),
        property("file_name", Shape::Text),
        property("file_format", Shape::Text),
        property("encoding", Shape::Text),
        property("ignored_columns", Shape::Texts),
        property("time_zone", Shape::TextOrNull),
        property("applied_by", Shape::TextOrNull),
        property("undone_by", Shape::TextOrNull),
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
];

/// What can be chosen when a dry run is applied.
pub const APPLY: &[Field] = &[Field::bool("force", "Write rows, too, whose stock was written since the dry run.")];

/// One row that failed.
pub const ROW_ERROR: View = View {
    name: "ImportError",
    properties: &[
        property("row", Shape::IntOrNull),
        property("product_sku", Shape::Text),
        property("column", Shape::Text),
        property("error", Shape::Text),
        property("error_code", Shape::Text),
    ],
    open: false,
};

/// `POST stock_list/{id}/excel_import/`: a file of product stocks.
pub async fn import_stocks(call: RequestContext) -> Result<ApiResponse, Error> {
    let taken = async {
        let list = list_of(&call).await?;
        take_file(&call, Kind::Stocks, list).await
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

/// `POST stock_list/excel_import/`: a file of stock lists.
pub async fn import_lists(call: RequestContext) -> Result<ApiResponse, Error> {
    let ended = take_file(&call, Kind::StockLists, None).await;
    upload::pass_over(&call).await;
    ended
}

async fn take_file(call: &RequestContext, kind: Kind, list: Option<StockListId>) -> Result<ApiResponse, Error> {
    let store = &call.app.store;
    let query = options(call, &call.query)?; // a wrong option is told before a large file is sent
    let time_zone = call.app.zone_of_file(list).await?;
    let new = ImportRow { time_zone, ..start::import(kind, Task::Import, list, asked(call)) };
    let (import, half) = PartialUpload::begin(store, new).await?;
    let taken = async {
        let arriving = UploadSink::new(store, import.id).within(call.app.config.import_stored_bytes_max);
        let arrived = upload::receive(call, arriving).await?;
        let arrived = arrived.ok_or_else(no_file)?;
        let form = options(call, &arrived.fields)?;
        let mode = form.string("mode").or(query.string("mode"));
        let is_preview = form.bool("dry_run").or(query.bool("dry_run")).unwrap_or(false);
        let import = ImportRow {
            mode: mode.unwrap_or(import.mode),
            task: if is_preview { Task::Preview } else { Task::Import },
            file_name: start::file_name(&arrived.file_name),
            file_bytes: arrived.bytes,
            ..import
        };
        let_begin(call, import, arrived.hash).await
    };
    match taken.await {
        Ok((reply, true)) => {
            half.is_whole();
            call.app.import_workers.wake();
            Ok(reply)
        }
        ended => {
            half.abandon().await;
            ended.map(|(reply, _)| reply)
        }
    }
}

fn no_file() -> Error {
    Error::refused("file_100_1", "File not found please provide an appropriate file")
}

fn options(call: &RequestContext, given: &[(String, String)]) -> Result<Form, Error> {
    let body = given.iter().map(|(name, text)| (name.clone(), Value::String(text.clone()))).collect();
    call.read(OPTIONS, Mode::Partial, &body).map_err(Error::Fields)
}

/// What became of a whole file.
enum Begun {
    /// The work begins.
    Now,
    /// The same request was answered before.
    ReadPoint(Answer),
    /// The key was used for another request.
    Other,
    /// The file was swept away before it was whole.
    TooLate,
}

/// Lets the work on a whole file begin, unless the same request was answered before; whether it begins.
async fn let_begin(call: &RequestContext, import: ImportRow, file: [u8; 32]) -> Result<(ApiResponse, bool), Error> {
    let reply = key_reply(&import.cache_key);
    let request = [&file[..], import.task.word().as_bytes(), import.mode.as_bytes()].concat();
    let answer = call.answer_key(&request)?.map(|(key, fingerprint)| {
        let (status, body) = (reply.status.as_u16(), reply.body.to_vec());
        (key, Answer { fingerprint: fingerprint.to_vec(), status, body })
    });
    let now = call.app.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        if let Some((key, answer)) = &answer
            && let Some((_, known)) = idempotency::find_all(tx, [key]).await?.into_iter().next()
        {
            return Ok(if known.fingerprint == answer.fingerprint { Begun::ReadPoint(known) } else { Begun::Other });
        }
        if !imports::arrived(tx, &import).await? {
            return Ok(Begun::TooLate);
        }
        if let Some((key, answer)) = &answer {
            idempotency::insert_all(tx, [(key, answer)], now).await?;
        }
        Ok(Begun::Now)
    };
    let begun = match call.app.store.write("imports.arrived", body.clone()).await {
        // The same request was faster: now its answer is there.
        Err(Fault::UniqueViolation { .. }) => call.app.store.write("imports.arrived", body).await,
        begun => begun,
    };
    match begun? {
        Begun::Now => Ok((reply, true)),
        Begun::ReadPoint(known) => Ok((replayed(known), false)),
        Begun::Other => Err(key_reused()),
        Begun::TooLate => Err(upload::late()),
    }
}

fn key_reply(cache_key: &str) -> ApiResponse {
    let mut body = String::new();
    Object::open(&mut body).text("cache_key", cache_key).close();
    ApiResponse::ok(body)
}

/// `GET stock_list/excel_import_status/` and `GET stock_list/{id}/excel_import/`, with `?cache_key=`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let list = list_of(&call).await?;
    let key = call.query.iter().find(|(name, _)| name == "cache_key").map(|(_, key)| key.clone());
    let key = key.ok_or_else(|| Error::field("cache_key", "This field is required."))?;
    let import = found(&call, list, key).await?;
    let (page, limit) =
        (number(&call, "page", 1, i64::MAX / ERRORS_MAX)?, number(&call, "limit", ERRORS_DEFAULT, ERRORS_MAX)?);
    let (id, skip) = (import.id, (page - 1) * limit);
    // Looking for rows that failed means looking at every chunk, and a client asks many times a second.
    let has_errors = import.counts.failed > skip;
    let body = async move |tx: &mut Tx<'_>| {
        let key = |import: Option<ImportRow>| import.map(|import| import.cache_key);
        let errors = match has_errors {
            true => results::failures(tx, id, Part { skip, limit: limit as usize }).await?,
            false => Vec::new(),
        };
        let applied = key(imports::by_source(tx, id, Task::Apply).await?);
        Ok((errors, applied, key(imports::by_source(tx, id, Task::Undo).await?)))
    };
    let (errors, applied, undone) = call.app.store.read("imports.status", body).await?;
    let next = (skip + limit < import.counts.failed)
        .then(|| format!("{}{}?cache_key={}&page={}&limit={limit}", call.base, call.path, import.cache_key, page + 1));
    let mut body = String::new();
    Object::open(&mut body)
        .text("cache_key", &import.cache_key)
        .text("status", import.state.word())
        .int("total", import.total)
        .int("processed", import.counts.sum())
        .int("created", import.counts.created)
        .int("updated", import.counts.updated)
        .int("unchanged", import.counts.unchanged)
        .int("fail_count", import.counts.failed)
        .list("errors", &errors, write_error)
        .text_or_null("next_errors", next.as_deref())
        .text_or_null("error", import.error.as_deref().filter(|_| import.finished_at.is_some()))
        .text_or_null("delayed", delayed(&call, &import).as_deref())
        .time_or_null("started_date", import.started_at)
        .time_or_null("finished_date", import.finished_at)
        .time("created_date", import.created_at)
        .text("kind", import.kind.word())
        .text("task", import.task.word())
        .text("mode", &import.mode)
        .bool("force", import.is_forced)
        .int_or_null("stock_list", import.list.map(StockListId::get))
        .text("file_name", &import.file_name)
        .text("file_format", &import.format)
        .text("encoding", &import.encoding)
        .raw("ignored_columns", &import.ignored_columns)
        .text_or_null("time_zone", import.time_zone.as_deref())
        .text_or_null("applied_by", applied.as_deref())
        .text_or_null("undone_by", undone.as_deref())
        .close();
    Ok(ApiResponse::ok(body))
}

/// What an import that is not over lacks just now.
fn delayed(call: &RequestContext, import: &ImportRow) -> Option<String> {
    let told = import.error.clone().or_else(|| call.app.import_workers.delays.told(import.id));
    told.filter(|_| import.finished_at.is_none())
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
    match call.query.iter().find(|(key, _)| key == name) {
        None => Ok(default),
        Some((_, text)) => match text.parse() {
            Ok(number) if (1..=max).contains(&number) => Ok(number),
            _ => Err(Error::field(name, format!("Enter a number from 1 to {max}."))),
        },
    }
}

/// The import with a key, if it belongs to a list.
pub(super) async fn found(call: &RequestContext, list: Option<StockListId>, key: String) -> Result<ImportRow, Error> {
    if key.contains('\0') {
        return Err(Error::not_found()); // no text that is stored has one
    }
    let import = call.app.store.read_inline("imports.by_key", async move |tx| imports::by_key(tx, &key).await).await?;
    let fits = |import: &ImportRow| import.state != State::Receiving && (list.is_none() || list == import.list);
    import.filter(fits).ok_or_else(Error::not_found)
}

/// `POST …/{cache_key}/apply/`: what a dry run said takes effect.
pub async fn apply(call: RequestContext) -> Result<ApiResponse, Error> {
    follow(&call, Task::Apply).await
}

/// `POST …/{cache_key}/undo/`: the changes of an import are taken back.
pub async fn undo(call: RequestContext) -> Result<ApiResponse, Error> {
    follow(&call, Task::Undo).await
}

async fn follow(call: &RequestContext, task: Task) -> Result<ApiResponse, Error> {
    let list = list_of(call).await?;
    let source = found(call, list, call.parameter(1).to_owned()).await?;
    let is_forced = call.form(APPLY, Mode::Partial).await?.bool("force").unwrap_or(false);
    let started = start::follow(&call.app.store, source, (task, is_forced), asked(call)).await;
    let import = started.map_err(|why| match why {
        FollowUpError::NotFitting(_) => Error::refused("import_not_fitting", why.to_string()),
        FollowUpError::NotCompleted(_) => Error::refused("import_not_completed", why.to_string()),
        FollowUpError::Store(fault) => fault.into(),
    })?;
    call.app.import_workers.wake();
    Ok(key_reply(&import.cache_key))
}

fn asked(call: &RequestContext) -> Requester {
    Requester { actor: call.caller.account, now: call.app.clock.now() }
}
