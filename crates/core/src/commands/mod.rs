//! Commands: everything that can happen to stock, and the only way in which stock changes.
//!
//! Promises: a file has all of one command: what it says, which rows must be loaded to decide it, and the decision. A
//! rejection leaves the working set as it was, because every rule checks all before it changes anything; the same
//! command on the same working set at the same time gives the same outcome. Must not know where a command came from
//! (API, import, screen, job), batches, threads or storage.

mod adjust_stocks;
mod adopt_order;
mod cancel_items;
mod carts;
mod choose_lists;
mod comes_back;
mod edit_item;
mod edit_order;
mod expected;
mod follow_order;
mod fulfilment;
mod import_stocks;
mod new_line;
mod place_order;
mod read_set;
mod release_item;
mod remove_stock;
mod settle_reported;
mod stock_row;
mod tell_outgoing;
mod text_edit;
mod transfer_stock;
mod undo_write;
mod write_stocks;

pub use adjust_stocks::{AdjustStock, AdjustStocks, AdjustedStock};
pub use adopt_order::{AdoptOrder, AdoptedLine};
pub use cancel_items::CancelItems;
pub use carts::{
    CartChange, CartCommand, CartOutcome, ChangeCart, ConfirmCart, ConfirmedLine, ExpireCarts, ReserveCart,
};
pub use comes_back::SHORT_LINES_MAX;
pub use edit_item::{EditItem, ItemEdit};
pub use edit_order::EditOrder;
pub use expected::{Expected, SeenRow, SeenVersion};
pub use follow_order::FollowOrder;
pub use fulfilment::{
    FulfilmentCommand, FulfilmentOutcome, FulfilmentReadSet, OrderSourcing, PackedLines, RecordCount, RegisterMove,
    RegisterMoves, RemoveDiscrepancies, RunPackage, RunTransfer, SomeUnits, SourceOrder,
};
pub use import_stocks::{ImportStock, ImportStocks, ImportedStock, LevelChange, ReservedChange, RowStatus};
pub use new_line::NewLine;
pub use place_order::PlaceOrder;
pub use read_set::ReadSet;
pub use release_item::ReleaseItem;
pub use remove_stock::RemoveStock;
pub use settle_reported::{SettleReason, SettleReported, SettledLine};
pub use tell_outgoing::TellOutgoing;
pub use text_edit::TextEdit;
pub use transfer_stock::TransferStock;
pub use undo_write::{UndoFault, undo_fault, undo_row};
pub use write_stocks::{SourceVersion, StockTarget, WriteStock, WriteStocks, WrittenStock};

pub use crate::orders::ORDER_LINES_MAX;
pub use crate::stock::ProductRef;

use crate::{IdKind, Mapping, Order, OrderId, OrderItem, Rejection, StockTransfer, Timestamp, UserId, WorkingSet};

/// One change that a caller wants.
#[derive(Debug)]
pub enum Command {
    /// An order with all its lines, or nothing.
    PlaceOrder(PlaceOrder),
    /// An order that another server has taken, with all its lines, or nothing.
    AdoptOrder(Box<AdoptOrder>),
    /// An adopted order takes the state that it has at the other server.
    FollowOrder(FollowOrder),
    /// The ERP has registered an order line (contract 6.3).
    ReleaseItem(ReleaseItem),
    /// Lines of one order are cancelled (contract 7.4).
    CancelItems(CancelItems),
    /// Stock levels or other fields of product stocks are written, all or none (contract 4.2).
    WriteStocks(WriteStocks),
    /// Units are added to stock levels or taken, all or none.
    AdjustStocks(AdjustStocks),
    /// Units go from one list to another, all lines or none.
    TransferStock(TransferStock),
    /// A product stock is removed.
    RemoveStock(RemoveStock),
    /// Reported lines are settled without a level.
    SettleReported(SettleReported),
    /// Rows of a file are written into one list, each row for itself (contract 5).
    ImportStocks(ImportStocks),
    /// An order is edited.
    EditOrder(EditOrder),
    /// An order line is edited.
    EditItem(EditItem),
    /// A line that is placed with a data source is told how far it is there.
    TellOutgoing(TellOutgoing),
    /// A command of fulfilment.
    Fulfilment(FulfilmentCommand),
    /// A command about cart reservations.
    Cart(CartCommand),
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
    /// Levels were adjusted, in the order given.
    StocksAdjusted(Vec<AdjustedStock>),
    /// Units went from one list to another.
    StockTransferred {
        /// The transfer.
        transfer: Box<StockTransfer>,
        /// Whether it was made now; otherwise its reference is that of one before.
        is_new: bool,
    },
    /// A stock was removed.
    StockRemoved,
    /// Reported lines were settled: those of the command that were to be.
    ReportedSettled(Vec<SettledLine>),
    /// Rows of a file were decided, each for itself, in the order given.
    StocksImported(Vec<ImportedStock>),
    /// An order was edited.
    OrderEdited(Order, Vec<OrderItem>),
    /// A line was edited.
    ItemEdited(Box<OrderItem>),
    /// A line was told how far it is with its data source; `None` if that had no meaning for it.
    OutgoingTold(Option<Box<OrderItem>>),
    /// A command of fulfilment was decided.
    Fulfilment(FulfilmentOutcome),
    /// A command about cart reservations was decided.
    Cart(Box<CartOutcome>),
}

