//! Channels, and what a channel's program works with: feeds, batches, actions, delivery failures, changes, reports.
//!
//! Promises: below a channel's path a caller reaches what is that channel's. Must not know what a delivery depends on.

pub mod batch_requests;
pub mod changes;
#[expect(clippy::module_inception, reason = "the area is named after its first resource")]
pub mod channels;
pub mod failed_integrations;
pub mod feeds;
pub mod integration_actions;
pub mod mapped_products;
pub mod reports;

use axum::http::Method;
use onhand_store::channel_sync::deliveries::Offer;

use self::feeds::{BOTH, INSERTS, Source, UPDATES};
use super::catalog::{prices, products};
use super::orders::{cancellations, orders};
use super::stock::stock_lists::STOCK_LIST;
use crate::auth::Permission as May;
use crate::http::route::{Answer, Handler, Mount, Route, one, page, route};
use crate::resource::{Resource, ResourceRoutes};
use crate::wire::response_schema::ResponseSchema;

const CHANNELS: ResourceRoutes = ResourceRoutes {
    change: May::SetUpChannel,
    ..ResourceRoutes::new((Mount::V1, May::ReadOrders), (Mount::V1, May::Administer))
};
/// What channels' clients report: written below the channel, read by people everywhere, changed by no client.
const REPORTS: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadOrders), (Mount::Channel, May::WriteOrders));

/// The area's resources whose rows are records and that have all six routes.
pub(super) const RESOURCES: &[(ResourceRoutes, &Resource)] = &[(CHANNELS, &channels::CHANNEL)];

pub(super) fn routes() -> Vec<Route> {
    let below = [batches(), actions(), failures(), stocks_and_prices(), mapped(), others(), own()];
    let below = below.into_iter().flatten().map(|route| route.under(Mount::Channel));
    reported().into_iter().chain(below).collect()
}

fn reported() -> Vec<Route> {
    let some = |resource: &'static Resource, methods: &'static [Method]| {
        REPORTS.of(resource).into_iter().filter(|route| methods.contains(&route.method))
    };
    let written = [
        (&reports::CITY, "createCityReport"),
        (&reports::TOWNSHIP, "createTownshipReport"),
        (&reports::DISTRICT, "createDistrictReport"),
        (&reports::DISTINCT, "createDistinctReport"),
    ];
    let written = written.into_iter().flat_map(|(resource, operation)| {
        some(resource, &[Method::POST]).map(|route| route.named(operation)).collect::<Vec<_>>()
    });
    let both = [&reports::ERROR_REPORT, &reports::EVENT].into_iter();
    let both = both.flat_map(|resource| some(resource, &[Method::GET, Method::POST]));
    both.chain(written).chain(some(&reports::PLACE, &[Method::GET])).collect()
}

fn batches() -> Vec<Route> {
    const BATCH: Answer = one(&batch_requests::VIEW);
    vec![
        route!(GET "batch_requests" ReadStock batch_requests::list, "Batches; a repeated status means any of them.")
            .lists(batch_requests::FILTERS)
            .answers(200, page(&batch_requests::VIEW)),
        route!(POST "batch_requests" WriteOrders batch_requests::create, "Begin a batch.")
            .takes(batch_requests::NEW)
            .answers(201, BATCH),
        route!(GET "batch_requests/{id}" ReadStock batch_requests::show, "One batch.").answers(200, BATCH),
        route!(PATCH "batch_requests/{id}" WriteOrders batch_requests::update, "Take a batch to another state.")
            .takes(batch_requests::FIELDS)
            .answers(200, BATCH)
            .may_be_refused(),
        route!(PUT "batch_requests/{id}" WriteOrders batch_requests::replace, "Take a batch to another state.")
            .takes(batch_requests::FIELDS)
            .answers(200, BATCH)
            .may_be_refused(),
        route!(DELETE "batch_requests/{id}" WriteOrders batch_requests::remove,
            "Remove a batch; its objects are offered again.")
        .answers(204, Answer::Nothing),
    ]
}

