//! What a row did to a price, as it is stored: enough to show it, to apply what a dry run said, and to take it back.
//!
//! Promises: what was written by one version of the program is read by the next. Must not know files or tables.

use onhand_core::Timestamp;
use onhand_core::prices::{
    Decimal, ExpectedPrice, PriceChange, PriceOutcome, PriceRejection, PriceRow, PriceValues, PriceWrite, StoredPrice,
};
use serde::{Deserialize, Serialize};

use super::price_messages;
use super::row_results::{ResultStatus, RowResult};

/// What a row did to a price.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PriceResult {
    /// What it wanted; none where it took something back.
    pub wanted: Option<WantedPrice>,
    /// The price before it; none if there was none.
    pub before: Option<PriceTexts>,
    /// The price after it; none if there is none.
    pub after: Option<PriceTexts>,
    /// When the price last changed, once the row has changed it, in microseconds.
    pub modified_at: Option<i64>,
}

/// What a row wants of a price; what is none stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WantedPrice {
    price: Option<String>,
    currency: Option<String>,
    tax_rate: Option<String>,
    retail_price: Option<String>,
}

/// A price, in texts as they are stored and shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PriceTexts {
    /// The price.
    pub price: String,
    /// Its currency.
    pub currency: String,
    /// The tax rate in percent.
    pub tax_rate: Option<String>,
    /// The price before a discount.
    pub retail_price: Option<String>,
}

impl From<&PriceValues> for PriceTexts {
    fn from(values: &PriceValues) -> Self {
        Self {
            price: values.price.text(),
            currency: values.currency.clone(),
            tax_rate: values.tax_rate.map(Decimal::text),
            retail_price: values.retail_price.map(Decimal::text),
        }
    }
}

impl PriceTexts {
    /// As the rules know it; none if it is not understood.
    pub fn values(&self) -> Option<PriceValues> {
        Some(PriceValues {
            price: Decimal::read(&self.price)?,
            currency: self.currency.clone(),
            tax_rate: decimal(self.tax_rate.as_deref())?,
            retail_price: decimal(self.retail_price.as_deref())?,
        })
    }
}

/// A decimal that may be missing; none if it is there and is not understood.
#[expect(clippy::option_option, reason = "a text may be missing, and one that is there may not be understood")]
fn decimal(text: Option<&str>) -> Option<Option<Decimal>> {
    text.map_or(Some(None), |text| Decimal::read(text).map(Some))
}

impl From<&PriceChange> for WantedPrice {
    fn from(change: &PriceChange) -> Self {
        Self {
            price: change.price.map(Decimal::text),
            currency: change.currency.clone(),
            tax_rate: change.tax_rate.map(Decimal::text),
            retail_price: change.retail_price.map(Decimal::text),
        }
    }
}

impl WantedPrice {
    fn change(&self) -> Option<PriceChange> {
        Some(PriceChange {
            price: decimal(self.price.as_deref())?,
            currency: self.currency.clone(),
            tax_rate: decimal(self.tax_rate.as_deref())?,
            retail_price: decimal(self.retail_price.as_deref())?,
        })
    }
}

/// The result of a row, from what was stored before it and what the rules say of it.
pub fn row_result(
    number: Option<u64>,
    row: &PriceRow,
    stored: Option<&StoredPrice>,
    decided: &Result<PriceOutcome, PriceRejection>,
) -> RowResult {
    let before = stored.map(|stored| PriceTexts::from(&stored.values));
    let (end, after) = match decided {
        Ok(PriceOutcome::Created(values)) => (ResultStatus::Created, Some(values.into())),
        Ok(PriceOutcome::Updated(values)) => (ResultStatus::Updated, Some(values.into())),
        Ok(PriceOutcome::Removed) => (ResultStatus::Updated, None),
        Ok(PriceOutcome::Unchanged) => (ResultStatus::Unchanged, before.clone()),
        Err(fault) => (price_messages::row(fault).into(), before.clone()),
    };
    let wanted = match &row.write {
        PriceWrite::Change(change) => Some(change.into()),
        PriceWrite::Exactly(_) | PriceWrite::Back(_) => None,
    };
    let price = PriceResult { wanted, before, after, modified_at: None };
    RowResult { price: Some(Box::new(price)), ..RowResult::ended(number, row.sku.clone(), end) }
}

