//! Placing an order: all lines are reserved, or none.
//!
//! Source: contract R1 (a reservation starts when the order is created), docs/data-model.md. The same SKU twice in one
//! order counts twice. An order that does not fit is rejected, or it is oversold if its channel accepts that.
//!
//! A line that has left when the order arrives was booked where it left: it waits for no registration. Until the list's
//! next level it counts as reported, because the stored one may be older than the sale; that level settles it.
//! A line that was paid back asks for nothing and is never rejected for want of stock.

use super::choose_lists::{self, ListedLine};
use super::new_line::NewLine;
use super::{Context, Outcome, ReadSet, release_item};
use crate::fulfilment::list_sourcing::ListSourcing;
use crate::orders::ORDER_LINES_MAX;
use crate::rejection::{RowRejection, Shortage};
use crate::{
    Cause, ChannelId, Delta, IdKind, Order, OrderId, OrderItem, OrderItemId, OrderStatus, OutgoingLine, Oversell,
    Product, QUANTITY_MAX, Rejection, Reservation, ReservationState, Stock, StockId, StockList, StockListId, Timestamp,
    WorkingSet, bucket_of_text,
};

/// A new order.
#[derive(Clone, Debug)]
pub struct PlaceOrder {
    /// Unique per channel.
    pub number: String,
    /// The channel, or `None` for an order that comes through Onhand's own API.
    pub channel: Option<ChannelId>,
    /// ISO code, may be empty.
    pub currency: String,
    /// Its first state.
    pub status: OrderStatus,
    /// Whether the ERP knows it already.
    pub is_send: bool,
    /// When the customer ordered; arrival when absent.
    pub date_placed: Option<Timestamp>,
    /// JSON object text.
    pub extra_field: String,
    /// JSON object text.
    pub details: String,
    /// How the lists of lines are chosen that name none; `None` if every line names its list.
    pub sourcing: Option<ListSourcing>,
    /// The installations that it came through, by name, with commas between them; empty for an order of its own.
    pub via: String,
    /// At least one.
    pub lines: Vec<NewLine>,
}

impl PlaceOrder {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.numbers.insert((self.channel.map_or(0, ChannelId::get), self.number.clone()));
        read_set.channels.extend(self.channel);
        choose_lists::read_set((&self.lines, self.sourcing.as_ref()), read_set);
    }

    /// The same order with all lists looked at; `None` if they are.
    pub(super) fn with_all_lists(&self) -> Option<Self> {
        let sourcing = self.sourcing.as_ref()?.with_all()?;
        Some(Self { sourcing: Some(sourcing), ..self.clone() })
    }

    /// The most lines that it can become.
    fn parts_max(&self) -> usize {
        choose_lists::parts_max((&self.lines, self.sourcing.as_ref()), ORDER_LINES_MAX)
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match kind {
            IdKind::Order => 1,
            IdKind::OrderItem | IdKind::Movement | IdKind::Stock => self.parts_max(),
            _ => 0,
        }
    }
}

pub(super) fn place_order(
    working_set: &mut WorkingSet,
    command: &PlaceOrder,
    context: Context,
) -> Result<Outcome, Rejection> {
    let policy = policy(working_set, command)?;
    if working_set.number_taken(command.channel.map_or(0, ChannelId::get), &command.number) {
        return Err(Rejection::OrderNumberTaken);
    }
    let products = products(working_set, &command.lines)?;
    let lines =
        choose_lists::choose(working_set, (&command.lines, command.sourcing.as_ref()), products, policy.is_some())?;
    check_fit(working_set, &lines, policy)?;
    let (order, items) = add_order_of(working_set, command, &lines, context);
    Ok(Outcome::OrderPlaced(order, items))
}

