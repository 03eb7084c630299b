//! Rejections on the wire: each business rejection has one code and one text (contract 1.4). And failures of files:
//! what the machine lacks just now may be asked for again.
//!
//! Must not know handlers; a handler that knows better field names maps those variants itself.

use axum::http::StatusCode;
use onhand_core::rejection::{MoveRejection, RowRejection, Shortage, StockUse, Unsourced};
use onhand_core::{Rejection, StockListId};
use serde_json::{Map, Value, json};

use crate::services::ServiceError;
use crate::services::imports::messages;
use crate::services::imports::trouble::Trouble;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::{form, scalar};

impl From<ServiceError> for Error {
    fn from(fault: ServiceError) -> Self {
        match fault {
            ServiceError::NotFound => Self::not_found(),
            ServiceError::Fields(faults) => {
                let mut errors = FieldErrors::default();
                faults.into_iter().for_each(|(field, text)| errors.add(field, text));
                Self::Fields(errors)
            }
            ServiceError::Invalid(text) => Self::bad_request(text),
            ServiceError::Rejection(rejection) => error(rejection),
            ServiceError::Rule { code, text } => Self::refused(code, text),
            ServiceError::KeyReused => Self::Detail(StatusCode::UNPROCESSABLE_ENTITY, fault.to_string()),
            // Wrong ones are 400, never 401 (contract 2.1).
            ServiceError::WrongCredentials => Self::field("non_field_errors", fault.to_string()),
            ServiceError::TokenEnded => Self::unauthorized(fault.to_string()),
            ServiceError::Forbidden(text) => Self::Detail(StatusCode::FORBIDDEN, text.to_owned()),
            ServiceError::Throttled { retry_after_seconds } => Self::Throttled { retry_after_seconds },
            ServiceError::Late => Self::Detail(StatusCode::REQUEST_TIMEOUT, fault.to_string()),
            ServiceError::Stopping => Self::Busy(fault.to_string()),
            ServiceError::Busy(reason) => Self::Busy(reason),
            ServiceError::Trouble(trouble) => trouble.into(),
        }
    }
}

/// What the system denies (no room, too many open files) it may grant later. Of anything else only the log is told.
impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match (trouble.lack(), trouble) {
            (_, Trouble::Store(fault)) => fault.into(),
            (Some(_), trouble) => Self::Busy(format!("{trouble:?}")),
            (None, trouble) => Self::Internal(format!("{trouble:?}")),
        }
    }
}

