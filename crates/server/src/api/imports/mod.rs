//! Imports: files of stock, of stock lists and of prices, how far they are, their results and changes.
//!
//! Promises: a file is answered with a key before its rows are looked at. Must not know formats or rows.

pub mod bulk_edits;
pub mod import_changes;
pub mod import_columns;
pub mod import_list;
pub mod import_results;
#[expect(clippy::module_inception, reason = "the area is named after its first resource")]
pub mod imports;
pub mod price_imports;
mod upload;

use crate::http::route::{Answer, Holds, Mount, Parameter, Route, one, page, parameter, route};
use crate::services::exports::TEMPLATE_FORMATS;

/// What is asked of an import.
const STATUS_OF: &[Parameter] = &[
    Parameter { name: "cache_key", holds: Holds::Key, required: true },
    parameter("page", Holds::Number(None)),
    parameter("limit", Holds::Number(Some(1_000))),
];

const KEY: Answer = one(&imports::KEY);
const STATUS: Answer = one(&imports::STATUS);

pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        route!(GET "imports" ReadImports import_list::list, "Imports of every list, with what has become of their rows.")
            .under(Mount::V1)
            .lists(import_list::FILTERS)
            .answers(200, page(&import_list::IMPORT)),
        route!(GET "imports/{id}" ReadImports import_list::show, "One import by its id.")
            .under(Mount::V1)
            .answers(200, one(&import_list::IMPORT)),
    ];
    routes.extend(of_stock());
    routes.extend(of_prices());
    routes
}

fn of_stock() -> Vec<Route> {
    vec![
        route!(POST "stock_list/{id}/excel_import" WriteStock imports::import_stocks,
            "Import a file of product stocks (CSV, XLSX, XLS, ODS): a form with the part file, or the file itself.")
        .named("importProductStocks")
        .uploads(imports::OPTIONS)
        .answers(200, KEY),
        route!(GET "stock_list/{id}/excel_import" ReadImports imports::show, "How far an import is: ?cache_key=.")
            .named("getImportStatus")
            .asks(STATUS_OF)
            .answers(200, STATUS),
        route!(POST "stock_list/excel_import" WriteStock imports::import_lists,
            "Make stock lists from a file with name, code and is_auto_sync.")
        .named("importStockLists")
        .uploads(imports::OPTIONS)
        .answers(200, KEY),
        route!(GET "stock_list/excel_import_status" ReadImports imports::show, "How far an import is: ?cache_key=.")
            .named("getStockListImportStatus")
            .asks(STATUS_OF)
            .answers(200, STATUS),
        route!(POST "stock_list/{id}/excel_import/{cache_key}/apply" WriteStock imports::apply,
            "Apply what a dry run said.")
        .named("applyImport")
        .takes(imports::APPLY)
        .may_be_refused()
        .own()
        .answers(200, KEY),
        route!(POST "stock_list/{id}/excel_import/{cache_key}/undo" WriteStock imports::undo,
            "Take back what an import did, where nothing newer has happened.")
        .named("undoImport")
        .may_be_refused()
        .own()
        .answers(200, KEY),
        route!(POST "stock_list/{id}/bulk" WriteStock bulk_edits::create,
            "A dry run that sets the levels of many product stocks, or adds to them; it is applied and undone as an import.")
        .named("bulkEditProductStocks")
        .under(Mount::V1)
        .takes(bulk_edits::FIELDS)
        .own()
        .answers(200, KEY),
        route!(GET "stock_list/{id}/excel_import/{cache_key}/columns" ReadImports import_columns::show,
            "What each column of the file is taken for, and what has to be chosen.")
        .named("getImportColumns")
        .may_be_refused()
        .answers(200, one(&import_columns::COLUMNS)),
        route!(POST "stock_list/{id}/excel_import/{cache_key}/columns" WriteStock import_columns::read_again,
            "Read the same file with another mapping of its columns.")
        .named("readImportAgain")
        .takes(import_columns::AGAIN)
        .may_be_refused()
        .own()
        .answers(200, KEY),
        route!(GET "stock_list/{id}/excel_import/{cache_key}/changes" ReadImports import_changes::list, "Its changes.")
            .lists(&[])
            .answers(200, page(&import_changes::CHANGE)),
        route!(GET "stock_list/{id}/excel_import/{cache_key}/result" ReadImports import_results::show,
            "The uploaded rows, each with its result, as a file.")
        .named("getImportResult")
        .downloads(import_results::FORMATS),
        route!(GET "stock_list/excel_import/{cache_key}/result" ReadImports import_results::show,
            "The uploaded rows, each with its result, as a file.")
        .named("getStockListImportResult")
        .downloads(import_results::FORMATS),
    ]
}

fn of_prices() -> Vec<Route> {
    vec![
        route!(POST "price_list/{id}/excel_import" WriteStock price_imports::import_prices,
            "Import a file of prices (CSV, XLSX, XLS, ODS): a form with the part file, or the file itself.")
        .named("importPrices")
        .uploads(price_imports::OPTIONS)
        .answers(200, KEY),
        route!(GET "price_list/{id}/excel_import" ReadImports imports::show, "How far an import is: ?cache_key=.")
            .named("getPriceImportStatus")
            .asks(STATUS_OF)
            .answers(200, STATUS),
        route!(POST "price_list/{id}/excel_import/{cache_key}/apply" WriteStock imports::apply,
            "Apply what a dry run said.")
        .named("applyPriceImport")
        .takes(imports::APPLY)
        .may_be_refused()
        .own()
        .answers(200, KEY),
        route!(POST "price_list/{id}/excel_import/{cache_key}/undo" WriteStock imports::undo,
            "Take back what an import did, where nothing newer has happened.")
        .named("undoPriceImport")
        .may_be_refused()
        .own()
        .answers(200, KEY),
        route!(GET "price_list/{id}/excel_import/{cache_key}/columns" ReadImports import_columns::show,
            "What each column of the file is taken for, and what has to be chosen.")
        .named("getPriceImportColumns")
        .may_be_refused()
        .answers(200, one(&import_columns::COLUMNS)),
        route!(POST "price_list/{id}/excel_import/{cache_key}/columns" WriteStock import_columns::read_again,
            "Read the same file with another mapping of its columns.")
        .named("readPriceImportAgain")
        .takes(import_columns::AGAIN)
        .may_be_refused()
        .own()
        .answers(200, KEY),
        route!(GET "price_list/{id}/excel_import/{cache_key}/changes" ReadImports price_imports::changes, "Its changes.")
            .lists(&[])
            .answers(200, page(&price_imports::CHANGE)),
        route!(GET "price_list/{id}/excel_import/{cache_key}/result" ReadImports import_results::show,
            "The uploaded rows, each with its result, as a file.")
        .named("getPriceImportResult")
        .downloads(import_results::FORMATS),
        route!(GET "price_list/{id}/excel_template" ReadImports price_imports::template,
            "A file to begin an import of prices with: its columns, and some prices of the list.")
        .named("getPriceImportTemplate")
        .downloads(TEMPLATE_FORMATS),
    ]
}
