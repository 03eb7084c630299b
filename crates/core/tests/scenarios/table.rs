//! Scenario tables: business events as lines of text, their results as the last column.
//!
//! Promises: every row that does something is compared, the whole table is shown with what really happened, and a
//! rejected row has left no trace in the working set. Must not know any rule: it only says what it saw.
//!
//! A stock is written `A 10-4-1=5`: on hand, reserved, reported, available. `4(3)` means that 3 of the 4 reserved are
//! external; `A@2` is SKU A in list 2. Times of day are set by `tick`; every row is a little later than the one above.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::iter::once;

use crate::database::Database;
use crate::words::{Options, quantity, seen_row, status_named, time, words};
use onhand_core::commands::{
    CancelItems, EditItem, EditOrder, Expected, ImportStock, ImportStocks, ItemEdit, LevelChange, NewLine, PlaceOrder,
    ProductRef, ReleaseItem, ReservedChange, SettleReason, SettleReported, StockTarget, TextEdit, WriteStock,
    WriteStocks, undo_fault, undo_row,
};
use onhand_core::rejection::RowRejection;
use onhand_core::{
    Cause, Channel, ChannelId, Command, Context, ImportId, ImportedStock, Movement, OrderId, OrderItemId, OrderStatus,
    Outcome, Oversell, Product, ProductId, Rejection, ReleaseMode, RowStatus, Stock, StockId, StockKey, StockList,
    StockListId, Timestamp, UnitType, UserId, WorkingSet, Written, decide,
};
use onhand_testkit::commands;

/// Runs a table; panics with the table as it really went if a row came out differently.
pub(crate) fn check(table: &str) {
    let mut shop = Shop::open();
    let (mut wanted, mut seen) = (String::new(), String::new());
    let mut compared = 0;
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (row, expected) = match line.split_once("->") {
            Some((row, expected)) => (row.trim(), Some(words(expected).join(" "))),
            None => (line, None),
        };
        let happened = shop.run(row);
        assert_eq!(happened.is_some(), expected.is_some(), "only rows that do something have a result: {line}");
        if let (Some(expected), Some(happened)) = (expected, happened) {
            writeln!(wanted, "{row} -> {expected}").expect("a string takes any text");
            writeln!(seen, "{row} -> {happened}").expect("a string takes any text");
            compared += 1;
        }
    }
    assert!(compared > 0, "a table without a result checks nothing");
    assert_eq!(seen, wanted, "\nexpected\n{wanted}\nhappened\n{seen}");
}

/// A working set and the names that the table has given to things in it.
struct Shop {
    working_set: WorkingSet,
    database: Database,
    now: Timestamp,
    channels: BTreeMap<String, ChannelId>,
    orders: BTreeMap<String, OrderId>,
    items: BTreeMap<String, OrderItemId>,
    imports: BTreeMap<String, Import>,
    /// What was written in each stock when the table last looked.
    seen: BTreeMap<(StockListId, String), Written>,
    /// The name of the order or the import that the row is about to make.
    placing: String,
    /// The list and the SKUs of the import that the row is about to make.
    importing: (StockListId, Vec<String>),
    /// What the row says before what its command does.
    notes: Vec<String>,
    /// Everything that has happened.
    movements: Vec<Movement>,
}

/// An import that a table has made: its list, its SKUs, the result of each row.
struct Import {
    list: StockListId,
    rows: Vec<(String, ImportedStock)>,
}

impl Shop {
    fn open() -> Self {
        let working_set = WorkingSet::new(commands::ids(1, 100_000));
        let (channels, orders, items, imports, seen) = Default::default();
        let database = Database::default();
        let (placing, importing, notes) = (String::new(), (StockListId::new(0), Vec::new()), Vec::new());
        Self {
            working_set,
            database,
            now: time("00:00"),
            channels,
            orders,
            items,
            imports,
            seen,
            placing,
            importing,
            notes,
            movements: Vec::new(),
        }
    }

