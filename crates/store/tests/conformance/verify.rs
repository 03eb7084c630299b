//! Verifying: quiet on a sound database, loud about every kind of damage.
//!
//! Promises: each rule of `verify` is broken by at least one damage here, planted behind the program's back.

use std::collections::BTreeSet;

use onhand_core::commands::CancelItems;
use onhand_core::{Command, Outcome};
use onhand_store::Store;
use onhand_store::verify::{self, Difference, Extent};

use crate::cart_reservations::sound_carts;
use crate::database::{Database, for_both_engines, for_each_engine};
use crate::fulfilment::sound_fulfilment;
use crate::moves::sound_moves;
use crate::outgoing_lines::sound_outgoing;
use crate::shop::{Shop, line, place, write};

/// Everything that does not add up.
pub(crate) async fn differences(store: &Store) -> Vec<Difference> {
    let checked = store.read_unbounded("verify", async |tx| {
        let mut all = Vec::new();
        for rule in 0..verify::rules() {
            all.extend(verify::check(tx, rule).await?.1);
        }
        Ok(all)
    });
    checked.await.expect("verify reads")
}

/// A shop with a line in every state: open, reported, settled, cancelled from each, oversold; and an external
/// reservation.
async fn sound_shop(database: &Database) -> Shop {
    let mut shop = Shop::open(&database.store).await;
    shop.write(0, "A", 10).await;
    shop.write(1, "A", 5).await;
    shop.write(0, "B", 7).await;
    shop.run(write(shop.lists[1], "A", None, Some(3))).await;
    let (_, settled) = shop.order("settled", &[(0, "B", 2), (0, "B", 1)]).await;
    shop.release(settled[0].id, "E1").await;
    shop.write(0, "B", 5).await;
    let (_, reported) = shop.order("reported", &[(0, "A", 4), (1, "A", 1)]).await;
    shop.release(reported[0].id, "E2").await;
    let (cancelled, _) = shop.order("cancelled", &[(0, "A", 1), (0, "B", 1)]).await;
    shop.cancel(cancelled).await;
    let (half, lines) = shop.order("half", &[(0, "A", 2), (0, "B", 1)]).await;
    shop.release(lines[0].id, "E3").await;
    shop.run(Command::CancelItems(CancelItems {
        order: half,
        all: false,
        items: vec![lines[0].id],
        details: Vec::new(),
    }))
    .await;
    let lines = vec![line(shop.lists[0], "B", 50), line(shop.lists[1], "B", 1)];
    let oversold = shop.run(place("oversold", Some(shop.market), lines)).await;
    assert!(matches!(oversold, Outcome::OrderPlaced(_, lines) if lines.iter().all(|line| line.oversold)));
    shop
}

#[test]
fn a_sound_database_is_quiet() {
    for_each_engine(async |database| {
        assert_eq!(differences(&database.store).await, [], "an empty database adds up");
        sound_shop(&database).await;
        assert_eq!(differences(&database.store).await, []);
        let extent = database.store.read("t", async |tx| verify::extent(tx).await).await.expect("read");
        assert_eq!(extent, Extent { stocks: 4, movements: 21, reservations: 10, orders: 5 });
    });
}

const ON_HAND: &str = "on hand is the sum of its movements";
const HELD: &str = "reserved is the sum of its movements";
const EXTERNAL: &str = "external is the sum of its movements";
const REPORTED: &str = "reported is the sum of its movements";
const OPEN_HOLDS: &str = "reserved is the open reservations and the external reservation";
const REPORTED_HOLDS: &str = "reported is the reported reservations and the kept units";
const NEWEST: &str = "the newest movement shows the stock as it is";
const FOLLOWS: &str = "each movement follows from the one before";
const HAS_HOLD: &str = "each order line has its reservation";
const CANCELLED: &str = "a line is cancelled exactly if its reservation is";
const ONE_CHAIN: &str = "the movements of a stock are one chain";
const HAS_CODE: &str = "a released line has its code";
const HAS_BATCH: &str = "an object that is processing is in an open batch";
const OFF_SALE: &str = "a stock is off sale exactly if it has an active discrepancy";
const ONE_PACKAGE: &str = "a line is in one package at the most";
const PACKED_HOLD: &str = "a packed line is reserved where it leaves from";
const PACKED_LINE: &str = "a packed line is its order's";
const OPEN_PACKAGE: &str = "an open package has something in it";
const MOVED_LINE: &str = "a moved line is reserved until its moves are registered";
const LEFT_UNITS: &str = "units that have left are kept off sale until that is registered";
const ON_THEIR_WAY: &str = "units on their way are not for sale";
const KEPT_BY_MOVE: &str = "kept units belong to a transfer's move";
const RESERVED_LIST: &str = "a line names the list it is reserved in";
const SHORT_NOTED: &str = "a short line is an unplanned item";
const UNPLANNED: &str = "an unplanned line is open and in no package";
const UNNOTED: &str = "a line that left its package is an unplanned item";
const OUTGOING: &str = "a line is cancelled exactly if it has ended with its data source";
const STATES: &str = "a stock is in the states that its numbers say";
const CART_LINE: &str = "a line of a cart reservation reserves its units exactly while that is open";
const CARTS: &str =
    "a cart reservation has its lines, its channel while it is open, and its order once it is confirmed";
