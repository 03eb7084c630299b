//! Cart reservations: written with their lines, read back, found when they are over.

use std::collections::BTreeSet;

use onhand_core::commands::{CartChange, CartCommand, CartOutcome, ChangeCart, ConfirmCart, ExpireCarts, ReserveCart};
use onhand_core::{
    CartReservation, CartReservationId, CartState, Cause, ChannelId, Command, Outcome, Quantity, Rejection, StockId,
};
use onhand_store::tables::{cart_reservations, movements, product_stocks};
use onhand_store::{Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{Shop, at, line, place};
use crate::verify::differences;

/// Reserves some units of a cart for so many seconds from the beginning.
async fn reserve(
    shop: &mut Shop,
    (reference, channel): (&str, Option<ChannelId>),
    lines: &[(usize, &str, i64)],
    until: i64,
) -> CartReservation {
    let lines = lines.iter().map(|(list, sku, units)| line(shop.lists[*list], sku, *units)).collect();
    let reserve =
        ReserveCart { reference: reference.to_owned(), channel, expires_at: at(until), sourcing: None, lines };
    match run(shop, CartCommand::Reserve(reserve)).await {
        CartOutcome::Cart(cart) => cart,
        other => panic!("{other:?}"),
    }
}

async fn run(shop: &mut Shop, command: CartCommand) -> CartOutcome {
    match shop.run(Command::Cart(command)).await {
        Outcome::Cart(outcome) => *outcome,
        other => panic!("{other:?}"),
    }
}

async fn change(shop: &mut Shop, cart: CartReservationId, change: CartChange) -> CartReservation {
    match run(shop, CartCommand::Change(ChangeCart { cart, change })).await {
        CartOutcome::Cart(cart) => cart,
        other => panic!("{other:?}"),
    }
}

async fn confirm(shop: &mut Shop, cart: &CartReservation, number: &str) -> CartReservation {
    let Command::PlaceOrder(order) = place(number, cart.channel, Vec::new()) else { unreachable!("it places") };
    let confirm = ConfirmCart { cart: cart.id, order, lines: Vec::new() };
    match run(shop, CartCommand::Confirm(Box::new(confirm))).await {
        CartOutcome::Confirmed(cart, order, items) => {
            assert_eq!(items.len(), cart.lines.iter().filter(|line| line.units > 0).count());
            assert_eq!(cart.order, Some(order.id));
            cart
        }
        other => panic!("{other:?}"),
    }
}

async fn stored(store: &Store, id: CartReservationId) -> CartReservation {
    let find = async move |tx: &mut Tx<'_>| cart_reservations::by_ids(tx, [id]).await;
    store.read("t", find).await.expect("read").remove(0)
}

/// A shop with an open cart, one that was ordered, and one that was released.
pub(crate) async fn sound_carts(store: &Store) -> Shop {
    let mut shop = Shop::open(store).await;
    shop.write(0, "A", 10).await;
    let (market, lines) = (Some(shop.market), [(0, "A", 2)]);
    reserve(&mut shop, ("open", market), &lines, 5_000).await;
    let ordered = reserve(&mut shop, ("ordered", market), &lines, 5_000).await;
    confirm(&mut shop, &ordered, "order").await;
    let released = reserve(&mut shop, ("released", None), &lines, 5_000).await;
    change(&mut shop, released.id, CartChange::Release).await;
    shop
}

/// How many lines and units of carts a stock has, and the carts one by one.
async fn on_stock(store: &Store, stock: StockId) -> ((i64, i64), Vec<(CartReservationId, i64)>) {
    let read = async move |tx: &mut Tx<'_>| {
        Ok((cart_reservations::sum_of_stock(tx, stock).await?, cart_reservations::of_stock(tx, stock, 10).await?))
    };
    store.read("t", read).await.expect("read")
}

