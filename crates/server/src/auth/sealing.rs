//! Sealing: secrets that are stored and must be read again, such as the token of another installation.
//!
//! Promises: what is sealed can be opened with its key only, and in its context only; it names its key by a fingerprint,
//! so that keys can be changed one after the other. Keys are never printed. Must not know what is sealed.

use std::fmt;
use std::fs;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};

use super::token;
use crate::hex;

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Keys that may be known at once.
const KEYS_MAX: usize = 8;
/// What a sealed text begins with: the form that follows.
const FORM: &str = "s1";

/// The keys of an installation: the first one seals, all of them open.
#[derive(Clone)]
pub struct SealingKeys(Vec<SealingKey>);

#[derive(Clone)]
struct SealingKey {
    fingerprint: String,
    bytes: [u8; KEY_BYTES],
}

/// Why a sealed text cannot be opened.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CannotOpen {
    /// The key with this fingerprint is not known.
    #[error("it is sealed with the key {0}, which is not among those of ONHAND_SECRET_KEY")]
    UnknownKey(String),
    /// It is damaged, or was sealed for something else.
    #[error("what is stored cannot be opened")]
    Damaged,
}

impl SealingKeys {
    /// Seals a secret. It can be opened in the same context only.
    pub fn seal(&self, secret: &str, context: &str) -> String {
        let key = &self.0[0];
        let nonce = token::random::<NONCE_LEN>();
        let mut sealed = secret.as_bytes().to_vec();
        let done = key.ring().seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(context.as_bytes()),
            &mut sealed,
        );
        done.expect("a text is far below the length that can be sealed");
        let bytes: Vec<u8> = nonce.into_iter().chain(sealed).collect();
        format!("{FORM}.{}.{}", key.fingerprint, STANDARD_NO_PAD.encode(bytes))
    }

    /// Opens what was sealed in this context.
    pub fn open(&self, sealed: &str, context: &str) -> Result<String, CannotOpen> {
        let mut parts = sealed.split('.');
        let (Some(FORM), Some(fingerprint), Some(text), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(CannotOpen::Damaged);
        };
        let known = self.0.iter().find(|key| key.fingerprint == fingerprint);
        let key = known.ok_or_else(|| CannotOpen::UnknownKey(fingerprint.to_owned()))?;
        let mut bytes = STANDARD_NO_PAD.decode(text).map_err(|_| CannotOpen::Damaged)?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(CannotOpen::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CannotOpen::Damaged)?;
        let opened = key.ring().open_in_place(nonce, Aad::from(context.as_bytes()), sealed);
        let opened = opened.map_err(|_| CannotOpen::Damaged)?;
        String::from_utf8(opened.to_vec()).map_err(|_| CannotOpen::Damaged)
    }
}

impl SealingKey {
    fn new(bytes: [u8; KEY_BYTES]) -> Self {
        let digest = Sha256::new().chain_update(b"onhand sealing key").chain_update(bytes).finalize();
        Self { fingerprint: hex::encode(&digest[..4]), bytes }
    }

    fn ring(&self) -> LessSafeKey {
        let key =
            UnboundKey::new(&CHACHA20_POLY1305, &self.bytes).expect("a key has as many bytes as the cipher asks for");
        LessSafeKey::new(key)
    }
}

/// The keys by their fingerprints.
impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.fingerprint)).finish()
    }
}

/// One key or several, with commas between them, or `@` and the path of a file that has them. A key is 32 bytes in
/// hexadecimal digits or base64.
impl FromStr for SealingKeys {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read;
        let text = match text.strip_prefix('@') {
            Some(path) => {
                read =
                    fs::read_to_string(path).map_err(|fault| format!("cannot read the file of the keys: {fault}"))?;
                &read
            }
            None => text,
        };
        let parts = text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let keys = parts.map(key).collect::<Option<Vec<_>>>();
        let keys = keys.ok_or("a key is 32 bytes, as 64 hexadecimal digits or in base64")?;
        match keys.len() {
            0 => Err("there is no key".to_owned()),
            1..=KEYS_MAX => Ok(Self(keys)),
            _ => Err(format!("there may be {KEYS_MAX} keys")),
        }
    }
}

fn key(text: &str) -> Option<SealingKey> {
    let bytes = match text.len() == KEY_BYTES * 2 {
        true => hex::decode(text)?,
        false => STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?,
    };
    Some(SealingKey::new(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const OTHER: &str = "/////////////////////////////////////////w8=";

    fn keys(text: &str) -> SealingKeys {
        text.parse().expect("keys")
    }

    #[test]
    fn what_is_sealed_is_opened_with_its_key_in_its_context() {
        let sealed = keys(ONE).seal("a-token", "https://a.example");
        assert!(!sealed.contains("a-token"));
        assert_ne!(sealed, keys(ONE).seal("a-token", "https://a.example"), "the same secret twice looks different");
        assert_eq!(keys(ONE).open(&sealed, "https://a.example").as_deref(), Ok("a-token"));
        assert_eq!(keys(ONE).open(&sealed, "https://b.example"), Err(CannotOpen::Damaged));
        assert!(matches!(keys(OTHER).open(&sealed, "https://a.example"), Err(CannotOpen::UnknownKey(_))));
    }

    #[test]
    fn keys_are_changed_one_after_the_other() {
        let before = keys(ONE).seal("a", "c");
        let both = keys(&format!("{OTHER},{ONE}"));
        assert_eq!(both.open(&before, "c").as_deref(), Ok("a"));
        let after = both.seal("a", "c");
        assert_eq!(keys(OTHER).open(&after, "c").as_deref(), Ok("a"));
        assert!(keys(ONE).open(&after, "c").is_err());
    }

    #[test]
    fn any_changed_sign_is_noticed() {
        let sealed = keys(ONE).seal("a", "c");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("plain signs");
            assert!(keys(ONE).open(&changed, "c").is_err(), "{changed}");
        }
        for text in ["", ".", "s1", "s1..", "s1.a.b.c", "s2.a.b", &sealed[..sealed.len() - 4]] {
            assert!(keys(ONE).open(text, "c").is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_has_its_length_and_is_not_printed() {
        for wrong in ["", ",", "secret", &ONE[2..], "@/there/is/no/such/file", &[ONE; 9].join(",")] {
            assert!(wrong.parse::<SealingKeys>().is_err(), "{wrong}");
        }
        let printed = format!("{:?}", keys(ONE));
        assert!(!printed.contains(&ONE[..8]), "{printed}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys");
        fs::write(&path, format!("{ONE}\n{OTHER}\n")).expect("it is written");
        let sealed = keys(&format!("@{}", path.display())).seal("a", "c");
        assert_eq!(keys(ONE).open(&sealed, "c").as_deref(), Ok("a"));
    }
}
