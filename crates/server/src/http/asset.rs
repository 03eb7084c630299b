//! Answers that are the same for every client for as long as the process runs: made once, compressed once.
//!
//! Promises: a client that has one already is told so (304). Must not know what it says.

use std::io::Write as _;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::hex;
use crate::wire::json::{ApiResponse, NOTHING};

/// Bytes of the hash that make a tag.
const TAG_BYTES: usize = 16;
/// Kept, but asked about each time: another version of the program may have another one.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// An answer.
pub(crate) struct Asset {
    content_type: &'static str,
    plain: Bytes,
    packed: Bytes,
    tag: HeaderValue,
}

impl Asset {
    /// An answer of this type.
    pub(crate) fn new(content_type: &'static str, text: String) -> Self {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        let packed = packed.write_all(text.as_bytes()).and_then(|()| packed.finish()).unwrap_or_default();
        let hash = Sha256::digest(text.as_bytes());
        // Weak: it stands for the text, however that is compressed.
        let tag = format!("W/\"{}\"", hex::encode(&hash[..TAG_BYTES]));
        let tag = HeaderValue::try_from(tag).expect("hexadecimal digits are a header");
        Self { content_type, plain: text.into(), packed: packed.into(), tag }
    }

    /// The answer to a request with these headers.
    pub(crate) fn reply(&self, headers: &HeaderMap) -> ApiResponse {
        let is_packed = !self.packed.is_empty() && takes_gzip(headers);
        let reply = match self.is_known(headers) {
            true => ApiResponse::text(StatusCode::NOT_MODIFIED, NOTHING),
            false if is_packed => ApiResponse::other(self.content_type, self.packed.clone())
                .with(header::CONTENT_ENCODING, HeaderValue::from_static("gzip")),
            false => ApiResponse::other(self.content_type, self.plain.clone()),
        };
        reply
            .with(header::ETAG, self.tag.clone())
            .with(header::VARY, HeaderValue::from_static("accept-encoding"))
            .with(header::CACHE_CONTROL, ASK_AGAIN)
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let ours = opaque(self.tag.to_str().unwrap_or_default());
        words(headers, header::IF_NONE_MATCH).any(|tag| tag == "*" || opaque(tag) == ours)
    }
}

fn words(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',').map(str::trim))
}

/// Whether a client takes an answer that is compressed with gzip.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    words(headers, header::ACCEPT_ENCODING).any(|word| {
        let (name, quality) = word.split_once(';').unwrap_or((word, ""));
        let quality = quality.trim().strip_prefix("q=").and_then(|text| text.trim().parse::<f32>().ok());
        matches!(name.trim(), "gzip" | "x-gzip" | "*") && quality.is_none_or(|quality| quality > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn what_a_client_takes_is_understood() {
        for (text, takes) in [
            ("gzip", true),
            ("br, gzip;q=0.5", true),
            ("*", true),
            ("", false),
            ("br", false),
            ("gzip;q=0", false),
            ("gzip; q=0.0", false),
            ("identity", false),
        ] {
            assert_eq!(takes_gzip(&headers(&[(header::ACCEPT_ENCODING, text)])), takes, "{text}");
        }
    }
}