const COUNTS: &str = "counters are right";

/// What is planted, and every rule that must notice it.
const DAMAGES: &[(&str, &[&str])] = &[
    ("UPDATE stock SET on_hand = on_hand + 1 WHERE id = (SELECT MIN(id) FROM stock)", &[ON_HAND, NEWEST]),
    ("UPDATE stock SET reserved = reserved + 1 WHERE id = (SELECT MIN(id) FROM stock)", &[HELD, OPEN_HOLDS, NEWEST]),
    ("UPDATE stock SET reserved = reserved - 1 WHERE id = (SELECT MAX(id) FROM stock)", &[HELD, OPEN_HOLDS, NEWEST]),
    (
        "UPDATE stock SET external_reservation = external_reservation + 1 WHERE external_reservation > 0",
        &[EXTERNAL, OPEN_HOLDS],
    ),
    (
        "UPDATE stock SET external_reservation = 0, reserved = reserved - 3 WHERE external_reservation = 3",
        &[EXTERNAL, HELD, NEWEST],
    ),
    ("UPDATE stock SET reported = reported - 4 WHERE reported = 4", &[REPORTED, REPORTED_HOLDS, NEWEST]),
    ("UPDATE stock SET movement_id = NULL WHERE id = (SELECT MIN(id) FROM stock)", &[NEWEST]),
    ("UPDATE stock SET movement_id = (SELECT MAX(movement_id) FROM stock)", &[NEWEST]),
    ("DELETE FROM stock WHERE id = (SELECT MAX(id) FROM stock)", &[COUNTS]),
    // A movement from the beginning, the middle and the end of a history.
    ("DELETE FROM movement WHERE id = (SELECT MIN(id) FROM movement)", &[ON_HAND, FOLLOWS]),
    (
        "DELETE FROM movement WHERE id =
         (SELECT previous_id FROM movement m JOIN stock s ON s.movement_id = m.id WHERE s.on_hand = 10)",
        &[FOLLOWS],
    ),
    ("DELETE FROM movement WHERE id = (SELECT movement_id FROM stock WHERE external_reservation > 0)", &[HELD, NEWEST]),
    ("UPDATE movement SET on_hand_delta = on_hand_delta + 1 WHERE on_hand_delta = 10", &[ON_HAND, FOLLOWS]),
    ("UPDATE movement SET reserved_delta = reserved_delta + 1 WHERE reserved_delta = 4", &[HELD, FOLLOWS]),
    ("UPDATE movement SET reported_delta = 3 WHERE reported_delta = 4", &[REPORTED, FOLLOWS]),
    ("UPDATE movement SET external_reservation_delta = 2 WHERE external_reservation_delta = 3", &[EXTERNAL]),
    ("UPDATE movement SET reserved = reserved + 1 WHERE reserved_delta = 4", &[FOLLOWS]),
    ("UPDATE movement SET previous_id = NULL WHERE reserved_delta = 4", &[FOLLOWS, ONE_CHAIN]),
    ("UPDATE movement SET stock_id = (SELECT MAX(id) FROM stock) WHERE reserved_delta = 4", &[HELD, FOLLOWS]),
    (
        "INSERT INTO movement (bucket, id, stock_id, previous_id, cause, item_id, on_hand_delta, reserved_delta,
         external_reservation_delta, reported_delta, on_hand, reserved, reported, actor_id, at, import_id)
         SELECT bucket, id + 256, stock_id, previous_id, cause, item_id, 0, 0, 0, 0, on_hand -
         on_hand_delta, reserved - reserved_delta, reported - reported_delta, actor_id, at, import_id FROM movement
         WHERE id = (SELECT MAX(id) FROM movement)",
        &[ONE_CHAIN],
    ),
    // Reservations in a state they are not in, of a size they do not have, of no line.
    ("UPDATE reservation SET state = 2 WHERE state = 1", &[OPEN_HOLDS, REPORTED_HOLDS, HAS_CODE]),
    ("UPDATE reservation SET state = 3 WHERE state = 2", &[REPORTED_HOLDS]),
    ("UPDATE reservation SET state = 1 WHERE state = 3", &[OPEN_HOLDS]),
    ("UPDATE reservation SET state = 4 WHERE state = 3", &[CANCELLED]),
    ("UPDATE reservation SET state = 1 WHERE state = 4", &[OPEN_HOLDS, CANCELLED]),
    ("UPDATE reservation SET quantity = quantity + 1 WHERE state = 3", &[HAS_HOLD]),
    ("UPDATE reservation SET stock_id = (SELECT MAX(id) FROM stock) WHERE state = 2", &[REPORTED_HOLDS, HAS_HOLD]),
    ("DELETE FROM reservation WHERE state = 4", &[HAS_HOLD]),
    ("DELETE FROM mapping WHERE code = 'E2'", &[HAS_CODE, COUNTS]),
    // Lines and orders.
    (
        "UPDATE order_item SET status = 100 WHERE id = (SELECT MIN(item_id) FROM reservation WHERE state = 1)",
        &[CANCELLED],
    ),
    ("UPDATE order_item SET status = 400 WHERE status = 100", &[CANCELLED]),
    ("UPDATE order_item SET quantity = quantity + 1", &[HAS_HOLD]),
    ("DELETE FROM order_item WHERE status = 100", &[COUNTS]),
    ("DELETE FROM sales_order WHERE number = 'half'", &[COUNTS]),
    ("UPDATE sales_order SET is_send = 1 WHERE number = 'half'", &[COUNTS]),
    ("UPDATE sales_order SET status = 450 WHERE number = 'half'", &[COUNTS]),
    ("DELETE FROM product WHERE sku = 'B'", &[COUNTS]),
    // Objects that no batch releases.
    (
        "INSERT INTO integration_action VALUES (9, 1, 5, 263, '', 1, NULL, 'processing', 'gone', NULL, '{}', 1, 1)",
        &[HAS_BATCH, COUNTS],
    ),
    // Kept states.
    ("UPDATE stock SET states = states + 8 WHERE id = (SELECT MIN(id) FROM stock)", &[STATES]),
    ("UPDATE stock SET states = states - 2 WHERE (states & 2) <> 0", &[STATES]),
    // Counters, at every level.
    ("UPDATE row_counter SET n = n + 1 WHERE scope = 'stock' AND level = 1", &[COUNTS]),
    ("UPDATE row_counter SET n = n + 1 WHERE scope = 'stock' AND level = 2", &[COUNTS]),
    ("UPDATE row_counter SET n = n - 1 WHERE scope = 'sales_order:status:100' AND level = 1", &[COUNTS]),
    ("UPDATE row_counter SET n = 0 WHERE scope LIKE 'stock:stock_list_id:%' AND level = 2", &[COUNTS]),
    ("UPDATE row_counter SET n = 7 WHERE scope = 'stock_list' AND level = 1", &[COUNTS]),
    ("DELETE FROM row_counter WHERE scope = 'mapping'", &[COUNTS]),
    ("INSERT INTO row_counter VALUES ('stock', 2, 99, 1)", &[COUNTS]),
];

