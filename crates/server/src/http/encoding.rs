//! Bodies that arrive compressed.
//!
//! Promises: what comes out is within the limit of what may come in, whatever it was compressed to; memory is bounded
//! by that limit for bodies that are read whole, and by a few blocks for files. Must not know what is in a body.

use std::io::{Read as _, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::write::MultiGzDecoder as GzWriter;
use futures_core::Stream;

use crate::wire::error::Error;

/// Compressed bytes that are unpacked at a time: no more comes of them than a thousand times as much.
const PIECE_BYTES: usize = 1_024;

/// How a body is compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// With gzip.
    Gzip,
}

impl Encoding {
    /// What the headers say. What is not understood is 415: read as it is, it would be taken for broken JSON at best.
    pub fn of(headers: &HeaderMap) -> Result<Self, Error> {
        let lines = headers.get_all(header::CONTENT_ENCODING).iter();
        let mut found = Self::Identity;
        for line in lines {
            for word in line.to_str().unwrap_or("?").split(',').map(str::trim).filter(|word| !word.is_empty()) {
                found = match (found, word.to_ascii_lowercase().as_str()) {
                    (found, "identity") => found,
                    (Self::Identity, "gzip" | "x-gzip") => Self::Gzip,
                    _ => {
                        let text = "Content-Encoding may be gzip, once, or identity.";
                        return Err(Error::Detail(StatusCode::UNSUPPORTED_MEDIA_TYPE, text.to_owned()));
                    }
                };
            }
        }
        Ok(found)
    }

    /// A body that has been read, unpacked. `None` if more than `limit` bytes come out.
    pub fn unpack(self, body: Bytes, limit: usize) -> Result<Option<Bytes>, Error> {
        if self == Self::Identity || body.is_empty() {
            return Ok(Some(body));
        }
        let mut out = Vec::new();
        let read = MultiGzDecoder::new(&*body).take(limit as u64 + 1).read_to_end(&mut out);
        read.map_err(|_| Error::bad_request(BROKEN))?;
        Ok((out.len() <= limit).then(|| out.into()))
    }

    /// A body that is read block by block, unpacked on the way.
    pub fn stream(self, body: Body) -> Body {
        match self {
            Self::Identity => body,
            Self::Gzip => Body::from_stream(Unpacking {
                packed: body.into_data_stream(),
                piece: Bytes::new(),
                unpacker: Some(GzWriter::new(Vec::new())),
            }),
        }
    }
}

const BROKEN: &str = "The body is not what its Content-Encoding says.";

/// A body being unpacked.
struct Unpacking {
    packed: BodyDataStream,
    /// What has arrived and is not unpacked yet.
    piece: Bytes,
    /// None when all is unpacked, or something is wrong.
    unpacker: Option<GzWriter<Vec<u8>>>,
}

impl Stream for Unpacking {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let Some(unpacker) = &mut this.unpacker else { return Poll::Ready(None) };
            if this.piece.is_empty() {
                match Pin::new(&mut this.packed).poll_next(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Some(Ok(piece))) => this.piece = piece,
                    Poll::Ready(Some(Err(fault))) => {
                        this.unpacker = None;
                        return Poll::Ready(Some(Err(fault)));
                    }
                    Poll::Ready(None) => {
                        let ended = this.unpacker.take().map(GzWriter::finish);
                        return Poll::Ready(match ended {
                            Some(Ok(rest)) if rest.is_empty() => None,
                            Some(Ok(rest)) => Some(Ok(rest.into())),
                            _ => Some(Err(axum::Error::new(BROKEN))),
                        });
                    }
                }
                continue;
            }
            let some = this.piece.split_to(this.piece.len().min(PIECE_BYTES));
            if unpacker.write_all(&some).and_then(|()| unpacker.flush()).is_err() {
                this.unpacker = None;
                return Poll::Ready(Some(Err(axum::Error::new(BROKEN))));
            }
            let out = std::mem::take(unpacker.get_mut());
            if !out.is_empty() {
                return Poll::Ready(Some(Ok(out.into())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use http_body_util::BodyExt as _;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn a_whole_body_is_unpacked_within_its_limit() {
        let text = b"a body".repeat(1_000);
        let gzip = |bytes: Vec<u8>, limit| Encoding::Gzip.unpack(bytes.into(), limit);
        assert_eq!(gzip(packed(&text), text.len()).expect("fits").as_deref(), Some(&text[..]));
        assert_eq!(gzip(packed(&text), text.len() - 1).expect("is gzip"), None);
        let mut half = packed(&text);
        half.truncate(half.len() / 2);
        assert!(gzip(half, text.len()).is_err());
        assert!(gzip(b"{}".to_vec(), 100).is_err());
        assert_eq!(gzip(Vec::new(), 0).expect("nothing").as_deref(), Some(&[][..]));
    }

    #[tokio::test]
    async fn a_stream_is_unpacked_in_pieces() {
        let text = vec![b'x'; 5_000_000];
        let mut body = Encoding::Gzip.stream(Body::from(packed(&text)));
        let mut bytes = 0;
        while let Some(frame) = body.frame().await {
            let piece = frame.expect("it is gzip").into_data().expect("data");
            assert!(piece.len() <= 1_100 * PIECE_BYTES, "{}", piece.len());
            bytes += piece.len();
        }
        assert_eq!(bytes, text.len());
        let mut half = packed(&text);
        half.truncate(half.len() - 4);
        assert!(Encoding::Gzip.stream(Body::from(half)).collect().await.is_err());
        assert!(Encoding::Gzip.stream(Body::from("sku,stock\n")).collect().await.is_err());
    }

    #[test]
    fn one_gzip_is_understood() {
        for (line, expected) in [
            ("", Some(Encoding::Identity)),
            ("identity", Some(Encoding::Identity)),
            ("GZIP", Some(Encoding::Gzip)),
            ("x-gzip", Some(Encoding::Gzip)),
            ("gzip, gzip", None),
            ("br", None),
            ("deflate", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_ENCODING, line.parse().expect("a value"));
            assert_eq!(Encoding::of(&headers).ok(), expected, "{line}");
        }
    }
}