    /// Runs one row. Its result, unless it only sets the scene.
    fn run(&mut self, row: &str) -> Option<String> {
        let (word, rest) = row.split_once(' ').expect("a row is a word and what it is about");
        let command = match word {
            "tick" => {
                let to = time(rest.trim());
                assert!(to >= self.now, "time does not run backwards");
                self.now = to;
                return None;
            }
            "list" | "channel" | "product" => {
                self.set_scene(word, &words(rest));
                return None;
            }
            "look" => {
                self.look(&words(rest));
                return None;
            }
            "stock" => self.stock(rest),
            "import" => self.import(rest),
            "undo" => self.undo(&words(rest)),
            "undo-write" => self.undo_write(rest.trim()),
            "order" => self.order(&words(rest)),
            "release" => self.release(&words(rest)),
            "cancel" => self.cancel(&words(rest)),
            "settle" => self.settle(&words(rest)),
            "status" | "sent" => self.edit(word, &words(rest)),
            other => panic!("there is no row that starts with {other}"),
        };
        self.now = Timestamp::from_micros(self.now.micros() + 1);
        let before = self.picture();
        let result = decide(&mut self.working_set, &command, Context { actor: UserId::new(1), now: self.now });
        let changes = self.working_set.take_changes();
        self.database.write(&self.working_set, &changes);
        self.movements.extend(changes.movements.iter().cloned());
        let all_refused = |rows: &[ImportedStock]| {
            rows.iter().all(|row| matches!(row.status, RowStatus::Rejected(_)) && row.before == row.after)
        };
        Some(match result {
            Ok(Outcome::StocksImported(rows)) if all_refused(&rows) => {
                assert!(changes.is_empty(), "refused, and yet recorded: {changes:?}");
                assert_eq!(self.picture(), before, "refused, and yet changed: {row}");
                self.describe(&Outcome::StocksImported(rows), &changes.movements)
            }
            Ok(outcome) => self.describe(&outcome, &changes.movements),
            Err(rejection) => {
                assert!(changes.is_empty(), "refused, and yet recorded: {changes:?}");
                assert_eq!(self.picture(), before, "refused, and yet changed: {row}");
                format!("refused: {}", self.refused(&rejection))
            }
        })
    }

    /// Every stock, order and line by name, to notice any change.
    fn picture(&self) -> String {
        let lines = self.items.values().map(|id| (self.working_set.item(*id), self.working_set.reservation(*id)));
        let orders = self.orders.values().map(|id| self.working_set.order(*id));
        let stocks = ["A", "B", "C"].into_iter().flat_map(|sku| [1, 2].map(|list| (sku, StockListId::new(list))));
        let stocks = stocks.map(|(sku, list)| self.working_set.stock_by_key(list, sku));
        format!("{:?} {:?} {:?}", stocks.collect::<Vec<_>>(), orders.collect::<Vec<_>>(), lines.collect::<Vec<_>>())
    }

    fn set_scene(&mut self, word: &str, words: &[&str]) {
        let name = words[0];
        let mut options = Options(words[1..].to_vec());
        match word {
            "list" => self.working_set.put_list(StockList {
                release_mode: match options.flag("immediate") {
                    true => ReleaseMode::Immediate,
                    false => ReleaseMode::UntilNextWrite,
                },
                snapshot_delay_seconds: options.value("delay").map_or(0, |text| text.parse().expect("seconds")),
                is_item_code_unique: !options.flag("codes-shared"),
                ignores_written_reserved: options.flag("ignores-held"),
                reported_settles_after_seconds: options
                    .value("settles-after")
                    .map_or(0, |text| time(text).micros() / 1_000_000),
                ..commands::stock_list(StockListId::new(name.parse().expect("a list is a number")))
            }),
            "channel" => {
                let id = ChannelId::new(self.channels.len() as i64 + 1);
                let accept = options.flag("accept");
                assert_ne!(accept, options.flag("refuse"), "a channel accepts or refuses");
                let oversell = if accept { Oversell::Accept } else { Oversell::Refuse };
                self.working_set.put_channel(Channel { id, oversell, oversell_quantity_max: 1_000 });
                self.channels.insert(name.to_owned(), id);
            }
            _ => {
                let id = ProductId::new(1_000_000 + i64::from(name.as_bytes()[0]));
                self.working_set.put_product(Product { id, sku: name.to_owned() });
            }
        }
        options.done();
    }

