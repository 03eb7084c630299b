//! The plain form of commands: what most cases of the rules say, and nothing more.
//!
//! Promises: a suite that needs another value writes it over the plain one, so that a case shows what it is about, and
//! a new field is written here once. Must not decide anything.

use onhand_core::commands::{
    CancelItems, NewLine, PlaceOrder, ProductRef, ReleaseItem, StockTarget, WriteStock, WriteStocks,
};
use onhand_core::{
    Command, ERP, IdAllocator, IdKind, LOW_STOCK_DEFAULT, MoveRegistration, OrderId, OrderItemId, OrderStatus,
    Quantity, ReleaseMode, StockKey, StockList, StockListId,
};

/// So many ids of every kind.
pub fn ids(first: i64, count: i64) -> IdAllocator {
    let mut ids = IdAllocator::default();
    IdKind::ALL.into_iter().for_each(|kind| ids.add_range(kind, first, count));
    ids
}

/// A list without a location, which the ERP writes at once.
pub fn stock_list(id: StockListId) -> StockList {
    StockList {
        id,
        release_mode: ReleaseMode::UntilNextWrite,
        snapshot_delay_seconds: 0,
        location: None,
        move_registration: MoveRegistration::Acknowledged,
        is_item_code_unique: true,
        low_stock: LOW_STOCK_DEFAULT,
        ignores_written_reserved: false,
        reported_settles_after_seconds: 0,
        source: None,
    }
}

/// A level of a SKU, of this moment.
pub fn level(list: StockListId, sku: &str, units: i64) -> WriteStock {
    WriteStock {
        target: StockTarget::Key(StockKey { list, sku: sku.to_owned() }),
        on_hand: Some(quantity(units)),
        reserved: None,
        unit: None,
        extra_field: None,
        snapshot_at: None,
        expected: None,
        explanation: None,
    }
}

/// Writes one row, of a SKU that may be new.
pub fn write(row: WriteStock) -> Command {
    Command::WriteStocks(WriteStocks { rows: vec![row], create_unknown_products: true, source: None })
}

/// An approved line of an order.
pub fn line(list: StockListId, sku: &str, units: i64) -> NewLine {
    NewLine {
        product: ProductRef::Sku(sku.to_owned()),
        list: Some(list),
        quantity: quantity(units),
        status: OrderStatus::Approved,
        price: None,
        extra_field: "{}".to_owned(),
        attributes: "{}".to_owned(),
        details: "{}".to_owned(),
    }
}

/// An approved order of no channel.
pub fn order(number: &str, lines: Vec<NewLine>) -> PlaceOrder {
    PlaceOrder {
        number: number.to_owned(),
        channel: None,
        currency: "try".to_owned(),
        status: OrderStatus::Approved,
        is_send: false,
        date_placed: None,
        extra_field: "{}".to_owned(),
        details: "{}".to_owned(),
        sourcing: None,
        via: String::new(),
        lines,
    }
}

/// The ERP registers a line.
pub fn release(item: OrderItemId, code: &str) -> ReleaseItem {
    let (code, integration_type) = (code.to_owned(), ERP.to_owned());
    ReleaseItem { item, code, integration_type, update_stock: true, registered_at: None }
}

/// Cancels some lines of an order; all of them where none is named.
pub fn cancel(order: OrderId, items: Vec<OrderItemId>) -> Command {
    Command::CancelItems(CancelItems { order, all: items.is_empty(), items, details: Vec::new() })
}

/// Units within the limits.
pub fn quantity(units: i64) -> Quantity {
    Quantity::new(units).unwrap_or_else(|| panic!("{units} units are too many or too few"))
}
