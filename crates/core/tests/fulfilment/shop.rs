//! A shop with locations: commands by names, and their results as short texts.
//!
//! Location `n` has list `n`. A stock is written `10-4-1=5`: on hand, reserved, reported, available; `!` behind it
//! means that it is off sale. A line's reservation is written `open X@1`. Time goes on by a second with every command.

use std::collections::BTreeMap;

use onhand_core::commands::{
    EditItem, FulfilmentCommand, ImportStock, ImportStocks, ItemEdit, LevelChange, NewLine, PlaceOrder, RecordCount,
    RegisterMove, RegisterMoves, ReleaseItem, RemoveDiscrepancies, ReservedChange, RunPackage, RunTransfer, SomeUnits,
    SourceOrder, WriteStock,
};
use onhand_core::fulfilment::list_sourcing::{CandidateList, CandidateStore, ListSourcing, SourcingRule};
use onhand_core::fulfilment::{
    CountMode, Discrepancy, DiscrepancyEnds, MoveKind, MoveState, PackageCommand, PackageItem, Reason, StockLocation,
    TransferCommand,
};
use onhand_core::{
    Changes, Command, Context, FulfilmentOutcome, ImportId, MoveRegistration, Order, OrderId, OrderItemId, OrderStatus,
    Outcome, PackageId, Quantity, Rejection, ReservationState, StockList, StockListId, StockLocationId, StockMoveId,
    Timestamp, TransferId, UserId, WorkingSet, decide,
};
use onhand_testkit::commands;

use crate::database::Database;

const LINES_MAX: usize = 100;

pub(crate) struct Shop {
    pub(crate) working_set: WorkingSet,
    /// What the last command changed.
    pub(crate) last: Changes,
    /// What the last command about packages, transfers, counts or moves answered.
    pub(crate) answer: Option<FulfilmentOutcome>,
    database: Database,
    now: i64,
    actor: i64,
    orders: BTreeMap<String, (OrderId, Vec<OrderItemId>)>,
}

impl Shop {
    /// Locations 1 to 3, of which number 3 flags what it counts differently.
    pub(crate) fn open() -> Self {
        let mut working_set = WorkingSet::new(commands::ids(1, 100_000));
        for number in 1..=3 {
            let list = StockListId::new(number);
            let location = Some(StockLocationId::new(number));
            working_set.put_list(StockList { location, ..commands::stock_list(list) });
            let count_mode = if number == 3 { CountMode::Mark } else { CountMode::Adjust };
            let id = StockLocationId::new(number);
            let discrepancy_ends = DiscrepancyEnds::default();
            let (at, is_open, short_lines_first, priority) = (None, true, true, number);
            let location =
                StockLocation { id, list, priority, at, is_open, count_mode, discrepancy_ends, short_lines_first };
            working_set.fulfilment.locations.put(id, location);
        }
        Self {
            working_set,
            last: Changes::default(),
            answer: None,
            database: Database::default(),
            now: 0,
            actor: 1,
            orders: BTreeMap::new(),
        }
    }

    fn decide(&mut self, command: &Command) -> Result<Outcome, Rejection> {
        self.now += 1_000_000;
        let context = Context { actor: UserId::new(self.actor), now: Timestamp::from_micros(self.now) };
        let decided = decide(&mut self.working_set, command, context);
        self.last = self.working_set.take_changes();
        self.database.write(&self.working_set, &self.last);
        assert!(decided.is_ok() || self.last.is_empty(), "a refused command changed {:?}", self.last);
        decided
    }

    fn fulfilment(&mut self, command: FulfilmentCommand) -> Result<FulfilmentOutcome, Rejection> {
        match self.decide(&Command::Fulfilment(command))? {
            Outcome::Fulfilment(outcome) => {
                self.answer = Some(outcome.clone());
                Ok(outcome)
            }
            other => panic!("{other:?}"),
        }
    }

    /// The second of the last command.
    pub(crate) fn second(&self) -> i64 {
        self.now / 1_000_000
    }

    /// A second passes in which nothing happens here.
    pub(crate) fn pass(&mut self) {
        self.now += 1_000_000;
    }

    fn ago(&self, seconds: Option<i64>) -> Option<Timestamp> {
        seconds.map(|ago| Timestamp::from_micros(self.now + 1_000_000 - ago * 1_000_000))
    }

    /// A list is taken to know of its moves at once.
    pub(crate) fn register_moves_at_once(&mut self, list: i64) {
        self.list(list, |list| list.move_registration = MoveRegistration::NextLevel);
    }

