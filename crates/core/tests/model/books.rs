//! The books: every row that decisions have changed and every movement they have recorded, checked after each step.
//!
//! Promises: the invariants of docs/data-model.md and of the working set hold, whatever the commands were. Must not
//! know which command ran, nor the naive model.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use onhand_core::{
    Changes, LOW_STOCK_DEFAULT, Movement, Order, OrderId, OrderItem, OrderItemId, Reservation, ReservationState, Stock,
    StockId, StockListId, StockStates, TrackedChanges, WorkingSet,
};

/// Rows as they were after the last step, and all movements so far.
#[derive(Default)]
pub(crate) struct Books {
    rows: Rows,
    movements: BTreeMap<StockId, Vec<Movement>>,
    orders: BTreeSet<OrderId>,
    skus: BTreeSet<(StockListId, String)>,
}

#[derive(Clone, PartialEq, Debug, Default)]
struct Rows {
    stocks: BTreeMap<StockId, Stock>,
    orders: BTreeMap<OrderId, Order>,
    items: BTreeMap<OrderItemId, OrderItem>,
    reservations: BTreeMap<OrderItemId, Reservation>,
}

impl Books {
    pub(crate) fn watch(&mut self, list: StockListId, sku: &str) {
        self.skus.insert((list, sku.to_owned()));
    }

    /// Nothing was recorded and no row differs.
    pub(crate) fn assert_untouched(&self, working_set: &mut WorkingSet) {
        let changes = working_set.take_changes();
        assert!(changes.is_empty(), "{changes:?}");
        assert_eq!(self.read(working_set), self.rows, "a row changed and nothing was recorded");
    }

    /// Takes what the step recorded and checks everything.
    pub(crate) fn close_step(&mut self, working_set: &mut WorkingSet) {
        let changes = working_set.take_changes();
        self.orders.extend(changes.orders.made.iter().map(|order| order.id));
        let after = self.read(working_set);
        assert_recorded(&self.rows, &after, &changes);
        for movement in changes.movements {
            self.movements.entry(movement.stock).or_default().push(movement);
        }
        for (id, reservation) in &after.reservations {
            let before = self.rows.reservations.get(id).map_or(ReservationState::Open, |reservation| reservation.state);
            assert!(is_forward(before, reservation.state), "{before:?} cannot become {:?}", reservation.state);
        }
        self.rows = after;
        self.rows.stocks.values().for_each(|stock| self.assert_sound(stock));
    }

    fn read(&self, working_set: &WorkingSet) -> Rows {
        let stocks = self.skus.iter().filter_map(|(list, sku)| working_set.stock_by_key(*list, sku).cloned());
        let items: Vec<OrderItemId> = self.orders.iter().flat_map(|order| working_set.items_of(*order)).collect();
        Rows {
            stocks: stocks.map(|stock| (stock.id, stock)).collect(),
            orders: self.orders.iter().filter_map(|id| Some((*id, working_set.order(*id)?.clone()))).collect(),
            items: items.iter().filter_map(|id| Some((*id, working_set.item(*id)?.clone()))).collect(),
            reservations: items.iter().filter_map(|id| Some((*id, working_set.reservation(*id)?.clone()))).collect(),
        }
    }

    fn assert_sound(&self, stock: &Stock) {
        let of_stock = |state| {
            let reservations = self
                .rows
                .reservations
                .values()
                .filter(|reservation| reservation.stock == stock.id && reservation.state == state);
            reservations.map(|reservation| reservation.quantity.units()).sum::<i64>()
        };
        assert_eq!(
            stock.reserved,
            of_stock(ReservationState::Open) + stock.external,
            "reserved is the open reservations and the external reservation: {stock:?}"
        );
        assert_eq!(
            stock.reported,
            of_stock(ReservationState::Reported),
            "reported is the sum of reported holds: {stock:?}"
        );
        assert!(stock.on_hand >= 0 && stock.external >= 0 && stock.reported >= 0, "a count is negative: {stock:?}");
        assert_eq!(stock.available(), (stock.on_hand - stock.reserved - stock.reported).max(0));
        assert_eq!(
            stock.states,
            StockStates::of(stock, LOW_STOCK_DEFAULT),
            "the states follow from the numbers: {stock:?}"
        );

        let movements = self.movements.get(&stock.id).expect("a stock begins with a movement");
        let (mut sums, mut external, mut previous) = ((0, 0, 0), 0, None);
        for movement in movements {
            let delta = movement.delta;
            assert_eq!(movement.previous, previous, "each movement names the one before it");
            assert!(previous < Some(movement.id), "ids of movements grow");
            sums = (sums.0 + delta.on_hand, sums.1 + delta.reserved, sums.2 + delta.reported);
            external += delta.external;
            assert_eq!(
                sums,
                (movement.on_hand, movement.reserved, movement.reported),
                "a movement shows the sum so far"
            );
            previous = Some(movement.id);
        }
        assert_eq!(sums, (stock.on_hand, stock.reserved, stock.reported), "the sum of movements is the state");
        assert_eq!(external, stock.external, "the sum of movements is the state");
        assert_eq!(stock.movement, previous, "a stock names its newest movement");
        let idle = movements.iter().skip(1).filter(|movement| movement.delta == onhand_core::Delta::default()).count();
        assert_eq!(idle, 0, "no command here changes a field that is not a number, so a movement moves something");
    }
}

fn is_forward(before: ReservationState, after: ReservationState) -> bool {
    let rank = |state| match state {
        ReservationState::Open => 0,
        ReservationState::Reported => 1,
        ReservationState::Settled | ReservationState::Cancelled | ReservationState::Short => 2,
    };
    before == after || rank(before) < rank(after)
}

/// What differs is recorded with what it was and is, or it would not be written back.
fn assert_recorded(before: &Rows, after: &Rows, changes: &Changes) {
    assert_kind(&before.stocks, &after.stocks, &changes.stocks);
    assert_kind(&before.orders, &after.orders, &changes.orders);
    assert_kind(&before.items, &after.items, &changes.items);
    assert_kind(&before.reservations, &after.reservations, &changes.reservations);
}

fn assert_kind<K: Ord, V: PartialEq + Clone + Debug>(
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
    changes: &TrackedChanges<V>,
) {
    assert!(changes.removed.is_empty(), "nothing is removed here: {changes:?}");
    for (id, row) in after {
        let recorded = match before.get(id) {
            None => changes.made.contains(row),
            Some(old) => old == row || changes.changed.contains(&(old.clone(), row.clone())),
        };
        assert!(recorded, "the change is not recorded: {row:?}");
    }
}
