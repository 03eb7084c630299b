//! Signatures of the Standard Webhooks: HMAC-SHA256 over id, time and body.
//!
//! Promises: a secret is never printed. Must not know what is signed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use crate::auth::token;

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// Bytes of a new secret.
const BYTES: usize = 32;
/// Bytes that a secret may have.
const BYTES_MIN: usize = 24;
const BYTES_MAX: usize = 64;
/// The most characters of a secret.
pub const SECRET_CHARS_MAX: usize = PREFIX.len() + BYTES_MAX.div_ceil(3) * 4;

/// What signs for a webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A new one.
    pub fn random() -> Self {
        Self(token::random::<BYTES>().to_vec())
    }

    /// The one that a text is: `whsec_` and 24 to 64 bytes in base64.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (BYTES_MIN..=BYTES_MAX).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// It as a text, for whom it is meant.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// The signature of a message that is sent at a time, in seconds.
    pub fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let signed = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(signed.as_ref()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standard_says() {
        // The example of the specification's own libraries.
        let secret = Secret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_its_text() {
        let secret = Secret::random();
        assert_eq!(Secret::read(&secret.text()), Some(secret.clone()));
        assert!(secret.text().len() <= SECRET_CHARS_MAX);
        assert_eq!(format!("{secret:?}"), "Secret");
        for text in ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert_eq!(Secret::read(text), None, "{text}");
        }
    }
}
