//! The imports: all, those that run, those that failed, one's own. Must not know what is in a file.

use std::sync::Arc;

use onhand_store::Value;
use onhand_store::imports::ImportRow;
use onhand_store::query::{Condition, CursorKey, ListQuery, Op, Sort, Window};
use onhand_web::form::Pager;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::imports::Imports;

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::import;
use super::visit::Visit;
use crate::services::imports::status;

/// Rows of a page.
const ROWS: i64 = 50;
const VIEWS: [&str; 4] = ["all", "running", "failed", "mine"];

/// What the imports of a view fulfil.
fn condition(visit: &Visit, view: &str) -> Option<Condition> {
    let holds = |column| Condition { column, op: Op::Holds, values: Vec::new() };
    match view {
        "running" => Some(holds("finished_at IS NULL")),
        "failed" => Some(holds("(state = 'failed' OR failed > 0)")),
        "mine" => {
            Some(Condition { column: "account_id", op: Op::Eq, values: vec![Value::Int(visit.caller.account.get())] })
        }
        _ => None,
    }
}

/// `GET /imports`: the newest first.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let view = VIEWS.into_iter().find(|view| *view == visit.query.text("view")).unwrap_or(VIEWS[0]);
    let before = visit.query.number("after").map(|id| CursorKey { value: Value::Int(id), id });
    let is_first = before.is_none();
    let sort = Sort { descending: true, ..Sort::BY_ID };
    let conditions = condition(&visit, view).into_iter().collect();
    let listing = ListQuery { conditions, sort, window: Window::After { key: before, limit: ROWS } };
    let found = status::page(&visit.app.store, listing).await?;
    let shown: Vec<&ImportRow> = found.rows.iter().collect();
    let rows = import::lines(&visit, &shown).await?;
    let of_view = if view == "all" { String::new() } else { format!("view={view}&") };
    let pager = Pager {
        shown: rows.len() as i64,
        next: found.next.map(|last| format!("{}?{of_view}after={}", link::imports(), last.id)),
        ..Pager::default()
    };
    let page = Imports {
        frame: visit.frame(Entry::Imports).await?,
        view: view.to_owned(),
        pager,
        is_empty: rows.is_empty() && is_first && view == VIEWS[0],
        rows,
    };
    visit.show(&page, Imports::as_rows)
}
