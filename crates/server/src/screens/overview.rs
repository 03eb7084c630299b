//! The overview: what needs somebody, what there is, what happened last. Must not decide what is wrong with an import.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_store::imports::ImportRow;
use onhand_web::frame::Entry;
use onhand_web::screens::overview::{Counted, Day, FirstSteps, ListSums, News, Overview};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::visit::Visit;
use super::{cards, import, naming, stock};
use crate::activity::{self, Activity};
use crate::auth::Permission;
use crate::services::attention::{self, Changes};
use crate::services::stock_sums;
use crate::services::stock_tables::{self, NamedList};

/// Lists that are shown.
const LISTS_SHOWN: usize = 20;
/// Imports that are shown.
const IMPORTS_SHOWN: usize = 5;
/// Minutes of an interval of the chart.
const INTERVAL_MINUTES: i64 = 5;

/// `GET /`. The region of the cards alone, if that was asked for.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let (app, requester) = (&visit.app, visit.requester());
    let (_, cards) = cards::cards(app, &requester).await?;
    let frame = visit.live_frame(Entry::Overview).await?;
    let mut page = Overview {
        frame,
        cards,
        lists: Vec::new(),
        lists_total: 0,
        sums_at: None,
        day: None,
        news: Vec::new(),
        imports: Vec::new(),
        first_steps: None,
    };
    if visit.is_fragment() {
        return ScreenAnswer::page(StatusCode::OK, &page.as_cards_region());
    }
    let latest = attention::overview(app, &requester).await?;
    let lists = match visit.may(Permission::ReadStock) {
        true => stock_tables::lists(app, &requester).await?,
        false => Vec::new(),
    };
    page.first_steps = lists.is_empty().then(|| first_steps(&visit.base)).filter(|_| visit.may(Permission::WriteStock));
    page.lists_total = lists.len() as i64;
    let shown: Vec<NamedList> = lists.into_iter().take(LISTS_SHOWN).collect();
    let sizes = stock_tables::sizes(app, &shown).await?;
    let counted = stock_sums::of_lists(app, shown.iter().map(|list| list.id)).await?;
    page.sums_at = counted.values().map(|counted| counted.at).min();
    let of_list = |list: NamedList| ListSums {
        id: list.id.get(),
        products: sizes.get(&list.id).copied(),
        sums: counted.get(&list.id).map(stock::sums),
        name: list.name,
    };
    page.lists = shown.into_iter().map(of_list).collect();
    page.news = news(&visit, &latest.changes);
    let shown: Vec<&ImportRow> = latest.imports.iter().take(IMPORTS_SHOWN).collect();
    page.imports = import::lines(&visit, &shown).await?;
    if visit.caller.channel.is_none() {
        page.day = Some(day(&visit).await?);
    }
    ScreenAnswer::page(StatusCode::OK, &page)
}

fn news(visit: &Visit, latest: &Changes) -> Vec<News> {
    let one = |(movement, stock): &(onhand_core::Movement, onhand_core::Stock)| News {
        movement: movement.id.get(),
        at: movement.at,
        product: stock.product.get(),
        sku: stock.sku.clone(),
        name: naming::product_name(&latest.names, stock),
        change: naming::available(movement) - naming::available_before(movement),
        available: naming::available(movement),
        reference: naming::reference(visit, &latest.origins, movement),
    };
    latest.changes.iter().map(one).collect()
}

/// What was done in the last day, of the kind that the address names.
async fn day(visit: &Visit) -> Result<Day, Fault> {
    let counted = Counted::from_word(visit.query.text("chart")).unwrap_or_default();
    let kind = match counted {
        Counted::Orders => Activity::Orders,
        Counted::Lines => Activity::Lines,
        Counted::Released => Activity::Released,
        Counted::Cancelled => Activity::Cancelled,
        Counted::Levels => Activity::Levels,
        Counted::Imported => Activity::Imported,
        Counted::Rejected => Activity::Rejected,
    };
    let (from, values) = visit.app.activity.last_day(kind, INTERVAL_MINUTES).await?;
    Ok(Day { counted, values, minutes: INTERVAL_MINUTES, from: activity::begin(from) })
}

/// What a newcomer can run, in this order.
fn first_steps(base: &str) -> FirstSteps {
    FirstSteps {
        list: make_list(base),
        level: command(base, "product_stocks", r#"{"stock_list": 1, "product_sku": "A-1", "stock": 10}"#),
        order: place_order(base),
    }
}

/// The command that makes a list.
pub(super) fn make_list(base: &str) -> String {
    command(base, "stock_list", r#"{"name": "Warehouse", "code": "WH-01"}"#)
}

/// The command that places an order.
pub(super) fn place_order(base: &str) -> String {
    let line = r#"{"product_sku": "A-1", "stock_list": 1, "quantity": 1}"#;
    command(base, "orders", &format!(r#"{{"number": "N-1", "order_items": [{line}]}}"#))
}

/// The command that writes a level into a list.
pub(super) fn write_level(base: &str, list: i64) -> String {
    command(base, "product_stocks", &format!(r#"{{"stock_list": {list}, "product_sku": "A-1", "stock": 10}}"#))
}

fn command(base: &str, path: &str, body: &str) -> String {
    format!(
        "curl {base}/api/v1/{path}/ -H 'Authorization: Token YOUR-TOKEN' -H 'Content-Type: application/json' -d '{body}'"
    )
}
