//! The directory: customers, geography, stores, and the numbers of the kinds of object.
//!
//! Promises: orders and channels refer to these rows. Must not know stock or orders.

pub mod content_types;
pub mod customers;
pub mod geography;
pub mod stores;

use super::{CATALOGUE, SALES};
use crate::http::route::{Route, one, page, route};
use crate::resource::{Resource, ResourceRoutes};

/// The area's resources whose rows are records.
pub(super) const RESOURCES: &[(ResourceRoutes, &Resource)] = &[
    (CATALOGUE, &geography::COUNTRY),
    (CATALOGUE, &geography::CITY),
    (CATALOGUE, &geography::TOWNSHIP),
    (CATALOGUE, &geography::DISTRICT),
    (CATALOGUE, &geography::MAPPING),
    (CATALOGUE, &stores::CARGO),
    (CATALOGUE, &stores::STORE),
    (SALES, &customers::CUSTOMER),
    (SALES, &customers::ADDRESS),
];

pub(super) fn content_types() -> Vec<Route> {
    vec![
        route!(GET "content_types" SignedIn content_types::list, "The kinds of object and their numbers.")
            .lists(content_types::FILTERS)
            .answers(200, page(&content_types::VIEW)),
        route!(GET "content_types/{id}" SignedIn content_types::show, "One kind of object.")
            .answers(200, one(&content_types::VIEW)),
    ]
}