    /// Changes a list.
    pub(crate) fn list(&mut self, list: i64, change: impl Fn(&mut StockList)) {
        let mut row = *self.working_set.list(StockListId::new(list)).expect("one of three");
        change(&mut row);
        self.working_set.put_list(row);
    }

    /// The ERP registers moves, as (their place among all, its code).
    pub(crate) fn register(&mut self, moves: &[(usize, &str)], ago: Option<i64>) -> Result<(), Rejection> {
        let ids: Vec<StockMoveId> = self.working_set.fulfilment.moves.all().map(|one| one.id).collect();
        let registered_at = self.ago(ago);
        let row = |(place, code): &(usize, &str)| RegisterMove {
            id: ids.get(*place - 1).copied().unwrap_or(StockMoveId::new(7)),
            code: (*code).to_owned(),
            registered_at,
        };
        let rows = moves.iter().map(row).collect();
        self.fulfilment(FulfilmentCommand::Register(RegisterMoves { rows })).map(drop)
    }

    /// All moves, each as `order_item 2 1>2 waiting`.
    pub(crate) fn moves(&self) -> Vec<String> {
        let text = |one: &onhand_core::fulfilment::StockMove| {
            let state = match one.state {
                MoveState::Waiting => "waiting",
                MoveState::Registered => "registered",
                MoveState::Cancelled => "cancelled",
            };
            assert!(one.transfer.is_some() || one.kind == MoveKind::OrderItem, "{one:?}");
            let (kind, units) = (one.kind.word(), one.quantity.units());
            format!("{kind} {units} {}>{} {state}", one.from_list.get(), one.to_list.get())
        };
        self.working_set.fulfilment.moves.all().map(text).collect()
    }

    /// The ERP writes a level, taken so many seconds ago.
    pub(crate) fn level(&mut self, sku: &str, list: i64, level: i64, ago: Option<i64>) {
        assert!(self.try_level(sku, list, level, ago), "a level is written");
    }

    /// The same, unless it is older than the one that is stored.
    pub(crate) fn try_level(&mut self, sku: &str, list: i64, level: i64, ago: Option<i64>) -> bool {
        let row = WriteStock { snapshot_at: self.ago(ago), ..commands::level(StockListId::new(list), sku, level) };
        self.decide(&commands::write(row)).is_ok()
    }

    pub(crate) fn try_order(&mut self, number: &str, lines: &[(&str, i64, i64)]) -> Result<(), Rejection> {
        let line = |(sku, list, units): &(&str, i64, i64)| commands::line(StockListId::new(*list), sku, *units);
        self.try_place(number, commands::order(number, lines.iter().map(line).collect()))
    }

    /// An order whose lines leave list 0 to the rule `nearest_store`, among these lists, farthest first.
    pub(crate) fn try_chosen_order(
        &mut self,
        number: &str,
        lines: &[(&str, i64, i64)],
        farthest_first: [i64; 3],
    ) -> Result<(), Rejection> {
        let line = |(sku, list, units): &(&str, i64, i64)| {
            let named = (*list != 0).then_some(StockListId::new(*list));
            NewLine { list: named, ..commands::line(StockListId::new(*list), sku, *units) }
        };
        let candidate = |(place, list): (i64, i64)| CandidateList {
            list: StockListId::new(list),
            is_main: false,
            store: Some(CandidateStore { is_open: true, has_pickup: false }),
            priority: 100,
            distance: Some(9_000 - place * 1_000),
            safety_stock: 0,
        };
        let lists = (0..).zip(farthest_first).map(candidate).collect();
        let rule = SourcingRule::NearestStore;
        let sourcing = Some(ListSourcing { rule, lists, ..ListSourcing::default() });
        let order = commands::order(number, lines.iter().map(line).collect());
        self.try_place(number, PlaceOrder { sourcing, ..order })
    }

    /// The same, sourced.
    pub(crate) fn chosen_order(&mut self, number: &str, lines: &[(&str, i64, i64)], farthest_first: [i64; 3]) {
        self.try_chosen_order(number, lines, farthest_first).expect("it fits");
        self.plan(number, None);
    }

    /// Sourcing gives nothing to a location any more.
    pub(crate) fn close(&mut self, location: i64) {
        let id = StockLocationId::new(location);
        let row = *self.working_set.fulfilment.locations.get(id).expect("one of three");
        self.working_set.fulfilment.locations.put(id, StockLocation { is_open: false, ..row });
    }

    fn try_place(&mut self, number: &str, order: PlaceOrder) -> Result<(), Rejection> {
        let Outcome::OrderPlaced(order, items) = self.decide(&Command::PlaceOrder(order))? else { panic!("placed") };
        self.orders.insert(number.to_owned(), (order.id, items.iter().map(|item| item.id).collect()));
        Ok(())
    }

