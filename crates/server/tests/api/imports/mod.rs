//! Imports: a module for each resource, named like that of its handlers; odd files and what follows an import have one
//! each.

mod bad_input;
mod bulk_edits;
mod follow;
mod import_changes;
mod import_columns;
mod import_list;
mod import_results;
#[expect(clippy::module_inception, reason = "the area is named after its first resource")]
mod imports;
mod price_imports;
