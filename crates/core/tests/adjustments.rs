//! Adjusting, transferring and removing stocks: what each rejects, and that a rejected command has changed nothing.

use onhand_core::commands::{AdjustStock, AdjustStocks, Expected, RemoveStock, SeenRow, StockTarget, TransferStock};
use onhand_core::rejection::{RowRejection, StockUse};
use onhand_core::{
    Cause, Changes, Command, Context, Outcome, Rejection, Stock, StockId, StockKey, StockListId, Timestamp, UserId,
    WorkingSet, decide,
};
use onhand_testkit::commands;

const HERE: StockListId = StockListId::new(1);
const THERE: StockListId = StockListId::new(2);

/// A working set with two lists; each command comes a second after the one before.
struct Shop {
    working_set: WorkingSet,
    now: i64,
}

impl Shop {
    fn open() -> Self {
        let mut working_set = WorkingSet::new(commands::ids(1, 100_000));
        [HERE, THERE].into_iter().for_each(|list| working_set.put_list(commands::stock_list(list)));
        let mut shop = Self { working_set, now: 0 };
        shop.does(&commands::write(commands::level(HERE, "A", 10)));
        shop.does(&Command::PlaceOrder(commands::order("o1", vec![commands::line(HERE, "A", 4)])));
        shop.does(&commands::write(commands::level(HERE, "B", 5)));
        shop
    }

    fn decides(&mut self, command: &Command) -> Result<Outcome, Rejection> {
        self.now += 1_000_000;
        let context = Context { actor: UserId::new(1), now: Timestamp::from_micros(self.now) };
        decide(&mut self.working_set, command, context)
    }

    fn does(&mut self, command: &Command) -> Outcome {
        self.decides(command).expect("it is allowed")
    }

    /// Why a command is rejected, which has changed nothing.
    fn rejects(&mut self, command: &Command) -> Rejection {
        let before = self.working_set.take_changes();
        drop(before);
        let rejection = self.decides(command).expect_err("it is rejected");
        assert!(self.working_set.take_changes().is_empty(), "a rejected command changes nothing");
        rejection
    }

    fn stock(&self, list: StockListId, sku: &str) -> &Stock {
        self.working_set.stock_by_key(list, sku).expect("a stock")
    }

    fn levels(&self, sku: &str) -> [i64; 2] {
        [HERE, THERE].map(|list| self.working_set.stock_by_key(list, sku).map_or(0, |stock| stock.on_hand))
    }
}

fn adjustment(list: StockListId, sku: &str, difference: i64, expected: Option<Expected>) -> AdjustStock {
    let target = StockTarget::Key(StockKey { list, sku: sku.to_owned() });
    AdjustStock { target, difference, expected, explanation: None }
}

fn adjust(rows: Vec<AdjustStock>) -> Command {
    Command::AdjustStocks(AdjustStocks { rows })
}

fn transfer(reference: Option<&str>, lines: &[(&str, i64)]) -> Command {
    Command::TransferStock(TransferStock {
        from: HERE,
        to: THERE,
        reference: reference.map(str::to_owned),
        explanation: None,
        lines: lines.iter().map(|(sku, units)| ((*sku).to_owned(), commands::quantity(*units))).collect(),
    })
}

