//! Channels: a module for each resource, named like that of its handlers.

mod batch_requests;
mod changes;
#[expect(clippy::module_inception, reason = "the area is named after its first resource")]
mod channels;
mod failed_integrations;
mod feeds;
mod integration_actions;
mod mapped_products;
mod reports;
