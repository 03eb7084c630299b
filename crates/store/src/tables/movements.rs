//! Movements: appending, and walking one stock's history. Must not know how numbers are decided.

pub mod as_of;
pub mod roll_up;

use onhand_core::{
    CartReservationId, Cause, Delta, Explanation, ImportId, LevelWrite, Movement, MovementId, OrderItemId, Reason,
    Stock, StockId, StockTransferId, Timestamp, UnitType, UserId,
};

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    BY_ID = "movements.by_id",
        "SELECT id, stock_id, previous_id, cause, item_id, on_hand_delta, reserved_delta, external_reservation_delta,
         reported_delta, on_hand, reserved, reported, actor_id, at, import_id, snapshot_before,
         snapshot_after, unit_before, adjustment_reason, note, cart_reservation_id, stock_transfer_id,
         rolled_up
         FROM movement WHERE id = ?1 AND bucket = ?2";
    /// Along the previous movements of a stock, which are all in its bucket. Ids of several processes are not in the
    /// order of time, so the steps are counted.
    HISTORY = "movements.history",
        "WITH RECURSIVE walked AS (
         SELECT id, stock_id, previous_id, cause, item_id, on_hand_delta, reserved_delta, external_reservation_delta,
         reported_delta, on_hand, reserved, reported, actor_id, at, import_id, snapshot_before,
         snapshot_after, unit_before, adjustment_reason, note, cart_reservation_id, stock_transfer_id,
         rolled_up, bucket,
         CAST(1 AS BIGINT) AS step
         FROM movement WHERE id = ?1 AND bucket = ?2
         UNION ALL
         SELECT m.id, m.stock_id, m.previous_id, m.cause, m.item_id, m.on_hand_delta, m.reserved_delta,
         m.external_reservation_delta, m.reported_delta, m.on_hand, m.reserved, m.reported, m.actor_id, m.at, m.import_id,
         m.snapshot_before, m.snapshot_after, m.unit_before, m.adjustment_reason, m.note,
         m.cart_reservation_id,
         m.stock_transfer_id, m.rolled_up, m.bucket, walked.step + 1
         FROM walked JOIN movement m ON m.id = walked.previous_id AND m.bucket = walked.bucket
         WHERE walked.step < ?3 AND m.bucket = ?2)
         SELECT id, stock_id, previous_id, cause, item_id, on_hand_delta, reserved_delta, external_reservation_delta,
         reported_delta, on_hand, reserved, reported, actor_id, at, import_id, snapshot_before,
         snapshot_after, unit_before, adjustment_reason, note, cart_reservation_id, stock_transfer_id,
         rolled_up
         FROM walked ORDER BY step";
    NEWEST = "movements.newest",
        "SELECT id, stock_id, previous_id, cause, item_id, on_hand_delta, reserved_delta, external_reservation_delta,
         reported_delta, on_hand, reserved, reported, actor_id, at, import_id, snapshot_before,
         snapshot_after, unit_before, adjustment_reason, note, cart_reservation_id, stock_transfer_id,
         rolled_up FROM movement
         WHERE at > ?1 ORDER BY at DESC LIMIT ?2";
    INSERT = "movements.insert",
        "INSERT INTO movement (bucket, id, stock_id, previous_id, cause, item_id, on_hand_delta, reserved_delta,
         external_reservation_delta, reported_delta, on_hand, reserved, reported, actor_id, at, import_id,
         snapshot_before, snapshot_after, unit_before, adjustment_reason, note, cart_reservation_id, stock_transfer_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)";
}

