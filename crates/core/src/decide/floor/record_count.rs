//! Recording a count at a location.
//!
//! Who counts finds everything that has not left, sold or not. So what is expected is the figure, less the lines that have
//! left and are still in it, plus those that the ERP has taken out of it and that have not left. A count of an earlier moment
//! is compared with what stood there then: what has left since is added, what has arrived since is taken off. Its difference
//! becomes the figure's or a discrepancy, as the location says. Where something newer is known of the stock, a line changes
//! nothing. A count is not the ERP's figure: it settles nothing and moves no time of one.

use super::mark::{self, Subject};
use super::outcome::FloorOutcome;
use crate::command::ProductRef;
use crate::decide::stock_row;
use crate::floor::{
    CountLine, CountMode, CountResult, PackageItem, PackageState, Reason, RecordCount, StockCount, StockLocation,
};
use crate::refusal::RowFault;
use crate::{
    Cause, Context, Delta, HoldState, IdKind, OrderItemId, OrderStatus, QUANTITY_MAX, Refusal, Shelf, Stock,
    StockCountId, StockId, Timestamp,
};

/// When it was counted.
#[derive(Clone, Copy)]
struct Moment {
    at: Timestamp,
    /// Whether that was said: otherwise it is its arrival, and nothing is newer, whatever clocks say.
    is_sent: bool,
}

impl Moment {
    /// Whether something newer than the count is known of a stock: a level, another count, or a difference.
    fn is_before(self, stock: &Stock) -> bool {
        let newest = stock.snapshot_at.max(stock.counted_at).max(stock.adjusted_at);
        self.is_sent && newest.is_some_and(|newest| newest > self.at)
    }

    /// When the stock was counted: after its level, if the count has come after it and says no time.
    fn after_level(self, stock: &Stock) -> Timestamp {
        let level = stock.snapshot_at.filter(|_| !self.is_sent).map(|level| level.plus_micros(1));
        level.map_or(self.at, |level| level.max(self.at))
    }
}

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
    let moment = Moment { at: command.counted_at.unwrap_or(context.now), is_sent: command.counted_at.is_some() };
    let id = StockCountId::new(shelf.ids.take_in(IdKind::StockCount, 0));
    let lines = command.lines.iter();
    let lines = lines.map(|(sku, counted)| count(shelf, &location, (sku, counted.units()), moment, context)).collect();
    let count = StockCount { id, location: location.id, counted_at: moment.at, lines, created_at: context.now };
    shelf.floor.counts.make(id, count.clone());
    Ok(FloorOutcome::Counted(count))
}

fn count(
    shelf: &mut Shelf,
    location: &StockLocation,
    (sku, counted): (&str, i64),
    moment: Moment,
    context: Context,
) -> CountLine {
    let (stock, created) = stock_row::found_or_created(shelf, location.list, sku, context);
    let expected = expected(shelf, location, stock) - shelf.floor.goods.since(stock, moment.at);
    let row = shelf.stock(stock).expect("found or created above");
    let result = match location.count_mode {
        _ if moment.is_before(row) => CountResult::Superseded,
        _ if counted == expected => CountResult::Confirmed,
        CountMode::Adjust => CountResult::Adjusted,
        CountMode::Mark => CountResult::Marked,
    };
    let mut line = CountLine { sku: sku.to_owned(), expected, counted, result, discrepancy: None };
    if result == CountResult::Superseded {
        return line;
    }
    let (figure, counted_at) = (row.on_hand, moment.after_level(row));
    let cleared = mark::end_by_count(shelf, stock, moment.at, context);
    let mut delta = Delta::default();
    if result == CountResult::Adjusted {
        delta.on_hand = (figure + counted - expected).clamp(0, QUANTITY_MAX) - figure;
    }
    if result == CountResult::Marked {
        let place = (stock, location.id);
        let subject = Subject { units: (expected - counted).abs(), ..Subject::default() };
        line.discrepancy = Some(mark::mark(shelf, place, Reason::CountDifference, subject, context));
    } else {
        shelf.stock_mut(stock).counted_at = Some(counted_at);
    }
    if created || cleared || line.discrepancy.is_some() || delta != Delta::default() {
        shelf.move_stock(stock, delta, Cause::Count, context.actor, context.now);
    }
    line
}

/// What should be found now. Lines that have left and are settled are nobody's business any more: they are put aside.
fn expected(shelf: &mut Shelf, location: &StockLocation, stock: StockId) -> i64 {
    let Some(row) = shelf.stock(stock) else { return 0 };
    // What moves keep has left, or has not come yet.
    let kept: i64 = shelf.floor.kept_on(stock).map(|kept| kept.quantity.units()).sum();
    let mut expected = row.on_hand - kept + settled_and_here(shelf, location, row);
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
            _ => {}
        }
    }
    for line in done {
        shelf.floor.package_items.change(line).is_done = true;
    }
    expected
}

/// Units of lines that the ERP has taken out of the figure and that have not left: in a package, waiting to be fetched for
/// one, or not planned yet.
fn settled_and_here(shelf: &Shelf, location: &StockLocation, row: &Stock) -> i64 {
    let is_here = |item: OrderItemId| {
        let has_left = |status: OrderStatus| status.has_left() || status == OrderStatus::Cancelled;
        let is_on_its_way =
            |line: &PackageItem| line.location == location.id && line.state == PackageState::WaitingForTransfer;
        shelf.item(item).is_some_and(|item| !has_left(item.status))
            && !shelf.floor.line_with(item).is_some_and(is_on_its_way)
    };
    shelf.settled_on(row.id).filter(|hold| is_here(hold.item)).map(|hold| hold.quantity.units()).sum()
}
