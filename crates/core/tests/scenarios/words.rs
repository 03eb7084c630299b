//! The words of a row: times, quantities, numbers of a stock, options. Must not know what a row does.

use onhand_core::commands::SeenRow;
use onhand_core::{OrderStatus, Quantity, Timestamp};

pub(crate) fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// `10-4-1=5` as a writer has seen it.
pub(crate) fn seen_row(text: &str) -> SeenRow {
    let (parts, available) = text.split_once('=').expect("numbers are on hand-reserved-reported=available");
    let parts: Vec<i64> = parts.split('-').map(|part| part.parse().expect("a number")).collect();
    SeenRow {
        on_hand: Some(parts[0]),
        reserved: Some(parts[1]),
        external: None,
        reported: Some(parts[2]),
        available: Some(available.parse().expect("a number")),
        version: None,
    }
}

/// A time of day, as a number of microseconds.
pub(crate) fn time(text: &str) -> Timestamp {
    let parts: Vec<i64> = text.split(':').map(|part| part.parse().expect("a time is hours:minutes")).collect();
    Timestamp::from_micros((parts[0] * 60 + parts[1]) * 60_000_000)
}

pub(crate) fn status_named(name: &str) -> OrderStatus {
    OrderStatus::from_name(name).expect("a status of an order")
}

pub(crate) fn quantity(text: &str) -> Quantity {
    let units = if text == "max" { onhand_core::QUANTITY_MAX } else { text.parse().expect("a quantity is a number") };
    Quantity::new(units).expect("a quantity within the limits")
}

/// Words after a row's fixed part, read as `name value` pairs and single flags.
pub(crate) struct Options<'a>(pub(crate) Vec<&'a str>);

impl<'a> Options<'a> {
    pub(crate) fn value(&mut self, name: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|word| *word == name)?;
        self.0.remove(at);
        Some(self.0.remove(at))
    }

    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let at = self.0.iter().position(|word| *word == name);
        at.is_some_and(|at| self.0.remove(at) == name)
    }

    pub(crate) fn done(self) {
        assert!(self.0.is_empty(), "a row has words that mean nothing: {:?}", self.0);
    }
}