fn read(row: &Row<'_>) -> Result<Movement, Error> {
    let cause: String = row.get(3)?;
    let item = OrderItemId::new(row.get::<Option<i64>>(4)?.unwrap_or(0));
    let cart = CartReservationId::new(row.get::<Option<i64>>(20)?.unwrap_or(0));
    Ok(Movement {
        id: MovementId::new(row.get(0)?),
        stock: StockId::new(row.get(1)?),
        previous: row.get::<Option<i64>>(2)?.map(MovementId::new),
        cause: match cause.as_str() {
            "order" => Cause::Order(item),
            "release" => Cause::Release(item),
            "cancel" => Cause::Cancel(item),
            "write" => Cause::Write,
            "plan" => Cause::Sourcing(item),
            "not_found" => Cause::NotFound(item),
            "transfer" => Cause::Transfer(item),
            "return" => Cause::Return(item),
            "count" => Cause::Count,
            "found" => Cause::Found,
            "cart_reserved" => Cause::CartReserved(cart),
            "cart_changed" => Cause::CartChanged(cart),
            "cart_released" => Cause::CartReleased(cart),
            "cart_expired" => Cause::CartExpired(cart),
            "cart_confirmed" => Cause::CartConfirmed(item),
            "settled" => Cause::Settled(item),
            "stock_transfer" => Cause::StockTransfer(StockTransferId::new(row.get::<Option<i64>>(21)?.unwrap_or(0))),
            "rolled_up" => Cause::RolledUp(row.get::<Option<i64>>(22)?.unwrap_or(1)),
            "import" => Cause::Import(ImportId::new(row.get::<Option<i64>>(14)?.unwrap_or(0))),
            other => return Err(Error::Internal(format!("there is no movement cause {other:?}"))),
        },
        delta: Delta { on_hand: row.get(5)?, reserved: row.get(6)?, external: row.get(7)?, reported: row.get(8)? },
        on_hand: row.get(9)?,
        reserved: row.get(10)?,
        reported: row.get(11)?,
        actor: UserId::new(row.get(12)?),
        at: Timestamp::from_micros(row.get(13)?),
        level: LevelWrite {
            snapshot_before: row.get::<Option<i64>>(15)?.map(Timestamp::from_micros),
            snapshot_after: row.get::<Option<i64>>(16)?.map(Timestamp::from_micros),
            unit_before: row.get::<Option<String>>(17)?.and_then(|word| UnitType::from_word(&word)),
        },
        explanation: explanation(row)?,
    })
}

fn explanation(row: &Row<'_>) -> Result<Option<Explanation>, Error> {
    let reason: Option<String> = row.get(18)?;
    let reason = reason.map(|word| Reason::of_word(&word));
    Ok(Explanation::of(reason, row.get::<Option<String>>(19)?.unwrap_or_default()))
}

/// The stored words for causes.
pub const CAUSES: &[&str] = &[
    "order",
    "release",
    "cancel",
    "write",
    "import",
    "plan",
    "not_found",
    "transfer",
    "return",
    "count",
    "found",
    "cart_reserved",
    "cart_changed",
    "cart_released",
    "cart_expired",
    "cart_confirmed",
    "stock_transfer",
    "settled",
    "rolled_up",
];

/// The stored word for a cause, and the order line it is about.
pub const fn cause_name(cause: Cause) -> (&'static str, Option<OrderItemId>) {
    match cause {
        Cause::Order(item) => ("order", Some(item)),
        Cause::Release(item) => ("release", Some(item)),
        Cause::Cancel(item) => ("cancel", Some(item)),
        Cause::Write => ("write", None),
        Cause::Import(_) => ("import", None),
        Cause::Sourcing(item) => ("plan", Some(item)),
        Cause::NotFound(item) => ("not_found", Some(item)),
        Cause::Transfer(item) => ("transfer", Some(item)),
        Cause::Return(item) => ("return", Some(item)),
        Cause::Count => ("count", None),
        Cause::Found => ("found", None),
        Cause::CartReserved(_) => ("cart_reserved", None),
        Cause::CartChanged(_) => ("cart_changed", None),
        Cause::CartReleased(_) => ("cart_released", None),
        Cause::CartExpired(_) => ("cart_expired", None),
        Cause::CartConfirmed(item) => ("cart_confirmed", Some(item)),
        Cause::StockTransfer(_) => ("stock_transfer", None),
        Cause::Settled(item) => ("settled", Some(item)),
        Cause::RolledUp(_) => ("rolled_up", None),
    }
}