/// The same in fulfilment: a line in a package, one that was shipped, one that was not found and found again.
const FLOOR_DAMAGES: &[(&str, &[&str])] = &[
    ("UPDATE stock SET discrepancy_at = 7 WHERE id = (SELECT MIN(id) FROM stock)", &[OFF_SALE]),
    ("UPDATE discrepancy SET is_active = 1 WHERE is_active = 0", &[OFF_SALE, COUNTS]),
    (
        "INSERT INTO package_item SELECT bucket, id + 256, package_id, order_id, stock_location_id, item_id, sku, quantity,
         state, is_done, created_at, modified_at FROM package_item WHERE state = 200",
        &[ONE_PACKAGE, COUNTS],
    ),
    ("UPDATE reservation SET state = 5 WHERE item_id IN (SELECT item_id FROM package_item)", &[PACKED_HOLD, SHORT_NOTED]),
    ("UPDATE stock_location SET stock_list_id = 987 WHERE priority = 2", &[PACKED_HOLD]),
    ("UPDATE package_item SET quantity = quantity + 1 WHERE state = 200", &[PACKED_LINE]),
    ("UPDATE package_item SET state = 450 WHERE state = 200", &[OPEN_PACKAGE, COUNTS]),
    ("DELETE FROM package_item WHERE state = 200", &[OPEN_PACKAGE, COUNTS]),
    ("DELETE FROM discrepancy", &[COUNTS]),
    ("UPDATE package_item SET state = 100 WHERE state = 200", &[UNNOTED, OPEN_PACKAGE, COUNTS]),
    (
        "INSERT INTO unplanned_item SELECT bucket, item_id, order_id, 1, sku, quantity, 2, 1, 1 FROM package_item
         WHERE state = 200",
        &[UNPLANNED, COUNTS],
    ),
];

