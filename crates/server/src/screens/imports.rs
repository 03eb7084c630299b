//! The imports: all, those that run, those that failed, one's own. Must not know what is in a file.

use std::sync::Arc;

use onhand_core::ImportId;
use onhand_store::imports::{ImportRow, State};
use onhand_web::form::Pager;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::imports::Imports;

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::import;
use super::visit::Visit;
use crate::services::imports::status;

/// Rows of a page, and imports that a view of some of them looks at.
const ROWS: usize = 50;
const LOOKED_AT: usize = 200;
const VIEWS: [&str; 4] = ["all", "running", "failed", "mine"];

/// `GET /imports`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let view = VIEWS.into_iter().find(|view| *view == visit.query.text("view")).unwrap_or(VIEWS[0]);
    let before = visit.query.number("after").map(ImportId::new);
    let limit = if view == "all" { ROWS } else { LOOKED_AT };
    let found = status::list(&visit.app.store, before, limit).await?;
    let fits = |import: &&ImportRow| match view {
        "running" => State::OPEN.contains(&import.state),
        "failed" => import.state == State::Failed || import.counts.failed > 0,
        "mine" => import.actor == visit.caller.account,
        _ => true,
    };
    let shown: Vec<&ImportRow> = found.imports.iter().filter(fits).collect();
    let rows = import::lines(&visit, &shown).await?;
    let of_view = if view == "all" { String::new() } else { format!("view={view}&") };
    let pager = Pager {
        shown: rows.len() as i64,
        next: found.next_before.map(|before| format!("{}?{of_view}after={}", link::imports(), before.get())),
        ..Pager::default()
    };
    let page = Imports {
        frame: visit.frame(Entry::Imports).await?,
        view: view.to_owned(),
        pager,
        is_empty: found.imports.is_empty() && before.is_none(),
        rows,
    };
    visit.show(&page, Imports::as_rows)
}
