//! Saved views of the stock table: saving, changing and removing one's own.
//!
//! Promises: a view that was not saved comes back on its page with what was typed. Must not know how rows are found.

use std::sync::Arc;

use onhand_store::tables::saved_views::SavedView;
use onhand_web::link::{self, StockQuery};
use onhand_web::screens::stock::{SavedView as Shown, Stock, UnsavedView};

use super::answer::ScreenAnswer;
use super::fault::{self, Fault};
use super::fields::Fields;
use super::stock;
use super::visit::Visit;
use crate::services::saved_views::{self, Draft, NAME_CHARS_MAX, STOCK};

/// What a saved view shows.
fn query_of(view: &SavedView) -> StockQuery {
    StockQuery { saved: Some(view.id), ..stock::query(&Fields::parse(view.query.as_bytes())) }
}

/// The views that the person may open, with the one that is open among the first.
pub(super) async fn open_to(visit: &Visit, open: Option<i64>) -> Result<Vec<Shown>, Fault> {
    let found = saved_views::open_to(&visit.app, &visit.requester(), STOCK).await?;
    let shown = |view: SavedView| Shown {
        is_own: view.account == visit.caller.account,
        query: query_of(&view),
        id: view.id,
        name: view.name,
        is_shared: view.is_shared,
    };
    let mut shown: Vec<Shown> = found.into_iter().map(shown).collect();
    shown.sort_by_key(|view| Some(view.id) != open);
    Ok(shown)
}

/// The table of the list that the form stood on, with what a view shows; all lists where the form names none.
fn table(visit: &Visit, query: &StockQuery) -> ScreenAnswer {
    let to = visit.form.number("list").map_or_else(|| link::lists().to_owned(), |list| query.link(list));
    ScreenAnswer::see_other(&to)
}

/// `POST /views`: saves what the table shows.
pub(super) async fn save(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let form = &visit.form;
    let draft = Draft {
        name: Some(form.text("name").to_owned()),
        query: Some(form.text("query").to_owned()),
        is_shared: Some(form.is_on("is_shared")),
    };
    let fault = match saved_views::save(&visit.app, &visit.requester(), STOCK, &draft).await {
        Ok(view) => return Ok(table(&visit, &query_of(&view))),
        Err(fault) => fault,
    };
    let told = fault::in_form(fault)?;
    let list = visit.form.number("list").ok_or(Fault::NotFound)?;
    let shown = stock::query(&Fields::parse(form.text("query").as_bytes()));
    let page = stock::page_of(&visit, (list, shown), None).await?;
    let name = form.text("name").chars().take(NAME_CHARS_MAX).collect();
    let unsaved = UnsavedView { name, is_shared: form.is_on("is_shared"), errors: told.errors };
    visit.show_with(told.status, &Stock { unsaved: Some(unsaved), ..page }, Stock::as_rows)
}

/// `POST /views/{id}`: changes what one's own view shows, or who may open it.
pub(super) async fn change(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let form = &visit.form;
    let sent = |name: &str| form.0.iter().any(|(field, _)| field == name);
    let draft = Draft {
        name: None,
        query: sent("query").then(|| form.text("query").to_owned()),
        is_shared: sent("is_shared").then(|| form.is_on("is_shared")),
    };
    let view = saved_views::change(&visit.app, &visit.requester(), visit.id(0)?, &draft).await?;
    Ok(table(&visit, &query_of(&view)))
}

/// `POST /views/{id}/remove`: removes one's own view.
pub(super) async fn remove(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    saved_views::remove(&visit.app, &visit.requester(), visit.id(0)?).await?;
    Ok(table(&visit, &StockQuery::default()))
}
