//! A cursor over the stocks of a channel: where a program stands that keeps its own place, and what comes next for it.
//!
//! Promises: what a cursor has passed is complete: of every stock that the channel may have, or might have when the
//! cursor was given, the cursor has been given what it is since its last change, and whether it is in the catalog. A
//! part takes work that does not depend on how much there is. Must not know feeds: what a cursor has passed counts as
//! sent in none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use onhand_core::channel_sync::ObjectKind;
use onhand_core::{ProductId, StockId, StockListId};

use super::channel_scope::ChannelScope;
use super::cursor_scope::{self, ListChange};
use super::{change_log, delivery_facts};
use crate::outbox::EVERY_CATALOG;
use crate::sql::{statements, values};
use crate::tables::{product_stocks, products, removed_stocks};
use crate::{Error, Tx};

statements! {
    MEMBERS = "catalog_changes.after",
        "SELECT product_id, sequence_number FROM catalog_change WHERE catalog_id = ?1 AND sequence_number > ?2
         ORDER BY sequence_number LIMIT ?3";
    PUT_MEMBER = "catalog_changes.put",
        "INSERT INTO catalog_change (catalog_id, product_id, sequence_number) VALUES (?1, ?2, ?3)
         ON CONFLICT (catalog_id, product_id) DO UPDATE SET sequence_number = excluded.sequence_number";
}

/// Where a program stands. Its text is opaque to the program; a plain number is the beginning of every one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cursor {
    /// The sequence number up to which everything has been sent.
    pub after: i64,
    /// The sequence number at which the program began with nothing: what changed as a whole before that it has never
    /// known.
    pub since: i64,
    /// The sequence number of a list's change that is being sent, and the sequence number up to which the list's stocks
    /// have been.
    pub within: Option<(i64, i64)>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.within, self.since > self.after) {
            (Some((sequence_number, place)), _) => write!(f, "{}.{}.{sequence_number}.{place}", self.after, self.since),
            (None, true) => write!(f, "{}.{}", self.after, self.since),
            (None, false) => write!(f, "{}", self.after),
        }
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = |text: &str| text.parse::<i64>().map_err(|_| ());
        let parts: Vec<&str> = text.split('.').collect();
        if !parts.iter().all(digits) {
            return Err(());
        }
        match parts[..] {
            [after] => Ok(Self { after: number(after)?, ..Self::default() }),
            [after, since] => Ok(Self { after: number(after)?, since: number(since)?, within: None }),
            [after, since, sequence_number, place] => {
                let within = Some((number(sequence_number)?, number(place)?));
                Ok(Self { after: number(after)?, since: number(since)?, within })
            }
            _ => Err(()),
        }
    }
}

impl Cursor {
    /// The same without what does not matter any more.
    fn tidied(self) -> Self {
        Self { since: if self.since > self.after { self.since } else { 0 }, ..self }
    }

    /// Whether it speaks of a sequence number before this one, but for the beginning.
    pub fn is_before(self, first: i64) -> bool {
        let (sequence_number, place) = self.within.unwrap_or_default();
        [self.after, self.since, sequence_number, place].iter().any(|spoken| (1..first).contains(spoken))
    }

    /// The newest sequence number that it speaks of.
    pub fn newest(self) -> i64 {
        let (sequence_number, place) = self.within.unwrap_or_default();
        self.after.max(self.since).max(sequence_number).max(place)
    }
}

/// A stock that is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SentStock {
    /// Its id.
    pub stock: i64,
    /// Whether the channel may have it now.
    pub in_catalog: bool,
}

/// A part of the changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slice {
    /// The stocks, oldest change first, each once.
    pub stocks: Vec<SentStock>,
    /// Where to go on.
    pub next: Cursor,
    /// Whether there are more.
    pub has_more: bool,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct ChangesQuery {
    /// From where on.
    pub cursor: Cursor,
    /// Stocks at the most, but for those of one product.
    pub limit: i64,
    /// Of this list only.
    pub list: Option<i64>,
}

/// What comes next for a cursor. What has changed of what the channel may have has got its sequence numbers before.
pub async fn next(tx: &mut Tx<'_>, channel_scope: &ChannelScope, wanted: ChangesQuery) -> Result<Slice, Error> {
    let slice = part(tx, channel_scope, wanted).await?;
    Ok(Slice { next: slice.next.tidied(), ..slice })
}

