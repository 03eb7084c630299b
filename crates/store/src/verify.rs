//! Verifying: every number recomputed from what it must be the sum of.
//!
//! Promises: reads only, on one snapshot; each difference is reported with what was expected and what was found. The
//! invariants are those of docs/data-model.md. Must not repair.

use std::sync::OnceLock;

use crate::engine::Row;
use crate::sql::{Statement, statements, values};
use crate::tables::{COUNTED, TABLES};
use crate::{Error, Tx, resource};

/// Something that does not add up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Which rule is broken.
    pub rule: &'static str,
    /// The id of the row; of a counter, the first id that it counts.
    pub id: i64,
    /// What it should be.
    pub expected: i64,
    /// What it is.
    pub found: i64,
}

/// How much was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Extent {
    /// Product stocks.
    pub stocks: i64,
    /// Movements.
    pub movements: i64,
    /// Reservations.
    pub reservations: i64,
    /// Orders.
    pub orders: i64,
}

/// Differences reported per rule at the most: one is enough to know, a hundred to see a pattern.
const DIFFERENCES_MAX: i64 = 100;

// Where the tables are distributed over several machines, a join is done on each of them if it is by bucket. What a
// rule joins otherwise, a line with the reservation of its stock, is named before it: that is fetched then, and
// elsewhere it is the same join.
statements! {
    ON_HAND = "verify.on_hand",
        "SELECT s.id, COALESCE(m.total, 0), s.on_hand FROM stock s LEFT JOIN
         (SELECT bucket, stock_id, CAST(SUM(on_hand_delta) AS BIGINT) AS total FROM movement GROUP BY bucket, stock_id) m
         ON m.bucket = s.bucket AND m.stock_id = s.id WHERE s.on_hand <> COALESCE(m.total, 0) LIMIT ?1";
    RESERVED = "verify.reserved",
        "SELECT s.id, COALESCE(m.total, 0), s.reserved FROM stock s LEFT JOIN
         (SELECT bucket, stock_id, CAST(SUM(reserved_delta) AS BIGINT) AS total FROM movement GROUP BY bucket, stock_id) m
         ON m.bucket = s.bucket AND m.stock_id = s.id WHERE s.reserved <> COALESCE(m.total, 0) LIMIT ?1";
    EXTERNAL = "verify.external_reservation",
        "SELECT s.id, COALESCE(m.total, 0), s.external_reservation FROM stock s LEFT JOIN
         (SELECT bucket, stock_id, CAST(SUM(external_reservation_delta) AS BIGINT) AS total FROM movement GROUP BY bucket, stock_id) m
         ON m.bucket = s.bucket AND m.stock_id = s.id WHERE s.external_reservation <> COALESCE(m.total, 0) LIMIT ?1";
    REPORTED = "verify.reported",
        "SELECT s.id, COALESCE(m.total, 0), s.reported FROM stock s LEFT JOIN
         (SELECT bucket, stock_id, CAST(SUM(reported_delta) AS BIGINT) AS total FROM movement GROUP BY bucket, stock_id) m
         ON m.bucket = s.bucket AND m.stock_id = s.id WHERE s.reported <> COALESCE(m.total, 0) LIMIT ?1";
    OPEN_RESERVATIONS = "verify.open_reservations",
        "WITH c AS (SELECT stock_id, CAST(SUM(reserved) AS BIGINT) AS total FROM cart_reservation_line WHERE reserved > 0
         GROUP BY stock_id)
         SELECT s.id, COALESCE(h.total, 0) + COALESCE(c.total, 0) + s.external_reservation, s.reserved
         FROM stock s LEFT JOIN
         (SELECT bucket, stock_id, CAST(SUM(quantity) AS BIGINT) AS total FROM reservation WHERE state = 1
         GROUP BY bucket, stock_id) h
         ON h.bucket = s.bucket AND h.stock_id = s.id LEFT JOIN c ON c.stock_id = s.id
         WHERE s.reserved <> COALESCE(h.total, 0) + COALESCE(c.total, 0) + s.external_reservation LIMIT ?1";
    /// Only what is open reserves, and exactly its units.
    CART_LINE = "verify.cart_line",
        "SELECT l.cart_reservation_id, CASE WHEN c.state = 1 THEN l.quantity ELSE 0 END, l.reserved
         FROM cart_reservation_line l LEFT JOIN cart_reservation c
         ON c.id = l.cart_reservation_id AND c.bucket = l.bucket
         WHERE c.id IS NULL OR l.reserved <> CASE WHEN c.state = 1 THEN l.quantity ELSE 0 END LIMIT ?1";
    CART_LINES = "verify.cart_lines",
        "SELECT c.id, c.line_count, COALESCE(l.n, 0) FROM cart_reservation c LEFT JOIN
         (SELECT bucket, cart_reservation_id, COUNT(*) AS n FROM cart_reservation_line GROUP BY bucket, cart_reservation_id) l
         ON l.bucket = c.bucket AND l.cart_reservation_id = c.id WHERE c.line_count <> COALESCE(l.n, 0)
         OR (c.state = 1) <> (c.open_channel_id IS NOT NULL) OR COALESCE(c.due_at, 0) <> CASE WHEN c.state = 1 THEN c.expires_at ELSE 0 END OR (c.state = 2) <> (c.order_id IS NOT NULL) LIMIT ?1";
    REPORTED_RESERVATIONS = "verify.reported_reservations",
        "SELECT s.id, COALESCE(h.total, 0) + COALESCE(k.total, 0), s.reported FROM stock s LEFT JOIN
         (SELECT bucket, stock_id, CAST(SUM(quantity) AS BIGINT) AS total FROM reservation WHERE state = 2
         GROUP BY bucket, stock_id) h
         ON h.bucket = s.bucket AND h.stock_id = s.id LEFT JOIN
         (SELECT bucket, stock_id, CAST(SUM(quantity) AS BIGINT) AS total FROM kept_units GROUP BY bucket, stock_id) k
         ON k.bucket = s.bucket AND k.stock_id = s.id
         WHERE s.reported <> COALESCE(h.total, 0) + COALESCE(k.total, 0) LIMIT ?1";
    LAST_MOVEMENT = "verify.last_movement",
        "SELECT s.id, COALESCE(m.on_hand - m.reserved - m.reported, 0), s.on_hand - s.reserved - s.reported
         FROM stock s LEFT JOIN movement m ON m.id = s.movement_id AND m.bucket = s.bucket
         WHERE m.id IS NULL OR m.stock_id <> s.id OR m.on_hand <> s.on_hand OR m.reserved <> s.reserved
         OR m.reported <> s.reported LIMIT ?1";
    CHAIN = "verify.chain",
        "SELECT m.id, m.on_hand + m.reserved + m.reported,
         COALESCE(p.on_hand + p.reserved + p.reported, 0) + m.on_hand_delta + m.reserved_delta + m.reported_delta
         FROM movement m LEFT JOIN movement p ON p.id = m.previous_id AND p.bucket = m.bucket
         WHERE (m.previous_id IS NOT NULL AND (p.id IS NULL OR p.stock_id <> m.stock_id))
         OR m.on_hand <> COALESCE(p.on_hand, 0) + m.on_hand_delta
         OR m.reserved <> COALESCE(p.reserved, 0) + m.reserved_delta
         OR m.reported <> COALESCE(p.reported, 0) + m.reported_delta LIMIT ?1";
    RESERVATION_OF_ITEM = "verify.reservation_of_item",
        "WITH h AS (SELECT item_id, stock_id, quantity FROM reservation)
         SELECT i.id, i.quantity, COALESCE(h.quantity, 0) FROM order_item i LEFT JOIN h ON h.item_id = i.id
         WHERE h.item_id IS NULL OR h.quantity <> i.quantity OR h.stock_id <> i.stock_id LIMIT ?1";
    CANCELLED_RESERVATION = "verify.cancelled_reservation",
        "WITH h AS (SELECT item_id, state FROM reservation)
         SELECT i.id, 4, h.state FROM order_item i JOIN h ON h.item_id = i.id
         WHERE (i.status = 100) <> (h.state = 4) AND NOT (i.status = 100 AND h.state = 3)
         AND NOT (i.status = 600 AND h.state = 4) LIMIT ?1";
    ONE_CHAIN = "verify.one_chain",
        "SELECT stock_id, COUNT(*) - 1, COUNT(DISTINCT previous_id) FROM movement GROUP BY bucket, stock_id
         HAVING COUNT(DISTINCT previous_id) <> COUNT(*) - 1 LIMIT ?1";
    /// A line that had left when its order came needs no code.
    CODE_OF_RELEASED = "verify.code_of_released",
        "WITH h AS (SELECT item_id, registered_at FROM reservation WHERE state IN (2, 3))
         SELECT i.id, 1, 0 FROM h JOIN order_item i ON i.id = h.item_id
         WHERE i.status < 500 AND COALESCE(h.registered_at, 0) <> i.created_at
         AND NOT EXISTS (SELECT 1 FROM mapping m WHERE m.item_id = i.id AND m.bucket = i.bucket)
         AND NOT EXISTS (SELECT 1 FROM mapping m WHERE m.item_id = i.split_from AND m.bucket = i.bucket) LIMIT ?1";
    PROCESSING_OBJECT = "verify.processing_object",
        "SELECT a.id, 1, 0 FROM integration_action a LEFT JOIN batch_request b
         ON b.local_batch_id = a.local_batch_id AND b.lease_until IS NOT NULL
         WHERE a.status = 'processing' AND b.id IS NULL LIMIT ?1";
    DISCREPANCY = "verify.discrepancy",
        "SELECT s.id, COALESCE(d.newest, 0), COALESCE(s.discrepancy_at, 0) FROM stock s LEFT JOIN
         (SELECT bucket, stock_id, MAX(created_at) AS newest FROM discrepancy WHERE is_active = 1 GROUP BY bucket, stock_id) d
         ON d.bucket = s.bucket AND d.stock_id = s.id WHERE COALESCE(s.discrepancy_at, 0) <> COALESCE(d.newest, 0) LIMIT ?1";
    ONE_PACKAGE = "verify.one_package",
        "SELECT item_id, 1, COUNT(*) FROM package_item WHERE state IN (200, 250, 450, 475, 500) GROUP BY bucket, item_id
         HAVING COUNT(*) > 1 LIMIT ?1";
    /// A line that waits for a transfer may still be reserved where it is fetched.
    PACKED_RESERVATION = "verify.packed_reservation",
        "WITH h AS (SELECT bucket, item_id, stock_id FROM reservation WHERE state IN (1, 2, 3)),
         s AS (SELECT bucket, id, stock_list_id FROM stock)
         SELECT p.id, l.stock_list_id, COALESCE(s.stock_list_id, 0) FROM package_item p
         JOIN stock_location l ON l.id = p.stock_location_id
         LEFT JOIN h ON h.item_id = p.item_id
         LEFT JOIN s ON s.id = h.stock_id AND s.bucket = h.bucket
         WHERE p.state IN (200, 250, 450, 475)
         AND (s.id IS NULL OR (p.state <> 250 AND s.stock_list_id <> l.stock_list_id)) LIMIT ?1";
    PACKED_LINE = "verify.packed_line",
        "SELECT p.id, i.quantity, p.quantity FROM package_item p
         LEFT JOIN order_item i ON i.id = p.item_id AND i.bucket = p.bucket
         WHERE p.state IN (200, 250, 450, 475)
         AND (i.id IS NULL OR i.quantity <> p.quantity OR i.order_id <> p.order_id OR i.status = 100) LIMIT ?1";
    OPEN_PACKAGE = "verify.open_package",
        "SELECT p.id, 1, 0 FROM package p WHERE p.state IN (200, 250, 450, 475)
         AND NOT EXISTS (SELECT 1 FROM package_item i WHERE i.package_id = p.id AND i.bucket = p.bucket
         AND i.state = p.state) LIMIT ?1";
    MOVED_LINE = "verify.moved_line",
        "WITH h AS (SELECT item_id, state FROM reservation)
         SELECT m.id, 1, h.state FROM stock_move m LEFT JOIN h ON h.item_id = m.item_id
         WHERE m.kind = 'order_item' AND m.state = 0 AND (h.item_id IS NULL OR h.state NOT IN (1, 5)) LIMIT ?1";
    LEFT_UNITS = "verify.left_units",
        "WITH k AS (SELECT stock_id, move_id, quantity, registered_at FROM kept_units)
         SELECT m.id, m.quantity, COALESCE(k.quantity, 0) FROM stock_move m
         LEFT JOIN k ON k.move_id = m.id AND k.stock_id = m.from_stock_id
         WHERE m.kind = 'transfer' AND ((m.state = 0 AND (k.move_id IS NULL OR k.registered_at IS NOT NULL))
         OR (m.state <> 0 AND k.move_id IS NOT NULL AND k.registered_at IS NULL)
         OR (k.move_id IS NOT NULL AND k.quantity <> m.quantity)) LIMIT ?1";
    /// Units on their way are reserved by the line that waits for them, or else kept.
    UNITS_ON_THEIR_WAY = "verify.units_on_their_way",
        "WITH k AS (SELECT stock_id, move_id, quantity FROM kept_units)
         SELECT m.id, CASE WHEN t.state = 500 AND p.state <> 250 THEN m.quantity ELSE 0 END, COALESCE(k.quantity, 0)
         FROM stock_move m
         JOIN transfer_item t ON t.transfer_id = m.transfer_id AND t.item_id = m.item_id AND t.bucket = m.bucket
         JOIN package_item p ON p.id = t.package_item_id AND p.bucket = t.bucket
         LEFT JOIN k ON k.move_id = m.id AND k.stock_id = m.to_stock_id
         WHERE m.kind = 'transfer'
         AND CASE WHEN t.state = 500 AND p.state <> 250 THEN m.quantity ELSE 0 END <> COALESCE(k.quantity, 0) LIMIT ?1";
    KEPT_BY_MOVE = "verify.kept_by_move",
        "WITH m AS (SELECT id, from_stock_id, to_stock_id FROM stock_move WHERE kind = 'transfer')
         SELECT k.stock_id, 1, 0 FROM kept_units k LEFT JOIN m ON m.id = k.move_id AND (m.from_stock_id = k.stock_id OR m.to_stock_id = k.stock_id)
         WHERE m.id IS NULL LIMIT ?1";
    RESERVED_LIST = "verify.reserved_list",
        "WITH s AS (SELECT id, stock_list_id FROM stock)
         SELECT i.id, s.stock_list_id, COALESCE(i.reserved_list_id, i.stock_list_id) FROM order_item i
         JOIN s ON s.id = i.stock_id
         WHERE COALESCE(i.reserved_list_id, i.stock_list_id) <> s.stock_list_id LIMIT ?1";
    SHORT_NOTED = "verify.short_noted",
        "WITH h AS (SELECT item_id FROM reservation WHERE state = 5)
         SELECT i.id, 1, 0 FROM h JOIN order_item i ON i.id = h.item_id
         WHERE i.status IN (400, 450)
         AND NOT EXISTS (SELECT 1 FROM unplanned_item u WHERE u.id = i.id AND u.bucket = i.bucket) LIMIT ?1";
    UNPLANNED = "verify.unplanned",
        "SELECT u.id, 400, COALESCE(i.status, 0) FROM unplanned_item u
         LEFT JOIN order_item i ON i.id = u.id AND i.bucket = u.bucket
         WHERE i.id IS NULL OR i.status NOT IN (400, 450) OR i.quantity <> u.quantity
         OR EXISTS (SELECT 1 FROM package_item p WHERE p.order_id = u.order_id AND p.bucket = u.bucket AND p.item_id = u.id
         AND p.state IN (200, 250, 450, 475, 500)) LIMIT ?1";
    /// A line that has left may be refused all the same.
    OUTGOING = "verify.outgoing",
        "SELECT i.id, 1, 0 FROM order_item i LEFT JOIN data_source_line g ON g.item_id = i.id AND g.bucket = i.bucket
         WHERE i.data_source_id IS NOT NULL AND (g.item_id IS NULL
         OR (i.status = 100 AND g.state IN ('pending', 'placed'))
         OR (i.status <> 100 AND i.status < 500 AND g.state NOT IN ('pending', 'placed'))) LIMIT ?1";
    /// A line that was taken out of its package is in another one, is noted, or is to be sourced.
    UNNOTED = "verify.unnoted",
        "SELECT i.id, 1, 0 FROM package_item o JOIN order_item i ON i.id = o.item_id AND i.bucket = o.bucket
         WHERE o.state IN (100, 150) AND i.status IN (400, 450)
         AND NOT EXISTS (SELECT 1 FROM package_item p WHERE p.order_id = o.order_id AND p.bucket = o.bucket
         AND p.item_id = o.item_id AND p.state IN (200, 250, 450, 475, 500))
         AND NOT EXISTS (SELECT 1 FROM unplanned_item u WHERE u.id = i.id AND u.bucket = i.bucket)
         AND NOT EXISTS (SELECT 1 FROM sourcing_queue d WHERE d.order_id = i.order_id AND d.bucket = i.bucket) LIMIT ?1";
    /// Whether a stock is low follows the threshold of its list, which the next counting applies where it has changed.
    STATES = "verify.states",
        "SELECT s.id, s.expected, s.states FROM (SELECT s.id, s.states,
         CASE WHEN s.discrepancy_at IS NOT NULL OR s.on_hand - s.reserved - s.reported <= 0 THEN 1
         WHEN s.on_hand - s.reserved - s.reported <= l.low_stock THEN 2 ELSE 0 END
         + CASE WHEN s.on_hand - s.reserved - s.reported < 0 THEN 4 ELSE 0 END
         + CASE WHEN s.discrepancy_at IS NULL THEN 0 ELSE 8 END AS expected,
         CASE WHEN l.modified_at = l.created_at OR k.begun_at > l.modified_at + 5000000 THEN 1 ELSE 0 END AS is_applied
         FROM stock s JOIN stock_list l ON l.id = s.stock_list_id
         LEFT JOIN stock_list_sums k ON k.stock_list_id = l.id) s
         WHERE s.states <> s.expected AND (s.is_applied = 1 OR (s.states & 13) <> (s.expected & 13)) LIMIT ?1";
    EXTENT = "verify.extent",
        "SELECT (SELECT COUNT(*) FROM stock), (SELECT COUNT(*) FROM movement), (SELECT COUNT(*) FROM reservation),
         (SELECT COUNT(*) FROM sales_order)";
}