    /// An order of (SKU, list, units), sourced.
    pub(crate) fn order(&mut self, number: &str, lines: &[(&str, i64, i64)]) {
        self.try_order(number, lines).expect("it fits");
        self.plan(number, None);
    }

    /// Plans an order; the lines that no location has, counted from 1.
    pub(crate) fn plan(&mut self, number: &str, gather_at: Option<i64>) -> Vec<usize> {
        let (order, items) = self.orders[number].clone();
        let gather_at = gather_at.map(StockLocationId::new);
        let plan = SourceOrder { order, gather_at, near: None, lines: LINES_MAX };
        let Ok(FulfilmentOutcome::Sourced(plan)) = self.fulfilment(FulfilmentCommand::Source(plan)) else {
            panic!("planned")
        };
        let place = |item: &OrderItemId| items.iter().position(|one| one == item).expect("a line of the order") + 1;
        plan.unplanned.iter().map(place).collect()
    }

    pub(crate) fn item(&self, line: &str) -> OrderItemId {
        let (order, line) = line.split_once('.').expect("order.line");
        self.orders[order].1[line.parse::<usize>().expect("a number") - 1]
    }

    /// Gives a package a command; `lines` of its order are not there (`[]` means all).
    pub(crate) fn package(&mut self, number: &str, command: PackageCommand, lines: &[&str]) -> Result<(), Rejection> {
        let package = self
            .working_set
            .fulfilment
            .packages
            .all()
            .find(|one| one.number == number)
            .map_or(PackageId::new(7), |one| one.id);
        let wanted: Vec<_> = lines.iter().map(|line| self.item(line)).collect();
        let of_lines = self.working_set.fulfilment.package_items.all();
        let of_lines = of_lines
            .filter(|one| wanted.contains(&one.item) && one.package == package)
            .map(|one| one.id.into())
            .collect();
        let items = (!lines.is_empty()).then_some(of_lines);
        let (reason, near, lines) = (Reason::OutOfStock, None, LINES_MAX);
        self.fulfilment(FulfilmentCommand::Package(RunPackage { package, command, items, reason, near, lines }))
            .map(drop)
    }

    /// Gives a package a command about some units of a line of its order.
    pub(crate) fn some(
        &mut self,
        number: &str,
        command: PackageCommand,
        line: &str,
        units: i64,
    ) -> Result<(), Rejection> {
        self.some_of_each(number, command, &[(line, units)])
    }

    /// The same of several lines.
    pub(crate) fn some_of_each(
        &mut self,
        number: &str,
        command: PackageCommand,
        lines: &[(&str, i64)],
    ) -> Result<(), Rejection> {
        let package =
            self.working_set.fulfilment.packages.all().find(|one| one.number == number).expect("it is here").id;
        let one = |(line, units): &(&str, i64)| {
            let item = self.item(line);
            let of_line = |one: &&PackageItem| one.item == item && one.package == package && one.state.has_line();
            let line = self.working_set.fulfilment.package_items.all().find(of_line).expect("it is in the package").id;
            SomeUnits { line, units: Quantity::new(*units) }
        };
        let items = Some(lines.iter().map(one).collect());
        let (reason, near, lines) = (Reason::OutOfStock, None, LINES_MAX);
        let run = RunPackage { package, command, items, reason, near, lines };
        let done = self.fulfilment(FulfilmentCommand::Package(run)).map(drop);
        self.know_parts();
        done
    }

    /// Lines that were split off count after those that were ordered.
    fn know_parts(&mut self) {
        for (order, items) in self.orders.values_mut() {
            let new: Vec<_> =
                self.working_set.items_of(*order).into_iter().filter(|item| !items.contains(item)).collect();
            items.extend(new);
        }
    }

    /// The user that gives the next commands.
    pub(crate) fn by(&mut self, actor: i64) -> &mut Self {
        self.actor = actor;
        self
    }

    pub(crate) fn transfer(&mut self, number: &str, command: TransferCommand, lines: &[&str]) -> Result<(), Rejection> {
        let transfer = self
            .working_set
            .fulfilment
            .transfers
            .all()
            .find(|one| one.number == number)
            .map_or(TransferId::new(7), |one| one.id);
        let wanted: Vec<_> = lines.iter().map(|line| self.item(line)).collect();
        let of_lines = self.working_set.fulfilment.transfer_items.all();
        let of_lines =
            of_lines.filter(|one| wanted.contains(&one.item) && one.transfer == transfer).map(|one| one.id.into());
        let of_lines = of_lines.collect();
        let items = (!lines.is_empty()).then_some(of_lines);
        let (reason, near, lines) = (Reason::Damaged, None, LINES_MAX);
        self.fulfilment(FulfilmentCommand::Transfer(RunTransfer { transfer, command, items, reason, near, lines }))
            .map(drop)
    }

