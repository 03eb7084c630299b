//! Reservations of order lines: reading, and writing for the unit of work. Must not know stock numbers.

use onhand_core::{MovedFrom, OrderItem, OrderItemId, Reservation, ReservationState, StockId, StockListId, Timestamp};

use super::quantity;
use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    RESERVATION = "reservations.by_item",
        "SELECT item_id, stock_id, quantity, state, registered_at, moved_at, moved_from_id, moved_from_list_id
         FROM reservation WHERE item_id = ?1 AND bucket = ?2";
    /// Looks at the index of open lines only, and at no row of it: as many entries as there are open lines.
    OPEN_AFTER = "reservations.open_of_stock",
        "SELECT item_id FROM reservation
         WHERE state = 1 AND stock_id = ?1 AND bucket = ?2 AND item_id > ?3 ORDER BY item_id LIMIT ?4";
    REPORTED_AFTER = "reservations.reported_of_stock_after",
        "SELECT item_id FROM reservation
         WHERE state = 2 AND stock_id = ?1 AND bucket = ?2 AND item_id > ?3 ORDER BY item_id LIMIT ?4";
    REPORTED_RESERVATIONS = "reservations.reported_of_stock",
        "SELECT item_id, stock_id, quantity, state, registered_at, moved_at, moved_from_id, moved_from_list_id
         FROM reservation
         WHERE stock_id = ?1 AND state = 2 AND bucket = ?2 ORDER BY item_id";
    SHORT_RESERVATIONS = "reservations.short_of_stock",
        "SELECT item_id FROM reservation WHERE stock_id = ?1 AND state = 5 AND bucket = ?2 ORDER BY item_id LIMIT ?3";
    INSERT_RESERVATION = "reservations.insert",
        "INSERT INTO reservation (bucket, item_id, stock_id, quantity, state, registered_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    INSERT_MOVED_RESERVATION = "reservations.insert_moved",
        "INSERT INTO reservation (bucket, item_id, stock_id, quantity, state, registered_at, moved_at, moved_from_id,
         moved_from_list_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    /// A reservation is in the bucket of its stock: when it moves to another stock, it moves to another bucket.
    DELETE_RESERVATION = "reservations.delete", "DELETE FROM reservation WHERE item_id = ?1 AND bucket = ?2";
    UPDATE_RESERVATION = "reservations.update",
        "UPDATE reservation SET state = ?3, registered_at = ?4, quantity = ?5 WHERE item_id = ?1 AND bucket = ?2";
}

onhand_core::words! {
    /// The states in which a reservation takes units from what is available.
    pub enum ReservedState {
        /// The ERP has not registered the line.
        Open => "open",
        /// It has, and no level settles the line yet.
        Reported => "reported",
    }
    word word, from_word;
}

fn read_reservation(row: &Row<'_>) -> Result<Reservation, Error> {
    Ok(Reservation {
        item: OrderItemId::new(row.get(0)?),
        stock: StockId::new(row.get(1)?),
        quantity: quantity(row.get(2)?)?,
        state: state(row.get(3)?)?,
        registered_at: row.get::<Option<i64>>(4)?.map(Timestamp::from_micros),
        moved: match row.get::<Option<i64>>(5)? {
            None => None,
            Some(at) => Some(MovedFrom {
                stock: StockId::new(row.get(6)?),
                list: StockListId::new(row.get(7)?),
                at: Timestamp::from_micros(at),
            }),
        },
    })
}

fn state(number: i64) -> Result<ReservationState, Error> {
    ReservationState::from_number(number)
        .ok_or_else(|| Error::Internal(format!("there is no reservation state {number}")))
}

/// The reservations of some lines.
pub async fn reservations_of(tx: &mut Tx<'_>, items: &[OrderItem]) -> Result<Vec<Reservation>, Error> {
    let keys = items.iter().map(|item| values![item.id.get(), item.stock.bucket()]);
    tx.all_bulk(&RESERVATION, keys, read_reservation).await
}