async fn part(tx: &mut Tx<'_>, channel_scope: &ChannelScope, wanted: ChangesQuery) -> Result<Slice, Error> {
    let mut cursor = wanted.cursor;
    if cursor == Cursor::default() {
        cursor.since = change_log::head(tx).await?;
    }
    let lists = cursor_scope::after(tx, channel_scope.channel, cursor.after.max(cursor.since)).await?;
    let list = lists.into_iter().find(|change| wanted.list.is_none_or(|list| list == change.list));
    let going_on =
        list.zip(cursor.within).filter(|(change, (sequence_number, _))| change.sequence_number == *sequence_number);
    if let Some((change, (_, place))) = going_on {
        return replay(tx, channel_scope, (cursor, change, place), wanted.limit).await;
    }
    cursor.within = None;
    let until = list.map_or(i64::MAX, |change| change.sequence_number);
    let (stocks, last, has_more) = changed(tx, channel_scope, (cursor, until), wanted).await?;
    match (last, list) {
        (Some(last), _) => {
            let next = Cursor { after: last, ..cursor };
            Ok(Slice { stocks, next, has_more: has_more || list.is_some() })
        }
        (None, Some(change)) => replay(tx, channel_scope, (cursor, change, 0), wanted.limit).await,
        (None, None) => Ok(Slice { stocks: Vec::new(), next: wanted.cursor, has_more: false }),
    }
}

/// All stocks of a list. Where nothing can have gone, those that are newer than the list's change come by themselves;
/// where something can, one that has changed after it has gone is sent here or never.
async fn replay(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    (cursor, change, place): (Cursor, ListChange, i64),
    limit: i64,
) -> Result<Slice, Error> {
    // What it has never known, it need not hear of when it is not there.
    let sends_all = change.left_sequence_number > cursor.after.max(cursor.since);
    let mut found = change_log::after(tx, ObjectKind::Stock, change.list, place, limit).await?;
    found.retain(|one| sends_all || one.sequence_number < change.sequence_number);
    let is_full = found.len() as i64 == limit;
    let within = found.last().filter(|_| is_full).map(|last| (change.sequence_number, last.sequence_number));
    let next = match within {
        Some(_) => Cursor { within, ..cursor },
        None => Cursor { after: change.sequence_number, within: None, ..cursor },
    };
    let ids: Vec<i64> = found.iter().map(|one| one.object).collect();
    let is_there = there(tx, channel_scope, &ids).await?;
    let stocks = ids.into_iter().map(|stock| SentStock { stock, in_catalog: is_there.contains(&stock) });
    let stocks = stocks.filter(|stock| stock.in_catalog || sends_all).collect();
    Ok(Slice { stocks, next, has_more: true })
}

/// Something that has got a sequence number: a stock, or whether a product is in the catalog.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    Stock(i64),
    Product(i64),
}

/// What has changed one by one between a cursor and a sequence number: the stocks, the last sequence number of those,
/// and whether there is more.
async fn changed(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    (cursor, until): (Cursor, i64),
    wanted: ChangesQuery,
) -> Result<(Vec<SentStock>, Option<i64>, bool), Error> {
    let mut lists = channel_scope.scopes(ObjectKind::Stock);
    lists.retain(|list| wanted.list.is_none_or(|wanted| wanted == *list));
    let begin = (cursor.after, cursor.after.max(cursor.since));
    let mut found = entries(tx, channel_scope, &lists, (begin, wanted.limit.saturating_add(1))).await?;
    found.retain(|(sequence_number, _)| *sequence_number < until);
    let all = found.len();
    let mut room = wanted.limit;
    found.retain(|(_, entry)| {
        let has_room = room > 0;
        room -= if matches!(entry, Entry::Product(_)) { lists.len() as i64 } else { 1 };
        has_room
    });
    let Some((last, _)) = found.last().copied() else { return Ok((Vec::new(), None, false)) };
    let stocks = stocks_of(tx, channel_scope, &lists, &found).await?;
    Ok((stocks, Some(last), found.len() < all))
}

/// What has sequence numbers above one, in their order: of each list, so many at the most, and of the catalog, whose
/// changes count from the beginning of the program on.
async fn entries(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    lists: &[i64],
    ((after, since), limit): ((i64, i64), i64),
) -> Result<Vec<(i64, Entry)>, Error> {
    let mut found = Vec::new();
    for list in change_log::waiting(tx, ObjectKind::Stock, lists.iter().map(|list| (*list, after))).await? {
        let stocks = change_log::after(tx, ObjectKind::Stock, list, after, limit).await?;
        found.extend(stocks.into_iter().map(|one| (one.sequence_number, Entry::Stock(one.object))));
    }
    for catalog in [Some(EVERY_CATALOG), channel_scope.catalog].into_iter().flatten() {
        let read = |row: &crate::Row<'_>| Ok((row.get::<i64>(1)?, Entry::Product(row.get(0)?)));
        found.extend(tx.all(&MEMBERS, &values![catalog, since, limit], read).await?);
    }
    found.sort_unstable();
    Ok(found)
}

