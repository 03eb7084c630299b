//! The unit of work: what is loaded is what was applied, however commands are batched.
//!
//! Promises: random commands through the store, in batches of random sizes, end in exactly the rows that the rules
//! alone make of them in one working set that has everything. So what a command needs is loaded, and what it changes is
//! written.

use std::collections::BTreeSet;

use onhand_core::commands::{
    CancelItems, EditItem, EditOrder, Expected, ImportStock, ImportStocks, ItemEdit, LevelChange, ProductRef,
    ReleaseItem, ReservedChange, StockTarget, TextEdit, WriteStock, WriteStocks,
};
use onhand_core::{
    Channel, Command, ERP, ImportId, MoveRegistration, Movement, OrderId, OrderItemId, OrderStatus, Outcome, Oversell,
    Quantity, ReleaseMode, Stock, StockId, StockKey, StockList, Timestamp, UnitType, WorkingSet, decide,
};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::{mappings, movements, order_items, orders, product_stocks};
use onhand_store::{Store, Tx, Value, resource};

use crate::database::for_each_engine;
use crate::shop::{Chance, Shop, line, place, plenty_of_ids, settle};
use crate::verify::differences;

const SKUS: [&str; 4] = ["A", "B", "C", "D"];

#[test]
fn batches_through_the_store_end_where_the_rules_alone_end() {
    for seed in 1..=3 {
        for_each_engine(async |database| {
            let mut run = Run::open(&database.store, seed).await;
            for _ in 0..80 {
                run.batch().await;
            }
            assert!(run.items.len() > 60, "too little happened to mean something: {} lines", run.items.len());
            run.compare().await;
            assert_eq!(differences(&database.store).await, [], "seed {seed}");
        });
    }
}

/// One store and one working set that has everything.
struct Run {
    shop: Shop,
    whole: WorkingSet,
    chance: Chance,
    seed: u64,
    commands: usize,
    orders: Vec<OrderId>,
    items: Vec<OrderItemId>,
    stocks: BTreeSet<StockId>,
    movements: Vec<Movement>,
}

impl Run {
    async fn open(store: &Store, seed: u64) -> Self {
        let mut shop = Shop::open(store).await;
        shop.ids = plenty_of_ids();
        let mut whole = WorkingSet::new(plenty_of_ids());
        for id in shop.lists {
            let release_mode = if seed == 2 { ReleaseMode::Immediate } else { ReleaseMode::UntilNextWrite };
            let snapshot_delay_seconds = seed as i64;
            whole.put_list(StockList {
                id,
                release_mode,
                snapshot_delay_seconds,
                location: None,
                move_registration: MoveRegistration::Acknowledged,
                is_item_code_unique: true,
                low_stock: 5,
                ignores_written_reserved: false,
                reported_settles_after_seconds: 0,
                source: None,
            });
            let changed = store.write("t", async move |tx| {
                let before = resource::by_id(tx, &STOCK_LISTS, id.get()).await?.expect("made by the shop");
                let mut after = before.clone();
                after.set("release_mode", release_mode.word());
                after.set("snapshot_delay_seconds", snapshot_delay_seconds);
                resource::update(tx, before, after).await.map(drop)
            });
            changed.await.expect("written");
        }
        whole.put_channel(Channel { id: shop.market, oversell: Oversell::Accept, oversell_quantity_max: 1_000 });
        let (orders, items, stocks, movements) = Default::default();
        Self { shop, whole, chance: Chance(seed), seed, commands: 0, orders, items, stocks, movements }
    }

    async fn batch(&mut self) {
        let commands: Vec<_> = (0..=self.chance.below(7))
            .map(|_| {
                let context = self.shop.context();
                (self.command(context.now), context)
            })
            .collect();
        let told = format!("seed {}, {commands:#?}", self.seed);
        let expected: Vec<_> =
            commands.iter().map(|(command, context)| decide(&mut self.whole, command, *context)).collect();
        let (ids, found) = settle(&self.shop.store, self.shop.ids.clone(), commands).await.expect("written");
        self.shop.ids = ids;
        assert_eq!(found, expected, "{told}");
        for outcome in expected.into_iter().flatten() {
            if let Outcome::OrderPlaced(order, items) = outcome {
                self.orders.push(order.id);
                self.items.extend(items.iter().map(|item| item.id));
            }
        }
        let changes = self.whole.take_changes();
        self.stocks.extend(changes.stocks.made.iter().map(|stock| stock.id));
        self.movements.extend(changes.movements);
    }

    fn command(&mut self, now: Timestamp) -> Command {
        self.commands += 1;
        match self.chance.below(15) {
            0..4 => self.place(),
            4..7 => self.release(now),
            7 => self.cancel(),
            8..11 => self.write(now),
            11 => self.edit_item(),
            12..14 => self.import(now),
            _ => {
                let is_send = Some(self.chance.below(3) > 0);
                Command::EditOrder(EditOrder { order: self.any_order(), is_send })
            }
        }
    }

