//! Origins: which order, cart, file or person stands behind a movement of stock.
//!
//! Promises: a requester that asks for a channel is told of its own orders and of itself only. Must not know how a
//! movement is told.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{CartReservationId, ImportId, Movement, Order, OrderId, OrderItemId, UserId};
use onhand_store::tables::{accounts, cart_reservations, movements, order_items, orders};
use onhand_store::{Error, Tx, imports};

use super::Requester;

/// How Onhand itself is called where people are named.
const ITSELF: &str = "Onhand";

/// What stands behind some movements.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    items: HashMap<OrderItemId, OrderId>,
    orders: HashMap<OrderId, Order>,
    carts: HashMap<CartReservationId, String>,
    files: HashMap<ImportId, String>,
    people: HashMap<UserId, String>,
}

impl Origins {
    /// Looks up what stands behind some movements.
    pub async fn of(tx: &mut Tx<'_>, found: &[Movement], requester: &Requester) -> Result<Self, Error> {
        let causes = found.iter().map(|movement| movement.cause);
        let items: BTreeSet<OrderItemId> = causes.clone().filter_map(|cause| movements::cause_name(cause).1).collect();
        let mut origins = Self::of_items(tx, &items, requester).await?;
        let carts: BTreeSet<CartReservationId> = causes.clone().filter_map(movements::cart_of).collect();
        let mut found_carts = cart_reservations::by_ids(tx, carts).await?;
        found_carts.retain(|cart| requester.channel.is_none() || cart.channel == requester.channel);
        origins.carts.extend(found_carts.into_iter().map(|cart| (cart.id, cart.reference)));
        if requester.channel.is_none() {
            let files = causes.filter_map(movements::import_of).collect::<BTreeSet<_>>();
            let found = imports::by_ids(tx, files).await?;
            origins.files.extend(found.into_iter().map(|found| (found.id, found.file_name)));
        }
        let may_know = |person: &UserId| requester.channel.is_none() || *person == requester.account;
        let people = found.iter().map(|movement| movement.actor).filter(may_know).collect::<BTreeSet<_>>();
        let found = accounts::by_ids(tx, people).await?;
        origins.people.extend(found.into_iter().map(|account| (account.id, account.username)));
        Ok(origins)
    }

    /// Looks up the orders of some lines.
    async fn of_items(tx: &mut Tx<'_>, items: &BTreeSet<OrderItemId>, requester: &Requester) -> Result<Self, Error> {
        let items = order_items::by_ids(tx, items).await?;
        let items: HashMap<OrderItemId, OrderId> = items.into_iter().map(|item| (item.id, item.order)).collect();
        let wanted: BTreeSet<OrderId> = items.values().copied().collect();
        let mut found = orders::by_ids(tx, &wanted).await?;
        found.retain(|order| requester.channel.is_none() || order.channel == requester.channel);
        Ok(Self { items, orders: found.into_iter().map(|order| (order.id, order)).collect(), ..Self::default() })
    }

    /// Adds what others know.
    pub fn add(&mut self, more: Self) {
        self.items.extend(more.items);
        self.orders.extend(more.orders);
        self.carts.extend(more.carts);
        self.files.extend(more.files);
        self.people.extend(more.people);
    }

    /// The order of a line.
    pub fn order_of(&self, item: OrderItemId) -> Option<&Order> {
        self.orders.get(self.items.get(&item)?)
    }

    /// The order behind a movement.
    pub fn order(&self, movement: &Movement) -> Option<&Order> {
        self.order_of(movements::cause_name(movement.cause).1?)
    }

    /// The reservation of a cart behind a movement, and its reference.
    pub fn cart(&self, movement: &Movement) -> Option<(CartReservationId, &str)> {
        let cart = movements::cart_of(movement.cause)?;
        Some((cart, self.carts.get(&cart)?))
    }

    /// The import behind a movement, and the name of its file.
    pub fn file(&self, movement: &Movement) -> Option<(ImportId, &str)> {
        let import = movements::import_of(movement.cause)?;
        Some((import, self.files.get(&import)?))
    }

    /// The name of who caused a movement; empty where that is not known or not told.
    pub fn person(&self, movement: &Movement) -> &str {
        if movement.actor == Requester::itself().account {
            // One that stands for several may have been caused by several people, and has this account then.
            return if movements::rolled_up_of(movement.cause).is_some() { "" } else { ITSELF };
        }
        self.people.get(&movement.actor).map_or("", String::as_str)
    }
}
