//! Other installations whose stock is sold here.
//!
//! Promises: what is served here is Onhand's own, and no vendor's. Must not know how another installation is asked.

pub mod data_source_mappings;
pub mod data_sources;

use crate::auth::Permission as May;
use crate::http::route::{Mount, Route, one, route};
use crate::resource::{Resource, ResourceRoutes};

/// Set up as channels are: with a token of somebody else's.
const SOURCES: ResourceRoutes = ResourceRoutes::new((Mount::V1, May::ReadImports), (Mount::V1, May::Administer));

/// Kept by those who keep products.
const MAPPINGS: ResourceRoutes = ResourceRoutes::new((Mount::V1, May::ReadImports), (Mount::V1, May::WriteStock));

/// The area's resources whose rows are records and that have all six routes.
pub(super) const RESOURCES: &[(ResourceRoutes, &Resource)] =
    &[(SOURCES, &data_sources::DATA_SOURCE), (MAPPINGS, &data_source_mappings::MAPPING)];

pub(super) fn routes() -> Vec<Route> {
    vec![
        route!(POST "data_sources/{id}/refresh" WriteStock data_sources::refresh,
            "Ask a data source again now; full compares everything.")
        .named("refreshDataSource")
        .under(Mount::V1)
        .own()
        .takes(data_sources::REFRESH)
        .answers(202, one(data_sources::DATA_SOURCE.view)),
        route!(POST "data_source_mappings/remove" WriteStock data_source_mappings::remove,
            "Remove the mappings of some products with a data source, or up to a thousand of all of them.")
        .named("removeDataSourceMappings")
        .under(Mount::V1)
        .own()
        .takes(data_source_mappings::REMOVE)
        .answers(200, one(&data_source_mappings::REMOVED)),
    ]
}
