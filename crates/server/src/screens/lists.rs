//! The stock lists, with how many stocks each has. Must not know the stocks.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_web::frame::Entry;
use onhand_web::screens::lists::{ListRow, Lists};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::overview::make_list;
use super::visit::Visit;
use crate::services::stock_tables::{self, Surroundings};

/// `GET /stock`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let lists = stock_tables::lists(&visit.app, &visit.requester()).await?;
    let sizes = stock_tables::sizes(&visit.app, &lists).await?;
    let mut around = stock_tables::surroundings(&visit.app, &visit.requester()).await?;
    let row = |list: stock_tables::NamedList| {
        let Surroundings { location, catalogs } = around.remove(&list.id).unwrap_or_default();
        ListRow {
            id: list.id.get(),
            products: sizes.get(&list.id).copied(),
            name: list.name,
            code: list.code,
            location,
            sums: None,
            oversold: None,
            off_sale: None,
            newest_level: None,
            is_level_old: false,
            catalogs,
        }
    };
    let rows: Vec<ListRow> = lists.into_iter().map(row).collect();
    let command = if rows.is_empty() { make_list(&visit.base) } else { String::new() };
    let page = Lists { frame: visit.frame(Entry::Stock).await?, rows, sums_at: None, command };
    ScreenAnswer::page(StatusCode::OK, &page)
}
