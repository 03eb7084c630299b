//! The table of a stock list, and the same as a file. Must not know how an edit is decided.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::{StockListId, StockState, UnitType};
use onhand_store::Value;
use onhand_store::query::{Condition, ListQuery, Op, Window};
use onhand_store::stock_views::COUNTED_MAX;
use onhand_store::tables::stock_sums::{CountedSums, StockSums};
use onhand_web::form::Pager;
use onhand_web::frame::Entry;
use onhand_web::link::{self, StockQuery, View};
use onhand_web::screens::level::LevelEdit;
use onhand_web::screens::overview::Sums;
use onhand_web::screens::stock::{BulkForm, RowChange, Stock, StockRow};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::fields::Fields;
use super::overview::write_level;
use super::stock_place::{NumberedPlace, PLACE_CHARS_MAX};
use super::visit::Visit;
use super::{level, naming, saved_views};
use crate::http::download::{self, Format};
use crate::services::imports::bulk::Selection;
use crate::services::stock_filter::StockFilter;
use crate::services::stock_tables::{self, NamedList, Place, StockTable, Wanted};
use crate::services::{exports, stock_sums};
use crate::wire::scalar;
use crate::zone::Zone;

/// Rows of a page: what can be chosen, the usual one first.
const LIMITS: [i64; 3] = [50, 20, 100];
/// Other lists that one can go to at once; the page of all lists has more.
const OTHERS_SHOWN: usize = 100;
/// The most characters that are searched for.
pub(super) const SEARCH_CHARS_MAX: usize = 128;
const FORMATS: &[Format] = &[Format::Csv, Format::Xlsx];

/// What the table shows, as its address says.
pub(super) fn query(fields: &Fields) -> StockQuery {
    let limit = fields.number("limit").filter(|limit| LIMITS.contains(limit)).unwrap_or(LIMITS[0]);
    let known = ["bar", "reserved", "reported", "change", "level"];
    let asked: Vec<&str> = fields.all("columns").flat_map(|some| some.split(',')).collect();
    let columns: Vec<&str> = known.into_iter().filter(|column| asked.contains(column)).collect();
    let since = fields.text("since");
    let query = StockQuery {
        view: View::from_word(fields.text("view")).unwrap_or_default(),
        search: fields.text("q").chars().take(SEARCH_CHARS_MAX).collect(),
        unit: UnitType::from_word(fields.text("unit")).map_or_else(String::new, |unit| unit.word().to_owned()),
        since: scalar::parse_day(since, None).map_or_else(String::new, |_| since.to_owned()),
        after: fields.text("after").chars().take(PLACE_CHARS_MAX).collect(),
        limit,
        columns: columns.join(","),
        saved: fields.number("saved"),
        edit: fields.number("edit"),
        ..StockQuery::default()
    };
    // The other orders are those of what narrows the table.
    let sort = if query.order() == "id" && fields.text("sort") == "sku" { "sku" } else { "" };
    StockQuery { sort: sort.to_owned(), ..query }
}

/// Which stocks a table shows.
pub(super) fn filter(visit: &Visit, query: &StockQuery) -> StockFilter {
    let (zone, now) = (visit.app.config.time_zone.as_ref(), visit.app.clock.now());
    let today = || {
        let day = zone.map_or_else(Zone::utc, Zone::clone).day_of(now)?;
        scalar::parse_day(&day.to_string(), zone).map(|(begin, _)| begin)
    };
    let since = scalar::parse_day(&query.since, zone).map(|(begin, _)| begin);
    let (state, changed_since) = match query.view {
        View::All => (None, since),
        View::SoldOut => (Some(StockState::SoldOut), since),
        View::Low => (Some(StockState::Low), since),
        View::Oversold => (Some(StockState::Oversold), since),
        View::OffSale => (Some(StockState::OffSale), since),
        View::ChangedToday => (None, since.max(today())),
    };
    StockFilter { prefix: query.search.clone(), state, unit: UnitType::from_word(&query.unit), changed_since }
}

/// The views, each with its count where one is known: exact ones up to a bound, and kept ones beyond.
fn views(table: &StockTable, sums: Option<&StockSums>) -> Vec<(View, Option<i64>)> {
    let of_state = |state: StockState| {
        let exact =
            StockState::ALL.into_iter().zip(table.states).find(|(one, _)| *one == state).map(|(_, count)| count);
        let kept = || sums.map(|sums| sums.of_state(state)).filter(|kept| *kept > COUNTED_MAX);
        exact.filter(|count| *count <= COUNTED_MAX).or_else(kept)
    };
    let count = |view: View| match view {
        View::All => Some(table.size),
        View::SoldOut => of_state(StockState::SoldOut),
        View::Low => of_state(StockState::Low),
        View::Oversold => of_state(StockState::Oversold),
        View::OffSale => of_state(StockState::OffSale),
        View::ChangedToday => None,
    };
    View::ALL.into_iter().map(|view| (view, count(view))).collect()
}