/// What counts the rows of a table by the smallest blocks: all of them, and those with each value of some columns.
fn counted(name: &str, by: &[&str]) -> String {
    let all = format!("SELECT '{name}', id >> 16, COUNT(*) FROM {name} GROUP BY 2");
    let of = |column: &&str| {
        let scope = format!("'{name}:{column}:' || {column}");
        format!("SELECT {scope}, id >> 16, COUNT(*) FROM {name} WHERE {column} IS NOT NULL GROUP BY 1, 2")
    };
    std::iter::once(all).chain(by.iter().map(of)).collect::<Vec<_>>().join(" UNION ALL ")
}

/// Counted rows against the counters: the smallest blocks are added up to the larger ones.
const COMPARED: &str = "levels (level) AS (SELECT 1 UNION ALL SELECT 2),
     both_sides (scope, level, block, id, counted, kept) AS (
     SELECT scope, level, block >> (16 - 8 * level), block >> (16 - 8 * level) << (32 - 8 * level), n, 0
     FROM fine CROSS JOIN levels
     UNION ALL SELECT scope, level, block, block << CAST(32 - 8 * level AS INTEGER), 0, n FROM row_counter)
     SELECT MIN(id), CAST(SUM(counted) AS BIGINT), CAST(SUM(kept) AS BIGINT) FROM both_sides GROUP BY scope, level, block
     HAVING SUM(counted) <> SUM(kept) LIMIT ?1";