impl Command {
    /// Adds what this command looks at.
    pub fn read_set(&self, read_set: &mut ReadSet) {
        read_set.comes_back |= self.comes_back();
        match self {
            Self::PlaceOrder(order) => order.read_set(read_set),
            Self::AdoptOrder(order) => order.read_set(read_set),
            Self::FollowOrder(order) => order.read_set(read_set),
            Self::ReleaseItem(release) => release.read_set(read_set),
            Self::CancelItems(cancel) => cancel.read_set(read_set),
            Self::WriteStocks(write) => write.read_set(read_set),
            Self::AdjustStocks(adjust) => adjust.read_set(read_set),
            Self::TransferStock(transfer) => transfer.read_set(read_set),
            Self::RemoveStock(remove) => remove.read_set(read_set),
            Self::SettleReported(settle) => settle.read_set(read_set),
            Self::ImportStocks(import) => import.read_set(read_set),
            Self::EditOrder(edit) => edit.read_set(read_set),
            Self::EditItem(edit) => edit.read_set(read_set),
            Self::TellOutgoing(told) => told.read_set(read_set),
            Self::Fulfilment(command) => command.read_set(&mut read_set.fulfilment),
            Self::Cart(command) => command.read_set(read_set),
        }
    }

    /// What is submitted if this is rejected with [`Rejection::MoreListsNeeded`]; `None` if it cannot be.
    pub fn with_all_lists(&self) -> Option<Self> {
        match self {
            Self::PlaceOrder(order) => order.with_all_lists().map(Self::PlaceOrder),
            Self::Cart(CartCommand::Reserve(cart)) => {
                cart.with_all_lists().map(|cart| Self::Cart(CartCommand::Reserve(cart)))
            }
            _ => None,
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub fn ids_needed(&self, kind: IdKind) -> usize {
        match self {
            Self::PlaceOrder(order) => order.ids_needed(kind),
            Self::AdoptOrder(order) => order.ids_needed(kind),
            Self::ReleaseItem(_) => ReleaseItem::ids_needed(kind),
            Self::CancelItems(_) => CancelItems::ids_needed(kind),
            Self::WriteStocks(write) => write.ids_needed(kind),
            Self::AdjustStocks(adjust) => adjust.ids_needed(kind),
            Self::TransferStock(transfer) => transfer.ids_needed(kind),
            Self::ImportStocks(import) => import.ids_needed(kind),
            Self::SettleReported(settle) => settle.ids_needed(kind),
            Self::FollowOrder(_) | Self::EditOrder(_) | Self::RemoveStock(_) => 0,
            Self::EditItem(_) => EditItem::ids_needed(kind),
            Self::TellOutgoing(_) => TellOutgoing::ids_needed(kind),
            Self::Fulfilment(command) => command.ids_needed(kind),
            Self::Cart(command) => command.ids_needed(kind),
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
        Command::AdoptOrder(command) => adopt_order::adopt_order(working_set, command, context),
        Command::FollowOrder(command) => follow_order::follow_order(working_set, command, context),
        Command::ReleaseItem(command) => release_item::release_item(working_set, command, context),
        Command::CancelItems(command) => cancel_items::cancel_items(working_set, command, context),
        Command::WriteStocks(command) => write_stocks::write_stocks(working_set, command, context),
        Command::AdjustStocks(command) => adjust_stocks::adjust_stocks(working_set, command, context),
        Command::TransferStock(command) => transfer_stock::transfer_stock(working_set, command, context),
        Command::RemoveStock(command) => remove_stock::remove_stock(working_set, command, context),
        Command::SettleReported(command) => Ok(settle_reported::settle_reported(working_set, command, context)),
        Command::ImportStocks(command) => import_stocks::import_stocks(working_set, command, context),
        Command::EditOrder(command) => edit_order::edit_order(working_set, command, context),
        Command::EditItem(command) => edit_item::edit_item(working_set, command, context),
        Command::TellOutgoing(command) => tell_outgoing::tell_outgoing(working_set, command, context),
        Command::Fulfilment(command) => fulfilment::decide(working_set, command, context).map(Outcome::Fulfilment),
        Command::Cart(command) => carts::decide(working_set, command, context),
    }
}

/// An order with its lines, as the working set has them now.
fn order_with_items(working_set: &WorkingSet, order: OrderId) -> (Order, Vec<OrderItem>) {
    let items = working_set.items_of(order).into_iter().filter_map(|id| working_set.item(id).cloned()).collect();
    (working_set.order(order).expect("the caller has found the order").clone(), items)
}
