//! Following an order: its state and whether the ERP has it are what the server says that it was adopted from.
//!
//! Rules: an order is cancelled by its lines only, and a cancelled one takes no other state. Its lines are edited,
//! released and cancelled by the commands for that.

use super::{Context, Outcome, ReadSet};
use crate::{OrderId, OrderStatus, Rejection, WorkingSet};

/// What another server says of an order.
#[derive(Debug)]
pub struct FollowOrder {
    /// The order.
    pub order: OrderId,
    /// Its state there.
    pub status: OrderStatus,
    /// Whether the ERP has taken it.
    pub is_send: bool,
}

impl FollowOrder {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.orders.insert(self.order);
    }
}

pub(super) fn follow_order(
    working_set: &mut WorkingSet,
    command: &FollowOrder,
    context: Context,
) -> Result<Outcome, Rejection> {
    let order = working_set.order(command.order).ok_or(Rejection::NotFound)?;
    if order.status == OrderStatus::Cancelled && command.status != OrderStatus::Cancelled {
        return Err(Rejection::Cancelled);
    }
    let status = if command.status == OrderStatus::Cancelled { order.status } else { command.status };
    if (order.status, order.is_send) != (status, command.is_send) {
        let order = working_set.order_mut(command.order, context.now);
        (order.status, order.is_send) = (status, command.is_send);
    }
    let (order, items) = super::order_with_items(working_set, command.order);
    Ok(Outcome::OrderEdited(order, items))
}
