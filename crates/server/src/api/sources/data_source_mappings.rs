//! Product mappings: the SKUs that data sources have for our products (docs/data-sources.md).
//!
//! Promises: a product has one SKU with a data source, and a SKU there is of one product; an array is taken whole or not
//! at all. Must not know what is done with a mapping.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{DataSourceId, ProductId, SKU_CHARS_MAX};
use onhand_store::tables::data_source_mappings::{self, MAPPINGS, MAPPINGS_OF_SOURCE_MAX};
use onhand_store::{Error as StoreError, Tx};

use crate::api::catalog::products::NamedProducts;
use crate::http::context::RequestContext;
use crate::resource::{Draft, Resource, Taken, Unique};
use crate::services::data_sources::mappings::{self, RemovedMappings, Which};
use crate::wire::body::ROWS_MAX;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// Product mappings.
pub static MAPPING: Resource = Resource {
    unique: &[
        Unique {
            index: "data_source_mapping_product_id",
            taken: Taken::Refused("mapping_duplicated", "A product has one mapping with a data source."),
        },
        Unique { index: "data_source_mapping_remote_sku", taken: Taken::Field("remote_sku") },
    ],
    fixed: &["data_source", "product"],
    many: true,
    upserts: true,
    rules: Some(|tx, drafts| Box::pin(complete(tx, drafts))),
    ..Resource::new(
        &MAPPINGS,
        ("data_source_mappings", "data_source_mappings/{id}"),
        "data source mapping",
        &[
            Field::pk("data_source", "The data source. With the product it is the key.").required(),
            Field::pk("product", "The product here; or product_sku."),
            Field::text("product_sku", SKU_CHARS_MAX, "The product's SKU here, in place of product.").exact(),
            Field::text("remote_sku", SKU_CHARS_MAX, "Its SKU over there, which no other product has.")
                .required()
                .exact(),
        ],
        &response_schema!(resource "DataSourceMapping" {
            data_source: Int,
            product: Int,
            product_sku: Text,
            remote_sku: Text,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("data_source", "data_source_id", Kind::Int),
            Filter::new("product", "product_id", Kind::Int),
            Filter::new("product_sku", "product_sku", Kind::Text),
            Filter::new("remote_sku", "remote_sku", Kind::Text),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// The body of a removal.
pub const REMOVE: &[Field] = &[
    Field::pk("data_source", "The data source.").required(),
    Field::texts("product_skus", ROWS_MAX, SKU_CHARS_MAX, "The SKUs here of the products whose mappings are removed."),
    Field::bool("is_all", "Whether all of them are removed, whichever products are named. Default false."),
];

/// What a removal has done.
pub const REMOVED: ResponseSchema = response_schema!("RemovedMappings" {
    removed: Int,
    remaining: Int,
});

/// `POST data_source_mappings/remove/`.
pub async fn remove(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(REMOVE, Mode::Whole).await?;
    let source = DataSourceId::new(form.int("data_source").unwrap_or_default());
    let skus: Vec<String> =
        form.text("product_skus").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let which = match (form.bool("is_all").unwrap_or(false), skus.is_empty()) {
        (true, _) => Which::All,
        (false, false) => Which::Of(skus),
        (false, true) => return Err(Error::field("product_skus", "Name the products, or send is_all true.")),
    };
    let RemovedMappings { removed, remaining } = mappings::remove(&call.app, source, which).await?;
    let write = |out: &mut String| Object::open(out).int("removed", removed).int("remaining", remaining).close();
    Ok(ApiResponse::written(write))
}

/// The products are found by either name; a SKU over there is no other product's, neither in the request nor in what is
/// stored.
async fn complete(tx: &mut Tx<'_>, mut drafts: Vec<Draft<'_>>) -> Result<Vec<Result<(), Error>>, StoreError> {
    let products = NamedProducts::of(tx, &drafts).await?;
    let named: Vec<_> = drafts.iter_mut().map(|draft| products.complete(draft)).collect();
    let mut owners = owners(tx, &drafts).await?;
    let room = room(tx, &drafts).await?;
    let mut verdicts = Vec::with_capacity(drafts.len());
    for (draft, named) in drafts.iter().zip(named) {
        let known = named.map(|()| key(draft).zip(draft.record.int("product_id")));
        verdicts.push(known.and_then(|known| {
            let Some((key, product)) = known else { return Ok(()) };
            let mut faults = FieldErrors::default();
            if *owners.entry(key).or_insert(product) != product {
                faults
                    .add("remote_sku", "Another product has this SKU over there. Remove or change its mapping first.");
            }
            if room.get(&key.0).is_some_and(|room| *room < 0) {
                faults.add("data_source", format!("A data source may have {MAPPINGS_OF_SOURCE_MAX} mappings."));
            }
            faults.into_result()
        }));
    }
    Ok(verdicts)
}

/// The data source of a draft and the SKU over there, where it has both.
fn key<'d>(draft: &'d Draft<'_>) -> Option<(i64, &'d str)> {
    Some((draft.record.int("data_source_id")?, draft.record.text("remote_sku")?))
}

/// Which products have the SKUs of some drafts now.
async fn owners<'d>(tx: &mut Tx<'_>, drafts: &'d [Draft<'_>]) -> Result<HashMap<(i64, &'d str), i64>, StoreError> {
    let keys: Vec<(i64, &str)> = drafts.iter().filter_map(key).collect();
    let wanted = keys.iter().map(|(source, sku)| (DataSourceId::new(*source), *sku));
    let stored = data_source_mappings::of_remote(tx, wanted).await?;
    let stored: HashMap<(i64, &str), i64> = stored
        .iter()
        .map(|mapping| ((mapping.source.get(), mapping.remote_sku.as_str()), mapping.product.get()))
        .collect();
    Ok(keys.into_iter().filter_map(|key| Some((key, *stored.get(&key)?))).collect())
}

/// How many mappings each data source may have besides those that it has and those that these drafts make.
async fn room(tx: &mut Tx<'_>, drafts: &[Draft<'_>]) -> Result<HashMap<i64, i64>, StoreError> {
    let mut products: HashMap<i64, BTreeSet<ProductId>> = HashMap::new();
    for draft in drafts.iter().filter(|draft| draft.before.is_none()) {
        let ids = draft.record.int("data_source_id").zip(draft.record.int("product_id"));
        ids.into_iter().for_each(|(source, id)| _ = products.entry(source).or_default().insert(ProductId::new(id)));
    }
    let mut room = HashMap::new();
    for (source, products) in products {
        let (id, products) = (DataSourceId::new(source), products.into_iter().collect::<Vec<_>>());
        let known = data_source_mappings::of_products(tx, id, &products).await?.len();
        let there = data_source_mappings::count(tx, id).await?;
        room.insert(source, MAPPINGS_OF_SOURCE_MAX - there - (products.len() - known) as i64);
    }
    Ok(room)
}
