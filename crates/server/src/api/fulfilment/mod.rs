//! Fulfilment: stock locations, packages, transfers, discrepancies, counts (contract 13).
//!
//! Promises: work is reported with commands, and repeating one changes nothing. Must not know what a command does.

pub mod cargo_company_conditions;
pub mod discrepancies;
pub mod packages;
pub mod short_items;
pub mod state_objects;
pub mod stock_availability;
pub mod stock_counts;
pub mod stock_locations;
pub mod stock_moves;
pub mod transfers;
pub mod transitions;
pub mod unplanned_items;

use super::orders::order_items;
use crate::auth::Permission as May;
use crate::http::route::{Answer, Holds, JSON, Mount, Parameter, Route, one, page, parameter, route};
use crate::resource::{Resource, ResourceRoutes};

/// Where stock stands.
const LOCATIONS: ResourceRoutes =
    ResourceRoutes::new((Mount::V1, May::ReadFulfilment), (Mount::V1, May::WriteFulfilment));

/// The area's resources whose rows are records.
pub(super) const RESOURCES: &[(ResourceRoutes, &Resource)] = &[
    (LOCATIONS, &stock_locations::LOCATION),
    (LOCATIONS, &stock_locations::ADDRESS),
    (LOCATIONS, &stock_locations::SENDER),
    (LOCATIONS, &cargo_company_conditions::CONDITION),
];

/// What is asked of locations.
const AVAILABILITY: &[Parameter] = &[
    Parameter { name: "sku", holds: Holds::Texts, required: true },
    parameter("erp_code", Holds::Texts),
    parameter("tag", Holds::Texts),
];

pub(super) fn routes() -> Vec<Route> {
    let mut all = work();
    all.extend(discrepancies());
    all.extend(orders());
    all.extend(moves());
    let (locations, path) = (&stock_locations::LOCATION, "oms/stocklocations/list-simple");
    let simply = ResourceRoutes::list_at(locations, path, May::ReadFulfilment, "Every stock location.");
    all.push(simply.named("listStockLocationsSimply"));
    all.into_iter().map(|route| route.under(Mount::V1)).collect()
}

fn work() -> Vec<Route> {
    const PACKAGE: Answer = one(&packages::VIEW);
    const TRANSFER: Answer = one(&transfers::VIEW);
    vec![
        route!(GET "oms/packages" ReadFulfilment packages::list, "Packages with their lines.")
            .lists(packages::FILTERS)
            .answers(200, page(&packages::VIEW)),
        route!(GET "oms/packages/package-items" ReadFulfilment packages::list_items, "Lines of packages.")
            .lists(packages::ITEM_FILTERS)
            .answers(200, page(&packages::ITEM)),
        route!(GET "oms/packages/package-items/{id}" ReadFulfilment packages::show_item, "One line of a package.")
            .answers(200, one(&packages::ITEM)),
        route!(GET "oms/packages/{id}" ReadFulfilment packages::show, "One package.").answers(200, PACKAGE),
        route!(POST "oms/packages/{id}/command" WriteFulfilment packages::run,
            "Work on a package: prepare, pack, ship, not-found, cancel, take-over, unpack, return. Repeating a command changes nothing.")
        .named("runPackageCommand")
        .takes(packages::COMMAND)
        .answers(200, PACKAGE)
        .through_writer(),
        route!(GET "oms/transfer_orders" ReadFulfilment transfers::list, "Transfers with their lines.")
            .lists(transfers::FILTERS)
            .answers(200, page(&transfers::VIEW)),
        route!(GET "oms/transfer_orders/{id}" ReadFulfilment transfers::show, "One transfer.").answers(200, TRANSFER),
        route!(POST "oms/transfer_orders/{id}/command" WriteFulfilment transfers::run,
            "Work on a transfer: ship, deliver, not-found, cancel. Repeating a command changes nothing.")
        .named("runTransferOrderCommand")
        .takes(transfers::COMMAND)
        .answers(200, TRANSFER)
        .through_writer(),
    ]
}

