//! Products and the kinds of object.

use axum::http::Method;

use super::{Answer, May, Mount, Route, one, page};
use crate::http::{content_types, products};

pub(super) fn all() -> Vec<Route> {
    const PRODUCT: Answer = one(&products::VIEW);
    vec![
        route!(GET "content_types" SignedIn content_types::list, "The kinds of object and their numbers.")
            .lists(content_types::FILTERS)
            .answers(200, page(&content_types::VIEW)),
        route!(GET "content_types/{id}" SignedIn content_types::show, "One kind of object.")
            .answers(200, one(&content_types::VIEW)),
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
