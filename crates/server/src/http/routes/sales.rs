//! Orders, their lines, the codes that remote systems have for them.

use axum::http::Method;

use super::{Answer, May, Mount, Route, one, page};
use crate::http::resources::{Resource, ResourceRoutes};
use crate::http::{mappings, order_items, orders, reports};

/// What channels' clients report: written below the channel, read by people everywhere, changed by no client.
const REPORTS: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadOrders), (Mount::Channel, May::WriteOrders));

fn reported() -> Vec<Route> {
    let some = |resource: &'static Resource, methods: &'static [Method]| {
        REPORTS.of(resource).into_iter().filter(|route| methods.contains(&route.method))
    };
    let written = [&reports::CITY, &reports::TOWNSHIP, &reports::DISTRICT, &reports::DISTINCT];
    let written = written.into_iter().flat_map(|resource| some(resource, &[Method::POST]));
    let both = [&reports::ERROR_REPORT, &reports::EVENT].into_iter();
    let both = both.flat_map(|resource| some(resource, &[Method::GET, Method::POST]));
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
            .under(Mount::BothAndChannel)
            .lists(orders::FILTERS)
            .answers(200, page(&orders::VIEW)),
        route!(POST "orders" ManageOrders orders::create, "Place an order: all lines are held, or none.")
            .takes(orders::FIELDS)
            .answers(201, ORDER)
            .through_writer(),
        route!(POST "create_orders" WriteOrders orders::create_sold,
            "Place an order that the channel has sold (201); sent again, the order that was made of it (200).")
        .under(Mount::Channel)
        .takes(orders::SOLD)
        .answers(200, ORDER)
        .answers(201, ORDER)
        .through_writer(),
        route!(GET "orders/{id}" ReadOrders orders::show, "One order.")
            .under(Mount::BothAndChannel)
            .answers(200, ORDER),
        route!(PATCH "orders/{id}" ReleaseOrders orders::update, "Mark an order as taken by the ERP.")
            .takes(orders::EDIT)
            .answers(200, ORDER)
            .through_writer(),
        route!(POST "orders/{id}/cancel" WriteOrders orders::cancel, "Cancel an order or some of its lines.")
            .under(Mount::BothAndChannel)
            .takes(orders::CANCEL)
            .answers(200, ORDER)
            .through_writer(),
        route!(GET "order_number/{number}" ReadOrders orders::by_number, "The order with a number.")
            .answers(200, ORDER),
        route!(GET "order_items" ReadOrders order_items::list, "Order lines.")
            .under(Mount::BothAndChannel)
            .lists(order_items::FILTERS)
            .answers(200, page(&order_items::ITEM)),
        route!(GET "order_items/{id}" ReadOrders order_items::show, "One order line.")
            .under(Mount::BothAndChannel)
            .answers(200, ITEM),
        route!(PATCH "order_items/{id}" WriteOrders order_items::update, "Change an order line.")
            .under(Mount::BothAndChannel)
            .takes(order_items::EDIT)
            .answers(200, ITEM)
            .through_writer(),
        route!(POST "order_items/{id}/create_mapping" ReleaseOrders mappings::release,
            "The ERP has registered a line: its code is stored and its reservation released.")
        .takes(mappings::RELEASE)
        .answers(201, one(&mappings::VIEW))
        .through_writer(),
        route!(GET "order_items/{id}/create_mapping" ReadOrders mappings::of_item, "The mappings of a line.")
            .lists(mappings::FILTERS)
            .answers(200, page(&mappings::VIEW)),
        route!(GET "integration_mappings" ReadOrders mappings::list, "All mappings.")
            .lists(mappings::FILTERS)
            .answers(200, page(&mappings::VIEW)),
    ]
}
