//! Countries, cities, townships, districts, and remote systems' codes for them (contract C8.1).
//!
//! A place is found by its name to the letter, by its name whatever its case (Turkish letters meet theirs), or by a
//! code that a remote system has for it. What a place lies in never changes, since addresses were written by it.

use onhand_core::case_fold;
use onhand_store::resource::{self, Record, Table};
use onhand_store::tables::geography::{
    CITIES, COUNTRIES, DISTRICTS, MAPPED_CITY, MAPPED_COUNTRY, MAPPED_DISTRICT, MAPPED_TOWNSHIP, OBJECT_MAPPINGS,
    TOWNSHIPS,
};
use onhand_store::{Error as StoreError, Tx};

use crate::resource::{Draft, Resource, Taken, Unique};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{self, Form};
use crate::wire::view::{Shape, View, property};

const NAME: Field = Field::text("name", 255, "Its name.").required();
const IS_ACTIVE: Field = Field::bool("is_active", "Whether it is in use. Default true.");
const BY_PK: Filter = Filter::new("pk", "id", Kind::Int);
const BY_ID: Filter = Filter::new("id", "id", Kind::Int);
const BY_NAME: Filter = Filter::new("name", "name", Kind::Text);
const BY_NAME_FOLDED: Filter = Filter::only("name", "name_folded", Kind::Folded);
const BY_ACTIVE: Filter = Filter::new("is_active", "is_active", Kind::Bool);
const BY_COUNTRY: Filter = Filter::new("country", "country_id", Kind::Int);
const BY_CITY: Filter = Filter::new("city", "city_id", Kind::Int);
const MODIFIED: Filter = Filter::new("modified_date", "modified_at", Kind::Time);

const fn by_code(condition: &'static str) -> Filter {
    Filter::only("mapping__code", condition, Kind::Linked)
}

const fn by_type(condition: &'static str) -> Filter {
    Filter::only("mapping__integration_type", condition, Kind::Linked)
}

/// Countries.
pub static COUNTRY: Resource = Resource {
    unique: &[Unique { index: "country_code", taken: Taken::Field("code") }],
    rule: Some(|tx, draft| Box::pin(validate(tx, draft, &[]))),
    ..Resource::new(
        &COUNTRIES,
        ("countries", "countries/{id}"),
        "country",
        &[NAME, Field::text("code", 16, "Its code, unique.").required().exact(), IS_ACTIVE],
        &View {
            name: "Country",
            properties: &[
                property("pk", Shape::Int),
                property("id", Shape::Int),
                property("name", Shape::Text),
                property("code", Shape::Text),
                property("is_active", Shape::Bool),
                property("created_date", Shape::Time),
                property("modified_date", Shape::Time),
            ],
            open: false,
        },
        &[
            BY_PK,
            BY_ID,
            BY_NAME,
            BY_NAME_FOLDED,
            Filter::new("code", "code", Kind::Text),
            BY_ACTIVE,
            by_code(MAPPED_COUNTRY.by_code),
            by_type(MAPPED_COUNTRY.by_type),
            MODIFIED,
        ],
    )
};

/// Cities.
pub static CITY: Resource = Resource {
    fixed: &["country"],
    rule: Some(|tx, draft| Box::pin(validate(tx, draft, &[]))),
    ..Resource::new(
        &CITIES,
        ("cities", "cities/{id}"),
        "city",
        &[NAME, Field::pk("country", "Its country. It stays.").required(), IS_ACTIVE],
        &View {
            name: "City",
            properties: &[
                property("pk", Shape::Int),
                property("id", Shape::Int),
                property("name", Shape::Text),
                property("country", Shape::Int),
                property("is_active", Shape::Bool),
                property("created_date", Shape::Time),
                property("modified_date", Shape::Time),
            ],
            open: false,
        },
        &[
            BY_PK,
            BY_ID,
            BY_NAME,
            BY_NAME_FOLDED,
            BY_COUNTRY,
            BY_ACTIVE,
            by_code(MAPPED_CITY.by_code),
            by_type(MAPPED_CITY.by_type),
            MODIFIED,
        ],
    )
};

/// Townships.
pub static TOWNSHIP: Resource = Resource {
    fixed: &["city", "country"],
    rule: Some(|tx, draft| Box::pin(validate(tx, draft, &IN_CITY))),
    ..Resource::new(
        &TOWNSHIPS,
        ("townships", "townships/{id}"),
        "township",
        &[
            NAME,
            Field::pk("city", "Its city. It stays.").required(),
            Field::pk("country", "The city's country; it need not be said."),
            IS_ACTIVE,
        ],
        &View {
            name: "Township",
            properties: &[
                property("pk", Shape::Int),
                property("id", Shape::Int),
                property("name", Shape::Text),
                property("city", Shape::Int),
                property("country", Shape::Int),
                property("is_active", Shape::Bool),
                property("created_date", Shape::Time),
                property("modified_date", Shape::Time),
            ],
            open: false,
        },
        &[
            BY_PK,
            BY_ID,
            BY_NAME,
            BY_NAME_FOLDED,
            BY_COUNTRY,
            BY_CITY,
            BY_ACTIVE,
            by_code(MAPPED_TOWNSHIP.by_code),
            by_type(MAPPED_TOWNSHIP.by_type),
            MODIFIED,
        ],
    )
};

