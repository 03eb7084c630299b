//! Catalogs and their items (contract 9.1, 9.2). A catalog without items has every product of its lists.

use onhand_core::fulfilment::distance::DISTANCE_MAX;
use onhand_core::fulfilment::list_sourcing::{SourcingRule, SourcingSplit};
use onhand_store::tables::catalogs::{CATALOG_ITEMS, CATALOGS, ITEMS_OF_CHANNEL, OF_CHANNEL};

use crate::resource::{OwnerScope, Resource, Taken, Unique};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::response_schema;

/// Catalogs.
pub static CATALOG: Resource = Resource {
    unique: &[Unique { index: "catalog_name", taken: Taken::Field("name") }],
    own: Some(OwnerScope::Among(OF_CHANNEL)),
    ..Resource::new(
        &CATALOGS,
        ("catalogs", "catalogs/{id}"),
        "catalog",
        &[
            Field::text("name", 128, "Unique name.").required(),
            Field::pk("stock_list", "The stock list that its channels sell from.").nullable(),
            Field::pk("price_list", "The price list of its channels.").nullable(),
            Field::pks("extra_stock_lists", "Further stock lists, such as those of stores."),
            Field::choice(
                "sourcing_rule",
                SourcingRule::WORDS,
                "Which of its lists an order line is reserved in that names none. Default main: the catalog's stock_list.",
            ),
            Field::choice(
                "sourcing_split",
                SourcingSplit::WORDS,
                "What of one order may be in different lists: nothing, its lines (default), or units of a line as well.",
            ),
            Field::int(
                "sourcing_distance_max",
                1,
                DISTANCE_MAX / 1_000,
                "How many kilometres from where the order goes a store may be; any distance when null.",
            )
            .nullable(),
            Field::bool(
                "sourcing_open_only",
                "Whether only stores are chosen that are open when the order comes. Default false.",
            ),
            Field::pks("extra_price_lists", "Further price lists."),
        ],
        &response_schema!(resource "Catalog" {
            name: Text,
            stock_list: IntOrNull,
            price_list: IntOrNull,
            extra_stock_lists: Ints,
            extra_price_lists: Ints,
            sourcing_rule: Text,
            sourcing_split: Text,
            sourcing_distance_max: IntOrNull,
            sourcing_open_only: Bool,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("stock_list", "COALESCE(stock_list_id, 0)", Kind::Int),
            Filter::new("price_list", "COALESCE(price_list_id, 0)", Kind::Int),
            Filter::new("sourcing_rule", "sourcing_rule", Kind::Choice(SourcingRule::WORDS)),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// Products of catalogs.
pub static ITEM: Resource = Resource {
    unique: &[Unique {
        index: "catalog_item_product_id",
        taken: Taken::Refused("catalog_item_duplicated", "This product is in this catalog already."),
    }],
    fixed: &["product", "catalog"],
    own: Some(OwnerScope::Among(ITEMS_OF_CHANNEL)),
    many: true,
    ..Resource::new(
        &CATALOG_ITEMS,
        ("catalog_items", "catalog_items/{id}"),
        "catalog item",
        &[
            Field::pk("product", "The product. It stays.").required(),
            Field::pk("catalog", "The catalog it is in. It stays.").required(),
        ],
        &response_schema!(resource "CatalogItem" {
            product: Int,
            catalog: Int,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("product", "product_id", Kind::Int),
            Filter::new("catalog", "catalog_id", Kind::Int),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};
