//! Sourcing: which lines of an order leave from which place.
//!
//! Promises: a line leaves whole, from a place that has it; of all ways to send as many lines as can be sent, one with
//! the fewest packages is chosen, then the one with the better ranked places. Locations are ranked by their priorities,
//! then by the shorter distances, then by the lower ids; stock lists are ranked by the rule of their catalog
//! ([`super::list_sourcing`]). The same input gives the same plan. The work is bounded: where looking further would cost
//! too much, the best found so far stands. Must not know why a place offers what it offers.

use std::collections::HashMap;

use crate::StockLocationId;

/// How many pairs of line and place are looked at for one number of packages: some milliseconds of work.
const LOOKS_MAX: usize = 4_000_000;

/// Units by SKU; what is not named is not there.
pub type Offers = HashMap<String, i64>;

/// A line to be sourced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourcingLine {
    /// What it wants.
    pub sku: String,
    /// How much.
    pub units: i64,
}

/// A location and what it offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The location.
    pub location: StockLocationId,
    /// The smallest comes first.
    pub priority: i64,
    /// How far it is, in metres; unknown is farther than anything.
    pub distance: Option<i64>,
    /// What it has.
    pub offers: Offers,
}

/// Who sends what.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SourcingPlan {
    /// Locations, best first, each with the lines that leave from it, by their position.
    pub packages: Vec<(StockLocationId, Vec<usize>)>,
    /// Lines that no location has, by their position.
    pub short: Vec<usize>,
}

/// Where a candidate is ranked; the smallest is the best.
pub(super) type Rank = (i64, bool, i64, i64, i64);

/// Ranks a candidate by what comes first, then by the shorter distance, the smaller priority and the lower id. What is at
/// an unknown distance is farther than anything.
pub(super) fn rank(first: i64, distance: Option<i64>, priority: i64, id: i64) -> Rank {
    (first, distance.is_none(), distance.unwrap_or(0), priority, id)
}

/// Assigns lines to locations.
pub fn assign(lines: &[SourcingLine], places: &[Candidate]) -> SourcingPlan {
    let mut ranked: Vec<&Candidate> = places.iter().collect();
    ranked.sort_by_key(|place| rank(place.priority, place.distance, place.priority, place.location.get()));
    let offers: Vec<&Offers> = ranked.iter().map(|place| &place.offers).collect();
    let filled = fewest(lines, &offers, LOOKS_MAX);
    let lines_of =
        |rank: usize| -> Vec<usize> { (0..lines.len()).filter(|line| filled[*line] == Some(rank)).collect() };
    let packages = ranked.iter().enumerate().map(|(rank, place)| (place.location, lines_of(rank)));
    SourcingPlan {
        packages: packages.filter(|(_, lines)| !lines.is_empty()).collect(),
        short: (0..lines.len()).filter(|line| filled[*line].is_none()).collect(),
    }
}

/// The rank of the place that each line leaves from, so that they leave from the fewest places; `None` where no place
/// has a line. `looks` bounds the work for one number of places, in pairs of line and place.
pub(super) fn fewest(lines: &[SourcingLine], ranked: &[&Offers], looks: usize) -> Vec<Option<usize>> {
    let table = Table::new(lines, ranked);
    let everywhere: Vec<usize> = (0..ranked.len()).collect();
    let all = table.fill(&everywhere);
    let wanted = (0..lines.len()).filter(|line| all[*line].is_some()).collect();
    let chosen = Search { table: &table, wanted, looks }.fewest();
    table.fill(&chosen)
}

/// The best ranked place that has all lines.
pub(super) fn only(lines: &[SourcingLine], ranked: &[&Offers]) -> Option<usize> {
    let table = Table::new(lines, ranked);
    (0..ranked.len()).find(|rank| table.fill(&[*rank]).iter().all(Option::is_some))
}

/// Lines and offers as numbers. Places are named by their rank.
struct Table {
    units: Vec<i64>,
    /// Lines by SKU, the largest first, since what is large fits in fewest places.
    groups: Vec<Vec<usize>>,
    /// What a place offers of a group's SKU.
    offers: Vec<Vec<i64>>,
    /// The group of a line.
    group_of: Vec<usize>,
}

