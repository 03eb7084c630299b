//! What the stream of changes says besides stocks and imports: counters and cards, the newest changes, an order.
//!
//! Promises: what is said is as far as the person may know it; of an order, the page and the stream call the same state
//! by the same name. Must not know who listens, or when something is sent.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use onhand_core::{MovementId, Order, OrderId, OrderItem, OrderItemId, Reservation, ReservationState};
use onhand_store::tables::{order_items, orders};
use onhand_store::{Error as StoreError, Store, Tx};
use onhand_web::screens::overview;
use onhand_web::texts::Texts;
use onhand_web::{Lang, Reference, link, number, time};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::live_rows::event;
use super::{cards, naming};
use crate::hex;
use crate::services::attention::Changes;
use crate::services::{Requester, ServiceError};
use crate::state::App;

/// Bytes of the name of an order's state: two states of one order differ in them.
const STATE_BYTES: usize = 8;

/// The counters beside the entries of the navigation, and what needs a person.
pub(super) async fn cards(app: &App, requester: &Requester) -> Result<Bytes, ServiceError> {
    let (waiting, cards) = cards::cards(app, requester).await?;
    let mut told: Map<String, Value> =
        cards.iter().map(|card| (card.kind.word().to_owned(), json!(card.number))).collect();
    let percent = waiting.import.as_ref().map(|import| number::share(import.counts.sum(), import.total));
    told.insert("orders_waiting".to_owned(), json!(waiting.orders));
    told.insert("import_percent".to_owned(), json!(percent));
    told.insert("needs".to_owned(), json!(overview::summary(&cards)));
    Ok(event("cards", &Value::Object(told)))
}

/// One of the newest changes.
pub(super) struct NewsRow {
    pub(super) movement: MovementId,
    at: String,
    product: i64,
    sku: String,
    name: String,
    change: i64,
    available: i64,
    reference: Option<Reference>,
}

/// The newest changes, the newest first.
pub(super) fn news(changes: &Changes) -> Vec<NewsRow> {
    let row = |(movement, stock): &(onhand_core::Movement, onhand_core::Stock)| NewsRow {
        movement: movement.id,
        at: time::machine(movement.at),
        product: stock.product.get(),
        sku: stock.sku.clone(),
        name: naming::product_name(&changes.names, stock),
        change: naming::available(movement) - naming::available_before(movement),
        available: naming::available(movement),
        reference: naming::reference_for((true, true), &changes.origins, movement),
    };
    changes.changes.iter().map(row).collect()
}

impl NewsRow {
    /// The row as a person of this language gets it.
    pub(super) fn value(&self, lang: Lang) -> Value {
        let Self { movement, at, product, sku, name, change, available, reference } = self;
        let address = reference.as_ref().and_then(|reference| reference.link.as_deref());
        let reference = reference.as_ref().map(|reference| reference.name(Texts::new(lang)));
        json!([movement.get(), at, link::product(product), sku, name, change, available, reference, address])
    }
}

/// The event of some rows.
pub(super) fn told_news(rows: &[Value]) -> Bytes {
    event("news", &json!({"rows": rows}))
}

/// What some orders are now; those that are not there are left out.
pub(super) async fn orders(store: &Store, ids: Vec<OrderId>) -> Result<HashMap<OrderId, Bytes>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let body = async move |tx: &mut Tx<'_>| {
        let found = orders::by_ids(tx, &ids.iter().copied().collect::<BTreeSet<_>>()).await?;
        let items = order_items::of_orders(tx, &ids).await?;
        let reservations = order_items::reservations_of(tx, &items).await?;
        Ok((found, items, reservations))
    };
    let (found, items, reservations) = store.read("orders.live", body).await?;
    let reservations: HashMap<OrderItemId, Reservation> =
        reservations.into_iter().map(|reservation| (reservation.item, reservation)).collect();
    let told = |order: &Order| {
        let items: Vec<&OrderItem> = items.iter().filter(|item| item.order == order.id).collect();
        let state = order_state(order, items, &reservations);
        let (pk, status) = (order.id.get(), order.status.code());
        (order.id, event("order", &json!({"pk": pk, "status": status, "is_send": order.is_send, "state": state})))
    };
    Ok(found.iter().map(told).collect())
}

/// A name for the state of an order with its lines: another state has another name.
pub(super) fn order_state<'i>(
    order: &Order,
    items: impl IntoIterator<Item = &'i OrderItem>,
    reservations: &HashMap<OrderItemId, Reservation>,
) -> String {
    let mut hash = Sha256::new();
    let mut add = |number: i64| hash.update(number.to_le_bytes());
    [order.modified_at.micros(), order.status.code(), i64::from(order.is_send)].into_iter().for_each(&mut add);
    for item in items {
        let state = reservations.get(&item.id).map_or(ReservationState::Cancelled, |reservation| reservation.state);
        let list = item.reserved_list.get();
        [item.id.get(), item.modified_at.micros(), item.status.code(), item.quantity.units(), list, state.number()]
            .into_iter()
            .for_each(&mut add);
    }
    hex::encode(&hash.finalize()[..STATE_BYTES])
}