fn actions() -> Vec<Route> {
    const ACTION: Answer = one(&integration_actions::VIEW);
    vec![
        route!(GET "integration_actions" ReadStock integration_actions::list, "What the channel knows.")
            .lists(integration_actions::FILTERS)
            .answers(200, page(&integration_actions::VIEW)),
        route!(POST "integration_actions" WriteOrders integration_actions::create,
            "The channel knows an object. One that it knows already is changed (200).")
        .takes(integration_actions::FIELDS)
        .answers(200, ACTION)
        .answers(201, ACTION),
        route!(GET "integration_actions/deleted" ReadStock integration_actions::deleted,
            "What the channel knows and should not have any more.")
        .named("listDeletedIntegrationActions")
        .feeds(integration_actions::DELETED_FILTERS)
        .answers(200, page(&integration_actions::VIEW)),
        route!(GET "integration_actions/{id}" ReadStock integration_actions::show, "One action.").answers(200, ACTION),
        route!(PATCH "integration_actions/{id}" WriteOrders integration_actions::update, "Change an action.")
            .takes(integration_actions::FIELDS)
            .answers(200, ACTION),
        route!(DELETE "integration_actions/{id}" WriteOrders integration_actions::remove,
            "The channel does not know the object any more.")
        .answers(204, Answer::Nothing),
    ]
}

fn failures() -> Vec<Route> {
    const REFUSAL: Answer = one(&failed_integrations::VIEW);
    vec![
        route!(GET "failed_integrations" ReadStock failed_integrations::list, "The delivery failures of the channel.")
            .lists(failed_integrations::FILTERS)
            .answers(200, page(&failed_integrations::VIEW)),
        route!(PATCH "failed_integrations" WriteOrders failed_integrations::update_many,
            "Change all delivery failures that the filters find.")
        .named("updateFailedIntegrations")
        .takes(failed_integrations::FIELDS)
        .lists(failed_integrations::FILTERS)
        .answers(200, one(&failed_integrations::UPDATED)),
        route!(GET "failed_integrations/{id}" ReadStock failed_integrations::show, "One delivery failure.")
            .answers(200, REFUSAL),
        route!(PATCH "failed_integrations/{id}" WriteOrders failed_integrations::update,
            "Set how often a failed delivery is tried, and until when it is not.")
        .takes(failed_integrations::FIELDS)
        .answers(200, REFUSAL),
    ]
}

fn stocks_and_prices() -> Vec<Route> {
    let stocks = |path, source, summary| {
        plain(path, Box::new(move |call| Box::pin(feeds::list_stocks(call, source))), summary, &feeds::STOCK)
            .lists(feeds::STOCK_FILTERS)
    };
    let prices = |path, source, summary| {
        plain(path, Box::new(move |call| Box::pin(feeds::list_prices(call, source))), summary, prices::PRICE.view)
            .lists(prices::PRICE.filters)
    };
    let (stock, price) = (&feeds::STOCK, prices::PRICE.view);
    vec![
        ResourceRoutes::list_at(&STOCK_LIST, "stock_lists", May::ReadStock, "The stock lists of the catalog."),
        ResourceRoutes::list_at(&prices::LIST, "price_lists", May::ReadStock, "The price lists of the catalog."),
        stocks("product_stocks", Source::Stocks, "Stocks of the catalog's own list; of all of its lists by pk__in.")
            .named("listProductStocks"),
        feed("product_stocks/inserts", Source::Stocks, INSERTS, stock).named("listProductStockInserts"),
        feed("product_stocks/updates", Source::Stocks, UPDATES, stock).named("listProductStockUpdates"),
        stocks("extra_product_stocks", Source::ExtraStocks, "Stocks of all lists of the catalog.")
            .named("listExtraProductStocks"),
        feed("extra_product_stocks/inserts", Source::ExtraStocks, INSERTS, stock).named("listExtraProductStockInserts"),
        feed("extra_product_stocks/updates", Source::ExtraStocks, UPDATES, stock).named("listExtraProductStockUpdates"),
        prices("product_prices", Source::Prices, "Prices of the catalog's own list; of all of its lists by pk__in."),
        feed("product_prices/inserts", Source::Prices, INSERTS, price).named("listProductPriceInserts"),
        feed("product_prices/updates", Source::Prices, UPDATES, price).named("listProductPriceUpdates"),
        prices("extra_product_prices", Source::ExtraPrices, "Prices of all lists of the catalog.")
            .named("listExtraProductPrices"),
        feed("extra_product_prices/inserts", Source::ExtraPrices, INSERTS, price).named("listExtraProductPriceInserts"),
        feed("extra_product_prices/updates", Source::ExtraPrices, UPDATES, price).named("listExtraProductPriceUpdates"),
    ]
}