    /// `stock A list 1 10 reserved 3 snapshot 09:00; B list 1 5`, `-` for no level, `known` for no new products.
    fn stock(&self, text: &str) -> Command {
        let mut create_unknown_products = true;
        let rows = text.split(';').map(|row| {
            let words = words(row);
            let (sku, level) = (words[0], words[3]);
            let mut options = Options(words[4..].to_vec());
            let key = StockKey { list: StockListId::new(words[2].parse().expect("a list")), sku: sku.to_owned() };
            let stored = self.working_set.stock_by_key(key.list, sku).map(|stock| stock.id);
            let target = match options.flag("by-id") {
                true => StockTarget::Id(stored.unwrap_or(StockId::new(77))),
                false => StockTarget::Key(key),
            };
            create_unknown_products &= !options.flag("known");
            let write = WriteStock {
                target,
                on_hand: (level != "-").then(|| quantity(level)),
                reserved: options.value("held").map(quantity),
                unit: options.flag("kg").then_some(UnitType::Kilogram),
                extra_field: options.value("extra").map(str::to_owned),
                snapshot_at: options.value("snapshot").map(time),
                expected: match options.value("seen") {
                    Some(numbers) => Some(Expected::Row(seen_row(numbers))),
                    None => options.value("expected").map(quantity).map(Expected::Level),
                },
                explanation: None,
            };
            options.done();
            write
        });
        let rows = rows.collect();
        Command::WriteStocks(WriteStocks { rows, create_unknown_products, source: None })
    }

    /// `look list 1 A B`: what is written there is what `expect seen` expects.
    fn look(&mut self, words: &[&str]) {
        let list = StockListId::new(words[1].parse().expect("a list"));
        for sku in &words[2..] {
            let written = self.working_set.stock_by_key(list, sku).map(Stock::written).expect("there is such a stock");
            self.seen.insert((list, (*sku).to_owned()), written);
        }
    }

    /// `import i1 list 1 A 10 reserved 3 snapshot 09:00 expect seen; B +5 expect none; C -5 reserved +1`: a number is a
    /// level, with a sign it is a difference, `-` is no level. `known` for no new products.
    fn import(&mut self, text: &str) -> Command {
        let mut parts = text.trim().splitn(4, ' ').map(str::trim);
        let mut part = || parts.next().expect("import NAME list NUMBER rows");
        part().clone_into(&mut self.placing);
        assert_eq!(part(), "list");
        let list = StockListId::new(part().parse().expect("a list"));
        let mut create_unknown_products = true;
        let change = |text: &str| (text.starts_with(['+', '-']), text.parse().unwrap_or(0));
        let rows = part().split(';').map(|row| {
            let words = words(row);
            let sku = words[0].to_owned();
            let mut options = Options(words[2..].to_vec());
            create_unknown_products &= !options.flag("known");
            let row = ImportStock {
                level: match change(words[1]) {
                    _ if words[1] == "-" => LevelChange::Keep,
                    (true, difference) => LevelChange::Difference(difference),
                    (false, _) => LevelChange::Level(quantity(words[1])),
                },
                reserved: match options.value("held").map(|text| (text, change(text))) {
                    None => ReservedChange::Keep,
                    Some((_, (true, difference))) => ReservedChange::Difference(difference),
                    Some((text, _)) => ReservedChange::Whole(quantity(text)),
                },
                unit: options.flag("kg").then_some(UnitType::Kilogram),
                snapshot_at: options.value("snapshot").map(time),
                expected: options.value("expect").map(|text| match text {
                    "none" => Expected::Written(None),
                    _ => Expected::Written(Some(self.seen[&(list, sku.clone())])),
                }),
                sku,
            };
            options.done();
            row
        });
        let rows: Vec<ImportStock> = rows.collect();
        self.importing = (list, rows.iter().map(|row| row.sku.clone()).collect());
        Command::ImportStocks(ImportStocks {
            import: Some(ImportId::new(1)),
            list,
            rows,
            create_unknown_products,
            explanation: None,
        })
    }

