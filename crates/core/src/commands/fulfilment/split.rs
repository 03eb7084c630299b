//! Splitting an order line: some of its units become a line of their own.
//!
//! Promises: the two lines together reserve what the one reserved, on the same stock and with the same registration, so
//! no number of a stock changes; the new line says which one it was split from. Must not know why a line is split.

use super::Context;
use crate::fulfilment::{PackageItem, TransferItem};
use crate::orders::ORDER_LINES_MAX;
use crate::{
    IdKind, OrderItem, OrderItemId, PackageItemId, Quantity, Rejection, Reservation, TransferItemId, WorkingSet,
};

/// More lines than people split off while a command waits for its turn.
pub(super) const SPLIT_MEANWHILE: usize = 32;

/// A line of a package or of a transfer, or some of its units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SomeUnits<L = PackageItemId> {
    /// The line.
    pub line: L,
    /// How many of its units; `None` means all.
    pub units: Option<Quantity>,
}

impl<L> From<L> for SomeUnits<L> {
    fn from(line: L) -> Self {
        Self { line, units: None }
    }
}

/// Whether the lines that a command names are there, with no more units than those have, in an order of so many lines.
/// A line's number and its units are `quantity`'s to say, which is `None` for one that is not there.
pub(super) fn check<L: Copy>(
    named: &[SomeUnits<L>],
    quantity: impl Fn(L) -> (i64, Option<Quantity>),
    lines: usize,
) -> Result<(), Rejection> {
    let found = || named.iter().map(|one| (quantity(one.line), one.units));
    let foreign: Vec<i64> = found().filter(|((_, there), _)| there.is_none()).map(|((line, _), _)| line).collect();
    if !foreign.is_empty() {
        return Err(Rejection::ForeignLines(foreign));
    }
    for ((line, there), units) in found() {
        if let Some(there) = there.filter(|there| units.is_some_and(|units| units > *there)) {
            return Err(Rejection::TooManyUnits { line, units: there.units() });
        }
    }
    let parts = named.iter().filter(|one| one.units.is_some()).count();
    if parts > 0 && lines + parts > ORDER_LINES_MAX { Err(Rejection::TooManyLines) } else { Ok(()) }
}

/// Splits units off a line in a package, fewer than it has; the new line, in the same package.
fn split(working_set: &mut WorkingSet, line: PackageItemId, units: Quantity, context: Context) -> PackageItemId {
    let packed = working_set.fulfilment.package_items.get(line).expect("the caller has found the line").clone();
    let item = working_set.item(packed.item).expect("a packed line is its order's").clone();
    let reservation = working_set.reservation(packed.item).expect("a line has its reservation").clone();
    let rest = packed.quantity.units() - units.units();
    let rest = Quantity::new(rest).expect("fewer are split off than the line has");

    working_set.resize(item.id, rest, context.now);
    let id = OrderItemId::new(working_set.ids.next_in_bucket(IdKind::OrderItem, item.order.bucket()));
    let split_from = Some(item.split_from.unwrap_or(item.id));
    let order = item.order;
    working_set.add_reservation(Reservation { item: id, quantity: units, ..reservation });
    working_set.add_item(OrderItem {
        id,
        quantity: units,
        split_from,
        outgoing: None,
        modified_at: context.now,
        ..item
    });
    working_set.order_mut(order, context.now);

    let row = working_set.fulfilment.package_items.change(line);
    (row.quantity, row.modified_at) = (rest, context.now);
    let part = PackageItemId::new(working_set.ids.next_in_bucket(IdKind::PackageItem, order.bucket()));
    let (created_at, modified_at) = (context.now, context.now);
    let row = PackageItem { id: part, item: id, quantity: units, created_at, modified_at, ..packed };
    working_set.fulfilment.package_items.make(part, row);
    part
}

/// The line that a command is about: the named one, or, of some of its units, one of their own.
pub(super) fn part(working_set: &mut WorkingSet, one: SomeUnits, context: Context) -> PackageItemId {
    let whole = working_set.fulfilment.package_items.get(one.line).map(|line| line.quantity);
    match one.units {
        Some(units) if whole.is_some_and(|whole| units < whole) => split(working_set, one.line, units, context),
        _ => one.line,
    }
}

/// The same of a line of a transfer, with the line of the package that waits for it.
pub(super) fn part_of_transfer(
    working_set: &mut WorkingSet,
    one: SomeUnits<TransferItemId>,
    context: Context,
) -> TransferItemId {
    let line = working_set.fulfilment.transfer_items.get(one.line).expect("the caller has found the line").clone();
    let Some(units) = one.units.filter(|units| *units < line.quantity) else { return one.line };
    let package_item = split(working_set, line.package_item, units, context);
    let part = working_set.fulfilment.package_items.get(package_item).expect("made above");
    let (item, created_at, modified_at) = (part.item, context.now, context.now);
    let rest = Quantity::new(line.quantity.units() - units.units()).expect("fewer are split off than the line has");
    let row = working_set.fulfilment.transfer_items.change(line.id);
    (row.quantity, row.modified_at) = (rest, context.now.later_than(row.modified_at));
    let id = TransferItemId::new(working_set.ids.next_in_bucket(IdKind::TransferItem, line.order.bucket()));
    let row = TransferItem { id, package_item, item, quantity: units, created_at, modified_at, ..line };
    working_set.fulfilment.transfer_items.make(id, row);
    id
}
