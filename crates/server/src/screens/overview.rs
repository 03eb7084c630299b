//! The overview: what needs somebody, what there is, what happened last. Must not decide what is wrong with an import.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_store::imports::{ImportRow, State};
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::overview::{Card, CardKind, FirstSteps, ListSums, News, Overview};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::visit::Visit;
use super::{import, naming};
use crate::auth::Permission;
use crate::services::{attention, stock_tables};

/// Imports that are shown.
const IMPORTS_SHOWN: usize = 5;
/// For how long an import that went wrong needs somebody.
const DAY_SECONDS: i64 = 24 * 3_600;

/// `GET /`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let (app, requester) = (&visit.app, visit.requester());
    let waiting = attention::waiting(app, &requester).await?;
    let latest = attention::overview(app, &requester).await?;
    let lists = match visit.may(Permission::ReadStock) {
        true => stock_tables::lists(app, &requester).await?,
        false => Vec::new(),
    };
    let sizes = stock_tables::sizes(app, &lists).await?;
    let mut cards = Vec::new();
    cards.extend(wrong_imports(&visit, &latest.imports));
    if let Some(number) = waiting.orders.filter(|number| *number > 0) {
        let oldest = waiting.oldest_order.as_ref().map(|order| order.created_at);
        let link = link::orders().to_owned();
        cards.push(Card { kind: CardKind::OrdersWaiting, number, oldest, detail: String::new(), link });
    }
    let news = latest.changes.iter().map(|(movement, stock)| News {
        at: movement.at,
        product: stock.product.get(),
        sku: stock.sku.clone(),
        change: naming::available(movement) - naming::available_before(movement),
        available: naming::available(movement),
        reference: naming::reference(&visit, &latest.origins, movement),
    });
    let shown: Vec<&ImportRow> = latest.imports.iter().take(IMPORTS_SHOWN).collect();
    let page = Overview {
        frame: visit.frame(Entry::Overview).await?,
        cards,
        sums_at: None,
        pulse: None,
        news: news.collect(),
        imports: import::lines(&visit, &shown).await?,
        first_steps: lists.is_empty().then(|| first_steps(&visit.base)).filter(|_| visit.may(Permission::WriteStock)),
        lists: lists
            .into_iter()
            .map(|list| ListSums {
                id: list.id.get(),
                products: sizes.get(&list.id).copied(),
                name: list.name,
                sums: None,
            })
            .collect(),
    };
    ScreenAnswer::page(StatusCode::OK, &page)
}

/// Imports of the last day that have failed, or of which rows have.
fn wrong_imports(visit: &Visit, imports: &[ImportRow]) -> Option<Card> {
    let since = visit.app.clock.now().minus_seconds(DAY_SECONDS);
    let is_wrong =
        |import: &&ImportRow| import.created_at >= since && (import.state == State::Failed || import.counts.failed > 0);
    let wrong: Vec<&ImportRow> = imports.iter().filter(is_wrong).collect();
    let (newest, oldest) = (wrong.first()?, wrong.last()?);
    let link =
        if wrong.len() == 1 { link::import(newest.id.get()) } else { format!("{}?view=failed", link::imports()) };
    Some(Card {
        kind: CardKind::ImportsFailed,
        number: wrong.len() as i64,
        oldest: Some(oldest.created_at),
        detail: newest.file_name.clone(),
        link,
    })
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