#[test]
fn what_is_decided_is_what_is_read() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let (a, b) = (shop.write(0, "A", 10).await.id, shop.write(1, "B", 10).await.id);
        let market = Some(shop.market);
        let one = reserve(&mut shop, ("one", None), &[(0, "A", 2), (1, "B", 3), (0, "A", 1)], 1_000).await;
        let other = reserve(&mut shop, ("one", market), &[(0, "A", 4)], 900).await;
        assert_eq!(
            [stored(&shop.store, one.id).await, stored(&shop.store, other.id).await],
            [one.clone(), other.clone()]
        );
        assert_eq!(on_stock(&shop.store, a).await, ((3, 7), vec![(one.id, 1), (one.id, 2), (other.id, 4)]));
        let same = ReserveCart {
            reference: "one".to_owned(),
            channel: None,
            expires_at: at(1_000),
            sourcing: None,
            lines: vec![line(shop.lists[0], "A", 1)],
        };
        let taken = shop.batch(vec![Command::Cart(CartCommand::Reserve(same))]).await.remove(0);
        assert_eq!(taken, Err(Rejection::CartReferenceTaken));

        let lines = vec![(1, Quantity::ZERO), (2, Quantity::new(5).expect("units"))];
        let edited = change(&mut shop, one.id, CartChange::Edit { expires_at: Some(at(2_000)), lines }).await;
        assert_eq!((edited.expires_at, edited.lines[1].units), (at(2_000), 5));
        assert_eq!(stored(&shop.store, one.id).await, edited);
        assert_eq!(on_stock(&shop.store, a).await.0, (2, 5));
        let confirmed = confirm(&mut shop, &edited, "order").await;
        assert_eq!(stored(&shop.store, one.id).await, confirmed);
        let released = change(&mut shop, other.id, CartChange::Release).await;
        assert_eq!((stored(&shop.store, other.id).await, released.state), (released.clone(), CartState::Released));
        assert_eq!([on_stock(&shop.store, a).await.0, on_stock(&shop.store, b).await.0], [(0, 0); 2]);

        let read = async move |tx: &mut Tx<'_>| {
            let stock = product_stocks::by_id(tx, a).await?.expect("a stock");
            let history = movements::history(tx, &stock, None, 20).await?;
            Ok((stock, history))
        };
        let (stock, history) = shop.store.read("t", read).await.expect("read");
        assert_eq!((stock.reserved, stock.open_reservations()), (1, 1), "the line that was ordered");
        assert_eq!((history[0].cause, history[2].cause), (Cause::CartReleased(other.id), Cause::CartChanged(one.id)));
        assert!(matches!(history[1].cause, Cause::CartConfirmed(_)) && history[1].delta.reserved == 0);
        assert_eq!(history[3].cause, Cause::CartReserved(other.id));
        assert_eq!(differences(&shop.store).await, []);
    });
}

#[test]
fn what_is_over_is_found_and_ends_once() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let a = shop.write(0, "A", 10).await.id;
        let mut carts = Vec::new();
        for (reference, until) in [("late", 5_000), ("first", 20), ("second", 30)] {
            let market = Some(shop.market);
            carts.push(reserve(&mut shop, (reference, market), &[(0, "A", 1), (0, "A", 2)], until).await);
        }
        let channel = shop.market;
        let look = async |seconds: i64, limit: i64| {
            let read = async move |tx: &mut Tx<'_>| {
                let due = cart_reservations::due(tx, at(seconds), limit).await?;
                let open = cart_reservations::open_of_channel(tx, channel).await?;
                Ok((due, cart_reservations::next_due(tx).await?, open))
            };
            database.store.read("t", read).await.expect("read")
        };
        assert_eq!(look(19, 9).await, (vec![], Some(at(20)), 3));
        assert_eq!(look(20, 9).await.0, [(carts[1].id, 2)]);
        assert_eq!(look(30, 1).await.0, [(carts[1].id, 2)]);
        // The clock of the shop is past both by now.
        for _ in 0..40 {
            shop.context();
        }
        let all: Vec<_> = carts.iter().map(|cart| (cart.id, 2)).collect();
        let expire = || CartCommand::Expire(ExpireCarts { carts: all.clone() });
        let over: BTreeSet<_> = [carts[1].id, carts[2].id].into();
        let ended = run(&mut shop, expire()).await;
        assert!(matches!(ended, CartOutcome::Expired(ended) if ended.iter().copied().collect::<BTreeSet<_>>() == over));
        assert_eq!(run(&mut shop, expire()).await, CartOutcome::Expired(Vec::new()));
        assert_eq!(look(30, 9).await, (vec![], Some(at(5_000)), 1));
        assert_eq!(on_stock(&shop.store, a).await, ((2, 3), vec![(carts[0].id, 1), (carts[0].id, 2)]));
        assert_eq!(stored(&shop.store, carts[1].id).await.state, CartState::Expired);
        assert_eq!(differences(&shop.store).await, []);
    });
}
