//! Buckets: the part of every hot key that says which shard of a distributed database a row lives on.
//!
//! Promises: the same text gives the same bucket for ever (stored rows depend on it). Must not know how many machines
//! there are: 256 buckets are spread over them by the database.

use crate::StockListId;

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
