//! Exports: product stocks as a file, all that a list's filters leave; and the file that an import of a list begins
//! with.

use onhand_core::{Stock, StockListId};
use onhand_store::query::{Op, Sort};

use super::{as_of, product_stocks};
use crate::http::context::RequestContext;
use crate::http::download::{self, Format};
use crate::services::stock_as_of::{self, NumbersAsOf};
use crate::services::{channels, exports};
use crate::wire::error::Error;
use crate::wire::json::ApiResponse;
use crate::wire::{filter, scalar};
use crate::zone::Zone;

pub use crate::services::exports::{EXPORT_FORMATS, TEMPLATE_FORMATS};

/// `GET product_stock/export/`.
pub async fn export(call: RequestContext) -> Result<ApiResponse, Error> {
    let format = Format::asked(&call.query, EXPORT_FORMATS)?;
    let is_filter = |name: &str| name != "format" && !as_of::AS_OF.iter().any(|parameter| parameter.name == name);
    let query: Vec<_> = call.query.iter().filter(|(name, _)| is_filter(name)).cloned().collect();
    let mut listing = filter::parse(product_stocks::FILTERS, &query, call.zone())?.listing;
    let is_of_one_list = listing.conditions.iter().any(|one| one.column == "stock_list_id" && one.op == Op::Eq);
    let asks_sort = call.query.iter().any(|(name, _)| name == "sort");
    listing.sort = match listing.sort.column {
        by if by == Sort::BY_ID.column => listing.sort,
        "sku" if is_of_one_list => listing.sort,
        "sku" if !asks_sort => Sort::BY_ID,
        _ => {
            return Err(Error::field(
                "sort",
                "An export can be sorted by id, and one of one stock_list by product_sku.",
            ));
        }
    };
    listing.conditions.extend(channels::of_own_lists(&call.app, &call.requester(), "stock_list_id").await?);
    let instant = as_of::instant(&call, "as_of", zone(&call).await?).await?;
    let name = format!("product_stock_{}", &scalar::time_text(instant.unwrap_or(call.app.clock.now()))[..10]);
    if let Some(instant) = instant {
        return download::reply(&call.app, (&name, format), move |reads, sink| {
            let write = |out: &mut String, stock: &Stock, numbers: &NumbersAsOf| {
                as_of::write(out, stock, numbers, instant);
            };
            stock_as_of::export(reads, &listing, (sink, format), instant, write)
        })
        .await;
    }
    let write = product_stocks::write(call.family);
    download::reply(&call.app, (&name, format), move |reads, sink| {
        exports::export(reads, &listing, (sink, format), write)
    })
    .await
}

/// The zone of a time without an offset: that of the list that is asked for, or else of the installation.
async fn zone(call: &RequestContext) -> Result<Option<Zone>, Error> {
    let list = call.asked("stock_list").and_then(|list| list.parse().ok());
    match list {
        Some(list) => Ok(call.app.zone(StockListId::new(list)).await?),
        None => Ok(call.zone().cloned()),
    }
}

/// `GET stock_list/{id}/excel_template/`.
pub async fn template(call: RequestContext) -> Result<ApiResponse, Error> {
    let format = Format::asked(&call.query, TEMPLATE_FORMATS)?;
    let template = exports::template(&call.app.store, StockListId::new(call.id()?)).await?;
    let name = template.file_name();
    download::reply(&call.app, (&name, format), move |_, sink| template.write(sink, format)).await
}
