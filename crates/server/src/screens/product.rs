//! One product: "why is it 3?". Must not know how the numbers came about but by what is read of them.

use std::sync::Arc;

use onhand_core::commands::{UndoFault, undo_fault};
use onhand_core::{Cause, ChannelId, Movement, MovementId, OrderItemId, ProductId, Stock, StockListId};
use onhand_web::chart::Mark;
use onhand_web::form::Pager;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::level::{LevelEdit, LevelMode};
use onhand_web::screens::product::{
    Chart, ChartPoint, Chosen, Event, LevelOrigin, Product, ProductList, Range, UndoOf,
};
use onhand_web::{Unit, What};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::visit::Visit;
use super::{level, naming, product_lines};
use crate::auth::Permission;
use crate::services::products::{self, ProductStocks};
use crate::services::settled;
use crate::services::stock_tables::NamedList;
use crate::services::why::{self, Parts, Why};

/// The most lists of a page.
const LISTS_MAX: usize = 100;

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
    let (mut told, mut shown) = (None, None);
    if let Some((list, stock)) = chosen.or(found.stocks.first()) {
        let channels = match visit.caller.channel {
            Some(_) => Vec::new(),
            None => naming::channels(visit).await?,
        };
        let why = why::of_stock(app, &requester, (stock.id, parts(visit, &channels))).await?.ok_or(Fault::NotFound)?;
        told = visit.caller.channel.is_none().then(|| product_lines::told(&channels, &why));
        shown = Some(chosen_list(visit, (id, list), (&why, &channels), edit));
    }
    if let Some(chosen) = &mut shown {
        chosen.edit = level::with_reasons(visit, chosen.edit.take()).await?;
    }
    let unit = found.stocks.first().map_or(Unit::Piece, |(_, stock)| naming::unit(stock));
    let ProductStocks { product, name, barcode, stocks, lists_without } = found;
    let (lists, lists_pager) = lists(visit, id, &stocks);
    Ok(Product {
        frame: visit.live_frame(Entry::Stock).await?,
        product: id.get(),
        name: if name == product.sku { String::new() } else { name },
        sku: product.sku,
        barcode,
        available: stocks.iter().map(|(_, stock)| stock.available()).sum(),
        unit,
        lists,
        lists_pager,
        lists_without,
        told,
        chosen: shown,
    })
}

/// What the query asks for.
fn parts(visit: &Visit, channels: &[(i64, String)]) -> Parts {
    Parts {
        before: visit.query.number("after").map(MovementId::new),
        open_after: visit.query.number("lines").map(OrderItemId::new),
        reported_after: visit.query.number("registered").map(OrderItemId::new),
        has_fulfilment: visit.may(Permission::ReadFulfilment),
        channels: channels.iter().map(|(id, _)| ChannelId::new(*id)).collect(),
    }
}

/// A page of the lists that have the product.
fn lists(visit: &Visit, id: ProductId, stocks: &[(NamedList, Stock)]) -> (Vec<ProductList>, Pager) {
    let page = usize::try_from(visit.query.number("lists").unwrap_or(1)).unwrap_or(1).max(1);
    let skip = (page - 1).saturating_mul(LISTS_MAX).min(stocks.len());
    let line = |(list, stock): &(NamedList, Stock)| ProductList {
        list: list.id.get(),
        name: list.name.clone(),
        code: list.code.clone(),
        numbers: naming::numbers(stock),
        stock: stock.id.get(),
    };
    let lists: Vec<ProductList> = stocks.iter().skip(skip).take(LISTS_MAX).map(line).collect();
    let here = |page: usize| {
        let list = visit.query.number("list").map_or_else(String::new, |list| format!("list={list}&"));
        format!("{}?{list}lists={page}", link::product(id.get()))
    };
    let is_one = stocks.len() <= LISTS_MAX;
    let pager = Pager {
        from: if is_one { 0 } else { skip as i64 + 1 },
        shown: lists.len() as i64,
        total: Some(stocks.len() as i64),
        previous: (page > 1).then(|| here(page - 1)),
        next: (skip + lists.len() < stocks.len()).then(|| here(page + 1)),
    };
    (lists, pager)
}

