//! Countries, cities, townships, districts, and remote systems' codes for them (contract C8.1).
//!
//! Each place repeats what it lies in, and neither ever changes. Must not know addresses.

use crate::resource::{Column, Table};

/// A country.
pub static COUNTRIES: Table = Table::new(
    "country",
    &[Column::text("name"), Column::text("name_folded"), Column::text("code"), Column::int("is_active", 1)],
)
.referenced_by(&[("object_mapping", "object_id = ?1 AND content_type = 'country'")]);

/// A city of a country.
pub static CITIES: Table = Table::new(
    "city",
    &[
        Column::id("country_id", &COUNTRIES),
        Column::text("name"),
        Column::text("name_folded"),
        Column::int("is_active", 1),
    ],
)
.referenced_by(&[("object_mapping", "object_id = ?1 AND content_type = 'city'")]);

/// A township of a city.
pub static TOWNSHIPS: Table = Table::new(
    "township",
    &[
        Column::id("country_id", &COUNTRIES),
        Column::id("city_id", &CITIES),
        Column::text("name"),
        Column::text("name_folded"),
        Column::int("is_active", 1),
    ],
)
.referenced_by(&[("object_mapping", "object_id = ?1 AND content_type = 'township'")]);

/// A district of a township.
pub static DISTRICTS: Table = Table::new(
    "district",
    &[
        Column::id("country_id", &COUNTRIES),
        Column::id("city_id", &CITIES),
        Column::id("township_id", &TOWNSHIPS),
        Column::text("name"),
        Column::text("name_folded"),
        Column::int("is_active", 1),
    ],
)
.referenced_by(&[("object_mapping", "object_id = ?1 AND content_type = 'district'")]);

/// A remote system's code for an object of the directory; `content_type` is the kind of object, by its model's name.
pub static OBJECT_MAPPINGS: Table = Table::new(
    "object_mapping",
    &[
        Column::text("content_type"),
        Column::int("object_id", 0),
        Column::text("integration_type"),
        Column::text("code"),
    ],
);

/// Conditions on a kind of object, which a code or an integration type ends.
pub struct Mapped {
    /// Those that have this code.
    pub by_code: &'static str,
    /// Those that have a code of this integration type.
    pub by_type: &'static str,
}

/// Countries by their mappings.
pub const MAPPED_COUNTRY: Mapped = Mapped {
    by_code: "id IN (SELECT object_id FROM object_mapping WHERE content_type = 'country' AND code = ",
    by_type: "id IN (SELECT object_id FROM object_mapping WHERE content_type = 'country' AND integration_type = ",
};
/// Cities by their mappings.
pub const MAPPED_CITY: Mapped = Mapped {
    by_code: "id IN (SELECT object_id FROM object_mapping WHERE content_type = 'city' AND code = ",
    by_type: "id IN (SELECT object_id FROM object_mapping WHERE content_type = 'city' AND integration_type = ",
};
/// Townships by their mappings.
pub const MAPPED_TOWNSHIP: Mapped = Mapped {
    by_code: "id IN (SELECT object_id FROM object_mapping WHERE content_type = 'township' AND code = ",
    by_type: "id IN (SELECT object_id FROM object_mapping WHERE content_type = 'township' AND integration_type = ",
};
/// Districts by their mappings.
pub const MAPPED_DISTRICT: Mapped = Mapped {
    by_code: "id IN (SELECT object_id FROM object_mapping WHERE content_type = 'district' AND code = ",
    by_type: "id IN (SELECT object_id FROM object_mapping WHERE content_type = 'district' AND integration_type = ",
};
