//! Stock: stock lists, product stocks with their history, and files of them.
//!
//! Promises: each entry point to a stock level is here or in [`super::imports`]. Must not know what a level means.

pub mod adjustments;
pub mod exports;
pub mod movements;
pub mod product_stocks;
pub mod reservations;
pub mod stock_lists;
pub mod stock_sums;

use onhand_store::tables::order_items::ReservedState;

use super::ERP;
use crate::http::route::{Answer, Holds, Mount, Parameter, Route, one, parameter, route};
use crate::resource::{Resource, ResourceRoutes};

/// Where a history goes on.
const BEFORE: &[Parameter] = &[parameter("before", Holds::Id)];
/// Which reservations are meant, and where they go on.
const RESERVED: &[Parameter] = &[parameter("state", Holds::Words(ReservedState::WORDS)), parameter("after", Holds::Id)];

/// The area's resources whose rows are records. The vendor documents no PUT of a list.
pub(super) const RESOURCES: &[(ResourceRoutes, &Resource)] = &[(ERP.without_put(), &stock_lists::STOCK_LIST)];

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
        route!(POST "product_stocks/{id}/movements/{movement}/undo" WriteStock movements::undo,
            "Undo one write of a level, if nothing has happened to the stock since and the level settled nothing.")
        .named("undoStockMovement")
        .under(Mount::V1)
        .own()
        .answers(200, one(&movements::UNDONE))
        .through_writer(),
    );
    all
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
        .through_writer(),
        route!(GET "product_stock/export" ReadStock exports::export,
            "All product stocks that the filters leave, as a file that can be imported.")
        .named("exportProductStocks")
        .lists(product_stocks::FILTERS)
        .downloads(exports::EXPORT_FORMATS),
        route!(GET "product_stock/{id}" ReadStock product_stocks::show, "One product stock.")
            .named("getProductStock")
            .answers(200, STOCK),
        route!(PATCH "product_stock/{id}" WriteStock product_stocks::update, "Change a product stock.")
            .named("updateProductStock")
            .takes(product_stocks::FIELDS)
            .answers(200, STOCK)
            .through_writer(),
        route!(GET "product_stock/{id}/movements" ReadStock movements::list,
            "Why its numbers are what they are, newest first; before= goes on.")
        .named("listStockMovements")
        .asks(BEFORE)
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
        .through_writer()
        .own(),
    ]
}
