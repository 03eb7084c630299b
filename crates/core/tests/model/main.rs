//! The rules against a naive model: random commands, every outcome and every number compared after each of them.
//!
//! Promises: a case that fails is shrunk to the shortest list of commands that still fails. Must not know how the rules
//! work; `naive.rs` says what should come out, `books.rs` what must hold in any case.

mod books;
mod imports;
mod naive;
mod verdict;

use books::Books;
use imports::Import;
use naive::{Begin, EntryPoint, ImportRow, Key, LISTS, ListRule, Naive, Row, SKUS, Standing, Verdict};
use onhand_core::commands::{
    CancelItems, EditItem, ItemEdit, NewLine, PlaceOrder, ProductRef, ReleaseItem, SettleReason, SettleReported,
    StockTarget, WriteStock, WriteStocks,
};
use onhand_core::rejection::RowRejection;
use onhand_core::{
    Channel, ChannelId, Command, Context, ERP, OrderId, OrderItemId, OrderStatus, Outcome, Oversell, Product,
    ProductId, QUANTITY_MAX, Quantity, Rejection, ReleaseMode, ReservationState, Stock, StockId, StockKey, StockList,
    StockListId, Timestamp, UserId, WorkingSet, decide,
};
use onhand_testkit::commands;
use proptest::prelude::*;

const SKU_NAMES: [&str; SKUS] = ["A", "B", "C"];
const SECOND: i64 = 1_000_000;
/// When a case begins, late enough that no time before it is negative.
const START: i64 = 1_000 * SECOND;

/// A command in small numbers. Lines and orders are chosen among those there are, and now and then one beyond.
#[derive(Clone, Debug)]
enum Step {
    Place { entry: EntryPoint, number: u8, lines: Vec<(Key, i64, bool, OrderStatus)> },
    Release { line: usize, mapping: (u8, u8), update_stock: bool, registered: Option<i64> },
    Cancel { order: usize, all: bool, lines: Vec<usize> },
    Mark { line: usize, to: OrderStatus },
    Settle { line: usize },
    Write { rows: Vec<Row>, create_unknown: bool },
    Look,
    Import { list: usize, rows: Vec<ImportRow>, create_unknown: bool },
    Undo { import: usize },
}

fn key() -> impl Strategy<Value = Key> {
    let list = prop_oneof![30 => 0..LISTS, 1 => Just(LISTS)];
    (list, 0..SKUS)
}

fn units(most: i64) -> impl Strategy<Value = i64> {
    prop_oneof![40 => 0..=most, 1 => Just(QUANTITY_MAX)]
}

/// Seconds before now; small and whole, so that equal times are common.
fn ago() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![1 => Just(None), 2 => (-1..8_i64).prop_map(|seconds| Some(seconds * SECOND))]
}