    /// Says that some units of a line are not where a transfer looks for it.
    pub(crate) fn not_fetched(&mut self, number: &str, line: &str, units: i64) -> Result<(), Rejection> {
        let item = self.item(line);
        let transfer =
            self.working_set.fulfilment.transfers.all().find(|one| one.number == number).expect("it is here").id;
        let line =
            self.working_set.fulfilment.fetched_by(transfer).find(|one| one.item == item).expect("it fetches it").id;
        let items = Some(vec![SomeUnits { line, units: Quantity::new(units) }]);
        let (command, reason, near, lines) = (TransferCommand::NotFound, Reason::OutOfStock, None, LINES_MAX);
        let run = RunTransfer { transfer, command, items, reason, near, lines };
        let done = self.fulfilment(FulfilmentCommand::Transfer(run)).map(drop);
        self.know_parts();
        done
    }

    /// A file changes a level by a difference.
    pub(crate) fn adjust(&mut self, sku: &str, list: i64, difference: i64) {
        let row = ImportStock {
            sku: sku.to_owned(),
            level: LevelChange::Difference(difference),
            reserved: ReservedChange::Keep,
            unit: None,
            snapshot_at: None,
            expected: None,
        };
        let list = StockListId::new(list);
        let import = ImportStocks {
            import: Some(ImportId::new(1)),
            list,
            rows: vec![row],
            create_unknown_products: false,
            explanation: None,
        };
        self.decide(&Command::ImportStocks(import)).expect("imported");
    }

    /// Counts; the result of each line, as `expected counted result`.
    pub(crate) fn count(&mut self, location: i64, lines: &[(&str, i64)]) -> Result<Vec<String>, Rejection> {
        self.count_ago(location, lines, None)
    }

    /// The same, counted so many seconds ago.
    pub(crate) fn count_ago(
        &mut self,
        location: i64,
        lines: &[(&str, i64)],
        ago: Option<i64>,
    ) -> Result<Vec<String>, Rejection> {
        let counted_at = self.ago(ago);
        let quantity = |counted: i64| Quantity::new(counted).expect("a quantity");
        let lines = lines.iter().map(|(sku, counted)| ((*sku).to_owned(), quantity(*counted))).collect();
        let count = RecordCount { location: StockLocationId::new(location), counted_at, lines };
        let FulfilmentOutcome::Counted(count) = self.fulfilment(FulfilmentCommand::Count(count))? else {
            panic!("counted")
        };
        let text = |line: &onhand_core::fulfilment::CountLine| {
            format!("{} {} {}", line.expected, line.counted, line.result.word())
        };
        Ok(count.lines.iter().map(text).collect())
    }

    /// What ends the discrepancies of a location from now on.
    pub(crate) fn ends(&mut self, location: i64, discrepancy_ends: DiscrepancyEnds) {
        self.location(location, |location| location.discrepancy_ends = discrepancy_ends);
    }

    /// Changes a location.
    pub(crate) fn location(&mut self, location: i64, change: impl Fn(&mut StockLocation)) {
        let id = StockLocationId::new(location);
        let mut row = *self.working_set.fulfilment.locations.get(id).expect("one of three");
        change(&mut row);
        self.working_set.fulfilment.locations.put(id, row);
    }

    /// The lines that are noted as unplanned, as `order.line reason`.
    pub(crate) fn unplanned(&self) -> Vec<String> {
        let name = |item: OrderItemId| {
            let place = |items: &[OrderItemId]| items.iter().position(|one| *one == item);
            let found = self.orders.iter().find_map(|(number, (_, items))| Some((number, place(items)?)));
            found.map_or_else(|| item.get().to_string(), |(number, place)| format!("{number}.{}", place + 1))
        };
        let rows = self.working_set.fulfilment.unplanned.all();
        rows.map(|row| format!("{} {}", name(row.item), row.reason.word())).collect()
    }