/// The sums of a list, as pages have them.
pub(super) fn sums(counted: &CountedSums) -> Sums {
    let StockSums { available, reserved, reported, on_hand, .. } = counted.sums;
    Sums { available, reserved, reported, on_hand, sold_out: Some(counted.sums.of_state(StockState::SoldOut)) }
}

/// The number of a page, from 1, as `after` says it.
pub(super) fn page_number(fields: &Fields) -> Option<i64> {
    fields.number("after").filter(|page| (1..=i64::from(u32::MAX)).contains(page))
}

/// Where a page is. `link` makes the address of another one.
pub(super) fn pager(
    (page, limit): (i64, i64),
    (shown, total, has_more): (usize, Option<i64>, bool),
    link: impl Fn(&str) -> String,
) -> Pager {
    let previous = match page {
        ..2 => None,
        2 => Some(link("")),
        page => Some(link(&(page - 1).to_string())),
    };
    let next = has_more.then(|| link(&(page + 1).to_string()));
    Pager { from: (page - 1) * limit + 1, shown: shown as i64, total, previous, next }
}

/// Where a part of a table is, and the parts around it.
fn pager_of(table: &StockTable, start: &NumberedPlace, query: &StockQuery, list: i64) -> Pager {
    let shown = table.rows.len();
    let link = |from: i64, place: &Place| {
        let place = NumberedPlace { from: from.max(1), place: Some(place.clone()) };
        query.with_page(list, &place.text())
    };
    let previous = table.previous.as_ref().map(|place| link(start.from - query.limit, place));
    // Changes have no way back but to the newest one.
    let is_later = start.place.is_some() && query.order() == "-modified";
    Pager {
        from: start.from,
        shown: shown as i64,
        total: table.count,
        previous: previous.or_else(|| is_later.then(|| query.with_page(list, ""))),
        next: table.next.as_ref().map(|place| link(start.from + shown as i64, place)),
    }
}

/// `GET /stock/{list}`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let page = page(&visit, None).await?;
    visit.show(&page, Stock::as_rows)
}

/// The list in the path, and the others that the person may see.
pub(super) async fn lists_with(visit: &Visit, id: i64) -> Result<(NamedList, Vec<NamedList>), Fault> {
    let mut lists = stock_tables::lists(&visit.app, &visit.requester()).await?;
    let at = lists.iter().position(|list| list.id.get() == id).ok_or(Fault::NotFound)?;
    let list = lists.remove(at);
    Ok((list, lists))
}

/// The page, with an edit that was not done, if there is one.
pub(super) async fn page(visit: &Visit, edit: Option<LevelEdit>) -> Result<Stock, Fault> {
    let query = match edit {
        Some(_) => query(&visit.back_query()),
        None => query(&visit.query),
    };
    let query = StockQuery { edit: edit.as_ref().map(|edit| edit.stock).or(query.edit), ..query };
    page_of(visit, (visit.id(0)?, query), edit).await
}

/// The page of a list with what a query shows.
pub(super) async fn page_of(
    visit: &Visit,
    (id, query): (i64, StockQuery),
    edit: Option<LevelEdit>,
) -> Result<Stock, Fault> {
    let (list, mut others) = lists_with(visit, id).await?;
    others.truncate(OTHERS_SHOWN);
    let saved = saved_views::open_to(visit, query.saved).await?;
    let query = StockQuery { saved: query.saved.filter(|open| saved.iter().any(|view| view.id == *open)), ..query };
    let start = NumberedPlace::parse(&query.after, query.limit);
    let (filter, by_sku) = (filter(visit, &query), query.order() == "sku");
    let wanted = Wanted { filter, by_sku, place: start.place.clone(), limit: query.limit };
    let counted = stock_sums::of_lists(&visit.app, [list.id]).await?.remove(&list.id);
    let table = stock_tables::table(&visit.app, &visit.requester(), (list.id, wanted)).await?;
    let rows: Vec<StockRow> = table.rows.iter().map(|stock| row(visit, &table, stock)).collect();
    let edit = match (edit, query.edit, visit.may(crate::auth::Permission::WriteStock)) {
        (Some(edit), ..) => Some(edit),
        (None, Some(stock), true) => {
            let edited = table.rows.iter().find(|row| row.id.get() == stock);
            edited.map(|stock| level::begin(stock, query.without_edit(id)))
        }
        _ => None,
    };
    let edit = level::with_reasons(visit, edit).await?;
    let is_empty_list = table.size == 0;
    Ok(Stock {
        frame: visit.live_frame(Entry::Stock).await?,
        list: id,
        name: list.name,
        code: list.code,
        others: others.into_iter().map(|list| (list.id.get(), list.name)).collect(),
        sums: counted.as_ref().map(sums),
        sums_at: counted.map(|counted| counted.at),
        products: Some(table.size),
        views: views(&table, counted.as_ref().map(|counted| &counted.sums)),
        saved,
        unsaved: None,
        bulk: BulkForm::default(),
        can_export: !is_empty_list,
        sorts: if query.order() == "-modified" { Vec::new() } else { vec!["sku"] },
        pager: pager_of(&table, &start, &query, id),
        rows,
        edit,
        command: if is_empty_list { write_level(&visit.base, id) } else { String::new() },
        is_empty_list,
        query,
    })
}