fn discrepancies() -> Vec<Route> {
    vec![
        route!(GET "oms/inventory-discrepancies" ReadFulfilment discrepancies::list, "What was not found.")
            .lists(discrepancies::FILTERS)
            .answers(200, page(&discrepancies::VIEW)),
        route!(GET "oms/inventory-discrepancies/{id}" ReadFulfilment discrepancies::show, "One discrepancy.")
            .answers(200, one(&discrepancies::VIEW)),
        route!(POST "oms/inventory-discrepancies/remove" WriteFulfilment discrepancies::remove,
            "Remove what was reported from a day on: it is on sale again. What was removed stays, with is_active false.")
        .named("removeInventoryDiscrepancies")
        .takes(discrepancies::REMOVE)
        .answers(204, Answer::Nothing)
        .through_writer(),
        route!(GET "oms/stock-counts" ReadFulfilment stock_counts::list, "Counts.")
            .lists(stock_counts::FILTERS)
            .answers(200, page(&stock_counts::VIEW)),
        route!(GET "oms/stock-counts/{id}" ReadFulfilment stock_counts::show, "One count.")
            .answers(200, one(&stock_counts::VIEW)),
        route!(POST "oms/stock-counts" WriteFulfilment stock_counts::create,
            "Record a count: differences correct the stock level or flag discrepancies, by the location's setting.")
        .takes(stock_counts::FIELDS)
        .own()
        .answers(201, one(&stock_counts::VIEW))
        .through_writer(),
    ]
}

fn moves() -> Vec<Route> {
    const MOVE: Answer = one(&stock_moves::VIEW);
    vec![
        route!(GET "oms/moves" ReadFulfilment stock_moves::list,
            "Moves that the ERP has to hear of: ?is_registered=false are those that it has not.")
        .lists(stock_moves::FILTERS)
        .answers(200, page(&stock_moves::VIEW)),
        route!(GET "oms/moves/{id}" ReadFulfilment stock_moves::show, "One move.").answers(200, MOVE),
        route!(POST "oms/moves/{id}/register" WriteFulfilment stock_moves::register,
            "The ERP has booked the move: a level taken after that settles it. Repeating it changes nothing.")
        .named("registerStockMove")
        .takes(stock_moves::REGISTER)
        .own()
        .answers(200, MOVE)
        .through_writer(),
        route!(POST "oms/moves/register" WriteFulfilment stock_moves::register_many,
            "The ERP has booked moves: an array of rows is taken whole or not at all.")
        .named("registerStockMoves")
        .takes(stock_moves::REGISTER_ROW)
        .or_many()
        .own()
        .answers(200, MOVE)
        .through_writer(),
    ]
}

fn orders() -> Vec<Route> {
    vec![
        route!(POST "oms/orders/{id}/plan" WriteFulfilment packages::plan,
            "Source the lines of an order that are in no package yet. Orders from lists of locations are sourced automatically.")
        .named("planOrder")
        .takes(packages::PLAN)
        .own()
        .answers(200, one(&packages::PLANNED))
        .through_writer(),
        route!(GET "oms/short-items" ReadFulfilment short_items::list,
            "Order lines that are short: no stock reserves them.")
            .named("listShortItems")
            .lists(order_items::FILTERS)
            .answers(200, page(&order_items::ITEM)),
        route!(GET "oms/unplanned-items" ReadFulfilment unplanned_items::list,
            "Order lines that are to leave and are in no package, with the reason.")
        .lists(unplanned_items::FILTERS)
        .answers(200, page(&unplanned_items::VIEW)),
        route!(GET "oms/query-stock-availability" ReadFulfilment stock_availability::query,
            "By each location's code, whether it has all of the products: ?sku=A&sku=A&sku=B, narrowed by erp_code and tag.")
        .named("queryStockAvailability")
        .asks(AVAILABILITY)
        .answers(200, JSON),
    ]
}
