//! Result files of imports.

use crate::http::context::RequestContext;
use crate::http::download::{self, Format};
use crate::services::imports::result_file;
use crate::services::imports::status;
use crate::wire::error::Error;
use crate::wire::json::ApiResponse;

use super::imports::list_of;

pub use crate::services::imports::result_file::FORMATS;

/// `GET …/{cache_key}/result/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let format = Format::asked(&call.query, FORMATS)?;
    let list = list_of(&call).await?;
    let import = status::find(&call.app.store, list, call.parameters.last().cloned().unwrap_or_default()).await?;
    let name = result_file::file_name(&import)?;
    download::reply(&call.app, (&name, format), move |reads, sink| result_file::write(reads, &import, (sink, format)))
        .await
}