fn row(visit: &Visit, table: &StockTable, stock: &onhand_core::Stock) -> StockRow {
    let newest = stock.movement.and_then(|movement| table.newest.get(&movement));
    StockRow {
        stock: stock.id.get(),
        product: stock.product.get(),
        sku: stock.sku.clone(),
        name: naming::product_name(&table.names, stock),
        numbers: naming::numbers(stock),
        state: naming::state(stock),
        unit: naming::unit(stock),
        moves: Vec::new(),
        change: newest.map(|movement| RowChange {
            at: movement.at,
            what: movement.cause.into(),
            reference: naming::reference(visit, &table.origins, movement),
        }),
        level_at: stock.snapshot_at,
    }
}

/// `GET /stock/{list}/export`: all stocks that the table of the same address shows.
pub(super) async fn export(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let format = Format::asked(&visit.query.0, FORMATS)?;
    let (list, _) = lists_with(&visit, visit.id(0)?).await?;
    let query = query(&visit.query);
    let selection = Selection::of_view(&visit.app, list.id, filter(&visit, &query)).await?;
    let listing = listing(list.id, &selection, query.order() == "sku");
    file(&visit, list, listing, format).await
}

/// The stocks of a selection, for a file.
fn listing(list: StockListId, selection: &Selection, by_sku: bool) -> ListQuery {
    let window = Window::After { key: None, limit: 1 };
    match selection {
        Selection::Filter(filter) => filter.listing(list, by_sku, window),
        Selection::Stocks(ids) => {
            let mut listing = StockFilter::default().listing(list, false, window);
            let values = ids.iter().map(|stock| Value::Int(stock.get())).collect();
            listing.conditions.push(Condition { column: "id", op: Op::In, values });
            listing
        }
    }
}

async fn file(visit: &Visit, list: NamedList, listing: ListQuery, format: Format) -> Result<ScreenAnswer, Fault> {
    let code = if list.code.is_empty() { list.name } else { list.code };
    let name = format!("{code}_{}", &scalar::time_text(visit.app.clock.now())[..10]);
    let reply = download::reply(&visit.app, (&name, format), move |reads, sink| {
        exports::export(reads, &listing, (sink, format), |_, _| {})
    });
    Ok(ScreenAnswer::file(reply.await?))
}

/// `POST /stock/{list}/sums`: has the sums counted anew.
pub(super) async fn count_again(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let list = list_id(&visit)?;
    stock_sums::count_again(&visit.app, &visit.requester(), list).await?;
    Ok(visit.back(&link::stock(list.get())))
}

/// The file of a selection: of some stocks at once, of a view at its own address.
pub(super) async fn export_of(visit: &Visit, id: i64, selection: Selection) -> Result<ScreenAnswer, Fault> {
    if matches!(selection, Selection::Filter(_)) {
        return Ok(ScreenAnswer::see_other(&query(&visit.form).export(id, FORMATS[0].word())));
    }
    let (list, _) = lists_with(visit, id).await?;
    let listing = listing(list.id, &selection, false);
    file(visit, list, listing, FORMATS[0]).await
}

/// The id of a list in a path.
pub(super) fn list_id(visit: &Visit) -> Result<StockListId, Fault> {
    visit.id(0).map(StockListId::new)
}

/// The status of a page whose form was not done.
pub(super) const NOT_DONE: StatusCode = StatusCode::BAD_REQUEST;
