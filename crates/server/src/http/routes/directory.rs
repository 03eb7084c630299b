//! The directory: channels, catalogs, prices, categories, places, stores, people.

use axum::http::Method;

use super::{May, Route, Under, one};
use crate::http::records::{Noun, Places};
use crate::http::{
    cancellations, catalogs, categories, channels, customers, geography, prices, shipping_infos, stock_locations,
    stores,
};

/// Where catalogue data is served: read by all, also below a channel; written by those who write stock.
const CATALOGUE: Places = Places::new((Under::V1AndChannel, May::ReadStock), (Under::V1, May::WriteStock));
/// The same for what the ERP's side has, too.
const ERP: Places = Places::new((Under::Both, May::ReadStock), (Under::Both, May::WriteStock));
const CHANNELS: Places =
    Places { change: May::SetUpChannel, ..Places::new((Under::V1, May::ReadOrders), (Under::V1, May::Administer)) };

/// Where stock stands.
const FLOOR: Places = Places::new((Under::V1, May::ReadFloor), (Under::V1, May::WorkOnFloor));
/// Trees and nodes are set up by channels' own programs, too (contract C11).
const CATEGORIES: Places =
    Places::new((Under::V1AndChannel, May::ReadStock), (Under::V1AndChannel, May::WriteCategories));
/// What all channels choose from: read by all, changed by nobody's channel.
const REASONS: Places = Places::new((Under::V1AndChannel, May::ReadOrders), (Under::V1AndChannel, May::ManageOrders));
/// What channels and people say of orders, and of whom they are from.
const SALES: Places = Places::new((Under::V1AndChannel, May::ReadOrders), (Under::V1AndChannel, May::WriteOrders));

/// Every noun whose rows are records, and where it is served.
pub const NOUNS: &[(Places, &Noun)] = &[
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
    let mut all: Vec<Route> = NOUNS.iter().flat_map(|(places, noun)| places.of(noun)).collect();
    all.push(
        route!(GET "category_nodes/{id}/detailed" ReadStock categories::show_detailed,
            "One category node, with those right below it.")
        .under(Under::V1AndChannel)
        .answers(200, one(&categories::NODE_DETAILED)),
    );
    all
}