/// The reservations on some stocks that the ERP has registered and no level settles yet.
pub async fn reported_reservations_of(tx: &mut Tx<'_>, stocks: &[StockId]) -> Result<Vec<Reservation>, Error> {
    tx.all_bulk(&REPORTED_RESERVATIONS, stocks.iter().map(|id| values![id.get(), id.bucket()]), read_reservation).await
}

/// Reservations of one stock, of the oldest lines, after the line `after` if there is one; so many at the most. Only the
/// open and the reported ones have an index.
pub async fn reservations_after(
    tx: &mut Tx<'_>,
    (stock, state): (StockId, ReservedState),
    after: Option<OrderItemId>,
    limit: i64,
) -> Result<Vec<Reservation>, Error> {
    let statement = match state {
        ReservedState::Open => &OPEN_AFTER,
        ReservedState::Reported => &REPORTED_AFTER,
    };
    let wanted = values![stock.get(), stock.bucket(), after.map_or(0, OrderItemId::get), limit];
    let items = tx.all(statement, &wanted, |row| row.get(0).map(OrderItemId::new)).await?;
    let keys = items.iter().map(|item| values![item.get(), stock.bucket()]);
    tx.all_bulk(&RESERVATION, keys, read_reservation).await
}

/// The lines that are short at some stocks, the oldest of each, so many at the most.
pub(crate) async fn short_of(
    tx: &mut Tx<'_>,
    stocks: impl IntoIterator<Item = &StockId>,
    limit: i64,
) -> Result<Vec<OrderItemId>, Error> {
    let keys = stocks.into_iter().map(|id| values![id.get(), id.bucket(), limit]);
    let mut found = tx.all_bulk(&SHORT_RESERVATIONS, keys, |row| row.get(0).map(OrderItemId::new)).await?;
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}

pub(crate) async fn insert_reservations(tx: &mut Tx<'_>, reservations: &[&Reservation]) -> Result<(), Error> {
    // A reservation of a new order has not been moved, and its row does not say so.
    let rows = reservations.iter().filter(|reservation| reservation.moved.is_none()).map(|reservation| {
        let registered_at = reservation.registered_at.map(Timestamp::micros);
        let (units, state) = (reservation.quantity.units(), reservation.state.number());
        values![
            reservation.stock.bucket(),
            reservation.item.get(),
            reservation.stock.get(),
            units,
            state,
            registered_at
        ]
    });
    tx.execute_bulk(&INSERT_RESERVATION, rows).await?;
    let rows = reservations.iter().filter_map(|reservation| Some((reservation, reservation.moved?))).map(
        |(reservation, moved)| {
            let registered_at = reservation.registered_at.map(Timestamp::micros);
            let (units, state) = (reservation.quantity.units(), reservation.state.number());
            let (at, from, list) = (moved.at.micros(), moved.stock.get(), moved.list.get());
            values![
                reservation.stock.bucket(),
                reservation.item.get(),
                reservation.stock.get(),
                units,
                state,
                registered_at,
                at,
                from,
                list
            ]
        },
    );
    tx.execute_bulk(&INSERT_MOVED_RESERVATION, rows).await
}

/// Writes reservations back; `reservations` are pairs of the stock that a reservation was on and the reservation.
pub(crate) async fn update_reservations(
    tx: &mut Tx<'_>,
    reservations: &[(StockId, &Reservation)],
) -> Result<(), Error> {
    let stayed = reservations.iter().filter(|(stock, reservation)| *stock == reservation.stock);
    let rows = stayed.map(|(_, reservation)| {
        let registered_at = reservation.registered_at.map(Timestamp::micros);
        let quantity = reservation.quantity.units();
        values![reservation.item.get(), reservation.stock.bucket(), reservation.state.number(), registered_at, quantity]
    });
    tx.execute_bulk(&UPDATE_RESERVATION, rows).await?;
    let moved: Vec<&(StockId, &Reservation)> =
        reservations.iter().filter(|(stock, reservation)| *stock != reservation.stock).collect();
    tx.execute_bulk(
        &DELETE_RESERVATION,
        moved.iter().map(|(stock, reservation)| values![reservation.item.get(), stock.bucket()]),
    )
    .await?;
    insert_reservations(tx, &moved.iter().map(|(_, reservation)| *reservation).collect::<Vec<_>>()).await
}
