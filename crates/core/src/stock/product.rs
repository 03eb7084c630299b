//! Products, as far as stock needs them. Must not know a product's other fields.

use crate::ProductId;

/// The most characters a SKU may have.
pub const SKU_CHARS_MAX: usize = 128;

/// A product, as far as stock needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// The natural key, 1..=[`SKU_CHARS_MAX`] characters.
    pub sku: String,
}

/// Names a product in one of the two ways the wire has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProductRef {
    /// By id.
    Id(ProductId),
    /// By SKU.
    Sku(String),
}