/// Districts.
pub static DISTRICT: Resource = Resource {
    fixed: &["township", "city", "country"],
    rule: Some(|tx, draft| Box::pin(validate(tx, draft, &IN_TOWNSHIP))),
    ..Resource::new(
        &DISTRICTS,
        ("districts", "districts/{id}"),
        "district",
        &[
            NAME,
            Field::pk("township", "Its township. It stays.").required(),
            Field::pk("city", "The township's city; it need not be said."),
            Field::pk("country", "The township's country; it need not be said."),
            IS_ACTIVE,
        ],
        &View {
            name: "District",
            properties: &[
                property("pk", Shape::Int),
                property("id", Shape::Int),
                property("name", Shape::Text),
                property("township", Shape::Int),
                property("city", Shape::Int),
                property("country", Shape::Int),
                property("is_active", Shape::Bool),
                property("created_date", Shape::Time),
                property("modified_date", Shape::Time),
            ],
            open: false,
        },
        &[
            BY_PK,
            BY_ID,
            BY_NAME,
            BY_NAME_FOLDED,
            BY_COUNTRY,
            BY_CITY,
            Filter::new("township", "township_id", Kind::Int),
            BY_ACTIVE,
            by_code(MAPPED_DISTRICT.by_code),
            by_type(MAPPED_DISTRICT.by_type),
            MODIFIED,
        ],
    )
};

/// What a place lies in, and what follows from that: field, table, and the fields that it decides.
type Within = (&'static str, &'static Table, &'static [&'static str]);

static IN_CITY: [Within; 1] = [("city", &CITIES, &["country"])];
static IN_TOWNSHIP: [Within; 1] = [("township", &TOWNSHIPS, &["city", "country"])];

/// Folds the case of a place's name, and takes what it lies in from the smallest place that was said.
async fn validate(tx: &mut Tx<'_>, draft: Draft<'_>, within: &[Within]) -> Result<Result<(), Error>, StoreError> {
    let Draft { record, form, .. } = draft;
    record.set("name_folded", case_fold(record.text("name").unwrap_or_default()));
    let mut errors = FieldErrors::default();
    for (field, table, decided) in within {
        let place = record.int(column(record, field)).unwrap_or_default();
        let Some(place) = resource::by_id(tx, table, place).await? else { continue };
        for name in *decided {
            disagree(&mut errors, form, (name, place.int(column(&place, name)), field));
            record.set(column(record, name), place.int(column(&place, name)));
        }
    }
    Ok(errors.into_result())
}

fn column(record: &Record, field: &str) -> &'static str {
    record.table.column(field).expect("a place has what it lies in").name
}

/// What was said need not be said, but must be so.
pub(super) fn disagree(errors: &mut FieldErrors, form: &Form, (name, is, of): (&str, Option<i64>, &str)) {
    if form.int(name).is_some_and(|said| Some(said) != is) {
        errors.add(name, format!("This is not the {name} of this {of}."));
    }
}

/// What can have codes.
const KINDS: &[&str] = &["country", "city", "township", "district"];

/// Remote systems' codes.
pub static MAPPING: Resource = Resource {
    unique: &[Unique { index: "object_mapping_code", taken: Taken::Field("code") }],
    fixed: &["content_type", "object_id"],
    rule: Some(|tx, draft| Box::pin(is_there(tx, draft))),
    ..Resource::new(
        &OBJECT_MAPPINGS,
        ("object_mappings", "object_mappings/{id}"),
        "mapping",
        &[
            Field::choice("content_type", KINDS, "The kind of object.").required(),
            Field::int("object_id", 1, i64::MAX, "The object.").required(),
            Field::text("integration_type", 64, "The kind of remote system, for instance sales_channel.").required(),
            Field::text("code", 255, "Its code there; a channel's begins with the channel's id and _.")
                .required()
                .exact(),
        ],
        &View {
            name: "ObjectMapping",
            properties: &[
                property("pk", Shape::Int),
                property("id", Shape::Int),
                property("content_type", Shape::Text),
                property("object_id", Shape::Int),
                property("integration_type", Shape::Text),
                property("code", Shape::Text),
                property("created_date", Shape::Time),
                property("modified_date", Shape::Time),
            ],
            open: false,
        },
        &[
            BY_PK,
            BY_ID,
            Filter::new("content_type", "content_type", Kind::Choice(KINDS)),
            Filter::new("object_id", "object_id", Kind::Int),
            Filter::new("integration_type", "integration_type", Kind::Text),
            Filter::new("code", "code", Kind::Text),
            MODIFIED,
        ],
    )
};

/// A code is of an object that is there, and keeps it there.
async fn is_there(tx: &mut Tx<'_>, draft: Draft<'_>) -> Result<Result<(), Error>, StoreError> {
    let table = match draft.record.text("content_type") {
        Some("country") => &COUNTRIES,
        Some("city") => &CITIES,
        Some("township") => &TOWNSHIPS,
        _ => &DISTRICTS,
    };
    let id = draft.record.int("object_id").unwrap_or_default();
    match resource::locked(tx, table, id).await? {
        Some(_) => Ok(Ok(())),
        None => Ok(Err(Error::field("object_id", form::unknown_pk(id)))),
    }
}
