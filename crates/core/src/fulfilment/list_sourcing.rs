//! List sourcing: which stock list a line of an order is reserved in, where the order leaves that to its catalog.
//!
//! Promises: one pure function; candidates in any order give the same answer; the parts of a line are the line, or there
//! are none; a list never gives more than it has beyond its safety stock; and a choice for which only the best ranked
//! candidates were looked at is the choice among all of them, or is known not to be final. Lists are packed as locations are
//! ([`super::sourcing`]): the fewest of them, then those that the rule of the catalog ranks best. Must not know why a list has what it has,
//! what the time is where a store is, or how candidates were found.

use std::collections::HashMap;

use super::sourcing::{self, Offers, Rank, SourcingLine};
use crate::StockListId;

pub use crate::orders::{SourcedFrom, SourcingReason, SourcingRule};

/// How many pairs of line and list are looked at for one number of lists: every waiting command waits for this work.
const LOOKS_MAX: usize = 200_000;
/// The most candidates of an order of few lines.
pub const CANDIDATES_MAX: usize = 50;
/// How many of the best ranked candidates are looked at first: in most shops one of them has the order.
const FIRST_LOOK: usize = 3;
/// The most stocks that are looked at for one order: candidates times lines.
const STOCKS_MAX: usize = 5_000;

/// The most candidates of an order of so many lines: no fewer than five, so that a large order has a choice.
pub fn candidates_max(lines: usize) -> usize {
    (STOCKS_MAX / lines.max(1)).clamp(5, CANDIDATES_MAX)
}

crate::words! {
    /// What of an order may be in different lists.
    #[derive(Default)]
    pub enum SourcingSplit {
        /// Nothing: one list has the whole order, or none has it.
        Nothing => "nothing",
        /// Its lines, each of them whole.
        #[default]
        Lines => "lines",
        /// Its lines, and units of a line that no list has whole.
        Units => "units",
    }
    word word, from_word;
}

/// A stock list that may be chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CandidateList {
    /// The list.
    pub list: StockListId,
    /// Whether it is the catalog's own.
    pub is_main: bool,
    /// What is known of its store, if a retail store has it.
    pub store: Option<CandidateStore>,
    /// The smallest comes first.
    pub priority: i64,
    /// How far it is from where the order goes, in metres; unknown is farther than anything.
    pub distance: Option<i64>,
    /// Units of each stock that are left in the list; at least 0.
    pub safety_stock: i64,
}

/// A retail store, at the moment of the order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CandidateStore {
    /// Whether it is open; one that does not say is. Read only where stores have to be open.
    pub is_open: bool,
    /// Whether orders can be fetched there.
    pub has_pickup: bool,
}

/// How the lists of an order are chosen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ListSourcing {
    /// The rule.
    pub rule: SourcingRule,
    /// What of the order may be in different lists.
    pub split: SourcingSplit,
    /// How far a store may be, in metres; then one at an unknown distance is too far.
    pub distance_max: Option<i64>,
    /// Whether a store must be open at the moment.
    pub open_only: bool,
    /// Whether the customer fetches the order, so that only stores where that is possible are good.
    pub pickup_only: bool,
    /// The candidates, each list once, in any order.
    pub lists: Vec<CandidateList>,
    /// Further candidates, whose stocks are not looked at yet: all that the rule allows are ranked below all of `lists`.
    pub others: Vec<CandidateList>,
}

/// Units of a line in a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChosenPart {
    /// The list.
    pub list: StockListId,
    /// How many units; 0 for a line that asks for none.
    pub units: i64,
    /// Why it is that list.
    pub from: SourcedFrom,
}

/// Which lists were chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChosenLists {
    /// The parts of each line, best ranked list first: one, unless units may be split; none where no list has the line,
    /// or, if nothing may be split, where none has all.
    pub lines: Vec<Vec<ChosenPart>>,
    /// Every list that the rule allows, best first.
    pub ranked: Vec<StockListId>,
}

