//! Codes of remote systems in the working set.
//!
//! Promises: [`Mappings`] knows the codes of the lines that are here, and which lines the ERP has given a code to, as
//! far as that was looked up. Must not know what a release does.

use std::collections::HashMap;

use super::tracked::{Tracked, TrackedChanges, TrackedMap};
use crate::{ERP, Mapping, MappingId, OrderItemId};

/// The mappings of some lines.
#[derive(Debug, Default)]
pub struct Mappings {
    rows: TrackedMap<MappingId, Mapping>,
    of_line: HashMap<OrderItemId, Vec<MappingId>>,
    /// Lines as they were ordered, by the codes that the ERP has given to them or to parts of them.
    with_code: HashMap<String, Vec<OrderItemId>>,
}

impl Mappings {
    /// Puts a stored mapping here.
    pub fn put(&mut self, mapping: Mapping) {
        self.of_line.entry(mapping.item).or_default().push(mapping.id);
        self.rows.put(mapping.id, mapping);
    }

    /// Notes that the ERP has given a code to a line, or to a part of it.
    pub fn put_code(&mut self, code: String, whole: OrderItemId) {
        self.with_code.entry(code).or_default().push(whole);
    }

    /// The mapping of a line for one kind of remote system.
    pub fn of(&self, item: OrderItemId, integration_type: &str) -> Option<&Mapping> {
        let mut of_line = self.of_line.get(&item)?.iter().filter_map(|id| self.rows.get(*id));
        of_line.find(|mapping| mapping.integration_type == integration_type)
    }

    /// Whether the ERP has given a code to another line, as it was ordered, than this one.
    pub(crate) fn is_code_of_another(&self, code: &str, whole: OrderItemId) -> bool {
        self.with_code.get(code).is_some_and(|lines| lines.iter().any(|line| *line != whole))
    }

    /// Makes a mapping of a line. `whole` is the line as it was ordered.
    pub(super) fn make(&mut self, mapping: Mapping, whole: Option<OrderItemId>) {
        if let Some(whole) = whole.filter(|_| mapping.integration_type == ERP) {
            self.put_code(mapping.code.clone(), whole);
        }
        self.of_line.entry(mapping.item).or_default().push(mapping.id);
        self.rows.make(mapping.id, mapping);
    }
}

impl Tracked for Mappings {
    type Changes = TrackedChanges<Mapping>;

    fn take_changes(&mut self) -> Self::Changes {
        self.rows.take_changes()
    }
}
