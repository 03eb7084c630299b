//! Result files of imports.
//!
//! Must not know what is in them.

use super::imports::found;
use crate::http::context::RequestContext;
use crate::http::download::{self, Format};
use crate::services::imports::result_file;
pub use crate::services::imports::result_file::FORMATS;
use crate::wire::error::Error;
use crate::wire::json::ApiResponse;

/// `GET …/{cache_key}/result/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let format = Format::asked(&call.query, FORMATS)?;
    let import = found(&call, call.parameters.last().cloned().unwrap_or_default()).await?;
    let name = result_file::file_name(&import)?;
    download::reply(&call.app, (&name, format), move |reads, sink| result_file::write(reads, &import, (sink, format)))
        .await
}