/// Adds an order of lines whose lists are known and whose units are there, or are accepted as oversold.
pub(super) fn add_order_of(
    working_set: &mut WorkingSet,
    command: &PlaceOrder,
    lines: &[ListedLine<'_>],
    context: Context,
) -> (Order, Vec<OrderItem>) {
    let order = add_order(working_set, command, context);
    let mut items: Vec<OrderItem> = Vec::with_capacity(lines.len());
    for line in lines {
        let whole = line.part_of.map(|first| items[first].id);
        items.push(hold_line(working_set, (&order, Some(&command.via)), (line, whole), context));
    }
    let is_located = |line: &ListedLine<'_>| {
        // What another installation sends, no location here sends.
        let here = |list: &StockList| list.location.is_some() && list.source.is_none();
        !line.new.status.is_shipped() && working_set.list(line.list).is_some_and(here)
    };
    if lines.iter().any(is_located) {
        working_set.set_sourcing_due(order.id, true);
    }
    (order, items)
}

/// How many units more than there are a line may take; none where an order has to fit.
fn policy(working_set: &WorkingSet, command: &PlaceOrder) -> Result<Option<i64>, Rejection> {
    let Some(id) = command.channel else { return Ok(None) };
    let channel = working_set.channel(id).ok_or(Rejection::UnknownChannel(id))?;
    Ok((channel.oversell == Oversell::Accept).then_some(channel.oversell_quantity_max))
}

/// The product of each line; all faults of all lines at once.
pub(super) fn products(working_set: &WorkingSet, lines: &[NewLine]) -> Result<Vec<Product>, Rejection> {
    let mut faults = Vec::new();
    let mut products = Vec::with_capacity(lines.len());
    for (row, line) in lines.iter().enumerate() {
        if let Some(list) = line.list.filter(|list| working_set.list(*list).is_none()) {
            faults.push((row, RowRejection::UnknownList(list)));
        }
        match working_set.product(&line.product) {
            Some(product) => products.push(product.clone()),
            None => faults.push((row, RowRejection::UnknownProduct(line.product.clone()))),
        }
    }
    if faults.is_empty() { Ok(products) } else { Err(Rejection::Rows(faults)) }
}

