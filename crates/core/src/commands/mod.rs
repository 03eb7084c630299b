//! Commands: everything that can happen to stock, and the only way in which stock changes.
//!
//! Promises: a file has all of one command: what it says, which rows must be loaded to decide it, and the decision. A
//! rejection leaves the working set as it was, because every rule checks all before it changes anything; the same
//! command on the same working set at the same time gives the same outcome. Must not know where a command came from
//! (API, import, screen, job), batches, threads or storage.

mod cancel_items;
mod choose_lists;
mod comes_back;
mod edit_item;
mod edit_order;
mod fulfilment;
mod import_stocks;
mod new_line;
mod place_order;
mod read_set;
mod release_item;
mod stock_row;
mod text_edit;
mod undo_write;
mod write_stocks;

pub use cancel_items::CancelItems;
pub use comes_back::SHORT_LINES_MAX;
pub use edit_item::{EditItem, ItemEdit};
pub use edit_order::EditOrder;
pub use fulfilment::{
    FulfilmentCommand, FulfilmentOutcome, FulfilmentReadSet, OrderSourcing, PackedLines, RecordCount, RegisterMove,
    RegisterMoves, RemoveDiscrepancies, RunPackage, RunTransfer, SomeUnits, SourceOrder,
};
pub use import_stocks::{Expected, ImportStock, ImportStocks, ImportedStock, LevelChange, ReservedChange, RowStatus};
pub use new_line::NewLine;
pub use place_order::PlaceOrder;
pub use read_set::ReadSet;
pub use release_item::ReleaseItem;
pub use text_edit::TextEdit;
pub use undo_write::{UndoFault, undo_fault, undo_row};
pub use write_stocks::{StockTarget, WriteStock, WriteStocks, WrittenStock};

pub use crate::orders::ORDER_LINES_MAX;
pub use crate::stock::ProductRef;

use crate::{IdKind, Mapping, Order, OrderId, OrderItem, Rejection, Timestamp, UserId, WorkingSet};

/// One change that a caller wants.
#[derive(Debug)]
pub enum Command {
    /// An order with all its lines, or nothing.
    PlaceOrder(PlaceOrder),
    /// The ERP has registered an order line (contract 6.3).
    ReleaseItem(ReleaseItem),
    /// Lines of one order are cancelled (contract 7.4).
    CancelItems(CancelItems),
    /// Stock levels or other fields of product stocks are written, all or none (contract 4.2).
    WriteStocks(WriteStocks),
    /// Rows of a file are written into one list, each row for itself (contract 5).
    ImportStocks(ImportStocks),
    /// An order is edited.
    EditOrder(EditOrder),
    /// An order line is edited.
    EditItem(EditItem),
    /// A command of fulfilment.
    Fulfilment(FulfilmentCommand),
}

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

impl Command {
    /// Adds what this command looks at.
    pub fn read_set(&self, read_set: &mut ReadSet) {
        read_set.comes_back |= self.comes_back();
        match self {
            Self::PlaceOrder(order) => order.read_set(read_set),
            Self::ReleaseItem(release) => release.read_set(read_set),
            Self::CancelItems(cancel) => cancel.read_set(read_set),
            Self::WriteStocks(write) => write.read_set(read_set),
            Self::ImportStocks(import) => import.read_set(read_set),
            Self::EditOrder(edit) => edit.read_set(read_set),
            Self::EditItem(edit) => edit.read_set(read_set),
            Self::Fulfilment(command) => command.read_set(&mut read_set.fulfilment),
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub fn ids_needed(&self, kind: IdKind) -> usize {
        match self {
            Self::PlaceOrder(order) => order.ids_needed(kind),
            Self::ReleaseItem(_) => ReleaseItem::ids_needed(kind),
            Self::CancelItems(_) => CancelItems::ids_needed(kind),
            Self::WriteStocks(write) => write.ids_needed(kind),
            Self::ImportStocks(import) => import.ids_needed(kind),
            Self::EditOrder(_) => 0,
            Self::EditItem(_) => EditItem::ids_needed(kind),
            Self::Fulfilment(command) => command.ids_needed(kind),
        }
    }
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
fn order_with_items(working_set: &WorkingSet, order: OrderId) -> (Order, Vec<OrderItem>) {
    let items = working_set.items_of(order).into_iter().filter_map(|id| working_set.item(id).cloned()).collect();
    (working_set.order(order).expect("the caller has found the order").clone(), items)
}
