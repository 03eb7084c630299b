//! Confirming a cart reservation: it becomes an order that has its units, in one step.
//!
//! Promises: between the cart and the order there is no moment in which another could take the units, so an order of an
//! open cart reservation is never rejected for want of them.

use std::collections::BTreeMap;

use super::super::PlaceOrder;
use super::super::choose_lists::ListedLine;
use super::super::place_order::add_order_of;
use super::{CartOutcome, Context, ReadSet, open};
use crate::commands::NewLine;
use crate::stock::ProductRef;
use crate::{
    CART_LINES_MAX, CartReservation, CartReservationId, CartState, ChannelId, IdKind, Product, Quantity, Rejection,
    WorkingSet,
};

/// A cart reservation that is to become an order.
#[derive(Debug)]
pub struct ConfirmCart {
    /// Which.
    pub cart: CartReservationId,
    /// The order, of the channel of the cart reservation. It has no lines of its own.
    pub order: PlaceOrder,
    /// What is said of its lines, by their numbers. A line of which nothing is said is as empty as can be.
    pub lines: Vec<ConfirmedLine>,
}

/// What an order says of a line of its cart reservation besides the units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfirmedLine {
    /// The number of the line.
    pub number: i64,
    /// Decimal text.
    pub price: Option<String>,
    /// JSON object text.
    pub extra_field: String,
    /// JSON object text.
    pub attributes: String,
    /// JSON object text.
    pub details: String,
}

impl ConfirmCart {
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.carts.insert(self.cart);
        read_set.channels.extend(self.order.channel);
        read_set.numbers.insert((self.order.channel.map_or(0, ChannelId::get), self.order.number.clone()));
    }

    pub(super) fn ids_needed(kind: IdKind) -> usize {
        match kind {
            IdKind::Order => 1,
            IdKind::OrderItem | IdKind::Movement => CART_LINES_MAX,
            _ => 0,
        }
    }
}

pub(super) fn confirm_cart(
    working_set: &mut WorkingSet,
    command: &ConfirmCart,
    context: Context,
) -> Result<CartOutcome, Rejection> {
    let cart = open(working_set, command.cart, context)?;
    if cart.channel != command.order.channel {
        return Err(Rejection::NotFound);
    }
    let unknown: Vec<i64> =
        command.lines.iter().map(|line| line.number).filter(|number| !has_line(&cart, *number)).collect();
    if !unknown.is_empty() {
        return Err(Rejection::NotInCart(unknown));
    }
    if working_set.number_taken(cart.channel.map_or(0, ChannelId::get), &command.order.number) {
        return Err(Rejection::OrderNumberTaken);
    }
    let lines = new_lines(&cart, command);
    let listed: Vec<ListedLine<'_>> = (cart.lines.iter().filter(|line| line.units > 0).zip(&lines))
        .map(|(line, new)| ListedLine {
            new,
            product: Product { id: line.product, sku: line.sku.clone() },
            list: line.list,
            quantity: new.quantity,
            part_of: None,
            sourced: line.sourced,
            is_reserved: true,
        })
        .collect();
    let (order, items) = add_order_of(working_set, &command.order, &listed, context);
    let row = working_set.cart_mut(cart.id);
    (row.state, row.order) = (CartState::Confirmed, Some(order.id));
    row.modified_at = context.now.later_than(row.modified_at);
    Ok(CartOutcome::Confirmed(row.clone(), order, items))
}

fn has_line(cart: &CartReservation, number: i64) -> bool {
    cart.lines.iter().any(|line| line.number == number && line.units > 0)
}

/// The lines of the order, as if they had been ordered.
fn new_lines(cart: &CartReservation, command: &ConfirmCart) -> Vec<NewLine> {
    let said: BTreeMap<i64, &ConfirmedLine> = command.lines.iter().map(|line| (line.number, line)).collect();
    let text =
        |of: fn(&ConfirmedLine) -> &String, number| said.get(&number).map_or_else(empty, |line| of(line).clone());
    (cart.lines.iter())
        .filter_map(|line| Some((line, Quantity::new(line.units).filter(|units| *units > Quantity::ZERO)?)))
        .map(|(line, quantity)| NewLine {
            product: ProductRef::Id(line.product),
            list: Some(line.list),
            quantity,
            status: command.order.status,
            price: said.get(&line.number).and_then(|line| line.price.clone()),
            extra_field: text(|line| &line.extra_field, line.number),
            attributes: text(|line| &line.attributes, line.number),
            details: text(|line| &line.details, line.number),
        })
        .collect()
}

fn empty() -> String {
    "{}".to_owned()
}
