//! Lists of stocks by a quantity that few of them have.
//!
//! Promises: such a list is found in an index, without looking at the other stocks. Must not know what the list is for.

use std::borrow::Cow;

use crate::Value;
use crate::query::{Condition, ListQuery, Op};

/// Quantities of which most stocks have none, each with what finds those that have some.
const FOUND_BY: [(&str, &str); 2] = [
    ("external_reservation", "external_reservation > 0"),
    ("reported", "id IN (SELECT stock_id FROM reservation WHERE state = 2 UNION ALL SELECT stock_id FROM kept_units)"),
];

/// What finds the stocks that fulfil a condition, if that is one of having some of a quantity.
fn found_by(condition: &Condition) -> Option<Condition> {
    let (_, column) = FOUND_BY.iter().find(|(column, _)| *column == condition.column)?;
    let is_some = match (condition.op, condition.values.as_slice()) {
        (Op::Gt, [Value::Int(least)]) => *least >= 0,
        (Op::Gte | Op::Eq, [Value::Int(least)]) => *least > 0,
        _ => false,
    };
    is_some.then_some(Condition { column, op: Op::Holds, values: Vec::new() })
}

/// The same list, with what finds its stocks.
pub(super) fn narrowed(listing: &ListQuery) -> Cow<'_, ListQuery> {
    let found_by: Vec<Condition> = listing.conditions.iter().filter_map(found_by).collect();
    if found_by.is_empty() {
        return Cow::Borrowed(listing);
    }
    let mut narrowed = listing.clone();
    narrowed.conditions.extend(found_by);
    Cow::Owned(narrowed)
}
