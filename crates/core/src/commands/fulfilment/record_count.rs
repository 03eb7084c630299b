//! Recording a count at a location.
//!
//! A person who counts finds everything that has not left, sold or not. So the expected quantity is the stock level,
//! less the lines that have left and are still in it, plus those that the ERP has taken out of it and that have not
//! left. A count of an earlier moment is compared with what was there then: what has left since is added, what has
//! arrived since is subtracted. Its difference is added to the level or becomes a discrepancy, as the location says.
//! Where something newer is known of the stock, a line changes nothing. A count is not the ERP's level: it settles
//! nothing and changes no time of one.

use super::flag_discrepancy::{self, Subject};
use super::outcome::FulfilmentOutcome;
use super::{Context, FulfilmentReadSet};
use crate::fulfilment::{
    CountLine, CountMode, CountResult, PackageItem, PackageState, Reason, StockCount, StockLocation,
};
use crate::rejection::RowRejection;
use crate::stock::ProductRef;
use crate::{
    Cause, Delta, IdKind, OrderItemId, OrderStatus, QUANTITY_MAX, Quantity, Rejection, ReservationState, Stock,
    StockCountId, StockId, StockLocationId, Timestamp, WorkingSet,
};

/// A count at a location.
#[derive(Debug)]
pub struct RecordCount {
    /// Where.
    pub location: StockLocationId,
    /// When it was counted; arrival when absent.
    pub counted_at: Option<Timestamp>,
    /// What was counted, each SKU once.
    pub lines: Vec<(String, Quantity)>,
}

impl RecordCount {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut FulfilmentReadSet) {
        read_set.counted.extend(self.lines.iter().map(|(sku, _)| (self.location, sku.clone())));
        if let Some(moment) = self.counted_at {
            let lines = self.lines.iter().map(|(sku, _)| (self.location, sku.clone(), moment));
            read_set.counted_earlier.extend(lines);
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match kind {
            IdKind::StockCount => 1,
            IdKind::Discrepancy | IdKind::Movement | IdKind::Stock => self.lines.len(),
            _ => 0,
        }
    }
}

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
    working_set: &mut WorkingSet,
    command: &RecordCount,
    context: Context,
) -> Result<FulfilmentOutcome, Rejection> {
    let location = working_set.fulfilment.locations.get(command.location).copied();
    let location = location.ok_or(Rejection::UnknownLocation(command.location))?;
    let unknown = |(row, (sku, _)): (usize, &(String, _))| {
        let product = ProductRef::Sku(sku.clone());
        working_set.product(&product).is_none().then_some((row, RowRejection::UnknownProduct(product)))
    };
    let faults: Vec<_> = command.lines.iter().enumerate().filter_map(unknown).collect();
    if !faults.is_empty() {
        return Err(Rejection::Rows(faults));
    }
    let moment = Moment { at: command.counted_at.unwrap_or(context.now), is_sent: command.counted_at.is_some() };
    let id = StockCountId::new(working_set.ids.next_in_bucket(IdKind::StockCount, 0));
    let lines = command.lines.iter();
    let lines =
        lines.map(|(sku, counted)| count(working_set, &location, (sku, counted.units()), moment, context)).collect();
    let count = StockCount { id, location: location.id, counted_at: moment.at, lines, created_at: context.now };
    working_set.fulfilment.counts.make(id, count.clone());
    Ok(FulfilmentOutcome::Counted(count))
}

fn count(
    working_set: &mut WorkingSet,
    location: &StockLocation,
    (sku, counted): (&str, i64),
    moment: Moment,
    context: Context,
) -> CountLine {
    let (stock, created) = working_set.found_or_created(location.list, sku, context.now);
    let expected =
        expected(working_set, location, stock) - working_set.fulfilment.goods_movements.since(stock, moment.at);
    let row = working_set.stock(stock).expect("found or created above");
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
    let (level, counted_at) = (row.on_hand, moment.after_level(row));
    let cleared = flag_discrepancy::end_by_count(working_set, stock, moment.at, context);
    let mut delta = Delta::default();
    if result == CountResult::Adjusted {
        delta.on_hand = (level + counted - expected).clamp(0, QUANTITY_MAX) - level;
    }
    if result == CountResult::Marked {
        let place = (stock, location.id);
        let subject = Subject { units: (expected - counted).abs(), ..Subject::default() };
        line.discrepancy = Some(flag_discrepancy::flag(working_set, place, Reason::CountDifference, subject, context));
    } else {
        working_set.stock_mut(stock).counted_at = Some(counted_at);
    }
    if created || cleared || line.discrepancy.is_some() || delta != Delta::default() {
        working_set.move_stock(stock, delta, Cause::Count, context.actor, context.now);
    }
    line
}

/// What should be found now. Lines that have left and are settled matter no more: they are put aside.
fn expected(working_set: &mut WorkingSet, location: &StockLocation, stock: StockId) -> i64 {
    let Some(row) = working_set.stock(stock) else { return 0 };
    // What moves keep has left, or has not come yet.
    let kept: i64 = working_set.fulfilment.kept_on(stock).map(|kept| kept.quantity.units()).sum();
    let mut expected = row.on_hand - kept + settled_and_here(working_set, location, row);
    let mut done = Vec::new();
    let here =
        working_set.fulfilment.package_items.all().filter(|line| line.location == location.id && line.sku == row.sku);
    for line in here.filter(|line| !line.is_done) {
        let Some(reservation) = working_set.reservation(line.item) else { continue };
        let in_figure = matches!(reservation.state, ReservationState::Open | ReservationState::Reported);
        let units = line.quantity.units();
        match line.state {
            PackageState::Shipped if !in_figure || reservation.stock != stock => done.push(line.id),
            PackageState::Shipped => expected -= units,
            // On its way here: it has been in the level since it left its source.
            PackageState::WaitingForTransfer if reservation.stock == stock && in_figure => expected -= units,
            _ => {}
        }
    }
    for line in done {
        working_set.fulfilment.package_items.change(line).is_done = true;
    }
    expected
}

/// Units of lines that the ERP has taken out of the level and that have not left: in a package, waiting to be fetched
/// for one, or not sourced yet.
fn settled_and_here(working_set: &WorkingSet, location: &StockLocation, row: &Stock) -> i64 {
    let is_here = |item: OrderItemId| {
        let is_shipped = |status: OrderStatus| status.is_shipped() || status == OrderStatus::Cancelled;
        let is_on_its_way =
            |line: &PackageItem| line.location == location.id && line.state == PackageState::WaitingForTransfer;
        working_set.item(item).is_some_and(|item| !is_shipped(item.status))
            && !working_set.fulfilment.line_with(item).is_some_and(is_on_its_way)
    };
    working_set
        .settled_on(row.id)
        .filter(|reservation| is_here(reservation.item))
        .map(|reservation| reservation.quantity.units())
        .sum()
}