/// And of moves: a registered line in another list, units that have left, units on their way for no line.
const MOVE_DAMAGES: &[(&str, &[&str])] = &[
    (
        "UPDATE reservation SET state = 2 WHERE item_id IN (SELECT item_id FROM stock_move WHERE kind = 'order_item')",
        &[MOVED_LINE, OPEN_HOLDS, REPORTED_HOLDS],
    ),
    ("DELETE FROM kept_units", &[REPORTED_HOLDS, LEFT_UNITS, ON_THEIR_WAY]),
    ("UPDATE kept_units SET registered_at = 1", &[LEFT_UNITS]),
    ("UPDATE kept_units SET quantity = quantity + 1", &[REPORTED_HOLDS, LEFT_UNITS, ON_THEIR_WAY]),
    ("UPDATE kept_units SET move_id = move_id + 256000", &[LEFT_UNITS, ON_THEIR_WAY, KEPT_BY_MOVE]),
    ("UPDATE stock_move SET state = 1 WHERE kind = 'transfer'", &[LEFT_UNITS, COUNTS]),
    ("UPDATE transfer_item SET state = 550", &[ON_THEIR_WAY]),
    ("DELETE FROM stock_move", &[KEPT_BY_MOVE, COUNTS]),
    ("UPDATE order_item SET reserved_list_id = 987", &[RESERVED_LIST]),
];

/// And of lines that are placed with a data source.
const OUTGOING_DAMAGES: &[(&str, &[&str])] = &[
    ("DELETE FROM data_source_line WHERE state = 'pending'", &[OUTGOING]),
    ("UPDATE data_source_line SET state = 'pending' WHERE state = 'cancelled'", &[OUTGOING]),
    ("UPDATE data_source_line SET state = 'refused' WHERE state = 'pending'", &[OUTGOING]),
];

/// And of carts: an open one, one that was ordered, one that was released.
const CART_DAMAGES: &[(&str, &[&str])] = &[
    ("UPDATE cart_reservation_line SET reserved = reserved + 1 WHERE reserved > 0", &[OPEN_HOLDS, CART_LINE]),
    ("UPDATE cart_reservation_line SET reserved = quantity WHERE reserved = 0", &[OPEN_HOLDS, CART_LINE]),
    ("DELETE FROM cart_reservation WHERE state = 1", &[CART_LINE, COUNTS]),
    ("UPDATE cart_reservation SET state = 4 WHERE state = 1", &[CART_LINE, CARTS, COUNTS]),
    ("UPDATE cart_reservation SET line_count = line_count + 1", &[CARTS]),
    ("UPDATE cart_reservation SET open_channel_id = NULL WHERE state = 1", &[CARTS, COUNTS]),
    ("UPDATE cart_reservation SET order_id = NULL WHERE state = 2", &[CARTS]),
];

/// In which shop something is damaged.
#[derive(Clone, Copy)]
enum Place {
    Sales,
    Fulfilment,
    Moves,
    Outgoing,
    Carts,
}

#[test]
fn each_damage_is_noticed() {
    let mut noticed = BTreeSet::new();
    let all = [
        (DAMAGES, Place::Sales),
        (FLOOR_DAMAGES, Place::Fulfilment),
        (MOVE_DAMAGES, Place::Moves),
        (OUTGOING_DAMAGES, Place::Outgoing),
        (CART_DAMAGES, Place::Carts),
    ];
    let everywhere = all.into_iter().flat_map(|(damages, place)| damages.iter().map(move |damage| (damage, place)));
    for ((sql, rules), place) in everywhere {
        for_both_engines(async |database| {
            _ = match place {
                Place::Sales => sound_shop(&database).await,
                Place::Fulfilment => sound_fulfilment(&database.store).await,
                Place::Moves => sound_moves(&database.store).await,
                Place::Outgoing => sound_outgoing(&database.store).await,
                Place::Carts => sound_carts(&database.store).await,
            };
            assert!(database.plant(sql) > 0, "nothing was damaged by {sql}");
            let found = differences(&database.store).await;
            for rule in *rules {
                assert!(
                    found.iter().any(|difference| difference.rule == *rule),
                    "{sql}\nis not seen by: {rule}\n{found:#?}"
                );
            }
        });
        noticed.extend(rules.iter().copied());
    }
    assert_eq!(noticed.len(), verify::rules(), "a rule that nothing breaks proves nothing");
}

#[test]
fn a_difference_says_what_was_expected_and_what_was_found() {
    for_each_engine(async |database| {
        let mut shop = sound_shop(&database).await;
        let stock = shop.write(0, "C", 10).await;
        database.plant(&format!("UPDATE stock SET on_hand = 12 WHERE id = {}", stock.id.get()));
        let found = differences(&database.store).await;
        let on_hand = Difference { rule: ON_HAND, id: stock.id.get(), expected: 10, found: 12 };
        let newest = Difference { rule: NEWEST, ..on_hand.clone() };
        assert_eq!(found, [on_hand, newest]);
    });
}
