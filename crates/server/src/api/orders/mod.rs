//! Orders, their lines and cancellations, and the codes that remote systems have for them.
//!
//! Promises: every change of a reservation goes through the writer. Must not know where a line is packed.

pub mod cancellations;
pub mod cart_reservations;
pub mod mappings;
pub mod order_items;
#[expect(clippy::module_inception, reason = "the area is named after its first resource")]
pub mod orders;
pub mod reservations;
pub mod shipping_infos;

use super::SALES;
use crate::auth::Permission as May;
use crate::http::route::{Answer, Mount, Route, one, page, route};
use crate::resource::{Resource, ResourceRoutes};

/// What all channels choose from: read by all, changed by no channel.
const REASONS: ResourceRoutes =
    ResourceRoutes::new((Mount::V1AndChannel, May::ReadOrders), (Mount::V1AndChannel, May::ManageOrders));

/// The area's resources whose rows are records.
pub(super) const RESOURCES: &[(ResourceRoutes, &Resource)] =
    &[(REASONS, &cancellations::REASON), (SALES, &cancellations::REQUEST), (SALES, &shipping_infos::SHIPPING_INFO)];

pub(super) fn routes() -> Vec<Route> {
    let mut all = order_routes();
    all.extend(cart_reservation_routes());
    all
}

/// Units that are reserved before there is an order.
fn cart_reservation_routes() -> Vec<Route> {
    const CART: Answer = one(&cart_reservations::VIEW);
    vec![
        route!(GET "reservations" ReadOrders reservations::list,
            "Who reserves stock, or did: carts, and then order lines; kind=cart or order_line for one of them.")
        .named("listReservations")
        .under(Mount::V1AndChannel)
        .lists(reservations::FILTERS)
        .asks(reservations::ASKED)
        .answers(200, page(&reservations::VIEW)),
        route!(POST "reservations" WriteOrders cart_reservations::create,
            "Reserve units for a while before there is an order: all lines, or none.")
        .named("createReservation")
        .under(Mount::V1AndChannel)
        .takes(cart_reservations::FIELDS)
        .answers(201, CART)
        .through_writer(),
        route!(GET "reservations/{id}" ReadOrders cart_reservations::show, "One reservation of a cart.")
            .named("getReservation")
            .under(Mount::V1AndChannel)
            .answers(200, CART),
        route!(PATCH "reservations/{id}" WriteOrders cart_reservations::update,
            "Change when an open reservation ends, or the units of its lines.")
        .named("updateReservation")
        .under(Mount::V1AndChannel)
        .takes(cart_reservations::EDIT)
        .answers(200, CART)
        .through_writer(),
        route!(POST "reservations/{id}/extend" WriteOrders cart_reservations::extend,
            "Reserve the units for longer.")
        .named("extendReservation")
        .under(Mount::V1AndChannel)
        .own()
        .takes(cart_reservations::EXTEND)
        .answers(200, CART)
        .through_writer(),
        route!(POST "reservations/{id}/release" WriteOrders cart_reservations::release,
            "End a reservation: its units are free. Sent again, it changes nothing.")
        .named("releaseReservation")
        .under(Mount::V1AndChannel)
        .own()
        .answers(200, CART)
        .through_writer(),
        route!(POST "reservations/{id}/confirm" WriteOrders cart_reservations::confirm,
            "Make an order of an open reservation; no other client can take its units in between.")
        .named("confirmReservation")
        .under(Mount::V1AndChannel)
        .own()
        .takes(cart_reservations::CONFIRM)
        .answers(201, one(&orders::VIEW))
        .places_orders(),
    ]
}

fn order_routes() -> Vec<Route> {
    const ORDER: Answer = one(&orders::VIEW);
    const ITEM: Answer = one(&order_items::ITEM);
    vec![
        route!(GET "orders" ReadOrders orders::list, "Orders; is_send=false waits for the ERP.")
            .under(Mount::BothAndChannel)
            .lists(orders::FILTERS)
            .answers(200, page(&orders::VIEW)),
        route!(POST "orders" ManageOrders orders::create, "Place an order: all lines are reserved, or none.")
            .takes(orders::FIELDS)
            .answers(201, ORDER)
            .places_orders(),
        route!(POST "create_orders" WriteOrders orders::create_sold,
            "Place an order that the channel has sold (201); sent again, the order that was made of it (200).")
        .named("createSoldOrder")
        .under(Mount::Channel)
        .takes(orders::SOLD)
        .answers(200, ORDER)
        .answers(201, ORDER)
        .places_orders(),
        route!(GET "orders/{id}" ReadOrders orders::show, "One order.")
            .under(Mount::BothAndChannel)
            .answers(200, ORDER),
        route!(PATCH "orders/{id}" ReleaseOrders orders::update, "Mark an order as taken by the ERP.")
            .takes(orders::EDIT)
            .answers(200, ORDER)
            .through_writer(),
        route!(POST "orders/{id}/cancel" WriteOrders orders::cancel, "Cancel an order or some of its lines.")
            .named("cancelOrder")
            .under(Mount::BothAndChannel)
            .takes(orders::CANCEL)
            .answers(200, ORDER)
            .through_writer(),
        route!(GET "order_number/{number}" ReadOrders orders::by_number, "The order with a number.")
            .named("getOrderByNumber")
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
            .named("listOrderItemMappings")
            .lists(mappings::FILTERS)
            .answers(200, page(&mappings::VIEW)),
        route!(GET "integration_mappings" ReadOrders mappings::list, "All mappings.")
            .lists(mappings::FILTERS)
            .answers(200, page(&mappings::VIEW)),
    ]
}
