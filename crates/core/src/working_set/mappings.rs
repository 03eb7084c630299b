//! Codes of remote systems in the working set.
//!
//! Promises: [`Mappings`] knows the codes of the lines that are here, and which lines the ERP has given a code to, as
//! far as that was looked up. Must not know what a release does.

use std::collections::HashMap;

use crate::{ERP, Mapping, OrderItemId};

/// The mappings of some lines.
#[derive(Debug, Default)]
pub struct Mappings {
    of_line: HashMap<OrderItemId, Vec<Mapping>>,
    /// Lines as they were ordered, by the codes that the ERP has given to them or to parts of them.
    with_code: HashMap<String, Vec<OrderItemId>>,
}

impl Mappings {
    /// Puts a mapping here. `whole` is its line as it was ordered, where that is known.
    pub fn put(&mut self, mapping: Mapping, whole: Option<OrderItemId>) {
        if let Some(whole) = whole.filter(|_| mapping.integration_type == ERP) {
            self.put_code(mapping.code.clone(), whole);
        }
        self.of_line.entry(mapping.item).or_default().push(mapping);
    }

    /// Notes that the ERP has given a code to a line, or to a part of it.
    pub fn put_code(&mut self, code: String, whole: OrderItemId) {
        self.with_code.entry(code).or_default().push(whole);
    }

    /// The mapping of a line for one kind of remote system.
    pub fn of(&self, item: OrderItemId, integration_type: &str) -> Option<&Mapping> {
        self.of_line.get(&item)?.iter().find(|mapping| mapping.integration_type == integration_type)
    }

    /// Whether the ERP has given a code to another line, as it was ordered, than this one.
    pub(crate) fn is_code_of_another(&self, code: &str, whole: OrderItemId) -> bool {
        self.with_code.get(code).is_some_and(|lines| lines.iter().any(|line| *line != whole))
    }
}
