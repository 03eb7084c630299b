//! The catalog: products, categories, the catalogs of channels, prices.
//!
//! Promises: what is sold is described here, however much of it there is. Must not know stock.

pub mod availability;
pub mod catalogs;
pub mod categories;
pub mod prices;
pub mod products;

use super::{CATALOGUE, ERP};
use crate::auth::Permission as May;
use crate::http::route::{Mount, Route, one, route};
use crate::resource::{Resource, ResourceRoutes};

/// As [`ERP`], and read below a channel. The vendor documents no PUT.
const PRODUCTS: ResourceRoutes =
    ResourceRoutes::new((Mount::BothAndChannel, May::ReadStock), (Mount::Both, May::WriteStock)).without_put();
/// Trees and nodes are set up by channels' own programs, too (contract C11).
const CATEGORIES: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadStock), (Mount::V1AndChannel, May::WriteCategories));

/// The area's resources whose rows are records.
pub(super) const RESOURCES: &[(ResourceRoutes, &Resource)] = &[
    (PRODUCTS, &products::PRODUCT),
    (CATALOGUE, &catalogs::CATALOG),
    (CATALOGUE, &catalogs::ITEM),
    (ERP, &prices::LIST),
    (ERP, &prices::PRICE),
    (CATEGORIES, &categories::TREE),
    (CATEGORIES, &categories::NODE),
    (CATALOGUE, &categories::PRODUCT_CATEGORY),
];

pub(super) fn category_nodes() -> Vec<Route> {
    vec![
        route!(GET "category_nodes/{id}/detailed" ReadStock categories::show_detailed,
            "One category node, with those right below it.")
        .under(Mount::V1AndChannel)
        .answers(200, one(&categories::NODE_DETAILED)),
    ]
}

pub(super) fn availability() -> Vec<Route> {
    vec![
        route!(GET "catalogs/{id}/availability" ReadStock availability::of_catalog,
            "What the catalog's list has of products, and which of its stores have them, nearest first.")
        .named("getCatalogAvailability")
        .under(Mount::V1)
        .asks(availability::ASKS)
        .answers(200, one(&availability::VIEW)),
        route!(GET "availability" ReadStock availability::of_channel,
            "What the list of the channel's catalog has of products, and which of its stores have them, nearest first.")
        .named("getChannelAvailability")
        .under(Mount::Channel)
        .asks(availability::ASKS)
        .answers(200, one(&availability::VIEW)),
    ]
}