/// The import that a cause is about.
pub const fn import_of(cause: Cause) -> Option<ImportId> {
    match cause {
        Cause::Import(import) => Some(import),
        _ => None,
    }
}

/// The cart reservation that a cause is about.
pub const fn cart_of(cause: Cause) -> Option<CartReservationId> {
    match cause {
        Cause::CartReserved(cart) | Cause::CartChanged(cart) | Cause::CartReleased(cart) | Cause::CartExpired(cart) => {
            Some(cart)
        }
        _ => None,
    }
}

/// The stock transfer that a cause is about.
pub const fn stock_transfer_of(cause: Cause) -> Option<StockTransferId> {
    match cause {
        Cause::StockTransfer(transfer) => Some(transfer),
        _ => None,
    }
}

/// How many movements were rolled up into the one with a cause.
pub const fn rolled_up_of(cause: Cause) -> Option<i64> {
    match cause {
        Cause::RolledUp(movements) => Some(movements),
        _ => None,
    }
}

/// Up to `limit` movements of a stock, newest first, from `before` (not included) or from the newest.
pub async fn history(
    tx: &mut Tx<'_>,
    stock: &Stock,
    before: Option<MovementId>,
    limit: usize,
) -> Result<Vec<Movement>, Error> {
    let newest = match before {
        None => stock.movement,
        Some(before) => by_id(tx, before).await?.filter(|found| found.stock == stock.id).and_then(|m| m.previous),
    };
    match newest.filter(|_| limit > 0) {
        Some(id) => tx.all(&HISTORY, &values![id.get(), id.bucket(), limit as i64], read).await,
        None => Ok(Vec::new()),
    }
}

/// Some movements; unknown ones are left out.
pub async fn by_ids<'m>(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = &'m MovementId>,
) -> Result<Vec<Movement>, Error> {
    tx.all_bulk(&BY_ID, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The newest movements of all stocks after a time, the newest first.
pub async fn newest(tx: &mut Tx<'_>, since: Timestamp, limit: i64) -> Result<Vec<Movement>, Error> {
    tx.all(&NEWEST, &values![since.micros(), limit], read).await
}

async fn by_id(tx: &mut Tx<'_>, id: MovementId) -> Result<Option<Movement>, Error> {
    tx.first(&BY_ID, &values![id.get(), id.bucket()], read).await
}

/// Appends movements, each at a time.
pub(crate) async fn insert_all(
    tx: &mut Tx<'_>,
    movements: impl Iterator<Item = (&Movement, Timestamp)>,
) -> Result<(), Error> {
    let rows = movements.map(|(movement, at)| {
        let (cause, item) = cause_name(movement.cause);
        let (reason, note) = Explanation::words(movement.explanation.as_ref());
        values![
            movement.id.bucket(),
            movement.id.get(),
            movement.stock.get(),
            movement.previous.map(MovementId::get),
            cause,
            item.map(OrderItemId::get),
            movement.delta.on_hand,
            movement.delta.reserved,
            movement.delta.external,
            movement.delta.reported,
            movement.on_hand,
            movement.reserved,
            movement.reported,
            movement.actor.get(),
            at.micros(),
            import_of(movement.cause).map(ImportId::get),
            movement.level.snapshot_before.map(Timestamp::micros),
            movement.level.snapshot_after.map(Timestamp::micros),
            movement.level.unit_before.map(UnitType::word),
            reason,
            note,
            cart_of(movement.cause).map(CartReservationId::get),
            stock_transfer_of(movement.cause).map(StockTransferId::get),
        ]
    });
    tx.execute_bulk(&INSERT, rows).await
}
