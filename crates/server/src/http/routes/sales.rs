//! Orders, their lines, the codes that remote systems have for them.

use axum::http::Method;

use super::{Answer, May, Route, Under, one, page};
use crate::http::records::{Noun, Places};
use crate::http::{mappings, order_items, orders, reports};

/// What channels' clients report: written below the channel, read by people everywhere, changed by nobody.
const REPORTS: Places = Places::new((Under::V1AndChannel, May::ReadOrders), (Under::Channel, May::WriteOrders));

fn reported() -> Vec<Route> {
    let some = |noun: &'static Noun, methods: &'static [Method]| {
        REPORTS.of(noun).into_iter().filter(|route| methods.contains(&route.method))
    };
    let written = [&reports::CITY, &reports::TOWNSHIP, &reports::DISTRICT, &reports::DISTINCT];
    let written = written.into_iter().flat_map(|noun| some(noun, &[Method::POST]));
    let both = [&reports::ERROR_REPORT, &reports::EVENT].into_iter();
    let both = both.flat_map(|noun| some(noun, &[Method::GET, Method::POST]));
    both.chain(written).chain(some(&reports::PLACE, &[Method::GET])).collect()
}

pub(super) fn all() -> Vec<Route> {
    orders().into_iter().chain(reported()).collect()
}

fn orders() -> Vec<Route> {
    const ORDER: Answer = one(&orders::VIEW);
    const ITEM: Answer = one(&order_items::ITEM);
    vec![
        route!(GET "orders" ReadOrders orders::list, "Orders; is_send=false waits for the ERP.")
            .under(Under::BothAndChannel)
            .lists(orders::FILTERS)
            .answers(200, page(&orders::VIEW)),
        route!(POST "orders" ManageOrders orders::create, "Place an order: all lines are held, or none.")
            .takes(orders::FIELDS)
            .answers(201, ORDER)
            .through_ledger(),
        route!(POST "create_orders" WriteOrders orders::create_sold,
            "Place an order that the channel has sold (201); sent again, the order that was made of it (200).")
        .under(Under::Channel)
        .takes(orders::SOLD)
        .answers(200, ORDER)
        .answers(201, ORDER)
        .through_ledger(),
        route!(GET "orders/{id}" ReadOrders orders::show, "One order.")
            .under(Under::BothAndChannel)
            .answers(200, ORDER),
        route!(PATCH "orders/{id}" ReleaseOrders orders::update, "Mark an order as taken by the ERP.")
            .takes(orders::EDIT)
            .answers(200, ORDER)
            .through_ledger(),
        route!(POST "orders/{id}/cancel" WriteOrders orders::cancel, "Cancel an order or some of its lines.")
            .under(Under::BothAndChannel)
            .takes(orders::CANCEL)
            .answers(200, ORDER)
            .through_ledger(),
        route!(GET "order_number/{number}" ReadOrders orders::by_number, "The order with a number.")
            .answers(200, ORDER),
        route!(GET "order_items" ReadOrders order_items::list, "Order lines.")
            .under(Under::BothAndChannel)
            .lists(order_items::FILTERS)
            .answers(200, page(&order_items::ITEM)),
        route!(GET "order_items/{id}" ReadOrders order_items::show, "One order line.")
            .under(Under::BothAndChannel)
            .answers(200, ITEM),
        route!(PATCH "order_items/{id}" WriteOrders order_items::update, "Change an order line.")
            .under(Under::BothAndChannel)
            .takes(order_items::EDIT)
            .answers(200, ITEM)
            .through_ledger(),
        route!(POST "order_items/{id}/create_mapping" ReleaseOrders mappings::release,
            "The ERP has registered a line: its code is stored and its reservation released.")
        .takes(mappings::RELEASE)
        .answers(201, one(&mappings::VIEW))
        .through_ledger(),
        route!(GET "order_items/{id}/create_mapping" ReadOrders mappings::of_item, "The mappings of a line.")
            .lists(mappings::FILTERS)
            .answers(200, page(&mappings::VIEW)),
        route!(GET "integration_mappings" ReadOrders mappings::list, "All mappings.")
            .lists(mappings::FILTERS)
            .answers(200, page(&mappings::VIEW)),
    ]
}
