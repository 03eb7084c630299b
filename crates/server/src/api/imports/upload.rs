//! Uploads: a body that is too large to be read whole, part by part into the database (contract 5).
//!
//! Promises: memory does not depend on the size of the file; a body that breaks off, or comes to no end, leaves nothing
//! that takes effect. Must not know what is in the file.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use http_body_util::BodyExt as _;

use crate::http::context::RequestContext;
use crate::http::form_parts::FormParts;
use crate::http::route::FILE_TYPES;
use crate::http::router;
use crate::services::ServiceError;
use crate::services::imports::receive::Receiving;
use crate::wire::error::Error;

/// The most parts beside the file.
const PARTS_MAX: usize = 100;
/// The most bytes of a part that is no file, and of one that is a mapping.
const FIELD_BYTES_MAX: u64 = 1_024;
const MAPPING_BYTES_MAX: u64 = 8_192;
/// Names that a file's part may have; a part with a file name is one too.
const FILE_PARTS: [&str; 3] = ["file", "excel", "csv"];
/// What has arrived beside the bytes.
pub(super) struct Arrived {
    /// What the client calls the file; empty if it does not.
    pub(super) file_name: String,
    /// The other parts of the form.
    pub(super) fields: Vec<(String, String)>,
}

/// Takes the file of a request. `None` where it has none.
pub(super) async fn receive(call: &RequestContext, receiving: &mut Receiving) -> Result<Option<Arrived>, Error> {
    let Some(mut body) = call.take_upload() else { return Ok(None) };
    let received = read(call, &mut body, receiving).await;
    let is_late = matches!(received, Err(Error::Detail(StatusCode::REQUEST_TIMEOUT, _)));
    if !is_late && !matches!(received, Ok(Some(_))) {
        router::discard(&call.app, &mut body).await;
    }
    received
}

/// Reads over a body that was rejected before it was looked at: the client may not read before it has sent all.
pub(super) async fn pass_over(call: &RequestContext) {
    if let Some(mut body) = call.take_upload() {
        router::discard(&call.app, &mut body).await;
    }
}

async fn read(call: &RequestContext, body: &mut Body, receiving: &mut Receiving) -> Result<Option<Arrived>, Error> {
    let mut file = File {
        receiving,
        bytes: 0,
        bytes_max: call.app.config.import_bytes_max,
        patience: Duration::from_secs(call.app.config.request_seconds),
        end: Instant::now() + Duration::from_secs(call.app.config.upload_seconds),
    };
    let kind = call.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (file_name, fields) = match kind.as_str() {
        "multipart/form-data" => match parts(call, body, &mut file).await? {
            Some(found) => found,
            None => return Ok(None),
        },
        kind if FILE_TYPES.contains(&kind) => {
            whole(body, &mut file).await?;
            (String::new(), Vec::new())
        }
        _ => return Ok(None),
    };
    if file.bytes > file.bytes_max {
        return Err(file.too_large());
    }
    let bytes = file.receiving.complete().await?;
    Ok((bytes > 0).then_some(Arrived { file_name, fields }))
}

struct File<'r> {
    receiving: &'r mut Receiving,
    bytes: u64,
    bytes_max: u64,
    patience: Duration,
    end: Instant,
}

impl File<'_> {
    /// What is too much is read on for a while and passed over: many clients read no answer before they have sent all.
    async fn take(&mut self, bytes: &Bytes) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.bytes_max.saturating_mul(2) {
            return Err(self.too_large());
        }
        if self.bytes > self.bytes_max {
            return Ok(());
        }
        Ok(self.receiving.take(bytes).await?)
    }

    fn too_large(&self) -> Error {
        Error::Detail(StatusCode::PAYLOAD_TOO_LARGE, format!("The file has more than {} bytes.", self.bytes_max))
    }

    /// Waits for the next block: as long as something comes, an upload may take its time, but not for ever.
    async fn next<T>(&self, block: impl Future<Output = T>) -> Result<T, Error> {
        let patience = self.patience.min(self.end.saturating_duration_since(Instant::now()));
        tokio::time::timeout(patience, block).await.map_err(|_| ServiceError::Late.into())
    }
}

async fn whole(body: &mut Body, file: &mut File<'_>) -> Result<(), Error> {
    while let Some(frame) = file.next(body.frame()).await? {
        let frame = frame.map_err(|_| Error::bad_request("The body could not be read."))?;
        if let Ok(bytes) = frame.into_data() {
            file.take(&bytes).await?;
        }
    }
    Ok(())
}

type Parts = (String, Vec<(String, String)>);

/// The name of the first file, whose bytes are taken, and the fields before and after it.
async fn parts(call: &RequestContext, body: &mut Body, file: &mut File<'_>) -> Result<Option<Parts>, Error> {
    let wrong = |fault: multer::Error| match fault {
        // What the body itself says is behind it.
        multer::Error::StreamReadFailed(why) => Error::bad_request(format!("Multipart form parse error - {why}")),
        fault => Error::bad_request(format!("Multipart form parse error - {fault}")),
    };
    let boundary = multer::parse_boundary(&call.content_type).map_err(wrong)?;
    let (form, room) = FormParts::of(body);
    let mut parts = multer::Multipart::new(form, boundary);
    let (mut name, mut fields) = (None, Vec::new());
    for count in 0.. {
        room.of_head();
        let Some(mut part) = file.next(parts.next_field()).await?.map_err(wrong)? else { break };
        room.of_content();
        if count == PARTS_MAX {
            return Err(Error::bad_request(format!("A form may have no more than {PARTS_MAX} parts.")));
        }
        let field = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some() || FILE_PARTS.contains(&field.as_str());
        let is_first = is_file && name.is_none();
        if is_first {
            name = Some(part.file_name().unwrap_or_default().to_owned());
        }
        let most = if field == "mapping" { MAPPING_BYTES_MAX } else { FIELD_BYTES_MAX };
        let (mut text, mut bytes_beside) = (Vec::new(), 0);
        while let Some(bytes) = file.next(part.chunk()).await?.map_err(wrong)? {
            bytes_beside += bytes.len() as u64;
            match (is_file, is_first) {
                (true, true) => file.take(&bytes).await?,
                // A second file is not asked for.
                (true, false) if bytes_beside > file.bytes_max => return Err(file.too_large()),
                (true, false) => {}
                (false, _) if bytes_beside > most => {
                    return Err(Error::field(&field, "This field is too long."));
                }
                (false, _) => text.extend_from_slice(&bytes),
            }
        }
        if !is_file {
            fields.push((field, String::from_utf8_lossy(&text).into_owned()));
        }
    }
    Ok(name.map(|name| (name, fields)))
}
