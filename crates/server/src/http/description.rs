//! The API description, as a program reads it and as a page.
//!
//! Promises: both are made once and are the same for every client. Must not know what they say.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};

use super::asset::Asset;
use super::request_context::RequestContext;
use super::routes::routes;
use super::{docs, schema};
use crate::wire::error::Error;
use crate::wire::json::ApiResponse;

/// `GET /api/schema/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    static TEXT: LazyLock<Asset> =
        LazyLock::new(|| Asset::new("application/json", schema::document(&routes()).to_string()));
    Ok(TEXT.reply(&call.headers))
}

/// `GET /api/docs/`.
pub async fn page(call: RequestContext) -> Result<ApiResponse, Error> {
    static PAGE: LazyLock<Asset> =
        LazyLock::new(|| Asset::new("text/html; charset=utf-8", docs::page(&schema::document(&routes()))));
    let reply = PAGE.reply(&call.headers);
    Ok(match reply.status {
        StatusCode::OK => reply.with(header::CONTENT_SECURITY_POLICY, docs::policy()),
        _ => reply,
    })
}