    /// `undo i1` takes an import back; the undoing has the name `undo-i1`.
    fn undo(&mut self, words: &[&str]) -> Command {
        let import = &self.imports[words[0]];
        let mut rows = Vec::new();
        for (sku, row) in &import.rows {
            match row.undo(sku) {
                Ok(row) => rows.extend(row),
                Err(fault) => self.notes.push(format!("{sku} left: {}", fault_text(&fault))),
            }
        }
        self.placing = format!("undo-{}", words[0]);
        self.importing = (import.list, rows.iter().map(|row| row.sku.clone()).collect());
        let list = import.list;
        Command::ImportStocks(ImportStocks {
            import: Some(ImportId::new(2)),
            list,
            rows,
            create_unknown_products: false,
            explanation: None,
        })
    }

    /// `undo-write A`: the newest write of a stock of the first list, whatever has happened since.
    fn undo_write(&mut self, sku: &str) -> Command {
        let list = StockListId::new(1);
        let stock = self.working_set.stock_by_key(list, sku).expect("a stock of the first list").clone();
        let is_write = |one: &&Movement| one.stock == stock.id && matches!(one.cause, Cause::Write | Cause::Import(_));
        let movement = self.movements.iter().rev().find(is_write).expect("it was written");
        let told = undo_fault(&stock, movement);
        let row = undo_row(movement, sku);
        if let Some(fault) = told {
            self.notes.push(format!("told {fault:?}"));
        }
        let rows: Vec<ImportStock> = row.into_iter().collect();
        "undo-write".clone_into(&mut self.placing);
        self.importing = (list, rows.iter().map(|row| row.sku.clone()).collect());
        Command::ImportStocks(ImportStocks {
            import: None,
            list,
            rows,
            create_unknown_products: false,
            explanation: None,
        })
    }

    /// `order o1 via web status shipped A 4, B 1, A@2 3`; `#A` names the product by id.
    fn order(&mut self, words: &[&str]) -> Command {
        let mut options = Options(words[1..].to_vec());
        let channel = options.value("via").map(|name| self.channels.get(name).copied().unwrap_or(ChannelId::new(99)));
        let number = options.value("number").unwrap_or(words[0]).to_owned();
        let status = options.value("status").map_or(OrderStatus::Approved, status_named);
        let lines = options.0.chunks(2).map(|pair| {
            let (sku, list) = pair[0].split_once('@').unwrap_or((pair[0], "1"));
            let by_id =
                |sku| self.working_set.product(&ProductRef::Sku(sku)).map_or(ProductId::new(99), |found| found.id);
            NewLine {
                product: match sku.strip_prefix('#') {
                    Some(sku) => ProductRef::Id(by_id(sku.to_owned())),
                    None => ProductRef::Sku(sku.to_owned()),
                },
                quantity: quantity(pair[1].trim_end_matches(',')),
                status,
                ..commands::line(StockListId::new(list.parse().expect("a list")), sku, 1)
            }
        });
        let lines = lines.collect();
        words[0].clone_into(&mut self.placing);
        Command::PlaceOrder(PlaceOrder { channel, status, ..commands::order(&number, lines) })
    }

    /// `release o1.1 E1 registered 09:00 type shop keep`: `keep` stores the code and leaves the reservation alone.
    fn release(&self, words: &[&str]) -> Command {
        let mut options = Options(words[2..].to_vec());
        let release = ReleaseItem {
            item: self.item(words[0]),
            code: words[1].to_owned(),
            integration_type: options.value("type").unwrap_or("external_company").to_owned(),
            update_stock: !options.flag("keep"),
            registered_at: options.value("registered").map(time),
        };
        options.done();
        Command::ReleaseItem(release)
    }

    /// `settle o1.1 o2.1` by their age, with `by-hand` because a person says so.
    fn settle(&self, words: &[&str]) -> Command {
        let mut options = Options(words.to_vec());
        let reason = if options.flag("by-hand") { SettleReason::Person(None) } else { SettleReason::Age };
        let items = options.0.iter().map(|name| self.item(name)).collect();
        Command::SettleReported(SettleReported { items, reason })
    }

    /// `cancel o1`, or `cancel o1 o1.2 o1.3` for some lines, with `all` for the whole order all the same; `because
    /// o1.2` gives a reason for a line.
    fn cancel(&self, words: &[&str]) -> Command {
        let mut options = Options(words[1..].to_vec());
        let reason = options.value("because").map(|name| (self.item(name), TextEdit::new(str::to_owned)));
        let all = options.flag("all");
        let items: Vec<OrderItemId> = options.0.iter().map(|name| self.item(name)).collect();
        let (all, details) = (all || items.is_empty(), reason.into_iter().collect());
        Command::CancelItems(CancelItems { order: self.order_named(words[0]), all, items, details })
    }

