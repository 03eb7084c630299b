//! Speculative batches: chunks of an import that are decided before their turn, on a snapshot, while others write, so
//! that only the writing itself is left for the transaction.
//!
//! Promises: what is written was decided on stocks as they are when it is written; if anything has moved one of them
//! since, nothing is written at all, and it has to be decided again in its turn. Must not know why anything changes.

use std::collections::HashMap;
use std::mem::take;

use onhand_core::channel_sync::ObjectKind;
use onhand_core::events::EventType;
use onhand_core::{Movement, Stock, StockId, StockListId, Timestamp, WorkingSet};

use crate::outbox::{self, OutboxEvent, Said};
use crate::tables::product_stocks::State;
use crate::tables::{movements, order_items, product_stocks, stock_lists};
use crate::{Error, Tx};

/// The states of the stocks on which a decision was made.
pub type ObservedVersions = HashMap<StockId, State>;

/// Changes of stocks that are there already, and of nothing else.
#[derive(Debug)]
pub struct SpeculativeBatch {
    /// As they will be, in the order of their ids, with what they were.
    stocks: Vec<(Stock, State)>,
    movements: Vec<Movement>,
}

/// Looks at the stocks of some SKUs in a list, without locking them. None where a decision would need more than them: a
/// stock that has to be made, reported lines that a level may settle, discrepancies that it may clear, a count that it
/// replaces, lines that are short.
pub async fn observe<'s>(
    tx: &mut Tx<'_>,
    list: StockListId,
    skus: impl ExactSizeIterator<Item = &'s str>,
    working_set: &mut WorkingSet,
) -> Result<Option<ObservedVersions>, Error> {
    let Some(rules) = stock_lists::rules(tx, [&list]).await?.pop() else { return Ok(None) };
    let wanted = skus.len();
    let found = product_stocks::by_skus(tx, list, skus).await?;
    let is_plain = |stock: &Stock| stock.reported == 0 && stock.discrepancy_at.is_none() && stock.counted_at.is_none();
    if found.len() < wanted || !found.iter().all(is_plain) {
        return Ok(None);
    }
    let ids: Vec<StockId> = found.iter().map(|stock| stock.id).collect();
    if rules.location.is_some() && !order_items::short_of(tx, &ids, 1).await?.is_empty() {
        return Ok(None);
    }
    working_set.put_list(rules);
    let observed = found.iter().map(|stock| (stock.id, State::of(stock))).collect();
    found.into_iter().for_each(|stock| working_set.put_stock(stock));
    Ok(Some(observed))
}

impl SpeculativeBatch {
    /// What was decided on the observed versions. None where that is more than changes of those stocks, each by one
    /// movement at most.
    pub fn of(mut working_set: WorkingSet, observed: &ObservedVersions) -> Option<Self> {
        let mut changes = working_set.take_changes();
        let (stocks, movements) = (take(&mut changes.stocks.changed), take(&mut changes.movements));
        let mut moved: Vec<StockId> = movements.iter().map(|movement| movement.stock).collect();
        moved.sort_unstable();
        if !changes.is_empty() || !moved.is_sorted_by(|one, two| one < two) {
            return None;
        }
        let stocks = stocks.into_iter().map(|(_, after)| {
            let was = *observed.get(&after.id)?;
            Some((after, was))
        });
        Some(Self { stocks: stocks.collect::<Option<_>>()?, movements })
    }

    /// The stocks that it changes.
    pub fn stocks(&self) -> impl Iterator<Item = StockId> {
        self.stocks.iter().map(|(stock, _)| stock.id)
    }
}

/// Writes what was decided, all at one time, which is not earlier than `now`; gives that time. [`Error::StaleRead`]
/// where something has moved a stock since. Stocks are locked in the order of their ids, as everywhere.
pub async fn apply(tx: &mut Tx<'_>, decided: &[&SpeculativeBatch], now: Timestamp) -> Result<Timestamp, Error> {
    let movements = || decided.iter().flat_map(|batch| &batch.movements);
    let at = movements().map(|movement| movement.at).max().map_or(now, |newest| newest.max(now));
    let mut rows: Vec<&(Stock, State)> = decided.iter().flat_map(|batch| &batch.stocks).collect();
    rows.sort_unstable_by_key(|(stock, _)| stock.id);
    let has_moved = |(stock, was): &(Stock, State)| was.has_moved(stock);
    let written = rows.iter().map(|row| (&row.0, row.1, if has_moved(row) { at } else { row.0.modified_at }));
    if product_stocks::update_if_unchanged(tx, written).await? < rows.len() as u64 {
        return Err(Error::StaleRead("a stock that was decided on before its turn"));
    }
    let crossed = rows.iter().filter(|(stock, was)| was.has_crossed(stock));
    product_stocks::set_states(tx, crossed.map(|(stock, _)| (stock.id, stock.states))).await?;
    movements::insert_all(tx, movements().map(|movement| (movement, at))).await?;
    let of_stock = |said, stock: &Stock| OutboxEvent { said, object: stock.id.get(), scope: stock.list.get(), at };
    let touched =
        rows.iter().filter(|row| has_moved(row)).map(|row| of_stock(Said::Changed(ObjectKind::Stock), &row.0));
    let crossed = rows.iter().flat_map(|(stock, was)| {
        let events = EventType::of_states(was.states(), stock.states);
        events.map(move |event| of_stock(Said::Happened(event), stock))
    });
    outbox::add_all(tx, touched.chain(crossed)).await?;
    Ok(at)
}
