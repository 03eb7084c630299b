//! The kinds of object that channels are sent. Must not know which channel wants which object.

/// The kinds of object that feeds carry. The numbers are those of the content types, which are stored and never change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ObjectKind {
    /// A product; its scope is 0.
    Product = 1,
    /// An order of a channel; its scope is the channel.
    Order = 2,
    /// A product stock; its scope is its list.
    Stock = 5,
    /// A product price; its scope is its list.
    Price = 7,
    /// A cancellation request; its scope is the channel of its order.
    CancellationRequest = 23,
}

impl ObjectKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Product, Self::Order, Self::Stock, Self::Price, Self::CancellationRequest];

    /// The number of its content type.
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The kind with this number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The vendor's word for it.
    pub const fn model(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Order => "order",
            Self::Stock => "productstock",
            Self::Price => "productprice",
            Self::CancellationRequest => "cancellationrequest",
        }
    }

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
