//! Stock lists, product stocks, their imports and exports.

use axum::http::Method;

use super::{Answer, Holds, May, Parameter, Route, one, page, parameter};
use crate::http::{exports, import_changes, import_results, imports, movements, product_stocks, stock_lists};

/// Where a history goes on.
const BEFORE: &[Parameter] = &[parameter("before", Holds::Id)];
/// What is asked of an import.
const STATUS_OF: &[Parameter] = &[
    Parameter { name: "cache_key", holds: Holds::Text, required: true },
    parameter("page", Holds::Number(None)),
    parameter("limit", Holds::Number(Some(1_000))),
];

pub(super) fn all() -> Vec<Route> {
    const LIST: Answer = one(&stock_lists::VIEW);
    let mut all = vec![
        route!(GET "stock_list" ReadStock stock_lists::list, "Stock lists.")
            .lists(stock_lists::FILTERS)
            .answers(200, page(&stock_lists::VIEW)),
        route!(POST "stock_list" WriteStock stock_lists::create, "Make a stock list.")
            .takes(stock_lists::FIELDS)
            .answers(201, LIST),
        route!(GET "stock_list/{id}" ReadStock stock_lists::show, "One stock list.").answers(200, LIST),
        route!(PATCH "stock_list/{id}" WriteStock stock_lists::update, "Change a stock list.")
            .takes(stock_lists::FIELDS)
            .answers(200, LIST),
        route!(DELETE "stock_list/{id}" WriteStock stock_lists::remove, "Remove a stock list to which nothing refers.")
            .may_be_refused()
            .answers(204, Answer::Nothing),
    ];
    all.extend(excel_imports());
    all.extend(product_stock());
    // The plural is what channel clients ask for.
    all.extend(product_stock().into_iter().map(|route| Route {
        path: match route.path {
            "product_stock" => "product_stocks",
            "product_stock/export" => "product_stocks/export",
            "product_stock/{id}" => "product_stocks/{id}",
            _ => "product_stocks/{id}/movements",
        },
        ..route
    }));
    all
}

fn excel_imports() -> Vec<Route> {
    const KEY: Answer = one(&imports::KEY);
    const STATUS: Answer = one(&imports::STATUS);
    vec![
        route!(POST "stock_list/{id}/excel_import" WriteStock imports::import_stocks,
            "Import a file of product stocks (CSV, XLSX, XLS, ODS): a form with the part file, or the file itself.")
        .uploads(imports::OPTIONS)
        .answers(200, KEY),
        route!(GET "stock_list/{id}/excel_import" ReadImports imports::show, "How far an import is: ?cache_key=.")
            .asks(STATUS_OF)
            .answers(200, STATUS),
        route!(POST "stock_list/excel_import" WriteStock imports::import_lists,
            "Make stock lists from a file with name, code and is_auto_sync.")
        .uploads(imports::OPTIONS)
        .answers(200, KEY),
        route!(GET "stock_list/excel_import_status" ReadImports imports::show, "How far an import is: ?cache_key=.")
            .asks(STATUS_OF)
            .answers(200, STATUS),
        route!(POST "stock_list/{id}/excel_import/{cache_key}/apply" WriteStock imports::apply,
            "Apply what a dry run said.")
        .takes(imports::APPLY)
        .own()
        .answers(200, KEY),
        route!(POST "stock_list/{id}/excel_import/{cache_key}/undo" WriteStock imports::undo,
            "Take back what an import did, where nothing newer has happened.")
        .own()
        .answers(200, KEY),
        route!(GET "stock_list/{id}/excel_import/{cache_key}/changes" ReadImports import_changes::list, "Its changes.")
            .lists(&[])
            .answers(200, page(&import_changes::CHANGE)),
        route!(GET "stock_list/{id}/excel_import/{cache_key}/result" ReadImports import_results::show,
            "The uploaded rows and what came of each, as a file.")
        .downloads(import_results::FORMATS),
        route!(GET "stock_list/excel_import/{cache_key}/result" ReadImports import_results::show,
            "The uploaded rows and what came of each, as a file.")
        .downloads(import_results::FORMATS),
        route!(GET "stock_list/{id}/excel_template" ReadImports exports::template,
            "A file to begin an import with: its columns and some stocks of the list.")
        .downloads(exports::TEMPLATE_FORMATS),
    ]
}

fn product_stock() -> Vec<Route> {
    const STOCK: Answer = Answer::One(&product_stocks::VIEW_V1, &product_stocks::VIEW_I1);
    const STOCKS: Answer = Answer::Page(&product_stocks::VIEW_V1, &product_stocks::VIEW_I1);
    vec![
        route!(GET "product_stock" ReadStock product_stocks::list, "Product stocks.")
            .lists(product_stocks::FILTERS)
            .answers(200, STOCKS),
        route!(POST "product_stock" WriteStock product_stocks::upsert,
            "Make (201) or update (200) the stock of a SKU in a list; an array of rows is taken whole or not at all.")
        .takes(product_stocks::FIELDS)
        .or_many()
        .answers(200, STOCK)
        .answers(201, STOCK)
        .through_writer(),
        route!(GET "product_stock/export" ReadStock exports::export,
            "All product stocks that the filters leave, as a file that can be imported.")
        .lists(product_stocks::FILTERS)
        .downloads(exports::EXPORT_FORMATS),
        route!(GET "product_stock/{id}" ReadStock product_stocks::show, "One product stock.").answers(200, STOCK),
        route!(PATCH "product_stock/{id}" WriteStock product_stocks::update, "Change a product stock.")
            .takes(product_stocks::FIELDS)
            .answers(200, STOCK)
            .through_writer(),
        route!(GET "product_stock/{id}/movements" ReadStock movements::list,
            "Why its numbers are what they are, newest first; before= goes on.")
        .asks(BEFORE)
        .answers(200, one(&movements::HISTORY)),
    ]
}
