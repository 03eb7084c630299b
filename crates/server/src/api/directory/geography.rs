//! Countries, cities, townships, districts, and remote systems' codes for them (contract C8.1).
//!
//! A place is found by its name to the letter, by its name whatever its case (Turkish letters meet theirs), or by a
//! code that a remote system has for it. What a place lies in never changes, since addresses were written by it.

use onhand_core::case_fold;
use onhand_store::resource::{self, Record, Table};
use onhand_store::tables::geography::{
    CITIES, COUNTRIES, DISTRICTS, MAPPED_CITY, MAPPED_COUNTRY, MAPPED_DISTRICT, MAPPED_TOWNSHIP, Mapped,
    OBJECT_MAPPINGS, TOWNSHIPS,
};
use onhand_store::{Error as StoreError, Tx};

use crate::resource::{Draft, Resource, Taken, Unique};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{self, Form};
use crate::wire::joined;
use crate::wire::response_schema::{Property, PropertyType, ResponseSchema, property, response_schema};

const NAME: Field = Field::text("name", 255, "Its name.").required();
const IS_ACTIVE: Field = Field::bool("is_active", "Whether it is in use. Default true.");
const BY_PK: Filter = Filter::new("pk", "id", Kind::Int);
const BY_ID: Filter = Filter::new("id", "id", Kind::Int);
const BY_COUNTRY: Filter = Filter::new("country", "country_id", Kind::Int);
const BY_CITY: Filter = Filter::new("city", "city_id", Kind::Int);
const MODIFIED: Filter = Filter::new("modified_date", "modified_at", Kind::Time);

/// What every place is found by, before what it lies in.
const BY_NAME: [Filter; 4] =
    [BY_PK, BY_ID, Filter::new("name", "name", Kind::Text), Filter::only("name", "name_folded", Kind::Folded)];

/// The same after it.
const fn by_state(mapped: &Mapped) -> [Filter; 4] {
    [
        Filter::new("is_active", "is_active", Kind::Bool),
        Filter::only("mapping__code", mapped.by_code, Kind::Linked),
        Filter::only("mapping__integration_type", mapped.by_type, Kind::Linked),
        MODIFIED,
    ]
}

/// What is shown of every place, before what it lies in and after it.
const NAMED: [Property; 3] =
    [property("pk", PropertyType::Int), property("id", PropertyType::Int), property("name", PropertyType::Text)];
const STATE: [Property; 3] = [
    property("is_active", PropertyType::Bool),
    property("created_date", PropertyType::Time),
    property("modified_date", PropertyType::Time),
];

/// Countries.
pub static COUNTRY: Resource = Resource {
    unique: &[Unique { index: "country_code", taken: Taken::Field("code") }],
    rule: Some(|tx, draft| Box::pin(validate(tx, draft, &[]))),
    ..Resource::new(
        &COUNTRIES,
        ("countries", "countries/{id}"),
        "country",
        &[NAME, Field::text("code", 16, "Its code, unique.").required().exact(), IS_ACTIVE],
        &ResponseSchema {
            name: "Country",
            properties: &joined::<_, 7>(&[&NAMED, &[property("code", PropertyType::Text)], &STATE]),
            open: false,
        },
        &joined::<_, 9>(&[&BY_NAME, &[Filter::new("code", "code", Kind::Text)], &by_state(&MAPPED_COUNTRY)]),
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
        &ResponseSchema {
            name: "City",
            properties: &joined::<_, 7>(&[&NAMED, &[property("country", PropertyType::Int)], &STATE]),
            open: false,
        },
        &joined::<_, 9>(&[&BY_NAME, &[BY_COUNTRY], &by_state(&MAPPED_CITY)]),
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
        &ResponseSchema {
            name: "Township",
            properties: &joined::<_, 8>(&[
                &NAMED,
                &[property("city", PropertyType::Int), property("country", PropertyType::Int)],
                &STATE,
            ]),
            open: false,
        },
        &joined::<_, 10>(&[&BY_NAME, &[BY_COUNTRY, BY_CITY], &by_state(&MAPPED_TOWNSHIP)]),
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
        &ResponseSchema {
            name: "District",
            properties: &joined::<_, 9>(&[
                &NAMED,
                &[
                    property("township", PropertyType::Int),
                    property("city", PropertyType::Int),
                    property("country", PropertyType::Int),
                ],
                &STATE,
            ]),
            open: false,
        },
        &joined::<_, 11>(&[
            &BY_NAME,
            &[BY_COUNTRY, BY_CITY, Filter::new("township", "township_id", Kind::Int)],
            &by_state(&MAPPED_DISTRICT),
        ]),
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
        &response_schema!(resource "ObjectMapping" {
            content_type: Text,
            object_id: Int,
            integration_type: Text,
            code: Text,
        }),
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
