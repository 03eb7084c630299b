//! The API description, as a program reads it and as a page.
//!
//! Promises: both are made once and are the same for every client. Must not know what they say.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};

use super::routes;
use crate::http::asset::Asset;
use crate::http::context::RequestContext;
use crate::openapi;
use crate::wire::error::Error;
use crate::wire::json::ApiResponse;

/// `GET /api/schema/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    static TEXT: LazyLock<Asset> =
        LazyLock::new(|| Asset::new("application/json", openapi::document(&routes()).to_string()));
    Ok(TEXT.reply(&call.headers))
}

/// `GET /api/docs/`.
pub async fn page(call: RequestContext) -> Result<ApiResponse, Error> {
    static PAGE: LazyLock<Asset> =
        LazyLock::new(|| Asset::new("text/html; charset=utf-8", openapi::page::page(&openapi::document(&routes()))));
    let reply = PAGE.reply(&call.headers);
    Ok(match reply.status {
        StatusCode::OK => reply.with(header::CONTENT_SECURITY_POLICY, openapi::page::policy()),
        _ => reply,
    })
}
