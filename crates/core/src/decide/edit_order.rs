//! Editing an order. Only `is_send` can be changed (contract 7.1); it releases nothing (contract R13).

use crate::command::EditOrder;
use crate::{Context, Outcome, Rejection, WorkingSet, decide};

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
    let (order, items) = decide::order_with_items(working_set, command.order);
    Ok(Outcome::OrderEdited(order, items))
}