#[test]
fn of_many_adjustments_all_are_done_or_none() {
    let mut shop = Shop::open();
    let seen = |on_hand| Some(Expected::Row(SeenRow { on_hand: Some(on_hand), ..SeenRow::default() }));
    let rejected = shop.rejects(&adjust(vec![
        adjustment(HERE, "A", -1, seen(10)),
        adjustment(HERE, "B", -6, None),
        adjustment(THERE, "A", 1, None),
        adjustment(HERE, "A", 1, seen(9)),
        adjustment(HERE, "B", i64::MAX, None),
    ]));
    let Rejection::Rows(faults) = rejected else { panic!("{rejected:?}") };
    let (rows, faults): (Vec<usize>, Vec<RowRejection>) = faults.into_iter().unzip();
    assert_eq!(rows, [1, 2, 3, 4]);
    let stored = Some(Box::new(shop.stock(HERE, "A").clone()));
    assert_eq!(
        faults,
        [RowRejection::BelowZero, RowRejection::UnknownStock, RowRejection::Changed { stored }, RowRejection::TooLarge]
    );
    shop.does(&adjust(vec![
        adjustment(HERE, "A", -5, None),
        adjustment(HERE, "A", 2, None),
        adjustment(HERE, "B", 0, None),
    ]));
    assert_eq!((shop.levels("A"), shop.levels("B")), ([7, 0], [5, 0]));
    let Changes { movements, .. } = shop.working_set.take_changes();
    let told = movements.iter().rev().take(2).map(|movement| (movement.cause, movement.delta.on_hand));
    assert_eq!(told.collect::<Vec<_>>(), [(Cause::Write, 2), (Cause::Write, -5)], "a row of 0 moves nothing");
}

#[test]
fn a_transfer_takes_what_is_available_and_is_known_by_its_reference() {
    let mut shop = Shop::open();
    let Rejection::InsufficientStock(short) = shop.rejects(&transfer(None, &[("A", 4), ("B", 5), ("A", 3)])) else {
        panic!("too much of A is asked for")
    };
    assert_eq!((short.len(), short[0].asked, short[0].available), (1, 7, 6));
    let Outcome::StockTransferred { transfer: made, is_new: true } =
        shop.does(&transfer(Some("T"), &[("A", 6), ("B", 5)]))
    else {
        panic!("it is made")
    };
    assert_eq!((shop.levels("A"), shop.levels("B")), ([4, 6], [0, 5]));
    assert_eq!(shop.stock(HERE, "A").available(), 0);
    let moved = shop.working_set.take_changes().movements;
    let of_it = moved.iter().filter(|movement| movement.cause == Cause::StockTransfer(made.id));
    assert_eq!(of_it.map(|movement| movement.delta.on_hand).collect::<Vec<_>>(), [-6, 6, -5, 5]);
    let again = shop.does(&transfer(Some("T"), &[("A", 6), ("B", 5)]));
    assert_eq!(again, Outcome::StockTransferred { transfer: made.clone(), is_new: false });
    let taken = shop.rejects(&transfer(Some("T"), &[("A", 6)]));
    assert_eq!(taken, Rejection::TransferReferenceTaken(made.id));
    assert_eq!(shop.levels("A"), [4, 6]);
}

#[test]
fn a_stock_is_removed_if_nothing_stands_against_it() {
    let mut shop = Shop::open();
    let remove = |stock: StockId| Command::RemoveStock(RemoveStock { stock, expected: None });
    let (a, b) = (shop.stock(HERE, "A").id, shop.stock(HERE, "B").id);
    assert_eq!(
        shop.rejects(&remove(a)),
        Rejection::StockInUse(vec![StockUse::Level(10), StockUse::Reserved(4), StockUse::OrderLines])
    );
    assert_eq!(shop.rejects(&remove(b)), Rejection::StockInUse(vec![StockUse::Level(5)]));
    assert_eq!(shop.rejects(&remove(StockId::new(77))), Rejection::NotFound);
    shop.does(&commands::write(commands::level(HERE, "B", 0)));
    let seen = SeenRow { on_hand: Some(5), ..SeenRow::default() };
    let stale = Command::RemoveStock(RemoveStock { stock: b, expected: Some(Expected::Row(seen)) });
    assert!(matches!(shop.rejects(&stale), Rejection::Rows(_)));
    assert_eq!(shop.does(&remove(b)), Outcome::StockRemoved);
    assert_eq!(shop.rejects(&remove(b)), Rejection::NotFound);
    shop.does(&commands::write(commands::level(HERE, "B", 1)));
    assert_ne!(shop.stock(HERE, "B").id, b, "a stock of the same SKU is another one");
}
