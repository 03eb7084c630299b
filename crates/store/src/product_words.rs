//! Product words: the index by which products are found by name, part of the SKU, and barcode.
//!
//! The words of a product are not written with it but soon after, by a worker that follows the change log: an import of
//! a million products would otherwise write some million words in the transactions that orders wait for, and what
//! changes a product need not know of the search. A search that misses what was named a moment ago is asked again.
//!
//! Promises: a search reads a bounded number of rows, whatever the words are; following goes on where it stopped, and
//! following twice does no harm. Must not know how texts are divided into words.

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::ProductId;
use onhand_core::channel_sync::ObjectKind;

use crate::channel_sync::change_log;
use crate::query::prefix_end;
use crate::resource::{self, Record};
use crate::sql::{statements, values};
use crate::tables::products::PRODUCTS;
use crate::{Error, Tx, Value};

/// Products that have the rarest of several words and are looked at for the others.
pub const CANDIDATES_MAX: i64 = 10_000;
/// Changes of products that one transaction follows: it holds up orders on the embedded engine for some milliseconds.
pub const FOLLOWED_TOGETHER: i64 = 100;
/// The id of the one row of progress.
const PROGRESS: i64 = 1;

statements! {
    /// Products in the order of the word they are found by, so that a whole word comes before longer ones.
    BY_WORD = "product_words.by_word",
        "SELECT product_id FROM product_word WHERE word >= ?1 AND word < ?2 ORDER BY word, product_id LIMIT ?3";
    /// The same of candidates that have three other words as well. Counting is one look at an index, and is not turned
    /// into a join of all rows with each word.
    BY_WORDS = "product_words.by_words",
        "SELECT c.product_id FROM (SELECT word, product_id FROM product_word WHERE word >= ?1 AND word < ?2
         ORDER BY word, product_id LIMIT ?3) AS c
         WHERE (SELECT COUNT(*) FROM product_word w WHERE w.product_id = c.product_id AND w.word >= ?4 AND w.word < ?5) > 0
         AND (SELECT COUNT(*) FROM product_word w WHERE w.product_id = c.product_id AND w.word >= ?6 AND w.word < ?7) > 0
         AND (SELECT COUNT(*) FROM product_word w WHERE w.product_id = c.product_id AND w.word >= ?8 AND w.word < ?9) > 0
         ORDER BY c.word, c.product_id LIMIT ?10";
    COUNT = "product_words.count",
        "SELECT COUNT(*) FROM (SELECT word FROM product_word WHERE word >= ?1 AND word < ?2 LIMIT ?3) AS few";
    OF_PRODUCT = "product_words.of_product", "SELECT product_id, word FROM product_word WHERE product_id = ?1";
    INSERT = "product_words.insert", "INSERT INTO product_word (word, product_id) VALUES (?1, ?2)";
    DELETE = "product_words.delete", "DELETE FROM product_word WHERE word = ?1 AND product_id = ?2";
    PROGRESS_OF = "product_words.progress", "SELECT sequence_number FROM product_word_progress WHERE id = ?1";
    ADVANCE = "product_words.advance",
        "INSERT INTO product_word_progress (id, sequence_number) VALUES (?1, ?2)
         ON CONFLICT (id) DO UPDATE SET sequence_number = excluded.sequence_number";
}

/// Products that have a whole word, as many as that at the most.
pub async fn by_whole_word(tx: &mut Tx<'_>, word: &str, limit: i64) -> Result<Vec<ProductId>, Error> {
    // No text comes between a word and the word with a null character behind it.
    let end = format!("{word}\u{1}");
    tx.all(&BY_WORD, &values![word, end, limit], read_id).await
}

