//! The file that an import of prices begins with: the columns, and some prices of the list.
//!
//! Promises: it changes nothing if it comes back as it is, whichever format it has. Must not know where it goes.

use onhand_core::PriceListId;
use onhand_core::import::{Column, Subject};
use onhand_core::prices::{Decimal, PriceValues};
use onhand_sheet::Out;
use onhand_store::resource::{self, Record};
use onhand_store::tables::prices::PRICE_LISTS;
use onhand_store::{Store, Tx};

use super::prices;
use crate::services::ServiceError;
use crate::services::table_file::{Format, Sink, TableFile};

/// Prices that a template shows as examples.
const EXAMPLES: i64 = 10;

/// What a template shows: a price list and some of its prices.
pub struct PriceTemplate {
    list: Record,
    examples: Vec<(String, PriceValues)>,
}

/// The template of a price list.
pub async fn template(store: &Store, id: PriceListId) -> Result<PriceTemplate, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| {
        let Some(list) = resource::by_id(tx, &PRICE_LISTS, id.get()).await? else { return Ok(None) };
        let mut examples = Vec::new();
        for record in prices::of_list(tx, id, None, EXAMPLES).await? {
            examples.push((record.text("product_sku").unwrap_or_default().to_owned(), prices::values(&record)?));
        }
        Ok(Some(PriceTemplate { list, examples }))
    };
    store.read("records.page", body).await?.ok_or(ServiceError::NotFound)
}

impl PriceTemplate {
    /// What its file is called, without what says its format.
    pub fn file_name(&self) -> String {
        format!("{}_template", self.list.text("code").unwrap_or(self.list_name()))
    }

    fn list_name(&self) -> &str {
        self.list.text("name").unwrap_or_default()
    }

    /// Writes the columns of an import and some rows of the list.
    pub fn write(&self, sink: &mut dyn Sink, format: Format) -> Result<(), ServiceError> {
        let mut table = TableFile::begin(sink, format)?;
        let columns = || Subject::Prices.columns().iter().copied();
        table.row(columns().map(|column| Out::Text(column.name())))?;
        for (sku, values) in &self.examples {
            let price = values.price.file_text();
            let [tax_rate, retail_price] =
                [values.tax_rate, values.retail_price].map(|decimal| decimal.map(Decimal::file_text));
            table.row(columns().map(|column| match column {
                Column::Sku => Out::Text(sku),
                Column::PriceList => Out::Text(self.list_name()),
                Column::Currency => Out::Text(&values.currency),
                Column::TaxRate => tax_rate.as_deref().map_or(Out::Empty, Out::Decimal),
                Column::RetailPrice => retail_price.as_deref().map_or(Out::Empty, Out::Decimal),
                Column::Price => Out::Decimal(&price),
                _ => Out::Empty,
            }))?;
        }
        table.finish()
    }
}
