//! The stock lists, with the sums of what is in each. Must not know the stocks.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::StockState;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::lists::{ListRow, Lists};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::overview::make_list;
use super::stock::{self, page_number, pager};
use super::visit::Visit;
use crate::services::stock_sums;
use crate::services::stock_tables::{self, Surroundings};

/// Lists of a page.
const ROWS: i64 = 100;
/// The age of the newest level of a list at which somebody should look why no newer one has come.
const OLD_SECONDS: i64 = 24 * 60 * 60;

/// `GET /stock`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let mut lists = stock_tables::lists(&visit.app, &visit.requester()).await?;
    let total = lists.len() as i64;
    let page = page_number(&visit.query).filter(|page| (page - 1).saturating_mul(ROWS) < total).unwrap_or(1);
    let skip = (page - 1) * ROWS;
    lists = lists.into_iter().skip(skip as usize).take(ROWS as usize).collect();
    let has_more = skip + ROWS < total;
    let sizes = stock_tables::sizes(&visit.app, &lists).await?;
    let mut around = stock_tables::surroundings(&visit.app, &visit.requester()).await?;
    let counted = stock_sums::of_lists(&visit.app, lists.iter().map(|list| list.id)).await?;
    let old = visit.app.clock.now().minus_seconds(OLD_SECONDS);
    let row = |list: stock_tables::NamedList| {
        let Surroundings { location, catalogs } = around.remove(&list.id).unwrap_or_default();
        let counted = counted.get(&list.id);
        let of_state = |state| counted.map(|counted| counted.sums.of_state(state));
        ListRow {
            id: list.id.get(),
            products: sizes.get(&list.id).copied(),
            name: list.name,
            code: list.code,
            location,
            sums: counted.map(stock::sums),
            oversold: of_state(StockState::Oversold),
            off_sale: of_state(StockState::OffSale),
            newest_level: counted.and_then(|counted| counted.sums.newest_level_at),
            is_level_old: counted.and_then(|counted| counted.sums.newest_level_at).is_some_and(|at| at < old),
            catalogs,
        }
    };
    let rows: Vec<ListRow> = lists.into_iter().map(row).collect();
    let pager = pager((page, ROWS), (rows.len(), Some(total), has_more), link::lists_after);
    let command = if total == 0 { make_list(&visit.base) } else { String::new() };
    let page = Lists {
        frame: visit.frame(Entry::Stock).await?,
        rows,
        pager,
        sums_at: counted.values().map(|counted| counted.at).min(),
        command,
    };
    ScreenAnswer::page(StatusCode::OK, &page)
}