/// The stocks that entries are about, each once, by its last entry. One that has changed and is not in the catalog is
/// not sent: that it has left was, or will be, an entry of its own. One that was removed is sent as not in the catalog.
async fn stocks_of(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    lists: &[i64],
    entries: &[(i64, Entry)],
) -> Result<Vec<SentStock>, Error> {
    let product = |(_, entry): &(i64, Entry)| match entry {
        Entry::Product(product) => Some(ProductId::new(*product)),
        Entry::Stock(_) => None,
    };
    let moved: BTreeSet<ProductId> = entries.iter().filter_map(product).collect();
    let lists: Vec<StockListId> = lists.iter().copied().map(StockListId::new).collect();
    let ids: Vec<ProductId> = moved.into_iter().collect();
    let of_products = delivery_facts::stocks_of(tx, &ids, &lists).await?;
    let ids: Vec<StockId> = of_products.iter().copied().map(StockId::new).collect();
    let mut by_product: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for stock in product_stocks::by_ids(tx, &ids).await? {
        by_product.entry(stock.product.get()).or_default().push(stock.id.get());
    }
    let mut last: BTreeMap<i64, i64> = BTreeMap::new();
    for (sequence_number, entry) in entries {
        match entry {
            Entry::Stock(stock) => drop(last.insert(*stock, *sequence_number)),
            Entry::Product(product) => {
                let stocks = by_product.get(product).into_iter().flatten();
                last.extend(stocks.map(|stock| (*stock, *sequence_number)));
            }
        }
    }
    let mut ordered: Vec<(i64, i64)> =
        last.into_iter().map(|(stock, sequence_number)| (sequence_number, stock)).collect();
    ordered.sort_unstable();
    let ids: Vec<i64> = ordered.into_iter().map(|(_, stock)| stock).collect();
    let is_there = there(tx, channel_scope, &ids).await?;
    let unknown = ids.iter().filter(|stock| !is_there.contains(stock) && !of_products.contains(stock));
    let unknown: Vec<StockId> = unknown.copied().map(StockId::new).collect();
    let removed = removed_stocks::by_ids(tx, &unknown).await?;
    let removed: BTreeSet<i64> = removed.into_iter().map(|stock| stock.id.get()).collect();
    let sent = ids.into_iter().map(|stock| SentStock { stock, in_catalog: is_there.contains(&stock) });
    let is_removal = |stock: &i64| of_products.contains(stock) || removed.contains(stock);
    Ok(sent.filter(|sent| sent.in_catalog || is_removal(&sent.stock)).collect())
}

/// Those of some stocks that the channel may have now: in a list of its catalog, of an active product of it.
async fn there(tx: &mut Tx<'_>, channel_scope: &ChannelScope, of: &[i64]) -> Result<BTreeSet<i64>, Error> {
    let ids: Vec<StockId> = of.iter().copied().map(StockId::new).collect();
    let lists = channel_scope.scopes(ObjectKind::Stock);
    let mut found = product_stocks::by_ids(tx, &ids).await?;
    found.retain(|stock| lists.contains(&stock.list.get()));
    let named: BTreeSet<i64> = found.iter().map(|stock| stock.product.get()).collect();
    // Without items, what has a stock in one of the lists is in the catalog.
    let offered = if channel_scope.has_items { channel_scope.products(tx, &named).await? } else { named };
    let active = products::active(tx, &offered).await?;
    found.retain(|stock| active.contains(&stock.product.get()));
    Ok(found.into_iter().map(|stock| stock.id.get()).collect())
}

/// Stores that products have come into catalogs or have left them, as (catalog, product, sequence number).
pub(super) async fn put_members(tx: &mut Tx<'_>, members: impl Iterator<Item = (i64, i64, i64)>) -> Result<(), Error> {
    let rows = members.map(|(catalog, product, sequence_number)| values![catalog, product, sequence_number]);
    tx.execute_bulk(&PUT_MEMBER, rows).await
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn a_cursor_is_what_its_text_says() {
        for text in ["0", "17", "17.20", "17.0.19.3", "17.25.30.0"] {
            assert_eq!(text.parse::<Cursor>().map(|cursor| cursor.to_string()), Ok(text.to_owned()));
        }
        for wrong in ["", "x", "-1", "1.", "1.2.3", "1.2.3.4.5", "1.x", "9223372036854775808", "+1", " 1"] {
            assert_eq!(wrong.parse::<Cursor>(), Err(()), "{wrong:?}");
        }
        assert_eq!("5.3".parse::<Cursor>().map(|cursor| cursor.to_string()), Ok("5".to_owned()));
        assert_eq!("5.3.9.2".parse::<Cursor>().map(Cursor::newest), Ok(9));
    }
}