fn chosen_list(
    visit: &Visit,
    (id, list): (ProductId, &NamedList),
    (why, channels): (&Why, &[(i64, String)]),
    edit: Option<LevelEdit>,
) -> Chosen {
    let stock = &why.stock;
    let newest = why.newest.first();
    let cause = What::from_word(visit.query.text("cause"));
    let here = link::product_in(id.get(), list.id.get());
    let is_whole = why.open.next_after.is_none() && visit.query.number("lines").is_none();
    let page = |name: &str, next: Option<i64>| Pager {
        next: next.map(|after| format!("{here}&{name}={after}")),
        previous: visit.query.number(name).map(|_| here.clone()),
        ..Pager::default()
    };
    Chosen {
        list: list.id.get(),
        list_name: list.name.clone(),
        stock: stock.id.get(),
        numbers: naming::numbers(stock),
        level: level_origin(why),
        level_taken_at: stock.snapshot_at,
        reserved_lines: is_whole.then_some(why.open.lines.len() as i64),
        reserved_by_lines: stock.open_reservations() - why.open.of_carts.1,
        reserved_by_carts: why.open.of_carts.1,
        carts: why.open.carts.iter().map(|cart| product_lines::cart(channels, cart)).collect(),
        external: product_lines::external(why),
        reported_since: why.reported.lines.iter().filter_map(|line| line.reservation.registered_at).min(),
        since: newest.map(|movement| (movement.at, naming::reference(visit, &why.origins, movement))),
        off_sale_since: stock.discrepancy_at,
        chart: chart(visit, why),
        reservations: why.open.lines.iter().map(|line| product_lines::reserving(visit, channels, why, line)).collect(),
        more_reserved: (stock.open_reservations() - why.open.of_carts.1 - why.open.units()).max(0),
        reservations_pager: page("lines", why.open.next_after.map(OrderItemId::get)),
        reported: why.reported.lines.iter().filter_map(|line| product_lines::reported(visit, line)).collect(),
        reported_pager: page("registered", why.reported.next_after.map(OrderItemId::get)),
        discrepancies: why.discrepancies.iter().map(product_lines::discrepancy).collect(),
        packages: why.packed.iter().map(|packed| product_lines::packed(visit, packed)).collect(),
        cause,
        events: events(visit, why, cause),
        // Movements have no number of their own, so only the way on is told.
        pager: page("after", why.next_before.map(MovementId::get)),
        edit: edit.or_else(|| begun(visit, stock, here.clone())),
    }
}

/// The edit that the query asks for.
fn begun(visit: &Visit, stock: &Stock, leave: String) -> Option<LevelEdit> {
    let mode = visit.query.text("edit");
    if !matches!(mode, "set" | "add") || !visit.may(Permission::WriteStock) {
        return None;
    }
    let begun = level::begin(stock, leave);
    let is_add = mode == LevelMode::Add.word();
    Some(if is_add { LevelEdit { mode: LevelMode::Add, value: String::new(), ..begun } } else { begun })
}

/// The newest movement that wrote a level, of those that are looked at.
fn level_origin(why: &Why) -> Option<LevelOrigin> {
    let level = why.newest.iter().find(|movement| naming::is_level(movement))?;
    Some(LevelOrigin { what: level.cause.into(), by: why.origins.person(level).to_owned(), at: level.at })
}

fn chart(visit: &Visit, why: &Why) -> Chart {
    let range = Range::from_word(visit.query.text("range")).unwrap_or_default();
    let from = range.seconds().map(|seconds| visit.app.clock.now().minus_seconds(seconds));
    let mark = |cause: Cause| match cause {
        Cause::Write | Cause::Import(_) => Some(Mark::Level),
        Cause::Count => Some(Mark::Count),
        Cause::Cancel(_) => Some(Mark::Cancel),
        _ => None,
    };
    // The newest before the range says how it begins.
    let within = why.newest.iter().take_while(|movement| from.is_none_or(|from| movement.at >= from)).count();
    let shown = why.newest.iter().take(within + 1).rev();
    let point = |movement: &Movement| ChartPoint {
        at: movement.at,
        on_hand: movement.on_hand,
        available: naming::available(movement),
        mark: mark(movement.cause),
    };
    let is_cut = from.is_some() && within == why.newest.len() && within == why::MOVEMENTS_MAX;
    Chart { range, points: shown.map(point).collect(), is_cut }
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
    let settled = settled::lines(&why.movements);
    let wanted = |what: &What| cause.is_none_or(|cause| cause == *what);
    let event = |movement: &Movement| {
        let (what, delta) = (What::from(movement.cause), movement.delta);
        let said = movement.explanation.as_ref();
        let moved = [delta.reserved, delta.reported, delta.on_hand].into_iter().map(i64::abs).max().unwrap_or(0);
        Event {
            movement: movement.id.get(),
            at: movement.at,
            what,
            quantity: match movement.cause {
                Cause::RolledUp(movements) => movements,
                _ if naming::is_level(movement) => movement.on_hand,
                _ => moved,
            },
            reference: naming::reference(visit, &why.origins, movement),
            by: why.origins.person(movement).to_owned(),
            token: String::new(),
            reason: said.and_then(|said| said.reason.clone()),
            note: said.map_or_else(String::new, |said| said.note.clone()),
            settled: settled
                .get(&movement.id)
                .map_or_else(Vec::new, |lines| product_lines::numbers(&why.origins, lines)),
            on_hand: (movement.on_hand - delta.on_hand, movement.on_hand),
            reserved: (movement.reserved - delta.reserved, movement.reserved),
            reported: (movement.reported - delta.reported, movement.reported),
            available: (naming::available_before(movement), naming::available(movement)),
            undo: undo_of(why, movement),
        }
    };
    why.movements.iter().map(event).filter(|event| wanted(&event.what)).collect()
}
