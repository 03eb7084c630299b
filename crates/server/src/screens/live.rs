//! `GET /live`: the stream of what has changed on a page. Must not know when something is sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use onhand_core::{ImportId, StockId, StockListId};
use onhand_store::Tx;
use onhand_store::tables::product_stocks;

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::live_rows;
use super::live_tab::Wish;
use super::session;
use super::visit::Visit;
use crate::auth::Permission;
use crate::services::stock_tables;

/// Stocks of one page.
const STOCKS_MAX: usize = 200;

/// What the page shows: `stocks`, ids separated by commas, and `import`, an id.
pub(super) async fn stream(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let stocks = ids(visit.query.text("stocks"))?;
    let import = visit.query.number("import").map(ImportId::new);
    let asked = [(!stocks.is_empty(), Permission::ReadStock), (import.is_some(), Permission::ReadImports)];
    for (is_asked, permission) in asked {
        if is_asked && !visit.may(permission) {
            return Err(Fault::Forbidden(permission));
        }
    }
    let import = match import {
        Some(import) => live_rows::import(&visit.app.store, import).await?.map(|_| import),
        None => None,
    };
    let (stocks, lists) = seen(&visit, stocks).await?;
    let key = session::cookie(&visit.headers, session::cookie_name(&visit.app.config)).unwrap_or_default().to_owned();
    let wish = Wish { key, caller: visit.caller.clone(), lang: visit.lang().await?, stocks, lists, import };
    Ok(ScreenAnswer::events(Body::from_stream(visit.live.join(wish)?)))
}

fn ids(text: &str) -> Result<Vec<StockId>, Fault> {
    let wrong = || Fault::bad_request("stocks are up to 200 ids, separated by commas.");
    let ids: Result<Vec<i64>, _> =
        text.split(',').filter(|id| !id.is_empty()).take(STOCKS_MAX + 1).map(str::parse).collect();
    let ids = ids.map_err(|_| wrong())?;
    (ids.len() <= STOCKS_MAX).then(|| ids.into_iter().map(StockId::new).collect()).ok_or_else(wrong)
}

/// Those that the person may see, in the order of their ids, and their lists. Others are as if they were not there.
async fn seen(visit: &Visit, ids: Vec<StockId>) -> Result<(Vec<StockId>, BTreeSet<StockListId>), Fault> {
    if ids.is_empty() {
        return Ok((ids, BTreeSet::new()));
    }
    let own = stock_tables::lists(&visit.app, &visit.requester()).await?;
    let own: BTreeSet<StockListId> = own.into_iter().map(|list| list.id).collect();
    let body = async move |tx: &mut Tx<'_>| product_stocks::by_ids(tx, &ids).await;
    let mut stocks = visit.app.store.read("stocks.live", body).await?;
    stocks.retain(|stock| own.contains(&stock.list));
    let lists = stocks.iter().map(|stock| stock.list).collect();
    let ids: BTreeSet<StockId> = stocks.iter().map(|stock| stock.id).collect();
    Ok((ids.into_iter().collect(), lists))
}