/// What a program asks when it sends whole products.
fn mapped() -> Vec<Route> {
    let none = |path, summary, view: &'static ResponseSchema, filters| {
        let handler: Handler = Box::new(move |call| Box::pin(mapped_products::none(call, filters)));
        plain(path, handler, summary, view).lists(filters)
    };
    let (configs, images) = (mapped_products::CONFIG_FILTERS, mapped_products::IMAGE_FILTERS);
    let (config, image) = (&mapped_products::CONFIG, &mapped_products::IMAGE);
    vec![
        route!(GET "mapped_products/{id}" ReadStock mapped_products::show,
            "A product with its attributes, as the channel's program maps them.")
        .answers(200, one(&mapped_products::VIEW))
        .may_be_refused(),
        none("attribute_configs", "What the marketplace demands of attributes; none is kept here.", config, configs),
        none(
            "attribute_configs/detailed",
            "What the marketplace demands of attributes; none is kept here.",
            config,
            configs,
        )
        .named("listDetailedAttributeConfigs"),
        none("product_images", "Pictures of products; none are kept here.", image, images),
        none("product_images/inserts", "Pictures that are new to the channel; none are kept here.", image, images)
            .named("listProductImageInserts"),
        none("product_images/updates", "Pictures that have changed; none are kept here.", image, images)
            .named("listProductImageUpdates"),
    ]
}

fn others() -> Vec<Route> {
    vec![
        feed("products/inserts", Source::Products, INSERTS, products::PRODUCT.view).named("listProductInserts"),
        feed("products/updates", Source::Products, UPDATES, products::PRODUCT.view).named("listProductUpdates"),
        feed("products/inserts_or_updates", Source::Products, BOTH, products::PRODUCT.view)
            .named("listProductInsertsOrUpdates"),
        Route { permission: May::ReadOrders, ..feed("orders/updates", Source::Orders, UPDATES, &orders::VIEW) }
            .named("listOrderUpdates"),
        Route {
            permission: May::ReadOrders,
            ..feed("cancellation_requests/updates", Source::Requests, UPDATES, cancellations::REQUEST.view)
        }
        .named("listCancellationRequestUpdates"),
    ]
}

fn own() -> Vec<Route> {
    vec![
        route!(GET "changes" ReadStock changes::list, "What stocks have changed after a cursor; wait= waits for some.")
            .named("listChanges")
            .feeds(changes::FILTERS)
            .answers(200, one(&changes::VIEW)),
        route!(GET "lag" ReadStock changes::lag, "The lag of the channel.").answers(200, one(&changes::LAG)),
    ]
}

fn plain(path: &'static str, handler: Handler, summary: &'static str, view: &'static ResponseSchema) -> Route {
    Route::of(Method::GET, path, May::ReadStock, handler, summary).answers(200, page(view))
}

fn feed(path: &'static str, source: Source, offers: &'static [Offer], view: &'static ResponseSchema) -> Route {
    let handler: Handler = Box::new(move |call| Box::pin(feeds::feed(call, source, offers)));
    let summary = match offers {
        INSERTS => "What is new to the channel, oldest change first.",
        UPDATES => "What the channel knows in an older version, oldest change first.",
        _ => "What the channel does not know in its newest version, oldest change first.",
    };
    plain(path, handler, summary, view).feeds(source.filters())
}
