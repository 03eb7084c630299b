//! The table of orders. Must not know how an order is found.

use std::sync::Arc;

use onhand_core::{ChannelId, Order, OrderItemId, OrderStatus, ReservationState};
use onhand_web::form::Pager;
use onhand_web::frame::Entry;
use onhand_web::link::OrdersQuery;
use onhand_web::screens::orders::{OrderRow, Orders};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::naming;
use super::overview::place_order;
use super::stock::{SEARCH_CHARS_MAX, page_number, pager};
use super::visit::Visit;
use crate::services::attention;
use crate::services::orders::cancellations;
use crate::services::orders::tables::{self, OrderTable, OrderView, PageStart};

/// Rows of a page.
const ROWS: i64 = 50;

/// What is shown: a view, or what is searched for, and where its page begins. A channel's orders are those of all views.
fn query(visit: &Visit) -> (OrdersQuery, OrderView, PageStart) {
    let fields = &visit.query;
    let search: String = fields.text("q").chars().take(SEARCH_CHARS_MAX).collect();
    let channel = fields.number("channel").filter(|_| visit.caller.channel.is_none());
    let view = match fields.text("view") {
        _ if visit.caller.channel.is_some() || channel.is_some() || !search.is_empty() => "all",
        view @ ("all" | "oversold" | "short" | "cancelled") => view,
        _ => "waiting",
    };
    let wanted = match view {
        _ if !search.is_empty() => OrderView::Numbered(search.clone()),
        "all" => OrderView::All(channel.map(ChannelId::new)),
        "oversold" => OrderView::Oversold,
        "short" => OrderView::Short,
        "cancelled" => OrderView::Cancelled,
        _ => OrderView::Waiting,
    };
    let (after, start) = match wanted {
        OrderView::Oversold | OrderView::Short => {
            let before = fields.number("after");
            (before, PageStart::Before(before.map(OrderItemId::new)))
        }
        _ => {
            let page = page_number(fields).filter(|page| *page > 1);
            (page, PageStart::Number(page.unwrap_or(1)))
        }
    };
    let after = after.map_or_else(String::new, |after| after.to_string());
    (OrdersQuery { view: view.to_owned(), search, channel, after }, wanted, start)
}

/// `GET /orders`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let (app, requester) = (&visit.app, visit.requester());
    let (query, wanted, start) = query(&visit);
    let table = tables::table(app, &requester, wanted, (start, ROWS)).await?;
    let channels = match visit.caller.channel {
        Some(_) => Vec::new(),
        None => naming::channels(&visit).await?,
    };
    let waiting = attention::waiting(app, &requester).await?;
    let is_searched = !query.search.is_empty();
    let count = table.count.filter(|_| !is_searched);
    let rows: Vec<OrderRow> = table.orders.iter().map(|order| row(&table, &channels, order)).collect();
    let views = match visit.caller.channel {
        Some(_) => vec![("all", count)],
        None => {
            let counts = tables::counts(app).await?;
            vec![
                ("waiting", Some(counts.waiting)),
                ("all", Some(counts.all)),
                ("oversold", Some(counts.oversold)),
                ("short", Some(counts.short)),
                ("cancelled", Some(counts.cancelled)),
            ]
        }
    };
    let is_empty = query.view == "all" && !is_searched && query.channel.is_none() && count == Some(0);
    let oldest = waiting.oldest_order.filter(|_| query.view == "waiting").map(|order| order.created_at);
    let page = Orders {
        frame: visit.frame(Entry::Orders).await?,
        pager: match start {
            PageStart::Number(number) => {
                let has_more = count.is_some_and(|count| number.saturating_mul(ROWS) < count);
                pager((number, ROWS), (rows.len(), count, has_more), |after| query.with_page(after))
            }
            PageStart::Before(before) => Pager {
                from: 0,
                shown: rows.len() as i64,
                total: None,
                previous: before.map(|_| query.with_page("")),
                next: table.next.map(|line| query.with_page(&line.get().to_string())),
            },
        },
        counted_max: tables::COUNTED_MAX,
        requests: cancellations::count(app, &requester).await?,
        views,
        channels,
        oldest,
        rows,
        is_empty,
        command: if is_empty { place_order(&visit.base) } else { String::new() },
        query,
    };
    visit.show(&page, Orders::as_rows)
}

fn row(table: &OrderTable, channels: &[(i64, String)], order: &Order) -> OrderRow {
    let lines = || table.items.iter().filter(|item| item.order == order.id);
    let reservations = || lines().filter_map(|item| table.reservations.get(&item.id));
    let open = |one: &&onhand_core::Reservation| one.state == ReservationState::Open;
    OrderRow {
        id: order.id.get(),
        number: order.number.clone(),
        channel: naming::channel_name(channels, order.channel),
        placed: order.date_placed,
        lines: lines().count() as i64,
        reserved: reservations().filter(open).map(|one| one.quantity.units()).sum(),
        status: order.status,
        is_taken: order.is_send,
        packages: table.packages.iter().filter(|package| package.order == order.id).count() as i64,
        oversold: lines().filter(|item| item.oversold && item.status != OrderStatus::Cancelled).count() as i64,
        short: reservations().filter(|one| one.state == ReservationState::Short).count() as i64,
    }
}