    fn place(&mut self) -> Command {
        let lines = (0..=self.chance.below(3)).map(|_| {
            let (list, sku) = self.any_key();
            let mut line = line(list, sku, self.chance.below(5) as i64 + 1);
            let known = self.whole.product(&line.product).map(|product| product.id);
            if let Some(id) = known.filter(|_| self.chance.below(2) == 0) {
                line.product = ProductRef::Id(id);
            }
            line
        });
        let lines = lines.collect();
        let channel = Some(self.shop.market).filter(|_| self.chance.below(2) == 0);
        place(&format!("o{}", self.commands - self.chance.below(8) / 7), channel, lines)
    }

    fn release(&mut self, now: Timestamp) -> Command {
        Command::ReleaseItem(ReleaseItem {
            item: self.any_item(),
            code: format!("E{}", self.chance.below(10) / 9),
            integration_type: if self.chance.below(10) < 9 { ERP } else { "market" }.to_owned(),
            update_stock: self.chance.below(4) > 0,
            registered_at: self.any_time(now),
        })
    }

    fn cancel(&mut self) -> Command {
        let order = self.any_order();
        let own = self.whole.items_of(order);
        let (all, items) = match self.chance.below(4) {
            0 if !own.is_empty() => (false, vec![own[self.chance.below(own.len())]]),
            1 => (false, vec![self.any_item()]),
            2 => (true, vec![self.any_item()]),
            _ => (true, Vec::new()),
        };
        Command::CancelItems(CancelItems { order, all, items, details: Vec::new() })
    }

    fn write(&mut self, now: Timestamp) -> Command {
        let rows = (0..=self.chance.below(3)).map(|_| {
            let (list, sku) = self.any_key();
            let known = self.whole.stock_by_key(list, sku).map(|stock| stock.id);
            let target = match known.filter(|_| self.chance.below(3) == 0) {
                Some(id) => StockTarget::Id(id),
                None => StockTarget::Key(StockKey { list, sku: sku.to_owned() }),
            };
            let on_hand = Some(self.chance.below(30)).filter(|level| level % 5 > 0);
            let reserved = Some(self.chance.below(20)).filter(|reserved| reserved % 3 == 0);
            let quantity = |units| Quantity::new(units as i64).expect("within the limits");
            WriteStock {
                target,
                on_hand: on_hand.map(quantity),
                reserved: reserved.map(quantity),
                unit: Some(UnitType::Kilogram).filter(|_| self.chance.below(9) == 0),
                extra_field: Some(format!("{{\"n\":{}}}", self.commands)).filter(|_| self.chance.below(9) == 0),
                snapshot_at: self.any_time(now),
                expected: None,
                explanation: None,
            }
        });
        let rows = rows.collect();
        Command::WriteStocks(WriteStocks { rows, create_unknown_products: self.chance.below(3) > 0, source: None })
    }

    fn import(&mut self, now: Timestamp) -> Command {
        let (list, _) = self.any_key();
        let rows = (0..=self.chance.below(3)).map(|_| {
            let (_, sku) = self.any_key();
            let known = self.whole.stock_by_key(list, sku).map(Stock::written);
            let written = Expected::Written(known.filter(|_| self.chance.below(9) > 0));
            let difference = self.chance.below(12) as i64 - 5;
            ImportStock {
                sku: sku.to_owned(),
                level: match self.chance.below(3) {
                    0 => LevelChange::Keep,
                    1 => LevelChange::Difference(difference),
                    _ => LevelChange::Level(Quantity::new(difference + 5).expect("within the limits")),
                },
                reserved: match self.chance.below(3) {
                    0 => ReservedChange::Difference(difference),
                    _ => ReservedChange::Keep,
                },
                unit: Some(UnitType::Piece).filter(|_| self.chance.below(9) == 0),
                snapshot_at: self.any_time(now),
                expected: Some(written).filter(|_| self.chance.below(3) == 0),
            }
        });
        let rows = rows.collect();
        let import = ImportId::new(self.commands as i64);
        Command::ImportStocks(ImportStocks {
            import: Some(import),
            list,
            rows,
            create_unknown_products: self.chance.below(3) > 0,
            explanation: None,
        })
    }

    fn edit_item(&mut self) -> Command {
        let number = self.commands;
        let status = [OrderStatus::Shipped, OrderStatus::Cancelled, OrderStatus::Preparing][self.chance.below(3)];
        let text = move || TextEdit::new(move |old| format!("{old}+{number}"));
        let edit = ItemEdit {
            status: Some(status).filter(|_| self.chance.below(2) == 0),
            extra_field: Some(text()).filter(|_| self.chance.below(2) == 0),
            attributes: Some(format!("{number}")).filter(|_| self.chance.below(2) == 0),
            details: Some(text()).filter(|_| self.chance.below(2) == 0),
        };
        Command::EditItem(EditItem { item: self.any_item(), edit })
    }