impl Table {
    fn new(lines: &[SourcingLine], places: &[&Offers]) -> Self {
        let (mut groups, mut skus, mut group_of): (Vec<Vec<usize>>, Vec<&str>, Vec<usize>) = Default::default();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (position, line) in lines.iter().enumerate() {
            let group = *known.entry(&line.sku).or_insert_with(|| {
                groups.push(Vec::new());
                skus.push(&line.sku);
                groups.len() - 1
            });
            groups[group].push(position);
            group_of.push(group);
        }
        groups.iter_mut().for_each(|group| group.sort_by_key(|line| (-lines[*line].units, *line)));
        let offers = |place: &&Offers| skus.iter().map(|sku| place.get(*sku).copied().unwrap_or(0)).collect();
        Self {
            units: lines.iter().map(|line| line.units).collect(),
            offers: places.iter().map(offers).collect(),
            groups,
            group_of,
        }
    }

    /// Gives each line to the first of these places that still has it whole.
    fn fill(&self, places: &[usize]) -> Vec<Option<usize>> {
        let mut filled = vec![None; self.units.len()];
        for (number, group) in self.groups.iter().enumerate() {
            let mut left: Vec<i64> = places.iter().map(|place| self.offers[*place][number]).collect();
            for line in group {
                if let Some(index) = left.iter().position(|left| *left >= self.units[*line]) {
                    left[index] -= self.units[*line];
                    filled[*line] = Some(places[index]);
                }
            }
        }
        filled
    }

    fn has(&self, place: usize, line: usize) -> bool {
        self.offers[place][self.group_of[line]] >= self.units[line]
    }

    fn candidates(&self, line: usize) -> impl Iterator<Item = usize> {
        (0..self.offers.len()).filter(move |place| self.has(*place, line))
    }
}

/// The search for the best places that together have what is wanted.
struct Search<'t> {
    table: &'t Table,
    wanted: Vec<usize>,
    looks: usize,
}

impl Search<'_> {
    /// The fewest places, and of those the best, in the order of their rank.
    fn fewest(&self) -> Vec<usize> {
        let fallback = self.greedy();
        let mut rarest = self.wanted.clone();
        rarest.sort_by_key(|line| (self.table.candidates(*line).count(), *line));
        for count in 1..=fallback.len() {
            let mut best = None;
            let mut tries = self.looks / (self.wanted.len() * self.table.offers.len()).max(1);
            self.extend(&mut Vec::new(), count, &rarest, &mut tries, &mut best);
            if let Some(best) = best {
                return best;
            }
            if tries == 0 {
                break;
            }
        }
        fallback
    }

    /// Adds places for the first line that the chosen ones cannot send, until nothing is missing or `left` is 0.
    fn extend(
        &self,
        chosen: &mut Vec<usize>,
        left: usize,
        rarest: &[usize],
        tries: &mut usize,
        best: &mut Option<Vec<usize>>,
    ) {
        if *tries == 0 {
            return;
        }
        *tries -= 1;
        let mut ranks = chosen.clone();
        ranks.sort_unstable();
        let filled = self.table.fill(&ranks);
        let Some(missing) = rarest.iter().copied().find(|line| filled[*line].is_none()) else {
            if best.as_ref().is_none_or(|best| ranks < *best) {
                *best = Some(ranks);
            }
            return;
        };
        if left == 0 {
            return;
        }
        for place in self.table.candidates(missing) {
            if !chosen.contains(&place) {
                chosen.push(place);
                self.extend(chosen, left - 1, rarest, tries, best);
                chosen.pop();
            }
        }
    }

    /// Again and again the place that has most of what is still missing.
    fn greedy(&self) -> Vec<usize> {
        let mut chosen: Vec<usize> = Vec::new();
        loop {
            let filled = self.table.fill(&chosen);
            let missing: Vec<usize> = self.wanted.iter().copied().filter(|line| filled[*line].is_none()).collect();
            let others = (0..self.table.offers.len()).filter(|place| !chosen.contains(place));
            let adds = |place: usize| missing.iter().filter(|line| self.table.has(place, **line)).count();
            let next = others.max_by_key(|place| (adds(*place), std::cmp::Reverse(*place)));
            match next.filter(|_| !missing.is_empty()) {
                None => return chosen,
                Some(next) => chosen.push(next),
            }
            chosen.sort_unstable();
        }
    }
}
