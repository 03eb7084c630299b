//! The kinds of object that channels are sent. Must not know which channel wants which object.

crate::words! {
    /// The kinds of object that feeds carry. The numbers are those of the content types, which are stored and never
    /// change; the words are the vendor's.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum ObjectKind {
        /// A product; its scope is 0.
        Product = 1 => "product",
        /// An order of a channel; its scope is the channel.
        Order = 2 => "order",
        /// A product stock; its scope is its list.
        Stock = 5 => "productstock",
        /// A product price; its scope is its list.
        Price = 7 => "productprice",
        /// A cancellation request; its scope is the channel of its order.
        CancellationRequest = 23 => "cancellationrequest",
    }
    number number, from_number;
    word model;
}

impl ObjectKind {
    /// Whether a channel is told of one that it does not know. Orders come from the channel: one that it has not made
    /// known has no name there under which it could be changed.
    pub const fn is_offered_new(self) -> bool {
        !matches!(self, Self::Order)
    }

    /// Whether a channel wants to know its product before it.
    pub const fn follows_product(self) -> bool {
        matches!(self, Self::Stock | Self::Price)
    }
}