/// The counters against a count of every table, those of resources too, once per scope.
pub(crate) fn counts() -> &'static Statement {
    static COUNTS: OnceLock<Statement> = OnceLock::new();
    COUNTS.get_or_init(|| {
        let own = COUNTED.iter().map(|table| (table.name, table.counted_by));
        let fine: Vec<String> = own.chain(resource::counted(TABLES)).map(|(name, by)| counted(name, by)).collect();
        let text = format!("WITH fine (scope, block, n) AS ({}), {COMPARED}", fine.join(" UNION ALL "));
        Statement::shared("verify.counts", text.leak())
    })
}

/// The rules, in the order they are checked, each with its statement; after them come the counts.
static RULES: &[(&str, &Statement)] = &[
    ("on hand is the sum of its movements", &ON_HAND),
    ("reserved is the sum of its movements", &RESERVED),
    ("external is the sum of its movements", &EXTERNAL),
    ("reported is the sum of its movements", &REPORTED),
    ("reserved is the open reservations and the external reservation", &OPEN_RESERVATIONS),
    ("reported is the reported reservations and the kept units", &REPORTED_RESERVATIONS),
    ("a line of a cart reservation reserves its units exactly while that is open", &CART_LINE),
    ("a cart reservation has its lines, its channel while it is open, and its order once it is confirmed", &CART_LINES),
    ("the newest movement shows the stock as it is", &LAST_MOVEMENT),
    ("each movement follows from the one before", &CHAIN),
    ("each order line has its reservation", &RESERVATION_OF_ITEM),
    ("a line is cancelled exactly if its reservation is", &CANCELLED_RESERVATION),
    ("the movements of a stock are one chain", &ONE_CHAIN),
    ("a released line has its code", &CODE_OF_RELEASED),
    ("an object that is processing is in an open batch", &PROCESSING_OBJECT),
    ("a stock is off sale exactly if it has an active discrepancy", &DISCREPANCY),
    ("a line is in one package at the most", &ONE_PACKAGE),
    ("a packed line is reserved where it leaves from", &PACKED_RESERVATION),
    ("a packed line is its order's", &PACKED_LINE),
    ("an open package has something in it", &OPEN_PACKAGE),
    ("a moved line is reserved until its moves are registered", &MOVED_LINE),
    ("units that have left are kept off sale until that is registered", &LEFT_UNITS),
    ("units on their way are not for sale", &UNITS_ON_THEIR_WAY),
    ("kept units belong to a transfer's move", &KEPT_BY_MOVE),
    ("a line names the list it is reserved in", &RESERVED_LIST),
    ("a short line is an unplanned item", &SHORT_NOTED),
    ("an unplanned line is open and in no package", &UNPLANNED),
    ("a line that left its package is an unplanned item", &UNNOTED),
    ("a line is cancelled exactly if it has ended with its data source", &OUTGOING),
    ("a stock is in the states that its numbers say", &STATES),
];

/// How many rules there are.
pub const fn rules() -> usize {
    RULES.len() + 1
}

/// Checks one rule, counted from 0. Its name and what does not add up.
pub async fn check(tx: &mut Tx<'_>, rule: usize) -> Result<(&'static str, Vec<Difference>), Error> {
    let (name, statement) = RULES.get(rule).copied().unwrap_or_else(|| ("counters are right", counts()));
    let read =
        |row: &Row<'_>| Ok(Difference { rule: name, id: row.get(0)?, expected: row.get(1)?, found: row.get(2)? });
    Ok((name, tx.all(statement, &values![DIFFERENCES_MAX], read).await?))
}

/// How much there is to look at.
pub async fn extent(tx: &mut Tx<'_>) -> Result<Extent, Error> {
    let read = |row: &Row<'_>| {
        Ok(Extent { stocks: row.get(0)?, movements: row.get(1)?, reservations: row.get(2)?, orders: row.get(3)? })
    };
    Ok(tx.first(&EXTENT, &[], read).await?.unwrap_or_default())
}
