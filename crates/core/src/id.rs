//! Typed ids. An id of one kind cannot be passed where another is meant.
//!
//! Promises: ids are positive 64-bit integers made by the program, never by the database. Ids of hot rows carry
//! their [`Bucket`](crate::Bucket) in the low 8 bits and grow with time in the bits above.
//! Must not know which wire name (`pk`, `id`) an id is shown under.

use crate::bucket::{BUCKETS, Bucket};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(i64);

        impl $name {
            /// Wraps a number that is known to be an id of this kind.
            pub const fn new(value: i64) -> Self {
                Self(value)
            }

            /// The number as it is stored and shown.
            pub const fn get(self) -> i64 {
                self.0
            }

            /// The bucket in the low bits. Meaningful for ids taken from an [`IdAllocator`].
            pub const fn bucket(self) -> Bucket {
                self.0 & (BUCKETS - 1)
            }
        }
    )+};
}

id! {
    /// A stock list. Small numbers, no bucket: lists are reference data.
    StockListId,
    /// A sales channel. Small numbers, no bucket.
    ChannelId,
    /// A user. Small numbers, no bucket; 0 is the program itself.
    UserId,
    /// A product; its bucket is that of its SKU.
    ProductId,
    /// A product stock (one SKU in one list); its bucket is that of list and SKU.
    StockId,
    /// An order; its bucket is that of its number.
    OrderId,
    /// An order line; its bucket is that of its order.
    OrderItemId,
    /// A movement; its bucket is that of its stock.
    MovementId,
    /// A mapping; its bucket is that of its order line.
    MappingId,
    /// An import of a file; its bucket is that of the key it is asked for with.
    ImportId,
    /// A place where stock stands. Small numbers, no bucket.
    StockLocationId,
    /// A package; its bucket is that of its order.
    PackageId,
    /// A line of a package; its bucket is that of its order.
    PackageItemId,
    /// Lines being brought from one location to another; its bucket is that of its order.
    TransferId,
    /// A line of a transfer; its bucket is that of its order.
    TransferItemId,
    /// A discrepancy; its bucket is that of its stock.
    DiscrepancyId,
    /// A count at a location. No bucket.
    StockCountId,
    /// A move that the ERP has to hear of; its bucket is that of its order.
    StockMoveId,
}

/// The kinds of row whose ids come from an [`IdAllocator`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IdKind {
    /// [`ProductId`].
    Product,
    /// [`StockId`].
    Stock,
    /// [`OrderId`].
    Order,
    /// [`OrderItemId`].
    OrderItem,
    /// [`MovementId`].
    Movement,
    /// [`MappingId`].
    Mapping,
    /// [`ImportId`].
    Import,
    /// [`PackageId`].
    Package,
    /// [`PackageItemId`].
    PackageItem,
    /// [`TransferId`].
    Transfer,
    /// [`TransferItemId`].
    TransferItem,
    /// [`DiscrepancyId`].
    Discrepancy,
    /// [`StockCountId`].
    StockCount,
    /// [`StockMoveId`].
    StockMove,
}

impl IdKind {
    /// Every kind, in the order of their stored numbers.
    pub const ALL: [Self; 14] = [
        Self::Product,
        Self::Stock,
        Self::Order,
        Self::OrderItem,
        Self::Movement,
        Self::Mapping,
        Self::Import,
        Self::Package,
        Self::PackageItem,
        Self::Transfer,
        Self::TransferItem,
        Self::Discrepancy,
        Self::StockCount,
        Self::StockMove,
    ];
}

/// Numbers reserved for this process and not used yet: per kind, the next one and the first that is not ours.
#[derive(Clone, Debug, Default)]
pub struct IdAllocator {
    ranges: [(i64, i64); IdKind::ALL.len()],
}

impl IdAllocator {
    /// How many numbers of this kind are left.
    pub fn left(&self, kind: IdKind) -> i64 {
        let (next, end) = self.ranges[kind as usize];
        end - next
    }

    /// Replaces what is left of a kind by the numbers `first..first + count`.
    pub fn add_range(&mut self, kind: IdKind, first: i64, count: i64) {
        self.ranges[kind as usize] = (first, first + count);
    }

    /// The next id of a kind, in the given bucket.
    pub fn next_in_bucket(&mut self, kind: IdKind, bucket: Bucket) -> i64 {
        let (next, end) = &mut self.ranges[kind as usize];
        assert!(next < end, "the ledger reserves what Command::ids_needed asks for before it decides");
        let id = *next * BUCKETS + bucket;
        *next += 1;
        id
    }
}
