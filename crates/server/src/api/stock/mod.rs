//! Stock: stock lists, product stocks with their history, and files of them.
//!
//! Promises: each entry point to a stock level is here or in [`super::imports`]. Must not know what a level means.

pub mod adjustment_reasons;
pub mod adjustments;
pub mod as_of;
pub mod explain;
pub mod exports;
pub mod movements;
pub mod product_stocks;
pub mod reservations;
pub mod stock_health;
pub mod stock_lists;
pub mod stock_sums;
pub mod stock_transfers;

use onhand_store::tables::order_items::ReservedState;

use super::ERP;
use crate::auth::Permission as May;
use crate::http::route::{Answer, Holds, Mount, Parameter, Route, one, page, parameter, route};
use crate::resource::{Resource, ResourceRoutes};

/// What people of an installation say of levels.
const REASONS: ResourceRoutes = ResourceRoutes::new((Mount::V1, May::ReadStock), (Mount::V1, May::WriteStock));
/// Which reservations are meant, and where they go on.
const RESERVED: &[Parameter] = &[parameter("state", Holds::Words(ReservedState::WORDS)), parameter("after", Holds::Id)];

/// The area's resources whose rows are records. The vendor documents no PUT of a list.
pub(super) const RESOURCES: &[(ResourceRoutes, &Resource)] =
    &[(ERP.without_put(), &stock_lists::STOCK_LIST), (REASONS, &adjustment_reasons::REASON)];

/// Product stocks at both of their paths, behind the file that an import can begin with.
pub(super) fn stocks() -> Vec<Route> {
    let mut all = vec![
        route!(GET "stock_list/{id}/excel_template" ReadImports exports::template,
            "A file to begin an import with: its columns and some stocks of the list.")
        .named("getImportTemplate")
        .downloads(exports::TEMPLATE_FORMATS),
        route!(GET "stock_list/{id}/sums" ReadStock stock_sums::show,
            "What a stock list has of each number, as it was last counted: about every minute while somebody asks.")
        .under(Mount::V1)
        .own()
        .named("getStockListSums")
        .answers(200, one(&stock_sums::SUMS)),
        route!(POST "stock_list/{id}/sums" ReadStock stock_sums::count,
            "Have the sums of a stock list counted anew; the answer has the ones before that.")
        .under(Mount::V1)
        .own()
        .named("countStockListSums")
        .answers(202, one(&stock_sums::SUMS)),
    ];
    all.extend(product_stock());
    // The plural is what channel clients ask for.
    all.extend(product_stock().into_iter().map(|route| Route {
        path: match route.path {
            "product_stock" => "product_stocks",
            "product_stock/export" => "product_stocks/export",
            "product_stock/{id}" => "product_stocks/{id}",
            "product_stock/{id}/adjust" => "product_stocks/{id}/adjust",
            "product_stock/{id}/reservations" => "product_stocks/{id}/reservations",
            _ => "product_stocks/{id}/movements",
        },
        operation: route.operation.map(|operation| format!("{operation}Plural").into()),
        ..route
    }));
    all.push(
        route!(POST "product_stocks/adjust" WriteStock adjustments::adjust_many,
            "Add units to the levels of many product stocks, or take some: all rows of an array or none.")
        .named("adjustProductStocks")
        .own()
        .takes(adjustments::ROW)
        .or_many()
        .answers(200, one(&adjustments::VIEW))
        .versioned()
        .through_writer(),
    );
    all.extend(transfers());
    all.extend(health());
    all.extend(one_stock());
    all
}

/// What is asked of one product stock at its newer path only.
fn one_stock() -> Vec<Route> {
    vec![
        route!(DELETE "product_stocks/{id}" WriteStock product_stocks::remove,
            "Remove a product stock whose numbers are all 0 and that no order line has ever been on; its history stays.")
        .named("removeProductStock")
        .own()
        .takes(product_stocks::REMOVED)
        .answers(204, Answer::Nothing)
        .versioned()
        .through_writer(),
        route!(GET "product_stocks/{id}/explain" ReadStock explain::show,
            "Why its numbers are what they are: each as the sum of its parts.")
        .named("explainStock")
        .under(Mount::V1)
        .own()
        .answers(200, one(&explain::VIEW)),
        route!(GET "product_stocks/{id}/at" ReadStock as_of::show,
            "What its numbers were at an instant: time=, with an offset or with tz= for its time zone.")
        .named("getStockAsOf")
        .under(Mount::V1)
        .own()
        .asks(as_of::TIME)
        .answers(200, one(&as_of::VIEW)),
        route!(POST "product_stocks/{id}/movements/{movement}/undo" WriteStock movements::undo,
            "Undo one write of a level, if nothing has happened to the stock since and the level settled nothing.")
        .named("undoStockMovement")
        .under(Mount::V1)
        .own()
        .answers(200, one(&movements::UNDONE))
        .through_writer(),
    ]
}

