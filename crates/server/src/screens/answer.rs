//! Answers of screens, and the headers that each of them has.
//!
//! Promises: a page runs no script and shows no style but its own files, and no other site may show it within itself;
//! no cache keeps a page. Must not know which screen answers.

use std::io::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use onhand_web::Template;

use super::fault::Fault;
use crate::http::asset::takes_gzip;
use crate::wire::json::ApiResponse;

/// What a page may do.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; \
     manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
const PERMISSIONS: HeaderValue = HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()");
/// Bytes from which on a page is compressed, and how much.
const PACKED_BYTES_MIN: usize = 1_024;
const PACKED_LEVEL: u32 = 5;
/// What nginx reads, to pass on what comes at once.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");
/// What a request of htmx has that updates a part of a page.
pub(super) const FRAGMENT: HeaderName = HeaderName::from_static("hx-request");

/// An answer.
#[derive(Debug)]
pub(super) struct ScreenAnswer {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Nothing,
    Page(String),
    /// A file, which says itself what it is.
    File(Body),
}

impl ScreenAnswer {
    fn of(status: StatusCode, content: Content) -> Self {
        Self { status, headers: Vec::new(), content }
    }

    /// A whole page, or a part of one.
    pub(super) fn page(status: StatusCode, page: &impl Template) -> Result<Self, Fault> {
        let text = page.render().map_err(|fault| Fault::internal(&fault))?;
        Ok(Self::of(status, Content::Page(text)))
    }

    /// To another page, after something was done.
    pub(super) fn see_other(path: &str) -> Self {
        // A path that is no header leads to the beginning.
        let to = HeaderValue::try_from(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
        Self::of(StatusCode::SEE_OTHER, Content::Nothing).with(header::LOCATION, to)
    }

    /// Nothing but a status.
    pub(super) fn nothing(status: StatusCode) -> Self {
        Self::of(status, Content::Nothing)
    }

    /// A file that is made while it is sent.
    pub(super) fn file(reply: ApiResponse) -> Self {
        let body = reply.stream.unwrap_or_else(|| Body::from(reply.body));
        let kind = (header::CONTENT_TYPE, reply.content_type);
        let headers = std::iter::once(kind).chain(reply.headers).collect();
        Self { status: reply.status, headers, content: Content::File(body) }
    }

    /// Events that are sent as they come. A proxy between here and the browser must not collect them.
    pub(super) fn events(body: Body) -> Self {
        Self::of(StatusCode::OK, Content::File(body))
            .with(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"))
            .with(UNBUFFERED, HeaderValue::from_static("no"))
    }

    /// With one more header.
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The response to a request with these headers.
    pub(super) fn into_response(self, asked: &HeaderMap) -> Response {
        let (body, kind, is_packed) = match self.content {
            Content::Nothing => (Body::empty(), None, false),
            Content::File(body) => (body, None, false),
            Content::Page(text) => {
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                match packed(&text).filter(|_| takes_gzip(asked)) {
                    Some(bytes) => (Body::from(bytes), Some(html), true),
                    None => (Body::from(text), Some(html), false),
                }
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("HX-Request, Accept-Encoding"));
        headers.extend(kind.map(|kind| (header::CONTENT_TYPE, kind)));
        if is_packed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        for (name, value) in self.headers {
            // Of cookies there may be several.
            if name == header::SET_COOKIE {
                headers.append(name, value)
            } else {
                headers.insert(name, value).is_some()
            };
        }
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        // Another policy would take the origin from forms.
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
        headers.insert("permissions-policy", PERMISSIONS);
        response
    }
}

fn packed(text: &str) -> Option<Vec<u8>> {
    if text.len() < PACKED_BYTES_MIN {
        return None;
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::new(PACKED_LEVEL));
    packed.write_all(text.as_bytes()).and_then(|()| packed.finish()).ok()
}