impl ChosenLists {
    /// Whether one list has every line whole.
    fn is_one_list(&self) -> bool {
        let mut lists = self.lines.iter().map(|parts| match parts.as_slice() {
            [one] => Some(one.list),
            _ => None,
        });
        let first = lists.next().flatten();
        first.is_some() && lists.all(|list| list == first)
    }
}

impl ListSourcing {
    /// Leaves all but the few best ranked candidates for later. None is left where the rank of a list is a matter of
    /// its stocks.
    #[must_use]
    pub fn best_first(mut self) -> Self {
        let allowed = self.lists.iter().filter(|one| self.allows(one)).count();
        if self.rule == SourcingRule::MostAvailable || allowed <= FIRST_LOOK {
            return self;
        }
        let (mut lists, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.lists).into_iter().partition(|one| self.allows(one));
        lists.sort_by_cached_key(|one| self.rank(one, &Offers::new()));
        self.others.extend(lists.drain(FIRST_LOOK..).chain(others));
        self.lists = lists;
        self
    }

    /// The same with all candidates looked at; `None` if they are.
    pub fn with_all(&self) -> Option<Self> {
        let lists = || self.lists.iter().chain(&self.others).cloned().collect();
        (!self.others.is_empty()).then(|| Self { lists: lists(), others: Vec::new(), ..self.clone() })
    }

    /// Whether candidates that were left for later would change nothing about a choice. One list that has every line is
    /// the best ranked of those that do, and no choice has fewer lists. The bounded search for few lists comes to the
    /// best ranked ones before its bound.
    pub fn is_final(&self, chosen: &ChosenLists) -> bool {
        self.others.is_empty() || chosen.is_one_list()
    }

    /// Chooses the list of each line. `available` says how many units of a SKU a list has.
    pub fn choose(&self, lines: &[SourcingLine], available: impl Fn(StockListId, &str) -> i64) -> ChosenLists {
        let offers_of = |one: &CandidateList| -> Offers {
            let offer = |line: &SourcingLine| (line.sku.clone(), available(one.list, &line.sku) - one.safety_stock);
            lines.iter().map(offer).collect()
        };
        let mut ranked: Vec<(&CandidateList, Offers)> =
            self.lists.iter().filter(|one| self.allows(one)).map(|one| (one, offers_of(one))).collect();
        ranked.sort_by_cached_key(|(one, offers)| self.rank(one, offers));
        let offers: Vec<&Offers> = ranked.iter().map(|(_, offers)| offers).collect();
        let filled = match self.split {
            SourcingSplit::Nothing => vec![sourcing::only(lines, &offers); lines.len()],
            SourcingSplit::Lines | SourcingSplit::Units => sourcing::fewest(lines, &offers, LOOKS_MAX),
        };
        let part = |rank: usize, units: i64, reason: SourcingReason| {
            let CandidateList { list, distance, .. } = *ranked[rank].0;
            ChosenPart { list, units, from: SourcedFrom { rule: self.rule, reason, distance } }
        };
        let whole = |(line, rank): (&SourcingLine, &Option<usize>)| {
            let had = |offers: &&Offers| offers.get(&line.sku).is_some_and(|units| *units >= line.units);
            let reason = |rank: usize| match rank {
                0 => SourcingReason::FirstChoice,
                _ if offers[..rank].iter().any(had) => SourcingReason::FewestLists,
                _ => SourcingReason::NextChoice,
            };
            rank.iter().map(|rank| part(*rank, line.units, reason(*rank))).collect()
        };
        let mut chosen: Vec<Vec<ChosenPart>> = lines.iter().zip(&filled).map(whole).collect();
        if self.split == SourcingSplit::Units {
            for (line, units) in some_units(lines, &offers, &filled) {
                let parts = units.into_iter().map(|(rank, units)| part(rank, units, SourcingReason::SomeUnits));
                chosen[line] = parts.collect();
            }
        }
        ChosenLists { lines: chosen, ranked: ranked.iter().map(|(one, _)| one.list).collect() }
    }

