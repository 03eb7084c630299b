//! Editing an order. Only `is_send` can be changed (contract 7.1); it releases nothing (contract R13).

use crate::command::EditOrder;
use crate::{Context, Outcome, Refusal, Shelf, decide};

pub(super) fn edit_order(shelf: &mut Shelf, command: &EditOrder, context: Context) -> Result<Outcome, Refusal> {
    let order = shelf.order(command.order).ok_or(Refusal::NotFound)?;
    if let Some(is_send) = command.is_send
        && is_send != order.is_send
    {
        shelf.order_mut(command.order, context.now).is_send = is_send;
    }
    let (order, items) = decide::order_with_items(shelf, command.order);
    Ok(Outcome::OrderEdited(order, items))
}
