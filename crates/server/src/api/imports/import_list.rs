//! The imports, page by page: what was sent, by whom, and how far it is.

use onhand_core::{ImportId, PriceListId, StockListId};
use onhand_store::imports::{ImportRow, Kind as FileKind, State, Task};

use crate::http::context::RequestContext;
use crate::services::imports::status;
use crate::wire::error::Error;
use crate::wire::filter::{Filter, Kind};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// An import in the list. Its rows and what failed in them are at the address of its key.
pub const IMPORT: ResponseSchema = response_schema!("Import" {
    pk: Int,
    cache_key: Text,
    kind: Text,
    task: Text,
    mode: Text,
    force: Bool,
    status: Text,
    stock_list: IntOrNull,
    price_list: IntOrNull,
    source: IntOrNull,
    user: Int,
    file_name: Text,
    file_bytes: Int,
    file_format: Text,
    encoding: Text,
    total: Int,
    processed: Int,
    created: Int,
    updated: Int,
    unchanged: Int,
    fail_count: Int,
    error: TextOrNull,
    created_date: Time,
    started_date: TimeOrNull,
    finished_date: TimeOrNull,
});

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::only("cache_key", "cache_key", Kind::Text),
    Filter::only("kind", "kind", Kind::Choice(FileKind::WORDS)),
    Filter::only("task", "task", Kind::Choice(Task::WORDS)),
    Filter::only("status", "state", Kind::Choice(State::WORDS)),
    Filter::only("stock_list", "stock_list_id", Kind::Int),
    Filter::only("price_list", "price_list_id", Kind::Int),
    Filter::only("user", "account_id", Kind::Int),
    Filter::only("fail_count", "failed", Kind::Int),
    Filter::new("created_date", "created_at", Kind::Time),
];

/// Writes an import.
pub(crate) fn write(out: &mut String, import: &ImportRow) {
    Object::open(out)
        .int("pk", import.id.get())
        .text("cache_key", &import.cache_key)
        .text("kind", import.kind.word())
        .text("task", import.task.word())
        .text("mode", &import.mode)
        .bool("force", import.is_forced)
        .text("status", import.state.word())
        .int_or_null("stock_list", import.list.map(StockListId::get))
        .int_or_null("price_list", import.price_list.map(PriceListId::get))
        .int_or_null("source", import.source.map(ImportId::get))
        .int("user", import.actor.get())
        .text("file_name", &import.file_name)
        .int("file_bytes", import.file_bytes)
        .text("file_format", &import.format)
        .text("encoding", &import.encoding)
        .int("total", import.total)
        .int("processed", import.counts.sum())
        .int("created", import.counts.created)
        .int("updated", import.counts.updated)
        .int("unchanged", import.counts.unchanged)
        .int("fail_count", import.counts.failed)
        .text_or_null("error", import.error.as_deref())
        .time("created_date", import.created_at)
        .time_or_null("started_date", import.started_at)
        .time_or_null("finished_date", import.finished_at)
        .close();
}

/// `GET imports/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let page = status::page(&call.app.store, query.listing.clone()).await?;
    call.page(&query, &page, write)
}

/// `GET imports/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let import = status::by_id(&call.app.store, ImportId::new(call.id()?)).await?;
    Ok(ApiResponse::written(|out| write(out, &import)))
}