    /// `status o1.1 shipped`, `sent o1 true`.
    fn edit(&self, word: &str, words: &[&str]) -> Command {
        if word == "sent" {
            let is_send = Some(words[1] == "true");
            return Command::EditOrder(EditOrder { order: self.order_named(words[0]), is_send });
        }
        let status = Some(status_named(words[1]));
        let edit = ItemEdit { status, ..ItemEdit::default() };
        Command::EditItem(EditItem { item: self.item(words[0]), edit })
    }

    fn item(&self, name: &str) -> OrderItemId {
        self.items.get(name).copied().unwrap_or(OrderItemId::new(55))
    }

    fn order_named(&self, name: &str) -> OrderId {
        self.orders.get(name).copied().unwrap_or(OrderId::new(44))
    }

    fn name_of(&self, item: OrderItemId) -> String {
        let found = self.items.iter().find(|(_, id)| **id == item);
        found.map_or("?".to_owned(), |(name, _)| name.clone())
    }
}

/// Saying what happened.
impl Shop {
    fn describe(&mut self, outcome: &Outcome, movements: &[Movement]) -> String {
        let mut said = match outcome {
            Outcome::OrderPlaced(order, lines) => {
                let name = self.placing.clone();
                self.orders.insert(name.clone(), order.id);
                for (index, line) in lines.iter().enumerate() {
                    self.items.insert(format!("{name}.{}", index + 1), line.id);
                }
                let oversold =
                    lines.iter().filter(|line| line.oversold).map(|line| format!("{} oversold", self.name_of(line.id)));
                once("held".to_owned()).chain(oversold).collect::<Vec<_>>().join(", ")
            }
            Outcome::ItemReleased(mapping) => format!("{} is {}", self.name_of(mapping.item), mapping.code),
            Outcome::ItemsCancelled(order, lines) => {
                let dead = lines.iter().filter(|line| line.status == OrderStatus::Cancelled).count();
                let order = order.status.name();
                format!("{dead} of {} cancelled, order {order}", lines.len())
            }
            Outcome::StocksWritten(rows) => {
                let created = rows.iter().filter(|row| row.created).map(|row| format!("{} new", row.stock.sku));
                once("written".to_owned()).chain(created).collect::<Vec<_>>().join(", ")
            }
            Outcome::StocksImported(rows) => {
                let (list, skus) = std::mem::replace(&mut self.importing, (StockListId::new(0), Vec::new()));
                let rows: Vec<_> = skus.into_iter().zip(rows.iter().cloned()).collect();
                let notes = std::mem::take(&mut self.notes);
                let said = rows.iter().map(|(sku, row)| format!("{sku} {}", status_text(row)));
                let said = once("imported".to_owned()).chain(notes).chain(said).collect::<Vec<_>>().join(", ");
                self.imports.insert(self.placing.clone(), Import { list, rows });
                said
            }
            Outcome::OrderEdited(order, _) => format!("sent {}", order.is_send),
            Outcome::ReportedSettled(lines) => {
                let names = lines.iter().map(|line| format!(" {}", self.name_of(line.item)));
                format!("settled{}", names.collect::<String>())
            }
            Outcome::OutgoingTold(_) => unreachable!("outgoing lines have a table of their own"),
            Outcome::StocksAdjusted(_) | Outcome::StockTransferred { .. } | Outcome::StockRemoved => {
                unreachable!("they have tests of their own")
            }
            Outcome::ItemEdited(item) => format!("{} {}", self.name_of(item.id), item.status.name()),
            Outcome::Fulfilment(_) => unreachable!("fulfilment has tables of its own"),
            Outcome::Cart(_) => unreachable!("carts have histories of their own"),
        };
        let moved: Vec<StockId> = movements.iter().map(|movement| movement.stock).collect();
        let mut shown = Vec::new();
        for id in moved {
            if !shown.contains(&id) {
                write!(said, ", {}", self.stock_text(id)).expect("a string takes any text");
                shown.push(id);
            }
        }
        if shown.is_empty() {
            said.push_str(", no movement");
        }
        said
    }

