//! Sums of stock lists: the kept ones, and which are wanted anew.
//!
//! Promises: reading sums costs a row a list, and says to the worker of this process that somebody looks. Sums are
//! never counted here. Must not know who shows them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use onhand_core::{StockListId, Timestamp};
use onhand_store::Tx;
use onhand_store::resource;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::stock_sums::{self, CountedSums};
use tokio::sync::Notify;

use super::{Requester, ServiceError, Services, channels};

/// For how long somebody who has looked at sums is taken to look at them.
const LOOKS_SECONDS: i64 = 120;
/// The age at which sums are counted anew that somebody looks at.
const FRESH_SECONDS: i64 = 60;

/// Which sums are wanted, by those who ask this process.
#[derive(Default)]
pub struct SumsWanted {
    lists: Mutex<BTreeMap<StockListId, Look>>,
    changed: Notify,
}

#[derive(Clone, Copy)]
struct Look {
    at: Timestamp,
    /// Whether sums that were begun before this time are too old, whatever else.
    not_before: Option<Timestamp>,
}

impl SumsWanted {
    /// Somebody looks at the sums of a list.
    fn look(&self, list: StockListId, now: Timestamp) {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !lists.contains_key(&list);
        lists.entry(list).or_insert(Look { at: now, not_before: None }).at = now;
        drop(lists);
        if is_new {
            self.changed.notify_one();
        }
    }

    fn again(&self, list: StockListId, now: Timestamp) {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.insert(list, Look { at: now, not_before: Some(now) });
        drop(lists);
        self.changed.notify_one();
    }

    /// The lists whose sums somebody looks at, each with the time at which they must have been begun.
    pub fn wanted(&self, now: Timestamp) -> Vec<(StockListId, Timestamp)> {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|_, look| look.at >= now.minus_seconds(LOOKS_SECONDS));
        let fresh = now.minus_seconds(FRESH_SECONDS);
        lists.iter().map(|(list, look)| (*list, look.not_before.map_or(fresh, |least| least.max(fresh)))).collect()
    }

    /// Becomes ready when somebody wants sums that nobody wanted before.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

/// The kept sums of lists that somebody may see and looks at; those of lists that were never counted are left out.
pub async fn of_lists(
    services: &Services,
    lists: impl IntoIterator<Item = StockListId>,
) -> Result<HashMap<StockListId, CountedSums>, ServiceError> {
    let lists: Vec<StockListId> = lists.into_iter().collect();
    let now = services.clock.now();
    lists.iter().for_each(|list| services.sums_wanted.look(*list, now));
    let body = async move |tx: &mut Tx<'_>| stock_sums::of_lists(tx, &lists).await;
    let found = services.store.read("stock_sums.of_list", body).await?;
    Ok(found.into_iter().map(|counted| (counted.list, counted)).collect())
}

/// The kept sums of one list; none where it was never counted. A foreign list does not exist for a channel.
pub async fn of_list(
    services: &Services,
    requester: &Requester,
    list: StockListId,
) -> Result<Option<CountedSums>, ServiceError> {
    check(services, requester, list).await?;
    Ok(of_lists(services, [list]).await?.remove(&list))
}

/// Has the sums of a list counted anew, soon. Returns those that are kept now.
pub async fn count_again(
    services: &Services,
    requester: &Requester,
    list: StockListId,
) -> Result<Option<CountedSums>, ServiceError> {
    let kept = of_list(services, requester, list).await?;
    services.sums_wanted.again(list, services.clock.now());
    Ok(kept)
}

async fn check(services: &Services, requester: &Requester, list: StockListId) -> Result<(), ServiceError> {
    let find = async move |tx: &mut Tx<'_>| resource::by_id(tx, &STOCK_LISTS, list.get()).await;
    let is_there = services.store.read("records.find", find).await?.is_some();
    match is_there && channels::owns_list(services, requester, list).await? {
        true => Ok(()),
        false => Err(ServiceError::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_looks_at_is_not_wanted() {
        let (wanted, list) = (SumsWanted::default(), StockListId::new(4));
        let at = |seconds: i64| Timestamp::from_micros(1_000_000_000_000_000).minus_seconds(-seconds);
        assert_eq!(wanted.wanted(at(0)), []);
        wanted.look(list, at(0));
        assert_eq!(wanted.wanted(at(1)), [(list, at(1 - FRESH_SECONDS))]);
        wanted.again(list, at(2));
        assert_eq!(wanted.wanted(at(3)), [(list, at(2))], "older sums will not do");
        assert_eq!(wanted.wanted(at(100)), [(list, at(100 - FRESH_SECONDS))]);
        assert_eq!(wanted.wanted(at(3 + LOOKS_SECONDS)), []);
    }
}
