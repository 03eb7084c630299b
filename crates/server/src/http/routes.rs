//! The whole API as one table: method, path, handler, permission, and what the description says of it.
//!
//! Promises: what is not here is not served; what is here is described. Every path answers with and without the slash
//! at its end, without a redirect (contract X13). `i1` and `v1` lead to the same handlers (contract X1, X15).

use axum::http::Method;

pub use super::route::{Answer, Handler, Reading, Route, Under};
use super::{
    auth, channels, content_types, exports, health, import_changes, import_results, imports, mappings, movements,
    order_items, orders, product_stocks, products, schema, stock_lists,
};
use crate::auth::Permission as May;
use crate::wire::view::View;

macro_rules! route {
    ($method:ident $path:literal $permission:ident $handler:path, $summary:literal) => {
        Route::new(Method::$method, $path, May::$permission, $handler, $summary)
    };
}

const fn one(view: &'static View) -> Answer {
    Answer::One(view, view)
}

const fn page(view: &'static View) -> Answer {
    Answer::Page(view, view)
}

/// Every route.
pub fn routes() -> Vec<Route> {
    let mut all = accounts();
    all.extend(catalogue());
    all.extend(stock());
    all.extend(sales());
    all.extend(operations());
    all
}

fn accounts() -> Vec<Route> {
    const USER: Answer = one(&auth::USER);
    vec![
        route!(POST "auth/login" Public auth::login, "Sign in: a new token for name and password.")
            .takes(auth::LOGIN)
            .answers(200, one(&auth::KEY)),
        route!(POST "auth/logout" SignedIn auth::logout, "Sign out: the token that was sent is revoked.")
            .answers(200, one(&auth::DETAIL)),
        route!(GET "auth/tokens" SignedIn auth::list_tokens, "Your tokens, with when they were last used.")
            .under(Under::V1)
            .answers(200, one(&auth::TOKENS)),
        route!(POST "auth/tokens" SignedIn auth::create_token, "A named token, shown this once.")
            .under(Under::V1)
            .takes(auth::NEW_TOKEN)
            .answers(201, one(&auth::NEW_TOKEN_ANSWER)),
        route!(DELETE "auth/tokens/{id}" SignedIn auth::remove_token, "Revoke one of your tokens.")
            .under(Under::V1)
            .answers(204, Answer::Nothing),
        route!(GET "active_user" SignedIn auth::active_user, "Who is signed in.").answers(200, USER),
    ]
}

fn catalogue() -> Vec<Route> {
    const PRODUCT: Answer = one(&products::VIEW);
    const CHANNEL: Answer = one(&channels::VIEW);
    vec![
        route!(GET "content_types" SignedIn content_types::list, "The kinds of object and their numbers.")
            .lists(content_types::FILTERS)
            .answers(200, page(&content_types::VIEW)),
        route!(GET "content_types/{id}" SignedIn content_types::show, "One kind of object.")
            .answers(200, one(&content_types::VIEW)),
        route!(GET "products" ReadStock products::list, "Products.")
            .lists(products::FILTERS)
            .answers(200, page(&products::VIEW)),
        route!(POST "products" WriteStock products::create, "Make a product.")
            .takes(products::FIELDS)
            .answers(201, PRODUCT),
        route!(GET "products/{id}" ReadStock products::show, "One product.").answers(200, PRODUCT),
        route!(PATCH "products/{id}" WriteStock products::update, "Change a product.")
            .takes(products::FIELDS)
            .answers(200, PRODUCT),
        route!(GET "channels" ReadOrders channels::list, "Sales channels.")
            .under(Under::V1)
            .lists(channels::FILTERS)
            .answers(200, page(&channels::VIEW)),
        route!(POST "channels" Administer channels::create, "Make a channel.")
            .under(Under::V1)
            .takes(channels::FIELDS)
            .answers(201, CHANNEL),
        route!(GET "channels/{id}" ReadOrders channels::show, "One channel.").under(Under::V1).answers(200, CHANNEL),
        route!(PATCH "channels/{id}" Administer channels::update, "Change a channel.")
            .under(Under::V1)
            .takes(channels::FIELDS)
            .answers(200, CHANNEL),
    ]
}

