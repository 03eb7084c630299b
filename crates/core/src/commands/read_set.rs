//! What must be loaded before commands are decided.
//!
//! Promises: [`Command::read_set`](super::Command::read_set) names every row that [`decide`](super::decide) will look
//! at, so that a batch can be loaded, and its rows locked, with a few statements. Must not know how rows are loaded.

use std::collections::BTreeSet;

use super::fulfilment::FulfilmentReadSet;
use crate::{
    CartReservationId, ChannelId, DataSourceId, OrderId, OrderItemId, ProductId, StockId, StockKey, StockListId,
};

/// The rows that a batch of commands looks at. Ordered sets: rows are locked in this order, on every engine.
#[derive(Debug, Default)]
pub struct ReadSet {
    /// Lists by id.
    pub lists: BTreeSet<StockListId>,
    /// Data sources by id: whether they are as they were.
    pub sources: BTreeSet<DataSourceId>,
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
    /// References of transfers between lists: which of them are known.
    pub transfer_references: BTreeSet<String>,
    /// Order numbers that must be free, as (channel or 0, number).
    pub numbers: BTreeSet<(i64, String)>,
    /// Cart reservations by id, with their lines and the stocks of these.
    pub carts: BTreeSet<CartReservationId>,
    /// References of cart reservations that must be free, as (channel or 0, reference).
    pub cart_references: BTreeSet<(i64, String)>,
    /// The rows of fulfilment that are needed.
    pub fulfilment: FulfilmentReadSet,
    /// Something may come back to stocks: the lines that are short there are needed, with their orders.
    pub comes_back: bool,
}
