//! One product: "why is it 3?". Must not know how the numbers came about but by what is read of them.

use std::sync::Arc;

use onhand_core::commands::{UndoFault, undo_fault};
use onhand_core::{Cause, Movement, ProductId, Reservation, StockListId, Timestamp};
use onhand_web::chart::Mark;
use onhand_web::form::Pager;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::level::{LevelEdit, LevelMode};
use onhand_web::screens::product::{
    Chart, ChartPoint, Chosen, Event, External, LevelOrigin, Product, ProductList, Range, ReportedLine, Reserving,
    UndoOf,
};
use onhand_web::{Unit, What};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::visit::Visit;
use super::{level, naming};
use crate::auth::Permission;
use crate::services::products::{self, ProductStocks, Why};
use crate::services::stock_tables::NamedList;

/// The most points of a chart.
const POINTS_MAX: usize = 400;
/// From when on a line that waits for the ERP is old.
const OLD_SECONDS: i64 = 24 * 3_600;

/// `GET /products/{id}`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let list = visit.query.number("list").map(StockListId::new);
    let page = page(&visit, (ProductId::new(visit.id(0)?), list), None).await?;
    visit.show(&page, Product::as_rows)
}

/// `GET /sku/{sku}`: leads to the product.
pub(super) async fn by_sku(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let sku = visit.parameters.first().cloned().unwrap_or_default();
    let id = products::by_sku(&visit.app, &visit.requester(), sku).await?;
    let query = visit.path.split_once('?').map_or_else(String::new, |(_, query)| format!("?{query}"));
    Ok(ScreenAnswer::see_other(&format!("{}{query}", link::product(id.get()))))
}

/// The page of a product with one of its lists chosen, and with an edit that was not done, if there is one.
pub(super) async fn page(
    visit: &Visit,
    (id, list): (ProductId, Option<StockListId>),
    edit: Option<LevelEdit>,
) -> Result<Product, Fault> {
    let (app, requester) = (&visit.app, visit.requester());
    let found = products::stocks(app, &requester, id).await?;
    let chosen = match list {
        Some(list) => found.stocks.iter().find(|(one, _)| one.id == list),
        None => None,
    };
    let chosen = match chosen.or(found.stocks.first()) {
        Some((list, stock)) => {
            let before = visit.query.number("after").map(onhand_core::MovementId::new);
            let why = products::why(app, &requester, (stock.clone(), before)).await?.ok_or(Fault::NotFound)?;
            Some(chosen_list(visit, (id, list), &why, edit).await?)
        }
        None => None,
    };
    let unit = found.stocks.first().map_or(Unit::Piece, |(_, stock)| naming::unit(stock));
    let ProductStocks { product, name, barcode, stocks, lists_without } = found;
    Ok(Product {
        frame: visit.live_frame(Entry::Stock).await?,
        product: id.get(),
        name: if name == product.sku { String::new() } else { name },
        sku: product.sku,
        barcode,
        available: stocks.iter().map(|(_, stock)| stock.available()).sum(),
        unit,
        lists: stocks
            .into_iter()
            .map(|(list, stock)| ProductList {
                list: list.id.get(),
                name: list.name,
                code: list.code,
                numbers: naming::numbers(&stock),
                stock: stock.id.get(),
            })
            .collect(),
        lists_without,
        told: None,
        chosen,
    })
}

async fn chosen_list(
    visit: &Visit,
    (id, list): (ProductId, &NamedList),
    why: &Why,
    edit: Option<LevelEdit>,
) -> Result<Chosen, Fault> {
    let stock = &why.stock;
    let channels = match visit.caller.channel {
        Some(_) => Vec::new(),
        None => naming::channels(visit).await?,
    };
    let by_lines: i64 = why.open.iter().map(|(reservation, _)| reservation.quantity.units()).sum();
    let newest = why.movements.first().filter(|_| visit.query.number("after").is_none());
    let edit = match (edit, visit.query.text("edit"), visit.may(Permission::WriteStock)) {
        (Some(edit), ..) => Some(edit),
        (None, mode @ ("set" | "add"), true) => {
            let begun = level::begin(stock, link::product_in(id.get(), list.id.get()));
            let is_add = mode == LevelMode::Add.word();
            Some(if is_add { LevelEdit { mode: LevelMode::Add, value: String::new(), ..begun } } else { begun })
        }
        _ => None,
    };
    let cause = What::from_word(visit.query.text("cause"));
    Ok(Chosen {
        list: list.id.get(),
        list_name: list.name.clone(),
        stock: stock.id.get(),
        numbers: naming::numbers(stock),
        level: level_origin(why),
        level_taken_at: stock.snapshot_at,
        reserved_lines: why.open.len() as i64,
        reserved_by_lines: by_lines,
        external: (stock.external > 0).then(|| External { quantity: stock.external, by: String::new(), at: None }),
        reported_since: why.reported.iter().filter_map(|reservation| reservation.registered_at).min(),
        since: newest.map(|movement| (movement.at, naming::reference(visit, &why.origins, movement))),
        off_sale_since: stock.discrepancy_at,
        chart: chart(visit, why),
        reservations: why.open.iter().filter_map(|one| reserving(visit, &channels, why, one)).collect(),
        older_reserved: (stock.open_reservations() - by_lines).max(0),
        reported: why.reported.iter().filter_map(|one| reported(visit, why, one)).collect(),
        cause,
        events: events(visit, why, cause),
        pager: pager(visit, (id, list.id), why),
        edit,
    })
}

