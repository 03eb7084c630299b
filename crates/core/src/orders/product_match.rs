//! How the products of a data source are told: which of them is which of ours.
//!
//! Promises: what is written in words is read back. Must not know how a mapping is stored.

crate::words! {
    /// How a product of a data source is matched with one of ours.
    #[derive(Default)]
    pub enum ProductMatch {
        /// Both have the same SKU.
        #[default]
        Sku => "sku",
        /// A product mapping says which SKU over there is which product here.
        Mapping => "mapping",
    }
    word word, from_word;
}