fn health() -> Vec<Route> {
    vec![
        route!(GET "stock_health" ReadImports stock_health::show,
            "What has kept units off sale for long: reported and open lines, the oldest first, and oversold stocks.")
        .under(Mount::V1)
        .own()
        .asks(stock_health::ASKED)
        .answers(200, one(&stock_health::VIEW)),
        route!(POST "stock_health/settle" WriteStock stock_health::settle,
            "Settle reported lines that no level will settle; the answer has those that were reported.")
        .named("settleReportedLines")
        .under(Mount::V1)
        .own()
        .takes(stock_health::SETTLE)
        .answers(200, one(&stock_health::SETTLED))
        .through_writer(),
    ]
}

fn transfers() -> Vec<Route> {
    vec![
        route!(GET "stock_transfers" ReadImports stock_transfers::list, "Transfers between stock lists.")
            .under(Mount::V1)
            .own()
            .lists(stock_transfers::FILTERS)
            .answers(200, page(&stock_transfers::VIEW)),
        route!(GET "stock_transfers/{id}" ReadImports stock_transfers::show, "One transfer between stock lists.")
            .under(Mount::V1)
            .own()
            .answers(200, one(&stock_transfers::VIEW)),
        route!(POST "stock_transfers" WriteStock stock_transfers::create,
            "Move units from one stock list to another in one step (201); with a reference that is known, that transfer (200).")
        .under(Mount::V1)
        .own()
        .takes(stock_transfers::FIELDS)
        .answers(200, one(&stock_transfers::VIEW))
        .answers(201, one(&stock_transfers::VIEW))
        .through_writer(),
    ]
}

fn product_stock() -> Vec<Route> {
    const STOCK: Answer = Answer::One(&product_stocks::VIEW_V1, &product_stocks::VIEW_I1);
    const STOCKS: Answer = Answer::Page(&product_stocks::VIEW_V1, &product_stocks::VIEW_I1);
    vec![
        route!(GET "product_stock" ReadStock product_stocks::list, "Product stocks.")
            .named("listProductStocks")
            .lists(product_stocks::FILTERS)
            .answers(200, STOCKS),
        route!(POST "product_stock" WriteStock product_stocks::upsert,
            "Make (201) or update (200) the stock of a SKU in a list; an array of rows is taken whole or not at all.")
        .named("upsertProductStock")
        .takes(product_stocks::FIELDS)
        .or_many()
        .answers(200, STOCK)
        .answers(201, STOCK)
        .versioned()
        .through_writer(),
        route!(GET "product_stock/export" ReadStock exports::export,
            "All product stocks that the filters leave, as a file that can be imported.")
        .named("exportProductStocks")
        .asks(as_of::AS_OF)
        .lists(product_stocks::FILTERS)
        .downloads(exports::EXPORT_FORMATS),
        route!(GET "product_stock/{id}" ReadStock product_stocks::show, "One product stock.")
            .named("getProductStock")
            .versioned()
            .answers(200, STOCK),
        route!(PATCH "product_stock/{id}" WriteStock product_stocks::update, "Change a product stock.")
            .named("updateProductStock")
            .takes(product_stocks::FIELDS)
            .answers(200, STOCK)
            .versioned()
            .through_writer(),
        route!(GET "product_stock/{id}/movements" ReadStock movements::list,
            "Why its numbers are what they are, newest first; before= goes on.")
        .named("listStockMovements")
        .asks(movements::ASKED)
        .answers(200, one(&movements::HISTORY)),
        route!(GET "product_stock/{id}/reservations" ReadStock reservations::list,
            "Who reserves it: the order lines, oldest first; state=open or reported, after= goes on.")
        .named("listStockReservations")
        .asks(RESERVED)
        .answers(200, one(&reservations::RESERVATIONS)),
        route!(POST "product_stock/{id}/adjust" WriteStock adjustments::adjust,
            "Add units to its level, or take some; nothing that was written meanwhile is lost.")
        .named("adjustProductStock")
        .takes(adjustments::FIELDS)
        .answers(200, one(&adjustments::VIEW))
        .versioned()
        .through_writer()
        .own(),
    ]
}
