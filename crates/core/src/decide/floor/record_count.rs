//! Recording a count at a location.
//!
//! Who counts finds everything that has not left, sold or not. So what is expected is the figure, less the lines that have
//! left and are still in it, plus those that the ERP has taken out of it and that have not left. A difference becomes the
//! figure or a discrepancy, as the location says. A count is not the ERP's figure: it settles nothing and moves no time.

use super::mark::{self, Subject};
use super::outcome::FloorOutcome;
use crate::command::ProductRef;
use crate::decide::stock_row;
use crate::floor::{CountLine, CountMode, CountResult, PackageState, Reason, RecordCount, StockCount, StockLocation};
use crate::refusal::RowFault;
use crate::{Cause, Context, Delta, HoldState, IdKind, QUANTITY_MAX, Refusal, Shelf, StockCountId, StockId, Timestamp};

pub(super) fn record_count(
    shelf: &mut Shelf,
    command: &RecordCount,
    context: Context,
) -> Result<FloorOutcome, Refusal> {
    let location = shelf.floor.locations.get(command.location).copied();
    let location = location.ok_or(Refusal::UnknownLocation(command.location))?;
    let unknown = |(row, (sku, _)): (usize, &(String, _))| {
        let product = ProductRef::Sku(sku.clone());
        shelf.product(&product).is_none().then_some((row, RowFault::UnknownProduct(product)))
    };
    let faults: Vec<_> = command.lines.iter().enumerate().filter_map(unknown).collect();
    if !faults.is_empty() {
        return Err(Refusal::Rows(faults));
    }
    let counted_at = command.counted_at.unwrap_or(context.now);
    let id = StockCountId::new(shelf.ids.take_in(IdKind::StockCount, 0));
    let lines = command.lines.iter();
    let lines =
        lines.map(|(sku, counted)| count(shelf, &location, (sku, counted.units()), counted_at, context)).collect();
    let count = StockCount { id, location: location.id, counted_at, lines, created_at: context.now };
    shelf.floor.counts.make(id, count.clone());
    Ok(FloorOutcome::Counted(count))
}

fn count(
    shelf: &mut Shelf,
    location: &StockLocation,
    (sku, counted): (&str, i64),
    counted_at: Timestamp,
    context: Context,
) -> CountLine {
    let (stock, created) = stock_row::found_or_created(shelf, location.list, sku, context);
    let expected = expected(shelf, location, stock);
    let cleared = mark::end_by_count(shelf, stock, counted_at, context);
    let result = match location.count_mode {
        _ if counted == expected => CountResult::Confirmed,
        CountMode::Adjust => CountResult::Adjusted,
        CountMode::Mark => CountResult::Marked,
    };
    let mut delta = Delta::default();
    let mut discrepancy = None;
    match result {
        CountResult::Confirmed => {}
        CountResult::Adjusted => {
            let figure = shelf.stock(stock).map_or(0, |stock| stock.on_hand);
            delta.on_hand = (figure + counted - expected).clamp(0, QUANTITY_MAX) - figure;
        }
        CountResult::Marked => {
            let place = (stock, location.id);
            let subject = Subject { units: (expected - counted).abs(), ..Subject::default() };
            discrepancy = Some(mark::mark(shelf, place, Reason::CountDifference, subject, context));
        }
    }
    if created || cleared || discrepancy.is_some() || delta != Delta::default() {
        shelf.move_stock(stock, delta, Cause::Count, context.actor, context.now);
    }
    CountLine { sku: sku.to_owned(), expected, counted, result, discrepancy }
}

/// What should be found. Lines that have left and are settled are nobody's business any more: they are put aside.
fn expected(shelf: &mut Shelf, location: &StockLocation, stock: StockId) -> i64 {
    let Some(row) = shelf.stock(stock) else { return 0 };
    // What moves keep has left, or has not come yet.
    let kept: i64 = shelf.floor.kept_on(stock).map(|kept| kept.quantity.units()).sum();
    let mut expected = row.on_hand - kept;
    let mut done = Vec::new();
    let here = shelf.floor.package_items.all().filter(|line| line.location == location.id && line.sku == row.sku);
    for line in here.filter(|line| !line.is_done) {
        let Some(hold) = shelf.hold(line.item) else { continue };
        let in_figure = matches!(hold.state, HoldState::Open | HoldState::Reported);
        let units = line.quantity.units();
        match line.state {
            PackageState::Shipped if !in_figure || hold.stock != stock => done.push(line.id),
            PackageState::Shipped => expected -= units,
            // On its way here: in the figure since it left its source.
            PackageState::WaitingForTransfer if hold.stock == stock && in_figure => expected -= units,
            PackageState::Waiting | PackageState::Preparing | PackageState::Packed if !in_figure => expected += units,
            _ => {}
        }
    }
    for line in done {
        shelf.floor.package_items.change(line).is_done = true;
    }
    expected
}
