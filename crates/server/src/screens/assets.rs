//! The files that pages name, under paths that contain their hash.
//!
//! Promises: a browser keeps each for ever, and another version of the program has other paths. Must not know pages.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use onhand_web::assets;

use crate::http::asset::takes_gzip;

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The file of this hash and name, for a request with these headers; none where there is no such file.
pub(super) fn serve(hash: &str, name: &str, asked: &HeaderMap) -> Option<Response> {
    let asset = assets::at(hash, name)?;
    let packed = asset.gzip.filter(|_| takes_gzip(asked));
    let mut response = Response::new(Body::from(packed.unwrap_or(asset.bytes)));
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    if asset.gzip.is_some() {
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    if packed.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Some(response)
}
