//! Products that a text may mean, and the words by which they are found.
//!
//! Promises: a search reads a bounded number of rows; a product of that barcode comes first, then those whose SKU begins
//! with the text, then those that have its words. Must not know where a text was typed or who may see a product.

use std::collections::{BTreeSet, HashMap};

use onhand_core::ProductId;
use onhand_core::search_words::{barcode_word, product_words, searched_words};
use onhand_store::resource::{self, Record};
use onhand_store::tables::products::{self, PRODUCTS};
use onhand_store::{Error, Tx, product_words as words};
use serde_json::Value;

/// A product that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundProduct {
    /// The product.
    pub id: ProductId,
    /// Its SKU.
    pub sku: String,
    /// Its name.
    pub name: String,
}

/// The barcode of a product in its attributes; empty if there is none.
pub fn barcode(attributes: &str) -> String {
    let attributes: Value = serde_json::from_str(attributes).unwrap_or_default();
    match &attributes["barcode"] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The words by which a product is found.
pub fn words_of(product: &Record) -> BTreeSet<String> {
    let text = |column: &str| product.text(column).unwrap_or_default();
    product_words(text("sku"), text("name"), &barcode(text("attributes")))
}

/// What a text may mean.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Meant {
    /// The products, the likeliest first.
    pub products: Vec<FoundProduct>,
    /// Those of them whose barcode the text is.
    pub scanned: Vec<ProductId>,
}

/// The products that have a text as their barcode, so many at the most.
async fn of_barcode(tx: &mut Tx<'_>, text: &str, limit: i64) -> Result<Vec<ProductId>, Error> {
    match barcode_word(text) {
        Some(word) => words::by_whole_word(tx, &word, limit).await,
        None => Ok(Vec::new()),
    }
}

/// The products that a text may mean, so many at the most. Case counts in a SKU only.
pub async fn meant(tx: &mut Tx<'_>, text: &str, limit: i64) -> Result<Meant, Error> {
    let scanned = of_barcode(tx, text, limit).await?;
    let by_sku = products::by_sku_prefix(tx, text, limit).await?;
    let mut found: Vec<FoundProduct> =
        by_sku.into_iter().map(|(id, sku, name)| FoundProduct { id, sku, name }).collect();
    let mut known: BTreeSet<ProductId> = found.iter().map(|one| one.id).collect();
    let mut new =
        |ids: &[ProductId]| -> Vec<i64> { ids.iter().filter(|id| known.insert(**id)).map(|id| id.get()).collect() };
    let by_barcode = new(&scanned);
    let by_words = new(&words::by_words(tx, &searched_words(text), limit).await?);
    let mut products = named(tx, &by_barcode).await?;
    products.append(&mut found);
    products.append(&mut named(tx, &by_words).await?);
    products.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(Meant { products, scanned })
}

/// Some products, in the order of their ids here; one that is gone meanwhile is left out.
async fn named(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<FoundProduct>, Error> {
    let found = resource::by_ids(tx, &PRODUCTS, ids).await?;
    let found: HashMap<i64, &Record> = found.iter().map(|product| (product.id, product)).collect();
    Ok(ids.iter().filter_map(|id| found.get(id).copied()).map(of_record).collect())
}

fn of_record(product: &Record) -> FoundProduct {
    let text = |column: &str| product.text(column).unwrap_or_default().to_owned();
    FoundProduct { id: ProductId::new(product.id), sku: text("sku"), name: text("name") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_barcode_is_a_text_or_a_number() {
        for (attributes, wanted) in [
            (r#"{"barcode": "869"}"#, "869"),
            (r#"{"barcode": 869}"#, "869"),
            (r#"{"barcode": ["869"]}"#, ""),
            (r#"{"Barcode": "869"}"#, ""),
            ("[]", ""),
            ("", ""),
        ] {
            assert_eq!(barcode(attributes), wanted, "{attributes}");
        }
    }
}
