//! The lists of the lines of a new order: those that the lines name, and those that the sourcing rule of its catalog
//! chooses for the others, from the stocks as they are now.
//!
//! Promises: what a line takes by name is gone for the lines that a list is chosen for; a list that is sold out by now is
//! not chosen, whatever it had when the candidates were found; candidates that were left for later are asked for where
//! they might change the choice. Must not know how candidates were found.

use std::collections::HashMap;

use super::ReadSet;
use super::new_line::NewLine;
use crate::fulfilment::list_sourcing::{ChosenPart, ListSourcing, SourcedFrom, SourcingSplit};
use crate::fulfilment::sourcing::SourcingLine;
use crate::orders::ORDER_LINES_MAX;
use crate::rejection::{RowRejection, Unsourced};
use crate::stock::ProductRef;
use crate::{Product, Quantity, Rejection, Stock, StockKey, StockListId, WorkingSet};

/// A line of a new order, or some units of one, whose list is known.
pub(super) struct ListedLine<'c> {
    /// As it was ordered.
    pub(super) new: &'c NewLine,
    /// What is ordered.
    pub(super) product: Product,
    /// From which list.
    pub(super) list: StockListId,
    /// How many units.
    pub(super) quantity: Quantity,
    /// The position of the first part of the same line, if this is another one.
    pub(super) part_of: Option<usize>,
    /// How the list was chosen, if the line names none.
    pub(super) sourced: Option<SourcedFrom>,
    /// Whether its units are reserved already, by a cart.
    pub(super) is_reserved: bool,
}

/// Adds the lists that lines may be in, and the stocks of their products there.
pub(super) fn read_set((lines, sourcing): (&[NewLine], Option<&ListSourcing>), read_set: &mut ReadSet) {
    for line in lines {
        let candidates = sourcing.iter().filter(|_| line.list.is_none()).flat_map(|sourcing| &sourcing.lists);
        for list in line.list.into_iter().chain(candidates.map(|one| one.list)) {
            read_set.lists.insert(list);
            match &line.product {
                ProductRef::Id(id) => _ = read_set.product_keys.insert((list, *id)),
                ProductRef::Sku(sku) => _ = read_set.keys.insert(StockKey { list, sku: sku.clone() }),
            }
        }
    }
}

/// The most lines that these lines can become, where there may be `most`.
pub(super) fn parts_max((lines, sourcing): (&[NewLine], Option<&ListSourcing>), most: usize) -> usize {
    let splits = sourcing.filter(|sourcing| sourcing.split == SourcingSplit::Units);
    let lists = splits.map_or(1, |sourcing| sourcing.lists.len().max(1));
    (lines.len() * lists).min(most).max(lines.len())
}

/// Finds the list of each line. `products` are those of the lines. If the order may oversell, a line that no list has is
/// put into the catalog's own list.
pub(super) fn choose<'c>(
    working_set: &WorkingSet,
    (lines, sourcing): (&'c [NewLine], Option<&ListSourcing>),
    products: Vec<Product>,
    may_oversell: bool,
) -> Result<Vec<ListedLine<'c>>, Rejection> {
    let mut chosen = match sourcing {
        None => HashMap::new(),
        Some(sourcing) => choose_open(working_set, (lines, sourcing), &products, may_oversell)?,
    };
    let (mut listed, mut faults) = (Vec::with_capacity(lines.len()), Vec::new());
    for (row, (new, product)) in lines.iter().zip(products).enumerate() {
        let parts = match new.list {
            Some(list) => vec![(list, new.quantity, None)],
            None => chosen.remove(&row).unwrap_or_default(),
        };
        if parts.is_empty() {
            faults.push((row, RowRejection::UnknownList(StockListId::new(0))));
        }
        let first = listed.len();
        for (index, (list, quantity, sourced)) in parts.into_iter().enumerate() {
            let (product, part_of) = (product.clone(), (index > 0).then_some(first));
            listed.push(ListedLine { new, product, list, quantity, part_of, sourced, is_reserved: false });
        }
    }
    match (faults.is_empty(), listed.len() <= ORDER_LINES_MAX) {
        (true, true) => Ok(listed),
        (true, false) => Err(Rejection::TooManyLines),
        (false, _) => Err(Rejection::Rows(faults)),
    }
}

/// The parts of a line: list, units, and how the list was chosen.
type Parts = Vec<(StockListId, Quantity, Option<SourcedFrom>)>;

/// The parts of the lines that name no list, by their rows.
fn choose_open(
    working_set: &WorkingSet,
    (lines, sourcing): (&[NewLine], &ListSourcing),
    products: &[Product],
    may_oversell: bool,
) -> Result<HashMap<usize, Parts>, Rejection> {
    let open: Vec<usize> = (0..lines.len()).filter(|row| lines[*row].list.is_none()).collect();
    let named = named_units(lines, products);
    let available = |list: StockListId, sku: &str| {
        let there = working_set.stock_by_key(list, sku).map_or(0, Stock::available);
        there - named.get(&(list, sku)).copied().unwrap_or(0)
    };
    let units = |row: usize| if lines[row].status.asks_for_units() { lines[row].quantity.units() } else { 0 };
    let wanted: Vec<SourcingLine> =
        open.iter().map(|row| SourcingLine { sku: products[*row].sku.clone(), units: units(*row) }).collect();
    let chosen = sourcing.choose(&wanted, available);
    if !sourcing.is_final(&chosen) {
        return Err(Rejection::MoreListsNeeded);
    }
    let fallback = sourcing.fallback(&chosen.ranked).filter(|_| may_oversell);
    let is_short = |chosen: &[ChosenPart]| chosen.is_empty() && fallback.is_none();
    let short: Vec<Unsourced> = wanted
        .iter()
        .zip(&chosen.lines)
        .filter(|(_, chosen)| is_short(chosen))
        .map(|(line, _)| {
            let had = |list: &StockListId| (*list, sourcing.offer_of(*list, available(*list, &line.sku)).max(0));
            Unsourced { sku: line.sku.clone(), asked: line.units, lists: chosen.ranked.iter().map(had).collect() }
        })
        .collect();
    if !short.is_empty() {
        return Err(Rejection::NoListHasIt(short));
    }
    let parts = |(row, chosen): (&usize, Vec<ChosenPart>)| {
        let whole = lines[*row].quantity;
        let parts: Parts = match (chosen.as_slice(), fallback) {
            ([], fallback) => fallback.into_iter().map(|(list, from)| (list, whole, Some(from))).collect(),
            ([one], _) => vec![(one.list, whole, Some(one.from))],
            (parts, _) => {
                let part = |one: &ChosenPart| Some((one.list, Quantity::new(one.units)?, Some(one.from)));
                parts.iter().filter_map(part).collect()
            }
        };
        (*row, parts)
    };
    Ok(open.iter().zip(chosen.lines).map(parts).collect())
}

/// What the lines that name their list take of each stock.
fn named_units<'p>(lines: &[NewLine], products: &'p [Product]) -> HashMap<(StockListId, &'p str), i64> {
    let mut named = HashMap::new();
    for (line, product) in lines.iter().zip(products).filter(|(line, _)| line.status.asks_for_units()) {
        if let Some(list) = line.list {
            *named.entry((list, product.sku.as_str())).or_insert(0) += line.quantity.units();
        }
    }
    named
}