fn stock() -> Vec<Route> {
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
        .uploads()
        .answers(200, KEY),
        route!(GET "stock_list/{id}/excel_import" ReadStock imports::show, "How far an import is: ?cache_key=.")
            .answers(200, STATUS),
        route!(POST "stock_list/excel_import" WriteStock imports::import_lists,
            "Make stock lists from a file with name, code and is_auto_sync.")
        .uploads()
        .answers(200, KEY),
        route!(GET "stock_list/excel_import_status" ReadStock imports::show, "How far an import is: ?cache_key=.")
            .answers(200, STATUS),
        route!(POST "stock_list/{id}/excel_import/{cache_key}/apply" WriteStock imports::apply,
            "Apply what a dry run said.")
        .takes(imports::APPLY)
        .answers(200, KEY),
        route!(POST "stock_list/{id}/excel_import/{cache_key}/undo" WriteStock imports::undo,
            "Take back what an import did, where nothing newer has happened.")
        .answers(200, KEY),
        route!(GET "stock_list/{id}/excel_import/{cache_key}/changes" ReadStock import_changes::list, "Its changes.")
            .lists(&[])
            .answers(200, page(&import_changes::CHANGE)),
        route!(GET "stock_list/{id}/excel_import/{cache_key}/result" ReadStock import_results::show,
            "The uploaded rows and what came of each, as a file.")
        .downloads(import_results::FORMATS),
        route!(GET "stock_list/excel_import/{cache_key}/result" ReadStock import_results::show,
            "The uploaded rows and what came of each, as a file.")
        .downloads(import_results::FORMATS),
        route!(GET "stock_list/{id}/excel_template" ReadStock exports::template,
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
        .through_ledger(),
        route!(GET "product_stock/export" ReadStock exports::export,
            "All product stocks that the filters leave, as a file that can be imported.")
        .lists(product_stocks::FILTERS)
        .downloads(exports::EXPORT_FORMATS),
        route!(GET "product_stock/{id}" ReadStock product_stocks::show, "One product stock.").answers(200, STOCK),
        route!(PATCH "product_stock/{id}" WriteStock product_stocks::update, "Change a product stock.")
            .takes(product_stocks::FIELDS)
            .answers(200, STOCK)
            .through_ledger(),
        route!(GET "product_stock/{id}/movements" ReadStock movements::list,
            "Why its numbers are what they are, newest first; before= goes on.")
        .answers(200, one(&movements::HISTORY)),
    ]
}

fn sales() -> Vec<Route> {
    const ORDER: Answer = one(&orders::VIEW);
    const ITEM: Answer = one(&order_items::ITEM);
    vec![
        route!(GET "orders" ReadOrders orders::list, "Orders; is_send=false waits for the ERP.")
            .lists(orders::FILTERS)
            .answers(200, page(&orders::VIEW)),
        route!(POST "orders" WriteOrders orders::create, "Place an order: all lines are held, or none.")
            .takes(orders::FIELDS)
            .answers(201, ORDER)
            .through_ledger(),
        route!(GET "orders/{id}" ReadOrders orders::show, "One order.").answers(200, ORDER),
        route!(PATCH "orders/{id}" ReleaseOrders orders::update, "Mark an order as taken by the ERP.")
            .takes(orders::EDIT)
            .answers(200, ORDER)
            .through_ledger(),
        route!(POST "orders/{id}/cancel" WriteOrders orders::cancel, "Cancel an order or some of its lines.")
            .takes(orders::CANCEL)
            .answers(200, ORDER)
            .through_ledger(),
        route!(GET "order_number/{number}" ReadOrders orders::by_number, "The order with a number.")
            .answers(200, ORDER),
        route!(GET "order_items" ReadOrders order_items::list, "Order lines.")
            .lists(order_items::FILTERS)
            .answers(200, page(&order_items::ITEM)),
        route!(GET "order_items/{id}" ReadOrders order_items::show, "One order line.").answers(200, ITEM),
        route!(PATCH "order_items/{id}" WriteOrders order_items::update, "Change an order line.")
            .takes(order_items::EDIT)
            .answers(200, ITEM)
            .through_ledger(),
        route!(POST "order_items/{id}/create_mapping" ReleaseOrders order_items::release,
            "The ERP has registered a line: its code is stored and its reservation released.")
        .takes(order_items::RELEASE)
        .answers(201, one(&mappings::VIEW))
        .through_ledger(),
        route!(GET "order_items/{id}/create_mapping" ReadOrders mappings::of_item, "The mappings of a line.")
            .lists(mappings::FILTERS)
            .answers(200, page(&mappings::VIEW)),
        route!(GET "integration_mappings" ReadOrders mappings::list, "All mappings.")
            .lists(mappings::FILTERS)
            .answers(200, page(&mappings::VIEW)),
    ]
}

fn operations() -> Vec<Route> {
    vec![
        route!(GET "healthz" Public health::live, "Whether the process answers.")
            .under(Under::Root)
            .answers(200, Answer::Free),
        route!(GET "readyz" Public health::ready, "Whether requests can be served.")
            .under(Under::Root)
            .answers(200, Answer::Free),
        route!(GET "metrics" Public health::metrics, "Metrics in Prometheus' text form.")
            .under(Under::Root)
            .answers(200, Answer::Free),
        route!(GET "api/schema" Public schema::show, "This description.").under(Under::Root).answers(200, Answer::Free),
        route!(GET "api/docs" Public schema::page, "This description, to read.")
            .under(Under::Root)
            .answers(200, Answer::Free),
    ]
}
