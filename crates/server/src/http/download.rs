//! Downloads: answers that may be larger than memory, made row by row while they are sent.
//!
//! Promises: no more than a few blocks are in memory; a client that goes away, or takes nothing for too long, ends the
//! work; a file that could not be finished is cut off so that no client takes it for whole. Must not know resources.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::services::ServiceError;
use crate::services::reads::Reads;
pub use crate::services::table_file::Format;
use crate::services::table_file::Sink;
use crate::state::App;
use crate::wire::error::Error;
use crate::wire::json::ApiResponse;

/// Bytes of one block.
const PIECE_BYTES: usize = 64 * 1_024;
/// Blocks that are made before the client takes them.
const PIECES_AHEAD: usize = 2;
/// The most characters of a file name.
const NAME_CHARS_MAX: usize = 100;

impl Format {
    /// Its content type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
        }
    }

    /// The one of these that a query asks for; the first of them if it does not say.
    pub fn asked(query: &[(String, String)], of: &[Self]) -> Result<Self, Error> {
        let Some((_, word)) = query.iter().rfind(|(name, _)| name == "format") else { return Ok(of[0]) };
        of.iter().copied().find(|format| format.word() == word.trim()).ok_or_else(|| {
            let shown: String = word.chars().take(NAME_CHARS_MAX).collect();
            let words: Vec<&str> = of.iter().map(|format| format.word()).collect();
            Error::field("format", format!("\"{shown}\" is not a valid choice. Choices: {}.", words.join(", ")))
        })
    }
}

/// Answers with a file that `write` makes, on a thread of its own. What fails before the first block is answered as an
/// error; what fails later cuts the answer off.
pub async fn reply(
    app: &App,
    (name, format): (&str, Format),
    write: impl FnOnce(&Reads, &mut Download) -> Result<(), ServiceError> + Send + 'static,
) -> Result<ApiResponse, Error> {
    let place = app.downloads.clone().try_acquire_owned();
    let place = place.map_err(|_| Error::Busy("too many downloads at once".to_owned()))?;
    let (pieces, mut waiting) = mpsc::channel(PIECES_AHEAD);
    let reads = Reads::of(&app.store);
    let mut download = Download {
        runtime: Handle::current(),
        patience: Duration::from_secs(app.config.request_seconds),
        pieces,
        piece: Vec::with_capacity(PIECE_BYTES),
    };
    tokio::task::spawn_blocking(move || {
        let made = catch_unwind(AssertUnwindSafe(|| write(&reads, &mut download)));
        // The panic is in the log.
        let made = made.unwrap_or_else(|_| Err(ServiceError::internal("a download has panicked")));
        let last = match made.and_then(|()| Ok(download.flush()?)) {
            Ok(()) => Piece::End,
            Err(fault) => Piece::Failed(fault.into()),
        };
        // A client that has gone is not told.
        let _ = download.send(last);
        drop(place);
    });
    let first = match waiting.recv().await {
        Some(Piece::Failed(fault)) => return Err(fault),
        first => first,
    };
    let stream = Body::from_stream(Pieces { first, waiting, is_over: false });
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(NAME_CHARS_MAX).collect();
    let disposition = disposition(&format!("{name}.{}", format.word()));
    Ok(ApiResponse::streamed(format.content_type(), stream).with(header::CONTENT_DISPOSITION, disposition))
}

/// The name of a file, in a plain form for every client and as it is for those that understand that.
fn disposition(name: &str) -> HeaderValue {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' ');
    let plain: String = name.chars().map(|letter| if plain(letter) { letter } else { '_' }).collect();
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let encoded = encoded.replace('+', "%20").replace('*', "%2A");
    HeaderValue::try_from(format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"))
        .expect("letters, digits and signs are a header")
}

/// A part of an answer.
enum Piece {
    Bytes(Bytes),
    /// There is no more, and nothing is missing.
    End,
    Failed(Error),
}

/// The blocks as the client takes them.
struct Pieces {
    first: Option<Piece>,
    waiting: mpsc::Receiver<Piece>,
    is_over: bool,
}

impl futures_core::Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let piece = match self.first.take() {
            Some(first) => Some(first),
            None => std::task::ready!(self.waiting.poll_recv(context)),
        };
        self.is_over = !matches!(piece, Some(Piece::Bytes(_)));
        Poll::Ready(match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(bytes)),
            Some(Piece::End) => None,
            Some(Piece::Failed(fault)) => {
                tracing::warn!(?fault, "a download was cut off");
                Some(Err(io::Error::other("the rest could not be made")))
            }
            // The thread has given up on a client that takes nothing, or is gone itself.
            None => Some(Err(io::Error::other("the rest was not made"))),
        })
    }
}

/// A file being made: what is written to it goes to the client, as fast as the client takes it.
pub struct Download {
    runtime: Handle,
    patience: Duration,
    pieces: mpsc::Sender<Piece>,
    piece: Vec<u8>,
}

impl Download {
    fn send(&self, piece: Piece) -> io::Result<()> {
        let sent = self.runtime.block_on(async { tokio::time::timeout(self.patience, self.pieces.send(piece)).await });
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")),
        }
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the client has gone")
}

impl Write for Download {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE_BYTES - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == PIECE_BYTES {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE_BYTES));
        self.send(Piece::Bytes(piece.into()))
    }
}

impl Sink for Download {
    fn is_closed(&self) -> bool {
        self.pieces.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_a_header() {
        let text = disposition("Mağaza \"1\"\r\n*+.csv");
        assert_eq!(
            text.to_str().expect("plain"),
            "attachment; filename=\"Ma_aza _1_____.csv\"; filename*=UTF-8''Ma%C4%9Faza%20%221%22%0D%0A%2A%2B.csv"
        );
    }

    /// A file without an end, made for the client at the other end of the channel.
    async fn endless(pieces: mpsc::Sender<Piece>) -> io::ErrorKind {
        let (runtime, patience) = (Handle::current(), Duration::from_millis(20));
        let mut download = Download { runtime, patience, pieces, piece: Vec::new() };
        let writing = tokio::task::spawn_blocking(move || {
            loop {
                if let Err(fault) = download.write_all(&[b'x'; 1_000]) {
                    return fault.kind();
                }
            }
        });
        writing.await.expect("it does not panic")
    }

    #[tokio::test]
    async fn a_client_that_goes_or_takes_nothing_ends_the_work() {
        let (pieces, mut waiting) = mpsc::channel(PIECES_AHEAD);
        let going = tokio::spawn(async move {
            for _ in 0..5 {
                assert!(matches!(waiting.recv().await, Some(Piece::Bytes(_))));
            }
        });
        assert_eq!(endless(pieces).await, io::ErrorKind::BrokenPipe);
        going.await.expect("it got its pieces");
        let (pieces, _waiting) = mpsc::channel(PIECES_AHEAD);
        assert_eq!(endless(pieces).await, io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn what_breaks_off_is_not_taken_for_whole() {
        let (pieces, waiting) = mpsc::channel(1);
        pieces.send(Piece::Bytes(Bytes::from_static(b"half"))).await.expect("there is room");
        drop(pieces);
        let body = Body::from_stream(Pieces { first: None, waiting, is_over: false });
        assert!(axum::body::to_bytes(body, 100).await.is_err());
    }
}
