//! The table of a stock list, and the same as a file. Must not know how an edit is decided.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::StockListId;
use onhand_store::Value;
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_web::form::Pager;
use onhand_web::frame::Entry;
use onhand_web::link::{StockQuery, View};
use onhand_web::screens::level::LevelEdit;
use onhand_web::screens::stock::{RowChange, Stock, StockRow};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::fields::Fields;
use super::overview::write_level;
use super::visit::Visit;
use super::{level, naming};
use crate::http::download::{self, Format};
use crate::services::exports;
use crate::services::stock_tables::{self, NamedList, StockTable, Wanted};
use crate::wire::scalar;

/// Rows of a page: what can be chosen, the usual one first.
const LIMITS: [i64; 3] = [50, 20, 100];
/// The most characters that are searched for.
pub(super) const SEARCH_CHARS_MAX: usize = 128;
const FORMATS: &[Format] = &[Format::Csv, Format::Xlsx];

/// What the table shows, as its address says.
fn query(fields: &Fields) -> StockQuery {
    let limit = fields.number("limit").filter(|limit| LIMITS.contains(limit)).unwrap_or(LIMITS[0]);
    let known = ["bar", "reserved", "reported", "change", "level"];
    let asked: Vec<&str> = fields.all("columns").flat_map(|some| some.split(',')).collect();
    let columns: Vec<&str> = known.into_iter().filter(|column| asked.contains(column)).collect();
    StockQuery {
        search: fields.text("q").chars().take(SEARCH_CHARS_MAX).collect(),
        after: page_number(fields).filter(|page| *page > 1).map_or_else(String::new, |page| page.to_string()),
        limit,
        columns: columns.join(","),
        edit: fields.number("edit"),
        ..StockQuery::default()
    }
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
    let id = visit.id(0)?;
    let (list, others) = lists_with(visit, id).await?;
    // The form of an edit leads back to its table, whose address has what it shows.
    let back = visit.form.text("back").split_once('?').map_or("", |(_, query)| query);
    let query = match edit {
        Some(_) => query(&Fields::parse(back.as_bytes())),
        None => query(&visit.query),
    };
    let query = StockQuery { edit: edit.as_ref().map(|edit| edit.stock).or(query.edit), ..query };
    let number = query.after.parse().unwrap_or(1);
    let wanted = Wanted { prefix: query.search.clone(), page: number, limit: query.limit };
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
    let is_empty_list = table.count == Some(0) && query.search.is_empty();
    Ok(Stock {
        frame: visit.live_frame(Entry::Stock).await?,
        list: id,
        name: list.name,
        code: list.code,
        others: others.into_iter().map(|list| (list.id.get(), list.name)).collect(),
        sums: None,
        sums_at: None,
        products: table.count.filter(|_| query.search.is_empty()),
        views: vec![(View::All, table.count.filter(|_| query.search.is_empty()))],
        saved: Vec::new(),
        can_save: false,
        has_filters: false,
        has_bulk: false,
        can_export: !is_empty_list && query.search.is_empty(),
        sorts: Vec::new(),
        pager: pager((number, query.limit), (rows.len(), table.count, table.has_more), |after| {
            query.with_page(id, after)
        }),
        rows,
        edit,
        command: if is_empty_list { write_level(&visit.base, id) } else { String::new() },
        is_empty_list,
        query,
    })
}

fn row(visit: &Visit, table: &StockTable, stock: &onhand_core::Stock) -> StockRow {
    let newest = stock.movement.and_then(|movement| table.newest.get(&movement));
    let name = table.names.get(&stock.product).filter(|name| **name != stock.sku);
    StockRow {
        stock: stock.id.get(),
        product: stock.product.get(),
        sku: stock.sku.clone(),
        name: name.cloned().unwrap_or_default(),
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

/// `GET /stock/{list}/export`: all stocks of the list.
pub(super) async fn export(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let format = Format::asked(&visit.query.0, FORMATS)?;
    let (list, _) = lists_with(&visit, visit.id(0)?).await?;
    let of_list = Condition { column: "stock_list_id", op: Op::Eq, values: vec![Value::Int(list.id.get())] };
    let window = Window::After { key: None, limit: 1 };
    let listing = ListQuery { conditions: vec![of_list], sort: Sort::BY_ID, window };
    let code = if list.code.is_empty() { list.name } else { list.code };
    let name = format!("{code}_{}", &scalar::time_text(visit.app.clock.now())[..10]);
    let reply = download::reply(&visit.app, (&name, format), move |reads, sink| {
        exports::export(reads, &listing, (sink, format), |_, _| {})
    });
    Ok(ScreenAnswer::file(reply.await?))
}

/// The id of a list in a path.
pub(super) fn list_id(visit: &Visit) -> Result<StockListId, Fault> {
    visit.id(0).map(StockListId::new)
}

/// The status of a page whose form was not done.
pub(super) const NOT_DONE: StatusCode = StatusCode::BAD_REQUEST;
