//! Imports of prices: files for a price list, what they change, and the file to begin with. The rest is as for stock.
//!
//! Must not know formats or rows.

use onhand_core::PriceListId;
use onhand_core::import::Subject;

use super::imports::{price_list_of, take_file};
use super::{import_changes, upload};
use crate::http::context::RequestContext;
use crate::http::download::{self, Format};
use crate::services::exports::TEMPLATE_FORMATS;
use crate::services::imports::price_results::PriceTexts;
use crate::services::imports::row_results::RowResult;
use crate::services::imports::{price_template, receive};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// What can be chosen with a file, in the query or in the form.
pub const OPTIONS: &[Field] = &[
    Field::choice("mode", &["upsert"], "A row is a price; there is no other mode."),
    Field::bool("dry_run", "Change nothing and show what would change; apply changes it."),
    Field::object(
        "mapping",
        "What the columns are: sheet, header_row and columns (a heading, a number or null for each column).",
    ),
];

/// One row that changes a price. What was is null where the row makes the price, and what is where it is taken back.
pub const CHANGE: ResponseSchema = response_schema!("PriceImportChange" {
    row: IntOrNull,
    product_sku: Text,
    result: Text,
    old_price: TextOrNull,
    new_price: TextOrNull,
    old_retail_price: TextOrNull,
    new_retail_price: TextOrNull,
    old_tax_rate: TextOrNull,
    new_tax_rate: TextOrNull,
    old_currency_type: TextOrNull,
    new_currency_type: TextOrNull,
});

/// `POST price_list/{id}/excel_import/`: a file of prices.
pub async fn import_prices(call: RequestContext) -> Result<ApiResponse, Error> {
    let taken = async {
        let (list, requester) = (price_list_of(&call).await?, call.requester());
        let begun = receive::begin_prices(&call.app.services, &requester, list);
        take_file(&call, (OPTIONS, Some(Subject::Prices)), begun).await
    };
    let ended = taken.await;
    upload::pass_over(&call).await;
    ended
}

/// `GET price_list/{id}/excel_template/`.
pub async fn template(call: RequestContext) -> Result<ApiResponse, Error> {
    let format = Format::asked(&call.query, TEMPLATE_FORMATS)?;
    let template = price_template::template(&call.app.store, PriceListId::new(call.id()?)).await?;
    let name = template.file_name();
    download::reply(&call.app, (&name, format), move |_, sink| template.write(sink, format)).await
}

/// `GET price_list/{id}/excel_import/{cache_key}/changes/`.
pub async fn changes(call: RequestContext) -> Result<ApiResponse, Error> {
    import_changes::page(&call, write).await
}

fn write(out: &mut String, row: &RowResult) {
    let of = |values: fn(&PriceTexts) -> Option<&str>| {
        let price = row.price.as_ref();
        let (before, after) = (price.and_then(|one| one.before.as_ref()), price.and_then(|one| one.after.as_ref()));
        (before.and_then(values), after.and_then(values))
    };
    let price = of(|values| Some(values.price.as_str()));
    let retail_price = of(|values| values.retail_price.as_deref());
    let tax_rate = of(|values| values.tax_rate.as_deref());
    let currency = of(|values| Some(values.currency.as_str()));
    Object::open(out)
        .int_or_null("row", row.row.map(u64::cast_signed))
        .text("product_sku", &row.sku)
        .text("result", row.word())
        .text_or_null("old_price", price.0)
        .text_or_null("new_price", price.1)
        .text_or_null("old_retail_price", retail_price.0)
        .text_or_null("new_retail_price", retail_price.1)
        .text_or_null("old_tax_rate", tax_rate.0)
        .text_or_null("new_tax_rate", tax_rate.1)
        .text_or_null("old_currency_type", currency.0)
        .text_or_null("new_currency_type", currency.1)
        .close();
}
