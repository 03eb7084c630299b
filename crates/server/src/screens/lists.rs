//! The stock lists, with the sums of what is in each. Must not know the stocks.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::StockState;
use onhand_web::frame::Entry;
use onhand_web::screens::lists::{ListRow, Lists};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::overview::make_list;
use super::stock;
use super::visit::Visit;
use crate::services::stock_sums;
use crate::services::stock_tables::{self, Surroundings};

/// `GET /stock`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let lists = stock_tables::lists(&visit.app, &visit.requester()).await?;
    let sizes = stock_tables::sizes(&visit.app, &lists).await?;
    let mut around = stock_tables::surroundings(&visit.app, &visit.requester()).await?;
    let counted = stock_sums::of_lists(&visit.app, lists.iter().map(|list| list.id)).await?;
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
            is_level_old: false,
            catalogs,
        }
    };
    let rows: Vec<ListRow> = lists.into_iter().map(row).collect();
    let command = if rows.is_empty() { make_list(&visit.base) } else { String::new() };
    let page = Lists {
        frame: visit.frame(Entry::Stock).await?,
        rows,
        sums_at: counted.values().map(|counted| counted.at).min(),
        command,
    };
    ScreenAnswer::page(StatusCode::OK, &page)
}