/// The wire's form of a rejection.
pub fn error(rejection: Rejection) -> Error {
    match rejection {
        // The second is no client's: only a worker writes levels of a data source.
        Rejection::NotFound | Rejection::SourceChanged => Error::not_found(),
        Rejection::UnknownChannel(id) => Error::field("channel", form::unknown_pk(id.get())),
        Rejection::OrderNumberTaken => Error::field("number", "order with this number already exists."),
        Rejection::Rows(faults) => {
            let mut errors = FieldErrors::default();
            faults.iter().for_each(|(_, fault)| errors.extend(row(fault)));
            Error::Fields(errors)
        }
        Rejection::MoreListsNeeded => Error::Internal("an order was left with a part of its lists".to_owned()),
        Rejection::InsufficientStock(short) => {
            let skus: Vec<_> = short.iter().map(|one| one.sku.as_str()).collect();
            let rows = short.iter().map(shortage).collect();
            refused("insufficient_stock", format!("Not enough stock for {}.", skus.join(", ")), "items", rows)
        }
        Rejection::NoListHasIt(short) => no_list_has(&short),
        Rejection::OversoldTooLarge { max, lines } => {
            let skus: Vec<_> = lines.iter().map(|one| one.sku.as_str()).collect();
            let text = format!("A line may oversell by {max} at the most: {}.", skus.join(", "));
            refused("oversell_quantity_max", text, "items", lines.iter().map(shortage).collect())
        }
        Rejection::ReservedTooLarge => {
            Error::refused("held_too_large", "The held quantity would pass the largest one that can be stored.")
        }
        Rejection::MappedToAnotherCode { code } => {
            Error::field("code", format!("This order item is already mapped to the code \"{code}\"."))
        }
        Rejection::ItemCodeTaken => {
            let text = "Another order item has this code; integration_mappings/?code= says which. A stock list can allow it: \
                        is_item_code_unique.";
            Error::field("code", text)
        }
        Rejection::NotInOrder(items) => {
            let mut errors = FieldErrors::default();
            items.iter().for_each(|item| errors.add("cancel_items", form::unknown_pk(item.get())));
            Error::Fields(errors)
        }
        Rejection::AlreadyShipped(items) => {
            let items = items.iter().map(|item| Value::from(item.get())).collect();
            refused("order_item_shipped", "A shipped order item cannot be cancelled.".to_owned(), "items", items)
        }
        Rejection::Cancelled => {
            Error::refused("order_item_cancelled", "A cancelled order item cannot be changed back.")
        }
        Rejection::TooManyLines => {
            Error::refused("too_many_order_items", "The order would have more lines than an order can have.")
        }
        Rejection::TransferReferenceTaken(id) => {
            let text = "Another stock transfer has this reference.".to_owned();
            let more = Map::from_iter([("stock_transfer".to_owned(), Value::from(id.get()))]);
            Error::Refused { code: "reference_taken", text, more }
        }
        Rejection::StockInUse(uses) => stock_in_use(&uses),
        rejection @ (Rejection::CartReferenceTaken
        | Rejection::CartEnded { .. }
        | Rejection::NotInCart(_)
        | Rejection::CartEmpty) => of_cart(rejection),
        rejection @ (Rejection::IllegalCommand { .. }
        | Rejection::ForeignLines(_)
        | Rejection::Moves(_)
        | Rejection::TooManyUnits { .. }
        | Rejection::PackageTaken(_)
        | Rejection::UnknownLocation(_)) => of_fulfilment(rejection),
    }
}

/// The same of cart reservations.
fn of_cart(rejection: Rejection) -> Error {
    match rejection {
        Rejection::CartReferenceTaken => Error::field("reference", "reservation with this reference already exists."),
        Rejection::CartEnded { state, order } => {
            let text = format!("The reservation is {}.", state.word());
            let order = order.map_or(Value::Null, |order| Value::from(order.get()));
            let more = Map::from_iter([("state".to_owned(), state.word().into()), ("order".to_owned(), order)]);
            Error::Refused { code: "reservation_ended", text, more }
        }
        Rejection::NotInCart(lines) => {
            let mut errors = FieldErrors::default();
            lines.iter().for_each(|line| errors.add("lines", format!("The reservation has no line {line}.")));
            Error::Fields(errors)
        }
        Rejection::CartEmpty => {
            Error::refused("reservation_empty", "A reservation has units: release it to give all of them back.")
        }
        other => Error::Internal(format!("{other:?} is not about a cart")),
    }
}

/// The same of fulfilment.
fn of_fulfilment(rejection: Rejection) -> Error {
    match rejection {
        Rejection::IllegalCommand { command, state, allowed } => {
            let allowed = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
            let text = format!("This is in the state \"{state}\" and cannot take \"{command}\". Allowed: {allowed}.");
            Error::field("non_field_errors", text)
        }
        Rejection::ForeignLines(lines) => {
            let mut errors = FieldErrors::default();
            lines.iter().for_each(|line| errors.add("items", form::unknown_pk(line)));
            Error::Fields(errors)
        }
        Rejection::Moves(faults) => {
            let mut errors = FieldErrors::default();
            faults.iter().for_each(|(_, fault)| errors.extend(stock_move(fault)));
            Error::Fields(errors)
        }
        Rejection::TooManyUnits { line, units } => Error::field("items", format!("{line} has {units} units.")),
        Rejection::PackageTaken(by) => {
            let text = "Another picker has this package; \"take-over\" makes it yours.".to_owned();
            let more = Map::from_iter([("assigned_to".to_owned(), Value::from(by.get()))]);
            Error::Refused { code: "package_taken", text, more }
        }
        Rejection::UnknownLocation(id) => Error::field("stock_location", form::unknown_pk(id.get())),
        other => Error::Internal(format!("{other:?} is not of fulfilment")),
    }
}

