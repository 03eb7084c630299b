//! A grid over the earth, by which what is near a point is found in an index of numbers.
//!
//! Promises: a cell is divided into four by four smaller ones, nine times over, and has a number whose digits are those
//! of the cells around it, so that all points of one cell are one range of numbers; a cell says how near its nearest
//! point may be and never exaggerates. Poles and the date line need no rule of their own. Must not know what is at a
//! point, or how an index is asked. Reasons: docs/decisions/0017-stores-on-a-grid.md.

use std::ops::RangeInclusive;

use super::Coordinates;
use super::distance::longitudes_apart;

/// How often the earth is divided.
pub const LEVELS: u32 = 9;
/// Smallest cells from pole to pole, and around the equator: each is 76 m high and at most 153 m wide.
const ACROSS: i64 = 4_i64.pow(LEVELS);
/// From pole to pole, in millionths of a degree.
const HEIGHT: i64 = 180_000_000;
/// Around the equator, in millionths of a degree.
const WIDTH: i64 = 360_000_000;
/// By how many metres a point may lie outside of its cell: a database that computes a cell rounds in its own way, by
/// one smallest cell at the most.
const SLACK_METRES: i64 = 250;
/// The cells around a point are as small as this at first: some kilometres.
const FIRST_LEVEL: u32 = 7;

/// A cell of the grid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// How often the earth was divided to get it; 0 is all of it.
    level: u32,
    /// Its row and column among the cells of its level, from the south and from the west.
    row: i64,
    column: i64,
}

/// The number of the smallest cell that has a point.
pub fn number_of(point: Coordinates) -> i64 {
    let (row, column) = place(point);
    Cell { level: LEVELS, row, column }.first()
}

/// The smallest cell that has a point.
fn place(point: Coordinates) -> (i64, i64) {
    let row = (point.latitude() + HEIGHT / 2) * ACROSS / HEIGHT;
    let column = (point.longitude() + WIDTH / 2) * ACROSS / WIDTH;
    (row.min(ACROSS - 1), column.min(ACROSS - 1))
}

/// Cells that together are the whole earth, small ones near a point and larger ones farther away.
pub fn around(point: Coordinates) -> Vec<Cell> {
    let (row, column) = place(point);
    let at = |level: u32| {
        let size = 4_i64.pow(LEVELS - level);
        Cell { level, row: row / size, column: column / size }
    };
    let beside = |level: u32| at(level - 1).parts().into_iter().filter(move |cell| *cell != at(level));
    (1..=FIRST_LEVEL).flat_map(beside).chain([at(FIRST_LEVEL)]).collect()
}

impl Cell {
    /// The numbers of the smallest cells in it.
    pub fn numbers(self) -> RangeInclusive<i64> {
        let first = self.first();
        first..=first + 16_i64.pow(LEVELS - self.level) - 1
    }

    fn first(self) -> i64 {
        let digit = |index: u32| {
            let size = 4_i64.pow(self.level - index - 1);
            (self.row / size % 4) * 4 + self.column / size % 4
        };
        (0..self.level).map(|index| digit(index) * 16_i64.pow(LEVELS - index - 1)).sum()
    }

    /// The cells that it is divided into; none if it is a smallest one.
    pub fn parts(self) -> Vec<Self> {
        if self.level == LEVELS {
            return Vec::new();
        }
        let part = |index: i64| Self {
            level: self.level + 1,
            row: self.row * 4 + index / 4,
            column: self.column * 4 + index % 4,
        };
        (0..16).map(part).collect()
    }

    /// Nothing in it is nearer to a point than this, in metres.
    pub fn metres_from(self, point: Coordinates) -> i64 {
        let across = 4_i64.pow(self.level);
        let (south, north) = (self.row * HEIGHT / across, (self.row + 1) * HEIGHT / across);
        let (west, east) = (self.column * WIDTH / across, (self.column + 1) * WIDTH / across);
        let to_parallels = point.metres_to_parallels(south - HEIGHT / 2, north - HEIGHT / 2);
        let longitude = point.longitude() + WIDTH / 2;
        let gap = if (west..=east).contains(&longitude) {
            0
        } else {
            longitudes_apart(longitude, west).min(longitudes_apart(longitude, east))
        };
        (to_parallels.max(point.metres_to_meridian(gap)) - SLACK_METRES).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: i64, longitude: i64) -> Coordinates {
        Coordinates::new(latitude, longitude).expect("on the earth")
    }

    /// Points in no order, the poles and the date line among them.
    fn points() -> Vec<Coordinates> {
        let mixed = |number: i64, of: i64| number.wrapping_mul(2_654_435_761).rem_euclid(of);
        let some = (0..400)
            .map(|number| point(mixed(number, HEIGHT + 1) - HEIGHT / 2, mixed(number * 7 + 3, WIDTH + 1) - WIDTH / 2));
        let edges = [-90_000_000, -89_999_000, 0, 41_008_200, 90_000_000];
        let edges = edges.into_iter().flat_map(|latitude| {
            [-180_000_000, -179_999_999, 0, 28_978_400, 180_000_000].map(|longitude| point(latitude, longitude))
        });
        some.chain(edges).collect()
    }

    #[test]
    fn the_cells_around_a_point_have_every_number_once() {
        for near in points() {
            let mut ranges: Vec<(i64, i64)> =
                around(near).into_iter().map(|cell| (*cell.numbers().start(), *cell.numbers().end())).collect();
            ranges.sort_unstable();
            assert_eq!(ranges.first().map(|range| range.0), Some(0));
            assert_eq!(ranges.last().map(|range| range.1), Some(16_i64.pow(LEVELS) - 1));
            assert!(ranges.windows(2).all(|two| two[0].1 + 1 == two[1].0), "{near:?}");
        }
    }

    #[test]
    fn a_cell_never_says_that_a_point_in_it_is_farther_than_it_is() {
        let points = points();
        for near in points.iter().step_by(7) {
            for cell in around(*near) {
                let inside = points.iter().filter(|point| cell.numbers().contains(&number_of(**point)));
                for other in inside {
                    assert!(cell.metres_from(*near) <= near.metres_to(*other), "{near:?} {other:?} {cell:?}");
                }
            }
        }
    }

    #[test]
    fn the_parts_of_a_cell_are_the_cell() {
        for cell in around(point(41_008_200, 28_978_400)) {
            let parts = cell.parts();
            assert_eq!(parts.len(), 16);
            assert_eq!(parts[0].numbers().start(), cell.numbers().start());
            assert_eq!(parts[15].numbers().end(), cell.numbers().end());
        }
        let smallest = Cell { level: LEVELS, row: 3, column: 4 };
        assert!(smallest.parts().is_empty() && smallest.numbers().count() == 1);
    }
}