    fn stock_text(&self, id: StockId) -> String {
        let stock = self.working_set.stock(id).expect("a moved stock is in the working set");
        assert_eq!(stock.available(), stock.available_unclamped().max(0), "available is never below zero");
        let list = if stock.list.get() == 1 { String::new() } else { format!("@{}", stock.list.get()) };
        let external = if stock.external > 0 { format!("({})", stock.external) } else { String::new() };
        let (on_hand, reserved, reported) = (stock.on_hand, stock.reserved, stock.reported);
        format!("{}{list} {on_hand}-{reserved}{external}-{reported}={}", stock.sku, stock.available_unclamped())
    }

    fn refused(&self, rejection: &Rejection) -> String {
        let names = |items: &[OrderItemId]| items.iter().map(|id| self.name_of(*id)).collect::<Vec<_>>().join(" ");
        match rejection {
            Rejection::NotFound => "not found".to_owned(),
            Rejection::UnknownChannel(_) => "unknown channel".to_owned(),
            Rejection::OrderNumberTaken => "number taken".to_owned(),
            Rejection::Rows(faults) => {
                let faults = faults.iter().map(|(row, fault)| format!("row {}: {}", row + 1, fault_text(fault)));
                faults.collect::<Vec<_>>().join(", ")
            }
            Rejection::MoreListsNeeded | Rejection::NoListHasIt(_) => {
                unreachable!("the lines of a table name their lists")
            }
            Rejection::InsufficientStock(short) => {
                let short = short.iter().map(|one| {
                    let list = if one.list.get() == 1 { String::new() } else { format!("@{}", one.list.get()) };
                    format!("{}{list} {} of {}", one.sku, one.asked, one.available)
                });
                format!("short {}", short.collect::<Vec<_>>().join(", "))
            }
            Rejection::OversoldTooLarge { max, lines } => {
                let lines = lines.iter().map(|one| format!("{} {} of {}", one.sku, one.asked, one.available));
                format!("oversells by more than {max}: {}", lines.collect::<Vec<_>>().join(", "))
            }
            Rejection::ReservedTooLarge => "held too large".to_owned(),
            Rejection::MappedToAnotherCode { code } => format!("mapped to {code}"),
            Rejection::ItemCodeTaken => "code taken".to_owned(),
            Rejection::NotInOrder(items) => format!("not in the order: {}", names(items)),
            Rejection::AlreadyShipped(items) => format!("shipped: {}", names(items)),
            Rejection::Cancelled => "cancelled".to_owned(),
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
                unreachable!("fulfilment has tables of its own, and carts have histories")
            }
        }
    }
}

fn status_text(row: &ImportedStock) -> String {
    let settled = if row.covered > 0 { format!(" settling {}", row.covered) } else { String::new() };
    match &row.status {
        RowStatus::Created => format!("created{settled}"),
        RowStatus::Updated => format!("updated{settled}"),
        RowStatus::Unchanged => "unchanged".to_owned(),
        RowStatus::Rejected(fault) => fault_text(fault),
    }
}

fn fault_text(fault: &RowRejection) -> String {
    match fault {
        RowRejection::UnknownList(list) => format!("unknown list {}", list.get()),
        RowRejection::UnknownProduct(ProductRef::Sku(sku)) => format!("unknown product {sku}"),
        RowRejection::UnknownProduct(ProductRef::Id(id)) => format!("unknown product id {}", id.get()),
        RowRejection::StaleSnapshot { stored } => {
            let minutes = stored.micros() / 60_000_000;
            format!("older than {:02}:{:02}", minutes / 60, minutes % 60)
        }
        RowRejection::UnexpectedLevel { stored } => format!("level is {stored}"),
        RowRejection::UnknownStock => "no such stock".to_owned(),
        RowRejection::StaleRow => "written since".to_owned(),
        RowRejection::Changed { .. } => "changed since".to_owned(),
        RowRejection::TouchedSince => "touched since".to_owned(),
        RowRejection::Settled => "settled".to_owned(),
        RowRejection::BelowZero => "below zero".to_owned(),
        RowRejection::TooLarge => "too large".to_owned(),
    }
}
