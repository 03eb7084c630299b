//! Bodies: bytes into a JSON value, whatever form the client chose.
//!
//! Promises: JSON, form and multipart are understood, and form bytes labelled as JSON, which the vendor's own examples
//! send (contract X3, X4, X12). Broken JSON is rejected, never repaired (contract X5). Must not know fields.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::error::Error;

/// The most rows that a body may have, unless a route has a limit of its own.
pub const ROWS_MAX: usize = 1_000;
/// The most parts a multipart body may have.
const PARTS_MAX: usize = 100;

/// Reads a body. No body at all is an empty object.
pub async fn parse(content_type: &str, body: Bytes) -> Result<Value, Error> {
    let kind = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match kind.as_str() {
        // `curl -d` labels whatever it sends as a form; no form starts like a JSON object or array.
        "application/x-www-form-urlencoded" if matches!(body.first(), Some(b'{' | b'[')) => json(&body),
        "application/x-www-form-urlencoded" => form(&body).ok_or_else(|| Error::bad_request("Malformed form data.")),
        "multipart/form-data" => multipart(content_type, body).await,
        // Without a type, or with a wrong one, JSON is what these clients mean.
        _ => json(&body),
    }
}

fn json(body: &Bytes) -> Result<Value, Error> {
    match serde_json::from_slice(body) {
        Ok(value) => Ok(value),
        Err(fault) => match looks_like_form(body).then(|| form(body)).flatten() {
            Some(value) => Ok(value),
            None => Err(Error::bad_request(format!("JSON parse error - {fault}"))),
        },
    }
}

/// `k=v(&k=v)*`, with names that no broken JSON begins with.
fn looks_like_form(body: &[u8]) -> bool {
    body.split(|byte| *byte == b'&').all(|pair| {
        let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
        let named = name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.%+".contains(byte));
        named && !name.is_empty() && pair.len() > name.len()
    })
}

fn form(body: &[u8]) -> Option<Value> {
    std::str::from_utf8(body).ok()?;
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(body) {
        if value.contains('\u{FFFD}') {
            return None; // a percent code that is no UTF-8
        }
        fields.insert(name.into_owned(), Value::String(value.into_owned()));
    }
    Some(Value::Object(fields))
}

async fn multipart(content_type: &str, body: Bytes) -> Result<Value, Error> {
    let wrong = |fault: multer::Error| Error::bad_request(format!("Multipart form parse error - {fault}"));
    let boundary = multer::parse_boundary(content_type).map_err(wrong)?;
    let once = std::iter::once(Ok::<_, std::io::Error>(body));
    let mut parts = multer::Multipart::new(Once(Some(once)), boundary);
    let mut fields = Map::new();
    let mut count = 0;
    while let Some(part) = parts.next_field().await.map_err(wrong)? {
        count += 1;
        if count > PARTS_MAX {
            return Err(Error::bad_request(format!("A form may have no more than {PARTS_MAX} parts.")));
        }
        if let Some(name) = part.name().map(str::to_owned) {
            let bytes = part.bytes().await.map_err(wrong)?;
            let text = std::str::from_utf8(&bytes).map_err(|_| Error::bad_request("Malformed form data."))?;
            fields.insert(name, Value::String(text.to_owned()));
        }
    }
    Ok(Value::Object(fields))
}

/// A stream of one chunk: the body has been read, with its limits, before it is parsed.
struct Once<I>(Option<I>);

impl<I: Iterator + Unpin> futures_core::Stream for Once<I> {
    type Item = I::Item;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.as_mut().and_then(Iterator::next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(content_type: &str, body: &str) -> Result<String, String> {
        let value = parse(content_type, Bytes::copy_from_slice(body.as_bytes())).await;
        value
            .map(|value| value.to_string())
            .map_err(|fault| String::from_utf8(fault.into_reply().body.to_vec()).expect("JSON"))
    }

    #[tokio::test]
    async fn bodies_are_read_in_every_form() {
        assert_eq!(read("application/json", r#"{"a": 1}"#).await, Ok(r#"{"a":1}"#.into()));
        assert_eq!(read("", "[1]").await, Ok("[1]".into()));
        assert_eq!(read("application/json", "").await, Ok("{}".into()));
        assert_eq!(read("application/x-www-form-urlencoded", "a=1&b=x+y").await, Ok(r#"{"a":"1","b":"x y"}"#.into()));
        // Contract X4: form bytes labelled as JSON.
        assert_eq!(read("application/json", "name=Test+List").await, Ok(r#"{"name":"Test List"}"#.into()));
        let parts = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--\r\n";
        assert_eq!(read("multipart/form-data; boundary=B", parts).await, Ok(r#"{"a":"1"}"#.into()));
    }

    #[tokio::test]
    async fn broken_json_is_refused_not_repaired() {
        let deep = "[".repeat(10_000);
        // The first is contract X5: the comma that the vendor's example lacks.
        for broken in [r#"{"a": 25 "b": {}}"#, "{", "nonsense", r#"{"a": NaN}"#, r#"{"a": 1e400}"#, deep.as_str()] {
            let answer = read("application/json", broken).await.expect_err("refused");
            assert!(answer.contains("JSON parse error"), "{answer}");
        }
        assert!(read("multipart/form-data", "x").await.is_err());
        assert!(read("application/x-www-form-urlencoded", "a=%ff").await.is_err());
    }
}
