//! The working set: the rows that one batch of commands may read and change, and the changes.
//!
//! Promises: numbers of a stock change only in [`WorkingSet::move_stock`], which records the movement in the same step;
//! a row is written back exactly if it was changed. Must not know where rows come from or go to.

mod by_stock;
mod carts;
mod fulfilment;
mod goods_movements;
mod mappings;
mod reservations;
mod stocks;
mod tracked;

pub use fulfilment::{Fulfilment, FulfilmentChanges};
pub use goods_movements::GoodsMovements;
pub use mappings::Mappings;
pub use tracked::{Tracked, TrackedChanges, TrackedMap};

use std::collections::{BTreeMap, BTreeSet, HashMap};

use by_stock::ByStock;
use tracked::rows;

use crate::stock::ProductRef;
use crate::{
    CartReservation, CartReservationId, Channel, ChannelId, DataSourceId, IdAllocator, Mapping, Movement, Order,
    OrderId, OrderItem, OrderItemId, Product, ProductId, Quantity, RemovedStock, Reservation, ReservationState, Stock,
    StockId, StockList, StockListId, StockTransfer, StockTransferId, Timestamp,
};

rows! {
    /// Loaded rows and recorded changes.
    pub struct WorkingSet {
        /// Products.
        products: TrackedMap<ProductId, Product>,
        /// Stocks.
        stocks: TrackedMap<StockId, Stock>,
        /// Transfers between lists.
        stock_transfers: TrackedMap<StockTransferId, StockTransfer>,
        /// Stocks that were removed.
        removed_stocks: Vec<RemovedStock>,
        /// Orders.
        orders: TrackedMap<OrderId, Order>,
        /// Order lines.
        items: TrackedMap<OrderItemId, OrderItem>,
        /// Reservations.
        reservations: TrackedMap<OrderItemId, Reservation>,
        /// Cart reservations.
        carts: TrackedMap<CartReservationId, CartReservation>,
        /// Codes of remote systems for lines.
        pub mappings: Mappings,
        /// Movements, in order.
        movements: Vec<Movement>,
        /// Orders that are to be sourced from now on, or (`false`) that have been.
        sourcing_due: BTreeMap<OrderId, bool>,
        /// Locations, and the work of people there.
        pub fulfilment: Fulfilment,
    }
    besides {
        /// Where new ids come from.
        pub ids: IdAllocator,
        lists: HashMap<StockListId, StockList>,
        channels: HashMap<ChannelId, Channel>,
        sources: HashMap<DataSourceId, Timestamp>,
        product_ids: HashMap<String, ProductId>,
        stock_ids: HashMap<StockListId, HashMap<String, StockId>>,
        numbers: BTreeSet<(i64, String)>,
        cart_references: BTreeSet<(i64, String)>,
        items_of: HashMap<OrderId, BTreeSet<OrderItemId>>,
        reported_of: ByStock,
        short_of: ByStock,
    }
    /// What the batch changed: to be written back in one transaction.
    pub struct Changes;
}

/// Loading.
impl WorkingSet {
    /// An empty working set that makes ids with this allocator.
    pub fn new(ids: IdAllocator) -> Self {
        Self { ids, ..Self::default() }
    }

    /// Puts a list into the working set.
    pub fn put_list(&mut self, list: StockList) {
        self.lists.insert(list.id, list);
    }

    /// Puts a channel into the working set.
    pub fn put_channel(&mut self, channel: Channel) {
        self.channels.insert(channel.id, channel);
    }

    /// Puts a data source into the working set: when it was last changed.
    pub fn put_source(&mut self, id: DataSourceId, modified_at: Timestamp) {
        self.sources.insert(id, modified_at);
    }

    /// Puts a product into the working set.
    pub fn put_product(&mut self, product: Product) {
        self.product_ids.insert(product.sku.clone(), product.id);
        self.products.put(product.id, product);
    }

    /// Puts a stock into the working set.
    pub fn put_stock(&mut self, stock: Stock) {
        self.stock_ids.entry(stock.list).or_default().insert(stock.sku.clone(), stock.id);
        self.stocks.put(stock.id, stock);
    }

    /// Puts an order into the working set.
    pub fn put_order(&mut self, order: Order) {
        self.orders.put(order.id, order);
    }

    /// Says that an order number is taken.
    pub fn put_number(&mut self, channel: i64, number: String) {
        self.numbers.insert((channel, number));
    }

    /// Puts a transfer between lists into the working set.
    pub fn put_stock_transfer(&mut self, transfer: StockTransfer) {
        self.stock_transfers.put(transfer.id, transfer);
    }

    /// Puts an order line into the working set.
    pub fn put_item(&mut self, item: OrderItem) {
        self.items_of.entry(item.order).or_default().insert(item.id);
        self.items.put(item.id, item);
    }

    /// Puts a reservation into the working set.
    pub fn put_reservation(&mut self, reservation: Reservation) {
        self.index_reservation(&reservation);
        self.reservations.put(reservation.item, reservation);
    }

    fn index_reservation(&mut self, reservation: &Reservation) {
        self.reported_of.keep(reservation.stock, reservation.item, reservation.state == ReservationState::Reported);
        self.short_of.keep(reservation.stock, reservation.item, reservation.state == ReservationState::Short);
    }
}

