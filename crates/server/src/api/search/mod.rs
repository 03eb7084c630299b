//! Search: what a few typed letters may mean, in one answer.
//!
//! Promises: it finds what the caller may see, and nothing else. Must not know how it is found.

#[expect(clippy::module_inception, reason = "the area is named after its only resource")]
pub mod search;

use crate::http::route::{Holds, Mount, Parameter, Route, one, route};

/// What is searched for.
const SEARCHED: &[Parameter] = &[Parameter { name: "q", holds: Holds::Text(search::TEXT_CHARS_MAX), required: true }];

pub(super) fn routes() -> Vec<Route> {
    vec![
        route!(GET "search" SignedIn search::find,
            "Products by SKU, words or barcode, orders by number, imports and stock lists by name: up to five of each.")
        .named("search")
        .under(Mount::V1)
        .own()
        .asks(SEARCHED)
        .answers(200, one(&search::FOUND)),
    ]
}
