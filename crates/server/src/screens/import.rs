//! One import: how far it is, the results of its rows, applying and undoing it, its files. Must not know how a row was
//! decided.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use onhand_core::{ImportId, PriceListId, Stock, StockId, StockListId};
use onhand_store::Tx;
use onhand_store::imports::{ImportRow as Stored, State, Task};
use onhand_store::tables::prices::PRICE_LISTS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::{accounts, product_stocks};
use onhand_web::frame::Entry;
use onhand_web::screens::import::{ChangeSums, ColumnUse, Filter, Import, ImportRow, LayoutNotes, RowSums};
use onhand_web::screens::imports::ImportLine;
use onhand_web::{Frame, link};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::naming;
use super::stock::{page_number, pager};
use super::visit::Visit;
use crate::http::download::{self, Format};
use crate::services::imports::layout::{Layout, MappingOrigin};
use crate::services::imports::price_results::PriceTexts;
use crate::services::imports::reread;
use crate::services::imports::results::{self, LevelChanges, LevelDirection, Part};
use crate::services::imports::row_results::{ResultStatus, RowResult, StockValues};
use crate::services::imports::status::{self, ImportStatus};
use crate::services::imports::{follow, price_template, result_file};
use crate::services::{exports, names};

/// Rows of a page.
const ROWS: i64 = 50;
/// Stocks that are compared with a preview, to say how many were written since.
const COMPARED_MAX: usize = 2_000;

/// Some imports in one line each, with the names behind their ids.
pub(super) async fn lines(visit: &Visit, imports: &[&Stored]) -> Result<Vec<ImportLine>, Fault> {
    let lists: BTreeSet<i64> = imports.iter().filter_map(|import| import.list).map(StockListId::get).collect();
    let prices: BTreeSet<i64> = imports.iter().filter_map(|import| import.price_list).map(PriceListId::get).collect();
    let people: BTreeSet<_> = imports.iter().map(|import| import.actor).collect();
    let body = async move |tx: &mut Tx<'_>| {
        let lists = names::of(tx, &STOCK_LISTS, &lists).await?;
        let prices = names::of(tx, &PRICE_LISTS, &prices).await?;
        let mut named = HashMap::new();
        for person in &people {
            let found = accounts::by_id(tx, *person).await?;
            named.extend(found.map(|account| (person.get(), account.username)));
        }
        Ok((lists, prices, named))
    };
    let (lists, prices, people) = visit.app.store.read("imports.names", body).await?;
    let line = |import: &&Stored| {
        let list = import.list.and_then(|list| lists.get(&list.get()));
        let list = list.or_else(|| prices.get(&import.price_list?.get()));
        naming::import_line(import, list.cloned().unwrap_or_default(), &people)
    };
    Ok(imports.iter().map(line).collect())
}

/// The import in the path. One that has not arrived whole is none.
pub(super) async fn found(visit: &Visit) -> Result<Stored, Fault> {
    Ok(status::by_id(&visit.app.store, ImportId::new(visit.id(0)?)).await?)
}

/// `GET /imports/{id}`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let import = found(&visit).await?;
    let id = import.id;
    let filter = Filter::from_word(visit.query.text("rows")).unwrap_or_default();
    let number = page_number(&visit.query).unwrap_or(1);
    let status = status::status(&visit.app, import, Part { skip: 0, limit: 1 }).await?;
    let import = &status.import;
    let is_over = !State::OPEN.contains(&import.state);
    let is_open = import.task == Task::Preview && status.applied_by.is_none();
    let shown = match is_over && import.counts.sum() > 0 {
        true => Some(rows(&visit, (import, is_open), filter, number).await?),
        false => None,
    };
    let (sums, rows, stale) = match shown {
        Some(Shown { changes, rows, stale }) => (Some(sums(import, changes)), rows, stale),
        None => (None, Vec::new(), 0),
    };
    let layout = reread::known_layout(&visit.app.services, import).await?;
    let total = sums.and_then(|sums| sums.of(filter));
    let has_more = total.is_some_and(|total| number.saturating_mul(ROWS) < total);
    let word = if filter == Filter::All { "" } else { filter.word() };
    let line = lines(&visit, &[import]).await?.pop().ok_or(Fault::NotFound)?;
    let changed = import.counts.created + import.counts.updated;
    let page = Import {
        frame: Frame { is_live: !is_over, ..visit.frame(Entry::Imports).await? },
        line,
        list: import.list.map_or(0, StockListId::get),
        bytes: import.file_bytes,
        format: import.format.clone(),
        time_zone: import.time_zone.clone().unwrap_or_default(),
        columns: layout.as_ref().map_or_else(|| ignored(&status), used),
        can_map: layout.is_some() && reread::can_be_read_again(import),
        layout: layout.as_ref().map(notes).unwrap_or_default(),
        per_second: None,
        error: status.error.clone().unwrap_or_default(),
        delayed: status.delayed.clone().unwrap_or_default(),
        sums,
        filter,
        pager: pager((number, ROWS), (rows.len(), total, has_more), |after| link::import_rows(id.get(), word, after)),
        rows,
        stale,
        can_apply: can(import, status.applied_by.as_deref(), &[Task::Preview]),
        undo: can(import, status.undone_by.as_deref(), &[Task::Import, Task::Apply])
            .then_some(changed)
            .filter(|most| *most > 0),
        followed_by: followed_by(&visit, &status).await?,
        source: import.source.map(ImportId::get),
    };
    visit.show(&page, Import::as_rows)
}

