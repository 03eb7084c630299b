//! Transfers between stock lists: making one, and those that were made with the names of what they name.
//!
//! Promises: a transfer has two lists. Must not know what may be taken from a list: the core says so.

use std::collections::{BTreeSet, HashMap};

use onhand_core::commands::TransferStock;
use onhand_core::{Command, StockTransfer, StockTransferId, UserId};
use onhand_store::query::{Condition, ListQuery, Op, Page, Sort, Window};
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::{accounts, stock_transfers};
use onhand_store::{Error, Tx};

use super::submission::{AnswerRecord, Submitted};
use super::{Requester, ServiceError, Services, names};

/// Transfers with the names of their lists and of the people who made them.
#[derive(Clone, Debug)]
pub struct Named {
    /// The transfers, with their lines.
    pub page: Page<StockTransfer>,
    /// Names of lists.
    pub lists: HashMap<i64, String>,
    /// Names of people.
    pub people: HashMap<UserId, String>,
}

/// Has the writer make a transfer.
pub async fn make(
    services: &Services,
    requester: &Requester,
    transfer: TransferStock,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    if transfer.from == transfer.to {
        return Err(ServiceError::field("to", "This is the list that the units leave."));
    }
    services.submit_once(requester, Command::TransferStock(transfer), record).await
}

/// A page of the transfers from one list to another, the newest first; from any list, or to any, where none is given.
pub async fn page(
    services: &Services,
    (from, to): (Option<i64>, Option<i64>),
    (number, limit): (i64, i64),
) -> Result<Named, ServiceError> {
    let of = |column: &'static str, list: i64| Condition { column, op: Op::Eq, values: vec![list.into()] };
    let from = from.map(|list| of("from_list_id", list));
    let conditions = from.into_iter().chain(to.map(|list| of("to_list_id", list))).collect();
    let sort = Sort { column: "id", descending: true };
    let listing = ListQuery { conditions, sort, window: Window::Page { number, limit } };
    let read = async move |tx: &mut Tx<'_>| {
        let page = stock_transfers::page(tx, &listing).await?;
        named(tx, page).await
    };
    Ok(services.store.read("stock_transfers.page", read).await?)
}

/// One transfer.
pub async fn by_id(services: &Services, id: StockTransferId) -> Result<Named, ServiceError> {
    let read = async move |tx: &mut Tx<'_>| match stock_transfers::by_id(tx, id).await? {
        Some(found) => named(tx, Page { count: Some(1), rows: vec![found], next: None }).await.map(Some),
        None => Ok(None),
    };
    services.store.read("stock_transfers.by_id", read).await?.ok_or(ServiceError::NotFound)
}

async fn named(tx: &mut Tx<'_>, page: Page<StockTransfer>) -> Result<Named, Error> {
    let lists: BTreeSet<i64> = page.rows.iter().flat_map(|one| [one.from.get(), one.to.get()]).collect();
    let people: BTreeSet<UserId> = page.rows.iter().map(|one| one.actor).collect();
    let lists = names::of(tx, &STOCK_LISTS, &lists).await?;
    let people = accounts::by_ids(tx, people).await?;
    let people = people.into_iter().map(|account| (account.id, account.username)).collect();
    Ok(Named { page, lists, people })
}
