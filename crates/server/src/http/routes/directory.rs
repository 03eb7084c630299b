//! The directory: channels, catalogs, prices.

use super::{May, Route, Under};
use crate::http::records::{Noun, Places};
use crate::http::{cancellations, catalogs, channels, prices, shipping_infos, stock_locations};

/// Where catalogue data is served: read by all, also below a channel; written by those who write stock.
const CATALOGUE: Places = Places::new((Under::V1AndChannel, May::ReadStock), (Under::V1, May::WriteStock));
/// The same for what the ERP's side has, too.
const ERP: Places = Places::new((Under::Both, May::ReadStock), (Under::Both, May::WriteStock));
const CHANNELS: Places =
    Places { change: May::SetUpChannel, ..Places::new((Under::V1, May::ReadOrders), (Under::V1, May::Administer)) };

/// Where stock stands.
const FLOOR: Places = Places::new((Under::V1, May::ReadFloor), (Under::V1, May::WorkOnFloor));
/// What channels and people say of orders.
const SALES: Places = Places::new((Under::V1AndChannel, May::ReadOrders), (Under::V1AndChannel, May::WriteOrders));

/// Every noun whose rows are records, and where it is served.
pub const NOUNS: &[(Places, &Noun)] = &[
    (CHANNELS, &channels::CHANNEL),
    (CATALOGUE, &catalogs::CATALOG),
    (CATALOGUE, &catalogs::ITEM),
    (ERP, &prices::LIST),
    (ERP, &prices::PRICE),
    (FLOOR, &stock_locations::LOCATION),
    (FLOOR, &stock_locations::ADDRESS),
    (FLOOR, &stock_locations::SENDER),
    (SALES, &cancellations::REASON),
    (SALES, &cancellations::REQUEST),
    (SALES, &shipping_infos::SHIPPING_INFO),
];

pub(super) fn all() -> Vec<Route> {
    NOUNS.iter().flat_map(|(places, noun)| places.of(noun)).collect()
}
