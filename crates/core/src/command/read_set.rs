//! What must be loaded before commands are decided.
//!
//! Promises: [`Command::read_set`] names every row that [`crate::decide`] will look at, so that a batch can be loaded,
//! and its rows locked, with a few statements. Must not know how rows are loaded.

use std::collections::BTreeSet;

use super::{
    Command, EditItem, ImportStocks, LevelChange, ORDER_LINES_MAX, PlaceOrder, ProductRef, ReleaseItem, StockTarget,
    WriteStock,
};
use crate::fulfilment::FulfilmentReadSet;
use crate::{ChannelId, ERP, IdKind, OrderId, OrderItemId, ProductId, StockId, StockKey, StockListId};

/// The rows that a batch of commands looks at. Ordered sets: rows are locked in this order, on every engine.
#[derive(Debug, Default)]
pub struct ReadSet {
    /// Lists by id.
    pub lists: BTreeSet<StockListId>,
    /// Channels by id.
    pub channels: BTreeSet<ChannelId>,
    /// Stocks by id.
    pub stocks: BTreeSet<StockId>,
    /// Stocks by natural key, each with the product of that SKU.
    pub keys: BTreeSet<StockKey>,
    /// Stocks of products known by id only, as (list, product), each with its product.
    pub product_keys: BTreeSet<(StockListId, ProductId)>,
    /// Reported reservations of the stocks above are needed, because a level may settle them.
    pub reported_of_keys: BTreeSet<StockKey>,
    /// The same for stocks named by id.
    pub reported_of_ids: BTreeSet<StockId>,
    /// Orders by id, with all their lines and reservations.
    pub orders: BTreeSet<OrderId>,
    /// Lines by id, with their reservation, mappings and stock.
    pub items: BTreeSet<OrderItemId>,
    /// Lines by id, with their whole order as in `orders`.
    pub items_with_orders: BTreeSet<OrderItemId>,
    /// Codes that the ERP gives to lines: which other lines have them.
    pub codes: BTreeSet<(OrderItemId, String)>,
    /// Order numbers that must be free, as (channel or 0, number).
    pub numbers: BTreeSet<(i64, String)>,
    /// The rows of fulfilment that are needed.
    pub fulfilment: FulfilmentReadSet,
    /// Something may come back to stocks: the lines that are short there are needed, with their orders.
    pub comes_back: bool,
}

impl Command {
    /// Adds what this command looks at.
    pub fn read_set(&self, read_set: &mut ReadSet) {
        read_set.comes_back |= self.comes_back();
        match self {
            Self::PlaceOrder(order) => order.read_set(read_set),
            Self::ReleaseItem(release) => release.read_set(read_set),
            Self::CancelItems(cancel) => _ = read_set.fulfilment.orders.insert(cancel.order),
            Self::WriteStocks(write) => write.rows.iter().for_each(|row| row.read_set(read_set)),
            Self::ImportStocks(import) => import.read_set(read_set),
            Self::EditOrder(edit) => _ = read_set.orders.insert(edit.order),
            Self::EditItem(edit) => edit.read_set(read_set),
            Self::Fulfilment(command) => command.read_set(&mut read_set.fulfilment),
        }
    }

    /// The most ids of a kind that deciding this command can use up. An edit of a line may cancel it, so it counts as a
    /// cancellation; a cancellation's lines are known after loading only, hence the bound of one order's lines.
    pub fn ids_needed(&self, kind: IdKind) -> usize {
        match (self, kind) {
            (Self::PlaceOrder(_), IdKind::Order)
            | (Self::ReleaseItem(_), IdKind::Mapping | IdKind::Movement | IdKind::StockMove)
            | (Self::EditItem(_), IdKind::Movement) => 1,
            (Self::PlaceOrder(order), IdKind::OrderItem | IdKind::Movement | IdKind::Stock) => order.lines.len(),
            (Self::WriteStocks(write), IdKind::Product | IdKind::Stock | IdKind::Movement) => write.rows.len(),
            (Self::ImportStocks(import), IdKind::Product | IdKind::Stock | IdKind::Movement) => import.rows.len(),
            (Self::CancelItems(_), IdKind::Movement) => ORDER_LINES_MAX,
            (Self::Fulfilment(command), kind) => command.ids_needed(kind),
            _ => 0,
        }
    }
}

impl PlaceOrder {
    fn read_set(&self, read_set: &mut ReadSet) {
        read_set.numbers.insert((self.channel.map_or(0, ChannelId::get), self.number.clone()));
        read_set.channels.extend(self.channel);
        for line in &self.lines {
            read_set.lists.insert(line.list);
            match &line.product {
                ProductRef::Id(id) => _ = read_set.product_keys.insert((line.list, *id)),
                ProductRef::Sku(sku) => _ = read_set.keys.insert(StockKey { list: line.list, sku: sku.clone() }),
            }
        }
    }
}

impl ReleaseItem {
    fn read_set(&self, read_set: &mut ReadSet) {
        read_set.items.insert(self.item);
        if self.integration_type == ERP {
            read_set.codes.insert((self.item, self.code.clone()));
        }
    }
}

impl EditItem {
    /// An edit that cancels a line takes it out of its package; one of its status may end its waiting for one.
    fn read_set(&self, read_set: &mut ReadSet) {
        let items =
            if self.edit.status.is_some() { &mut read_set.fulfilment.items } else { &mut read_set.items_with_orders };
        items.insert(self.item);
    }
}

impl WriteStock {
    fn read_set(&self, read_set: &mut ReadSet) {
        match &self.target {
            StockTarget::Key(key) => {
                read_set.lists.insert(key.list);
                read_set.keys.insert(key.clone());
                if self.on_hand.is_some() {
                    read_set.reported_of_keys.insert(key.clone());
                }
            }
            StockTarget::Id(id) => {
                read_set.stocks.insert(*id);
                if self.on_hand.is_some() {
                    read_set.reported_of_ids.insert(*id);
                }
            }
        }
    }
}

impl ImportStocks {
    fn read_set(&self, read_set: &mut ReadSet) {
        read_set.lists.insert(self.list);
        for row in &self.rows {
            let key = StockKey { list: self.list, sku: row.sku.clone() };
            if matches!(row.level, LevelChange::Level(_)) {
                read_set.reported_of_keys.insert(key.clone());
            }
            read_set.keys.insert(key);
        }
    }
}
