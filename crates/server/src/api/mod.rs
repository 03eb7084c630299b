//! The whole API: an area has a folder, and each of its resources a file with fields, views, filters and handlers.
//!
//! Promises: what is not in [`routes`] is not served; what is there is described. Every path answers with and without
//! the slash at its end, without a redirect (contract X13). `i1` and `v1` lead to the same handlers (contract X1, X15).

pub mod accounts;
pub mod catalog;
pub mod channels;
pub mod description;
pub mod directory;
pub mod fulfilment;
pub mod imports;
pub mod orders;
pub mod stock;

use crate::auth::Permission as May;
use crate::http::health;
use crate::http::route::{Answer, Mount, Route, route};
use crate::resource::{Resource, ResourceRoutes};

/// Where catalogue data is served: read by all, also below a channel; written by those who write stock.
const CATALOGUE: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadStock), (Mount::V1, May::WriteStock));
/// What channels and people say of orders, and of whom they are from.
const SALES: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadOrders), (Mount::V1AndChannel, May::WriteOrders));

/// Every resource whose rows are records, and where it is served.
pub fn resources() -> impl Iterator<Item = &'static (ResourceRoutes, &'static Resource)> {
    let areas =
        [channels::RESOURCES, catalog::RESOURCES, directory::RESOURCES, fulfilment::RESOURCES, orders::RESOURCES];
    areas.into_iter().flatten()
}

/// Every route, in the order of the description.
pub fn routes() -> Vec<Route> {
    [
        accounts::routes(),
        directory::content_types(),
        catalog::products(),
        resources().flat_map(|(places, resource)| places.of(resource)).collect(),
        catalog::category_nodes(),
        stock::lists(),
        imports::routes(),
        stock::stocks(),
        orders::routes(),
        channels::routes(),
        fulfilment::routes(),
        operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn operations() -> Vec<Route> {
    vec![
        route!(GET "healthz" Public health::live, "Whether the process answers.")
            .under(Mount::Root)
            .answers(200, Answer::Free),
        route!(GET "readyz" Public health::ready, "Whether requests can be served.")
            .under(Mount::Root)
            .answers(200, Answer::Free),
        route!(GET "metrics" Public health::metrics, "Metrics in Prometheus' text form.")
            .under(Mount::Root)
            .for_operators()
            .answers(200, Answer::Free),
        route!(GET "api/schema" Public description::show, "This description.")
            .under(Mount::Root)
            .for_operators()
            .answers(200, Answer::Free)
            .answers(304, Answer::Nothing),
        route!(GET "api/docs" Public description::page, "This description, to read.")
            .under(Mount::Root)
            .for_operators()
            .answers(200, Answer::Free)
            .answers(304, Answer::Nothing),
    ]
}
