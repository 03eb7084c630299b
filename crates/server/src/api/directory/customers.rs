//! Customers and their addresses (contract C8.1). Below a channel they are that channel's.

use onhand_store::resource::{self, Record, Table};
use onhand_store::tables::customers::{ADDRESSES, ADDRESSES_OF_CHANNEL, CUSTOMERS};
use onhand_store::tables::geography::{CITIES, DISTRICTS, TOWNSHIPS};
use onhand_store::tables::stores::OF_CHANNEL;
use onhand_store::{Error as StoreError, Tx, Value};
use sha2::{Digest as _, Sha256};

use crate::hex;
use crate::resource::{Draft, OwnerScope, Resource, fill_blanks, judge};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form;
use crate::wire::response_schema::response_schema;

/// Customers.
pub static CUSTOMER: Resource = Resource {
    own: Some(OwnerScope::Column("channel_id")),
    more: Some(|property, record| {
        let none = property == "phone_number" && record.text("phone_number") == Some("");
        none.then(|| "null".to_owned())
    }),
    rule: Some(|_, draft| {
        fill_blanks(draft.record, &["phone_number"]);
        judge(Ok(()))
    }),
    ..Resource::new(
        &CUSTOMERS,
        ("customers", "customers/{id}"),
        "customer",
        &[
            Field::pk("channel", "The channel that knows this customer.").nullable(),
            Field::blank("channel_code", 128, "The customer's code there.").exact(),
            Field::blank("email", 254, "The address for mail, kept to the letter."),
            Field::blank("phone_number", 64, "The telephone; a blank one is null.").nullable(),
            Field::blank("first_name", 255, "The first name."),
            Field::blank("last_name", 255, "The last name."),
            Field::bool("is_active", "Whether the customer is one still. Default true."),
            Field::object("extra_field", "Free data."),
        ],
        &response_schema!(resource "Customer" {
            channel: IntOrNull,
            channel_code: Text,
            email: Text,
            phone_number: TextOrNull,
            first_name: Text,
            last_name: Text,
            is_active: Bool,
            extra_field: Object,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::only("channel", "channel_id", Kind::Int),
            Filter::new("channel_code", "channel_code", Kind::Text),
            Filter::new("email", "email", Kind::Text),
            Filter::new("phone_number", "phone_number", Kind::Text),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// Addresses.
pub static ADDRESS: Resource = Resource {
    fixed: &["customer"],
    points: &[("customer", OwnerScope::Column("channel_id")), ("retail_store", OwnerScope::Among(OF_CHANNEL))],
    own: Some(OwnerScope::Among(ADDRESSES_OF_CHANNEL)),
    rule: Some(|tx, draft| Box::pin(validate(tx, draft))),
    ..Resource::new(
        &ADDRESSES,
        ("addresses", "addresses/{id}"),
        "address",
        &[
            Field::pk("customer", "Whose it is. It stays.").required(),
            Field::pk("country", "The country.").required(),
            Field::pk("city", "The city.").required(),
            Field::pk("township", "The township.").nullable(),
            Field::pk("district", "The district.").nullable(),
            Field::pk("retail_store", "The store, where an order is fetched there.").nullable(),
            Field::blank("email", 254, "The address for mail.").nullable(),
            Field::blank("phone_number", 64, "The telephone.").nullable(),
            Field::blank("first_name", 255, "The first name.").nullable(),
            Field::blank("last_name", 255, "The last name.").nullable(),
            Field::blank("title", 255, "What it is called.").nullable(),
            Field::blank("line", 512, "Street and number.").nullable(),
            Field::blank("postcode", 32, "The code of the post.").nullable(),
            Field::blank("notes", 512, "What else is to be known.").nullable(),
            Field::blank("company_name", 255, "The company.").nullable(),
            Field::blank("tax_office", 255, "Its tax office.").nullable(),
            Field::blank("tax_no", 64, "Its tax number.").nullable(),
            Field::bool("e_bill_taxpayer", "Whether it takes electronic bills.").nullable(),
            Field::blank("remote_id", 255, "The channel's id of it.").nullable(),
            Field::blank("identity_number", 64, "The identity number.").nullable(),
            Field::blank("address_type", 64, "Its type.").nullable(),
            Field::bool("is_active", "Whether it is in use. Default true."),
            Field::number("latitude", 90, "Degrees, north positive. With longitude, where it is, for sourcing.")
                .nullable(),
            Field::number("longitude", 180, "Degrees, east positive.").nullable(),
            Field::object("extra_field", "Free data."),
        ],
        &response_schema!(resource "Address" {
            customer: Int,
            hash_data: Text,
            country: Int,
            city: Int,
            township: IntOrNull,
            district: IntOrNull,
            retail_store: IntOrNull,
            email: TextOrNull,
            phone_number: TextOrNull,
            first_name: TextOrNull,
            last_name: TextOrNull,
            title: TextOrNull,
            line: TextOrNull,
            postcode: TextOrNull,
            notes: TextOrNull,
            company_name: TextOrNull,
            tax_office: TextOrNull,
            tax_no: TextOrNull,
            e_bill_taxpayer: BoolOrNull,
            remote_id: TextOrNull,
            identity_number: TextOrNull,
            address_type: TextOrNull,
            is_active: Bool,
            latitude: Number,
            longitude: Number,
            extra_field: Object,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("customer", "customer_id", Kind::Int),
            Filter::new("hash_data", "hash_data", Kind::Text),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// What makes two addresses the same: everything but what only says how one came to be written down.
const SAME: [&str; 20] = [
    "customer_id",
    "country_id",
    "city_id",
    "township_id",
    "district_id",
    "retail_store_id",
    "email",
    "phone_number",
    "first_name",
    "last_name",
    "title",
    "line",
    "postcode",
    "notes",
    "company_name",
    "tax_office",
    "tax_no",
    "e_bill_taxpayer",
    "identity_number",
    "address_type",
];

/// The customer is the channel's, the places lie in each other, and no customer has the same address already. The
/// customer is locked, so that two requests cannot both find that there is none.
async fn validate(tx: &mut Tx<'_>, draft: Draft<'_>) -> Result<Result<(), Error>, StoreError> {
    let Draft { record, channel, .. } = draft;
    let mut errors = FieldErrors::default();
    let customer = record.int("customer_id").unwrap_or_default();
    let customer = resource::locked(tx, &CUSTOMERS, customer).await?;
    let foreign = |of: &&Record| channel.is_some_and(|own| of.int("channel_id") != Some(own.get()));
    if let Some(customer) = customer.as_ref().filter(foreign) {
        errors.add("customer", form::unknown_pk(customer.id));
    }
    places(tx, record, &mut errors).await?;
    match (record.text("latitude"), record.text("longitude")) {
        (Some(_), None) => errors.add("longitude", "This field is required with latitude."),
        (None, Some(_)) => errors.add("latitude", "This field is required with longitude."),
        _ => {}
    }
    if let Err(faults) = errors.into_result() {
        return Ok(Err(faults));
    }
    record.set("hash_data", hash(record));
    match resource::same(tx, record).await?.filter(|other| other.id != record.id) {
        None => Ok(Ok(())),
        // Contract C8.1: clients read the hash out of the text, up to a blank.
        Some(_) => {
            let text =
                format!("hash_data:{} This address is there already.", record.text("hash_data").unwrap_or_default());
            Ok(Err(Error::refused("address_exists", text)))
        }
    }
}

/// A smaller place lies in the larger one that was named with it.
async fn places(tx: &mut Tx<'_>, record: &Record, errors: &mut FieldErrors) -> Result<(), StoreError> {
    let chain: [(&str, &'static Table, &str); 3] =
        [("city", &CITIES, "country"), ("township", &TOWNSHIPS, "city"), ("district", &DISTRICTS, "township")];
    for (field, table, larger) in chain {
        let Some(id) = record.int(&format!("{field}_id")) else { continue };
        let Some(place) = resource::by_id(tx, table, id).await? else { continue };
        let (within, said) = (place.int(&format!("{larger}_id")), record.int(&format!("{larger}_id")));
        if said.is_some() && said != within {
            errors.add(field, format!("This {field} is not in this {larger}."));
        }
    }
    Ok(())
}

/// What an address is found by, if it is sent again.
pub(crate) fn hash(record: &Record) -> String {
    let mut hash = Sha256::new();
    for column in SAME {
        match record.value(column) {
            Value::Int(number) => hash.update(number.to_string()),
            Value::Text(text) => hash.update(text.trim()),
            _ => {}
        }
        hash.update([0]);
    }
    hex::encode(&hash.finalize()[..16])
}