/// Products that have, for each of some words, a word that begins with it: about so many at the most. Those of the rarest
/// word are looked at, up to [`CANDIDATES_MAX`]. Of more than four words, the first four are searched for.
pub async fn by_words(tx: &mut Tx<'_>, words: &[String], limit: i64) -> Result<Vec<ProductId>, Error> {
    // A product may have several words with the same beginning.
    let read = limit.saturating_mul(2);
    let found = match words {
        [] => return Ok(Vec::new()),
        [only] => tx.all(&BY_WORD, &values![only.as_str(), prefix_end(only), read], read_id).await?,
        several => {
            let [rarest, others @ ..] = by_rarity(tx, several).await?;
            let mut values = values![rarest.0, rarest.1, CANDIDATES_MAX].to_vec();
            values.extend(others.into_iter().flat_map(|(begin, end)| [Value::from(begin), Value::from(end)]));
            values.push(Value::Int(read));
            tx.all(&BY_WORDS, &values, read_id).await?
        }
    };
    let mut seen = BTreeSet::new();
    let mut found: Vec<ProductId> = found.into_iter().filter(|id| seen.insert(*id)).collect();
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// The ranges of four words, that of the rarest first; where there are fewer, it stands in for the others.
async fn by_rarity(tx: &mut Tx<'_>, words: &[String]) -> Result<[(String, String); 4], Error> {
    let mut counted = Vec::new();
    for word in words.iter().take(4) {
        let range = (word.clone(), prefix_end(word));
        let bounds = values![range.0.as_str(), range.1.as_str(), CANDIDATES_MAX + 1];
        let count: i64 = tx.first(&COUNT, &bounds, |row| row.get(0)).await?.unwrap_or(0);
        counted.push((count, range));
    }
    counted.sort_by_key(|(count, _)| *count);
    let range = |at: usize| counted.get(at).or(counted.first()).map(|(_, range)| range.clone()).unwrap_or_default();
    Ok([range(0), range(1), range(2), range(3)])
}

fn read_id(row: &crate::Row<'_>) -> Result<ProductId, Error> {
    row.get(0).map(ProductId::new)
}

/// Whether products have changed whose words were not looked at yet.
pub async fn is_behind(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let at = progress(tx).await?;
    Ok(!change_log::after(tx, ObjectKind::Product, 0, at, 1).await?.is_empty())
}

async fn progress(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(&PROGRESS_OF, &values![PROGRESS], |row| row.get(0)).await?.unwrap_or(0))
}

/// Makes the words of products that have changed, [`FOLLOWED_TOGETHER`] at the most; how many there were. Two processes
/// that do this at once would be in each other's way: the caller has a lease.
pub async fn follow(tx: &mut Tx<'_>, words_of: fn(&Record) -> BTreeSet<String>) -> Result<usize, Error> {
    let at = progress(tx).await?;
    let changes = change_log::after(tx, ObjectKind::Product, 0, at, FOLLOWED_TOGETHER).await?;
    let Some(last) = changes.last() else { return Ok(0) };
    let ids: Vec<i64> = changes.iter().map(|change| change.object).collect();
    let mut stored: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    let keys = ids.iter().map(|id| values![*id]);
    for (id, word) in tx.all_bulk(&OF_PRODUCT, keys, |row| Ok((row.get(0)?, row.get(1)?))).await? {
        stored.entry(id).or_default().insert(word);
    }
    let products = resource::by_ids(tx, &PRODUCTS, &ids).await?;
    let wanted: BTreeMap<i64, BTreeSet<String>> =
        products.iter().map(|product| (product.id, words_of(product))).collect();
    // A product that is gone has no words.
    let none = BTreeSet::new();
    let of = |words: &'_ BTreeMap<i64, BTreeSet<String>>, id: &i64| words.get(id).unwrap_or(&none).clone();
    let pairs =
        |some: &BTreeMap<i64, BTreeSet<String>>, others: &BTreeMap<i64, BTreeSet<String>>| -> Vec<(String, i64)> {
            let only =
                |id: &i64| of(some, id).difference(&of(others, id)).map(|word| (word.clone(), *id)).collect::<Vec<_>>();
            ids.iter().flat_map(only).collect()
        };
    let (gone, new) = (pairs(&stored, &wanted), pairs(&wanted, &stored));
    tx.execute_bulk(&DELETE, gone.iter().map(|(word, id)| values![word.as_str(), *id])).await?;
    tx.execute_bulk(&INSERT, new.iter().map(|(word, id)| values![word.as_str(), *id])).await?;
    tx.execute(&ADVANCE, &values![PROGRESS, last.sequence_number]).await?;
    Ok(changes.len())
}
