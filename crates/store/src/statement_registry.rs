//! The statement registry: every statement of the crate, for the tests that prepare them all and look at their plans.

use crate::sql::Statement;

/// Every statement of the crate, file by file. Composed list queries are checked by the conformance suite.
pub fn statements() -> Vec<&'static Statement> {
    [
        crate::tables::accounts::STATEMENTS,
        crate::activity::STATEMENTS,
        crate::attention::STATEMENTS,
        crate::tables::batch_requests::STATEMENTS,
        crate::tables::cancellations::STATEMENTS,
        crate::tables::catalogs::STATEMENTS,
        crate::tables::categories::STATEMENTS,
        crate::tables::channels::STATEMENTS,
        crate::tables::discrepancies::STATEMENTS,
        crate::engine::postgres::STATEMENTS,
        crate::tables::failed_integrations::STATEMENTS,
        crate::channel_sync::channel_scope::STATEMENTS,
        crate::channel_sync::change_log::STATEMENTS,
        crate::channel_sync::delivery_facts::STATEMENTS,
        crate::channel_sync::generation::STATEMENTS,
        crate::channel_sync::lag::STATEMENTS,
        crate::channel_sync::deliveries::STATEMENTS,
        crate::channel_sync::channel_cursors::STATEMENTS,
        crate::channel_sync::cursor::STATEMENTS,
        crate::channel_sync::cursor_scope::STATEMENTS,
        crate::outbox::STATEMENTS,
        crate::unit_of_work::fulfilment::STATEMENTS,
        crate::tables::goods_movements::STATEMENTS,
        crate::idempotency::STATEMENTS,
        crate::tables::integration_actions::STATEMENTS,
        crate::imports::STATEMENTS,
        crate::ids::STATEMENTS,
        crate::leases::STATEMENTS,
        crate::tables::mappings::STATEMENTS,
        crate::migrate::STATEMENTS,
        crate::tables::movements::STATEMENTS,
        crate::tables::order_items::STATEMENTS,
        crate::tables::orders::STATEMENTS,
        crate::tables::packages::STATEMENTS,
        crate::product_words::STATEMENTS,
        crate::tables::products::STATEMENTS,
        crate::tables::reports::STATEMENTS,
        crate::tables::saved_views::STATEMENTS,
        crate::tables::stock_counts::STATEMENTS,
        crate::tables::stock_lists::STATEMENTS,
        crate::tables::stock_locations::STATEMENTS,
        crate::tables::stock_moves::STATEMENTS,
        crate::tables::product_stocks::STATEMENTS,
        crate::tables::stock_sums::STATEMENTS,
        crate::stock_views::STATEMENTS,
        crate::tables::stores::STATEMENTS,
        crate::counters::STATEMENTS,
        crate::tables::transfers::STATEMENTS,
        crate::tables::unplanned_items::STATEMENTS,
        crate::verify::STATEMENTS,
        crate::watched::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
    .chain([crate::verify::counts()])
    .chain(crate::resource::statements(crate::tables::TABLES))
    .collect()
}
