//! Saved views: own and shared ones, and changing one's own.

use axum::http::StatusCode;
use onhand_store::tables::saved_views::SavedView;

use crate::http::context::RequestContext;
use crate::services::saved_views::{self, Draft, NAME_CHARS_MAX, QUERY_CHARS_MAX, SCREENS};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::Filter;
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::page;
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// The body of a saved view.
pub const FIELDS: &[Field] = &[
    Field::choice("screen", SCREENS, "The screen that it is a view of.").required(),
    Field::text("name", NAME_CHARS_MAX, "What its tab is called; no two of yours of a screen have one name.")
        .required(),
    Field::blank(
        "query",
        QUERY_CHARS_MAX,
        "The query of the screen's address: view, q, unit, since, sort, limit, columns.",
    ),
    Field::bool("is_shared", "Whether other people may open it."),
];
/// The body of a change. A view stays one of its screen.
pub const CHANGES: &[Field] = &[FIELDS[1], FIELDS[2], FIELDS[3]];
/// Nothing narrows the list.
pub const FILTERS: &[Filter] = &[];

/// A saved view.
pub const VIEW: ResponseSchema = response_schema!("SavedView" {
    pk: Int,
    user: Int,
    screen: Text,
    name: Text,
    query: Text,
    is_shared: Bool,
    created_date: Time,
    modified_date: Time,
});

fn write(out: &mut String, view: &SavedView) {
    Object::open(out)
        .int("pk", view.id)
        .int("user", view.account.get())
        .text("screen", &view.screen)
        .text("name", &view.name)
        .text("query", &view.query)
        .bool("is_shared", view.is_shared)
        .time("created_date", view.created_at)
        .time("modified_date", view.modified_at)
        .close();
}

fn draft(form: &Form) -> Draft {
    Draft { name: form.string("name"), query: form.string("query"), is_shared: form.bool("is_shared") }
}

/// `GET saved_views/`: the caller's own views, then those that others share.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let mut views = Vec::new();
    for screen in SCREENS {
        views.extend(saved_views::open_to(&call.app, &call.requester(), screen).await?);
    }
    let page = page::of_all(&query, views)?;
    call.page(&query, &page, write)
}

/// `GET saved_views/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let view = saved_views::by_id(&call.app, &call.requester(), call.id()?).await?;
    Ok(ApiResponse::written(|out| write(out, &view)))
}

/// `POST saved_views/`: saves a view for the caller.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    let screen = form.text("screen").unwrap_or_default();
    let view = saved_views::save(&call.app, &call.requester(), screen, &draft(&form)).await?;
    let mut body = String::new();
    write(&mut body, &view);
    Ok(ApiResponse::text(StatusCode::CREATED, body))
}

/// `PATCH saved_views/{id}/`: changes one of the caller's own.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(CHANGES, Mode::Partial).await?;
    let view = saved_views::change(&call.app, &call.requester(), call.id()?, &draft(&form)).await?;
    Ok(ApiResponse::written(|out| write(out, &view)))
}

/// `DELETE saved_views/{id}/`: removes one of the caller's own.
pub async fn remove(call: RequestContext) -> Result<ApiResponse, Error> {
    saved_views::remove(&call.app, &call.requester(), call.id()?).await?;
    Ok(ApiResponse::nothing())
}
