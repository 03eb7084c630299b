//! Orders: a module for each resource, named like that of its handlers; channels' own orders, outgoing lines and the
//! life of a reservation have one each.

mod cancellations;
mod cart_reservations;
mod channel_orders;
mod list_sourcing;
mod mappings;
mod order_items;
#[expect(clippy::module_inception, reason = "the area is named after its first resource")]
mod orders;
mod outgoing;
mod reservation;
mod reservations;
mod shipping_infos;