    fn any_key(&mut self) -> (onhand_core::StockListId, &'static str) {
        (self.shop.lists[self.chance.below(2)], SKUS[self.chance.below(SKUS.len())])
    }

    fn any_time(&mut self, now: Timestamp) -> Option<Timestamp> {
        Some(now.minus_seconds(self.chance.below(12) as i64)).filter(|_| self.chance.below(2) == 0)
    }

    fn any_order(&mut self) -> OrderId {
        let at = self.chance.below(self.orders.len() + 1);
        self.orders.get(at).copied().unwrap_or(OrderId::new(7))
    }

    fn any_item(&mut self) -> OrderItemId {
        let at = self.chance.below(self.items.len() + 1);
        self.items.get(at).copied().unwrap_or(OrderItemId::new(7))
    }

    /// Every row in the store is the row in the working set.
    async fn compare(&self) {
        let store = &self.shop.store;
        for id in self.stocks.iter().copied() {
            let stock = self.whole.stock(id).expect("made").clone();
            let wanted = stock.clone();
            let read = store.read("t", async move |tx| {
                Ok((product_stocks::by_id(tx, id).await?, movements::history(tx, &stock, None, 10_000).await?))
            });
            let (row, mut history) = read.await.expect("read");
            history.reverse();
            assert_eq!(row, Some(wanted));
            let remembered: Vec<_> = self.movements.iter().filter(|movement| movement.stock == id).cloned().collect();
            assert_eq!(history, remembered);
        }
        for id in self.orders.iter().copied() {
            let order = self.whole.order(id).expect("placed").clone();
            let items: Vec<_> =
                self.whole.items_of(id).into_iter().filter_map(|item| self.whole.item(item).cloned()).collect();
            let number = order.number.clone();
            let read = store.read("t", async move |tx| {
                let of_order = order_items::of_orders(tx, &[id]).await?;
                Ok((orders::by_id(tx, id).await?, of_order, orders::by_number(tx, &number).await?))
            });
            let (row, of_order, named) = read.await.expect("read");
            assert_eq!(row.as_ref(), Some(&order));
            assert_eq!(of_order, items);
            assert!(named.contains(&order), "an order is found by its number");
        }
        for id in self.items.iter().copied() {
            let conditions = vec![Condition { column: "item_id", op: Op::Eq, values: vec![Value::Int(id.get())] }];
            let window = Window::After { key: None, limit: 100 };
            let listing = ListQuery { conditions, sort: Sort::BY_ID, window };
            let found = store.read("t", async move |tx| mappings::page(tx, &listing).await).await.expect("read").rows;
            let kinds = [ERP, "market"];
            let mut wanted: Vec<_> =
                kinds.iter().filter_map(|kind| self.whole.mappings.of(id, kind).cloned()).collect();
            wanted.sort_by_key(|mapping| mapping.id);
            assert_eq!(found, wanted);
        }
    }
}

#[test]
fn a_batch_that_cannot_be_written_leaves_nothing_behind() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let stock = shop.write(0, "A", 10).await;
        let (_, items) = shop.order("o1", &[(0, "A", 1)]).await;
        // Numbers that are taken already: the second order's line cannot be stored.
        let mut ids = plenty_of_ids();
        ids.add_range(onhand_core::IdKind::OrderItem, items[0].id.get() >> 8, 10);
        let command = place("o1", Some(shop.market), vec![line(shop.lists[0], "A", 2)]);
        let context = shop.context();
        assert!(settle(&database.store, ids, vec![(command, context)]).await.is_err());
        let id = stock.id;
        let after = database.store.read("t", async move |tx| product_stocks::by_id(tx, id).await).await.expect("read");
        assert_eq!(after.map(|stock| (stock.on_hand, stock.reserved)), Some((10, 1)));
        assert_eq!(differences(&database.store).await, []);
    });
}

#[test]
fn orders_are_found_by_the_beginning_of_their_number() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        shop.write(0, "A", 100).await;
        for number in ["W-2", "W-10", "X-1"] {
            shop.order(number, &[(0, "A", 1)]).await;
        }
        let found = async |prefix: &'static str, limit| {
            let read = async move |tx: &mut Tx<'_>| orders::by_number_prefix(tx, prefix, limit).await;
            let rows = database.store.read("t", read).await.expect("read");
            rows.into_iter().map(|order| order.number).collect::<Vec<_>>()
        };
        assert_eq!(found("W-", 10).await, ["W-10", "W-2"]);
        assert_eq!(found("W", 1).await, ["W-10"]);
        assert_eq!(found("V", 10).await, Vec::<String>::new());
    });
}
