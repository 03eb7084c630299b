//! Prices of products in price lists: what a row that writes one does to it.
//!
//! Rules: what a row does not say stays as it is; a new price needs an amount and a currency, and takes the list's
//! currency if its row says none; a list has prices in one currency, so a row in another one is rejected. A row that
//! expects something of the stored price is rejected where that is no longer so. Must not know cells, files or tables.

mod decimal;

pub use decimal::{Decimal, FRACTION_DIGITS_MAX, WHOLE_DIGITS_MAX};

use crate::Timestamp;

/// The most characters of a currency.
pub const CURRENCY_CHARS_MAX: usize = 8;

/// What is stored of a price.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PriceValues {
    /// The price.
    pub price: Decimal,
    /// Its currency: the code in lower case.
    pub currency: String,
    /// The tax rate in percent.
    pub tax_rate: Option<Decimal>,
    /// The price before a discount.
    pub retail_price: Option<Decimal>,
}

/// A stored price.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredPrice {
    /// What it is.
    pub values: PriceValues,
    /// When it last changed; it grows with every change.
    pub modified_at: Timestamp,
}

/// What a row says of a price; what is `None` stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PriceChange {
    /// The price.
    pub price: Option<Decimal>,
    /// Its currency.
    pub currency: Option<String>,
    /// The tax rate in percent, 0 to 100.
    pub tax_rate: Option<Decimal>,
    /// The price before a discount.
    pub retail_price: Option<Decimal>,
}

/// What a row does to a price.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PriceWrite {
    /// What it says is written.
    Change(PriceChange),
    /// This is stored, and nothing of what was before, in the currency that the list has.
    Exactly(PriceValues),
    /// What was stored before is stored again; with `None` there is no price again.
    Back(Option<PriceValues>),
}

/// What a row expects of the stored price.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExpectedPrice {
    /// Nothing.
    Anything,
    /// These values, or no price.
    Values(Option<PriceValues>),
    /// That nothing has changed it since this moment.
    Unchanged(Timestamp),
}

/// A row that writes the price of a product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PriceRow {
    /// The product.
    pub sku: String,
    /// What is written.
    pub write: PriceWrite,
    /// What must still be so.
    pub expected: ExpectedPrice,
}

impl PriceRow {
    /// The currency that it says, if it says one.
    pub fn currency(&self) -> Option<&str> {
        match &self.write {
            PriceWrite::Change(change) => change.currency.as_deref(),
            PriceWrite::Exactly(values) => Some(&values.currency),
            PriceWrite::Back(_) => None,
        }
    }
}

/// What a row has done to a price.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PriceOutcome {
    /// It was made.
    Created(PriceValues),
    /// It was changed.
    Updated(PriceValues),
    /// It was so already, or there was none and there is none.
    Unchanged,
    /// It was removed.
    Removed,
}

/// Why a row is not written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PriceRejection {
    /// There is no product with this SKU.
    UnknownProduct,
    /// The product has no price in the list, and the row has none either.
    NoPrice,
    /// Neither the row nor the list says in which currency a new price is.
    NoCurrency,
    /// The row is in another currency than the stored price or the other prices of the list.
    OtherCurrency {
        /// That of those.
        stored: String,
    },
    /// The price was written after the dry run.
    StaleRow,
    /// Something has changed the price since the import.
    TouchedSince,
}

/// The code of a currency as it is stored; `None` where a text is none. `TL` and `₺` are `try`, `€` is `eur`.
pub fn currency_code(text: &str) -> Option<String> {
    let code = text.trim().to_lowercase();
    let is_code = (1..=CURRENCY_CHARS_MAX).contains(&code.chars().count()) && code.chars().all(char::is_alphabetic);
    match code.as_str() {
        "tl" | "ytl" | "₺" | "türk lirası" | "turk lirasi" => Some("try".to_owned()),
        "€" | "euro" | "avro" => Some("eur".to_owned()),
        _ => is_code.then_some(code),
    }
}

/// Whether two texts mean one currency.
fn is_same_currency(one: &str, other: &str) -> bool {
    one == other || currency_code(one).is_some_and(|code| currency_code(other) == Some(code))
}

/// What a row does to the stored price of its product. `list_currency` is that of the other prices of the list, if
/// there are any.
pub fn decide_price(
    stored: Option<&StoredPrice>,
    row: &PriceRow,
    list_currency: Option<&str>,
) -> Result<PriceOutcome, PriceRejection> {
    let before = stored.map(|stored| &stored.values);
    match &row.expected {
        ExpectedPrice::Values(values) if before != values.as_ref() => return Err(PriceRejection::StaleRow),
        ExpectedPrice::Unchanged(since) if stored.map(|stored| stored.modified_at) != Some(*since) => {
            return Err(PriceRejection::TouchedSince);
        }
        ExpectedPrice::Anything | ExpectedPrice::Values(_) | ExpectedPrice::Unchanged(_) => {}
    }
    let after = match &row.write {
        PriceWrite::Change(change) => Some(changed(before, change, list_currency)?),
        PriceWrite::Exactly(values) => {
            let currency = currency(before, Some(&values.currency), list_currency)?;
            Some(PriceValues { currency, ..values.clone() })
        }
        PriceWrite::Back(values) => values.clone(),
    };
    Ok(match (before, after) {
        (None, None) => PriceOutcome::Unchanged,
        (Some(_), None) => PriceOutcome::Removed,
        (None, Some(after)) => PriceOutcome::Created(after),
        (Some(before), Some(after)) if *before == after => PriceOutcome::Unchanged,
        (Some(_), Some(after)) => PriceOutcome::Updated(after),
    })
}

fn changed(
    before: Option<&PriceValues>,
    change: &PriceChange,
    list_currency: Option<&str>,
) -> Result<PriceValues, PriceRejection> {
    let price = change.price.or(before.map(|before| before.price)).ok_or(PriceRejection::NoPrice)?;
    Ok(PriceValues {
        price,
        currency: currency(before, change.currency.as_deref(), list_currency)?,
        tax_rate: change.tax_rate.or(before.and_then(|before| before.tax_rate)),
        retail_price: change.retail_price.or(before.and_then(|before| before.retail_price)),
    })
}

/// The currency of a price that is written. The one that it has already is its own, also where other prices of its list
/// have another one.
fn currency(
    before: Option<&PriceValues>,
    said: Option<&str>,
    list_currency: Option<&str>,
) -> Result<String, PriceRejection> {
    let known = before.map(|before| before.currency.as_str()).or(list_currency);
    match (known, said) {
        (None, None) => Err(PriceRejection::NoCurrency),
        (Some(stored), Some(said)) if !is_same_currency(stored, said) => {
            Err(PriceRejection::OtherCurrency { stored: stored.to_owned() })
        }
        (Some(stored), _) => Ok(stored.to_owned()),
        (None, Some(said)) => Ok(said.to_owned()),
    }
}
