//! Commands for packages and transfers: named by number or by word (contract 13.4). Must not know what they do.

use onhand_core::Quantity;
use onhand_core::commands::SomeUnits;
use onhand_core::fulfilment::Reason;

use crate::wire::error::Error;
use crate::wire::form::Form;
use crate::wire::json::Object;
use crate::wire::response_schema::{PropertyType, ResponseSchema, property};

/// A command that can be given.
pub const VIEW: ResponseSchema = ResponseSchema {
    name: "StateCommand",
    properties: &[property("transition", PropertyType::Int), property("slug", PropertyType::Text)],
    open: false,
};

/// Writes a command.
pub(super) fn write(out: &mut String, transition: usize, slug: &str) {
    Object::open(out).int("transition", transition as i64).text("slug", slug).close();
}

/// Which of these commands a body names, counted from 0. Both names may be sent if they mean the same.
pub(super) fn chosen(form: &Form, slugs: &[&str]) -> Result<usize, Error> {
    let by_number = form.int("transition").map(|number| number as usize - 1);
    let by_word = form.text("slug").and_then(|word| slugs.iter().position(|slug| *slug == word));
    match (by_number, by_word) {
        (Some(number), Some(word)) if number != word => {
            Err(Error::field("transition", format!("This is not the transition of \"{}\".", slugs[word])))
        }
        (Some(command), _) | (None, Some(command)) => Ok(command),
        (None, None) => Err(Error::field("slug", "Send transition or slug.")),
    }
}

/// Which lines a body names, or some units of them, and the reason that it gives.
pub(super) fn not_found<L>(form: &Form, line: impl Fn(i64) -> L) -> (Option<Vec<SomeUnits<L>>>, Reason) {
    let some = |(id, units): &(i64, Option<i64>)| SomeUnits { line: line(*id), units: units.and_then(Quantity::new) };
    let items = form.units("items").map(|lines| lines.iter().map(some).collect());
    (items, form.text("reason").and_then(Reason::from_word).unwrap_or(Reason::OutOfStock))
}