    /// How each discrepancy has ended, or `active`, oldest first.
    pub(crate) fn ended(&self) -> Vec<&'static str> {
        let ended = |one: &Discrepancy| one.ended.map_or("active", |(ended, _)| ended.word());
        self.working_set.fulfilment.discrepancies.all().map(ended).collect()
    }

    /// Removes every discrepancy.
    pub(crate) fn remove_all(&mut self) -> usize {
        let ids = self.working_set.fulfilment.discrepancies.all().map(|one| one.id).collect();
        let Ok(FulfilmentOutcome::Removed(count)) =
            self.fulfilment(FulfilmentCommand::Remove(RemoveDiscrepancies { ids }))
        else {
            panic!("removed")
        };
        count
    }

    pub(crate) fn release(&mut self, line: &str) {
        self.release_at(line, None);
    }

    /// The ERP registers a line, or says so now, so many seconds ago.
    pub(crate) fn release_at(&mut self, line: &str, ago: Option<i64>) {
        let release = ReleaseItem { registered_at: self.ago(ago), ..commands::release(self.item(line), line) };
        self.decide(&Command::ReleaseItem(release)).expect("released");
    }

    pub(crate) fn cancel(&mut self, number: &str, lines: &[&str]) -> Result<(), Rejection> {
        let items = lines.iter().map(|line| self.item(line)).collect();
        self.decide(&commands::cancel(self.orders[number].0, items)).map(drop)
    }

    /// Gives a line another status, or, without one, other attributes.
    pub(crate) fn edit(&mut self, line: &str, status: Option<OrderStatus>) {
        let attributes = status.is_none().then(|| r#"{"gift": true}"#.to_owned());
        let edit = ItemEdit { status, attributes, ..ItemEdit::default() };
        self.decide(&Command::EditItem(EditItem { item: self.item(line), edit })).expect("edited");
    }

    /// A stock as text.
    pub(crate) fn stock(&self, sku: &str, list: i64) -> String {
        let Some(stock) = self.working_set.stock_by_key(StockListId::new(list), sku) else { return "none".to_owned() };
        let mark = if stock.discrepancy_at.is_some() { "!" } else { "" };
        format!("{}-{}-{}={}{mark}", stock.on_hand, stock.reserved, stock.reported, stock.available())
    }

    /// An order's status, its lines' and their reservations, its packages and transfers.
    pub(crate) fn story(&self, number: &str) -> String {
        let (order, items) = &self.orders[number];
        let fulfilment = &self.working_set.fulfilment;
        let line = |item: &OrderItemId| {
            let reservation = self.working_set.reservation(*item).expect("a line has its hold");
            let stock = self.working_set.stock(reservation.stock).expect("it is here");
            let state = match reservation.state {
                ReservationState::Open => "open",
                ReservationState::Reported => "reported",
                ReservationState::Settled => "settled",
                ReservationState::Cancelled => "cancelled",
                ReservationState::Short => return "short".to_owned(),
            };
            format!("{state} {}@{}", stock.sku, stock.list.get())
        };
        let status = |order: &Order| order.status.name().to_owned();
        let mut parts = vec![self.working_set.order(*order).map(status).expect("it is here")];
        parts.push(items.iter().map(line).collect::<Vec<_>>().join(", "));
        for package in fulfilment.packages_of(*order) {
            let lines = fulfilment.lines_of(package.id).filter(|line| line.state.has_line());
            let lines: Vec<_> =
                lines.map(|line| items.iter().position(|one| *one == line.item).expect("ours") + 1).collect();
            parts.push(format!("{}@{} {} {lines:?}", package.number, package.location.get(), package.state.name()));
        }
        for transfer in fulfilment.transfers.all().filter(|transfer| transfer.order == *order) {
            let (from, to) = (transfer.source.get(), transfer.destination.get());
            parts.push(format!("{} {from}>{to} {}", transfer.number, transfer.state.name()));
        }
        parts.join("; ")
    }

    /// Every number is the sum of the reservations behind it.
    pub(crate) fn assert_sound(&self, skus: &[&str]) {
        let reservations =
            || self.orders.values().flat_map(|(_, items)| items).filter_map(|item| self.working_set.reservation(*item));
        for (sku, list) in skus.iter().flat_map(|sku| (1..=3).map(move |list| (sku, list))) {
            let Some(stock) = self.working_set.stock_by_key(StockListId::new(list), sku) else { continue };
            let sum = |state| {
                reservations()
                    .filter(|reservation| reservation.stock == stock.id && reservation.state == state)
                    .map(|h| h.quantity.units())
                    .sum::<i64>()
            };
            let kept: i64 = self.working_set.fulfilment.kept_on(stock.id).map(|kept| kept.quantity.units()).sum();
            let expected = (sum(ReservationState::Open), sum(ReservationState::Reported) + kept);
            assert_eq!((stock.reserved, stock.reported), expected, "{stock:?}");
        }
    }
}
