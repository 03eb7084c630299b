//! Imports (seed 003, contract 5): files in, how far they are, what came of their rows; applying and undoing.

use onhand_core::{ImportId, StockListId};
use onhand_store::idempotency::{self, Answer};
use onhand_store::imports::{self, Counts, ImportRow, Kind, State, Task};
use onhand_store::{Tx, stock_lists};
use serde_json::Value;
use uuid::Builder;

use super::call::{Call, key_reused, replayed};
use super::upload;
use crate::auth::token;
use crate::imports::errors;
use crate::imports::outcomes::{End, RowOutcome};
use crate::imports::spool::Arriving;
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::form::{Form, Mode};
use crate::wire::json::{Object, Reply};
use crate::wire::view::{Shape, View, property};

/// The most characters that are kept of a file's name.
const FILE_NAME_CHARS_MAX: usize = 255;
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
        "What a row does: its figure is written (default); the same, and stocks that are not in the file become 0; \
         its figure is a difference.",
    ),
    Field::bool("dry_run", "Only say what would change; apply does it."),
];

/// What can be chosen when a dry run is applied.
pub const APPLY: &[Field] = &[Field::bool("force", "Write rows, too, whose stock was written since the dry run.")];

/// One row that was not taken.
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
pub async fn import_stocks(call: Call) -> Result<Reply, Error> {
    let list = list_of(&call).await?;
    take_file(&call, Kind::Stocks, list).await
}

/// The list in the path, which must be there; none where the path has none.
pub(super) async fn list_of(call: &Call) -> Result<Option<StockListId>, Error> {
    if call.path.contains("/stock_list/excel_import") {
        return Ok(None);
    }
    let id = StockListId::new(call.id()?);
    let found = call.app.store.glance("stock_lists.by_id", async move |tx| stock_lists::by_id(tx, id).await).await?;
    found.map(|list| Some(list.id)).ok_or_else(Error::not_found)
}

/// `POST stock_list/excel_import/`: a file of stock lists.
pub async fn import_lists(call: Call) -> Result<Reply, Error> {
    take_file(&call, Kind::StockLists, None).await
}

fn new_import(call: &Call, kind: Kind, task: Task, list: Option<StockListId>) -> ImportRow {
    ImportRow {
        id: ImportId::new(0),
        cache_key: Builder::from_random_bytes(token::random()).into_uuid().to_string(),
        kind,
        task,
        mode: "upsert".to_owned(),
        is_forced: false,
        list,
        source: None,
        actor: call.caller.account,
        state: State::Receiving,
        file_name: String::new(),
        file_bytes: 0,
        format: String::new(),
        encoding: String::new(),
        ignored_columns: "[]".to_owned(),
        error: None,
        total: 0,
        counts: Counts::default(),
        created_at: call.app.clock.now(),
        started_at: None,
        finished_at: None,
    }
}

async fn take_file(call: &Call, kind: Kind, list: Option<StockListId>) -> Result<Reply, Error> {
    let store = &call.app.store;
    let query = options(&call.query)?; // a wrong option is told before a large file is sent
    let new = new_import(call, kind, Task::Import, list);
    let import = store.write("imports.insert", async move |tx| imports::insert(tx, &new).await).await?;
    let id = import.id;
    let taken = async {
        let arrived = upload::receive(call, Arriving::new(store, id)).await?;
        let arrived = arrived.ok_or_else(no_file)?;
        let form = options(&arrived.fields)?;
        let mode = form.string("mode").or(query.string("mode"));
        let is_preview = form.bool("dry_run").or(query.bool("dry_run")).unwrap_or(false);
        let import = ImportRow {
            mode: mode.unwrap_or(import.mode),
            task: if is_preview { Task::Preview } else { Task::Import },
            file_name: arrived.file_name.chars().filter(|c| !c.is_control()).take(FILE_NAME_CHARS_MAX).collect(),
            file_bytes: arrived.bytes,
            ..import
        };
        begin(call, import, arrived.hash).await
    };
    let ended = taken.await;
    if !matches!(ended, Ok((_, true))) {
        store.write("imports.discard", async move |tx| imports::discard(tx, id).await).await?;
    }
    let (reply, _) = ended?;
    call.app.jobs.wake();
    Ok(reply)
}

fn no_file() -> Error {
    Error::refused("file_100_1", "File not found please provide an appropriate file")
}

fn options(given: &[(String, String)]) -> Result<Form, Error> {
    let body = given.iter().map(|(name, text)| (name.clone(), Value::String(text.clone()))).collect();
    Form::read(OPTIONS, Mode::Partial, &body).map_err(Error::Fields)
}

/// Lets the work on a whole file begin, unless the same request was answered before; whether it begins.
async fn begin(call: &Call, import: ImportRow, file: [u8; 32]) -> Result<(Reply, bool), Error> {
    let reply = key_reply(&import.cache_key);
    let request = [&file[..], import.task.word().as_bytes(), import.mode.as_bytes()].concat();
    let answer = call.answer_key(&request)?.map(|(key, fingerprint)| {
        let (status, body) = (reply.status.as_u16(), reply.body.to_vec());
        (key, Answer { fingerprint: fingerprint.to_vec(), status, body })
    });
    let now = call.app.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        if let Some((key, answer)) = &answer {
            if let Some((_, known)) = idempotency::find_all(tx, [key]).await?.into_iter().next() {
                return Ok(Some((known.fingerprint == answer.fingerprint, known)));
            }
            idempotency::insert_all(tx, [(key, answer)], now).await?;
        }
        imports::arrived(tx, &import).await?;
        Ok(None)
    };
    match call.app.store.write("imports.arrived", body).await? {
        None => Ok((reply, true)),
        Some((true, known)) => Ok((replayed(known), false)),
        Some((false, _)) => Err(key_reused()),
    }
}

