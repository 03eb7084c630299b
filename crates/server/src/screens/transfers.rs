//! Transfers between stock lists: those that were made, and making one.
//!
//! Promises: a form that is sent twice moves its units once. Must not know what may be taken from a list.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::rejection::Shortage;
use onhand_core::{Explanation, Outcome, Rejection, StockTransfer, StockTransferId};
use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::transfers::{LINES_SHOWN, NewTransfer, Short, Transfer, TransferRow, Transfers};
use serde_json::{Map, Value, json};

use super::answer::ScreenAnswer;
use super::done::Done;
use super::fault::{self, Fault};
use super::naming;
use super::stock::{page_number, pager};
use super::visit::Visit;
use crate::api::stock::stock_transfers::{read, refuse};
use crate::services::stock_transfers::{self, Named};
use crate::services::{ServiceError, adjustment_reasons};
use crate::wire::error::Error;

/// Transfers of a page.
const ROWS: i64 = 50;

/// What a form brings back to its page.
#[derive(Default)]
struct Returned {
    errors: FieldErrors,
    wrong_lines: Vec<(i64, String)>,
    short: Vec<Short>,
}

/// `GET /transfers`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let chosen = (visit.query.number("from"), visit.query.number("to"));
    let number = page_number(&visit.query).unwrap_or(1);
    let found = stock_transfers::page(&visit.app, chosen, (number, ROWS)).await?;
    let word = |list: Option<i64>| list.map_or_else(String::new, |list| list.to_string());
    let here = |after: &str| link::transfers_between(&word(chosen.0), &word(chosen.1), after);
    let (shown, total) = (found.page.rows.len(), found.page.count);
    let has_more = total.is_some_and(|total| number * ROWS < total);
    let page = Transfers {
        frame: visit.frame(Entry::Stock).await?,
        rows: found.page.rows.iter().map(|one| row(&found, one, LINES_SHOWN)).collect(),
        pager: pager((number, ROWS), (shown, total, has_more), here),
        lists: naming::lists(&visit).await?,
        chosen,
    };
    visit.show(&page, Transfers::as_rows)
}

/// `GET /transfers/{id}`.
pub(super) async fn one(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let found = stock_transfers::by_id(&visit.app, StockTransferId::new(visit.id(0)?)).await?;
    let transfer = found.page.rows.first().map(|one| row(&found, one, usize::MAX)).ok_or(Fault::NotFound)?;
    ScreenAnswer::page(StatusCode::OK, &Transfer { frame: visit.frame(Entry::Stock).await?, transfer })
}

fn row(found: &Named, one: &StockTransfer, most: usize) -> TransferRow {
    let list = |id: i64| (id, found.lists.get(&id).cloned().unwrap_or_default());
    let (reason, note) = Explanation::words(one.explanation.as_ref());
    let lines = one.lines.iter().map(|line| (line.sku.clone(), line.quantity.units()));
    TransferRow {
        id: one.id.get(),
        from: list(one.from.get()),
        to: list(one.to.get()),
        reference: one.reference.clone().unwrap_or_default(),
        reason: reason.unwrap_or_default().to_owned(),
        note: note.unwrap_or_default().to_owned(),
        by: found.people.get(&one.actor).cloned().unwrap_or_default(),
        at: one.created_at,
        units: lines.clone().map(|(_, units)| units).sum(),
        more_lines: one.lines.len().saturating_sub(most) as i64,
        lines: lines.take(most).collect(),
    }
}

/// `GET /transfers/new`. Query: `from`, the list that the units leave.
pub(super) async fn begin(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    form_page(&visit, StatusCode::OK, Returned::default()).await
}

async fn form_page(visit: &Visit, status: StatusCode, returned: Returned) -> Result<ScreenAnswer, Fault> {
    let form = &visit.form;
    let page = NewTransfer {
        frame: visit.frame(Entry::Stock).await?,
        lists: naming::lists(visit).await?,
        chosen: (form.number("from").or_else(|| visit.query.number("from")), form.number("to")),
        lines: form.raw("lines").to_owned(),
        reference: form.text("reference").to_owned(),
        reason: form.text("reason").to_owned(),
        own_reasons: adjustment_reasons::offered(&visit.app).await?,
        note: form.text("note").to_owned(),
        wrong_lines: returned.wrong_lines,
        short: returned.short,
        errors: returned.errors,
    };
    ScreenAnswer::page(status, &page)
}

