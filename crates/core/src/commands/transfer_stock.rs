//! Transferring stock: units go from the levels of one list to those of another, all lines or none.
//!
//! Rules: what is reserved, reported or off sale at the source stays there, so that only what is available is taken; a
//! transfer is no level, so it settles nothing and moves no time. A reference that is known is the same transfer if it is
//! about the same, and is rejected otherwise.

use std::collections::BTreeMap;

use super::adjust_stocks::adjust;
use super::{Context, Outcome, ReadSet};
use crate::rejection::{RowRejection, Shortage};
use crate::{
    Cause, Explanation, IdKind, MovementId, QUANTITY_MAX, Quantity, Rejection, Stock, StockKey, StockListId,
    StockTransfer, StockTransferId, StockTransferLine, WorkingSet,
};

/// Units go from one list to another.
#[derive(Debug)]
pub struct TransferStock {
    /// The list that they leave.
    pub from: StockListId,
    /// The list that they go to; another one.
    pub to: StockListId,
    /// What its maker calls it.
    pub reference: Option<String>,
    /// What is said of it.
    pub explanation: Option<Explanation>,
    /// SKUs with how many units, at least one each.
    pub lines: Vec<(String, Quantity)>,
}

impl TransferStock {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.transfer_references.extend(self.reference.clone());
        for list in [self.from, self.to] {
            read_set.lists.insert(list);
            read_set.keys.extend(self.lines.iter().map(|(sku, _)| StockKey { list, sku: sku.clone() }));
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match kind {
            IdKind::StockTransfer => 1,
            IdKind::Stock => self.lines.len(),
            IdKind::Movement => 2 * self.lines.len(),
            _ => 0,
        }
    }

    /// Whether a transfer that was made is what this one asks for.
    fn is(&self, made: &StockTransfer) -> bool {
        let same = |(line, (sku, quantity)): (&StockTransferLine, &(String, Quantity))| {
            line.sku == *sku && line.quantity == *quantity
        };
        made.from == self.from
            && made.to == self.to
            && made.lines.len() == self.lines.len()
            && made.lines.iter().zip(&self.lines).all(same)
    }

    /// How many units of each SKU are asked for, and the first line that asks.
    fn asked(&self) -> BTreeMap<&str, (usize, i64)> {
        let mut asked = BTreeMap::new();
        for (line, (sku, quantity)) in self.lines.iter().enumerate() {
            asked.entry(sku.as_str()).or_insert((line, 0)).1 += quantity.units();
        }
        asked
    }
}

pub(super) fn transfer_stock(
    working_set: &mut WorkingSet,
    command: &TransferStock,
    context: Context,
) -> Result<Outcome, Rejection> {
    if let Some(made) = command.reference.as_deref().and_then(|name| working_set.transfer_by_reference(name)) {
        return match command.is(made) {
            true => Ok(Outcome::StockTransferred { transfer: Box::new(made.clone()), is_new: false }),
            false => Err(Rejection::TransferReferenceTaken(made.id)),
        };
    }
    let lists = [command.from, command.to].into_iter();
    let unknown: Vec<_> = lists.filter(|list| working_set.list(*list).is_none()).collect();
    if !unknown.is_empty() {
        return Err(Rejection::Rows(unknown.into_iter().map(|list| (0, RowRejection::UnknownList(list))).collect()));
    }
    check_units(working_set, command)?;
    let id = StockTransferId::new(working_set.ids.next_in_bucket(IdKind::StockTransfer, 0));
    let lines = command.lines.iter().map(|line| transfer_line(working_set, command, (id, line), context)).collect();
    let transfer = StockTransfer {
        id,
        from: command.from,
        to: command.to,
        reference: command.reference.clone(),
        explanation: command.explanation.clone(),
        actor: context.actor,
        lines,
        created_at: context.now,
    };
    working_set.add_stock_transfer(transfer.clone());
    Ok(Outcome::StockTransferred { transfer: Box::new(transfer), is_new: true })
}

/// Whether the source has the units to give, and the levels at the other end room for them.
fn check_units(working_set: &WorkingSet, command: &TransferStock) -> Result<(), Rejection> {
    let asked = command.asked();
    let short = asked.iter().filter_map(|(sku, (_, units))| {
        let available = working_set.stock_by_key(command.from, sku).map_or(0, Stock::available);
        let shortage = || Shortage { sku: (*sku).to_owned(), list: command.from, asked: *units, available };
        (available < *units).then(shortage)
    });
    let short: Vec<Shortage> = short.collect();
    if !short.is_empty() {
        return Err(Rejection::InsufficientStock(short));
    }
    let level = |sku: &str| working_set.stock_by_key(command.to, sku).map_or(0, |stock| stock.on_hand);
    let full = asked.iter().filter(|(sku, (_, units))| level(sku) + units > QUANTITY_MAX);
    let full: Vec<_> = full.map(|(_, (line, _))| (*line, RowRejection::TooLarge)).collect();
    if full.is_empty() { Ok(()) } else { Err(Rejection::Rows(full)) }
}

fn transfer_line(
    working_set: &mut WorkingSet,
    command: &TransferStock,
    (id, (sku, quantity)): (StockTransferId, &(String, Quantity)),
    context: Context,
) -> StockTransferLine {
    let source = working_set.stock_by_key(command.from, sku).expect("the source has the units");
    let (from_stock, unit) = (source.id, source.unit);
    let said = (Cause::StockTransfer(id), command.explanation.as_ref());
    let taken = adjust(working_set, (from_stock, -quantity.units()), said, context);
    let (to_stock, created) = working_set.found_or_created(command.to, sku, context.now);
    if created {
        working_set.stock_mut(to_stock).unit = unit;
    }
    let given = adjust(working_set, (to_stock, quantity.units()), said, context);
    let movement = |made: Option<MovementId>| made.expect("a line has units, so it moves both stocks");
    StockTransferLine {
        sku: sku.clone(),
        quantity: *quantity,
        from_stock,
        to_stock,
        from_movement: movement(taken.movement),
        to_movement: movement(given.movement),
    }
}