/// Whether an import of one of these tasks has ended well and is not followed yet.
fn can(import: &Stored, followed: Option<&str>, tasks: &[Task]) -> bool {
    let has_list = import.list.is_some() || import.price_list.is_some();
    has_list && import.state == State::Completed && followed.is_none() && tasks.contains(&import.task)
}

/// The import that has applied this one, or taken it back.
async fn followed_by(visit: &Visit, status: &ImportStatus) -> Result<Option<i64>, Fault> {
    let Some(key) = status.undone_by.clone().or_else(|| status.applied_by.clone()) else { return Ok(None) };
    Ok(Some(status::find(&visit.app.store, None, key).await?.id.get()))
}

fn ignored(status: &ImportStatus) -> Vec<ColumnUse> {
    status.ignored_columns().into_iter().map(|heading| ColumnUse { heading, column: None }).collect()
}

/// The columns of the file, if it was understood; one that was not is told in a sentence.
fn used(layout: &Layout) -> Vec<ColumnUse> {
    let columns = layout.columns.iter().filter(|column| !column.heading.is_empty() && layout.is_understood);
    columns.map(|column| ColumnUse { heading: column.heading.clone(), column: column.role() }).collect()
}

fn notes(layout: &Layout) -> LayoutNotes {
    LayoutNotes {
        sheet: if layout.sheets.len() > 1 { layout.sheet_name().to_owned() } else { String::new() },
        header_row: Some(layout.header_row.cast_signed()).filter(|row| *row > 1),
        warehouse: layout.warehouse.clone().unwrap_or_default(),
        is_remembered: layout.origin == MappingOrigin::Remembered,
        is_asked: !layout.questions.is_empty(),
        totals: layout.total_rows,
        others: layout.other_warehouse_rows,
    }
}

/// A page of rows, and how all rows change levels, where they are few enough.
struct Shown {
    changes: Option<LevelChanges>,
    rows: Vec<ImportRow>,
    /// How many stocks were written since the preview.
    stale: i64,
}

async fn rows(visit: &Visit, (import, is_open): (&Stored, bool), filter: Filter, number: i64) -> Result<Shown, Fault> {
    let (id, total, is_of_stock) = (import.id, import.counts.sum(), import.list.is_some());
    let part = Part { skip: (number - 1).saturating_mul(ROWS), limit: ROWS as usize };
    let direction = match filter {
        Filter::More => Some(LevelDirection::More),
        Filter::Less => Some(LevelDirection::Less),
        Filter::ToZero => Some(LevelDirection::ToZero),
        Filter::Large => Some(LevelDirection::Large),
        Filter::All | Filter::New | Filter::Wrong => None,
    };
    let body = async move |tx: &mut Tx<'_>| {
        let all = results::looked_at(tx, id, total).await?;
        let changes = all.as_deref().filter(|_| is_of_stock).map(LevelChanges::of);
        let stale = match &all {
            Some(all) if is_open => stale_of(tx, all).await?,
            _ => 0,
        };
        let rows = match (filter, direction, all) {
            (_, Some(direction), Some(all)) => {
                let fitting = all.into_iter().filter(|row| direction.fits(row));
                fitting.skip(usize::try_from(part.skip).unwrap_or(usize::MAX)).take(part.limit).collect()
            }
            (_, Some(_), None) => Vec::new(),
            (Filter::New, ..) => results::made(tx, id, part).await?,
            (Filter::Wrong, ..) => results::failures(tx, id, part).await?,
            _ => results::all(tx, id, part).await?,
        };
        let stocks: Vec<StockId> = rows.iter().filter_map(|row: &RowResult| row.stock).map(StockId::new).collect();
        Ok((changes, stale, product_stocks::by_ids(tx, &stocks).await?, rows))
    };
    let (changes, stale, stocks, rows) = visit.app.store.read("imports.rows", body).await?;
    let stocks: HashMap<i64, Stock> = stocks.into_iter().map(|stock| (stock.id.get(), stock)).collect();
    let rows = rows.into_iter().map(|result| row(&stocks, result, is_open)).collect();
    Ok(Shown { changes, rows, stale })
}