/// `POST /transfers/new`.
pub(super) async fn make(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let (numbers, body, wrong_lines) = body(&visit).await?;
    if !wrong_lines.is_empty() {
        return form_page(&visit, StatusCode::BAD_REQUEST, Returned { wrong_lines, ..Returned::default() }).await;
    }
    let command = match read(&visit.app, &body).await? {
        Ok(command) => command,
        Err(faults) => return not_done(&visit, &numbers, Error::Fields(faults)).await,
    };
    let (from, names) = (command.from, naming::lists(&visit).await?);
    let name = |id: i64| names.iter().find(|(one, _)| *one == id).map_or_else(String::new, |(_, name)| name.clone());
    let ends = (name(from.get()), name(command.to.get()));
    let record = visit.record(move |outcome| done(outcome, &ends));
    match stock_transfers::make(&visit.app, &visit.requester(), command, record).await {
        Ok(_) => Ok(visit.done_at(link::transfers())),
        Err(ServiceError::Rejection(rejection)) => {
            let short = short(&rejection);
            let told = fault::in_form(refuse(rejection, from, numbers.len()))?;
            let wrong_lines = of_lines(&numbers, told.rows);
            form_page(&visit, told.status, Returned { errors: told.errors, wrong_lines, short }).await
        }
        Err(fault) => not_done(&visit, &numbers, Fault::from(fault)).await,
    }
}

async fn not_done(visit: &Visit, numbers: &[i64], fault: impl Into<Fault>) -> Result<ScreenAnswer, Fault> {
    let told = fault::in_form(fault)?;
    let wrong_lines = of_lines(numbers, told.rows);
    form_page(visit, told.status, Returned { errors: told.errors, wrong_lines, ..Returned::default() }).await
}

/// What is wrong with rows, by the numbers of the lines that they were typed in.
fn of_lines(numbers: &[i64], rows: Vec<(usize, String)>) -> Vec<(i64, String)> {
    rows.into_iter().map(|(row, text)| (numbers.get(row).copied().unwrap_or_default(), text)).collect()
}

fn done(outcome: &Outcome, (from, to): &(String, String)) -> Option<Done> {
    let Outcome::StockTransferred { transfer, is_new } = outcome else { return None };
    let units = transfer.lines.iter().map(|line| line.quantity.units()).sum();
    Some(match is_new {
        true => Done::Transferred(units, from.clone(), to.clone()),
        false => Done::TransferThere(transfer.reference.clone().unwrap_or_default()),
    })
}

fn short(rejection: &Rejection) -> Vec<Short> {
    let Rejection::InsufficientStock(shortages) = rejection else { return Vec::new() };
    let one = |short: &Shortage| Short { sku: short.sku.clone(), asked: short.asked, available: short.available };
    shortages.iter().map(one).collect()
}

/// The form by the names of the API, with the number of the line that each row was typed in; and what is wrong with lines
/// that are no rows.
async fn body(visit: &Visit) -> Result<(Vec<i64>, Map<String, Value>, Vec<(i64, String)>), Fault> {
    let form = &visit.form;
    let mut body: Map<String, Value> = ["from", "to", "reference", "reason", "note"]
        .into_iter()
        .filter(|name| !form.text(name).is_empty())
        .map(|name| (name.to_owned(), Value::from(form.text(name))))
        .collect();
    let (mut numbers, mut rows, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for (number, line) in (1..).zip(form.raw("lines").lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match split(line) {
            Some((sku, units)) => {
                numbers.push(number);
                rows.push(json!({"product_sku": sku, "quantity": units}));
            }
            None => wrong.push(number),
        }
    }
    body.insert("lines".to_owned(), Value::Array(rows));
    let text = match wrong.is_empty() {
        true => String::new(),
        false => visit.frame(Entry::Stock).await?.t.transfer_line_form().to_owned(),
    };
    Ok((numbers, body, wrong.into_iter().map(|number| (number, text.clone())).collect()))
}

/// A line as it is typed or pasted: a SKU, which may have spaces in it, and a quantity behind it.
fn split(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let at = line.rfind(|sign: char| sign.is_whitespace() || matches!(sign, ';' | ','))?;
    let (sku, units) =
        (line[..at].trim_end_matches([';', ',']).trim(), line[at..].trim_start_matches([';', ',']).trim());
    let is_number = !units.is_empty() && units.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !sku.is_empty()).then_some((sku, units))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_line_is_a_sku_and_a_quantity() {
        for line in ["A-1 3", " A-1\t3 ", "A-1;3", "A-1, 3", "A-1  3"] {
            assert_eq!(split(line), Some(("A-1", "3")), "{line:?}");
        }
        assert_eq!(split("RED SHOE 42 3"), Some(("RED SHOE 42", "3")));
        for line in ["A-1", "3", "A-1 three", "A-1 -3", "A-1 1.5", ";3", "A-1 \u{663}"] {
            assert_eq!(split(line), None, "{line:?}");
        }
    }
}
