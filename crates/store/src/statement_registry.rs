//! The statement registry: every statement of the crate, for the tests that prepare them all and look at their plans.

use crate::sql::Statement;

/// Every statement of the crate, file by file. Composed list queries are checked by the conformance suite.
pub fn statements() -> Vec<&'static Statement> {
    [
        crate::accounts::STATEMENTS,
        crate::batch_requests::STATEMENTS,
        crate::categories::STATEMENTS,
        crate::channels::STATEMENTS,
        crate::discrepancies::STATEMENTS,
        crate::engine::postgres::STATEMENTS,
        crate::failed_integrations::STATEMENTS,
        crate::feed::channel_scope::STATEMENTS,
        crate::feed::change_log::STATEMENTS,
        crate::feed::delivery_facts::STATEMENTS,
        crate::feed::generation::STATEMENTS,
        crate::feed::lag::STATEMENTS,
        crate::feed::deliveries::STATEMENTS,
        crate::feed::channel_cursors::STATEMENTS,
        crate::feed::cursor::STATEMENTS,
        crate::feed::told::STATEMENTS,
        crate::feed::outbox::STATEMENTS,
        crate::fulfilment::STATEMENTS,
        crate::goods_movements::STATEMENTS,
        crate::idempotency::STATEMENTS,
        crate::integration_actions::STATEMENTS,
        crate::imports::STATEMENTS,
        crate::ids::STATEMENTS,
        crate::leases::STATEMENTS,
        crate::unit_of_work::STATEMENTS,
        crate::mappings::STATEMENTS,
        crate::migrate::STATEMENTS,
        crate::movements::STATEMENTS,
        crate::order_items::STATEMENTS,
        crate::orders::STATEMENTS,
        crate::packages::STATEMENTS,
        crate::products::STATEMENTS,
        crate::reports::STATEMENTS,
        crate::stock_counts::STATEMENTS,
        crate::stock_lists::STATEMENTS,
        crate::stock_locations::STATEMENTS,
        crate::stock_moves::STATEMENTS,
        crate::stocks::STATEMENTS,
        crate::counters::STATEMENTS,
        crate::transfers::STATEMENTS,
        crate::unplanned_items::STATEMENTS,
        crate::verify::STATEMENTS,
        crate::watched::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
    .chain([crate::verify::counts()])
    .chain(crate::records::statements())
    .collect()
}
