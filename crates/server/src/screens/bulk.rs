//! Changing the selection of a stock table: a dry run of it, or its file.
//!
//! Promises: nothing changes before the dry run is applied; what cannot be done comes back with the selection. Must not
//! know how rows are found or changed.

use std::sync::Arc;

use onhand_core::{StockId, StockListId};
use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::stock::{BulkForm, Stock};

use super::answer::ScreenAnswer;
use super::fault::{self, Fault};
use super::visit::Visit;
use super::{level, stock};
use crate::services::ServiceError;
use crate::services::imports::bulk::{self, BulkEdit, Selection};
use crate::services::levels::LevelEdit;

/// The most characters of an amount that come back.
const AMOUNT_CHARS_MAX: usize = 12;

/// `POST /stock/{list}/bulk`: what the form does with the selection of the table.
pub(super) async fn change(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let list = stock::list_id(&visit)?;
    stock::lists_with(&visit, list.get()).await?;
    let selection = selection(&visit, list).await?;
    if visit.form.text("act") == "export" {
        return stock::export_of(&visit, list.get(), selection).await;
    }
    let t = visit.frame(Entry::Stock).await?.t;
    let is_empty = matches!(&selection, Selection::Stocks(ids) if ids.is_empty());
    if is_empty {
        return again(&visit, list, ServiceError::field("stock", t.bulk_nothing())).await;
    }
    let Some(edit) = edit(&visit) else {
        return again(&visit, list, ServiceError::field("amount", t.level_no_number())).await;
    };
    match bulk::begin(&visit.app.services, &visit.requester(), list, BulkEdit { selection, edit }).await {
        Ok(import) => Ok(ScreenAnswer::see_other(&link::import(import.id.get()))),
        Err(fault) => again(&visit, list, fault).await,
    }
}

/// The stocks that are ticked, or all of the view.
async fn selection(visit: &Visit, list: StockListId) -> Result<Selection, Fault> {
    if visit.form.is_on("all") {
        let filter = stock::filter(visit, &stock::query(&visit.form));
        return Ok(Selection::of_view(&visit.app, list, filter).await?);
    }
    let ids = visit.form.all("stock").filter_map(|text| text.parse().ok()).filter(|id| *id > 0);
    Ok(Selection::Stocks(ids.map(StockId::new).collect()))
}

/// What becomes of the levels. A number of a level has no sign; one of a difference may have.
fn edit(visit: &Visit) -> Option<LevelEdit> {
    match visit.form.text("act") {
        "set" => match level::edit(visit.form.text("set_amount"), false)? {
            LevelEdit::Set(level) => Some(LevelEdit::Set(level)),
            LevelEdit::Add(_) => None,
        },
        "add" => level::edit(visit.form.text("add_amount"), true),
        _ => None,
    }
}

/// The table again, with the selection and what is wrong.
async fn again(visit: &Visit, list: StockListId, fault: ServiceError) -> Result<ScreenAnswer, Fault> {
    let told = fault::in_form(fault)?;
    let form = &visit.form;
    let amount = |name: &str| form.text(name).chars().take(AMOUNT_CHARS_MAX).collect::<String>();
    let sentences: Vec<String> = told.errors.0.into_iter().map(|(_, sentence)| sentence).collect();
    let bulk = BulkForm {
        selected: form.all("stock").filter_map(|text| text.parse().ok()).collect(),
        is_all: form.is_on("all"),
        set_amount: amount("set_amount"),
        add_amount: amount("add_amount"),
        errors: FieldErrors(vec![(String::new(), sentences.join(" "))]),
    };
    let page = stock::page_of(visit, (list.get(), stock::query(form)), None).await?;
    visit.show_with(told.status, &Stock { bulk, ..page }, Stock::as_rows)
}