/// Reading.
impl WorkingSet {
    /// A list.
    pub fn list(&self, id: StockListId) -> Option<&StockList> {
        self.lists.get(&id)
    }

    /// A channel.
    pub fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.get(&id)
    }

    /// When a data source was last changed by people or programs.
    pub fn source_modified_at(&self, id: DataSourceId) -> Option<Timestamp> {
        self.sources.get(&id).copied()
    }

    /// A product by id or SKU.
    pub fn product(&self, product: &ProductRef) -> Option<&Product> {
        let id = match product {
            ProductRef::Id(id) => id,
            ProductRef::Sku(sku) => self.product_ids.get(sku)?,
        };
        self.products.get(*id)
    }

    /// A stock by id.
    pub fn stock(&self, id: StockId) -> Option<&Stock> {
        self.stocks.get(id)
    }

    /// When any of the stocks last changed.
    pub fn newest(&self) -> Option<Timestamp> {
        self.stocks.all().map(|stock| stock.modified_at).max()
    }

    /// A stock by natural key.
    pub fn stock_by_key(&self, list: StockListId, sku: &str) -> Option<&Stock> {
        self.stocks.get(*self.stock_ids.get(&list)?.get(sku)?)
    }

    /// The transfer between lists with a reference.
    pub fn transfer_by_reference(&self, reference: &str) -> Option<&StockTransfer> {
        self.stock_transfers.all().find(|transfer| transfer.reference.as_deref() == Some(reference))
    }

    /// An order.
    pub fn order(&self, id: OrderId) -> Option<&Order> {
        self.orders.get(id)
    }

    /// Whether a channel (0: no channel) has an order of this number.
    pub fn number_taken(&self, channel: i64, number: &str) -> bool {
        self.numbers.contains(&(channel, number.to_owned()))
    }

    /// An order line.
    pub fn item(&self, id: OrderItemId) -> Option<&OrderItem> {
        self.items.get(id)
    }

    /// The lines of an order, oldest first.
    pub fn items_of(&self, order: OrderId) -> Vec<OrderItemId> {
        self.items_of.get(&order).into_iter().flatten().copied().collect()
    }

    /// The reservation of a line.
    pub fn reservation(&self, item: OrderItemId) -> Option<&Reservation> {
        self.reservations.get(item)
    }

    /// Lines with a reported reservation on a stock.
    pub(crate) fn reported_of(&self, stock: StockId) -> Vec<OrderItemId> {
        self.reported_of.of(stock)
    }

    /// Lines that are short and were last reserved on a stock.
    pub(crate) fn short_of(&self, stock: StockId) -> Vec<OrderItemId> {
        self.short_of.of(stock)
    }

    /// Stocks that lines are short at.
    pub(crate) fn stocks_with_short(&self) -> Vec<StockId> {
        self.short_of.stocks()
    }

    /// Takes the recorded changes, leaving none.
    pub fn take_changes(&mut self) -> Changes {
        Tracked::take_changes(self)
    }
}

/// Changing. Only the decisions call these.
impl WorkingSet {
    pub(crate) fn add_order(&mut self, order: Order) {
        self.put_number(order.channel.map_or(0, ChannelId::get), order.number.clone());
        self.orders.make(order.id, order);
    }

    pub(crate) fn add_stock_transfer(&mut self, transfer: StockTransfer) {
        self.stock_transfers.make(transfer.id, transfer);
    }

    pub(crate) fn add_item(&mut self, item: OrderItem) {
        self.items_of.entry(item.order).or_default().insert(item.id);
        self.items.make(item.id, item);
    }

    pub(crate) fn add_reservation(&mut self, reservation: Reservation) {
        self.index_reservation(&reservation);
        self.remember_ordered(reservation.stock);
        self.reservations.make(reservation.item, reservation);
    }

    pub(crate) fn add_mapping(&mut self, mapping: Mapping) {
        let whole = self.item(mapping.item).map(OrderItem::whole);
        self.mappings.make(mapping, whole);
    }

    /// The order, to change it. Its time grows with every change, as a stock's does.
    pub(crate) fn order_mut(&mut self, id: OrderId, at: Timestamp) -> &mut Order {
        let is_new = self.orders.is_made(id);
        let order = self.orders.change(id);
        order.modified_at = if is_new { at.max(order.modified_at) } else { at.later_than(order.modified_at) };
        order
    }

    /// The line, to change it.
    pub(crate) fn item_mut(&mut self, id: OrderItemId) -> &mut OrderItem {
        self.items.change(id)
    }

    /// Changes how many units a line is of, and its reservation with it. The caller answers for the numbers of the
    /// stock.
    pub(crate) fn resize(&mut self, item: OrderItemId, quantity: Quantity, now: Timestamp) {
        self.reservations.change(item).quantity = quantity;
        let line = self.item_mut(item);
        (line.quantity, line.modified_at) = (quantity, now);
    }

    /// Says that an order is to be sourced, or has been.
    pub(crate) fn set_sourcing_due(&mut self, order: OrderId, is_due: bool) {
        self.sourcing_due.insert(order, is_due);
    }
}
