//! The search for what is nearest to a point, in cells of the grid ([`super::grid`]).
//!
//! Promises: cells are asked for in the order in which they may have what is nearest, and none that cannot; the answer is
//! that of looking at everything, but for cells that are as small as can be and have more than is looked at. Must not
//! know where what is in a cell is read.

use std::collections::BTreeSet;

use super::Coordinates;
use super::grid::{self, Cell};

/// What is looked at of one cell; where there is more, its parts are.
pub const CELL_ROWS_MAX: usize = 64;

/// A search: cells are taken with [`Self::next`], and what is in each of them is told with [`Self::seen`].
pub struct NearestSearch<T> {
    point: Coordinates,
    count: usize,
    metres_max: Option<i64>,
    /// Cells that have not been looked at: how near something in them may be, and their first number.
    waiting: Vec<(i64, i64, Cell)>,
    found: BTreeSet<(i64, T)>,
}

impl<T: Copy + Ord> NearestSearch<T> {
    /// A search for so many things, none farther away than this. Cells of which `may_have` says no are passed over.
    pub fn new(
        point: Coordinates,
        (count, metres_max): (usize, Option<i64>),
        may_have: impl Fn(&Cell) -> bool,
    ) -> Self {
        let mut search = Self { point, count, metres_max, waiting: Vec::new(), found: BTreeSet::new() };
        search.add(grid::around(point), may_have);
        search
    }

    fn add(&mut self, cells: Vec<Cell>, may_have: impl Fn(&Cell) -> bool) {
        let point = self.point;
        let bounded = |cell: Cell| (cell.metres_from(point), *cell.numbers().start(), cell);
        self.waiting.extend(cells.into_iter().filter(may_have).map(bounded));
    }

    /// The next cells, so many at the most; none when the search is over.
    pub fn next(&mut self, together: usize) -> Vec<Cell> {
        let farthest = self.found.iter().nth(self.count.saturating_sub(1)).map(|(metres, _)| *metres);
        let limit = farthest.into_iter().chain(self.metres_max).min();
        self.waiting.retain(|(metres, ..)| limit.is_none_or(|limit| *metres <= limit));
        if self.count == 0 {
            return Vec::new();
        }
        self.waiting.sort_unstable_by_key(|(metres, first, _)| (*metres, *first));
        self.waiting.drain(..self.waiting.len().min(together)).map(|(.., cell)| cell).collect()
    }

    /// Says what is in a cell: how much was looked at, and what of it fits, with where it is. `may_have` is asked for
    /// the parts of a cell that has more.
    pub fn seen(
        &mut self,
        cell: Cell,
        looked_at: usize,
        fitting: impl Iterator<Item = (Coordinates, T)>,
        may_have: impl Fn(&Cell) -> bool,
    ) {
        let parts = cell.parts();
        if looked_at >= CELL_ROWS_MAX && !parts.is_empty() {
            return self.add(parts, may_have);
        }
        let near = fitting.map(|(at, thing)| (self.point.metres_to(at), thing));
        self.found.extend(near.filter(|(metres, _)| self.metres_max.is_none_or(|max| *metres <= max)));
    }

    /// What was found, with how far it is in metres, nearest first.
    pub fn found(self) -> impl Iterator<Item = (i64, T)> {
        self.found.into_iter().take(self.count)
    }
}