fn row() -> impl Strategy<Value = Row> {
    let level = prop_oneof![1 => Just(None), 4 => units(12).prop_map(Some)];
    let reserved = prop_oneof![3 => Just(None), 2 => units(8).prop_map(Some)];
    (key(), prop::bool::weighted(0.3), level, reserved, ago()).prop_map(|(key, by_id, level, reserved, snapshot)| Row {
        key,
        by_id: by_id && key.0 < LISTS,
        level,
        reserved,
        snapshot,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let entry = prop_oneof![
        8 => Just(EntryPoint::Own), 8 => Just(EntryPoint::Accepting), 4 => Just(EntryPoint::Refusing), 1 => Just(EntryPoint::Unknown)
    ];
    let first = prop_oneof![8 => Just(OrderStatus::Approved), 1 => Just(OrderStatus::Shipped), 1 => Just(OrderStatus::Refunded)];
    let line = (key(), units(5).prop_map(|units| units.max(1)), any::<bool>(), first);
    let place = (entry, 0..60_u8, prop::collection::vec(line, 1..4));
    let mapping =
        (prop_oneof![8 => Just(0_u8), 1 => Just(1)], prop_oneof![8 => Just(0_u8), 1 => Just(1), 1 => Just(2)]);
    let release = (any::<usize>(), mapping, prop::bool::weighted(0.8), ago());
    let some = prop::collection::vec(any::<usize>(), 0..3);
    let status = prop_oneof![Just(OrderStatus::Cancelled), Just(OrderStatus::Shipped), Just(OrderStatus::Approved)];
    prop_oneof![
        6 => place.prop_map(|(entry, number, lines)| Step::Place { entry, number, lines }),
        6 => release.prop_map(|(line, mapping, update_stock, registered)| Step::Release {
            line, mapping, update_stock, registered,
        }),
        2 => (any::<usize>(), any::<bool>(), some).prop_map(|(order, all, lines)| Step::Cancel { order, all, lines }),
        1 => (any::<usize>(), status).prop_map(|(line, to)| Step::Mark { line, to }),
        1 => any::<usize>().prop_map(|line| Step::Settle { line }),
        5 => (prop::collection::vec(row(), 1..4), prop::bool::weighted(0.8))
            .prop_map(|(rows, create_unknown)| Step::Write { rows, create_unknown }),
        1 => Just(Step::Look),
        4 => imports::import(),
        3 => (0..4_usize).prop_map(|import| Step::Undo { import }),
    ]
}

fn rules() -> impl Strategy<Value = [ListRule; LISTS]> {
    let rule = (prop::bool::weighted(0.3), prop_oneof![Just(0), Just(3)], prop::bool::weighted(0.7))
        .prop_map(|(immediate, seconds, unique)| ListRule { immediate, delay: seconds * SECOND, unique });
    [rule.clone(), rule]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decisions_agree_with_the_naive_model(
        rules in rules(),
        steps in prop::collection::vec((step(), 1..3_i64), 1..40),
    ) {
        let mut pair = Pair::new(rules);
        for (step, seconds) in steps {
            pair.now += seconds * SECOND;
            pair.run(&step);
        }
    }
}

/// The rules and the model side by side.
struct Pair {
    now: i64,
    working_set: WorkingSet,
    naive: Naive,
    books: Books,
    orders: Vec<OrderId>,
    items: Vec<OrderItemId>,
    seen: imports::Seen,
    imports: Vec<Import>,
}

impl Pair {
    fn new(rules: [ListRule; LISTS]) -> Self {
        let (mut working_set, mut books) = (WorkingSet::new(commands::ids(1, 10_000)), Books::default());
        for (index, rule) in rules.iter().enumerate() {
            let release_mode = if rule.immediate { ReleaseMode::Immediate } else { ReleaseMode::UntilNextWrite };
            let snapshot_delay_seconds = rule.delay / SECOND;
            working_set.put_list(StockList {
                release_mode,
                snapshot_delay_seconds,
                is_item_code_unique: rule.unique,
                ..commands::stock_list(list_id(index))
            });
            SKU_NAMES.iter().for_each(|sku| books.watch(list_id(index), sku));
        }
        for (id, oversell) in [(1, Oversell::Accept), (2, Oversell::Refuse)] {
            working_set.put_channel(Channel { id: ChannelId::new(id), oversell, oversell_quantity_max: QUANTITY_MAX });
        }
        for (index, sku) in SKU_NAMES[..2].iter().enumerate() {
            working_set.put_product(Product { id: ProductId::new(index as i64 + 1), sku: (*sku).to_owned() });
        }
        let (orders, items, seen, imports) = Default::default();
        Self { now: START, working_set, naive: Naive::new(rules), books, orders, items, seen, imports }
    }

    fn run(&mut self, step: &Step) {
        let (command, expected) = match step {
            Step::Place { entry, number, lines } => {
                let wanted: Vec<_> = lines.iter().map(|(key, units, _, first)| (*key, *units, begin(*first))).collect();
                (self.place(*entry, *number, lines), self.naive.place(*entry, *number, &wanted, self.now))
            }
            Step::Release { line, mapping, update_stock, registered } => {
                let line = line % (self.naive.lines() + 1);
                let registered = registered.map(|ago| self.now - ago);
                // Mostly a code of the line's own, sometimes one of two that any line may get.
                let mapping = &(mapping.0, if mapping.1 == 0 { 10 + line as u8 % 200 } else { mapping.1 });
                let command = self.release(line, *mapping, *update_stock, registered);
                (command, self.naive.release(line, *mapping, *update_stock, registered, self.now))
            }
            Step::Cancel { order, all, lines } => {
                let order = order % (self.naive.orders() + 1);
                let lines = self.choose_lines(order, lines);
                let (all, details) = (*all || lines.is_empty(), Vec::new());
                let items = lines.iter().map(|line| self.item(*line)).collect();
                let order_id = self.orders.get(order).copied().unwrap_or(OrderId::new(7));
                let command = Command::CancelItems(CancelItems { order: order_id, all, items, details });
                (command, self.naive.cancel(order, all, &lines))
            }
            Step::Mark { line, to } => {
                let line = line % (self.naive.lines() + 1);
                let edit = ItemEdit { status: Some(*to), ..ItemEdit::default() };
                let command = Command::EditItem(EditItem { item: self.item(line), edit });
                let standing = if *to == OrderStatus::Cancelled { Standing::Cancelled } else { Standing::Open };
                (command, self.naive.mark(line, standing, *to == OrderStatus::Shipped))
            }
            Step::Settle { line } => {
                let line = line % (self.naive.lines() + 1);
                let (items, reason) = (vec![self.item(line)], SettleReason::Person(None));
                (Command::SettleReported(SettleReported { items, reason }), self.naive.settle(line))
            }
            Step::Write { rows, create_unknown } => {
                let rows: Vec<Row> = rows.iter().map(|row| row.at(self.now)).collect();
                (self.write(&rows, *create_unknown), self.naive.write(&rows, *create_unknown, self.now))
            }
            Step::Look => return self.look(),
            Step::Import { list, rows, create_unknown } => {
                let rows: Vec<ImportRow> = rows.iter().map(|row| row.at(self.now)).collect();
                let command = self.import(*list, &rows, *create_unknown);
                (command, self.naive.import(*list, &rows, *create_unknown, self.now))
            }
            Step::Undo { import } => self.undo(*import),
        };
        let verdict = self.decide(&command);
        assert_eq!(verdict, expected, "at {} after {command:?}", self.now);
        if matches!(step, Step::Place { entry: EntryPoint::Own | EntryPoint::Refusing, .. }) {
            self.assert_not_oversold(&verdict);
        }
        self.assert_numbers();
        if matches!(verdict, Verdict::Released { .. } | Verdict::Cancelled(..)) {
            self.assert_repeat_changes_nothing(&command, &verdict);
        }
    }

    fn decide(&mut self, command: &Command) -> Verdict {
        let context = Context { actor: UserId::new(1), now: Timestamp::from_micros(self.now) };
        let result = decide(&mut self.working_set, command, context);
        if let Ok(Outcome::OrderPlaced(order, items)) = &result {
            self.orders.push(order.id);
            self.items.extend(items.iter().map(|item| item.id));
        }
        if result.is_err() {
            self.books.assert_untouched(&mut self.working_set);
        }
        self.books.close_step(&mut self.working_set);
        match result {
            Ok(outcome) => {
                self.keep(command, &outcome);
                self.verdict(&outcome)
            }
            Err(rejection) => self.refused(&rejection),
        }
    }

    fn assert_numbers(&self) {
        for key in (0..LISTS).flat_map(|list| (0..SKUS).map(move |sku| (list, sku))) {
            let found = self.working_set.stock_by_key(list_id(key.0), SKU_NAMES[key.1]).map(numbers);
            assert_eq!(found, self.naive.numbers_now(key), "stock {key:?}");
        }
        for (line, item) in self.items.iter().enumerate() {
            let found = match self.working_set.reservation(*item).expect("each line has a hold").state {
                ReservationState::Open => Standing::Open,
                ReservationState::Reported => Standing::Reported,
                ReservationState::Settled => Standing::Settled,
                ReservationState::Cancelled => Standing::Cancelled,
                ReservationState::Short => unreachable!("no step looks for anything at a location"),
            };
            assert_eq!(found, self.naive.standing_now(line), "line {line}");
        }
    }

    fn assert_not_oversold(&self, verdict: &Verdict) {
        let Verdict::Placed(lines) = verdict else { return };
        assert!(lines.iter().all(|oversold| !oversold), "a guarded order is never marked as oversold");
        for item in &self.items[self.items.len() - lines.len()..] {
            if self
                .working_set
                .reservation(*item)
                .is_some_and(|reservation| reservation.state == ReservationState::Settled)
            {
                continue;
            }
            let stock =
                self.working_set.item(*item).and_then(|item| self.working_set.stock(item.stock)).expect("it was held");
            assert!(stock.available_unclamped() >= 0, "a guarded order took more than there was: {stock:?}");
        }
    }

    fn assert_repeat_changes_nothing(&mut self, command: &Command, verdict: &Verdict) {
        let context = Context { actor: UserId::new(1), now: Timestamp::from_micros(self.now + 1) };
        let outcome =
            decide(&mut self.working_set, command, context).expect("what was accepted once is accepted again");
        assert_eq!(self.verdict(&outcome), *verdict);
        self.books.assert_untouched(&mut self.working_set);
    }
}

/// From small numbers to commands.
impl Pair {
    fn place(&self, entry: EntryPoint, number: u8, lines: &[(Key, i64, bool, OrderStatus)]) -> Command {
        let line = |((list, sku), units, by_id, status): &(Key, i64, bool, OrderStatus)| {
            let known = self.working_set.product(&ProductRef::Sku(SKU_NAMES[*sku].to_owned()));
            NewLine {
                product: match by_id {
                    true => ProductRef::Id(known.map_or(ProductId::new(99), |product| product.id)),
                    false => ProductRef::Sku(SKU_NAMES[*sku].to_owned()),
                },
                status: *status,
                ..commands::line(list_id(*list), SKU_NAMES[*sku], *units)
            }
        };
        Command::PlaceOrder(PlaceOrder {
            channel: match entry {
                EntryPoint::Own => None,
                EntryPoint::Accepting => Some(ChannelId::new(1)),
                EntryPoint::Refusing => Some(ChannelId::new(2)),
                EntryPoint::Unknown => Some(ChannelId::new(3)),
            },
            ..commands::order(&format!("N{number}"), lines.iter().map(line).collect())
        })
    }

    fn release(&self, line: usize, (kind, code): (u8, u8), update_stock: bool, registered: Option<i64>) -> Command {
        Command::ReleaseItem(ReleaseItem {
            item: self.item(line),
            code: code.to_string(),
            integration_type: if kind == 0 { ERP.to_owned() } else { kind.to_string() },
            update_stock,
            registered_at: registered.map(Timestamp::from_micros),
        })
    }

    fn write(&self, rows: &[Row], create_unknown_products: bool) -> Command {
        let row = |row: &Row| {
            let (list, sku) = (list_id(row.key.0), SKU_NAMES[row.key.1].to_owned());
            let quantity = |units: i64| Quantity::new(units).expect("within the limits");
            WriteStock {
                target: match row.by_id {
                    true => StockTarget::Id(
                        self.working_set.stock_by_key(list, &sku).map_or(StockId::new(7), |found| found.id),
                    ),
                    false => StockTarget::Key(StockKey { list, sku }),
                },
                on_hand: row.level.map(quantity),
                reserved: row.reserved.map(quantity),
                unit: None,
                extra_field: None,
                snapshot_at: row.snapshot.map(Timestamp::from_micros),
                expected: None,
                explanation: None,
            }
        };
        let rows = rows.iter().map(row).collect();
        Command::WriteStocks(WriteStocks { rows, create_unknown_products, source: None })
    }

    /// Lines to cancel: mostly those of the order itself.
    fn choose_lines(&self, order: usize, wanted: &[usize]) -> Vec<usize> {
        let own: Vec<usize> = (0..self.naive.lines()).filter(|line| self.naive.order_of(*line) == order).collect();
        let choose = |number: &usize| match own.is_empty() || number.is_multiple_of(10) {
            true => number % (self.naive.lines() + 1),
            false => own[number % own.len()],
        };
        wanted.iter().map(choose).collect()
    }

    fn item(&self, line: usize) -> OrderItemId {
        self.items.get(line).copied().unwrap_or(OrderItemId::new(7))
    }

    fn line(&self, item: OrderItemId) -> usize {
        self.items.iter().position(|id| *id == item).unwrap_or(self.items.len())
    }
}

/// From outcomes to verdicts.
impl Pair {
    fn verdict(&self, outcome: &Outcome) -> Verdict {
        match outcome {
            Outcome::OrderPlaced(_, items) => Verdict::Placed(items.iter().map(|item| item.oversold).collect()),
            Outcome::ItemReleased(mapping) => {
                Verdict::Released { line: self.line(mapping.item), code: mapping.code.parse().expect("a small number") }
            }
            Outcome::ItemsCancelled(order, items) => {
                let dead = |status| status == OrderStatus::Cancelled;
                Verdict::Cancelled(items.iter().map(|item| dead(item.status)).collect(), dead(order.status))
            }
            Outcome::StocksWritten(rows) => {
                Verdict::Written(rows.iter().map(|row| (row.created, numbers(&row.stock))).collect())
            }
            Outcome::ItemEdited(_) => Verdict::Marked,
            Outcome::ReportedSettled(lines) => {
                Verdict::Settled(lines.iter().map(|line| self.line(line.item)).collect())
            }
            Outcome::StocksImported(rows) => Verdict::Imported(rows.iter().map(imports::imported).collect()),
            Outcome::OrderEdited(..)
            | Outcome::OutgoingTold(_)
            | Outcome::StocksAdjusted(_)
            | Outcome::StockTransferred { .. }
            | Outcome::StockRemoved
            | Outcome::Cart(_)
            | Outcome::Fulfilment(_) => {
                unreachable!("no step edits an order, adjusts or removes a stock or is of fulfilment")
            }
        }
    }

    fn refused(&self, rejection: &Rejection) -> Verdict {
        let lines = |items: &[OrderItemId]| -> Vec<usize> { items.iter().map(|item| self.line(*item)).collect() };
        match rejection {
            Rejection::NotFound => Verdict::NotFound,
            Rejection::UnknownChannel(_) => Verdict::UnknownChannel,
            Rejection::OrderNumberTaken => Verdict::NumberTaken,
            Rejection::Rows(faults) => {
                Verdict::Rows(faults.iter().map(|(row, fault)| (*row, fault_of(fault))).collect())
            }
            Rejection::InsufficientStock(short) => {
                let sku = |name: &str| SKU_NAMES.iter().position(|sku| *sku == name).expect("one of ours");
                let short =
                    short.iter().map(|one| ((one.list.get() as usize - 1, sku(&one.sku)), one.asked, one.available));
                Verdict::Short(short.collect())
            }
            Rejection::MoreListsNeeded | Rejection::NoListHasIt(_) => unreachable!("its lines name their lists"),
            Rejection::ReservedTooLarge => Verdict::TooLarge,
            Rejection::OversoldTooLarge { .. } => unreachable!("its channels oversell by as much as can be held"),
            Rejection::MappedToAnotherCode { code } => Verdict::OtherCode(code.parse().expect("a small number")),
            Rejection::ItemCodeTaken => Verdict::ItemCodeTaken,
            // In the order of ids, of which an unknown line has one that is smaller than all others.
            Rejection::NotInOrder(items) => {
                let mut lines = lines(items);
                lines.sort_unstable();
                Verdict::NotInOrder(lines)
            }
            Rejection::AlreadyShipped(items) => Verdict::Shipped(lines(items)),
            Rejection::Cancelled => Verdict::Dead,
            Rejection::IllegalCommand { .. }
            | Rejection::ForeignLines(_)
            | Rejection::TooManyUnits { .. }
            | Rejection::TooManyLines
            | Rejection::PackageTaken(_)
            | Rejection::SourceChanged
            | Rejection::CartReferenceTaken
            | Rejection::CartEnded { .. }
            | Rejection::NotInCart(_)
            | Rejection::CartEmpty
            | Rejection::TransferReferenceTaken(_)
            | Rejection::StockInUse(_)
            | Rejection::UnknownLocation(_)
            | Rejection::Moves(_) => {
                unreachable!("no step is of fulfilment, transfers stock or removes it")
            }
        }
    }
}

fn fault_of(fault: &RowRejection) -> naive::Fault {
    match fault {
        RowRejection::UnknownList(_) => naive::Fault::List,
        RowRejection::UnknownProduct(_) => naive::Fault::Product,
        RowRejection::StaleSnapshot { stored } => naive::Fault::Older(stored.micros()),
        RowRejection::StaleRow => naive::Fault::Stale,
        RowRejection::TouchedSince => naive::Fault::Touched,
        RowRejection::BelowZero => naive::Fault::Below,
        RowRejection::TooLarge => naive::Fault::TooLarge,
        RowRejection::Settled
        | RowRejection::UnknownStock
        | RowRejection::UnexpectedLevel { .. }
        | RowRejection::Changed { .. } => {
            unreachable!("such a row is not even sent")
        }
    }
}

fn numbers(stock: &Stock) -> naive::Numbers {
    let Stock { on_hand, reserved, external, reported, .. } = *stock;
    naive::Numbers { on_hand, reserved, external, reported }
}

fn begin(status: OrderStatus) -> Begin {
    match status {
        OrderStatus::Refunded => Begin::PaidBack,
        OrderStatus::Shipped => Begin::Gone,
        _ => Begin::Ordered,
    }
}

fn list_id(index: usize) -> StockListId {
    StockListId::new(index as i64 + 1)
}

impl Row {
    /// With its time counted back from `now`.
    fn at(self, now: i64) -> Self {
        Self { snapshot: self.snapshot.map(|ago| now - ago), ..self }
    }
}
