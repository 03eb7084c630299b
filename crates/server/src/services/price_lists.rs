//! Price lists, as far as one is chosen by its name.
//!
//! Promises: one bounded query. Must not know prices, or who asks: every person who may send a file sees all of them.

use onhand_core::PriceListId;
use onhand_store::Tx;
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::resource;
use onhand_store::tables::prices::PRICE_LISTS;

use super::{ServiceError, Services};

/// The most lists that are read together.
const LISTS_MAX: i64 = 10_000;

/// The price lists with their names, in the order of these.
pub async fn named(services: &Services) -> Result<Vec<(PriceListId, String)>, ServiceError> {
    let window = Window::Page { number: 1, limit: LISTS_MAX };
    let all = ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window };
    let body = async move |tx: &mut Tx<'_>| resource::page(tx, &PRICE_LISTS, &all).await;
    let found = services.store.read("records.page", body).await?.rows;
    let named = |list: &resource::Record| (PriceListId::new(list.id), list.text("name").unwrap_or_default().to_owned());
    let mut lists: Vec<_> = found.iter().map(named).collect();
    lists.sort_by(|(one, name), (other, other_name)| (name, one).cmp(&(other_name, other)));
    Ok(lists)
}