/// What keeps a stock from being removed, in a sentence and by name.
fn stock_in_use(uses: &[StockUse]) -> Error {
    let (mut said, mut numbers, mut referrers) = (Vec::new(), Map::new(), Vec::new());
    for one in uses {
        let mut number = |name: &str, units: i64| {
            said.push(format!("its {name} is {units}"));
            numbers.insert(name.to_owned(), Value::from(units));
        };
        match one {
            StockUse::Level(units) => number("stock", *units),
            StockUse::Reserved(units) => number("sold_quantity_unreported", *units),
            StockUse::Reported(units) => number("reported_quantity", *units),
            StockUse::OrderLines | StockUse::Discrepancy => {
                let name = if *one == StockUse::OrderLines { "order_items" } else { "inventory-discrepancies" };
                said.push(format!("{name} refer to it"));
                referrers.push(Value::from(name));
            }
        }
    }
    let text = format!("This product stock cannot be removed: {}.", said.join("; "));
    let more = [("numbers".to_owned(), Value::Object(numbers)), ("referred_by".to_owned(), Value::Array(referrers))];
    Error::Refused { code: "still_referred_to", text, more: Map::from_iter(more) }
}

/// The wire's form of a move's fault: the field it is about.
pub fn stock_move(fault: &MoveRejection) -> FieldErrors {
    match fault {
        MoveRejection::Unknown(id) => FieldErrors::one("id", form::unknown_pk(id.get())),
        MoveRejection::AnotherCode { code } => {
            FieldErrors::one("code", format!("This move is already registered with the code \"{code}\"."))
        }
    }
}

/// The wire's form of a row's fault: the field it is about.
pub fn row(fault: &RowRejection) -> FieldErrors {
    use onhand_core::commands::ProductRef;
    match fault {
        RowRejection::UnknownList(id) => FieldErrors::one("stock_list", form::unknown_pk(id.get())),
        RowRejection::UnknownProduct(ProductRef::Id(id)) => FieldErrors::one("product", form::unknown_pk(id.get())),
        RowRejection::UnknownProduct(ProductRef::Sku(sku)) => {
            FieldErrors::one("product_sku", format!("Object with sku={sku} does not exist."))
        }
        RowRejection::StaleSnapshot { stored } => {
            let text = format!("A figure taken at {} is already stored.", scalar::time_text(*stored));
            FieldErrors::one("snapshot_at", text)
        }
        RowRejection::UnexpectedLevel { .. } => FieldErrors::one("expected_stock", messages::row(fault).text),
        RowRejection::UnknownStock => FieldErrors::one("product_stock", messages::row(fault).text),
        RowRejection::Changed { .. } => FieldErrors::one("expected", messages::row(fault).text),
        import_only => {
            let told = messages::row(import_only);
            FieldErrors::one(told.column, told.text)
        }
    }
}

/// Row faults of a command whose rows came as a list, one entry per row.
pub fn rows(faults: &[(usize, RowRejection)], count: usize) -> Vec<FieldErrors> {
    let mut errors = vec![FieldErrors::default(); count];
    faults.iter().for_each(|(index, fault)| errors[*index].extend(row(fault)));
    errors
}

fn shortage(one: &Shortage) -> Value {
    json!({"product_sku": one.sku, "stock_list": one.list.get(), "asked": one.asked, "available": one.available})
}

fn no_list_has(short: &[Unsourced]) -> Error {
    let skus: Vec<_> = short.iter().map(|one| one.sku.as_str()).collect();
    let text = format!("No stock list that the sourcing rule allows has {}.", skus.join(", "));
    refused("insufficient_stock", text, "items", short.iter().map(unsourced).collect())
}

fn unsourced(one: &Unsourced) -> Value {
    let had = |(list, units): &(StockListId, i64)| json!({"stock_list": list.get(), "available": units});
    let lists: Vec<Value> = one.lists.iter().map(had).collect();
    json!({"product_sku": one.sku, "asked": one.asked, "stock_lists": lists})
}

fn refused(code: &'static str, text: String, name: &str, rows: Vec<Value>) -> Error {
    let more = Map::from_iter([(name.to_owned(), Value::Array(rows))]);
    Error::Refused { code, text, more }
}
