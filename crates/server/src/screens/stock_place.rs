//! Where a part of a stock table begins, as `after` in its address says it.
//!
//! Promises: a place comes back as it was written; anything else is the beginning. Must not know what is at a place.

use onhand_core::{MovementId, StockId, Timestamp};
use onhand_store::stock_views::ChangePlace;

use crate::services::stock_tables::Place;

/// The most characters of a place: a SKU and some numbers.
pub(super) const PLACE_CHARS_MAX: usize = 200;
/// The largest number of a row or a page, so that they can be added up.
const NUMBER_MAX: i64 = u32::MAX as i64;

/// A place, and the number of the row there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct NumberedPlace {
    /// The number of the first row, from 1.
    pub(super) from: i64,
    /// The place; none for the beginning.
    pub(super) place: Option<Place>,
}

impl NumberedPlace {
    /// Reads a place. `limit` is the number of rows of a part.
    pub(super) fn parse(text: &str, limit: i64) -> Self {
        Self::read(text, limit).unwrap_or(Self { from: 1, place: None })
    }

    fn read(text: &str, limit: i64) -> Option<Self> {
        let number = |text: &str| text.parse::<i64>().ok().filter(|number| (1..=NUMBER_MAX).contains(number));
        let Some((from, rest)) = text.split_once('.') else {
            let page = number(text)?;
            return Some(Self { from: (page - 1) * limit + 1, place: Some(Place::Page(page)) });
        };
        let (key, value) = rest.split_once('.')?;
        let (kind, id) = key.split_at_checked(1)?;
        let id = id.parse::<i64>().ok()?;
        let place = match kind {
            "a" if !value.contains('\0') => Place::After(value.to_owned(), id),
            "b" if !value.contains('\0') => Place::Before(value.to_owned(), id),
            "c" => {
                let (at, movement) = value.split_once('.')?;
                let (at, movement) =
                    (Timestamp::from_micros(at.parse().ok()?), MovementId::new(movement.parse().ok()?));
                Place::AfterChange(ChangePlace { at, stock: StockId::new(id), movement })
            }
            _ => return None,
        };
        Some(Self { from: number(from)?, place: Some(place) })
    }

    /// Writes it.
    pub(super) fn text(&self) -> String {
        let from = self.from;
        match &self.place {
            None | Some(Place::Page(..=1)) => String::new(),
            Some(Place::Page(page)) => page.to_string(),
            Some(Place::After(sku, id)) => format!("{from}.a{id}.{sku}"),
            Some(Place::Before(sku, id)) => format!("{from}.b{id}.{sku}"),
            Some(Place::AfterChange(change)) => {
                format!("{from}.c{}.{}.{}", change.stock.get(), change.at.micros(), change.movement.get())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back() {
        let change = ChangePlace {
            at: Timestamp::from_micros(1_700_000_000_000_000),
            stock: StockId::new(513),
            movement: MovementId::new(9),
        };
        for (from, place) in [
            (101, Place::Page(3)),
            (51, Place::After("A.1-ş".to_owned(), 9)),
            (1, Place::Before(String::new(), 9)),
            (60, Place::AfterChange(change)),
        ] {
            let place = NumberedPlace { from, place: Some(place) };
            assert_eq!(NumberedPlace::parse(&place.text(), 50), place);
        }
    }

    #[test]
    fn anything_else_is_the_beginning() {
        for text in [
            "",
            "0",
            "-1",
            "99999999999999999999",
            "x",
            "1.",
            "1.a",
            "1.a1",
            "0.a1.A",
            "1.ş1.A",
            "1.c1.x",
            "1.c1.7",
            "1.a1.A\0",
        ] {
            assert_eq!(NumberedPlace::parse(text, 50), NumberedPlace { from: 1, place: None }, "{text}");
        }
    }
}
