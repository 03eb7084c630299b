//! Editing an order. Only `is_send` can be changed (contract 7.1); it releases nothing (contract R13).

use super::{Context, Outcome, ReadSet};
use crate::{OrderId, Rejection, WorkingSet};

/// An edit of an order. `None` leaves a field as it is.
#[derive(Debug)]
pub struct EditOrder {
    /// The order.
    pub order: OrderId,
    /// Whether the ERP has taken it.
    pub is_send: Option<bool>,
}

impl EditOrder {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.orders.insert(self.order);
    }
}

pub(super) fn edit_order(
    working_set: &mut WorkingSet,
    command: &EditOrder,
    context: Context,
) -> Result<Outcome, Rejection> {
    let order = working_set.order(command.order).ok_or(Rejection::NotFound)?;
    if let Some(is_send) = command.is_send
        && is_send != order.is_send
    {
        working_set.order_mut(command.order, context.now).is_send = is_send;
    }
    let (order, items) = super::order_with_items(working_set, command.order);
    Ok(Outcome::OrderEdited(order, items))
}