/// The row that applies what a row of a dry run said, if that changes something. It is rejected where the price was
/// written since, unless it is forced.
pub fn applied(row: &RowResult, is_forced: bool) -> Option<PriceRow> {
    let price = row.price.as_ref().filter(|_| row.is_change())?;
    let mut change = price.wanted.as_ref()?.change()?;
    if price.before.is_none() && change.currency.is_none() {
        // What the dry run found to be the currency of the list.
        change.currency = price.after.as_ref().map(|after| after.currency.clone());
    }
    let expected = match (&price.before, is_forced) {
        (_, true) => ExpectedPrice::Anything,
        (None, false) => ExpectedPrice::Values(None),
        (Some(before), false) => ExpectedPrice::Values(Some(before.values()?)),
    };
    Some(PriceRow { sku: row.sku.clone(), write: PriceWrite::Change(change), expected })
}

/// The row that takes back what a row did, if it changed something. It is rejected where anything newer has changed the
/// price. A price that the row made goes.
pub fn undone(row: &RowResult) -> Option<PriceRow> {
    let price = row.price.as_ref().filter(|_| row.is_change())?;
    let expected = ExpectedPrice::Unchanged(Timestamp::from_micros(price.modified_at?));
    let before = match &price.before {
        Some(before) => Some(before.values()?),
        None => None,
    };
    Some(PriceRow { sku: row.sku.clone(), write: PriceWrite::Back(before), expected })
}

#[cfg(test)]
mod tests {
    use super::super::row_results::{decode, encode};
    use super::*;

    fn values(price: &str) -> PriceValues {
        let decimal = |text| Decimal::read(text).expect("a decimal");
        PriceValues {
            price: decimal(price),
            currency: "try".to_owned(),
            tax_rate: Some(decimal("20")),
            retail_price: None,
        }
    }

    #[test]
    fn results_come_back_as_they_were_and_lead_on_and_back() {
        let change = PriceChange { price: Decimal::read("12.5"), ..PriceChange::default() };
        let row =
            PriceRow { sku: "A".to_owned(), write: PriceWrite::Change(change), expected: ExpectedPrice::Anything };
        let stored = StoredPrice { values: values("10"), modified_at: Timestamp::from_micros(3) };
        let mut updated = row_result(Some(2), &row, Some(&stored), &Ok(PriceOutcome::Updated(values("12.5"))));
        let failed = row_result(Some(3), &row, None, &Err(PriceRejection::NoCurrency));
        let unread = RowResult::ended(Some(4), "", ResultStatus::Unchanged);
        let rows = vec![updated.clone(), failed.clone(), unread];
        assert_eq!(decode(&encode(&rows)).expect("they are read"), rows);
        assert_eq!(decode(&encode(&rows[2..])).expect("they are read"), rows[2..]);

        let expected = ExpectedPrice::Values(Some(values("10")));
        assert_eq!(applied(&updated, false), Some(PriceRow { expected, ..row.clone() }));
        assert_eq!(applied(&updated, true), Some(row));
        assert_eq!((applied(&failed, true), undone(&failed)), (None, None));
        assert_eq!(undone(&updated), None, "a dry run has changed nothing");
        updated.price.as_mut().expect("a price").modified_at = Some(9);
        let back = undone(&updated).expect("it is taken back");
        assert_eq!(back.write, PriceWrite::Back(Some(values("10"))));
        assert_eq!(back.expected, ExpectedPrice::Unchanged(Timestamp::from_micros(9)));
    }
}
