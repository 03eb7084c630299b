//! What the lists of a catalog have of some products: its own list, and the stores near a point (docs/sourcing.md).

use onhand_core::SKU_CHARS_MAX;
use onhand_core::fulfilment::Coordinates;
use onhand_core::fulfilment::list_sourcing::CANDIDATES_MAX;

use super::catalogs::CATALOG;
use crate::http::context::RequestContext;
use crate::http::route::{Holds, Parameter, parameter};
use crate::resource;
use crate::services::list_sourcing::availability::{
    self, Availability, AvailabilityQuery, ProductAvailability, ShownList,
};
use crate::services::list_sourcing::hours::Open;
use crate::services::orders;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// Products of one question.
const SKUS_MAX: usize = 20;
/// Stores of each product, where the client does not say how many.
const STORES_DEFAULT: usize = 10;
/// About what is written of a list.
const LIST_BYTES: usize = 192;
/// Characters of a degree.
const DEGREE_CHARS_MAX: usize = 32;

/// The parameters of the question.
pub const ASKS: &[Parameter] = &[
    Parameter { name: "sku", holds: Holds::Texts, required: true },
    parameter("lat", Holds::Text(DEGREE_CHARS_MAX)),
    parameter("lon", Holds::Text(DEGREE_CHARS_MAX)),
    parameter("limit", Holds::Number(Some(CANDIDATES_MAX as i64))),
];

/// The answer.
pub const VIEW: ResponseSchema = response_schema!("CatalogAvailability" {
    sourcing_rule: Text,
    results: List(&PRODUCT),
});

const PRODUCT: ResponseSchema = response_schema!("ProductAvailability" {
    product_sku: Text,
    main: ObjectOrNull,
    stores: List(&STORE),
});

const STORE: ResponseSchema = response_schema!("StoreAvailability" {
    stock_list: Int,
    name: Text,
    available: Int,
    distance: Number,
    retail_store: IntOrNull,
    click_and_collect: Bool,
    is_open: BoolOrNull,
    open_until: TimeOrNull,
});

/// `GET catalogs/{id}/availability/?sku=A&sku=B&lat=41.0&lon=29.0&limit=3`.
pub async fn of_catalog(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = asked(&call);
    // The look-up finds out by itself that there is no such catalog; it does not know whose a catalog is.
    let catalog = match (call.channel, &query) {
        (None, Ok(_)) => call.id()?,
        _ => resource::found(&call, &CATALOG).await?.id,
    };
    answer(&call, (catalog, query?)).await
}

/// `GET channel/{channel}/availability/`: the same of the channel's catalog.
pub async fn of_channel(call: RequestContext) -> Result<ApiResponse, Error> {
    let catalog = orders::catalog_of(&call.app, call.own_channel()?).await?.ok_or_else(Error::not_found)?;
    answer(&call, (catalog, asked(&call)?)).await
}

async fn answer(call: &RequestContext, (catalog, query): (i64, AvailabilityQuery)) -> Result<ApiResponse, Error> {
    let found = availability::look(&call.app, catalog, query).await?;
    Ok(ApiResponse::written(|out| write(out, &found)))
}

/// Reads the query; all that is wrong with it at once.
fn asked(call: &RequestContext) -> Result<AvailabilityQuery, Error> {
    let mut errors = FieldErrors::default();
    let (mut skus, mut limit) = (Vec::new(), STORES_DEFAULT);
    let (mut latitude, mut longitude): (Option<&str>, Option<&str>) = (None, None);
    for (name, text) in &call.query {
        match name.as_str() {
            "sku" if text.is_empty() || text.contains('\0') => errors.add("sku", "This field may not be blank."),
            "sku" if text.chars().count() > SKU_CHARS_MAX => {
                errors.add("sku", format!("Ensure this field has no more than {SKU_CHARS_MAX} characters."));
            }
            "sku" if !skus.contains(text) => skus.push(text.clone()),
            "lat" => latitude = Some(text),
            "lon" => longitude = Some(text),
            "limit" => match text.parse() {
                Ok(number) if (1..=CANDIDATES_MAX).contains(&number) => limit = number,
                _ => errors.add("limit", format!("A whole number between 1 and {CANDIDATES_MAX} is required.")),
            },
            _ => {}
        }
    }
    if skus.is_empty() && errors.is_empty() {
        errors.add("sku", "This field is required.");
    }
    if skus.len() > SKUS_MAX {
        errors.add("sku", format!("Ensure this field has no more than {SKUS_MAX} elements."));
    }
    let near = match (latitude, longitude) {
        (None, None) => None,
        (Some(_), None) => {
            errors.add("lon", "This field is required with lat.");
            None
        }
        (None, Some(_)) => {
            errors.add("lat", "This field is required with lon.");
            None
        }
        (Some(latitude), Some(longitude)) => {
            if Coordinates::parse(latitude, "0").is_none() {
                errors.add("lat", "A number between -90 and 90 is required.");
            }
            if Coordinates::parse("0", longitude).is_none() {
                errors.add("lon", "A number between -180 and 180 is required.");
            }
            Coordinates::parse(latitude, longitude)
        }
    };
    errors.into_result()?;
    Ok(AvailabilityQuery { skus, near, limit })
}

fn write(out: &mut String, found: &Availability) {
    let lists: Vec<WrittenList> = found.lists.iter().map(WrittenList::of).collect();
    out.reserve(found.products.iter().map(|product| (product.stores.len() + 2) * LIST_BYTES).sum());
    Object::open(out)
        .text("sourcing_rule", found.rule.word())
        .list("results", &found.products, |out, product| write_product(out, &lists, product))
        .close();
}

fn write_product(out: &mut String, lists: &[WrittenList], product: &ProductAvailability) {
    let write_list = |out: &mut String, (list, available): &(usize, i64)| {
        let list = &lists[*list];
        Object::open(out).merge(&list.before).int("available", *available).merge(&list.after).close();
    };
    let mut main = String::new();
    match &product.main {
        Some(list) => write_list(&mut main, list),
        None => main.push_str("null"),
    }
    Object::open(out)
        .text("product_sku", &product.sku)
        .raw("main", &main)
        .list("stores", &product.stores, write_list)
        .close();
}

/// What is written of a list before and after what it has of a product, as objects: it is the same for every product.
struct WrittenList {
    before: String,
    after: String,
}

impl WrittenList {
    fn of(list: &ShownList) -> Self {
        let (mut before, mut after) = (String::new(), String::new());
        let (is_open, until) = match list.open {
            Open::Unknown => ("null", None),
            Open::Closed => ("false", None),
            Open::Until(until) => ("true", until),
        };
        Object::open(&mut before).int("stock_list", list.list.get()).text("name", &list.name).close();
        Object::open(&mut after)
            .kilometres("distance", list.distance)
            .int_or_null("retail_store", list.store.map(|(id, _)| id))
            .bool("click_and_collect", list.store.is_some_and(|(_, click_and_collect)| click_and_collect))
            .raw("is_open", is_open)
            .time_or_null("open_until", until)
            .close();
        Self { before, after }
    }
}
