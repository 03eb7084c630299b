//! Tokens: 40 hexadecimal digits from the system's random source, stored as a SHA-256.
//!
//! A token has 160 random bits, so a fast hash is enough: there is nothing to guess.

use rand::TryRng as _;
use rand::rngs::SysRng;

use crate::hex;
use sha2::{Digest as _, Sha256};

/// Digits of a token.
pub const DIGITS: usize = 40;
/// Digits that find the stored row.
pub const PREFIX_DIGITS: usize = 8;

/// Random bytes that no one can predict.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).expect("the system has a random source");
    bytes
}

/// A new token.
pub fn generate() -> String {
    hex::encode(&random::<{ DIGITS / 2 }>())
}

/// What is stored of a token.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The part of a token that finds its row, if it looks like a token at all.
pub fn prefix(token: &str) -> Option<&str> {
    let fits = token.len() == DIGITS && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| &token[..PREFIX_DIGITS])
}