    /// Where a line goes that no list has and that is accepted all the same: the catalog's own list, or the best ranked
    /// one.
    pub fn fallback(&self, ranked: &[StockListId]) -> Option<(StockListId, SourcedFrom)> {
        let main = self.lists.iter().find(|one| one.is_main);
        let first = || self.lists.iter().find(|one| Some(&one.list) == ranked.first());
        let one = main.or_else(first)?;
        let reason = SourcingReason::NoneHasIt;
        Some((one.list, SourcedFrom { rule: self.rule, reason, distance: one.distance }))
    }

    /// What a list offers that has so many units available: those beyond its safety stock; negative if it has too few.
    pub fn offer_of(&self, list: StockListId, available: i64) -> i64 {
        let one = self.lists.iter().find(|one| one.list == list);
        available - one.map_or(0, |one| one.safety_stock)
    }

    /// Whether the rule may choose a list. The catalog's own list is good wherever it is and whenever it opens, unless
    /// the rule asks for a store.
    fn allows(&self, one: &CandidateList) -> bool {
        if self.pickup_only && !one.store.is_some_and(|store| store.has_pickup) {
            return false;
        }
        let is_good_store = |store: CandidateStore| {
            let is_near = self.distance_max.is_none_or(|max| one.distance.is_some_and(|metres| metres <= max));
            is_near && (store.is_open || !self.open_only)
        };
        match self.rule {
            SourcingRule::Main => one.is_main,
            SourcingRule::NearestStore => one.store.is_some_and(is_good_store),
            SourcingRule::MainThenNearest | SourcingRule::NearestThenMain => {
                one.is_main || one.store.is_some_and(is_good_store)
            }
            SourcingRule::MostAvailable | SourcingRule::Priority => one.is_main || one.store.is_none_or(is_good_store),
        }
    }

    /// Where a candidate is ranked: what the rule says comes first.
    fn rank(&self, one: &CandidateList, offers: &Offers) -> Rank {
        let first = match self.rule {
            SourcingRule::Main | SourcingRule::NearestStore => 0,
            SourcingRule::MainThenNearest => i64::from(!one.is_main),
            SourcingRule::NearestThenMain => i64::from(one.is_main),
            SourcingRule::MostAvailable => -offers.values().map(|units| (*units).max(0)).sum::<i64>(),
            SourcingRule::Priority => one.priority,
        };
        sourcing::rank(first, one.distance, one.priority, one.list.get())
    }
}

/// A line, and how many of its units the places of these ranks give.
type Shares = (usize, Vec<(usize, i64)>);

/// The lines that no place has whole and that all of them together have, with what each gives: as much as it has left,
/// the best ranked first.
fn some_units(lines: &[SourcingLine], offers: &[&Offers], filled: &[Option<usize>]) -> Vec<Shares> {
    let mut left: Vec<HashMap<&str, i64>> =
        offers.iter().map(|offers| offers.iter().map(|(sku, units)| (sku.as_str(), *units)).collect()).collect();
    for (line, rank) in lines.iter().zip(filled) {
        if let Some(units) = rank.and_then(|rank| left[rank].get_mut(line.sku.as_str())) {
            *units -= line.units;
        }
    }
    let mut all = Vec::new();
    for (position, line) in lines.iter().enumerate().filter(|(position, _)| filled[*position].is_none()) {
        let mut missing = line.units;
        let mut shares = Vec::new();
        for (rank, left) in left.iter().enumerate() {
            let units = left.get(line.sku.as_str()).copied().unwrap_or(0).clamp(0, missing);
            missing -= units;
            shares.extend((units > 0).then_some((rank, units)));
        }
        if missing == 0 {
            for (rank, units) in &shares {
                left[*rank].entry(&line.sku).and_modify(|left| *left -= units);
            }
            all.push((position, shares));
        }
    }
    all
}
