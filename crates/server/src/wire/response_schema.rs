//! Response schemas: the tables that say what an answer contains, for the API description.
//!
//! Promises: stands beside the function that writes the answer; a test compares the two. Must not know values.

/// One property of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: PropertyType,
}

/// What a property is.
#[derive(Clone, Copy, Debug)]
pub enum PropertyType {
    /// A whole number.
    Int,
    /// A whole number or null.
    IntOrNull,
    /// A text.
    Text,
    /// A text or null.
    TextOrNull,
    /// Whole numbers.
    Ints,
    /// Yes or no.
    Bool,
    /// Yes, no or null.
    BoolOrNull,
    /// A number with a fraction, or null.
    Number,
    /// A JSON object.
    Object,
    /// A JSON object or null.
    ObjectOrNull,
    /// An object with properties of its own.
    One(&'static ResponseSchema),
    /// Any JSON.
    Any,
    /// A time.
    Time,
    /// A time or null.
    TimeOrNull,
    /// Texts.
    Texts,
    /// Objects.
    List(&'static ResponseSchema),
}

/// An object in an answer.
#[derive(Clone, Copy, Debug)]
pub struct ResponseSchema {
    /// Its name in the API description.
    pub name: &'static str,
    /// Its properties, in the order they are printed.
    pub properties: &'static [Property],
    /// Whether the vendor's further fields may follow.
    pub open: bool,
}

/// A property.
pub const fn property(name: &'static str, kind: PropertyType) -> Property {
    Property { name, kind }
}

/// A schema with exactly the named properties: `response_schema!("Token" { name: Text, revoked_date: TimeOrNull })`. That
/// of a resource names only its own, `response_schema!(resource "Customer" { email: Text })`: they stand between the ids and
/// the times that every resource has.
macro_rules! response_schema {
    (resource $schema:literal { $($own:tt)* }) => {
        $crate::wire::response_schema::response_schema!($schema {
            pk: Int,
            id: Int,
            $($own)*
            created_date: Time,
            modified_date: Time,
        })
    };
    ($schema:literal { $($name:ident: $kind:ident $(($inner:expr))?,)* }) => {
        $crate::wire::response_schema::ResponseSchema {
            name: $schema,
            properties: &[$($crate::wire::response_schema::property(
                stringify!($name),
                $crate::wire::response_schema::PropertyType::$kind $(($inner))?,
            ),)*],
            open: false,
        }
    };
}
pub(crate) use response_schema;
