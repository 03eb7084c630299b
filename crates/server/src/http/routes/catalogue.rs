//! Products, channels, the kinds of object.

use axum::http::Method;

use super::{Answer, May, Route, Under, one, page};
use crate::http::{channels, content_types, products};

pub(super) fn all() -> Vec<Route> {
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
