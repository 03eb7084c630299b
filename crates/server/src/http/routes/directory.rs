//! The directory: channels, catalogs, prices, categories, places, stores, people.

use axum::http::Method;

use super::{May, Mount, Route, one};
use crate::http::resources::{Resource, ResourceRoutes};
use crate::http::{
    cancellations, catalogs, categories, channels, customers, geography, prices, shipping_infos, stock_locations,
    stores,
};

/// Where catalogue data is served: read by all, also below a channel; written by those who write stock.
const CATALOGUE: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadStock), (Mount::V1, May::WriteStock));
/// The same for what the ERP's side has, too.
const ERP: ResourceRoutes = ResourceRoutes::new((Mount::Both, May::ReadStock), (Mount::Both, May::WriteStock));
const CHANNELS: ResourceRoutes = ResourceRoutes {
    change: May::SetUpChannel,
    ..ResourceRoutes::new((Mount::V1, May::ReadOrders), (Mount::V1, May::Administer))
};

/// Where stock stands.
const FLOOR: ResourceRoutes = ResourceRoutes::new((Mount::V1, May::ReadFloor), (Mount::V1, May::WorkOnFloor));
/// Trees and nodes are set up by channels' own programs, too (contract C11).
const CATEGORIES: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadStock), (Mount::V1AndChannel, May::WriteCategories));
/// What all channels choose from: read by all, changed by no channel.
const REASONS: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadOrders), (Mount::V1AndChannel, May::ManageOrders));
/// What channels and people say of orders, and of whom they are from.
const SALES: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadOrders), (Mount::V1AndChannel, May::WriteOrders));

/// Every resource whose rows are records, and where it is served.
pub const NOUNS: &[(ResourceRoutes, &Resource)] = &[
    (CHANNELS, &channels::CHANNEL),
    (CATALOGUE, &catalogs::CATALOG),
    (CATALOGUE, &catalogs::ITEM),
    (ERP, &prices::LIST),
    (ERP, &prices::PRICE),
    (CATEGORIES, &categories::TREE),
    (CATEGORIES, &categories::NODE),
    (CATALOGUE, &categories::PRODUCT_CATEGORY),
    (CATALOGUE, &geography::COUNTRY),
    (CATALOGUE, &geography::CITY),
    (CATALOGUE, &geography::TOWNSHIP),
    (CATALOGUE, &geography::DISTRICT),
    (CATALOGUE, &geography::MAPPING),
    (CATALOGUE, &stores::CARGO),
    (CATALOGUE, &stores::STORE),
    (SALES, &customers::CUSTOMER),
    (SALES, &customers::ADDRESS),
    (FLOOR, &stock_locations::LOCATION),
    (FLOOR, &stock_locations::ADDRESS),
    (FLOOR, &stock_locations::SENDER),
    (REASONS, &cancellations::REASON),
    (SALES, &cancellations::REQUEST),
    (SALES, &shipping_infos::SHIPPING_INFO),
];

pub(super) fn all() -> Vec<Route> {
    let mut all: Vec<Route> = NOUNS.iter().flat_map(|(places, resource)| places.of(resource)).collect();
    all.push(
        route!(GET "category_nodes/{id}/detailed" ReadStock categories::show_detailed,
            "One category node, with those right below it.")
        .under(Mount::V1AndChannel)
        .answers(200, one(&categories::NODE_DETAILED)),
    );
    all
}
