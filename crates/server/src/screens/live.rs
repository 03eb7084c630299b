//! `GET /live`: the stream of what has changed on a page. Must not know when something is sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderName;
use onhand_core::{ImportId, OrderId, StockId, StockListId};
use onhand_store::Tx;
use onhand_store::tables::product_stocks;
use serde_json::Value;

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::live_tab::Wish;
use super::visit::Visit;
use super::{live_rows, live_topics, session};
use crate::auth::Permission;
use crate::services::{attention, orders, stock_tables};

/// Stocks of one page.
const STOCKS_MAX: usize = 200;
/// What a browser names that connects again: the newest position that it was told.
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

/// What the page shows: `stocks`, ids separated by commas; `import` and `order`, an id each; `cards=1` for counters and
/// what needs a person; `news=1` for the newest changes. With `once=1`, what there is now, and no more.
pub(super) async fn stream(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let stocks = ids(visit.query.text("stocks"))?;
    let import = visit.query.number("import").map(ImportId::new);
    let order = visit.query.number("order").map(OrderId::new);
    let [has_cards, has_news, is_once] = ["cards", "news", "once"].map(|name| visit.query.text(name) == "1");
    let asked = [
        (!stocks.is_empty(), Permission::ReadStock),
        (import.is_some(), Permission::ReadImports),
        (order.is_some(), Permission::ReadOrders),
    ];
    for (is_asked, permission) in asked {
        if is_asked && !visit.may(permission) {
            return Err(Fault::Forbidden(permission));
        }
    }
    let import = match import {
        Some(import) => live_rows::import(&visit.app.store, import).await?.map(|_| import),
        None => None,
    };
    if let Some(order) = order {
        // Another channel's does not exist.
        orders::by_id(&visit.app, &visit.requester(), order).await?;
    }
    let (stocks, lists) = seen(&visit, stocks).await?;
    let key = session::cookie(&visit.headers, session::cookie_name(&visit.app.config)).unwrap_or_default().to_owned();
    let after = visit.header(LAST_EVENT).parse().ok().filter(|position: &i64| *position >= 0);
    let wish = Wish {
        key,
        caller: visit.caller.clone(),
        lang: visit.lang().await?,
        stocks,
        lists,
        import,
        order,
        has_cards,
        // A person of a channel is told of no other's changes, and which are whose is not looked up.
        has_news: has_news && visit.caller.channel.is_none(),
        after,
    };
    match is_once {
        true => Ok(ScreenAnswer::events(Body::from(once(&visit, wish).await?))),
        false => Ok(ScreenAnswer::events(Body::from_stream(visit.live.join(wish)?))),
    }
}

/// What a stream would say first, for a page that can have none.
async fn once(visit: &Visit, wish: Wish) -> Result<Vec<u8>, Fault> {
    let (app, channel) = (&visit.app, visit.caller.channel);
    let mut told = Vec::new();
    let rows = live_rows::read(&app.store, wish.stocks).await?;
    let rows: Vec<Value> = rows.iter().map(|row| row.value(wish.lang, channel)).collect();
    if !rows.is_empty() {
        told.push(live_rows::stocks(&rows, None));
    }
    if let Some(import) = wish.import {
        told.extend(live_rows::import(&app.store, import).await?);
    }
    told.extend(live_topics::orders(&app.store, wish.order.into_iter().collect()).await?.into_values());
    if wish.has_cards {
        told.push(live_topics::cards(app, &visit.requester()).await?);
    }
    if wish.has_news
        && let Some(changes) = attention::changes(app, &visit.requester(), &[]).await?
    {
        let rows: Vec<Value> = live_topics::news(&changes).iter().map(|row| row.value(wish.lang)).collect();
        told.push(live_topics::told_news(&rows));
    }
    Ok(told.concat())
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
