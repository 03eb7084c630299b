//! Other installations whose stock is sold here: a module for each resource, named like that of its handlers.

mod data_source_mappings;
mod data_sources;
