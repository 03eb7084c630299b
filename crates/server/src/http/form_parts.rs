//! A form with files on its way to the reader of its parts.
//!
//! Promises: what the reader keeps in memory has an end, whatever the form is. Must not know what is in a part.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use futures_core::Stream;
use http_body_util::BodyDataStream;

/// The most bytes of what stands before a part's content, with what is read ahead.
const HEAD_BYTES_MAX: usize = 128 * 1_024;

/// A body whose reader keeps in memory what it has not understood yet: the head of a part has an end.
pub(crate) struct FormParts<'b> {
    body: BodyDataStream<&'b mut Body>,
    room: Room,
}

/// How much may still come before a part's content.
#[derive(Clone, Default)]
pub(crate) struct Room(Arc<AtomicUsize>);

impl Room {
    /// A head begins.
    pub(crate) fn of_head(&self) {
        self.0.store(HEAD_BYTES_MAX, Ordering::Relaxed);
    }

    /// The content begins, which is taken block by block.
    pub(crate) fn of_content(&self) {
        self.0.store(usize::MAX, Ordering::Relaxed);
    }
}

impl<'b> FormParts<'b> {
    /// The parts of a body, with the room that its reader gives them.
    pub(crate) fn of(body: &'b mut Body) -> (Self, Room) {
        let room = Room::default();
        (Self { body: BodyDataStream::new(body), room: room.clone() }, room)
    }
}

impl Stream for FormParts<'_> {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &next {
            let room = self.room.0.load(Ordering::Relaxed);
            if bytes.len() > room {
                let text = format!("the head of a part has more than {HEAD_BYTES_MAX} bytes");
                return Poll::Ready(Some(Err(axum::Error::new(text))));
            }
            self.room.0.store(room - bytes.len(), Ordering::Relaxed);
        }
        next
    }
}