/// Movements have no number of their own, so only the way on is told.
fn pager(visit: &Visit, (id, list): (ProductId, StockListId), why: &Why) -> Pager {
    let here = link::product_in(id.get(), list.get());
    Pager {
        next: why.next_before.map(|before| format!("{here}&after={}", before.get())),
        previous: visit.query.number("after").map(|_| here),
        ..Pager::default()
    }
}

/// The newest movement that wrote a level, of those that are looked at.
fn level_origin(why: &Why) -> Option<LevelOrigin> {
    let level = why.movements.iter().find(|movement| naming::is_level(movement))?;
    Some(LevelOrigin { what: level.cause.into(), by: why.origins.person(level).to_owned(), at: level.at })
}

fn chart(visit: &Visit, why: &Why) -> Chart {
    let range = Range::from_word(visit.query.text("range")).unwrap_or_default();
    let from = visit.app.clock.now().minus_seconds(range.seconds());
    let mark = |cause: Cause| match cause {
        Cause::Write | Cause::Import(_) => Some(Mark::Level),
        Cause::Count => Some(Mark::Count),
        Cause::Cancel(_) => Some(Mark::Cancel),
        _ => None,
    };
    // The newest before the range says how it begins.
    let within = why.movements.iter().take_while(|movement| movement.at >= from).count();
    let shown = why.movements.iter().take((within + 1).min(POINTS_MAX)).rev();
    let point = |movement: &Movement| ChartPoint {
        at: movement.at,
        on_hand: movement.on_hand,
        available: naming::available(movement),
        mark: mark(movement.cause),
    };
    Chart { range, points: shown.map(point).collect() }
}

fn reserving(
    visit: &Visit,
    channels: &[(i64, String)],
    why: &Why,
    (reservation, line): &(Reservation, products::OpenLine),
) -> Option<Reserving> {
    let order = why.origins.order_of(reservation.item)?;
    let old: Timestamp = visit.app.clock.now().minus_seconds(OLD_SECONDS);
    let short = (why.stock.reserved + why.stock.reported - why.stock.on_hand).max(0);
    Some(Reserving {
        order: visit.may(Permission::ReadOrders).then(|| order.id.get()),
        number: order.number.clone(),
        channel: naming::channel_name(channels, order.channel),
        quantity: reservation.quantity.units(),
        since: line.since,
        is_old: line.since < old,
        oversold_by: if line.is_oversold { short.min(reservation.quantity.units()) } else { 0 },
    })
}

fn reported(visit: &Visit, why: &Why, reservation: &Reservation) -> Option<ReportedLine> {
    let order = why.origins.order_of(reservation.item)?;
    let code = why.codes.iter().find(|mapping| mapping.item == reservation.item);
    Some(ReportedLine {
        order: visit.may(Permission::ReadOrders).then(|| order.id.get()),
        number: order.number.clone(),
        quantity: reservation.quantity.units(),
        since: reservation.registered_at?,
        code: code.map_or_else(String::new, |mapping| mapping.code.clone()),
    })
}

/// Whether a movement can be undone. Why not is said of the newest write only: of older ones it goes without saying.
fn undo_of(why: &Why, movement: &Movement) -> UndoOf {
    let is_write = |movement: &&Movement| matches!(movement.cause, Cause::Write | Cause::Import(_));
    let is_newest_write = why.movements.iter().find(is_write).is_some_and(|newest| newest.id == movement.id);
    match undo_fault(&why.stock, movement) {
        None => UndoOf::Possible,
        Some(UndoFault::TouchedSince) if is_newest_write => UndoOf::TouchedSince,
        Some(UndoFault::Settled) if is_newest_write => UndoOf::Settled,
        Some(_) => UndoOf::None,
    }
}

fn events(visit: &Visit, why: &Why, cause: Option<What>) -> Vec<Event> {
    let wanted = |what: &What| cause.is_none_or(|cause| cause == *what);
    let event = |movement: &Movement| {
        let (what, delta) = (What::from(movement.cause), movement.delta);
        let moved = [delta.reserved, delta.reported, delta.on_hand].into_iter().map(i64::abs).max().unwrap_or(0);
        Event {
            movement: movement.id.get(),
            at: movement.at,
            what,
            quantity: if naming::is_level(movement) { movement.on_hand } else { moved },
            reference: naming::reference(visit, &why.origins, movement),
            by: why.origins.person(movement).to_owned(),
            token: String::new(),
            note: String::new(),
            on_hand: (movement.on_hand - delta.on_hand, movement.on_hand),
            reserved: (movement.reserved - delta.reserved, movement.reserved),
            reported: (movement.reported - delta.reported, movement.reported),
            available: (naming::available_before(movement), naming::available(movement)),
            undo: undo_of(why, movement),
        }
    };
    why.movements.iter().map(event).filter(|event| wanted(&event.what)).collect()
}
