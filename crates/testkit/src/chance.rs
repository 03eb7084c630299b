//! Repeatable chance: a run is described by its seed.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// The variable that repeats a run.
pub const SEED: &str = "ONHAND_SEED";

/// The seed of this run: given, or a new one.
pub fn seed() -> u64 {
    match std::env::var(SEED) {
        Ok(text) => text.parse().expect("a seed is a number"),
        Err(_) => RandomState::new().build_hasher().finish(),
    }
}

/// A source of numbers (splitmix64).
#[derive(Clone, Debug)]
pub struct Chance(pub u64);

impl Chance {
    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    /// True once in `of` times.
    pub fn once_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// One of these; none where there are none.
    pub fn one<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.below(of.len())].clone())
    }
}