/// Whether the stock of a row was written since the preview that has the row.
fn is_stale(stock: &Stock, result: &RowResult) -> bool {
    result.is_change() && result.before.as_ref().map(StockValues::written) != Some(stock.written())
}

/// How many stocks were written since the preview, if its rows are few enough to be compared.
async fn stale_of(tx: &mut Tx<'_>, rows: &[RowResult]) -> Result<i64, onhand_store::Error> {
    let changed: HashMap<i64, &RowResult> =
        rows.iter().filter(|row| row.is_change()).filter_map(|row| Some((row.stock?, row))).collect();
    if changed.len() > COMPARED_MAX {
        return Ok(0);
    }
    let ids: Vec<StockId> = changed.keys().copied().map(StockId::new).collect();
    let stocks = product_stocks::by_ids(tx, &ids).await?;
    let stale = stocks.iter().filter(|stock| changed.get(&stock.id.get()).is_some_and(|row| is_stale(stock, row)));
    Ok(stale.count() as i64)
}

fn row(stocks: &HashMap<i64, Stock>, result: RowResult, is_open: bool) -> ImportRow {
    let stock = result.stock.and_then(|stock| stocks.get(&stock));
    let is_stale = is_open && stock.is_some_and(|stock| is_stale(stock, &result));
    let (column, remark, is_wrong) = match result.end {
        ResultStatus::Failed { column, error, .. } => (column, error, true),
        _ => (String::new(), String::new(), false),
    };
    let after = result.after.as_ref().map(|after| after.on_hand).filter(|_| !is_wrong);
    let price = |values: Option<&PriceTexts>| values.map_or_else(String::new, |values| values.price.clone());
    let (was, price) = result.price.as_ref().map_or_else(Default::default, |result| {
        let after = result.after.as_ref().filter(|_| !is_wrong);
        (price(result.before.as_ref()), price(after))
    });
    ImportRow {
        row: result.row.map_or(0, u64::cast_signed),
        sku: result.sku,
        product: stock.map(|stock| stock.product.get()),
        before: result.before.as_ref().map(|before| before.on_hand),
        was,
        cell: after.map_or(price, |after| after.to_string()),
        after,
        available: None,
        column,
        remark,
        is_wrong,
        is_stale,
    }
}

fn sums(import: &Stored, changes: Option<LevelChanges>) -> RowSums {
    RowSums {
        new: import.counts.created,
        changed: import.counts.updated,
        same: import.counts.unchanged,
        wrong: import.counts.failed,
        changes: changes.map(|sums| ChangeSums {
            more: sums.more,
            less: sums.less,
            to_zero: sums.to_zero,
            large: sums.large,
            ten_times: sums.ten_times,
            units: sums.units,
        }),
    }
}

/// `POST /imports/{id}/apply`: what a dry run said takes effect.
pub(super) async fn apply(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let dry_run = found(&visit).await?;
    let is_forced = visit.form.is_on("force");
    let begun = follow::apply(&visit.app.services, &visit.requester(), dry_run, is_forced).await?;
    Ok(ScreenAnswer::see_other(&link::import(begun.id.get())))
}

/// `POST /imports/{id}/undo`: the changes of an import are taken back.
pub(super) async fn undo(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let import = found(&visit).await?;
    let begun = follow::undo(&visit.app.services, &visit.requester(), import, false).await?;
    Ok(ScreenAnswer::see_other(&link::import(begun.id.get())))
}

/// `GET /imports/{id}/result`: the rows with their results, as a file.
pub(super) async fn result(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let format = Format::asked(&visit.query.0, result_file::FORMATS)?;
    let import = found(&visit).await?;
    let name = result_file::file_name(&import)?;
    let reply = download::reply(&visit.app, (&name, format), move |reads, sink| {
        result_file::write(reads, &import, (sink, format))
    });
    Ok(ScreenAnswer::file(reply.await?))
}

/// `GET /imports/template`: a file to begin with.
pub(super) async fn template(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let format = Format::asked(&visit.query.0, exports::TEMPLATE_FORMATS)?;
    if let Some(list) = visit.query.number("price_list") {
        let template = price_template::template(&visit.app.store, PriceListId::new(list)).await?;
        let name = template.file_name();
        let reply = download::reply(&visit.app, (&name, format), move |_, sink| template.write(sink, format));
        return Ok(ScreenAnswer::file(reply.await?));
    }
    let list = visit.query.number("list").ok_or(Fault::NotFound)?;
    let template = exports::template(&visit.app.store, StockListId::new(list)).await?;
    let name = template.file_name();
    let reply = download::reply(&visit.app, (&name, format), move |_, sink| template.write(sink, format));
    Ok(ScreenAnswer::file(reply.await?))
}
