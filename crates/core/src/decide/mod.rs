//! Deciding: the one door through which commands change stock.
//!
//! Promises: a refusal leaves the shelf as it was, because every rule checks all before it changes anything; the same
//! command on the same shelf at the same time gives the same outcome. Must not know batches, threads or storage.

mod cancel_items;
mod edit_item;
mod edit_order;
mod floor;
mod import_stocks;
mod place_order;
mod release_item;
mod stock_row;
mod write_stocks;

pub use floor::{FloorOutcome, OrderPlan, PackedLines};
pub use import_stocks::{ImportedStock, RowVerdict};
pub use write_stocks::WrittenStock;

use crate::{Command, Mapping, Order, OrderItem, Refusal, Shelf, Timestamp, UserId};

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
    /// A line's code is stored, and its hold released if that was asked.
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
    /// Something happened on the floor.
    Floor(FloorOutcome),
}

/// Decides one command.
pub fn decide(shelf: &mut Shelf, command: &Command, context: Context) -> Result<Outcome, Refusal> {
    let outcome = dispatch(shelf, command, context)?;
    floor::serve_short(shelf, context);
    Ok(outcome)
}

fn dispatch(shelf: &mut Shelf, command: &Command, context: Context) -> Result<Outcome, Refusal> {
    match command {
        Command::PlaceOrder(command) => place_order::place_order(shelf, command, context),
        Command::ReleaseItem(command) => release_item::release_item(shelf, command, context),
        Command::CancelItems(command) => cancel_items::cancel_items(shelf, command, context),
        Command::WriteStocks(command) => write_stocks::write_stocks(shelf, command, context),
        Command::ImportStocks(command) => import_stocks::import_stocks(shelf, command, context),
        Command::EditOrder(command) => edit_order::edit_order(shelf, command, context),
        Command::EditItem(command) => edit_item::edit_item(shelf, command, context),
        Command::Floor(command) => floor::decide(shelf, command, context).map(Outcome::Floor),
    }
}

/// An order with its lines, as the shelf has them now.
fn order_with_items(shelf: &Shelf, order: crate::OrderId) -> (Order, Vec<OrderItem>) {
    let items = shelf.items_of(order).into_iter().filter_map(|id| shelf.item(id).cloned()).collect();
    (shelf.order(order).expect("the caller has found the order").clone(), items)
}