fn key_reply(cache_key: &str) -> Reply {
    let mut body = String::new();
    Object::open(&mut body).text("cache_key", cache_key).close();
    Reply::ok(body)
}

/// `GET stock_list/excel_import_status/` and `GET stock_list/{id}/excel_import/`, with `?cache_key=`.
pub async fn show(call: Call) -> Result<Reply, Error> {
    let list = list_of(&call).await?;
    let key = call.query.iter().find(|(name, _)| name == "cache_key").map(|(_, key)| key.clone());
    let key = key.ok_or_else(|| Error::field("cache_key", "This field is required."))?;
    let import = found(&call, list, key).await?;
    let (page, limit) =
        (number(&call, "page", 1, i64::MAX / ERRORS_MAX)?, number(&call, "limit", ERRORS_DEFAULT, ERRORS_MAX)?);
    let (id, skip) = (import.id, (page - 1) * limit);
    let body = async move |tx: &mut Tx<'_>| {
        let key = |import: Option<ImportRow>| import.map(|import| import.cache_key);
        let errors = errors::page(tx, id, skip, limit as usize).await?;
        let applied = key(imports::by_source(tx, id, Task::Apply).await?);
        Ok((errors, applied, key(imports::by_source(tx, id, Task::Undo).await?)))
    };
    let (errors, applied, undone) = call.app.store.read("imports.status", body).await?;
    let next = (skip + limit < import.counts.failed).then(|| {
        format!("{}{}?cache_key={}&page={}&limit={limit}", call.base(), call.path, import.cache_key, page + 1)
    });
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
        .text_or_null("error", import.error.as_deref())
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
        .text_or_null("applied_by", applied.as_deref())
        .text_or_null("undone_by", undone.as_deref())
        .close();
    Ok(Reply::ok(body))
}

fn write_error(out: &mut String, row: &RowOutcome) {
    let End::Failed { column, code, error } = &row.end else { return };
    let number = row.row.map(u64::cast_signed);
    Object::open(out)
        .int_or_null("row", number)
        .text("product_sku", &row.sku)
        .text("column", column)
        .text("error", error)
        .text("error_code", code)
        .close();
}

fn number(call: &Call, name: &str, default: i64, max: i64) -> Result<i64, Error> {
    match call.query.iter().find(|(key, _)| key == name) {
        None => Ok(default),
        Some((_, text)) => match text.parse() {
            Ok(number) if (1..=max).contains(&number) => Ok(number),
            _ => Err(Error::field(name, format!("Enter a number from 1 to {max}."))),
        },
    }
}

/// The import with a key, if it belongs to a list.
pub(super) async fn found(call: &Call, list: Option<StockListId>, key: String) -> Result<ImportRow, Error> {
    let import = call.app.store.glance("imports.by_key", async move |tx| imports::by_key(tx, &key).await).await?;
    let fits = |import: &ImportRow| import.state != State::Receiving && (list.is_none() || list == import.list);
    import.filter(fits).ok_or_else(Error::not_found)
}

/// `POST …/{cache_key}/apply/`: what a dry run said takes effect.
pub async fn apply(call: Call) -> Result<Reply, Error> {
    follow(&call, Task::Apply, &[Task::Preview], "only a dry run can be applied").await
}

/// `POST …/{cache_key}/undo/`: what an import did is taken back.
pub async fn undo(call: Call) -> Result<Reply, Error> {
    follow(&call, Task::Undo, &[Task::Import, Task::Apply], "only an import that was applied can be undone").await
}

/// Starts what follows an import. Asked again, it answers with what was started before.
async fn follow(call: &Call, task: Task, of: &[Task], otherwise: &'static str) -> Result<Reply, Error> {
    let list = list_of(call).await?;
    let source = found(call, list, call.parameter(1).to_owned()).await?;
    let is_forced = call.form(APPLY, Mode::Partial).await?.bool("force").unwrap_or(false);
    if source.kind != Kind::Stocks || !of.contains(&source.task) {
        return Err(Error::refused("import_not_fitting", format!("This cannot be done: {otherwise}.")));
    }
    if source.state != State::Completed {
        let text = format!("This import is {}; wait until it is completed.", source.state.word());
        return Err(Error::refused("import_not_completed", text));
    }
    let new = ImportRow {
        mode: source.mode,
        is_forced,
        source: Some(source.id),
        state: State::Waiting,
        file_name: source.file_name,
        ..new_import(call, source.kind, task, source.list)
    };
    let id = source.id;
    let body = async move |tx: &mut Tx<'_>| match imports::by_source(tx, id, task).await? {
        Some(started) => Ok(started),
        None => imports::insert(tx, &new).await,
    };
    let import = match call.app.store.write("imports.follow", body.clone()).await {
        // Somebody else was faster: now it is there.
        Err(fault) if fault.is_taken("import_source_id") => call.app.store.write("imports.follow", body).await?,
        ended => ended?,
    };
    call.app.jobs.wake();
    Ok(key_reply(&import.cache_key))
}
