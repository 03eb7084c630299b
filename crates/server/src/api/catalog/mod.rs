//! The catalog: products, categories, the catalogs of channels, prices.
//!
//! Promises: what is sold is described here, however much of it there is. Must not know stock.

pub mod catalogs;
pub mod categories;
pub mod prices;
pub mod products;

use super::CATALOGUE;
use crate::auth::Permission as May;
use crate::http::route::{Answer, Mount, Route, one, page, route};
use crate::resource::{Resource, ResourceRoutes};

/// As [`CATALOGUE`], for what the ERP's side has, too.
const ERP: ResourceRoutes = ResourceRoutes::new((Mount::Both, May::ReadStock), (Mount::Both, May::WriteStock));
/// Trees and nodes are set up by channels' own programs, too (contract C11).
const CATEGORIES: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadStock), (Mount::V1AndChannel, May::WriteCategories));

/// The area's resources whose rows are records.
pub(super) const RESOURCES: &[(ResourceRoutes, &Resource)] = &[
    (CATALOGUE, &catalogs::CATALOG),
    (CATALOGUE, &catalogs::ITEM),
    (ERP, &prices::LIST),
    (ERP, &prices::PRICE),
    (CATEGORIES, &categories::TREE),
    (CATEGORIES, &categories::NODE),
    (CATALOGUE, &categories::PRODUCT_CATEGORY),
];

pub(super) fn products() -> Vec<Route> {
    const PRODUCT: Answer = one(&products::VIEW);
    vec![
        route!(GET "products" ReadStock products::list, "Products.")
            .under(Mount::BothAndChannel)
            .lists(products::FILTERS)
            .answers(200, page(&products::VIEW)),
        route!(POST "products" WriteStock products::create, "Make a product.")
            .takes(products::FIELDS)
            .answers(201, PRODUCT),
        route!(GET "products/{id}" ReadStock products::show, "One product.")
            .under(Mount::BothAndChannel)
            .answers(200, PRODUCT),
        route!(PATCH "products/{id}" WriteStock products::update, "Change a product.")
            .takes(products::FIELDS)
            .answers(200, PRODUCT),
        route!(DELETE "products/{id}" WriteStock products::remove, "Remove a product to which nothing refers.")
            .may_be_refused()
            .answers(204, Answer::Nothing),
    ]
}

pub(super) fn category_nodes() -> Vec<Route> {
    vec![
        route!(GET "category_nodes/{id}/detailed" ReadStock categories::show_detailed,
            "One category node, with those right below it.")
        .under(Mount::V1AndChannel)
        .answers(200, one(&categories::NODE_DETAILED)),
    ]
}
