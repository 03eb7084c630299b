//! Deciding: the only way in which commands change stock.
//!
//! Promises: a rejection leaves the working set as it was, because every rule checks all before it changes anything;
//! the same command on the same working set at the same time gives the same outcome. Must not know batches, threads or
//! storage.

mod cancel_items;
mod edit_item;
mod edit_order;
mod fulfilment;
mod import_stocks;
mod place_order;
mod release_item;
mod stock_row;
mod write_stocks;

pub use fulfilment::{FulfilmentOutcome, OrderPlan, PackedLines};
pub use import_stocks::{ImportedStock, RowStatus};
pub use write_stocks::WrittenStock;

use crate::{Command, Mapping, Order, OrderItem, Rejection, Timestamp, UserId, WorkingSet};

/// What a decision may know of the world: who asks and when.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Who caused the command.
    pub actor: UserId,
    /// When it arrived; strictly growing from command to command.
    pub now: Timestamp,
}

/// What a command did: everything its caller may want to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// An order was placed; its lines in the order given.
    OrderPlaced(Order, Vec<OrderItem>),
    /// A line's code is stored, and its reservation released if that was asked.
    ItemReleased(Mapping),
    /// Lines were cancelled; all lines of the order as they are now.
    ItemsCancelled(Order, Vec<OrderItem>),
    /// Stocks were written, in the order given.
    StocksWritten(Vec<WrittenStock>),
    /// Rows of a file were decided, each for itself, in the order given.
    StocksImported(Vec<ImportedStock>),
    /// An order was edited.
    OrderEdited(Order, Vec<OrderItem>),
    /// A line was edited.
    ItemEdited(OrderItem),
    /// A command of fulfilment was decided.
    Fulfilment(FulfilmentOutcome),
}

/// Decides one command.
pub fn decide(working_set: &mut WorkingSet, command: &Command, context: Context) -> Result<Outcome, Rejection> {
    let outcome = dispatch(working_set, command, context)?;
    fulfilment::serve_short(working_set, context);
    Ok(outcome)
}

fn dispatch(working_set: &mut WorkingSet, command: &Command, context: Context) -> Result<Outcome, Rejection> {
    match command {
        Command::PlaceOrder(command) => place_order::place_order(working_set, command, context),
        Command::ReleaseItem(command) => release_item::release_item(working_set, command, context),
        Command::CancelItems(command) => cancel_items::cancel_items(working_set, command, context),
        Command::WriteStocks(command) => write_stocks::write_stocks(working_set, command, context),
        Command::ImportStocks(command) => import_stocks::import_stocks(working_set, command, context),
        Command::EditOrder(command) => edit_order::edit_order(working_set, command, context),
        Command::EditItem(command) => edit_item::edit_item(working_set, command, context),
        Command::Fulfilment(command) => fulfilment::decide(working_set, command, context).map(Outcome::Fulfilment),
    }
}

/// An order with its lines, as the working set has them now.
fn order_with_items(working_set: &WorkingSet, order: crate::OrderId) -> (Order, Vec<OrderItem>) {
    let items = working_set.items_of(order).into_iter().filter_map(|id| working_set.item(id).cloned()).collect();
    (working_set.order(order).expect("the caller has found the order").clone(), items)
}
