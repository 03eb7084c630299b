//! Typed ids, and the buckets that they carry. An id of one kind cannot be passed where another is meant.
//!
//! Promises: ids are positive 64-bit integers made by the program, never by the database. Ids of hot rows carry
//! their [`Bucket`] in the low 8 bits and grow with time in the bits above. A bucket says on which shard of a
//! distributed database a row is stored: the same text gives the same bucket for ever, since stored rows depend on it.
//! Must not know which wire name (`pk`, `id`) an id is shown under, nor how many machines there are: the database
//! distributes the 256 buckets over them.

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
    /// A price list. Small numbers, no bucket.
    PriceListId,
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
    /// Another installation whose stock is sold here. Small numbers, no bucket.
    DataSourceId,
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
    /// A cart reservation; its bucket is that of its reference.
    CartReservationId,
    /// A move that the ERP has to hear of; its bucket is that of its order.
    StockMoveId,
    /// A transfer of stock between lists. No bucket.
    StockTransferId,
}

crate::words! {
    /// The kinds of row whose ids come from an [`IdAllocator`], in the order of their stored numbers.
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
        /// [`CartReservationId`].
        CartReservation,
        /// [`StockTransferId`].
        StockTransfer,
    }
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
        assert!(next < end, "the writer reserves what Command::ids_needed asks for before it decides");
        let id = *next * BUCKETS + bucket;
        *next += 1;
        id
    }
}

/// How many buckets there are. Part of the stored format: never change it.
pub const BUCKETS: i64 = 256;

/// A bucket number, 0..=255. An id carries its bucket in its low 8 bits, so an id always gives the bucket too.
pub type Bucket = i64;

/// The bucket of a natural key made of text, for instance a SKU or an order number.
pub fn bucket_of_text(text: &str) -> Bucket {
    hash_step(FNV_OFFSET, text.as_bytes())
}

/// The bucket of one SKU in one stock list. Rows of one list are spread, so that one big warehouse is not one shard.
pub fn bucket_of_key(list: StockListId, sku: &str) -> Bucket {
    hash_step(FNV_OFFSET ^ list.get().cast_unsigned(), sku.as_bytes())
}

// FNV-1a, 64 bits: short, stable and good enough to spread keys; it protects nothing.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// A stable 64-bit hash of some bytes, for noticing changes. It protects nothing.
pub fn fingerprint(bytes: &[u8]) -> u64 {
    mix(FNV_OFFSET, bytes)
}

fn mix(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

fn hash_step(seed: u64, bytes: &[u8]) -> Bucket {
    let hash = mix(seed, bytes);
    // The high half of an FNV hash is mixed better than its low byte.
    ((hash >> 32) ^ hash).cast_signed() & (BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_stable_and_spread() {
        assert_eq!(bucket_of_text("1116131001"), bucket_of_text("1116131001"));
        let mut seen = std::collections::BTreeMap::new();
        for number in 0..25_600 {
            *seen.entry(bucket_of_key(StockListId::new(7), &format!("SKU-{number}"))).or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 256, "every bucket is used");
        assert!(seen.values().all(|rows| (50..200).contains(rows)), "no bucket has twice its share: {seen:?}");
    }

    #[test]
    fn stored_buckets_never_change() {
        // Rows on disk depend on these values.
        assert_eq!(bucket_of_text("1116131001"), 22);
        assert_eq!(bucket_of_key(StockListId::new(1), "A"), 211);
    }
}
