//! Stock locations, their addresses and their numbers as senders (contract 13.3).

use onhand_core::fulfilment::{Coordinates, CountMode, DiscrepancyEnds};
use onhand_store::Tx;
use onhand_store::tables::stock_locations::{self, ADDRESSES, LOCATIONS, SENDERS};

use crate::auth::Permission;
use crate::resource::{Draft, Resource, Secrets, Taken, Unique, judge};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::response_schema;

/// How many locations there can be: every plan looks at all of them.
const LOCATIONS_MAX: usize = 200;
/// Tags of a location.
const TAGS_MAX: usize = 50;
const TAG_CHARS_MAX: usize = 64;
/// What the largest priority is.
const PRIORITY_MAX: i64 = 1_000_000;

/// Stock locations.
pub static LOCATION: Resource = Resource {
    unique: &[
        Unique { index: "stock_location_erp_code", taken: Taken::Field("erp_code") },
        Unique {
            index: "stock_location_stock_list_id",
            taken: Taken::Refused("stock_list_has_location", "This stock list has a stock location."),
        },
    ],
    fixed: &["stock_list"],
    secrets: Some(Secrets { columns: &["engine", "conf"], seen_with: Permission::WriteFulfilment }),
    rule: Some(|tx, draft| Box::pin(check_location(tx, draft))),
    ..Resource::new(
        &LOCATIONS,
        ("oms/stocklocations", "oms/stocklocations/{id}"),
        "stock location",
        &[
            Field::text("name", 128, "Its name.").required(),
            Field::text("erp_code", 64, "Its code in the ERP. Unique.").required().exact(),
            Field::pk(
                "stock_list",
                "The list whose levels are its levels. It belongs to no other location and cannot be changed.",
            )
            .required(),
            Field::pk("retail_store", "The shop it is in.").nullable(),
            Field::pk("address", "Where it is.").nullable(),
            Field::text("stock_location_type", 64, "For instance warehouse, the default, or store."),
            Field::int("omnitron_id", 0, i64::MAX, "Its id elsewhere.").nullable(),
            Field::int("priority", 0, PRIORITY_MAX, "Sourcing prefers the smallest number. Default 100."),
            Field::bool("is_active", "Default true."),
            Field::bool("is_fulfillment_center", "Whether sourcing uses it. Default true."),
            Field::bool("is_pickup_location", "Default false."),
            Field::bool("is_delivery_location", "Default false."),
            Field::bool("is_return_available", "Default false."),
            Field::bool("is_fast_delivery_available", "Default false."),
            Field::choice(
                "count_mode",
                CountMode::WORDS,
                "What a counted difference does: it corrects the stock level (default), or flags a discrepancy.",
            ),
            Field::choice(
                "discrepancy_ends",
                DiscrepancyEnds::WORDS,
                "What ends a discrepancy besides removing it: a count, or a level that was taken after it and differs from the \
                 one known when it was made (changed_level, the default), or is any (any_level); or nothing (removal_only).",
            ),
            Field::bool(
                "short_lines_first",
                "Whether what comes back goes first to the lines that are short there, oldest first. Default true.",
            ),
            Field::texts("tags", TAGS_MAX, TAG_CHARS_MAX, "Words to ask for locations by."),
            Field::object("engine", "Free data. Secrets in it are shown as ******** to who may not change it."),
            Field::object("conf", "Free data. Secrets in it are shown as ******** to who may not change it."),
            Field::blank("fax_number", 64, "Carried through."),
            Field::blank("daytime_phone", 64, "Carried through."),
        ],
        &response_schema!("StockLocation" {
            id: Int,
            created_date: Time,
            modified_date: Time,
            omnitron_id: IntOrNull,
            name: Text,
            stock_location_type: Text,
            fax_number: Text,
            erp_code: Text,
            address: IntOrNull,
            is_fulfillment_center: Bool,
            is_pickup_location: Bool,
            is_delivery_location: Bool,
            is_fast_delivery_available: Bool,
            is_return_available: Bool,
            is_active: Bool,
            priority: Int,
            stock_list: Int,
            retail_store: IntOrNull,
            count_mode: Text,
            discrepancy_ends: Text,
            short_lines_first: Bool,
            tags: Texts,
            engine: Object,
            conf: Object,
            daytime_phone: Text,
            pk: Int,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("erp_code", "erp_code", Kind::Text),
            Filter::new("stock_list", "stock_list_id", Kind::Int),
            Filter::new("retail_store", "COALESCE(retail_store_id, 0)", Kind::Int),
            Filter::new("stock_location_type", "stock_location_type", Kind::Text),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("is_fulfillment_center", "is_fulfillment_center", Kind::Bool),
            Filter::new("priority", "priority", Kind::Int),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// Addresses of locations.
pub static ADDRESS: Resource = Resource {
    rule: Some(|_, draft| judge(check_address(&draft))),
    ..Resource::new(
        &ADDRESSES,
        ("oms/stocklocation-addresses", "oms/stocklocation-addresses/{id}"),
        "stock location address",
        &[
            Field::text("title", 128, "What it is called.").required(),
            Field::blank("country", 64, "The country."),
            Field::blank("city", 64, "The city."),
            Field::blank("township", 64, "The township."),
            Field::blank("district", 64, "The district."),
            Field::blank("line", 512, "Street and number."),
            Field::blank("postcode", 32, "The postal code."),
            Field::blank("notes", 512, "Notes."),
            Field::blank("mapping", 64, "Its code elsewhere."),
            Field::text("latitude", 32, "Degrees, north positive. With longitude, distances can be compared.")
                .nullable(),
            Field::text("longitude", 32, "Degrees, east positive.").nullable(),
            Field::bool("is_active", "Default true."),
        ],
        &response_schema!("StockLocationAddress" {
            id: Int,
            city: Text,
            country: Text,
            township: Text,
            district: Text,
            mapping: Text,
            created_date: Time,
            modified_date: Time,
            title: Text,
            is_active: Bool,
            line: Text,
            postcode: Text,
            notes: Text,
            latitude: TextOrNull,
            longitude: TextOrNull,
            pk: Int,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("title", "title", Kind::Text),
            Filter::new("city", "city", Kind::Text),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// Numbers of locations as senders.
pub static SENDER: Resource = Resource {
    unique: &[Unique {
        index: "stock_location_sender_stock_location_id",
        taken: Taken::Refused("sender_address_duplicated", "A location has one number with a cargo company."),
    }],
    ..Resource::new(
        &SENDERS,
        ("oms/stocklocations-senderaddress", "oms/stocklocations-senderaddress/{id}"),
        "sender address",
        &[
            Field::pk("stock_location", "The location.").required(),
            Field::text("cargo_company", 64, "The cargo company's code.").required(),
            Field::text("origin_id", 64, "The location's number there.").required(),
        ],
        &response_schema!("StockLocationSender" {
            id: Int,
            created_date: Time,
            modified_date: Time,
            origin_id: Text,
            stock_location: Int,
            cargo_company: Text,
            pk: Int,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("stock_location", "stock_location_id", Kind::Int),
            Filter::new("cargo_company", "cargo_company", Kind::Text),
            Filter::new("origin_id", "origin_id", Kind::Text),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

async fn check_location(tx: &mut Tx<'_>, draft: Draft<'_>) -> Result<Result<(), Error>, onhand_store::Error> {
    if draft.before.is_none() && stock_locations::names(tx).await?.len() >= LOCATIONS_MAX {
        let text = format!("There can be {LOCATIONS_MAX} stock locations.");
        return Ok(Err(Error::refused("too_many_stock_locations", text)));
    }
    Ok(Ok(()))
}

/// Both coordinates or none, and they are on the earth.
fn check_address(draft: &Draft<'_>) -> Result<(), Error> {
    let mut errors = FieldErrors::default();
    match (draft.record.text("latitude"), draft.record.text("longitude")) {
        (None, None) => {}
        (Some(latitude), Some(longitude)) => {
            if Coordinates::parse(latitude, "0").is_none() {
                errors.add("latitude", "A number between -90 and 90 is required.");
            }
            if Coordinates::parse("0", longitude).is_none() {
                errors.add("longitude", "A number between -180 and 180 is required.");
            }
        }
        (None, Some(_)) => errors.add("latitude", "This field is required with longitude."),
        (Some(_), None) => errors.add("longitude", "This field is required with latitude."),
    }
    errors.into_result()
}
