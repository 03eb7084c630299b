//! Tokens: 40 hexadecimal digits from the system's random source, stored as a SHA-256.
//!
//! A token has 160 random bits, so a fast hash is enough: there is nothing to guess.

use onhand_core::{Timestamp, UserId};
use onhand_store::tables::accounts::{Token, TokenKind};
use rand::TryRng as _;
use rand::rngs::SysRng;
use sha2::{Digest as _, Sha256};

use crate::hex;

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

/// What is stored of a log-in's token. It has no end.
pub fn row(key: &str, account: UserId, name: &str, now: Timestamp) -> Token {
    Token {
        id: 0,
        account,
        name: name.to_owned(),
        prefix: key[..PREFIX_DIGITS].to_owned(),
        hash: hash(key).to_vec(),
        created_at: now,
        last_used_at: None,
        revoked_at: None,
        is_named: false,
        expires_at: None,
        kind: TokenKind::Api,
        user_agent: String::new(),
    }
}

/// The end of a token that lives so many days.
pub const fn end(start: Timestamp, days: i64) -> Timestamp {
    start.plus_micros(days.saturating_mul(24 * 3_600 * 1_000_000))
}

/// The part of a token that finds its row, if it looks like a token at all.
pub fn prefix(token: &str) -> Option<&str> {
    let fits = token.len() == DIGITS && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| &token[..PREFIX_DIGITS])
}
