//! The whole API: an area has a folder, and each of its resources a file with fields, views, filters and handlers.
//!
//! Promises: what is not in [`routes`] is not served; what is there is described. Every path answers with and without
//! the slash at its end, without a redirect (contract X13). `i1` and `v1` lead to the same handlers (contract X1, X15).

pub mod accounts;
pub mod catalog;
pub mod channels;
pub mod description;
pub mod directory;
pub mod events;
pub mod fulfilment;
pub mod imports;
pub mod orders;
pub mod search;
pub mod sources;
pub mod stock;

use crate::auth::Permission as May;
use crate::http::health;
use crate::http::route::{Answer, JSON, Mount, Route, route};
use crate::resource::{Resource, ResourceRoutes};

/// Where catalogue data is served: read by all, also below a channel; written by those who write stock.
const CATALOGUE: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadStock), (Mount::V1, May::WriteStock));
/// As [`CATALOGUE`], for what the ERP's side has, too.
const ERP: ResourceRoutes = ResourceRoutes::new((Mount::Both, May::ReadStock), (Mount::Both, May::WriteStock));
/// What channels and people say of orders, and of whom they are from.
const SALES: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadOrders), (Mount::V1AndChannel, May::WriteOrders));

/// Every resource that has all six routes, and where it is served.
pub fn resources() -> impl Iterator<Item = &'static (ResourceRoutes, &'static Resource)> {
    let areas = [
        channels::RESOURCES,
        catalog::RESOURCES,
        directory::RESOURCES,
        fulfilment::RESOURCES,
        orders::RESOURCES,
        stock::RESOURCES,
        sources::RESOURCES,
        events::RESOURCES,
    ];
    areas.into_iter().flatten().filter(|(places, _)| places.replaces)
}

/// Every route, area by area.
pub fn routes() -> Vec<Route> {
    let of = |resources: &[(ResourceRoutes, &'static Resource)]| -> Vec<Route> {
        resources.iter().flat_map(|(places, resource)| places.of(resource)).collect()
    };
    let areas = [
        ("accounts", vec![accounts::routes()]),
        ("catalog", vec![of(catalog::RESOURCES), catalog::category_nodes(), catalog::availability()]),
        ("directory", vec![directory::content_types(), of(directory::RESOURCES)]),
        ("stock", vec![of(stock::RESOURCES), stock::stocks()]),
        ("imports", vec![imports::routes()]),
        ("orders", vec![orders::routes(), of(orders::RESOURCES)]),
        ("channels", vec![of(channels::RESOURCES), channels::routes()]),
        ("fulfilment", vec![of(fulfilment::RESOURCES), fulfilment::routes()]),
        ("search", vec![search::routes()]),
        ("sources", vec![of(sources::RESOURCES), sources::routes()]),
        ("events", vec![of(events::RESOURCES), events::routes()]),
        ("operations", vec![operations()]),
    ];
    let areas = areas.into_iter().flat_map(|(area, parts)| parts.into_iter().flatten().map(move |route| (area, route)));
    areas.map(|(area, route)| route.in_area(area)).collect()
}

fn operations() -> Vec<Route> {
    vec![
        route!(GET "healthz" Public health::live, "Whether the process answers.")
            .named("getHealth")
            .under(Mount::Root)
            .answers(200, JSON),
        route!(GET "readyz" Public health::ready, "Whether requests can be served.")
            .named("getReadiness")
            .under(Mount::Root)
            .answers(200, JSON),
        route!(GET "metrics" Public health::metrics, "Metrics in Prometheus' text form.")
            .named("getMetrics")
            .under(Mount::Root)
            .for_operators()
            .answers(200, Answer::Media("text/plain")),
        route!(GET "api/schema" Public description::show, "This description.")
            .named("getSchema")
            .under(Mount::Root)
            .for_operators()
            .answers(200, JSON)
            .answers(304, Answer::Nothing),
        route!(GET "api/docs" Public description::page, "This description, to read.")
            .named("getDocs")
            .under(Mount::Root)
            .for_operators()
            .answers(200, Answer::Media("text/html"))
            .answers(304, Answer::Nothing),
    ]
}