/// Whether all lines together fit. Sums per stock first, so that one SKU on two lines counts twice.
pub(super) fn check_fit(
    working_set: &WorkingSet,
    lines: &[ListedLine<'_>],
    oversell: Option<i64>,
) -> Result<(), Rejection> {
    let mut asked: Vec<Shortage> = Vec::with_capacity(lines.len());
    let mut oversold = Vec::new();
    for line in lines.iter().filter(|line| line.new.status.asks_for_units()) {
        let units = line.quantity.units();
        let left = left_for(working_set, &asked, line);
        let sku = &line.product.sku;
        if oversell.is_some_and(|max| units - left > max) {
            oversold.push(Shortage { sku: sku.clone(), list: line.list, asked: units, available: left });
        }
        match asked.iter_mut().find(|sum| sum.list == line.list && sum.sku == *sku) {
            Some(sum) => sum.asked += units,
            None => asked.push(Shortage {
                sku: sku.clone(),
                list: line.list,
                asked: units,
                available: working_set.stock_by_key(line.list, sku).map_or(0, Stock::available),
            }),
        }
    }
    let reserved = |sum: &Shortage| working_set.stock_by_key(sum.list, &sum.sku).map_or(0, |stock| stock.reserved);
    let too_large = asked.iter().any(|sum| sum.asked + reserved(sum) > QUANTITY_MAX);
    match oversell {
        None => {
            asked.retain(|sum| sum.asked > sum.available);
            if !asked.is_empty() {
                return Err(Rejection::InsufficientStock(asked));
            }
        }
        Some(max) if !oversold.is_empty() => return Err(Rejection::OversoldTooLarge { max, lines: oversold }),
        Some(_) => {}
    }
    if too_large { Err(Rejection::ReservedTooLarge) } else { Ok(()) }
}

/// What earlier lines of the order leave of a line's stock.
fn left_for(working_set: &WorkingSet, earlier: &[Shortage], line: &ListedLine<'_>) -> i64 {
    let of_line = |sum: &&Shortage| sum.list == line.list && sum.sku == line.product.sku;
    match earlier.iter().find(of_line) {
        Some(sum) => (sum.available - sum.asked).max(0),
        None => working_set.stock_by_key(line.list, &line.product.sku).map_or(0, Stock::available),
    }
}

pub(super) fn add_order(working_set: &mut WorkingSet, command: &PlaceOrder, context: Context) -> Order {
    let order = Order {
        id: OrderId::new(working_set.ids.next_in_bucket(IdKind::Order, bucket_of_text(&command.number))),
        channel: command.channel,
        number: command.number.clone(),
        status: command.status,
        is_send: command.is_send,
        currency: command.currency.clone(),
        extra_field: command.extra_field.clone(),
        details: command.details.clone(),
        date_placed: command.date_placed.unwrap_or(context.now),
        created_at: context.now,
        modified_at: context.now,
    };
    working_set.add_order(order.clone());
    order
}

/// Adds a line and what it reserves. `via` says what its order came through; without it, the line goes to no data source.
pub(super) fn hold_line(
    working_set: &mut WorkingSet,
    (order, via): (&Order, Option<&str>),
    (listed, split_from): (&ListedLine<'_>, Option<OrderItemId>),
    context: Context,
) -> OrderItem {
    let ListedLine { new: line, product, list, quantity, .. } = listed;
    let (list, quantity) = (*list, *quantity);
    let stock = stock_of(working_set, list, product, context);
    let units = quantity.units();
    let reserved_before = if listed.is_reserved { units } else { 0 };
    let (state, registered_at) = first_state(working_set, line, stock, context);
    let source = working_set.list(list).and_then(|list| list.source).filter(|_| state == ReservationState::Open);
    let item = OrderItem {
        id: OrderItemId::new(working_set.ids.next_in_bucket(IdKind::OrderItem, order.id.bucket())),
        order: order.id,
        product: product.id,
        list,
        stock,
        reserved_list: list,
        location: working_set.list(list).and_then(|list| list.location),
        sku: product.sku.clone(),
        quantity,
        status: line.status,
        split_from,
        sourced: listed.sourced,
        outgoing: source.zip(via).map(|(source, via)| Box::new(OutgoingLine::new(source, via, context.now))),
        oversold: line.status.asks_for_units()
            && working_set.stock(stock).is_none_or(|stock| stock.available_unclamped() + reserved_before < units),
        price: line.price.clone(),
        extra_field: line.extra_field.clone(),
        attributes: line.attributes.clone(),
        details: line.details.clone(),
        created_at: context.now,
        modified_at: context.now,
    };
    let mut delta = match state {
        ReservationState::Open => Delta { reserved: units, ..Delta::default() },
        ReservationState::Reported => Delta { reported: units, ..Delta::default() },
        ReservationState::Settled | ReservationState::Cancelled | ReservationState::Short => Delta::default(),
    };
    delta.reserved -= reserved_before;
    let cause = if listed.is_reserved { Cause::CartConfirmed(item.id) } else { Cause::Order(item.id) };
    // A stock begins with a movement, even one that an order made that reserves nothing of it; and whoever looks for the
    // line that reserves finds it among the movements, also where a cart had reserved the same.
    let is_first = working_set.stock(stock).is_some_and(|stock| stock.movement.is_none());
    if delta != Delta::default() || is_first || listed.is_reserved {
        working_set.move_stock(stock, delta, cause, context.actor, context.now);
    }
    working_set.add_reservation(Reservation { item: item.id, stock, quantity, state, registered_at, moved: None });
    working_set.add_item(item.clone());
    item
}

/// How a line is counted when its order is placed, and since when its stock is told of it.
fn first_state(
    working_set: &WorkingSet,
    line: &NewLine,
    stock: StockId,
    context: Context,
) -> (ReservationState, Option<Timestamp>) {
    let (state, at) = match line.status {
        status if !status.asks_for_units() => (ReservationState::Settled, context.now),
        status if status.is_shipped() => release_item::registered(working_set, stock, None, context),
        _ => return (ReservationState::Open, None),
    };
    (state, Some(at))
}

/// The stock that a line reserves. A list that has never heard of the product gets an empty row: only an order that may
/// oversell comes here.
fn stock_of(working_set: &mut WorkingSet, list: StockListId, product: &Product, context: Context) -> StockId {
    if let Some(stock) = working_set.stock_by_key(list, &product.sku) {
        return stock.id;
    }
    working_set.create_stock(list, product.id, &product.sku, context.now)
}
